package mirror_test

import (
	"context"
	"errors"
	"fmt"
	"path"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"khumue/internal/calendar"
	"khumue/internal/catalog"
	"khumue/internal/delay"
	"khumue/internal/fault"
	"khumue/internal/licence"
	"khumue/internal/lookup"
	"khumue/internal/wire"
	"khumue/syncd/internal/cargo"
	"khumue/syncd/internal/delays"
	"khumue/syncd/internal/licences"
	"khumue/syncd/internal/rights"
	"khumue/syncd/internal/scope"
	"khumue/syncd/internal/sqlstore"
	"khumue/syncd/internal/staff"
	"khumue/syncd/internal/trail"
	"khumue/syncd/internal/vault"
)

// within are the points of an office, with whose they are, as package corpus reads
// what is published.
func (c *centre) within(o scope.Office) (points map[catalog.PointCode]catalog.AgencyCode, agencies []catalog.AgencyCode) {
	c.t.Helper()
	_, tree := c.main()
	p := c.portal(tree)
	agencies = append(agencies, o.Agency)
	for i := 0; i < len(agencies) && o.Point == ""; i++ {
		for _, a := range p.Agencies {
			if a.Parent == agencies[i] {
				agencies = append(agencies, a.Code)
			}
		}
	}
	points = map[catalog.PointCode]catalog.AgencyCode{}
	for _, pt := range p.Points {
		if slices.Contains(agencies, pt.Owner) && (o.Point == "" || o.Point == pt.Code) {
			points[pt.Code] = pt.Owner
		}
	}
	return points, agencies
}

// book is all that a side has of the records of an office.
type book struct {
	People   []staff.User
	Posts    []licences.Post
	Reports  []licence.Report
	Versions map[string][]licence.Filing
	Unlocks  []licences.Request
	Cases    []delays.Record
	Who      map[string]delays.Private // applicants and codes, by case
	Sums     []licences.Cell
}

// records reads the book of a side: of the centre, what belongs to an office; of the
// office, all it has.
func records(t testing.TB, s *sqlstore.Store, v *vault.Vault, c *centre, o *office, all bool) (b book) {
	t.Helper()
	ctx := context.WithoutCancel(t.Context())
	points, agencies := c.within(o.who)
	b.Versions, b.Who = map[string][]licence.Filing{}, map[string]delays.Private{}
	err := s.Licences().Read(ctx, func(r licences.Records) error {
		posts, err := r.Posts()
		if err != nil {
			return err
		}
		for _, p := range posts {
			if _, in := points[p.Point]; in || all {
				b.Posts = append(b.Posts, p)
			}
		}
		first, last := month(-24), month(1)
		for _, code := range c.codes {
			owner, in := points[code]
			if !in && !all {
				continue
			}
			list, err := r.Reports(code, first, last)
			if err != nil {
				return err
			}
			b.Reports = append(b.Reports, list...)
			for _, one := range list {
				if b.Versions[fmt.Sprint(one.Key)], err = r.Versions(one.Key); err != nil {
					return err
				}
			}
			asked, err := r.Unlocks(licences.RequestFilter{Point: code})
			if err != nil {
				return err
			}
			for _, q := range asked {
				if q.Month.Compare(first) >= 0 {
					b.Unlocks = append(b.Unlocks, q)
				}
			}
			cells, err := r.Cells(licences.Span{Point: code, From: first, To: last})
			if err != nil {
				return err
			}
			for _, cell := range cells {
				if cell.Agency = owner; cell.Reports > 0 {
					b.Sums = append(b.Sums, cell)
				}
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	err = s.Delays().Read(ctx, func(r delays.Records) error {
		list, err := r.Cases(delays.Filter{Page: trail.Page{Limit: 1000}})
		for _, one := range list {
			if _, in := points[one.Point]; !in && !all {
				continue
			}
			knows := o.who.Point == one.Point || o.who.Point == "" && points[one.Point] == o.who.Agency
			if knows && (all || err == nil) && one.Code != nil {
				private, err := delays.Reveal(v, one)
				if err != nil {
					return err
				}
				b.Who[one.ID] = private
			}
			if !knows && all && (one.Code != nil || one.Person.Key != nil) {
				t.Errorf("the office knows the applicant of %s at %s", one.ID, one.Point)
			}
			one.Code, one.Person = nil, vault.Sealed{}
			b.Cases = append(b.Cases, one)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	err = s.Read(ctx, func(r staff.Records) error {
		users, _, err := r.FindUsers(staff.UserFilter{Page: trail.Page{Limit: 1000}})
		for _, u := range users {
			u.Grants = slices.DeleteFunc(u.Grants, func(g staff.Grant) bool {
				return !all && !(slices.Contains(agencies, g.Scope.Agency) && (o.who.Point == "" || g.Scope.Point == "" || g.Scope.Point == o.who.Point))
			})
			if len(u.Grants) == 0 && !all {
				continue
			}
			if all && u.Email+u.Issuer+u.Subject != "" {
				t.Errorf("the office has more of %s than a name", u.ID)
			}
			u.Email, u.Issuer, u.Subject, u.LastSignIn = "", "", "", time.Time{}
			b.People = append(b.People, u)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// sameRecords holds the office to the records of its scope.
func (o *office) sameRecords(c *centre) {
	o.t.Helper()
	want, got := records(o.t, c.store, c.vault, c, o, false), records(o.t, o.store, o.vault, c, o, true)
	less := cmpopts.SortSlices(func(a, b any) bool { return fmt.Sprint(a) < fmt.Sprint(b) })
	if diff := cmp.Diff(want, got, cmpopts.EquateEmpty(), less); diff != "" {
		o.t.Fatalf("records of %s (-centre +office):\n%s", named(o.who), diff)
	}
}

func month(n int) calendar.Month { return calendar.Month{Year: 2026, Month: 11}.Add(n) }

// record changes some record at the centre, and tells which.
func (h *history) record() string {
	h.n++
	ctx := h.c.t.Context()
	code := h.c.codes[h.IntN(len(h.c.codes))]
	owner := h.c.owner(code)
	var what string
	var err error
	switch h.IntN(6) {
	case 0:
		what = "person"
		err = h.c.store.Write(ctx, func(r staff.Records) error { return h.person(r, owner, code) })
	case 1, 2:
		what = "report of " + string(code)
		err = h.c.store.Licences().Write(ctx, func(r licences.Records) error { return h.report(r, owner, code) })
	case 3:
		what = "post of " + string(code)
		err = h.c.store.Licences().Write(ctx, func(r licences.Records) error {
			return r.PutPost(licences.Post{Point: code, Agency: owner, Held: []licences.Held{{Process: "p-1", From: month(-h.IntN(9))}}})
		})
	case 4, 5:
		what = "case of " + string(code)
		err = h.c.store.Delays().Write(ctx, func(r delays.Records) error { return h.late(r, owner, code) })
	}
	if err != nil {
		h.c.t.Fatal(what, err)
	}
	return what
}

// owner is whose a point is now; of one that is gone, nobody's.
func (c *centre) owner(code catalog.PointCode) catalog.AgencyCode {
	for _, name := range (&history{c: c}).files("/points/" + string(code) + ".yaml") {
		return catalog.AgencyCode(path.Base(path.Dir(path.Dir(name))))
	}
	return "nobody"
}

func (h *history) person(r staff.Records, owner catalog.AgencyCode, code catalog.PointCode) error {
	id := catalog.OfficerID(fmt.Sprintf("o-%016d", h.IntN(12)))
	u, err := r.User(id)
	if err != nil && !errors.Is(err, fault.NotFound) {
		return err
	}
	now := h.c.now.Truncate(time.Microsecond)
	u.ID, u.Name, u.Email, u.Issuer, u.Subject, u.Created = id, fmt.Sprintf("สมชาย ที่ %d", h.n), fmt.Sprintf("secret%d@example.go.th", h.n), "https://id", string(id), now
	if h.IntN(5) == 0 {
		u.Disabled = now
	}
	if err := r.PutUser(u); err != nil {
		return err
	}
	if len(u.Grants) > 0 {
		g := u.Grants[0]
		if h.IntN(2) == 0 {
			g.Ended = now
		}
		return r.PutGrant(g)
	}
	g := staff.Grant{Grant: rights.Grant{Role: catalog.RolePoint, Scope: rights.Scope{Agency: owner}}, ID: fmt.Sprintf("grant-%d", h.n), User: id, Source: staff.ByToken, From: now}
	if h.IntN(2) == 0 {
		g.Scope.Point = code
	}
	return r.PutGrant(g)
}

func (h *history) report(r licences.Records, owner catalog.AgencyCode, code catalog.PointCode) error {
	k := licence.Key{Point: code, Process: catalog.ProcessID(fmt.Sprintf("p-%d", h.IntN(2))), Month: month(-h.IntN(3))}
	one, err := r.Report(k)
	if err != nil {
		return err
	}
	at := h.c.now.UTC().Truncate(time.Microsecond)
	one.Edition++
	switch h.IntN(3) {
	case 0:
		one.Draft = licence.Sketch{Entry: licence.Entry{Figures: licence.Figures{Received: h.n}, Note: "ร่าง @"}, At: at, By: "o-1"}
	case 1:
		if one.Filed.Version > 0 {
			if err := r.AddVersion(k, one.Filed); err != nil {
				return err
			}
		}
		one.Draft = licence.Sketch{}
		one.Filed = licence.Filing{Entry: licence.Entry{Figures: licence.Figures{Received: h.n, PendingInTime: h.n}}, Version: one.Filed.Version + 1, At: at, By: "o-1", Cause: licence.First}
	default:
		one.Unlock = licence.Unlock{ID: fmt.Sprintf("unlock-%d", h.n), Asked: at, By: "o-1", Reason: "ตัวเลขผิด"}
		if err := r.PutUnlock(licences.Request{Unlock: one.Unlock, Key: k, Agency: owner}); err != nil {
			return err
		}
	}
	return r.PutReport(owner, one)
}

func (h *history) late(r delays.Records, owner catalog.AgencyCode, code catalog.PointCode) error {
	list, err := r.Cases(delays.Filter{Points: []catalog.PointCode{code}, States: []delay.State{delay.Open}})
	if err != nil {
		return err
	}
	day := calendar.NewDate(2026, 11, 1+h.n%20)
	if len(list) == 0 || h.IntN(3) == 0 {
		v := delays.Record{ID: fmt.Sprintf("0190ca5c-0000-7000-8000-%012d", h.n), Version: 1, Agency: owner, Point: code, Manual: "m-1", Title: catalog.Text{TH: "ใบอนุญาต"}, Commit: "abc",
			Case:   delay.Case{Request: fmt.Sprintf("คข. %d/2569", h.n), Filed: day, Complete: day, Promised: catalog.Duration{Value: 3, Unit: "day"}, Due: day, State: delay.Open},
			Lookup: fmt.Sprintf("%032d", h.n), Opened: h.c.now.UTC().Truncate(time.Microsecond), OpenedBy: "o-1", Wakes: day}
		v, err := delays.Conceal(h.c.vault, v, delays.Private{Person: delays.Person{Name: fmt.Sprintf("ผู้ขอ ที่ %d", h.n), Contact: "081 000 0000"}, Code: make([]byte, len(lookup.Code{}))}, h.c.random())
		if err != nil {
			return err
		}
		return r.PutCase(v)
	}
	v := list[0]
	v.Version++
	if h.IntN(3) == 0 {
		v.Case.State, v.Case.Ended, v.Wakes = delay.Returned, day, calendar.Date{}
		v.Erased, v.Person = h.c.now.UTC().Truncate(time.Microsecond), vault.Sealed{}
	} else {
		v.Case.Letters = append(v.Case.Letters, delay.Letter{Seq: len(v.Case.Letters) + 1, Number: fmt.Sprint(h.n), Date: day, Reason: delay.Volume, Expected: day})
	}
	return r.PutCase(v)
}

// leaks looks for what no record may tell.
func leaks(body []byte) string {
	for _, word := range []string{"secret", "example.go.th", "https://id", "ผู้ขอ", "081 000"} {
		if strings.Contains(string(body), word) {
			return word
		}
	}
	return ""
}

// TestARecordThatCanNotBeUsedDoesNotKeepTheOthersOut has a page bring a report that is
// none, and a setting.
func TestARecordThatCanNotBeUsedDoesNotKeepTheOthersOut(t *testing.T) {
	c := newCentre(t, &small)
	o := newOffice(t, c.clock, offices[0])
	o.follow(c)
	setting := func(id, value string) wire.Change {
		var p cargo.Packer
		return wire.Change{Kind: cargo.Setting, ID: id, Version: value, Body: cargo.Write(cargo.Packed{Data: p.Pack(cargo.Write(cargo.SettingBody{Value: value}))})}
	}
	broken := wire.Change{Kind: cargo.Report, ID: "a b 2569-01", Version: "v1", Body: []byte(`{"data":"not packed"}`)}
	take := func() error {
		t.Helper()
		cursor, _, err := o.mirror.Cursor(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		return o.mirror.Take(t.Context(), []wire.Change{broken, setting("a", "1")}, nil, cursor+"x")
	}
	value := func() string {
		v, err := o.store.Setting(t.Context(), "a")
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
	for range 3 {
		if err := take(); err == nil || value() != "" {
			t.Fatalf("it may be of this moment alone, and the page is taken: %v", err)
		}
	}
	if err := take(); err != nil || value() != "1" {
		t.Fatalf("the page is not taken without it: %v", err)
	}
	if n := o.mirror.Needs(); len(n) > 0 {
		t.Errorf("it needs %v", n)
	}
	asks := func() bool {
		t.Helper()
		_, have, err := o.mirror.Cursor(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		h, err := cargo.ReadHave(have)
		if err != nil {
			t.Fatal(err)
		}
		version, is := h.Holds[cargo.Report].Versions[broken.ID]
		return is && version == ""
	}
	if asks() {
		t.Error("it is asked for again at once")
	}
	c.pass(2 * time.Hour)
	if !asks() {
		t.Error("it is not asked for after a while")
	}
}
