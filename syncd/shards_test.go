package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"khumue/internal/calendar"
	"khumue/internal/catalog"
	"khumue/internal/delay"
	"khumue/internal/fault"
	"khumue/internal/testkit"
	"khumue/syncd/internal/delays"
	"khumue/syncd/internal/rights"
	"khumue/syncd/internal/staff"
	"khumue/syncd/internal/vault"
)

// The files of the look-up follow what the desk knows, and a build is asked for
// when one of them changed.
func TestTheFilesOfTheLookUpFollow(t *testing.T) {
	dir := filepath.Join(t.TempDir(), factsFolder, delayFacts)
	files := map[string][]byte{"index.json": []byte("1"), "0-0000.json": []byte("a")}
	builds := 0
	s := &shards{dir: dir, make: func(context.Context) (map[string][]byte, error) { return files, nil }, build: func() { builds++ }}
	check := func(what string, want int) {
		t.Helper()
		if err := s.write(t.Context()); err != nil {
			t.Fatal(err)
		}
		if builds != want {
			t.Errorf("%s: %d builds were asked for, want %d", what, builds, want)
		}
		there, err := os.ReadDir(dir)
		if err != nil || len(there) != len(files) {
			t.Errorf("%s: %d files, %v, want %d", what, len(there), err, len(files))
		}
		for name, text := range files {
			if got, err := os.ReadFile(filepath.Join(dir, name)); err != nil || string(got) != string(text) {
				t.Errorf("%s: %s is %q, %v", what, name, got, err)
			}
		}
	}
	check("at first", 1)
	check("again", 1)
	files = map[string][]byte{"index.json": []byte("2"), "1-0000.json": []byte("b"), "1-0001.json": []byte("c")}
	check("divided anew", 2)
}

// They are written at the start, a little after changes, and each day; what failed
// is tried again.
func TestTheFilesOfTheLookUpAreWrittenInTime(t *testing.T) {
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		ctx, stop := context.WithCancel(t.Context())
		defer stop()
		var writes atomic.Int64
		var fails atomic.Bool
		s := &shards{dir: filepath.Join(dir, factsFolder, delayFacts), now: time.Now, log: slog.New(slog.DiscardHandler), wake: make(chan struct{}, 1), build: func() {}}
		s.make = func(context.Context) (map[string][]byte, error) {
			if writes.Add(1); fails.Load() {
				return nil, errors.New("down")
			}
			return nil, nil
		}
		go s.run(ctx)
		after := func(d time.Duration, want int) {
			t.Helper()
			time.Sleep(d)
			synctest.Wait()
			if got := writes.Load(); got != int64(want) {
				t.Errorf("after %v: written %d times, want %d", d, got, want)
			}
		}
		after(0, 1)
		s.ask()
		s.ask()
		after(time.Second, 1)
		after(2*time.Second, 2)
		after(shardsEvery, 2)
		after(24*time.Hour, 3)
		fails.Store(true)
		s.ask()
		after(3*time.Second, 4)
		fails.Store(false)
		after(shardsEvery, 5)
		after(shardsEvery, 5)
	})
}

// Who looks after a point is told once before a letter is due and once when it is
// late, and the daemon does not start without the key of applicants that it has.
func TestAPointIsRemindedOfItsLateRequests(t *testing.T) {
	r := &reminded{centre: mailing(t, testkit.OpenMailbox(t, testkit.MailboxOptions{TLS: "none"})), t: t}
	clock := func() time.Time { return r.now }
	r.manuals.Now, r.desk.Now, r.late.Now = clock, clock, clock
	if _, err := r.follows.look(); err != nil {
		t.Fatal(err)
	}
	if err := r.manuals.CatchUp(t.Context()); err != nil {
		t.Fatal(err)
	}
	today := func(s string) calendar.Date {
		t.Helper()
		d, err := calendar.ParseISO(s)
		if err != nil {
			t.Fatal(err)
		}
		r.now = d.Start().Add(9 * time.Hour)
		return d
	}
	filed := today("2026-03-02")
	account := staff.Account{Line: 1, Issuer: "https://id.example", Subject: "point", Name: "จันทร์", Grant: at(catalog.RolePoint, "dlt", "dlt-area5")}
	if _, err := r.desk.Import(t.Context(), staff.Console, "test", []staff.Account{account}, false); err != nil {
		t.Fatal(err)
	}
	var clerk staff.Acting
	if err := r.store.Read(t.Context(), func(rec staff.Records) error {
		u, err := rec.UserOf(account.Issuer, account.Subject)
		clerk.Officer = rights.Officer{ID: u.ID, Grants: []rights.Grant{account.Grant}}
		return err
	}); err != nil {
		t.Fatal(err)
	}
	s, err := r.late.Begin(t.Context(), clerk, delays.New{ID: r.late.NewID(), Point: "dlt-area5", Manual: lateManual, Request: "1/2569", Filed: filed, Complete: filed, Person: delays.Person{Name: "ลำดวน"}})
	if err != nil {
		t.Fatal(err)
	}
	if want := (calendar.NewDate(2026, time.March, 24)); s.Case.Due != want { // 15 working days, with Makha Bucha between
		t.Fatalf("it is due on %s, want %s", s.Case.Due, want)
	}
	tells := func(day string, want ...string) {
		t.Helper()
		today(day)
		for range 2 {
			if err := r.remindDelays(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		if got := r.told(clerk.ID); !slices.Equal(got, want) {
			t.Errorf("on %s: told %q, want %q", day, got, want)
		}
	}
	const soon, late = "late-soon คำขอเลขที่ 1/2569", "late คำขอเลขที่ 1/2569"
	tells("2026-03-27")
	tells("2026-03-28", soon)
	tells("2026-03-31", soon)
	tells("2026-04-01", soon, late)
	tells("2026-04-05", soon, late)
	day := today("2026-04-05")
	if _, err = r.late.Write(t.Context(), clerk, delays.Command{ID: s.ID, Version: s.Version, Key: "k"}, delay.Letter{Number: "1", Date: day, Reason: delay.Volume, Expected: day}); err != nil {
		t.Fatal(err)
	}
	tells("2026-04-05", soon, late, soon)
	tells("2026-04-08", soon, late, soon, late)

	for range 2 { // it ended by mistake, twice on the day on which that was told
		over, err := r.late.Case(t.Context(), clerk, s.ID)
		if err == nil {
			over, err = r.late.End(t.Context(), clerk, delays.Command{ID: s.ID, Version: over.Version, Key: fmt.Sprint("end ", over.Version)}, delay.Finished, delay.Granted, r.late.Today())
		}
		if err == nil {
			_, err = r.late.Reopen(t.Context(), clerk, delays.Command{ID: s.ID, Version: over.Version, Key: fmt.Sprint("again ", over.Version)}, "ลงผลผิดเรื่อง")
		}
		if err != nil {
			t.Fatal(err)
		}
		want := append(r.told(clerk.ID), late)
		tells("2026-04-08", want...)
	}

	if err := os.Remove(filepath.Join(r.cfg.Data, vault.KeyFile)); err != nil {
		t.Fatal(err)
	}
	if _, err := r.personalKey(t.Context()); !errors.Is(err, fault.NotFound) {
		t.Errorf("without the key of applicants: %v", err)
	}
}
