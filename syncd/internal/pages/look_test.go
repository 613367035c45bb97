package pages

import (
	"flag"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"khumue/internal/catalog"
	"khumue/internal/testkit"
	"khumue/syncd/internal/rights"
	"khumue/syncd/internal/staff"
)

var (
	browser     testkit.Browser
	only        = flag.String("scenes", "", "names of the pages that are looked at, with commas between; all unless given")
	screenshots = flag.String("screenshots", "", "folder for pictures of every page; none are taken unless given")
)

func TestMain(m *testing.M) {
	flag.Parse()
	if *only != "" {
		names := strings.Split(*only, ",")
		scenes = slices.DeleteFunc(scenes, func(c scene) bool { return !slices.Contains(names, c.name) })
	}
	code := m.Run()
	browser.Close()
	swept()
	os.Exit(code)
}

// scene is a page as somebody sees it.
type scene struct {
	name, path string
	as         string // dga, central, author, new or nobody
}

var scenes = append([]scene{
	{"signin", "/signin?next=/users", "nobody"}, {"signed-out", "/signed-out", "nobody"}, {"help", "/help", "nobody"}, {"not-found", "/no-such-page", "nobody"},
	{"redeem", "/token", "new"}, {"home-dga", "/", "dga"}, {"home-central", "/", "central"}, {"home-author", "/", "author"}, {"me", "/me", "central"},
	{"programs", "/me/programs", "author"}, {"programs-none", "/me/programs", "dga"},
	{"forbidden", "/users", "author"},
	{"tokens-country", "/tokens", "dga"}, {"tokens", "/tokens", "central"}, {"tokens-choices", "/tokens?unit=%E0%B8%81%E0%B8%A3%E0%B8%B0%E0%B8%97%E0%B8%A3%E0%B8%A7%E0%B8%87", "dga"},
	{"tokens-long", "/tokens?unit=long", "dga"}, {"refresh", "/tokens/refresh?agency=dlt&role=reviewer", "central"}, {"revoke", "/tokens/revoke?agency=dlt&role=reviewer", "central"},
	{"users", "/users", "dga"}, {"users-none", "/users?q=none", "dga"}, {"users-wrong", "/users?unit=nothing", "dga"},
	{"user", "/users/{id}", "dga"}, {"role", "/users/{id}/grants/{grant}", "central"}, {"remove", "/users/{id}/grants/{grant}/remove", "central"}, {"disable", "/users/{id}/disable", "dga"},
	{"access", "/access", "dga"}, {"access-wrong", "/access?on=32/13/2569", "central"}, {"trail", "/trail", "dga"}, {"notices", "/notices", "central"}, {"notices-none", "/notices", "dga"}, {"delegation", "/me/delegation", "central"}, {"delegation-none", "/me/delegation", "dga"},
	{"trail-none", "/trail?from=1/1/2500&to=2/1/2500", "dga"},
}, slices.Concat(structureScenes, thingScenes, portalScenes, importScenes, posterScenes, satisfactionScenes, kioskScenes, commentScenes, lateScenes, readingScenes, licenceScenes, summaryScenes, machineScenes, syncScenes, hereScenes, stickScenes)...)

// stage is a back office on loopback with a busy agency, and who acts in it.
type stage struct {
	*office
	server *testkit.Server
	people map[string]*officer
	hide   *strings.Replacer

	answered sync.Once
}

// set prepares the stage. Tabs are signed in by /as/{name}, and leave by
// /as/nobody.
func set(t *testing.T) *stage {
	t.Helper()
	s := &stage{people: map[string]*officer{}}
	var handler http.Handler
	s.server = testkit.Serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { handler.ServeHTTP(w, r) }))
	address, err := url.Parse(s.server.URL)
	if err != nil {
		t.Fatal(err)
	}
	var made Config
	s.office = open(t, func(c *Config) { c.Address, c.Demo, c.Mails = address, true, true; made = *c })
	s.fill()
	doors := http.NewServeMux()
	doors.HandleFunc("/as/{who}", func(w http.ResponseWriter, r *http.Request) {
		c := &http.Cookie{Name: "khumue", Path: "/", HttpOnly: true, MaxAge: -1}
		if p := s.people[r.PathValue("who")]; p != nil {
			c.Value, c.MaxAge = p.secret, 0
		}
		http.SetCookie(w, c)
		http.SetCookie(w, &http.Cookie{Name: "lang", Value: r.FormValue("lang"), Path: "/"})
		http.Redirect(w, r, r.FormValue("to"), http.StatusSeeOther)
	})
	n := sends(s.office)
	sticks := n.parcel(made.Sticks.Box)
	node := s.fillOutbox(n, sticks, made) // of an office
	doors.Handle("/sync", node)
	doors.Handle("/sync/", node)
	doors.Handle("/brought", s.bringsOne(n, sticks, made.Sticks))
	doors.Handle("/kiosks", s.fillHere(made, s.pages.Handler()))
	doors.Handle("/", s.pages.Handler())
	handler = doors
	return s
}

// fill peoples the stage.
func (s *stage) fill() {
	hour := func(n int) { s.at = s.at.Add(time.Duration(n) * time.Hour) }
	console := func(g ...string) {
		if _, _, err := s.desk.Issue(s.t.Context(), staffConsole, grant(catalog.Role(g[0]), catalog.AgencyCode(g[1]), catalog.PointCode(strings.Join(g[2:], "")))); err != nil {
			s.t.Fatal(err)
		}
	}
	console("reviewer", "dlt")
	console("point", "dlt", "dlt-p01")
	hour(24 * 25)
	for i, name := range []string{"กนกวรรณ ศรีสุวรรณ", "ธนวัฒน์ อินทรประเสริฐกุล", "Khwanjai na Ayudhya", "พิมพ์มาดา เจริญวัฒนาพาณิชย์สกุลรุ่งเรืองทรัพย์", "วีระ ใจมั่น"} {
		s.hire(name, grant(catalog.RolePoint, "dlt", catalog.PointCode(fmt.Sprintf("dlt-p%02d", i+2))))
		hour(1)
	}
	for i := range 30 {
		s.hire(fmt.Sprintf("เจ้าหน้าที่ทดสอบ คนที่ %d", i+1), grant(catalog.RoleAuthor, "doh"))
	}
	moved := s.hire("สมชาย รักชาติ", grant(catalog.RoleAuthor, "dlt"), grant(catalog.RoleReviewer, "long"), grant(catalog.RoleCentral, "long"))
	g, err := s.desk.ChangeRole(s.t.Context(), staffConsole, moved.id, moved.grants[0], catalog.RoleReviewer)
	if err != nil {
		s.t.Fatal(err)
	}
	hour(1)
	s.people["dga"] = s.hire("วิภาดา ผู้ดูแลระบบ", grant(catalog.RoleDGA, ""))
	s.people["central"] = s.hire("ประภาพรรณ ตั้งเจริญ", grant(catalog.RoleCentral, "dlt"), grant(catalog.RoleReviewer, "long"))
	s.people["author"] = s.hire("อารี สุขสันต์", grant(catalog.RoleAuthor, "long"))
	for _, name := range []string{"โน้ตบุ๊กที่ทำงาน", "เครื่องที่บ้าน ซึ่งใช้ร่วมกับผู้อื่นในบางวันเพื่อแก้คู่มือฉบับยาวมาก", "old build server"} {
		who := staff.Acting{Officer: rights.Officer{ID: s.people["author"].id}}
		_, made, err := s.desk.NewAccess(s.t.Context(), who, name, staff.Permits, 90*24*time.Hour)
		if err == nil && name == "old build server" {
			err = s.desk.EndAccess(s.t.Context(), who, made.ID)
		}
		if err != nil {
			s.t.Fatal(err)
		}
	}
	s.people["new"] = s.hire("สมหญิง ใจดี")
	s.fillPortal()
	s.again(s.people["central"])
	s.told()
	if err := s.desk.Remove(s.t.Context(), staffConsole, moved.id, moved.grants[2]); err != nil {
		s.t.Fatal(err)
	}
	names := append(append(s.fillManuals(), s.fillImports()...), "{id}", string(moved.id), "{grant}", g.ID)
	s.fillKiosks()
	s.fillComments()
	s.hide = strings.NewReplacer(append(names, s.fillDelays()...)...)
	s.fillLicences()
	s.fillMachines(s.people["central"].id)
}

// show shows a scene in a tab.
func (s *stage) show(tab *testkit.Tab, c scene, lang string) {
	if strings.HasPrefix(c.path, "/satisfaction") {
		s.answered.Do(s.fillAnswers)
	}
	tab.Go("/as/" + c.as + "?" + url.Values{"lang": {lang}, "to": {s.hide.Replace(c.path)}}.Encode())
}

// refusals are what a browser says of the pages of errors.
const refusals = "Failed to load resource"

func TestAxeFindsNothing(t *testing.T) {
	s := set(t)
	for _, lang := range []string{"th", "en"} {
		view := testkit.View{Width: 360, Height: 780}
		var tab *testkit.Tab
		for i, c := range scenes {
			if i%20 == 0 { // a tab has its time, too short for all on a busy machine
				tab = browser.Open(t, s.server, view)
				tab.Allow(refusals)
			}
			view.Scheme = "light"
			tab.View(view)
			s.show(tab, c, lang)
			tab.Text(`document.querySelectorAll("main details:not(.frames)").forEach((d) => { d.open = true })`)
			for _, v := range tab.Axe() {
				t.Errorf("%s, %s: %v", c.name, lang, v)
			}
			if lang != "th" {
				continue // colours are those of the other language
			}
			for _, scheme := range []string{"dark", "contrast", "chosen"} {
				if view.Scheme = scheme; scheme == "chosen" {
					view.Scheme = "light"
					tab.Text(`document.documentElement.dataset.scheme = "contrast"`)
				}
				tab.View(view)
				for _, v := range tab.Axe("color-contrast", "link-in-text-block") {
					t.Errorf("%s, %s, %s: %v", c.name, lang, scheme, v)
				}
			}
		}
	}
}

func TestNothingStandsOutSideways(t *testing.T) {
	const wide = `document.scrollingElement.scrollWidth > innerWidth && Array.from(document.querySelectorAll("body *"))
		.filter((e) => e.getBoundingClientRect().right > innerWidth + 1).slice(0, 3).map((e) => e.tagName + "." + e.className).join(", ")`
	s := set(t)
	tab := browser.Open(t, s.server, testkit.View{Width: 320, Height: 640})
	tab.Allow(refusals)
	for _, c := range scenes {
		s.show(tab, c, "th")
		for _, width := range []int64{800, 320} {
			tab.View(testkit.View{Width: width, Height: 640})
			if got := tab.Text(wide); got != "false" {
				t.Errorf("%s is wider than %d px: %s", c.name, width, got)
			}
		}
	}
}

func TestATokenIsMadeByKeyboardAndByHandWithoutScripts(t *testing.T) {
	for _, noScript := range []bool{false, true} {
		s := set(t)
		tab := browser.Open(t, s.server, testkit.View{NoScript: noScript, Before: `Object.defineProperty(navigator, "clipboard", {value: {writeText: async (text) => { window.copied = text }}})`})
		tab.Allow(refusals)
		s.show(tab, scene{path: "/tokens", as: "dga"}, "th")
		tab.Type("#unit", "ขนส่งทางบก")
		if !noScript {
			tab.Until(`document.querySelector("[role=option]")`)
			tab.Press(testkit.Down)
		}
		tab.Press(testkit.Enter)
		tab.Until(`document.querySelector("#unit-name")?.textContent === "กรมการขนส่งทางบก"`)
		tab.Click(`form[action="/tokens/issue"]:has([name=role][value=author]) button`)
		tab.Until(`document.querySelector("#secret")`)
		secret := tab.Text(`document.querySelector("#secret").textContent.trim()`)
		if len(secret) != 34 {
			t.Errorf("got the secret %q", secret)
		}
		if !noScript {
			tab.Click("[data-copy]")
			tab.Until(`document.querySelector("[data-copied]").textContent === "คัดลอกแล้ว"`)
			if got := tab.Text("window.copied"); got != secret {
				t.Errorf("copied %q, want %q", got, secret)
			}
		}
		tab.Reload()
		if got := tab.Text(`document.querySelector("#secret")`); got != "null" {
			t.Error("loading the page anew shows a secret")
		}
	}
}

func TestTheMenuOpensOnATelephone(t *testing.T) {
	s := set(t)
	for _, noScript := range []bool{false, true} {
		tab := browser.Open(t, s.server, testkit.View{Width: 360, Height: 780, NoScript: noScript})
		s.show(tab, scenes[6], "th")
		const shown = `document.querySelector("#menu").checkVisibility()`
		if testkit.Value[bool](tab, shown) {
			t.Error("the menu is open from the beginning")
		}
		tab.Click(".bar-menu")
		tab.Until(shown)
		tab.Press(testkit.Escape)
		tab.Until("!" + shown)
	}
}

func TestScreenshots(t *testing.T) {
	if *screenshots == "" {
		return
	}
	s := set(t)
	tab := browser.Open(t, s.server, testkit.View{})
	tab.Allow(refusals)
	for _, v := range []struct {
		lang, scheme string
		width        int64
	}{{"th", "light", 360}, {"th", "light", 1280}, {"en", "dark", 360}, {"en", "light", 1280}, {"th", "dark", 1280}, {"th", "light", 768}, {"th", "contrast", 360}} {
		tab.View(testkit.View{Width: v.width, Height: 800, Scheme: v.scheme})
		all := scenes
		if *only == "" {
			all = append(slices.Clone(scenes), scene{"issued", "", "central"}, scene{"program", "", "author"})
		}
		for _, c := range all {
			if c.name == "program" {
				s.show(tab, scene{path: "/me/programs", as: "author"}, v.lang)
				tab.Type("#name", fmt.Sprint("git ", v.lang, v.scheme, v.width))
				tab.Click(`form[action="/me/programs"] .button`)
				tab.Until(`document.querySelector("#secret")`)
			} else if c.path == "" {
				s.show(tab, scene{path: "/tokens/refresh?agency=dlt&role=reviewer", as: "central"}, v.lang)
				tab.Click("#confirm button")
				tab.Until(`document.querySelector("#secret")`)
			} else {
				s.show(tab, c, v.lang)
			}
			if c.name == "issued" && v.lang == "th" && v.width == 768 {
				c.name = "paper"
				tab.Text(`[...document.styleSheets[0].cssRules].filter((r) => r.media?.mediaText === "print").forEach((r) => { r.media.mediaText = "all" })`)
			}
			name := fmt.Sprintf("%s-%s-%s-%d.png", c.name, v.lang, v.scheme, v.width)
			if err := os.WriteFile(filepath.Join(*screenshots, name), tab.Picture(), 0o600); err != nil {
				t.Fatal(err)
			}
		}
	}
}

// BenchmarkPageView is a page for somebody who is signed in.
func BenchmarkPageView(b *testing.B) {
	o := open(b)
	p := o.hire("กลาง", grant(catalog.RoleCentral, "dlt"))
	for i := range 30 {
		o.hire(fmt.Sprint("คน ", i), grant(catalog.RoleAuthor, "dlt"))
	}
	for name, path := range map[string]string{"me": "/me", "users": "/users", "home": "/"} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				r := httptest.NewRequestWithContext(b.Context(), http.MethodGet, host+path, nil)
				r.AddCookie(&http.Cookie{Name: "__Host-khumue", Value: p.secret})
				w := httptest.NewRecorder()
				o.handler.ServeHTTP(w, r)
				if w.Code != http.StatusOK {
					b.Fatal(w.Code)
				}
			}
		})
	}
	if n := o.pages.theme.Left(); n > 0 {
		b.Errorf("%d pages were left to html/template", n)
	}
}
