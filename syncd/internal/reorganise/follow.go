package reorganise

import (
	"context"
	"encoding/json"
	"errors"
	"maps"
	"path"
	"slices"
	"time"

	"khumue/internal/catalog"
	"khumue/internal/corpus"
	"khumue/internal/fault"
	"khumue/internal/gitrepo"
	"khumue/syncd/internal/rights"
	"khumue/syncd/internal/staff"
	"khumue/syncd/internal/trail"
)

// place is where an agency stands, and its file.
type place struct {
	home string
	blob gitrepo.Hash
}

// land is what a content has that another has not, or has elsewhere or otherwise.
type land struct {
	agencies map[catalog.AgencyCode]place
	points   map[catalog.PointCode]catalog.AgencyCode // and whose they are
}

// differing reads in what two contents differ, manuals, processes and services
// apart. Folders that both have are not entered.
func (d *Desk) differing(old, new gitrepo.Hash) (was, is land, err error) {
	was = land{map[catalog.AgencyCode]place{}, map[catalog.PointCode]catalog.AgencyCode{}}
	is = land{map[catalog.AgencyCode]place{}, map[catalog.PointCode]catalog.AgencyCode{}}
	var sides [2]gitrepo.Hash
	for i, content := range []gitrepo.Hash{old, new} {
		e, err := d.Ledger.Repo.Find(content, top)
		if err != nil && !errors.Is(err, fault.NotFound) {
			return was, is, err
		}
		sides[i] = e.Hash
	}
	return was, is, d.differ(top, sides[0], sides[1], &was, &is)
}

func (d *Desk) differ(at string, old, new gitrepo.Hash, was, is *land) error {
	if old == new {
		return nil
	}
	before, err := d.byName(old)
	if err != nil {
		return err
	}
	after, err := d.byName(new)
	if err != nil {
		return err
	}
	names := map[string]bool{}
	for name := range before {
		names[name] = true
	}
	for name := range after {
		names[name] = true
	}
	for name := range names {
		a, b := before[name], after[name]
		if a == b || name == "manuals" || name == "processes" || name == "services" {
			continue
		}
		was.take(path.Join(at, name), a)
		is.take(path.Join(at, name), b)
		if a.IsFolder() || b.IsFolder() {
			if err := d.differ(path.Join(at, name), folderHash(a), folderHash(b), was, is); err != nil {
				return err
			}
		}
	}
	return nil
}

func folderHash(e gitrepo.Entry) gitrepo.Hash {
	if e.IsFolder() {
		return e.Hash
	}
	return gitrepo.Hash{}
}

func (d *Desk) byName(tree gitrepo.Hash) (map[string]gitrepo.Entry, error) {
	out := map[string]gitrepo.Entry{}
	if tree.IsZero() {
		return out, nil
	}
	list, err := d.Ledger.Repo.Entries(tree)
	for _, e := range list {
		out[e.Name] = e
	}
	return out, err
}

// take notes a file of one side.
func (l *land) take(file string, e gitrepo.Entry) {
	at, ok := corpus.FileAt(file)
	if !ok || e.Name == "" || e.IsFolder() {
		return
	}
	switch at.Kind {
	case corpus.AgencyFile:
		l.agencies[catalog.AgencyCode(at.Name)] = place{path.Dir(file), e.Hash}
	case corpus.PointFile:
		l.points[catalog.PointCode(at.Name)] = at.Owner
	}
}

// result is what a reorganisation means for what people hold.
type result struct {
	Past
	points  map[catalog.PointCode][2]catalog.AgencyCode // whose they were, and are
	merged  map[catalog.AgencyCode]catalog.AgencyCode   // agencies that ended, and who took over
	revived map[catalog.AgencyCode]catalog.AgencyCode   // agencies that are again, and who had taken over
	back    time.Time                                   // of the commit that it takes back; zero of none
	from    string                                      // where the agency stood, for the trail
	to      string
}

// resultOf reads it from the commit alone.
func (d *Desk) resultOf(p Past, before, after gitrepo.Hash) (r result, err error) {
	was, is, err := d.differing(before, after)
	if err != nil {
		return r, err
	}
	r = result{Past: p, points: map[catalog.PointCode][2]catalog.AgencyCode{}, merged: map[catalog.AgencyCode]catalog.AgencyCode{}, revived: map[catalog.AgencyCode]catalog.AgencyCode{}}
	for code, owner := range is.points {
		if old, ok := was.points[code]; ok && old != owner {
			r.points[code] = [2]catalog.AgencyCode{old, owner}
		}
	}
	for code, now := range is.agencies {
		old, ok := was.agencies[code]
		if !ok || old.blob == now.blob {
			continue
		}
		x, err1 := d.successor(old)
		y, err2 := d.successor(now)
		if err := errors.Join(err1, err2); err != nil {
			return r, err
		}
		switch {
		case x == "" && y != "":
			r.merged[code] = y
		case x != "" && y == "":
			r.revived[code] = x
		}
	}
	r.from, r.to = was.agencies[p.Agency].home, is.agencies[p.Agency].home
	if !p.Undoes.IsZero() {
		c, err := d.Ledger.Repo.Commit(p.Undoes)
		if err != nil {
			return r, err
		}
		r.back = c.Author.At.UTC()
	}
	return r, nil
}

// successor is who took over from an agency; "" where nobody did.
func (d *Desk) successor(p place) (catalog.AgencyCode, error) {
	at, _ := corpus.FileAt(path.Join(p.home, "agency.yaml"))
	src, err := d.Ledger.Repo.Read(gitrepo.Blob, p.blob)
	if err != nil {
		return "", err
	}
	value, _ := at.Decode(src)
	if a, ok := value.(*catalog.Agency); ok {
		return a.Retired.Value.Successor, nil
	}
	return "", nil
}

// CatchUp lets grants and tokens follow the reorganisations that came to main since
// it last did, the earliest first. It costs what came.
func (d *Desk) CatchUp(ctx context.Context) error {
	d.following.Lock()
	defer d.following.Unlock()
	tip, err := d.Ledger.Repo.Refs().Get(gitrepo.Main)
	if err != nil {
		return err
	}
	var mark string
	if err := d.People.Read(ctx, func(r staff.Records) (err error) { mark, err = r.Followed(); return err }); err != nil {
		return err
	}
	if mark == tip.String() {
		return nil
	}
	results, err := d.since(ctx, tip, mark)
	if err != nil {
		return err
	}
	for _, r := range slices.Backward(results) {
		if err := d.follow(ctx, r); err != nil {
			return err
		}
	}
	return d.People.Write(ctx, func(r staff.Records) error { return r.SetFollowed(tip.String()) })
}

// longestBehind bounds how many commits CatchUp looks back for where it was.
const longestBehind = 1_000_000

// since reads the reorganisations between a mark and a tip, the latest first. With
// no mark, or one that main does not descend from any more, there is none: what
// people hold was given for what stands now.
func (d *Desk) since(ctx context.Context, tip gitrepo.Hash, mark string) (out []result, err error) {
	if mark == "" {
		return nil, nil
	}
	for a, err := range d.Ledger.Repo.FirstParents(tip, longestBehind) {
		if err = errors.Join(err, ctx.Err()); err != nil {
			return nil, err
		}
		if a.Hash.String() == mark {
			return out, nil
		}
		p, ok := pastOf(a)
		if !ok || len(a.Parents) != 1 {
			continue
		}
		before, err := d.Ledger.Repo.Commit(a.Parents[0])
		if err != nil {
			return nil, err
		}
		r, err := d.resultOf(p, before.Tree, a.Tree)
		if err != nil {
			return nil, err
		}
		out = append(out, r)
	}
	d.Log.Error("the commit up to which grants have followed is not in main's history; they follow from now on", "commit", mark)
	return nil, nil
}

// follow brings what people hold to what a reorganisation made, and writes all of
// it into the trail, in one transaction.
func (d *Desk) follow(ctx context.Context, made result) error {
	return d.People.Write(ctx, func(r staff.Records) error {
		f := following{d: d, r: r, result: made}
		f.record(actionOf(made.Past), rights.Scope{Agency: made.Agency}, string(made.Agency), f.stood(made.from, ""), f.stood(made.to, made.To))
		for _, code := range slices.Sorted(maps.Keys(made.points)) {
			owners := made.points[code]
			f.carry(rights.Scope{Agency: owners[0], Point: code}, rights.Scope{Agency: owners[1], Point: code})
		}
		for _, code := range slices.Sorted(maps.Keys(made.merged)) {
			f.carry(rights.Scope{Agency: code}, rights.Scope{Agency: made.merged[code]})
		}
		for _, code := range slices.Sorted(maps.Keys(made.revived)) {
			f.restore(rights.Scope{Agency: code}, rights.Scope{Agency: made.revived[code]})
			f.comeBack(rights.Scope{Agency: code}, rights.Scope{Agency: made.revived[code]})
		}
		if f.err == nil {
			f.err = r.SetFollowed(made.Commit.String())
		}
		return f.err
	})
}

// following is one transaction of grants that follow.
type following struct {
	d *Desk
	r staff.Records
	result
	err error // what failed first: nothing is done after that
}

// keep notes what failed.
func (f *following) keep(err error) bool {
	if f.err == nil {
		f.err = err
	}
	return f.err == nil
}

// record writes an entry of the trail.
func (f *following) record(action string, scope rights.Scope, subject, before, after string) {
	if f.err != nil {
		return
	}
	request, _ := f.d.requests.Load(f.Commit)
	id, _ := request.(string)
	f.keep(f.r.Record(trail.Entry{ID: f.d.id(), At: f.d.now(), Officer: f.By, Role: f.Role.Role, Action: action, Scope: scope, Subject: subject, Before: before, After: after, Request: id}))
}

// stood is where an agency stands, as the trail shows it.
func (f *following) stood(home string, other catalog.AgencyCode) string {
	at := struct {
		Above  catalog.AgencyCode `json:"above,omitempty"`
		To     catalog.AgencyCode `json:"to,omitempty"`
		Commit string             `json:"commit,omitempty"`
		Undoes string             `json:"undoes,omitempty"`
		Why    string             `json:"why,omitempty"`
	}{Above: aboveOf(home)}
	if home == f.to {
		at.To, at.Commit, at.Why = other, f.Commit.String(), f.Why
		if !f.Undoes.IsZero() {
			at.Undoes = f.Undoes.String()
		}
	}
	return told(at)
}

func told(v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		panic("reorganise: the trail holds plain values only: " + err.Error())
	}
	return string(b)
}

// held is a grant as the trail shows it.
func held(g staff.Grant) string {
	return told(struct {
		Grant  string             `json:"grant"`
		User   catalog.OfficerID  `json:"user"`
		Role   catalog.Role       `json:"role"`
		Agency catalog.AgencyCode `json:"agency,omitempty"`
		Point  catalog.PointCode  `json:"point,omitempty"`
	}{g.ID, g.User, g.Role, g.Scope.Agency, g.Scope.Point})
}

// grants are those in force at a moment for exactly a scope.
func (f *following) grants(at time.Time, s rights.Scope) []staff.Grant {
	if f.err != nil {
		return nil
	}
	all, err := f.r.GrantsOn(at, []catalog.AgencyCode{s.Agency})
	f.keep(err)
	return slices.DeleteFunc(all, func(g staff.Grant) bool { return g.Scope != s })
}

// far is later than any grant began.
var far = time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC)

// carry gives the holders of grants for one scope the same roles for another, revokes
// its tokens, and lets its machines follow.
func (f *following) carry(from, to rights.Scope) {
	for _, g := range f.grants(far, from) {
		f.give(g, to, f.end(g))
	}
	f.revoke(from)
	for _, id := range f.machines(from) {
		f.move(id, from, to)
	}
}

// machines are the offices' machines of a scope.
func (f *following) machines(s rights.Scope) []string {
	if f.err != nil {
		return nil
	}
	list, err := f.r.Machines(s)
	f.keep(err)
	return list
}

// belongs is to what a machine belongs, as the trail shows it.
type belongs struct {
	Agency catalog.AgencyCode `json:"agency"`
	Point  catalog.PointCode  `json:"point,omitempty"`
	Commit string             `json:"commit,omitempty"` // of the reorganisation
}

// move lets an office's machine follow.
func (f *following) move(id string, from, to rights.Scope) {
	if f.err == nil && f.keep(f.r.MoveMachine(id, to)) {
		f.record(machineFollows, to, id, told(belongs{from.Agency, from.Point, ""}), told(belongs{to.Agency, to.Point, f.Commit.String()}))
	}
}

// machineFollows is what the trail calls it when an office's machine follows.
const machineFollows = "office.follow"

// comeBack lets the machines come back that followed what is undone, and are still
// where they went.
func (f *following) comeBack(to, from rights.Scope) {
	there := f.machines(from)
	if f.err != nil || len(there) == 0 {
		return
	}
	list, err := f.r.FindEntries(trail.Filter{Action: machineFollows, From: f.back, Agencies: []catalog.AgencyCode{from.Agency}, Page: trail.Page{Limit: 1000}})
	f.keep(err)
	for _, e := range list {
		var was, is belongs
		if json.Unmarshal([]byte(e.Before), &was) != nil || json.Unmarshal([]byte(e.After), &is) != nil {
			continue
		}
		if is.Commit == f.Undoes.String() && was.Agency == to.Agency && was.Point == to.Point && slices.Contains(there, e.Subject) {
			f.move(e.Subject, from, to)
		}
	}
}

// end ends a grant with the reorganisation, and returns it as it is then.
func (f *following) end(g staff.Grant) staff.Grant {
	g.Ended, g.EndedBy = f.At, f.By
	if g.Ended.Before(g.From) {
		g.Ended = g.From
	}
	if f.err == nil {
		f.keep(f.r.PutGrant(g))
	}
	return g
}

// give gives the holder of a grant its role for another scope, unless they hold
// that already.
func (f *following) give(g staff.Grant, to rights.Scope, old staff.Grant) {
	if f.err != nil {
		return
	}
	u, err := f.r.User(g.User)
	if !f.keep(err) {
		return
	}
	next := staff.Grant{Grant: rights.Grant{Role: g.Role, Scope: to}, ID: f.d.id(), User: g.User, Source: staff.ByMove, From: f.At, By: f.By}
	for _, have := range u.Grants {
		if have.Grant == next.Grant {
			f.record("grant.follow", to, string(g.User), held(old), held(have))
			return
		}
	}
	if f.keep(f.r.PutGrant(next)) {
		f.record("grant.follow", to, string(g.User), held(old), held(next))
	}
}

// revoke ends the live tokens of a scope.
func (f *following) revoke(s rights.Scope) {
	for _, role := range []catalog.Role{catalog.RoleCentral, catalog.RolePoint, catalog.RoleAuthor, catalog.RoleReviewer} {
		if f.err != nil {
			return
		}
		g := rights.Grant{Role: role, Scope: s}
		t, err := f.r.LiveToken(g)
		if errors.Is(err, fault.NotFound) {
			continue
		}
		if !f.keep(err) {
			return
		}
		t.RevokedAt, t.RevokedBy = f.d.now(), f.By
		if f.keep(f.r.PutToken(t)) {
			f.record("token.revoke", s, t.ID, told(struct {
				Role   catalog.Role       `json:"role"`
				Agency catalog.AgencyCode `json:"agency"`
				Point  catalog.PointCode  `json:"point,omitempty"`
			}{role, s.Agency, s.Point}), "")
		}
	}
}

// restore gives those back what they held, for an agency that is again, when it
// was merged, as far as they still hold it for the one that had taken over. What
// they hold there by that alone they lose.
func (f *following) restore(to, from rights.Scope) {
	for _, g := range f.grants(f.back.Add(-time.Microsecond), to) {
		if !g.Ended.Equal(f.back) || f.err != nil {
			continue
		}
		u, err := f.r.User(g.User)
		if !f.keep(err) {
			return
		}
		i := slices.IndexFunc(u.Grants, func(have staff.Grant) bool { return have.Role == g.Role && have.Scope == from })
		if i < 0 {
			continue // it was taken away since
		}
		have := u.Grants[i]
		if have.Source == staff.ByMove && have.From.Equal(f.back) {
			have = f.end(have)
		}
		f.give(g, to, have)
	}
}

// actionOf is what the trail calls a reorganisation.
func actionOf(p Past) string {
	if !p.Undoes.IsZero() {
		return "agency.undo"
	}
	return "agency." + string(p.Kind)
}
