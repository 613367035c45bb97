package licence

import (
	"strings"
	"testing"

	"khumue/internal/catalog"
)

var grid = []Line{
	{"dlt-u3iddp", catalog.Text{TH: "ต่ออายุใบขับขี่", EN: "Renewal"}, october},
	{"dlt-qfgdkp", catalog.Text{TH: "ใบขับขี่ชั่วคราว"}, october},
	{"dlt-u3iddp", catalog.Text{TH: "ต่ออายุใบขับขี่", EN: "Renewal"}, october.Add(1)},
}

func TestATableIsReadAsItWasCopied(t *testing.T) {
	first, second := Key{Process: "dlt-u3iddp", Month: october}, Key{Process: "dlt-qfgdkp", Month: october}
	later := Key{Process: "dlt-u3iddp", Month: october.Add(1)}
	tests := []struct {
		name, text string
		want       map[Key]map[Field]int
	}{
		{"the rows of the grid in order", "10\t9\n5\t4\t1", map[Key]map[Field]int{first: {Received: 10, ApprovedOn: 9}, second: {Received: 5, ApprovedOn: 4, ApprovedLate: 1}}},
		{"with names in front", "ใบขับขี่ชั่วคราว\t1,205\t๑๒\nrenewal\t-\t3", map[Key]map[Field]int{second: {Received: 1205, ApprovedOn: 12}, first: {Received: 0, ApprovedOn: 3}}},
		{"with headings", "กระบวนงาน\tอนุมัติ ภายในกำหนด\tรับคำขอใหม่\nต่ออายุใบขับขี่\t7\t8", map[Key]map[Field]int{first: {Received: 8, ApprovedOn: 7}}},
		{"with a month", "รหัสกระบวนงาน\tเดือน\treceived\ndlt-u3iddp\tพ.ย. 2569\t8\ndlt-u3iddp\t2026-10\t6.0", map[Key]map[Field]int{first: {Received: 6}, later: {Received: 8}}},
		{"empty cells say nothing", "\t9\n\n", map[Key]map[Field]int{first: {ApprovedOn: 9}}},
		{"a note over two lines", "1\t1\t\t\t\t\t\t\t\t\t\"ก\nข\"", map[Key]map[Field]int{first: {Received: 1, ApprovedOn: 1}}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got, faults := ReadPaste(test.text, grid)
			if len(faults) > 0 || len(got) != len(test.want) {
				t.Fatalf("got %v, %v", got, faults)
			}
			for k, numbers := range test.want {
				for f, n := range numbers {
					if have, ok := got[k].Numbers[f]; !ok || have != n || len(got[k].Numbers) != len(numbers) {
						t.Errorf("%v: got %v, want %v", k, got[k].Numbers, numbers)
					}
				}
			}
		})
	}
}

func TestATableThatIsWrongIsRefusedWithItsLine(t *testing.T) {
	for name, test := range map[string]struct {
		text string
		line int
		says string
	}{
		"no number":                {"10\t9\n5\tx", 2, "“x” ในช่อง “อนุมัติ ภายในกำหนด” ไม่ใช่จำนวน"},
		"below 0":                  {"-3", 1, "ไม่ใช่จำนวน"},
		"half a request":           {"3.5", 1, "ไม่ใช่จำนวน"},
		"a process of others":      {"กระบวนงาน\tรับคำขอใหม่\nทำหนังสือเดินทาง\t8", 2, "ไม่พบกระบวนงาน “ทำหนังสือเดินทาง”"},
		"a month that is not open": {"รหัสกระบวนงาน\tเดือน\treceived\ndlt-u3iddp\t2020-01\t8", 2, "ไม่พบกระบวนงาน"},
		"no month":                 {"รหัสกระบวนงาน\tเดือน\treceived\ndlt-u3iddp\tเมื่อวาน\t8", 2, "อ่านเดือน “เมื่อวาน” ไม่ได้"},
		"the same row twice":       {"renewal\t1\nrenewal\t2", 2, "มีอยู่แล้ว"},
		"more rows than the grid":  {"1\n2\n3\n4", 4, "เกินจำนวนแถว"},
		"more cells than columns":  {strings.Repeat("1\t", 10) + "note\tx", 1, "มากกว่าตาราง"},
		"nothing":                  {" \n\t", 0, "ไม่มีตัวเลข"},
		"a book":                   {strings.Repeat("1\t", MostTable), 0, "ยาวเกินไป"},
	} {
		got, faults := ReadPaste(test.text, grid)
		if len(faults) == 0 || got != nil || faults[0].Line != test.line || !strings.Contains(faults[0].What.TH, test.says) || faults[0].What.EN == "" {
			t.Errorf("%s: got %v, %v", name, got, faults)
		}
	}
}

func TestAPatchLeavesWhatTheSystemFills(t *testing.T) {
	p := Patch{Numbers: map[Field]int{CarriedIn: 9, Received: 1}, Zero: true}
	if got := p.Apply(Entry{Figures: Figures{CarriedIn: 3}}, Opening{Known: true, N: 3}); got.CarriedIn != 3 || got.Received != 1 || got.Zero {
		t.Errorf("got %+v", got)
	}
	if got := p.Apply(Entry{}, Opening{}); got.CarriedIn != 9 {
		t.Errorf("got %+v", got)
	}
}

func FuzzPaste(f *testing.F) {
	for _, s := range []string{"10\t9\n5\tx", "กระบวนงาน\tรับคำขอใหม่\nต่ออายุใบขับขี่\t8", "\"a\tb", "๑๒\t-", "รหัสกระบวนงาน\tเดือน\treceived\ndlt-u3iddp\t1/2569\t8"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		got, faults := ReadPaste(s, grid)
		if (got == nil) != (len(faults) > 0) {
			t.Errorf("%q: %v and %v", s, got, faults)
		}
		for k, p := range got {
			if k.Process == "" || k.Month.IsZero() {
				t.Errorf("%q: a row of nothing", s)
			}
			for _, n := range p.Numbers {
				if n < 0 || n > Most {
					t.Errorf("%q: %d", s, n)
				}
			}
		}
	})
}
