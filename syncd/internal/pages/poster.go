package pages

import (
	"bytes"
	"errors"
	"io"
	"io/fs"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"khumue/internal/catalog"
	"khumue/internal/fault"
	"khumue/internal/gitrepo"
	"khumue/internal/page"
	"khumue/internal/poster"
	"khumue/internal/sheet"
	"khumue/syncd/internal/immediate"
	"khumue/syncd/internal/rights"
)

// posterView is where the poster of a point is chosen and taken away.
type posterView struct {
	Shell
	Point   page.Words
	Designs []Option
	Sizes   []Option
	Manuals []Option // "" for all; none where the point serves no manual
	Formats []poster.Format
	Self    string // address of this page
	Preview string // address of a picture of what is chosen
	Says    string // what the picture shows
	Address string // of the survey
	Kiosk   string // of the survey on a tablet
}

// maxPoster is how large a form with a logo may be, in bytes.
const maxPoster = sheet.MostBytes + maxForm

// posterForm reports whether a form that is sent to an address may bear a logo.
func posterForm(path string) bool {
	return strings.HasPrefix(path, "/points/") && strings.HasSuffix(path, "/poster/file") || path == "/structure/posters/file"
}

// pointToPrint is the point that an address names, for who may have its posters.
func (x *exchange) pointToPrint() (pt immediate.Point, err error) {
	x.back = "/structure/posters"
	code, err := catalog.ParsePointCode(x.r.PathValue("code"))
	if err != nil {
		return pt, noPoint()
	}
	at, err := x.Direct.File(string(code))
	if missing(err) {
		return pt, noPoint()
	}
	if err != nil {
		return pt, err
	}
	points, err := x.Direct.Points(immediate.PointFilter{Agency: at.Owner})
	if err != nil {
		return pt, err
	}
	i := slices.IndexFunc(points, func(p immediate.Point) bool { return p.Code == code })
	if i < 0 || !x.mayPrint(points[i]) {
		return pt, noPoint()
	}
	return points[i], nil
}

// mayPrint reports whether the person may have the posters of a point.
func (x *exchange) mayPrint(p immediate.Point) bool {
	return x.by().May(rights.SurveyPosters, x.pointTarget(p.Agency, p.Code)) == nil
}

func (x *exchange) posterPage() error { return x.showPoster(http.StatusOK) }

func (x *exchange) showPoster(status int, problems ...Problem) error {
	pt, err := x.pointToPrint()
	if err != nil {
		return err
	}
	style, err := poster.ParseStyle(x.posterField("design"), x.posterField("size"))
	if err != nil {
		style, _ = poster.ParseStyle("", "") // the usual
	}
	titles, err := x.titlesServed(pt)
	if err != nil {
		return err
	}
	v := posterView{
		Shell: x.posterShell("poster", pt.Agency), Point: x.text(pt.Name), Formats: poster.Formats(), Self: posterURL(pt.Code),
		Address: poster.Address(x.Site.String(), pt.Code, ""), Kiosk: poster.Kiosk(x.Site.String(), pt.Code),
	}
	v.Path, v.Problems = v.Self, problems
	v.Designs, v.Sizes = x.posterOptions(style)
	chosen := catalog.ManualID(x.posterField("manual"))
	if _, ok := titles[string(chosen)]; !ok {
		chosen = ""
	}
	for _, id := range pt.Manuals {
		if t, ok := titles[string(id)]; ok {
			v.Manuals = append(v.Manuals, Option{string(id), x.text(t).Text, id == chosen})
		}
	}
	q := url.Values{"design": {string(style.Design)}, "size": {string(style.Size)}, "format": {string(poster.SVG)}}
	if chosen != "" {
		q.Set("manual", string(chosen))
		v.Address = poster.Address(x.Site.String(), pt.Code, chosen)
	}
	v.Preview, v.Says = v.Self+"/file?"+q.Encode(), x.t("poster.preview.says", v.Point.Text)
	return x.show(status, "poster", v)
}

// posterShell is what stands around a page of posters.
func (x *exchange) posterShell(layout string, owner catalog.AgencyCode) Shell {
	up := Link{postersURL(owner), x.t("posters.title")}
	return x.shell(layout, up)
}

func posterURL(code catalog.PointCode) string { return pointURL(code) + "/poster" }

func postersURL(code catalog.AgencyCode) string { return "/structure/posters?unit=" + string(code) }

// titlesServed are the titles of the manuals that a point serves.
func (x *exchange) titlesServed(pt immediate.Point) (map[string]catalog.Text, error) {
	ids := make([]string, len(pt.Manuals))
	for i, id := range pt.Manuals {
		ids[i] = string(id)
	}
	return x.Direct.Titles(ids...)
}

// posterOptions are the designs and sizes, with what they are good for.
func (x *exchange) posterOptions(chosen poster.Style) (designs, sizes []Option) {
	for _, d := range poster.Designs() {
		designs = append(designs, Option{string(d), x.t("poster.design." + string(d)), d == chosen.Design})
	}
	for _, s := range poster.Sizes() {
		sizes = append(sizes, Option{string(s), x.t("poster.size." + string(s)), s == chosen.Size})
	}
	return designs, sizes
}

// posterFile answers with a poster: as a picture to look at, or to be saved. With
// POST a logo may come along, which is kept nowhere.
func (x *exchange) posterFile() error {
	pt, err := x.pointToPrint()
	if err != nil {
		return err
	}
	x.back = posterURL(pt.Code)
	if err := x.posterFields(); err != nil {
		return err
	}
	style, format, err := x.posterChosen()
	if err != nil {
		return err
	}
	logo, problem := x.logo()
	if problem != "" {
		return x.showPoster(http.StatusBadRequest, Problem{"logo", problem})
	}
	p, err := x.posterOf(pt, logo)
	if err != nil {
		return err
	}
	if id := catalog.ManualID(x.posterField("manual")); id != "" {
		titles, err := x.titlesServed(pt)
		if err != nil {
			return err
		}
		title, ok := titles[string(id)]
		if !ok {
			return notHere()
		}
		p = withManual(p, x.Site.String(), id, title)
	}
	done, err := x.press()
	if err != nil {
		return err
	}
	defer done()
	var b bytes.Buffer
	if err := p.Write(&b, style, format); err != nil {
		return err
	}
	x.saveAs(p.FileName(style, format), format.MediaType())
	x.w.Header().Set("Content-Length", strconv.Itoa(b.Len()))
	if _, err := x.w.Write(b.Bytes()); err != nil {
		return errGone
	}
	return nil
}

// posterOf is the poster of a point for all that is served there.
func (x *exchange) posterOf(pt immediate.Point, logo *sheet.Image) (poster.Poster, error) {
	set, err := x.questionSet()
	p := poster.Poster{
		Code: pt.Code, Point: pt.Name, Logo: logo, Set: set, Address: poster.Address(x.Site.String(), pt.Code, ""),
		Agency: catalog.Text{TH: string(pt.Agency)},
	}
	if a, ok := x.Structure.Agency(pt.Agency); ok {
		p.Agency = a.Name
	}
	return p, err
}

func withManual(p poster.Poster, site string, id catalog.ManualID, title catalog.Text) poster.Poster {
	p.Manual, p.Title, p.Address = id, title, poster.Address(site, p.Code, id)
	return p
}

// questionSet is the question set that citizens are asked now: the one of the
// highest number. "" when there is none.
func (x *exchange) questionSet() (string, error) {
	repo := x.Direct.Ledger.Repo
	_, main, err := repo.Resolve(gitrepo.Main)
	if err != nil {
		return "", err
	}
	files, err := fs.ReadDir(repo.FS(main.Tree), "surveys")
	if errors.Is(err, fs.ErrNotExist) {
		return "", nil
	}
	now, highest := "", -1
	for _, f := range files {
		name, _ := strings.CutSuffix(f.Name(), ".yaml")
		number, ok := strings.CutPrefix(name, "satisfaction-")
		if n, err := strconv.Atoi(number); ok && err == nil && n > highest {
			now, highest = name, n
		}
	}
	return now, err
}

// posterFields reads what was sent, with a logo or without.
func (x *exchange) posterFields() error {
	if x.r.Method != http.MethodPost {
		return nil
	}
	err := x.r.ParseMultipartForm(maxPoster)
	if errors.Is(err, http.ErrNotMultipart) {
		err = x.form()
	}
	var large *http.MaxBytesError
	if err != nil && !errors.As(err, &large) {
		return badForm(err)
	}
	return err
}

// posterField is a field of the form of a poster, however it was sent.
func (x *exchange) posterField(name string) string {
	if x.r.Method == http.MethodPost {
		return x.posted(name)
	}
	return x.asked(name)
}

func (x *exchange) posterChosen() (poster.Style, poster.Format, error) {
	style, err := poster.ParseStyle(x.posterField("design"), x.posterField("size"))
	if err != nil {
		return style, "", err
	}
	format, err := poster.ParseFormat(x.posterField("format"))
	return style, format, err
}

// logo is the picture that came with a form; nil when none did.
func (x *exchange) logo() (m *sheet.Image, problem string) {
	if x.r.MultipartForm == nil || len(x.r.MultipartForm.File["logo"]) == 0 {
		return nil, ""
	}
	f, err := x.r.MultipartForm.File["logo"][0].Open()
	if err != nil {
		return nil, x.t("poster.logo.unread")
	}
	defer f.Close() // nothing was written to it
	data, err := io.ReadAll(io.LimitReader(f, sheet.MostBytes+1))
	if err != nil {
		return nil, x.t("poster.logo.unread")
	}
	if len(data) == 0 { // a field that was left empty
		return nil, ""
	}
	m, err = sheet.ReadImage(data)
	var told *fault.Error
	if errors.As(err, &told) {
		return nil, told.What.In(string(x.lang)) + " " + told.Hint.In(string(x.lang))
	}
	return m, ""
}

// saveAs says that the answer is a file to be saved under a name of letters,
// digits, hyphens and dots.
func (x *exchange) saveAs(name, mediaType string) {
	x.guard()
	h := x.w.Header()
	h.Set("Content-Type", mediaType)
	h.Set("Content-Disposition", `attachment; filename="`+name+`"`)
}

// presses is how many files of posters are made at a time.
const presses = 4

// press takes one of the presses, until done is called. Where all are at work the
// person is asked to come again.
func (x *exchange) press() (done func(), err error) {
	if x.printing.Add(1) > presses {
		x.printing.Add(-1)
		x.w.Header().Set("Retry-After", "10")
		return nil, fault.New(fault.Unavailable, fault.Text{TH: "มีผู้อื่นกำลังทำโปสเตอร์อยู่หลายชุด", EN: "Several others are making posters right now"},
			fault.Text{TH: "ลองอีกครั้งใน 10 วินาที", EN: "Try again in 10 seconds."})
	}
	return func() { x.printing.Add(-1) }, nil
}
