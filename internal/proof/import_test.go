package proof_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"khumue/internal/catalog"
	"khumue/internal/proof"
	"khumue/internal/proof/prooftest"
)

const bike = "agencies/mot/dlt/manuals/dlt-bike"

// imports brings manuals in, by path of their folders.
func imports(b *prooftest.Book, texts ...string) proof.Hash {
	files := b.Files()
	for i := 0; i < len(texts); i += 2 {
		files = files.With(texts[i]+"/manual.md", texts[i+1])
	}
	return b.On(files, importing())
}

func importing() proof.Trailers {
	return proof.Trailers{Stage: proof.Import, Officer: prooftest.Admin, Role: proof.Capacity{Role: catalog.RoleDGA}}
}

// confirms has the author of an agency confirm manuals as they stand.
func confirms(b *prooftest.Book, agency catalog.AgencyCode, dirs ...string) proof.Hash {
	return b.On(b.Files(), confirming(b, agency, dirs...))
}

func confirming(b *prooftest.Book, agency catalog.AgencyCode, dirs ...string) proof.Trailers {
	t := proof.Trailers{Stage: proof.Confirm, Officer: prooftest.Author, Role: proof.Capacity{Role: catalog.RoleAuthor, Agency: agency}}
	for _, d := range dirs {
		t.Confirmed = append(t.Confirmed, proof.Folder{Path: d, Tree: b.Folder(b.Files(), d)})
	}
	return t
}

func TestWhatWasImportedIsShownAsThat(t *testing.T) {
	b := begun(t)
	first := imports(b, bike, "จักรยาน\n", bus, "รถโดยสาร 9 บาท\n")
	confirmed := confirms(b, "dlt", bike, licence)
	b.Publish(b.Revise(bus, 1, "รถโดยสาร 10 บาท\n"))
	second := imports(b, bike, "จักรยานยนต์\n")
	report := verify(t, b, proof.Options{Trust: trusting(t, b.Signer)})
	if err := report.Err(); err != nil || report.Count(proof.ByImport) != 1 {
		t.Fatalf("got %v, %d by import", err, report.Count(proof.ByImport))
	}
	if a := account(t, report, bike); a.How != proof.ByImport || a.Stage2.Commit != second || a.Stage2.Officer != prooftest.Admin || a.Confirmed != nil {
		t.Errorf("what was imported anew is not confirmed any more: got %+v", a)
	}
	if a := account(t, report, licence); a.How != proof.ByBootstrap || a.Confirmed == nil || a.Confirmed.Commit != confirmed || a.Confirmed.Officer != prooftest.Author {
		t.Errorf("what was there at first is confirmed: got %+v", a)
	}
	if a := account(t, report, bus); a.How != proof.ByApproval {
		t.Errorf("what was approved since: got %+v, imported by %s", a, first)
	}
	moved := prooftest.Files{}
	for path, text := range b.Files() {
		moved[strings.Replace(path, "agencies/mot/dlt/", "agencies/mdes/dlt/", 1)] = text
	}
	b.On(moved, proof.Trailers{Stage: proof.Move, Officer: prooftest.Admin, Role: proof.Capacity{Role: catalog.RoleDGA}})
	a := account(t, verify(t, b, proof.Options{}), strings.Replace(licence, "mot", "mdes", 1))
	if a.Confirmed == nil || a.Moved == nil {
		t.Errorf("a move leaves the confirmation: got %+v", a)
	}
}

func TestAttacksOnImports(t *testing.T) {
	for _, tc := range []struct {
		name string
		do   func(b *prooftest.Book)
		at   string // a manual; "": the commit alone
		want string
	}{
		{"an import replaces what was approved", func(b *prooftest.Book) {
			b.Publish(fee(b))
			imports(b, licence, "ฟรี\n")
		}, licence, "an import replaced a manual that had been approved"},
		{"an import replaces what was approved, before it was changed out of order", func(b *prooftest.Book) {
			b.Publish(fee(b))
			b.Immediate(b.Files().With(licence+"/manual.md", "x\n"))
			imports(b, licence, "ฟรี\n")
		}, licence, "an import replaced a manual"},
		{"an import replaces what was published in an emergency", func(b *prooftest.Book) {
			emergency(b)
			imports(b, licence, "ฟรี\n")
		}, licence, "an import replaced a manual"},
		{"an import brings back what was approved and went", func(b *prooftest.Book) {
			b.Publish(fee(b))
			b.Immediate(b.Files().With(licence+"/manual.md", "").With(licence+"/form.pdf", ""))
			imports(b, licence, "ฟรี\n")
		}, licence, "an import replaced a manual"},
		{"an import removes a manual", func(b *prooftest.Book) { imports(b, bus, "") }, bus, "the manual is gone"},
		{"an import moves a manual", func(b *prooftest.Book) {
			imports(b, bus, "", "agencies/mot/drt/manuals/dlt-bus", "ฟรี\n")
		}, "agencies/mot/drt/manuals/dlt-bus", "an import may bring manuals"},
		{"an import brings the same id to a second place", func(b *prooftest.Book) {
			imports(b, "agencies/mot/drt/manuals/dlt-bus", "ฟรี\n")
		}, "agencies/mot/drt/manuals/dlt-bus", "the same id stands in two places"},
		{"an import changes a point besides", func(b *prooftest.Book) {
			b.On(b.Files().With(bike+"/manual.md", "x\n").With("site.yaml", "name: อื่น\n"), importing())
		}, bike, "an import may bring manuals"},
		{"an author imports", func(b *prooftest.Book) {
			t := importing()
			t.Officer, t.Role = prooftest.Author, proof.Capacity{Role: catalog.RoleAuthor, Agency: "dlt"}
			b.On(b.Files().With(bike+"/manual.md", "x\n"), t)
		}, bike, "the officer's role may not do this"},
		{"a central officer imports", func(b *prooftest.Book) {
			t := importing()
			t.Role = proof.Capacity{Role: catalog.RoleCentral, Agency: "dlt"}
			b.On(b.Files().With(bike+"/manual.md", "x\n"), t)
		}, bike, "the officer's role may not do this"},
		{"a merge calls itself an import", func(b *prooftest.Book) {
			files := b.Files().With(bike+"/manual.md", "x\n")
			b.Main = b.Commit(prooftest.Commit{Files: files, Trailers: importing(), Signer: b.Signer, Parents: []proof.Hash{b.Main, b.Main}})
		}, bike, "an import may bring manuals"},
		{"a confirmation brings a text along", func(b *prooftest.Book) {
			b.On(b.Files().With(bus+"/manual.md", "ฟรี\n"), confirming(b, "dlt", licence))
		}, bus, "a confirmation may change nothing"},
		{"a confirmation of another text than stands there", func(b *prooftest.Book) {
			t := confirming(b, "dlt", licence)
			t.Confirmed[0].Tree = b.Folder(b.Files(), bus)
			b.On(b.Files(), t)
		}, "", "a confirmation may change nothing"},
		{"a confirmation of what is not there", func(b *prooftest.Book) {
			t := confirming(b, "dlt", licence)
			t.Confirmed[0].Path = bike
			b.On(b.Files(), t)
		}, "", "a confirmation may change nothing"},
		{"another agency confirms", func(b *prooftest.Book) { confirms(b, "dol", licence) }, "", "a confirmation may change nothing"},
		{"DGA confirms what it imported", func(b *prooftest.Book) {
			t := confirming(b, "", licence)
			t.Officer, t.Role = prooftest.Admin, proof.Capacity{Role: catalog.RoleDGA}
			b.On(b.Files(), t)
		}, "", "the officer's role may not do this"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			b := begun(t)
			trust := trusting(t, b.Signer)
			mark := verify(t, b, proof.Options{Trust: trust}).Mark()
			tc.do(b)
			for name, since := range map[string]*proof.Mark{"the whole": nil, "since a mark": mark} {
				r := verify(t, b, proof.Options{Trust: trust, Since: since})
				if r.Err() == nil || !strings.Contains(r.Err().Error(), tc.want) {
					t.Errorf("%s: got %v, want %q", name, r.Err(), tc.want)
				}
				if tc.at != "" {
					if a := account(t, r, tc.at); a.How != "" || !strings.Contains(a.Why.EN, tc.want) {
						t.Errorf("%s: got %q %q, want %q", name, a.How, a.Why.EN, tc.want)
					}
				}
			}
		})
	}
}

// A walk from any mark tells of what came since what a walk from the root tells.
func TestImportsFromEveryMark(t *testing.T) {
	b := begun(t)
	trust := trusting(t, b.Signer)
	marks := []*proof.Mark{verify(t, b, proof.Options{Trust: trust}).Mark()}
	step := func(do func()) {
		do()
		if m := verify(t, b, proof.Options{Trust: trust}).Mark(); m != nil {
			marks = append(marks, m)
		}
	}
	step(func() { imports(b, bike, "จักรยาน\n", bus, "รถโดยสาร 9 บาท\n") })
	step(func() { confirms(b, "dlt", bike, bus) })
	step(func() { imports(b, bike, "จักรยานยนต์\n") })
	step(func() { confirms(b, "dlt", bike) })
	step(func() { b.Publish(fee(b)) })
	step(func() { confirms(b, "dlt", bike, licence) })
	step(func() { b.Publish(b.Revise(bike, 1, "จักรยานไฟฟ้า\n")) })
	step(func() { imports(b, bus, "รถโดยสาร 11 บาท\n") })
	if len(marks) != 9 {
		t.Fatalf("%d marks", len(marks))
	}
	compare := func(what string) {
		t.Helper()
		whole := verify(t, b, proof.Options{Trust: trust})
		for i, m := range marks {
			some := verify(t, b, proof.Options{Trust: trust, Since: m})
			if (some.Err() == nil) != (whole.Err() == nil) {
				t.Errorf("%s, from mark %d: got %v, want %v", what, i, some.Err(), whole.Err())
			}
			for _, a := range some.Manuals {
				want := whole.Manuals[slices.IndexFunc(whole.Manuals, func(w proof.Account) bool { return w.Path == a.Path })]
				if d := cmp.Diff(want, a); d != "" {
					t.Errorf("%s, from mark %d (-whole +since):\n%s", what, i, d)
				}
			}
		}
	}
	compare("in order")
	imports(b, licence, "ฟรี\n")
	compare("an approved manual is replaced")
}
