package main

import (
	"context"
	"crypto/rand"
	"log/slog"
	"os"
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
		for point, want := range map[string]bool{"dlt-area5": step.area5, "dlt-area1": false} {
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
		text, err := os.ReadFile(filepath.Join(dir, satisfactionFacts))
		if want := `{"version":1,"points":{"dlt-area5":{"satisfaction":{"answers":6,"mean":4.25}}}}`; err != nil || string(text) != want {
			t.Errorf("%v: %s, want %s", err, text, want)
		}
		if left, err := filepath.Glob(filepath.Join(filepath.Dir(dir), ".facts-*")); err != nil || len(left) > 0 {
			t.Errorf("%v: %v are left behind", err, left)
		}
	})
}
