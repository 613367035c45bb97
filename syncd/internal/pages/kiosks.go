package pages

import (
	"cmp"
	"errors"
	"html/template"
	"net/http"
	"slices"
	"time"

	"khumue/internal/catalog"
	"khumue/internal/fault"
	"khumue/internal/page"
	"khumue/internal/poster"
	"khumue/internal/qr"
	"khumue/syncd/internal/answers"
	"khumue/syncd/internal/immediate"
	"khumue/syncd/internal/rights"
)

// kiosksPath is where officers look after the tablets of their points.
const kiosksPath = "/kiosks"

const (
	kioskSilence  = 24 * time.Hour // after which a tablet that says nothing is to be looked at
	kiosksAtOnce  = 50
	mostKioskSpot = 500 // points to choose from for a new one
)

// kiosksView is แท็บเล็ตที่จุดบริการ.
type kiosksView struct {
	Shell
	Unit   Unit
	Chosen page.Words // the agency; "" before one is named
	Self   string     // where the form for another one leads
	Below  bool
	Point  string // the one of which alone they are shown; "" for all
	Of     page.Words
	Rows   []Kiosk
	Looks  int // how many need a look
	Pager  Pager
	Spots  []Option // where a new one may stand
	Many   bool     // too many to choose from
	Name   string   // as typed
	Clear  string
	Here   *hereView // nil at the centre
}

// Kiosk is a tablet.
type Kiosk struct {
	ID      string
	Name    page.Words
	Point   page.Words
	URL     string // of the point's page; "" for who may change nothing of it
	State   string // waiting, expired, working, silent or revoked
	Contact Moment
	Pending int
	Sent    string
	Until   Moment // of the code that waits
	Made    Moment
}

// kioskState says how a tablet stands.
func (x *exchange) kioskState(v answers.Device) string {
	switch now := x.now(); {
	case !v.Revoked.IsZero():
		return "revoked"
	case v.Claimed.IsZero() && !now.Before(v.CodeUntil):
		return "expired"
	case v.Claimed.IsZero():
		return "waiting"
	case now.Sub(latest(v.Contact, v.Claimed)) > kioskSilence:
		return "silent"
	}
	return "working"
}

func latest(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

func (x *exchange) kiosksPage() error { return x.showKiosks(http.StatusOK) }

func (x *exchange) showKiosks(status int, problems ...Problem) error {
	u, wrong := x.unitPrinted()
	v := kiosksView{Shell: x.shell("kiosks"), Unit: u, Below: x.asked("below") == "1", Clear: kiosksPath}
	if wrong != "" {
		problems = append(problems, Problem{"unit", wrong})
	}
	v.Problems = problems
	var err error
	if v.Here, err = x.offered(); err != nil {
		return err
	}
	if u.Code == "" {
		return x.show(status, "kiosks", v)
	}
	v.Chosen, v.Name = x.agency(u.Code), x.posted("name")
	points, err := x.kioskPoints(u.Code, v.Below)
	if err != nil {
		return err
	}
	asked := catalog.PointCode(x.asked("point"))
	if i := slices.IndexFunc(points, func(p immediate.Point) bool { return p.Code == asked }); i >= 0 {
		v.Point, v.Of, points = string(asked), x.text(points[i].Name), points[i:i+1]
	}
	v.Self = kiosksPath + "?" + fields("unit", string(u.Code), "point", v.Point, "below", map[bool]string{true: "1"}[v.Below])
	v.Path = v.Self
	x.kioskSpots(&v, points)
	if err := x.kioskRows(&v, points); err != nil {
		return err
	}
	return x.show(status, "kiosks", v)
}

// kioskPoints are the points of an agency whose tablets the person may look after,
// shown to the public or not.
func (x *exchange) kioskPoints(code catalog.AgencyCode, below bool) ([]immediate.Point, error) {
	points, err := x.Direct.Points(immediate.PointFilter{Agency: code, Below: below})
	if err != nil && !missing(err) {
		return nil, err
	}
	return slices.DeleteFunc(points, func(p immediate.Point) bool { return !x.mayPrint(p) }), nil
}

func (x *exchange) kioskSpots(v *kiosksView, points []immediate.Point) {
	v.Many = len(points) > mostKioskSpot
	chosen := cmp.Or(x.posted("point"), v.Point)
	for _, p := range points[:min(len(points), mostKioskSpot)] {
		if visible(p.Status) {
			v.Spots = append(v.Spots, Option{string(p.Code), x.text(p.Name).Text, string(p.Code) == chosen})
		}
	}
}

func (x *exchange) kioskRows(v *kiosksView, points []immediate.Point) error {
	places, names := make([]rights.Scope, len(points)), map[catalog.PointCode]page.Words{}
	for i, p := range points {
		places[i], names[p.Code] = rights.Scope{Agency: p.Agency, Point: p.Code}, x.text(p.Name)
	}
	list, err := x.Kiosks.DevicesOf(x.ctx(), x.by(), places)
	if err != nil {
		return err
	}
	order := map[string]int{"silent": 0, "expired": 1, "waiting": 2, "working": 3, "revoked": 4}
	slices.SortStableFunc(list, func(a, b answers.Device) int { return order[x.kioskState(a)] - order[x.kioskState(b)] })
	for _, d := range list {
		if order[x.kioskState(d)] < 2 {
			v.Looks++
		}
	}
	at := x.offset(kiosksAtOnce)
	v.Pager = x.pager(at, kiosksAtOnce, len(list))
	for _, d := range list[min(at, len(list)):min(at+kiosksAtOnce, len(list))] {
		k := Kiosk{ID: d.ID, Name: x.said(d.Name), Point: names[d.Point], State: x.kioskState(d), Contact: x.moment(d.Contact), Pending: d.Pending, Sent: number(d.Taken), Made: x.day(d.Made)}
		if k.State == "waiting" {
			k.Until = x.day(d.CodeUntil)
		}
		if x.touchesAny() {
			k.URL = pointURL(d.Point)
		}
		v.Rows = append(v.Rows, k)
	}
	return nil
}

// kioskView shows the link with which a tablet registers, once.
type kioskView struct {
	Shell
	Name  page.Words
	Point page.Words
	Link  string
	Code  template.HTML // the link as a QR code
	Until Moment
	Back  string
	Trust string // where the certificate is handed out that the tablet needs first; ""
}

// showKioskCode shows a code that was just made.
func (x *exchange) showKioskCode(v answers.Device, code string) error {
	link := poster.Kiosk(x.kioskSite(), v.Point) + "#device=" + code
	picture, err := qr.SVG(link, x.t("kiosk.code.says", v.Name))
	if err != nil {
		return err
	}
	back := kiosksPath + "?" + fields("unit", string(v.Agency))
	name := page.Words{Text: string(v.Point)}
	if pt, _, err := x.kioskSpot(v.Agency, v.Point); err == nil {
		name = x.text(pt.Name)
	}
	out := kioskView{Shell: x.shell("kiosk", Link{back, x.t("menu.kiosks")}), Name: x.said(v.Name), Point: name, Link: link, Code: picture, Until: x.day(v.CodeUntil), Back: back}
	out.Path = back
	if x.Here != nil {
		if at := x.Here().Trust; len(at) > 0 {
			out.Trust = at[0]
		}
	}
	return x.show(http.StatusOK, "kiosk", out)
}

// kioskSpot is a point of an agency, and whether the person may look after its
// tablets.
func (x *exchange) kioskSpot(agency catalog.AgencyCode, code catalog.PointCode) (immediate.Point, bool, error) {
	points, err := x.Direct.Points(immediate.PointFilter{Agency: agency})
	if err != nil {
		return immediate.Point{}, false, err
	}
	i := slices.IndexFunc(points, func(p immediate.Point) bool { return p.Code == code })
	if i < 0 {
		return immediate.Point{}, false, notHere()
	}
	return points[i], x.mayPrint(points[i]), nil
}

// makeKiosk registers a tablet. Sent again, by a second click or by loading the
// page anew, it finds one of that name at the point and makes none.
func (x *exchange) makeKiosk() error {
	x.back = kiosksPath
	if err := x.form(); err != nil {
		return err
	}
	if err := x.kioskOffered(); err != nil {
		return err
	}
	code, err := catalog.ParsePointCode(x.posted("point"))
	if err != nil {
		return x.showKiosks(http.StatusBadRequest, Problem{"point", x.t("kiosks.point.empty")})
	}
	agency, _, ok := x.Satisfaction.Places.Point(code)
	if !ok {
		return rights.Refused()
	}
	name := x.posted("name")
	all, err := x.Kiosks.Devices(x.ctx(), x.by(), agency, code)
	if err != nil {
		return err
	}
	if slices.ContainsFunc(all, func(v answers.Device) bool { return v.Name == name && v.Revoked.IsZero() }) {
		return x.showKiosks(http.StatusConflict, Problem{"name", x.t("kiosks.name.taken")})
	}
	secret, v, err := x.Kiosks.NewDevice(x.ctx(), x.by(), agency, code, name)
	var told *fault.Error
	if errors.As(err, &told) && (errors.Is(err, fault.Invalid) || errors.Is(err, fault.Conflict)) {
		return x.showKiosks(statusOf(err), Problem{"name", told.What.In(string(x.lang)) + " " + told.Hint.In(string(x.lang))})
	}
	if err != nil {
		return err
	}
	return x.showKioskCode(v, secret)
}

// kiosk is the tablet that the address names. One that the person does not look
// after is not there.
func (x *exchange) kiosk() (answers.Device, error) {
	x.back = kiosksPath
	d, err := x.Kiosks.Device(x.ctx(), x.by(), x.r.PathValue("id"))
	if errors.Is(err, fault.Forbidden) {
		return d, fault.New(fault.NotFound, fault.Text{TH: "ไม่พบแท็บเล็ตเครื่องนี้", EN: "There is no such tablet"},
			fault.Text{TH: "กลับไปเลือกจากรายการแท็บเล็ต", EN: "Go back and choose from the list of tablets."})
	}
	return d, err
}

// renewKiosk gives a tablet another code.
func (x *exchange) renewKiosk() error {
	d, err := x.kiosk()
	if err == nil {
		err = x.kioskOffered()
	}
	if err != nil {
		return err
	}
	code, err := x.Kiosks.NewCode(x.ctx(), x.by(), d.ID)
	if err != nil {
		return err
	}
	v, err := x.kiosk()
	if err != nil {
		return err
	}
	return x.showKioskCode(v, code)
}

func (x *exchange) revokeKioskPage() error {
	d, err := x.kiosk()
	if err != nil {
		return err
	}
	back := kiosksPath + "?" + fields("unit", string(d.Agency))
	v := confirmView{
		Shell: x.shell("confirm", Link{back, x.t("menu.kiosks")}), What: x.said(d.Name), Which: x.unit(rights.Scope{Agency: d.Agency, Point: d.Point}),
		After:  []string{x.t("kiosk.revoke.1"), x.t("kiosk.revoke.2"), x.t("kiosk.revoke.3")},
		Action: kiosksPath + "/" + d.ID + "/revoke", Button: x.t("kiosk.revoke.do"), Cancel: back, Danger: true,
	}
	v.Title = x.t("kiosk.revoke.title")
	return x.show(http.StatusOK, "confirm", v)
}

// revokeKiosk revokes a tablet. One that was revoked already is no error.
func (x *exchange) revokeKiosk() error {
	d, err := x.kiosk()
	if err != nil {
		return err
	}
	if err := x.Kiosks.Revoke(x.ctx(), x.by(), d.ID); err != nil {
		return err
	}
	return x.done(kiosksPath+"?"+fields("unit", string(d.Agency)), "flash.kiosk", d.Name)
}
