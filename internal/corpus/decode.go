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
	name     string // the field being read
	problems fault.Problems
}

// bad reports a problem with the value of the field being read.
func (d *decoder) bad(line int, what, hint fault.Text) {
	if d.name != "" {
		what = fault.Text{TH: d.name + " " + what.TH, EN: d.name + " " + what.EN}
	}
	d.wrong(line, what, hint)
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
	root, ok := d.parse(src)
	if !ok {
		return
	}
	d.value(root, reflect.ValueOf(v).Elem(), rules{}, 0)
}

var yamlLine = regexp.MustCompile(`^yaml: (?:line (\d+): )?(.*)`)

// parse returns the root mapping of src.
func (d *decoder) parse(src []byte) (*yaml.Node, bool) {
	if !utf8.Valid(src) {
		d.wrong(invalidLine(src), fault.Text{TH: "ไฟล์ไม่ใช่ UTF-8", EN: "the file is not UTF-8"},
			fault.Text{TH: "บันทึกใหม่เป็น UTF-8", EN: "save it again as UTF-8"})
		return nil, false
	}
	var doc yaml.Node
	dec := yaml.NewDecoder(strings.NewReader(string(src)))
	if err := dec.Decode(&doc); errors.Is(err, io.EOF) {
		d.wrong(1, fault.Text{TH: "ไฟล์หรือส่วนหัวว่างเปล่า", EN: "there is nothing in it"},
			fault.Text{TH: "เติมอย่างน้อยช่องที่ต้องมี ดู doc/content-format.md", EN: "fill in at least the required fields; doc/content-format.md lists them"})
		return nil, false
	} else if err != nil {
		d.syntax(err)
		return nil, false
	}
	if root := doc.Content[0]; root.Kind == yaml.MappingNode {
		return root, d.single(dec)
	}
	d.wrong(doc.Line, fault.Text{TH: "ไฟล์ต้องเป็นรายการ ชื่อ: ค่า", EN: "the file must consist of name: value lines"}, fault.Text{})
	return nil, false
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

// isStated reports whether t is a catalog.Stated of any value.
func isStated(t reflect.Type) bool {
	return t.Kind() == reflect.Struct && t.PkgPath() == textType.PkgPath() && strings.HasPrefix(t.Name(), "Stated[")
}

var (
	textType     = reflect.TypeFor[catalog.Text]()
	scopeType    = reflect.TypeFor[catalog.Scope]()
	unmarshalers = reflect.TypeFor[encoding.TextUnmarshaler]()
)

func isNull(n *yaml.Node) bool { return n.Kind == yaml.ScalarNode && n.Tag == "!!null" }

// value reads n into v. What is null counts as not written.
func (d *decoder) value(n *yaml.Node, v reflect.Value, r rules, depth int) {
	switch {
	case !d.ordinary(n):
	case depth > maxDepth:
		d.bad(n.Line, fault.Text{TH: "ซ้อนกันลึกเกินไป", EN: "nested too deeply"}, fault.Text{})
	case isNull(n):
	case isStated(v.Type()):
		d.stated(n, v, r, depth)
	case v.Type() == textType:
		d.text(n, v.Addr().Interface().(*catalog.Text), r)
	case v.Type() == scopeType && n.Kind == yaml.ScalarNode:
		if n.Value != "all" {
			d.want(n, fault.Text{TH: "all หรือรายการรหัสจังหวัด", EN: "all, or a list of province codes"})
		}
	case reflect.PointerTo(v.Type()).Implements(unmarshalers):
		d.unmarshal(n, v)
	default:
		d.plain(n, v, r, depth)
	}
}

// ordinary reports whether n is written without anchor, alias and tag; tags
// would change what a value means.
func (d *decoder) ordinary(n *yaml.Node) bool {
	switch {
	case n.Kind == yaml.AliasNode || n.Anchor != "":
		d.bad(n.Line, fault.Text{TH: "ไม่ใช้ & และ * ของ YAML", EN: "YAML anchors and aliases are not used here"},
			fault.Text{TH: "เขียนค่าเต็ม", EN: "write the value out"})
		return false
	case n.Style&yaml.TaggedStyle != 0:
		d.bad(n.Line, fault.Textf("ไม่ใช้ป้ายชนิด %s ของ YAML", "the YAML tag %s is not used here", n.Tag),
			fault.Text{TH: "ลบออก ข้อความที่ขึ้นต้นด้วย ! ให้ใส่ \"…\"", EN: "remove it; put \"…\" around text that begins with !"})
		return false
	}
	return true
}

func (d *decoder) plain(n *yaml.Node, v reflect.Value, r rules, depth int) {
	switch v.Kind() {
	case reflect.Struct:
		d.mapping(n, v, depth)
	case reflect.Slice:
		d.sequence(n, v, r, depth)
	case reflect.Map:
		d.dictionary(n, v)
	case reflect.String:
		d.str(n, v, r)
	case reflect.Bool:
		d.boolean(n, v)
	case reflect.Int, reflect.Float64:
		d.number(n, v, r)
	default:
		panic("corpus: no rule to read a " + v.Type().String())
	}
}

func (d *decoder) want(n *yaml.Node, what fault.Text) {
	d.bad(n.Line, fault.Text{TH: "เป็นค่าที่ใช้ไม่ได้", EN: "this value does not fit"},
		fault.Text{TH: "เขียน " + what.TH, EN: "write " + what.EN})
}

func (d *decoder) stated(n *yaml.Node, v reflect.Value, r rules, depth int) {
	if n.Kind == yaml.ScalarNode && n.Value == string(catalog.None) {
		v.Field(0).SetString(string(catalog.None))
		return
	}
	v.Field(0).SetString(string(catalog.Given))
	inner := v.Field(1)
	if n.Kind == yaml.SequenceNode && len(n.Content) == 0 {
		d.bad(n.Line, fault.Text{TH: "รายการว่าง", EN: "the list is empty"},
			fault.Text{TH: "เขียน none ถ้าไม่มี หรือลบบรรทัดนี้ถ้ายังไม่กรอก", EN: "write none where there is none, or remove the line while it is not filled in"})
		return
	}
	d.value(n, inner, r, depth)
}

// scalar returns the text of a scalar, NFC, or reports what stands there.
func (d *decoder) scalar(n *yaml.Node) (string, bool) {
	if n.Kind != yaml.ScalarNode {
		d.bad(n.Line, fault.Text{TH: "ต้องเป็นข้อความบรรทัดเดียวหรือข้อความต่อเนื่อง", EN: "this must be a text, not a list or a group"}, fault.Text{})
		return "", false
	}
	if i := strings.IndexFunc(n.Value, hidden); i >= 0 {
		r, _ := utf8.DecodeRuneInString(n.Value[i:])
		d.bad(n.Line, fault.Textf("มีอักขระควบคุมที่มองไม่เห็น (U+%04X)", "there is an invisible control character (U+%04X)", r),
			fault.Text{TH: "ลบแล้วพิมพ์ใหม่", EN: "remove it and type the text again"})
		return "", false
	}
	return norm.NFC.String(strings.TrimSpace(n.Value)), true
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

func (d *decoder) text(n *yaml.Node, t *catalog.Text, r rules) {
	if n.Kind == yaml.MappingNode {
		d.mapping(n, reflect.ValueOf(t).Elem(), 0)
		if t.TH == "" && t.EN != "" {
			d.bad(n.Line, fault.Text{TH: "มีแต่ภาษาอังกฤษ", EN: "there is English but no Thai"}, fault.Text{TH: "เพิ่ม th:", EN: "add th:"})
		}
	} else if s, ok := d.scalar(n); ok {
		t.TH = s
	}
	d.length(n, t.TH, r)
	d.length(n, t.EN, r)
}

func (d *decoder) length(n *yaml.Node, s string, r rules) {
	limit := r.max
	if limit == 0 {
		limit = 2000
	}
	if got := utf8.RuneCountInString(s); float64(got) > limit {
		d.bad(n.Line, fault.Textf("ข้อความยาว %d ตัวอักษร เกิน %d", "the text has %d characters, more than %d", got, int(limit)),
			fault.Text{TH: "เขียนให้สั้นลง", EN: "shorten it"})
	}
}

func (d *decoder) unmarshal(n *yaml.Node, v reflect.Value) {
	s, ok := d.scalar(n)
	if !ok {
		return
	}
	if err := v.Addr().Interface().(encoding.TextUnmarshaler).UnmarshalText([]byte(s)); err != nil {
		what, hint := told(err)
		d.bad(n.Line, what, hint)
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

func (d *decoder) str(n *yaml.Node, v reflect.Value, r rules) {
	s, ok := d.scalar(n)
	if !ok {
		return
	}
	if enum, isEnum := v.Interface().(interface{ Values() []string }); isEnum {
		if !slices.Contains(enum.Values(), s) {
			d.bad(n.Line, fault.Textf("ไม่รู้จักค่า %q", "unknown value %q", s), didYouMean(s, enum.Values()))
			return
		}
	} else if what, hint := r.check(s); !what.IsZero() {
		d.bad(n.Line, what, hint)
		return
	}
	d.length(n, s, r)
	v.SetString(s)
}

func (d *decoder) boolean(n *yaml.Node, v reflect.Value) {
	switch n.Value {
	case "true", "false":
		v.SetBool(n.Value == "true")
	default:
		d.want(n, fault.Text{TH: "true หรือ false", EN: "true or false"})
	}
}

func (d *decoder) number(n *yaml.Node, v reflect.Value, r rules) {
	s, ok := d.scalar(n)
	if !ok {
		return
	}
	f, err := strconv.ParseFloat(s, 64)
	if err != nil || f != f || f > 1e15 || f < -1e15 || v.Kind() == reflect.Int && f != float64(int64(f)) {
		d.bad(n.Line, fault.Textf("%q ไม่ใช่ตัวเลขที่ใช้ได้", "%q is not a number that fits", s), fault.Text{})
		return
	}
	if r.max != 0 && f > r.max || r.hasMin && f < r.min {
		d.bad(n.Line, fault.Textf("%s ต้องอยู่ระหว่าง %v ถึง %v", "%s is not between %v and %v", s, r.min, r.max), fault.Text{})
		return
	}
	if v.Kind() == reflect.Int {
		v.SetInt(int64(f))
	} else {
		v.SetFloat(f)
	}
}

func (d *decoder) sequence(n *yaml.Node, v reflect.Value, r rules, depth int) {
	if n.Kind != yaml.SequenceNode {
		d.want(n, fault.Text{TH: "รายการ บรรทัดละข้อ ขึ้นต้นด้วย -", EN: "a list, one item a line, each beginning with -"})
		return
	}
	if r.max != 0 && float64(len(n.Content)) > r.max {
		d.bad(n.Line, fault.Textf("มี %d รายการ เกิน %d", "there are %d items, more than %d", len(n.Content), int(r.max)), fault.Text{})
		return
	}
	v.Set(reflect.MakeSlice(v.Type(), len(n.Content), len(n.Content)))
	for i, item := range n.Content {
		if blank(item) {
			d.bad(item.Line, fault.Text{TH: "รายการว่าง", EN: "an empty item"}, fault.Text{TH: "เติมค่าหรือลบบรรทัด", EN: "fill it in or remove the line"})
			continue
		}
		d.value(item, v.Index(i), r.ofItem(), depth+1)
	}
}

func (d *decoder) dictionary(n *yaml.Node, v reflect.Value) {
	if n.Kind != yaml.MappingNode {
		d.want(n, fault.Text{TH: "ชื่อ: ค่า บรรทัดละคู่", EN: "name: value, one pair a line"})
		return
	}
	v.Set(reflect.MakeMap(v.Type()))
	for i := 0; i+1 < len(n.Content); i += 2 {
		key, val := reflect.New(v.Type().Key()).Elem(), reflect.New(v.Type().Elem()).Elem()
		d.value(n.Content[i], key, rules{}, 1)
		d.value(n.Content[i+1], val, rules{}, 1)
		if v.MapIndex(key).IsValid() {
			d.bad(n.Content[i].Line, fault.Textf("%s ซ้ำ", "%s stands twice", n.Content[i].Value), fault.Text{})
		}
		v.SetMapIndex(key, val)
	}
}

func (d *decoder) mapping(n *yaml.Node, v reflect.Value, depth int) {
	if n.Kind != yaml.MappingNode {
		d.want(n, fault.Text{TH: "กลุ่มของ " + fieldNames(v.Type()), EN: "a group of " + fieldNames(v.Type())})
		return
	}
	fields := fieldsOf(v.Type())
	seen := make(map[string]bool, len(n.Content)/2)
	for i := 0; i+1 < len(n.Content); i += 2 {
		key := n.Content[i]
		f, known := fields.byName[key.Value]
		switch {
		case !d.ordinary(key):
		case key.Kind != yaml.ScalarNode:
			d.wrong(key.Line, fault.Text{TH: "ชื่อช่องต้องเป็นคำ", EN: "the name of a field must be a word"}, fault.Text{})
		case !known:
			d.wrong(key.Line, fault.Textf("ไม่รู้จักช่อง %q", "unknown field %q", key.Value), didYouMean(key.Value, fields.names))
		case seen[key.Value]:
			d.wrong(key.Line, fault.Textf("ช่อง %s มีสองครั้ง", "field %s stands twice", key.Value), fault.Text{TH: "ลบออกหนึ่งที่", EN: "remove one"})
		default:
			d.field(n.Content[i+1], v.Field(f.index), f, depth)
		}
		seen[key.Value] = true
	}
	for _, f := range fields.required {
		if !seen[f] {
			d.wrong(n.Line, fault.Textf("ขาดช่อง %s", "field %s is missing", f), fault.Text{TH: "เพิ่ม " + f + ":", EN: "add " + f + ":"})
		}
	}
}

// field reads one field; a required one may not be left empty.
func (d *decoder) field(n *yaml.Node, v reflect.Value, f field, depth int) {
	if f.rules.required && blank(n) {
		d.wrong(n.Line, fault.Textf("ช่อง %s ว่าง", "field %s is empty", f.name), fault.Text{TH: "เติมค่า", EN: "fill it in"})
		return
	}
	outer := d.name
	d.name = f.name
	before := len(d.problems)
	d.value(n, v, f.rules, depth+1)
	if f.rules.required && v.Type() == textType && v.IsZero() && len(d.problems) == before {
		d.bad(n.Line, fault.Text{TH: "ว่าง", EN: "is empty"}, fault.Text{TH: "เติม th:", EN: "fill in th:"})
	}
	d.name = outer
}

// blank reports whether nothing is written: no value, no words, an empty list
// or group.
func blank(n *yaml.Node) bool {
	if n.Kind == yaml.ScalarNode {
		return isNull(n) || strings.TrimSpace(n.Value) == ""
	}
	return n.Kind != yaml.AliasNode && len(n.Content) == 0
}

func fieldNames(t reflect.Type) string { return strings.Join(fieldsOf(t).names, ", ") }
