package main

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"khumue/internal/calendar"
	"khumue/internal/catalog"
	"khumue/internal/delay"
	"khumue/internal/fault"
	"khumue/syncd/internal/delays"
	"khumue/syncd/internal/edge"
	"khumue/syncd/internal/inquiry"
	"khumue/syncd/internal/manuals"
	"khumue/syncd/internal/rights"
	"khumue/syncd/internal/vault"
)

// personalKey opens the key of the applicants of late requests. One is made for a
// database that has none to open; for one that has, it must be there.
func (c *centre) personalKey(ctx context.Context) (*vault.Vault, error) {
	keys, err := vault.Open(c.cfg.Data)
	if errors.Is(err, fault.NotFound) {
		n := 0
		if lost := c.store.Delays().Read(ctx, func(r delays.Records) (err error) { n, err = r.CountCases(delays.Filter{}); return err }); lost != nil {
			return nil, lost
		}
		if n > 0 {
			return nil, err
		}
		return vault.Make(c.cfg.Data, rand.Reader)
	}
	return keys, err
}

// openDelays opens the desk of late requests with the key of its applicants.
func (c *centre) openDelays(keys *vault.Vault) {
	c.shards = &shards{dir: filepath.Join(c.facts.dir, delayFacts), build: c.ask, now: time.Now, log: c.log, wake: make(chan struct{}, 1)}
	c.late = &delays.Desk{
		Store: c.store.Delays(), Structure: c.current, Content: delayContent{c.direct, c.manuals}, Vault: keys, KeptDays: c.cfg.Delays.PersonalDays,
		Changed: c.shards.ask, Now: time.Now, Random: rand.Reader,
	}
	if c.writer != nil {
		c.late.Note = c.writer.Delays
	}
	c.shards.make = c.late.Shards
}

// keepDelaysEvery is how often applicants whose time is over are erased, and the
// red list is held against the holidays.
const keepDelaysEvery = time.Hour

// keepDelays does so until ctx ends.
func (c *centre) keepDelays(ctx context.Context) {
	tick := time.NewTicker(keepDelaysEvery)
	defer tick.Stop()
	for {
		n, err := c.late.Forget(ctx)
		if n > 0 {
			c.log.Info("applicants of late requests were erased", "cases", n)
		}
		if err = errors.Join(err, c.late.Recount(ctx)); err != nil && ctx.Err() == nil {
			c.log.Error("late requests are looked after later", "error", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

// remindDelays keeps one notice for each person of all late requests for which the
// same is soon due on one day, and another when it is late. Of a case that was opened
// again it keeps notices of its own.
func (c *centre) remindDelays(ctx context.Context) error {
	list, err := c.late.Reminders(ctx)
	if err != nil {
		return err
	}
	keepers, err := c.desk.Keepers(ctx, rights.WriteDelay)
	if err != nil {
		return err
	}
	groups := map[manuals.Reminder][]delays.Due{}
	var order []manuals.Reminder
	for _, d := range list {
		to, err := keepers.Of(ctx, d.Agency, d.Point)
		if err != nil {
			return err
		}
		for _, who := range to {
			key := manuals.Reminder{To: who, Topic: manuals.LateNow, Mark: markOfDelay(d)}
			if d.Alarm == delay.LetterSoon {
				key.Topic = manuals.LateSoon
			}
			if _, there := groups[key]; !there {
				order = append(order, key)
			}
			groups[key] = append(groups[key], d)
		}
	}
	for _, r := range order {
		r.Title = titleOfDelays(groups[r])
		if err := c.manuals.Remind(ctx, r); err != nil {
			return err
		}
	}
	return nil
}

// markOfDelay marks the notice of what is due: the same for all cases of one day,
// but of one without a day, of which one would be told once of all that there ever
// are, and of one that was opened again, of which the same may have been told before
// it ended.
func markOfDelay(d delays.Due) string {
	switch {
	case d.Reopened > 0:
		return fmt.Sprintf("%s %s %s %d", d.Alarm, d.Day.ISO(), d.ID, d.Reopened)
	case d.Day.IsZero():
		return string(d.Alarm) + " " + d.ID
	}
	return string(d.Alarm) + " " + d.Day.ISO()
}

// titleOfDelays names the first of some requests, and counts the others.
func titleOfDelays(of []delays.Due) catalog.Text {
	first := catalog.Text{TH: "คำขอเลขที่ " + of[0].Request, EN: "Request " + of[0].Request}
	if len(of) == 1 {
		return first
	}
	return catalog.Text{TH: fmt.Sprintf("%s และอีก %d เรื่อง", first.TH, len(of)-1), EN: fmt.Sprintf("%s and %d more", first.EN, len(of)-1)}
}

// inquiries answers citizens who look a request up without scripts.
func (c *centre) inquiries() (*inquiry.Server, error) {
	return inquiry.New(inquiry.Config{
		Look: c.late.Look, Client: edge.Client, Site: func() string { return c.cfg.Public.Address }, Log: c.log, Now: time.Now, Random: rand.Reader,
	})
}

// delayFacts is the folder of facts that holds the shards of the look-up.
const delayFacts = "delay"

// shards keeps the files of the public look-up at what the desk knows.
type shards struct {
	dir   string
	make  func(context.Context) (map[string][]byte, error)
	build func() // asks for a build
	now   func() time.Time
	log   *slog.Logger
	wake  chan struct{}
}

// Times of the files of the look-up: how long it is waited for more changes before
// they are written, and how often it is seen whether a day has begun.
const (
	shardsRest  = 2 * time.Second
	shardsEvery = 10 * time.Minute
)

// ask has the files written soon.
func (s *shards) ask() {
	select {
	case s.wake <- struct{}{}:
	default:
	}
}

// run writes them at the start, after changes, and when a day has begun in
// Bangkok, until ctx ends. What fails is tried again.
func (s *shards) run(ctx context.Context) {
	tick := time.NewTicker(shardsEvery)
	defer tick.Stop()
	var written calendar.Date
	for {
		if today := calendar.DateOf(s.now()); today != written {
			if err := s.write(ctx); err == nil {
				written = today
			} else if ctx.Err() == nil {
				s.log.Error("the look-up of late requests can not be written for the site", "error", err)
			}
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		case <-s.wake:
			written = calendar.Date{}
			select {
			case <-ctx.Done():
				return
			case <-time.After(shardsRest):
			}
			select { // what was asked for meanwhile is written with it
			case <-s.wake:
			default:
			}
		}
	}
}

// write writes the files that are not as they should be, takes away those that
// should not be there, and asks for a build where anything changed.
func (s *shards) write(ctx context.Context) error {
	files, err := s.make(ctx)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(s.dir, 0o700); err != nil {
		return err
	}
	changed := false
	names := make([]string, 0, len(files))
	for name := range files {
		names = append(names, name)
	}
	slices.Sort(names) // the index, which names the others, comes last
	for _, name := range names {
		before, err := os.ReadFile(filepath.Join(s.dir, name))
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
		if err == nil && bytes.Equal(before, files[name]) {
			continue
		}
		changed = true
		if err := replaceFile(filepath.Join(s.dir, name), files[name]); err != nil {
			return err
		}
	}
	there, err := os.ReadDir(s.dir)
	if err != nil {
		return err
	}
	for _, e := range there {
		if _, kept := files[e.Name()]; kept || strings.HasPrefix(e.Name(), ".") {
			continue
		}
		changed = true
		if err := os.Remove(filepath.Join(s.dir, e.Name())); err != nil {
			return err
		}
	}
	if changed {
		s.build()
	}
	return nil
}
