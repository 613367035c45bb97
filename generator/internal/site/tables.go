package site

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"khumue/internal/corpus"
)

// table is one kind of object as rows of open data, in JSON and CSV. A row says
// what a list says; the whole of an object is a file of its own.
type table struct {
	kind kind
	name string // of the file, without ending
	head []string
	// cells are texts, or lists of them, which a spreadsheet shows joined; nil
	// for an object that is not shown.
	cells func(b *builder, c card) []any
}

var tables = []table{
	{anAgency, "agencies", []string{"code", "name_th", "name_en", "kind", "parent", "org_code", "province", "website", "url", "data"}, (*builder).agencyCells},
	{aManual, "manuals", []string{"id", "title_th", "title_en", "agency", "categories", "groups", "tags", "common_names", "time_th", "fee_th", "online", "reviewed_on", "withdrawn_on", "url", "data"}, (*builder).manualCells},
	{aService, "services", []string{"id", "title_th", "title_en", "agency", "categories", "groups", "tags", "url", "data"}, (*builder).serviceCells},
	{aPoint, "points", []string{"code", "name_th", "name_en", "agency", "address_th", "area_th", "area_en", "subdistrict", "postcode", "lat", "lng", "phones", "hours_th", "manuals", "url", "data"}, (*builder).pointCells},
}

// tableOf is the table of a kind; nil for one that has none.
func tableOf(k kind) *table {
	for i := range tables {
		if tables[i].kind == k {
			return &tables[i]
		}
	}
	return nil
}

func (b *builder) agencyCells(c card) []any {
	a := &c.(*agencyCard).Agency
	return []any{c.id(), a.Name.TH, a.Name.EN, string(a.Kind), string(a.Parent), a.OrgCode, a.Province, a.Contact.Website,
		b.origin + "/agency/" + c.id() + "/", b.dataAddress("agency", c)}
}

func (b *builder) manualCells(c card) []any {
	m := c.(*entryCard)
	return []any{m.ID, m.Title.TH, m.Title.EN, string(m.Owner), texts(m.Categories), texts(m.Groups), texts(m.Tags),
		m.CommonNames, m.Time, m.Fee, fmt.Sprint(m.Online), m.ReviewedOn.ISO(), m.WithdrawnOn.ISO(), b.origin + m.Brief.Path(), b.dataAddress("manual", c)}
}

func (b *builder) serviceCells(c card) []any {
	s := c.(*entryCard)
	return []any{s.ID, s.Title.TH, s.Title.EN, string(s.Owner), texts(s.Categories), texts(s.Groups), texts(s.Tags), b.origin + s.Brief.Path(), b.dataAddress("service", c)}
}

func (b *builder) pointCells(c card) []any {
	p := c.(*pointCard)
	pt := &p.Point
	if !pt.Visible() {
		return nil
	}
	return []any{c.id(), pt.Name.TH, pt.Name.EN, string(pt.Owner), pt.Address.Line.TH, pt.Address.Area.TH, pt.Address.Area.EN,
		pt.Address.Subdistrict, pt.Address.Postcode, p.Spot.Lat, p.Spot.Lng, pt.Contact.Phones, p.Spot.Hours[0], texts(pt.Manuals),
		b.origin + "/point/" + c.id() + "/", b.dataAddress("point", c)}
}

func (b *builder) dataAddress(kind string, c card) string {
	return b.origin + "/" + dataFile(kind, c.id(), ".json")
}

func texts[S ~string](all []S) []string {
	out := make([]string, len(all))
	for i, s := range all {
		out[i] = string(s)
	}
	return out
}

// rows are a part of a table, being written.
type rows struct {
	*table
	count     int
	json, csv *[]byte // of buffers
}

// rowSize is what a row takes by and large, in bytes: memory that grows bit by bit is
// copied and touched several times.
const rowSize = 768

// begin begins a part of so many rows, by and large.
func (t *table) begin(n int) *rows {
	r := &rows{table: t, json: buffers.Get().(*[]byte), csv: buffers.Get().(*[]byte)}
	head := make([]any, len(t.head))
	for i, h := range t.head {
		head[i] = h
	}
	*r.json = append(slices.Grow((*r.json)[:0], n*rowSize), "[\n"...)
	*r.csv = appendRow(append(slices.Grow((*r.csv)[:0], n*rowSize), "\ufeff"...), head)
	return r
}

func (r *rows) add(b *builder, c card) error {
	cells := r.cells(b, c)
	if cells == nil {
		return nil
	}
	if r.count > 0 {
		*r.json = append(*r.json, ",\n"...)
	}
	r.count++
	members := make([]corpus.Member, 0, len(cells))
	for i, cell := range cells {
		if joined(cell) != "" {
			members = append(members, corpus.Member{Name: r.head[i], Value: cell})
		}
	}
	object, err := corpus.AppendJSON(*r.json, struct{}{}, members...)
	*r.json = bytes.TrimSuffix(object, []byte("\n"))
	*r.csv = appendRow(*r.csv, cells)
	return err
}

func joined(cell any) string {
	if list, ok := cell.([]string); ok {
		return strings.Join(list, "; ")
	}
	return cell.(string)
}

// appendRow appends a row as spreadsheets read it: every cell quoted, CRLF, and
// a leading ' where a cell would run as a formula.
func appendRow(b []byte, cells []any) []byte {
	for i, cell := range cells {
		if i > 0 {
			b = append(b, ',')
		}
		text := joined(cell)
		b = append(b, '"')
		if runs(text) {
			b = append(b, '\'')
		}
		for {
			at := strings.IndexByte(text, '"')
			if at < 0 {
				break
			}
			b = append(append(b, text[:at+1]...), '"')
			text = text[at+1:]
		}
		b = append(append(b, text...), '"')
	}
	return append(b, "\r\n"...)
}

// runs reports whether a spreadsheet may take a cell for a formula.
func runs(cell string) bool {
	start := strings.TrimLeft(cell, ` "'`)
	if start == "" || start == "-" {
		return false
	}
	switch r, _ := utf8.DecodeRuneInString(start); r {
	case '=', '+', '-', '@', '\t', '\r', 0, '＝', '＋', '－', '＠':
		return true
	}
	return false
}

// write writes the part as files of a name without ending.
func (r *rows) write(b *builder, name string) error {
	defer buffers.Put(r.json)
	defer buffers.Put(r.csv)
	*r.json = append(*r.json, "\n]\n"...)
	if err := b.out.Write(name+".json", *r.json); err != nil {
		return err
	}
	return b.out.Write(name+".csv", *r.csv)
}

// dataFiles describes the tables for their page. Those in parts are named by a
// list of the parts.
func (w *writer) dataFiles() []DataFile {
	var files []DataFile
	for _, t := range tables {
		n := w.totals.rows(t.kind)
		if w.totals.bits(t.kind) > 0 {
			files = append(files, DataFile{Name: w.Msg("data.name." + t.name), URL: w.base + "/" + t.partsFile(), Type: "JSON", Rows: n})
			continue
		}
		for _, ending := range []string{"json", "csv"} {
			files = append(files, DataFile{Name: w.Msg("data.name." + t.name), URL: w.base + "/data/" + t.name + "." + ending, Type: strings.ToUpper(ending), Rows: n})
		}
	}
	return files
}

func (t *table) partsFile() string { return "data/" + t.name + "/parts.json" }
