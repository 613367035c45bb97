package corpus

import (
	"reflect"
	"strings"

	"golang.org/x/text/unicode/norm"

	"khumue/internal/catalog"
)

// normal copies into dst, which is zero, what a content file can say of src:
// texts as reading gives them, nothing below a Stated that gives nothing.
func normal(dst, src reflect.Value, s *shape) {
	switch s.kind {
	case statedShape:
		normalStated(dst, src, s)
	case textShape, groupShape:
		normalFields(dst, src, s.fields)
	case listShape, scopeShape:
		if src.IsNil() {
			return
		}
		dst.Set(reflect.MakeSlice(src.Type(), src.Len(), src.Len()))
		for i := range src.Len() {
			normal(dst.Index(i), src.Index(i), s.elem)
		}
	case dictionaryShape:
		dst.Set(src)
	case idShape, wordShape, stringShape:
		dst.SetString(normalText(src.String()))
	default:
		dst.Set(src)
	}
}

func normalFields(dst, src reflect.Value, fields *fieldSet) {
	for i := range fields.list {
		f := &fields.list[i]
		normal(dst.Field(f.index), src.Field(f.index), f.shape)
	}
}

func normalStated(dst, src reflect.Value, s *shape) {
	switch state := src.Field(0); catalog.State(state.String()) {
	case catalog.None:
		dst.Field(0).Set(state)
	case catalog.Given:
		dst.Field(0).Set(state)
		if s.elem.kind != listShape || src.Field(1).Len() > 0 {
			normal(dst.Field(1), src.Field(1), s.elem)
		}
	}
}

var lineEnds = strings.NewReplacer("\r\n", "\n", "\r", "\n")

func normalText(s string) string {
	if _, clean := survey(s); clean {
		return strings.TrimSpace(s)
	}
	if strings.IndexByte(s, '\r') >= 0 {
		s = lineEnds.Replace(s)
	}
	return norm.NFC.String(strings.TrimSpace(strings.ToValidUTF8(s, "\uFFFD")))
}

// alike reports whether two structs of the catalog say the same in all that
// their content file holds above the body.
func alike(a, b reflect.Value) bool {
	for _, f := range fieldsOf(a.Type()).list {
		if !sameValue(a.Field(f.index), b.Field(f.index)) {
			return false
		}
	}
	return true
}

func sameValue(a, b reflect.Value) bool {
	return reflect.DeepEqual(a.Interface(), b.Interface())
}
