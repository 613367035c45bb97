package outbox

import (
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"

	"khumue/internal/fault"
)

// Mark is what stands beside a database and is not copied with it, by which one
// that was put back from a copy is known.
type Mark interface {
	// Load returns what Save saved last, "" when there is nothing.
	Load() (string, error)
	// Save returns when no failure of power can undo it.
	Save(text string) error
}

// marked is what a mark says.
type marked struct {
	Stream string `json:"stream"`
	Sent   int64  `json:"sent"`  // no number above was ever sent
	Place  string `json:"place"` // which machine it is
}

// MarkFile is a mark in a file, by its path.
type MarkFile string

// Load reads the file.
func (f MarkFile) Load() (string, error) {
	src, err := os.ReadFile(string(f))
	if errors.Is(err, fs.ErrNotExist) {
		return "", nil
	}
	return string(src), err
}

// Save writes the file anew.
func (f MarkFile) Save(text string) (err error) {
	tmp, err := os.CreateTemp(filepath.Dir(string(f)), filepath.Base(string(f))+".*")
	if err != nil {
		return unmarked(err)
	}
	defer func() {
		if err != nil {
			os.Remove(tmp.Name())
			err = unmarked(err)
		}
	}()
	_, err = tmp.WriteString(text)
	if err = errors.Join(err, tmp.Sync(), tmp.Close()); err != nil {
		return err
	}
	if err = os.Rename(tmp.Name(), string(f)); err != nil || runtime.GOOS == "windows" {
		return err
	}
	dir, err := os.Open(filepath.Dir(string(f)))
	if err != nil {
		return err
	}
	return errors.Join(dir.Sync(), dir.Close())
}

func unmarked(err error) error {
	return fault.New(fault.Unavailable,
		fault.Text{TH: "เขียนลงดิสก์ไม่ได้", EN: "The disk can not be written."},
		fault.Text{TH: "ตรวจว่าดิสก์มีที่ว่าง แล้วลองใหม่", EN: "Make sure that there is room on it, then try again."}).Because(err)
}

// parseMark reads what append wrote; what is something else is no mark.
func parseMark(text string) (m marked) {
	if json.Unmarshal([]byte(text), &m) != nil {
		return marked{}
	}
	return m
}

func (m marked) String() string {
	src, err := json.Marshal(m)
	if err != nil {
		panic("outbox: " + err.Error()) // texts and a number can always be written
	}
	return string(src)
}
