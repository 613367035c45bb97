package pages

import (
	"net/http"
	"net/url"
	"path"
	"slices"
	"strings"

	"khumue/internal/catalog"
	"khumue/internal/fault"
	"khumue/internal/page"
	"khumue/syncd/internal/form"
	"khumue/syncd/internal/ledger"
	"khumue/syncd/internal/manuals"
	"khumue/syncd/internal/review"
)

// editView is the form in which a manual is written.
type editView struct {
	Shell
	Form    form.Form
	Self    string // address of the form
	Draft   string // address of the draft's own page
	Copy    string // address from which values are copied
	Give    string // address at which the draft is given up
	Keep    string // under what the browser keeps what is typed: the person and the draft
	By      string // the person
	Was     string // the commit that the form was made from
	Meter   Meter
	Saved   string // how what is shown is kept: "saved at 14:32"
	Dirty   bool   // some of it is not
	Writers []string
	Merged  bool
	Back    *SentBack
	Files   []FileLink
	Send    bool // the person may submit it
}

// Meter is how much of what is asked for is filled in.
type Meter struct {
	Done, All int
	Missing   []Problem
	Wrong     []Problem
}

// Full reports whether nothing is missing or wrong.
func (m Meter) Full() bool { return len(m.Missing)+len(m.Wrong) == 0 }

// SentBack is why a draft came back.
type SentBack struct {
	Who    page.Words
	At     Moment
	Reason page.Words
	Fields []Problem
}

// FileLink is a form that lies beside the manual.
type FileLink struct{ Name, URL, Size string }

// writing is a draft that somebody writes.
type writing struct {
	ref   review.Ref
	sheet manuals.Sheet
}

// writing finds the draft of the address, for who may write it.
func (x *exchange) writing() (w writing, err error) {
	id, err := catalog.ParseManualID(x.r.PathValue("id"))
	if err != nil {
		return w, notHere()
	}
	w.ref, err = review.ParseRef(review.Ref{State: review.Draft, Manual: id, Key: x.r.PathValue("key")}.String())
	if err != nil {
		return w, notHere()
	}
	if w.sheet, err = x.Manuals.Revision(x.ctx(), x.by(), w.ref); err != nil {
		return w, err
	}
	if err := w.sheet.May[review.Save]; err != nil {
		return w, err
	}
	if w.sheet.Manual == nil {
		return w, fault.New(fault.Invalid, fault.Text{TH: "เปิดร่างนี้ในแบบฟอร์มไม่ได้ เพราะไฟล์คู่มือมีส่วนที่อ่านไม่ได้", EN: "The draft can not be opened in the form: its file can not be read"},
			fault.Text{TH: "แก้ไฟล์ manual.md ในโปรแกรมที่ใช้เขียน แล้วส่งเข้ามาใหม่", EN: "Mend manual.md where it was written, and send it again."}).Because(w.sheet.Problems.Err())
	}
	return w, nil
}

// editURL is the address of the form of a draft.
func editURL(ref review.Ref) string { return revisionURL(ref) + "/edit" }

// editPage shows the form of a draft.
func (x *exchange) editPage() error {
	w, err := x.writing()
	if err != nil {
		return err
	}
	x.Manuals.Here(x.by(), w.ref, true)
	v := form.Values(w.sheet.Manual, w.sheet.Source)
	_, _, faults, err := x.judged(w, v)
	if err != nil {
		return err
	}
	return x.showEditor(http.StatusOK, w, shown{values: v, faults: faults})
}

// judged reads a filled-in form, and tells all that is wrong with it or missing,
// as submission would.
func (x *exchange) judged(w writing, v url.Values) (*catalog.Manual, []form.Fault, []form.Fault, error) {
	m, own, err := form.Read(v, w.sheet.Manual)
	if err != nil {
		return nil, nil, nil, err
	}
	paper := form.Write(v, w.sheet.Manual)
	_, problems, err := x.Manuals.Problems(x.ctx(), w.sheet.Folder, beside(m, w.sheet, paper.Source))
	if err != nil {
		return nil, nil, nil, err
	}
	return m, own, append(paper.Faults(problems), form.Missing(m)...), nil
}

// beside is the manual's folder as a check needs it: of the forms, which were
// looked at when they came, their kind.
func beside(m *catalog.Manual, s manuals.Sheet, source []byte) ledger.Text {
	text := ledger.Text{"manual.md": source}
	for _, f := range s.Files {
		if slices.ContainsFunc(m.Forms.Value, func(row catalog.Form) bool { return row.File == f.Name }) {
			text[f.Name] = papers[strings.ToLower(path.Ext(f.Name))]
		}
	}
	return text
}

// papers are how files begin that may lie beside a manual.
var papers = map[string][]byte{".pdf": []byte("%PDF-"), ".docx": []byte("PK\x03\x04")}

// shown is a form that is shown again, with what there is to say of it.
type shown struct {
	values url.Values
	faults []form.Fault
	was    string // the commit that it was made from; "": the draft's
	focus  string
	dirty  bool // it holds what is not saved
	told   []Problem
	merged bool
}

// showEditor shows the form.
func (x *exchange) showEditor(status int, w writing, s shown) error {
	around, err := x.around(w.sheet.Agency)
	if err != nil {
		return err
	}
	around.Focus = s.focus
	title := x.titled(w.sheet.Title, w.ref.Manual).Text
	v := editView{
		Shell: x.shell("edit", x.link("/manuals", "menu.all-manuals"), Link{manualURL(w.ref.Manual), title}),
		Form:  form.Show(s.values, s.faults, around, string(x.lang)),
		Self:  editURL(w.ref), Draft: revisionURL(w.ref), Copy: revisionURL(w.ref) + "/copy", Give: revisionURL(w.ref) + "/give-up",
		Keep: string(x.visit.User.ID) + " " + w.ref.String(), Was: s.was, By: string(x.visit.User.ID),
		Meter: x.meter(s.values, w.sheet.Manual, s.faults), Dirty: s.dirty, Merged: s.merged,
		Send: w.sheet.May[review.Submit] == nil,
	}
	if v.Was == "" {
		v.Was = w.sheet.Commit.String()
	}
	v.Title, v.Purpose = title, x.t("edit.purpose")
	v.Problems = s.told
	v.Saved = x.keptWords(w, s)
	names, err := x.names(x.concerned(w)...)
	if err != nil {
		return err
	}
	v.Writers = x.writers(w.sheet.Present, names)
	v.Back = x.sentBack(w, s.values, names)
	for _, f := range w.sheet.Files {
		v.Files = append(v.Files, FileLink{f.Name, revisionURL(w.ref) + "/files/" + url.PathEscape(f.Name), page.Size(f.Size)})
	}
	return x.show(status, "edit", v)
}

// keptWords say how what is shown is kept.
func (x *exchange) keptWords(w writing, s shown) string {
	if s.dirty {
		return x.t("edit.unsaved")
	}
	return x.t("edit.saved", x.clock(w.sheet.Changed), x.day(w.sheet.Changed).Text)
}

// concerned are the people whom the page names.
func (x *exchange) concerned(w writing) []catalog.OfficerID {
	var ids []catalog.OfficerID
	for _, p := range w.sheet.Present {
		ids = append(ids, p.Officer)
	}
	if r := w.sheet.Returned; r != nil {
		ids = append(ids, r.By)
	}
	return ids
}

// writers say who else writes the draft now.
func (x *exchange) writers(present []manuals.Presence, names map[catalog.OfficerID]string) []string {
	var out []string
	for _, p := range present {
		if p.Writing {
			out = append(out, x.t("edit.writes", x.called(p.Officer, names).Text, x.clock(p.Since)))
		}
	}
	return out
}

// sentBack says why the draft came back, with links to the fields that were
// pointed at.
func (x *exchange) sentBack(w writing, v url.Values, names map[catalog.OfficerID]string) *SentBack {
	r := w.sheet.Returned
	if r == nil {
		return nil
	}
	b := &SentBack{Who: x.called(r.By, names), At: x.moment(r.At), Reason: x.said(r.Reason)}
	for _, f := range r.Fields {
		id := dotted(f)
		if name := form.Named(v, id, string(x.lang)); name != "" {
			b.Fields = append(b.Fields, Problem{id, name})
		}
	}
	return b
}

// dotted is the id of a field that a comparison names: fees[2].min is fees.2.min.
func dotted(f string) string {
	return strings.NewReplacer("[", ".", "]", "").Replace(f)
}

// meter counts what is asked for.
func (x *exchange) meter(v url.Values, old *catalog.Manual, faults []form.Fault) Meter {
	m, _, err := form.Read(v, old)
	if err != nil {
		m = old
	}
	t := Meter{All: form.Asked(m)}
	for _, f := range faults {
		name := form.Named(v, f.Field, string(x.lang))
		if f.Severity == fault.Incomplete {
			t.Missing = append(t.Missing, Problem{f.Field, name})
			continue
		}
		t.Wrong = append(t.Wrong, Problem{f.Field, x.about(name, f)})
	}
	t.Done = t.All - len(t.Missing)
	return t
}

// about is what is wrong with a field, with its name.
func (x *exchange) about(name string, f form.Fault) string {
	if name == "" {
		return f.Sentence(string(x.lang))
	}
	return name + ": " + f.Sentence(string(x.lang))
}

// around is what the form offers beyond the manual.
func (x *exchange) around(agency catalog.AgencyCode) (form.Around, error) {
	frame, err := x.Manuals.Frame()
	if err != nil {
		return form.Around{}, err
	}
	processes, err := x.processes(agency)
	return form.Around{Frame: frame, Processes: processes}, err
}

// processes are those of an agency, to choose from.
func (x *exchange) processes(agency catalog.AgencyCode) ([]form.Option, error) {
	list, err := x.Manuals.Processes(agency)
	var out []form.Option
	for _, p := range list {
		out = append(out, form.Option{Value: string(p.ID), Text: p.Title.In(x.lang)})
	}
	return out, err
}

// told are faults as the summary of problems has them.
func (x *exchange) toldFaults(v url.Values, faults []form.Fault) []Problem {
	var out []Problem
	for _, f := range faults {
		text := x.about(form.Named(v, f.Field, string(x.lang)), f)
		if f.Severity == fault.Incomplete {
			text = x.t("edit.missing", f.What.In(string(x.lang)))
		}
		out = append(out, Problem{f.Field, text})
	}
	return out
}
