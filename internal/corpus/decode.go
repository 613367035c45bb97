package corpus

import (
	"encoding"
	"errors"
	"io"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"
	"golang.org/x/text/unicode/norm"

	"khumue/internal/calendar"
	"khumue/internal/catalog"
	"khumue/internal/fault"
)

// maxDepth bounds the nesting of a content file; the deepest kind needs 7.
const maxDepth = 20

// decoder turns the YAML of one file into a catalog value and collects every
// problem on the way.
type decoder struct {
	file     string
	offset   int    // lines of the file above the YAML
	nodes    []node // what is written in it
	clean    bool   // no character of it is hidden, and all is NFC
	name     string // the field being read
	problems fault.Problems
}

// bad reports a problem with the value of the field being read.
func (d *decoder) bad(line int32, what, hint fault.Text) {
	if d.name != "" {
		what = fault.Text{TH: d.name + " " + what.TH, EN: d.name + " " + what.EN}
	}
	d.wrong(int(line), what, hint)
}

func (d *decoder) wrong(line int, what, hint fault.Text) {
	if line > 0 {
		line += d.offset
	}
	d.problems = append(d.problems, fault.Problem{File: d.file, Line: line, Severity: fault.Wrong, What: what, Hint: hint})
}

// decode reads src, one YAML mapping, into the struct that v points to.
// Anchors are refused, so that nothing can expand without bound.
func (d *decoder) decode(src []byte, v any) {
	shelf := shelves.Get().(*[]node)
	d.nodes = (*shelf)[:0]
	if d.skim(string(src)) || d.parse(src) {
		d.root(v)
	}
	clear(d.nodes)
	*shelf, d.nodes = d.nodes, nil
	shelves.Put(shelf)
}

// skim finds the nodes of src where it is written as content files usually are.
func (d *decoder) skim(src string) (ok bool) {
	src = strings.ReplaceAll(src, "\r\n", "\n")
	if ok, d.clean = survey(src); ok {
		d.nodes, ok = quickly(src, d.nodes)
	}
	return ok
}

// root reads the nodes into the struct that v points to.
func (d *decoder) root(v any) {
	into := reflect.ValueOf(v).Elem()
	d.value(0, into, &shape{kind: groupShape, fields: fieldsOf(into.Type())}, 0)
}

var yamlLine = regexp.MustCompile(`^yaml: (?:line (\d+): )?(.*)`)

// parse finds the nodes of src, or tells why it can not.
func (d *decoder) parse(src []byte) bool {
	d.nodes, d.clean = d.nodes[:0], false
	root := d.document(src)
	if root == nil {
		return false
	}
	d.nodes = flatten(d.nodes, root)
	return true
}

// document returns the mapping that src consists of, or nil and tells why there
// is none.
func (d *decoder) document(src []byte) *yaml.Node {
	if !utf8.Valid(src) {
		d.wrong(invalidLine(src), fault.Text{TH: "ไฟล์ไม่ใช่ UTF-8", EN: "the file is not UTF-8"},
			fault.Text{TH: "บันทึกใหม่เป็น UTF-8", EN: "save it again as UTF-8"})
		return nil
	}
	var doc yaml.Node
	dec := yaml.NewDecoder(strings.NewReader(string(src)))
	if err := dec.Decode(&doc); errors.Is(err, io.EOF) {
		d.wrong(1, fault.Text{TH: "ไฟล์หรือส่วนหัวว่างเปล่า", EN: "there is nothing in it"},
			fault.Text{TH: "เติมอย่างน้อยช่องที่ต้องมี ดู doc/content-format.md", EN: "fill in at least the required fields; doc/content-format.md lists them"})
		return nil
	} else if err != nil {
		d.syntax(err)
		return nil
	}
	root := doc.Content[0]
	if root.Kind != yaml.MappingNode {
		d.wrong(doc.Line, fault.Text{TH: "ไฟล์ต้องเป็นรายการ ชื่อ: ค่า", EN: "the file must consist of name: value lines"}, fault.Text{})
		return nil
	}
	if !d.single(dec) {
		return nil
	}
	return root
}

// single reports whether the decoder is at its end.
func (d *decoder) single(dec *yaml.Decoder) bool {
	var more yaml.Node
	switch err := dec.Decode(&more); {
	case err == nil:
		d.wrong(more.Line, fault.Text{TH: "มีเอกสาร YAML มากกว่าหนึ่ง", EN: "there is more than one YAML document"},
			fault.Text{TH: "ลบบรรทัด --- ที่เกิน", EN: "remove the extra --- line"})
		return false
	case !errors.Is(err, io.EOF):
		d.syntax(err)
		return false
	}
	return true
}

// syntax reports what the YAML parser could not read. The parser tells the
// line in its text alone.
func (d *decoder) syntax(err error) {
	m := yamlLine.FindStringSubmatch(err.Error())
	if m == nil {
		m = []string{"", "1", err.Error()}
	}
	line, _ := strconv.Atoi(m[1])
	d.wrong(max(line, 1), fault.Textf("อ่าน YAML ไม่ได้: %s", "cannot read the YAML: %s", m[2]),
		fault.Text{TH: `ตรวจย่อหน้า และใส่ "…" รอบข้อความที่มี : หรือ #`, EN: `check the indentation, and put "…" around text that has : or #`})
}

func invalidLine(src []byte) int {
	line := 1
	for len(src) > 0 {
		r, n := utf8.DecodeRune(src)
		if r == utf8.RuneError && n == 1 {
			return line
		}
		if r == '\n' {
			line++
		}
		src = src[n:]
	}
	return line
}

// value reads node i into v. What is null counts as not written.
func (d *decoder) value(i int, v reflect.Value, s *shape, depth int) {
	switch n := &d.nodes[i]; {
	case !d.ordinary(n):
	case depth > maxDepth:
		d.bad(n.line, fault.Text{TH: "ซ้อนกันลึกเกินไป", EN: "nested too deeply"}, fault.Text{})
	case n.null:
	default:
		d.shaped(i, v, s, depth)
	}
}

func (d *decoder) shaped(i int, v reflect.Value, s *shape, depth int) {
	n := &d.nodes[i]
	switch s.kind {
	case statedShape:
		d.stated(i, v, s, depth)
	case textShape:
		d.text(i, v, s)
	case scopeShape:
		d.scope(i, v, s, depth)
	case idShape:
		d.id(n, v, s)
	case writtenShape:
		d.unmarshal(n, v)
	case groupShape:
		d.mapping(i, v, s.fields, depth)
	case listShape:
		d.sequence(i, v, s, depth)
	case dictionaryShape:
		d.dictionary(i, v, s)
	case wordShape:
		d.word(n, v, s)
	case stringShape:
		d.str(n, v, s.rules)
	case boolShape:
		d.boolean(n, v)
	case numberShape:
		d.number(n, v, s.rules)
	}
}

// ordinary reports whether n is written without anchor, alias and tag; tags
// would change what a value means.
func (d *decoder) ordinary(n *node) bool {
	switch {
	case n.kind == aliasNode || n.anchored:
		d.bad(n.line, fault.Text{TH: "ไม่ใช้ & และ * ของ YAML", EN: "YAML anchors and aliases are not used here"},
			fault.Text{TH: "เขียนค่าเต็ม", EN: "write the value out"})
		return false
	case n.tag != "":
		d.bad(n.line, fault.Textf("ไม่ใช้ป้ายชนิด %s ของ YAML", "the YAML tag %s is not used here", n.tag),
			fault.Text{TH: "ลบออก ข้อความที่ขึ้นต้นด้วย ! ให้ใส่ \"…\"", EN: "remove it; put \"…\" around text that begins with !"})
		return false
	}
	return true
}

func (d *decoder) want(n *node, what fault.Text) {
	d.bad(n.line, fault.Text{TH: "เป็นค่าที่ใช้ไม่ได้", EN: "this value does not fit"},
		fault.Text{TH: "เขียน " + what.TH, EN: "write " + what.EN})
}

func (d *decoder) stated(i int, v reflect.Value, s *shape, depth int) {
	n := &d.nodes[i]
	if n.kind == scalarNode && n.value == string(catalog.None) {
		v.Field(0).SetString(string(catalog.None))
		return
	}
	v.Field(0).SetString(string(catalog.Given))
	if n.kind == sequenceNode && n.count == 0 {
		d.bad(n.line, fault.Text{TH: "รายการว่าง", EN: "the list is empty"},
			fault.Text{TH: "เขียน none ถ้าไม่มี หรือลบบรรทัดนี้ถ้ายังไม่กรอก", EN: "write none where there is none, or remove the line while it is not filled in"})
		return
	}
	d.value(i, v.Field(1), s.elem, depth)
}

// scope reads the word all, or a list.
func (d *decoder) scope(i int, v reflect.Value, s *shape, depth int) {
	switch n := &d.nodes[i]; {
	case n.kind != scalarNode:
		d.sequence(i, v, s, depth)
	case n.value != "all":
		d.want(n, fault.Text{TH: "all หรือรายการรหัสจังหวัด", EN: "all, or a list of province codes"})
	}
}

// scalar returns the text of a scalar, NFC, or reports what stands there.
func (d *decoder) scalar(n *node) (string, bool) {
	if n.kind != scalarNode {
		d.bad(n.line, fault.Text{TH: "ต้องเป็นข้อความบรรทัดเดียวหรือข้อความต่อเนื่อง", EN: "this must be a text, not a list or a group"}, fault.Text{})
		return "", false
	}
	if d.clean {
		return strings.TrimSpace(n.value), true
	}
	if i := strings.IndexFunc(n.value, hidden); i >= 0 {
		r, _ := utf8.DecodeRuneInString(n.value[i:])
		d.bad(n.line, fault.Textf("มีอักขระควบคุมที่มองไม่เห็น (U+%04X)", "there is an invisible control character (U+%04X)", r),
			fault.Text{TH: "ลบแล้วพิมพ์ใหม่", EN: "remove it and type the text again"})
		return "", false
	}
	return norm.NFC.String(strings.TrimSpace(n.value)), true
}

// hidden reports whether r has no place in a text: controls but tab and line
// end, marks that turn the direction of what follows, and what is no character.
func hidden(r rune) bool {
	switch {
	case r == '\n' || r == '\t':
		return false
	case r >= 0x202A && r <= 0x202E, r >= 0x2066 && r <= 0x2069:
		return true
	}
	return unicode.IsControl(r) || r&0xFFFE == 0xFFFE
}

func (d *decoder) text(i int, v reflect.Value, s *shape) {
	n, t := &d.nodes[i], v.Addr().Interface().(*catalog.Text)
	if n.kind == mappingNode {
		d.mapping(i, v, s.fields, 0)
		if t.TH == "" && t.EN != "" {
			d.bad(n.line, fault.Text{TH: "มีแต่ภาษาอังกฤษ", EN: "there is English but no Thai"}, fault.Text{TH: "เพิ่ม th:", EN: "add th:"})
		}
	} else if words, ok := d.scalar(n); ok {
		t.TH = words
	}
	d.length(n, t.TH, s.rules)
	d.length(n, t.EN, s.rules)
}

func (d *decoder) length(n *node, s string, r rules) {
	limit := r.max
	if limit == 0 {
		limit = 2000
	}
	if float64(len(s)) <= limit {
		return // no character takes less than a byte
	}
	if got := utf8.RuneCountInString(s); float64(got) > limit {
		d.bad(n.line, fault.Textf("ข้อความยาว %d ตัวอักษร เกิน %d", "the text has %d characters, more than %d", got, int(limit)),
			fault.Text{TH: "เขียนให้สั้นลง", EN: "shorten it"})
	}
}

func (d *decoder) id(n *node, v reflect.Value, s *shape) {
	words, ok := d.scalar(n)
	if !ok {
		return
	}
	if err := s.parse(words); err != nil {
		what, hint := told(err)
		d.bad(n.line, what, hint)
		return
	}
	v.SetString(words)
}

func (d *decoder) unmarshal(n *node, v reflect.Value) {
	s, ok := d.scalar(n)
	if !ok {
		return
	}
	if err := v.Addr().Interface().(encoding.TextUnmarshaler).UnmarshalText([]byte(s)); err != nil {
		what, hint := told(err)
		d.bad(n.line, what, hint)
	}
}

// told returns what an error of the vocabulary says to an author.
func told(err error) (what, hint fault.Text) {
	var own *fault.Error
	if errors.As(err, &own) {
		return own.What, own.Hint
	}
	var date *calendar.Error
	if errors.As(err, &date) {
		return fault.Text{TH: date.TH, EN: date.EN}, fault.Text{}
	}
	return fault.Textf("%v", "%v", err), fault.Text{}
}

// word reads a word of an enumeration.
func (d *decoder) word(n *node, v reflect.Value, s *shape) {
	got, ok := d.scalar(n)
	if !ok {
		return
	}
	at := slices.Index(s.words, got)
	if at < 0 {
		d.bad(n.line, fault.Textf("ไม่รู้จักค่า %q", "unknown value %q", got), fault.DidYouMean(got, s.words))
		return
	}
	d.length(n, got, s.rules)
	v.SetString(s.words[at])
}

func (d *decoder) str(n *node, v reflect.Value, r rules) {
	s, ok := d.scalar(n)
	if !ok {
		return
	}
	if what, hint := r.check(s); !what.IsZero() {
		d.bad(n.line, what, hint)
		return
	}
	d.length(n, s, r)
	v.SetString(s)
}

func (d *decoder) boolean(n *node, v reflect.Value) {
	switch n.value {
	case "true", "false":
		v.SetBool(n.value == "true")
	default:
		d.want(n, fault.Text{TH: "true หรือ false", EN: "true or false"})
	}
}

func (d *decoder) number(n *node, v reflect.Value, r rules) {
	s, ok := d.scalar(n)
	if !ok {
		return
	}
	f, err := strconv.ParseFloat(s, 64)
	if err != nil || f != f || f > 1e15 || f < -1e15 || v.Kind() == reflect.Int && f != float64(int64(f)) {
		d.bad(n.line, fault.Textf("%q ไม่ใช่ตัวเลขที่ใช้ได้", "%q is not a number that fits", s), fault.Text{})
		return
	}
	if r.max != 0 && f > r.max || r.hasMin && f < r.min {
		d.bad(n.line, fault.Textf("%s ต้องอยู่ระหว่าง %v ถึง %v", "%s is not between %v and %v", s, r.min, r.max), fault.Text{})
		return
	}
	if v.Kind() == reflect.Int {
		v.SetInt(int64(f))
	} else {
		v.SetFloat(f)
	}
}

func (d *decoder) sequence(i int, v reflect.Value, s *shape, depth int) {
	n := &d.nodes[i]
	if n.kind != sequenceNode {
		d.want(n, fault.Text{TH: "รายการ บรรทัดละข้อ ขึ้นต้นด้วย -", EN: "a list, one item a line, each beginning with -"})
		return
	}
	if s.rules.max != 0 && float64(n.count) > s.rules.max {
		d.bad(n.line, fault.Textf("มี %d รายการ เกิน %d", "there are %d items, more than %d", n.count, int(s.rules.max)), fault.Text{})
		return
	}
	if n.count == 0 {
		v.Set(reflect.MakeSlice(v.Type(), 0, 0))
		return
	}
	v.Grow(int(n.count)) // into nil, at a third of what MakeSlice costs
	v.SetLen(int(n.count))
	for at, to := i+1, 0; at < int(n.end); to++ {
		item := &d.nodes[at]
		if item.blank() {
			d.bad(item.line, fault.Text{TH: "รายการว่าง", EN: "an empty item"}, fault.Text{TH: "เติมค่าหรือลบบรรทัด", EN: "fill it in or remove the line"})
		} else {
			d.value(at, v.Index(to), s.elem, depth+1)
		}
		at = int(item.end)
	}
}

func (d *decoder) dictionary(i int, v reflect.Value, s *shape) {
	n := &d.nodes[i]
	if n.kind != mappingNode {
		d.want(n, fault.Text{TH: "ชื่อ: ค่า บรรทัดละคู่", EN: "name: value, one pair a line"})
		return
	}
	v.Set(reflect.MakeMap(v.Type()))
	for at := i + 1; at < int(n.end); {
		name := &d.nodes[at]
		key, val := reflect.New(v.Type().Key()).Elem(), reflect.New(v.Type().Elem()).Elem()
		d.value(at, key, s.key, 1)
		d.value(int(name.end), val, s.elem, 1)
		if v.MapIndex(key).IsValid() {
			d.bad(name.line, fault.Textf("%s ซ้ำ", "%s stands twice", name.value), fault.Text{})
		}
		v.SetMapIndex(key, val)
		at = int(d.nodes[name.end].end)
	}
}

func (d *decoder) mapping(i int, v reflect.Value, fields *fieldSet, depth int) {
	n := &d.nodes[i]
	if n.kind != mappingNode {
		names := strings.Join(fields.names, ", ")
		d.want(n, fault.Text{TH: "กลุ่มของ " + names, EN: "a group of " + names})
		return
	}
	var seen uint64
	next := 0
	for at := i + 1; at < int(n.end); {
		key := &d.nodes[at]
		f, known := fields.find(key.value, next)
		switch {
		case !d.ordinary(key):
		case key.kind != scalarNode:
			d.wrong(int(key.line), fault.Text{TH: "ชื่อช่องต้องเป็นคำ", EN: "the name of a field must be a word"}, fault.Text{})
		case !known:
			d.wrong(int(key.line), fault.Textf("ไม่รู้จักช่อง %q", "unknown field %q", key.value), fault.DidYouMean(key.value, fields.names))
		case seen&(1<<f) != 0:
			d.wrong(int(key.line), fault.Textf("ช่อง %s มีสองครั้ง", "field %s stands twice", key.value), fault.Text{TH: "ลบออกหนึ่งที่", EN: "remove one"})
		default:
			d.field(int(key.end), v.Field(fields.list[f].index), &fields.list[f], depth)
		}
		if known {
			seen |= 1 << f
			next = f + 1
		}
		at = int(d.nodes[key.end].end)
	}
	d.missing(n, fields, seen)
}

func (d *decoder) missing(n *node, fields *fieldSet, seen uint64) {
	for i := range fields.list {
		if f := &fields.list[i]; f.rules.required && seen&(1<<i) == 0 {
			d.wrong(int(n.line), fault.Textf("ขาดช่อง %s", "field %s is missing", f.name), fault.Text{TH: "เพิ่ม " + f.name + ":", EN: "add " + f.name + ":"})
		}
	}
}

// field reads one field; a required one may not be left empty.
func (d *decoder) field(i int, v reflect.Value, f *field, depth int) {
	n := &d.nodes[i]
	if f.rules.required && n.blank() {
		d.wrong(int(n.line), fault.Textf("ช่อง %s ว่าง", "field %s is empty", f.name), fault.Text{TH: "เติมค่า", EN: "fill it in"})
		return
	}
	outer := d.name
	d.name = f.name
	before := len(d.problems)
	d.value(i, v, f.shape, depth+1)
	if f.rules.required && f.shape.kind == textShape && v.IsZero() && len(d.problems) == before {
		d.bad(n.line, fault.Text{TH: "ว่าง", EN: "is empty"}, fault.Text{TH: "เติม th:", EN: "fill in th:"})
	}
	d.name = outer
}
