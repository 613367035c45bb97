package inbox_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"khumue/internal/wire"
	"khumue/syncd/internal/inbox"
	"khumue/syncd/internal/inbox/inboxtest"
)

// photo is a file that an operation brings.
func photo(mark byte, size int) (f wire.File, data []byte) {
	data = bytes.Repeat([]byte{mark}, size)
	sum := sha256.Sum256(data)
	return wire.File{SHA256: hex.EncodeToString(sum[:]), Size: int64(size)}, data
}

// brings sends a file of a machine in one piece.
func (c *centre) brings(n int, f wire.File, data []byte) wire.Message {
	c.t.Helper()
	return c.tell(n, wire.Message{Type: wire.Chunk, Piece: &wire.Piece{SHA256: f.SHA256, Size: f.Size, Data: data}})
}

// stored is how many bytes a machine has on the disk.
func stored(t *testing.T, f *inbox.Files, device string) (n int64) {
	t.Helper()
	names, err := os.ReadDir(filepath.Join(f.Dir, device))
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		if st, err := name.Info(); err == nil {
			n += st.Size()
		}
	}
	return n
}

func TestNoPieceGoesPastTheShareOfAMachine(t *testing.T) {
	const quota = 100_000
	piece := bytes.Repeat([]byte("x"), 30_000)
	device := inboxtest.Device(1).ID
	f := &inbox.Files{Dir: t.TempDir(), Quota: quota}
	for at := int64(0); at < 10*quota; at += int64(len(piece)) { // each says that it is the last
		_, _ = f.Put(device, wire.Piece{SHA256: inboxtest.StreamID(1) + inboxtest.StreamID(2), Size: at + int64(len(piece)) + 1, At: at, Data: piece})
	}
	if n := stored(t, f, device); n > quota {
		t.Errorf("a file that grows: %d bytes are there", n)
	}
	f = &inbox.Files{Dir: t.TempDir(), Quota: quota}
	var all sync.WaitGroup
	for n := range 20 {
		all.Go(func() {
			_, _ = f.Put(device, wire.Piece{SHA256: inboxtest.StreamID(1) + inboxtest.StreamID(n), Size: 60_000, Data: piece[:1]})
		})
	}
	all.Wait()
	if names, err := os.ReadDir(filepath.Join(f.Dir, device)); err != nil || len(names) != 1 {
		t.Errorf("at once: %d files of more than half of the share have begun, %v", len(names), err)
	}
	f = &inbox.Files{Dir: f.Dir, Quota: quota} // as after a restart
	if _, err := f.Put(device, wire.Piece{SHA256: inboxtest.StreamID(5) + inboxtest.StreamID(5), Size: quota, Data: piece}); err == nil {
		t.Error("after a restart what is there does not count")
	}
}

// F33: the files of what was sent before a machine was enrolled anew come after it.
func TestFilesThatComeAfterAMachineWasEnrolledAnewAreFound(t *testing.T) {
	c := opened(t)
	one, oneData := photo('a', 1000)
	two, twoData := photo('b', 2000)
	parent := op(1, plain)
	parent.Files = []wire.File{one, two}
	c.push(parent)
	c.rest()
	c.brings(3, one, oneData) // a machine of another agency
	c.brings(3, two, twoData)
	c.pass(time.Hour)
	c.rest()
	c.same("what another agency has", c.asked(parent)[0].Text.EN, "0 of 2 files have come. It waits for the others.")
	c.tell(1, wire.Message{Type: wire.Chunk, Piece: &wire.Piece{SHA256: two.SHA256, Size: two.Size, Data: twoData[:500]}})
	c.revoke(1)
	c.brings(2, two, twoData) // not the one that is awaited
	c.brings(2, one, oneData)
	c.rest()
	c.same("done", said(c.tell(2, wire.Message{Type: wire.Ask, IDs: []string{parent.ID}}).Results), "stored+")
	file, err := c.Files.Open(inboxtest.Device(1).ID, two.SHA256)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	if kept, err := io.ReadAll(file); err != nil || !bytes.Equal(kept, twoData) {
		t.Errorf("another file is there: %d bytes, %v", len(kept), err)
	}
}

func TestAShareThatIsUsedUpIsToldAndFreedAsWorkIsDone(t *testing.T) {
	c := opened(t)
	c.now = time.Now() // by which files are old
	c.Files.Quota = 100_000
	old, oldData := photo('a', 60_000)
	next, nextData := photo('b', 70_000)
	first, second := op(1, plain), op(2, plain)
	first.Files, second.Files = []wire.File{old}, []wire.File{next}
	c.down = true
	c.push(first, second)
	c.same("the first", c.brings(1, old, oldData).Type, wire.Have)
	c.rest()
	c.same("the second", c.brings(1, next, nextData).Type, wire.Wait)
	c.rest()
	c.same("it is told", c.asked(second)[0].Text.EN, "The files of this machine that wait at the centre fill its share. The others are sent when earlier ones are done. If that goes on, tell whoever runs the centre.")
	c.down = false
	c.pass(2 * time.Hour)
	c.rest()
	c.same("the first is done", said(c.asked(first)), "stored+")
	c.same("there is room then", c.brings(1, next, nextData).Type, wire.Have)
	c.rest()
	c.same("the second is done", said(c.asked(second)), "stored+")
	c.same("and the first's file is not there", c.tell(1, wire.Message{Type: wire.Have, Files: []wire.File{old}}).Got[0], wire.Got{SHA256: old.SHA256})
}
