package corpus

import (
	"encoding/json"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// The committed schemas are renewed by: generator check --schemas content/.schemas
func TestTheCommittedSchemasAreCurrent(t *testing.T) {
	for name, want := range Schemas() {
		got, err := os.ReadFile("../../content/.schemas/" + name)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(string(want), string(got)); diff != "" {
			t.Errorf("%s is not current; run: generator check --schemas content/.schemas\n%s", name, diff)
		}
		if !json.Valid(got) {
			t.Errorf("%s is not JSON", name)
		}
	}
}

var documented = regexp.MustCompile("(?m)^\\| `([a-z_.]+)` \\|")

func TestTheFormatDocumentNamesEveryFieldAndNoOther(t *testing.T) {
	doc, err := os.ReadFile("../../doc/content-format.md")
	if err != nil {
		t.Fatal(err)
	}
	sections := strings.Split(string(doc), "\n## ")
	for _, kind := range Kinds() {
		i := slices.IndexFunc(sections, func(s string) bool { return strings.HasPrefix(s, string(kind)+"\n") })
		if i < 0 {
			t.Errorf("doc/content-format.md has no section %s", kind)
			continue
		}
		var got []string
		for _, m := range documented.FindAllStringSubmatch(sections[i], -1) {
			got = append(got, m[1])
		}
		if diff := cmp.Diff(Fields(kind), got); diff != "" {
			t.Errorf("section %s of doc/content-format.md differs from the fields:\n%s", kind, diff)
		}
	}
}
