package gitrepo

import (
	"bytes"
	"flag"
	"fmt"
	"path/filepath"
	"strings"
	"testing"
)

// The big one: generator synth --git --manuals 20000 --drafts 5000 --out DIR.
var repository = flag.String("repository", "", "a repository that benchmarks read and write, rather than a small one")

// portal is a repository of the shape that content has, its main, and a folder
// of a manual in it.
func portal(b *testing.B) (r *Repository, main Hash, folder string) {
	b.Helper()
	var err error
	if *repository != "" {
		r, err = Open(*repository)
	} else {
		r, err = plantPortal(b.TempDir(), 40, 50)
	}
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { r.Close() })
	if main, err = r.Refs().Get(Main); err != nil {
		b.Fatal(err)
	}
	c, err := r.Commit(main)
	if err != nil {
		b.Fatal(err)
	}
	for d, err := range r.Diff(Hash{}, c.Tree) {
		if err != nil {
			b.Fatal(err)
		}
		if strings.HasSuffix(d.Path, "/manual.md") {
			return r, main, strings.TrimSuffix(d.Path, "/manual.md")
		}
	}
	b.Fatal("main has no manual")
	return nil, Hash{}, ""
}

func plantPortal(dir string, agencies, manuals int) (*Repository, error) {
	r, err := Init(filepath.Join(dir, "content.git"))
	if err != nil {
		return nil, err
	}
	p, err := r.NewPack()
	if err != nil {
		return nil, err
	}
	defer p.Abort()
	batch := r.NewBatch()
	defer batch.Abort()
	var edits []Edit
	for a := range agencies {
		for m := range manuals {
			blob, err := batch.Add(Blob, manual(a*manuals+m))
			if err != nil {
				return nil, err
			}
			edits = append(edits, SetFile(fmt.Sprintf("agencies/m%02d/d%02d-%03d/manuals/d%02d-%06d/manual.md", a%20, a%20, a, a%20, m), blob))
		}
	}
	tree, err := batch.Put(Hash{}, edits...)
	if err != nil {
		return nil, err
	}
	commit, err := batch.NewCommit(Change{Tree: tree, Author: someone, Committer: someone, Message: "m\n"}, nil)
	if err != nil {
		return nil, err
	}
	refs := map[string]Hash{Main: commit}
	for i := range 100 {
		refs[fmt.Sprintf("refs/heads/draft/d%06d/abcdef", i)] = commit
	}
	return r, errorsOf(batch.Close(), r.Refs().Begin(refs))
}

// manual is about as many bytes as a manual has, and other ones for each n.
func manual(n int) []byte {
	return fmt.Appendf(bytes.Repeat([]byte("- text: ยื่นคำขอและตรวจสอบเอกสาร\n  time: {value: 1, unit: day}\n"), 60), "id: %d\n", n)
}

// write makes a commit in which the folder of a manual is another.
func write(batch *Batch, main Hash, tree Hash, folder string, n int) (Hash, error) {
	blob, err := batch.Add(Blob, manual(1_000_000+n))
	if err != nil {
		return Hash{}, err
	}
	content, err := batch.Put(Hash{}, SetFile("manual.md", blob))
	if err != nil {
		return Hash{}, err
	}
	if tree, err = batch.Put(tree, SetFolder(folder, content)); err != nil {
		return Hash{}, err
	}
	return batch.NewCommit(Change{Tree: tree, Parents: []Hash{main}, Author: someone, Committer: someone, Message: "m\n"}, nil)
}

// BenchmarkTransition puts one manual's folder into the tree of main and
// commits: made in memory, kept on the disk, and with two refs that move. What
// syncing costs is the difference to the same in a TMPDIR that is memory.
func BenchmarkTransition(b *testing.B) {
	r, main, folder := portal(b)
	c, err := r.Commit(main)
	if err != nil {
		b.Fatal(err)
	}
	n := 0
	b.Run("made", func(b *testing.B) {
		for b.Loop() {
			batch := r.NewBatch()
			if _, err := write(batch, main, c.Tree, folder, n); err != nil {
				b.Fatal(err)
			}
			batch.Abort()
			n++
		}
	})
	b.Run("kept", func(b *testing.B) {
		for b.Loop() {
			batch := r.NewBatch()
			if _, err := write(batch, main, c.Tree, folder, n); err != nil {
				b.Fatal(err)
			}
			if err := batch.Close(); err != nil {
				b.Fatal(err)
			}
			n++
		}
	})
	b.Run("kept and named", func(b *testing.B) {
		const from, to = "refs/heads/bench/a/1", "refs/heads/bench/b/1"
		if err := r.Refs().Update(b.Context(), Move{from, Hash{}, main}); err != nil {
			b.Fatal(err)
		}
		tip, moves := main, 0
		for b.Loop() {
			batch := r.NewBatch()
			next, err := write(batch, tip, c.Tree, folder, n)
			if err != nil {
				b.Fatal(err)
			}
			if err := batch.Close(); err != nil {
				b.Fatal(err)
			}
			a, z := from, to
			if moves%2 == 1 {
				a, z = to, from
			}
			if err := r.Refs().Update(b.Context(), Move{a, tip, Hash{}}, Move{z, Hash{}, next}); err != nil {
				b.Fatal(err)
			}
			tip, n, moves = next, n+1, moves+1
		}
		for _, ref := range []string{from, to} {
			if now, err := r.Refs().Get(ref); err == nil {
				if err := r.Refs().Update(b.Context(), Move{ref, now, Hash{}}); err != nil {
					b.Fatal(err)
				}
			}
		}
	})
}

// BenchmarkSync compares the two ways in which the eight objects of a
// transition could be kept.
func BenchmarkSync(b *testing.B) {
	r, err := Init(b.TempDir())
	if err != nil {
		b.Fatal(err)
	}
	defer r.Close()
	n := 0
	for name, write := range map[string]func(*Batch) error{"loose": (*Batch).write, "pack": asPack} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				batch := r.NewBatch()
				for range 8 {
					if _, err := batch.Add(Blob, manual(n)); err != nil {
						b.Fatal(err)
					}
					n++
				}
				if err := write(batch); err != nil {
					b.Fatal(err)
				}
				batch.Abort()
			}
		})
	}
}

func asPack(b *Batch) error {
	p, err := b.repo.NewPack()
	if err != nil {
		return err
	}
	defer p.Abort()
	for _, h := range b.names {
		o, _ := b.repo.waiting.get(h)
		if _, err := p.Add(o.kind, o.data); err != nil {
			return err
		}
	}
	return p.Close()
}

// BenchmarkRefs moves and lists refs among 15,000, of which 5,000 are drafts,
// in files of their own and in one file.
func BenchmarkRefs(b *testing.B) {
	for _, packed := range []bool{false, true} {
		r, err := plantPortal(b.TempDir(), 1, 1)
		if err != nil {
			b.Fatal(err)
		}
		main, err := r.Refs().Get(Main)
		if err != nil {
			b.Fatal(err)
		}
		var moves []Move
		for i := range 15_000 {
			kind := []string{"draft", "archive", "archive"}[i%3]
			moves = append(moves, Move{fmt.Sprintf("refs/heads/%s/d%03d-%06d/abcdef", kind, i%300, i), Hash{}, main})
		}
		if err := r.Refs().Update(b.Context(), moves...); err != nil {
			b.Fatal(err)
		}
		how := "loose"
		if packed {
			if how = "packed"; r.packRefs(b.Context()) != nil {
				b.Fatal("not packed")
			}
		}
		b.Run(how+"/list drafts", func(b *testing.B) {
			for b.Loop() {
				if got, err := r.Refs().List("refs/heads/draft/"); err != nil || len(got) < 4000 {
					b.Fatal(len(got), err)
				}
			}
		})
		b.Run(how+"/create", func(b *testing.B) {
			n := 0
			for b.Loop() {
				if err := r.Refs().Update(b.Context(), Move{fmt.Sprintf("refs/heads/new/%d/%d", n, b.N), Hash{}, main}); err != nil {
					b.Fatal(err)
				}
				n++
			}
		})
		b.Run(how+"/draft to review", func(b *testing.B) {
			for b.Loop() {
				m := moves[0]
				for moves = moves[1:]; !strings.Contains(m.Ref, "/draft/"); moves = moves[1:] {
					m = moves[0]
				}
				if err := r.Refs().Update(b.Context(), Move{m.Ref, main, Hash{}}, Move{strings.Replace(m.Ref, "draft", "review", 1), Hash{}, main}); err != nil {
					b.Fatal(err)
				}
			}
		})
		r.Close()
	}
}
