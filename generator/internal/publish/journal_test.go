package publish

import (
	"bytes"
	"errors"
	"io"
	"iter"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestJournalReadsAsWritten(t *testing.T) {
	want := []step{{put, "a b/ค.html"}, {del, "x"}, {rmdir, "x/y"}, {swap, "123"}, {replace, "-"}, {carry, ".gitignore"}, {newState, "publish.json"}}
	data := journalOf(t, want)
	got, err := stepsOf(data)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got, cmp.AllowUnexported(step{})); diff != "" {
		t.Errorf("steps (-want +got):\n%s", diff)
	}
	for i := range data {
		if _, err := stepsOf(data[:i]); !errors.Is(err, errDamaged) {
			t.Errorf("cut at byte %d: got error %v, want %v", i, err, errDamaged)
		}
		bad := bytes.Clone(data)
		bad[i] ^= 1
		if _, err := stepsOf(bad); !errors.Is(err, errDamaged) {
			t.Errorf("byte %d changed: got error %v, want %v", i, err, errDamaged)
		}
	}
}

func journalOf(t testing.TB, steps []step) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := encodeJournal(&b, noError(slices.Values(steps))); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func noError(steps iter.Seq[step]) iter.Seq2[step, error] {
	return func(yield func(step, error) bool) {
		steps(func(s step) bool { return yield(s, nil) })
	}
}

func stepsOf(data []byte) (out []step, err error) {
	err = decodeJournal(bytes.NewReader(data), func(s step) error {
		out = append(out, s)
		return nil
	})
	return out, err
}

func TestAJournalHasAStepInALine(t *testing.T) {
	if err := encodeJournal(io.Discard, noError(slices.Values([]step{{carry, ".a\ndel index.html"}}))); err == nil {
		t.Error("got a name with a line end accepted, want it refused")
	}
}

func FuzzDecodeJournal(f *testing.F) {
	f.Add(journalOf(f, []step{{put, "a"}, {del, "b"}}))
	f.Add([]byte("khumue publication 1\nend "))
	f.Fuzz(func(t *testing.T, data []byte) {
		steps, err := stepsOf(data)
		if err == nil && !bytes.Equal(journalOf(t, steps), data) {
			t.Errorf("got %v of %q, which is not how it is written", steps, data)
		}
	})
}

func TestOpenSurvivesDamage(t *testing.T) {
	tests := []struct {
		name   string
		damage site // files put into the working folder of a live site
		lose   []string
		want   Recovery
	}{
		{"nothing is damaged", nil, nil, Clean},
		{"the state is lost", nil, []string{"state"}, Clean},
		{"the state is garbage", site{"state/publish.json": "{"}, nil, Clean},
		{"everything beside the site is lost", nil, []string{"."}, Clean},
		{"something was staged", site{"stage/tree/index.html": "new"}, nil, Dropped},
		{"the journal is garbage", site{"journal": "put index.html\n", "stage/tree/index.html": "new"}, nil, Damaged},
		{"the journal is empty", site{"journal": ""}, nil, Damaged},
		{"what the journal puts is lost", site{"journal": string(journalOf(t, []step{{put, "new.html"}}))}, nil, Damaged},
		{"the tree that the journal swaps in is lost", site{"journal": string(journalOf(t, []step{{swap, "1"}}))}, nil, Damaged},
		{"a draft of a journal was left", site{"journal.new": "x"}, nil, Clean},
		{"the old tree was left", site{"old/index.html": "older"}, nil, Clean},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			dir := filepath.Join(t.TempDir(), "public")
			mustPublish(t, dir, quick(), change{write: small})
			work := filepath.Join(filepath.Dir(dir), ".public.khumue")
			for _, name := range test.lose {
				if err := os.RemoveAll(filepath.Join(work, filepath.Clean(name))); err != nil {
					t.Fatal(err)
				}
			}
			putFiles(t, work, test.damage)
			target := mustOpen(t, dir, quick())
			if got := target.Recovery(); got != test.want {
				t.Errorf("got recovery %s, want %s", got, test.want)
			}
			wantSite(t, dir, small)
			if _, err := (change{write: most}).do(target); err != nil {
				t.Fatal(err)
			}
			wantSite(t, dir, most.with(site{css: "a{}"}))
			wantTidy(t, dir)
		})
	}
}

func TestASiteMovedAsideWithoutAJournalComesBack(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "public")
	mustPublish(t, dir, quick(), change{write: small})
	if err := os.Rename(dir, filepath.Join(filepath.Dir(dir), ".public.khumue", "old")); err != nil {
		t.Fatal(err)
	}
	if got := mustOpen(t, dir, quick()).Recovery(); got != Damaged {
		t.Errorf("got recovery %s, want %s", got, Damaged)
	}
	wantSite(t, dir, small)
}
