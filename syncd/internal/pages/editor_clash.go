package pages

import (
	"errors"
	"maps"
	"net/http"
	"net/url"
	"slices"

	"khumue/internal/compare"
	"khumue/internal/page"
	"khumue/syncd/internal/ledger"
	"khumue/syncd/internal/manuals"
)

// clashView shows what two people changed in a draft at the same time, with both
// values of each. What was typed comes along.
type clashView struct {
	Shell
	Action string
	Was    string
	By     string
	Had    []string
	Rows   []ClashRow
	Values []Option // all that the form holds
}

// ClashRow is one thing that both changed.
type ClashRow struct {
	ID      string // of the group
	Name    string // of the choice
	Another string // name of the value of one's own; "" where none may be given
	Label   string
	What    string
	Base    page.Words
	Takes   []ClashTake
	Long    bool
	Typed   string
}

// ClashTake is one way to end it.
type ClashTake struct {
	Value, Text string
	Says        page.Words // the value that it takes; empty where it says itself
	Chosen      bool
}

// clash shows conflicts. Files that came are kept first: nobody else has them.
func (x *exchange) clash(w writing, s sent, files map[string][]byte, c *ledger.Conflicts) error {
	come := maps.Clone(files)
	maps.DeleteFunc(come, func(_ string, data []byte) bool { return data == nil })
	if len(come) > 0 {
		if _, err := x.Manuals.Save(x.ctx(), x.by(), w.ref, manuals.Change{Was: s.was, Files: come}); err != nil {
			var again *ledger.Conflicts
			if !errors.As(err, &again) {
				return err
			}
		}
	}
	if s.script {
		return x.answer(http.StatusConflict, struct {
			Clash bool `json:"clash"`
		}{true})
	}
	v := clashView{Shell: x.shell("clash", Link{editURL(w.ref), x.titled(w.sheet.Title, w.ref.Manual).Text}), Action: editURL(w.ref), Was: s.was.String(), By: string(x.visit.User.ID), Had: s.had}
	for _, f := range c.Fields {
		v.Rows = append(v.Rows, x.clashRow(f, s.choices[f.ID]))
	}
	for _, name := range c.Files {
		v.Rows = append(v.Rows, x.clashFile(name))
	}
	v.Values = valuesOf(s.values)
	if len(s.choices) > 0 {
		v.Problems = []Problem{{v.Rows[0].ID, x.t("clash.left", len(v.Rows))}}
	}
	return x.show(http.StatusConflict, "clash", v)
}

// valuesOf are all values of a form.
func valuesOf(form url.Values) []Option {
	var out []Option
	for _, name := range slices.Sorted(maps.Keys(form)) {
		for _, value := range form[name] {
			out = append(out, Option{Value: name, Text: value})
		}
	}
	return out
}

func (x *exchange) clashRow(c compare.Conflict, was compare.Choice) ClashRow {
	lang := string(x.lang)
	r := ClashRow{ID: "clash-" + c.ID, Name: "choice." + c.ID, Label: c.Label.In(lang), What: c.Words.In(lang), Base: x.said(c.Base.Words.In(lang)), Long: c.Clash == compare.Passage, Typed: was.Value}
	for _, take := range c.Takes {
		t := ClashTake{Value: string(take), Text: x.t("clash." + string(take)), Chosen: was.Take == take}
		switch take {
		case compare.Ours:
			t.Says = x.said(c.Ours.Words.In(lang))
		case compare.Theirs:
			t.Says = x.said(c.Theirs.Words.In(lang))
		case compare.Another:
			r.Another = "another." + c.ID
		}
		r.Takes = append(r.Takes, t)
	}
	return r
}

func (x *exchange) clashFile(name string) ClashRow {
	id := ledger.FileChoice + name
	return ClashRow{ID: "clash-" + id, Name: "choice." + id, Label: name, What: x.t("clash.file"), Takes: []ClashTake{
		{Value: string(compare.Ours), Text: x.t("clash.ours")}, {Value: string(compare.Theirs), Text: x.t("clash.theirs")},
	}}
}
