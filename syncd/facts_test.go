package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/uuid"

	"khumue/internal/calendar"
	"khumue/internal/catalog"
	"khumue/internal/page"
	"khumue/internal/survey"
	"khumue/internal/testkit"
	"khumue/syncd/internal/answers"
)

// answered has so many people answer for a point on a day.
func answered(t *testing.T, c *centre, point catalog.PointCode, on calendar.Date, n int) {
	t.Helper()
	var list []*answers.Answer
	for range n {
		id, err := uuid.NewV7FromReader(rand.Reader)
		if err != nil {
			t.Fatal(err)
		}
		list = append(list, &answers.Answer{ID: id.String(), Form: "satisfaction-1", Point: point, Day: on, Received: on, Picks: survey.Picks{"q1": "4"}})
	}
	err := c.store.Answers().Write(t.Context(), func(r answers.Records) error {
		_, err := r.Take(list)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// Answers of a month are on the point's page once the next has begun, when its
// agency publishes them, and at least five answered.
func TestThePublicFigureIsOnThePointsPage(t *testing.T) {
	c := mailing(t, testkit.OpenMailbox(t, testkit.MailboxOptions{TLS: "none"}))
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan struct{})
	go func() { c.builds.Run(ctx); close(ended) }()
	defer func() { cancel(); <-ended }()
	november := calendar.NewDate(2026, 11, 10)
	answered(t, c, "dlt-area5", november, 6)
	answered(t, c, "dlt-area1", november, 4)
	answered(t, c, "dlt-area2", november, 5) // which area1's few are told of with
	answered(t, c, "dga-office", november, 9)
	const told = "ความพึงพอใจของผู้ใช้บริการ"
	asked := 0
	c.facts.build = func() { asked++; c.builds.Ask() }
	for _, step := range []struct {
		name  string
		today calendar.Date
		asks  int
		area5 bool
	}{
		{"while the month lasts nothing is told", calendar.NewDate(2026, 11, 30), 0, false},
		{"the next month tells", calendar.NewDate(2026, 12, 1), 1, true},
		{"a day that changes nothing asks for no build", calendar.NewDate(2026, 12, 2), 1, true},
		{"after a year it is told no more", calendar.NewDate(2027, 12, 1), 2, false},
	} {
		if err := c.facts.write(t.Context(), step.today); err != nil {
			t.Fatal(err)
		}
		if asked != step.asks {
			t.Errorf("%s: builds were asked for %d times, want %d", step.name, asked, step.asks)
		}
		if b, err := c.builds.Ask().Wait(t.Context()); err != nil || b.Err != nil {
			t.Fatal(err, b.Err, b.Said)
		}
		for point, want := range map[string]bool{"dlt-area5": step.area5, "dlt-area1": false, "dlt-area2": false} {
			text, err := os.ReadFile(filepath.Join(c.cfg.Site, "point", point, "index.html"))
			if err != nil {
				t.Fatal(err)
			}
			if strings.Contains(string(text), told) != want {
				t.Errorf("%s: %s tells its figure: %v, want %v", step.name, point, !want, want)
			}
		}
	}
}

func TestFactsFollowTheDays(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		dir := filepath.Join(t.TempDir(), "facts")
		f, err := newFacts(dir, slog.New(slog.DiscardHandler))
		if err != nil {
			t.Fatal(err)
		}
		var days []string
		fails := true
		builds := 0
		f.build = func() { builds++ }
		f.figure = func(_ context.Context, today calendar.Date) (map[catalog.PointCode]page.Figures, error) {
			days = append(days, today.ISO())
			if fails {
				fails = false
				return nil, os.ErrPermission
			}
			return map[catalog.PointCode]page.Figures{"dlt-area5": {Satisfaction: page.Score{Answers: 6, Mean: 4.25}}}, nil
		}
		ctx, cancel := context.WithCancel(t.Context())
		go f.run(ctx)
		time.Sleep(25 * time.Hour) // of the bubble's clock
		f.ask()
		synctest.Wait()
		cancel()
		synctest.Wait()
		if len(days) != 4 || days[0] != days[1] || days[1] == days[2] || days[2] != days[3] || builds != 1 {
			t.Errorf("looked at %v, %d builds", days, builds)
		}
		text, err := os.ReadFile(filepath.Join(dir, shardName(shardOf("dlt-area5"))))
		if want := `{"version":1,"points":{"dlt-area5":{"satisfaction":{"answers":6,"mean":4.25}}}}`; err != nil || string(text) != want {
			t.Errorf("%v: %s, want %s", err, text, want)
		}
		if left, err := filepath.Glob(filepath.Join(filepath.Dir(dir), ".facts-*")); err != nil || len(left) > 0 {
			t.Errorf("%v: %v are left behind", err, left)
		}
	})
}

// A whole country's figures are written and read: 200,000 points. What stood in one
// file before is found in its place.
func TestFactsOfAWholeCountry(t *testing.T) {
	const points = 200_000
	dir := t.TempDir()
	f, err := newFacts(filepath.Join(dir, "facts"), slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	builds := 0
	f.build = func() { builds++ }
	figures := map[catalog.PointCode]page.Figures{"dlt-area5": {Satisfaction: page.Score{Answers: 6, Mean: 4.25}}}
	for n := len(figures); n < points; n++ {
		figures[catalog.PointCode(fmt.Sprintf("agency-%03d-point-%06d", n%700, n))] = page.Figures{Satisfaction: page.Score{Answers: 1000 + n, Mean: 4.25}}
	}
	f.figure = func(context.Context, calendar.Date) (map[catalog.PointCode]page.Figures, error) { return figures, nil }
	one := filepath.Join(f.dir, oneFile)
	if err := os.WriteFile(one, []byte(`{"version":1,"points":{"dlt-area5":{"satisfaction":{"answers":5,"mean":1}}}}`), 0o600); err != nil {
		t.Fatal(err)
	}
	write := func(want int) {
		t.Helper()
		if err := f.write(t.Context(), calendar.NewDate(2026, 12, 1)); err != nil {
			t.Fatal(err)
		}
		if builds != want {
			t.Errorf("%d builds were asked for, want %d", builds, want)
		}
	}
	build := func(tells string) {
		t.Helper()
		out := filepath.Join(dir, "site")
		if said, err := exec.Command(generator, "build", "--content", "../content", "--facts", f.dir, "--out", out).CombinedOutput(); err != nil {
			t.Fatalf("%v: %s", err, said)
		}
		text, err := os.ReadFile(filepath.Join(out, "point/dlt-area5/index.html"))
		if err != nil || !strings.Contains(string(text), tells) {
			t.Errorf("%v: the point does not tell %s", err, tells)
		}
	}
	build("1 จาก 5 (5 คำตอบ)")
	write(1)
	write(1)
	build("4.25 จาก 5 (6 คำตอบ)")
	if _, err := os.Stat(one); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("the one file of before is there still: %v", err)
	}
	names, err := filepath.Glob(filepath.Join(f.dir, "*.json"))
	if err != nil || len(names) != factsShards {
		t.Errorf("%v: %d files, want %d", err, len(names), factsShards)
	}
	for _, name := range names {
		if info, err := os.Stat(name); err != nil || info.Size() > 1<<20 {
			t.Errorf("%s: %v, more than 1 MiB", name, err)
		}
	}
	figures = map[catalog.PointCode]page.Figures{}
	write(2)
	if names, err := filepath.Glob(filepath.Join(f.dir, "*.json")); err != nil || len(names) > 0 {
		t.Errorf("%v: %v are left", err, names)
	}
}
