package pages

import (
	"bytes"
	"encoding/csv"
	"io/fs"
	"maps"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"khumue/internal/catalog"
	"khumue/internal/page"
)

// built are keys that code puts together, by their beginnings.
var built = []string{"tokens.role.", "tokens.state.", "trail.kind.", "did.", "source.", "scheme.", "confirm.refresh.", "confirm.revoke.", "notices.way.", "delegation.state.", "delegation.first.", "delegation.last.", "state.", "status.", "part.", "field.", "event.", "change.", "check.", "clash.", "take.", "way.", "publishing.title.", "confirm.recall.", "confirm.give-up.", "programs.permit.", "programs.note.", "thing.purpose.", "thing.new.", "import.kind.", "import.state.", "import.outcome.", "import.view.", "import.level.", "table.title.", "reorganise.how.", "reorganise.help.", "reorganise.part.", "reorganise.did.", "reorganise.people.", "reorganise.stays.", "works.licence.", "confirming.kind.", "confirming.due.", "serving.process.", "poster.design.", "poster.format.", "poster.size.", "posters.kind.", "channel.", "kiosks.state.", "comments.mark.", "asides.reason.", "asides.do.", "licence.state.", "licence.cause.", "delay.view.", "delay.outcome.", "delay.field.", "summary.manuals.", "offices.state.", "deed.", "officeasks.aside.", "sync.state.", "sync.why."}

func TestEverySentenceIsUsed(t *testing.T) {
	messages, err := page.ReadMessages(own)
	if err != nil {
		t.Fatal(err)
	}
	var source bytes.Buffer
	for _, pattern := range []string{"layouts/*.html", "partials/*.html", "*.go"} {
		names, err := fs.Glob(os.DirFS("."), pattern)
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range names {
			src, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			if !strings.HasSuffix(name, "_test.go") {
				source.Write(src)
			}
		}
	}
	for key := range messages[catalog.EN] {
		if strings.HasSuffix(key, ".one") || slices.ContainsFunc(built, func(b string) bool { return strings.HasPrefix(key, b) }) {
			continue
		}
		layout, part, _ := strings.Cut(key, ".")
		if _, isLayout := views[layout]; isLayout && (part == "title" || part == "purpose") {
			continue
		}
		if !strings.Contains(source.String(), `"`+key+`"`) {
			t.Errorf("nothing says %q", key)
		}
	}
	for _, m := range regexp.MustCompile(`(?:x\.t|x\.done|x\.link|x\.item|setDisabled)\((?:[^()"]*"[^"]*", )?[^()"]*"([a-z0-9.-]+)"[,)]`).FindAllStringSubmatch(source.String(), -1) {
		if _, ok := messages[catalog.TH][m[1]]; !ok {
			t.Errorf("there is no sentence %q", m[1])
		}
	}
	for layout := range views {
		if _, ok := messages[catalog.TH][layout+".title"]; !ok && layout != "user" {
			t.Errorf("%s has no title", layout)
		}
	}
}

// TestSentencesTakeTheSameValues compares the values that both languages put in,
// and holds both to the house's tone.
func TestSentencesTakeTheSameValues(t *testing.T) {
	messages, err := page.ReadMessages(own)
	if err != nil {
		t.Fatal(err)
	}
	verb := regexp.MustCompile(`%[a-z]|\{n\}`)
	for key, th := range messages[catalog.TH] {
		en := messages[catalog.EN][key]
		if !slices.Equal(verb.FindAllString(th, -1), verb.FindAllString(en, -1)) {
			t.Errorf("%s: %q and %q differ in their values", key, th, en)
		}
		if (th == "") != (en == "") || strings.ContainsAny(th+en, "!") || strings.Contains(th, "ครับ") || strings.Contains(th, "ค่ะ") {
			t.Errorf("%s: %q, %q", key, th, en)
		}
	}
	if len(messages[catalog.TH]) < 200 {
		t.Error("most sentences are missing")
	}
}

func TestEveryLayoutHasItsPage(t *testing.T) {
	o := open(t)
	if got, want := slices.Sorted(slices.Values(o.pages.theme.Layouts())), slices.Sorted(maps.Keys(views)); !slices.Equal(got, want) {
		t.Errorf("layouts %v, pages %v", got, want)
	}
}

func TestBrowsersAreKnownByTheirNames(t *testing.T) {
	for agent, want := range map[string]string{
		"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 Safari/537.36":                      "Chrome, Windows",
		"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 Safari/537.36 Edg/140.0":            "Edge, Windows",
		"Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Mobile Safari/604.1": "Safari, iPhone",
		"Mozilla/5.0 (Linux; Android 14; SM-A057F) AppleWebKit/537.36 (KHTML, like Gecko) SamsungBrowser/25.0 Chrome/121 Mobile Safari":    "Samsung Internet, Android",
		"Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0":                                                           "Firefox, Linux",
		"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Safari/605.1.15":            "Safari, macOS",
		"curl/8.0": "", "": "", "<script>": "",
	} {
		if got := device(agent); got != want {
			t.Errorf("%s: got %q, want %q", agent, got, want)
		}
	}
}

func TestS27NoCellIsAFormula(t *testing.T) {
	for in, want := range map[string]string{
		"=1+1": "'=1+1", "+66": "'+66", "-1": "'-1", "@a": "'@a", "\ta": "'\ta", "\ra": "'\ra", "\x00a": "'\x00a", ` "=1"`: `' "=1"`, "  =1": "'  =1", "'=1": "''=1",
		"＝1": "'＝1", "＋1": "'＋1", "－1": "'－1", "＠a": "'＠a", "สมชาย": "สมชาย", "a=b": "a=b", "": "", "22 พ.ย. 2569": "22 พ.ย. 2569",
	} {
		if got := cell(in); got != want {
			t.Errorf("cell(%q) = %q, want %q", in, got, want)
		}
	}
}

// FuzzTable checks that what is written is read back, an apostrophe apart.
func FuzzTable(f *testing.F) {
	f.Add("=1", "a,\"b\"")
	f.Add("\r\n", "\"")
	f.Fuzz(func(t *testing.T, a, b string) {
		var buf bytes.Buffer
		w, err := newTable(&buf)
		if err != nil {
			t.Fatal(err)
		}
		if err := w.row(a, b, "end"); err != nil {
			t.Fatal(err)
		}
		if err := w.end(); err != nil {
			t.Fatal(err)
		}
		r := csv.NewReader(strings.NewReader(strings.TrimPrefix(buf.String(), "\ufeff")))
		row, err := r.Read()
		if err != nil {
			t.Fatal(err)
		}
		plain := strings.NewReplacer("\r\n", "\n", "\r", "")
		for i, in := range []string{a, b} {
			got := plain.Replace(strings.TrimPrefix(row[i], "'"))
			if got != plain.Replace(strings.TrimPrefix(in, "'")) && got != plain.Replace(in) {
				t.Errorf("%q is read back as %q", in, row[i])
			}
			if strings.HasPrefix(strings.TrimLeft(row[i], " \""), "=") {
				t.Errorf("%q is a formula", row[i])
			}
		}
	})
}
