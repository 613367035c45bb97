package immediate_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"khumue/internal/catalog"
	"khumue/internal/fault"
	"khumue/internal/gitrepo"
	"khumue/syncd/internal/immediate"
	"khumue/syncd/internal/ledger"
	"khumue/syncd/internal/staff"
)

// far is an office whose changes are written down, to be made again at a centre.
type far struct {
	*office
	deeds []ledger.Deed
}

func openFar(t *testing.T) *far {
	f := &far{office: open(t)}
	f.Ledger.Note = func(ctx context.Context, d ledger.Deed) (context.Context, error) {
		f.deeds = append(f.deeds, d)
		return ctx, nil
	}
	return f
}

// again makes what the office did since the last time again elsewhere.
func (f *far) again(o *office, by staff.Acting) error {
	f.t.Helper()
	var failed error
	for _, d := range f.deeds {
		var files []immediate.File
		for _, one := range d.Files {
			file := immediate.File{Path: one.Path, Was: one.Was}
			if !one.Now.IsZero() {
				var err error
				file.Now, err = f.Ledger.Repo.Read(gitrepo.Blob, one.Now)
				must(f.t, err)
			}
			files = append(files, file)
		}
		_, err := o.Again(f.t.Context(), by, d.Subject, d.Reason, files)
		failed = errors.Join(failed, err)
	}
	f.deeds = nil
	return failed
}

func (o *office) content() gitrepo.Hash {
	o.t.Helper()
	_, main, err := o.Ledger.Repo.Resolve(gitrepo.Main)
	must(o.t, err)
	return main.Tree
}

// TestWhatAnOfficeDidIsDoneAgain does much at an office, and all of it again at the
// centre, which then holds the same byte for byte.
func TestWhatAnOfficeDidIsDoneAgain(t *testing.T) {
	f, centre := openFar(t), open(t)
	p, c := opened[catalog.Point](f.office, central, area5File)
	p.Contact.Phones = append(p.Contact.Phones, "02 000 0000")
	c.Why = "เบอร์ใหม่"
	_, err := f.Save(t.Context(), central, c)
	must(t, err)
	made, err := f.Create(t.Context(), central, immediate.New{Agency: "dlt", Value: process("ออกใบอนุญาตตัวอย่าง")})
	must(t, err)
	_, err = f.Link(t.Context(), central, immediate.LinkChange{Points: []catalog.PointCode{"dlt-area1", "dlt-area5"}, Add: immediate.Links{Processes: []catalog.ProcessID{catalog.ProcessID(made.ID)}}})
	must(t, err)
	_, err = f.Confirm(t.Context(), central, "dlt-area5")
	must(t, err)
	other, err := f.Create(t.Context(), central, immediate.New{Agency: "dlt", Value: process("ที่จะลบ")})
	must(t, err)
	_, err = f.Remove(t.Context(), central, other.ID, "สร้างผิด")
	must(t, err)
	must(t, f.again(centre, central))
	if f.content() != centre.content() {
		t.Errorf("the centre holds\n%s\nthe office\n%s", centre.text(area5File), f.text(area5File))
	}
	if done := centre.trail(); len(done) != 6 || done[0].Action != "process.remove" || done[5].Action != "point.edit" {
		t.Errorf("the trail has %+v", done)
	}
	centre.verified()
}

// TestAnOfficeMeetsTheCentre has both change one file.
func TestAnOfficeMeetsTheCentre(t *testing.T) {
	tests := []struct {
		name             string
		here, there      func(*catalog.Point)
		by               staff.Acting
		want             error
		holds, holdsElse string
	}{
		{"other fields, and both stand", func(p *catalog.Point) { p.Directions.TH = "ข้างตลาด" }, func(p *catalog.Point) { p.QueueURL = "https://queue.example.go.th" }, counter, nil, "ข้างตลาด", "queue.example"},
		{"the same field, and nothing is kept", func(p *catalog.Point) { p.Directions.TH = "ข้างตลาด" }, func(p *catalog.Point) { p.Directions.TH = "หลังวัด" }, counter, fault.Conflict, "หลังวัด", "หลังวัด"},
		{"by whom the centre gives no right any more", func(p *catalog.Point) { p.Directions.TH = "ข้างตลาด" }, func(*catalog.Point) {}, other, fault.Forbidden, "dlt-area5", "dlt-area5"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			f, centre := openFar(t), open(t)
			there, c := opened[catalog.Point](centre, central, area5File)
			test.there(there)
			_, err := centre.Save(t.Context(), central, c)
			must(t, err)
			here, c := opened[catalog.Point](f.office, counter, area5File)
			test.here(here)
			_, err = f.Save(t.Context(), counter, c)
			must(t, err)
			// and goes on from its own
			here, c = opened[catalog.Point](f.office, counter, area5File)
			here.Contact.Phones = append(here.Contact.Phones, "02 111 1111")
			_, err = f.Save(t.Context(), counter, c)
			must(t, err)
			first := f.deeds[:1]
			second := f.deeds[1:]
			f.deeds = first
			if err := f.again(centre, test.by); !errors.Is(err, test.want) {
				t.Errorf("got %v, want %v", err, test.want)
			}
			for _, word := range []string{test.holds, test.holdsElse} {
				if !strings.Contains(centre.text(area5File), word) {
					t.Errorf("%q is not in\n%s", word, centre.text(area5File))
				}
			}
			f.deeds = second
			err = f.again(centre, test.by)
			if stands := strings.Contains(centre.text(area5File), "02 111 1111"); stands != (err == nil) {
				t.Errorf("the next change stands: %v, with %v", stands, err)
			}
			if test.want == nil && err != nil {
				t.Errorf("what was made from the first change is refused: %v", err)
			}
			centre.verified()
		})
	}
}

// TestCommitsSayWhatTheyDoAgain looks for an office's operation in what git keeps.
func TestCommitsSayWhatTheyDoAgain(t *testing.T) {
	f, centre := openFar(t), open(t)
	p, c := opened[catalog.Point](f.office, counter, area5File)
	p.Directions.TH = "ข้างตลาด"
	_, err := f.Save(t.Context(), counter, c)
	must(t, err)
	const op = "0192f0c1-7c7b-7000-8000-000000000001"
	now, err := f.Ledger.Repo.Read(gitrepo.Blob, f.deeds[0].Files[0].Now)
	must(t, err)
	saved, err := centre.Again(ledger.Again{Op: op, Device: "0192f0c1-aaaa-7000-8000-000000000002", DecidedAt: f.now}.With(t.Context()), counter, "Edit point", "", []immediate.File{{Path: area5File, Was: f.deeds[0].Files[0].Was, Now: now}})
	must(t, err)
	commit, err := centre.Ledger.Repo.Commit(saved.Commit)
	must(t, err)
	if commit.Trailer("Khumue-Op") != op || commit.Trailer("Khumue-Via") == "" || commit.Trailer("Khumue-Decided-At") == "" {
		t.Errorf("it says\n%s", commit.Message)
	}
	centre.verified()
}

// TestWhatAnOfficeMayNotSend is refused whole.
func TestWhatAnOfficeMayNotSend(t *testing.T) {
	centre := open(t)
	before := centre.content()
	_, c := opened[catalog.Point](centre, counter, area5File)
	good := []byte(centre.text(area5File))
	tests := map[string][]immediate.File{
		"nothing":                      nil,
		"a manual":                     {{Path: "agencies/mot/dlt/manuals/" + string(manual) + "/manual.md", Now: []byte("---\nid: x\n---\n")}},
		"a way out":                    {{Path: "../../etc/passwd", Now: []byte("x")}},
		"a photo that nothing names":   {{Path: area5File, Was: c.Was, Now: good}, {Path: "agencies/mot/dlt/points/x.jpg", Now: []byte("x")}},
		"a photo alone":                {{Path: "agencies/mot/dlt/points/x.jpg", Now: []byte("x")}},
		"what is not YAML":             {{Path: area5File, Was: c.Was, Now: []byte("{{{")}},
		"a point that is taken away":   {{Path: area5File, Was: c.Was}},
		"another agency's point":       {{Path: "agencies/moi/points/moi-x.yaml", Now: []byte("name: x\n")}},
		"what was made from nothing":   {{Path: area5File, Now: good}},
		"what was made from elsewhere": {{Path: area5File, Was: gitrepo.Hash{1}, Now: append(good, "directions: x\n"...)}},
	}
	for name, files := range tests {
		if saved, err := centre.Again(t.Context(), counter, "Edit", "", files); err == nil && !saved.Commit.IsZero() {
			t.Errorf("%s was taken", name)
		} else if err == nil {
			t.Errorf("%s was passed over without a word", name)
		}
	}
	if centre.content() != before {
		t.Error("something changed")
	}
}
