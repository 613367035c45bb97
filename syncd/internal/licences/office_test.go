package licences_test

import (
	"cmp"
	"context"
	"crypto/rand"
	"encoding/json"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"khumue/internal/calendar"
	"khumue/internal/catalog"
	"khumue/internal/fault"
	"khumue/internal/licence"
	"khumue/syncd/internal/licences"
	"khumue/syncd/internal/rights"
	"khumue/syncd/internal/sqlstore"
	"khumue/syncd/internal/sqlstore/sqlstoretest"
	"khumue/syncd/internal/staff"
	"khumue/syncd/internal/trail"
)

// office is a small state whose clock stands still: the ministry mot with the
// department dlt, which has a point, its office dlt-cmi with a point, and the
// department doh, which reports for its point itself.
type office struct {
	*licences.Desk
	t      testing.TB
	db     *sqlstore.Store
	at     time.Time
	turn   int // of the content
	points []licences.Place
	told   []licences.News
	itself []catalog.AgencyCode // who report for their points
	people map[string]staff.Acting
}

var parents = map[catalog.AgencyCode]catalog.AgencyCode{"mot": "", "dlt": "mot", "dlt-cmi": "dlt", "doh": "mot", "moph": ""}

const (
	renewal = catalog.ProcessID("dlt-u3iddp")
	first   = catalog.ProcessID("dlt-qfgdkp")
	road    = catalog.ProcessID("doh-aaaaaa")
)

var (
	october  = calendar.Month{Year: 2026, Month: time.October}
	november = october.Add(1)
)

func (o *office) Target(a catalog.AgencyCode, p catalog.PointCode) (rights.Target, error) {
	if _, ok := parents[a]; !ok {
		return rights.Target{}, fault.New(fault.NotFound, fault.Text{TH: "ไม่มี", EN: "none"})
	}
	t := rights.Target{Point: p}
	for ; a != ""; a = parents[a] {
		t.Chain = append(t.Chain, a)
	}
	return t, nil
}

func (o *office) Below(a catalog.AgencyCode) []catalog.AgencyCode {
	out := []catalog.AgencyCode{a}
	for _, c := range []catalog.AgencyCode{"dlt", "doh", "dlt-cmi"} {
		if parents[c] == a {
			out = append(out, o.Below(c)...)
		}
	}
	return out
}

func (o *office) Version() (string, error)                { return string(rune('a' + o.turn)), nil }
func (o *office) Places() ([]licences.Place, error)       { return o.points, nil }
func (o *office) AgencyReports(a catalog.AgencyCode) bool { return slices.Contains(o.itself, a) }
func (o *office) Agency(a catalog.AgencyCode) (*catalog.Agency, bool) {
	kinds := map[catalog.AgencyCode]catalog.AgencyKind{"mot": "ministry", "moph": "ministry", "dlt-cmi": "division"}
	return &catalog.Agency{Code: a, Name: catalog.Text{TH: string(a)}, Kind: cmp.Or(kinds[a], "department")}, true
}
func (o *office) Children(catalog.AgencyCode) (list []*catalog.Agency) { return nil }
func (o *office) Titles(ids ...catalog.ProcessID) (map[catalog.ProcessID]catalog.Text, error) {
	out := map[catalog.ProcessID]catalog.Text{}
	for _, id := range ids {
		out[id] = catalog.Text{TH: "กระบวนงาน " + string(id)}
	}
	return out, nil
}

func (o *office) Holidays() (calendar.Holidays, error) {
	text, err := os.ReadFile("../../../internal/calendar/testdata/holidays.json")
	if err != nil {
		return calendar.Holidays{}, err
	}
	var file struct{ Holidays []calendar.Holiday }
	err = json.Unmarshal(text, &file)
	return calendar.NewHolidays(file.Holidays), err
}

func (o *office) Keepers(ctx context.Context, a rights.Action) (*staff.Keepers, error) {
	return (&staff.Desk{Store: o.db, Structure: o, Now: func() time.Time { return o.at }}).Keepers(ctx, a)
}

// enlist keeps the people with their roles, as they were before all else.
func (o *office) enlist() {
	o.must(o.db.Write(o.t.Context(), func(r staff.Records) error {
		for name, p := range o.people {
			if err := r.PutUser(staff.User{ID: p.ID, Name: name, Created: o.at}); err != nil {
				return err
			}
			g := staff.Grant{Grant: p.Grants[0], ID: "g-" + name, User: p.ID, Source: staff.ByImport, From: o.at.AddDate(-1, 0, 0)}
			if err := r.PutGrant(g); err != nil {
				return err
			}
		}
		return nil
	}))
}

// leave has somebody sign in no more; "" is nobody.
func (o *office) leave(name string) {
	if name == "" {
		return
	}
	o.must(o.db.Write(o.t.Context(), func(r staff.Records) error {
		u, err := r.User(o.people[name].ID)
		if u.Disabled = o.at; err != nil {
			return err
		}
		return r.PutUser(u)
	}))
}

func (o *office) Centrals(ctx context.Context, agencies ...catalog.AgencyCode) (map[catalog.AgencyCode][]catalog.OfficerID, error) {
	out := map[catalog.AgencyCode][]catalog.OfficerID{}
	err := o.db.Read(ctx, func(r staff.Records) error {
		held, err := r.GrantsOn(o.at, agencies)
		for _, g := range held {
			u, err := r.User(g.User)
			if err != nil {
				return err
			}
			if g.Role == catalog.RoleCentral && u.Disabled.IsZero() {
				out[g.Scope.Agency] = append(out[g.Scope.Agency], g.User)
			}
		}
		return err
	})
	return out, err
}

func (o *office) Everywhere(_ context.Context, r catalog.Role) (ids []catalog.OfficerID, err error) {
	for _, p := range o.people {
		if p.Grants[0].Role == r {
			ids = append(ids, p.ID)
		}
	}
	return ids, nil
}

func open(t testing.TB) *office {
	t.Helper()
	s := sqlstoretest.Open(t, filepath.Join(t.TempDir(), "khumue.db"))
	t.Cleanup(func() { s.Close() })
	o := &office{t: t, db: s, at: clock(t, "2026-11-02 09:00"), itself: []catalog.AgencyCode{"doh"}, people: map[string]staff.Acting{}, points: []licences.Place{
		{Code: "dlt-area5", Agency: "dlt", Name: catalog.Text{TH: "พื้นที่ 5"}, Province: "10", Processes: []catalog.ProcessID{renewal, first}},
		{Code: "cmi-1", Agency: "dlt-cmi", Name: catalog.Text{TH: "เชียงใหม่"}, Province: "50", Processes: []catalog.ProcessID{renewal}},
		{Code: "doh-1", Agency: "doh", Name: catalog.Text{TH: "ทางหลวง"}, Processes: []catalog.ProcessID{road}},
	}}
	o.Desk = &licences.Desk{Store: s.Licences(), Structure: o, Places: o, People: o, Tell: func(_ context.Context, n licences.News) error { o.told = append(o.told, n); return nil },
		Begin: october.Add(-2), Now: func() time.Time { return o.at }, Random: rand.Reader, Log: slog.New(slog.DiscardHandler)}
	for name, g := range map[string]rights.Grant{
		"point":        {Role: catalog.RolePoint, Scope: rights.Scope{Agency: "dlt", Point: "dlt-area5"}},
		"colleague":    {Role: catalog.RolePoint, Scope: rights.Scope{Agency: "dlt"}},
		"other point":  {Role: catalog.RolePoint, Scope: rights.Scope{Agency: "doh", Point: "doh-1"}},
		"central":      {Role: catalog.RoleCentral, Scope: rights.Scope{Agency: "dlt"}},
		"province":     {Role: catalog.RoleCentral, Scope: rights.Scope{Agency: "dlt-cmi"}},
		"cmi point":    {Role: catalog.RolePoint, Scope: rights.Scope{Agency: "dlt-cmi", Point: "cmi-1"}},
		"doh central":  {Role: catalog.RoleCentral, Scope: rights.Scope{Agency: "doh"}},
		"ministry":     {Role: catalog.RoleCentral, Scope: rights.Scope{Agency: "mot"}},
		"moph central": {Role: catalog.RoleCentral, Scope: rights.Scope{Agency: "moph"}},
		"opdc":         {Role: catalog.RoleOPDC}, "dga": {Role: catalog.RoleDGA},
		"author":   {Role: catalog.RoleAuthor, Scope: rights.Scope{Agency: "dlt"}},
		"reviewer": {Role: catalog.RoleReviewer, Scope: rights.Scope{Agency: "dlt"}},
	} {
		o.people[name] = staff.Acting{Officer: rights.Officer{ID: catalog.OfficerID("o-" + name), Grants: []rights.Grant{g}}, Request: "r-1"}
	}
	o.people["nobody"] = staff.Acting{Officer: rights.Officer{ID: "o-nobody", Grants: []rights.Grant{{Role: catalog.RoleAuthor, Scope: rights.Scope{Agency: "moph"}}}}}
	o.enlist()
	return o
}

func clock(t testing.TB, s string) time.Time {
	t.Helper()
	at, err := time.ParseInLocation("2006-01-02 15:04", s, calendar.Bangkok())
	if err != nil {
		t.Fatal(err)
	}
	return at
}

func (o *office) must(err error) {
	o.t.Helper()
	if err != nil {
		o.t.Fatal(err)
	}
}

// row is a report as somebody sees it.
func (o *office) row(who string, k licence.Key) licences.Row {
	o.t.Helper()
	g, err := o.Grid(o.t.Context(), o.people[who], k.Point, k.Month, k.Month)
	o.must(err)
	for _, r := range g.Rows {
		if r.Process == k.Process {
			return r
		}
	}
	o.t.Fatalf("there is no row %v", k)
	return licences.Row{}
}

// entry is a report in balance.
func entry(carried, received, done, pending int) licence.Entry {
	return licence.Entry{Figures: licence.Figures{CarriedIn: carried, Received: received, ApprovedOn: done, PendingInTime: pending}}
}

// write has somebody hand a report in, over the edition that it sees.
func (o *office) write(who string, k licence.Key, e licence.Entry, change ...func(*licences.Written)) (licences.Outcome, error) {
	o.t.Helper()
	w := licences.Written{Point: k.Point, File: true, Changes: []licences.Change{{Process: k.Process, Month: k.Month, Entry: e, Edition: o.edition(k)}}}
	for _, f := range change {
		f(&w)
	}
	return o.Write(o.t.Context(), o.people[who], w)
}

func (o *office) edition(k licence.Key) (n int) {
	o.t.Helper()
	o.must(o.db.Licences().Read(o.t.Context(), func(r licences.Records) error {
		p, err := r.Report(k)
		n = p.Edition
		return err
	}))
	return n
}

// asked has a locked report, and a request for it that waits.
func (o *office) asked(k licence.Key, who string) string {
	o.t.Helper()
	_, err := o.Ask(o.t.Context(), o.people[who], k.Point, []licence.Key{k}, "พบคำขอที่ตกหล่นสองคำขอ")
	o.must(err)
	var id string
	o.must(o.db.Licences().Read(o.t.Context(), func(r licences.Records) error {
		p, err := r.Report(k)
		id = p.Unlock.ID
		return err
	}))
	return id
}

// entries are the actions of the trail, oldest first.
func (o *office) entries() (actions []string) {
	o.t.Helper()
	o.must(o.db.Read(o.t.Context(), func(r staff.Records) error {
		list, err := r.FindEntries(trail.Filter{Action: "licence."})
		for _, e := range slices.Backward(list) {
			actions = append(actions, e.Action)
		}
		return err
	}))
	return actions
}
