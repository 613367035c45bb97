package khumue

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// faults is how many there are.
const faults = 44

// TestFaultsHaveTests holds doc/faults.md to the tree: each fault has a row, and each
// test that it names is there and speaks of the fault by its number.
func TestFaultsHaveTests(t *testing.T) {
	src, err := os.ReadFile("doc/faults.md")
	if err != nil {
		t.Fatal(err)
	}
	row := regexp.MustCompile(`(?m)^\| F(\d+) [^|]+\| ([^|]+) \|$`)
	named := regexp.MustCompile("`([^`]+)\\.(Test\\w+)`")
	rows := row.FindAllStringSubmatch(string(src), -1)
	if len(rows) != faults {
		t.Errorf("there are %d rows, want %d", len(rows), faults)
	}
	known := map[string]map[string]string{}
	for n, r := range rows {
		if r[1] != fmt.Sprint(n+1) {
			t.Fatalf("row %d is of F%s", n+1, r[1])
		}
		tests := named.FindAllStringSubmatch(r[2], -1)
		byName := false
		for _, test := range tests {
			if known[test[1]] == nil {
				known[test[1]] = testsIn(t, test[1])
			}
			text, there := known[test[1]][test[2]]
			if !there {
				t.Errorf("F%s: there is no %s in %s", r[1], test[2], test[1])
			} else if !speaksOf(r[1]).MatchString(text) {
				t.Errorf("F%s: %s.%s does not speak of it", r[1], test[1], test[2])
			}
			byName = byName || strings.HasPrefix(test[2], "TestF"+r[1]) || strings.Contains(text, `"F`+r[1]+`: `)
		}
		if !byName {
			t.Errorf("F%s: no test is named by its number", r[1])
		}
	}
}

// speaksOf finds the number of a fault in a test: in its name, or in its words.
func speaksOf(n string) *regexp.Regexp {
	return regexp.MustCompile(`\bF` + n + `\b|TestF` + n + `[A-Z]`)
}

// testsIn are the tests of a folder, each with its comment, by their names.
func testsIn(t *testing.T, dir string) map[string]string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(filepath.FromSlash(dir), "*_test.go"))
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]string{}
	for _, name := range files {
		src, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		set := token.NewFileSet()
		file, err := parser.ParseFile(set, name, src, parser.ParseComments)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range file.Decls {
			f, is := d.(*ast.FuncDecl)
			if !is || !strings.HasPrefix(f.Name.Name, "Test") {
				continue
			}
			from := f.Pos()
			if f.Doc != nil {
				from = f.Doc.Pos()
			}
			out[f.Name.Name] = string(src[set.Position(from).Offset:set.Position(f.End()).Offset])
		}
	}
	return out
}
