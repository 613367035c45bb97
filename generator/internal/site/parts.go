package site

import (
	"bytes"
	"encoding/binary"
	"encoding/xml"
	"fmt"
	"slices"
	"strings"

	"khumue/internal/catalog"
)

// rowsInPart is how many objects a part of a table, of the sitemap or of the
// redirects holds at the most, by and large.
const rowsInPart = 1024

// totals are the numbers of a portal that some page shows or that decide how
// many parts there are.
type totals struct {
	Objects map[kind]int // all of a kind
	Shown   map[kind]int // those that a visitor can find
	Moved   int          // manuals with an address of the old system
	Pages   int          // of objects and lists
	Open    int          // problems that keep no one from building
}

func newTotals() totals { return totals{Objects: map[kind]int{}, Shown: map[kind]int{}} }

// all is the number of objects.
func (t *totals) all() (n int) {
	for _, k := range kinds {
		n += t.Objects[k]
	}
	return n
}

// bits says in how many parts a kind stands, as a power of two.
func (t *totals) bits(k kind) int {
	bits := 0
	for t.Objects[k]>>bits > rowsInPart {
		bits++
	}
	return bits
}

// rows is how many rows the table of a kind has.
func (t *totals) rows(k kind) int {
	if k == aPoint {
		return t.Shown[k]
	}
	return t.Objects[k]
}

// count adds n times an object.
func (b *builder) count(t *totals, c card, n int) {
	t.Objects[c.kind()] += n
	t.Pages += n * len(b.pages(c))
	shown := true
	switch c := c.(type) {
	case *pointCard:
		shown = c.Point.Visible()
	case *agencyCard:
		shown = !c.Agency.Retired.IsGiven()
	case *entryCard:
		shown = !c.Withdrawn
		if c.Legacy.UUID != "" {
			t.Moved += n
		}
	}
	if shown {
		t.Shown[c.kind()] += n
	}
}

// partOf is the number of the part in which an object stands.
func partOf(id string, bits int) int { return partOfHash(hashID(id), bits) }

func partOfHash(hash uint64, bits int) int {
	if bits == 0 {
		return 0
	}
	return int(hash >> (64 - bits))
}

// partName is a part's name in addresses; "" where there is one part only.
func partName(n, bits int) string {
	if bits == 0 {
		return ""
	}
	return fmt.Sprintf("%0*x", (bits+3)/4, n)
}

// eachCard calls do with the cards of a part of a kind, in order of their keys.
type eachCard func(k kind, part, bits int, do func(card) error) error

// partBounds are the first key of a part, and the first beyond it.
func partBounds(k kind, part, bits int) (from, to []byte) {
	bound := func(n int) []byte {
		if n == 1<<bits {
			return []byte{byte(k) + 1}
		}
		return binary.BigEndian.AppendUint64([]byte{byte(k)}, uint64(n)<<(64-bits)) // n is 0 where bits is
	}
	return bound(part), bound(part + 1)
}

// writePart writes the part of a kind, of which there are so many objects in all, to
// its table, to the sitemap and to the redirects.
func (b *builder) writePart(k kind, objects, part, bits int, each eachCard) error {
	t := tableOf(k)
	if t == nil {
		return nil
	}
	table := t.begin(objects >> bits)
	var urls []siteURL
	moved := []redirect{}
	err := each(k, part, bits, func(c card) error {
		if a, ok := c.(*agencyCard); ok {
			led, err := b.succession(&a.Agency)
			if b.led = append(b.led, led...); err != nil {
				return err
			}
			if a.Agency.Retired.Value.Successor != "" {
				return table.add(b, c) // it leads on, and is for nobody to find
			}
		}
		urls = append(urls, b.siteURLs(c)...)
		if e, ok := c.(*entryCard); ok && e.Legacy.UUID != "" {
			moved = append(moved, b.redirect(oldAddress(e.Legacy.UUID), e.Brief.Path()))
		}
		return table.add(b, c)
	})
	if err != nil {
		return err
	}
	name := partName(part, bits)
	if err := table.write(b, t.partFile(name)); err != nil {
		return err
	}
	if err := b.writeSitemapPart(sitemapFile(t.name, name), urls); err != nil {
		return err
	}
	if k != aManual {
		return nil
	}
	return b.writeRedirects(name, moved)
}

// succession leads from the address of an agency that ended to the one that took
// over; nothing of any other, and where each took over from the other.
func (b *builder) succession(a *catalog.Agency) ([]redirect, error) {
	next := a.Retired.Value.Successor
	if next == "" {
		return nil, nil
	}
	c, err := b.shelf.agency(next)
	if err != nil || c == nil || c.Agency.Retired.Value.Successor == a.Code {
		return nil, err
	}
	return []redirect{b.redirect("/agency/"+string(a.Code)+"/", "/agency/"+string(next)+"/")}, nil
}

// successions are those of all agencies.
func (b *builder) successions(ls *lists) ([]redirect, error) {
	ended, err := ls.all(successionList(), 0)
	if err != nil {
		return nil, err
	}
	var out []redirect
	for _, p := range ended {
		c, err := b.shelf.agency(catalog.AgencyCode(p.id()))
		if err != nil {
			return nil, err
		}
		if c == nil {
			continue
		}
		led, err := b.succession(&c.Agency)
		if err != nil {
			return nil, err
		}
		out = append(out, led...)
	}
	return out, nil
}

// partFile is where a part of a table is written, without ending.
func (t *table) partFile(part string) string {
	if part == "" {
		return "data/" + t.name
	}
	return "data/" + t.name + "/" + part
}

func sitemapFile(name, part string) string {
	if part != "" {
		part = "-" + part
	}
	return "sitemap-" + name + part + ".xml"
}

func redirectsFile(part string) string {
	if part == "" {
		return "redirects.json"
	}
	return "redirects/" + part + ".json"
}

// writeParts writes what names the parts of all kinds.
func (b *builder) writeParts(ls *lists, t *totals) error {
	index := sitemapIndex{NS: sitemapNS, Maps: []siteURL{{Loc: b.origin + "/" + sitemapFile("pages", "")}}}
	for i := range tables {
		tb := &tables[i]
		bits := t.bits(tb.kind)
		var parts []string
		for n := range 1 << bits {
			name := partName(n, bits)
			index.Maps = append(index.Maps, siteURL{Loc: b.origin + "/" + sitemapFile(tb.name, name)})
			parts = append(parts, b.base+"/"+tb.partFile(name))
		}
		if bits == 0 {
			continue
		}
		if err := b.writePartList(ls, tb, t, parts); err != nil {
			return err
		}
	}
	if err := b.writeXML("sitemap.xml", index); err != nil {
		return err
	}
	return b.writeSitemapPart(sitemapFile("pages", ""), b.listedURLs())
}

// writePartList names the parts of a table, and those of the redirects beside
// the manuals.
func (b *builder) writePartList(ls *lists, tb *table, t *totals, parts []string) error {
	var json, csv []string
	for _, p := range parts {
		json, csv = append(json, p+".json"), append(csv, p+".csv")
	}
	err := b.writeJSON("/"+tb.partsFile(), struct {
		Rows int      `json:"rows"`
		JSON []string `json:"json"`
		CSV  []string `json:"csv"`
	}{t.rows(tb.kind), json, csv})
	if err != nil || tb.kind != aManual {
		return err
	}
	list, err := b.successions(ls)
	if err != nil {
		return err
	}
	list = append(list, b.labelRedirects()...)
	slices.SortFunc(list, func(x, y redirect) int { return strings.Compare(x.From, y.From) })
	var redirects []string
	for n := range parts {
		redirects = append(redirects, b.base+"/"+redirectsFile(partName(n, t.bits(aManual))))
	}
	return b.writeJSON("/"+redirectsFile(""), struct {
		Parts []string   `json:"parts"`
		List  []redirect `json:"list"`
	}{redirects, list})
}

// redirect leads from an old address to the present one.
type redirect struct {
	From   string `json:"from"`
	To     string `json:"to"`
	Status int    `json:"status"`
}

func (b *builder) redirect(from, to string) redirect {
	return redirect{b.base + from, b.base + to, 301}
}

// labelRedirects lead from renamed labels to the present ones, in each language.
func (b *builder) labelRedirects() []redirect {
	out := []redirect{}
	for old, now := range b.frame.Labels.Aliases {
		for _, k := range labelKinds {
			if _, ok := b.frame.Label(k.all(&b.frame.Labels), now); ok {
				for _, pb := range b.langs {
					in := strings.TrimPrefix(pb.To(""), b.base)
					out = append(out, b.redirect(in+"/"+k.name+"/"+string(old)+"/", in+"/"+k.name+"/"+string(now)+"/"))
				}
			}
		}
	}
	slices.SortFunc(out, func(x, y redirect) int { return strings.Compare(x.From, y.From) })
	return out
}

// writeRedirects writes a part of the list for a CDN. Where there is one part
// only, the redirects of labels and agencies stand in it too.
func (b *builder) writeRedirects(part string, list []redirect) error {
	if part == "" {
		list = slices.Concat(list, b.led, b.labelRedirects())
	}
	slices.SortFunc(list, func(x, y redirect) int { return strings.Compare(x.From, y.From) })
	return b.writeJSON("/"+redirectsFile(part), slices.Compact(list))
}

type urlset struct {
	XMLName xml.Name  `xml:"urlset"`
	NS      string    `xml:"xmlns,attr"`
	XHTML   string    `xml:"xmlns:xhtml,attr"`
	URLs    []siteURL `xml:"url"`
}

type siteURL struct {
	Loc  string      `xml:"loc"`
	Last string      `xml:"lastmod,omitempty"`
	Alts []alternate `xml:"xhtml:link"`
}

type alternate struct {
	Rel  string `xml:"rel,attr"`
	Lang string `xml:"hreflang,attr"`
	Href string `xml:"href,attr"`
}

type sitemapIndex struct {
	XMLName xml.Name  `xml:"sitemapindex"`
	NS      string    `xml:"xmlns,attr"`
	Maps    []siteURL `xml:"sitemap"`
}

const sitemapNS = "http://www.sitemaps.org/schemas/sitemap/0.9"

// siteURLs are the pages of an object for the sitemap.
func (b *builder) siteURLs(c card) []siteURL {
	var paths []string
	for _, p := range b.pages(c) {
		if !strings.HasSuffix(p, "/view/") {
			paths = append(paths, p)
		}
	}
	last := ""
	if e, ok := c.(*entryCard); ok {
		last = e.ReviewedOn.ISO()
	}
	return b.siteURLsOf(paths, last)
}

// siteURLsOf are the pages of one thing in the site's languages, Thai first.
func (b *builder) siteURLsOf(paths []string, last string) []siteURL {
	var alts []alternate
	if len(paths) == 2 {
		alts = []alternate{{"alternate", "th", b.origin + paths[0]}, {"alternate", "en", b.origin + paths[1]}}
	}
	var out []siteURL
	for _, p := range paths {
		out = append(out, siteURL{Loc: b.origin + p, Last: last, Alts: alts})
	}
	return out
}

// listedURLs are the pages that are no object's.
func (b *builder) listedURLs() []siteURL {
	slices.Sort(b.listed)
	var out []siteURL
	for _, th := range b.listed {
		if strings.HasPrefix(th, "/en/") {
			continue
		}
		paths := []string{th}
		if _, both := slices.BinarySearch(b.listed, "/en"+th); both {
			paths = append(paths, "/en"+th)
		}
		out = append(out, b.siteURLsOf(paths, "")...)
	}
	return out
}

func (b *builder) writeSitemapPart(name string, urls []siteURL) error {
	return b.writeXML(name, urlset{NS: sitemapNS, XHTML: "http://www.w3.org/1999/xhtml", URLs: urls})
}

func (b *builder) writeXML(name string, v any) error {
	out := bytes.NewBufferString(xml.Header)
	enc := xml.NewEncoder(out)
	enc.Indent("", " ")
	if err := enc.Encode(v); err != nil {
		return err
	}
	out.WriteByte('\n')
	return b.out.Write(name, out.Bytes())
}
