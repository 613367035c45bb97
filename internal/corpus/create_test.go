package corpus

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"khumue/internal/catalog"
	"khumue/internal/fault"
)

func TestANewFileIsReadAndIsOnlyIncomplete(t *testing.T) {
	for _, tc := range []struct {
		name, want string
		draft      Draft
		incomplete bool
	}{
		{"a manual", "agencies/mot/dlt/manuals/dlt-abc234/manual.md", Draft{Kind: ManualFile, Agency: "dlt", ID: "dlt-abc234", Title: catalog.Text{TH: "การทดลอง: ใหม่", EN: "Trial"}}, true},
		{"a service", "agencies/mot/dlt/services/dlt-abc234.md", Draft{Kind: ServiceFile, Agency: "dlt", ID: "dlt-abc234", Title: catalog.Text{TH: "บริการ"}}, false},
		{"a process", "agencies/mot/dlt/processes/dlt-abc234.yaml", Draft{Kind: ProcessFile, Agency: "dlt", ID: "dlt-abc234", Title: catalog.Text{TH: "งาน"}}, false},
		{"an agency below another", "agencies/mot/dlt/north/agency.yaml", Draft{Kind: AgencyFile, Agency: "dlt", ID: "north", Title: catalog.Text{TH: "ภาคเหนือ"}}, false},
	} {
		t.Run(tc.name, func(t *testing.T) {
			root := t.TempDir()
			if err := os.CopyFS(root, portal(nil)); err != nil {
				t.Fatal(err)
			}
			p, _ := mustRead(t, os.DirFS(root))
			got, err := Create(root, p, tc.draft)
			if err != nil || got != tc.want {
				t.Fatalf("Create = %q, %v; want %q", got, err, tc.want)
			}
			_, problems := mustRead(t, os.DirFS(root))
			for _, pr := range problems {
				if pr.Severity == fault.Wrong && !strings.HasSuffix(pr.What.EN, " is empty") {
					t.Errorf("got %v", pr)
				}
			}
			if tc.incomplete && len(problems.Of(fault.Incomplete)) < 10 {
				t.Errorf("got %v, want everything still to be filled in", problems)
			}
			if _, err := Create(root, p, tc.draft); !errors.Is(err, fault.Conflict) {
				t.Errorf("a second time: got %v, want a conflict", err)
			}
		})
	}
}

func TestANewFileNeedsAnAgencyAndAFreeId(t *testing.T) {
	root := t.TempDir()
	if err := os.CopyFS(root, portal(nil)); err != nil {
		t.Fatal(err)
	}
	p, _ := mustRead(t, os.DirFS(root))
	for _, tc := range []struct {
		name  string
		draft Draft
		want  fault.Kind
	}{
		{"an unknown agency", Draft{Kind: ManualFile, Agency: "dlx", ID: "dlx-abc234"}, fault.NotFound},
		{"an id that is a point's", Draft{Kind: ManualFile, Agency: "dlt", ID: "chatuchak"}, fault.Conflict},
		{"an id that climbs out", Draft{Kind: ManualFile, Agency: "dlt", ID: "../../x"}, fault.Invalid},
		{"a reserved name", Draft{Kind: AgencyFile, ID: "con"}, fault.Invalid},
	} {
		t.Run(tc.name, func(t *testing.T) {
			if _, err := Create(root, p, tc.draft); !errors.Is(err, tc.want) {
				t.Errorf("got %v, want %v", err, tc.want)
			}
		})
	}
	if entries, _ := filepath.Glob(filepath.Join(filepath.Dir(root), "x*")); len(entries) > 0 {
		t.Errorf("something was written outside: %v", entries)
	}
}
