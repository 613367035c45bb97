// Package form turns a manual, an agency, a service point, a process or another
// service into the fields of a form, and what a form says back into it.
//
// A filled-in form is url.Values, as browsers post it: all else is made from
// that, so that whatever was typed is shown again, even what means nothing.
// Fields are called as in content files: title.th, fees.0.min. A field in three
// states has its state ("", "none" or "given") under its own name; of a list the
// keys of the rows stand under the name with ".rows", in their order, and a row's
// fields under its key, which is no place: rows move without being renamed.
//
// What a value may be is decided by package corpus alone: Write makes of a form
// the content file that it stands for, a value a line, and what reading that
// file says is told of the field on that line.
//
// A tour: shape.go reads the catalog's structs, kind.go tells of what there are
// forms and kinds.go in which parts, values.go fills a form in, write.go makes the
// file of it, read.go the value, rows.go adds, moves and removes rows, show.go describes the form to a page, words.go holds what people
// read. It refuses to know HTML, files and who may.
package form

import (
	"net/url"
	"strings"

	"khumue/internal/fault"
)

// Limits of a form, beyond those of a content file.
const (
	MaxBytes  = 2 << 20 // of all values together
	MaxValues = 20_000
)

// Names beside those of fields.
const (
	rowsMark = ".rows"  // the keys of a list's rows
	listMark = ".list"  // of a list of words in three states: one a line
	sumMark  = ".value" // of a number in three states
	endMark  = "end"    // the last value of every form: one that is cut off lacks it
	bodyName = "body"
)

// English is the value that shows the English fields too.
const English = "english"

// States of a field, as a form says them.
const (
	absent = ""
	none   = "none"
	given  = "given"
)

// Fault is something wrong with a field, or not filled in.
type Fault struct {
	Field    string // its id in the form; "" when it concerns the whole
	Severity fault.Severity
	What     fault.Text
	Hint     fault.Text // what to write instead; may be empty
	Lost     bool       // what was typed could not be read: it is not in the value
}

// Check refuses a form that did not come whole, or is larger than any manual: an
// error of kind Invalid.
func Check(v url.Values) error {
	if v.Get(endMark) == "" {
		return fault.New(fault.Invalid, fault.Text{TH: "ได้รับแบบฟอร์มไม่ครบ", EN: "The form did not arrive whole"},
			fault.Text{TH: "กลับไปหน้าเดิมแล้วส่งใหม่ สิ่งที่พิมพ์ยังอยู่ในหน้านั้น", EN: "Go back and send it again: what was typed is still on that page."})
	}
	count, size := 0, 0
	for name, list := range v {
		count += len(list)
		for _, s := range list {
			size += len(name) + len(s)
		}
	}
	if count > MaxValues || size > MaxBytes {
		return fault.New(fault.Invalid, fault.Text{TH: "แบบฟอร์มใหญ่เกินไป", EN: "The form is too large"},
			fault.Text{TH: "ลดข้อความหรือจำนวนแถว", EN: "Shorten texts, or use fewer rows."})
	}
	return nil
}

// state reads the state of a field.
func state(v url.Values, path string) string {
	if s := v.Get(path); s == none || s == given {
		return s
	}
	return absent
}

// keys are the rows of a list in their order, each once. Keys that no form has
// are passed over.
func keys(v url.Values, path string) []string {
	var out []string
	seen := map[string]bool{}
	for _, k := range v[path+rowsMark] {
		if validKey(k) && !seen[k] {
			seen[k] = true
			out = append(out, k)
		}
	}
	return out
}

// validKey reports whether a row may be called so: digits, not too many.
func validKey(k string) bool {
	return k != "" && len(k) <= 6 && strings.Trim(k, "0123456789") == ""
}

func join(path, name string) string {
	if path == "" {
		return name
	}
	return path + "." + name
}
