package proof

import (
	"slices"

	"khumue/internal/catalog"
	"khumue/internal/fault"
)

// verdict is what one commit of main says by itself, whatever stands before it.
type verdict struct {
	commit  *commit
	key     Key // that signed it; empty when none did
	t       Trailers
	changes changes
	why     fault.Text // it is not in order; empty when it is
	first   *endorsed  // of a publication
}

// endorsed is the stage 1 of a publication.
type endorsed struct {
	t         Trailers
	made      *commit
	on        Hash // the commit of main that it was merged onto
	key       Key
	submitted Key // the key that signed the submission
}

// blame says why a commit is not in order; what was said first stays.
func (v *verdict) blame(why fault.Text) {
	if v.why.IsZero() {
		v.why = why
	}
}

// examine judges a commit against the tree of the one before it, zero for none.
// An error is of reading.
func (r *reading) examine(c *commit, before Hash) (*verdict, error) {
	v := &verdict{commit: c}
	if err := r.compare(&v.changes, nil, before, c.tree); err != nil {
		return nil, err
	}
	if v.key, v.t, v.why = testimony(c); !v.why.IsZero() {
		return v, nil
	}
	switch v.t.Stage {
	case Publish:
		return v, r.publication(v)
	case Emergency:
		return v, r.emergency(v)
	case Bootstrap:
		if len(c.parents) > 0 {
			v.blame(whyBootstrap)
		}
	case Import:
		v.brings()
	case Confirm:
		return v, r.confirmation(v)
	case Move:
		v.move()
	case NewKey:
		if len(c.parents) != 1 || len(v.changes.manuals) > 0 || v.changes.other {
			v.blame(whyNewKey)
		}
	case Immediate:
		if len(v.changes.manuals) > 0 {
			v.blame(whyImmediate)
		}
	case Submit, Review, Return, Recall:
		v.blame(whyStage)
	}
	if len(c.parents) > 1 {
		v.blame(whyMerge)
	}
	return v, nil
}

// testimony returns who signed a commit, by which key, and what it says of
// itself, or why it says nothing.
func testimony(c *commit) (key Key, t Trailers, why fault.Text) {
	if c.signature == "" {
		return "", t, whyUnsigned
	}
	key, err := SignedBy(c.payload, c.signature)
	if err != nil {
		return "", t, whySignature
	}
	t, err = ParseMessage(c.message)
	switch {
	case isNone(err):
		return key, t, whySilent
	case err != nil:
		return key, t, whyTrailers
	case t.Officer != "" && c.author != string(t.Officer):
		return key, t, whyAuthor
	}
	return key, t, why
}

// brings holds an import to what it may change: manuals come or are replaced, and
// nothing else.
func (v *verdict) brings() {
	if v.t.Role.Role != catalog.RoleDGA {
		v.blame(whyRole)
	}
	gone := slices.ContainsFunc(v.changes.manuals, func(m change) bool { return m.new.IsZero() })
	if len(v.commit.parents) != 1 || v.changes.other || gone {
		v.blame(whyImport)
	}
}

// confirmation holds a confirmation to what stands: it changes nothing, and names
// manuals of the officer's agency with the text that they have.
func (r *reading) confirmation(v *verdict) error {
	if role := v.t.Role.Role; role != catalog.RoleAuthor && role != catalog.RoleReviewer {
		v.blame(whyRole)
	}
	if len(v.commit.parents) != 1 || len(v.changes.manuals) > 0 || v.changes.other {
		v.blame(whyConfirm)
	}
	for _, f := range v.t.Confirmed {
		if ownerOf(f.Path) != string(v.t.Role.Agency) {
			v.blame(whyConfirm)
		}
		h, err := r.folder(v.commit.tree, f.Path)
		if err != nil {
			return err
		}
		if h != f.Tree {
			v.blame(whyConfirm)
		}
	}
	return nil
}

// move holds a reorganisation to its promise: each manual that went from one
// place came to another as it was.
func (v *verdict) move() {
	if !slices.Contains([]catalog.Role{catalog.RoleDGA, catalog.RoleOPDC, catalog.RoleCentral}, v.t.Role.Role) {
		v.blame(whyRole)
	}
	came, went := map[string]Hash{}, map[string]Hash{}
	for _, m := range v.changes.manuals {
		_, twice := came[m.id]
		_, twice2 := went[m.id]
		switch {
		case m.old.IsZero() && !twice:
			came[m.id] = m.new
		case m.new.IsZero() && !twice2:
			went[m.id] = m.old
		default:
			v.blame(whyMoved)
		}
	}
	for id, h := range came {
		if went[id] != h {
			v.blame(whyMoved)
		}
	}
	if len(came) != len(went) {
		v.blame(whyMoved)
	}
}

// place finds the manual of a commit that changes no other, and blames the
// commit when it does. One that changes none has to hold the tree that it names.
func (r *reading) place(v *verdict) (m change, err error) {
	all := v.changes.manuals
	if len(all) == 0 {
		if all, err = r.find(v.commit.tree, v.t.Manual); err != nil {
			return m, err
		}
	}
	switch {
	case len(all) == 0:
		v.blame(whyTree)
		return m, nil
	case len(all) > 1 || v.changes.other:
		v.blame(whyMore)
	case all[0].id != string(v.t.Manual):
		v.blame(whyManual)
	case all[0].new != v.t.Tree:
		v.blame(whyTree)
	}
	return all[0], nil
}

// find returns where a manual stands in a tree. It reads all folders but those
// of manuals.
func (r *reading) find(tree Hash, id catalog.ManualID) ([]change, error) {
	var all changes
	if err := r.compare(&all, nil, Hash{}, tree); err != nil {
		return nil, err
	}
	return slices.DeleteFunc(all.manuals, func(c change) bool { return c.id != string(id) }), nil
}

func (r *reading) emergency(v *verdict) error {
	if v.t.Role.Role != catalog.RoleOPDC {
		v.blame(whyRole)
	}
	if len(v.commit.parents) == 0 || len(v.commit.parents) > 2 {
		v.blame(whyMerge)
	}
	_, err := r.place(v)
	return err
}

// publication judges a stage 2 with the stage 1 and the submission below it.
func (r *reading) publication(v *verdict) error {
	m, err := r.place(v)
	if err != nil || !v.why.IsZero() {
		return err
	}
	if v.t.Role.Role != catalog.RoleOPDC {
		v.blame(whyRole)
		return nil
	}
	first, reviewed, why, err := r.below(v.commit, v.t, Review, m)
	if err != nil || !why.IsZero() {
		v.blame(why)
		return err
	}
	reviewer := reviewed.t
	if reviewer.Role.Role != catalog.RoleReviewer || string(reviewer.Role.Agency) != reviewed.owner {
		v.blame(whyReviewer)
		return nil
	}
	if !stated(&reviewer) {
		v.blame(whyStatement)
		return nil
	}
	_, submitted, why, err := r.below(first, v.t, Submit, reviewed.change)
	if err != nil || !why.IsZero() {
		v.blame(why)
		return err
	}
	v.eyes(reviewer, submitted.t)
	v.first = &endorsed{t: reviewer, made: first, on: first.parents[0], key: reviewed.key, submitted: submitted.key}
	return nil
}

// eyes holds a publication to four of them, none of which wrote.
func (v *verdict) eyes(reviewed, submitted Trailers) {
	if v.t.Officer == reviewed.Officer {
		v.blame(whySame)
	}
	for _, t := range []Trailers{v.t, reviewed, submitted} {
		if t.contributed(v.t.Officer) || t.contributed(reviewed.Officer) {
			v.blame(whyContributor)
		}
	}
}

// stage is a commit below a publication.
type stage struct {
	t   Trailers
	key Key
	change
}

// below reads the second parent of a commit, which has to be of the stage that
// is wanted, of the same revision, and hold the same tree.
func (r *reading) below(c *commit, t Trailers, want Stage, at change) (*commit, stage, fault.Text, error) {
	if len(c.parents) != 2 {
		return nil, stage{}, whyTwo, nil
	}
	b, err := r.commit(c.parents[1])
	if err != nil {
		return nil, stage{}, whyBelow(err), outside(err)
	}
	s := stage{change: at}
	var why fault.Text
	s.key, s.t, why = testimony(b)
	switch {
	case !why.IsZero():
		return nil, s, whyWithin(want, why), nil
	case s.t.Stage != want:
		return nil, s, whyWithin(want, whyStages), nil
	case s.t.Manual != t.Manual || s.t.Revision != t.Revision:
		return nil, s, whyWithin(want, whyManual), nil
	case s.t.Tree != t.Tree:
		return nil, s, whyWithin(want, whyTree), nil
	}
	if h, err := r.folder(b.tree, at.path); err != nil || h == t.Tree {
		return b, s, fault.Text{}, err
	}
	elsewhere, err := r.find(b.tree, t.Manual) // an agency may have moved meanwhile
	if err != nil || len(elsewhere) != 1 || elsewhere[0].new != t.Tree {
		return nil, s, whyWithin(want, whyTree), err
	}
	s.change = elsewhere[0]
	return b, s, fault.Text{}, nil
}
