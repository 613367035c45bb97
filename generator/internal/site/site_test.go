package site

import (
	"bytes"
	"compress/gzip"
	"context"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/andybalholm/brotli"

	"khumue/generator/internal/publish"
	"khumue/internal/catalog"
	"khumue/internal/corpus"
	"khumue/internal/page"
	"khumue/themes"
)

// tiny is a portal of one manual that has an old address.
var tiny = map[string]string{
	"site.yaml":                "name: {th: คู่มือ, en: Khumue}\nowner: ตัวอย่าง\npublic: https://www.example.go.th\ncomplaints: [{name: ศูนย์ 1111}]\n",
	"catalog.yaml":             "categories: [{slug: tax, th: ภาษี, en: Tax}]\ngroups: [{slug: general, th: ทั่วไป, en: General}]\naliases: {taxes: tax}\n",
	"agencies/mof/agency.yaml": "code: mof\nname: กระทรวงการคลัง\nkind: ministry\n",
	"agencies/mof/manuals/mof-1/manual.md": "---\nid: mof-1\ntitle: {th: การยื่นภาษี, en: File tax}\ncategories: [taxes]\n" +
		"legacy: {uuid: 94e56d14-f82f-4203-8916-a84631e0af15, number: 20517}\n---\n## หลักเกณฑ์\n",
	"agencies/mof/points/mof-bangkok.yaml": "code: mof-bangkok\nname: สาขา\naddress: {subdistrict: \"100101\"}\nplace: {lat: 13.75, lng: 100.5}\nmanuals: [mof-1]\n",
}

func content(changes map[string]string) fstest.MapFS {
	m := fstest.MapFS{}
	for _, files := range []map[string]string{tiny, changes} {
		for name, text := range files {
			m[name] = &fstest.MapFile{Data: []byte(text)}
		}
	}
	return m
}

// fixed is content that knows nothing of earlier content.
type fixed struct{ files fs.FS }

func (f fixed) Files() fs.FS                                                { return f.files }
func (fixed) Since(context.Context, string, []byte) ([]string, bool, error) { return nil, false, nil }
func (fixed) Mark(string) ([]byte, error)                                   { return nil, nil }

// build builds a portal into dir.
func build(t *testing.T, files fs.FS, dir string, o Options) publish.Result {
	t.Helper()
	return buildFrom(t, fixed{files}, dir, o).Result
}

func buildFrom(t *testing.T, c Content, dir string, o Options) Summary {
	t.Helper()
	sum, err := tryBuild(t, c, dir, o)
	if err != nil {
		t.Fatal(err)
	}
	return sum
}

func tryBuild(t testing.TB, c Content, dir string, o Options) (Summary, error) {
	t.Helper()
	target, err := publish.Open(context.Background(), dir, publish.Options{Mark: "build.json"})
	if err != nil {
		t.Fatal(err)
	}
	defer target.Close()
	if o.Theme == nil {
		o.Theme = themes.Default()
	}
	o.Time = func() time.Time { return time.Unix(1790000000, 0) }
	return Build(context.Background(), c, o, target)
}

func read(t *testing.T, parts ...string) string {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(parts...))
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func TestTheSameContentGivesTheSameBytes(t *testing.T) {
	one, two := filepath.Join(t.TempDir(), "a"), filepath.Join(t.TempDir(), "b")
	build(t, content(nil), one, Options{})
	build(t, content(nil), two, Options{})
	err := filepath.WalkDir(one, func(p string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		rel, _ := filepath.Rel(one, p)
		if read(t, one, rel) != read(t, two, rel) {
			t.Errorf("%s differs between two builds", rel)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if r := build(t, content(nil), one, Options{}); r.Written != 0 || r.Removed != 0 {
		t.Errorf("building again wrote %d and removed %d files: %v", r.Written, r.Removed, r.Changed)
	}
}

func TestCompressedVariantsHoldTheSameText(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "public")
	build(t, content(nil), dir, Options{Compress: true})
	page := filepath.Join("procedure", "mof-1", "index.html")
	want := read(t, dir, page)
	br, err := io.ReadAll(brotli.NewReader(strings.NewReader(read(t, dir, page+".br"))))
	if err != nil || string(br) != want {
		t.Errorf("the brotli variant differs: %v", err)
	}
	z, err := gzip.NewReader(strings.NewReader(read(t, dir, page+".gz")))
	if err != nil {
		t.Fatal(err)
	}
	if gz, err := io.ReadAll(z); err != nil || string(gz) != want {
		t.Errorf("the gzip variant differs: %v", err)
	}
	if r := build(t, content(nil), dir, Options{Compress: true}); r.Written != 0 {
		t.Errorf("building again wrote %v", r.Changed)
	}
	if r := build(t, content(nil), dir, Options{}); r.Written != 0 || r.Removed == 0 {
		t.Errorf("without --compress %d files were removed, want the variants gone", r.Removed)
	}
}

func TestOldAddressesLeadToTheManual(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "public")
	build(t, content(nil), dir, Options{})
	if got := read(t, dir, "procedure/94e56d14-f82f-4203-8916-a84631e0af15/view/index.html"); !strings.Contains(got, `content="0; url=/procedure/mof-1/"`) {
		t.Error("the page at the old address does not lead on")
	}
	if got := read(t, dir, "data/legacy/20.json"); !strings.Contains(got, `"20517":"/procedure/mof-1/"`) {
		t.Errorf("got %s", got)
	}
	redirects := read(t, dir, "redirects.json")
	for _, want := range []string{`"from":"/category/taxes/","to":"/category/tax/"`, `"to":"/procedure/mof-1/","status":301`} {
		if !strings.Contains(redirects, want) {
			t.Errorf("redirects.json lacks %s: %s", want, redirects)
		}
	}
}

func TestAnAgencyThatWasTakenOverLeadsOn(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "public")
	build(t, content(map[string]string{
		"agencies/mof/old/agency.yaml":   "code: old\nname: กรมเดิม\nkind: department\nretired: {on: 2026-01-01, successor: new}\n",
		"agencies/mof/new/agency.yaml":   "code: new\nname: กรมใหม่\nkind: department\n",
		"agencies/mof/left/agency.yaml":  "code: left\nname: ซ้าย\nkind: department\nretired: {on: 2026-01-01, successor: right}\n",
		"agencies/mof/right/agency.yaml": "code: right\nname: ขวา\nkind: department\nretired: {on: 2026-01-01, successor: left}\n",
	}), dir, Options{})
	page := read(t, dir, "agency/old/index.html")
	for _, want := range []string{`content="0; url=/agency/new/"`, `name=robots content=noindex`, "กรมใหม่"} {
		if !strings.Contains(strings.ReplaceAll(page, `"robots" content="noindex"`, "robots content=noindex"), want) {
			t.Errorf("the page of the agency that ended lacks %s", want)
		}
	}
	redirects := read(t, dir, "redirects.json")
	if !strings.Contains(redirects, `"from":"/agency/old/","to":"/agency/new/","status":301`) || strings.Contains(redirects, "/agency/left/") {
		t.Errorf("redirects.json is %s", redirects)
	}
	if strings.Contains(read(t, dir, "agency/left/index.html"), `content="0; url=`) {
		t.Error("two agencies lead to each other in a circle")
	}
	if sitemap := read(t, dir, "sitemap-agencies.xml"); strings.Contains(sitemap, "/agency/old/") || !strings.Contains(sitemap, "/agency/new/") {
		t.Errorf("the sitemap is %s", sitemap)
	}
}

func TestABasePathGoesBeforeEveryAddress(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "public")
	build(t, content(nil), dir, Options{BaseURL: "https://www.example.go.th/manuals"})
	for _, file := range []string{"index.html", "procedure/mof-1/index.html", "en/index.html", "manifest.webmanifest"} {
		text := read(t, dir, file)
		for _, lead := range []string{`href="/`, `src="/`, `"/assets`, `data-search="/`} {
			for _, part := range strings.Split(text, lead)[1:] {
				if address := strings.TrimLeft(lead[strings.Index(lead, "/"):], "/") + part; !strings.HasPrefix(address, "manuals") {
					t.Errorf("%s: %s%.40s is not below the base path", file, lead, part)
				}
			}
		}
	}
}

func TestAnAddressThatNoSiteCanLiveAtIsRefused(t *testing.T) {
	for _, tc := range []struct {
		address string
		ok      bool
	}{
		{"https://www.example.go.th", true}, {"http://localhost:8080/", true}, {"https://example.go.th/a/b", true}, {"", true},
		{"ftp://example.go.th", false}, {"//example.go.th", false}, {"https://", false}, {"https://example.go.th/?a=b", false},
		{"https://example.go.th/#a", false}, {"https://name:word@example.go.th", false}, {"https://example.go.th/<a>", false},
	} {
		b := &builder{Options: Options{BaseURL: tc.address}, frame: &corpus.Frame{}}
		if err := b.address(); (err == nil) != tc.ok {
			t.Errorf("%q: got %v", tc.address, err)
		}
	}
}

func TestThePolicyNamesTheHostOfTheServiceAlone(t *testing.T) {
	for _, tc := range []struct{ service, want string }{
		{"", "connect-src 'self'; "},
		{"https://service.example.go.th/api", "connect-src 'self' https://service.example.go.th wss://service.example.go.th; "},
		{"https://a;script-src/", "connect-src 'self'; "},
	} {
		b := &builder{frame: &corpus.Frame{Site: catalog.Site{Service: tc.service}}}
		if got := b.policy(); !strings.Contains(got, tc.want) {
			t.Errorf("%q: got %s, want %s", tc.service, got, tc.want)
		}
	}
}

func TestAnIconThatTheThemeLacksIsAProblemOfTheCatalog(t *testing.T) {
	theme, err := page.LoadTheme(themes.Default(), page.Env{Asset: func(name string) string { return "/" + name }})
	if err != nil {
		t.Fatal(err)
	}
	labels := catalog.Labels{Categories: []catalog.Label{{Slug: "tax", Icon: "recipt"}, {Slug: "car", Icon: "car"}}}
	got := (&builder{theme: theme, frame: &corpus.Frame{Labels: labels}}).drawings()
	if len(got) != 1 || !strings.HasPrefix(got[0].String(), "catalog.yaml: tax: the theme has no icon recipt") {
		t.Errorf("got %v", got)
	}
}

func TestASiteInThaiAloneHasNoEnglishPages(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "public")
	build(t, content(map[string]string{"site.yaml": tiny["site.yaml"] + "languages: [th]\n"}), dir, Options{})
	if _, err := os.Stat(filepath.Join(dir, "en")); err == nil {
		t.Error("there are English pages")
	}
	if strings.Contains(read(t, dir, "index.html"), `hreflang="en"`) {
		t.Error("the home page points to an English one")
	}
}

func TestCellsThatASpreadsheetWouldRunAreHarmless(t *testing.T) {
	for _, tc := range []struct{ in, want string }{
		{"การต่ออายุ", "การต่ออายุ"}, {"=1+1", "'=1+1"}, {"+66", "'+66"}, {"-2", "'-2"}, {"@a", "'@a"},
		{" =a", "' =a"}, {`"=a`, `'""=a`}, {"＝a", "'＝a"}, {"\tx", "'\tx"}, {"-", "-"}, {"", ""},
	} {
		if got, want := string(appendRow(nil, []any{tc.in})), `"`+tc.want+"\"\r\n"; got != want {
			t.Errorf("the cell %q stands as %q, want %q", tc.in, got, want)
		}
	}
	row := appendRow(nil, []any{`x"y"`, []string{"a", "b"}})
	if got := string(row); got != "\"x\"\"y\"\"\",\"a; b\"\r\n" {
		t.Errorf("got %q", got)
	}
}

func TestABrokenAssetIsToldByFileAndLine(t *testing.T) {
	for _, tc := range []struct{ name, file, text, want string }{
		{"a script that does not parse", "assets/js/main.js", "let x = ;", "assets/js/main.js:1"},
		{"a module that is not there", "assets/js/main.js", `import "./nowhere.js";`, "nowhere.js"},
		{"a sheet that names a missing font", "assets/css/site.css", "@font-face{font-family:x;src:url(../fonts/none.woff2)}", "there is no assets/fonts/none.woff2"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			theme := fstest.MapFS{}
			for _, name := range []string{"assets/js/main.js", "assets/js/settings.js", "assets/css/site.css", "assets/css/survey.css", "assets/css/delay.css"} {
				theme[name] = &fstest.MapFile{}
			}
			theme[tc.file] = &fstest.MapFile{Data: []byte(tc.text)}
			target, err := publish.Open(context.Background(), filepath.Join(t.TempDir(), "public"), publish.Options{})
			if err != nil {
				t.Fatal(err)
			}
			defer target.Close()
			p, err := target.Begin()
			if err != nil {
				t.Fatal(err)
			}
			defer p.Abort()
			_, err = writeAssets(theme, "", nil, outlet{Publication: p})
			if err == nil || !bytes.Contains([]byte(err.Error()), []byte(tc.want)) {
				t.Errorf("got %v, want it to name %s", err, tc.want)
			}
		})
	}
}

var href = regexp.MustCompile(`(?:href|src)="(/[^"#?]*)`)

func TestASmallPortalLinksOnlyToWhatItHas(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "public")
	build(t, content(map[string]string{
		"pages/rules.md":    "---\ntitle: ระเบียบ\nupdated: 2026-11-01\n---\n[คู่มือ](/procedure/mof-1/)\n",
		"pages/rules.en.md": "---\ntitle: Rules\nupdated: 2026-11-01\nfiles: [{name: ระเบียบ, file: rules.pdf}]\n---\n",
		"pages/rules.pdf":   "%PDF-1.7",
	}), dir, Options{BaseURL: "https://www.example.go.th/manuals"})
	err := filepath.WalkDir(dir, func(p string, e fs.DirEntry, err error) error {
		if err != nil || filepath.Ext(p) != ".html" {
			return err
		}
		for _, m := range href.FindAllStringSubmatch(read(t, p), -1) {
			name := strings.TrimPrefix(m[1], "/manuals/")
			if strings.HasSuffix(m[1], "/") {
				name += "index.html"
			}
			if _, err := os.Stat(filepath.Join(dir, name)); err != nil {
				t.Errorf("%s links to %s: %v", strings.TrimPrefix(p, dir), m[1], err)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestTheFirstPageCountsWhatCanBeFound(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "public")
	build(t, content(map[string]string{
		"agencies/mof/manuals/mof-2/manual.md":  "---\nid: mof-2\ntitle: เดิม\nwithdrawn: {on: 2026-01-01, reason: ยกเลิก}\n---\n",
		"agencies/mof/points/mof-hidden.yaml":   "code: mof-hidden\nname: ปิด\naddress: {line: ก}\nstatus: cancelled\n",
		"agencies/mof/old/agency.yaml":          "code: old\nname: เดิม\nkind: division\nretired: {on: 2026-01-01}\n",
		"agencies/mof/points/mof-bangkok.yaml":  tiny["agencies/mof/points/mof-bangkok.yaml"],
		"agencies/mof/manuals/mof-3/manual.md":  "---\nid: mof-3\ntitle: ยังไม่จัดหมวด\n---\n",
		"agencies/mof/points/mof-province.yaml": "code: mof-province\nname: สาขาจังหวัด\naddress: {line: ก}\nmanuals: [mof-3]\n",
	}), dir, Options{})
	if got, want := read(t, dir, "en/index.html"), "Guides: 2 · Service points: 2 · Government offices: 1"; !strings.Contains(got, want) {
		t.Errorf("the first page does not say %q", want)
	}
	if got := read(t, dir, "point/mof-province/index.html"); !strings.Contains(got, `href="/procedure/mof-3/"`) {
		t.Error("a manual without a category is missing on the page of its point")
	}
}

func TestAChangedTextRewritesOnlyWhatShowsIt(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "public")
	file := "agencies/mof/manuals/mof-1/manual.md"
	build(t, content(nil), dir, Options{})
	r := build(t, content(map[string]string{file: tiny[file] + "\nชำระได้ที่ธนาคาร\n"}), dir, Options{})
	for _, untouched := range []string{"/agency/mof/", "/point/mof-bangkok/", "/category/tax/", "/agencies/", "/near/", "/en/category/tax/"} {
		if slices.Contains(r.Changed, untouched) {
			t.Errorf("%s was rewritten for a change of a manual's text", untouched)
		}
	}
	if !slices.Contains(r.Changed, "/procedure/mof-1/") {
		t.Errorf("the manual's page was not rewritten: %v", r.Changed)
	}
}

// A page of all agencies of a nation names those below another one only where they
// are few: a province has a hundred.
func TestALargePortalTellsHowManyAgenciesAreBelowOne(t *testing.T) {
	files := content(nil)
	agency := func(code, above string) {
		text := "code: " + code + "\nname: {th: หน่วยงาน " + code + ", en: Office " + code + "}\nkind: department\n"
		files[path.Join("agencies", above, code, "agency.yaml")] = &fstest.MapFile{Data: []byte(text)}
	}
	agency("few", "")
	agency("many", "")
	for i := range mostBelow {
		agency(fmt.Sprintf("f%03d", i), "few")
	}
	for i := range mostInline {
		agency(fmt.Sprintf("m%03d", i), "many")
	}
	dir := t.TempDir()
	build(t, files, dir, Options{})
	page := read(t, dir, "en", "agencies", "index.html")
	if strings.Contains(page, "/agency/m001/") || !strings.Contains(page, fmt.Sprintf("%d offices below", mostInline)) {
		t.Error("the agency with many below it shows them, or does not tell how many")
	}
	if !strings.Contains(page, "/agency/f001/") || strings.Contains(page, fmt.Sprintf("%d offices below", mostBelow)) {
		t.Error("the agency with few below it does not show them")
	}
}
