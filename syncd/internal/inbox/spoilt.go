package inbox

import (
	"errors"
	"io/fs"
	"os"
)

// Drop removes a device's file that is not what its sum says, as after a disk or a
// power cut spoilt it: it is missing from then on, and what names it waits for it.
func (f *Files) Drop(device, sum string) error {
	path, err := f.path(device, sum)
	if err != nil {
		return err
	}
	s := f.share(device)
	defer s.Unlock()
	if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return notKept(err)
	}
	s.drop(sum)
	return nil
}
