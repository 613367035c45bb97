package press

import (
	"fmt"
	"html/template"
	"reflect"
	"strconv"
	"strings"
	"text/template/parse"
)

// escaperPrefix begins the names of the functions that html/template adds to
// the end of a pipeline.
const escaperPrefix = "_html_template_"

// output compiles the printing of a value.
func (c *compiler) output(n *parse.ActionNode) action {
	cmds := n.Pipe.Cmds
	var escapers []string
	for len(cmds) > 0 {
		id, ok := cmds[len(cmds)-1].Args[0].(*parse.IdentifierNode)
		if !ok || len(cmds[len(cmds)-1].Args) > 1 || !strings.HasPrefix(id.Ident, escaperPrefix) {
			break
		}
		escapers = append([]string{strings.TrimPrefix(id.Ident, escaperPrefix)}, escapers...)
		cmds = cmds[:len(cmds)-1]
	}
	if len(cmds) == 0 {
		unknown("%s", n)
	}
	v := c.chainOf(cmds)
	if text, content, ok := v.printed(); ok {
		if write := writer(content, escapers); write != nil {
			return func(r *run, dot reflect.Value) signal { r.out = write(r.out, text(r, dot)); return next }
		}
	}
	if len(escapers) == 0 {
		unknown("%s", n) // html/template escapes everything but what it sees escaped
	}
	if v.isWhole() && harmless[strings.Join(escapers, " ")] {
		return number10(v)
	}
	return anything(v, escapers)
}

// harmless are the escapers that leave a number as it is.
var harmless = map[string]bool{
	"htmlescaper": true, "attrescaper": true, "rcdataescaper": true,
	"urlfilter urlnormalizer attrescaper": true, "urlnormalizer attrescaper": true, "urlescaper attrescaper": true,
}

func (v value) isWhole() bool {
	return v.typ == intType || v.whole != nil
}

func number10(v value) action {
	number := v.int()
	return func(r *run, dot reflect.Value) signal {
		r.out = strconv.AppendInt(r.out, int64(number(r, dot)), 10)
		return next
	}
}

var (
	stringerType  = reflect.TypeFor[fmt.Stringer]()
	formatterType = reflect.TypeFor[fmt.Formatter]()
	attrType      = reflect.TypeFor[template.HTMLAttr]()
	urlType       = reflect.TypeFor[template.URL]()
	jsType        = reflect.TypeFor[template.JS]()
)

// trusted are the types whose values html/template may take as they are.
var trusted = map[reflect.Type]bool{
	htmlType: true, attrType: true, urlType: true, reflect.TypeFor[template.CSS](): true, jsType: true,
	reflect.TypeFor[template.JSStr](): true, reflect.TypeFor[template.Srcset](): true,
}

// printed is the text as which a value is printed, and its type: string, or one
// of those trusted.
func (v value) printed() (text func(*run, reflect.Value) string, content reflect.Type, ok bool) {
	switch {
	case v.typ == nil || v.typ.Kind() == reflect.Pointer:
	case trusted[v.typ] || v.typ == stringType:
		return v.string(), v.typ, true
	case v.typ.Implements(formatterType):
	case v.typ.Implements(errorType):
		return v.saidBy(func(x any) string { return x.(error).Error() }), stringType, true
	case v.typ.Implements(stringerType):
		return v.saidBy(func(x any) string { return x.(fmt.Stringer).String() }), stringType, true
	case v.typ.Kind() == reflect.String:
		return v.string(), stringType, true
	}
	return nil, nil, false
}

// saidBy is the text that the value itself says.
func (v value) saidBy(say func(any) string) func(*run, reflect.Value) string {
	get, addr := v.get, v.addr
	return func(r *run, dot reflect.Value) string {
		v := get(r, dot)
		if addr {
			return say(v.Addr().Interface())
		}
		return say(v.Interface())
	}
}

// writer appends a text through the escapers; nil where they are not among
// those that most pages need.
func writer(content reflect.Type, escapers []string) func(dst []byte, s string) []byte {
	plain := content == stringType
	switch strings.Join(escapers, " ") {
	case "":
		if plain {
			return appendRaw
		}
	case "htmlescaper":
		if content == htmlType {
			return appendRaw
		}
		return appendHTML
	case "attrescaper", "rcdataescaper":
		if content != htmlType {
			return appendHTML
		}
	case "htmlnamefilter":
		if content == attrType {
			return appendRaw
		}
	case "jsvalescaper":
		if content == jsType {
			return appendRaw
		}
	case "urlfilter urlnormalizer attrescaper":
		if content == urlType {
			return appendURL
		}
		return appendSafeURL
	case "urlfilter attrescaper":
		if content == stringType {
			return appendSafeRest
		}
	case "urlnormalizer attrescaper":
		return appendURL
	case "urlescaper attrescaper":
		if content == urlType {
			return appendURL
		}
		return appendURLPart
	}
	return nil
}

// anything compiles the printing of what is not a simple text.
func anything(v value, escapers []string) action {
	get := v.get
	first, rest := escapers[0], escapers[1:]
	quick := writer(stringType, escapers)
	return func(r *run, dot reflect.Value) signal {
		x := boxed(get(r, dot))
		if s, ok := x.(string); ok && quick != nil {
			r.out = quick(r.out, s)
			return next
		}
		if first == "jsvalescaper" && len(rest) == 0 {
			r.out = appendJS(r.out, x)
			return next
		}
		s := escape(first, x)
		for _, name := range rest {
			s = escape(name, s)
		}
		r.out = append(r.out, s...)
		return next
	}
}
