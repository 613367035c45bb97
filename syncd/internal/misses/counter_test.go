package misses

import (
	"cmp"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"khumue/internal/calendar"
	"khumue/internal/catalog"
	"khumue/internal/fault"
	"khumue/syncd/internal/rights"
	"khumue/syncd/internal/staff"
	"khumue/syncd/internal/trail"
)

// memory is a store in memory.
type memory struct {
	rows    map[string]Miss
	away    map[string]bool
	entries []trail.Entry
	down    error
	writes  int
}

func newMemory() *memory { return &memory{rows: map[string]Miss{}, away: map[string]bool{}} }

func (m *memory) Read(_ context.Context, do func(Records) error) error { return do(m) }

func (m *memory) Write(_ context.Context, do func(Records) error) error {
	if m.down != nil {
		return m.down
	}
	m.writes++
	return do(m)
}

func (m *memory) AddMiss(phrase string, times int, on calendar.Date) error {
	m.rows[phrase] = Miss{phrase, m.rows[phrase].Count + times, on}
	return nil
}

func (m *memory) Misses(f Filter) (list []Miss, all int, err error) {
	for _, row := range m.rows {
		if row.Count >= f.Least && !m.away[row.Phrase] && strings.Contains(row.Phrase, f.Text) {
			list = append(list, row)
		}
	}
	slices.SortFunc(list, func(a, b Miss) int { return cmp.Or(b.Count-a.Count, strings.Compare(a.Phrase, b.Phrase)) })
	return list[min(f.Page.Offset, len(list)):min(f.Page.Offset+f.Page.Size(), len(list))], len(list), nil
}

func (m *memory) DismissMiss(phrase string) error {
	if _, there := m.rows[phrase]; !there {
		return fault.New(fault.NotFound, fault.Text{TH: "ไม่มี", EN: "none"})
	}
	m.away[phrase] = true
	return nil
}

func (m *memory) ForgetMisses(before calendar.Date, keep int) error {
	maps.DeleteFunc(m.rows, func(_ string, row Miss) bool { return row.Last.Before(before) })
	list := slices.SortedFunc(maps.Values(m.rows), func(a, b Miss) int { return cmp.Or(a.Count-b.Count, a.Last.Compare(b.Last)) })
	for _, row := range list[:max(len(list)-keep, 0)] {
		delete(m.rows, row.Phrase)
	}
	return nil
}

func (m *memory) Record(e trail.Entry) error {
	m.entries = append(m.entries, e)
	return nil
}

// table is a counter whose clock stands where a test puts it.
type table struct {
	*Counter
	store *memory
	at    time.Time
}

func newTable() *table {
	t := &table{store: newMemory(), at: time.Date(2026, 11, 22, 3, 0, 0, 0, time.UTC)}
	t.Counter = NewCounter(t.store, func() time.Time { return t.at }, rand.Reader, slog.New(slog.DiscardHandler))
	return t
}

func TestOneNetworkCountsAPhraseOnceADay(t *testing.T) {
	c := newTable()
	flush := func(want int) {
		t.Helper()
		if err := c.Flush(t.Context()); err != nil {
			t.Fatal(err)
		}
		if got := c.store.rows["แมว"].Count; got != want {
			t.Errorf("counted %d times, want %d", got, want)
		}
	}
	for _, from := range []string{"192.0.2.1", "192.0.2.1", "::ffff:192.0.2.1", "2001:db8::1", "2001:db8::2", "2001:db8:0:1::1"} {
		c.Note(netip.MustParseAddr(from), "แมว")
	}
	flush(3)
	c.at = c.at.Add(13 * time.Hour) // 23:00 in Thailand
	c.Note(netip.MustParseAddr("192.0.2.1"), "เเมว")
	flush(3)
	c.at = c.at.Add(time.Hour)
	c.Note(netip.MustParseAddr("192.0.2.1"), "แมว")
	flush(4)
	if got := c.store.rows["แมว"].Last.ISO(); got != "2026-11-23" {
		t.Errorf("last asked on %s", got)
	}
}

func TestAFloodIsBounded(t *testing.T) {
	c := newTable()
	for i := range 10 * mostPerHour {
		c.Note(netip.MustParseAddr("192.0.2.1"), fmt.Sprintf("คำ %d", i))
	}
	if got := len(c.waiting); got != mostPerHour {
		t.Errorf("%d phrases of one network wait, want %d", got, mostPerHour)
	}
	for i := range 2 * mostWaiting {
		c.Note(netip.AddrFrom4([4]byte{10, byte(i >> 16), byte(i >> 8), byte(i)}), fmt.Sprintf("คำ %d", i+1000))
	}
	if got := len(c.waiting); got != mostWaiting {
		t.Errorf("%d phrases wait, want %d", got, mostWaiting)
	}
	if err := c.Flush(t.Context()); err != nil || c.store.writes != 1 {
		t.Errorf("%d transactions, %v", c.store.writes, err)
	}
}

func TestWhatCannotBeWrittenWaits(t *testing.T) {
	c := newTable()
	c.Note(netip.MustParseAddr("192.0.2.1"), "แมว")
	c.store.down = errors.New("the disk is full")
	if err := c.Flush(t.Context()); err == nil {
		t.Fatal("a failure is not told")
	}
	c.store.down = nil
	if err := c.Flush(t.Context()); err != nil || c.store.rows["แมว"].Count != 1 {
		t.Errorf("got %+v, %v", c.store.rows, err)
	}
}

func TestTheCounterWritesBeforeItEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newTable()
		ctx, stop := context.WithCancel(t.Context())
		done := make(chan struct{})
		go func() { c.Run(ctx); close(done) }()
		c.Note(netip.MustParseAddr("192.0.2.1"), "แมว")
		time.Sleep(flushEvery + time.Second)
		synctest.Wait()
		if c.store.rows["แมว"].Count != 1 {
			t.Error("it is not written in time")
		}
		c.Note(netip.MustParseAddr("192.0.2.1"), "หมา")
		stop()
		<-done
		if c.store.rows["หมา"].Count != 1 {
			t.Error("what waited is lost")
		}
	})
}

func TestOnlyWhoKeepsTheCatalogSeesTheList(t *testing.T) {
	m := newMemory()
	d := &Desk{m, 3, time.Now}
	today := calendar.NewDate(2026, 11, 22)
	for phrase, n := range map[string]int{"แมว": 5, "หมา": 3, "ปลา": 2} {
		_ = m.AddMiss(phrase, n, today)
	}
	as := func(r catalog.Role, agency catalog.AgencyCode) staff.Acting {
		return staff.Acting{Officer: rights.Officer{ID: "o", Grants: []rights.Grant{{Role: r, Scope: rights.Scope{Agency: agency}}}}}
	}
	for _, r := range []catalog.Role{catalog.RoleDGA, catalog.RoleCentral, catalog.RolePoint, catalog.RoleAuthor, catalog.RoleReviewer} {
		by := as(r, map[bool]catalog.AgencyCode{true: "", false: "dlt"}[r == catalog.RoleDGA])
		if _, _, err := d.List(t.Context(), by, "", trail.Page{}); !errors.Is(err, fault.Forbidden) {
			t.Errorf("%s lists: %v", r, err)
		}
		if err := d.Dismiss(t.Context(), by, "แมว"); !errors.Is(err, fault.Forbidden) {
			t.Errorf("%s dismisses: %v", r, err)
		}
	}
	opdc := as(catalog.RoleOPDC, "")
	list, all, err := d.List(t.Context(), opdc, "", trail.Page{})
	if err != nil || all != 2 || list[0].Phrase != "แมว" {
		t.Errorf("got %v of %d, %v", list, all, err)
	}
	if err := d.Dismiss(t.Context(), opdc, "แมว"); err != nil || len(m.entries) != 1 || m.entries[0].Subject != "แมว" {
		t.Errorf("got %v, %v", m.entries, err)
	}
	if err := d.Dismiss(t.Context(), opdc, "นก"); !errors.Is(err, fault.NotFound) {
		t.Errorf("what is not there: %v", err)
	}
	if _, all, _ = d.List(t.Context(), opdc, "", trail.Page{}); all != 1 {
		t.Errorf("%d are left", all)
	}
}
