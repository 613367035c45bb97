// Package vault keeps what must be forgettable unreadable without a key. What is
// sealed has a key of its own, which stands beside it, wrapped by the one key of
// the daemon; that one is a file of the data folder and never in the database.
// Whoever forgets the wrapped key has forgotten what it sealed, in every copy that
// is made from then on.
//
// It refuses to know what is sealed, and where it is kept.
package vault

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"

	"khumue/internal/fault"
)

// KeyFile is the daemon's key in the data folder, for its user alone.
const KeyFile = "personal.key"

// keyBytes is how long keys are: AES-256.
const keyBytes = 32

// mark begins the one line of the file.
const mark = "khumue-personal-key-1 "

// Vault seals and opens by one key. It may be used by any number of goroutines.
type Vault struct{ key []byte }

// New returns a vault of a key of 32 random bytes.
func New(key []byte) (*Vault, error) {
	if len(key) != keyBytes {
		return nil, errors.New("vault: a key has 32 bytes")
	}
	return &Vault{key}, nil
}

// Open reads the key of a data folder. That there is none is an error of kind
// NotFound, one that others may read is Forbidden.
func Open(dir string) (*Vault, error) {
	name := filepath.Join(dir, KeyFile)
	info, err := os.Stat(name)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, fault.New(fault.NotFound, fault.Textf("ไม่พบกุญแจข้อมูลส่วนบุคคล %s", "the key of personal data, %s, is not there", name), restore).Because(err)
	case err != nil:
		return nil, unreadable(name, err)
	case runtime.GOOS != "windows" && info.Mode().Perm()&0o077 != 0:
		return nil, fault.New(fault.Forbidden, fault.Textf("ผู้อื่นอ่านกุญแจ %s ได้", "others may read the key %s", name),
			fault.Textf("ตั้งสิทธิ์ด้วย chmod 600 %s", "run chmod 600 %s", name))
	}
	file, err := os.ReadFile(name)
	if err != nil {
		return nil, unreadable(name, err)
	}
	text, ok := strings.CutPrefix(strings.TrimSpace(string(file)), mark)
	key, err := base64.StdEncoding.DecodeString(text)
	if err != nil || !ok || len(key) != keyBytes {
		return nil, fault.New(fault.Invalid, fault.Textf("กุญแจ %s ใช้ไม่ได้", "the key %s can not be used", name), restore).Because(err)
	}
	return New(key)
}

// Make makes the key of a data folder of random bytes, unless there is one. It is
// on the disk when Make returns, and no key is ever written over.
func Make(dir string, random io.Reader) (*Vault, error) {
	v, err := Open(dir)
	if !errors.Is(err, fault.NotFound) {
		return v, err
	}
	key := make([]byte, keyBytes)
	if _, err := io.ReadFull(random, key); err != nil {
		return nil, err
	}
	if err := put(filepath.Join(dir, KeyFile), []byte(mark+base64.StdEncoding.EncodeToString(key)+"\n")); err != nil && !errors.Is(err, fs.ErrExist) {
		return nil, fault.New(fault.Unavailable, fault.Textf("เขียนกุญแจลง %s ไม่ได้", "the key can not be written into %s", dir)).Because(err)
	}
	return Open(dir) // another program may have been quicker
}

var restore = fault.Text{TH: "กู้ personal.key จากสำเนาสำรองของกุญแจ (ดู doc/operations.md)",
	EN: "restore personal.key from the backup of the key (see doc/operations.md)"}

func unreadable(name string, err error) error {
	return fault.New(fault.Unavailable, fault.Textf("อ่านกุญแจ %s ไม่ได้", "the key %s can not be read", name)).Because(err)
}

// put writes a file that is there whole or not at all, and lasts.
func put(name string, data []byte) error {
	f, err := os.CreateTemp(filepath.Dir(name), ".personal-*")
	if err != nil {
		return err
	}
	defer os.Remove(f.Name())
	_, err = f.Write(data)
	if err = errors.Join(err, f.Chmod(0o600), f.Sync(), f.Close()); err != nil {
		return err
	}
	if err := os.Link(f.Name(), name); err != nil {
		return err
	}
	return syncDir(filepath.Dir(name))
}

// syncDir makes the names in a folder last. Windows does so by itself.
func syncDir(dir string) error {
	if runtime.GOOS == "windows" {
		return nil
	}
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

// Secret is 32 bytes for one purpose, always the same, from which neither the
// key nor the secret of another purpose follows.
func (v *Vault) Secret(purpose string) []byte {
	out, err := hkdf.Key(sha256.New, v.key, nil, "khumue "+purpose, keyBytes)
	if err != nil {
		panic("vault: " + err.Error()) // of lengths that are constants
	}
	return out
}

// Sealed is a text with a key of its own.
type Sealed struct {
	Key  []byte // wrapped; without it the text is lost
	Text []byte
}

// Seal seals a text with a new key. What it is about is bound to it: it opens as
// that and as nothing else.
func (v *Vault) Seal(text []byte, about string, random io.Reader) (Sealed, error) {
	key := make([]byte, keyBytes)
	if _, err := io.ReadFull(random, key); err != nil {
		return Sealed{}, err
	}
	sealed, err := seal(key, text, about, random)
	if err != nil {
		return Sealed{}, err
	}
	wrapped, err := v.Wrap(key, about, random)
	return Sealed{wrapped, sealed}, err
}

// Open opens what Seal made. What was changed, or is about something else, is an
// error of kind Invalid.
func (v *Vault) Open(s Sealed, about string) ([]byte, error) {
	key, err := v.Unwrap(s.Key, about)
	if err != nil {
		return nil, err
	}
	return open(key, s.Text, about)
}

// Wrap seals a few bytes by the daemon's own key.
func (v *Vault) Wrap(text []byte, about string, random io.Reader) ([]byte, error) {
	return seal(v.Secret("wrapping 1"), text, about, random)
}

// Unwrap opens what Wrap made; errors are as of Open.
func (v *Vault) Unwrap(wrapped []byte, about string) ([]byte, error) {
	return open(v.Secret("wrapping 1"), wrapped, about)
}

func gcm(key []byte) (cipher.AEAD, error) {
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, err
	}
	return cipher.NewGCM(block)
}

// seal puts a random nonce before the sealed text.
func seal(key, text []byte, about string, random io.Reader) ([]byte, error) {
	aead, err := gcm(key)
	if err != nil {
		return nil, err
	}
	nonce := make([]byte, aead.NonceSize())
	if _, err := io.ReadFull(random, nonce); err != nil {
		return nil, err
	}
	return aead.Seal(nonce, nonce, text, []byte(about)), nil
}

func open(key, sealed []byte, about string) ([]byte, error) {
	aead, err := gcm(key)
	if err != nil {
		return nil, err
	}
	if len(sealed) < aead.NonceSize() {
		return nil, unopened(errors.New("it is too short"))
	}
	text, err := aead.Open(nil, sealed[:aead.NonceSize()], sealed[aead.NonceSize():], []byte(about))
	if err != nil {
		return nil, unopened(err)
	}
	return text, nil
}

func unopened(err error) error {
	return fault.New(fault.Invalid, fault.Text{TH: "เปิดข้อมูลที่ปิดผนึกไว้ไม่ได้", EN: "What was sealed can not be opened."}, restore).Because(err)
}
