package search

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"khumue/internal/thai"
)

// ask is one query for both engines.
type ask struct {
	Q      string     `json:"q"`
	Filter jsonFilter `json:"filter"`
	Limit  int        `json:"limit"`
}

type jsonFilter struct {
	Exact    bool   `json:"exact,omitempty"`
	Kind     Kind   `json:"kind,omitempty"`
	Category string `json:"category,omitempty"`
	Group    string `json:"group,omitempty"`
	Agency   string `json:"agency,omitempty"`
	Online   bool   `json:"online,omitempty"`
	Lang     string `json:"lang,omitempty"`
}

// inBrowser answers with the browser's engine, in one process of node, which
// this package's tests require.
func inBrowser(t *testing.T, f files, m Manifest, asks []ask, absent []string) []Result {
	t.Helper()
	node, err := exec.LookPath("node")
	if err != nil {
		t.Fatalf("node runs the browser's engine: %v (install nodejs, version 18 or later)", err)
	}
	dir := t.TempDir()
	for _, name := range []string{"search-core.js", "search-question.js", "search-repair.js", "search-text.js", "search-files.js", "thai.js"} {
		put(t, dir, name, read(t, "../../../themes/default/assets/js/"+name))
	}
	put(t, dir, "thai-rules.js", append([]byte("export default "), thai.Rules()...))
	put(t, dir, "package.json", []byte(`{"type": "module"}`))
	put(t, dir, "search.mjs", read(t, "testdata/search.mjs"))
	for name, data := range f {
		put(t, dir, "index/"+name, data)
	}
	in, err := json.Marshal(map[string]any{"dir": filepath.Join(dir, "index"), "manifest": m.Path, "asks": asks, "absent": absent})
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), node, filepath.Join(dir, "search.mjs"))
	cmd.Stdin, cmd.Stderr = bytes.NewReader(in), os.Stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("node search.mjs: %v", err)
	}
	var got struct {
		Answers []Result
		Slowest float64
	}
	if err := json.Unmarshal(out, &got); err != nil {
		t.Fatal(err)
	}
	t.Logf("node: %d answers, the slowest after %.1f ms", len(got.Answers), got.Slowest)
	return got.Answers
}

func read(t *testing.T, name string) []byte {
	t.Helper()
	data, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func put(t *testing.T, dir, name string, data []byte) {
	t.Helper()
	path := filepath.Join(dir, name)
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, data, 0o644); err != nil {
		t.Fatal(err)
	}
}

// inGo answers with this package.
func inGo(t *testing.T, x *Index, asks []ask) []Result {
	t.Helper()
	var out []Result
	for _, a := range asks {
		r, err := x.Query(t.Context(), a.Q, Filter(a.Filter), a.Limit)
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, r)
	}
	return out
}

// sampleAsks are the queries of both files, what is typed on the way to
// them, and filters of every sort.
func sampleAsks(t *testing.T) []ask {
	var asks []ask
	for _, file := range []string{"testdata/queries.tsv", "testdata/heldout.tsv"} {
		for _, e := range expectations(t, file) {
			asks = append(asks, ask{Q: e.query, Limit: 10})
		}
	}
	for typed := range thai.JoinedClusters("ต่อใบขับขี่หมดอายุ e-service passport") {
		text := strings.Join(thai.JoinedClusters("ต่อใบขับขี่หมดอายุ e-service passport")[:typed], "")
		asks = append(asks, ask{Q: text, Limit: 5})
	}
	for _, f := range []jsonFilter{
		{Category: "transport"}, {Group: "elderly"}, {Agency: "moi"}, {Agency: "dlt", Online: true}, {Online: true},
		{Lang: "en"}, {Kind: Point}, {Kind: Manual, Category: "tax", Lang: "en"}, {Category: "none"}, {Exact: true},
	} {
		for _, q := range []string{"", "ใบขับขี่", "ภาษี", "licence", "สำนักงาน", "บัตรหาย", "ขอ อย.", "9jv", "ใบขับขี้", "พาสปอต"} {
			asks = append(asks, ask{Q: q, Filter: f, Limit: 20})
		}
	}
	for _, q := range []string{"😀", "é", "  ", "()", "ก", "a", "1", "\u0e48", "ๆ", strings.Repeat("ทะเบียน", 40), "ต่อ\u200bทะเบียนรถ", "NAÏVE ×"} {
		asks = append(asks, ask{Q: q, Limit: 3})
	}
	return asks
}

func TestTheBrowserAnswersAsGoDoes(t *testing.T) {
	asks := sampleAsks(t)
	small, whole := build(t, portal(t), Options{Synonyms: synonymGroups(t)})
	same(t, asks, inGo(t, open(t, small, whole), asks), inBrowser(t, small, whole, asks, nil))

	big, m := build(t, append(portal(t), collect(synthetic{manuals: 2400, offices: 200, copies: 3, body: 40})...), Options{Synonyms: synonymGroups(t)})
	if m.Whole || m.AgencyValues || m.Records.Dirs == "" {
		t.Fatalf("the large portal is not large: %d bytes", m.Size)
	}
	for _, a := range []string{"office-7", "local", "dept-3", "ministry-4", "dlt"} {
		asks = append(asks, ask{Q: "การขอใบอนุญาตของท้องถิ่น", Filter: jsonFilter{Agency: a}, Limit: 10}, ask{Filter: jsonFilter{Agency: a}, Limit: 30})
	}
	same(t, asks, inGo(t, open(t, big, m), asks), inBrowser(t, big, m, asks, nil))
}

func TestAnswersArePartialWithoutAllFiles(t *testing.T) {
	f, m := build(t, portal(t), Options{Synonyms: synonymGroups(t)})
	asks := []ask{{Q: "ใบขับขี่", Limit: 5}}
	absent := []string{"records/"}
	got := inBrowser(t, f, m, asks, absent)
	for name := range f {
		if strings.HasPrefix(name, absent[0]) {
			delete(f, name)
		}
	}
	want := inGo(t, open(t, f, m), asks)
	same(t, asks, want, got)
	if !got[0].Partial || got[0].Total == 0 {
		t.Errorf("got partial %v and %d units, want a partial answer that still counts", got[0].Partial, got[0].Total)
	}
}

func same(t *testing.T, asks []ask, inGo, inBrowser []Result) {
	t.Helper()
	for i := range asks {
		if diff := cmp.Diff(inGo[i], inBrowser[i]); diff != "" {
			t.Errorf("%+v: (-Go +browser)\n%s", asks[i], diff)
			return
		}
	}
}

func collect(s synthetic) []Document {
	var docs []Document
	for d := range s.docs() {
		docs = append(docs, d)
	}
	return docs
}
