package sqlstore

import (
	"context"
	"crypto/aes"
	"crypto/hkdf"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"errors"
	"runtime"
	"slices"
	"syscall"
	"time"

	"github.com/ncruces/go-sqlite3"
	"github.com/ncruces/go-sqlite3/driver"
	_ "github.com/ncruces/go-sqlite3/vfs/xts" // the file system that seals
	"golang.org/x/crypto/xts"

	"khumue/internal/fault"
)

// sealing is the file system that seals.
const sealing = "xts"

// SealedKey is how long the key of a sealed database is, in bytes.
const SealedKey = 32

// OpenSealed opens a SQLite file of which every byte on the disk, that of its
// write-ahead log too, is sealed with AES-256-XTS by a key of 32 random bytes. All
// else is as with Open: it is durable before it is acknowledged, and refuses what
// Open refuses; a key that does not fit, and a file that is not sealed, are errors of
// kind Invalid, and change nothing.
//
// What is sealed can not be read without the key. Who may write to the disk can put
// back a page as it was before, and spoil one; the store does not know.
func OpenSealed(ctx context.Context, file string, key []byte) (*Store, error) {
	if len(key) != SealedKey {
		return nil, errors.New("sqlstore: the key of a sealed database has 32 bytes")
	}
	return openAt(ctx, place{file, slices.Clone(key), sealing})
}

// sectorKey is the key of AES-256-XTS, which has two halves of 32 bytes.
func (p place) sectorKey() []byte {
	key, err := hkdf.Key(sha256.New, p.key, nil, "khumue sealed database 1", 64)
	if err != nil {
		panic("sqlstore: " + err.Error()) // of lengths that are constants
	}
	return key
}

// openSealedFile opens a sealed file. The key is in no name and no error: each
// connection is told before it reads anything. What sorting needs stays in memory.
func openSealedFile(p place, settings ...string) (*sql.DB, error) {
	u, err := liteURL(p.name)
	if err != nil {
		return nil, err
	}
	u.RawQuery = "vfs=" + p.vfs
	settings = append([]string{"temp_store(MEMORY)"}, settings...)
	return driver.Open(u.String(), func(c *sqlite3.Conn) error {
		if err := c.Exec("PRAGMA hexkey('" + hex.EncodeToString(p.sectorKey()) + "')"); err != nil {
			return errKey
		}
		if err := c.BusyTimeout(busyTime * time.Millisecond); err != nil {
			return err
		}
		for _, s := range settings {
			if err := c.Exec("PRAGMA " + s); err != nil {
				return err
			}
		}
		return nil
	})
}

var errKey = errors.New("the file system does not take the key")

// sectorSize is how many bytes are sealed together.
const sectorSize = 512

// headerSize is how much of a file has to be read to know whose it is, in bytes.
func (p place) headerSize() int {
	if p.key != nil {
		return sectorSize
	}
	return 100
}

// unseal makes the beginning of a file readable. SQLite itself is not asked about a
// key that may be wrong: it would take the log for empty, and remove it.
func (p place) unseal(header []byte) error {
	if p.key == nil {
		return nil
	}
	c, err := xts.NewCipher(aes.NewCipher, p.sectorKey())
	if err != nil {
		return err
	}
	c.Decrypt(header, header, 0)
	return nil
}

func (p place) foreign() error {
	if p.key == nil {
		return foreign(p.name)
	}
	return fault.New(fault.Invalid, fault.Textf("%s ไม่ใช่ฐานข้อมูลของ Khumue ที่เปิดด้วยกุญแจนี้", "%s is not a database of Khumue that this key opens.", p.name),
		fault.Text{TH: "ใช้ไฟล์กุญแจที่สร้างพร้อมกับฐานข้อมูลนี้", EN: "Use the strongbox that was made with this database."})
}

// sealedCode is the extended code of an error of the driver of sealed files. A disk
// that is full is told as such: where the driver sees that it could not write, it
// leaves what that means to the system's error.
func sealedCode(err error) (int, bool) {
	var code sqlite3.ExtendedErrorCode
	if !errors.As(err, &code) {
		return 0, false
	}
	if full(err) && (code == sqlite3.IOERR_WRITE || code == sqlite3.IOERR_TRUNCATE || code == sqlite3.IOERR_SHMSIZE) {
		return int(sqlite3.FULL), true
	}
	return int(code), true
}

// full reports the system's error of a disk without room.
func full(err error) bool {
	var errno syscall.Errno
	if !errors.As(err, &errno) {
		return false
	}
	if runtime.GOOS == "windows" {
		return errno == 39 || errno == 112 // ERROR_HANDLE_DISK_FULL, ERROR_DISK_FULL
	}
	return errno == syscall.ENOSPC || errno == syscall.EDQUOT
}
