package corpus

import (
	"testing"

	"khumue/internal/catalog"
	"khumue/internal/fault"
)

func TestASumOfNothingIsToldFromNoSum(t *testing.T) {
	at, _ := FileAt("agencies/dlt/manuals/dlt-aaaaaa/manual.md")
	m := &catalog.Manual{ID: "dlt-aaaaaa", Title: catalog.Text{TH: "ก"}, Fees: catalog.Some([]catalog.Fee{
		{Name: catalog.Text{TH: "ยื่นเอง"}, Kind: catalog.FeeFixed}, {Name: catalog.Text{TH: "ส่งไปรษณีย์", EN: "Post"}, Kind: catalog.FeeRange, Max: 50_00}, {Name: catalog.Text{TH: "ด่วน"}, Kind: catalog.FeeFixed, Min: 20_00},
	})}
	src, err := Format(at, m)
	if err != nil {
		t.Fatal(err)
	}
	if Written(at, src, "fees", 0, "min") || !Written(at, src, "fees", 2, "min") {
		t.Fatalf("the file says\n%s", src)
	}
	src = StateZero(at, src, 0, 1, 2, 7)
	for i, want := range []catalog.Amount{0, 0, 20_00} {
		value, problems := at.Decode(src)
		if len(problems.Of(fault.Wrong)) > 0 || !Written(at, src, "fees", i, "min") || value.(*catalog.Manual).Fees.Value[i].Min != want {
			t.Errorf("fee %d: %v\n%s", i, problems, src)
		}
	}
	if again := StateZero(at, src, 0, 1, 2); string(again) != string(src) {
		t.Errorf("a sum is stated twice:\n%s", again)
	}
	for name, other := range map[string]string{
		"in one line": "---\nid: dlt-aaaaaa\ntitle: ก\nfees: [{name: ก, kind: fixed}]\n---\n", "what can not be read": "---\n: [", "Windows": "---\r\nid: dlt-aaaaaa\r\ntitle: ก\r\nfees:\r\n  - kind: fixed\r\n    name: ก\r\n---\r\n",
	} {
		got := StateZero(at, []byte(other), 0)
		if stated := Written(at, got, "fees", 0, "min"); stated != (name == "Windows") {
			t.Errorf("%s: got %q", name, got)
		}
	}
}
