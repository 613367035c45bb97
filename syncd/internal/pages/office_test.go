package pages

import (
	"bytes"
	"context"
	"crypto/rand"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/html"

	"khumue/internal/catalog"
	"khumue/internal/fault"
	"khumue/syncd/internal/immediate"
	"khumue/syncd/internal/intake"
	"khumue/syncd/internal/licences"
	"khumue/syncd/internal/manuals"
	"khumue/syncd/internal/misses"
	"khumue/syncd/internal/rights"
	"khumue/syncd/internal/staff"
)

// state is a small state: a ministry with two departments, one of which has an
// office below it and service points.
type state struct {
	agencies map[catalog.AgencyCode]*catalog.Agency
	points   map[catalog.AgencyCode][]*catalog.Point
}

func newState() *state {
	s := &state{map[catalog.AgencyCode]*catalog.Agency{}, map[catalog.AgencyCode][]*catalog.Point{}}
	for _, a := range []struct{ code, parent, th, en string }{
		{"mot", "", "กระทรวงคมนาคม", "Ministry of Transport"},
		{"dlt", "mot", "กรมการขนส่งทางบก", "Department of Land Transport"},
		{"dlt-cmi", "dlt", "สำนักงานขนส่งจังหวัดเชียงใหม่", "Chiang Mai Provincial Land Transport Office"},
		{"doh", "mot", "กรมทางหลวง", ""},
		{"moph", "", "กระทรวงสาธารณสุข", "Ministry of Public Health"},
		{"long", "moph", "สำนักงานคณะกรรมการส่งเสริมสวัสดิการและสวัสดิภาพครูและบุคลากรทางการศึกษาประจำจังหวัดพระนครศรีอยุธยาและกลุ่มจังหวัดภาคกลางตอนบน", ""},
	} {
		s.agencies[catalog.AgencyCode(a.code)] = &catalog.Agency{Code: catalog.AgencyCode(a.code), Parent: catalog.AgencyCode(a.parent), Name: catalog.Text{TH: a.th, EN: a.en}}
	}
	for i := range 60 {
		s.points["dlt"] = append(s.points["dlt"], &catalog.Point{Code: catalog.PointCode(fmt.Sprintf("dlt-p%02d", i)), Name: catalog.Text{TH: fmt.Sprintf("สำนักงานขนส่งกรุงเทพมหานครพื้นที่ %d", i+1)}})
	}
	return s
}

func (s *state) Agency(c catalog.AgencyCode) (*catalog.Agency, bool) {
	a, ok := s.agencies[c]
	return a, ok
}

func (s *state) Children(c catalog.AgencyCode) (list []*catalog.Agency) {
	for _, a := range s.agencies {
		if a.Parent == c {
			list = append(list, a)
		}
	}
	slices.SortFunc(list, func(a, b *catalog.Agency) int { return strings.Compare(a.Name.TH, b.Name.TH) })
	return list
}

func (s *state) Points(c catalog.AgencyCode) []*catalog.Point { return s.points[c] }

func (s *state) Find(text string, most int, may func(catalog.AgencyCode) bool) (found []*catalog.Agency) {
	for _, c := range slices.Sorted(func(yield func(catalog.AgencyCode) bool) {
		for c := range s.agencies {
			if !yield(c) {
				return
			}
		}
	}) {
		a := s.agencies[c]
		if may(c) && len(found) < most && strings.Contains(strings.ToLower(a.Name.TH+"\n"+a.Name.EN+"\n"+string(c)), strings.ToLower(text)) {
			found = append(found, a)
		}
	}
	return found
}

func (s *state) Target(c catalog.AgencyCode, p catalog.PointCode) (rights.Target, error) {
	if _, ok := s.agencies[c]; !ok {
		return rights.Target{}, absent()
	}
	if p != "" && !slices.ContainsFunc(s.points[c], func(pt *catalog.Point) bool { return pt.Code == p }) {
		return rights.Target{}, absent()
	}
	t := rights.Target{Point: p}
	for ; c != ""; c = s.agencies[c].Parent {
		t.Chain = append(t.Chain, c)
	}
	return t, nil
}

func (s *state) Folder(c catalog.AgencyCode) (string, bool) {
	t, err := s.Target(c, "")
	folder := "agencies"
	for _, a := range slices.Backward(t.Chain) {
		folder += "/" + string(a)
	}
	return folder, err == nil
}

func (s *state) Below(c catalog.AgencyCode) []catalog.AgencyCode {
	below := []catalog.AgencyCode{c}
	for code, a := range s.agencies {
		if a.Parent == c {
			below = append(below, s.Below(code)...)
		}
	}
	return below
}

// desk is a provider that recognises whom a test says, by rules of its own: the
// code is the subject, and state, nonce and verifier have to come back.
type provider struct {
	name string
	down error
	who  staff.Identity
}

func (p *provider) Name() string { return p.name }
func (p *provider) Label() fault.Text {
	return fault.Text{TH: "บัญชีตัวอย่าง", EN: "Sample ID"}
}
func (p *provider) Begin(_ context.Context, redirect string) (string, Pending, error) {
	if p.down != nil {
		return "", Pending{}, p.down
	}
	s := Pending{rand.Text(), rand.Text(), rand.Text()}
	return "https://id.example/authorize?" + url.Values{"state": {s.State}, "redirect_uri": {redirect}}.Encode(), s, nil
}

func (p *provider) Finish(_ context.Context, _ string, s Pending, back url.Values) (Arrived, error) {
	if back.Get("state") != s.State || back.Get("code") == "" {
		return Arrived{}, fault.New(fault.Forbidden, fault.Text{TH: "เข้าไม่ได้", EN: "refused"}).Because(io.ErrUnexpectedEOF)
	}
	who := p.who
	who.Issuer, who.Subject = "https://id.example", back.Get("code")
	return Arrived{who, "hint"}, nil
}

func (p *provider) LogoutURL(hint, back string) string {
	return "https://id.example/logout?" + url.Values{"hint": {hint}, "back": {back}}.Encode()
}
func (p *provider) RegisterURL() string      { return "https://id.example/register" }
func (p *provider) Origins() []string        { return []string{"https://id.example"} }
func (p *provider) Up(context.Context) error { return p.down }

// office is a back office in memory whose clock stands still.
type office struct {
	t       testing.TB
	store   *store
	desk    *staff.Desk
	manuals *manuals.Desk
	direct  *immediate.Desk
	builds  *builds
	state   *state
	id      *provider
	at      time.Time
	log     *bytes.Buffer
	imports *intake.Room
	news    []licences.News // what people were told of licence reports
	pages   *Pages
	handler http.Handler
}

const host = "https://admin.example"

func open(t testing.TB, change ...func(*Config)) *office {
	t.Helper()
	o := &office{t: t, store: newStore(t), state: newState(), id: &provider{name: "dga"}, at: time.Date(2026, 11, 22, 3, 42, 0, 0, time.UTC), log: &bytes.Buffer{}}
	now := func() time.Time { return o.at }
	o.builds = &builds{office: o}
	o.desk = &staff.Desk{Store: o.store, Structure: o.state, Now: now, Random: rand.Reader, Limits: staff.Usual()}
	o.manuals = o.library()
	o.direct = &immediate.Desk{Ledger: o.manuals.Ledger, Record: o.store.record, Now: now, Random: rand.Reader, Log: o.logger()}
	o.imports = o.intake()
	address, _ := url.Parse(host)
	site, _ := url.Parse("https://site.example/")
	c := Config{
		Desk: o.desk, Manuals: o.manuals, Direct: o.direct, Misses: &misses.Desk{Store: o.store.missing, Least: 3, Now: now}, Imports: o.imports, Moves: o.moves(now), Providers: []Provider{o.id}, Structure: o.state, Address: address, Site: site, Name: fault.Text{TH: "ศูนย์รวมคู่มือประชาชน", EN: "Citizen manuals"},
		Contact: Contact{fault.Text{TH: "ศูนย์บริการลูกค้า สพร.", EN: "DGA Contact Center"}, "02 612 6060", "contact@dga.or.th", fault.Text{TH: "ทุกวัน ตลอด 24 ชั่วโมง", EN: "Every day, day and night"}},
		Log:     o.logger(), Now: now,
	}
	c.Satisfaction, c.Targets = o.reports(), o.state
	c.Kiosks = o.kiosks(now)
	c.Offices, c.Enrolment = o.machines(now)
	c.Sticks = o.sticks(c.Offices)
	c.Licences = o.reportsOfLicences(now)
	c.Late = o.late(now)
	c.Summary = o.summaries(c.Licences, now)
	for _, f := range change {
		f(&c)
	}
	var err error
	if o.pages, err = New(c); err != nil {
		t.Fatal(err)
	}
	o.handler = o.pages.Handler()
	return o
}

func (o *office) logger() *slog.Logger { return slog.New(slog.NewJSONHandler(o.log, nil)) }

// officer is a person who is signed in.
type officer struct {
	id      catalog.OfficerID
	secret  string
	cookies []*http.Cookie
	grants  []string // ids
}

// hire signs a new person in and gives it roles.
func (o *office) hire(name string, grants ...rights.Grant) *officer {
	o.t.Helper()
	p := &officer{}
	var err error
	p.secret, err = o.desk.SignIn(o.t.Context(), staff.Arrival{Identity: staff.Identity{Issuer: "https://id.example", Subject: rand.Text(), Name: name, Email: "o" + rand.Text()[:6] + "@example.go.th", EmailVerified: true}, State: rand.Text(), Via: "dga", Device: "Chrome, Windows"})
	if err != nil {
		o.t.Fatal(err)
	}
	v, _, err := o.desk.Recognise(o.t.Context(), p.secret)
	if err != nil {
		o.t.Fatal(err)
	}
	p.id = v.User.ID
	for _, g := range grants {
		p.grants = append(p.grants, o.give(p, g))
	}
	return p
}

// give has a person redeem a token that the console made.
func (o *office) give(p *officer, g rights.Grant) string {
	o.t.Helper()
	secret, _, err := o.desk.Issue(o.t.Context(), staff.Console, g)
	if err != nil {
		o.t.Fatal(err)
	}
	v, _, err := o.desk.Recognise(o.t.Context(), p.secret)
	if err != nil {
		o.t.Fatal(err)
	}
	got, err := o.desk.Redeem(o.t.Context(), v.By("test"), secret)
	if err != nil {
		o.t.Fatal(err)
	}
	return got.ID
}

func grant(role catalog.Role, agency catalog.AgencyCode, point ...catalog.PointCode) rights.Grant {
	g := rights.Grant{Role: role, Scope: rights.Scope{Agency: agency}}
	if len(point) > 0 {
		g.Scope.Point = point[0]
	}
	return g
}

// answer is what came back, read as a page.
type answer struct {
	*http.Response
	text string // of the page, blanks folded
	body string
	page *html.Node
}

// fetch sends a request, as a browser on a page of the back office does.
func (o *office) fetch(p *officer, method, path string, form url.Values, change ...func(*http.Request)) *http.Response {
	o.t.Helper()
	var body io.Reader
	if form != nil {
		body = strings.NewReader(form.Encode())
	}
	r := httptest.NewRequestWithContext(o.t.Context(), method, host+path, body)
	if form != nil {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	if method == http.MethodPost {
		r.Header.Set("Origin", host)
		r.Header.Set("Sec-Fetch-Site", "same-origin")
	}
	if p != nil {
		if p.secret != "" {
			r.AddCookie(&http.Cookie{Name: "__Host-khumue", Value: p.secret})
		}
		for _, c := range p.cookies {
			r.AddCookie(c)
		}
	}
	for _, f := range change {
		f(r)
	}
	w := httptest.NewRecorder()
	o.handler.ServeHTTP(w, r)
	return w.Result()
}

// ask sends a request and reads what comes back.
func (o *office) ask(p *officer, method, path string, form url.Values, change ...func(*http.Request)) answer {
	o.t.Helper()
	res := o.fetch(p, method, path, form, change...)
	raw, err := io.ReadAll(res.Body)
	if err != nil {
		o.t.Fatal(err)
	}
	page, err := html.Parse(bytes.NewReader(readable(res, raw)))
	if err != nil {
		o.t.Fatal(err)
	}
	return answer{res, fold(page), string(raw), page}
}

func (o *office) get(p *officer, path string) answer {
	o.t.Helper()
	return o.ask(p, http.MethodGet, path, nil)
}

// post sends a form, and keeps the cookies that come back.
func (o *office) post(p *officer, path string, fields ...string) answer {
	o.t.Helper()
	form := url.Values{}
	for i := 0; i < len(fields); i += 2 {
		form.Set(fields[i], fields[i+1])
	}
	a := o.ask(p, http.MethodPost, path, form)
	if p != nil {
		p.keep(a)
	}
	return a
}

// keep keeps the cookies of an answer, as a browser does.
func (p *officer) keep(a answer) {
	for _, c := range a.Cookies() {
		if c.Name == "__Host-khumue" {
			p.secret = c.Value
			continue
		}
		p.cookies = slices.DeleteFunc(p.cookies, func(old *http.Cookie) bool { return old.Name == c.Name })
		if c.MaxAge >= 0 {
			p.cookies = append(p.cookies, c)
		}
	}
}

// fold is the text of a page as a person reads it.
func fold(n *html.Node) string {
	var b strings.Builder
	var walk func(*html.Node)
	walk = func(n *html.Node) {
		if n.Type == html.TextNode {
			b.WriteString(n.Data + " ")
		}
		for c := n.FirstChild; c != nil; c = c.NextSibling {
			walk(c)
		}
	}
	walk(n)
	return strings.Join(strings.Fields(b.String()), " ")
}

// all are the elements of a name of which a test of attributes holds.
func (a answer) all(name string, holds func(attr func(string) string) bool) (found []*html.Node) {
	var walk func(*html.Node)
	walk = func(n *html.Node) {
		if n.Type == html.ElementNode && n.Data == name && holds(func(key string) string { return attr(n, key) }) {
			found = append(found, n)
		}
		for c := n.FirstChild; c != nil; c = c.NextSibling {
			walk(c)
		}
	}
	walk(a.page)
	return found
}

func attr(n *html.Node, key string) string {
	for _, at := range n.Attr {
		if at.Key == key {
			return at.Val
		}
	}
	return ""
}

// input is the value of a field by its name.
func (a answer) input(name string) string {
	found := a.all("input", func(attr func(string) string) bool { return attr("name") == name })
	if len(found) == 0 {
		return ""
	}
	return attr(found[0], "value")
}

// links reports whether the page leads to an address.
func (a answer) links(to string) bool {
	return len(a.all("a", func(attr func(string) string) bool { return attr("href") == to })) > 0
}

// want fails unless the answer has a status and says all the words.
func (a answer) want(t testing.TB, status int, words ...string) {
	t.Helper()
	if a.StatusCode != status {
		t.Fatalf("got status %d, want %d: %.300s", a.StatusCode, status, a.text)
	}
	for _, w := range words {
		if !strings.Contains(a.text, w) {
			t.Errorf("the page does not say %q: %s", w, a.text)
		}
	}
}

// wantNot fails when the answer says one of the words.
func (a answer) wantNot(t testing.TB, words ...string) {
	t.Helper()
	for _, w := range words {
		if strings.Contains(a.body, w) {
			t.Errorf("the page says %q", w)
		}
	}
}

// wantLed fails unless the answer leads on to an address.
func (a answer) wantLed(t testing.TB, to string) {
	t.Helper()
	if got := a.Header.Get("Location"); a.StatusCode != http.StatusSeeOther || got != to {
		t.Fatalf("got %d to %q, want 303 to %q: %.300s", a.StatusCode, got, to, a.text)
	}
}
