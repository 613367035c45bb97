package pages

import (
	"iter"
	"log/slog"
	"net/http"
	"slices"
	"time"

	"khumue/internal/catalog"
	"khumue/internal/page"
	"khumue/internal/poster"
	"khumue/internal/sheet"
	"khumue/syncd/internal/immediate"
	"khumue/syncd/internal/rights"
)

const (
	mostPosters  = 10_000 // that one file may hold
	mostPictures = 1_000  // of those, as PNG
)

// postersView is where the posters of all points of an agency are taken away.
type postersView struct {
	Shell
	Unit    Unit
	Chosen  page.Words // the agency; "" before one is named
	Code    string
	Below   bool // with the agencies below
	Each    bool // one for each manual too
	Designs []Option
	Sizes   []Option
	Kinds   []Option // what the file is
	Rows    []Choice
	Pager   Pager
	Points  int
}

// Kinds of files with many posters.
var bundles = []string{"book", "zip-pdf", "zip-svg", "zip-png"}

// withPosters adds the posters to the menu. Their page stands below another line's
// address, which is then not the current one.
func (x *exchange) withPosters(menu []Group) []Group {
	posters := x.item("/structure/posters", "menu.posters", "print")
	for _, g := range menu {
		for i := range g.Items {
			g.Items[i].Current = g.Items[i].Current && !posters.Current
		}
	}
	return append(menu, Group{x.t("menu.survey"), []Item{posters, x.item("/kiosks", "menu.kiosks", "kiosk")}})
}

func (x *exchange) postersPage() error { return x.showPosters(http.StatusOK) }

func (x *exchange) showPosters(status int, problems ...Problem) error {
	u, wrong := x.unitPrinted()
	style, err := poster.ParseStyle(x.posterField("design"), x.posterField("size"))
	if err != nil {
		style, _ = poster.ParseStyle("", "") // the usual
	}
	v := postersView{Shell: x.shell("posters"), Unit: u, Below: x.posterField("below") == "1", Each: x.posterField("each") == "1"}
	if wrong != "" {
		problems = append(problems, Problem{"unit", wrong})
	}
	v.Problems = problems
	v.Designs, v.Sizes = x.posterOptions(style)
	for i, k := range bundles {
		v.Kinds = append(v.Kinds, Option{k, x.t("posters.kind." + k), x.posterField("kind") == k || x.posterField("kind") == "" && i == 0})
	}
	if u.Code == "" {
		return x.show(status, "posters", v)
	}
	v.Chosen, v.Code, v.Path = x.agency(u.Code), string(u.Code), postersURL(u.Code)
	points, err := x.pointsPrinted(u.Code, v.Below)
	if err != nil {
		return err
	}
	v.Points = len(points)
	at := x.offset(pointsAtOnce)
	v.Pager = x.pager(at, pointsAtOnce, len(points))
	for _, p := range points[min(at, len(points)):min(at+pointsAtOnce, len(points))] {
		c := Choice{URL: posterURL(p.Code), Name: x.text(p.Name), Code: string(p.Code)}
		if p.Agency != u.Code {
			c.Note = x.agency(p.Agency)
		}
		v.Rows = append(v.Rows, c)
	}
	return x.show(status, "posters", v)
}

// unitPrinted is the agency that is named, among those of whose points the person
// may have posters; for who names none, the only one that there is.
func (x *exchange) unitPrinted() (Unit, string) {
	u, wrong := x.unitAmong(x.reachesBy(rights.SurveyPosters))
	u.Find = "/structure/posters/find"
	codes, everywhere := x.Desk.Agencies(x.by(), rights.SurveyPosters)
	if u.Typed == "" && !everywhere && len(codes) > 0 {
		for _, g := range x.by().Grants { // one that the role is held for, not one below it
			if slices.Contains(codes, g.Scope.Agency) {
				if a, ok := x.Structure.Agency(g.Scope.Agency); ok {
					u.Code, u.Typed = a.Code, x.unitTyped(a)
					return u, ""
				}
			}
		}
	}
	return u, wrong
}

// findPrinted suggests agencies of whose points the person may have posters.
func (x *exchange) findPrinted() error { return x.suggest(x.reachesBy(rights.SurveyPosters)) }

// pointsPrinted are the points of an agency that the public sees and whose posters
// the person may have.
func (x *exchange) pointsPrinted(code catalog.AgencyCode, below bool) ([]immediate.Point, error) {
	points, err := x.Direct.Points(immediate.PointFilter{Agency: code, Below: below})
	if err != nil && !missing(err) {
		return nil, err
	}
	return slices.DeleteFunc(points, func(p immediate.Point) bool { return !visible(p.Status) || !x.mayPrint(p) }), nil
}

func countPosters(points []immediate.Point, each bool) int {
	n := len(points)
	if each {
		for _, p := range points {
			n += len(p.Manuals)
		}
	}
	return n
}

// postersFile answers with the posters of all points of an agency in one file,
// which is sent while it is made.
func (x *exchange) postersFile() error {
	x.back = "/structure/posters"
	if err := x.posterFields(); err != nil {
		return err
	}
	style, err := poster.ParseStyle(x.posted("design"), x.posted("size"))
	if err != nil {
		return err
	}
	kind, code := x.posted("kind"), catalog.AgencyCode(x.asked("unit"))
	if _, ok := x.Structure.Agency(code); !ok || !x.reachesBy(rights.SurveyPosters)(code) || !slices.Contains(bundles, kind) {
		return notHere()
	}
	logo, problem := x.logo()
	if problem != "" {
		return x.showPosters(http.StatusBadRequest, Problem{"logo", problem})
	}
	points, err := x.pointsPrinted(code, x.posted("below") == "1")
	if err != nil {
		return err
	}
	each := x.posted("each") == "1"
	if n := countPosters(points, each); n == 0 || n > mostPosters || kind == "zip-png" && n > mostPictures {
		return x.showPosters(http.StatusBadRequest, Problem{"kind", x.howMany(n, kind)})
	}
	done, err := x.press()
	if err != nil {
		return err
	}
	defer done()
	return x.sendPosters(code, style, kind, x.posters(points, each, logo))
}

// howMany says why a file is not made.
func (x *exchange) howMany(n int, kind string) string {
	switch {
	case n == 0:
		return x.t("posters.none")
	case kind == "zip-png" && n <= mostPosters:
		return x.t("posters.many.png", n, mostPictures)
	}
	return x.t("posters.many", n, mostPosters)
}

// sendPosters writes a file. What fails after its first byte breaks the answer
// off, so that nobody takes half of a file for a whole.
func (x *exchange) sendPosters(code catalog.AgencyCode, style poster.Style, kind string, all iter.Seq2[poster.Poster, error]) error {
	name := "survey-posters-" + string(code) + "-" + string(style.Design) + "-" + string(style.Size)
	out := &patient{x.w, http.NewResponseController(x.w)}
	var err error
	if kind == "book" {
		x.saveAs(name+".pdf", poster.PDF.MediaType())
		err = poster.Book(out, x.t("posters.title")+" "+x.agency(code).Text, style, all)
	} else {
		format := map[string]poster.Format{"zip-pdf": poster.PDF, "zip-svg": poster.SVG, "zip-png": poster.PNG}[kind]
		x.saveAs(name+"-"+string(format)+".zip", "application/zip")
		err = poster.Bundle(out, style, format, all)
	}
	if err != nil {
		if x.ctx().Err() == nil {
			x.Log.LogAttrs(x.ctx(), slog.LevelError, "posters broke off", slog.String("request", x.id), slog.String("error", err.Error()))
		}
		panic(http.ErrAbortHandler)
	}
	return nil
}

// posters are the posters of points, each with those of its manuals after it
// where they are asked for. Titles are read as they are needed.
func (x *exchange) posters(points []immediate.Point, each bool, logo *sheet.Image) iter.Seq2[poster.Poster, error] {
	return func(yield func(poster.Poster, error) bool) {
		for _, pt := range points {
			p, err := x.posterOf(pt, logo)
			if err == nil {
				err = x.ctx().Err()
			}
			if !yield(p, err) || err != nil {
				return
			}
			if each && !x.ofManuals(p, pt, yield) {
				return
			}
		}
	}
}

// ofManuals yields the posters of a point's manuals; false when no more are asked
// for.
func (x *exchange) ofManuals(p poster.Poster, pt immediate.Point, yield func(poster.Poster, error) bool) bool {
	titles, err := x.titlesServed(pt)
	if err != nil {
		yield(p, err)
		return false
	}
	for _, id := range pt.Manuals {
		if title, ok := titles[string(id)]; ok && !yield(withManual(p, x.Site.String(), id, title), nil) {
			return false
		}
	}
	return true
}

// patience is how long one write of a long file may take.
const patience = time.Minute

// patient is an answer that may take long as a whole, but not with any part.
type patient struct {
	http.ResponseWriter
	control *http.ResponseController
}

func (p *patient) Write(b []byte) (int, error) {
	_ = p.control.SetWriteDeadline(time.Now().Add(patience)) // where there is none, none passes
	return p.ResponseWriter.Write(b)
}
