package delays_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"khumue/internal/calendar"
	"khumue/internal/catalog"
	"khumue/internal/delay"
	"khumue/internal/fault"
	"khumue/internal/lookup"
	"khumue/syncd/internal/delays"
	"khumue/syncd/internal/rights"
	"khumue/syncd/internal/sqlstore"
	"khumue/syncd/internal/staff"
	"khumue/syncd/internal/trail"
	"khumue/syncd/internal/vault"
)

// country is a ministry with a department, an office of it, and another ministry.
type country struct{}

var above = map[catalog.AgencyCode][]catalog.AgencyCode{
	"mot": {"mot"}, "dlt": {"dlt", "mot"}, "cmi": {"cmi", "dlt", "mot"}, "moph": {"moph"},
}

func (country) Target(agency catalog.AgencyCode, point catalog.PointCode) (rights.Target, error) {
	chain, ok := above[agency]
	if spot, there := spots[point]; !ok || point != "" && (!there || spot.Agency != agency) {
		return rights.Target{}, fault.New(fault.NotFound, fault.Text{TH: "ไม่มี", EN: "none"})
	}
	return rights.Target{Chain: chain, Point: point}, nil
}

func (country) Below(agency catalog.AgencyCode) (out []catalog.AgencyCode) {
	for code, chain := range above {
		for _, a := range chain {
			if a == agency {
				out = append(out, code)
			}
		}
	}
	return out
}

var spots = map[catalog.PointCode]delays.Spot{
	"dlt-p1": {Agency: "dlt", Name: catalog.Text{TH: "ขนส่งพื้นที่ 1"}, Province: "10", Manuals: []catalog.ManualID{"dlt-licence", "dlt-plate"}},
	"dlt-p2": {Agency: "dlt", Manuals: []catalog.ManualID{"dlt-licence"}},
	"cmi-p1": {Agency: "cmi", Manuals: []catalog.ManualID{"dlt-licence"}},
}

func (country) Spot(code catalog.PointCode) (delays.Spot, error) {
	spot, ok := spots[code]
	if !ok {
		return spot, fault.New(fault.NotFound, fault.Text{TH: "ไม่มี", EN: "none"})
	}
	return spot, nil
}

func (country) Edition(_ context.Context, id catalog.ManualID, day calendar.Date) (delays.Edition, error) {
	e := delays.Edition{Title: catalog.Text{TH: "ใบอนุญาตขับรถ"}, Revision: 2, Commit: "c0ffee", Sets: []delays.Set{{Time: catalog.Duration{Value: 30, Unit: "day"}}, {Time: catalog.Duration{Value: 5, Unit: "working-day"}}}}
	if day.Before(on("2026-03-01")) {
		e.Revision = 1
	}
	if id != "dlt-licence" && id != "dlt-plate" {
		return e, fault.New(fault.NotFound, fault.Text{TH: "ไม่มี", EN: "none"})
	}
	return e, nil
}

func (country) Holidays() (calendar.Holidays, error) {
	return calendar.NewHolidays([]calendar.Holiday{{Date: on("2026-04-13"), NameTH: "สงกรานต์"}, {Date: on("2026-04-14"), NameTH: "สงกรานต์"}, {Date: on("2026-04-15"), NameTH: "สงกรานต์"}}), nil
}

func on(s string) calendar.Date {
	d, err := calendar.ParseISO(s)
	if err != nil {
		panic(err)
	}
	return d
}

// office is a desk over a real database.
type office struct {
	*delays.Desk
	t     testing.TB
	store *sqlstore.Store
	file  string
	today calendar.Date
}

func open(t testing.TB) *office {
	t.Helper()
	o := &office{t: t, file: filepath.Join(t.TempDir(), "khumue.db"), today: on("2026-04-09")}
	store, err := sqlstore.Open(t.Context(), o.file)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { store.Close() })
	keys, err := vault.New(bytes.Repeat([]byte{9}, 32))
	if err != nil {
		t.Fatal(err)
	}
	o.store = store
	o.Desk = &delays.Desk{Store: store.Delays(), Structure: country{}, Content: country{}, Vault: keys, KeptDays: 100, Random: rand.Reader,
		Now: func() time.Time { return o.today.Start().Add(9 * time.Hour) }}
	return o
}

func (o *office) must(err error) {
	o.t.Helper()
	if err != nil {
		o.t.Fatal(err)
	}
}

func person(id string, grants ...rights.Grant) staff.Acting {
	return staff.Acting{Officer: rights.Officer{ID: catalog.OfficerID(id), Grants: grants}, Request: "r-1"}
}

func grant(role catalog.Role, agency catalog.AgencyCode, point catalog.PointCode) rights.Grant {
	return rights.Grant{Role: role, Scope: rights.Scope{Agency: agency, Point: point}}
}

var clerk = person("o-clerk", grant(catalog.RolePoint, "dlt", "dlt-p1"))

const (
	applicant = "นางสาวลำดวน ใจดี"
	contact   = "081-234-5678\n99 ถนนสุขใจ"
)

func (o *office) new(request string) delays.New {
	return delays.New{ID: o.NewID(), Point: "dlt-p1", Manual: "dlt-licence", Request: request, Filed: on("2026-03-02"), Complete: on("2026-03-02"), Person: delays.Person{Name: applicant, Contact: contact}}
}

// begin opens a case that was due on 1 April.
func (o *office) begin(request string) delays.Sheet {
	o.t.Helper()
	s, err := o.Begin(o.t.Context(), clerk, o.new(request))
	o.must(err)
	return s
}

func command(s delays.Sheet) delays.Command {
	return delays.Command{ID: s.ID, Version: s.Version, Key: fmt.Sprint("k", s.Version)}
}

func letter(number string, date calendar.Date) delay.Letter {
	return delay.Letter{Number: number, Date: date, Reason: delay.Volume, Expected: date.AddDays(7)}
}

func TestACaseFromItsOpeningToItsEnd(t *testing.T) {
	o := open(t)
	changes := 0
	o.Changed = func() { changes++ }
	s := o.begin("คข. 12/2569")
	if s.Case.Due != on("2026-04-01") || s.Revision != 2 || s.Who.Name != applicant || s.Alarm != delay.LetterLate || s.Next.Day != on("2026-04-08") {
		t.Fatalf("got %+v", s)
	}
	code, err := lookup.ParseCode(s.Printed)
	o.must(err)
	s, err = o.Write(t.Context(), clerk, command(s), letter("คค 1/1", o.today))
	o.must(err)
	again, err := o.Write(t.Context(), clerk, delays.Command{ID: s.ID, Version: 1, Key: "k1"}, letter("คค 1/1", o.today))
	if err != nil || len(again.Case.Letters) != 1 || again.Version != s.Version {
		t.Errorf("sent twice: %d letters, %v", len(again.Case.Letters), err)
	}
	if _, err := o.Write(t.Context(), clerk, delays.Command{ID: s.ID, Version: 1, Key: "other"}, letter("คค 1/9", o.today)); !errors.Is(err, fault.Conflict) {
		t.Errorf("of an old version: %v", err)
	}
	s, err = o.Send(t.Context(), clerk, command(s), 1, delay.Post, o.today, o.today)
	o.must(err)
	o.today = on("2026-04-17")
	s, err = o.Write(t.Context(), clerk, command(s), letter("คค 1/2", o.today))
	o.must(err)
	r, found, err := o.Look(t.Context(), " คข.๑๒ / ๒๕๖๙", code)
	if err != nil || !found || r.State != "open" || len(r.Letters) != 2 || r.Letters[0].Date != o.today {
		t.Errorf("the citizen sees %+v, %v, %v", r, found, err)
	}
	s, err = o.End(t.Context(), clerk, command(s), delay.Finished, delay.Granted, o.today)
	o.must(err)
	s, err = o.Notify(t.Context(), clerk, command(s), delay.Post, o.today)
	o.must(err)
	if s.Case.State != delay.Finished || s.Alarm != delay.NoAlarm || !s.Wakes.IsZero() || changes != 7 {
		t.Errorf("got %+v, after %d changes", s.Case, changes)
	}
	for days, want := range map[int]bool{lookup.KeptDays: true, lookup.KeptDays + 1: false} {
		o.today = s.Case.Ended.AddDays(days)
		if _, found, err := o.Look(t.Context(), "คข.12/2569", code); err != nil || found != want {
			t.Errorf("after %d days: %v, %v", days, found, err)
		}
	}
}

func TestTheShardsHoldWhatTheDaemonAnswers(t *testing.T) {
	o := open(t)
	s := o.begin("1/2569")
	files, err := o.Shards(t.Context())
	o.must(err)
	code, err := lookup.ParseCode(s.Printed)
	o.must(err)
	keys := lookup.KeysOf("1/2569", code)
	r, found, err := lookup.Find(files[lookup.Index{Bits: 0}.Name(keys)], keys)
	if err != nil || !found || r.Due != s.Case.Due {
		t.Errorf("got %+v, %v, %v", r, found, err)
	}
	for name, file := range files {
		if strings.Contains(string(file), applicant) {
			t.Errorf("%s has a name", name)
		}
	}
	for name, wrong := range map[string]struct {
		request string
		code    lookup.Code
	}{"another number": {"2/2569", code}, "another code": {"1/2569", lookup.Code{1}}} {
		if got, found, err := o.Look(t.Context(), wrong.request, wrong.code); found || err != nil || got.State != "" {
			t.Errorf("%s: %+v, %v, %v", name, got, found, err)
		}
	}
}

// The table of who may do what, by role and by where it is held.
func TestEachStepByEachRole(t *testing.T) {
	const (
		yes    = "yes"
		refuse = "forbidden" // the case may be read
		hidden = "not found" // it is not there
	)
	roles := []struct {
		name                       string
		by                         staff.Acting
		begin, change, see, person string
	}{
		{"an officer of the point", clerk, yes, yes, yes, yes},
		{"an officer of all points of the agency", person("o", grant(catalog.RolePoint, "dlt", "")), yes, yes, yes, yes},
		{"an officer of another point", person("o", grant(catalog.RolePoint, "dlt", "dlt-p2")), refuse, hidden, hidden, hidden},
		{"an officer of a point of the same name elsewhere", person("o", grant(catalog.RolePoint, "moph", "dlt-p1")), refuse, hidden, hidden, hidden},
		{"the central officer of the agency", person("o", grant(catalog.RoleCentral, "dlt", "")), refuse, refuse, yes, yes},
		{"the central officer of the ministry", person("o", grant(catalog.RoleCentral, "mot", "")), refuse, refuse, yes, hidden},
		{"the central officer of an office below", person("o", grant(catalog.RoleCentral, "cmi", "")), refuse, hidden, hidden, hidden},
		{"the central officer of another ministry", person("o", grant(catalog.RoleCentral, "moph", "")), refuse, hidden, hidden, hidden},
		{"the OPDC", person("o", grant(catalog.RoleOPDC, "", "")), refuse, refuse, yes, hidden},
		{"the DGA", person("o", grant(catalog.RoleDGA, "", "")), refuse, hidden, hidden, hidden},
		{"an author", person("o", grant(catalog.RoleAuthor, "dlt", "")), refuse, hidden, hidden, hidden},
		{"a reviewer", person("o", grant(catalog.RoleReviewer, "dlt", "")), refuse, hidden, hidden, hidden},
		{"nobody", person(""), refuse, hidden, hidden, hidden},
	}
	o := open(t)
	kind := func(err error) string {
		var told *fault.Error
		if err == nil {
			return yes
		} else if errors.As(err, &told) && told.What.TH != "" && told.What.EN != "" {
			return string(told.Kind)
		}
		return err.Error()
	}
	for i, role := range roles {
		t.Run(role.name, func(t *testing.T) {
			check := func(what, want string, err error) {
				t.Helper()
				if got := kind(err); got != want {
					t.Errorf("%s: got %s, want %s", what, got, want)
				}
			}
			_, err := o.Begin(t.Context(), role.by, o.new(fmt.Sprint("b", i)))
			check("begin", role.begin, err)
			before := o.begin(fmt.Sprint("c", i))
			s := before
			step := func(what string, do func(delays.Command) (delays.Sheet, error)) {
				t.Helper()
				got, err := do(command(s))
				check(what, role.change, err)
				if err == nil {
					s = got
				}
			}
			step("write", func(c delays.Command) (delays.Sheet, error) {
				return o.Write(t.Context(), role.by, c, letter("x", o.today))
			})
			if role.change != yes {
				s, err = o.Write(t.Context(), clerk, command(s), letter("x", o.today))
				o.must(err)
			}
			step("send", func(c delays.Command) (delays.Sheet, error) {
				return o.Send(t.Context(), role.by, c, 1, delay.Post, o.today, o.today)
			})
			step("end", func(c delays.Command) (delays.Sheet, error) {
				return o.End(t.Context(), role.by, c, delay.Returned, "", o.today)
			})
			if role.change != yes {
				s, err = o.End(t.Context(), clerk, command(s), delay.Withdrawn, "", o.today)
				o.must(err)
			} else {
				step("notify", func(c delays.Command) (delays.Sheet, error) {
					return o.Notify(t.Context(), role.by, c, delay.Post, o.today)
				})
			}
			seen, err := o.Case(t.Context(), role.by, s.ID)
			check("see", role.see, err)
			if known := seen.Who.Name == applicant && seen.Printed != ""; known != (role.person == yes) {
				t.Errorf("the applicant is seen: %v", known)
			}
			_, err = o.Erase(t.Context(), role.by, s.ID)
			check("erase", role.person, err)
			l, err := o.List(t.Context(), role.by, delays.Question{Request: fmt.Sprint("c", i)})
			if listed := err == nil && l.All == 1; listed != (role.see == yes) {
				t.Errorf("listed: %v, %v", listed, err)
			}
		})
	}
}

func TestTheListIsCutToWhatIsAsked(t *testing.T) {
	o := open(t)
	first, second := o.begin("A-1"), o.begin("B-2")
	_, err := o.End(t.Context(), clerk, command(second), delay.Withdrawn, "", o.today)
	o.must(err)
	n := o.new("C-3")
	n.Point, n.Complete = "cmi-p1", o.today
	_, err = o.Begin(t.Context(), person("o-2", grant(catalog.RolePoint, "cmi", "")), n)
	o.must(err)
	opdc, ministry := person("o", grant(catalog.RoleOPDC, "", "")), person("o", grant(catalog.RoleCentral, "mot", ""))
	for name, test := range map[string]struct {
		by   staff.Acting
		q    delays.Question
		want int
	}{
		"the country":               {opdc, delays.Question{}, 3},
		"a department":              {opdc, delays.Question{Agency: "dlt"}, 3},
		"an office":                 {opdc, delays.Question{Agency: "cmi"}, 1},
		"another ministry":          {opdc, delays.Question{Agency: "moph"}, 0},
		"another's ministry":        {ministry, delays.Question{Agency: "moph"}, 0},
		"a point":                   {ministry, delays.Question{Point: "dlt-p1"}, 2},
		"a state":                   {ministry, delays.Question{State: delay.Withdrawn}, 1},
		"the red list":              {ministry, delays.Question{Red: true}, 1},
		"a number":                  {ministry, delays.Question{Request: "a–๑"}, 1},
		"one's own point":           {clerk, delays.Question{}, 2},
		"one's own point in reach":  {clerk, delays.Question{Agency: "mot"}, 2},
		"one's own point elsewhere": {clerk, delays.Question{Agency: "cmi"}, 0},
	} {
		l, err := o.List(t.Context(), test.by, test.q)
		if err != nil || l.All != test.want || len(l.Cases) != test.want {
			t.Errorf("%s: got %d, %v, want %d", name, l.All, err, test.want)
		}
		for _, s := range l.Cases {
			if s.Who.Name != "" || s.Person.Text != nil || s.Code != nil {
				t.Errorf("%s: a list tells of an applicant", name)
			}
		}
	}
	if l, err := o.List(t.Context(), ministry, delays.Question{}); err != nil || l.Red != 1 || l.Open != 2 || l.Cases[0].ID != first.ID {
		t.Errorf("got %d red of %d open, %v", l.Red, l.Open, err)
	}
}

func TestWhatIsWrongWithACaseIsToldAtOnce(t *testing.T) {
	o := open(t)
	good := o.begin("1/2569")
	tests := []struct {
		name string
		edit func(*delays.New)
		want string
	}{
		{"nothing filled in", func(n *delays.New) { *n = delays.New{ID: n.ID, Point: n.Point} }, "manual request filed complete name"},
		{"a manual that the point does not serve", func(n *delays.New) { n.Manual = "moph-x" }, "manual"},
		{"a way that the manual does not have", func(n *delays.New) { n.Set = 2 }, "manual"},
		{"a name that is too long", func(n *delays.New) { n.Person.Name = strings.Repeat("ก", 151) }, "name"},
		{"a contact with a NUL", func(n *delays.New) { n.Person.Contact = "\x00" }, "contact"},
		{"complete tomorrow", func(n *delays.New) { n.Complete = o.today.AddDays(1) }, "complete"},
		{"no id", func(n *delays.New) { n.ID = "" }, "invalid"},
		{"an id of another kind", func(n *delays.New) { n.ID = "6ba7b810-9dad-11d1-80b4-00c04fd430c8" }, "invalid"},
		{"a request that is open", func(n *delays.New) { n.Request = "๑ / ๒๕๖๙" }, "conflict"},
		{"a point that is not there", func(n *delays.New) { n.Point = "x" }, "forbidden"},
		{"the id of another point's case", func(n *delays.New) { n.ID, n.Point = good.ID, "dlt-p2" }, "forbidden"},
	}
	everywhere := person("o-clerk", grant(catalog.RolePoint, "dlt", ""))
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			n := o.new("2/2569")
			test.edit(&n)
			_, err := o.Begin(t.Context(), everywhere, n)
			var ps delay.Problems
			var told *fault.Error
			got := ""
			switch {
			case errors.As(err, &ps):
				for _, p := range ps {
					got += " " + p.Field
				}
			case errors.As(err, &told):
				got = " " + string(told.Kind)
			}
			if got != " "+test.want {
				t.Errorf("got %q (%v), want %q", got, err, test.want)
			}
		})
	}
	again := o.new("1/2569")
	again.ID = good.ID
	if s, err := o.Begin(t.Context(), clerk, again); err != nil || s.ID != good.ID || s.Printed != good.Printed {
		t.Errorf("the same form sent twice: %v", err)
	}
	if l, err := o.List(t.Context(), clerk, delays.Question{}); err != nil || l.All != 1 {
		t.Errorf("%d cases were opened, %v", l.All, err)
	}
}

func TestAReasonThatTellsOfAPersonIsRefused(t *testing.T) {
	o := open(t)
	s := o.begin("1/2569")
	for _, text := range []string{"ติดต่อ 081-234-5678", "บัตร 1-1017-00230-70-8", "mail a@example.com"} {
		l := letter("1", o.today)
		l.Text = text
		if _, err := o.Write(t.Context(), clerk, command(s), l); !errors.Is(err, fault.Invalid) {
			t.Errorf("%q: got %v", text, err)
		}
	}
}

// grep fails the test where bytes stand in any file of the database.
func (o *office) grep(want bool, what string, parts ...[]byte) {
	o.t.Helper()
	files, err := filepath.Glob(o.file + "*")
	o.must(err)
	found := false
	for _, name := range files {
		data, err := os.ReadFile(name)
		o.must(err)
		for _, part := range parts {
			found = found || bytes.Contains(data, part)
		}
	}
	if found != want {
		o.t.Errorf("%s: in the database: %v, want %v", what, found, want)
	}
}

// dump is what a backup holds.
func (o *office) dump() string {
	var out bytes.Buffer
	o.must(o.store.Snapshot(o.t.Context(), func(s *sqlstore.Snapshot) error {
		for _, table := range s.Tables {
			if _, err := s.Dump(&out, table); err != nil {
				return err
			}
		}
		return nil
	}))
	return out.String()
}

// An applicant who was erased is in no file of the database, in no dump and in no
// entry of the trail; nor is the key that would open an old copy.
func TestAnErasedApplicantIsNowhere(t *testing.T) {
	for name, erase := range map[string]func(*office, delays.Sheet){
		"by hand": func(o *office, s delays.Sheet) {
			_, err := o.Erase(o.t.Context(), clerk, s.ID)
			o.must(err)
		},
		"by the rule": func(o *office, s delays.Sheet) {
			o.today = s.Case.Ended.AddDays(o.KeptDays)
			if n, err := o.Forget(o.t.Context()); n != 0 || err != nil {
				o.t.Errorf("on the last day %d were erased, %v", n, err)
			}
			o.today = o.today.AddDays(1)
			if n, err := o.Forget(o.t.Context()); n != 1 || err != nil {
				o.t.Errorf("the day after %d were erased, %v", n, err)
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			o := open(t)
			s := o.begin("1/2569")
			if _, err := o.Erase(t.Context(), clerk, s.ID); !errors.Is(err, fault.Conflict) {
				t.Errorf("of an open case: %v", err)
			}
			s, err := o.Write(t.Context(), clerk, command(s), letter("คค 1/1", o.today))
			o.must(err)
			s, err = o.End(t.Context(), clerk, command(s), delay.Returned, "", o.today)
			o.must(err)
			key := []byte(base64.StdEncoding.EncodeToString(s.Person.Key))
			names := [][]byte{[]byte(applicant), []byte("ลำดวน"), []byte("081-234-5678"), []byte("สุขใจ")}
			o.grep(true, "the key before", key)
			o.grep(false, "the name before", names...)
			erase(o, s)
			after, err := o.Case(t.Context(), clerk, s.ID)
			if err != nil || after.Who.Name != "" || after.Erased.IsZero() || after.MayErase || after.Case.Request != "1/2569" {
				t.Errorf("got %+v, %v", after, err)
			}
			dump := o.dump()
			for _, part := range append(names, key, []byte(base64.StdEncoding.EncodeToString(s.Person.Text))) {
				if strings.Contains(dump, string(part)) {
					t.Errorf("a backup has %s", part)
				}
			}
			entries := o.trail()
			if len(entries) != 4 || entries[0].Action != delays.Forgot {
				t.Errorf("the trail has %d entries, the last of %q", len(entries), entries[0].Action)
			}
			for _, e := range entries {
				if strings.Contains(e.Before+e.After, "ลำดวน") || strings.Contains(e.Before+e.After, s.Printed) {
					t.Errorf("the trail tells: %s", e.After)
				}
			}
			o.must(o.store.Close())
			o.grep(false, "the key after", key)
			o.grep(false, "the name after", names...)
		})
	}
}

func (o *office) trail() (out []trail.Entry) {
	o.t.Helper()
	o.must(o.store.Read(o.t.Context(), func(r staff.Records) (err error) {
		out, err = r.FindEntries(trail.Filter{Action: delays.Actions})
		return err
	}))
	return out
}

func TestWhatIsDueIsTold(t *testing.T) {
	o := open(t)
	s := o.begin("1/2569")
	list, err := o.Reminders(t.Context())
	if err != nil || len(list) != 1 || list[0].Alarm != delay.LetterLate || list[0].Day != on("2026-04-08") || list[0].Request != "1/2569" {
		t.Errorf("got %+v, %v", list, err)
	}
	_, err = o.Write(t.Context(), clerk, command(s), letter("1", o.today))
	o.must(err)
	if list, err := o.Reminders(t.Context()); err != nil || len(list) != 0 {
		t.Errorf("got %+v, %v", list, err)
	}
}

func TestADayOffThatWasGivenLateMovesTheRedListAlone(t *testing.T) {
	o := open(t)
	s := o.begin("1/2569")
	over := o.begin("2/2569")
	over, err := o.End(t.Context(), clerk, command(over), delay.Withdrawn, "", o.today)
	o.must(err)
	o.Content = sunny{}
	o.must(o.Recount(t.Context()))
	o.must(o.Recount(t.Context()))
	if still, err := o.Case(t.Context(), clerk, over.ID); err != nil || still.Version != over.Version {
		t.Errorf("one that is over has version %d, %v", still.Version, err)
	}
	after, err := o.Case(t.Context(), clerk, s.ID)
	if err != nil || after.Wakes != on("2026-04-10") || after.Case.Due != s.Case.Due || after.Version != s.Version+1 {
		t.Errorf("it wakes on %s in version %d, %v", after.Wakes, after.Version, err)
	}
}

// sunny has the day off on which the first letter was due.
type sunny struct{ country }

func (sunny) Holidays() (calendar.Holidays, error) {
	return calendar.NewHolidays([]calendar.Holiday{{Date: on("2026-04-08"), NameTH: "วันหยุดพิเศษ"}}), nil
}
