package deeds_test

import (
	"io"
	"strings"
	"testing"
	"time"

	"khumue/internal/catalog"
	"khumue/internal/wire"
	"khumue/syncd/internal/deeds"
	"khumue/syncd/internal/immediate"
	"khumue/syncd/internal/outbox"
)

// TestAnEditWaitsForThePhotoOfTheOneBefore has a point change with a photo that has not
// come, and once more.
func TestAnEditWaitsForThePhotoOfTheOneBefore(t *testing.T) {
	p := openPair(t)
	sheet, err := p.office.direct.Open(clerk, file)
	must(t, err)
	at := sheet.Value.(*catalog.Point)
	at.Photos = []catalog.Photo{{File: "dlt-area5-9.jpg", Alt: catalog.Text{TH: "ด้านหน้า"}}}
	_, err = p.office.direct.Save(t.Context(), clerk, immediate.Change{File: file, Was: sheet.Was, Value: at, Beside: map[string][]byte{"dlt-area5-9.jpg": []byte("\xff\xd8\xff\xe0 a picture")}})
	must(t, err)
	p.edited("ข้างตลาด")
	list, err := p.box.Items(t.Context(), outbox.Filter{Kinds: []string{deeds.Content}})
	must(t, err)
	if len(list) != 2 || len(list[0].Files) != 1 {
		t.Fatalf("the office has %+v", list)
	}
	ops, ids := []wire.Op{list[0].Op, list[1].Op}, []string{list[0].ID, list[1].ID}
	p.in.Talk(t.Context(), p.device, wire.Message{Type: wire.Push, Nonce: "n", Stream: p.box.Stream(), Ops: ops})
	p.rest()
	for _, r := range p.in.Talk(t.Context(), p.device, wire.Message{Type: wire.Ask, Nonce: "n", IDs: ids}).Results {
		if r.Processed {
			t.Errorf("before the photo came an edit became %+v", r)
		}
	}
	p.centre.pass(time.Hour)
	for _, r := range p.send() {
		if !r.Processed || r.Code != "" {
			t.Errorf("an edit became %+v", r)
		}
	}
	if !p.says("ข้างตลาด") {
		t.Error("the centre lacks the second edit")
	}
}

// TestAFileThatWasSpoiltAtTheCentreHasToComeAgain has a photo cut short, or changed,
// after all of it had come.
func TestAFileThatWasSpoiltAtTheCentreHasToComeAgain(t *testing.T) {
	for name, spoilt := range map[string]string{"cut short": "\xff\xd8", "empty": "", "changed": "\xff\xd8\xff\xe0 a Picture"} {
		t.Run(name, func(t *testing.T) {
			p := openPair(t)
			sheet, err := p.office.direct.Open(clerk, file)
			must(t, err)
			at := sheet.Value.(*catalog.Point)
			at.Photos = []catalog.Photo{{File: "dlt-area5-9.jpg", Alt: catalog.Text{TH: "ด้านหน้า"}}}
			_, err = p.office.direct.Save(t.Context(), clerk, immediate.Change{File: file, Was: sheet.Was, Value: at, Beside: map[string][]byte{"dlt-area5-9.jpg": []byte("\xff\xd8\xff\xe0 a picture")}})
			must(t, err)
			open := p.doer.Open
			p.doer.Open = func(string, wire.File) (io.ReadCloser, error) { return io.NopCloser(strings.NewReader(spoilt)), nil }
			got := p.send()
			if len(got) != 1 || got[0].Status != wire.Held || got[0].Text.TH == "" {
				t.Errorf("it became %+v", got)
			}
			for sum := range p.files {
				if there, err := p.in.Files.Have(p.device.ID, sum); err != nil || there.Have != 0 {
					t.Errorf("of the file the centre has %+v, %v", there, err)
				}
			}
			p.doer.Open = open
			p.centre.pass(time.Hour)
			if got := p.send(); !got[0].Processed || got[0].Code != "" {
				t.Errorf("once it came again it became %+v", got)
			}
		})
	}
}

// rest has all done that can be.
func (p *pair) rest() {
	p.t.Helper()
	for did := true; did; {
		var err error
		did, err = p.in.Step(p.t.Context())
		must(p.t, err)
	}
}
