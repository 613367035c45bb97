package gitrepo

import (
	"fmt"
	"testing"
)

// BenchmarkRead reads trees that are deltas, as a walk of a large portal does.
func BenchmarkRead(b *testing.B) {
	r, err := Init(b.TempDir())
	if err != nil {
		b.Fatal(err)
	}
	defer r.Close()
	p, err := r.NewPack()
	if err != nil {
		b.Fatal(err)
	}
	defer p.Abort()
	var tree []byte
	for i := range 300 {
		tree = AppendEntry(tree, Entry{FolderMode, fmt.Sprintf("l40017-%06d", i), Sum(Blob, []byte{byte(i)})})
	}
	last, err := p.Add(Tree, tree)
	if err != nil {
		b.Fatal(err)
	}
	var all []Hash
	for i := range 5000 {
		copy(tree[len(tree)-20:], fmt.Sprintf("%020d", i))
		if last, err = p.AddPatched(Tree, tree, last, len(tree)-20, 20); err != nil {
			b.Fatal(err)
		}
		all = append(all, last)
	}
	if err := p.Close(); err != nil {
		b.Fatal(err)
	}
	i := 0
	for b.Loop() {
		if _, err := r.Read(Tree, all[i%len(all)]); err != nil {
			b.Fatal(err)
		}
		i++
	}
}
