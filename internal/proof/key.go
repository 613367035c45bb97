package proof

import (
	"bytes"
	"crypto/ed25519"
	"encoding/base64"
	"encoding/pem"
	"io"
	"slices"
	"strings"

	"github.com/hiddeco/sshsig"
	"golang.org/x/crypto/ssh"

	"khumue/internal/fault"
)

// Key is a public Ed25519 key as OpenSSH writes it: "ssh-ed25519 AAAA…", without
// a comment.
type Key string

// namespace is what git signs under.
const namespace = "git"

// Principal is whom the stock client takes the keys to be of.
const Principal = "khumue@users.invalid"

// ParseKey reads a public key, in the one form that Key has.
func ParseKey(s string) (Key, error) {
	kind, text, _ := strings.Cut(s, " ")
	blob, err := base64.StdEncoding.Strict().DecodeString(text)
	if err == nil && kind == ssh.KeyAlgoED25519 {
		if pub, err := ssh.ParsePublicKey(blob); err == nil && keyOf(pub) == Key(s) {
			return Key(s), nil
		}
	}
	return "", fault.New(fault.Invalid, fault.Textf("%q ไม่ใช่กุญแจสาธารณะ ssh-ed25519", "%q is not a public ssh-ed25519 key", oneLine(s)))
}

// keyOf returns "" for a key of another kind.
func keyOf(pub ssh.PublicKey) Key {
	if pub.Type() != ssh.KeyAlgoED25519 {
		return ""
	}
	return Key(strings.TrimSpace(string(ssh.MarshalAuthorizedKey(pub))))
}

// Fingerprint returns the short name of a key, as ssh-keygen -l shows it:
// SHA256:…; "" for no key.
func (k Key) Fingerprint() string {
	_, text, _ := strings.Cut(string(k), " ")
	blob, err := base64.StdEncoding.DecodeString(text)
	if err != nil {
		return ""
	}
	pub, err := ssh.ParsePublicKey(blob)
	if err != nil {
		return ""
	}
	return ssh.FingerprintSHA256(pub)
}

// AllowedSigners returns the file by which the stock git client recognises keys:
// its setting gpg.ssh.allowedSignersFile names it.
func AllowedSigners(keys []Key) []byte {
	var b bytes.Buffer
	for _, k := range keys {
		b.WriteString(Principal + ` namespaces="` + namespace + `" ` + string(k) + "\n")
	}
	return b.Bytes()
}

// Signer holds a private key.
type Signer struct {
	signer ssh.Signer
	key    Key
}

// GenerateKey makes a key of 32 bytes from a cryptographic source. The private
// part is an OpenSSH file, which nobody but the daemon's user may read (0600).
func GenerateKey(random io.Reader) (*Signer, []byte, error) {
	seed := make([]byte, ed25519.SeedSize)
	if _, err := io.ReadFull(random, seed); err != nil {
		return nil, nil, err
	}
	block, err := ssh.MarshalPrivateKey(ed25519.NewKeyFromSeed(seed), "khumue")
	if err != nil {
		return nil, nil, err
	}
	file := pem.EncodeToMemory(block)
	s, err := ParseSigner(file)
	return s, file, err
}

// ParseSigner reads a private key as GenerateKey or ssh-keygen writes it,
// without a passphrase. Any other is an error of kind Invalid, which tells
// nothing of it.
func ParseSigner(file []byte) (*Signer, error) {
	signer, err := ssh.ParsePrivateKey(file)
	if err != nil || keyOf(signer.PublicKey()) == "" {
		return nil, fault.New(fault.Invalid, fault.Text{TH: "ไฟล์กุญแจใช้ไม่ได้", EN: "the key file can not be used"},
			fault.Text{TH: "ใช้กุญแจ ssh-ed25519 ที่ไม่มีรหัสผ่าน", EN: "use an ssh-ed25519 key without a passphrase"})
	}
	return &Signer{signer, keyOf(signer.PublicKey())}, nil
}

// Key returns the public part.
func (s *Signer) Key() Key { return s.key }

// Sign returns the signature of a commit's bytes, as git keeps it: armoured,
// without a line break at its end.
func (s *Signer) Sign(payload []byte) (string, error) {
	sig, err := sshsig.Sign(bytes.NewReader(payload), s.signer, sshsig.HashSHA512, namespace)
	if err != nil {
		return "", err
	}
	return strings.TrimSpace(string(sshsig.Armor(sig))), nil
}

// SignedBy returns the key that made a signature of a commit's bytes. A
// signature of other bytes, for another purpose than git's, or by a key of
// another kind is an error of kind Invalid.
func SignedBy(payload []byte, armored string) (Key, error) {
	sig, err := sshsig.Unarmor([]byte(armored))
	if err == nil {
		if k := keyOf(sig.PublicKey); k != "" {
			if err = sshsig.Verify(bytes.NewReader(payload), sig, sig.PublicKey, sig.HashAlgorithm, namespace); err == nil {
				return k, nil
			}
		}
	}
	return "", fault.New(fault.Invalid, fault.Text{TH: "ลายเซ็นไม่ถูกต้อง", EN: "the signature is not good"}).Because(err)
}

// CheckSignature returns the key that made a signature of a commit's bytes,
// which has to be one of those allowed.
func CheckSignature(payload []byte, armored string, allowed ...Key) (Key, error) {
	k, err := SignedBy(payload, armored)
	if err == nil && !slices.Contains(allowed, k) {
		return "", fault.New(fault.Invalid, fault.Textf("ลงนามด้วยกุญแจอื่น %s", "signed by another key, %s", k.Fingerprint()))
	}
	return k, err
}

// Trust says from outside the repository which keys are the daemon's, by their
// fingerprints. The zero Trust says nothing.
type Trust struct{ fingerprints []string }

// IsZero reports whether nothing is said.
func (t Trust) IsZero() bool { return len(t.fingerprints) == 0 }

// Has reports whether a key is named.
func (t Trust) Has(k Key) bool {
	return k != "" && slices.Contains(t.fingerprints, k.Fingerprint())
}

// ParseTrust reads fingerprints and public keys, one a line, alone or as
// authorized_keys and allowed_signers have them. Empty lines and those that
// begin with # say nothing; anything else, and a text that names no key, is an
// error of kind Invalid.
func ParseTrust(text string) (Trust, error) {
	var t Trust
	for line := range strings.Lines(text) {
		words := strings.Fields(line)
		if len(words) == 0 || words[0][0] == '#' {
			continue
		}
		if len(words) == 1 && isFingerprint(words[0]) {
			t.fingerprints = append(t.fingerprints, words[0])
			continue
		}
		i := slices.Index(words, ssh.KeyAlgoED25519)
		if i < 0 || i+1 == len(words) {
			return Trust{}, noTrust(line)
		}
		k, err := ParseKey(words[i] + " " + words[i+1])
		if err != nil {
			return Trust{}, noTrust(line)
		}
		t.fingerprints = append(t.fingerprints, k.Fingerprint())
	}
	if t.IsZero() {
		return Trust{}, noTrust(text)
	}
	slices.Sort(t.fingerprints)
	t.fingerprints = slices.Compact(t.fingerprints)
	return t, nil
}

func isFingerprint(s string) bool {
	digest, ok := strings.CutPrefix(s, "SHA256:")
	raw, err := base64.RawStdEncoding.Strict().DecodeString(digest)
	return ok && err == nil && len(raw) == 32
}

func noTrust(s string) error {
	return fault.New(fault.Invalid, fault.Textf("%q ไม่ใช่กุญแจสาธารณะ ssh-ed25519 หรือลายนิ้วมือ", "%q is neither a public ssh-ed25519 key nor a fingerprint", oneLine(s)),
		fault.Text{TH: "เขียนลายนิ้วมือ SHA256:… หรือชื่อไฟล์ที่มีกุญแจบรรทัดละหนึ่ง", EN: "write a fingerprint SHA256:…, or name a file with a key on each line"})
}
