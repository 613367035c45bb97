package transfer

import (
	"regexp"
	"strings"

	"khumue/internal/calendar"
)

var (
	betweenPhones = regexp.MustCompile(`\s*(?:[,;/\n]|\bหรือ\b|หรือ)\s*`)
	digitsOnly    = regexp.MustCompile(`\D`)
	extension     = regexp.MustCompile(`(?i)^(.*?\d)\s*(?:ต่อ|ext\.?|#|x)\s*(\d[\d\s-]*)$`)
	phoneSigns    = regexp.MustCompile(`^[\d\s()+.-]+$`)
)

// phones reads several telephone numbers.
func phones(s string, t *Table) (reading, error) {
	list := listOf()
	var said []string
	for _, one := range betweenPhones.Split(s, -1) {
		if one = strings.TrimSpace(one); one != "" {
			number := phone(one)
			said = append(said, number)
			list.items = append(list.items, textNode(number))
		}
	}
	r := reading{value: list}
	if text := strings.Join(said, ", "); text != s {
		r.mended = mendedTo(text)
	}
	return r, nil
}

func onePhone(s string, _ *Table) (reading, error) {
	number := phone(s)
	r := reading{value: textNode(number)}
	if number != s {
		r.mended = mendedTo(number)
	}
	return r, nil
}

// phone writes a Thai telephone number as the house does: 02 271 8888,
// 044 123 456, 081 234 5678, 1584. What is no such number stays as it is.
func phone(s string) string {
	s = calendar.ArabicDigits(s)
	s = strings.TrimSpace(strings.TrimPrefix(strings.TrimPrefix(s, "โทรศัพท์"), "โทร."))
	if m := extension.FindStringSubmatch(s); m != nil {
		return phone(m[1]) + " ต่อ " + strings.TrimSpace(m[2])
	}
	if !phoneSigns.MatchString(s) {
		return s
	}
	d := digitsOnly.ReplaceAllString(s, "")
	if rest, ok := strings.CutPrefix(d, "66"); ok && (strings.HasPrefix(s, "+") || len(d) > 10) {
		d = "0" + strings.TrimPrefix(rest, "0")
	}
	if len(d) == 8 && d[0] >= '2' && d[0] <= '7' || len(d) == 9 && strings.Contains("689", d[:1]) {
		d = "0" + d // a spreadsheet took it for a number
	}
	switch {
	case len(d) == 9 && strings.HasPrefix(d, "02"):
		return d[:2] + " " + d[2:5] + " " + d[5:]
	case len(d) == 9 && d[0] == '0', len(d) == 10 && d[0] == '0':
		return d[:3] + " " + d[3:6] + " " + d[6:]
	case len(d) == 4 || len(d) == 3:
		return d
	}
	return s
}
