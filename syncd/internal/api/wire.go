package api

import (
	"time"

	"khumue/internal/fault"
	"khumue/syncd/internal/manuals"
)

// Text is a sentence in both languages.
type Text struct {
	TH string `json:"th"`
	EN string `json:"en"`
}

func text(t fault.Text) Text { return Text(t) }

// Revision is a revision under way, or what became of it.
type Revision struct {
	Manual       string     `json:"manual"`
	Number       int        `json:"number,omitempty"`
	Key          string     `json:"key,omitempty"` // of a draft
	State        string     `json:"state"`
	Agency       string     `json:"agency,omitempty"`
	Title        Text       `json:"title"`
	Tree         string     `json:"tree"`   // what an approval names
	Commit       string     `json:"commit"` // where it stands
	Contributors []string   `json:"contributors,omitempty"`
	EndorsedBy   string     `json:"endorsed_by,omitempty"`
	Changed      *time.Time `json:"changed,omitempty"`
	Submitted    *time.Time `json:"submitted,omitempty"`
	Due          *time.Time `json:"due,omitempty"`
	Returned     *Returned  `json:"returned,omitempty"`
}

// Returned is why a revision came back.
type Returned struct {
	By     string   `json:"by"`
	Stage  int      `json:"stage"`
	Reason string   `json:"reason"`
	Fields []string `json:"fields,omitempty"`
}

// List is a page of a queue.
type List struct {
	Revisions []Revision `json:"revisions"`
	All       int        `json:"all"`
}

// Change is a field that differs, or that two changed.
type Change struct {
	Field string `json:"field"`
	Words Text   `json:"words"`
}

// Problem is something that an author has to mend.
type Problem struct {
	File     string `json:"file,omitempty"`
	Line     int    `json:"line,omitempty"`
	Severity string `json:"severity"`
	Words    Text   `json:"words"`
}

// Sheet is a revision with what it changes.
type Sheet struct {
	Revision
	Changes  []Change  `json:"changes"`
	Files    []string  `json:"files,omitempty"` // forms that came, changed or went
	Problems []Problem `json:"problems,omitempty"`
	May      []string  `json:"may,omitempty"` // what the person may do with it now
	Behind   bool      `json:"behind,omitempty"`
}

// Taken is what a step came to.
type Taken struct {
	Revision  Revision `json:"revision"`
	Published string   `json:"published,omitempty"` // the commit of main
}

// Live is how far a publication has come.
type Live struct {
	Stage  string     `json:"stage"` // merged, building, live, failed or unknown
	Commit string     `json:"commit"`
	At     *time.Time `json:"at,omitempty"`
	Failed string     `json:"failed,omitempty"` // why the last build did not succeed
}

// Failure is why a request was refused.
type Failure struct {
	Kind      string    `json:"kind,omitempty"` // of package fault; "" is our fault
	What      Text      `json:"what"`
	Hint      Text      `json:"hint,omitzero"`
	Problems  []Problem `json:"problems,omitempty"`
	Conflicts []Change  `json:"conflicts,omitempty"`
	Now       *Revision `json:"now,omitempty"` // the merged text that has to be read first
}

func revision(o manuals.Open) Revision {
	r := Revision{Manual: string(o.Manual), Number: o.Number, Key: o.Ref.Key, State: string(o.State), Agency: string(o.Agency),
		Title: Text{TH: o.Title.TH, EN: o.Title.EN}, Tree: string(o.Tree), Commit: o.Commit.String(), EndorsedBy: string(o.EndorsedBy),
		Changed: when(o.Changed), Submitted: when(o.Submitted)}
	for _, id := range o.Contributors {
		r.Contributors = append(r.Contributors, string(id))
	}
	if b := o.Returned; b != nil {
		r.Returned = &Returned{By: string(b.By), Stage: b.Stage, Reason: b.Reason, Fields: b.Fields}
	}
	return r
}

func problems(ps fault.Problems) []Problem {
	var out []Problem
	for _, p := range ps {
		out = append(out, Problem{File: p.File, Line: p.Line, Severity: string(p.Severity), Words: Text{TH: p.Sentence("th"), EN: p.Sentence("en")}})
	}
	return out
}
