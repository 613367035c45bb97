package main

import (
	"context"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"khumue/internal/calendar"
	"khumue/internal/catalog"
	"khumue/internal/licence"
	"khumue/internal/page"
	"khumue/internal/testkit"
	"khumue/syncd/internal/licences"
)

func TestStatisticsStandInFilesOfTheirOwn(t *testing.T) {
	dir := t.TempDir()
	figures := map[catalog.ManualID]page.Figures{}
	for _, id := range []catalog.ManualID{"dlt-aaaaaa", "dlt-bbbbbb", "mof-cccccc"} {
		figures[id] = page.Figures{Monthly: page.Monthly{Least: 1, Average: 2, Most: 3}, Years: []page.Year{{Year: 2569, Received: 24}}}
	}
	asked := 0
	f, err := newFacts(filepath.Join(dir, "facts"), slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	f.build = func() { asked++ }
	f.figure = func(context.Context, calendar.Date) (map[catalog.PointCode]page.Figures, error) { return nil, nil }
	f.works = func(context.Context, calendar.Date) (map[catalog.ManualID]page.Figures, error) { return figures, nil }
	write := func(want int) (text string) {
		t.Helper()
		if err := f.write(t.Context(), calendar.NewDate(2026, 12, 1)); err != nil || asked != want {
			t.Errorf("%v: %d builds were asked for, want %d", err, asked, want)
		}
		names, err := filepath.Glob(filepath.Join(f.dir, "statistics-*.json"))
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range names {
			b, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			text += string(b)
		}
		return text
	}
	const year = `"years":[{"year":2569,"received":24,"decided":0,"on_time":0}]`
	if got := write(1); strings.Count(got, `"monthly":{"average":2,"most":3,"least":1},`+year) != 3 {
		t.Error(got)
	}
	write(1)
	clear(figures)
	if got := write(2); got != "" {
		t.Errorf("what is told of nothing is left: %s", got)
	}
}

// What points report is told of the manuals that name the process.
func TestStatisticsOfAManualAreThoseOfItsProcess(t *testing.T) {
	c := mailing(t, testkit.OpenMailbox(t, testkit.MailboxOptions{TLS: "none"}))
	const renewing = catalog.ProcessID("dlt-u3iddp")
	month := calendar.MonthOf(calendar.DateOf(time.Now())).Add(-3)
	err := c.store.Licences().Write(t.Context(), func(r licences.Records) error {
		e := licence.Entry{Figures: licence.Figures{Received: 30, ApprovedOn: 30}}
		return r.PutReport("dlt", licence.Report{Key: licence.Key{Point: "dlt-area5", Process: renewing, Month: month}, Edition: 1, Filed: licence.Filing{Entry: e, Version: 1, At: time.Now(), By: "o-a", Cause: licence.First}})
	})
	if err != nil {
		t.Fatal(err)
	}
	got, err := c.publicStatistics(t.Context(), calendar.DateOf(time.Now()))
	if err != nil {
		t.Fatal(err)
	}
	naming, err := c.direct.Naming(renewing)
	if err != nil || len(naming[renewing]) == 0 {
		t.Fatalf("no manual names the process: %v", err)
	}
	for _, m := range naming[renewing] {
		if got[m].Monthly != (page.Monthly{Least: 30, Average: 30, Most: 30}) {
			t.Errorf("%s: %+v", m, got[m])
		}
	}
	if len(got) != len(naming[renewing]) {
		t.Errorf("%d manuals tell of requests", len(got))
	}
}
