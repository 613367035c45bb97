package page

import (
	"fmt"
	"io"
	"strings"
	"testing"
	"testing/fstest"

	"khumue/internal/catalog"
)

// small is a theme of one layout.
func small(layout, source string) fstest.MapFS {
	return fstest.MapFS{
		"i18n/th.yaml":                &fstest.MapFile{Data: []byte("hello: สวัสดี\n")},
		"i18n/en.yaml":                &fstest.MapFile{Data: []byte("hello: Hello\n")},
		"partials/base.html":          &fstest.MapFile{Data: []byte(`{{define "base"}}<main>{{template "main" .}}</main>{{end}}`)},
		"layouts/" + layout + ".html": &fstest.MapFile{Data: []byte(`{{define "main"}}` + source + `{{end}}`)},
	}
}

// visit is a page of another package.
type visit struct {
	Shell
	Host string
}

func TestAThemeAsksForNothingThatPagesDoNotHave(t *testing.T) {
	for _, tc := range []struct{ name, layout, source, want string }{
		{"a field that a manual has", "manual", `{{.Facts.Fee}}`, ""},
		{"a field that a manual does not have", "manual", "\n<p>{{.Facts.Price}}</p>", "layouts/manual.html:2:11: page.Facts has no field or method Price"},
		{"a field of rows, where a point has none", "point", `{{range .Hours}}{{.Opens}}{{end}}`, "layouts/point.html:1:35: page.HourLine has no field or method Opens"},
		{"a number for a message", "text", `{{t .Contents}}`, "is a []page.Link, not a string"},
		{"a tag that stays open", "text", `<a href="`, "ends in a non-text context"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			_, err := LoadTheme(small(tc.layout, tc.source), Env{})
			if got := fmt.Sprint(err); tc.want == "" && err != nil || !strings.Contains(got, tc.want) {
				t.Errorf("got %v, want %q", err, tc.want)
			}
		})
	}
}

func TestPagesOfOtherPackagesAreExpected(t *testing.T) {
	theme, err := LoadTheme(small("visit", `{{.Host}} {{.Title}}`), Env{})
	if err != nil {
		t.Fatal(err)
	}
	if err := theme.Expect(map[string]any{"visit": visit{}}); err != nil {
		t.Error(err)
	}
	if err := theme.Expect(map[string]any{"visit": Text{}}); err == nil || !strings.Contains(err.Error(), "page.Text has no field or method Host") {
		t.Errorf("got %v", err)
	}
	if err := theme.Expect(map[string]any{"none": visit{}}); err == nil || !strings.Contains(err.Error(), "layouts/none.html") {
		t.Errorf("got %v", err)
	}
}

func TestAPageThatFailsIsNotWrittenInPart(t *testing.T) {
	theme, err := LoadTheme(small("visit", `{{.Host}}{{icon .Host}}`), Env{})
	if err != nil {
		t.Fatal(err)
	}
	v := visit{Shell: Shell{Lang: catalog.TH, Layout: "visit"}, Host: "x"}
	got, err := theme.Append([]byte("before"), v.Shell, v)
	if err == nil || !strings.Contains(err.Error(), "layouts/visit.html") || !strings.Contains(err.Error(), `no drawing "x"`) {
		t.Errorf("got %v", err)
	}
	if string(got) != "before" {
		t.Errorf("got %q", got)
	}
	if err := theme.Render(io.Discard, v.Shell, v); err == nil {
		t.Error("Render is silent about it")
	}
}

func TestASentenceIsWrittenAsFmtDoes(t *testing.T) {
	for _, tc := range []struct {
		format string
		args   []any
	}{
		{"%s ถึง %s", []any{"ก", "%d"}}, {"%d of %d", []any{1, -2}}, {"%v %v", []any{"a", 3}}, {"100%", []any{1}}, {"100%%: %d", []any{1}},
		{"%s", []any{3}}, {"%d", []any{"x"}}, {"%s", nil}, {"none", []any{1}}, {"%s %s", []any{"one"}}, {"%[2]s %[1]s", []any{"a", "b"}},
		{"%05d", []any{7}}, {"%s", []any{Words{Text: "w"}}}, {"%.1f", []any{2.25}}, {"%d", []any{nil}},
	} {
		if got, want := format(tc.format, tc.args), fmt.Sprintf(tc.format, tc.args...); got != want {
			t.Errorf("%q, %v: got %q, want %q", tc.format, tc.args, got, want)
		}
	}
}
