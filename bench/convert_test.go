package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/html"

	"github.com/google/go-cmp/cmp"
)

func TestPlaces(t *testing.T) {
	doc, err := html.Parse(strings.NewReader(`<main id="main"><p class="owner wide"><a href="/a/">A</a> <span>one<span lang="th">two</span></span></p>
		<ul><li class="row"><a class="plain" href="tel:1">1</a></li><li class="row" data-x>2</li></ul></main>`))
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ place, want string }{
		{"a", "A 1"},
		{".owner a", "A"},
		{"p.owner.wide a", "A"},
		{"#main .row a[href^=tel]", "1"},
		{"li[data-x]", "2"},
		{"a:bare", "A"},
		{"a!plain", "A"},
		{"span:bare>owner", "onetwo"},
		{"ul .owner", ""},
		{"main[class]", ""},
	} {
		var got []string
		for _, n := range parsePlace(c.place).among(elements(doc), doc) {
			got = append(got, text(n))
		}
		if s := strings.Join(got, " "); s != c.want {
			t.Errorf("%s: got %q, want %q", c.place, s, c.want)
		}
	}
}

func FuzzParsePlace(f *testing.F) {
	f.Add("p.owner a[href^=tel]:bare", "<p class=owner><a href=tel:1>1</a></p>")
	f.Fuzz(func(t *testing.T, at, page string) {
		doc, err := html.Parse(strings.NewReader(page))
		if err != nil {
			t.Skip(err)
		}
		parsePlace(at).among(elements(doc), doc)
	})
}

// TestTheSamplePortalBecomesAHugoSite builds the small portal of the generator's
// tests and converts it: the front matter holds what the page shows. When the
// theme's markup changes, rules.go and hugo/layouts change with it.
func TestTheSamplePortalBecomesAHugoSite(t *testing.T) {
	dir := t.TempDir()
	site, out := filepath.Join(dir, "site"), filepath.Join(dir, "hugo")
	content := portalWithSurvey(t)
	buildSite(t, content, site)
	if err := convert(site, content, "../"+themeSentences, out); err != nil {
		t.Fatal(err)
	}

	t.Run("each page has a content file, each old address an alias", func(t *testing.T) {
		pages, err := measure(site, compared)
		if err != nil {
			t.Fatal(err)
		}
		var made int
		for name, src := range texts(t, filepath.Join(out, "content")) {
			top, _ := frontMatter(t, name, src)
			aliases, _ := top["aliases"].([]any)
			made += 1 + len(aliases)
			if top["title"] == nil || top["description"] == nil || top["type"] == nil {
				t.Errorf("%s has no title, description or type", name)
			}
		}
		if int64(made) != pages.Files || made == 0 {
			t.Errorf("%d pages and aliases, want %d", made, pages.Files)
		}
	})

	t.Run("a manual keeps its body as Markdown and shows all else from the front matter", func(t *testing.T) {
		top, body := frontMatter(t, "manual", texts(t, out)["content/procedure/dlt-aaaaaa.md"])
		params := top["params"].(map[string]any)
		for _, key := range []string{"crumbs", "structured", "summary", "owner", "band", "contents", "documents", "sets", "fees", "channels", "points", "complaints", "reference", "labels", "source", "reviewed", "qr", "qrbox"} {
			if params[key] == nil {
				t.Errorf("%s is missing", key)
			}
		}
		if strings.Contains(body, "<p>") || !strings.Contains(body, "\n") {
			t.Errorf("the body is no Markdown: %q", body)
		}
		steps := params["sets"].([]any)[0].(map[string]any)["steps"].([]any)[0].(map[string]any)
		for _, key := range []string{"kind", "text", "time"} {
			if steps[key] == nil {
				t.Errorf("a step has no %s: %v", key, steps)
			}
		}
	})

	t.Run("a survey has of its own what is the point's; the questions are in a data file", func(t *testing.T) {
		top, _ := frontMatter(t, "survey", texts(t, out)["content/survey/dlt-north.md"])
		want := map[string]any{
			"crumbs": []any{"/", "/agency/dlt/", "/point/dlt-north/"}, "other": "/en/survey/dlt-north/", "form": []any{"satisfaction-1"}, "point": "dlt-north",
			"office": map[string]any{"url": "/point/dlt-north/", "text": "สำนักงานทดสอบภาคเหนือ"}, "agency": "กรมทดสอบการขนส่ง", "services": []any{"dlt-aaaaaa", "other"},
		}
		if d := cmp.Diff(want, top["params"]); d != "" {
			t.Errorf("the parameters differ:\n%s", d)
		}
		var forms map[string]struct{ Asks []map[string]any }
		if err := json.Unmarshal([]byte(texts(t, out)["data/forms/th.json"]), &forms); err != nil {
			t.Fatal(err)
		}
		if n := len(forms["satisfaction-1"].Asks); n != 5 {
			t.Errorf("%d questions, want 5", n)
		}
	})

	t.Run("each object's page finds its open data", func(t *testing.T) {
		made := texts(t, out)
		data, err := measure(site, openData)
		if err != nil {
			t.Fatal(err)
		}
		var found int64
		for name := range texts(t, filepath.Join(out, "content")) {
			kind, _, _ := strings.Cut(name, "/")
			if opened[kind] == "" || strings.HasSuffix(name, ".en.md") {
				continue
			}
			suffixes := []string{".json"}
			if kind == "procedure" {
				suffixes = append(suffixes, ".jsonld")
			}
			for _, suffix := range suffixes {
				found++
				if file := "opendata/" + strings.TrimSuffix(name, ".md") + suffix; made[file] == "" {
					t.Errorf("there is no %s", file)
				}
			}
		}
		if found != data.Files || found == 0 {
			t.Errorf("pages with %d files of open data, want %d", found, data.Files)
		}
	})

	t.Run("the shell is that of the site", func(t *testing.T) {
		var shell map[string]string
		if err := json.Unmarshal([]byte(texts(t, out)["data/shell/th.json"]), &shell); err != nil {
			t.Fatal(err)
		}
		for key, part := range map[string]string{"first": "charset", "head": "stylesheet", "top": "<header", "menu": "</header>", "foot": "</footer>", "icons": "/assets/icons.", "host": "http"} {
			if !strings.Contains(shell[key], part) {
				t.Errorf("%s: %q does not hold %q", key, shell[key], part)
			}
		}
	})

	t.Run("the layouts ask for no sentence that the theme has not", func(t *testing.T) {
		sentences := texts(t, out)["i18n/th.yaml"]
		for name, layout := range texts(t, filepath.Join(out, "layouts")) {
			for _, call := range strings.Split(layout, `T "`)[1:] {
				key, _, _ := strings.Cut(call, `"`)
				if !strings.Contains(sentences, "\n"+key+":") {
					t.Errorf("%s: no sentence %s", name, key)
				}
			}
		}
	})
}

// TestHugoWritesWhatWeWrite lets Hugo itself make the site of the sample portal,
// where it is installed: the survey byte for byte but for the place of a style
// sheet, open data and old addresses byte for byte, all other pages in size.
func TestHugoWritesWhatWeWrite(t *testing.T) {
	program := installed("../bin/peers", "hugo*")
	if program == "" {
		t.Skip("Hugo is not installed; make bench-peers does")
	}
	dir := t.TempDir()
	site, out := filepath.Join(dir, "site"), filepath.Join(dir, "made")
	content := portalWithSurvey(t)
	buildSite(t, content, site)
	h := hugoPeer{program: program, name: "Hugo", written: filepath.Join(dir, "written"), ready: filepath.Join(dir, "ready")}
	if err := errors.Join(convert(site, content, "../"+themeSentences, h.ready), author(site, content, "../"+themeSentences, h.written)); err != nil {
		t.Fatal(err)
	}
	b := &bench{options: options{limit: time.Minute}}
	if err := b.hugo(t.Context(), h, out); err != nil {
		t.Fatal(err)
	}
	for _, f := range b.results.Full {
		if f.Failed != "" {
			t.Fatalf("%s: %s", f.Name, f.Failed)
		}
	}

	t.Run("open data are written only where they are asked for", func(t *testing.T) {
		all, err := measure(filepath.Join(out, "hugo"), nil)
		if err != nil || all != b.results.HugoReady.Pages {
			t.Errorf("%+v, error %v; want nothing but pages, %+v", all, err, b.results.HugoReady.Pages)
		}
	})
	ours, theirs := texts(t, site), texts(t, filepath.Join(out, "hugo-data"))
	t.Run("a site that is written for Hugo has our pages, too", func(t *testing.T) {
		written := texts(t, filepath.Join(out, "hugo-written"))
		var other, size int
		for name, want := range ours {
			kind, below, _ := strings.Cut(name, "/")
			if !compared(name) || kind == "en" || kinds[kind].kind == "listing" || strings.Count(below, "/") > 1 {
				continue // lists have their own pages
			}
			got := written[name]
			if got == "" {
				t.Errorf("%s is not there", name)
			}
			other, size = other+len(got), size+len(want)
		}
		if other*100 < size*90 || other*100 > size*103 { // ours have their codes to scan in them
			t.Errorf("the pages have %d bytes, ours %d", other, size)
		}
	})
	var other, size int
	for name, want := range ours {
		got, kind := theirs[name], strings.Split(name, "/")
		switch {
		case openData(name):
			for as, folder := range opened {
				if folder == kind[1] {
					got = theirs["data/"+as+"/"+kind[2]]
				}
			}
		case !compared(name):
			continue
		case strings.Contains(name, "survey/"):
			got = strings.ReplaceAll(got, "http://localhost:8080/", "https://portal.example.go.th/") // as hugo.toml has it
			got, want = withoutStyle(t, got), withoutStyle(t, want)
		case !strings.Contains(want, `http-equiv="refresh"`):
			other, size = other+len(got), size+len(want)
			if got == "" {
				t.Errorf("%s is not there", name)
			}
			continue
		}
		if d := cmp.Diff(want, got); d != "" {
			t.Errorf("%s differs:\n%s", name, d)
		}
	}
	if min(other, size)*100 < max(other, size)*98 {
		t.Errorf("the other pages have %d bytes, ours %d", other, size)
	}
}

// withoutStyle is a survey without the line of its style sheet, which Hugo's
// stands elsewhere.
func withoutStyle(t *testing.T, page string) string {
	t.Helper()
	line := lineWith(page, "/css/survey.")
	if line == "" {
		t.Error("a survey has no style sheet of its own")
	}
	return strings.Replace(page, line+"\n", "", 1)
}

// portalWithSurvey is the sample portal and a survey with every kind of question.
func portalWithSurvey(t *testing.T) string {
	t.Helper()
	content := t.TempDir()
	if err := os.CopyFS(content, os.DirFS("../generator/testdata/portal")); err != nil {
		t.Fatal(err)
	}
	var many strings.Builder
	for i := range 14 {
		fmt.Fprintf(&many, ", {value: v%d, text: {th: ทาง %d, en: Way %d}}", i, i, i)
	}
	put(t, content, "surveys/satisfaction-1.yaml", `id: satisfaction-1
title: {th: แบบประเมิน, en: "How was it?"}
intro: {th: ไม่ต้องลงชื่อ}
questions:
  - {code: q0, kind: service, text: {th: เรื่องใด, en: "Which service?"}, help: {th: เลือก, en: Choose}, topic: service}
  - {code: q1, kind: scale, text: {th: พอใจเพียงใด, en: "How satisfied?"}, required: true, topic: overall}
  - code: q2
    kind: choice
    text: {th: มีการเรียกรับเงินหรือไม่, en: "Were you asked for money?"}
    choices: [{value: absent, text: {th: ไม่มี, en: No}}, {value: asked, text: {th: มี}, show: {th: แจ้งสายด่วน, en: Call the hotline}}]
    when: {question: q1, is: ["1", "2"]}
  - {code: q3, kind: choice, text: {th: ทางใด, en: "Which way?"}, choices: [`+many.String()[2:]+`]}
  - {code: q4, kind: text, text: {th: ควรปรับปรุงสิ่งใด, en: "What could be better?"}, help: {th: อย่าเขียนชื่อ}, max: 300, topic: comment}
`)
	return content
}

// buildSite builds a site by the generator's command line.
func buildSite(t *testing.T, content, site string) {
	t.Helper()
	program := filepath.Join(t.TempDir(), "generator.exe")
	for _, args := range [][]string{
		{"go", "build", "-o", program, "../generator"},
		{program, "build", "--content", content, "--out", site},
	} {
		if said, err := exec.CommandContext(t.Context(), args[0], args[1:]...).CombinedOutput(); err != nil {
			t.Fatalf("%v: %v\n%s", args, err, said)
		}
	}
}

// frontMatter splits a content file.
func frontMatter(t *testing.T, name, src string) (top map[string]any, body string) {
	t.Helper()
	d := json.NewDecoder(strings.NewReader(src))
	if err := d.Decode(&top); err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return top, src[d.InputOffset():]
}

// TestOneManualChangesInARepository commits a change by plumbing.
func TestOneManualChangesInARepository(t *testing.T) {
	repo, content := filepath.Join(t.TempDir(), "content.git"), t.TempDir()
	const name = "agencies/a/manuals/a-x/manual.md"
	put(t, content, name, "---\nfees:\n  - kind: fixed\n    min: 20\n---\nbody\n")
	git := func(args ...string) string {
		t.Helper()
		said, err := exec.CommandContext(t.Context(), "git", args...).CombinedOutput()
		if err != nil {
			t.Fatalf("git %v: %v\n%s", args, err, said)
		}
		return string(said)
	}
	git("init", "--quiet", "--bare", "--initial-branch=main", repo)
	first := "commit refs/heads/main\ncommitter a <a@users.invalid> 1 +0000\ndata 1\nx\nM 100644 inline other\ndata 1\nx\n"
	cmd := exec.CommandContext(t.Context(), "git", "--git-dir="+repo, "fast-import", "--quiet")
	cmd.Stdin = strings.NewReader(first)
	if said, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, said)
	}

	s, err := findSubject(content)
	if err != nil {
		t.Fatal(err)
	}
	s.raise()
	if err := s.commit(t.Context(), repo); err != nil {
		t.Fatal(err)
	}
	if err := s.save(content); err != nil {
		t.Fatal(err)
	}
	want, err := os.ReadFile(filepath.Join(content, name))
	if err != nil || !strings.Contains(string(want), "min: 21") {
		t.Errorf("the folder has %q, error %v", want, err)
	}
	if d := cmp.Diff(string(want), git("--git-dir="+repo, "show", "main:"+name)); d != "" {
		t.Errorf("the repository differs from the folder:\n%s", d)
	}
	if n := strings.TrimSpace(git("--git-dir="+repo, "rev-list", "--count", "main")); n != "2" {
		t.Errorf("%s commits, want 2", n)
	}
}
