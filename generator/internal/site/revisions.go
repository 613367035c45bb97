package site

import (
	"bytes"
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"io/fs"
	"iter"
	"path"
	"slices"
	"strings"
	"time"

	"khumue/generator/internal/state"
	"khumue/internal/calendar"
	"khumue/internal/catalog"
	"khumue/internal/corpus"
	"khumue/internal/page"
)

// FolderID names the files of a manual's folder as they were at some time.
type FolderID [20]byte

// Publication is a text of a manual that came into force.
type Publication struct {
	Manual catalog.ManualID
	Number int   // of the revision; 0: it was imported, before there were revisions of it; the last import counts
	At     int64 // second of the Unix epoch
	Folder FolderID
}

// compare puts publications in order: by manual, by number, the earlier first.
func (p Publication) compare(q Publication) int {
	return cmp.Or(cmp.Compare(p.Manual, q.Manual), cmp.Compare(p.Number, q.Number), cmp.Compare(p.At, q.At), bytes.Compare(p.Folder[:], q.Folder[:]))
}

// Archive is the history of content. Its methods serve several goroutines.
type Archive interface {
	// Published lists what was published after the moment that a mark names, in
	// any order; "" is before all. Ok is false, perhaps after some, when that
	// moment is not in the history.
	Published(ctx context.Context, mark string) (list iter.Seq2[Publication, error], ok func() bool)
	// Moment marks the history as it is now.
	Moment() string
	// Folder returns the files of a folder as it was: manual.md, and what lies
	// beside it.
	Folder(FolderID) fs.FS
	// Standing names what a folder of the content holds now; the zero name when
	// there is none.
	Standing(dir string) (FolderID, error)
}

// Every text of a manual that came into force has a page of its own, which stays
// (/procedure/<id>/r/<n>/): that of a text in force, and of one that was
// replaced. A text that was imported and is in force still has none.
//
// A revision's page shows its own text, the number of what replaced it, the ten
// before it and the names of the agencies: it is made when the revision is
// published, when it is replaced, and when those names change. The pages of all
// others stay as they are, so that the cost of a change does not grow with the
// history.

// edition is a text that came into force.
type edition struct {
	number int
	kept
}

// kept is what is remembered of an edition.
type kept struct {
	At      int64
	Folder  FolderID
	Paged   bool     // it has a page
	English bool     // and an English one
	Files   []string // attachments, those that others have too included
}

func (e *edition) pack() []byte { return state.Pack(nil, e.kept) }

// editionKey is where an edition is kept: those of a manual together, the newest
// first.
func editionKey(id string, number int) []byte {
	return binary.BigEndian.AppendUint32(editionsOf(id), ^uint32(number))
}

func editionsOf(id string) []byte { return append([]byte(id), 0) }

// editionAt reads what is kept under a key.
func editionAt(key, value []byte) (edition, error) {
	var e edition
	if err := state.Unpack(bytes.Clone(value), &e.kept); err != nil {
		return e, err
	}
	e.number = int(^binary.BigEndian.Uint32(key[len(key)-4:]))
	return e, nil
}

func (e *edition) page() page.Edition {
	return page.Edition{Number: e.number, Since: calendar.DateOf(time.Unix(e.At, 0)), English: e.English}
}

// past is the editions of a manual, the newest first: the first of them, or all.
type past struct {
	editions []edition
	holds    bool // the newest is what is in force
}

// paged is how many editions have pages: none while the only one is an import.
func (p *past) paged() []edition {
	if len(p.editions) == 1 && p.editions[0].number == 0 {
		return nil
	}
	return p.editions
}

// standing is what the manual's own page says.
func (p *past) standing() *page.Standing {
	all := p.paged()
	if len(all) == 0 {
		return nil
	}
	s := &page.Standing{}
	if p.holds {
		s.Edition = all[0].page()
		all = all[1:]
	}
	s.Earlier = earlier(all)
	return s
}

// ofOwn is what the page of its own of an edition says.
func (p *past) ofOwn(i int, c *entryCard) *page.Standing {
	s := &page.Standing{Edition: p.editions[i].page(), Earlier: earlier(p.editions[i+1:]), Own: true, Current: c.Brief.Path(), Title: c.Title}
	switch {
	case i > 0:
		next := p.editions[i-1].page()
		s.Next = &next
	default:
		s.Changed = !p.holds
	}
	return s
}

func earlier(all []edition) []page.Edition {
	var out []page.Edition
	for i := range all[:min(len(all), page.ShownRevisions+1)] {
		out = append(out, all[i].page())
	}
	return out
}

// writeEditions writes the pages of a manual's editions, of those whose number is
// at least from, the oldest first, and fills in what is to be remembered of them.
func (b *builder) writeEditions(c *entryCard, p *past, chain catalog.Chain, from int) error {
	for i := len(p.paged()) - 1; i >= 0; i-- {
		if p.editions[i].number < from {
			continue
		}
		if err := b.writeEdition(c, p, i, chain); err != nil {
			return err
		}
	}
	return nil
}

func (b *builder) writeEdition(c *entryCard, p *past, i int, chain catalog.Chain) error {
	e := &p.editions[i]
	files := b.Archive.Folder(e.Folder)
	m, err := readEdition(files, c)
	if err != nil {
		return err
	}
	e.Paged, e.English = true, len(b.langs) > 1 && m.Title.Has(catalog.EN)
	e.Files = e.Files[:0]
	lies := map[string]string{}
	for _, f := range m.Forms.Value {
		if f.File == "" || lies[f.File] != "" {
			continue
		}
		address, err := b.attachOld(files, f.File, c.ID)
		if errors.Is(err, fs.ErrNotExist) {
			continue // it was named and not there, which nothing mends now
		}
		if err != nil {
			return err
		}
		lies[f.File] = address
		e.Files = append(e.Files, strings.TrimPrefix(address, "/"))
	}
	m.Forms.Value = slices.DeleteFunc(m.Forms.Value, func(f catalog.Form) bool { return f.File != "" && lies[f.File] == "" })
	with := page.ManualAround{Agency: chain, Sizes: sizesIn(files), Criteria: page.Criteria(m, b.base), Standing: p.ofOwn(i, c),
		Files: func(name string) string { return lies[name] }}
	for _, pb := range b.langs {
		if !m.Title.Has(pb.Lang) {
			continue
		}
		if err := b.render(pb.Revised(m, with)); err != nil {
			return err
		}
	}
	return nil
}

// readEdition reads a manual as it was. What today's rules find wrong with it
// is left out: nobody can mend it any more.
func readEdition(files fs.FS, c *entryCard) (*catalog.Manual, error) {
	src, err := fs.ReadFile(files, "manual.md")
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	at, _ := corpus.FileAt(c.Path)
	value, _ := at.Decode(src)
	m, ok := value.(*catalog.Manual)
	if !ok {
		m = &catalog.Manual{}
	}
	m.ID = catalog.ManualID(c.ID)
	if m.Title.TH == "" {
		m.Title = catalog.Text{TH: c.ID}
	}
	m.Withdrawn.Value.Successor = "" // what is in force leads on
	return m, nil
}

// attachOld publishes an attachment of an edition, once for all editions that
// have the same bytes.
func (b *builder) attachOld(files fs.FS, name, manual string) (address string, err error) {
	data, err := fs.ReadFile(files, name)
	if err != nil {
		return "", err
	}
	sum := sha256.Sum256(data)
	address = path.Join("/procedure", manual, "r/files", hex.EncodeToString(sum[:6]), name)
	b.mu.Lock()
	twice := b.attached[address]
	b.attached[address] = true
	b.mu.Unlock()
	if twice {
		return address, nil
	}
	return address, b.out.Write(strings.TrimPrefix(address, "/"), data)
}

// pagesOfEdition are the files of an edition's pages.
func (b *builder) pagesOfEdition(id string, e *edition) []string {
	var out []string
	for _, pb := range b.langs {
		if pb.Lang == catalog.TH || e.English {
			out = append(out, fileOf(strings.TrimPrefix(pb.To(page.RevisionPath(catalog.ManualID(id), e.number)), b.base)))
		}
	}
	return out
}

// outputsOf are the files of an edition alone, or of it and others.
func (b *builder) outputsOf(id string, e *edition) []string {
	return append(b.pagesOfEdition(id, e), e.Files...)
}

// hold finds out whether the newest edition is what is in force.
func (b *builder) hold(p *past, c *entryCard) error {
	if len(p.paged()) == 0 {
		return nil
	}
	now, err := b.Archive.Standing(path.Dir(c.Path))
	p.holds = now == p.editions[0].Folder
	return err
}

// sizesIn tells how large files of a folder are.
func sizesIn(files fs.FS) page.Sizes {
	return func(name string) int64 {
		info, err := fs.Stat(files, name)
		if err != nil {
			return 0
		}
		return info.Size()
	}
}

// isOfEdition reports whether a file is the page of an edition.
func isOfEdition(name string) bool {
	name = strings.TrimPrefix(name, "en/")
	return strings.HasPrefix(name, "procedure/") && strings.Contains(name, "/r/")
}
