package pages

import (
	"encoding/json"
	"errors"
	"io"
	"mime"
	"net/http"
	"net/url"
	"path"
	"slices"
	"strings"

	"khumue/internal/catalog"
	"khumue/internal/compare"
	"khumue/internal/fault"
	"khumue/internal/gitrepo"
	"khumue/syncd/internal/form"
	"khumue/syncd/internal/ledger"
	"khumue/syncd/internal/manuals"
)

// Limits of what the editor sends, in bytes: a form alone, and with files.
const (
	maxEditor = 4 << 20
	maxUpload = 64 << 20
	maxMemory = 4 << 20 // of files that are kept in memory while a form is read
)

// formLimit is how large the form of a request may be, in bytes.
func formLimit(r *http.Request) int64 {
	if most, ok := portalLimit(r); ok {
		return most
	}
	if most, ok := stickLimit(r); ok {
		return most
	}
	if r.Method == http.MethodPost && r.URL.Path == "/import" {
		return maxTable
	}
	if r.Method == http.MethodPost && licenceForm(r.URL.Path) {
		return max(maxLicences, maxSheet+maxForm)
	}
	if r.Method == http.MethodPost && posterForm(r.URL.Path) {
		return maxPoster
	}
	if r.Method != http.MethodPost || !written(r.URL.Path) {
		return maxForm
	}
	if kind, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type")); kind == "multipart/form-data" {
		return maxUpload
	}
	return maxEditor
}

// written reports whether a manual, or a thing of immediate effect, is written at an
// address.
func written(at string) bool {
	if strings.HasPrefix(at, "/manuals/") {
		return strings.Contains(at, "/draft/")
	}
	for _, s := range []sort{agencySort, pointSort, processSort, serviceSort} {
		if strings.HasPrefix(at, s.path) {
			return slices.Contains([]string{"edit", "new", "preview"}, path.Base(at))
		}
	}
	return false
}

// Fields of the editor's form beside the manual's.
const (
	opField  = "op"   // what a button does; "" and "save": save
	wasField = "was"  // the commit that the form was made from
	hadField = "had"  // the files that lay beside the manual then
	byField  = "by"   // the officer who has the form open
	asScript = "json" // value of op's neighbour "answer": a script asks
)

// sent is a form that the editor sent.
type sent struct {
	values  url.Values // of the manual alone
	op      string
	was     gitrepo.Hash
	had     []string
	choices map[string]compare.Choice
	uploads map[string]upload // by the key of their row
	script  bool              // it is answered with JSON
}

// memory is how many bytes of files are kept in memory while a form is read: at an
// office all, for nothing of a draft is to be on its disk unsealed.
func (x *exchange) memory() int64 {
	if x.Sync != nil {
		return maxUpload
	}
	return maxMemory
}

// sent reads the form. Scripts may send it as a JSON list of names and values,
// which takes a third of the bytes.
func (x *exchange) sent() (s sent, err error) {
	kind, _, _ := mime.ParseMediaType(x.r.Header.Get("Content-Type"))
	var all url.Values
	switch kind {
	case "application/json":
		s.script = true
		all, err = pairs(x.r.Body)
	case "multipart/form-data":
		if err = x.r.ParseMultipartForm(x.memory()); err != nil {
			break
		}
		defer func() { err = errors.Join(err, x.r.MultipartForm.RemoveAll()) }()
		all = url.Values(x.r.MultipartForm.Value)
		s.uploads, err = uploadsOf(x.r.MultipartForm)
	default:
		err = x.r.ParseForm()
		all = x.r.PostForm
	}
	if err != nil {
		var told *fault.Error
		if errors.As(err, &told) {
			return s, err
		}
		return s, badForm(err)
	}
	s.script = s.script || all.Get("answer") == asScript
	s.op, s.had, s.choices = all.Get(opField), all[hadField], choicesIn(all)
	if s.was, err = gitrepo.ParseHash(all.Get(wasField)); err != nil {
		return s, badForm(err)
	}
	if all.Get(byField) != string(x.visit.User.ID) {
		return s, otherOfficer()
	}
	s.values = url.Values{}
	for name, list := range all {
		if !slices.Contains([]string{opField, wasField, hadField, byField, "answer"}, name) && !strings.HasPrefix(name, "choice.") && !strings.HasPrefix(name, "another.") {
			s.values[name] = list
		}
	}
	return s, form.Check(s.values)
}

// otherOfficer is what is told of a form that somebody else had open in this
// browser: what one person typed is never kept in the name of another.
func otherOfficer() error {
	return fault.New(fault.Forbidden, fault.Text{TH: "ขณะนี้มีผู้อื่นเข้าสู่ระบบในเบราว์เซอร์นี้", EN: "Somebody else is signed in in this browser now"},
		fault.Text{TH: "เข้าสู่ระบบด้วยบัญชีเดิม แล้วเปิดร่างอีกครั้ง สิ่งที่พิมพ์ยังเก็บไว้ในเครื่องนี้", EN: "Sign in as before and open the draft again: what was typed is kept on this device."})
}

// pairs reads a JSON list of names and values.
func pairs(r io.Reader) (url.Values, error) {
	var list [][2]string
	d := json.NewDecoder(r)
	if err := d.Decode(&list); err != nil {
		return nil, err
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("there is more than one value")
	}
	v := url.Values{}
	for _, p := range list {
		v.Add(p[0], p[1])
	}
	return v, nil
}

// choicesIn are the choices that a form makes between conflicting values.
func choicesIn(v url.Values) map[string]compare.Choice {
	out := map[string]compare.Choice{}
	for name, list := range v {
		if id, ok := strings.CutPrefix(name, "choice."); ok && len(list) > 0 {
			out[id] = compare.Choice{Take: compare.Take(list[0]), Value: v.Get("another." + id)}
		}
	}
	return out
}

// edit does what the editor's form asks for.
func (x *exchange) edit() error {
	w, err := x.writing()
	if err != nil {
		return err
	}
	x.back = editURL(w.ref)
	s, err := x.sent()
	if err != nil {
		return err
	}
	x.Manuals.Here(x.by(), w.ref, true)
	switch {
	case s.op == "" || s.op == "save" || s.op == "submit" || s.op == "copy" || len(s.uploads) > 0:
		return x.save(w, s)
	case s.op == "show":
		return x.showSent(w, s, "", nil)
	}
	focus, err := form.Apply(s.values, s.op)
	if err != nil {
		return x.showSent(w, s, focus, err)
	}
	return x.showSent(w, s, focus, nil)
}

// showSent shows a form again that is not saved.
func (x *exchange) showSent(w writing, s sent, focus string, why error) error {
	_, _, faults, err := x.judged(w, s.values)
	if err != nil {
		return err
	}
	again := shown{values: s.values, faults: faults, was: s.was.String(), focus: focus, dirty: true}
	status := http.StatusOK
	if why != nil {
		text, ok := x.told(why)
		if !ok {
			return why
		}
		status, again.told = statusOf(why), []Problem{{focus, text}}
	}
	return x.showEditor(status, w, again)
}

// save keeps the form as a commit of the draft.
func (x *exchange) save(w writing, s sent) error {
	files, problems := x.attach(w, &s)
	m, unread, faults, err := x.judged(w, s.values)
	if err != nil {
		return err
	}
	for _, name := range s.had {
		if _, comes := files[name]; !comes && !names(m, name) {
			files[name] = nil
		}
	}
	saved, err := x.Manuals.Save(x.ctx(), x.by(), w.ref, manuals.Change{Was: s.was, Manual: m, Free: form.Free(s.values, m), Files: files, Choices: s.choices})
	if clash := (*ledger.Conflicts)(nil); errors.As(err, &clash) {
		return x.clash(w, s, files, clash)
	}
	if err != nil {
		return err
	}
	unread = slices.DeleteFunc(unread, func(f form.Fault) bool { return !f.Lost })
	switch {
	case s.script:
		return x.answerSaved(saved, unread, problems, faults, s.values, w)
	case len(unread)+len(problems) > 0:
		return x.showUnread(w, s, saved, unread, problems)
	case s.op == "copy":
		return x.lead(revisionURL(w.ref) + "/copy?" + url.Values{"q": {clean(s.values.Get("from"))}}.Encode())
	case s.op == "submit":
		return x.submitEdited(w, s)
	case saved.Merged:
		return x.done(editURL(w.ref), "flash.edit.merged")
	}
	return x.done(editURL(w.ref), "flash.edit.saved", x.clock(saved.Changed))
}

// names reports whether a manual names a file.
func names(m *catalog.Manual, file string) bool {
	return slices.ContainsFunc(m.Forms.Value, func(f catalog.Form) bool { return f.File == file })
}

// showUnread shows the form after it was saved but for what could not be read.
func (x *exchange) showUnread(w writing, s sent, saved manuals.Saved, unread []form.Fault, problems []Problem) error {
	now, err := x.Manuals.Revision(x.ctx(), x.by(), w.ref)
	if err != nil {
		return err
	}
	w.sheet = now
	_, _, faults, err := x.judged(w, s.values)
	if err != nil {
		return err
	}
	return x.showEditor(http.StatusBadRequest, w, shown{
		values: s.values, faults: faults, was: saved.Commit.String(), dirty: true, told: append(problems, x.toldFaults(s.values, unread)...),
	})
}

// submitEdited asks for approval of what was just saved. What keeps it from being
// submitted is shown in the form.
func (x *exchange) submitEdited(w writing, s sent) error {
	o, err := x.Manuals.Submit(x.ctx(), x.by(), w.ref)
	var problems fault.Problems
	if !errors.As(err, &problems) {
		if text, ok := x.told(err); ok && err != nil {
			return x.refuseSubmit(w, s, []Problem{{"", text}})
		}
		if err != nil {
			return err
		}
		return x.done(numberURL(o.Manual, o.Number), "flash.edit.submitted")
	}
	return x.refuseSubmit(w, s, nil)
}

// refuseSubmit shows the saved form with all that keeps it from approval.
func (x *exchange) refuseSubmit(w writing, s sent, told []Problem) error {
	now, err := x.Manuals.Revision(x.ctx(), x.by(), w.ref)
	if err != nil {
		return err
	}
	w.sheet = now
	_, _, faults, err := x.judged(w, s.values)
	if err != nil {
		return err
	}
	return x.showEditor(http.StatusBadRequest, w, shown{values: s.values, faults: faults, told: append(told, x.toldFaults(s.values, faults)...)})
}

// news is what a script of the editor is told.
type news struct {
	Was      string     `json:"was,omitempty"`   // the commit that the form is now made from
	Saved    string     `json:"saved,omitempty"` // in words
	Merged   bool       `json:"merged,omitempty"`
	Done     int        `json:"done"`
	All      int        `json:"all"`
	Meter    string     `json:"meter"`
	Missing  []newsItem `json:"missing"`
	Wrong    []newsItem `json:"wrong"`
	Unread   []newsItem `json:"unread,omitempty"` // what was typed and could not be saved
	Sections []newsPart `json:"sections"`
	Writers  []string   `json:"writers"`
	Behind   string     `json:"behind,omitempty"` // in words: a colleague saved meanwhile
}

type newsItem struct {
	ID   string `json:"id"`
	Text string `json:"text"`
}

type newsPart struct {
	ID    string `json:"id"`
	State string `json:"state"` // done, missing, wrong or free
	Text  string `json:"text"`
}

func items(list []Problem) []newsItem {
	out := []newsItem{}
	for _, p := range list {
		out = append(out, newsItem{p.Field, p.Text})
	}
	return out
}

// newsOf is what a script is told of a form.
func (x *exchange) newsOf(w writing, v url.Values, faults []form.Fault) news {
	t := x.meter(v, w.sheet.Manual, faults)
	n := news{Done: t.Done, All: t.All, Meter: x.t("edit.meter", t.Done, t.All), Missing: items(t.Missing), Wrong: items(t.Wrong), Writers: []string{}}
	for _, s := range form.Show(v, faults, form.Around{}, string(x.lang)).Sections {
		state, text := x.sectionState(s)
		n.Sections = append(n.Sections, newsPart{s.ID, state, text})
	}
	return n
}

// sectionState is how far a section is.
func (x *exchange) sectionState(s form.Section) (state, text string) {
	switch {
	case s.Wrong > 0:
		return "wrong", x.words.Count("edit.part.wrong", s.Wrong)
	case s.Missing > 0:
		return "missing", x.words.Count("edit.part.missing", s.Missing)
	case s.Asked:
		return "done", x.t("edit.part.done")
	}
	return "free", ""
}

// answerSaved tells a script how a save went.
func (x *exchange) answerSaved(saved manuals.Saved, unread []form.Fault, problems []Problem, faults []form.Fault, v url.Values, w writing) error {
	n := x.newsOf(w, v, faults)
	n.Was, n.Merged, n.Saved = saved.Commit.String(), saved.Merged, x.t("edit.saved.now", x.clock(saved.Changed))
	n.Unread = items(append(problems, x.toldFaults(v, unread)...))
	return x.answer(http.StatusOK, n)
}

// checkDraft tells a script what is missing and wrong in a form that is not
// saved, and who else writes.
func (x *exchange) checkDraft() error {
	w, err := x.writing()
	if err != nil {
		return err
	}
	s, err := x.sent()
	if err != nil {
		return err
	}
	_, _, faults, err := x.judged(w, s.values)
	if err != nil {
		return err
	}
	n := x.newsOf(w, s.values, faults)
	present := x.Manuals.Here(x.by(), w.ref, true)
	w.sheet.Present = present
	called, err := x.names(x.concerned(w)...)
	if err != nil {
		return err
	}
	n.Writers = append(n.Writers, x.writers(present, called)...)
	if w.sheet.Commit != s.was {
		n.Behind = x.t("edit.behind", x.clock(w.sheet.Changed))
	}
	return x.answer(http.StatusOK, n)
}

// answer tells a script.
func (x *exchange) answer(status int, v any) error {
	body, err := json.Marshal(v)
	if err != nil {
		return err
	}
	x.guard()
	x.w.Header().Set("Content-Type", "application/json; charset=utf-8")
	x.w.WriteHeader(status)
	_, _ = x.w.Write(body) // who has gone reads nothing
	return nil
}
