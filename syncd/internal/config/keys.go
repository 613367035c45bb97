package config

import (
	"cmp"
	"net/netip"
	"reflect"
	"strconv"
	"strings"
	"time"
	"unicode"

	"khumue/internal/fault"
)

// prefix begins the name of each variable.
const prefix = "KHUMUE_"

// Key is one setting, as documentation lists it.
type Key struct {
	Path    string // back_office.listen; providers[].issuer
	Env     string // KHUMUE_BACK_OFFICE_LISTEN; KHUMUE_PROVIDERS_1_ISSUER
	Default string // may be empty
}

// Keys lists all settings in the order of the structs. A secret's file is a
// setting of its own.
func Keys() []Key {
	return keysOf(reflect.ValueOf(Default()), "")
}

func keysOf(v reflect.Value, path string) []Key {
	var out []Key
	for _, f := range fieldsOf(v.Type()) {
		at := join(path, f.key)
		value := v.Field(f.index)
		switch {
		case value.Type() == reflect.TypeFor[[]Provider]():
			out = append(out, keysOf(reflect.ValueOf(defaultProvider()), at+"[]")...)
		case isGroup(value.Type()):
			out = append(out, keysOf(value, at)...)
		default:
			out = append(out, Key{at, variable(at), cmp.Or(f.derived, leafText(value))})
			if f.secret {
				out = append(out, Key{at + fileSuffix, variable(at + fileSuffix), ""})
			}
		}
	}
	return out
}

func join(path, key string) string {
	if path == "" {
		return key
	}
	return path + "." + key
}

// variable is what the environment calls a setting; of a list of settings, the
// first.
func variable(path string) string {
	return prefix + strings.ToUpper(strings.NewReplacer("[].", "_1_", ".", "_").Replace(path))
}

// fileSuffix ends the setting that names the file of a secret.
const fileSuffix = "_file"

// field is a setting of a struct.
type field struct {
	index   int
	key     string
	secret  bool
	derived string // what it is by default, where that follows from others
}

func fieldsOf(t reflect.Type) []field {
	out := make([]field, t.NumField())
	for i := range out {
		f := t.Field(i)
		out[i] = field{i, snake(f.Name), f.Type == reflect.TypeFor[Secret](), f.Tag.Get("default")}
	}
	return out
}

// snake turns a name of Go into a key: BackOffice, MinIAL and RegisterURL are
// back_office, min_ial and register_url.
func snake(name string) string {
	var b strings.Builder
	runes := []rune(name)
	for i, c := range runes {
		upper := unicode.IsUpper(c)
		begins := upper && i > 0 && (unicode.IsLower(runes[i-1]) || i+1 < len(runes) && unicode.IsLower(runes[i+1]))
		if begins {
			b.WriteByte('_')
		}
		b.WriteRune(unicode.ToLower(c))
	}
	return b.String()
}

// isGroup reports whether a type holds settings by name.
func isGroup(t reflect.Type) bool {
	return t.Kind() == reflect.Struct && t != reflect.TypeFor[netip.Prefix]()
}

// leafText writes one value as the file would; a list by commas.
func leafText(v reflect.Value) string {
	switch x := v.Interface().(type) {
	case string:
		return x
	case Secret:
		return x.String()
	case int:
		return strconv.Itoa(x)
	case time.Duration:
		return durationText(x)
	case []string:
		return strings.Join(x, ", ")
	case []netip.Prefix:
		words := make([]string, len(x))
		for i, p := range x {
			words[i] = p.String()
		}
		return strings.Join(words, ", ")
	}
	panic("a setting of the type " + v.Type().String())
}

// durationText writes a duration without the zeros of its String: 30m.
func durationText(d time.Duration) string {
	s := d.String()
	if strings.HasSuffix(s, "m0s") {
		s = s[:len(s)-2]
	}
	if strings.HasSuffix(s, "h0m") {
		s = s[:len(s)-2]
	}
	return s
}

// unknown tells of a name that is no setting, with the near one.
func (r *reading) unknown(at place, name string, known []string) {
	r.wrong(at, fault.Textf("ไม่มีค่าชื่อ %q", "there is no setting %q", name), fault.DidYouMean(name, known))
}
