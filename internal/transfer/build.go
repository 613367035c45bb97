package transfer

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"khumue/internal/calendar"
	"khumue/internal/catalog"
	"khumue/internal/corpus"
	"khumue/internal/fault"
)

// plan is a mapping made ready for a table.
type plan struct {
	m      *Mapping
	table  *Table
	fields []bound
	lists  []boundList
	key    []string // headings as keys
	refs   *references
}

// bound is a field with what it needs of the table.
type bound struct {
	Field
	keys        []string // of its columns, the first that is filled in counts
	heads       []string // the headings as the mapping writes them
	words       *dictionary
	none, blank map[string]bool
}

type boundList struct {
	List
	column bound     // of the lines, or of the word for none
	rows   [][]bound // the fields, for each number
}

// bind makes a mapping ready. Columns that the table lacks are an error, told
// all at once.
func bind(m *Mapping, t *Table, refs *references) (*plan, error) {
	p := &plan{m: m, table: t, refs: refs}
	var missing []bound
	one := func(f Field, n int) bound {
		b := p.bound(f, n)
		if len(b.keys) > 0 && !f.Maybe && n < 2 && t.columns != nil && !t.hasAny(b.keys) && f.Value == "" {
			missing = append(missing, b)
		}
		return b
	}
	for _, f := range m.Fields {
		p.fields = append(p.fields, one(f, 0))
	}
	for _, l := range m.Lists {
		bl := boundList{List: l, column: one(Field{Field: l.Field, Column: l.Column, Or: l.Or, None: l.None, Maybe: l.Maybe || l.From != FromLines}, 0)}
		for n := range max(l.Times, 1) {
			var row []bound
			for _, f := range l.Fields {
				row = append(row, one(f, n+1))
			}
			bl.rows = append(bl.rows, row)
		}
		p.lists = append(p.lists, bl)
	}
	for _, k := range m.Key {
		p.key = append(p.key, headingKey(k))
	}
	return p, t.lacks(missing)
}

// bound reads a field of a list's n-th columns; n is 0 where there are none.
func (p *plan) bound(f Field, n int) bound {
	b := bound{Field: f, none: wordSet(f.None), blank: wordSet(f.Blank)}
	if f.Column != "" {
		for _, head := range append([]string{f.Column}, f.Or...) {
			head = strings.ReplaceAll(head, "{n}", fmt.Sprint(n))
			b.heads = append(b.heads, head)
			b.keys = append(b.keys, headingKey(head))
		}
	}
	if w := p.m.words(f.Words); f.Words != "" && w != nil {
		b.words = w.dictionary()
	}
	return b
}

// unused lists the headings of the table that the mapping does not speak of.
func (p *plan) unused() []string {
	used := map[string]bool{}
	note := func(bs ...bound) {
		for _, b := range bs {
			for _, k := range b.keys {
				used[k] = true
			}
		}
	}
	note(p.fields...)
	for _, l := range p.lists {
		note(l.column)
		for _, row := range l.rows {
			note(row...)
		}
	}
	for _, k := range p.key {
		used[k] = true
	}
	for _, h := range p.m.Ignored {
		used[headingKey(h)] = true
	}
	var left []string
	for _, h := range p.table.heads {
		if key := headingKey(h); key != "" && !used[key] {
			left = append(left, h)
		}
	}
	return left
}

func wordSet(words []string) map[string]bool {
	set := map[string]bool{}
	for _, w := range words {
		set[wordKey(w)] = true
	}
	return set
}

func (t *Table) hasAny(keys []string) bool {
	return slices.ContainsFunc(keys, func(k string) bool { _, ok := t.columns[k]; return ok })
}

// lacks tells of the columns that a table of fixed columns does not have.
func (t *Table) lacks(missing []bound) error {
	if len(missing) == 0 || len(t.heads) == 0 {
		return nil
	}
	var problems fault.Problems
	for _, b := range missing {
		problems = append(problems, fault.Problem{File: "1", Severity: fault.Wrong,
			What: fault.Textf("ไม่มีคอลัมน์ %q (ช่อง %s)", "there is no column %q (field %s)", b.Column, b.Field.Field),
			Hint: fault.DidYouMean(b.Column, t.heads)})
	}
	return problems
}

// object is what some rows of a table tell of.
type object struct {
	rows  []Row
	root  *node
	owner string // code of the agency, of an agency the one above
	body  string
	notes []Note
	lost  bool // nothing can be made of it

	keys   []string // by which it is known again, the surest first
	id     string
	at     corpus.File
	linked Outcome // of a row of links
	value  any     // as the strict reader understood it
	made   []byte  // its content file
	name   string
}

func (o *object) first() int { return o.rows[0].Number }

func (o *object) note(from origin, level Level, what, hint fault.Text) {
	o.notes = append(o.notes, Note{Row: from.row, Column: from.column, Level: level, What: what, Hint: hint})
	o.lost = o.lost || level == Refused
}

func (o *object) failed(from origin, err error) {
	level := Refused
	if from.drop {
		level = Look
	}
	what, hint := told(err)
	o.note(from, level, what, hint)
}

// told returns what an error says to a person.
func told(err error) (what, hint fault.Text) {
	var own *fault.Error
	if errors.As(err, &own) {
		return own.What, own.Hint
	}
	var day *calendar.Error
	if errors.As(err, &day) {
		return fault.Text{TH: day.TH, EN: day.EN}, fault.Text{}
	}
	return fault.Textf("%v", "%v", err), fault.Text{}
}

// build reads the rows of an object.
func (p *plan) build(rows []Row) *object {
	o := &object{rows: rows, root: &node{kind: group0, from: origin{row: rows[0].Number}}}
	for i := range p.fields {
		b := &p.fields[i]
		text, from := p.cell(b, rows)
		switch value, ok := p.value(o, b, text, from); {
		case !ok:
		case b.Field.Field == "agency":
			o.owner = value.text
		case b.Field.Field == "body":
			o.body = value.text
		default:
			o.root.set(b.Field.Field, value)
		}
	}
	for i := range p.lists {
		p.list(o, &p.lists[i])
	}
	p.known(o)
	return o
}

// cell returns the first text of a field in rows.
func (p *plan) cell(b *bound, rows []Row) (string, origin) {
	for _, row := range rows {
		for i, key := range b.keys {
			if text := row.at(key); strings.TrimSpace(text) != "" {
				return text, origin{row.Number, b.heads[i], b.Drop}
			}
		}
	}
	from := origin{row: rows[0].Number, drop: b.Drop}
	if len(b.heads) > 0 {
		from.column = b.heads[0]
	}
	return b.Value, from
}

// maxWord is how many bytes a word may have that states something is not there.
const maxWord = 200

// value reads a text as the field asks; false where there is none.
func (p *plan) value(o *object, b *bound, text string, from origin) (*node, bool) {
	text, mended := clean(text)
	key := ""
	if len(text) <= maxWord && len(b.none)+len(b.blank) > 0 {
		key = wordKey(text)
	}
	switch {
	case text == "" || b.blank[key]:
		return nil, false
	case b.none[key]:
		if text != string(catalog.None) {
			o.note(from, Mended, fault.Textf("อ่าน %q ว่าไม่มี", "%q was read as none", text), fault.Text{})
		}
		return textNode(string(catalog.None)).came(from), true
	case mended:
		o.note(from, Mended, mendedTyping, fault.Text{})
	}
	if b.Split == "" {
		return p.single(o, b, text, from)
	}
	list := listOf()
	for part := range strings.FieldsFuncSeq(text, func(r rune) bool { return r == '\n' || strings.ContainsRune(b.Split, r) }) {
		if part = strings.TrimSpace(part); part == "" {
			continue
		}
		if item, ok := p.single(o, b, part, from); ok && !slices.ContainsFunc(list.items, item.same) {
			list.items = append(list.items, item)
		}
	}
	return list.came(from), len(list.items) > 0
}

func (p *plan) single(o *object, b *bound, text string, from origin) (*node, bool) {
	r := reading{value: textNode(text)}
	var err error
	if read := forms[b.As]; read != nil {
		r, err = read(text, p.table)
	}
	if err == nil && b.words != nil {
		var value string
		value, err = b.words.find(r.value.text)
		r.value = textNode(value)
	}
	if err == nil && b.Ref != "" {
		var code string
		code, err = p.refs.find(b.Ref, r.value.text)
		r.value = textNode(code)
	}
	if err != nil {
		o.failed(from, err)
		return nil, false
	}
	if !r.mended.IsZero() {
		o.note(from, Mended, both(fault.Textf("%q ", "%q ", short(text)), r.mended), fault.Text{})
	}
	return r.value.came(from), true
}

// known finds by what the object is known again.
func (p *plan) known(o *object) {
	add := func(kind, text string) {
		if text != "" {
			o.keys = append(o.keys, string(p.m.Kind)+":"+kind+":"+text)
		}
	}
	o.id = o.text("id") + o.text("code")
	if p.m.Kind == Links {
		o.name = o.id
		return // rows may name a point again and again
	}
	name := p.m.Kind.name()
	o.name = o.text(name)
	add("uuid", strings.ToLower(o.text("legacy", "uuid")))
	add("number", o.text("legacy", "number"))
	add("id", o.id)
	if len(o.keys) == 0 {
		add("key", p.rowKey(o.rows[0]))
	}
	if len(o.keys) == 0 {
		add("name", o.owner+"/"+wordKey(o.name))
	}
	if o.name == "" {
		b, _ := p.field(name)
		o.note(origin{row: o.first(), column: b}, Refused, fault.Text{TH: "ไม่มีชื่อ", EN: "there is no name"}, fault.Text{TH: "เติมชื่อ", EN: "fill it in"})
	}
}

// field returns the heading of a field's column.
func (p *plan) field(name string) (string, bool) {
	for _, b := range p.fields {
		if b.Field.Field == name && b.Column != "" {
			return b.Column, true
		}
	}
	return "", false
}

// text returns the Thai text at a path.
func (o *object) text(path ...string) string {
	n := o.root
	for _, name := range path {
		next, ok := n.child(name)
		if !ok {
			return ""
		}
		n = next
	}
	if n.kind == group0 {
		if th, ok := n.child("th"); ok {
			return th.text
		}
	}
	return n.text
}

// rowKey is what the key columns of a row say; "" when one of them is blank.
func (p *plan) rowKey(r Row) string {
	parts := make([]string, len(p.key))
	for i, k := range p.key {
		if parts[i] = wordKey(r.at(k)); parts[i] == "" {
			return ""
		}
	}
	return strings.Join(parts, "\x1f")
}
