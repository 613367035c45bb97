package proof

import (
	"context"
	"errors"
	"maps"
	"path"
	"runtime"
	"slices"
	"strings"

	"golang.org/x/sync/errgroup"

	"khumue/internal/catalog"
	"khumue/internal/fault"
)

// Options say how Verify looks.
type Options struct {
	Trust Trust
	// Since is where an earlier walk found all in order; nil for none. It counts
	// only where the tip descends from it and Trust is what it was then. The
	// report then tells of manuals that changed since alone, and no other file is
	// read. That a revision had been published before the mark is not seen. Where
	// an import since replaced a manual from before it, all is looked at all the
	// same.
	Since *Mark
}

// maxFindings is how many commits are named that nobody accounts for.
const maxFindings = 100

// errWhole says that what came since a mark can not be judged without what came
// before it.
var errWhole = errors.New("the whole history is needed")

// Verify walks main's first parents from the root, or from a mark, to a tip and
// tells for each manual there by what its text is covered. All that it reads is
// held against its name: a ledger that was tampered with is told, not believed.
//
// It takes about 100 bytes of memory a commit and 300 a manual, and time in
// proportion to what the commits changed. An error is of reading alone.
func Verify(ctx context.Context, l Ledger, tip Hash, o Options) (*Report, error) {
	r, err := verify(ctx, l, tip, o)
	if errors.Is(err, errWhole) {
		o.Since = nil
		return verify(ctx, l, tip, o)
	}
	return r, err
}

func verify(ctx context.Context, l Ledger, tip Hash, o Options) (*Report, error) {
	w := &walk{
		Options: o, ledger: l, read: newReading(l), at: map[Hash]int{}, accounts: map[string]*Account{},
		report: &Report{Tip: tip}, signed: map[Key]bool{},
	}
	if o.Since != nil && (len(o.Since.Keys) == 0 || !slices.Equal(o.Since.Trust, o.Trust.fingerprints)) {
		w.Since = nil
	}
	if err := w.back(ctx, tip); err != nil {
		return nil, err
	}
	if err := w.forward(ctx); err != nil {
		return nil, err
	}
	if err := w.close(ctx, tip); err != nil {
		return nil, err
	}
	return w.report, nil
}

// walk is main as Verify goes along it.
type walk struct {
	Options
	ledger Ledger
	read   *reading
	line   []Hash       // the first-parent history, the tip first
	at     map[Hash]int // index into line
	known  int          // index of the mark's commit; len(line) when there is none
	before Hash         // the next older commit, when line does not reach the root

	report   *Report
	accounts map[string]*Account
	key      Key   // in force
	from     []int // indices of the commits that report.Keys came into force with
	signed   map[Key]bool
}

// back lists the first parents of the tip, to the root or the mark.
func (w *walk) back(ctx context.Context, tip Hash) error {
	w.before = tip
	for !w.before.IsZero() && (w.Since == nil || w.before != w.Since.Commit) {
		if err := ctx.Err(); err != nil {
			return err
		}
		more, err := w.older()
		if err != nil {
			return err
		}
		if !more {
			break
		}
	}
	w.known = len(w.line)
	if w.Since == nil || w.before != w.Since.Commit {
		w.Since = nil
		return nil
	}
	w.report.Keys = slices.Clone(w.Since.Keys)
	w.key = w.report.Keys[len(w.report.Keys)-1].Key
	w.from = slices.Repeat([]int{beyond}, len(w.report.Keys))
	_, err := w.older() // the mark's own commit, which later ones stand on
	return err
}

// beyond is an index older than any that was listed.
const beyond = 1 << 40

// older lists one more commit, and reports whether that was possible.
func (w *walk) older() (bool, error) {
	if w.before.IsZero() {
		return false, nil
	}
	c, err := w.read.commit(w.before)
	if err != nil {
		w.report.Cut, w.before = w.before, Hash{}
		return false, outside(err)
	}
	for i, k := range w.report.Keys {
		if k.Commit == w.before {
			w.from[i] = len(w.line)
		}
	}
	w.at[w.before] = len(w.line)
	w.line = append(w.line, w.before)
	w.before = Hash{}
	if len(c.parents) > 0 {
		w.before = c.parents[0]
	}
	return true, nil
}

// position returns the index of a commit of main, or -1 for any other. With a
// mark it lists older commits until it finds it.
func (w *walk) position(h Hash) (int, error) {
	for {
		if i, ok := w.at[h]; ok {
			return i, nil
		}
		if w.Since == nil {
			return -1, nil
		}
		if more, err := w.older(); err != nil || !more {
			return -1, err
		}
	}
}

// Each goroutine examines so many commits in a row, whose trees have much in
// common.
const run = 64

// forward judges the listed commits, the oldest first.
func (w *walk) forward(ctx context.Context) error {
	workers := runtime.GOMAXPROCS(0)
	readings := make([]*reading, workers)
	for i := range readings {
		readings[i] = newReading(w.ledger)
	}
	for end := w.known; end > 0; {
		begin := max(0, end-workers*run)
		verdicts := make([]*verdict, end-begin)
		group, ctx := errgroup.WithContext(ctx)
		for i, r := range readings {
			from, to := max(begin, end-(i+1)*run), end-i*run
			group.Go(func() error {
				for j := to - 1; j >= from; j-- {
					if err := ctx.Err(); err != nil {
						return err
					}
					v, err := w.examine(r, j)
					if err != nil {
						return err
					}
					verdicts[j-begin] = v
				}
				return nil
			})
		}
		if err := group.Wait(); err != nil {
			return err
		}
		for j := end - 1; j >= begin; j-- {
			if err := w.judge(j, verdicts[j-begin]); err != nil {
				return err
			}
		}
		end = begin
	}
	return nil
}

// examine examines the commit at an index of the line.
func (w *walk) examine(r *reading, i int) (*verdict, error) {
	c, err := r.commit(w.line[i])
	if err != nil {
		return nil, err
	}
	var before Hash
	if len(c.parents) > 0 {
		if i+1 == len(w.line) { // what it changed can not be told
			v := &verdict{commit: c}
			v.key, v.t, v.why = testimony(c)
			v.blame(whyCut)
			return v, nil
		}
		parent, err := r.commit(c.parents[0])
		if err != nil {
			return nil, err
		}
		before = parent.tree
	}
	v, err := r.examine(c, before)
	if err != nil && outside(err) == nil {
		v = &verdict{commit: c, why: whyBelow(err), changes: changes{other: true}}
		err = nil
	}
	return v, err
}

// judge takes what a commit says into account, after all that stand before it.
func (w *walk) judge(i int, v *verdict) error {
	if w.key == "" && v.key != "" {
		w.inForce(i, v.key, false)
	}
	if err := w.hold(i, v); err != nil {
		return err
	}
	if v.why.IsZero() {
		w.signed[v.key] = true
		if v.t.Stage == NewKey {
			w.inForce(i, v.t.Key, v.key == v.t.Key)
		}
		w.account(v)
		return nil
	}
	w.find(v)
	return nil
}

func (w *walk) inForce(i int, k Key, self bool) {
	w.key = k
	w.report.Keys = append(w.report.Keys, InForce{k, w.line[i], self})
	w.from = append(w.from, i)
}

// hold holds a commit against the keys and the history before it.
func (w *walk) hold(i int, v *verdict) error {
	lost := v.t.Stage == NewKey && v.key == v.t.Key && w.Trust.Has(v.key)
	if v.key != "" && v.key != w.key && !lost {
		v.why = whyKey(v.key)
	}
	root := len(v.commit.parents) == 0
	if v.why.IsZero() && root != (v.t.Stage == Bootstrap) {
		v.why = whyBootstrap
	}
	if v.why.IsZero() && v.t.Stage == Import {
		return w.replaces(v)
	}
	if !v.why.IsZero() || v.t.Manual == "" {
		return nil
	}
	if a := w.accounts[string(v.t.Manual)]; a != nil && (v.t.Revision < a.Revision || v.t.Revision == a.Revision && !ratifies(v, a)) {
		v.why = whyReplayed
	}
	if v.first == nil || !v.why.IsZero() {
		return nil
	}
	on, err := w.position(v.first.on)
	switch {
	case err != nil:
		return err
	case on <= i:
		v.why = whyOnMain
	case w.keyAfter(on) != v.first.key:
		v.why = whyStageKey
	case !w.hadKey(on, v.first.submitted):
		v.why = whySubmitKey
	}
	return nil
}

// replaces holds an import to what it may replace: manuals that were imported
// themselves, and never approved since.
func (w *walk) replaces(v *verdict) error {
	seen := map[string]bool{}
	var fresh []change
	for _, m := range v.changes.manuals {
		a := w.accounts[m.id]
		switch {
		case seen[m.id]:
			v.blame(whyTwice)
		case w.Since != nil && !m.old.IsZero() && (a == nil || a.How == ByEarlier):
			return errWhole
		case a == nil && m.old.IsZero():
			fresh = append(fresh, m)
		case a == nil || m.old.IsZero() || a.How != ByBootstrap && a.How != ByImport || a.Revision > 0 || a.Path != m.path:
			v.blame(whyImported)
		}
		seen[m.id] = true
	}
	return w.nowhereElse(v, fresh)
}

// nowhereElse blames an import since a mark when what it brings as new stood
// somewhere else already. Without a mark that is told of what stands at the tip.
func (w *walk) nowhereElse(v *verdict, fresh []change) error {
	if w.Since == nil || len(fresh) == 0 {
		return nil
	}
	var all changes
	if err := w.read.compare(&all, nil, Hash{}, v.commit.tree); err != nil {
		return err
	}
	stands := make(map[string]string, len(all.manuals))
	for _, m := range all.manuals {
		if _, twice := stands[m.id]; twice {
			stands[m.id] = ""
			continue
		}
		stands[m.id] = m.path
	}
	for _, m := range fresh {
		if stands[m.id] != m.path {
			v.blame(whyTwice)
		}
	}
	return nil
}

// confirmed notes who confirmed imported manuals; of others it says nothing.
func (w *walk) confirmed(v *verdict, by *Approval) {
	for _, f := range v.t.Confirmed {
		if a := w.accounts[path.Base(f.Path)]; a != nil && (a.How == ByImport || a.How == ByBootstrap) && a.Tree == f.Tree {
			a.Confirmed = by
		}
	}
}

// ratifies reports whether a publication approves in order what was published in
// an emergency.
func ratifies(v *verdict, a *Account) bool {
	return v.t.Stage == Publish && a.How == ByEmergency && a.Tree == v.t.Tree
}

// keyAfter returns the key in force after the commit at an index.
func (w *walk) keyAfter(i int) Key {
	for j, from := range slices.Backward(w.from) {
		if from >= i {
			return w.report.Keys[j].Key
		}
	}
	return ""
}

// hadKey reports whether a key had come into force by the commit at an index.
func (w *walk) hadKey(i int, k Key) bool {
	for j, from := range w.from {
		if from >= i && w.report.Keys[j].Key == k {
			return true
		}
	}
	return false
}

// account writes down what a commit that is in order did to manuals.
func (w *walk) account(v *verdict) {
	by := approval(v.commit, &v.t)
	switch v.t.Stage {
	case Bootstrap:
		for _, m := range v.changes.manuals {
			w.put(m.id, Account{Path: m.path, Tree: m.new, How: ByBootstrap, Stage2: by})
		}
	case Import:
		for _, m := range v.changes.manuals {
			w.put(m.id, Account{Path: m.path, Tree: m.new, How: ByImport, Stage2: by})
		}
	case Confirm:
		w.confirmed(v, by)
	case Move:
		w.report.Moves = append(w.report.Moves, Moved{*by, len(v.changes.manuals) / 2, strings.Clone(v.t.Reason), v.t.Undoes})
		for _, m := range v.changes.manuals {
			if a := w.accounts[m.id]; a != nil && !m.new.IsZero() {
				a.Path, a.Moved = m.path, by
			} else if !m.new.IsZero() {
				w.put(m.id, Account{Path: m.path, Tree: m.new, How: w.earlier(), Why: whyCut, Moved: by})
			}
		}
	case Emergency:
		w.put(string(v.t.Manual), Account{Path: w.pathOf(v), Tree: v.t.Tree, How: ByEmergency, Revision: v.t.Revision, Stage2: by, Reason: strings.Clone(v.t.Reason)})
	case Publish:
		w.put(string(v.t.Manual), Account{Path: w.pathOf(v), Tree: v.t.Tree, How: ByApproval, Revision: v.t.Revision,
			Stage1: approval(v.first.made, &v.first.t), Stage2: by})
	}
}

// earlier is how a manual is covered that no listed commit changed.
func (w *walk) earlier() How {
	if w.Since != nil {
		return ByEarlier
	}
	return ""
}

// pathOf is where the one manual of a commit stands; what close finds at the tip
// replaces it.
func (w *walk) pathOf(v *verdict) string {
	if len(v.changes.manuals) == 1 {
		return v.changes.manuals[0].path
	}
	if a := w.accounts[string(v.t.Manual)]; a != nil {
		return a.Path
	}
	return ""
}

// put replaces a manual's account.
func (w *walk) put(id string, a Account) {
	id = strings.Clone(id)
	a.Manual = catalog.ManualID(id)
	if old := w.accounts[id]; old != nil {
		a.Revision = max(a.Revision, old.Revision)
		if old.How == "" {
			w.report.Superseded++
		}
	}
	w.accounts[id] = &a
}

func approval(c *commit, t *Trailers) *Approval {
	return &Approval{Officer: catalog.OfficerID(strings.Clone(string(t.Officer))), At: c.made, Via: strings.Clone(t.Via), Claimed: t.DecidedAt, Commit: c.id}
}

// find writes down a commit that is not in order: against the manuals that it
// changed, and against itself when it did anything else.
func (w *walk) find(v *verdict) {
	touched := map[string]change{}
	for _, m := range v.changes.manuals {
		if old, ok := touched[m.id]; ok && m.new.IsZero() {
			m.path, m.new = old.path, old.new // it moved
		}
		touched[m.id] = m
	}
	for _, id := range slices.Sorted(maps.Keys(touched)) {
		m := touched[id]
		why := v.why
		if m.new.IsZero() {
			why = whyGone
		}
		w.put(id, Account{Path: m.path, Tree: m.new, Why: why, By: v.commit.id})
	}
	if len(touched) > 0 && !v.changes.other {
		return
	}
	if w.report.LooseCount++; len(w.report.Loose) < maxFindings {
		w.report.Loose = append(w.report.Loose, Finding{v.commit.id, v.commit.made, v.why})
	}
}

// close holds the accounts against what stands at the tip.
func (w *walk) close(ctx context.Context, tip Hash) error {
	w.report.Commits = w.known
	w.report.Origin = w.origin()
	c, err := w.read.commit(tip)
	if err != nil {
		return fault.New(fault.Invalid, fault.Textf("อ่าน commit %s ไม่ได้", "commit %s can not be read", tip)).Because(err)
	}
	var before Hash
	if w.Since != nil {
		marked, err := w.read.commit(w.Since.Commit)
		if err != nil {
			return err
		}
		before = marked.tree
	}
	var now changes
	if err = w.read.compare(&now, nil, before, c.tree); err == nil {
		err = w.unchanged(&now, c.tree)
	}
	if err != nil {
		return fault.New(fault.Invalid, fault.Textf("อ่านเนื้อหาของ commit %s ไม่ได้", "the content of commit %s can not be read", tip)).Because(err)
	}
	w.report.Manuals = w.standing(now.manuals)
	if err := w.files(ctx, c.tree); err != nil {
		return err
	}
	if w.report.Err() == nil && w.report.Cut.IsZero() {
		w.report.mark = &Mark{tip, w.report.Keys, w.Trust.fingerprints}
	}
	return nil
}

// unchanged leaves of what differs between a mark and the tip what stands at the
// tip, and adds manuals that are again as they were.
func (w *walk) unchanged(now *changes, tip Hash) error {
	now.manuals = slices.DeleteFunc(now.manuals, func(c change) bool { return c.new.IsZero() })
	if w.Since == nil {
		return nil
	}
	listed := map[string]bool{}
	for _, m := range now.manuals {
		listed[m.id] = true
	}
	for id, a := range w.accounts {
		if listed[id] {
			continue
		}
		h, err := w.read.folder(tip, a.Path)
		if err != nil {
			return err
		}
		if !h.IsZero() {
			now.manuals = append(now.manuals, change{id: id, path: a.Path, new: h})
		}
	}
	return nil
}

// standing returns the accounts of the manuals at the tip, and of those that
// are gone.
func (w *walk) standing(now []change) []Account {
	slices.SortStableFunc(now, func(a, b change) int { return strings.Compare(a.id, b.id) })
	out := make([]Account, 0, len(now))
	for i, m := range now {
		a, known := w.accounts[m.id]
		if !known {
			a = &Account{Manual: catalog.ManualID(m.id), Why: whyCut}
		}
		delete(w.accounts, m.id)
		if a.How != "" && known && a.Tree != m.new {
			a.How, a.Why = "", whyCut
		}
		if i > 0 && now[i-1].id == m.id {
			a.How, a.Why = "", whyTwice
		}
		a.Path, a.Tree = m.path, m.new
		out = append(out, *a)
	}
	for _, a := range w.accounts {
		if a.How != "" {
			a.How, a.Why = "", whyGone
		}
		out = append(out, *a)
	}
	slices.SortStableFunc(out, func(a, b Account) int { return strings.Compare(string(a.Manual), string(b.Manual)) })
	return out
}

// origin tells whether a trusted key signed.
func (w *walk) origin() Origin {
	if w.Trust.IsZero() {
		return OriginOpen
	}
	if w.Since != nil {
		return OriginProven
	}
	for k := range w.signed {
		if w.Trust.Has(k) {
			return OriginProven
		}
	}
	return OriginForeign
}
