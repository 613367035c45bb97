package courier_test

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"khumue/internal/wire"
	"khumue/syncd/internal/courier"
	"khumue/syncd/internal/outbox"
	"khumue/syncd/internal/outbox/outboxtest"
	"khumue/syncd/internal/sqlstore/sqlstoretest"
)

var (
	firstSeed = flag.Uint64("first-seed", 1, "the first of the histories that are lived")
	histories = flag.Int("histories", 6, "how many are")
)

// history is an office that lives through what the dice say.
type history struct {
	*office
	dice   *rand.Rand
	lives  int
	armed  int     // so many moments until the process is killed; 0: it is not
	backup *centre // of the centre; nil: none was made
	copied string  // a folder with a backup of the office's database; "" none
}

// killed is what a process panics with that is killed.
type killed struct{}

// moment is one at which the process may be killed: its files stay as they are.
func (h *history) moment() {
	if h.armed == 0 {
		return
	}
	if h.armed--; h.armed == 0 {
		dir := h.t.TempDir()
		h.copyTo(dir, "khumue.db", "khumue.db-wal", "mark")
		h.dir = dir
		panic(killed{})
	}
}

func (h *history) copyTo(dir string, names ...string) {
	for _, name := range names {
		src, err := os.ReadFile(filepath.Join(h.dir, name))
		if errors.Is(err, os.ErrNotExist) {
			os.Remove(filepath.Join(dir, name))
			continue
		}
		h.must(errors.Join(err, os.WriteFile(filepath.Join(dir, name), src, 0o600)))
	}
}

// mortal is a store whose process may be killed before, in and after a write.
type mortal struct {
	outbox.Store
	h *history
}

func (m mortal) Write(ctx context.Context, do func(outbox.Records) error) error {
	m.h.moment()
	err := m.Store.Write(ctx, func(r outbox.Records) error {
		err := do(r)
		m.h.moment()
		return err
	})
	m.h.moment()
	return err
}

// note is a mark whose process may be killed before and after it is saved.
type note struct {
	outbox.Mark
	h *history
}

func (n note) Save(text string) error {
	n.h.moment()
	err := n.Mark.Save(text)
	n.h.moment()
	return err
}

// live starts the office's process on the files of its folder.
func (h *history) live() {
	h.lives++
	o := h.office
	o.store = sqlstoretest.Open(h.t, filepath.Join(o.dir, "khumue.db"))
	random := rand.NewChaCha8([32]byte{byte(h.dice.Uint32()), byte(h.lives)})
	var err error
	o.box, err = outbox.Open(h.t.Context(), outbox.Options{Store: mortal{o.store.Outbox(), h}, Mark: note{outbox.MarkFile(filepath.Join(o.dir, "mark")), h}, Now: o.link.clock.now, Random: random})
	h.must(err)
	o.Courier = courier.New(courier.Options{Box: o.box, Transport: o.link, Inlet: o.inbox, Files: o.shelf, Program: "1", Now: o.link.clock.now, Random: random, Log: slog.New(slog.NewTextHandler(io.Discard, nil))})
}

// mortally does something during which the process may be killed, and starts it anew
// when it was.
func (h *history) mortally(do func()) {
	defer func() {
		if p := recover(); p != nil {
			if _, ok := p.(killed); !ok {
				panic(p)
			}
			h.must(h.store.Close())
			h.mortally(h.live)
		}
	}()
	do()
}

// act does a deed, with a file sometimes.
func (h *history) act() {
	h.deeds++
	d := outboxtest.Deed(h.deeds)
	d.At, d.Do = h.link.clock.at, fmt.Appendf(nil, `{"n":%d,"text":%q}`, h.deeds, strings.Repeat("ก", h.dice.IntN(2000)))
	if h.dice.IntN(8) == 0 {
		d.Files = []wire.File{h.shelf.put(strings.Repeat(fmt.Sprint(h.deeds), 1+h.dice.IntN(20_000)))}
	}
	ctx, _, err := h.box.Note(h.t.Context(), d)
	h.must(err)
	h.must(mortal{h.store.Outbox(), h}.Write(ctx, func(r outbox.Records) error { return r.SetNote("effect", fmt.Sprint(h.deeds)) }))
}

// happen lets one thing happen.
func (h *history) happen() {
	switch h.dice.IntN(24) {
	case 0, 1, 2, 3, 4, 5:
		for range 1 + h.dice.IntN(4) {
			h.mortally(h.act)
		}
	case 6, 7, 8, 9, 10, 11, 12, 13:
		h.mortally(func() { h.runFor(time.Duration(h.dice.IntN(400)) * time.Second) })
	case 14, 15:
		h.armed = 1 + h.dice.IntN(12)
	case 16:
		h.link.off = !h.link.off
	case 17:
		h.link.rate = []int{0, 2875, 20_000}[h.dice.IntN(3)]
	case 18:
		h.centre.later = !h.centre.later
	case 19:
		h.link.portal = !h.link.portal
	case 20:
		h.backup = h.centre.copied()
	case 21:
		if h.backup != nil && h.lives < 50 {
			h.backup.epoch = fmt.Sprint("epoch", h.lives, h.dice.Uint32())
			h.centre, h.link.centre = h.backup, h.backup
			h.backup = h.centre.copied()
		}
	case 22:
		h.copied = h.t.TempDir()
		h.copyTo(h.copied, "khumue.db", "khumue.db-wal", "mark")
	case 23:
		if h.copied == "" {
			return
		}
		h.must(h.store.Close())
		back := h.t.TempDir()
		h.copyTo(back, "mark") // which is no part of what is put back
		h.dir, h.copied = h.copied, ""
		h.copyTo(back, "khumue.db", "khumue.db-wal")
		h.dir = back
		h.mortally(h.live)
	}
}

// heal ends all faults, and runs until all is sent and done.
func (h *history) heal() {
	h.armed, h.link.off, h.link.portal, h.link.rate, h.link.fail, h.centre.later = 0, false, false, 0, nil, false
	h.Try()
	h.until(time.Hour)
	h.runFor(10 * time.Minute)
	h.until(time.Hour)
}

// remembered holds the end to what was done: all that the office knows of is at the
// centre, with the same bytes, and what is about one thing stands there in the order
// in which it was done.
func (h *history) remembered() {
	h.t.Helper()
	list, err := h.box.Items(h.t.Context(), outbox.Filter{})
	h.must(err)
	effect := outboxtest.Read(outboxtest.Book{T: h.t, Store: h.store.Outbox()}, func(r outbox.Records) (string, error) { return r.Note("effect") })
	last := 0
	for _, i := range list {
		if k, there := h.centre.items[i.ID]; !there || k.sum != i.Sum {
			h.t.Errorf("%s in state %s is not at the centre", i.ID, i.State)
		}
		last = max(last, h.number(i))
	}
	if fmt.Sprint(last) != effect && last > 0 {
		h.t.Errorf("the last effect is that of %s, the last operation that of %d", effect, last)
	}
	here, err := h.box.Items(h.t.Context(), outbox.Filter{Stream: h.box.Stream()})
	h.must(err)
	at := map[string]int{}
	for _, i := range here {
		if h.number(i) < at[i.Entity] {
			h.t.Errorf("%s stands behind what was done to %s later", i.ID, i.Entity)
		}
		at[i.Entity] = h.number(i)
	}
}

// number is which deed an operation is of.
func (h *history) number(i outbox.Item) (n int) {
	h.t.Helper()
	act, err := outbox.ReadAct(i.Body)
	h.must(err)
	_, rest, _ := strings.Cut(string(act.Do), `"n":`)
	digits, _, _ := strings.Cut(rest, ",")
	n, err = strconv.Atoi(digits)
	h.must(err)
	return n
}

// TestWhateverHappensAllGetsThereOnce lives through histories of faults: kills at any
// write and on the way, lines that are off, slow, cut or not what they seem, centres
// and offices that are put back from copies. -first-seed and -histories choose them.
func TestWhateverHappensAllGetsThereOnce(t *testing.T) {
	for n := range *histories {
		seed := *firstSeed + uint64(n)
		t.Run(fmt.Sprint("seed ", seed), func(t *testing.T) {
			k := &clock{outboxtest.Noon}
			h := &history{dice: rand.New(rand.NewPCG(seed, 9))}
			h.office = &office{t: t, dir: t.TempDir(), link: &link{clock: k, centre: newCentre(k.now)}, inbox: &inbox{}, shelf: shelf{}}
			h.centre = h.link.centre
			h.link.fail = func(wire.Message) string {
				h.moment()
				return map[int]string{0: "before", 1: "after"}[h.dice.IntN(10)]
			}
			h.live()
			defer func() { h.must(h.store.Close()) }()
			for range 40 {
				h.happen()
			}
			h.heal()
			h.judge()
			h.remembered()
		})
	}
}
