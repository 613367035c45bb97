package scope

import (
	"crypto/rand"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"testing"
	"time"

	"khumue/internal/corpus"
	"khumue/internal/gitrepo"
	"khumue/internal/gitrepo/gitrepotest"
	"khumue/internal/wire"
	"khumue/syncd/internal/cargo"
	"khumue/syncd/internal/ledger"
)

var portal = gitrepotest.Template{Fill: func(p *gitrepo.Pack) (gitrepo.Hash, error) {
	return p.AddFS(os.DirFS("../../../content"), corpus.Ignored)
}}

// centre is a desk over the sample portal, and how to publish another content.
func centre(t testing.TB) (d *Desk, land func(change int) gitrepo.Hash) {
	t.Helper()
	repo, tree := portal.Copy(t, filepath.Join(t.TempDir(), "content.git"))
	t.Cleanup(func() { repo.Close() })
	now := func() time.Time { return time.Date(2026, 11, 26, 3, 0, 0, 0, time.UTC) }
	d = &Desk{Ledger: &ledger.Ledger{Repo: repo, Now: now, Random: rand.Reader}, Key: []byte("a key"), Now: now, Log: slog.New(slog.DiscardHandler)}
	land = func(change int) gitrepo.Hash {
		t.Helper()
		b := repo.NewBatch()
		blob, err := b.Add(gitrepo.Blob, fmt.Appendf(nil, "name: ตัวอย่าง %d\n", change))
		if err != nil {
			t.Fatal(err)
		}
		next, err := b.Put(tree, gitrepo.SetFile("site.yaml", blob))
		if err != nil {
			t.Fatal(err)
		}
		old, _ := repo.Refs().Get(gitrepo.Main)
		by := gitrepo.Person{Name: "khumue", Email: "khumue@users.invalid", At: now()}
		c, err := b.NewCommit(gitrepo.Change{Tree: next, Author: by, Committer: by, Message: fmt.Sprintf("%d\n", change)}, nil)
		if err != nil {
			t.Fatal(err)
		}
		if err := b.Close(); err != nil {
			t.Fatal(err)
		}
		if err := repo.Refs().Update(t.Context(), gitrepo.Move{Ref: gitrepo.Main, Old: old, New: c}); err != nil {
			t.Fatal(err)
		}
		return c
	}
	land(0)
	return d, land
}

// small asks for small pages.
var small = []byte(`{"most":8192}`)

// all pulls until there is no more, and returns the cursor and the changes.
func all(t testing.TB, d *Desk, o Office, cursor string) (string, []wire.Change) {
	t.Helper()
	var out []wire.Change
	have := small
	for range 100 {
		changes, next, more, err := d.Pull(t.Context(), o, cursor, have)
		if err != nil {
			t.Fatal(err)
		}
		out, cursor = append(out, changes...), next
		if !more {
			return cursor, out
		}
		h := cargo.Have{Most: cargo.Least, Holds: map[string]cargo.Holding{}}
		for _, c := range changes {
			if c.Kind == cargo.Need {
				h.Holds[c.ID] = cargo.Holding{}
			}
		}
		have = cargo.Write(h)
	}
	t.Fatal("it never ends")
	return "", nil
}

func TestACursorIsTheCentresOwnAndOfOneDevice(t *testing.T) {
	d, land := centre(t)
	o := Office{ID: "01", Agency: "thapra-sao"}
	cursor, first := all(t, d, o, "")
	if _, none := all(t, d, o, cursor); len(none) > 0 {
		t.Errorf("with its own cursor it gets %d changes, want none", len(none))
	}
	secret := land(1) // a commit that this office was not told of, as one of a draft is
	forger := &Desk{Key: []byte("another key")}
	for name, forged := range map[string]string{
		"made without the key":   forger.write(o, cursor2(o, secret)),
		"of another device":      d.write(Office{ID: "02", Agency: o.Agency}, cursor2(o, secret)),
		"changed":                cursor[:len(cursor)-4] + "AAAA",
		"no cursor":              "\x00ก",
		"empty":                  "",
		"cut":                    cursor[:10],
		"of another format":      d.write(o, cursor2(o, secret)) + "AAAA",
		"its own, much too long": cursor + cursor,
	} {
		changes, _, _, err := d.Pull(t.Context(), o, forged, small)
		if err != nil || len(changes) == 0 || changes[0].Kind != cargo.Content {
			t.Errorf("%s: got %d changes, %v, want the content from its beginning", name, len(changes), err)
			continue
		}
		var told cargo.Transfer
		if err := cargo.Read(changes[0].Body, &told); err != nil || told.From != "" || !told.First {
			t.Errorf("%s: got %+v, %v", name, told, err)
		}
	}
	if len(first) == 0 {
		t.Error("the first pull brings nothing")
	}
}

func cursor2(o Office, at gitrepo.Hash) cursor {
	return cursor{Agency: o.Agency, Fetch: &fetch{To: at.String(), Agency: o.Agency, After: "a"}}
}

func TestWhatAnOfficeSaysOfItselfDoesNotMatter(t *testing.T) {
	d, _ := centre(t)
	for name, have := range map[string]string{
		"a kind that is none": `{"holds":{"users":{"versions":{}}}}`,
		"an agency":           `{"agency":"moi"}`,
		"no JSON":             `{`,
	} {
		if _, _, _, err := d.Pull(t.Context(), Office{ID: "01", Agency: "dlt"}, "", []byte(have)); err == nil {
			t.Errorf("%s: it is taken", name)
		}
	}
	cursor, changes := all(t, d, Office{ID: "01", Agency: "nobody"}, "")
	for _, c := range changes {
		if c.Kind == cargo.File && len(c.ID) > 9 && c.ID[:9] == "agencies/" {
			t.Errorf("an office of no agency gets %s", c.ID)
		}
	}
	if cursor == "" {
		t.Error("an office of no agency gets no cursor")
	}
}

func FuzzReadCursor(f *testing.F) {
	d := &Desk{Key: []byte("a key")}
	o := Office{ID: "01", Agency: "dlt"}
	f.Add(d.write(o, cursor{Agency: "dlt", Base: "x"}))
	f.Fuzz(func(t *testing.T, s string) {
		if c := d.read(o, s); c.Base != "" && d.write(o, c) != s {
			t.Errorf("%q is read as %+v", s, c)
		}
	})
}

// BenchmarkPull is what an office costs the centre: one that has all, and one after
// something was published.
func BenchmarkPull(b *testing.B) {
	d, land := centre(b)
	o := Office{ID: "01", Agency: "chiangmai-city"}
	cursor, _ := all(b, d, o, "")
	b.Run("nothing new", func(b *testing.B) {
		for b.Loop() {
			if _, _, _, err := d.Pull(b.Context(), o, cursor, nil); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("one file new", func(b *testing.B) {
		n := 1
		for b.Loop() {
			b.StopTimer()
			n++
			land(n)
			b.StartTimer()
			if _, _, _, err := d.Pull(b.Context(), o, cursor, nil); err != nil {
				b.Fatal(err)
			}
		}
	})
}
