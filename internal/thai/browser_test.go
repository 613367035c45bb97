package thai

import (
	"bytes"
	"encoding/json"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// twin is what one text gives, in Go or in the browser's module.
type twin struct {
	Normalize  string   `json:"normalize"`
	Clusters   []string `json:"clusters"`
	Joined     []string `json:"joined"`
	Fold       string   `json:"fold"`
	Keyboard   string   `json:"keyboard"`
	KeyboardOK bool     `json:"keyboardOK"`
	Words      []string `json:"words"`
	WordsByMap []string `json:"wordsByMap"`
	Expand     []string `json:"expand"`
}

func inGo(l *Lexicon, s string) twin {
	t := twin{
		Normalize: Normalize(s),
		Clusters:  append([]string{}, Clusters(s)...),
		Joined:    append([]string{}, JoinedClusters(s)...),
		Fold:      Fold(s),
		Words:     append([]string{}, l.Words(s)...),
		Expand:    append([]string{}, Expand(s)...),
	}
	t.Keyboard, t.KeyboardOK = FromLatinKeyboard(s)
	t.WordsByMap = t.Words
	return t
}

// inBrowser runs thai.js over the texts, in one process of node, which these
// tests require.
func inBrowser(t *testing.T, words, texts []string) []twin {
	t.Helper()
	node, err := exec.LookPath("node")
	if err != nil {
		t.Fatalf("node runs the browser's module: %v (install nodejs, version 18 or later)", err)
	}
	dir := t.TempDir()
	place(t, dir, "thai.js", read(t, "../../themes/default/assets/js/thai.js"))
	place(t, dir, "run.mjs", read(t, "testdata/run.mjs"))
	place(t, dir, "thai-rules.js", append([]byte("export default "), Rules()...))
	place(t, dir, "package.json", []byte(`{"type": "module"}`))
	in, err := json.Marshal(map[string][]string{"words": words, "texts": texts})
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), node, filepath.Join(dir, "run.mjs"))
	cmd.Stdin, cmd.Stderr = bytes.NewReader(in), os.Stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("node run.mjs: %v", err)
	}
	var results []twin
	if err := json.Unmarshal(out, &results); err != nil {
		t.Fatal(err)
	}
	return results
}

func read(t *testing.T, name string) []byte {
	t.Helper()
	data, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func place(t *testing.T, dir, name string, data []byte) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(dir, name), data, 0o644); err != nil {
		t.Fatal(err)
	}
}

func TestGoAndTheBrowserAgree(t *testing.T) {
	words := DefaultWords()
	texts := goldenTexts(t)
	random := writerOfNonsense{rand.New(rand.NewPCG(1, 2558)), words}
	for range 8000 {
		texts = append(texts, random.text())
	}
	wantSame(t, words, texts)
}

// Few syllables make many words here, so that most texts can be cut in
// several ways and only the order of preference decides.
func TestGoAndTheBrowserCutAlikeWhereManyWaysLead(t *testing.T) {
	random := rand.New(rand.NewPCG(2, 2558))
	syllables := func(n int) string {
		var b strings.Builder
		for range n {
			b.WriteString([]string{"กา", "ขี้", "คุณ", "ง", "จ."}[random.IntN(5)])
		}
		return b.String()
	}
	var words, texts []string
	for range 120 {
		words = append(words, syllables(1+random.IntN(5)))
	}
	for range 2000 {
		texts = append(texts, syllables(3+random.IntN(12)))
	}
	wantSame(t, words, texts)
}

func wantSame(t *testing.T, words, texts []string) {
	t.Helper()
	lexicon := NewLexicon(words)
	results := inBrowser(t, words, texts)
	if len(results) != len(texts) {
		t.Fatalf("got %d results, want %d", len(results), len(texts))
	}
	differences := 0
	for i, s := range texts {
		if diff := cmp.Diff(inGo(lexicon, s), results[i]); diff != "" {
			t.Errorf("%q: Go -, browser +\n%s", s, diff)
			if differences++; differences == 10 {
				t.Fatal("and maybe more")
			}
		}
	}
}

// writerOfNonsense makes texts that nobody would type and some might.
type writerOfNonsense struct {
	*rand.Rand
	words []string
}

func (w writerOfNonsense) text() string {
	var b strings.Builder
	part := []func(*strings.Builder){w.letters, w.marks, w.word, w.slip, w.other, w.keys}
	// Half of the texts are of one kind, the rest are mixed.
	only := w.IntN(2 * len(part))
	for range 1 + w.IntN(8) {
		n := w.IntN(len(part))
		if only < len(part) {
			n = only
		}
		part[n](&b)
	}
	return b.String()
}

func (w writerOfNonsense) letters(b *strings.Builder) {
	for range 1 + w.IntN(8) {
		b.WriteRune(0x0E00 + rune(w.IntN(0x60)))
	}
}

func (w writerOfNonsense) marks(b *strings.Builder) {
	marks := []rune("เแกนรฤสทะาำๅัิีึืฺุู็่้๊๋์ํ๎")
	for range 1 + w.IntN(8) {
		b.WriteRune(marks[w.IntN(len(marks))])
	}
}

func (w writerOfNonsense) word(b *strings.Builder) {
	b.WriteString(w.words[w.IntN(len(w.words))])
}

// slip is a word with one character twice, gone, or in its neighbour's place.
func (w writerOfNonsense) slip(b *strings.Builder) {
	r := []rune(w.words[w.IntN(len(w.words))])
	i := w.IntN(len(r))
	switch w.IntN(3) {
	case 0:
		r = append(r[:i], append([]rune{r[i]}, r[i:]...)...)
	case 1:
		r = append(r[:i], r[i+1:]...)
	default:
		j := (i + 1) % len(r)
		r[i], r[j] = r[j], r[i]
	}
	b.WriteString(string(r))
}

func (w writerOfNonsense) other(b *strings.Builder) {
	others := []string{
		" ", "  ", "\n", "\t", "\u00a0", "\u3000", "\u200b", "\u200d", "\ufeff", "\u00ad", ".", ",", "1,250.50", "๑๐",
		"Passport", "ABC", "É", "e\u0301", "\u0323", "\u0301", "ß", "İ", "Å", "가", "日本", "😀", "👩‍👩‍👧", "ﬁ", "½", "ฯลฯ", "พ.ร.บ.", "–", "\x00", "'",
	}
	b.WriteString(others[w.IntN(len(others))])
}

func (w writerOfNonsense) keys(b *strings.Builder) {
	for range 1 + w.IntN(6) {
		b.WriteByte(' ' + byte(w.IntN('~'-' ')))
	}
}
