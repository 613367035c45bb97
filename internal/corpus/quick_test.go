package corpus

import (
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/text/unicode/norm"
)

// agree checks that what is read the quick way is what the library reads, and
// reports whether the text can be read the quick way at all.
func agree(t *testing.T, src string) bool {
	t.Helper()
	var quick, full decoder
	if !quick.skim(src) {
		return false
	}
	if !full.parse([]byte(src)) {
		t.Fatalf("%q is read, which the library refuses: %v", src, full.problems)
	}
	if !slices.Equal(quick.nodes, full.nodes) {
		t.Fatalf("%q is read as something else:\n%s", src, cmp.Diff(full.nodes, quick.nodes, cmp.AllowUnexported(node{})))
	}
	if quick.clean {
		for _, n := range quick.nodes {
			if strings.IndexFunc(n.value, hidden) >= 0 || norm.NFC.String(n.value) != n.value {
				t.Fatalf("%q is called clean, with %q in it", src, n.value)
			}
		}
	}
	return true
}

// same checks that a text means the same and has the same problems, as a file
// of each kind, whichever way it is read.
func same(t *testing.T, src string) {
	t.Helper()
	for _, kind := range types {
		got, want := reflect.New(kind.typ), reflect.New(kind.typ)
		var quick, full decoder
		quick.decode([]byte(src), got.Interface())
		if full.parse([]byte(src)) {
			full.root(want.Interface())
		}
		if !slices.Equal(quick.problems, full.problems) {
			t.Fatalf("%s %q: got problems\n%v\nwant\n%v", kind.kind, src, quick.problems, full.problems)
		}
		if !reflect.DeepEqual(got.Interface(), want.Interface()) {
			t.Fatalf("%s %q: %s", kind.kind, src, cmp.Diff(want.Interface(), got.Interface()))
		}
	}
}

// usual is YAML as content files hold it.
var usual = []struct{ name, src string }{
	{"a pair", "a: b\n"},
	{"no line end at the end", "a: b"},
	{"Windows line ends", "a: b\r\nc:\r\n- d\r\n"},
	{"comments", "# ก\na: b # ข\n\n  # ค\nc: # ง\n  - d # จ\n# ฉ"},
	{"a hash that begins no comment", "a: b#c\nd: \"e # f\" # g\n"},
	{"nothing, and its other spellings", "a:\nb: ~\nc: null\nd: Null\ne: NULL\nf: \"\"\ng: ''\nh: \"null\"\n"},
	{"nothing in a list", "a:\n- \n-\n- b\n-\n"},
	{"words that are numbers, truths and dates", "a: 007\nb: 1_000\nc: yes\nd: true\ne: 2026-11-01\nf: -5\ng: .5\nh: 0x1F\ni: 1e3\nj: <<\n"},
	{"colons within words", "a: https://example.go.th/a:b\nb: 08:30\nc: {d: 12:30, e: http://x/}\n"},
	{"quotes within words", "a: it's\nb: 5\" screen\nc: [o'clock]\n"},
	{"spaces around words", "a:   b c  \nd: [ e f , g ]\nh: {  i:  j  }\n"},
	{"double quotes", `a: "b: # [c]"` + "\nd: \"say \\\"e\\\" \\\\ \\n\"\nf: \" g \"\n"},
	{"single quotes", "a: 'b: # c'\nd: 'it''s'\ne: ''''\nf: 'g\\n'\n"},
	{"a list further in", "a:\n  - b\n  - c\nd: e\n"},
	{"a list flush with its key", "a:\n- b\n- c\nd: e\n"},
	{"a list at the end", "a:\n- b\n- c"},
	{"groups in a list", "a:\n  - b: c\n    d: e\n  - b: f\n    g:\n      h: i\nj: k\n"},
	{"groups in a flush list", "a:\n- b: c\n  d:\n  - e\n  - f: g\n- b: h\n"},
	{"a wide dash", "a:\n-   b: c\n    d: e\n-   f\n"},
	{"a dash alone above its group", "a:\n-\n  b: c\n-\n  - d\n"},
	{"groups on a line", "a: {b: c, d: [e, {f: g}], h: \"i, j\", k: {}, l: []}\n"},
	{"an empty list", "a: []\nb: [ ]\nc: {}\n"},
	{"deep groups", "a:\n b:\n  c:\n   d:\n    e: f\n g: h\n"},
	{"a literal block", "a: |\n  b\n    c\n\n  # d\ne: f\n"},
	{"a literal block without its last line end", "a: |-\n  b: c\n  - d\n"},
	{"a literal block that ends the file", "a: |\n  b"},
	{"a literal block before empty lines", "a: |\n  b\n\n\nc: |-\n  d\n\n"},
	{"a folded block", "a: >\n  b\n  c\n\n  d\n\n\n  e\nf: >-\n  g \n  h\n"},
	{"blocks in a list", "a:\n- |\n  b\n- c: |-\n    d\n  e: >-\n    f\n- g\n"},
	{"keys of all kinds", "a-b: 1\n2569: 2\nnull: 3\nA_b: 4\n"},
	{"characters of many scripts", "a: é “ก” – ລາວ 日本 😀\nb: e\u0301 \u0E01\u0E48\u0E38\n"},
	{"a field twice", "a: b\na: c\n"},
}

// unusual is YAML that is left to the library.
var unusual = []struct{ name, src string }{
	{"nothing", ""},
	{"comments alone", "# ก\n"},
	{"a word alone", "a\n"},
	{"a list alone", "- a\n"},
	{"a group on a line alone", "{a: b}\n"},
	{"an anchor", "a: &b c\n"},
	{"an alias", "a: *b\n"},
	{"a tag", "a: !!str b\n"},
	{"a directive", "%YAML 1.2\n---\na: b\n"},
	{"two documents", "a: b\n---\nc: d\n"},
	{"the end of a document", "a: b\n...\n"},
	{"a question mark", "? a\n: b\n"},
	{"a key in quotes", "\"a\": b\n"},
	{"a key of several words", "a b: c\n"},
	{"a very long key", strings.Repeat("a", 200) + ": b\n"},
	{"a tab", "a:\tb\n"},
	{"a tab within words", "a: b\tc\n"},
	{"a lone carriage return", "a: b\rc: d\n"},
	{"a control", "a: b\x01\n"},
	{"a next line", "a: b\u0085c\n"},
	{"a line separator", "a: b\u2028c\n"},
	{"a byte order mark within", "a: \ufeffb\n"},
	{"what is not UTF-8", "a: \xff\n"},
	{"a colon that begins a pair in a pair", "a: b: c\n"},
	{"a colon at the end", "a: b:\n"},
	{"words that go on", "a: b\n  c\n"},
	{"words below their key", "a:\n  b\n"},
	{"quotes that go on", "a: \"b\n  c\"\n"},
	{"quotes without an end", "a: \"b\n"},
	{"words behind quotes", "a: \"b\" c\n"},
	{"a comment at the quotes", "a: \"b\"# c\n"},
	{"a rare escape", `a: "\u0e01"` + "\n"},
	{"an escape that does not exist", `a: "\q"` + "\n"},
	{"a list in a list", "a:\n- - b\n"},
	{"a list on its key's line", "a: - b\n"},
	{"a comment at a dash", "a:\n- # b\n  c: d\n"},
	{"a list among pairs", "a: b\n- c\n"},
	{"a pair among a list", "a:\n  - b\n  c: d\n"},
	{"a line between two depths", "a:\n    b: c\n  d: e\n"},
	{"a line too far in", "a: b\n  c: d\n"},
	{"a first line further in", "  a: b\n"},
	{"a group on lines", "a: {b: c,\n  d: e}\n"},
	{"a list without an end", "a: [b\n"},
	{"a list with a last comma", "a: [b, ]\n"},
	{"a pair in a list on a line", "a: [b: c]\n"},
	{"a key without a value in a group", "a: {b, c: d}\n"},
	{"a colon at the end in a group", "a: {b: c:}\n"},
	{"a question mark in a list", "a: [b?, c]\n"},
	{"a group as a key", "{a: b}: c\n"},
	{"words behind a group", "a: {b: c} d\n"},
	{"a comment in a group", "a: {b: c #}\n"},
	{"a block that keeps its empty lines", "a: |+\n  b\n\n"},
	{"a block that tells its depth", "a: |2\n    b\n"},
	{"a block that begins with an empty line", "a: |\n\n  b\n"},
	{"a block of nothing", "a: |\nb: c\n"},
	{"a folded block with lines further in", "a: >\n  b\n    c\n"},
	{"a line of spaces in a block", "a: |\n  b\n   \n  c\n"},
	{"a comment at a block", "a: | # b\n  c\n"},
	{"an indicator that begins a word", "a: @b\n"},
	{"a percent sign that begins a word", "a: %b\n"},
	{"very deep groups", "a: " + strings.Repeat("[", 40) + strings.Repeat("]", 40) + "\n"},
}

func TestUsualYAMLIsReadTheQuickWay(t *testing.T) {
	for _, tc := range usual {
		t.Run(tc.name, func(t *testing.T) {
			if !agree(t, tc.src) {
				t.Errorf("%q is left to the library", tc.src)
			}
			same(t, tc.src)
		})
	}
}

func TestUnusualYAMLIsLeftToTheLibrary(t *testing.T) {
	for _, tc := range unusual {
		t.Run(tc.name, func(t *testing.T) {
			if agree(t, tc.src) {
				t.Errorf("%q is read the quick way", tc.src)
			}
			same(t, tc.src)
		})
	}
}

func TestTheSampleContentIsReadTheQuickWay(t *testing.T) {
	list := contentOf(t, "../../content", everyFile)
	if len(list) < 100 {
		t.Fatalf("got %d files, want the sample content", len(list))
	}
	for _, w := range list {
		if !Quick(w.src) {
			t.Errorf("%s is left to the library", w.at.Path)
		}
	}
}

func TestADecoderReadsTheSameEitherWay(t *testing.T) {
	for _, w := range contentOf(t, "../../content", everyFile) {
		agree(t, yamlOf(w.src))
	}
	for name, src := range small {
		if !strings.Contains(name, "manual") {
			same(t, src)
		}
	}
}

// yamlOf is the YAML of a content file.
func yamlOf(src []byte) string {
	if front, _, ok := split(src); ok {
		src = front
	}
	return string(src)
}

func TestCleanTextNeedsNoSecondLook(t *testing.T) {
	for _, tc := range []struct {
		name, src       string
		ordinary, clean bool
	}{
		{"Thai and ASCII", "เที่ยว กุ้ง น้ำ ฤๅษี 12\n", true, true},
		{"marks of text", "“ก” – ข…", true, true},
		{"a letter of another script", "é ລາວ", true, true},
		{"a tone below which a vowel belongs", "ก\u0E48\u0E38", true, false},
		{"two marks that make one letter", "e\u0301", true, false},
		{"a mark of another script before a tone that belongs below it", "ก\u0323\u0E48", true, false},
		{"a mark that turns the text around", "ก\u202E", true, false},
		{"more marks than a text may have in a row", "ก" + strings.Repeat("\u0E48", 40), true, false},
		{"a tab", "ก\t", false, false},
		{"a control of eight bits", "ก\u0084", false, false},
		{"no character", "ก\uFFFF", false, false},
		{"a broken character", "ก\xE0\xB8", false, false},
	} {
		t.Run(tc.name, func(t *testing.T) {
			if ordinary, clean := survey(tc.src); ordinary != tc.ordinary || clean != tc.clean {
				t.Errorf("%q: got ordinary %v and clean %v, want %v and %v", tc.src, ordinary, clean, tc.ordinary, tc.clean)
			}
		})
	}
}

func FuzzQuickAgreesWithTheLibrary(f *testing.F) {
	for _, tc := range slices.Concat(usual, unusual) {
		f.Add(tc.src)
	}
	for _, src := range small {
		f.Add(yamlOf([]byte(src)))
	}
	for _, w := range contentOf(f, "../../content", everyFile) {
		if text := yamlOf(w.src); len(text) < 4000 {
			f.Add(text)
		}
	}
	f.Fuzz(func(t *testing.T, src string) {
		if agree(t, src) {
			same(t, src)
		}
	})
}

func FuzzFormsOfText(f *testing.F) {
	for _, s := range []string{"https://www.example.go.th/a/b", "https://", "https://a b", "https://a/%zz", "http://:80", "94e56d14-5636-4969-8248-81cf58ef5a9b", "94e56d14-5636-4969-8248-81cf58ef5a9B"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if simpleAddress(s) && !parsedAddress(s) {
			t.Errorf("%q is called an address", s)
		}
		if got, want := isUUID(s), uuidForm.MatchString(s); got != want {
			t.Errorf("%q is a UUID: got %v, want %v", s, got, want)
		}
	})
}
