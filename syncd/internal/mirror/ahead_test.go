package mirror_test

import (
	"bytes"
	"crypto/rand"
	"path"
	"strings"
	"testing"
	"time"

	"khumue/internal/catalog"
	"khumue/internal/corpus"
	"khumue/internal/gitrepo"
	"khumue/internal/licence"
	"khumue/internal/wire"
	"khumue/syncd/internal/cargo"
	"khumue/syncd/internal/ledger"
	"khumue/syncd/internal/licences"
	"khumue/syncd/internal/mirror"
	"khumue/syncd/internal/rights"
	"khumue/syncd/internal/scope"
)

const hall = "agencies/chiangmai-city/points/chiangmai-city-hall.yaml"

// edit changes a point of a repository's main, as a desk does.
func edit(t *testing.T, repo *gitrepo.Repository, file string, change func(*catalog.Point)) {
	t.Helper()
	at, main, err := repo.Resolve(gitrepo.Main)
	if err != nil {
		t.Fatal(err)
	}
	src, err := repo.File(main.Tree, file)
	if err != nil {
		t.Fatal(err)
	}
	f, _ := corpus.FileAt(file)
	value, _ := f.Decode(bytes.Clone(src))
	p, ok := value.(*catalog.Point)
	if !ok {
		t.Fatalf("%s is no point", file)
	}
	change(p)
	out, err := corpus.Write(f, src, p)
	if err != nil {
		t.Fatal(err)
	}
	b := repo.NewBatch()
	blob, err := b.Add(gitrepo.Blob, out)
	if err != nil {
		t.Fatal(err)
	}
	tree, err := b.Put(main.Tree, gitrepo.SetFile(file, blob))
	if err != nil {
		t.Fatal(err)
	}
	main.Tree, main.Parents = tree, []gitrepo.Hash{at}
	next, err := b.NewCommit(*main, nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := b.Close(); err != nil {
		t.Fatal(err)
	}
	if err := repo.Refs().Update(t.Context(), gitrepo.Move{Ref: gitrepo.Main, Old: at, New: next}); err != nil {
		t.Fatal(err)
	}
}

// shows tells which words the office's own copy of a file has.
func (o *office) shows(file string, words ...string) (out []bool) {
	o.t.Helper()
	data, err := o.repo.File(o.tree(gitrepo.Main), file)
	if err != nil {
		o.t.Fatal(err)
	}
	for _, w := range words {
		out = append(out, strings.Contains(string(data), w))
	}
	return out
}

func TestWhatTheCentreHasNotDoneYetStaysOnTop(t *testing.T) {
	c := newCentre(t, &small)
	o := newOffice(t, c.clock, offices[0])
	told := 0
	o.mirror.Changed = func() { told++ }
	o.follow(c)
	o.follow(c)
	if told != 1 {
		t.Errorf("it was told %d times that something changed, want once", told)
	}
	check := func(when string, ours, theirs bool) {
		t.Helper()
		if got := o.shows(hall, "ห้อง 12", "กด 9"); got[0] != ours || got[1] != theirs {
			t.Fatalf("%s: the office has its own change %v and the centre's %v, want %v and %v", when, got[0], got[1], ours, theirs)
		}
	}
	own := func(p *catalog.Point) { p.Directions.TH = "ห้อง 12" }
	edit(t, o.repo, hall, own)
	o.ahead[cargo.File+" "+hall] = true
	edit(t, c.repo, hall, func(p *catalog.Point) { p.Contact.Phones = []string{"053 000 000 กด 9"} })
	o.follow(c)
	check("both changed the point", true, true)

	edit(t, c.repo, hall, own)
	delete(o.ahead, cargo.File+" "+hall)
	o.follow(c)
	check("the centre did it too", true, true)
	o.same(c)

	edit(t, o.repo, hall, func(p *catalog.Point) { p.Directions.TH = "ห้อง 99" })
	o.ahead[cargo.File+" "+hall] = true
	o.follow(c)
	check("another change waits", false, true)
	delete(o.ahead, cargo.File+" "+hall)
	o.follow(c)
	check("and was refused", true, true)
	o.same(c)
}

func TestARecordThatIsAheadIsLeftAloneUntilTheCentreHasDecided(t *testing.T) {
	c := newCentre(t, &small)
	o := newOffice(t, c.clock, scope.Office{ID: "02", Agency: "chiangmai-city", Point: "chiangmai-city-hall"})
	k := licence.Key{Point: "chiangmai-city-hall", Process: "p-1", Month: month(-1)}
	put := func(s licences.Store, received int) {
		t.Helper()
		err := s.Write(t.Context(), func(r licences.Records) error {
			was, err := r.Report(k)
			if err != nil {
				return err
			}
			was.Edition++
			was.Draft = licence.Sketch{Entry: licence.Entry{Figures: licence.Figures{Received: received}}, At: c.now.UTC(), By: "o-1"}
			return r.PutReport("chiangmai-city", was)
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	has := func(when string, want int) {
		t.Helper()
		o.follow(c)
		err := o.store.Licences().Read(t.Context(), func(r licences.Records) error {
			is, err := r.Report(k)
			if err == nil && is.Draft.Received != want {
				t.Fatalf("%s: the office has %d, want %d", when, is.Draft.Received, want)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	put(c.store.Licences(), 1)
	has("what the centre has", 1)
	put(o.store.Licences(), 20)
	o.ahead[cargo.Report+" "+cargo.ReportID(k)] = true
	has("written here", 20)
	put(c.store.Licences(), 3)
	has("and there", 20)
	delete(o.ahead, cargo.Report+" "+cargo.ReportID(k))
	has("refused by the centre", 3)

	put(o.store.Licences(), 40)
	has("written, sent and refused before the next pull", 40)
	if err := o.mirror.Doubt(t.Context(), mirror.Entity{Kind: cargo.Report, ID: cargo.ReportID(k)}); err != nil {
		t.Fatal(err)
	}
	has("which the outbox tells", 3)
	o.same(c)
}

func TestALargeFilePassesThroughALineThatIsCutAgainAndAgain(t *testing.T) {
	c := newCentre(t, &small)
	big := bytes.Repeat(c.file("pages/checklist.pdf"), 1)
	for i := range 300_000 {
		big = append(big, byte(i*i>>3+i))
	}
	o := newOffice(t, c.clock, offices[2])
	o.follow(c)
	c.put(map[string][]byte{"pages/form.pdf": big})
	o.largest = 0
	for i := range 10_000 {
		lost := i%3 != 0 || i < 12 // at first nothing comes through at all
		more, err := o.pull(c, lost)
		if err != nil {
			t.Fatal(err)
		}
		if i == 12 {
			o.largest = 0 // by now it asks for what passes in a few seconds
		}
		if i > 12 && !lost && !more {
			break
		}
	}
	o.same(c)
	if o.largest > 60_000 {
		t.Errorf("a page had %d bytes on a line that is cut after 20 seconds", o.largest)
	}
}

// TestWhatIsSavedWhileAPageComesStays has officers of the office save a point, a report
// and a draft after the centre was asked, of all of which it tells something else.
func TestWhatIsSavedWhileAPageComesStays(t *testing.T) {
	c := newCentre(t, &small)
	o := newOffice(t, c.clock, scope.Office{ID: "04", Agency: "bora"})
	const point = "agencies/moi/dopa/bora/points/bora-nangloeng.yaml"
	k := licence.Key{Point: "bora-nangloeng", Process: "p-1", Month: month(-1)}
	report := func(s licences.Store, received int) {
		t.Helper()
		err := s.Write(t.Context(), func(r licences.Records) error {
			was, err := r.Report(k)
			if err != nil {
				return err
			}
			was.Edition++
			was.Draft = licence.Sketch{Entry: licence.Entry{Figures: licence.Figures{Received: received}}, At: c.now.UTC(), By: "o-1"}
			return r.PutReport("bora", was)
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	g := rights.Grant{Role: catalog.RoleAuthor, Scope: rights.Scope{Agency: "bora"}}
	author := ledger.Acting{Officer: rights.Officer{ID: "o-aaaaaaaaaaaaaaaa", Grants: []rights.Grant{g}}, As: g}
	owner := rights.Target{Chain: []catalog.AgencyCode{"bora"}}
	manual := (&history{c: c}).files("bora/manuals/", "manual.md")[0]
	text := func(words string) ledger.Text {
		return ledger.Text{"manual.md": append(bytes.Clone(c.file(manual)), "\n"+words+"\n"...)}
	}
	id := catalog.ManualID(path.Base(path.Dir(manual)))
	h, err := c.ledger.Begin(t.Context(), author, owner, id, path.Dir(manual), text("แรก"))
	if err != nil {
		t.Fatal(err)
	}
	report(c.store.Licences(), 1)
	o.follow(c)
	o.follow(c)

	edit(t, c.repo, point, func(p *catalog.Point) { p.Directions.TH = "ห้อง 9 ของศูนย์กลาง" })
	report(c.store.Licences(), 9)
	c.pass(time.Second)
	if _, err := c.ledger.Save(t.Context(), author, owner, h, text("ของศูนย์กลาง")); err != nil {
		t.Fatal(err)
	}
	here := &ledger.Ledger{Repo: o.repo, Now: o.Now, Random: rand.Reader}
	saves := map[mirror.Entity]func(){
		{Kind: cargo.File, ID: point}: func() {
			edit(t, o.repo, point, func(p *catalog.Point) { p.Directions.TH = "ห้อง 12 ของสำนักงาน" })
		},
		{Kind: cargo.Report, ID: cargo.ReportID(k)}: func() { report(o.store.Licences(), 12) },
		{Kind: cargo.Revision, ID: h.Ref.String()}: func() {
			own, err := here.Load(h.Ref)
			if err == nil {
				_, err = here.Save(t.Context(), author, owner, own, text("ของสำนักงาน"))
			}
			if err != nil {
				t.Fatal(err)
			}
		},
	}
	check := func(when, words string, received int) {
		t.Helper()
		if !o.shows(point, words)[0] {
			t.Errorf("%s: the point does not say %q", when, words)
		}
		is, err := here.Load(h.Ref)
		if err != nil {
			t.Fatal(err)
		}
		if draft, err := here.Text(is.Tree); err != nil || !bytes.Contains(draft["manual.md"], []byte(words)) {
			t.Errorf("%s: the draft does not say %q: %v", when, words, err)
		}
		err = o.store.Licences().Read(t.Context(), func(r licences.Records) error {
			is, err := r.Report(k)
			if err == nil && is.Draft.Received != received {
				t.Errorf("%s: the report has %d, want %d", when, is.Draft.Received, received)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	o.meanwhile = func(changes []wire.Change) {
		for _, change := range changes {
			e := mirror.Entity{Kind: change.Kind, ID: change.ID}
			if save := saves[e]; save != nil {
				save()
				o.ahead[e.Kind+" "+e.ID] = true
				delete(saves, e)
			}
		}
	}
	o.follow(c)
	if len(saves) > 0 {
		t.Fatalf("the centre did not tell of %d", len(saves))
	}
	check("saved while a page came", "ของสำนักงาน", 12)
	clear(o.ahead)
	o.follow(c)
	o.follow(c)
	check("and refused", "ของศูนย์กลาง", 9)
	o.same(c)
}
