package corpus

import (
	"net/mail"
	"net/url"
	"reflect"
	"regexp"
	"strconv"
	"strings"
	"sync"

	"khumue/internal/fault"
)

// rules are what a struct's `rule` tag asks of a field.
type rules struct {
	required bool
	min, max float64 // of numbers; max also of runes of a text and items of a list
	hasMin   bool
	url      bool
	email    bool
	uuid     bool
	digits   int
}

// field is one field of a content file.
type field struct {
	name  string
	help  string
	index int
	rules rules
	shape *shape
}

// maxFields is how many a set of one word can hold.
const maxFields = 64

type fieldSet struct {
	list     []field
	names    []string
	required []string
	byName   map[string]int
}

// find returns the place of a field in the list. Fields stand in files as they
// do in the list, or nearly so: it looks from next on first.
func (fs *fieldSet) find(name string, next int) (at int, known bool) {
	for i := next; i < len(fs.list); i++ {
		if fs.list[i].name == name {
			return i, true
		}
	}
	at, known = fs.byName[name]
	return at, known
}

var fieldSets sync.Map // reflect.Type → *fieldSet

// fieldsOf returns the fields of a struct of the catalog in the order of the
// file.
func fieldsOf(t reflect.Type) *fieldSet {
	if fs, ok := fieldSets.Load(t); ok {
		return fs.(*fieldSet)
	}
	fs := &fieldSet{byName: map[string]int{}}
	for i := range t.NumField() {
		sf := t.Field(i)
		name := sf.Tag.Get("yaml")
		if name == "" || name == "-" {
			continue
		}
		f := field{name: name, help: sf.Tag.Get("help"), index: i, rules: parseRules(sf.Tag.Get("rule"))}
		f.shape = shapeOf(sf.Type, f.rules)
		fs.byName[name] = len(fs.list)
		fs.list = append(fs.list, f)
		fs.names = append(fs.names, name)
		if f.rules.required {
			fs.required = append(fs.required, name)
		}
	}
	if len(fs.list) > maxFields {
		panic("corpus: too many fields in " + t.String())
	}
	fieldSets.Store(t, fs)
	return fs
}

func parseRules(tag string) (r rules) {
	for part := range strings.SplitSeq(tag, ",") {
		key, val, _ := strings.Cut(part, "=")
		n, _ := strconv.ParseFloat(val, 64)
		switch key {
		case "":
		case "required":
			r.required = true
		case "min":
			r.min, r.hasMin = n, true
		case "max":
			r.max = n
		case "url":
			r.url = true
		case "email":
			r.email = true
		case "uuid":
			r.uuid = true
		case "digits":
			r.digits = int(n)
		default:
			panic("corpus: unknown rule " + part)
		}
	}
	return r
}

var uuidForm = regexp.MustCompile(`^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$`)

// isUUID is uuidForm, without the price of a regular expression.
func isUUID(s string) bool {
	if len(s) != 36 {
		return false
	}
	for i := range len(s) {
		c := s[i]
		switch dash := i == 8 || i == 13 || i == 18 || i == 23; {
		case dash && c == '-', !dash && (c >= '0' && c <= '9' || c >= 'a' && c <= 'f'):
		default:
			return false
		}
	}
	return true
}

// ofItem are the rules for the items of a list; max is of the list itself.
func (r rules) ofItem() rules { return rules{url: r.url, email: r.email} }

// check applies the rules that concern a single line of text.
func (r rules) check(s string) (what, hint fault.Text) {
	switch {
	case s == "":
	case r.url && !webAddress(s):
		return fault.Textf("%q ไม่ใช่ที่อยู่เว็บ", "%q is not a web address", s), fault.Text{TH: "เขียน https://…", EN: "write https://…"}
	case r.email && !mailbox(s):
		return fault.Textf("%q ไม่ใช่ที่อยู่อีเมล", "%q is not an e-mail address", s), fault.Text{TH: "เขียน เช่น saraban@example.go.th", EN: "write saraban@example.go.th"}
	case r.uuid && !isUUID(s):
		return fault.Textf("%q ไม่ใช่ UUID", "%q is not a UUID", s), fault.Text{TH: "ตัวเล็ก 8-4-4-4-12", EN: "lower case, 8-4-4-4-12"}
	case r.digits > 0 && (len(s) != r.digits || strings.Trim(s, "0123456789") != ""):
		return fault.Textf("%q ต้องเป็นตัวเลข %d หลัก", "%q must be %d digits", s, r.digits), fault.Text{}
	}
	return
}

func webAddress(s string) bool {
	return simpleAddress(s) || parsedAddress(s)
}

func parsedAddress(s string) bool {
	u, err := url.Parse(s)
	return err == nil && (u.Scheme == "https" || u.Scheme == "http") && u.Hostname() != "" && u.User == nil
}

// simpleAddress reports whether s is an address of a host and a path in letters
// that mean nothing else, as most are; parsing one costs as much as reading
// twenty other values.
func simpleAddress(s string) bool {
	rest, ok := strings.CutPrefix(s, "https://")
	if !ok {
		return false
	}
	host, path, _ := strings.Cut(rest, "/")
	return host != "" && only(host, inHost) && only(path, inPath)
}

// only reports whether each byte of s is of a class of chars.
func only(s string, class uint8) bool {
	for i := range len(s) {
		if chars[s[i]]&class == 0 {
			return false
		}
	}
	return true
}

func mailbox(s string) bool {
	a, err := mail.ParseAddress(s)
	return err == nil && a.Address == s
}
