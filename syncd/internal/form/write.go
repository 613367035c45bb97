package form

import (
	"encoding/json"
	"errors"
	"net/url"
	"slices"
	"strings"

	"khumue/internal/calendar"
	"khumue/internal/catalog"
	"khumue/internal/corpus"
	"khumue/internal/fault"
)

// Paper is a filled-in form as the content file that it stands for.
type Paper struct {
	Source []byte   // it is for reading, not for keeping
	where  []string // the field on each line, from line 1
	values url.Values
	kind   Kind
	old    any
	at     corpus.File
	unread []Fault // what was typed and could not be written
}

// Write makes the file of a manual's form. Old is the manual that the form was made
// from: what no form shows is taken from it.
func Write(v url.Values, old *catalog.Manual) Paper { return Manuals.Write(v, old) }

// Write makes the file of a form, as of a manual's.
func (k Kind) Write(v url.Values, old any) Paper {
	p := Paper{values: v, kind: k, old: old, at: k.fileOf(old)}
	w := writer{values: v, where: []string{""}}
	before := k.Values(old, nil)
	w.was = before
	if k.hasBody() {
		w.line(0, "---", "")
	}
	for _, f := range k.shape.fields {
		w.values = v
		if !k.shows(f.name) {
			w.values = before
		}
		if f.name == k.identifier() && !k.shows(f.name) {
			w.line(0, f.name+": "+quoted(p.at.Name), "")
			continue
		}
		w.field(&f, f.name, 0)
	}
	if k.hasBody() {
		w.line(0, "---", "")
		w.b.WriteString(strings.ReplaceAll(v.Get(bodyName), "\r\n", "\n"))
	}
	p.Source, p.where, p.unread = []byte(w.b.String()), w.where, w.unread
	return p
}

// writer writes a form as YAML of one value a line, every one in quotes: so each
// line has its field, and nothing that is typed can mean anything but itself.
type writer struct {
	b      strings.Builder
	where  []string
	values url.Values
	was    url.Values // the form as it was made
	unread []Fault
}

// line writes a line about a field.
func (w *writer) line(indent int, s, path string) {
	w.b.WriteString(strings.Repeat(" ", indent))
	w.b.WriteString(s)
	w.b.WriteByte('\n')
	w.where = append(w.where, path)
}

// field writes a field, unless nothing is said of it. One that its group has to
// have is written empty.
func (w *writer) field(f *field, path string, indent int) {
	key := f.name + ":"
	if f.shape.kind == stated {
		w.stated(f, path, indent)
		return
	}
	if !w.said(f.shape, path) {
		if f.required {
			w.line(indent, key+` ""`, first(f.shape, path))
		}
		return
	}
	w.value(f.shape, key, path, indent)
}

// stated writes a field in three states. Rows or values in one of which nobody
// said how it is count as given.
func (w *writer) stated(f *field, path string, indent int) {
	inner := path + inside(f.shape.elem)
	switch {
	case state(w.values, path) == none:
		w.line(indent, f.name+`: "none"`, path)
	case w.said(f.shape.elem, inner):
		w.value(f.shape.elem, f.name+":", inner, indent)
	}
}

// value writes a value behind its key.
func (w *writer) value(s *shape, key, path string, indent int) {
	switch s.kind {
	case group:
		w.line(indent, key, path)
		w.group(s, path, indent+2)
	case rows:
		w.line(indent, key, path)
		for _, k := range keys(w.values, path) {
			row := join(path, k)
			if w.said(s.elem, row) {
				w.line(indent, "-", row)
				w.group(s.elem, row, indent+2)
			}
		}
	case text:
		w.line(indent, key, join(path, "th"))
		w.line(indent+2, "th: "+quoted(w.get(join(path, "th"))), join(path, "th"))
		if en := w.get(join(path, "en")); en != "" {
			w.line(indent+2, "en: "+quoted(en), join(path, "en"))
		}
	case spot:
		w.spot(key, path, indent)
	case words, lines:
		w.line(indent, key, path)
		for _, item := range w.items(s, path) {
			w.line(indent, "- "+quoted(item), path)
		}
	default:
		w.line(indent, key+" "+quoted(w.plain(s, path)), path)
	}
}

func (w *writer) group(s *shape, path string, indent int) {
	for i := range s.fields {
		w.field(&s.fields[i], join(path, s.fields[i].name), indent)
	}
}

// spot writes a position. One that can not be read, or is not in Thailand, is left
// out and told; one that stood there before stays, wherever it is.
func (w *writer) spot(key, path string, indent int) {
	typed := w.get(path)
	at, err := catalog.ParsePlace(typed)
	if err == nil && typed != w.was.Get(path) {
		err = at.InThailand()
	}
	if err != nil {
		f := Fault{Field: path, Severity: fault.Wrong, Lost: true}
		var told *fault.Error
		if errors.As(err, &told) {
			f.What, f.Hint = told.What, told.Hint
		}
		w.unread = append(w.unread, f)
		return
	}
	w.line(indent, key, path)
	w.line(indent+2, "lat: "+degrees(at.Lat), path)
	w.line(indent+2, "lng: "+degrees(at.Lng), path)
}

// said reports whether anything is said below a path, beyond what a new row
// begins with.
func (w *writer) said(s *shape, path string) bool {
	switch s.kind {
	case group:
		return slices.ContainsFunc(s.fields, func(f field) bool {
			at := join(path, f.name)
			if f.shape.kind == stated {
				return state(w.values, at) == none || w.said(f.shape.elem, at+inside(f.shape.elem))
			}
			return w.said(f.shape, at) && !w.begins(s, f.name, at)
		})
	case rows:
		return slices.ContainsFunc(keys(w.values, path), func(k string) bool { return w.said(s.elem, join(path, k)) })
	case text:
		return w.get(join(path, "th")) != "" || w.get(join(path, "en")) != ""
	case words, lines:
		return len(w.items(s, path)) > 0
	}
	return w.plain(s, path) != ""
}

// begins reports whether a field of a row says what it says in a new row.
func (w *writer) begins(s *shape, name, path string) bool {
	if said[s.typ.Name()] {
		return false
	}
	with, ok := beginnings[s.typ.Name()+"."+name]
	return ok && slices.Equal(w.values[path], with)
}

func (w *writer) get(name string) string { return tidy(w.values.Get(name)) }

// items are the words of a list.
func (w *writer) items(s *shape, path string) []string {
	var out []string
	if s.kind == words {
		for _, item := range w.values[path] {
			if item = tidy(item); item != "" {
				out = append(out, item)
			}
		}
		return out
	}
	for item := range strings.Lines(w.values.Get(path)) {
		if item = tidy(item); item != "" {
			out = append(out, item)
		}
	}
	return out
}

// plain is what is written of a value in one line. People write dates in many
// ways; content knows one.
func (w *writer) plain(s *shape, path string) string {
	typed := w.get(path)
	switch s.kind {
	case flag:
		if typed != "" {
			return "true"
		}
	case date:
		if d, err := calendar.ParseThai(typed); err == nil {
			return d.ISO()
		}
	case number, amount, clock:
		return calendar.ArabicDigits(typed)
	}
	return typed
}

// first is the field to lead to where a group or text is empty.
func first(s *shape, path string) string {
	switch s.kind {
	case text:
		return join(path, "th")
	case group:
		return first(s.fields[0].shape, join(path, s.fields[0].name))
	}
	return path
}

// tidy takes the line ends of browsers and blanks around a text.
func tidy(s string) string {
	return strings.TrimSpace(strings.ReplaceAll(strings.ToValidUTF8(s, "\uFFFD"), "\r\n", "\n"))
}

// quoted writes a text in quotes, as JSON and YAML both read it.
func quoted(s string) string {
	b, err := json.Marshal(s)
	if err != nil {
		return `""` // a string is never refused
	}
	return string(b)
}
