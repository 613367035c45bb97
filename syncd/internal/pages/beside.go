package pages

import (
	"net/http"
	"strconv"

	"khumue/internal/catalog"
	"khumue/internal/compare"
	"khumue/internal/page"
	"khumue/syncd/internal/manuals"
	"khumue/syncd/internal/review"
)

// besideView compares two revisions of one manual that are under way.
type besideView struct {
	Shell
	A, B     BesideSide
	Sections []ChangeSection
	Count    int
}

// BesideSide is one of the two.
type BesideSide struct {
	URL   string
	Name  string // above its column
	Which string
	State Standing
	Who   page.Words
}

// standWord is a revision under way as the address of a comparison names it: a
// number, or the key of a draft.
func standWord(ref review.Ref) string {
	if ref.State == review.Draft {
		return ref.Key
	}
	return strconv.Itoa(ref.Number)
}

// stands finds the revision that such a word names.
func (x *exchange) stands(id catalog.ManualID, word string) (review.Ref, error) {
	if n, err := strconv.Atoi(word); err == nil && len(word) < 6 { // a key has six characters
		return x.Manuals.Find(x.ctx(), x.by(), id, n)
	}
	ref, err := review.ParseRef(review.Ref{State: review.Draft, Manual: id, Key: word}.String())
	if err != nil || ref.Key != word {
		return ref, notHere()
	}
	return ref, nil
}

func (x *exchange) besidePage() error {
	id, err := x.manualID()
	if err != nil {
		return err
	}
	x.back = manualURL(id)
	first, err := x.stands(id, x.asked("a"))
	if err != nil {
		return err
	}
	second, err := x.stands(id, x.asked("b"))
	if err != nil {
		return err
	}
	a, b, err := x.Manuals.Compare(x.ctx(), x.by(), first, second)
	if err != nil {
		return err
	}
	names, err := x.names(unique(append(append([]catalog.OfficerID{}, a.Contributors...), b.Contributors...))...)
	if err != nil {
		return err
	}
	title := x.titled(a.Title, id)
	all := compare.Manuals(a.Manual, b.Manual)
	side := func(s manuals.Sheet, name string) BesideSide {
		return BesideSide{revisionURL(s.Ref), name, x.number(s.Number), x.standing(s.Revision), x.listed(x.people(s.Contributors, names))}
	}
	v := besideView{
		Shell: x.shell("beside", x.link("/manuals", "menu.all-manuals"), Link{manualURL(id), title.Text}),
		A:     side(a, x.t("beside.a")), B: side(b, x.t("beside.b")), Sections: x.changes(all), Count: len(all),
	}
	return x.show(http.StatusOK, "beside", v)
}
