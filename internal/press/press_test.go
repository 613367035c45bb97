package press

import (
	"bytes"
	"errors"
	"fmt"
	"html/template"
	"reflect"
	"regexp"
	"strings"
	"sync"
	"testing"
)

// The people and things that the templates below print.
type (
	words struct{ Text, Lang string }
	state string
	shell struct {
		Title words
		Path  string
		Other *words
	}
	price struct{ Baht int }
	page  struct {
		shell
		*extra
		Name   string
		Named  state
		Count  int
		Small  uint8
		Ratio  float64
		Yes    bool
		HTML   template.HTML
		URL    template.URL
		Attr   template.HTMLAttr
		JS     template.JS
		CSS    template.CSS
		Words  words
		Price  price
		Fee    *price
		NoFee  *price
		Rows   []words
		Ptrs   []*words
		Names  []string
		Any    any
		Nil    any
		List   []any
		Map    map[string]string
		Nums   map[int]words
		Err    error
		Deep   [][]string
		Arr    [2]words
		Fun    func(int) int
		hidden string
	}
	extra struct{ Extra string }
	tree  struct {
		Name  string
		Below []tree
	}
)

func (w words) String() string          { return w.Text }
func (w words) Tag() template.HTMLAttr  { return template.HTMLAttr(` lang="` + w.Lang + `"`) }
func (s shell) Absolute() string        { return "https://example.go.th" + s.Path }
func (p *price) Double() int            { return 2 * p.Baht }
func (p price) In(unit string) string   { return fmt.Sprint(p.Baht, " ", unit) }
func (p page) Has(name string) bool     { return name == p.Name }
func (p page) Fails() (string, error)   { return "", errors.New("it fails") }
func (p page) Panics() string           { panic("it panics") }
func (p page) Sum(n ...int) (total int) { return len(n) + p.Count }

const nasty = "a<b>&\"'`+=/ \x00\x01\t\n\u2028\u00a0ก้ำ\ufffd\xff\xf0\x9f%41%zz:;,#?(){}"

func sample() page {
	return page{
		shell: shell{Title: words{nasty, "th"}, Path: "/a b/ก?x=1&y=2", Other: &words{"other", "en"}}, extra: &extra{"more"},
		Name: nasty, Named: "given", Count: 3, Small: 7, Ratio: 2.5, Yes: true,
		HTML: "<b>bold &amp; 'so'</b>", URL: "javascript:alert(1)", Attr: ` data-x="1"`, JS: "f(1)", CSS: "color: red", Words: words{"ไทย & <", "th"},
		Price: price{40}, Fee: &price{50}, Rows: []words{{"one", "th"}, {"", ""}, {"<three>", "en"}}, Ptrs: []*words{{"p", "th"}, nil},
		Names: []string{"x", "y", "z"}, Any: words{"any", "en"}, List: []any{1, "two", nil, words{"w", ""}, template.HTML("<i>"), 2.5, []int{1}, (*price)(nil), price{3}},
		Map: map[string]string{"b": "2", "a": "1<"}, Nums: map[int]words{2: {"two", ""}, 1: {"one", ""}}, Err: errors.New("<err>"),
		Deep: [][]string{{"a", "b"}, nil, {"c"}}, Arr: [2]words{{"a", ""}, {"b", ""}}, Fun: func(i int) int { return i * 2 },
		hidden: "h",
	}
}

var funcs = template.FuncMap{
	"lang":  func() string { return "th" },
	"upper": strings.ToUpper,
	"icon":  func(name string) template.HTML { return template.HTML("<svg " + name + "/>") },
	"check": func(s string) (string, error) {
		if s == "" {
			return "", errors.New("nothing to check")
		}
		return s, nil
	},
	"bold":  func(s string) (template.HTML, error) { return template.HTML("<b>" + s + "</b>"), nil },
	"t":     func(key string, args ...any) (string, error) { return key + fmt.Sprint(args...), nil },
	"n":     func(key string, n int) (string, error) { return fmt.Sprint(key, n), nil },
	"add":   func(a, b int) int { return a + b },
	"list":  func() []string { return []string{"l1", "l2"} },
	"ident": func(x any) any { return x },
	"half":  func(f float64) float64 { return f / 2 },
	"blow":  func() string { panic("blown") },
	"none":  func() *words { return nil },
}

var quick = []Method{
	Text("Tag", func(w interface{ Tag() template.HTMLAttr }) template.HTMLAttr { return w.Tag() }),
	Text("Absolute", func(s interface{ Absolute() string }) string { return s.Absolute() }),
	Test("Has", func(s interface{ Has(string) bool }, name string) bool { return s.Has(name) }),
}

func parsed(t testing.TB, source string) *template.Template {
	t.Helper()
	set, err := template.New("file.html").Option("missingkey=error").Funcs(funcs).Parse(source)
	if err != nil {
		t.Fatal(err)
	}
	return set
}

// made is the plate of a set.
func made(set *template.Template) (*Plate, error) {
	plates, err := New(Options{Funcs: funcs, Methods: quick}).Plates(set, []Layout{{"alone", template.New("alone")}}, "file.html")
	return plates["alone"], err
}

// same prints data both ways and reports a difference. It returns how many
// pages html/template had to print.
func same(t *testing.T, source string, data any) int64 {
	t.Helper()
	var want bytes.Buffer
	wantErr := parsed(t, source).Execute(&want, data)
	p, err := made(parsed(t, source))
	if err != nil {
		if wantErr == nil {
			t.Errorf("Plate: %v", err)
		}
		return 0
	}
	got, err := p.Append([]byte("before "), data)
	if (err == nil) != (wantErr == nil) {
		t.Errorf("got the error %v, want %v", err, wantErr)
	}
	if wantErr != nil {
		want.Reset()
	}
	if want := "before " + want.String(); string(got) != want {
		t.Errorf("got  %q\nwant %q", got, want)
	}
	return p.Left()
}

// cases are templates for a page; left are those that html/template prints.
var cases = []struct {
	name, source string
	left         bool
}{
	{"text alone", `<p>text</p>`, false},
	{"nothing at all but a comment", `<p></p>{{/* comment */}}`, false},
	{"a field", `<p>{{.Name}}</p>`, false},
	{"a field of a field", `<p>{{.Title.Text}}{{.Title.Lang}}</p>`, false},
	{"a field through a pointer", `{{.Other.Text}}{{.Fee.Baht}}`, false},
	{"a promoted field through an embedded pointer", `{{.Extra}}`, false},
	{"in an attribute", `<p title="{{.Name}}" id='{{.Name}}' class="x {{.Named}} {{.Count}}">`, false},
	{"in an attribute without quotes", `<p title={{.Name}} id={{.Count}}>`, false},
	{"in an address", `<a href="{{.Name}}"></a><a href="{{.Path}}"><a href="{{.URL}}"><a href="{{.Named}}">`, false},
	{"in a part of an address", `<a href="/x/{{.Name}}/{{.Count}}?q={{.Name}}&amp;u={{.URL}}#{{.Name}}">`, false},
	{"where a page leads on to", `<meta http-equiv="refresh" content="0; url={{.Name}}"><meta http-equiv="refresh" content="0; url={{.Path}}"><meta http-equiv="refresh" content="0; url={{.URL}}">`, false},
	{"a telephone number", `<a href="tel:{{.Name}}"></a><a href="mailto:{{.Name}}">`, false},
	{"a style", `<p style="color: {{.Name}}; {{.CSS}}"></p><style>a { width: {{.Count}}; {{.CSS}} }</style>`, false},
	{"a set of pictures", `<img srcset="{{.Name}}, {{.Path}} 2x">`, false},
	{"a script", `<script>var a = {{.Name}}, b = {{.Count}}, c = {{.Words}}, d = {{.Rows}}, e = "{{.Name}}", f = {{.JS}}, g = {{.Nil}}, h = {{.Yes}}, i = {{.NoFee}}, j = {{.Ratio}}</script>`, false},
	{"a template literal of a script", "<script>var a = `{{.Name}}`; var r = /{{.Name}}/</script>", false},
	{"an event", `<p onclick="f({{.Name}}, {{.Rows}})">`, false},
	{"data of a script", `<script type="application/ld+json">{{.Map}}{{.Any}}{{.List}}</script>`, false},
	{"what JSON cannot say", `<script>var a = {{.Fun}}</script>`, true},
	{"a title", `<title>{{.Name}} {{.HTML}} {{.Words}}</title><textarea>{{.Name}}</textarea>`, false},
	{"a comment of HTML", `<!-- {{.Name}} --><p>`, false},
	{"an attribute by name", `<p {{.Name}}="x" {{.Attr}} {{.Named}}="y">`, false},
	{"trusted content", `{{.HTML}}<p title="{{.HTML}}"{{.Attr}}>{{.URL}}{{.Attr}}{{.JS}}`, false},
	{"content that says itself", `<p title="{{.Words}}">{{.Words}}{{.Title}}{{.Err}}</p>`, false},
	{"numbers", `{{.Count}}{{.Small}}{{.Ratio}}{{1}}{{-2}}{{2.5}}{{"text<"}}{{true}}`, false},
	{"numbers written strangely", `{{0x1f}}{{'a'}}{{1e3}}`, true},
	{"an imaginary number", `{{slice .Rows 0i}}`, true},
	{"a number with a sign in an address", `<a href="/{{add .Count -9}}?x={{add .Count -9}}">`, false},
	{"yes and no", `{{.Yes}}{{not .Yes}}{{eq 1 1}}`, false},
	{"a struct", `{{.Price}}{{.Arr}}{{.Rows}}{{.Deep}}`, false},
	{"pointers", `{{.Fee}}{{.NoFee}}{{.Other}}{{range .Ptrs}}[{{.}}]{{end}}`, false},
	{"maps", `{{.Map}}{{.Map.a}}{{.Nums}}{{index .Map "b"}}{{index .Map "none"}}{{index .Nums 1}}`, false},
	{"anything", `{{.Any}}{{.Nil}}{{range .List}}[{{.}}]<a title="{{.}}" href="{{.}}">{{end}}`, false},
	{"methods", `{{.Words.Tag}}<p{{.Words.Tag}}>{{.Absolute}}{{.Price.In "baht"}}{{.Fee.Double}}{{.Has "x"}}{{.Has .Name}}`, false},
	{"methods of elements", `{{range .Rows}}<p{{.Tag}}>{{.}}{{.String}}</p>{{end}}`, false},
	{"a method of a pointer, on what has no address", `{{.Price.Double}}`, false},
	{"a method with many arguments", `{{.Sum 1 2 3}}{{.Sum}}`, false},
	{"a method given the value before", `{{"baht" | .Price.In}}{{3 | .Sum 1}}`, false},
	{"a method of anything", `{{.Any.Tag}}{{.Any.Text}}{{(index .List 3).Text}}`, false},
	{"if", `{{if .Yes}}yes{{end}}{{if .Name}}a{{else}}b{{end}}{{if .NoFee}}a{{else}}b{{end}}{{if .Fee}}a{{end}}{{if .Nil}}a{{else if .Any}}b{{else}}c{{end}}`, false},
	{"if by type", `{{if .Count}}1{{end}}{{if .Small}}2{{end}}{{if .Ratio}}3{{end}}{{if .Words}}4{{end}}{{if .Map}}5{{end}}{{if .Arr}}6{{end}}{{if .Err}}7{{end}}{{if .Fun}}8{{end}}{{if .Rows}}9{{end}}{{if .Named}}0{{end}}`, false},
	{"with", `{{with .Other}}{{.Text}}{{end}}{{with .NoFee}}a{{else}}{{.Name}}{{end}}{{with $x := .Name}}{{$x}}{{.}}{{end}}{{with .Nil}}a{{else with .Any}}{{.Text}}{{end}}`, false},
	{"range", `{{range .Rows}}{{.Text}},{{end}}{{range .Names}}{{.}}{{else}}none{{end}}{{range .Nil}}{{.}}{{else}}none{{end}}`, false},
	{"range with variables", `{{range $i, $r := .Rows}}{{if $i}}, {{end}}{{$i}}{{$r}}{{$r.Text}}{{end}}{{range $n := .Names}}{{$n}}{{end}}`, false},
	{"range of nothing, with variables", `{{range $i, $r := slice .Rows 0 0}}{{$i}}{{else}}{{$i}} and {{$r}}{{end}}`, false},
	{"range of a map", `{{range $k, $v := .Map}}{{$k}}={{$v}} {{end}}{{range .Nums}}{{.Text}}{{end}}`, false},
	{"range of a number", `{{range 3}}{{.}}{{end}}{{range $i := .Count}}{{$i}}{{end}}`, false},
	{"range of an array", `{{range $i, $x := .Arr}}{{$i}}{{.Text}}{{$x}}{{end}}`, false},
	{"range within range", `{{range $i, $d := .Deep}}{{range $j, $s := $d}}{{$i}}{{$j}}{{$s}}{{else}}-{{end}}{{end}}`, false},
	{"range that sets variables", `{{$i := 0}}{{$x := ""}}{{range $i, $x = .Names}}{{end}}{{$i}}{{$x}}`, false},
	{"break and continue", `{{range .Rows}}{{if not .Text}}{{continue}}{{end}}{{if eq .Lang "en"}}{{break}}{{end}}{{.}}{{end}}{{range $i, $x := .List}}{{if eq $i 1}}{{break}}{{end}}{{$x}}{{end}}`, false},
	{"range of text", `{{range .Name}}{{end}}`, true},
	{"variables", `{{$a := .Name}}{{$b := 1}}{{$a}}{{$b}}{{$.Count}}{{range .Rows}}{{$.Name}}{{$a}}{{end}}`, false},
	{"variables that change", `{{$a := "en"}}{{if .Yes}}{{$a = "th"}}{{end}}<p lang="{{$a}}">{{if eq $a "th"}}x{{end}}{{$a = 5}}{{$a}}`, false},
	{"a variable that changes in a range", `{{$n := 0}}{{range .Rows}}{{$n = add $n 1}}{{end}}{{$n}}`, false},
	{"a variable of a condition", `{{if $x := .Name}}{{$x}}{{else}}[{{$x}}]{{end}}{{with $x := .NoFee}}a{{else}}[{{$x}}]{{end}}{{if $x := .Nil}}{{else if $y := .Count}}{{$x}}{{$y}}{{end}}`, false},
	{"a variable within an expression", `{{($x := 1)}}{{$x}}`, true},
	{"a variable of the same name", `{{$a := 1}}{{if .Yes}}{{$a := "x"}}{{$a}}{{end}}{{$a}}`, false},
	{"templates", `{{template "one" .}}{{template "one" .Title}}{{template "two"}}{{template "two" .Name}}{{template "two" slice .Names 0 1}}{{define "one"}}{{with .}}x{{end}}{{end}}{{define "two"}}[{{.}}]{{end}}`, false},
	{"a template in several places", `<p{{template "l"}} title="{{template "l"}}">{{template "l"}}<script>{{template "l"}}</script>{{define "l"}} lang="th"{{end}}`, false},
	{"a template within another, inside a tag", `<p {{template "a" .}}>{{template "a" .}}{{define "a"}}{{template "b" .Words}}{{end}}{{define "b"}}lang="{{.Lang}}"{{end}}`, false},
	{"a template for anything", `{{range .List}}{{template "x" .}}{{end}}{{template "x" .Any}}{{template "x" .Nil}}{{define "x"}}<{{.}}>{{end}}`, false},
	{"a template for anything with fields", `{{template "x" .Any}}{{define "x"}}{{.Text}}{{end}}`, false},
	{"a block", `{{block "b" .Title}}{{.Text}}{{$.Lang}}{{end}}`, false},
	{"functions", `{{lang}}{{upper .Name}}{{icon "x"}}{{check .Name}}{{bold "x"}}{{t "k"}}{{t "k" .Count .Name .Words nil}}{{n "k" 2}}{{n "k" .Count}}{{add 1 (add .Count 2)}}{{range list}}{{.}}{{end}}{{half 3}}{{half .Ratio}}`, false},
	{"functions in a pipeline", `{{.Name | upper | bold}}{{"k" | t | upper}}{{.Count | add 1}}{{.Words.Text | printf "%s-%s" "a" | upper}}`, false},
	{"functions of anything", `{{ident .Name}}{{ident .Words}}{{ident nil}}{{ident 1}}{{ident .Nil}}{{(ident .Words).Text}}{{upper (ident "x")}}`, false},
	{"functions of what is printed", `{{print .Name 1 nil}}{{println .Count}}{{printf "%d %s %v" .Count .Name .Words}}`, false},
	{"escapers by hand", `{{.Name | html}}{{html .Name}}<a href="/?{{.Name | urlquery}}">{{js .Name}}{{urlquery .Name}}{{.Words | html}}{{html .Name .Fee .Words nil}}`, false},
	{"comparisons", `{{eq .Name "x"}}{{eq .Named "given"}}{{eq .Named "a" "given"}}{{ne .Named "given"}}{{eq .Count 1 2 3}}{{lt .Count 4}}{{le .Count 3}}{{gt .Count 2}}{{ge .Count 4}}{{ne .Count 3}}{{eq .Yes true}}{{ne .Yes false}}`, false},
	{"comparisons of numbers", `{{eq .Small 7}}{{lt .Small .Count}}{{gt .Count .Small}}{{eq .Small .Small}}{{lt "a" "b" }}{{ge "a" "b"}}`, false},
	{"comparisons left alone", `{{eq .Ratio 2.5}}`, true},
	{"comparisons with nothing", `{{eq .Nil nil}}`, true},
	{"comparisons of what cannot be compared", `{{eq .Name 1}}`, true},
	{"and, or, not", `{{and .Name .Count}}{{or .Nil .Name}}{{or .NoFee .Fee .Name}}{{and .Nil .Name}}{{if or .NoFee .Yes}}a{{end}}{{if and .Yes (not .Nil) .Rows}}b{{end}}{{not .Name}}{{with or .Words .Title}}{{.Text}}{{end}}`, false},
	{"and stops at the first", `{{if and .NoFee .NoFee.Baht}}a{{else}}b{{end}}{{if or .Yes .NoFee.Baht}}c{{end}}`, false},
	{"len, index, slice", `{{len .Rows}}{{len .Name}}{{len .Map}}{{len .Arr}}{{index .Rows 0}}{{(index .Rows 2).Text}}{{index .Deep 0 1}}{{slice .Name 0 3}}{{slice .Named 1}}{{range slice .Rows 1 3}}{{.}}{{end}}{{slice .Names}}{{index .Name 0}}{{len .List}}`, false},
	{"slice with a capacity", `{{slice .Names 0 1 2}}`, true},
	{"an index out of range", `{{index .Rows 3}}`, true},
	{"a slice out of range", `{{slice .Rows 1 9}}`, true},
	{"call", `{{call .Fun 3}}`, true},
	{"parentheses", `{{(.Title).Text}}{{((.Count))}}{{(index .Rows 0).Text | upper}}{{if (eq .Count 3)}}x{{end}}{{len (slice .Rows 1)}}`, false},
	{"white space", "<p>\n{{- .Name -}}\n</p>  {{- /* c */ -}}  x", false},
	{"a nil pointer's field", `{{.NoFee.Baht}}`, true},
	{"a nil pointer's method", `{{.NoFee.Double}}`, true},
	{"a missing key", `{{.Map.none}}`, true},
	{"a field of nil", `{{.Nil.Name}}`, true},
	{"a function that fails", `{{check ""}}`, true},
	{"a function that panics", `<p>{{blow}}`, true},
	{"a method that fails", `{{.Fails}}`, true},
	{"a method that panics", `{{.Panics}}`, true},
	{"a nil that says itself", `{{none}}{{with none}}x{{end}}`, false},
	{"nil for a number", `{{add 1 .Nil}}`, true},
	{"a value of any type for a number", `{{add 1 (index .List 0)}}`, false},
	{"a wrong value of any type for a number", `{{add 1 (index .List 1)}}`, true},
	{"a template that calls itself", `{{template "self" .}}{{define "self"}}{{if .Yes}}x{{else}}{{template "self" .}}{{end}}{{end}}`, false},
	{"a field without a page's", `{{if .Yes}}{{range .Any.Text}}{{end}}{{end}}`, true},
}

func TestPagesAreWhatHTMLTemplatePrints(t *testing.T) {
	for _, tc := range cases {
		t.Run(tc.name, func(t *testing.T) {
			if left := same(t, tc.source, sample()) > 0; left != tc.left {
				t.Errorf("left to html/template: %v, want %v", left, tc.left)
			}
			empty, full := page{extra: &extra{}}, sample()
			same(t, tc.source, empty)
			same(t, tc.source, &empty)
			same(t, tc.source, &full)
		})
	}
}

func TestOtherDataIsPrintedToo(t *testing.T) {
	deep := tree{"a", []tree{{"b", []tree{{"c", nil}}}, {"d", nil}}}
	branches := `{{template "tree" .}}{{define "tree"}}<li>{{.Name}}{{range .Below}}{{template "tree" .}}{{end}}</li>{{end}}`
	for _, tc := range []struct {
		name, source string
		data         any
	}{
		{"a tree", branches, deep},
		{"a text", `<p title="{{.}}">{{.}}{{len .}}`, nasty},
		{"nothing", `{{.}}{{if .}}a{{else}}b{{end}}`, nil},
		{"a field of nothing", `{{.Name}}`, nil},
		{"a map", `{{.a}}{{range $k, $v := .}}{{$k}}{{$v}}{{end}}`, map[string]any{"a": 1, "b": []string{"x"}}},
		{"a map of another key", `{{range $k, $v := .}}{{$k}}{{$v}}{{end}}`, map[float64]string{2: "x", 1: "y"}},
		{"a list", `{{range .}}{{.}}{{end}}{{index . 1}}`, []any{1, "<", nil}},
		{"a channel", `{{range .}}{{.}}{{else}}none{{end}}`, closed()},
		{"a function to go through", `{{range .}}{{.}}{{end}}`, func(yield func(int) bool) { _ = yield(1) && yield(2) }},
		{"a pointer to a pointer", `{{.Name}}{{(index .Below 0).Name}}`, ptr(ptr(deep))},
		{"a nil pointer", `{{if .}}a{{else}}{{.}}{{end}}`, (*tree)(nil)},
		{"a field of a nil pointer", `{{.Name}}`, (*tree)(nil)},
		{"an error", `{{.}}{{.Error}}`, errors.New("<wrong>")},
	} {
		t.Run(tc.name, func(t *testing.T) { same(t, tc.source, tc.data) })
	}
}

func ptr[T any](v T) *T { return &v }

// closed is a channel that gives nothing more.
func closed() <-chan string {
	c := make(chan string)
	close(c)
	return c
}

func TestAFieldThatThePageDoesNotHaveIsRefused(t *testing.T) {
	for _, tc := range []struct{ name, source, want string }{
		{"a field", "<p>\n{{.Titel}}</p>", "file.html:2:2: press.page has no field or method Titel"},
		{"a field within a part that few pages show", "{{if .NoFee}}\n\n<p>{{.NoFee.Amount}}{{end}}", "file.html:3:11: press.price has no field or method Amount"},
		{"a field of an element", `{{range .Rows}}{{template "row" .}}{{end}}{{define "row"}}{{.Name}}{{end}}`, "press.words has no field or method Name"},
		{"a field that is not exported", `{{.hidden}}`, "press.page has no field or method hidden"},
		{"an argument of another type", `{{upper .Count}}`, "is a int, not a string"},
		{"a text for a number", `{{add 1 "two"}}`, `"two" is no int`},
		{"too few arguments", `{{add 1}}`, "add wants 2 arguments, not 1"},
		{"an argument for a field", `{{.Name 1}}`, "Name of press.page is no method, and has arguments"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			p, err := made(parsed(t, tc.source))
			if err != nil {
				t.Fatal(err)
			}
			if err := p.Fits(page{}); err == nil || !strings.Contains(err.Error(), tc.want) {
				t.Errorf("got %v, want %q", err, tc.want)
			}
			if out, err := p.Append(nil, sample()); err == nil || len(out) > 0 {
				t.Errorf("such a page is printed: %q", out)
			}
		})
	}
}

func TestATemplateThatCannotBeEscapedIsRefused(t *testing.T) {
	for _, tc := range []struct{ name, source, want string }{
		{"a tag that stays open", `<a href="{{.Name}}`, "ends in"},
		{"branches that end differently", `{{if .Yes}}<a {{end}}>`, "branches"},
		{"a template that is not there", `{{template "none"}}`, "no such template"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			_, err := made(parsed(t, tc.source))
			if err == nil || !strings.Contains(err.Error(), tc.want) {
				t.Errorf("got %v, want %q", err, tc.want)
			}
		})
	}
}

func TestManyPrintAtOnce(t *testing.T) {
	p, err := made(parsed(t, `{{.Name}}{{range .List}}{{template "x" .}}{{end}}{{define "x"}}[{{.}}]{{end}}`))
	if err != nil {
		t.Fatal(err)
	}
	var want bytes.Buffer
	if err := p.Execute(&want, sample()); err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for _, data := range []any{sample(), ptr(sample())} {
				if got, err := p.Append(nil, data); err != nil || !bytes.Equal(got, want.Bytes()) {
					t.Errorf("got %q, %v", got, err)
				}
			}
		})
	}
	wg.Wait()
}

func FuzzText(f *testing.F) {
	source := `<p title="{{.Name}}" {{.Attr}} data-x={{.Name}} style="color: {{.Name}}" onclick="f({{.Name}}, '{{.Name}}')">{{.Name}}{{.Words}}{{.Named}}{{.HTML}}
<a href="{{.Name}}"></a><a href="{{.URL}}"></a><a href="/{{.Name}}?q={{.Name}}&u={{.URL}}#{{.Name}}"></a><a href="tel:{{.Name}}"></a><img srcset="{{.Name}}"><meta http-equiv="refresh" content="0; url={{.Name}}">
<title>{{.Name}}</title><script>var a = {{.Name}}, b = "{{.Name}}", c = {{.Any}}, d = {{.Rows}};</script><script type="application/ld+json">{{.Map}}</script>
{{upper .Name}}{{t "k" .Name}}{{bold .Name}}{{if .Name}}a{{else}}b{{end}}{{eq .Name "x"}}{{lt .Name "m"}}{{len .Name}}{{html .Name}}{{range .Names}}{{.}}{{end}}`
	p, err := made(parsed(f, source))
	if err != nil {
		f.Fatal(err)
	}
	for _, s := range []string{"", nasty, "javascript:alert(1)", "HTTPS://x/?a=%2&b=%2f", "การต่ออายุใบอนุญาต 40 บาท", "\u2029</script><!--", "12345678\x00<<>>&&"} {
		f.Add(s, 0)
	}
	f.Fuzz(func(t *testing.T, s string, n int) {
		data := sample()
		data.Name, data.Count, data.Words, data.Named, data.Any, data.Names = s, n, words{s, s}, state(s), s, []string{s, s}
		data.Rows, data.Map, data.HTML, data.URL = []words{{s, s}}, map[string]string{s: s}, template.HTML(s), template.URL(s)
		var want bytes.Buffer
		wantErr := p.Execute(&want, data)
		main, err := p.compiled(p.start(reflect.ValueOf(data)))
		if err != nil {
			t.Fatal(err)
		}
		got, ok := main.print(nil, reflect.ValueOf(data))
		if ok != (wantErr == nil) || ok && !bytes.Equal(got, want.Bytes()) {
			t.Errorf("%q: got %q, %v\nwant %q, %v", s, got, ok, want.Bytes(), wantErr)
		}
	})
}

func FuzzTemplate(f *testing.F) {
	for _, tc := range cases {
		f.Add(tc.source)
	}
	long := regexp.MustCompile(`[0-9]{3}`) // a loop that takes too long to wait for
	f.Fuzz(func(t *testing.T, source string) {
		set, err := template.New("file.html").Option("missingkey=error").Funcs(funcs).Parse(source)
		if err != nil || set.Tree == nil || len(source) > 500 || long.MatchString(source) {
			t.Skip()
		}
		p, err := made(set)
		if err != nil {
			t.Skip()
		}
		for _, data := range []any{sample(), ptr(page{extra: &extra{}})} {
			v := reflect.ValueOf(data)
			main, err := p.compiled(p.start(v))
			if err != nil {
				continue
			}
			got, ok := main.print(nil, v)
			if !ok {
				continue
			}
			var want bytes.Buffer
			if err := p.Execute(&want, data); err != nil {
				t.Errorf("%s\ngot %q, want the error %v", source, got, err)
			} else if !bytes.Equal(got, want.Bytes()) {
				t.Errorf("%s\ngot  %q\nwant %q", source, got, want.Bytes())
			}
		}
	})
}
