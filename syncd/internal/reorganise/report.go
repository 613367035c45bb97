package reorganise

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"slices"
	"time"
	"unicode/utf8"

	"khumue/internal/catalog"
	"khumue/internal/fault"
	"khumue/internal/gitrepo"
	"khumue/syncd/internal/immediate"
	"khumue/syncd/internal/ledger"
	"khumue/syncd/internal/manuals"
	"khumue/syncd/internal/review"
	"khumue/syncd/internal/rights"
	"khumue/syncd/internal/staff"
	"khumue/syncd/internal/trail"
)

// Part is a kind of thing that a reorganisation touches. Whatever else is kept by
// agency or point one day is one more: its identifiers go into Report.Parts.
type Part string

// The parts, in the order in which they are listed.
const (
	Agencies  Part = "agencies" // below it
	Manuals   Part = "manuals"
	Points    Part = "points"
	Processes Part = "processes"
	Services  Part = "services"
	Opens     Part = "opens"     // revisions under way
	Addresses Part = "addresses" // that lead on from now on
	Tokens    Part = "tokens"    // that are revoked
)

// Parts are all parts.
var Parts = []Part{Agencies, Manuals, Points, Processes, Services, Opens, Addresses, Tokens}

// Listed is how much is touched of a part, and the first of it.
type Listed struct {
	Part  Part
	Count int
	First []Thing
}

// Thing is one thing that is touched.
type Thing struct {
	ID   string       // of a revision under way its ref, of an address the path
	Name catalog.Text // zero where it has none
}

// shownFirst is how many things of a part are named.
const shownFirst = 5

// Effect is what a reorganisation does to what a person may do.
type Effect string

// The effects.
const (
	Follows Effect = "follows" // a role is held for another agency from now on
	Gains   Effect = "gains"   // a role reaches more
	Loses   Effect = "loses"   // a role reaches less
)

// Person is somebody whose rights change.
type Person struct {
	User   catalog.OfficerID
	Name   string
	Effect Effect
	rights.Grant
	To rights.Scope // Follows: from now on
}

// Report is what a plan would touch: a dry run of it.
type Report struct {
	Plan   Plan
	Does   Kind         // what is done: of Undo, Move, Merge or the like of it
	Main   gitrepo.Hash // what main was
	Name   catalog.Text // of the agency
	Above  catalog.AgencyCode
	Other  catalog.Text // name of the agency that To names; zero where it names none
	Parts  []Listed     // those of which there is anything
	People []Person
	Hours  bool   // points without hours of their own show others
	Digest string // of all of it, however long

	work *work
}

// Dry works a plan out for an officer who may do it, and changes nothing.
func (d *Desk) Dry(ctx context.Context, by staff.Acting, p Plan) (*Report, error) {
	tip, main, err := d.Ledger.Repo.Resolve(gitrepo.Main)
	if err != nil {
		return nil, err
	}
	return d.report(ctx, by, p, tip, main.Tree)
}

func (d *Desk) report(ctx context.Context, by staff.Acting, p Plan, tip, content gitrepo.Hash) (*Report, error) {
	home, there, err := d.Ledger.Home(content, p.Agency)
	if err != nil {
		return nil, err
	}
	if !there || by.May(rights.Reorganise, rights.Target{Chain: chainOf(home)}) != nil {
		return nil, gone() // who reaches nothing of it is not told that it is there
	}
	w, err := d.work(content, p)
	if err != nil {
		return nil, err
	}
	if _, err := w.may(by); err != nil {
		return nil, err
	}
	r := &Report{Plan: w.plan, Does: w.does, Main: tip, Name: w.unit.Name, Above: aboveOf(w.unit.home), work: w}
	if w.does == unmerge {
		r.Does = Undo
	}
	if w.other.Agency != nil {
		r.Other = w.other.Name
	}
	err = d.People.Read(ctx, func(records staff.Records) error {
		r.People, w.things[Tokens] = nil, nil
		return errors.Join(d.people(records, w, r), d.tokens(records, w))
	})
	if err != nil {
		return nil, err
	}
	if err := d.opens(ctx, w); err != nil {
		return nil, err
	}
	for _, code := range w.leads {
		w.things[Addresses] = append(w.things[Addresses], "/agency/"+string(code)+"/")
	}
	if r.Hours, err = w.hours(); err != nil {
		return nil, err
	}
	r.digest()
	return r, d.list(r, shownFirst)
}

// list names the first so many of each part.
func (d *Desk) list(r *Report, most int) error {
	for _, part := range Parts {
		ids := r.work.things[part]
		if len(ids) == 0 {
			continue
		}
		one := Listed{Part: part, Count: len(ids)}
		first := ids[:min(len(ids), most)]
		called := make([]string, len(first)) // a revision is called as its manual
		for i, id := range first {
			called[i] = id
			if ref, err := review.ParseRef(id); part == Opens && err == nil {
				called[i] = string(ref.Manual)
			}
		}
		names, err := d.Direct.Titles(called...)
		if err != nil {
			return err
		}
		for i, id := range first {
			one.First = append(one.First, Thing{id, names[called[i]]})
		}
		r.Parts = append(r.Parts, one)
	}
	return nil
}

// digest sums up all that is touched.
func (r *Report) digest() {
	for _, ids := range r.work.things {
		slices.Sort(ids)
	}
	all, err := json.Marshal(struct {
		Plan   Plan
		Homes  [2]string
		Things map[Part][]string
		People []Person
		Hours  bool
	}{r.Plan, [2]string{r.work.unit.home, r.work.other.home}, r.work.things, r.People, r.Hours})
	if err != nil {
		panic("reorganise: a report holds plain values only: " + err.Error())
	}
	sum := sha256.Sum256(all)
	r.Digest = hex.EncodeToString(sum[:])
}

// affected are the agencies whose things are touched: that of the plan, unless it
// keeps them, and those below.
func (w *work) affected() []catalog.AgencyCode {
	out := []catalog.AgencyCode{w.plan.Agency}
	for _, code := range w.things[Agencies] {
		out = append(out, catalog.AgencyCode(code))
	}
	return out
}

// opens notes the revisions under way of the manuals that are touched.
func (d *Desk) opens(ctx context.Context, w *work) error {
	owners := w.affected()
	if w.does == unmerge {
		owners = append(owners, w.plan.To)
	}
	picked := map[catalog.ManualID]bool{}
	for _, id := range w.things[Manuals] {
		picked[catalog.ManualID(id)] = true
	}
	return d.Papers.Read(ctx, func(r manuals.Records) error {
		w.things[Opens] = nil
		for offset := 0; ; offset += 1000 {
			some, err := r.Opens(manuals.OpenFilter{Agencies: owners, Page: trail.Page{Offset: offset, Limit: 1000}})
			if err != nil {
				return err
			}
			for _, o := range some {
				if w.does == Split || w.does == unmerge {
					if !picked[o.Manual] {
						continue
					}
				}
				w.things[Opens] = append(w.things[Opens], o.Ref.String())
			}
			if len(some) < 1000 {
				return nil
			}
		}
	})
}

// tokens notes the tokens that are revoked.
func (d *Desk) tokens(r staff.Records, w *work) error {
	if w.does != Merge && w.does != Split && w.does != unmerge {
		return nil
	}
	owner := w.plan.Agency
	if w.does == unmerge {
		owner = w.plan.To
	}
	for offset := 0; ; offset += 1000 {
		some, _, err := r.FindTokens(staff.TokenFilter{Agencies: []catalog.AgencyCode{owner}, Live: true, Now: d.now(), Page: trail.Page{Offset: offset, Limit: 1000}})
		if err != nil {
			return err
		}
		for _, t := range some {
			if w.points[t.Scope.Point] || w.does == Merge && t.Scope.Point == "" {
				w.things[Tokens] = append(w.things[Tokens], t.ID)
			}
		}
		if len(some) < 1000 {
			return nil
		}
	}
}

// people are those whose rights change.
func (d *Desk) people(r staff.Records, w *work, out *Report) error {
	if w.does == Rename {
		return nil
	}
	of := func(effect Effect, codes []catalog.AgencyCode, which func(staff.Grant) (to rights.Scope, ok bool)) error {
		if len(codes) == 0 {
			return nil
		}
		held, err := r.GrantsOn(far, codes)
		if err != nil {
			return err
		}
		for _, g := range held {
			to, ok := which(g)
			if !ok {
				continue
			}
			u, err := r.User(g.User)
			if err != nil {
				return err
			}
			out.People = append(out.People, Person{User: g.User, Name: u.Name, Effect: effect, Grant: g.Grant, To: to})
		}
		return nil
	}
	central := func(g staff.Grant) (rights.Scope, bool) { return rights.Scope{}, g.Role == catalog.RoleCentral }
	whole := func(g staff.Grant) (rights.Scope, bool) { return rights.Scope{}, g.Scope.Point == "" }
	from, to := w.unit.above(), w.other.chain()
	own, other := []catalog.AgencyCode{w.plan.Agency}, []catalog.AgencyCode{w.plan.To}
	pointed := func(owner catalog.AgencyCode) func(staff.Grant) (rights.Scope, bool) {
		return func(g staff.Grant) (rights.Scope, bool) {
			return rights.Scope{Agency: owner, Point: g.Scope.Point}, w.points[g.Scope.Point]
		}
	}
	var err error
	switch w.does {
	case Move:
		err = errors.Join(of(Loses, without(from, to), central), of(Gains, without(to, from), central))
	case Merge:
		err = errors.Join(
			of(Follows, own, func(g staff.Grant) (rights.Scope, bool) {
				return rights.Scope{Agency: w.plan.To, Point: g.Scope.Point}, g.Scope.Point == "" || w.points[g.Scope.Point]
			}),
			of(Gains, other, whole), of(Loses, without(from, to), central), of(Gains, without(without(to, from), other), central))
	case Split:
		err = errors.Join(of(Follows, own, pointed(w.plan.To)), of(Loses, own, whole))
	case unmerge:
		err = errors.Join(of(Follows, other, pointed(w.plan.Agency)), of(Loses, other, whole), d.restored(r, w, out))
	}
	slices.SortStableFunc(out.People, func(a, b Person) int {
		return cmp.Or(cmp.Compare(slices.Index(effects, a.Effect), slices.Index(effects, b.Effect)), cmp.Compare(a.Name, b.Name), cmp.Compare(a.User, b.User))
	})
	return err
}

// restored are those who get back what they held for an agency that is again.
func (d *Desk) restored(r staff.Records, w *work, out *Report) error {
	held, err := r.GrantsOn(w.back.Add(-time.Microsecond), []catalog.AgencyCode{w.plan.Agency})
	if err != nil {
		return err
	}
	for _, g := range held {
		if !g.Ended.Equal(w.back) || g.Scope.Point != "" {
			continue
		}
		u, err := r.User(g.User)
		if err != nil {
			return err
		}
		now := rights.Grant{Role: g.Role, Scope: rights.Scope{Agency: w.plan.To}}
		if slices.ContainsFunc(u.Grants, func(have staff.Grant) bool { return have.Grant == now }) {
			out.People = append(out.People, Person{User: g.User, Name: u.Name, Effect: Follows, Grant: now, To: g.Scope})
		}
	}
	return nil
}

var effects = []Effect{Follows, Gains, Loses}

// without are the agencies of a list that are not in another.
func without(list, other []catalog.AgencyCode) (out []catalog.AgencyCode) {
	for _, c := range list {
		if !slices.Contains(other, c) {
			out = append(out, c)
		}
	}
	return out
}

// hours reports whether points without hours of their own show others, as the
// agencies above them have other hours.
func (w *work) hours() (bool, error) {
	if len(w.things[Points]) == 0 || w.does == Rename || w.does == Split || w.does == unmerge {
		return false, nil
	}
	above := w.unit.above()
	if w.does == Merge {
		above = w.unit.chain()
	} else if !w.unit.Hours.IsZero() {
		return false, nil
	}
	was, err := w.hoursOf(above)
	if err != nil {
		return false, err
	}
	is, err := w.hoursOf(w.other.chain())
	return was != is, err
}

// hoursOf are the hours that agencies give to what is below them, in short.
func (w *work) hoursOf(codes []catalog.AgencyCode) (string, error) {
	var chain catalog.Chain
	for _, code := range codes {
		u, err := w.agency(code)
		if err != nil {
			return "", err
		}
		chain = append(chain, u.Agency)
	}
	return told(chain.HoursOf(&catalog.Point{})), nil
}

// Done is a reorganisation that was made.
type Done struct {
	ledger.Landed
	Report *Report
}

// Do does what a plan says, for a reason, when what it touches is what an officer
// has seen: the report's digest. Otherwise nothing is done, and the error is of
// type *Changed. What people hold follows at once or, where the database can not
// be told now, later.
func (d *Desk) Do(ctx context.Context, by staff.Acting, p Plan, seen, why string) (out Done, err error) {
	if n := utf8.RuneCountInString(why); n > longestWhy {
		return out, fault.New(fault.Invalid, fault.Textf("เหตุผลยาวเกิน %d ตัวอักษร", "The reason is longer than %d characters.", longestWhy))
	}
	if p.Kind == Rename {
		return d.rename(ctx, by, p, seen, why)
	}
	leave := func() {}
	if d.Enter != nil {
		if leave, err = d.Enter(ctx); err != nil {
			return out, err
		}
	}
	defer leave()
	if err := d.CatchUp(ctx); err != nil {
		return out, err // what came before is not known to the database yet
	}
	r, err := d.Dry(ctx, by, p)
	if err != nil {
		return out, err
	}
	if r.Digest != seen {
		return out, &Changed{r}
	}
	out.Landed, err = d.Ledger.Reorganise(ctx, r.work.subject, why, p.Undoes, func(b *gitrepo.Batch, content gitrepo.Hash) (ledger.Acting, []gitrepo.Edit, error) {
		if content != r.work.content {
			if r, err = d.report(ctx, by, p, gitrepo.Hash{}, content); err != nil {
				return ledger.Acting{}, nil, err
			}
			if r.Digest != seen {
				return ledger.Acting{}, nil, &Changed{r}
			}
		}
		acting, err := r.work.may(by)
		if err != nil {
			return acting, nil, err
		}
		edits, err := r.work.edits(b)
		return acting, edits, err
	})
	if err != nil {
		return out, err
	}
	out.Report = r
	d.requests.Store(out.Commit, by.Request)
	defer d.requests.Delete(out.Commit)
	if err := d.CatchUp(context.WithoutCancel(ctx)); err != nil {
		d.Log.Error("agencies were reorganised, and what people hold could not follow; it does later", "error", err)
	}
	if d.Landed != nil {
		d.Landed(context.WithoutCancel(ctx), out.Landed)
	}
	return out, nil
}

// rename changes the name of an agency, as any other change that is published at
// once.
func (d *Desk) rename(ctx context.Context, by staff.Acting, p Plan, seen, why string) (out Done, err error) {
	r, err := d.Dry(ctx, by, p)
	if err != nil {
		return out, err
	}
	if r.Digest != seen {
		return out, &Changed{r}
	}
	at, err := d.Direct.File(string(r.Plan.Agency))
	if err != nil {
		return out, err
	}
	s, err := d.Direct.Open(by, at.Path)
	if err != nil {
		return out, err
	}
	a, ok := s.Value.(*catalog.Agency)
	if !ok {
		return out, gone()
	}
	a.Name, a.ShortName = r.Plan.Name, r.Plan.Short
	saved, err := d.Direct.Save(ctx, by, immediate.Change{File: at.Path, Was: s.Was, Value: a, Why: why})
	if err == nil && d.Landed != nil {
		d.Landed(context.WithoutCancel(ctx), saved.Landed)
	}
	return Done{saved.Landed, r}, err
}

// Holdings is what an agency itself has, by part: of each the count and the first
// so many by name. It is for whoever may reorganise something there.
func (d *Desk) Holdings(by staff.Acting, code catalog.AgencyCode, most int) ([]Listed, error) {
	_, main, err := d.Ledger.Repo.Resolve(gitrepo.Main)
	if err != nil {
		return nil, err
	}
	home, ok, err := d.Ledger.Home(main.Tree, code)
	if err != nil {
		return nil, err
	}
	if !ok || by.May(rights.Reorganise, rights.Target{Chain: chainOf(home)}) != nil {
		return nil, gone()
	}
	w := &work{d: d, content: main.Tree, things: map[Part][]string{}}
	has, err := w.all(home)
	if err != nil {
		return nil, err
	}
	for sub, entries := range has {
		if sub == "" {
			sub = string(Agencies)
		}
		w.note(sub, entries)
	}
	r := &Report{work: w}
	err = d.list(r, most)
	return r.Parts, err
}
