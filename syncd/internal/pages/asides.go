package pages

import (
	"net/http"
	"strconv"
	"unicode/utf8"

	"khumue/internal/catalog"
	"khumue/internal/page"
	"khumue/internal/survey"
	"khumue/syncd/internal/answers"
	"khumue/syncd/internal/trail"
)

// asidesPath is where what could not be taken as an answer is looked at.
const asidesPath = "/satisfaction/asides"

const (
	asidesAtOnce = 50
	longestAside = 2000 // characters of one that are shown
)

// asidesView is คำตอบที่รับไม่ได้.
type asidesView struct {
	Shell
	Rows  []AsideRow
	All   int
	Pager Pager
	Here  string
}

// AsideRow is what could not be taken.
type AsideRow struct {
	ID     string
	Reason string
	Do     string // what is to be done
	Day    Moment
	Point  page.Words
	Body   string
	Cut    bool // Body is the beginning of it
	Seen   string
}

// asideReasons are the codes that have words of their own.
var asideReasons = map[string]bool{
	"bad-json": true, "too-large": true, "bad-id": true, "bad-form": true, "bad-point": true, "bad-procedure": true, "bad-channel": true, "bad-date": true,
	"unknown-question": true, "bad-value": true, "too-long": true, "missing": true, answers.OtherBytes: true, answers.Poison: true,
}

func (x *exchange) asidesPage() error { return x.showAsides(http.StatusOK) }

func (x *exchange) showAsides(status int, problems ...Problem) error {
	at := x.offset(asidesAtOnce)
	list, all, err := x.Kiosks.AsideList(x.ctx(), x.by(), trail.Page{Offset: at, Limit: asidesAtOnce})
	if err != nil {
		return err
	}
	v := asidesView{Shell: x.shell("asides", x.link("/satisfaction", "menu.satisfaction")), All: all, Pager: x.pager(at, asidesAtOnce, all)}
	v.Here = asidesPath + "?" + fields("page", x.asked("page"))
	v.Path, v.Problems = v.Here, problems
	var seen []catalog.OfficerID
	for _, a := range list {
		seen = append(seen, a.SeenBy)
	}
	names, err := x.names(seen...)
	if err != nil {
		return err
	}
	for _, a := range list {
		row := AsideRow{ID: a.ID, Day: x.onDay(a.Day), Point: x.asidePoint(a.Point)}
		row.Reason, row.Do = x.t("asides.reason.other"), x.t("asides.do.other")
		if asideReasons[a.Code] {
			row.Reason, row.Do = x.t("asides.reason."+a.Code), x.t("asides.do."+a.Code)
		}
		row.Body, row.Cut = asideBody(a.Body)
		if !a.Seen.IsZero() {
			row.Seen = x.t("comments.read.by", x.called(a.SeenBy, names).Text, x.day(a.Seen).Text)
		}
		v.Rows = append(v.Rows, row)
	}
	return x.show(status, "asides", v)
}

// asidePoint is what a point is called; one that there is not, by what stood there.
func (x *exchange) asidePoint(code string) page.Words {
	if _, name, ok := x.Satisfaction.Places.Point(catalog.PointCode(code)); ok {
		return x.text(name)
	}
	return page.Words{Text: clean(code)}
}

// asideBody is what was sent, as text, masked by the rules of now.
func asideBody(body string) (string, bool) {
	text, _ := survey.Mask(prose(body))
	if utf8.RuneCountInString(text) <= longestAside {
		return text, false
	}
	return string([]rune(text)[:longestAside]), true
}

// seeAsides marks what was put aside as seen.
func (x *exchange) seeAsides() error {
	x.back = asidesPath
	if err := x.form(); err != nil {
		return err
	}
	ids := x.r.PostForm["id"]
	if one := x.posted("one"); one != "" {
		ids = []string{one}
	}
	if len(ids) == 0 {
		return x.showAsides(http.StatusBadRequest, Problem{"asides", x.t("comments.none-ticked")})
	}
	if len(ids) > asidesAtOnce {
		return notHere()
	}
	if err := x.Kiosks.SeeAsides(x.ctx(), x.by(), ids...); err != nil {
		return err
	}
	return x.done(asidesPath+"?"+fields("page", x.asked("page")), "flash.asides", strconv.Itoa(len(ids)))
}
