package main

import (
	"errors"
	"log/slog"
	"testing"
	"time"

	"khumue/internal/calendar"
	"khumue/internal/catalog"
	"khumue/internal/delay"
	"khumue/internal/fault"
	"khumue/internal/licence"
	"khumue/syncd/internal/config"
	"khumue/syncd/internal/delays"
	"khumue/syncd/internal/rights"
	"khumue/syncd/internal/staff"
	"khumue/syncd/internal/summary"
)

// A demonstration begins with a year of reports and late requests, and one that is
// kept is not given them again.
func TestADemonstrationHasAPast(t *testing.T) {
	cfg, err := config.Read(config.Source{Name: "test", Env: []string{"KHUMUE_DATA=" + t.TempDir(), "KHUMUE_GENERATOR=" + generator}})
	if err != nil {
		t.Fatal(err)
	}
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	must(importContent("../content", cfg, time.Now()))
	c, err := openCentre(t.Context(), cfg, slog.New(slog.DiscardHandler), true)
	must(err)
	t.Cleanup(func() { must(c.close()) })
	_, err = c.follows.look()
	must(err)
	const issuer = "https://id.example"
	demo := &demoCommand{Agency: sampleAgency}
	must(demo.hire(t.Context(), c.desk, issuer))
	now := time.Date(2026, 12, 3, 10, 0, 0, 0, calendar.Bangkok()) // November can still be reported
	clock := func() time.Time { return now }
	c.licences.Now, c.summary.Now, c.late.Now = clock, clock, clock
	c.licences.Begin = calendar.Month{Year: 2025, Month: time.December}
	must(c.manuals.CatchUp(t.Context()))
	p := &past{centre: c, now: now} // which is stopped between its two halves
	list, err := c.licences.Posts(t.Context())
	must(err)
	p.off, err = c.late.Content.Holidays()
	must(err)
	must(p.hire(t.Context(), issuer, list))
	must(p.requests(t.Context()))
	began := time.Now()
	must(demo.remember(t.Context(), c, issuer, now))
	t.Logf("a past is made in %v", time.Since(began).Round(time.Millisecond))

	opdc := staff.Acting{Officer: rights.Officer{ID: "o-opdc", Grants: []rights.Grant{at(catalog.RoleOPDC, "", "")}}}
	november, year := calendar.Month{Year: 2026, Month: time.November}, calendar.Period{From: calendar.NewDate(2025, 12, 1), To: calendar.NewDate(2026, 10, 31)}
	r, err := c.summary.Make(t.Context(), opdc, summary.Query{Period: year})
	must(err)
	if r.Behind || len(r.ByPart) < 2 || r.Reports < 200 || r.Missing() == 0 || 10*r.Missing() > r.Expected || r.ApprovedLate == 0 || r.Letters < 8 || r.In() != r.Done()+r.Pending() {
		t.Errorf("%d parts, %d missing: %+v", len(r.ByPart), r.Missing(), r.Tally)
	}
	s, err := c.licences.Stats(t.Context(), opdc, "", calendar.Period{From: year.From, To: calendar.DateOf(now)})
	must(err)
	if s.Waiting != 2 || s.Used == 0 || s.Refused == 0 || s.Open+s.Lapsed > 0 {
		t.Errorf("unlocks: %+v", s)
	}
	g, err := c.licences.Grid(t.Context(), opdc, demoPoint, november.Add(-gapAsked), november)
	must(err)
	for _, row := range g.Rows {
		want := map[calendar.Month]licence.State{november: licence.Open, november.Add(-gapAsked): licence.UnlockRequested}
		if state, told := want[row.Month]; told && row.Standing.State != state {
			t.Errorf("%s is %s, want %s", row.Month, row.Standing.State, state)
		}
	}
	var cases []delays.Record
	must(c.store.Delays().Read(t.Context(), func(r delays.Records) (err error) { cases, err = r.Cases(delays.Filter{}); return err }))
	open := 0
	for _, v := range cases {
		if v.Case.State == delay.Open {
			open++
		}
	}
	if len(cases) != len(sampleCases) || open != 3 {
		t.Errorf("%d of %d late requests are open", open, len(cases))
	}
	before := r.Tally
	must(demo.remember(t.Context(), c, issuer, now.AddDate(0, 1, 0)))
	if r, err = c.summary.Make(t.Context(), opdc, summary.Query{Period: year}); err != nil || r.Tally != before {
		t.Errorf("%v: the past changed: %+v", err, r.Tally)
	}
}

// A demonstration lets anyone be anyone: it keeps out of a database of real people.
func TestADemonstrationKeepsOutOfARealPortal(t *testing.T) {
	for _, test := range []struct {
		name, issuer string
		refused      bool
	}{
		{"people of an earlier demonstration", "http://localhost:9999", false},
		{"people of an import who never signed in", "", false},
		{"people of a real provider", "https://id.example", true},
	} {
		t.Run(test.name, func(t *testing.T) {
			desk, store, err := openDesk(t.Context(), config.Config{Data: t.TempDir()})
			if err != nil {
				t.Fatal(err)
			}
			defer store.Close()
			err = desk.Store.Write(t.Context(), func(r staff.Records) error {
				u := staff.User{ID: "o-1", Issuer: test.issuer, Name: "จริง", Created: time.Now()}
				if u.Issuer != "" {
					u.Subject = "1"
				}
				return r.PutUser(u)
			})
			if err != nil {
				t.Fatal(err)
			}
			if err := noStrangers(t.Context(), desk.Store); errors.Is(err, fault.Conflict) != test.refused || !test.refused && err != nil {
				t.Error(err)
			}
		})
	}
}
