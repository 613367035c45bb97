package site

import (
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"
)

func withFacts(files map[string]string) fstest.MapFS {
	out := fstest.MapFS{}
	for name, text := range files {
		out[name] = &fstest.MapFile{Data: []byte(text)}
	}
	return out
}

func TestFiguresStandOnPagesWhenEnoughHaveAnswered(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "public")
	build(t, content(nil), dir, Options{Facts: withFacts(map[string]string{
		"mof.json": `{"version": 1, "manuals": {"mof-1": {"satisfaction": {"answers": 4, "mean": 1.5}, "monthly": {"least": 2, "average": 30, "most": 1200}}, "gone": {}},
			"points": {"mof-bangkok": {"satisfaction": {"answers": 120, "mean": 4.25}}}}`,
		"delay/0f.json": `{"cases": {}}`,
	})})
	if got := read(t, dir, "en/procedure/mof-1/index.html"); !strings.Contains(got, "30 requests") || strings.Contains(got, "out of 5") {
		t.Error("the manual does not tell its requests, or tells what four persons said")
	}
	if got := read(t, dir, "point/mof-bangkok/index.html"); !strings.Contains(got, "4.25 จาก 5 (120 คำตอบ)") {
		t.Error("the point does not tell its score")
	}
	if got := read(t, dir, "data/delay/0f.json"); got != `{"cases": {}}` {
		t.Errorf("got %q", got)
	}
}

func TestAManualTellsItsYears(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "public")
	build(t, content(nil), dir, Options{Facts: withFacts(map[string]string{"statistics-07.json": `{"version": 1, "manuals": {"mof-1": {"monthly": {"least": 0, "average": 0, "most": 0},
		"years": [{"year": 2569, "received": 4080, "decided": 3990, "on_time": 3901}, {"year": 2568, "received": 4, "decided": 4, "on_time": 1}]}}}`})})
	got := read(t, dir, "procedure/mof-1/index.html")
	for _, want := range []string{"จำนวนคำขอ ปีงบประมาณ 2569", "4080 คำขอ ทันกำหนดร้อยละ 97.77 ของที่พิจารณาแล้ว", "จำนวนคำขอ ปีงบประมาณ 2568", "4 คำขอ"} {
		if !strings.Contains(got, want) {
			t.Errorf("the manual does not say %q", want)
		}
	}
	if strings.Count(got, "ทันกำหนดร้อยละ") != 1 || strings.Contains(got, "คำขอเฉลี่ยต่อเดือน") {
		t.Error("the manual tells what came of four requests, or of months that nothing is known of")
	}
}

func TestFactsThatCanNotBeAreTold(t *testing.T) {
	for _, tc := range []struct{ name, file, text, want string }{
		{"no JSON", "a.json", "{", "facts/a.json: it can not be read"},
		{"another version", "a.json", `{"version": 2}`, "its version is 2, not 1"},
		{"an unknown member", "a.json", `{"version": 1, "manual": {}}`, "unknown field"},
		{"a member twice", "a.json", `{"version": 1, "manuals": {"a": {}, "a": {}}}`, `"a" stands twice`},
		{"a member twice in other letters", "a.json", `{"version": 1, "VERSION": 1}`, "stands twice"},
		{"a mean beyond the scale", "a.json", `{"version": 1, "points": {"p": {"satisfaction": {"answers": 9, "mean": 5.5}}}}`, "the figures of p can not be"},
		{"more decisions in time than decisions", "a.json", `{"version": 1, "manuals": {"m": {"years": [{"year": 2569, "received": 9, "decided": 5, "on_time": 6}]}}}`, "the figures of m can not be"},
		{"years out of order", "a.json", `{"version": 1, "manuals": {"m": {"years": [{"year": 2568, "received": 1, "decided": 0, "on_time": 0}, {"year": 2569, "received": 1, "decided": 0, "on_time": 0}]}}}`, "the figures of m can not be"},
		{"more years than are told", "a.json", `{"version": 1, "manuals": {"m": {"years": [{"year": 2569}, {"year": 2568}, {"year": 2567}, {"year": 2566}]}}}`, "the figures of m can not be"},
		{"more after the value", "a.json", `{"version": 1} {}`, "something follows"},
		{"a file of another kind", "a.txt", "x", "facts/a.txt: this is no file of facts"},
		{"a shard that is no JSON", "delay/a.json", "x", "facts/delay/a.json: it can not be read"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			_, err := tryBuild(t, fixed{content(nil)}, filepath.Join(t.TempDir(), "public"), Options{Facts: withFacts(map[string]string{tc.file: tc.text})})
			if err == nil || !strings.Contains(err.Error(), tc.want) {
				t.Errorf("got %v, want it to say %s", err, tc.want)
			}
		})
	}
}

func FuzzFacts(f *testing.F) {
	f.Add([]byte(`{"version": 1, "manuals": {"mof-1": {"monthly": {"least": 2, "average": 30, "most": 1200}}}}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		if file, problems := decodeFacts("x.json", data); len(problems) == 0 && file.Version != factsVersion {
			t.Errorf("version %d was read without a problem", file.Version)
		}
	})
}
