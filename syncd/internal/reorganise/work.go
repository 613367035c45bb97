package reorganise

import (
	"bytes"
	"errors"
	"path"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"khumue/internal/calendar"
	"khumue/internal/catalog"
	"khumue/internal/corpus"
	"khumue/internal/fault"
	"khumue/internal/gitrepo"
	"khumue/syncd/internal/ledger"
	"khumue/syncd/internal/rights"
	"khumue/syncd/internal/staff"
)

// work is a plan worked out on one content.
type work struct {
	d       *Desk
	plan    Plan
	content gitrepo.Hash
	does    Kind // what is done: of Undo, what it comes to
	unit    unit // the agency of the plan
	other   unit // the one that To names; zero at the top, and of a split

	before, after gitrepo.Hash // Undo: the contents before and after what is taken back
	back          time.Time    // Undo: when that was made

	needs   []rights.Target // for each of which the right to reorganise is asked
	subject string          // of the commit
	undone  string          // Undo: of the commit that is taken back
	steps   []step
	things  map[Part][]string // identifiers of what is touched
	points  map[catalog.PointCode]bool
	leads   []catalog.AgencyCode // agencies whose address leads on from now on
}

// unit is an agency where it stands.
type unit struct {
	*catalog.Agency
	home string // its folder
	src  []byte // of its file
}

// chain is the agency with those above it, itself first; of none nothing.
func (u unit) chain() []catalog.AgencyCode { return chainOf(u.home) }

// above is the chain of the agency above.
func (u unit) above() []catalog.AgencyCode {
	if c := u.chain(); len(c) > 0 {
		return c[1:]
	}
	return nil
}

// top is the folder of all agencies.
const top = "agencies"

func chainOf(home string) []catalog.AgencyCode {
	rest, ok := strings.CutPrefix(home, top+"/")
	if !ok {
		return nil
	}
	var out []catalog.AgencyCode
	for code := range strings.SplitSeq(rest, "/") {
		out = append(out, catalog.AgencyCode(code))
	}
	slices.Reverse(out)
	return out
}

// step is one edit.
type step struct {
	at      string
	src     []byte          // a file
	tree    gitrepo.Hash    // a folder as it is
	entries []gitrepo.Entry // a folder of these
	gone    bool
}

// work works a plan out, and holds it to what holds of agencies. It asks for no
// right.
func (d *Desk) work(content gitrepo.Hash, p Plan) (*work, error) {
	w := &work{d: d, plan: p, does: p.Kind, content: content, things: map[Part][]string{}, points: map[catalog.PointCode]bool{}}
	var err error
	if p.Kind == Undo {
		if p, err = d.inverse(w, p); err != nil {
			return nil, err
		}
		w.plan.Agency, w.plan.To, w.does = p.Agency, p.To, p.Kind
	}
	if w.unit, err = w.agency(p.Agency); err != nil {
		return nil, err
	}
	if w.unit.Retired.IsGiven() && p.Kind != unmerge {
		return nil, refused("หน่วยงานนี้ยุบเลิกแล้ว", "The agency is retired.", "เลือกหน่วยงานที่ยังมีอยู่", "Choose one that is in force.")
	}
	switch p.Kind {
	case Move:
		err = w.move(p)
	case Rename:
		err = w.rename(p)
	case Merge:
		err = w.merge(p)
	case Split:
		err = w.split(p)
	case unmerge:
		err = w.unmerge(p)
	case Undo: // it has become one of the others
	default:
		err = refused("ยังไม่ได้เลือกว่าจะทำอะไร", "Nothing was chosen to do.", "เลือกวิธีหนึ่ง", "Choose one way.")
	}
	if w.plan.Kind == Undo {
		w.subject = takeBack + w.undone
	}
	return w, err
}

// agency reads an agency of the content.
func (w *work) agency(code catalog.AgencyCode) (u unit, err error) {
	home, ok, err := w.d.Ledger.Home(w.content, code)
	if err != nil {
		return u, err
	}
	if !ok {
		return u, gone()
	}
	u.home = home
	at, _ := corpus.FileAt(path.Join(home, "agency.yaml"))
	if u.src, err = w.d.Ledger.Repo.File(w.content, at.Path); err != nil {
		return u, err
	}
	value, _ := at.Decode(bytes.Clone(u.src))
	if u.Agency, ok = value.(*catalog.Agency); !ok {
		return u, refused("อ่านไฟล์ของหน่วยงานนี้ไม่ได้", "The agency's file can not be read.", "แก้ไฟล์ให้ถูกต้องก่อน", "Mend it first.")
	}
	return u, nil
}

// taker reads the agency that is to have something more.
func (w *work) taker(code catalog.AgencyCode) (u unit, err error) {
	if u, err = w.agency(code); err == nil && u.Retired.IsGiven() {
		err = refused("หน่วยงานปลายทางยุบเลิกแล้ว", "The other agency is retired.", "เลือกหน่วยงานที่ยังมีอยู่", "Choose one that is in force.")
	}
	if err == nil && (u.home+"/" == w.unit.home+"/" || strings.HasPrefix(u.home, w.unit.home+"/")) {
		err = refused("เลือกหน่วยงานเดียวกันหรือหน่วยงานในสังกัดของหน่วยงานนี้ไม่ได้", "It can not be the agency itself or one below it.", "เลือกหน่วยงานอื่น", "Choose another.")
	}
	return u, err
}

func (w *work) move(p Plan) (err error) {
	to := top
	if p.To != "" {
		if w.other, err = w.taker(p.To); err != nil {
			return err
		}
		to = w.other.home
	}
	if path.Dir(w.unit.home) == to {
		return refused("หน่วยงานนี้อยู่ที่นั่นอยู่แล้ว", "The agency stands there already.", "เลือกที่อื่น", "Choose another place.")
	}
	tree, err := w.d.Ledger.Repo.Find(w.content, w.unit.home)
	if err != nil {
		return err
	}
	w.subject = Past{Kind: Move, Agency: p.Agency, To: p.To}.subject()
	w.needs = []rights.Target{{Chain: w.unit.above()}, {Chain: w.other.chain()}}
	w.steps = []step{{at: w.unit.home, gone: true}, {at: path.Join(to, string(p.Agency)), tree: tree.Hash}}
	return w.estate(w.unit.home, tree.Hash)
}

// longestName is how long a name may be, in characters; longestShort a short one.
const (
	longestName  = 300
	longestShort = 60
)

func named(name catalog.Text) error {
	switch {
	case strings.TrimSpace(name.TH) == "":
		return refused("ยังไม่ได้ระบุชื่อภาษาไทย", "There is no name in Thai.", "เขียนชื่อภาษาไทย", "Write it in Thai.")
	case utf8.RuneCountInString(name.TH) > longestName || utf8.RuneCountInString(name.EN) > longestName:
		return fault.New(fault.Invalid, fault.Textf("ชื่อยาวเกิน %d ตัวอักษร", "The name is longer than %d characters.", longestName), fault.Text{TH: "ใช้ชื่อที่สั้นลง", EN: "Make it shorter."})
	}
	return nil
}

func (w *work) rename(p Plan) error {
	if err := named(p.Name); err != nil {
		return err
	}
	if utf8.RuneCountInString(p.Short.TH) > longestShort || utf8.RuneCountInString(p.Short.EN) > longestShort {
		return fault.New(fault.Invalid, fault.Textf("ชื่อย่อยาวเกิน %d ตัวอักษร", "The short name is longer than %d characters.", longestShort), fault.Text{TH: "ใช้ชื่อที่สั้นลง", EN: "Make it shorter."})
	}
	if p.Name == w.unit.Name && p.Short == w.unit.ShortName {
		return refused("ชื่อเหมือนเดิม", "The name is what it was.", "เขียนชื่อใหม่", "Write another name.")
	}
	tree, err := w.d.Ledger.Repo.Find(w.content, w.unit.home)
	if err != nil {
		return err
	}
	return w.estate(w.unit.home, tree.Hash)
}

func (w *work) merge(p Plan) (err error) {
	if w.other, err = w.taker(p.To); err != nil {
		return err
	}
	w.subject = Past{Kind: Merge, Agency: p.Agency, To: p.To}.subject()
	w.needs = []rights.Target{{Chain: w.unit.above()}, {Chain: w.other.chain()}}
	w.leads = []catalog.AgencyCode{p.Agency}
	load, err := w.all(w.unit.home)
	if err != nil {
		return err
	}
	if err := w.shift(w.unit.home, w.other.home, load); err != nil {
		return err
	}
	ended := *w.unit.Agency
	ended.Retired = catalog.Some(catalog.Retirement{On: calendar.DateOf(w.d.Now()), Successor: p.To})
	return w.rewrite(w.unit, &ended)
}

// rewrite changes an agency's file.
func (w *work) rewrite(u unit, a *catalog.Agency) error {
	at, _ := corpus.FileAt(path.Join(u.home, "agency.yaml"))
	src, err := corpus.Write(at, bytes.Clone(u.src), a)
	w.steps = append(w.steps, step{at: at.Path, src: src})
	return err
}

func (w *work) split(p Plan) error {
	code, err := catalog.ParseAgencyCode(string(p.To))
	if err != nil {
		return err
	}
	if err := named(p.Name); err != nil {
		return err
	}
	if !slices.Contains(p.As.Values(), string(p.As)) {
		return refused("ยังไม่ได้เลือกชนิดของหน่วยงานใหม่", "The kind of the new agency was not chosen.", "เลือกชนิดของหน่วยงาน", "Choose one.")
	}
	at, err := w.d.Direct.File(string(code))
	if err == nil {
		err = fault.New(fault.Conflict, fault.Textf("รหัส %[1]s ใช้แล้ว (%[2]s)", "%[1]s is used already (%[2]s).", string(code), string(at.Kind)), fault.Text{TH: "เลือกรหัสอื่น", EN: "Choose another code."})
	}
	if !errors.Is(err, fault.NotFound) {
		return err
	}
	if len(p.Picked) == 0 {
		return refused("ยังไม่ได้เลือกว่าอะไรจะไปอยู่กับหน่วยงานใหม่", "Nothing was chosen for the new agency.", "เลือกอย่างน้อยหนึ่งรายการ", "Choose something.")
	}
	home := path.Join(path.Dir(w.unit.home), string(code))
	w.subject = Past{Kind: Split, Agency: p.Agency, To: code}.subject()
	w.needs = []rights.Target{{Chain: w.unit.above()}}
	at, _ = corpus.FileAt(path.Join(home, "agency.yaml"))
	src, err := corpus.Format(at, &catalog.Agency{Code: code, Name: p.Name, Kind: p.As, Province: w.unit.Province, Hours: w.unit.Hours, Closures: w.unit.Closures, LicenceReports: w.unit.LicenceReports})
	if err != nil {
		return err
	}
	load, err := w.some(w.unit.home, p.Picked)
	if err != nil {
		return err
	}
	w.steps = append(w.steps, step{at: at.Path, src: src})
	return w.shift(w.unit.home, home, load)
}

// may holds an officer to what a plan asks for, and returns by which right it is
// done.
func (w *work) may(by staff.Acting) (ledger.Acting, error) {
	if w.plan.Kind == Rename {
		g, ok := by.As(rights.EditStructure, rights.Target{Chain: w.unit.chain()})
		if !ok {
			return ledger.Acting{}, rights.Refused()
		}
		return ledger.Acting{Officer: by.Officer, As: g}, nil
	}
	var out ledger.Acting
	for i, t := range w.needs {
		g, ok := by.As(rights.Reorganise, t)
		if !ok {
			return out, rights.Refused()
		}
		if i == 0 {
			out = ledger.Acting{Officer: by.Officer, As: g}
		}
	}
	return out, nil
}

// edits adds what the steps need to a batch.
func (w *work) edits(b *gitrepo.Batch) ([]gitrepo.Edit, error) {
	var out []gitrepo.Edit
	for _, s := range w.steps {
		switch {
		case s.gone:
			out = append(out, gitrepo.Remove(s.at))
		case s.src != nil:
			blob, err := b.Add(gitrepo.Blob, s.src)
			if err != nil {
				return nil, err
			}
			out = append(out, gitrepo.SetFile(s.at, blob))
		case s.entries != nil:
			tree, err := b.Add(gitrepo.Tree, written(s.entries))
			if err != nil {
				return nil, err
			}
			out = append(out, gitrepo.SetFolder(s.at, tree))
		default:
			out = append(out, gitrepo.SetFolder(s.at, s.tree))
		}
	}
	return out, nil
}

// written is a tree of entries, in git's order: a folder's name is taken with a
// slash behind it.
func written(entries []gitrepo.Entry) (tree []byte) {
	key := func(e gitrepo.Entry) string {
		if e.IsFolder() {
			return e.Name + "/"
		}
		return e.Name
	}
	slices.SortFunc(entries, func(a, b gitrepo.Entry) int { return strings.Compare(key(a), key(b)) })
	for _, e := range entries {
		tree = gitrepo.AppendEntry(tree, e)
	}
	return tree
}
