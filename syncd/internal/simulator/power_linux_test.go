//go:build amd64 || arm64

package simulator_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"khumue/internal/testkit/witness"
	"khumue/internal/wire"
	"khumue/syncd/internal/inbox"
	"khumue/syncd/internal/inbox/inboxtest"
	"khumue/syncd/internal/outbox"
	"khumue/syncd/internal/outbox/outboxtest"
	"khumue/syncd/internal/sqlstore"
	"khumue/syncd/internal/sqlstore/sqlstoretest"
)

// The side that a process takes, and where; set of the process whose power fails.
const (
	powerSide = "KHUMUE_TEST_POWER"
	powerDir  = "KHUMUE_TEST_POWER_DIR"
)

// TestMain lets the test binary be the process whose power fails.
func TestMain(m *testing.M) {
	if name := os.Getenv(powerSide); name != "" {
		s := sides[slices.IndexFunc(sides, func(s side) bool { return s.name == name })]
		if err := errors.Join(witness.Show(), s.with(os.Getenv(powerDir), s.act)); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		fmt.Println("acknowledged")
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// side is one that acknowledges something.
type side struct {
	name   string
	sealed bool
	act    func(*sqlstore.Store, string) error
	// there tells whether what was acknowledged is there; an error, that it is neither
	// there nor not.
	there func(*sqlstore.Store, string) (bool, error)
}

var sides = []side{
	{"an office saves what an officer did", true, saves, isSaved},
	{"the centre takes in what an office sends", false, takes, isTaken},
}

// with opens the side's database for a while.
func (s side) with(dir string, do func(*sqlstore.Store, string) error) error {
	file := filepath.Join(dir, "khumue.db")
	open := sqlstore.Open
	if s.sealed {
		open = func(ctx context.Context, file string) (*sqlstore.Store, error) {
			return sqlstore.OpenSealed(ctx, file, bytes.Repeat([]byte("k"), sqlstore.SealedKey))
		}
	}
	store, err := open(context.Background(), file)
	if err != nil {
		return err
	}
	if err := do(store, dir); err != nil {
		return errors.Join(err, store.Close())
	}
	if os.Getenv(powerSide) != "" {
		return nil // it ends as it is
	}
	return store.Close()
}

// boxOf opens the outbox of a database.
func boxOf(s *sqlstore.Store, dir string) (*outbox.Box, error) {
	return outbox.Open(context.Background(), outbox.Options{Store: s.Outbox(), Mark: outbox.MarkFile(filepath.Join(dir, "mark")), Now: func() time.Time { return outboxtest.Noon }, Random: bytes.NewReader(bytes.Repeat([]byte{7}, 200))})
}

func saves(s *sqlstore.Store, dir string) error {
	box, err := boxOf(s, dir)
	if err != nil {
		return err
	}
	ctx, _, err := box.Note(context.Background(), outboxtest.Deed(1))
	if err != nil {
		return err
	}
	return s.Outbox().Write(ctx, func(r outbox.Records) error { return r.SetNote("effect", "1") })
}

func isSaved(s *sqlstore.Store, dir string) (is bool, err error) {
	box, err := boxOf(s, dir)
	if err != nil {
		return false, err
	}
	list, err := box.Items(context.Background(), outbox.Filter{})
	if err != nil {
		return false, err
	}
	err = s.Outbox().Read(context.Background(), func(r outbox.Records) error {
		effect, err := r.Note("effect")
		if is = effect != ""; err == nil && is != (len(list) == 1) {
			err = fmt.Errorf("of the effect there is %q, of operations %d", effect, len(list))
		}
		return err
	})
	return is, err
}

func deskOf(s *sqlstore.Store) *inbox.Desk {
	return &inbox.Desk{Store: s.Inbox(), Epoch: s.Epoch, Now: func() time.Time { return inboxtest.At(1) }, Random: bytes.NewReader(make([]byte, 1000)), Log: quiet}
}

func takes(s *sqlstore.Store, _ string) error {
	reply := deskOf(s).Talk(context.Background(), inboxtest.Device(1), wire.Message{Type: wire.Push, Nonce: "n", Stream: inboxtest.StreamID(1), Ops: []wire.Op{inboxtest.Op(1), inboxtest.Op(2)}})
	if len(reply.Results) != 2 || reply.Results[1].Status != wire.Stored {
		return fmt.Errorf("the answer is %+v", reply)
	}
	return nil
}

func isTaken(s *sqlstore.Store, _ string) (bool, error) {
	reply := deskOf(s).Talk(context.Background(), inboxtest.Device(1), wire.Message{Type: wire.Ask, Nonce: "n", IDs: []string{inboxtest.Op(1).ID, inboxtest.Op(2).ID}})
	if len(reply.Results) != 2 || reply.Results[0].Status != reply.Results[1].Status {
		return false, fmt.Errorf("the answer is %+v", reply)
	}
	return reply.Results[0].Status == wire.Stored, nil
}

// TestF9WhatIsAcknowledgedOutlastsALossOfPower takes away what was not synced, before
// each call to the disk: all of it, or of some files. What is left opens, holds
// together, and has what was acknowledged.
func TestF9WhatIsAcknowledgedOutlastsALossOfPower(t *testing.T) {
	for _, s := range sides {
		t.Run(s.name, func(t *testing.T) {
			dir := filepath.Join(scratch(t), "data")
			must(t, os.Mkdir(dir, 0o700))
			if !s.sealed {
				store := sqlstoretest.Open(t, filepath.Join(dir, "khumue.db"))
				inboxtest.Book{T: t, Store: store.Inbox()}.Write(func(r inbox.Records) error { return r.PutDevice(inboxtest.Device(1)) })
				must(t, store.Close())
			}
			must(t, s.with(dir, func(s *sqlstore.Store, dir string) error { _, err := boxOf(s, dir); return err }))
			during, after := s.outages(t, dir)
			for when, left := range during {
				s.outlasts(t, when, left, false)
			}
			for when, left := range after {
				s.outlasts(t, when, left, true)
			}
			t.Logf("power failed in %d ways, and in %d when all was said", len(during), len(after))
		})
	}
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// parted are the files that may outlast a loss of power without each other. What
// SQLite keeps in memory for its connections, and a mark that is not in its place
// yet, nobody reads after one.
var parted = []string{"khumue.db", "khumue.db-wal", "mark"}

// outages are what a loss of power leaves while a process acts, and when it has
// acknowledged.
func (s side) outages(t *testing.T, dir string) (during, after map[string]witness.Remains) {
	t.Helper()
	disk, err := witness.NewDisk(dir)
	must(t, err)
	during, after = map[string]witness.Remains{}, map[string]witness.Remains{}
	seen := map[[32]byte]bool{}
	add := func(to map[string]witness.Remains, when string) {
		for whole := range 1 << len(parted) {
			left, err := disk.Left(func(name string) bool {
				n := slices.Index(parted, name)
				return n >= 0 && whole&(1<<n) != 0
			})
			must(t, err)
			maps.DeleteFunc(left, func(name string, _ []byte) bool { return strings.HasSuffix(name, "-shm") })
			if sum := left.Sum(); !seen[sum] {
				seen[sum] = true
				to[fmt.Sprintf("before %s, whole are %03b of %v from the right", when, whole, parted)] = left
			}
		}
	}
	out := filepath.Join(filepath.Dir(dir), "said")
	f, err := os.Create(out)
	must(t, err)
	defer f.Close()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), powerSide+"="+s.name, powerDir+"="+dir)
	cmd.Stdout, cmd.Stderr = f, f
	_, err = witness.Watch{Root: dir, Shown: true, After: disk.After, Before: func(c *witness.Call) witness.Verdict {
		add(during, c.String())
		disk.Before(c)
		return witness.GoOn
	}}.Run(cmd)
	must(t, err)
	said, err := os.ReadFile(out)
	must(t, err)
	if strings.TrimSpace(string(said)) != "acknowledged" {
		t.Fatalf("it was not acknowledged: %s", said)
	}
	clear(seen)
	add(after, "anything else")
	return during, after
}

// outlasts opens what is left.
func (s side) outlasts(t *testing.T, when string, left witness.Remains, acknowledged bool) {
	t.Helper()
	dir := filepath.Join(scratch(t), "left")
	must(t, left.Write(dir))
	err := s.with(dir, func(store *sqlstore.Store, dir string) error {
		is, err := s.there(store, dir)
		if err == nil && acknowledged && !is {
			err = errors.New("what was acknowledged is not there")
		}
		return err
	})
	if err != nil {
		t.Errorf("power failed %s: %v", when, err)
	}
}
