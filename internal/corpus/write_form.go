package corpus

import (
	"encoding"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"khumue/internal/calendar"
	"khumue/internal/catalog"
)

// flowWidth is how many characters a group or a list may have to be written
// in one line, and flowFields how many fields the type of such a group.
const (
	flowWidth  = 110
	flowFields = 4
)

// laidOut returns a value as the house writes it: what stands behind its key or
// dash, and the lines below. Those stand two columns further in than col, the
// column of the key or dash.
func laidOut(v reflect.Value, s *shape, col int) (inline, below string) {
	s, v = stated(s, v)
	if s == nil {
		return string(catalog.None), ""
	}
	if text, ok := single(v, s); ok {
		if literal(text) {
			return "|-", indented(text, col+2)
		}
		return scalar(text, false), ""
	}
	if brief(v, s) {
		return flowText(v, s), ""
	}
	var b strings.Builder
	switch s.kind {
	case textShape, groupShape:
		fieldLines(&b, v, s.fields, col+2, false)
	case listShape, scopeShape:
		for i := range v.Len() {
			b.WriteString(rowLines(v.Index(i), s.elem, col+2))
		}
	case dictionaryShape:
		for _, k := range sortedKeys(v) {
			b.WriteString(strings.Repeat(" ", col+2) + flowText(k, s.key) + ": " + flowText(v.MapIndex(k), s.elem) + "\n")
		}
	default:
		return atom(v, s, false), ""
	}
	return "", b.String()
}

// stated follows a Stated to what is given; the shape is nil when that is none.
func stated(s *shape, v reflect.Value) (*shape, reflect.Value) {
	if s.kind != statedShape {
		return s, v
	}
	if v.Field(0).String() == string(catalog.None) {
		return nil, v
	}
	return stated(s.elem, v.Field(1))
}

// single returns what is written as one text.
func single(v reflect.Value, s *shape) (string, bool) {
	switch s.kind {
	case textShape:
		return v.Field(0).String(), v.Field(1).Len() == 0
	case stringShape:
		return v.String(), true
	}
	return "", false
}

// fieldLines appends the fields of a group, each from column col on.
func fieldLines(b *strings.Builder, v reflect.Value, fields *fieldSet, col int, row bool) {
	for i := range fields.list {
		if f := &fields.list[i]; present(v.Field(f.index), f, row) {
			b.WriteString(fieldText(v.Field(f.index), f, col))
		}
	}
}

// fieldText is one field of a group as lines from column col on.
func fieldText(v reflect.Value, f *field, col int) string {
	inline, below := laidOut(v, f.shape, col)
	if inline != "" {
		inline = " " + inline
	}
	return strings.Repeat(" ", col) + f.name + ":" + inline + "\n" + below
}

// rowLines is one row of a list, its dash at column col.
func rowLines(v reflect.Value, s *shape, col int) string {
	inline, below := rowParts(v, s, col)
	return strings.Repeat(" ", col) + "- " + inline + "\n" + below
}

// rowParts is one row of a list: what stands behind the dash, which is at
// column col, and the lines below.
func rowParts(v reflect.Value, s *shape, col int) (inline, below string) {
	switch {
	case s.kind == groupShape && (!hasText(s) && briefGroup(v, s) || v.IsZero()), s.kind == listShape:
		return flowText(v, s), ""
	case s.kind == groupShape:
		var b strings.Builder
		fieldLines(&b, v, s.fields, col+2, true)
		below = b.String()
	default:
		inline, below = laidOut(v, s, col)
	}
	if inline == "" {
		inline, below, _ = strings.Cut(below[col+2:], "\n")
	}
	return inline, below
}

// present reports whether a field of a new value is written at all. Counts of a
// row are written even where they are 0.
func present(v reflect.Value, f *field, row bool) bool {
	switch f.shape.kind {
	case statedShape:
		return v.Field(0).Len() > 0
	case listShape, scopeShape, dictionaryShape:
		return !v.IsNil()
	case numberShape:
		return !v.IsZero() || f.rules.required || row && f.rules.hasMin && f.rules.min == 0
	}
	return !v.IsZero() || f.rules.required && v.Type() == timeOfDay
}

var timeOfDay = reflect.TypeFor[calendar.TimeOfDay]()

// hasText reports whether a group holds words that people read.
func hasText(s *shape) bool {
	switch s.kind {
	case textShape:
		return true
	case statedShape, listShape:
		return hasText(s.elem)
	case groupShape:
		return slices.ContainsFunc(s.fields.list, func(f field) bool { return hasText(f.shape) })
	}
	return false
}

// brief reports whether a value that is no scalar is written in one line.
func brief(v reflect.Value, s *shape) bool {
	switch s.kind {
	case textShape:
		return !slices.ContainsFunc(s.fields.list, func(f field) bool { return strings.Contains(v.Field(f.index).String(), "\n") }) && short(v, s)
	case groupShape:
		return briefGroup(v, s)
	case scopeShape:
		return true
	case listShape:
		return briefList(v, s)
	case dictionaryShape:
		return v.Len() == 0
	}
	return false
}

func briefGroup(v reflect.Value, s *shape) bool {
	if len(s.fields.list) > flowFields {
		return v.IsZero()
	}
	for i := range s.fields.list {
		f := &s.fields.list[i]
		inner, val := stated(f.shape, v.Field(f.index))
		if inner == nil || !present(v.Field(f.index), f, false) {
			continue
		}
		if text, ok := single(val, inner); ok && strings.Contains(text, "\n") {
			return false
		} else if !ok && inner.kind <= dictionaryShape && inner.kind != idShape && inner.kind != writtenShape && !brief(val, inner) {
			return false
		}
		if inner.kind == listShape && inner.elem.kind == groupShape {
			return false
		}
	}
	return short(v, s)
}

// briefList reports whether a list is written in one line: words, slugs and
// other short things are, identifiers and what people say are not.
func briefList(v reflect.Value, s *shape) bool {
	switch s.elem.kind {
	case wordShape:
		return true
	case idShape:
		return v.Len() == 0 || v.Type().Elem() == slugType
	case stringShape:
		return v.Len() == 0 || s.elem.rules == rules{} && s.rules.max <= 10 && short(v, s)
	case scopeShape, groupShape, textShape, listShape:
		return v.Len() == 0
	}
	return short(v, s)
}

var slugType = reflect.TypeFor[catalog.Slug]()

func short(v reflect.Value, s *shape) bool {
	text := flowText(v, s)
	return utf8.RuneCountInString(text) <= flowWidth
}

// flowText is a value in one line, as it may stand within brackets.
func flowText(v reflect.Value, s *shape) string {
	s, v = stated(s, v)
	if s == nil {
		return string(catalog.None)
	}
	if text, ok := single(v, s); ok {
		return scalar(text, true)
	}
	var parts []string
	switch s.kind {
	case textShape, groupShape:
		for i := range s.fields.list {
			if f := &s.fields.list[i]; present(v.Field(f.index), f, false) {
				parts = append(parts, f.name+": "+flowText(v.Field(f.index), f.shape))
			}
		}
		return "{" + strings.Join(parts, ", ") + "}"
	case listShape, scopeShape:
		for i := range v.Len() {
			parts = append(parts, flowText(v.Index(i), s.elem))
		}
		return "[" + strings.Join(parts, ", ") + "]"
	case dictionaryShape:
		for _, k := range sortedKeys(v) {
			parts = append(parts, flowText(k, s.key)+": "+flowText(v.MapIndex(k), s.elem))
		}
		return "{" + strings.Join(parts, ", ") + "}"
	}
	return atom(v, s, true)
}

func sortedKeys(v reflect.Value) []reflect.Value {
	keys := v.MapKeys()
	slices.SortFunc(keys, func(a, b reflect.Value) int { return strings.Compare(a.String(), b.String()) })
	return keys
}

// atom is a value that is no group, list or text.
func atom(v reflect.Value, s *shape, flow bool) string {
	switch s.kind {
	case boolShape:
		return strconv.FormatBool(v.Bool())
	case numberShape:
		if v.CanInt() {
			return strconv.FormatInt(v.Int(), 10)
		}
		return strconv.FormatFloat(v.Float(), 'f', -1, 64)
	case writtenShape:
		return marshalled(v, flow)
	}
	return scalar(v.String(), flow)
}

// marshalled is a value that has a text of its own: amounts and dates as they
// are, others as text.
func marshalled(v reflect.Value, flow bool) string {
	switch x := v.Interface().(type) {
	case catalog.Amount:
		return strings.ReplaceAll(x.Percent(), ",", "")
	case calendar.Date:
		return x.ISO()
	case encoding.TextMarshaler:
		text, _ := x.MarshalText() // a time of day has one whatever it is
		return scalar(string(text), flow)
	}
	return scalar(v.String(), flow)
}

// scalar writes a text in one line, in quotes where YAML needs them.
func scalar(s string, flow bool) string {
	if barely(s, flow) {
		return s
	}
	b := make([]byte, 0, len(s)+2)
	b = append(b, '"')
	for _, r := range s {
		switch {
		case r == '"' || r == '\\':
			b = append(b, '\\', byte(r))
		case r == '\n':
			b = append(b, `\n`...)
		case r == '\t':
			b = append(b, `\t`...)
		case unprintable(r):
			b = append(b, '\\', 'u', hex[r>>12&0xF], hex[r>>8&0xF], hex[r>>4&0xF], hex[r&0xF])
		default:
			b = utf8.AppendRune(b, r)
		}
	}
	return string(append(b, '"'))
}

// unprintable reports whether YAML wants r escaped.
func unprintable(r rune) bool {
	switch {
	case r < ' ', r >= 0x7F && r < 0xA0, r == 0x2028, r == 0x2029, r == 0xFEFF, r == 0xFFFE, r == 0xFFFF:
		return true
	}
	return false
}

// barely reports whether a text may stand without quotes and still be a text,
// to this reader and to those of editors.
func barely(s string, flow bool) bool {
	if s == "" || chars[s[0]]&beginsPlain == 0 && !(s[0] == '-' && len(s) > 1 && s[1] >= '0' && s[1] <= '9') {
		return false
	}
	for i := range len(s) {
		switch c := s[i]; {
		case c == ':' && spaceAt(s, i+1), c == '#' && s[i-1] == ' ', flow && strings.IndexByte(",[]{}?", c) >= 0:
			return false
		}
	}
	return s[len(s)-1] != ' ' && strings.IndexFunc(s, unprintable) < 0 && !otherThanText(s)
}

var numeric = regexp.MustCompile(`^([-+]?(\d[\d_,]*)?\.?\d[\d_]*\.?\d*([eE][-+]?\d+)?|0[xob][\da-fA-F_]+|[-+]?\d+(:[0-5]?\d)+(\.\d*)?|\d{4}-\d\d?-\d\d?([Tt ].*)?|[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN))$`)

// otherThanText reports whether YAML, of whatever version, takes a bare word for
// something else, or content files do.
func otherThanText(s string) bool {
	switch strings.ToLower(s) {
	case "null", "~", "true", "false", "yes", "no", "on", "off", "y", "n", "none", "<<", "=", "...":
		return true
	}
	c := s[0]
	return (c == '-' || c == '+' || c == '.' || c >= '0' && c <= '9') && numeric.MatchString(s)
}

// literal reports whether a text is written as a block of lines.
func literal(s string) bool {
	return strings.Contains(s, "\n") && s[0] != '\n' && strings.IndexFunc(s, func(r rune) bool { return r != '\n' && r != '\t' && unprintable(r) }) < 0
}

// indented writes the lines of a text from column col on; empty ones stay empty.
func indented(s string, col int) string {
	var b strings.Builder
	for line := range strings.SplitSeq(s, "\n") {
		if line != "" {
			b.WriteString(strings.Repeat(" ", col))
			b.WriteString(line)
		}
		b.WriteByte('\n')
	}
	return b.String()
}
