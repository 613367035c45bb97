package reorganise_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"khumue/internal/catalog"
	"khumue/internal/fault"
	"khumue/internal/gitrepo"
	"khumue/syncd/internal/enrol"
	"khumue/syncd/internal/reorganise"
	"khumue/syncd/internal/rights"
	"khumue/syncd/internal/staff"
)

// count is how many things of a part a report lists.
func count(r *reorganise.Report, part reorganise.Part) int {
	for _, l := range r.Parts {
		if l.Part == part {
			return l.Count
		}
	}
	return 0
}

// effects are what a report says of people, in words.
func effects(r *reorganise.Report) string {
	var out []string
	for _, p := range r.People {
		out = append(out, strings.TrimRight(string(p.Effect)+" "+p.Name+" "+string(p.To.Agency), " "))
	}
	return strings.Join(out, ", ")
}

func TestADepartmentMovesUnderAnotherMinistryAndBack(t *testing.T) {
	o := open(t)
	dga := o.hire("ดวง", rights.Grant{Role: catalog.RoleDGA})
	o.hire("มานี", of(catalog.RoleCentral, "mot"))
	o.hire("ชูใจ", of(catalog.RoleCentral, "moi"))
	own := o.hire("กมล", of(catalog.RoleCentral, "dlt"))
	before := o.tree()

	plan := reorganise.Plan{Kind: reorganise.Move, Agency: "dlt", To: "moi"}
	r, err := o.Dry(t.Context(), o.as(dga), plan)
	must(t, err)
	if got, want := effects(r), "gains ชูใจ, loses มานี"; got != want {
		t.Errorf("people: %s, want %s", got, want)
	}
	if count(r, reorganise.Manuals) == 0 || count(r, reorganise.Points) == 0 || count(r, reorganise.Addresses) != 0 || r.Above != "mot" || r.Other.TH == "" {
		t.Errorf("the report is %+v", r)
	}
	if o.tree() != before {
		t.Fatal("a dry run changed something")
	}
	done := o.does(dga, plan)
	if !o.has("agencies/moi/dlt/manuals/dlt-xgveak/manual.md") || o.has("agencies/mot/dlt") || !o.has("agencies/mot/agency.yaml") {
		t.Error("the department does not stand under the other ministry alone")
	}
	for _, a := range o.proven().Manuals {
		if a.Manual == tax && (a.Moved == nil || a.Moved.Officer != dga || a.Moved.Commit.String() != done.Commit.String() || a.Path != "agencies/moi/dlt/manuals/dlt-xgveak") {
			t.Errorf("the manual's account is %+v", a)
		}
	}
	if target, err := o.current.Target("dlt", area5); err != nil || !slices.Equal(target.Chain, []catalog.AgencyCode{"dlt", "moi"}) {
		t.Errorf("the structure has %v, %v", target, err)
	}
	o.sound()
	if got := o.holds(own); got != "central dlt" {
		t.Errorf("the department's officer holds %s", got)
	}
	if e := o.trail("agency."); len(e) != 1 || e[0].Action != "agency.move" || e[0].Officer != dga || e[0].Request != "request-1" ||
		!strings.Contains(e[0].Before, `"above":"mot"`) || !strings.Contains(e[0].After, `"to":"moi"`) || !strings.Contains(e[0].After, "ตามพระราชบัญญัติ") {
		t.Errorf("the trail has %+v", e)
	}
	past, err := o.Past(t.Context(), o.as(dga), "dlt")
	must(t, err)
	if len(past) != 1 || past[0].Kind != reorganise.Move || past[0].To != "moi" || past[0].Undone {
		t.Fatalf("the past is %+v", past)
	}

	o.does(dga, reorganise.Plan{Kind: reorganise.Undo, Agency: "dlt", Undoes: past[0].Commit})
	if o.tree() != before {
		t.Error("taken back, the content is not what it was")
	}
	o.proven()
	o.sound()
	if past, err = o.Past(t.Context(), o.as(dga), "dlt"); err != nil || len(past) != 2 || past[0].Undoes.IsZero() || !past[1].Undone {
		t.Errorf("the past is %+v, %v", past, err)
	}
	if _, err := o.Dry(t.Context(), o.as(dga), reorganise.Plan{Kind: reorganise.Undo, Agency: "dlt", Undoes: past[1].Commit}); !errors.Is(err, fault.Conflict) {
		t.Errorf("taking back twice: %v", err)
	}
}

func TestAnAgencyGoesToTheTop(t *testing.T) {
	o := open(t)
	dga := o.hire("ดวง", rights.Grant{Role: catalog.RoleDGA})
	o.does(dga, reorganise.Plan{Kind: reorganise.Move, Agency: "dlt"})
	past, err := o.Past(t.Context(), o.as(dga), "dlt")
	must(t, err)
	if !o.has("agencies/dlt/agency.yaml") || len(past) != 1 || past[0].To != "" {
		t.Errorf("the past is %+v", past)
	}
}

func TestOfficersFollowAMergeAndComeBack(t *testing.T) {
	o := open(t)
	dga := o.hire("ดวง", rights.Grant{Role: catalog.RoleDGA})
	ministry := o.hire("แรงงาน", of(catalog.RoleCentral, "mol"))
	moved := o.hire("ย้าย", of(catalog.RoleAuthor, "doe"), of(catalog.RoleReviewer, "doe"))
	both := o.hire("สองแห่ง", of(catalog.RoleAuthor, "doe"), of(catalog.RoleAuthor, "sso"))
	left := o.hire("ลาออก", of(catalog.RoleCentral, "doe"))
	there := o.hire("เดิม", of(catalog.RoleAuthor, "sso"))
	secret, _, err := o.people.Issue(t.Context(), o.as(dga), of(catalog.RoleAuthor, "doe"))
	must(t, err)
	before := o.tree()

	plan := reorganise.Plan{Kind: reorganise.Merge, Agency: "doe", To: "sso"}
	r, err := o.Dry(t.Context(), o.as(ministry), plan)
	must(t, err)
	if got, want := effects(r), "follows ย้าย sso, follows ย้าย sso, follows ลาออก sso, follows สองแห่ง sso, gains สองแห่ง, gains เดิม"; got != want {
		t.Errorf("people: %s, want %s", got, want)
	}
	if count(r, reorganise.Tokens) != 1 || count(r, reorganise.Addresses) != 1 {
		t.Errorf("the report is %+v", r.Parts)
	}
	done := o.does(ministry, plan)
	for who, want := range map[catalog.OfficerID]string{moved: "author sso, reviewer sso", both: "author sso", left: "central sso", there: "author sso", ministry: "central mol"} {
		if got := o.holds(who); got != want {
			t.Errorf("%s holds %s, want %s", who, got, want)
		}
	}
	if _, err := o.people.Redeem(t.Context(), staff.Acting{Officer: rights.Officer{ID: there}}, secret); err == nil {
		t.Error("a token of the agency that ended is taken")
	}
	a, ok := o.current.Tree().Agency("doe")
	if !ok || a.Retired.Value.Successor != "sso" || o.has("agencies/mol/doe/manuals") || o.has("agencies/mol/doe/points") {
		t.Errorf("the agency that ended is %+v", a)
	}
	o.proven()
	o.sound()
	if n := len(o.trail("grant.follow")); n != 4 {
		t.Errorf("the trail tells of %d grants", n)
	}
	if n := len(o.trail("token.revoke")); n != 1 {
		t.Errorf("the trail tells of %d tokens", n)
	}

	for _, g := range o.user(left).Grants { // somebody whose role was taken away since
		must(t, o.people.Remove(t.Context(), o.as(dga), left, g.ID))
	}
	o.does(ministry, reorganise.Plan{Kind: reorganise.Undo, Agency: "doe", Undoes: done.Commit})
	for who, want := range map[catalog.OfficerID]string{moved: "author doe, reviewer doe", both: "author doe, author sso", left: "", there: "author sso"} {
		if got := o.holds(who); got != want {
			t.Errorf("after it was taken back %s holds %q, want %q", who, got, want)
		}
	}
	if o.tree() != before {
		t.Error("taken back, the content is not what it was")
	}
	o.proven()
	o.sound()
}

// F34: the machines of an office follow as its officers do, and come back.
func TestMachinesFollowAMergeAndComeBack(t *testing.T) {
	o := open(t)
	ministry := o.hire("แรงงาน", of(catalog.RoleCentral, "mol"))
	point, theirs := o.pointOf("doe"), o.pointOf("sso")
	at := map[string]rights.Scope{"m-agency": {Agency: "doe"}, "m-point": {Agency: "doe", Point: point}, "m-other": {Agency: "sso"}, "m-theirs": {Agency: "sso", Point: theirs}}
	must(t, o.store.Enrol().Write(t.Context(), func(r enrol.Records) (err error) {
		for id, s := range at {
			err = errors.Join(err, r.PutDevice(enrol.Device{ID: id, Agency: s.Agency, Point: s.Point, Name: id, Enrolled: o.now}))
		}
		return err
	}))
	where := func(id string) (s rights.Scope) {
		t.Helper()
		must(t, o.store.Enrol().Read(t.Context(), func(r enrol.Records) error {
			d, err := r.Device(id)
			s = rights.Scope{Agency: d.Agency, Point: d.Point}
			return err
		}))
		return s
	}
	done := o.does(ministry, reorganise.Plan{Kind: reorganise.Merge, Agency: "doe", To: "sso"})
	for id, s := range at {
		if got, want := where(id), (rights.Scope{Agency: "sso", Point: s.Point}); got != want {
			t.Errorf("%s belongs to %+v, want %+v", id, got, want)
		}
	}
	if n := len(o.trail("office.follow")); n != 2 {
		t.Errorf("the trail tells of %d machines", n)
	}
	o.does(ministry, reorganise.Plan{Kind: reorganise.Undo, Agency: "doe", Undoes: done.Commit})
	for id, want := range at {
		if got := where(id); got != want {
			t.Errorf("after it was taken back %s belongs to %+v, want %+v", id, got, want)
		}
	}
}

// pointOf is a point of an agency.
func (o *office) pointOf(agency catalog.AgencyCode) catalog.PointCode {
	o.t.Helper()
	_, main, err := o.Ledger.Repo.Resolve(gitrepo.Main)
	must(o.t, err)
	home, ok, err := o.Ledger.Home(main.Tree, agency)
	if err != nil || !ok {
		o.t.Fatalf("%s stands nowhere: %v", agency, err)
	}
	e, err := o.Ledger.Repo.Find(main.Tree, home+"/points")
	must(o.t, err)
	list, err := o.Ledger.Repo.Entries(e.Hash)
	must(o.t, err)
	return catalog.PointCode(strings.TrimSuffix(list[0].Name, ".yaml"))
}

func (o *office) user(id catalog.OfficerID) (u staff.User) {
	o.t.Helper()
	must(o.t, o.store.Read(o.t.Context(), func(r staff.Records) (err error) { u, err = r.User(id); return err }))
	return u
}

func TestASplitTakesSomeOverAndComesBack(t *testing.T) {
	o := open(t)
	dga := o.hire("ดวง", rights.Grant{Role: catalog.RoleDGA})
	counter := o.hire("จุด", of(catalog.RolePoint, "dlt", area5))
	author := o.hire("เขียน", of(catalog.RoleAuthor, "dlt"))
	before := o.tree()
	plan := reorganise.Plan{Kind: reorganise.Split, Agency: "dlt", To: "dlt-new", Name: catalog.Text{TH: "กรมใหม่", EN: "New Department"}, As: "department",
		Picked: []string{string(tax), string(area5)}}
	r, err := o.Dry(t.Context(), o.as(dga), plan)
	must(t, err)
	if got, want := effects(r), "follows จุด dlt-new, loses เขียน"; got != want || count(r, reorganise.Manuals) != 1 || count(r, reorganise.Points) != 1 {
		t.Errorf("people: %s, want %s; %+v", got, want, r.Parts)
	}
	done := o.does(dga, plan)
	if !o.has("agencies/mot/dlt-new/manuals/dlt-xgveak/manual.md") || !o.has("agencies/mot/dlt-new/points/dlt-area5.yaml") || o.has(taxFolder) || !o.has("agencies/mot/dlt/points") {
		t.Error("what was chosen does not stand with the new agency")
	}
	if got := o.holds(counter); got != "point dlt-new dlt-area5" {
		t.Errorf("the point's officer holds %s", got)
	}
	if got := o.holds(author); got != "author dlt" {
		t.Errorf("an author holds %s", got)
	}
	o.proven()
	o.sound()
	o.does(dga, reorganise.Plan{Kind: reorganise.Undo, Agency: "dlt", Undoes: done.Commit})
	if got := o.holds(counter); got != "point dlt dlt-area5" {
		t.Errorf("the point's officer holds %s after it was taken back", got)
	}
	a, ok := o.current.Tree().Agency("dlt-new")
	if !ok || a.Retired.Value.Successor != "dlt" || !o.has(taxFolder) || o.tree() == before {
		t.Errorf("the new agency is %+v", a)
	}
	o.proven()
	o.sound()
}

func TestANameChangesWithADryRun(t *testing.T) {
	o := open(t)
	central := o.hire("กมล", of(catalog.RoleCentral, "dlt"))
	plan := reorganise.Plan{Kind: reorganise.Rename, Agency: "dlt", Name: catalog.Text{TH: "กรมการขนส่ง", EN: "Transport"}, Short: catalog.Text{TH: "ขส."}}
	r, err := o.Dry(t.Context(), o.as(central), plan)
	must(t, err)
	if count(r, reorganise.Points) == 0 || len(r.People) != 0 {
		t.Errorf("the report is %+v", r)
	}
	o.does(central, plan)
	if a, _ := o.current.Tree().Agency("dlt"); a.Name.TH != "กรมการขนส่ง" || a.ShortName.TH != "ขส." {
		t.Errorf("the agency is %+v", a)
	}
	o.proven()
}

func TestWhatIsRefused(t *testing.T) {
	o := open(t)
	dga := o.hire("ดวง", rights.Grant{Role: catalog.RoleDGA})
	o.does(dga, reorganise.Plan{Kind: reorganise.Merge, Agency: "dep", To: "dcy"})
	name := catalog.Text{TH: "ก"}
	before := o.tree()
	for what, c := range map[string]struct {
		plan reorganise.Plan
		kind fault.Kind
	}{
		"nothing":                            {reorganise.Plan{Agency: "dlt"}, fault.Invalid},
		"an agency that is not there":        {reorganise.Plan{Kind: reorganise.Move, Agency: "none"}, fault.NotFound},
		"under one that is not there":        {reorganise.Plan{Kind: reorganise.Move, Agency: "dlt", To: "none"}, fault.NotFound},
		"where it is":                        {reorganise.Plan{Kind: reorganise.Move, Agency: "dlt", To: "mot"}, fault.Invalid},
		"to the top from there":              {reorganise.Plan{Kind: reorganise.Move, Agency: "mot"}, fault.Invalid},
		"under itself":                       {reorganise.Plan{Kind: reorganise.Move, Agency: "moi", To: "moi"}, fault.Invalid},
		"under one below it":                 {reorganise.Plan{Kind: reorganise.Move, Agency: "moi", To: "bora"}, fault.Invalid},
		"under a retired one":                {reorganise.Plan{Kind: reorganise.Move, Agency: "dlt", To: "dep"}, fault.Invalid},
		"a retired one":                      {reorganise.Plan{Kind: reorganise.Move, Agency: "dep", To: "mot"}, fault.Invalid},
		"into one below it":                  {reorganise.Plan{Kind: reorganise.Merge, Agency: "dopa", To: "bora"}, fault.Invalid},
		"into itself":                        {reorganise.Plan{Kind: reorganise.Merge, Agency: "dlt", To: "dlt"}, fault.Invalid},
		"into nothing":                       {reorganise.Plan{Kind: reorganise.Merge, Agency: "dlt"}, fault.NotFound},
		"a new one with a code that is used": {reorganise.Plan{Kind: reorganise.Split, Agency: "dlt", To: "moi", Name: name, As: "department", Picked: []string{string(tax)}}, fault.Conflict},
		"a new one without a name":           {reorganise.Plan{Kind: reorganise.Split, Agency: "dlt", To: "new", As: "department", Picked: []string{string(tax)}}, fault.Invalid},
		"a new one of no kind":               {reorganise.Plan{Kind: reorganise.Split, Agency: "dlt", To: "new", Name: name, Picked: []string{string(tax)}}, fault.Invalid},
		"a new one with nothing":             {reorganise.Plan{Kind: reorganise.Split, Agency: "dlt", To: "new", Name: name, As: "department"}, fault.Invalid},
		"a new one with another's":           {reorganise.Plan{Kind: reorganise.Split, Agency: "dlt", To: "new", Name: name, As: "department", Picked: []string{"rtp"}}, fault.Invalid},
		"a new one with a code that is none": {reorganise.Plan{Kind: reorganise.Split, Agency: "dlt", To: "../x", Name: name, As: "department", Picked: []string{string(tax)}}, fault.Invalid},
		"the same name":                      {reorganise.Plan{Kind: reorganise.Rename, Agency: "dlt"}, fault.Invalid},
		"a long name":                        {reorganise.Plan{Kind: reorganise.Rename, Agency: "dlt", Name: catalog.Text{TH: strings.Repeat("ก", 301)}}, fault.Invalid},
		"taking nothing back":                {reorganise.Plan{Kind: reorganise.Undo, Agency: "dlt", Undoes: gitrepo.Hash{1}}, fault.NotFound},
	} {
		t.Run(what, func(t *testing.T) {
			if _, err := o.Dry(t.Context(), o.as(dga), c.plan); !errors.Is(err, c.kind) {
				t.Errorf("the dry run: got %v, want %v", err, c.kind)
			}
			if _, err := o.Do(t.Context(), o.as(dga), c.plan, "", ""); !errors.Is(err, c.kind) {
				t.Errorf("got %v, want %v", err, c.kind)
			}
		})
	}
	if o.tree() != before {
		t.Error("something changed")
	}
}

func TestWhoMayReorganise(t *testing.T) {
	o := open(t)
	roles := map[string]catalog.OfficerID{
		"dga": o.hire("1", rights.Grant{Role: catalog.RoleDGA}), "opdc": o.hire("2", rights.Grant{Role: catalog.RoleOPDC}),
		"mot": o.hire("3", of(catalog.RoleCentral, "mot")), "moi": o.hire("4", of(catalog.RoleCentral, "moi")),
		"mot and moi": o.hire("5", of(catalog.RoleCentral, "mot"), of(catalog.RoleCentral, "moi")), "dlt": o.hire("6", of(catalog.RoleCentral, "dlt")),
		"author": o.hire("7", of(catalog.RoleAuthor, "dlt")), "reviewer": o.hire("8", of(catalog.RoleReviewer, "dlt")), "point": o.hire("9", of(catalog.RolePoint, "dlt")),
	}
	for what, c := range map[string]struct {
		plan reorganise.Plan
		who  string
	}{
		"under another ministry": {reorganise.Plan{Kind: reorganise.Move, Agency: "dlt", To: "moi"}, "dga, mot and moi"},
		"to the top":             {reorganise.Plan{Kind: reorganise.Move, Agency: "dlt"}, "dga"},
		"a ministry":             {reorganise.Plan{Kind: reorganise.Move, Agency: "mot", To: "moi"}, "dga"},
		"within a ministry":      {reorganise.Plan{Kind: reorganise.Move, Agency: "bora", To: "moi"}, "dga, moi, mot and moi"},
		"into another":           {reorganise.Plan{Kind: reorganise.Merge, Agency: "bora", To: "dol"}, "dga, moi, mot and moi"},
		"into another's":         {reorganise.Plan{Kind: reorganise.Merge, Agency: "bora", To: "dlt"}, "dga, mot and moi"},
		"a split":                {reorganise.Plan{Kind: reorganise.Split, Agency: "dlt", To: "new", Name: catalog.Text{TH: "ก"}, As: "department", Picked: []string{string(tax)}}, "dga, mot, mot and moi"},
		"a name":                 {reorganise.Plan{Kind: reorganise.Rename, Agency: "dlt", Name: catalog.Text{TH: "ก"}}, "dga, dlt, mot, mot and moi"},
	} {
		t.Run(what, func(t *testing.T) {
			var may []string
			for name, id := range roles {
				_, err := o.Dry(t.Context(), o.as(id), c.plan)
				switch {
				case err == nil:
					may = append(may, name)
				case !errors.Is(err, fault.Forbidden) && !errors.Is(err, fault.NotFound):
					t.Errorf("%s: %v", name, err)
				}
			}
			slices.Sort(may)
			if got := strings.Join(may, ", "); got != c.who {
				t.Errorf("may: %s; want %s", got, c.who)
			}
		})
	}
}

func TestWhatChangedSinceItWasShownIsShownAgain(t *testing.T) {
	o := open(t)
	dga := o.hire("ดวง", rights.Grant{Role: catalog.RoleDGA})
	plan := reorganise.Plan{Kind: reorganise.Move, Agency: "dlt", To: "moi"}
	r, err := o.Dry(t.Context(), o.as(dga), plan)
	must(t, err)
	o.hire("คนใหม่", of(catalog.RoleCentral, "mot"))
	var changed *reorganise.Changed
	if _, err := o.Do(t.Context(), o.as(dga), plan, r.Digest, ""); !errors.As(err, &changed) || !errors.Is(err, fault.Conflict) {
		t.Fatalf("got %v", err)
	}
	if got := effects(changed.Now); got != "loses คนใหม่" {
		t.Errorf("people: %s", got)
	}
	o.does(dga, reorganise.Plan{Kind: reorganise.Rename, Agency: "moi", Name: catalog.Text{TH: "อื่น"}})
	if _, err := o.Do(t.Context(), o.as(dga), plan, changed.Now.Digest, ""); err != nil {
		t.Errorf("after what does not matter: %v", err)
	}
}

// The daemon dies, or loses its database, between git and the database: what
// people hold follows when it is back, once.
func TestGrantsFollowLater(t *testing.T) {
	o := open(t)
	dga := o.hire("ดวง", rights.Grant{Role: catalog.RoleDGA})
	author := o.hire("ย้าย", of(catalog.RoleAuthor, "doe"))
	plan := reorganise.Plan{Kind: reorganise.Merge, Agency: "doe", To: "sso"}
	r, err := o.Dry(t.Context(), o.as(dga), plan)
	must(t, err)
	lost := error(fault.New(fault.Unavailable, fault.Text{TH: "หาย", EN: "lost"}))
	land := o.Landed
	o.Landed = nil
	o.broken.Store(&lost)
	done, err := o.Do(t.Context(), o.as(dga), plan, r.Digest, "")
	must(t, err)
	if got := o.holds(author); got != "author doe" {
		t.Fatalf("without a database the author holds %s", got)
	}
	if _, err := o.Do(t.Context(), o.as(dga), reorganise.Plan{Kind: reorganise.Move, Agency: "dlt", To: "moi"}, "", ""); !errors.Is(err, fault.Unavailable) {
		t.Errorf("another before the first is known: %v", err)
	}
	o.broken.Store(nil)
	land(t.Context(), done.Landed)
	for range 2 {
		must(t, o.CatchUp(t.Context()))
		if got := o.holds(author); got != "author sso" {
			t.Errorf("the author holds %s", got)
		}
	}
	if n := len(o.trail("agency.merge")); n != 1 {
		t.Errorf("the trail tells %d times", n)
	}
	o.does(dga, reorganise.Plan{Kind: reorganise.Undo, Agency: "doe", Undoes: done.Commit})
	must(t, o.CatchUp(t.Context()))
	if got := o.holds(author); got != "author doe" {
		t.Errorf("after it was taken back the author holds %s", got)
	}
}
