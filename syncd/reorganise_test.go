package main

import (
	"bytes"
	"context"
	"io"
	"io/fs"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/net/html"

	"khumue/internal/testkit"
)

// visits is what a crawl of the public site found: each address of its own that
// any page leads to, with the page.
type visits map[string]string

// crawl follows every link of the live public site from its first page, and from
// addresses that were known before, and fails the test for each that leads nowhere.
func (d demo) crawl(t *testing.T, known visits) visits {
	t.Helper()
	out, next := visits{}, []string{"/"}
	for at := range known {
		next = append(next, at)
	}
	slices.Sort(next)
	from := map[string]string{}
	for len(next) > 0 {
		at := next[0]
		next = next[1:]
		if _, seen := out[at]; seen {
			continue
		}
		body, status := d.fetch(t, at)
		if out[at] = body; status != http.StatusOK {
			t.Errorf("%s answers %d; %s leads there", at, status, from[at])
			continue
		}
		for _, to := range d.links(t, at, body) {
			if _, seen := out[to]; !seen {
				from[to] = at
				next = append(next, to)
			}
		}
	}
	return out
}

// fetch reads an address, following where it leads.
func (d demo) fetch(t *testing.T, at string) (body string, status int) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, d.public+at, nil)
	if err != nil {
		t.Fatal(err)
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	all, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(all), res.StatusCode
}

// links are the addresses of the site that a page refers to.
func (d demo) links(t *testing.T, at, body string) (out []string) {
	t.Helper()
	if !strings.HasPrefix(strings.ToLower(strings.TrimSpace(body)), "<!doctype html") {
		return nil
	}
	doc, err := html.Parse(strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	base, err := url.Parse(d.public + at)
	if err != nil {
		t.Fatal(err)
	}
	for n := range doc.Descendants() {
		for _, a := range n.Attr {
			if a.Key != "href" && a.Key != "src" || n.Type != html.ElementNode || inTemplate(n) {
				continue
			}
			u, err := base.Parse(a.Val)
			if err != nil || u.Host != base.Host || u.Scheme != base.Scheme {
				continue
			}
			out = append(out, u.Path)
		}
	}
	return out
}

func inTemplate(n *html.Node) bool {
	for ; n != nil; n = n.Parent {
		if n.Data == "template" {
			return true
		}
	}
	return false
}

// files are the bytes of the site's files by their paths, but for those that tell
// when and of what it was built.
func files(t *testing.T, dir string) map[string]string {
	t.Helper()
	out := map[string]string{}
	err := fs.WalkDir(os.DirFS(dir), ".", func(p string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		src, err := os.ReadFile(filepath.Join(dir, p))
		out[p] = string(src)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// below waits until the public page of an agency leads to another.
func (v *visitor) below(above, agency string) {
	v.t.Helper()
	v.Until(`(await (await fetch("/agency/` + above + `/?" + Math.random(), {cache: "no-store"})).text()).includes("/agency/` + agency + `/")`)
}

// A department is moved under another ministry in the browser, and back: no link
// of the public site breaks, and in the end every page is what it was.
func TestADepartmentMovesInTheBrowser(t *testing.T) {
	data := t.TempDir()
	d := startDemo(t, "--data", data)
	operator := browser.Open(t, &testkit.Server{URL: d.operators}, testkit.View{})
	operator.Allow("503", "404") // until the site is there; and a picture for the tab
	operator.Go("/healthz")
	operator.Until(`(await fetch("/readyz")).ok`)
	before := d.crawl(t, nil)
	t.Logf("%d addresses", len(before))
	was := files(t, filepath.Join(data, "site"))

	public := &visitor{Tab: browser.Open(t, &testkit.Server{URL: d.public}, testkit.View{}), t: t, name: "public"}
	public.Go("/")
	dga := d.open(t, "reorganise-dga", testkit.View{Width: 1366, Height: 768})
	dga.signIn("dga")
	dga.Go("/structure?unit=dlt")
	dga.Click(`a[href="/structure/dlt/reorganise"]`)
	dga.Until(`location.pathname == "/structure/dlt/reorganise" && document.readyState == "complete"`)
	dga.look("ways")
	dga.Click(`a[href$="how=move"]`)
	dga.Until(`document.querySelector("#to") && document.readyState == "complete"`)
	dga.Type(`#to`, "กระทรวงมหาดไทย (moi)")
	dga.Click(`button[value=look]`)
	dga.Until(`document.querySelector("#why") && document.readyState == "complete"`)
	dga.says("ย้าย กรมการขนส่งทางบก ไปสังกัด กระทรวงมหาดไทย")
	dga.look("dry-run")
	dga.Type(`#why`, "พระราชกฤษฎีกาปรับโครงสร้าง")
	began := time.Now()
	dga.Click(`button[value=do]`)
	dga.Until(`location.pathname == "/structure" && document.readyState == "complete"`)
	dga.says("แล้ว เว็บไซต์เปลี่ยนตามภายในไม่กี่วินาที")
	dga.look("done")
	public.below("moi", "dlt")
	t.Logf("live %v after the click", time.Since(began).Round(time.Millisecond))

	between := d.crawl(t, before)
	for at, body := range before {
		if strings.HasPrefix(at, "/procedure/") {
			if d := cmp.Diff(article(t, body), article(t, between[at])); d != "" {
				t.Errorf("%s reads otherwise after the move: %s", at, d)
			}
		}
	}
	d.verified(t, data, 1)

	dga.Go("/structure/dlt/reorganise")
	dga.says("พระราชกฤษฎีกาปรับโครงสร้าง")
	dga.Click(`form:has([name=how][value=undo]) button`)
	dga.Until(`document.querySelector("#why") && document.readyState == "complete"`)
	dga.says("ย้อนกลับ: ย้าย กรมการขนส่งทางบก ไปสังกัด กระทรวงคมนาคม")
	dga.Type(`#why`, "ยกเลิกพระราชกฤษฎีกา")
	dga.Click(`button[value=do]`)
	dga.Until(`location.pathname == "/structure" && document.readyState == "complete"`)
	public.below("mot", "dlt")
	d.crawl(t, before)
	d.unchanged(t, was, filepath.Join(data, "site"))
	d.verified(t, data, 2)

	var out bytes.Buffer
	if code := run(context.Background(), []string{"doctor"}, streams{in: strings.NewReader(""), out: &out, err: &out, env: []string{"KHUMUE_DATA=" + data}}); code != 0 {
		t.Errorf("the doctor: exit code %d: %s", code, out.String())
	}
}

// ministries are the names of those between which the department moves.
var ministries = strings.NewReplacer("กระทรวงคมนาคม", "…", "กระทรวงมหาดไทย", "…", "/mot/", "/…/", "/moi/", "/…/", `"mot"`, "…", `"moi"`, "…")

// article is what a page of a manual says, but for the ministry's name.
func article(t *testing.T, body string) string {
	t.Helper()
	doc, err := html.Parse(strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	for n := range doc.Descendants() {
		if n.Type == html.ElementNode && n.Data == "main" {
			for s := range n.Descendants() {
				if words := strings.Join(strings.Fields(s.Data), " "); s.Type == html.TextNode && words != "" {
					b.WriteString(ministries.Replace(words) + "\n")
				}
			}
		}
	}
	return b.String()
}

// unchanged holds the site to what it was, but for what tells the commit or the
// time.
func (d demo) unchanged(t *testing.T, was map[string]string, dir string) {
	t.Helper()
	is := files(t, dir)
	for p, old := range was {
		now, ok := is[p]
		switch {
		case !ok:
			t.Errorf("%s is gone", p)
		case now != old && p != "build.json":
			t.Errorf("%s is another than before", p)
		}
	}
	for p := range is {
		if _, ok := was[p]; !ok && !strings.HasPrefix(p, "search-index/") { // what was found by then stays for caches
			t.Errorf("%s has come", p)
		}
	}
}

// verified holds the repository to what anyone may check offline, and to telling
// that a manual was moved.
func (d demo) verified(t *testing.T, data string, moves int) {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), generator, "verify", filepath.Join(data, "content.git")).CombinedOutput()
	if err != nil {
		t.Fatalf("verify: %v: %s", err, out)
	}
	if got := strings.Count(string(out), "agencies reorganised on"); got != moves {
		t.Errorf("verify tells of %d reorganisations, want %d: %s", got, moves, out)
	}
}
