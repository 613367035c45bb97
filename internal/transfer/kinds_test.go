package transfer

import (
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"khumue/internal/catalog"
	"khumue/internal/corpus"
	"khumue/internal/fault"
)

// counters is a ministry with two service points, a process and two manuals.
func counters() memoryShelf {
	into := ministry()
	for name, src := range map[string]string{
		"agencies/mot/dlt/points/dlt-chatuchak.yaml":    "# ด่านแรก\ncode: dlt-chatuchak\nname: สำนักงานจตุจักร\naddress: {line: 1 ถนนหนึ่ง}\nmanuals: [dlt-bbbbbb]\n",
		"agencies/mot/dlt/points/dlt-north.yaml":        "code: dlt-north\nname: สำนักงานภาคเหนือ\naddress: {line: 2 ถนนสอง}\n",
		"agencies/mot/dlt/processes/dlt-proc01.yaml":    "id: dlt-proc01\ntitle: การออกใบอนุญาต\nwork_kind: licence\n",
		"agencies/mot/dlt/manuals/dlt-aaaaaa/manual.md": "---\nid: dlt-aaaaaa\ntitle: การต่ออายุ\nlegacy: {number: 48626}\n---\n",
		"agencies/mot/dlt/manuals/dlt-bbbbbb/manual.md": "---\nid: dlt-bbbbbb\ntitle: การโอน\n---\n",
	} {
		into.MapFS[name] = &fstest.MapFile{Data: []byte(src), Mode: 0o644}
	}
	return into
}

func pointIn(t *testing.T, into memoryShelf, name string) *catalog.Point {
	t.Helper()
	at, _ := corpus.FileAt(name)
	value, problems := at.Decode(into.MapFS[name].Data)
	if wrong := problems.Of(fault.Wrong); len(wrong) > 0 {
		t.Fatalf("%s: %v", name, wrong)
	}
	return value.(*catalog.Point)
}

const linkHead = "จุดบริการ (รหัสหรือชื่อ),คู่มือ (รหัสหรือเลขเดิม),กระบวนงาน (รหัสหรือชื่อ)\nช่วย,,\n"

func TestLinksAreAddedToWhatAPointServes(t *testing.T) {
	into := counters()
	links := func(j *Job) { j.Mapping = mapping(t, "template-link") }
	table := linkHead +
		"dlt-chatuchak,48626,\n" +
		"สำนักงานภาคเหนือ,\"dlt-aaaaaa, dlt-bbbbbb\",การออกใบอนุญาต\n" +
		"dlt-chatuchak,,dlt-proc01\n" +
		"dlt-chatuchak,dlt-bbbbbb,\n" +
		"ไม่มีจุดนี้,48626,\n" +
		"dlt-north,99999,\n" +
		"dlt-north,,\n"
	told, _ := imported(t, into, table, links)
	if got, want := outcomes(told), []Outcome{Changed, Changed, Changed, Same, NotHere, NotHere, NotHere}; !slices.Equal(got, want) {
		t.Fatalf("got %v, want %v: %v", got, want, told)
	}
	first := pointIn(t, into, "agencies/mot/dlt/points/dlt-chatuchak.yaml")
	if !slices.Equal(first.Manuals, []catalog.ManualID{"dlt-bbbbbb", "dlt-aaaaaa"}) || !slices.Equal(first.Processes, []catalog.ProcessID{"dlt-proc01"}) {
		t.Errorf("the first point serves %v and %v", first.Manuals, first.Processes)
	}
	if src := string(into.MapFS["agencies/mot/dlt/points/dlt-chatuchak.yaml"].Data); !strings.HasPrefix(src, "# ด่านแรก\n") {
		t.Errorf("the rest of the file did not stay: %s", src)
	}
	if north := pointIn(t, into, "agencies/mot/dlt/points/dlt-north.yaml"); len(north.Manuals) != 2 || len(north.Processes) != 1 {
		t.Errorf("the second point serves %v and %v", north.Manuals, north.Processes)
	}
	again, _ := imported(t, into, table, links)
	if slices.Contains(outcomes(again), Changed) {
		t.Errorf("the same again: got %v", outcomes(again))
	}
}

func TestLinksOfSomebodyElsesPointAreRefused(t *testing.T) {
	into := counters()
	told, _ := imported(t, into, linkHead+"dlt-north,48626,\n", func(j *Job) {
		j.Mapping = mapping(t, "template-link")
		j.May = func(c catalog.AgencyCode) bool { return c == "mot" }
	})
	if told[0].Outcome != NotHere || len(pointIn(t, into, "agencies/mot/dlt/points/dlt-north.yaml").Manuals) > 0 {
		t.Errorf("got %v", told)
	}
}

func TestADryRunOfLinksWritesNothing(t *testing.T) {
	into := counters()
	told, _ := imported(t, into, linkHead+"dlt-north,48626,\n", func(j *Job) { j.Mapping, j.DryRun = mapping(t, "template-link"), true })
	if told[0].Outcome != Changed || len(pointIn(t, into, "agencies/mot/dlt/points/dlt-north.yaml").Manuals) > 0 {
		t.Errorf("got %v", told)
	}
}

func TestAServiceTakesItsRowsAndAnotherOfItsNameStandsApart(t *testing.T) {
	into := ministry()
	table := "หน่วยงาน (รหัสหรือชื่อ),ชื่อบริการ,หมวดหมู่บริการ,ช่องทาง (ชนิด),ค่าธรรมเนียม (รายการ),ค่าธรรมเนียม (จำนวนหรือต่ำสุด)\nช่วย,,,,,\n" +
		"dlt,ห้องสมุด,transport,ติดต่อด้วยตนเอง,ค่าสมัคร,0\n" +
		",,,เว็บไซต์,ค่าปรับ,5\n" +
		"mot,ห้องสมุด,transport,ติดต่อด้วยตนเอง,ไม่มี,\n"
	told, _ := imported(t, into, table, func(j *Job) { j.Mapping = mapping(t, "template-service") })
	if got := outcomes(told); !slices.Equal(got, []Outcome{New, New}) || told[0].ID == told[1].ID {
		t.Fatalf("got %v", told)
	}
	at, _ := corpus.FileAt(told[0].Path)
	value, _ := at.Decode(into.MapFS[told[0].Path].Data)
	if s := value.(*catalog.Service); len(s.Channels) != 2 || len(s.Fees.Value) != 2 || at.Kind != corpus.ServiceFile {
		t.Errorf("got %s", into.MapFS[told[0].Path].Data)
	}
}

func TestAFeeOfZeroIsNoMissingSum(t *testing.T) {
	head := "เลขอ้างอิง,หน่วยงาน (รหัสหรือชื่อ),ชื่อคู่มือ,ระยะเวลาตามกฎหมาย,ค่าสำเนาคู่มือ (บาท),ค่าธรรมเนียม (รายการ),ค่าธรรมเนียม (รูปแบบ),ค่าธรรมเนียม (จำนวนหรือต่ำสุด),ค่าธรรมเนียม (หมายเหตุ)\nช่วย\n"
	for _, tc := range []struct {
		name, row string
		outcome   Outcome
		has, not  []string // lines of the file
	}{
		{"a sum of 0 is written", "1,dlt,ก,,,ค่าคำขอ,,0,", New, []string{"min: 0"}, nil},
		{"0.0 of a fee that is named is a sum of 0", "1,dlt,ก,,,ค่าคำขอ,,0.0,", New, []string{"min: 0"}, nil},
		{"a sum", "1,dlt,ก,,,ค่าคำขอ,,20.0,", New, []string{"min: 20"}, []string{"min: 0"}},
		{"no sum", "1,dlt,ก,,,ค่าคำขอ,,,", NotHere, nil, nil},
		{"a formula needs no sum", "1,dlt,ก,,,ค่าคำขอ,สูตรคำนวณ,,คิดตามพื้นที่", New, []string{"kind: formula"}, []string{"min:"}},
		{"0.0 in the place of the fees states that there are none", "1,dlt,ก,,,0.0,,,", New, []string{"fees: none"}, nil},
		{"0.0 as the time by law states that there is none", "1,dlt,ก,0.0,,,,,", New, []string{"legal_time: none"}, nil},
		{"0.0 as the price of a copy states that there is none", "1,dlt,ก,,0.0,,,,", New, []string{"copy_fee: none"}, nil},
		{"a blank cell says nothing", "1,dlt,ก,,,,,,", New, nil, []string{"fees", "legal_time", "copy_fee"}},
	} {
		into := ministry()
		told, _ := imported(t, into, head+tc.row+"\n", func(j *Job) { j.Mapping = mapping(t, "template-manual") })
		if told[0].Outcome != tc.outcome {
			t.Errorf("%s: got %v", tc.name, told[0])
			continue
		}
		if tc.outcome == NotHere {
			if n := told[0].Notes[0]; n.Row != 3 || !strings.Contains(n.What.EN, "has no amount") {
				t.Errorf("%s: told %v", tc.name, told[0].Notes)
			}
			continue
		}
		src := string(into.MapFS[told[0].Path].Data)
		for _, line := range tc.has {
			if !strings.Contains(src, line) {
				t.Errorf("%s: no %q in\n%s", tc.name, line, src)
			}
		}
		for _, line := range tc.not {
			if strings.Contains(src, line) {
				t.Errorf("%s: %q in\n%s", tc.name, line, src)
			}
		}
		again, _ := imported(t, into, head+tc.row+"\n", func(j *Job) { j.Mapping = mapping(t, "template-manual") })
		if again[0].Outcome != Same {
			t.Errorf("%s: again it is %s", tc.name, again[0].Outcome)
		}
	}
}
