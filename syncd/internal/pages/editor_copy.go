package pages

import (
	"net/http"
	"net/url"
	"slices"

	"khumue/internal/catalog"
	"khumue/internal/compare"
	"khumue/internal/page"
	"khumue/syncd/internal/form"
	"khumue/syncd/internal/manuals"
	"khumue/syncd/internal/trail"
)

// copyView finds a manual and shows what can be copied from it into a draft.
type copyView struct {
	Shell
	Self  string
	Text  string
	Found []CopyRow
	All   int
	From  *CopyFrom
}

// CopyRow is a manual that was found.
type CopyRow struct {
	URL    string
	Title  page.Words
	Agency page.Words
}

// CopyFrom is a manual with the parts that can be copied.
type CopyFrom struct {
	ID     string
	Title  page.Words
	Agency page.Words
	Parts  []CopyPart
}

// CopyPart is a part of a manual.
type CopyPart struct {
	Value, Text string
	Lines       []string // what would come
	Replaces    bool     // what the draft has there
}

// copyable are the parts of a manual that another may take: not its forms, whose
// files are its own.
var copyable = []string{"channels", "step_sets", "documents", "fees", "complaints", "laws", "body"}

// mostCopied is how many manuals a search shows.
const mostCopied = 20

func (x *exchange) copyPage() error {
	w, err := x.writing()
	if err != nil {
		return err
	}
	v := copyView{Shell: x.shell("copy", Link{editURL(w.ref), x.titled(w.sheet.Title, w.ref.Manual).Text}), Self: revisionURL(w.ref) + "/copy", Text: x.asked("q")}
	if v.Text != "" {
		found, all, err := x.Manuals.Search(x.ctx(), x.by(), v.Text, trail.Page{Limit: mostCopied})
		if err != nil {
			return err
		}
		v.All = all
		for _, m := range found {
			v.Found = append(v.Found, CopyRow{x.with("from", string(m.ID)), x.text(m.Title), x.agency(m.Agency)})
		}
	}
	if from := x.asked("from"); from != "" {
		if v.From, err = x.copyFrom(w.sheet, catalog.ManualID(from)); err != nil {
			return err
		}
	}
	return x.show(http.StatusOK, "copy", v)
}

// copyFrom shows what can be copied from a manual.
func (x *exchange) copyFrom(s manuals.Sheet, id catalog.ManualID) (*CopyFrom, error) {
	m, err := x.Manuals.CopyFrom(x.ctx(), x.by(), id)
	if err != nil {
		return nil, err
	}
	if m == nil {
		return nil, notHere()
	}
	out := &CopyFrom{ID: string(id), Title: x.text(m.Title), Agency: x.agency(m.Owner)}
	for _, name := range copyable {
		only, empty := &catalog.Manual{}, &catalog.Manual{}
		form.Copy(only, m, name)
		part := CopyPart{Value: name, Text: form.Named(url.Values{}, name, string(x.lang))}
		for _, c := range compare.Manuals(empty, only) {
			words := c.New.Words.In(string(x.lang))
			if c.Kind == compare.Added || c.Kind == compare.Set && name == "body" || len(part.Lines) == 0 {
				part.Lines = append(part.Lines, brief(words))
			}
		}
		mine := &catalog.Manual{}
		form.Copy(mine, s.Manual, name)
		part.Replaces = len(compare.Manuals(empty, mine)) > 0
		if len(part.Lines) > 0 {
			out.Parts = append(out.Parts, part)
		}
	}
	return out, nil
}

// brief is the beginning of a text.
func brief(s string) string {
	const most = 160
	if r := []rune(s); len(r) > most {
		return string(r[:most]) + "…"
	}
	return s
}

// copyValues puts parts of another manual into the form, which is shown and not
// saved yet.
func (x *exchange) copyValues() error {
	w, err := x.writing()
	if err != nil {
		return err
	}
	if err := x.form(); err != nil {
		return err
	}
	x.back = revisionURL(w.ref) + "/copy"
	from, err := x.Manuals.CopyFrom(x.ctx(), x.by(), catalog.ManualID(x.posted("from")))
	if err != nil {
		return err
	}
	if from == nil {
		return notHere()
	}
	m := *w.sheet.Manual
	for _, name := range x.r.PostForm["part"] {
		if slices.Contains(copyable, name) {
			form.Copy(&m, from, name)
		}
	}
	v := form.Values(&m, nil)
	_, _, faults, err := x.judged(w, v)
	if err != nil {
		return err
	}
	return x.showEditor(http.StatusOK, w, shown{values: v, faults: faults, dirty: true})
}
