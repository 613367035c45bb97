package office

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"khumue/internal/fault"
)

// authorityFile is what vouches for the machine on its network, sealed.
const (
	authorityFile = "authority.sealed"
	authorityFor  = "authority"
)

// Authority is what KeepAuthority kept; an error of kind NotFound where nothing was.
func (r *Rooms) Authority() ([]byte, error) {
	sealed, err := os.ReadFile(filepath.Join(r.home, authorityFile))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fault.New(fault.NotFound, fault.Text{TH: "เครื่องนี้ยังไม่มีใบรับรองของสำนักงาน", EN: "This machine has no certificate of the office's yet."}).Because(err)
	} else if err != nil {
		return nil, err
	}
	return r.opened.Unseal(authorityFor, sealed)
}

// KeepAuthority seals, in a file of its own, by what tablets know the machine.
func (r *Rooms) KeepAuthority(text []byte) error {
	sealed, err := r.opened.Seal(authorityFor, text)
	if err != nil {
		return err
	}
	return replace(filepath.Join(r.home, authorityFile), sealed)
}

// Now is the time of the centre, as well as the machine knows it.
func (r *Rooms) Now() time.Time { return r.clock.Now() }
