package main

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"khumue/internal/hsds"
)

// command runs the program and returns what it wrote.
func command(t *testing.T, exit int, args ...string) (out, told string) {
	t.Helper()
	var o, e strings.Builder
	if code := run(context.Background(), args, streams{in: strings.NewReader(""), out: &o, err: &e}); code != exit {
		t.Fatalf("%v ended with %d, want %d: %s%s", args, code, exit, &o, &e)
	}
	return o.String(), e.String()
}

// says is a package as the set of what it says: without the ids of parts, which
// nobody refers to, and without an order.
func says(t *testing.T, src []byte) []string {
	t.Helper()
	set, err := hsds.Read(bytes.NewReader(src))
	if err != nil {
		t.Fatal(err)
	}
	var lines []string
	add := func(what string, v any) {
		line, err := json.Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		lines = append(lines, what+" "+string(line))
	}
	for _, v := range set.Organizations {
		add("organization", v)
	}
	for _, v := range set.Services {
		slices.SortFunc(v.Terms, func(a, b hsds.Term) int { return strings.Compare(a.Kind+a.Code, b.Kind+b.Code) })
		add("service", v)
	}
	for _, v := range set.Locations {
		add("location", v)
	}
	for _, v := range set.Links {
		add("link", v)
	}
	slices.Sort(lines)
	return lines
}

// sameSets tells how two packages differ.
func sameSets(t *testing.T, what string, want, got []string) {
	t.Helper()
	shown := 0
	for _, list := range []struct {
		sign      string
		one, more []string
	}{{"lost", want, got}, {"new", got, want}} {
		for _, line := range list.one {
			if _, there := slices.BinarySearch(list.more, line); !there && shown < 12 {
				shown++
				t.Errorf("%s: %s: %s", what, list.sign, line)
			}
		}
	}
	if len(want) != len(got) {
		t.Errorf("%s: %d lines became %d", what, len(want), len(got))
	}
}

// emptyPortal is a folder with the frame of a portal and nothing of its agencies.
func emptyPortal(t *testing.T, like string) string {
	t.Helper()
	dir := t.TempDir()
	for _, name := range []string{"site.yaml", "catalog.yaml"} {
		src, err := os.ReadFile(filepath.Join(like, name))
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, name), src, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func exported(t *testing.T, content string) []byte {
	t.Helper()
	out, _ := command(t, 0, "export", "--format", "hsds", "--content", content, "-")
	return []byte(out)
}

func TestAPackageOfHSDSComesBackAsAnEqualSet(t *testing.T) {
	const name = "testdata/hsds.json"
	src, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	content := emptyPortal(t, "../content")
	said, _ := command(t, 0, "import", "--format", "hsds", "--into", content, name)
	if !strings.Contains(said, "service.minimum_age (1)") || !strings.Contains(said, "7 new") {
		t.Errorf("the import said %s", said)
	}
	sameSets(t, "what was imported", says(t, src), says(t, exported(t, content)))
	if said, _ = command(t, 0, "import", "--format", "hsds", "--into", content, name); !strings.Contains(said, "0 new, 0 changed, 7 same") {
		t.Errorf("the same again said %s", said)
	}
}

func TestTheSamplePortalComesBackFromItsPackageAsAnEqualSet(t *testing.T) {
	first := exported(t, "../content")
	file := filepath.Join(t.TempDir(), "package.json")
	if err := os.WriteFile(file, first, 0o600); err != nil {
		t.Fatal(err)
	}
	content := emptyPortal(t, "../content")
	command(t, 0, "import", "--format", "hsds", "--into", content, file)
	command(t, 0, "check", "--content", content)
	sameSets(t, "the sample portal", says(t, first), says(t, exported(t, content)))
}

func TestThePackageOfASetIsOneAndTheSame(t *testing.T) {
	if one, two := exported(t, "../content"), exported(t, "../content"); !bytes.Equal(one, two) {
		t.Error("two exports differ")
	}
}

func TestExportsOfAKindAreTablesThatCanBeRead(t *testing.T) {
	for _, kind := range []string{"agency", "point", "process", "manual", "service"} {
		out, _ := command(t, 0, "export", "--kind", kind, "--content", "../content", "-")
		var all []map[string]any
		if err := json.Unmarshal([]byte(out), &all); err != nil || len(all) == 0 {
			t.Errorf("%s: %d objects, %v", kind, len(all), err)
		}
		table, _ := command(t, 0, "export", "--format", "csv", "--kind", kind, "--content", "../content", "-")
		if lines := strings.Count(table, "\r\n"); lines <= len(all) || !strings.HasPrefix(table, "\ufeff") {
			t.Errorf("%s: %d lines of CSV for %d objects", kind, lines, len(all))
		}
	}
	if _, told := command(t, 1, "export", "--content", "../content", "-"); !strings.Contains(told, "--kind") {
		t.Errorf("without a kind: told %s", told)
	}
}
