package form

import (
	"net/url"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"khumue/internal/catalog"
	"khumue/internal/corpus"
	"khumue/internal/fault"
)

// Form describes a filled-in form to a page, in one language.
type Form struct {
	Sections []Section
	English  bool // the English fields are shown
}

// Section is a part of the form.
type Section struct {
	ID, Title, About string
	Fields           []Field
	Missing          int  // fields that are asked for and not filled in
	Wrong            int  // things that are wrong
	Asked            bool // something in it is asked for
}

// Field is something to fill in.
type Field struct {
	ID       string // of the element, and the name of what it posts
	Kind     string // text, line, amount, number, date, time, word, words, lines, flag, group, rows, stated, spot, body, file
	Class    string // type and name, for its width: Fee-min
	Label    string
	Help     string
	Example  string // of what to write in one line
	Brief    string // of what is folded: what it says
	URL      string // of a file: where it is shown; "" for nowhere
	Place    bool   // of a position: it could be read, and is at Lat and Lng
	Lat      string
	Lng      string
	Value    string
	EN       string // of a text
	Long     bool   // of a text: more than a line
	Asked    bool   // asked for by the Act or the no-blanks rule
	Missing  bool
	Required bool     // a file without it is refused
	Wrong    []string // what is wrong, sentences
	WrongEN  []string // of the English of a text
	Options  []Option
	States   []Option // of a field in three states
	Fields   []Field  // of a group, and what a field in three states holds: one
	Rows     []Row
	Blank    []Row  // of a list one: a row to make new ones of, without script none
	Add      string // what adds a row; "" when there is no room
	Noun     string // what a row is called
	Open     bool   // of what is folded
	Focus    bool   // to go on with
}

// Row is a row of a list.
type Row struct {
	ID     string
	List   string // name of what holds the keys
	Key    string
	Number int
	Noun   string
	Fields []Field
	More   []Field
	Open   bool // More says something
	Focus  bool // to go on with
	First  bool
	Last   bool
}

// Option is one of what can be chosen.
type Option struct {
	Value, Text string
	Chosen      bool
}

// Around is what a form offers beyond the manual itself.
type Around struct {
	Frame     *corpus.Frame
	Processes []Option // of the agency
	Files     string   // address below which files are shown; "" for nowhere
	Focus     string   // the id of the field or row to go on with, as Apply gives it; "" for none
}

// Show describes the form of a manual: as Kind.Show does.
func Show(v url.Values, faults []Fault, around Around, lang string) Form {
	return Manuals.Show(v, faults, around, lang)
}

// Show describes a form with what is wrong with it. A part of which no field is
// shown is left out.
func (k Kind) Show(v url.Values, faults []Fault, around Around, lang string) Form {
	s := shower{v: v, lang: lang, around: around, faults: map[string][]Fault{}}
	for _, f := range faults {
		s.faults[f.Field] = append(s.faults[f.Field], f)
	}
	out := Form{English: v.Get(English) != ""}
	asked := k.asks()
	for _, part := range k.sections {
		sec := Section{ID: "s-" + part.id, Title: part.title.In(lang), About: part.about.In(lang)}
		for _, name := range part.fields {
			if name == "withdrawn" && state(v, name) == absent || !k.shows(name) {
				continue
			}
			f := s.top(k.shape, name)
			f.Asked = slices.Contains(asked, name)
			f.Required = f.Asked && k.shape != Manuals.shape
			f.Missing = slices.ContainsFunc(s.faults[k.Anchor(name)], func(f Fault) bool { return f.Severity == fault.Incomplete })
			sec.Asked = sec.Asked || f.Asked && name != "total_time"
			if f.Missing {
				sec.Missing++
			}
			sec.Fields = append(sec.Fields, f)
		}
		sec.Wrong = s.wrongIn(part.fields)
		if len(sec.Fields) > 0 {
			out.Sections = append(out.Sections, sec)
		}
	}
	return out
}

// asks are the fields that a form asks for: of a manual those of the Act, of the
// others what a file has to have.
func (k Kind) asks() []string {
	if k.shape == Manuals.shape {
		return append((&catalog.Manual{}).Missing(), "total_time")
	}
	out := slices.Clone(k.asked)
	for _, f := range k.shape.fields {
		if f.required {
			out = append(out, f.name)
		}
	}
	return out
}

// Named says which field of a manual an id means: as Kind.Named does.
func Named(v url.Values, id, lang string) string { return Manuals.Named(v, id, lang) }

// Named says which field an id means: ค่าธรรมเนียม 2 › จำนวนเงิน.
func (k Kind) Named(v url.Values, id, lang string) string {
	var out []string
	s, list := k.shape, ""
	for part := range strings.SplitSeq(id, ".") {
		if s.kind == stated {
			s = s.elem
		}
		switch s.kind {
		case group:
			f, ok := s.field(part)
			if !ok {
				break
			}
			if l := labelOf(s.typ, part).In(lang); l != "" {
				out = append(out, l)
			}
			s, list = f.shape, strings.TrimPrefix(list+"."+part, ".")
		case rows:
			if i := slices.Index(keys(v, list), part); i >= 0 && len(out) > 0 {
				noun := nounOf(list[strings.LastIndexByte(list, '.')+1:]).In(lang)
				out[len(out)-1] = capital(noun) + " " + strconv.Itoa(i+1)
			}
			s, list = s.elem, list+"."+part
		}
	}
	if len(out) == 0 && id == bodyName {
		return labelOf(k.shape.typ, bodyName).In(lang)
	}
	return strings.Join(out, " › ")
}

func capital(s string) string {
	if s == "" || s[0] >= utf8.RuneSelf {
		return s
	}
	return strings.ToUpper(s[:1]) + s[1:]
}

// shower describes fields.
type shower struct {
	v      url.Values
	lang   string
	around Around
	faults map[string][]Fault
	depth  int // of rows that are made new ones of
}

// top describes a field of the manual.
func (s *shower) top(m *shape, name string) Field {
	if name == bodyName {
		f := s.named(m.typ, name, name)
		f.Kind, f.Value = bodyName, s.v.Get(name)
		return f
	}
	f, _ := m.field(name)
	return s.field(m.typ, f, name)
}

// named is a field with what it is called.
func (s *shower) named(record reflect.Type, name, path string) Field {
	key := record.Name() + "." + name
	f := Field{ID: path, Class: record.Name() + "-" + name, Label: labelOf(record, name).In(s.lang), Long: long[key] || slices.Contains(longHere, key)}
	help, _ := either(helps, helpsHere, key)
	example, _ := either(examples, examplesHere, key)
	f.Help, f.Example = help.In(s.lang), example.In(s.lang)
	f.Wrong = s.wrong(path)
	f.Focus = s.around.Focus == path || s.around.Focus == path+".th"
	return f
}

// wrong are the sentences about what is wrong with a field.
func (s *shower) wrong(path string) []string {
	var out []string
	for _, f := range s.faults[path] {
		if f.Severity == fault.Incomplete {
			continue
		}
		out = append(out, f.Sentence(s.lang))
	}
	return out
}

// Sentence says what is wrong, and what to do.
func (f Fault) Sentence(lang string) string {
	out := capital(f.What.In(lang))
	if hint := f.Hint.In(lang); hint != "" {
		out += " " + capital(hint)
	}
	return out
}

// wrongIn counts what is wrong with some fields of the manual and all in them.
func (s *shower) wrongIn(names []string) int {
	n := 0
	for id, list := range s.faults {
		name, _, _ := strings.Cut(id, ".")
		for _, f := range list {
			if f.Severity == fault.Wrong && slices.Contains(names, name) {
				n++
			}
		}
	}
	return n
}

func (s *shower) field(record reflect.Type, f field, path string) Field {
	out := s.named(record, f.name, path)
	s.shaped(&out, record, f, f.shape, path)
	return out
}

func (s *shower) shaped(out *Field, record reflect.Type, f field, sh *shape, path string) {
	out.Kind = string(sh.kind)
	switch sh.kind {
	case stated:
		s.stated(out, record, f, sh, path)
	case group:
		for _, inner := range ordered(sh) {
			out.Fields = append(out.Fields, s.field(sh.typ, inner, join(path, inner.name)))
		}
		out.Brief, out.Open = s.hours(sh, path), s.wrongBelow(path)
	case rows:
		s.rows(out, f, sh, path)
	case text:
		out.Value, out.EN = s.v.Get(join(path, "th")), s.v.Get(join(path, "en"))
		out.Long = out.Long || strings.Contains(out.Value+out.EN, "\n")
		out.Wrong, out.WrongEN = append(out.Wrong, s.wrong(join(path, "th"))...), s.wrong(join(path, "en"))
	case word, words:
		out.Options = s.options(f.name, sh, path)
	case line:
		out.Value = s.v.Get(path)
		switch f.name {
		case "process":
			out.Kind, out.Options = string(word), s.processes(path)
		case "province":
			out.Kind, out.Options = string(word), s.provinces(path)
		case "file":
			out.Kind = "file"
			if s.around.Files != "" && out.Value != "" {
				out.URL = s.around.Files + url.PathEscape(out.Value)
			}
		}
	case spot:
		out.Value = s.v.Get(path)
		if at, err := catalog.ParsePlace(out.Value); err == nil {
			out.Place, out.Lat, out.Lng = true, degrees(at.Lat), degrees(at.Lng)
		}
	default:
		out.Value = s.v.Get(path)
	}
}

// ordered are the fields of a group as a form has them.
func ordered(sh *shape) []field {
	order, ok := rowOrder[sh.typ.Name()]
	if !ok {
		return sh.fields
	}
	return pick(sh, order)
}

func pick(sh *shape, names []string) []field {
	var out []field
	for _, name := range names {
		if f, ok := sh.field(name); ok {
			out = append(out, f)
		}
	}
	return out
}

func (s *shower) stated(out *Field, record reflect.Type, f field, sh *shape, path string) {
	inner := s.named(record, f.name, path+inside(sh.elem))
	inner.Help = ""
	if inner.ID == path {
		inner.Wrong = nil // told once, at the field itself
	}
	s.shaped(&inner, record, f, sh.elem, inner.ID)
	out.Fields = []Field{inner}
	now := state(s.v, path)
	if w := (&writer{values: s.v}); now == absent && w.said(sh.elem, inner.ID) {
		now = given
	}
	for _, st := range []string{given, none, absent} {
		out.States = append(out.States, Option{st, stateWord(f.name, st).In(s.lang), st == now})
	}
}

// rows describes the rows of a list, and one to make new ones of.
func (s *shower) rows(out *Field, f field, sh *shape, path string) {
	out.Noun = nounOf(f.name).In(s.lang)
	all := keys(s.v, path)
	for i, key := range all {
		row := s.row(sh, path, key)
		row.Number, row.First, row.Last, row.Noun = i+1, i == 0, i+1 == len(all), capital(out.Noun)
		out.Rows = append(out.Rows, row)
	}
	if f.max == 0 || len(all) < f.max {
		out.Add = opAdd + ":" + path
	}
	out.Blank = []Row{s.blank(sh, path, out.Noun)}
}

// BlankKey is the key of rows to make new ones of, with how deep they stand
// behind it.
const BlankKey = "NEW"

func (s *shower) blank(sh *shape, path, noun string) Row {
	key := BlankKey + strconv.Itoa(s.depth)
	deeper := shower{v: url.Values{}, lang: s.lang, around: s.around, depth: s.depth + 1}
	begin(deeper.v, sh.elem, join(path, key))
	row := deeper.row(sh, path, key)
	row.Noun = capital(noun)
	return row
}

func (s *shower) row(sh *shape, path, key string) Row {
	at := join(path, key)
	r := Row{ID: at, List: path + rowsMark, Key: key, Focus: s.around.Focus == at}
	for _, f := range ordered(sh.elem) {
		r.Fields = append(r.Fields, s.field(sh.elem.typ, f, join(at, f.name)))
	}
	for _, f := range pick(sh.elem, rowMore[sh.elem.typ.Name()]) {
		r.More = append(r.More, s.field(sh.elem.typ, f, join(at, f.name)))
		r.Open = r.Open || len(s.below(join(at, f.name))) > 0 || s.v.Get(join(at, f.name)) != ""
	}
	if w := s.wrong(at); len(w) > 0 && len(r.Fields) > 0 {
		r.Fields[0].Wrong = append(r.Fields[0].Wrong, w...)
	}
	return r
}

// below are the fields below a path that say something or are wrong.
func (s *shower) below(path string) []string {
	var out []string
	for name, list := range s.v {
		if strings.HasPrefix(name, path+".") && len(list) > 0 && list[0] != "" {
			out = append(out, name)
		}
	}
	for name := range s.faults {
		if strings.HasPrefix(name, path+".") {
			out = append(out, name)
		}
	}
	return out
}

// wrongBelow reports whether something below a path is wrong, or to be gone on
// with.
func (s *shower) wrongBelow(path string) bool {
	if strings.HasPrefix(s.around.Focus, path+".") {
		return true
	}
	for name := range s.faults {
		if strings.HasPrefix(name, path+".") {
			return true
		}
	}
	return false
}

// hours says in a line when something is open, where a group is of hours.
func (s *shower) hours(sh *shape, path string) string {
	f, ok := sh.field("week")
	switch {
	case !ok:
		return ""
	case s.v.Get(path+".always") != "":
		return labels["Hours.always"].In(s.lang)
	}
	var out []string
	for _, key := range keys(s.v, path+".week") {
		at := path + ".week." + key
		days, _ := f.shape.elem.field("days")
		var names []string
		for _, o := range s.options("days", days.shape, at+".days") {
			if o.Chosen {
				names = append(names, o.Text)
			}
		}
		out = append(out, strings.Join(names, " ")+" "+s.v.Get(at+".opens")+"–"+s.v.Get(at+".closes"))
	}
	return strings.Join(out, " · ")
}

// options are the words of a list that a field can say.
func (s *shower) options(name string, sh *shape, path string) []Option {
	chosen := s.v[path]
	var out []Option
	add := func(value, text string) {
		out = append(out, Option{value, text, slices.Contains(chosen, value)})
	}
	item := sh.typ
	if sh.kind == words {
		item = item.Elem()
	}
	if item == slugType {
		for _, l := range s.labels(name) {
			add(string(l.Slug), l.Text().In(catalog.Lang(s.lang)))
		}
	}
	for _, w := range wordsOf(item) {
		add(w, wordOf(item, w).In(s.lang))
	}
	for _, c := range chosen { // what has another name now, or none
		if c != "" && !slices.ContainsFunc(out, func(o Option) bool { return o.Value == c }) {
			add(c, s.former(name, c))
		}
	}
	return out
}

func (s *shower) labels(name string) []catalog.Label {
	if s.around.Frame == nil {
		return nil
	}
	switch l := s.around.Frame.Labels; name {
	case "categories":
		return l.Categories
	case "groups":
		return l.Groups
	default:
		return l.Tags
	}
}

// former is what a word is called that no list has any more.
func (s *shower) former(name, slug string) string {
	if s.around.Frame != nil {
		if l, ok := s.around.Frame.Label(s.labels(name), catalog.Slug(slug)); ok {
			return l.Text().In(catalog.Lang(s.lang))
		}
	}
	return slug
}

func (s *shower) processes(path string) []Option {
	now := s.v.Get(path)
	out := slices.Clone(s.around.Processes)
	for i := range out {
		out[i].Chosen = out[i].Value == now
	}
	if now != "" && !slices.ContainsFunc(out, func(o Option) bool { return o.Chosen }) {
		out = append(out, Option{now, now, true})
	}
	return out
}

// provinces are what a code of a province can say.
func (s *shower) provinces(path string) []Option {
	now := s.v.Get(path)
	var out []Option
	for _, p := range catalog.Provinces {
		out = append(out, Option{p.Code, p.Name.In(catalog.Lang(s.lang)), p.Code == now})
	}
	if now != "" && !slices.ContainsFunc(out, func(o Option) bool { return o.Chosen }) {
		out = append(out, Option{now, now, true})
	}
	return out
}
