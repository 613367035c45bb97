package main

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

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
	const content = "../generator/testdata/portal"
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
