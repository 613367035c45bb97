package lookup

import (
	"io"
	"strings"

	"khumue/internal/fault"
)

// Code is 128 random bits, which are printed on each letter of a case.
type Code [16]byte

// alphabet has no letters that are taken for others: no I, L, O and U.
const alphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"

// A code is written as 26 letters of five bits, the last two bits of which are
// none, and two that check them, in groups of four.
const (
	dataLetters  = 26
	checkLetters = 2
	group        = 4
)

// NewCode makes a code of a cryptographic source.
func NewCode(random io.Reader) (c Code, err error) {
	_, err = io.ReadFull(random, c[:])
	return c, err
}

// String is the code as it is printed: "7K3M-…", seven groups of four.
func (c Code) String() string {
	values := c.values()
	values = append(values, checks(values)...)
	var b strings.Builder
	for i, v := range values {
		if i > 0 && i%group == 0 {
			b.WriteByte('-')
		}
		b.WriteByte(alphabet[v])
	}
	return b.String()
}

// values are the code five bits at a time.
func (c Code) values() []byte {
	out := make([]byte, 0, dataLetters+checkLetters)
	var bits, have uint
	for _, b := range c {
		bits, have = bits<<8|uint(b), have+8
		for have >= 5 {
			have -= 5
			out = append(out, byte(bits>>have&31))
		}
	}
	return append(out, byte(bits<<(5-have)&31))
}

// ParseCode reads a code as people type it: in any case, with or without dashes
// and blanks, with Thai digits, and with the letters that it does not have for
// those that they are taken for. A slip of one letter, or two that changed
// places, is found out: an error of kind Invalid, which tells what to look at. It
// does not tell whether there is a request of the code.
func ParseCode(s string) (Code, error) {
	values := make([]byte, 0, dataLetters+checkLetters)
	for _, r := range s {
		v, ok := valueOf(r)
		switch {
		case blank(r) || dash(r):
			continue
		case !ok:
			return Code{}, fault.New(fault.Invalid, fault.Textf("รหัสไม่มีอักขระ %q", "A code has no %q.", string(r)), hint)
		case len(values) == dataLetters+checkLetters:
			return Code{}, length("ยาวเกินไป", "too long")
		}
		values = append(values, v)
	}
	if len(values) < dataLetters+checkLetters {
		return Code{}, length("ไม่ครบ", "too short")
	}
	data := values[:dataLetters]
	want := checks(data)
	if data[dataLetters-1]&3 != 0 || values[dataLetters] != want[0] || values[dataLetters+1] != want[1] {
		return Code{}, fault.New(fault.Invalid, fault.Text{TH: "รหัสพิมพ์ผิดหนึ่งตัวขึ้นไป", EN: "At least one letter of the code is wrong."}, hint)
	}
	return packed(data), nil
}

var hint = fault.Text{TH: "ดูรหัสบนหนังสือแจ้งอีกครั้ง เป็นกลุ่มละ 4 ตัว 7 กลุ่ม", EN: "Look at the letter again: the code has 7 groups of 4."}

func length(th, en string) error {
	return fault.New(fault.Invalid, fault.Text{TH: "รหัส" + th, EN: "The code is " + en + "."}, hint)
}

func dash(r rune) bool { return r == '-' || '\u2010' <= r && r <= '\u2015' || r == '\u2212' }

// valueOf is the value of a letter as people type it.
func valueOf(r rune) (byte, bool) {
	switch {
	case '๐' <= r && r <= '๙':
		r = r - '๐' + '0'
	case 'a' <= r && r <= 'z':
		r += 'A' - 'a'
	}
	switch r {
	case 'O':
		r = '0'
	case 'I', 'L':
		r = '1'
	}
	if r > 'Z' {
		return 0, false
	}
	i := strings.IndexByte(alphabet, byte(r))
	return byte(max(i, 0)), i >= 0
}

func packed(values []byte) (c Code) {
	var bits, have uint
	at := 0
	for _, v := range values {
		bits, have = bits<<5|uint(v), have+5
		if have >= 8 && at < len(c) {
			have -= 8
			c[at] = byte(bits >> have)
			at++
		}
	}
	return c
}

// checks are two sums over the field of 32 elements, each letter by another
// power, so that no letter can change, and no two change places, unseen.
func checks(values []byte) []byte {
	var one, two byte
	power, square := byte(1), byte(1)
	for _, v := range values {
		power = times(power, 2)
		square = times(square, 4)
		one ^= times(power, v)
		two ^= times(square, v)
	}
	return []byte{one, two}
}

// times multiplies in the field of 32 elements, by x⁵ + x² + 1.
func times(a, b byte) (out byte) {
	for ; b != 0; b >>= 1 {
		if b&1 != 0 {
			out ^= a
		}
		if a <<= 1; a&32 != 0 {
			a ^= 37
		}
	}
	return out
}
