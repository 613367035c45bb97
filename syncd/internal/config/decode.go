package config

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"net/netip"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"khumue/internal/fault"
)

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }

// decode fills the struct that into points to from a mapping, and remembers
// where each setting was given.
func (r *reading) decode(n *node, path string, into any) {
	r.decodeGroup(n, path, reflect.ValueOf(into).Elem())
}

func (r *reading) decodeGroup(n *node, path string, v reflect.Value) {
	var known []string
	for _, f := range fieldsOf(v.Type()) {
		known = append(known, f.key)
		r.decodeField(n, f.key, path, v.Field(f.index))
		if f.secret {
			known = append(known, f.key+fileSuffix)
			r.decodeSecretFile(n, f.key, path, v.Field(f.index))
		}
	}
	for _, key := range sortedKeys(n.keys) {
		if !slices.Contains(known, key) {
			r.unknown(n.keys[key], key, known)
		}
	}
}

func (r *reading) decodeField(n *node, key, path string, v reflect.Value) {
	given := n.fields[key]
	if given == nil {
		return
	}
	at := join(path, key)
	r.places[at] = n.keys[key]
	switch {
	case v.Type() == reflect.TypeFor[[]Provider]():
		if r.is(given, list, at) {
			r.decodeProviders(given, at, v)
		}
	case isGroup(v.Type()):
		if r.is(given, mapping, at) {
			r.decodeGroup(given, at, v)
		}
	case v.Kind() == reflect.Slice:
		r.decodeWords(given, at, v)
	case r.is(given, scalar, at):
		r.decodeLeaf(given, at, v)
	}
}

// is reports whether a value has the kind that its setting takes.
func (r *reading) is(n *node, want kind, path string) bool {
	if n.kind == want {
		return true
	}
	r.wrong(n.at, fault.Text{
		TH: fmt.Sprintf("%s ต้องเป็น%s", path, want.text().TH),
		EN: fmt.Sprintf("%s takes %s", path, want.text().EN),
	})
	return false
}

func (r *reading) decodeProviders(n *node, path string, v reflect.Value) {
	for i, item := range n.items {
		at := path + "[" + strconv.Itoa(i) + "]"
		p := defaultProvider()
		r.places[at] = item.at
		if r.is(item, mapping, at) {
			r.decode(item, at, &p)
		}
		v.Set(reflect.Append(v, reflect.ValueOf(p)))
	}
}

// decodeWords reads a list of words: a list in the file, commas in a variable.
func (r *reading) decodeWords(n *node, path string, v reflect.Value) {
	if n.kind == scalar {
		whole := n
		n = &node{kind: list, at: whole.at}
		for word := range strings.SplitSeq(whole.text, ",") {
			if word = strings.TrimSpace(word); word != "" {
				n.items = append(n.items, &node{kind: scalar, text: word, at: whole.at})
			}
		}
	}
	if !r.is(n, list, path) {
		return
	}
	v.SetZero()
	for _, item := range n.items {
		if !r.is(item, scalar, path) {
			continue
		}
		if item.text == "" {
			r.wrong(item.at, fault.Textf("%s มีคำว่าง", "%s holds an empty word", path))
			continue
		}
		word := reflect.New(v.Type().Elem()).Elem()
		if r.decodeLeaf(item, path, word) {
			v.Set(reflect.Append(v, word))
		}
	}
}

// decodeLeaf reads one value and reports whether it could be read.
func (r *reading) decodeLeaf(n *node, path string, v reflect.Value) bool {
	if strings.ContainsFunc(n.text, control) {
		r.wrong(n.at, fault.Textf("%s มีอักขระควบคุม", "%s holds a control character", path))
		return false
	}
	switch v.Interface().(type) {
	case string, Secret:
		v.SetString(n.text)
	case int:
		i, err := strconv.Atoi(n.text)
		if err != nil {
			r.wrong(n.at, fault.Textf("%s: %q ไม่ใช่จำนวนเต็ม", "%s: %q is not a whole number", path, n.text))
			return false
		}
		v.SetInt(int64(i))
	case time.Duration:
		d, err := parseDuration(n.text)
		if err != nil {
			r.wrong(n.at, fault.Textf("%s: %q ไม่ใช่ระยะเวลา", "%s: %q is not a length of time", path, n.text),
				fault.Text{TH: "เขียนเช่น 30m, 12h หรือ 30d", EN: "write for example 30m, 12h or 30d"})
			return false
		}
		v.SetInt(int64(d))
	case netip.Prefix:
		p, err := parsePrefix(n.text)
		if err != nil {
			r.wrong(n.at, fault.Textf("%s: %q ไม่ใช่ที่อยู่หรือช่วงที่อยู่", "%s: %q is not an address or a range of them", path, n.text),
				fault.Text{TH: "เขียนเช่น 10.0.0.5 หรือ 10.0.0.0/24", EN: "write for example 10.0.0.5 or 10.0.0.0/24"})
			return false
		}
		v.Set(reflect.ValueOf(p))
	default:
		panic("a setting of the type " + v.Type().String())
	}
	return true
}

func control(c rune) bool { return c < ' ' || c == 0x7f }

var days = regexp.MustCompile(`^([0-9]{1,5})d$`)

// parseDuration reads a duration of Go, or whole days of 24 hours: 30d.
func parseDuration(s string) (time.Duration, error) {
	if m := days.FindStringSubmatch(s); m != nil {
		n, err := strconv.Atoi(m[1])
		return time.Duration(n) * 24 * time.Hour, err
	}
	return time.ParseDuration(s)
}

// parsePrefix reads a range, or one address as the range of itself alone. IPv4
// in the form of IPv6 is IPv4.
func parsePrefix(s string) (netip.Prefix, error) {
	if a, err := netip.ParseAddr(s); err == nil {
		if a.Zone() != "" {
			return netip.Prefix{}, errors.New("a zone")
		}
		a = a.Unmap()
		return netip.PrefixFrom(a, a.BitLen()), nil
	}
	p, err := netip.ParsePrefix(s)
	if err != nil {
		return netip.Prefix{}, err
	}
	if p.Addr().Is4In6() {
		if p.Bits() < 96 {
			return netip.Prefix{}, errors.New("wider than IPv4")
		}
		p = netip.PrefixFrom(p.Addr().Unmap(), p.Bits()-96)
	}
	return p.Masked(), nil
}

// maxSecret bounds the file of a secret, in bytes.
const maxSecret = 64 << 10

// decodeSecretFile reads a secret from the file that its setting names. One
// line break at the end is the editor's and does not count.
func (r *reading) decodeSecretFile(n *node, key, path string, v reflect.Value) {
	given := n.fields[key+fileSuffix]
	if given == nil {
		return
	}
	at := join(path, key)
	if n.fields[key] != nil {
		r.wrong(given.at, fault.Textf("ระบุทั้ง %s และ %s", "both %s and %s are set", at, at+fileSuffix),
			fault.Text{TH: "เหลือไว้อย่างเดียว", EN: "keep one of them"})
		return
	}
	r.places[at] = given.at
	if !r.is(given, scalar, at+fileSuffix) {
		return
	}
	data, err := r.src.ReadFile(given.text)
	text := strings.TrimSuffix(strings.TrimSuffix(string(data), "\n"), "\r")
	switch {
	case err != nil:
		r.wrong(given.at, fault.Textf("อ่านไฟล์ %s ไม่ได้", "the file %s cannot be read", given.text), readHint(err))
	case text == "":
		r.wrong(given.at, fault.Textf("ไฟล์ %s ว่าง", "the file %s is empty", given.text))
	case len(data) > maxSecret || strings.ContainsFunc(text, control):
		r.wrong(given.at, fault.Textf("ไฟล์ %s ต้องมีบรรทัดเดียว", "the file %s has to hold one line of text", given.text))
	default:
		v.SetString(text)
	}
}

func readHint(err error) fault.Text {
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return fault.Text{TH: "ไม่มีไฟล์นี้", EN: "there is no such file"}
	case errors.Is(err, fs.ErrPermission):
		return fault.Text{TH: "ให้สิทธิ์อ่านแก่บัญชีของ syncd", EN: "let the account of syncd read it"}
	}
	return fault.Text{TH: "ตรวจสอบไฟล์", EN: "look at the file"}
}
