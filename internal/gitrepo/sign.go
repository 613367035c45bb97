package gitrepo

import (
	"bytes"
	"fmt"
	"strings"
	"unicode/utf8"

	"khumue/internal/fault"
)

// Signer signs the bytes of a commit, and returns the signature as git keeps
// it: lines of text, such as an SSH signature in its armour.
type Signer func(payload []byte) (signature string, err error)

// The headers of a commit that are no part of what is signed: the signature,
// and the one for the same commit in a repository of another hash.
const (
	signatureHeader = "gpgsig"
	otherSignature  = "gpgsig-sha256"
)

// longestSignature is the length of a signature in bytes that is written.
const longestSignature = 64 << 10

// NewCommit adds a commit, signed when there is a signer; without one, its
// Signature is kept as it is. The tree and the parents must be there. What git
// would not take back is an error of kind Invalid.
func (b *Batch) NewCommit(c Change, sign Signer) (Hash, error) {
	if err := b.checkCommit(&c); err != nil {
		return Hash{}, err
	}
	payload := c.Append(nil)
	if sign != nil {
		signature, err := sign(bytes.Clone(payload))
		if err != nil {
			return Hash{}, fmt.Errorf("signing a commit: %w", err)
		}
		c.Signature = signature
	}
	signed, err := withSignature(payload, c.Signature)
	if err != nil {
		return Hash{}, err
	}
	return b.Add(Commit, signed)
}

func (b *Batch) checkCommit(c *Change) error {
	if err := b.repo.need(Tree, c.Tree); err != nil {
		return err
	}
	for _, p := range c.Parents {
		if err := b.repo.need(Commit, p); err != nil {
			return err
		}
	}
	for _, p := range []Person{c.Author, c.Committer} {
		if err := p.check(); err != nil {
			return err
		}
	}
	for _, h := range c.Headers {
		if err := h.check(); err != nil {
			return err
		}
	}
	if strings.ContainsRune(c.Message, 0) || !utf8.ValidString(c.Message) {
		return fault.New(fault.Invalid, fault.Text{TH: "ข้อความของ commit ไม่ใช่ UTF-8", EN: "the message of the commit is not UTF-8"})
	}
	return nil
}

func (p Person) check() error {
	_, offset := p.At.Zone()
	switch {
	case p.Email == "", !utf8.ValidString(p.Name + p.Email),
		strings.ContainsFunc(p.Name+p.Email, func(r rune) bool { return unseen(r) || r == '<' || r == '>' }),
		strings.TrimSpace(p.Name) != p.Name, strings.ContainsRune(p.Email, ' '):
		return fault.New(fault.Invalid, fault.Textf("%q <%q> ไม่ใช่ชื่อและอีเมลที่ git รับ", "%q <%q> is not a name and an address that git takes", p.Name, p.Email))
	case p.At.Unix() < 0, offset%60 != 0:
		return fault.New(fault.Invalid, fault.Textf("%s ไม่ใช่เวลาที่ git รับ", "%s is not a time that git takes", p.At.String()))
	}
	return nil
}

func (h Header) check() error {
	known := []string{"tree", "parent", "author", "committer", signatureHeader, otherSignature}
	for _, k := range known {
		if h.Key == k {
			return fault.New(fault.Invalid, fault.Textf("%s ไม่ใช่ส่วนหัวอื่น", "%s is not another header", h.Key))
		}
	}
	if h.Key == "" || strings.ContainsAny(h.Key, " \n\x00") || strings.ContainsRune(h.Value, 0) {
		return fault.New(fault.Invalid, fault.Textf("%q ไม่ใช่ส่วนหัวของ commit", "%q is not a header of a commit", h.Key))
	}
	return nil
}

// withSignature puts a signature behind the last header, where git puts it.
func withSignature(payload []byte, signature string) ([]byte, error) {
	if signature = strings.TrimRight(signature, "\n"); signature == "" {
		return payload, nil
	}
	if len(signature) > longestSignature || strings.ContainsAny(signature, "\r\x00") {
		return nil, fault.New(fault.Invalid, fault.Text{TH: "ลายเซ็นไม่อยู่ในรูปที่ git รับ", EN: "the signature has no form that git takes"})
	}
	head, message, _ := bytes.Cut(payload, []byte("\n\n"))
	out := append(bytes.Clone(head), '\n')
	out = Header{signatureHeader, signature}.append(out)
	return append(append(out, '\n'), message...), nil
}

// Payload returns the bytes of a commit that its signature is about, which are
// all but its signatures, and the signature, "" when there is none.
func Payload(commit []byte) (payload []byte, signature string) {
	var signed strings.Builder
	in := "" // the header that a line belongs to
	rest := commit
	for len(rest) > 0 && rest[0] != '\n' {
		line := rest
		if i := bytes.IndexByte(rest, '\n'); i >= 0 {
			line = rest[:i+1]
		}
		rest = rest[len(line):]
		value := line[1:]
		if line[0] != ' ' {
			var key []byte
			key, value, _ = bytes.Cut(line, []byte(" "))
			in = string(key)
		}
		switch in {
		case signatureHeader:
			signed.Write(value)
		case otherSignature:
		default:
			payload = append(payload, line...)
		}
	}
	return append(payload, rest...), strings.TrimRight(signed.String(), "\n")
}

// Payload returns what a commit's signature is about, and the signature.
func (r *Repository) Payload(commit Hash) (payload []byte, signature string, err error) {
	data, err := r.Read(Commit, commit)
	if err != nil {
		return nil, "", err
	}
	payload, signature = Payload(data)
	return payload, signature, nil
}
