package gitrepo

import (
	"bytes"
	"compress/zlib"
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"

	"khumue/internal/fault"
)

// sealFile marks a repository whose objects are sealed, and tells its key from
// others.
const sealFile = "sealed"

// sealMark begins the one line of that file.
const sealMark = "khumue-sealed-objects-1 "

// SealKey is how long the key of a sealed repository is, in bytes.
const SealKey = 32

// Seal opens a repository of which the objects on the disk can not be read without a
// key, or makes an empty one so. It is for before anything else is done with it. Each
// object is a file of its own, sealed with AES-256-GCM, under a name that tells as
// little: the git program can do nothing with them, and no packs are made. Another
// key, and a repository that has objects which are not sealed, are refused.
//
// Refs are not sealed; where they are in files, they and what notes a transition tell
// the names of what they point to.
func (r *Repository) Seal(key []byte) error {
	if len(key) != SealKey {
		return errors.New("gitrepo: the key of a sealed repository has 32 bytes")
	}
	s := newSeal(key)
	is, err := os.ReadFile(filepath.Join(r.dir, sealFile))
	switch {
	case errors.Is(err, fs.ErrNotExist):
		err = r.beginSealed(s)
	case err == nil && !hmac.Equal(is, s.mark()):
		err = fault.New(fault.Invalid, fault.Textf("กุญแจนี้เปิดคลัง %s ไม่ได้", "This key does not open the repository %s.", r.dir),
			fault.Text{TH: "ใช้ไฟล์กุญแจที่สร้างพร้อมกับคลังนี้", EN: "Use the strongbox that was made with it."})
	}
	if err == nil {
		r.stores[0].seal = s
	}
	return err
}

// beginSealed marks an empty repository.
func (r *Repository) beginSealed(s *seal) error {
	entries, err := os.ReadDir(r.stores[0].dir)
	if err != nil {
		return err
	}
	packs, err := os.ReadDir(r.stores[0].packs.dir)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	for _, e := range entries {
		if len(e.Name()) == 2 || len(packs) > 0 {
			return fault.New(fault.Conflict, fault.Textf("คลัง %s มีวัตถุที่ไม่ได้ปิดผนึกอยู่แล้ว", "The repository %s has objects that are not sealed.", r.dir),
				fault.Text{TH: "สร้างคลังใหม่", EN: "Make a new one."})
		}
	}
	f, err := os.CreateTemp(r.dir, "tmp_sealed_*")
	if err != nil {
		return err
	}
	defer os.Remove(f.Name())
	_, err = f.Write(s.mark())
	return errorsOf(err, f.Sync(), f.Close(), os.Rename(f.Name(), filepath.Join(r.dir, sealFile)), syncDir(r.dir))
}

// sealed reports, for one that was not opened with its key, that a repository has one.
func sealed(dir string) (*seal, error) {
	is, err := os.ReadFile(filepath.Join(dir, sealFile))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	} else if err != nil {
		return nil, err
	}
	if !strings.HasPrefix(string(is), sealMark) {
		return nil, fault.New(fault.Invalid, fault.Textf("คลัง %s ปิดผนึกด้วยวิธีที่โปรแกรมนี้ไม่รู้จัก", "The repository %s is sealed in a way that this program does not know.", dir))
	}
	return &seal{}, nil
}

// seal is how objects are kept that are sealed. nil: they are not; without keys: they
// are, and can not be used.
type seal struct {
	aead  cipher.AEAD
	names []byte // key of the names of files
	check []byte
	aside atomic.Int64 // how many objects were set aside
	using sync.RWMutex // held while an object is used again, and while one is removed
}

func newSeal(key []byte) *seal {
	part := func(purpose string) []byte {
		k, err := hkdf.Key(sha256.New, key, nil, "khumue sealed objects 1 "+purpose, 32)
		if err != nil {
			panic("gitrepo: " + err.Error()) // of lengths that are constants
		}
		return k
	}
	block, err := aes.NewCipher(part("contents"))
	if err != nil {
		panic("gitrepo: " + err.Error())
	}
	aead, err := cipher.NewGCM(block)
	if err != nil {
		panic("gitrepo: " + err.Error())
	}
	return &seal{aead: aead, names: part("names"), check: part("check")}
}

func (s *seal) mark() []byte { return []byte(sealMark + hex.EncodeToString(s.check) + "\n") }

// errSealed says that the key is missing.
var errSealed = fault.New(fault.Forbidden, fault.Text{TH: "คลังนี้ปิดผนึกอยู่", EN: "The repository is sealed."},
	fault.Text{TH: "ปลดล็อกเครื่องก่อน", EN: "Unlock the device first."})

// name is under what an object is kept: for whoever has no key it says nothing of it.
func (s *seal) name(h Hash) Hash {
	if s == nil {
		return h
	}
	m := hmac.New(sha256.New, s.names)
	m.Write(h[:])
	return Hash(m.Sum(nil)[:len(h)])
}

// shut seals the compressed text of an object, bound to its name.
func (s *seal) shut(h Hash, zip []byte) ([]byte, error) {
	switch {
	case s == nil:
		return zip, nil
	case s.aead == nil:
		return nil, errSealed
	}
	nonce := make([]byte, s.aead.NonceSize(), s.aead.NonceSize()+len(zip)+s.aead.Overhead())
	rand.Read(nonce)
	return s.aead.Seal(nonce, nonce, zip, h[:]), nil
}

// reader returns the text of an object's file.
func (s *seal) reader(h Hash, f io.Reader) (io.Reader, error) {
	if s == nil {
		return zlib.NewReader(f)
	}
	if s.aead == nil {
		return nil, errSealed
	}
	whole, err := io.ReadAll(io.LimitReader(f, maxObject+maxObject/8))
	if err != nil {
		return nil, err
	}
	n := s.aead.NonceSize()
	if len(whole) < n {
		return nil, errDamaged
	}
	zip, err := s.aead.Open(whole[n:n], whole[:n], whole[n:], h[:])
	if err != nil {
		return nil, errDamaged
	}
	return zlib.NewReader(bytes.NewReader(zip))
}

// setAside moves a file away that the seal does not open, so that its object is as one
// that never was, and is written again by whoever has it. Sweep removes it after a while.
func (s *store) setAside(h Hash, damaged error) error {
	aside, err := os.CreateTemp(s.dir, "tmp_damaged_*")
	if err != nil {
		return errors.Join(damaged, err)
	}
	err = errors.Join(aside.Close(), os.Rename(s.path(h), aside.Name()))
	if errors.Is(err, fs.ErrNotExist) { // somebody else did
		return errors.Join(errNoObject, os.Remove(aside.Name()))
	} else if err != nil {
		return errors.Join(damaged, err)
	}
	if f, err := os.Open(aside.Name()); err == nil {
		_, stillDamaged := s.seal.reader(h, f)
		f.Close()
		if stillDamaged == nil { // it was written again meanwhile
			return errors.Join(damaged, moveInto(aside.Name(), s.path(h)))
		}
	}
	s.seal.aside.Add(1)
	return errNoObject
}

// Damaged is how many objects of a sealed repository were found damaged since it was
// opened, and are none any more.
func (r *Repository) Damaged() int64 {
	if s := r.stores[0].seal; s != nil {
		return s.aside.Load()
	}
	return 0
}

// Has reports whether there is an object, whatever it is, without reading it.
func (r *Repository) Has(h Hash) bool {
	for _, s := range r.stores {
		if _, err := s.packs.find(h); err == nil {
			return true
		}
		if _, err := os.Stat(s.path(h)); err == nil {
			return true
		}
	}
	return false
}
