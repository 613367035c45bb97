package gitrepo

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"sort"
	"strings"
	"sync"
	"time"
)

// packs are the packs of a repository, open for reading. Nothing of their
// indexes is held: a portal of a million manuals has twenty million objects,
// and most programs want a few of them.
type packs struct {
	dir  string // objects/pack
	lock sync.RWMutex
	open []*openPack // the newest first
	seen time.Time   // when the folder had changed, as it was listed last

	bases bases
}

// openPack is a pack and its index. Reading at an offset needs no lock.
type openPack struct {
	name  string
	index *os.File
	data  *os.File
	cruft bool        // of objects that nothing named
	upTo  [256]uint32 // how many names begin with that byte or a lower one
}

// spot is a place in a pack.
type spot struct {
	in     *openPack
	offset int64
}

var errNoObject = errors.New("no such object")

// find returns where an object is packed, in the packs that are open.
func (p *packs) find(h Hash) (spot, error) {
	p.lock.RLock()
	defer p.lock.RUnlock()
	return p.look(h)
}

// maxLists is how often the packs are listed while they come and go.
const maxLists = 10

// findAgain lists the packs anew before it looks. It looks even when none came:
// somebody else may have listed them since find. When one went before it could
// be opened, what was in it is in one that came before that.
func (p *packs) findAgain(h Hash) (at spot, err error) {
	p.lock.Lock()
	defer p.lock.Unlock()
	for range maxLists {
		missed, err := p.list()
		if err != nil {
			return spot{}, err
		}
		if at, err = p.look(h); !errors.Is(err, errNoObject) || !missed {
			return at, err
		}
	}
	return spot{}, errNoObject
}

// refresh lists the packs anew when their folder has changed, so that those
// that have gone give up their room on the disk.
func (p *packs) refresh() error {
	info, err := os.Stat(p.dir)
	if err != nil {
		return err
	}
	p.lock.Lock()
	defer p.lock.Unlock()
	if info.ModTime().Equal(p.seen) {
		return nil
	}
	_, err = p.list()
	return err
}

func (p *packs) look(h Hash) (spot, error) {
	for _, o := range p.open {
		if offset, err := o.find(h); !errors.Is(err, errNoObject) {
			return spot{o, offset}, err
		}
	}
	return spot{}, errNoObject
}

// list opens the packs that are not open yet, and tells whether it missed one
// that was there. One that has gone is forgotten, and stays readable for whoever
// reads it: its files are closed when nobody does any more.
func (p *packs) list() (missed bool, err error) {
	info, err := os.Stat(p.dir)
	if err != nil {
		return false, err
	}
	names, err := os.ReadDir(p.dir)
	if err != nil {
		return false, err
	}
	there := map[string]bool{}
	for _, e := range names {
		name, isIndex := strings.CutSuffix(e.Name(), ".idx")
		if !isIndex {
			continue
		}
		there[name] = true
		if p.has(name) {
			continue
		}
		o, err := openAPack(filepath.Join(p.dir, name))
		if errors.Is(err, fs.ErrNotExist) {
			missed = true // half there: its own writer has not finished, or is removing it
			continue
		} else if err != nil {
			return false, err
		}
		p.open = append([]*openPack{o}, p.open...)
	}
	had := len(p.open)
	p.open = slices.DeleteFunc(p.open, func(o *openPack) bool { return !there[filepath.Base(o.name)] })
	if len(p.open) < had {
		p.bases.forget()
	}
	p.seen = info.ModTime()
	return missed, nil
}

func (p *packs) has(name string) bool {
	for _, o := range p.open {
		if filepath.Base(o.name) == name {
			return true
		}
	}
	return false
}

func (p *packs) close() (err error) {
	p.lock.Lock()
	defer p.lock.Unlock()
	for _, o := range p.open {
		err = errors.Join(err, o.index.Close(), o.data.Close())
	}
	p.open = nil
	return err
}

func openAPack(name string) (*openPack, error) {
	o := &openPack{name: name}
	var err error
	if o.index, err = os.Open(name + ".idx"); err != nil {
		return nil, err
	}
	if o.data, err = os.Open(name + ".pack"); err != nil {
		return nil, errors.Join(err, o.index.Close())
	}
	_, err = os.Stat(name + ".mtimes")
	o.cruft = err == nil
	var head [8 + 4*256]byte
	if _, err := o.index.ReadAt(head[:], 0); err != nil || string(head[:8]) != "\xfftOc\x00\x00\x00\x02" {
		return nil, errors.Join(fmt.Errorf("%s.idx: not an index of version 2", name), o.index.Close(), o.data.Close())
	}
	for i := range o.upTo {
		o.upTo[i] = binary.BigEndian.Uint32(head[8+4*i:])
	}
	return o, nil
}

// find returns an object's offset in the pack.
func (o *openPack) find(h Hash) (int64, error) {
	low, high := 0, int(o.upTo[h[0]])
	if h[0] > 0 {
		low = int(o.upTo[h[0]-1])
	}
	i, err := o.search(h, low, high)
	if err != nil {
		return 0, err
	}
	n := int64(o.upTo[255])
	var b [8]byte
	if _, err := o.index.ReadAt(b[:4], 1032+24*n+4*int64(i)); err != nil {
		return 0, err
	}
	offset := int64(binary.BigEndian.Uint32(b[:4]))
	if offset&far == 0 {
		return offset, nil
	}
	_, err = o.index.ReadAt(b[:], 1032+28*n+8*(offset&^far))
	return int64(binary.BigEndian.Uint64(b[:])), err
}

// window is how many names are read at once: more of them than names of an
// even spread stray, in a pack of some millions of objects.
const window = 200

// search returns the number of a name between two others. Names are spread
// evenly, so that one look where it should be nearly always finds it.
func (o *openPack) search(h Hash, low, high int) (int, error) {
	under, over := prefix(h)&^(1<<56-1), prefix(h)|(1<<56-1) // low and high in the space of names
	var page [window * 20]byte
	for low < high {
		guess := low + int(float64(high-low)*float64(prefix(h)-under)/(float64(over-under)+1))
		from := max(low, min(guess-window/2, high-window))
		n := min(window, high-from)
		names := page[:20*n]
		if _, err := o.index.ReadAt(names, 1032+20*int64(from)); err != nil {
			return 0, err
		}
		i := sort.Search(n, func(i int) bool { return bytes.Compare(names[20*i:20*i+20], h[:]) >= 0 })
		switch {
		case i < n && Hash(names[20*i:]) == h:
			return from + i, nil
		case i == 0:
			high, over = from, prefix(Hash(names))
		case i == n:
			low, under = from+n, prefix(Hash(names[20*n-20:]))
		default:
			return 0, errNoObject
		}
	}
	return 0, errNoObject
}

// prefix is the beginning of a name as a number.
func prefix(h Hash) uint64 { return binary.BigEndian.Uint64(h[:8]) }
