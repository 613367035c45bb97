package inbox_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"testing"
	"time"

	"khumue/internal/catalog"
	"khumue/internal/fault"
	"khumue/internal/wire"
	"khumue/syncd/internal/inbox"
	"khumue/syncd/internal/inbox/inboxtest"
	"khumue/syncd/internal/rights"
	"khumue/syncd/internal/staff"
)

// F30
func TestAFileThatWasCutGoesOnWhereItWas(t *testing.T) {
	c := opened(t)
	photo := bytes.Repeat([]byte("ภาพ 0123456789"), 60_000)
	sum := sha256.Sum256(photo)
	name := hex.EncodeToString(sum[:])
	empty := wire.File{SHA256: "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"}
	send := func(from int) (got wire.Got) {
		for at := from; at < len(photo); at += wire.MaxChunk {
			m := wire.Message{Type: wire.Chunk, Piece: &wire.Piece{SHA256: name, Size: int64(len(photo)), At: int64(at), Data: photo[at:min(at+wire.MaxChunk, len(photo))]}}
			got = c.tell(1, m).Got[0]
			if from == 0 && at >= 2*wire.MaxChunk {
				break
			}
		}
		return got
	}
	have := func(n int) wire.Got {
		return c.tell(n, wire.Message{Type: wire.Have, Files: []wire.File{{SHA256: name, Size: int64(len(photo))}}}).Got[0]
	}
	parent := op(1, plain)
	parent.Files = []wire.File{empty, {SHA256: name, Size: int64(len(photo))}}
	c.push(parent)
	c.tell(1, wire.Message{Type: wire.Chunk, Piece: &wire.Piece{SHA256: empty.SHA256}})
	send(0)
	c.rest()
	c.same("the parent", c.asked(parent)[0].Text.EN, "1 of 2 files have come. It waits for the others.")
	c.restart()
	c.same("so much is there", have(1), wire.Got{SHA256: name, Have: 3 * wire.MaxChunk})
	c.same("of another machine nothing", have(2), wire.Got{SHA256: name})
	c.same("a piece that is there", send(2*wire.MaxChunk), wire.Got{SHA256: name, Have: int64(len(photo)), Complete: true})
	c.rest()
	c.same("done", said(c.asked(parent)), "stored+")
	file, err := c.Files.Open(inboxtest.Device(1).ID, name)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	if kept, err := io.ReadAll(file); err != nil || !bytes.Equal(kept, photo) {
		t.Errorf("another file is there: %v", err)
	}
}

func TestAFileIsHeldToItsSumAndItsMachineToItsShare(t *testing.T) {
	c := opened(t)
	sum := inboxtest.StreamID(1) + inboxtest.StreamID(2)
	piece := func(p wire.Piece) wire.Message { return c.tell(1, wire.Message{Type: wire.Chunk, Piece: &p}) }
	got := piece(wire.Piece{SHA256: sum, Size: 3, Data: []byte("abc")})
	c.same("another sum", got.Got, []wire.Got{{SHA256: sum}})
	got = piece(wire.Piece{SHA256: sum, Size: 9, At: 5, Data: []byte("abc")})
	c.same("a piece of the middle", got.Got, []wire.Got{{SHA256: sum}})
	for n, want := range []wire.Type{wire.Have, wire.Wait} {
		big := wire.Piece{SHA256: inboxtest.StreamID(7) + inboxtest.StreamID(n), Size: wire.MaxFile, Data: make([]byte, 100)}
		if n == 1 {
			c.Files.Quota = wire.MaxFile
		}
		c.same("its share", piece(big).Type, want)
	}
	for name, path := range map[string][2]string{"a path": {"../x", sum}, "a name": {inboxtest.Device(1).ID, "../../etc/passwd"}, "nothing": {"", sum}} {
		if _, err := c.Files.Open(path[0], path[1]); !errors.Is(err, fault.Invalid) && !errors.Is(err, fault.NotFound) {
			t.Errorf("%s: got %v", name, err)
		}
	}
	needs := op(1, plain)
	part := wire.File{SHA256: inboxtest.StreamID(7) + inboxtest.StreamID(0), Size: wire.MaxFile}
	needs.Files = []wire.File{part}
	c.push(needs)
	swept := func(days int) int64 {
		c.now = time.Now().AddDate(0, 0, days)
		if err := c.Tidy(t.Context()); err != nil {
			t.Fatal(err)
		}
		return c.tell(1, wire.Message{Type: wire.Have, Files: []wire.File{part}}).Got[0].Have
	}
	c.same("old, and waited for", swept(100), int64(100))
	inboxtest.Book{T: t, Store: c.store.Inbox()}.Write(func(r inbox.Records) error {
		return r.Update(inbox.Item{Op: needs, State: inbox.Done, Outcome: inbox.Outcome{Status: wire.Rejected}})
	})
	c.same("not old", swept(80), int64(100))
	c.same("old, and not waited for", swept(100), int64(0))
}

// counting counts what is read of a store.
type counting struct {
	inbox.Store
	reads map[string]int
}

// Read counts.
func (c counting) Read(ctx context.Context, do func(inbox.Records) error) error {
	return c.Store.Read(ctx, func(r inbox.Records) error { return do(countingRecords{r, c.reads}) })
}

type countingRecords struct {
	inbox.Records
	reads map[string]int
}

// Devices counts.
func (c countingRecords) Devices() ([]inbox.Device, error) {
	c.reads["devices"]++
	return c.Records.Devices()
}

// Backlog counts.
func (c countingRecords) Backlog(device string) (inbox.Backlog, error) {
	c.reads["backlog"]++
	return c.Records.Backlog(device)
}

// Streams counts.
func (c countingRecords) Streams(device string) ([]inbox.Stream, error) {
	c.reads["streams"]++
	return c.Records.Streams(device)
}

func TestAPageOfMachinesReadsNoMoreThanItShows(t *testing.T) {
	c := opened(t)
	c.push(op(1, plain), op(4, plain))
	reads := map[string]int{}
	c.Store = counting{c.Store, reads}
	central := officer("central", "dlt")
	list, err := c.Offices(t.Context(), central)
	if err != nil {
		t.Fatal(err)
	}
	c.same("of all machines", reads, map[string]int{"devices": 1})
	clear(reads)
	for _, want := range list {
		got, err := c.Office(t.Context(), central, want.ID)
		if err != nil {
			t.Fatal(err)
		}
		c.same("one machine", got, want)
	}
	c.same("of one machine at a time", reads, map[string]int{"backlog": len(list)})
	for name, by := range map[string]staff.Acting{"of another agency": officer("central", "dit"), "who sees no reports": officer("author", "dit")} {
		if _, err := c.Office(t.Context(), by, list[0].ID); !errors.Is(err, fault.NotFound) {
			t.Errorf("an officer %s: got %v", name, err)
		}
	}
}

// F31
func TestAWrongClockIsNotedAndDecidesNothing(t *testing.T) {
	for _, tc := range []struct {
		name, clock, since string
		offset             time.Duration
		odd                bool
	}{
		{"right", "2026-11-26T10:00:10+07:00", "2026-11-26T09:00:10+07:00", 10 * time.Second, false},
		{"an hour behind", "2026-11-26T02:00:00Z", "2026-11-26T01:00:00Z", -time.Hour, true},
		{"of 1980", "1980-01-01T00:00:00Z", "1979-12-31T23:00:00Z", time.Date(1980, 1, 1, 0, 0, 0, 0, time.UTC).Sub(time.Date(2026, 11, 26, 3, 0, 0, 0, time.UTC)), true},
		{"in Buddhist years", "2569-11-26T03:00:00Z", "2569-11-26T02:00:00Z", 200 * 365 * 24 * time.Hour, true},
		{"none", "yesterday", "", 0, false},
	} {
		t.Run(tc.name, func(t *testing.T) {
			c := opened(t)
			m := wire.Message{Type: wire.Hello, Greeting: &wire.Greeting{Version: 1, Stream: inboxtest.StreamID(1), Waiting: 1, Clock: tc.clock, Since: tc.since}}
			rec := c.tell(1, m).Reception
			c.same("the centre's time", rec.Time, "2026-11-26T03:00:00Z")
			o := offices(c, officer("point", "dlt"))[0]
			c.same("noted", o.Offset, tc.offset)
			c.same("flagged", o.ClockOdd(), tc.odd)
			if tc.since != "" {
				c.same("it waits since", o.Since, c.clock().Add(-time.Hour))
			}
			c.same("taken", words(c.push(op(1, plain))), "stored")
		})
	}
}

// F32
func TestF32AnOldProgramIsToldSo(t *testing.T) {
	c := opened(t)
	for version, want := range map[int]wire.Standing{wire.Least: wire.Welcome, wire.Version + 1: wire.Welcome} {
		rec := c.tell(1, wire.Message{Type: wire.Hello, Greeting: &wire.Greeting{Version: version, Stream: inboxtest.StreamID(1)}}).Reception
		c.same("standing", rec.Standing, want)
		c.same("version", []int{rec.Version, rec.Least}, []int{wire.Version, wire.Least})
	}
	reply := c.Talk(t.Context(), inboxtest.Device(1), wire.Message{Type: wire.Hello, Nonce: "n", Greeting: &wire.Greeting{Version: wire.Least - 1, Stream: inboxtest.StreamID(1)}})
	c.same("an older one", reply.Reception.Standing, wire.Outdated)
}

// F33, S39
func TestOfARevokedMachineNothingIsTaken(t *testing.T) {
	c := opened(t)
	c.push(op(1, plain))
	c.revoke(1)
	c.same("greeted", c.hello(1, 1, 2).Standing, wire.Revoked)
	for name, m := range map[string]wire.Message{
		"push":    {Type: wire.Push, Stream: inboxtest.StreamID(1), Ops: []wire.Op{op(1, plain), op(2, plain)}},
		"ask":     {Type: wire.Ask, IDs: []string{op(1, plain).ID}},
		"have":    {Type: wire.Have, Files: []wire.File{}},
		"chunk":   {Type: wire.Chunk, Piece: &wire.Piece{SHA256: inboxtest.StreamID(1) + inboxtest.StreamID(2), Size: 1, Data: []byte("x")}},
		"pull":    {Type: wire.Pull},
		"compare": {Type: wire.Compare, Stream: inboxtest.StreamID(1)},
	} {
		c.same(name, words(c.tell(1, m)), "refusal revoked")
	}
	if n := c.backlog().Pending; n != 1 {
		t.Errorf("%d operations are kept, want 1", n)
	}
	c.rest()
	c.same("what came before is done", c.effects(op(1, plain)), 1)
	same := wire.Message{Type: wire.Push, Stream: inboxtest.StreamID(2), Ops: []wire.Op{op(1, plain), op(2, plain)}}
	c.same("the same, once it is enrolled anew", words(c.tell(2, same)), "duplicate(stored)+, stored")
	if _, err := c.Admit(t.Context(), "secret9"); !errors.Is(err, fault.Forbidden) {
		t.Errorf("a token that is not known: got %v", err)
	}
}

// F34
func TestF34WhatIsSentForAnAgencyThatMovedIsKeptAndSeen(t *testing.T) {
	c := opened(t)
	c.moved = true
	c.same("taken", words(c.push(op(1, plain))), "stored")
	c.same("by its own", len(offices(c, officer("central", "dlt"))), 2)
	list := offices(c, officer("dga", ""))
	c.same("of the country", len(list), 3)
	c.same("moved", []bool{list[0].Moved, list[1].Moved}, []bool{false, true})
	kept := read(c, func(r inbox.Records) ([]inbox.Item, error) { return r.Items([]string{op(1, plain).ID}) })
	c.same("under", string(kept[0].Agency), "dlt")
}

// S9
func TestAnOperationOfAnotherAgencyIsNotTold(t *testing.T) {
	c := opened(t)
	mine := op(1, plain)
	c.push(mine)
	m := wire.Message{Type: wire.Push, Stream: inboxtest.StreamID(3), Ops: []wire.Op{mine}}
	reply := c.tell(3, m)
	c.same("the same id and bytes", words(reply), "rejected+ forbidden")
	c.same("asked", said(c.tell(3, wire.Message{Type: wire.Ask, IDs: []string{mine.ID}}).Results), "retry_later")
	c.same("in the other's stream", words(c.tell(3, wire.Message{Type: wire.Push, Stream: inboxtest.StreamID(1), Ops: []wire.Op{op(9, plain)}})), "stored")
	c.same("which is its own", c.hello(1, 1, 1).Digest, digestOf(mine))
	_, asides, err := c.Attention(context.Background(), officer("central", "dit"), page)
	if err != nil || len(asides) != 1 {
		t.Errorf("got %v, %v", asides, err)
	}
	c.same("to others", len(offices(c, officer("central", "dit"))), 1)
	c.same("to an author", len(offices(c, officer("author", "dlt"))), 0)
	for role, want := range map[catalog.Role]int{catalog.RoleAuthor: 2, catalog.RoleCentral: 2, catalog.RoleDGA: 0} {
		machines, err := c.Machines(t.Context(), officer(role, "dlt"), rights.WorkOffline)
		c.same("to work on, for "+string(role), []any{len(machines), err}, []any{want, error(nil)})
	}
}

func TestChangesAreHandedThrough(t *testing.T) {
	c := opened(t)
	reply := c.tell(1, wire.Message{Type: wire.Pull, Cursor: "c"})
	c.same("changes", []any{reply.Cursor, reply.More, len(reply.Changes)}, []any{"c1", true, 1})
	c.same("a cursor of nothing", words(c.tell(1, wire.Message{Type: wire.Pull, Cursor: "spoilt"})), "refusal invalid")
	c.same("a fault of ours", words(c.tell(1, wire.Message{Type: wire.Pull, Cursor: "panic"})), "wait")
	c.same("what an office does not say", words(c.tell(1, wire.Message{Type: wire.Wait, After: 1})), "refusal bad_message")
}
