package catalog

import (
	"regexp"
	"strconv"
	"strings"

	"khumue/internal/fault"
)

// Amount is a sum of baht or a percentage, in hundredths: 3.3 is 330.
// It ranges from 0 to 99,999,999,999.99.
type Amount int64

const maxAmount = 99_999_999_999_99

// grouped are digits with a comma before every three: in 2,50 a comma would
// stand for something else.
var grouped = regexp.MustCompile(`^\d{1,3}(,\d{3})+$`)

// ParseAmount reads digits with at most two decimals; commas between thousands
// are allowed, signs and exponents are not.
func ParseAmount(s string) (Amount, error) {
	whole, part, dot := strings.Cut(s, ".")
	if grouped.MatchString(whole) {
		whole = strings.ReplaceAll(whole, ",", "")
	}
	n, err := strconv.ParseUint(whole+(part + "00")[:2], 10, 63)
	if err != nil || len(part) > 2 || dot && part == "" || whole == "" || n > maxAmount {
		return 0, fault.New(fault.Invalid,
			fault.Textf("%q ไม่ใช่จำนวน", "%q is not an amount", s),
			fault.Text{TH: "เขียน เช่น 200 หรือ 1,234.50", EN: "write 200 or 1,234.50"})
	}
	return Amount(n), nil
}

// UnmarshalText reads an amount.
func (a *Amount) UnmarshalText(b []byte) (err error) { *a, err = ParseAmount(string(b)); return }

// String formats the amount as money: 1,234.50, and 200 without decimals.
func (a Amount) String() string { return a.group() + a.decimals(true) }

// Percent formats the amount as a percentage: 3.3, 0.5, 2.
func (a Amount) Percent() string { return a.group() + a.decimals(false) }

func (a Amount) group() string {
	s := strconv.FormatInt(int64(a)/100, 10)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

func (a Amount) decimals(money bool) string {
	switch c := int64(a) % 100; {
	case c == 0:
		return ""
	case !money && c%10 == 0:
		return "." + strconv.FormatInt(c/10, 10)
	default:
		return "." + strconv.FormatInt(100+c, 10)[1:]
	}
}
