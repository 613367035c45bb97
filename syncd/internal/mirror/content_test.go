package mirror_test

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"
	"time"

	"khumue/internal/catalog"
	"khumue/internal/gitrepo"
	"khumue/internal/licence"
	"khumue/syncd/internal/delays"
	"khumue/syncd/internal/licences"
	"khumue/syncd/internal/scope"
)

// slowLine is a line of 23 kbit/s, in bytes a second.
const slowLine = 23_000 / 8

// longest is how long a first fetch may take on such a line, by office.
const longest = 3 * time.Minute

func TestAFirstFetchGivesAnOfficeItsScopeAndNothingElse(t *testing.T) {
	c := newCentre(t, &portal)
	busy(c)
	for _, who := range offices {
		t.Run(named(who), func(t *testing.T) {
			o := newOffice(t, c.clock, who)
			o.follow(c)
			o.same(c)
			took := time.Duration(o.bytes+o.sent) * time.Second / slowLine
			t.Logf("%d pages, %d bytes down, %d up: %s at 23 kbit/s; the largest page has %d", o.pages, o.bytes, o.sent, took, o.largest)
			if took > longest {
				t.Errorf("a first fetch takes %s at 23 kbit/s, want at most %s", took, longest)
			}
			before := o.bytes + o.sent
			o.follow(c)
			if again := o.bytes + o.sent - before; again > 1000 {
				t.Errorf("a pull without news costs %d bytes", again)
			}
		})
	}
}

// busy gives the centre what a small office has of records: two years of reports of
// each point, of four processes, and ten late requests.
func busy(c *centre) {
	c.t.Helper()
	h := &history{Rand: rand.New(rand.NewPCG(1, 1)), c: c}
	ctx := c.t.Context()
	at := c.now.UTC()
	owners := map[catalog.PointCode]catalog.AgencyCode{}
	for _, code := range c.codes {
		owners[code] = c.owner(code)
	}
	err := c.store.Licences().Write(ctx, func(r licences.Records) error {
		for _, code := range c.codes {
			for m := range scope.DefaultMonths {
				for p := range 4 {
					k := licence.Key{Point: code, Process: catalog.ProcessID(fmt.Sprintf("%s-%d", code, p)), Month: month(-m)}
					n := h.IntN(300)
					f := licence.Filing{Entry: licence.Entry{Figures: licence.Figures{Received: n, ApprovedOn: n}}, Version: 1, At: at.Add(time.Duration(h.IntN(1e9))), By: "o-0000000000000001", Cause: licence.First}
					f.At = f.At.Truncate(time.Microsecond)
					if err := r.PutReport(owners[code], licence.Report{Key: k, Edition: 1, Filed: f}); err != nil {
						return err
					}
				}
			}
		}
		return nil
	})
	if err != nil {
		c.t.Fatal(err)
	}
	err = c.store.Delays().Write(ctx, func(r delays.Records) error {
		for i := range 10 * len(c.codes) {
			h.n++
			code := c.codes[i%len(c.codes)]
			if err := h.late(r, owners[code], code); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		c.t.Fatal(err)
	}
}

// TestWhatIsDamagedHereIsAskedForAnew damages objects of a sealed repository: of a file,
// of a folder, of all content.
func TestWhatIsDamagedHereIsAskedForAnew(t *testing.T) {
	c := newCentre(t, &small)
	o := newOffice(t, c.clock, offices[0])
	dir := o.repo.Dir()
	if err := o.repo.Close(); err != nil {
		t.Fatal(err)
	}
	var err error
	if o.repo, err = gitrepo.OpenWith(dir, o.store.Refs()); err == nil {
		err = o.repo.Seal(bytes.Repeat([]byte{7}, gitrepo.SealKey))
	}
	if err != nil {
		t.Fatal(err)
	}
	o.restart()
	o.follow(c)
	for _, at := range []string{hall, "agencies/chiangmai-city/points", "agencies"} {
		for _, restarted := range []bool{false, true} {
			e, err := o.repo.Find(o.tree(gitrepo.Main), at)
			if err != nil {
				t.Fatal(err)
			}
			o.damage(e.Hash)
			if restarted {
				o.restart()
			}
			o.follow(c)
			if !o.repo.Has(e.Hash) {
				t.Fatalf("%s did not come again (restarted: %v)", at, restarted)
			}
			o.same(c)
		}
	}
}

// damage changes a bit of the file of an object, and lets somebody see it.
func (o *office) damage(h gitrepo.Hash) {
	o.t.Helper()
	err := filepath.WalkDir(filepath.Join(o.repo.Dir(), "objects"), func(name string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		is, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		is[len(is)-1] ^= 1
		if err := errors.Join(os.Chmod(name, 0o600), os.WriteFile(name, is, 0o600)); err != nil {
			return err
		}
		if _, err := o.repo.Kind(h); err != nil {
			return fs.SkipAll
		}
		is[len(is)-1] ^= 1
		return os.WriteFile(name, is, 0o600)
	})
	if err != nil || o.repo.Has(h) {
		o.t.Fatalf("%s was not damaged: %v", h, err)
	}
}
