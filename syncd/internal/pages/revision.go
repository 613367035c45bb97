package pages

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"

	"khumue/internal/catalog"
	"khumue/internal/page"
	"khumue/syncd/internal/manuals"
	"khumue/syncd/internal/review"
)

// revisionView is all that one revision shows: what changed, how it will look,
// what happened to it, what was said about it, and what one may do.
type revisionView struct {
	Shell
	ID        string
	URL       string // of the revision where it stands
	Which     string // ฉบับที่ 4, or a draft
	State     Standing
	Held      Held
	Due       Due
	Facts     []Fact
	Came      *CameBack // why it was sent back; nil unless it was
	Behind    bool      // another text was published since it was begun
	BehindDo  string    // address that brings that into it; "" for who may not
	Others    []OtherRow
	Present   []string // who else has it open
	Here      string   // address that says that one has it open; "" for what is past
	Flaws     []string // what is wrong with it or missing
	First     bool     // nothing of the manual is published
	Count     int      // how many things changed
	Sections  []ChangeSection
	Files     []FileRow
	Unchanged []Unchanged
	Frames    []Frame
	Events    []EventRow
	Talk      Talk
	Judge     *Judge  // nil for who judges nothing here
	Author    *Author // nil for who does not write it
	Commit    string
}

// CameBack is why a revision was sent back.
type CameBack struct {
	By     page.Words
	At     Moment
	Stage  string
	Reason page.Words
	Fields []string
}

// OtherRow is another revision of the same manual that is under way.
type OtherRow struct {
	URL     string
	Which   string
	State   Standing
	By      page.Words
	Compare string
}

// FileRow is a form that changed.
type FileRow struct {
	Name     string
	KindText string
	Kind     string
	Old, New string // addresses; "" where it is not
}

// Frame is a page as citizens see it, shown within the page.
type Frame struct {
	Name, Title string
	URL         string // of what stands in the frame
	TH, EN      string // the same by language
}

// revisionAt is what the address names: a revision under way where it stands, or
// one that was published.
type revisionAt struct {
	id    catalog.ManualID
	ref   review.Ref // zero of what was published
	sheet manuals.Sheet
}

// past reports whether the revision was published.
func (r revisionAt) past() bool { return r.ref == review.Ref{} }

func (r revisionAt) url(number int) string {
	if r.past() {
		return numberURL(r.id, number)
	}
	return revisionURL(r.ref)
}

func (x *exchange) manualID() (catalog.ManualID, error) {
	x.back = "/manuals"
	id, err := catalog.ParseManualID(x.r.PathValue("id"))
	if err != nil {
		return "", notHere()
	}
	return id, nil
}

// at finds what the address names; of a number of what was published the ref is
// zero.
func (x *exchange) at() (id catalog.ManualID, ref review.Ref, number int, err error) {
	if id, err = x.manualID(); err != nil {
		return id, ref, 0, err
	}
	x.back = manualURL(id)
	if key := x.r.PathValue("key"); key != "" {
		ref, err = review.ParseRef(review.Ref{State: review.Draft, Manual: id, Key: key}.String())
		if err != nil {
			return id, ref, 0, notHere()
		}
		return id, ref, 0, nil
	}
	if number, err = strconv.Atoi(x.r.PathValue("n")); err != nil || number < 0 {
		return id, ref, 0, notHere()
	}
	ref, err = x.Manuals.Find(x.ctx(), x.by(), id, number)
	if missing(err) {
		return id, review.Ref{}, number, nil
	}
	return id, ref, number, err
}

// revision reads what the address names.
func (x *exchange) revision() (revisionAt, error) {
	id, ref, number, err := x.at()
	r := revisionAt{id: id, ref: ref}
	if err != nil {
		return r, err
	}
	if r.past() {
		r.sheet, err = x.Manuals.Past(x.ctx(), x.by(), id, number)
	} else {
		r.sheet, err = x.Manuals.Revision(x.ctx(), x.by(), ref)
	}
	return r, err
}

func (x *exchange) revisionPage() error {
	r, err := x.revision()
	if err != nil {
		return err
	}
	if r.ref.State == review.Draft && x.r.PathValue("key") == "" {
		return x.lead(revisionURL(r.ref)) // it came back, and has another address now
	}
	return x.showRevision(http.StatusOK, r)
}

// showRevision shows a revision as it stands, with what was wrong with a step on
// it.
func (x *exchange) showRevision(status int, r revisionAt, problems ...Problem) error {
	v, err := x.revisionView(r)
	if err != nil {
		return err
	}
	v.Problems = problems
	return x.show(status, "revision", v)
}

func (x *exchange) revisionView(r revisionAt) (revisionView, error) {
	s := r.sheet
	names, err := x.names(unique(r.officers())...)
	if err != nil {
		return revisionView{}, err
	}
	title := x.titled(s.Title, r.id)
	url := r.url(s.Number)
	v := revisionView{
		Shell: x.shell("revision", x.link("/manuals", "menu.all-manuals"), Link{manualURL(r.id), title.Text}),
		ID:    string(r.id), URL: url, Which: x.number(s.Number), State: x.standing(s.Revision), Held: x.holds(s.Open), Due: x.due(s.Due),
		Facts: x.revisionFacts(r, names), Came: x.cameBack(s.Revision, names), Behind: s.Behind, Present: x.present(s.Present, names),
		First: s.InForce == nil, Sections: x.changes(s.Changes), Files: x.fileRows(r), Count: len(s.Changes) + len(s.FileChanges),
		Unchanged: x.unchanged(s.Manual, s.InForce, s.Changes), Frames: x.frames(r), Commit: s.Commit.String(),
	}
	v.Title, v.Path = title.Text, url
	if !r.past() {
		v.Here = url + "/here"
	}
	for _, p := range s.Problems {
		v.Flaws = append(v.Flaws, capital(p.In(string(x.lang))))
	}
	for _, o := range s.Others {
		row := OtherRow{URL: revisionURL(o.Ref), Which: x.number(o.Number), State: x.standing(o.Revision), By: x.called(o.By, names)}
		if !r.past() {
			row.Compare = manualURL(r.id) + "/compare?" + fields("a", standWord(r.ref), "b", standWord(o.Ref))
		}
		v.Others = append(v.Others, row)
	}
	happened, err := x.Manuals.Story(s)
	if err != nil {
		return v, err
	}
	if v.Events, err = x.events(happened, r.id, false); err != nil {
		return v, err
	}
	v.Talk = x.talk(r, names)
	v.Judge, v.Author = x.judge(r), x.author(r)
	if v.Author != nil && s.Behind {
		v.BehindDo = v.Author.Refresh
	}
	return v, nil
}

// officers are all who are named on a revision's page.
func (r revisionAt) officers() []catalog.OfficerID {
	s := r.sheet
	ids := append(slices.Clone(s.Contributors), s.EndorsedBy, s.PublishedBy, s.By, s.Published.By, s.Published.Endorsed)
	if s.Returned != nil {
		ids = append(ids, s.Returned.By)
	}
	for _, o := range s.Others {
		ids = append(ids, o.By)
	}
	for _, p := range s.Present {
		ids = append(ids, p.Officer)
	}
	for _, c := range s.Comments {
		ids = append(ids, c.By)
	}
	return ids
}

// revisionFacts are the few things that one wants to know first.
func (x *exchange) revisionFacts(r revisionAt, names map[catalog.OfficerID]string) []Fact {
	s := r.sheet
	var out []Fact
	add := func(key string, w page.Words) {
		if w.Text != "" {
			out = append(out, Fact{x.t(key), w})
		}
	}
	who := func(id catalog.OfficerID) page.Words {
		if id == "" {
			return page.Words{}
		}
		return x.called(id, names)
	}
	add("fact.agency", x.agency(s.Agency))
	add("fact.writers", x.listed(x.people(s.Contributors, names)))
	add("fact.submitted", page.Words{Text: x.moment(s.Submitted).Text})
	add("fact.endorsed", who(s.EndorsedBy))
	add("fact.published", who(s.PublishedBy))
	if r.past() {
		add("fact.published.at", page.Words{Text: x.moment(s.Changed).Text})
	} else {
		add("fact.in-force", page.Words{Text: x.inForce(s.Published)})
	}
	return out
}

// listed joins names.
func (x *exchange) listed(all []page.Words) page.Words {
	text := ""
	for i, w := range all {
		if i > 0 {
			text += ", "
		}
		text += w.Text
	}
	return x.said(text)
}

// inForce says what is published of the manual now.
func (x *exchange) inForce(p manuals.Publication) string {
	if p.At.IsZero() {
		return x.t("revision.first")
	}
	return x.t("revision.since", x.issueName(p), x.day(p.At).Text)
}

func (x *exchange) cameBack(r review.Revision, names map[catalog.OfficerID]string) *CameBack {
	if r.Returned == nil || r.State != review.Draft {
		return nil
	}
	b := &CameBack{By: x.called(r.Returned.By, names), At: x.moment(r.Returned.At), Stage: x.t("stage", r.Returned.Stage), Reason: x.said(r.Returned.Reason)}
	for _, f := range r.Returned.Fields {
		b.Fields = append(b.Fields, x.fieldName(f))
	}
	return b
}

// fileRows are the forms that changed, with where both are to be had.
func (x *exchange) fileRows(r revisionAt) []FileRow {
	var out []FileRow
	now := r.url(r.sheet.Number) + "/files/"
	was := ""
	if r.sheet.InForce != nil {
		was = numberURL(r.id, r.sheet.Published.Number) + "/files/"
	}
	for _, c := range r.sheet.FileChanges {
		f := FileRow{Name: c.Name, Kind: "changed"}
		switch {
		case c.Old == "":
			f.Kind = "added"
		case c.New == "":
			f.Kind = "removed"
		}
		f.KindText = x.t("change." + f.Kind)
		if c.Old != "" && was != "" {
			f.Old = was + url.PathEscape(c.Name)
		}
		if c.New != "" {
			f.New = now + url.PathEscape(c.Name)
		}
		out = append(out, f)
	}
	return out
}

// frames are the page of the revision and the one that is published, as citizens
// see them.
func (x *exchange) frames(r revisionAt) []Frame {
	if r.sheet.Manual == nil {
		return nil
	}
	frame := func(name, title, url string) Frame {
		f := Frame{Name: name, Title: title, TH: url + "/page?lang=th", EN: url + "/page?lang=en"}
		if f.URL = f.TH; x.lang == catalog.EN {
			f.URL = f.EN
		}
		return f
	}
	out := []Frame{frame("mine", x.t("frame.mine"), r.url(r.sheet.Number))}
	if r.sheet.InForce != nil {
		title := x.t("frame.public")
		if r.past() {
			title = x.t("frame.before")
		}
		out = append(out, frame("public", title, numberURL(r.id, r.sheet.Published.Number)))
	}
	return out
}

// filePage sends a form of a revision that is under way.
func (x *exchange) filePage() error {
	id, ref, number, err := x.at()
	if err != nil {
		return err
	}
	var data []byte
	name := x.r.PathValue("name")
	if ref == (review.Ref{}) {
		data, err = x.Manuals.PastFile(x.ctx(), x.by(), id, number, name)
	} else {
		data, err = x.Manuals.File(x.ctx(), x.by(), ref, name)
	}
	if err != nil {
		return err
	}
	return x.attachment(name, data)
}

// Author is what an author of a revision may do with it.
type Author struct {
	Edit, Submit, Recall, GiveUp, Refresh string   // addresses; "" for what can not be done now
	Why                                   []string // why something can not
}

// author is nil for who can not write the manual.
func (x *exchange) author(r revisionAt) *Author {
	if r.past() {
		return nil
	}
	a, url := &Author{}, revisionURL(r.ref)
	writes := false
	for _, step := range []struct {
		step review.Step
		to   *string
		path string
	}{{review.Save, &a.Edit, "/edit"}, {review.Submit, &a.Submit, "/submit"}, {review.Recall, &a.Recall, "/recall"}, {review.GiveUp, &a.GiveUp, "/give-up"}} {
		err, possible := r.sheet.May[step.step]
		if !possible || notOne(err) {
			continue
		}
		writes = true
		if err == nil {
			*step.to = url + step.path
		} else if said, ok := x.told(err); ok && !slices.Contains(a.Why, said) {
			a.Why = append(a.Why, said)
		}
	}
	if a.Edit != "" && r.sheet.Behind {
		a.Refresh = url + "/refresh"
	}
	if !writes {
		return nil
	}
	return a
}
