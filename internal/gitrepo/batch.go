package gitrepo

import (
	"errors"
	"fmt"
	"path/filepath"
	"slices"

	"khumue/internal/fault"
)

// Batch is the objects of one transition: blobs, trees and commits that are
// written before a ref moves. Whoever reads the same Repository sees an object
// as soon as it is added; it is on the disk for all after Close. What the
// repository has is not written again. Any number of goroutines and programs
// may have a batch each; one batch belongs to one goroutine.
//
// A program that is killed leaves temporary files at most, and whole objects
// that nothing names.
//
// Objects become files of their own. A pack of a transition's eight objects
// takes half as long to sync, but costs every reader as long as it stands alone,
// and git repack -ad drops what no ref names yet from packs at once, from files
// never. Very many objects are a pack all the same: as files they would take
// minutes.
type Batch struct {
	repo  *Repository
	names []Hash // in the order in which they came
	known map[Hash]bool
	found []string // files of their own that were there before
}

// NewBatch begins a batch, which ends with Close or Abort.
func (r *Repository) NewBatch() *Batch {
	return &Batch{repo: r, known: map[Hash]bool{}}
}

// Len returns how many objects Close is going to write.
func (b *Batch) Len() int { return len(b.names) }

// Add adds an object and returns its name. The bytes belong to the batch until
// it ends.
func (b *Batch) Add(k Kind, data []byte) (Hash, error) {
	if len(data) > maxObject {
		return Hash{}, fault.New(fault.Invalid, fault.Textf("%s ใหญ่เกิน %d ไบต์", "a %s is larger than %d bytes", k.String(), maxObject))
	}
	h := Sum(k, data)
	if b.known[h] {
		return h, nil
	}
	file, there, err := b.repo.freshen(h)
	if err != nil {
		return h, fmt.Errorf("%s %s: %w", k, h, err)
	}
	b.known[h] = true
	switch {
	case !there:
		b.names = append(b.names, h)
		b.repo.waiting.add(h, k, data)
	case file != "":
		b.found = append(b.found, file)
	}
	return h, nil
}

// Abort gives the batch up. After Close it does nothing.
func (b *Batch) Abort() {
	b.repo.waiting.remove(b.names)
	b.names, b.found = nil, nil
}

// Close writes the objects and returns when no failure of power can lose them.
// After an error none of them may be named by a ref.
func (b *Batch) Close() error {
	defer b.Abort()
	err := errors.Join(b.write(), b.repo.stores[0].packs.refresh())
	if err != nil {
		return fault.New(fault.Unavailable, fault.Text{TH: "บันทึกลงคลังไม่ได้", EN: "The repository cannot be written."}).Because(err)
	}
	return nil
}

// manyObjects is how many objects become one pack rather than files.
const manyObjects = 500

// write writes the objects so that nothing of them is seen before all of it is on
// the disk.
func (b *Batch) write() error {
	if len(b.names) < manyObjects || b.repo.stores[0].seal != nil {
		return b.writeFiles()
	}
	if err := makeDurable(nil, b.found); err != nil {
		return err
	}
	return b.writePack()
}

// writePack writes the objects as one pack, made ready several at a time.
func (b *Batch) writePack() error {
	p, err := b.repo.NewPack()
	if err != nil {
		return err
	}
	defer p.Abort()
	for names := range slices.Chunk(b.names, manyObjects) {
		ready := make([]Packed, len(names))
		err := together(len(names), func(i int) error {
			o, _ := b.repo.waiting.get(names[i])
			ready[i] = Packed{names[i], o.kind, len(o.data), deflate(o.data)}
			return nil
		})
		for _, o := range ready {
			err = errorsOf(err, p.Put(o))
		}
		if err != nil {
			return err
		}
	}
	return p.Close()
}

// writeFiles writes files beside where they belong, syncs them all at once,
// which a journalling file system does in one go, and moves them there.
func (b *Batch) writeFiles() error {
	own := b.repo.stores[0]
	temps := make([]string, len(b.names))
	defer func() { removeAll(temps) }()
	err := together(len(b.names), func(i int) (err error) {
		o, _ := b.repo.waiting.get(b.names[i])
		temps[i], err = own.writeTemp(b.names[i], o)
		return err
	})
	if err != nil {
		return err
	}
	var put []string
	for i, h := range b.names {
		file := own.path(h)
		if err := moveInto(temps[i], file); err != nil {
			return err
		}
		temps[i] = ""
		put = append(put, file)
	}
	return makeDurable(put, b.found)
}

// loosePath is where an object lies that is a file of its own.
func loosePath(objects string, h Hash) string {
	name := h.String()
	return filepath.Join(objects, name[:2], name[2:])
}
