package transfer

import (
	"bytes"
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"khumue/internal/catalog"
)

// memoryShelf keeps content in memory.
type memoryShelf struct{ fstest.MapFS }

func (s memoryShelf) Put(name string, data []byte) error {
	s.MapFS[name] = &fstest.MapFile{Data: bytes.Clone(data), Mode: 0o644}
	return nil
}

// ministry is a portal of two agencies and nothing else.
func ministry() memoryShelf {
	return memoryShelf{fstest.MapFS{
		"site.yaml":                    {Data: []byte("name: ทดสอบ\n")},
		"catalog.yaml":                 {Data: []byte("categories:\n  - {slug: transport, th: ยานพาหนะ, en: Vehicles}\ngroups:\n  - {slug: general, th: ประชาชนทั่วไป, en: General public}\n")},
		"agencies/mot/agency.yaml":     {Data: []byte("code: mot\nname: กระทรวงคมนาคม\nkind: ministry\n")},
		"agencies/mot/dlt/agency.yaml": {Data: []byte("code: dlt\nname: กรมการขนส่งทางบก\nkind: department\n")},
	}}
}

func mapping(t testing.TB, name string) *Mapping {
	t.Helper()
	src, err := ShippedSource(name)
	if err != nil {
		t.Fatal(err)
	}
	m, err := ReadMapping(name, src)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// imported imports a table into a shelf and returns what was told.
func imported(t testing.TB, into memoryShelf, table string, change func(*Job)) ([]Entry, Summary) {
	t.Helper()
	memory := &bytes.Buffer{}
	if old, err := fs.ReadFile(into, ".import/memory"); err == nil {
		memory.Write(old)
	}
	log := bytes.NewBuffer(bytes.Clone(memory.Bytes()))
	remembered, err := ReadMemory(memory, log)
	if err != nil {
		t.Fatal(err)
	}
	var told []Entry
	job := Job{Mapping: mapping(t, "generic-manuals"), Into: into, Memory: remembered, Tell: func(e Entry) error { told = append(told, e); return nil }}
	if change != nil {
		change(&job)
	}
	read, err := Open(strings.NewReader(table), int64(len(table)), job.Mapping.Layout(), UsualLimits)
	if err != nil {
		t.Fatal(err)
	}
	defer read.Close()
	sum, err := job.Run(t.Context(), read)
	if err != nil {
		t.Fatal(err)
	}
	if !job.DryRun {
		into.MapFS[".import/memory"] = &fstest.MapFile{Data: log.Bytes(), Mode: 0o644}
	}
	return told, sum
}

const twoManuals = "id,agency,title,legal_time,reviewed_on,fees\n" +
	"48626,กรมการขนส่งทางบก,การต่ออายุใบอนุญาต,0.0,1/10/2569,ไม่มี\n" +
	"48627,dlt,การโอนรถ,30 วัน,2026-10-01,\"ค่าโอน|1,234.50|คัน\"\n"

func outcomes(told []Entry) (out []Outcome) {
	for _, e := range told {
		out = append(out, e.Outcome)
	}
	return out
}

func TestImportingAgainChangesNothing(t *testing.T) {
	into := ministry()
	first, _ := imported(t, into, twoManuals, nil)
	before := fmt.Sprint(contents(into))
	again, _ := imported(t, into, twoManuals, nil)
	if got := outcomes(first); !slices.Equal(got, []Outcome{New, New}) {
		t.Errorf("the first time: got %v", got)
	}
	if got := outcomes(again); !slices.Equal(got, []Outcome{Same, Same}) {
		t.Errorf("the second time: got %v", got)
	}
	if after := fmt.Sprint(contents(into)); after != before {
		t.Errorf("importing again changed the content:\n%s\n%s", before, after)
	}
	delete(into.MapFS, ".import/memory")
	if again, _ := imported(t, into, twoManuals, nil); !slices.Equal(outcomes(again), []Outcome{Same, Same}) {
		t.Errorf("after the memory was lost: got %v", outcomes(again))
	}
}

// contents are all files below agencies.
func contents(s memoryShelf) map[string]string {
	out := map[string]string{}
	for name, f := range s.MapFS {
		if strings.HasPrefix(name, "agencies/") {
			out[name] = string(f.Data)
		}
	}
	return out
}

func TestWhatAPersonChangedIsLeftAlone(t *testing.T) {
	into := ministry()
	told, _ := imported(t, into, twoManuals, nil)
	file := into.MapFS[told[0].Path]
	file.Data = append(file.Data, "แก้ไขด้วยมือ\n"...)
	edited := string(file.Data)
	newer := strings.Replace(twoManuals, "การต่ออายุใบอนุญาต", "การต่ออายุใบอนุญาตขับรถ", 1)
	newer = strings.Replace(newer, "การโอนรถ", "การโอนกรรมสิทธิ์รถ", 1)

	told, _ = imported(t, into, newer, nil)
	if got := outcomes(told); !slices.Equal(got, []Outcome{Kept, Changed}) {
		t.Errorf("got %v", got)
	}
	if got := string(into.MapFS[told[0].Path].Data); got != edited {
		t.Errorf("the edited manual is now %s", got)
	}
	told, _ = imported(t, into, newer, func(j *Job) { j.Overwrite = true })
	if got := outcomes(told); !slices.Equal(got, []Outcome{Changed, Same}) {
		t.Errorf("told to overwrite: got %v", got)
	}
	delete(into.MapFS, told[1].Path)
	if told, _ = imported(t, into, newer, nil); told[1].Outcome != Kept {
		t.Errorf("what a person removed came back as %s", told[1].Outcome)
	}
}

func TestADryRunWritesNothing(t *testing.T) {
	into := ministry()
	before := len(into.MapFS)
	told, sum := imported(t, into, twoManuals, func(j *Job) { j.DryRun = true })
	if len(into.MapFS) != before {
		t.Error("a dry run wrote a file")
	}
	if sum.Objects[New] != 2 || told[0].Path == "" {
		t.Errorf("got %v and %q", sum.Objects, told[0].Path)
	}
}

func TestAnAgencyOfSomebodyElseIsNotWritten(t *testing.T) {
	told, _ := imported(t, ministry(), twoManuals, func(j *Job) { j.May = func(c catalog.AgencyCode) bool { return c != "dlt" } })
	if got := outcomes(told); !slices.Equal(got, []Outcome{NotHere, NotHere}) {
		t.Errorf("into an agency of somebody else: got %v", got)
	}
}

func TestAllPlantedFaultsAreNamedAndTheRestIsTaken(t *testing.T) {
	const rows, faults = 10_000, 50
	var table strings.Builder
	table.WriteString("id,agency,title,service_type,legal_time,reviewed_on,online\n")
	planted := map[int]bool{}
	bad := []string{
		"%d,dlt,,single,0.0,1/10/2569,\n", // no title
		"%d,ไม่มีหน่วยงานนี้,ชื่อ %d,single,0.0,1/10/2569,\n",       // unknown agency
		"%d,dlt,ชื่อ %d,ผิด,0.0,1/10/2569,\n",                       // unknown word
		"%d,dlt,ชื่อ %d,single,นานมาก,1/10/2569,\n",                 // no length of time
		"%d,dlt,ชื่อ %d,single,0.0,31/2/2569,\n",                    // no day
		"%d,dlt,ชื่อ %d,single,0.0,1/10/2569,javascript:alert(1)\n", // no address
		"%d,../../etc,ชื่อ %d,single,0.0,1/10/2569,\n",              // a path
		"x%d,dlt,ชื่อ %d,single,0.0,1/10/2569,\n",                   // no number
	}
	for n := range rows {
		line := "%d,dlt,การขออนุญาตที่ %d,single,0.0,1/10/2569,www.example.go.th\n"
		if n%(rows/faults) == 7 {
			line = bad[len(planted)%len(bad)]
			planted[n+2] = true
		}
		args := []any{n + 1, n + 1}
		fmt.Fprintf(&table, line, args[:strings.Count(line, "%d")]...)
	}
	into := ministry()
	told, sum := imported(t, into, table.String(), nil)
	named := map[int]bool{}
	for _, e := range told {
		if e.Outcome != NotHere {
			continue
		}
		for _, n := range e.Notes {
			if n.Level == Refused && (n.What.TH == "" || n.What.EN == "") {
				t.Errorf("row %d: %v is not in both languages", n.Row, n.What)
			}
			named[n.Row] = named[n.Row] || n.Level == Refused
		}
	}
	if len(planted) != faults || !mapsEqual(named, planted) {
		t.Errorf("planted %d faults, named %d rows", len(planted), len(named))
	}
	if sum.Objects[New] != rows-faults {
		t.Errorf("took %d of %d", sum.Objects[New], rows-faults)
	}
}

func mapsEqual(a, b map[int]bool) bool {
	if len(a) != len(b) {
		return false
	}
	for k := range a {
		if !b[k] {
			return false
		}
	}
	return true
}
