package testimony

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"khumue/internal/fault"
	"khumue/internal/proof"
)

// NextFile is the key that is to come into force.
const NextFile = "approvals.key.next"

// Prepare makes the key that comes after the one in force, of random bytes, and
// names it among the public keys. One that is prepared already is an error of
// kind Conflict.
func Prepare(dir string, random io.Reader) (*proof.Signer, error) {
	if _, err := Open(dir); err != nil {
		return nil, err
	}
	s, file, err := proof.GenerateKey(random)
	if err != nil {
		return nil, err
	}
	err = put(filepath.Join(dir, NextFile), file, 0o600, os.Link)
	switch {
	case errors.Is(err, fs.ErrExist):
		return nil, fault.New(fault.Conflict, fault.Text{TH: "เตรียมกุญแจใหม่ไว้แล้ว", EN: "another key is prepared already"},
			fault.Text{TH: "เริ่ม syncd serve ใหม่เพื่อใช้กุญแจนั้น", EN: "start syncd serve again to have it come into force"})
	case err != nil:
		return nil, fault.New(fault.Unavailable, fault.Textf("เขียนกุญแจลง %s ไม่ได้", "the key can not be written into %s", dir)).Because(err)
	}
	return s, publish(dir, s.Key())
}

// Next reads the key that was prepared; an error of kind NotFound when none was.
func Next(dir string) (*proof.Signer, error) {
	name := filepath.Join(dir, NextFile)
	file, err := os.ReadFile(name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fault.New(fault.NotFound, fault.Text{TH: "ไม่มีกุญแจที่เตรียมไว้", EN: "no key is prepared"})
	}
	if err != nil {
		return nil, unreadable(name, err)
	}
	s, err := proof.ParseSigner(file)
	if err != nil {
		return nil, fault.New(fault.Invalid, fault.Textf("กุญแจ %s ใช้ไม่ได้", "the key %s can not be used", name), restore).Because(err)
	}
	return s, publish(dir, s.Key())
}

// Promote puts the key that was prepared in the place of the one in force, which
// is no more. Main has to say so already.
func Promote(dir string) error {
	if err := os.Rename(filepath.Join(dir, NextFile), filepath.Join(dir, KeyFile)); err != nil {
		return fault.New(fault.Unavailable, fault.Textf("เปลี่ยนกุญแจใน %s ไม่ได้", "the key in %s can not be changed", dir)).Because(err)
	}
	return syncDir(dir)
}
