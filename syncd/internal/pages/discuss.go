package pages

import (
	"errors"
	"net/url"

	"khumue/internal/catalog"
	"khumue/internal/fault"
	"khumue/internal/page"
	"khumue/syncd/internal/manuals"
	"khumue/syncd/internal/review"
)

// Talk is what was said about a revision, and the form to say more.
type Talk struct {
	Rows   []TalkRow
	Add    string   // address; "" where nothing more is said
	Fields []Option // what one may speak about
	Typed  string
}

// TalkRow is something that somebody said.
type TalkRow struct {
	Who    page.Words
	At     Moment
	About  string // the field; "" for the whole
	Text   page.Words
	Gone   bool   // it was taken back
	Remove string // address; "" for what is not one's own
}

// talk is the discussion of a revision, oldest first.
func (x *exchange) talk(r revisionAt, names map[catalog.OfficerID]string) Talk {
	t, here := Talk{Typed: x.typed("text")}, r.url(r.sheet.Number)
	for _, c := range r.sheet.Comments {
		row := TalkRow{Who: x.called(c.By, names), At: x.moment(c.At), Text: x.said(c.Text), Gone: !c.Removed.IsZero()}
		if c.Field != "" {
			row.About = x.fieldName(c.Field)
		}
		if c.By == x.visit.User.ID && !row.Gone && !r.past() {
			row.Remove = here + "/comments/" + url.PathEscape(c.ID) + "/remove"
		}
		t.Rows = append(t.Rows, row)
	}
	if r.past() {
		return t
	}
	t.Add = here + "/comments"
	about := x.asked("about")
	if x.r.PostForm != nil {
		about = x.posted("about")
	}
	t.Fields = append(t.Fields, Option{"", x.t("talk.all"), about == ""})
	changed, rest := x.pointedAt(r.sheet.Changes)
	for _, o := range append(changed, rest...) {
		t.Fields = append(t.Fields, Option{o.Value, o.Text, o.Value == about})
	}
	return t
}

// comment adds what somebody says.
func (x *exchange) comment() error {
	return x.step(func(r revisionAt) (string, string, error) {
		text, about := x.typed("text"), x.posted("about")
		if text == "" {
			return "", "", unfilled{{"text", x.t("talk.empty")}}
		}
		if _, ok := x.words["field."+about]; !ok {
			about = ""
		}
		_, err := x.Manuals.Comment(x.ctx(), x.by(), r.ref, about, text)
		return revisionURL(r.ref) + "#talk", "flash.commented", err
	})
}

// uncomment takes back what one said.
func (x *exchange) uncomment() error {
	return x.step(func(r revisionAt) (string, string, error) {
		return revisionURL(r.ref) + "#talk", "flash.uncommented", x.Manuals.RemoveComment(x.ctx(), x.by(), r.id, x.r.PathValue("comment"))
	})
}

// here notes that the person has the revision open, and tells a script who else
// has.
func (x *exchange) here() error {
	_, ref, _, err := x.at()
	var others []manuals.Presence
	if err == nil && ref != (review.Ref{}) {
		others, err = x.Manuals.Visit(x.by(), ref, false)
	}
	moved := ref == (review.Ref{}) || errors.Is(err, fault.NotFound)
	if err != nil && !moved {
		return err
	}
	var ids []catalog.OfficerID
	for _, p := range others {
		ids = append(ids, p.Officer)
	}
	names, err := x.names(unique(ids)...)
	if err != nil {
		return err
	}
	said := x.present(others, names)
	if said == nil {
		said = []string{}
	}
	return x.json(struct {
		Present []string `json:"present"`
		Moved   bool     `json:"moved"` // it is under way no more: nobody need be told
	}{said, moved})
}
