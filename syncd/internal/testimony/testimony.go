// Package testimony keeps the key by which the daemon signs what officers
// decided, as two files of the data folder: the private key, which its user alone
// may read, and beside it the public keys by which its signatures are believed.
//
// It refuses to know what is signed.
package testimony

import (
	"bytes"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"

	"khumue/internal/fault"
	"khumue/internal/proof"
)

// The files in the data folder.
const (
	KeyFile   = "approvals.key" // OpenSSH, without a passphrase
	TrustFile = "approvals.pub" // public keys, one a line, the newest first
)

// Trust is the path of the public keys of a data folder.
func Trust(dir string) string { return filepath.Join(dir, TrustFile) }

// Open reads the key of a data folder, and sees to it that the public keys beside
// it name it. That there is none is an error of kind NotFound, which says what to
// do; one that others may read is Forbidden.
func Open(dir string) (*proof.Signer, error) {
	name := filepath.Join(dir, KeyFile)
	info, err := os.Stat(name)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, missing(name, err)
	case err != nil:
		return nil, unreadable(name, err)
	case runtime.GOOS != "windows" && info.Mode().Perm()&0o077 != 0:
		return nil, fault.New(fault.Forbidden, fault.Textf("ผู้อื่นอ่านกุญแจ %s ได้", "others may read the key %s", name),
			fault.Textf("ตั้งสิทธิ์ด้วย chmod 600 %s ถ้าอาจมีผู้อื่นอ่านแล้ว ให้เปลี่ยนกุญแจ", "run chmod 600 %s, and change the key if somebody may have read it", name))
	}
	file, err := os.ReadFile(name)
	if err != nil {
		return nil, unreadable(name, err)
	}
	s, err := proof.ParseSigner(file)
	if err != nil {
		return nil, fault.New(fault.Invalid, fault.Textf("กุญแจ %s ใช้ไม่ได้", "the key %s can not be used", name), restore).Because(err)
	}
	return s, publish(dir, s.Key())
}

// Make makes the key of a data folder of random bytes, unless there is one. It is
// on the disk when Make returns, and no key is ever written over.
func Make(dir string, random io.Reader) (*proof.Signer, error) {
	s, err := Open(dir)
	if !errors.Is(err, fault.NotFound) {
		return s, err
	}
	_, file, err := proof.GenerateKey(random)
	if err != nil {
		return nil, err
	}
	if err := put(filepath.Join(dir, KeyFile), file, 0o600, os.Link); err != nil && !errors.Is(err, fs.ErrExist) {
		return nil, fault.New(fault.Unavailable, fault.Textf("เขียนกุญแจลง %s ไม่ได้", "the key can not be written into %s", dir)).Because(err)
	}
	return Open(dir) // another program may have been quicker
}

var restore = fault.Text{TH: "กู้ approvals.key และ approvals.pub จากสำเนาสำรองของกุญแจ (ดู doc/operations.md)",
	EN: "restore approvals.key and approvals.pub from the backup of the key (see doc/operations.md)"}

func missing(name string, err error) error {
	return fault.New(fault.NotFound, fault.Textf("ไม่พบกุญแจลงนามการอนุมัติ %s", "the key that signs approvals, %s, is not there", name), restore,
		fault.Text{TH: "คลังที่ไม่เคยลงนาม ให้เริ่มใหม่จากโฟลเดอร์เนื้อหาด้วย syncd import", EN: "begin a repository that was never signed anew, from its folder, with syncd import"}).Because(err)
}

func unreadable(name string, err error) error {
	return fault.New(fault.Unavailable, fault.Textf("อ่านกุญแจ %s ไม่ได้", "the key %s can not be read", name)).Because(err)
}

// publish adds a key to the public keys, as the first, unless they name it.
func publish(dir string, k proof.Key) error {
	name := Trust(dir)
	old, err := os.ReadFile(name)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return unreadable(name, err)
	}
	if trust, err := proof.ParseTrust(string(old)); err == nil && trust.Has(k) {
		return nil
	}
	if err := put(name, append([]byte(string(k)+" khumue\n"), old...), 0o644, os.Rename); err != nil {
		return fault.New(fault.Unavailable, fault.Textf("เขียนกุญแจสาธารณะ %s ไม่ได้", "the public key %s can not be written", name)).Because(err)
	}
	return nil
}

// put writes a file that is there whole or not at all, and lasts. It comes to its
// name by a link, which never replaces another, or by renaming, which does.
func put(name string, data []byte, mode fs.FileMode, move func(from, to string) error) error {
	f, err := os.CreateTemp(filepath.Dir(name), ".approvals-*")
	if err != nil {
		return err
	}
	defer os.Remove(f.Name())
	_, err = io.Copy(f, bytes.NewReader(data))
	if err = errors.Join(err, f.Chmod(mode), f.Sync(), f.Close()); err != nil {
		return err
	}
	if err := move(f.Name(), name); err != nil {
		return err
	}
	return syncDir(filepath.Dir(name))
}

// syncDir makes the names in a folder last. Windows, which has no such thing,
// does so by itself.
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
