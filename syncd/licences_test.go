package main

import (
	"log/slog"
	"strings"
	"testing"
	"time"

	"khumue/internal/calendar"
	"khumue/internal/catalog"
	"khumue/internal/licence"
	"khumue/syncd/internal/config"
	"khumue/syncd/internal/licences"
	"khumue/syncd/internal/mail"
	"khumue/syncd/internal/manuals"
	"khumue/syncd/internal/pages"
	"khumue/syncd/internal/rights"
	"khumue/syncd/internal/staff"
	"khumue/syncd/internal/trail"
)

// TestTheContentSaysWhatHasToBeReported asks the daemon over the sample content: who
// reports on what, and who is told when an unlock is asked for.
func TestTheContentSaysWhatHasToBeReported(t *testing.T) {
	cfg, err := config.Read(config.Source{Name: "test", Env: []string{"KHUMUE_DATA=" + t.TempDir(), "KHUMUE_GENERATOR=" + generator}})
	if err != nil {
		t.Fatal(err)
	}
	if err := importContent("../content", cfg, time.Now()); err != nil {
		t.Fatal(err)
	}
	c, err := openCentre(t.Context(), cfg, slog.New(slog.DiscardHandler), true)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := c.close(); err != nil {
			t.Error(err)
		}
	})
	if _, err := c.follows.look(); err != nil {
		t.Fatal(err)
	}
	accounts := []staff.Account{
		{Line: 1, Issuer: "https://id.example", Subject: "point", Email: "point@example.invalid", Name: "จันทร์", Grant: at(catalog.RolePoint, sampleAgency, "dlt-area5")},
		{Line: 2, Issuer: "https://id.example", Subject: "central", Email: "central@example.invalid", Name: "กมล", Grant: at(catalog.RoleCentral, sampleAgency, "")},
	}
	if _, err := c.desk.Import(t.Context(), staff.Console, "samples", accounts, false); err != nil {
		t.Fatal(err)
	}
	who := map[string]staff.Acting{}
	err = c.store.Read(t.Context(), func(r staff.Records) error {
		for _, a := range accounts {
			u, err := r.UserOf(a.Issuer, a.Subject)
			if err != nil {
				return err
			}
			who[a.Subject] = staff.Acting{Officer: u.Officer()}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	month := calendar.MonthOf(calendar.DateOf(time.Now())).Add(-demoMonths)
	g, err := c.licences.Grid(t.Context(), who["point"], "dlt-area5", month, month)
	if err != nil {
		t.Fatal(err)
	}
	if len(g.Rows) != 2 || g.Rows[0].Title.EN == "" || g.Rows[0].Standing.State != licence.Locked || !g.Calendar.Holidays.HasYear(2569) {
		t.Errorf("got %d rows", len(g.Rows))
	}
	opdc := staff.Acting{Officer: rights.Officer{ID: "o-opdc", Grants: []rights.Grant{{Role: catalog.RoleOPDC}}}}
	country, err := c.licences.Rollup(t.Context(), opdc, "", "", month, month)
	if err != nil || country.Expected < 20 || len(country.Parts) < 3 {
		t.Errorf("of the country %d are expected, %v", country.Expected, err)
	}
	fda, err := c.licences.Rollup(t.Context(), opdc, "fda", "", month, month)
	if err != nil || len(fda.Parts) == 0 || fda.Parts[0].Point == "" {
		t.Fatalf("of the FDA: %v, %v", fda.Parts, err)
	}
	if g, err := c.licences.Grid(t.Context(), opdc, fda.Parts[0].Point, month, month); err != nil || !g.ByAgency {
		t.Errorf("the FDA does not report for its points: %v", err)
	}
	keys := []licence.Key{g.Rows[0].Key}
	if _, err := c.licences.Ask(t.Context(), who["point"], "dlt-area5", keys, "พบคำขอที่ตกหล่นสองคำขอ"); err != nil {
		t.Fatal(err)
	}
	var told []manuals.Notice
	err = c.store.Manuals().Read(t.Context(), func(r manuals.Records) (err error) {
		told, err = r.Notices(who["central"].ID, trail.Page{})
		return err
	})
	if err != nil || len(told) != 1 || told[0].Topic != manuals.UnlockAsked || pages.NoticePath(told[0]) != "/licences/unlocks" || told[0].Text == "" {
		t.Errorf("the central officer was told %v, %v", told, err)
	}
	if err := c.licences.Tend(t.Context()); err != nil {
		t.Error(err)
	}
	s, err := c.licences.Stats(t.Context(), opdc, "", calendar.Period{From: calendar.DateOf(time.Now()), To: calendar.DateOf(time.Now())})
	if want := (licences.Stats{Asked: 1, Waiting: 1}); err != nil || s != want {
		t.Errorf("got %+v, %v", s, err)
	}
	warnedOnce(t, c, who["point"], g.Calendar)
}

// warnedOnce has the last day come on which this month can be reported, with the
// daemon started anew on it.
func warnedOnce(t *testing.T, c *centre, by staff.Acting, days licence.Calendar) {
	t.Helper()
	month := calendar.MonthOf(calendar.DateOf(time.Now()))
	last := calendar.DateOf(days.Locks(month).Add(-time.Second))
	for range 2 {
		d := c.openLicences()
		d.Now = func() time.Time { return last.At(9 * 60) }
		if err := d.Warn(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	var told []manuals.Notice
	err := c.store.Manuals().Read(t.Context(), func(r manuals.Records) error {
		list, err := r.Notices(by.ID, trail.Page{})
		for _, n := range list {
			if n.Topic == manuals.ReportDue {
				told = append(told, n)
			}
		}
		return err
	})
	if err != nil || len(told) != 1 || pages.NoticePath(told[0]) != "/licences/points/dlt-area5?month="+month.ISO() {
		t.Fatalf("the reporter was told %v, %v", told, err)
	}
	told[0].Address = "point@example.invalid"
	w := mail.Writer{Office: "https://office.example", Link: pages.NoticePath, Choose: pages.MailPath}
	letter, err := w.Letter(told, nil, time.Now())
	if err != nil || letter.Choose == "" {
		t.Fatal(err)
	}
	for _, want := range []string{"ใกล้ถึงกำหนดส่งรายงานการออกใบอนุญาต: " + month.Long("th"), "ภายในสิ้น" + last.LongDay("th"), "Licence reports are due soon: " + month.Long("en"), "by the end of " + last.LongDay("en")} {
		if !strings.Contains(letter.Text, want) {
			t.Errorf("the letter does not say %q: %s", want, letter.Text)
		}
	}
}
