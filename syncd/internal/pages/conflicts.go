package pages

import (
	"net/http"
	"strings"

	"khumue/internal/compare"
	"khumue/internal/page"
	"khumue/syncd/internal/ledger"
)

// conflictsView shows what a revision and what is published both changed, each
// with its value, and lets an author choose.
type conflictsView struct {
	Shell
	Manual page.Words
	Which  string
	Rows   []ConflictRow
	Files  []ConflictRow
	Action string // where the choices go; "" for who only judges
	Back   string // to the revision
}

// ConflictRow is one thing that both changed.
type ConflictRow struct {
	ID           string
	Label        page.Words
	Note         string // what clashes, in words
	Base         page.Words
	Ours, Theirs []Piece
	Takes        []Option
	Value        string // of another value, as typed
	Another      bool   // another value may be written
	Wrong        string
}

// Prefixes of the fields of a choice.
const (
	takePrefix  = "take."
	valuePrefix = "value."
)

// choices are those that a form made.
func (x *exchange) choices() map[string]compare.Choice {
	var out map[string]compare.Choice
	for name := range x.r.PostForm {
		id, ok := strings.CutPrefix(name, takePrefix)
		if !ok {
			continue
		}
		if out == nil {
			out = map[string]compare.Choice{}
		}
		out[id] = compare.Choice{Take: compare.Take(x.posted(name)), Value: x.typed(valuePrefix + id)}
	}
	return out
}

// showConflicts answers a step that met what is published. Nothing was changed.
func (x *exchange) showConflicts(r revisionAt, c *ledger.Conflicts) error {
	sheet, err := x.Manuals.Revision(x.ctx(), x.by(), r.ref)
	if err != nil {
		return err
	}
	r.sheet = sheet
	title := x.titled(sheet.Title, r.id)
	v := conflictsView{
		Shell:  x.shell("conflicts", x.link("/manuals", "menu.all-manuals"), Link{manualURL(r.id), title.Text}, Link{revisionURL(r.ref), x.number(sheet.Number)}),
		Manual: title, Which: x.number(sheet.Number), Back: revisionURL(r.ref),
	}
	v.Path = v.Back
	if a := x.author(r); a != nil && a.Edit != "" {
		v.Action = v.Back + "/refresh"
	}
	asked := x.choices() != nil
	for _, f := range c.Fields {
		row := x.conflict(f)
		if asked && x.posted(takePrefix+f.ID) == "" && v.Action != "" {
			row.Wrong = x.t("conflicts.choose")
			v.Problems = append(v.Problems, Problem{"c-" + f.ID, row.Label.Text + ": " + row.Wrong})
		}
		v.Rows = append(v.Rows, row)
	}
	for _, name := range c.Files {
		v.Files = append(v.Files, ConflictRow{ID: ledger.FileChoice + name, Label: x.said(name), Takes: x.takes(ledger.FileChoice+name, compare.Ours, compare.Theirs)})
	}
	return x.show(http.StatusConflict, "conflicts", v)
}

func (x *exchange) conflict(f compare.Conflict) ConflictRow {
	row := ConflictRow{
		ID: f.ID, Label: x.spoken(f.Label), Note: x.words["clash."+string(f.Clash)], Base: x.spoken(f.Base.Words),
		Takes: x.takes(f.ID, f.Takes...), Value: x.typed(valuePrefix + f.ID),
	}
	row.Ours, row.Theirs = x.sides(compare.Texts(x.spoken(f.Ours.Words).Text, x.spoken(f.Theirs.Words).Text))
	neither(row.Ours)
	neither(row.Theirs)
	for _, t := range f.Takes {
		if t == compare.Another {
			row.Another = true
		}
	}
	return row
}

// neither marks what differs the same on both sides: neither takes the place of
// the other.
func neither(side []Piece) {
	for i, p := range side {
		if p.Mark == "ins" || p.Mark == "del" {
			side[i].Mark = "mark"
		}
	}
}

// takes are what may be chosen.
func (x *exchange) takes(id string, all ...compare.Take) []Option {
	var out []Option
	for _, t := range all {
		out = append(out, Option{string(t), x.words["take."+string(t)], x.r.PostForm.Get(takePrefix+id) == string(t)})
	}
	return out
}

// changedView says that a text met what is published and awaits approval anew.
type changedView struct {
	Shell
	Manual page.Words
	Which  string
	Next   string // the new submission
}

// showChanged answers an approval of a text that is not the one any more.
func (x *exchange) showChanged(r revisionAt, now ledger.Head) error {
	sheet, err := x.Manuals.Revision(x.ctx(), x.by(), now.Ref)
	if err != nil {
		return err
	}
	title := x.titled(sheet.Title, r.id)
	v := changedView{
		Shell:  x.shell("remade", x.link("/manuals", "menu.all-manuals"), Link{manualURL(r.id), title.Text}),
		Manual: title, Which: x.number(now.Number), Next: revisionURL(now.Ref),
	}
	v.Path = v.Next
	return x.show(http.StatusConflict, "remade", v)
}
