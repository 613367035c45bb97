package config

import (
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// documented returns the rows of the table of settings: key, variable, default,
// meaning.
func documented(t *testing.T) [][]string {
	t.Helper()
	data, err := os.ReadFile("../../../doc/operations.md")
	if err != nil {
		t.Fatal(err)
	}
	_, table, found := strings.Cut(string(data), "| key | variable | default | meaning |\n|---|---|---|---|\n")
	if !found {
		t.Fatal("doc/operations.md has no table of settings")
	}
	var rows [][]string
	for line := range strings.Lines(table) {
		if !strings.HasPrefix(line, "| ") {
			break
		}
		cells := strings.Split(strings.Trim(strings.TrimSpace(line), "|"), " | ")
		for i := range cells {
			cells[i] = strings.TrimSpace(cells[i])
		}
		rows = append(rows, cells)
	}
	return rows
}

func TestEachSettingIsDocumented(t *testing.T) {
	var want, got [][]string
	for _, k := range Keys() {
		def := k.Default
		switch {
		case strings.HasSuffix(def, " in data"):
		case def != "":
			def = "`" + def + "`"
		}
		want = append(want, []string{"`" + k.Path + "`", "`" + k.Env + "`", def})
	}
	for _, row := range documented(t) {
		if len(row) != 4 || len(row[3]) < 5 {
			t.Errorf("got row %q, want four cells with a meaning in the last", row)
			continue
		}
		got = append(got, row[:3])
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("doc/operations.md differs from the structs (-structs +document):\n%s", diff)
	}
}

func TestTheDocumentedExampleIsRead(t *testing.T) {
	data, err := os.ReadFile("../../../doc/operations.md")
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(data), "```yaml\n")
	example, _, found := strings.Cut(rest, "```\n")
	if !found {
		t.Fatal("doc/operations.md has no example")
	}
	c, err := Read(Source{Name: "doc/operations.md", Data: []byte(example), ReadFile: secrets(map[string]string{
		"/run/credentials/syncd.service/digital-id": "s3cret\n",
	})})
	if err != nil {
		t.Fatal(err)
	}
	if got := c.Providers[0].ClientSecret.Reveal(); got != "s3cret" {
		t.Errorf("got the secret %q, want that of the file", got)
	}
}
