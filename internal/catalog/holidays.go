package catalog

import (
	"slices"
	"strings"

	"khumue/internal/calendar"
)

// FixedHolidays returns the holidays of a Buddhist year that surely come: those
// that stood under one name on the same day of the same month in both of two
// years before, in those same provinces. Days that follow the moon, substitutes
// and special days are never among them: they are known when they are announced.
func FixedHolidays(year int, before, last []Holiday) []Holiday {
	var out []Holiday
	for _, h := range last {
		d := h.Date
		stood := slices.ContainsFunc(before, func(o Holiday) bool {
			return o.Date.Month == d.Month && o.Date.Day == d.Day && o.Name.TH == h.Name.TH && slices.Equal(o.Scope, h.Scope)
		})
		if !stood || once(h.Name) {
			continue
		}
		h.Date = calendar.NewDate(calendar.CE(year), d.Month, d.Day)
		if h.Date.Day == d.Day {
			out = append(out, h)
		}
	}
	return out
}

// once reports whether a name is of a day that stands in one year alone.
func once(name Text) bool {
	return strings.Contains(name.TH, "ชดเชย") || strings.Contains(name.TH, "พิเศษ") || strings.Contains(name.EN, "in lieu") || strings.Contains(name.EN, "ubstitut")
}

// ParseScope reads where a holiday holds, as people write it: nothing, all and
// ทั้งประเทศ mean the whole country; else names or codes of provinces with commas
// between. What is no province is returned as it stands.
func ParseScope(s string) (scope Scope, unknown string) {
	switch strings.ToLower(strings.TrimSpace(s)) {
	case "", "all", "-", "ทั้งประเทศ", "ทั่วประเทศ", "ทุกจังหวัด", "whole country", "everywhere":
		return nil, ""
	}
	for part := range strings.FieldsFuncSeq(s, func(r rune) bool { return strings.ContainsRune(",;/·\n", r) }) {
		part = strings.TrimSpace(part)
		if part == "" {
			continue
		}
		code, ok := provinceOf(part)
		if !ok {
			return nil, part
		}
		if !slices.Contains(scope, code) {
			scope = append(scope, code)
		}
	}
	slices.Sort(scope)
	return scope, ""
}

func provinceOf(s string) (code string, ok bool) {
	name := strings.TrimSpace(strings.TrimPrefix(strings.TrimPrefix(s, "จังหวัด"), "จ."))
	digits := calendar.ArabicDigits(s)
	for _, p := range Provinces {
		if p.Code == digits || p.Name.TH == name || strings.EqualFold(p.Name.EN, name) {
			return p.Code, true
		}
	}
	return "", false
}

// In says where a holiday holds: names of provinces with commas between, "" for
// the whole country.
func (s Scope) In(lang Lang) string {
	var names []string
	for _, code := range s {
		i := slices.IndexFunc(Provinces, func(p Province) bool { return p.Code == code })
		if i < 0 {
			names = append(names, code)
			continue
		}
		names = append(names, Provinces[i].Name.In(lang))
	}
	return strings.Join(names, ", ")
}
