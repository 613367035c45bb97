package survey

import (
	"slices"
	"strings"
)

// What stands in a text for what was masked. None is longer than the shortest
// text that it stands for, so that a masked text never passes a limit that the
// text as typed kept.
const (
	maskedID    = "[เลขบัตร]"
	maskedPhone = "[เบอร์]"
	maskedMail  = "[เมล]"
)

// The kinds of what is masked.
const (
	CitizenID = "id"    // 13 digits whose last checks the others: a person, or a juristic one
	Phone     = "phone" // a Thai telephone number, or one with + before it
	Mail      = "mail"  // an e-mail address
)

// Mask replaces what may tell of a person: numbers of citizens, telephone
// numbers and e-mail addresses. Digits may be Thai, or of full width, and may
// have a space, dashes or dots between them. It returns which kinds were found,
// each once; none leaves the text as it is. What is left when something was
// masked is looked at again, so that masking twice changes nothing more.
func Mask(s string) (string, []string) {
	var kinds []string
	for strings.ContainsAny(s, "0123456789๐๑๒๓๔๕๖๗๘๙０１２３４５６７８９@＠") {
		t := []rune(s)
		found := append(mails(t), numbers(t)...)
		if len(found) == 0 {
			break
		}
		s, kinds = replace(t, found, kinds)
	}
	return s, kinds
}

// replace writes the text with what was found masked. Of two that overlap the
// first counts.
func replace(t []rune, found []spot, kinds []string) (string, []string) {
	slices.SortFunc(found, func(a, b spot) int { return a.from - b.from })
	var out strings.Builder
	at := 0
	for _, f := range found {
		if f.from < at {
			continue
		}
		out.WriteString(string(t[at:f.from]) + f.stand)
		at = f.to
		if !slices.Contains(kinds, f.kind) {
			kinds = append(kinds, f.kind)
		}
	}
	out.WriteString(string(t[at:]))
	return out.String(), kinds
}

// spot is a part of a text that is masked.
type spot struct {
	from, to    int
	kind, stand string
}

// digit returns the value of a digit, -1 of anything else.
func digit(r rune) int {
	switch {
	case r >= '0' && r <= '9':
		return int(r - '0')
	case r >= '๐' && r <= '๙':
		return int(r - '๐')
	case r >= '０' && r <= '９':
		return int(r - '０')
	}
	return -1
}

// between are what people write between the digits of a number.
const between = " \u00a0-‐‑–—._/()"

// mostBetween is how many of them may stand in a row.
const mostBetween = 3

// run is a number as people write it: digits with little between them.
type run struct {
	digits []int
	at     []int  // where each stands in the text
	begins []bool // whether something stands before it
}

// numbers finds the numbers of citizens and telephones.
func numbers(t []rune) []spot {
	var out []spot
	for i := 0; i < len(t); i++ {
		if digit(t[i]) < 0 {
			continue
		}
		r := runAt(t, i)
		out = append(out, r.spots(t)...)
		i = r.at[len(r.at)-1]
	}
	return out
}

func runAt(t []rune, i int) run {
	var r run
	for gap := 0; i < len(t) && gap <= mostBetween; i++ {
		switch d := digit(t[i]); {
		case d >= 0:
			r.digits, r.at, r.begins = append(r.digits, d), append(r.at, i), append(r.begins, gap > 0 || len(r.at) == 0)
			gap = 0
		case strings.ContainsRune(between, t[i]):
			gap++
		default:
			return r
		}
	}
	return r
}

func (r run) spots(t []rune) []spot {
	var out []spot
	for i := 0; i < len(r.digits); {
		n, kind, stand := r.match(t, i)
		if n == 0 {
			i++
			continue
		}
		from := r.at[i]
		if kind == Phone && from > 0 && plus(t[from-1]) {
			from--
		}
		out = append(out, spot{from, r.at[i+n-1] + 1, kind, stand})
		i += n
	}
	return out
}

// match tells how many digits from the i-th on are a number to be masked.
func (r run) match(t []rune, i int) (n int, kind, stand string) {
	if citizen(r.digits[i:]) {
		return citizenDigits, CitizenID, maskedID
	}
	if !r.begins[i] {
		return 0, "", ""
	}
	international := r.at[i] > 0 && plus(t[r.at[i]-1])
	if n := r.telephone(i, international); n > 0 {
		return n, Phone, maskedPhone
	}
	return 0, "", ""
}

func plus(r rune) bool { return r == '+' || r == '＋' }

const citizenDigits = 13

// citizen reports whether digits begin with the number of a citizen.
func citizen(d []int) bool {
	if len(d) < citizenDigits {
		return false
	}
	sum := 0
	for i, v := range d[:citizenDigits-1] {
		sum += v * (citizenDigits - i)
	}
	return (11-sum%11)%10 == d[citizenDigits-1]
}

// telephone returns how many digits from the i-th on are a telephone number: one
// that ends where a group of digits does.
func (r run) telephone(i int, international bool) int {
	d := r.digits[i:]
	ends := func(n int) bool { return len(d) == n || len(d) > n && r.begins[i+n] }
	national := func(d []int) int { // digits behind the 0, or the code of the country
		switch {
		case len(d) == 0:
		case d[0] == 6 || d[0] == 8 || d[0] == 9:
			return 9
		case d[0] >= 2 && d[0] <= 7:
			return 8
		}
		return 0
	}
	if d[0] == 0 {
		if n := national(d[1:]); n > 0 && ends(1+n) {
			return 1 + n
		}
	}
	if len(d) > 2 && d[0] == 6 && d[1] == 6 {
		rest, zero := d[2:], 0
		if rest[0] == 0 { // +66 (0) 81…
			rest, zero = rest[1:], 1
		}
		if n := national(rest); n > 0 && ends(2+zero+n) {
			return 2 + zero + n
		}
	}
	if international {
		for n := min(15, len(d)); n >= 8; n-- {
			if ends(n) {
				return n
			}
		}
	}
	return 0
}

// mails finds e-mail addresses.
func mails(t []rune) []spot {
	var out []spot
	for i, r := range t {
		if r != '@' && r != '＠' {
			continue
		}
		from := i
		for from > 0 && i-from < 64 && mailRune(t[from-1]) {
			from--
		}
		if to := domainEnd(t, i+1); from < i && to > 0 {
			out = append(out, spot{from, to, Mail, maskedMail})
		}
	}
	return out
}

func mailRune(r rune) bool { return plainRune(r) || strings.ContainsRune("._%+-", r) }

func plainRune(r rune) bool {
	return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9'
}

// domainEnd returns where a domain name ends that begins at i; 0 where none does:
// labels with dots between, the last of two letters or more.
func domainEnd(t []rune, i int) int {
	end, labels, begin := 0, 0, i
	for ; i <= len(t); i++ {
		if i < len(t) && (plainRune(t[i]) || t[i] == '-' && i > begin) {
			continue
		}
		if i == begin {
			break
		}
		labels++
		if labels > 1 && letters(t[begin:i]) {
			end = i
		}
		if i == len(t) || t[i] != '.' {
			break
		}
		begin = i + 1
	}
	return end
}

// letters reports whether a label is one of two letters or more.
func letters(label []rune) bool {
	for _, r := range label {
		if !plainRune(r) || r <= '9' {
			return false
		}
	}
	return len(label) >= 2
}
