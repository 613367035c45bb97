package themes

import (
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"khumue/internal/thai"
)

// scripts are the theme's scripts by their base names, the service worker
// among them.
func scripts(t *testing.T) map[string][]byte {
	t.Helper()
	found := map[string][]byte{}
	names, err := fs.Glob(Default(), "assets/js/*.js")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range append(names, "sw.js") {
		data, err := fs.ReadFile(Default(), name)
		if err != nil {
			t.Fatal(err)
		}
		found[filepath.Base(name)] = data
	}
	return found
}

// bench is a folder with the theme's scripts and the tests of testdata/js,
// where node takes them for modules.
func bench(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	files := scripts(t)
	tests, err := filepath.Glob("testdata/js/*.mjs")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range tests {
		if files[filepath.Base(name)], err = os.ReadFile(name); err != nil {
			t.Fatal(err)
		}
	}
	files["thai-rules.js"] = append([]byte("export default "), thai.Rules()...) // as a build writes it
	if files["mask.json"], err = os.ReadFile("../internal/survey/testdata/mask.json"); err != nil {
		t.Fatal(err)
	}
	if files["lookup.json"], err = os.ReadFile("../internal/lookup/testdata/vectors.json"); err != nil {
		t.Fatal(err)
	}
	files["package.json"] = []byte(`{"type": "module"}`)
	for name, data := range files {
		if err := os.WriteFile(filepath.Join(dir, name), data, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func TestScriptsInNode(t *testing.T) {
	node, err := exec.LookPath("node")
	if err != nil {
		t.Fatalf("node runs the browser's modules: %v (install nodejs, version 18 or later)", err)
	}
	dir := bench(t)
	tests, err := filepath.Glob(filepath.Join(dir, "*.mjs"))
	if err != nil || len(tests) == 0 {
		t.Fatalf("got %d tests, %v", len(tests), err)
	}
	for _, name := range tests {
		t.Run(strings.TrimSuffix(filepath.Base(name), ".mjs"), func(t *testing.T) {
			t.Parallel()
			cmd := exec.CommandContext(t.Context(), node, "--no-warnings", "--experimental-vm-modules", "--test-reporter=spec", name)
			cmd.Dir = dir
			if out, err := cmd.CombinedOutput(); err != nil {
				t.Errorf("%v\n%s", err, out)
			}
		})
	}
}

// forbidden is what browsers of 2018 do not read, or what lets a text become
// markup or code.
var forbidden = []struct{ what, pattern string }{
	{"optional chaining", `\?\.[\w$(\[]`},
	{"nullish coalescing", `\?\?`},
	{"markup from text", `\b(innerHTML|outerHTML|insertAdjacentHTML|document\.write)\b`},
	{"code from text", `\beval\(|\bnew Function\b`},
	{"look-behind", `\(\?<[=!]`},
	{"private members", `[\s;{]#\w+\s*[=;(]|this\.#`},
	{"a method newer than 2018", `\.(replaceAll|matchAll|replaceChildren|at|findLast|toSorted)\(|\ballSettled\b`},
	{"Intl.Segmenter", `\bSegmenter\b`},
	{"catch without its error", `\bcatch \{`},
	{"another host", `\bfetch\(["']https?:`},
}

func TestScriptsUseNothingForbidden(t *testing.T) {
	comments := regexp.MustCompile(`(?m)^\s*(//|\*|/\*).*$`)
	for name, source := range scripts(t) {
		code := comments.ReplaceAllString(string(source), "")
		for _, f := range forbidden {
			if found := regexp.MustCompile(f.pattern).FindString(code); found != "" {
				t.Errorf("%s has %s: %q", name, f.what, found)
			}
		}
	}
}

// words finds the keys of the sentences that a script says.
var words = regexp.MustCompile(`\b(?:t|count)\(\s*"([\w.-]+)"`)

func TestEverySentenceOfTheScriptsIsThere(t *testing.T) {
	messages := load(t).Messages("th")
	for name, source := range scripts(t) {
		for _, m := range words.FindAllStringSubmatch(string(source), -1) {
			if strings.HasSuffix(m[1], ".") { // the rest is a value of the data
				continue
			}
			_, first := messages["js."+m[1]]
			if _, later := messages["later."+m[1]]; !first && !later {
				t.Errorf("%s says %q, which i18n lacks under js. and later.", name, m[1])
			}
		}
	}
}

func TestEverySentenceForScriptsIsSaid(t *testing.T) {
	all := ""
	for _, source := range scripts(t) {
		all += string(source)
	}
	for key := range load(t).Messages("en") {
		name, ok := strings.CutPrefix(strings.Replace(key, "later.", "js.", 1), "js.")
		if !ok {
			continue
		}
		name = strings.TrimSuffix(name, ".one")
		family, _, _ := strings.Cut(name, ".")
		if !strings.Contains(all, `"`+name+`"`) && !strings.Contains(all, `"`+family+`." +`) {
			t.Errorf("no script says %s; every reader would fetch it", key)
		}
	}
}
