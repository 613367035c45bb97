package strongbox

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"

	"golang.org/x/crypto/argon2"

	"khumue/internal/catalog"
	"khumue/internal/fault"
)

// version is of the form of the file.
const version = 1

// maxFile is how long the file may be, in bytes.
const maxFile = 1 << 20

// Cost is what a try at a passphrase costs: passes of Argon2id over so much memory.
// Where it is 0, the usual cost is meant: 3 passes over 64 MiB in 4 lanes, the second
// recommendation of RFC 9106.
type Cost struct {
	Passes uint32 `json:"passes"`
	Memory uint32 `json:"memory_kib"` // in KiB
	Lanes  uint8  `json:"lanes"`
}

func (c Cost) orUsual() Cost {
	if c == (Cost{}) {
		return Cost{Passes: 3, Memory: 64 << 10, Lanes: 4}
	}
	return c
}

// fit refuses costs that no laptop can pay, or that Argon2 does not know.
func (c Cost) fit() error {
	if c.Passes < 1 || c.Passes > 100 || c.Lanes < 1 || c.Lanes > 16 || c.Memory < 8*uint32(c.Lanes) || c.Memory > 2<<20 {
		return fault.New(fault.Invalid, fault.Textf("ค่า Argon2id ใช้ไม่ได้: %d รอบ %d KiB %d ช่อง", "%d passes over %d KiB in %d lanes is no cost of Argon2id.", c.Passes, c.Memory, c.Lanes))
	}
	return nil
}

// chest is the file as it is written. Its bytes follow from its values: what reads
// it accepts no other form of the same.
type chest struct {
	Version int    `json:"version"`
	Box     string `json:"box"` // 16 random bytes, part of each salt
	Cost    Cost   `json:"argon2id"`
	Slots   []slot `json:"slots"`  // by tag, which is as good as random
	People  string `json:"people"` // who they are, sealed by the data key
}

// slot opens by one passphrase.
type slot struct {
	Tag    string `json:"tag"`    // by which it is found
	Sealed string `json:"sealed"` // a secret
}

// person tells whose slot one is.
type person struct {
	Tag     string            `json:"tag"`
	Officer catalog.OfficerID `json:"officer"`
	User    string            `json:"user"`
	Public  string            `json:"public"`
}

func (c chest) bytes() []byte {
	b, err := json.MarshalIndent(c, "", "\t")
	if err != nil {
		panic(err) // strings and numbers
	}
	return append(b, '\n')
}

// parse reads what bytes writes, and nothing else.
func parse(data []byte) (c chest, err error) {
	if len(data) > maxFile {
		return c, errors.New("the file is too long")
	}
	if err := json.Unmarshal(data, &c); err != nil {
		return c, err
	}
	switch {
	case c.Version != version:
		return c, fmt.Errorf("the file has version %d, this program reads %d", c.Version, version)
	case c.Cost.fit() != nil:
		return c, c.Cost.fit()
	case len(unb64(c.Box)) != 16 || len(c.Slots) == 0 || len(c.Slots) > MaxOfficers:
		return c, errors.New("the file is incomplete")
	case !c.inOrder():
		return c, errors.New("slots are doubled or in disorder")
	case !bytes.Equal(c.bytes(), data):
		return c, errors.New("the file was not written by this program")
	}
	return c, nil
}

// inOrder reports whether the slots are by tag, each once.
func (c chest) inOrder() bool {
	for i := range c.Slots[1:] {
		if c.Slots[i].Tag >= c.Slots[i+1].Tag {
			return false
		}
	}
	return true
}

// create writes a file that is not there yet.
func (c chest) create(file string) error {
	return c.put(file, func(temp string) error {
		err := os.Link(temp, file)
		if err == nil || errors.Is(err, fs.ErrExist) {
			return err
		}
		if _, err := os.Lstat(file); err == nil { // file systems of memory sticks have no links, and say so in many ways
			return fs.ErrExist
		}
		return os.Rename(temp, file)
	})
}

// replace writes the file in place of the one that is there.
func (c chest) replace(file string) error {
	return c.put(file, func(temp string) error { return os.Rename(temp, file) })
}

// put writes a file that is there whole or not at all, and lasts, for its user alone.
func (c chest) put(file string, place func(temp string) error) error {
	f, err := os.CreateTemp(filepath.Dir(file), ".strongbox-*")
	if err != nil {
		return unreadable(file, err)
	}
	defer os.Remove(f.Name())
	_, err = f.Write(c.bytes())
	if err = errors.Join(err, f.Chmod(0o600), f.Sync(), f.Close()); err == nil {
		err = place(f.Name())
	}
	if errors.Is(err, fs.ErrExist) {
		return fault.New(fault.Conflict, fault.Text{TH: "เครื่องนี้ลงทะเบียนไว้แล้ว", EN: "This device has a strongbox already."},
			fault.Text{TH: "ปลดล็อกด้วยรหัสผ่านที่ตั้งไว้", EN: "Unlock it with the passphrase that was set."})
	}
	if err = errors.Join(err, syncDir(filepath.Dir(file))); err != nil {
		return unreadable(file, err)
	}
	return nil
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

// drop takes a slot away.
func (c *chest) drop(tag string) {
	c.Slots = slices.DeleteFunc(c.Slots, func(s slot) bool { return s.Tag == tag })
}

// about binds what is sealed to the box and to its place in it.
func (c chest) about(place string) []byte {
	return fmt.Appendf(nil, "%d %s %s", c.Version, c.Box, place)
}

// people returns whose the slots are.
func (c chest) people(key []byte) (out []person, err error) {
	if c.People == "" {
		return nil, nil
	}
	text, err := open(expand(key, "people"), unb64(c.People), c.about("people"))
	if err == nil {
		err = json.Unmarshal(text, &out)
	}
	if err != nil {
		return nil, fault.New(fault.Invalid, fault.Text{TH: "รายชื่อเจ้าหน้าที่ในไฟล์กุญแจถูกแก้ไขหรือเสียหาย", EN: "The list of officers in the strongbox was changed or is damaged."},
			fault.Text{TH: "กู้ไฟล์จากสำเนาสำรอง หรือลงทะเบียนเครื่องใหม่", EN: "Restore the file from a backup, or enrol the device anew."}).Because(err)
	}
	return out, nil
}

func (c *chest) setPeople(key []byte, people []person, random io.Reader) error {
	text, err := json.Marshal(people)
	if err != nil {
		return err
	}
	sealed, err := seal(expand(key, "people"), text, c.about("people"), random)
	c.People = b64(sealed)
	return err
}

// derived is what Argon2id makes of a passphrase. Its two uses tell nothing of each
// other.
type derived []byte

func (c chest) derive(user, passphrase string) derived {
	salt := sha256.Sum256(append(unb64(c.Box), user...))
	return argon2.IDKey([]byte(passphrase), salt[:], c.Cost.Passes, c.Cost.Memory, c.Cost.Lanes, keyBytes)
}

// tag is by what a slot is found.
func (d derived) tag() string { return hex.EncodeToString(expand(d, "tag")[:16]) }

// wrapping is by what it is opened.
func (d derived) wrapping() []byte { return expand(d, "wrapping") }

// seal puts a random nonce before the sealed text.
func seal(key, text, about []byte, random io.Reader) ([]byte, error) {
	aead, err := gcm(key)
	if err != nil {
		return nil, err
	}
	nonce := bytesOf(random, aead.NonceSize())
	return aead.Seal(nonce, nonce, text, about), nil
}

func open(key, sealed, about []byte) ([]byte, error) {
	aead, err := gcm(key)
	if err != nil {
		return nil, err
	}
	if len(sealed) < aead.NonceSize() {
		return nil, errors.New("it is too short")
	}
	return aead.Open(nil, sealed[:aead.NonceSize()], sealed[aead.NonceSize():], about)
}

func gcm(key []byte) (cipher.AEAD, error) {
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, err
	}
	return cipher.NewGCM(block)
}

func b64(b []byte) string { return base64.StdEncoding.EncodeToString(b) }

// unb64 returns nil for what is no base64.
func unb64(s string) []byte {
	b, err := base64.StdEncoding.DecodeString(s)
	if err != nil {
		return nil
	}
	return b
}
