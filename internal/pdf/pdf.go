// Package pdf writes sheets as a PDF file whose text can be copied, searched and
// read aloud: fonts are embedded with the signs that are used alone, each cluster
// of Thai says what it is (ActualText), and headings, paragraphs and figures are
// tagged, in reading order.
//
// A file is written while it is made: what it takes in memory grows by some
// hundred bytes a page. The same sheets give the same bytes; no date is written
// that was not given.
package pdf

import (
	"bytes"
	"compress/zlib"
	"crypto/sha256"
	"errors"
	"fmt"
	"hash"
	"io"
	"strings"
	"time"
	"unicode/utf16"

	"khumue/internal/sheet"
	"khumue/internal/typeset"
)

// About is what a file says of itself.
type About struct {
	Title    string
	Author   string    // "" says nothing
	Language string    // of what does not say another, as "th"
	Made     time.Time // zero says nothing
}

// id is the number of an object of the file.
type id int

func (i id) String() string { return fmt.Sprintf("%d 0 R", int(i)) }

// Objects that every file begins with.
const (
	catalogID id = 1 + iota
	pagesID
	infoID
	treeID // of the structure
	documentID
	parentsID
	outlineID
	firstFree
)

// Writer makes one file. It is for one goroutine.
type Writer struct {
	about  About
	out    io.Writer
	digest hash.Hash
	at     int64
	starts []int64 // where objects begin, by number; 0 for one to come
	err    error   // the first; what follows it is not written

	pages    []page
	fonts    []*usedFont
	pictures map[*sheet.Image]id
	squash   *zlib.Writer
}

// page is what is kept of a page that was written.
type page struct {
	id, section, parents, mark id
	title                      string
	height                     float64
}

// New begins a file.
func New(w io.Writer, about About) *Writer {
	p := &Writer{about: about, out: w, digest: sha256.New(), starts: make([]int64, firstFree), pictures: map[*sheet.Image]id{}}
	p.squash, _ = zlib.NewWriterLevel(nil, zlib.BestCompression) // the level is one that there is
	p.write("%PDF-1.7\n%\xe2\xe3\xcf\xd3\n")
	return p
}

// write appends to the file.
func (w *Writer) write(s string) {
	if w.err != nil {
		return
	}
	n, err := io.WriteString(w.out, s)
	w.digest.Write([]byte(s))
	w.at += int64(n)
	w.err = err
}

// free returns the number of an object that is to come.
func (w *Writer) free() id {
	w.starts = append(w.starts, 0)
	return id(len(w.starts) - 1)
}

// object writes one object.
func (w *Writer) object(n id, body string) {
	w.starts[n] = w.at
	w.write(fmt.Sprintf("%d 0 obj\n%s\nendobj\n", n, body))
}

// stream writes an object of data that is compressed here. dict is what else is
// said of it.
func (w *Writer) stream(n id, dict string, data []byte) {
	var b bytes.Buffer
	w.squash.Reset(&b)
	_, err := w.squash.Write(data)
	w.err = errors.Join(w.err, err, w.squash.Close())
	w.raw(n, dict+"/Filter/FlateDecode", b.Bytes())
}

// raw writes an object of data as it is.
func (w *Writer) raw(n id, dict string, data []byte) {
	w.object(n, fmt.Sprintf("<<%s/Length %d>>\nstream\n%s\nendstream", dict, len(data), data))
}

// Page writes a sheet as the next page.
func (w *Writer) Page(s *sheet.Sheet) error {
	c := content{w: w, sheet: s, section: w.free()}
	for _, m := range s.Marks {
		c.mark(m)
	}
	p := page{id: w.free(), section: c.section, parents: w.free(), mark: w.free(), title: s.Title, height: s.Height}
	body := w.free()
	w.stream(body, "", c.out.Bytes())
	w.object(p.id, fmt.Sprintf("<</Type/Page/Parent %v/MediaBox[0 0 %s %s]/Contents %v/Resources<<%s>>/StructParents %d/Tabs/S>>",
		pagesID, num(s.Width), num(s.Height), body, c.resources(), len(w.pages)))
	kids := make([]id, len(c.parts))
	for i, part := range c.parts {
		kids[i] = w.free()
		w.object(kids[i], fmt.Sprintf("<</Type/StructElem/P %v/Pg %v/K %d%s>>", c.section, p.id, i, part))
	}
	w.object(c.section, fmt.Sprintf("<</Type/StructElem/S/Sect/P %v/Pg %v/K%s>>", documentID, p.id, list(kids)))
	w.object(p.parents, list(kids))
	w.pages = append(w.pages, p)
	return w.err
}

// Close writes what stands at the end of a file. A file without a page is an
// error.
func (w *Writer) Close() error {
	if len(w.pages) == 0 {
		return errors.Join(w.err, errors.New("pdf: a file without a page"))
	}
	for _, f := range w.fonts {
		if err := f.end(w); err != nil {
			return err
		}
	}
	w.outline()
	pages, sections, parents := make([]id, len(w.pages)), make([]id, len(w.pages)), &strings.Builder{}
	for i, p := range w.pages {
		pages[i], sections[i] = p.id, p.section
		fmt.Fprintf(parents, "%d %v ", i, p.parents)
	}
	lang := utf16Text(w.about.Language)
	w.object(pagesID, fmt.Sprintf("<</Type/Pages/Count %d/Kids%s>>", len(pages), list(pages)))
	w.object(treeID, fmt.Sprintf("<</Type/StructTreeRoot/K %v/ParentTree %v/ParentTreeNextKey %d>>", documentID, parentsID, len(pages)))
	w.object(documentID, fmt.Sprintf("<</Type/StructElem/S/Document/P %v/Lang%s/K%s>>", treeID, lang, list(sections)))
	w.object(parentsID, "<</Nums["+parents.String()+"]>>")
	w.object(infoID, w.info())
	w.object(catalogID, fmt.Sprintf("<</Type/Catalog/Pages %v/Lang%s/MarkInfo<</Marked true>>/StructTreeRoot %v/Outlines %v/ViewerPreferences<</DisplayDocTitle true>>>>",
		pagesID, lang, treeID, outlineID))
	return w.trailer()
}

func (w *Writer) info() string {
	s := "<</Title" + utf16Text(w.about.Title)
	if w.about.Author != "" {
		s += "/Author" + utf16Text(w.about.Author)
	}
	if !w.about.Made.IsZero() {
		s += w.about.Made.UTC().Format("/CreationDate(D:20060102150405Z)")
	}
	return s + "/Producer(Khumue)>>"
}

// outline writes the table of contents: a line for each page.
func (w *Writer) outline() {
	for i, p := range w.pages {
		s := fmt.Sprintf("<</Title%s/Parent %v/Dest[%v/XYZ 0 %s 0]", utf16Text(p.title), outlineID, p.id, num(p.height))
		if i > 0 {
			s += fmt.Sprintf("/Prev %v", w.pages[i-1].mark)
		}
		if i+1 < len(w.pages) {
			s += fmt.Sprintf("/Next %v", w.pages[i+1].mark)
		}
		w.object(p.mark, s+">>")
	}
	w.object(outlineID, fmt.Sprintf("<</Type/Outlines/First %v/Last %v/Count %d>>", w.pages[0].mark, w.pages[len(w.pages)-1].mark, len(w.pages)))
}

func (w *Writer) trailer() error {
	start, sum := w.at, fmt.Sprintf("<%x>", w.digest.Sum(nil)[:16])
	var b strings.Builder
	fmt.Fprintf(&b, "xref\n0 %d\n0000000000 65535 f \n", len(w.starts))
	for _, at := range w.starts[1:] {
		fmt.Fprintf(&b, "%010d 00000 n \n", at)
	}
	fmt.Fprintf(&b, "trailer\n<</Size %d/Root %v/Info %v/ID[%s%s]>>\nstartxref\n%d\n%%%%EOF\n", len(w.starts), catalogID, infoID, sum, sum, start)
	w.write(b.String())
	return w.err
}

// list is an array of objects.
func list(ids []id) string {
	var b strings.Builder
	b.WriteByte('[')
	for i, n := range ids {
		if i > 0 {
			b.WriteByte(' ')
		}
		b.WriteString(n.String())
	}
	return b.String() + "]"
}

// utf16Text is a text as PDF holds one of any script.
func utf16Text(s string) string { return "<FEFF" + utf16Hex(s) + ">" }

func utf16Hex(s string) string {
	var b strings.Builder
	for _, u := range utf16.Encode([]rune(s)) {
		fmt.Fprintf(&b, "%04X", u)
	}
	return b.String()
}

// font returns the font of a face in this file.
func (w *Writer) font(f *typeset.Face) *usedFont {
	for _, u := range w.fonts {
		if u.face == f {
			return u
		}
	}
	u := &usedFont{face: f, id: w.free(), name: fmt.Sprintf("F%d", len(w.fonts)+1), said: map[uint16]string{}}
	w.fonts = append(w.fonts, u)
	return u
}
