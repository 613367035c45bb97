package immediate_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"khumue/internal/catalog"
	"khumue/internal/compare"
	"khumue/internal/fault"
	"khumue/syncd/internal/immediate"
)

// clashed is an office in which two officers changed the directions of a point: the
// change that came second, and the clash that it met.
func clashed(t *testing.T) (*office, immediate.Change, compare.Conflict) {
	t.Helper()
	o := open(t)
	mine, c := opened[catalog.Point](o, counter, area5File)
	o.edited(func(p *catalog.Point) { p.Directions.TH = "ข้างตลาด" })
	mine.Directions.TH, mine.QueueURL = "หลังวัด", "https://queue.example.go.th"
	_, err := o.Save(t.Context(), counter, c)
	var clash *immediate.Clash
	if !errors.As(err, &clash) || len(clash.Fields) != 1 {
		t.Fatalf("got %v", err)
	}
	return o, c, clash.Fields[0]
}

func TestAChoiceEndsAClash(t *testing.T) {
	for name, tc := range map[string]struct {
		choice compare.Choice
		want   string // of the directions; "" where nothing is kept
		fails  error
	}{
		"one's own":              {compare.Choice{Take: compare.Ours}, "หลังวัด", nil},
		"the other's":            {compare.Choice{Take: compare.Theirs}, "ข้างตลาด", nil},
		"another":                {compare.Choice{Take: compare.Another, Value: "หน้าโรงเรียน"}, "หน้าโรงเรียน", nil},
		"what is no way to take": {compare.Choice{Take: "neither"}, "", fault.Invalid},
	} {
		t.Run(name, func(t *testing.T) {
			o, c, conflict := clashed(t)
			c.Choices = map[string]compare.Choice{conflict.ID: tc.choice}
			_, err := o.Save(t.Context(), counter, c)
			if tc.fails != nil {
				if !errors.Is(err, tc.fails) || strings.Contains(o.text(area5File), "queue.example") {
					t.Errorf("got %v", err)
				}
				return
			}
			must(t, err)
			if text := o.text(area5File); !strings.Contains(text, tc.want) || !strings.Contains(text, "queue.example") {
				t.Errorf("got\n%s", text)
			}
			o.verified()
		})
	}
}

func TestAChoiceOfYesterdayEndsNoClashOfToday(t *testing.T) {
	o, c, conflict := clashed(t)
	o.edited(func(p *catalog.Point) { p.Directions.TH = "ย้ายแล้ว" })
	c.Choices = map[string]compare.Choice{conflict.ID: {Take: compare.Ours}}
	_, err := o.Save(t.Context(), counter, c)
	var clash *immediate.Clash
	if !errors.As(err, &clash) || clash.Fields[0].Theirs.Words.TH != "ย้ายแล้ว" || !strings.Contains(o.text(area5File), "ย้ายแล้ว") {
		t.Errorf("got %v", err)
	}
}

func TestAFeeOfNothingIsKeptAsSuch(t *testing.T) {
	o := open(t)
	saved, err := o.Create(t.Context(), author, immediate.New{Agency: "dlt", Free: []int{0}, Value: &catalog.Service{
		Title: catalog.Text{TH: "ยืมรถเข็น"}, Categories: []catalog.Slug{"transport"}, Channels: []catalog.Channel{{Kind: catalog.Counter}},
		Fees: catalog.Some([]catalog.Fee{{Name: catalog.Text{TH: "ค่ามัดจำ"}, Kind: catalog.FeeFixed}}), Body: catalog.Body{Markdown: "ก\n"},
	}})
	must(t, err)
	if text := o.text(saved.File); !strings.Contains(text, "min: 0") {
		t.Errorf("got\n%s", text)
	}
}

func TestWhatLiesBesideAPointIsReadByWhoMayChangeIt(t *testing.T) {
	o := open(t)
	p, c := opened[catalog.Point](o, counter, area5File)
	p.Photos = append(slices.Clone(p.Photos), catalog.Photo{File: "dlt-area5-1.png", Alt: catalog.Text{TH: "ทางเข้า"}})
	c.Beside = map[string][]byte{"dlt-area5-1.png": []byte("\x89PNG\r\n\x1a\n")}
	_, err := o.Save(t.Context(), counter, c)
	must(t, err)
	if got, err := o.Attached(counter, area5File, "dlt-area5-1.png"); err != nil || len(got) != 8 {
		t.Errorf("got %q %v", got, err)
	}
	for name, want := range map[string]error{"dlt-area5.yaml": fault.NotFound, "../agency.yaml": fault.NotFound, "none.png": fault.NotFound} {
		if _, err := o.Attached(counter, area5File, name); !errors.Is(err, want) {
			t.Errorf("%s: got %v", name, err)
		}
	}
	if _, err := o.Attached(other, area5File, "dlt-area5-1.png"); !errors.Is(err, fault.Forbidden) {
		t.Errorf("got %v", err)
	}
}
