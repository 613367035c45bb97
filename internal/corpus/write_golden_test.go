package corpus

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"

	"khumue/internal/catalog"
)

var golden = flag.Bool("golden", false, "renew testdata/write")

// changes are what is done to the manual of each archive in testdata/write.
// The archive says what has to come of it.
var changes = map[string]func(m *catalog.Manual){
	"comments": func(m *catalog.Manual) {
		m.Fees.Value[0].Min = 30000
		m.Fees.Value = m.Fees.Value[:2]
		m.Documents = catalog.Stated[[]catalog.Document]{State: catalog.None}
	},
	"moved": func(m *catalog.Manual) {
		n := m.CommonNames.Value
		n[0], n[1], n[2] = n[1], n[2], n[0]
		m.Tags[0], m.Tags[1] = m.Tags[1], m.Tags[0]
	},
	"added": func(m *catalog.Manual) {
		m.Summary, m.Process = catalog.Text{TH: "สรุป", EN: "Summary"}, "dlt-abc235"
		m.LegalTime.State, m.Fees.State, m.Withdrawn.State = catalog.None, catalog.None, catalog.None
		m.Tags = []catalog.Slug{"car", "online"}
		m.Areas = []catalog.Area{"local"}
		m.StepSets = []catalog.StepSet{{Steps: []catalog.Step{{Kind: "check", Text: catalog.Text{TH: "ตรวจ\nแล้วตรวจอีก"}, Time: catalog.Duration{Value: 1, Unit: "day"}}}}}
		m.Channels = []catalog.Channel{{Kind: catalog.Counter, Phone: "1584", Hours: catalog.Hours{Week: []catalog.Span{{Days: []catalog.Weekday{"sat"}, Opens: 510, Closes: 720}}}}}
		m.Documents = catalog.Some([]catalog.Document{{Name: catalog.Text{TH: "บัตร: ตัวจริง", EN: "ID card, the original"}, Kind: catalog.IdentityDocument, Originals: 1}})
	},
	"shapes": func(m *catalog.Manual) {
		m.Title = catalog.Text{TH: "ข"}
		m.Remarks = catalog.Text{TH: "หนึ่ง\nสอง\n\nสาม"}
		m.Laws = catalog.Stated[[]catalog.Law]{State: catalog.None}
		m.Fees = catalog.Some([]catalog.Fee{{Name: catalog.Text{TH: "ค่าคำขอ"}, Kind: catalog.FeeFixed, Min: 550}})
		m.ESubmission = catalog.Stated[catalog.ESubmission]{State: catalog.None}
		m.Reduced.Value.Value = 3
	},
	"windows": func(m *catalog.Manual) {
		m.Title.EN = "B"
		m.Remarks.TH = "หนึ่ง\nสาม"
		m.Areas = []catalog.Area{"local"}
		m.Body.Markdown = "ข้อความ\nใหม่\n"
	},
	"rows": func(m *catalog.Manual) {
		sets := m.StepSets
		sets[0].Name = catalog.Text{}
		sets[0].Steps[0].Time.Value = 9
		sets[0].Steps[1].Kind = "consider"
		sets[1].Steps = append(slices.Clone(sets[1].Steps), catalog.Step{Kind: "sign", Text: catalog.Text{TH: "ลงนาม"}, Time: catalog.Duration{Value: 2, Unit: "day"}})
	},
}

// TestTheRestStaysAsItWasWritten changes the manual in each archive of
// testdata/write; go test ./internal/corpus -run Rest -golden renews them.
func TestTheRestStaysAsItWasWritten(t *testing.T) {
	for name, change := range changes {
		t.Run(name, func(t *testing.T) {
			file := filepath.Join("testdata", "write", name+".txtar")
			archive, err := txtar.ParseFile(file)
			if err != nil {
				t.Fatal(err)
			}
			src := archive.Files[0].Data
			if name == "windows" {
				src = bytes.ReplaceAll(src, []byte("\n"), []byte("\r\n"))
			}
			at := File{Path: "agencies/dlt/manuals/dlt-abc234/manual.md", Kind: ManualFile}
			value := decoded(t, at, src)
			change(value.(*catalog.Manual))
			got := mustHold(t, at, src, value)
			if name == "windows" {
				got = bytes.ReplaceAll(got, []byte("\r\n"), []byte("\n"))
			}
			if *golden {
				archive.Files = append(archive.Files[:1], txtar.File{Name: "new.md", Data: got})
				if err := os.WriteFile(file, txtar.Format(archive), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			if diff := cmp.Diff(string(archive.Files[len(archive.Files)-1].Data), string(got)); diff != "" {
				t.Error(diff)
			}
		})
	}
}
