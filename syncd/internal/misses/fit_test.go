package misses

import (
	"os"
	"regexp"
	"strings"
	"testing"
	"unicode/utf8"
)

func TestWhatMayBePersonalIsNotCounted(t *testing.T) {
	for name, c := range map[string]struct{ in, want string }{
		"words":                           {"  แมวเหมียว ", "แมวเหมียว"},
		"words in another spelling":       {"เเมว ๒๕๖๙ Visa", "แมว 2569 visa"},
		"an employer is no name":          {"นายจ้าง", "นายจ้าง"},
		"a number of a form":              {"ท.ด.1", "ท.ด.1"},
		"a citizen's number":              {"1101700203451", ""},
		"a citizen's number with dashes":  {"1-1017-00203-45-1", ""},
		"a citizen's number in Thai":      {"บัตร ๑๑๐๑๗๐๐๒๐๓๔๕๑", ""},
		"a telephone":                     {"โทร 081 234 5678", ""},
		"a telephone with its country":    {"+66 (81) 234-5678", ""},
		"a telephone with long dashes":    {"โทร 081–234–5678", ""},
		"an e-mail":                       {"somchai@example.com", ""},
		"a man by name":                   {"นาย สมชาย ใจดี", ""},
		"a woman by name":                 {"ค้นหา น.ส.สมหญิง", ""},
		"an address of the web":           {"https://a.example/x", ""},
		"numbers alone":                   {"12345", ""},
		"one letter":                      {"ก", ""},
		"nothing":                         {" ", ""},
		"more than a phrase":              {strings.Repeat("ก", Longest+1), ""},
		"as long as a phrase may be":      {strings.Repeat("ก", Longest), strings.Repeat("ก", Longest)},
		"bytes that are none":             {"ก\xffข", "กข"},
		"what no keyboard has":            {"กข\x00ค", ""},
		"more than anybody types at once": {strings.Repeat("ก ", 10_000), ""},
	} {
		t.Run(name, func(t *testing.T) {
			got, fit := Fit(c.in)
			if got != c.want || fit != (c.want != "") {
				t.Errorf("got %q, %v", got, fit)
			}
		})
	}
}

// The browser drops what the daemon would drop, so that it never leaves a device.
func TestTheBrowserKnowsTheSameMarks(t *testing.T) {
	src, err := os.ReadFile("../../../themes/default/assets/js/misses.js")
	if err != nil {
		t.Fatal(err)
	}
	found := regexp.MustCompile(`(?m)^  /(.+)/,$`).FindAllStringSubmatch(string(src), -1)
	if len(found) != len(personal) {
		t.Fatalf("the browser knows %d marks, want %d", len(found), len(personal))
	}
	for i, m := range found {
		if got, want := strings.ReplaceAll(m[1], `\/`, `/`), strings.ReplaceAll(personal[i].String(), `[ ./()-]`, `[ ./()-]`); got != want {
			t.Errorf("the browser has %s, want %s", got, want)
		}
	}
	if !strings.Contains(string(src), "const LONGEST = 80;") {
		t.Error("the browser sends phrases of another length")
	}
}

func FuzzFit(f *testing.F) {
	for _, s := range []string{"แมว", "นาย ก", "1 2 3 4 5 6", "\xff", "ก\u200bข"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, in string) {
		out, fit := Fit(in)
		if !fit {
			return
		}
		if n := utf8.RuneCountInString(out); !utf8.ValidString(out) || n < shortest || n > Longest || strings.ContainsAny(out, "@\x00\n") {
			t.Errorf("%q is counted as %q", in, out)
		}
		if again, fit := Fit(out); again != out || !fit {
			t.Errorf("%q is counted as %q, and that as %q", in, out, again)
		}
	})
}
