package transfer

import (
	"html"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"unicode"

	"khumue/internal/calendar"
	"khumue/internal/fault"
	"khumue/internal/thai"
)

// reading is what a cell says: its value, and what had to be mended to know it.
type reading struct {
	value  *node
	mended fault.Text // zero: nothing
}

// forms read the text of a cell, which is clean and not blank.
var forms = map[Form]func(s string, t *Table) (reading, error){
	"text":     plainText,
	"date":     date,
	"number":   number,
	"amount":   amount,
	"phone":    onePhone,
	"phones":   phones,
	"hours":    hours,
	"duration": duration,
	"code":     code,
	"url":      address,
	"place":    mapPlace,
	"html":     markup,
	"yes":      yes,
}

func formNames() []string {
	var names []string
	for f := range forms {
		names = append(names, string(f))
	}
	slices.Sort(names)
	return names
}

// Sentences about what was mended.
var (
	mendedTyping = fault.Text{TH: "แก้อักขระที่มองไม่เห็นหรือสระวรรณยุกต์ที่พิมพ์ผิดลำดับ", EN: "invisible characters, or vowels and tones typed in the wrong order, were put right"}
)

func mendedTo(to string) fault.Text {
	return fault.Textf("อ่านเป็น %s", "read as %s", to)
}

// clean returns the text of a cell without what people do not see, with Thai
// typed in its order; it reports whether more than blanks around it changed.
func clean(s string) (string, bool) {
	s = strings.TrimSpace(s)
	if usual(s) {
		return s, false
	}
	if !strings.ContainsFunc(s, func(r rune) bool { return r == '\r' || visible(r) != r }) {
		mended := strings.TrimSpace(typedRight(s))
		return mended, mended != s
	}
	mended := strings.Map(visible, strings.ReplaceAll(s, "\r\n", "\n"))
	mended = strings.TrimSpace(typedRight(strings.ReplaceAll(mended, "\r", "\n")))
	return mended, mended != strings.ReplaceAll(strings.ReplaceAll(s, "\r\n", "\n"), "\u00a0", " ")
}

// usual reports whether a text is of printable ASCII alone.
func usual(s string) bool {
	for i := range len(s) {
		if s[i] < ' ' && s[i] != '\n' || s[i] > '~' {
			return false
		}
	}
	return true
}

// visible drops characters of no width and controls, and makes other blanks
// spaces.
func visible(r rune) rune {
	switch {
	case r == '\n' || r == '\t' || r == '\r':
		return r
	case r >= 0x200B && r <= 0x200F, r == 0xFEFF, r == 0xAD, r >= 0x202A && r <= 0x202E, r >= 0x2060 && r <= 0x2069:
		return -1
	case r == 0x2028 || r == 0x2029:
		return '\n'
	case unicode.IsControl(r), r&0xFFFE == 0xFFFE, r == unicode.ReplacementChar:
		return -1
	case unicode.IsSpace(r):
		return ' '
	}
	return r
}

// typedRight puts each run of Thai letters in the order in which they belong.
// Digits and everything else stay as they were typed.
func typedRight(s string) string {
	wrong := false
	for run := range strings.FieldsFuncSeq(s, func(r rune) bool { return !thaiLetter(r) }) {
		if wrong = thai.Normalize(run) != run; wrong {
			break
		}
	}
	if !wrong {
		return s
	}
	var b strings.Builder
	for len(s) > 0 {
		end := strings.IndexFunc(s, thaiLetter)
		if end < 0 {
			end = len(s)
		}
		b.WriteString(s[:end])
		s = s[end:]
		end = strings.IndexFunc(s, func(r rune) bool { return !thaiLetter(r) })
		if end < 0 {
			end = len(s)
		}
		b.WriteString(thai.Normalize(s[:end]))
		s = s[end:]
	}
	return b.String()
}

func thaiLetter(r rune) bool { return r >= 'ก' && r <= '\u0E4E' && r != '฿' }

func plainText(s string, _ *Table) (reading, error) { return reading{value: textNode(s)}, nil }

// The days that Excel counts from, and the numbers that may be dates: 1950 to
// 2100.
var (
	excelDay0       = calendar.Date{Year: 1899, Month: 12, Day: 30}
	days1904        = 1462
	firstDay, lastD = 18264, 73050
)

func date(s string, t *Table) (reading, error) {
	if d, err := calendar.ParseISO(s); err == nil {
		return reading{value: textNode(d.String())}, nil
	}
	if day, err := strconv.ParseFloat(s, 64); err == nil && day >= float64(firstDay) && day <= float64(lastD) {
		n := int(math.Floor(day))
		if t != nil && t.From1904 {
			n += days1904
		}
		d := excelDay0.AddDays(n)
		return reading{textNode(d.String()), mendedTo(d.String())}, nil
	}
	day, _, _ := strings.Cut(s, " 00:00")
	d, err := calendar.ParseThai(withoutTime.ReplaceAllString(day, ""))
	if err != nil {
		return reading{}, err
	}
	return reading{textNode(d.String()), mendedTo(d.String())}, nil
}

// withoutTime finds a time of day behind a date.
var withoutTime = regexp.MustCompile(`[ T]+\d{1,2}:\d{2}(:\d{2}(\.\d+)?)?( ?น\.|Z)?$`)

// digitsOf writes Thai digits as 0-9 and leaves the commas between thousands
// out.
var grouped = regexp.MustCompile(`^\d{1,3}(,\d{3})+(\.\d+)?$`)

func digitsOf(s string) string {
	s = calendar.ArabicDigits(s)
	if grouped.MatchString(s) {
		s = strings.ReplaceAll(s, ",", "")
	}
	return s
}

func number(s string, _ *Table) (reading, error) {
	n := digitsOf(s)
	if whole, zeros, ok := strings.Cut(n, "."); ok && strings.Trim(zeros, "0") == "" && whole != "" {
		n = whole
	}
	if _, err := strconv.ParseFloat(n, 64); err != nil {
		return reading{}, fault.New(fault.Invalid, fault.Textf("%q ไม่ใช่ตัวเลข", "%q is not a number", s))
	}
	r := reading{value: textNode(n)}
	if n != s {
		r.mended = mendedTo(n)
	}
	return r, nil
}

func amount(s string, t *Table) (reading, error) {
	bare := strings.TrimSpace(strings.TrimSuffix(strings.TrimSuffix(s, "บาท"), "%"))
	if n, err := strconv.ParseFloat(bare, 64); err == nil && n >= 0 && n < 1e9 && strings.Contains(bare, ".") {
		// A spreadsheet keeps 3.3 as 3.2999999999999998.
		bare = strconv.FormatFloat(math.Round(n*100)/100, 'f', -1, 64)
	}
	r, err := number(bare, t)
	if err == nil && r.value.text != s {
		r.mended = mendedTo(r.value.text)
	}
	return r, err
}

// yes reads whether something holds.
func yes(s string, _ *Table) (reading, error) {
	switch strings.ToLower(s) {
	case "ใช่", "มี", "ได้", "ผ่าน", "true", "yes", "y", "1":
		return reading{value: textNode("true")}, nil
	case "ไม่ใช่", "ไม่มี", "ไม่ได้", "ไม่", "ไม่ผ่าน", "ยังไม่ผ่าน", "false", "no", "n", "0":
		return reading{value: textNode("false")}, nil
	}
	return reading{}, fault.New(fault.Invalid, fault.Textf("%q ไม่ใช่ ใช่ หรือ ไม่ใช่", "%q is neither yes nor no", s), fault.Text{TH: "เขียน ใช่ หรือ ไม่ใช่", EN: "write yes or no"})
}

var timeUnits = sync.OnceValue(func() *dictionary { return builtIn("time_unit").dictionary() })

var howLong = regexp.MustCompile(`^([\d,]+)(?:\.0+)?\s*(\S.*)$`)

// duration reads "110 นาที".
func duration(s string, _ *Table) (reading, error) {
	m := howLong.FindStringSubmatch(calendar.ArabicDigits(s))
	if m == nil {
		return reading{}, fault.New(fault.Invalid, fault.Textf("%q ไม่ใช่ระยะเวลา", "%q is not a length of time", s), fault.Text{TH: "เขียน เช่น 30 นาที หรือ 5 วันทำการ", EN: "write a number and a unit, such as 30 นาที or 5 วันทำการ"})
	}
	unit, err := timeUnits().find(m[2])
	if err != nil {
		return reading{}, err
	}
	return reading{value: groupOf("value", strings.ReplaceAll(m[1], ",", ""), "unit", unit)}, nil
}

// code reads what another system calls its things as an identifier of ours.
func code(s string, _ *Table) (reading, error) {
	bare := strings.ToLower(calendar.ArabicDigits(s))
	bare = strings.Trim(strings.Map(func(r rune) rune {
		switch {
		case r >= 'a' && r <= 'z', r >= '0' && r <= '9':
			return r
		case r == '-' || r == '_' || r == '.' || r == ' ':
			return '-'
		}
		return unicode.ReplacementChar
	}, bare), "-")
	if strings.ContainsRune(bare, unicode.ReplacementChar) || bare == "" {
		return reading{}, fault.New(fault.Invalid, fault.Textf("%q ใช้เป็นรหัสไม่ได้", "%q can not be an identifier", s),
			fault.Text{TH: "ใช้ a-z 0-9 และ -", EN: "use a-z, 0-9 and -"})
	}
	r := reading{value: textNode(bare)}
	if bare != s {
		r.mended = mendedTo(bare)
	}
	return r, nil
}

// address reads an address of the web that may lack its beginning.
func address(s string, _ *Table) (reading, error) {
	if strings.HasPrefix(s, "https://") || strings.HasPrefix(s, "http://") {
		return reading{value: textNode(s)}, nil
	}
	if strings.Contains(s, ":") || strings.ContainsAny(s, " <>\"") || !strings.Contains(s, ".") {
		return reading{value: textNode(s)}, nil // refused, in the words of the strict reader
	}
	return reading{textNode("https://" + s), mendedTo("https://" + s)}, nil
}

var coordinates = regexp.MustCompile(`(-?\d{1,3}\.\d+)\s*(?:,|%2C|\s)\s*(-?\d{1,3}\.\d+)`)

// mapPlace reads a latitude and a longitude, alone or in the link of a map.
func mapPlace(s string, _ *Table) (reading, error) {
	m := coordinates.FindStringSubmatch(calendar.ArabicDigits(s))
	if m == nil {
		return reading{}, fault.New(fault.Invalid, fault.Textf("ไม่พบพิกัดใน %q", "there are no coordinates in %q", s),
			fault.Text{TH: "เขียนละติจูด, ลองจิจูด เช่น 13.7563, 100.5018", EN: "write latitude, longitude: 13.7563, 100.5018"})
	}
	return reading{value: groupOf("lat", m[1], "lng", m[2])}, nil
}

var (
	blockEnd = regexp.MustCompile(`(?i)<\s*(br\s*/?|/p|/div|/tr|/h[1-6]|/ul|/ol|/table)\s*>`)
	listItem = regexp.MustCompile(`(?i)<\s*li[^>]*>`)
	unseen   = regexp.MustCompile(`(?is)<\s*(script|style)\b.*?(<\s*/\s*(script|style)\s*>|$)`)
	anyTag   = regexp.MustCompile(`<[/a-zA-Z!][^>]*>?`)
	manyEnds = regexp.MustCompile(`\n{3,}`)
)

// markup reads rich text of a web editor as Markdown of paragraphs and lists;
// other formatting is lost, and said to be.
func markup(s string, _ *Table) (reading, error) {
	if !anyTag.MatchString(s) {
		return reading{value: textNode(html.UnescapeString(s))}, nil
	}
	s = unseen.ReplaceAllString(s, "")
	s = blockEnd.ReplaceAllString(s, "\n\n")
	s = listItem.ReplaceAllString(s, "\n- ")
	s = anyTag.ReplaceAllString(s, "")
	s, _ = clean(html.UnescapeString(s))
	s = strings.TrimSpace(manyEnds.ReplaceAllString(s, "\n\n"))
	return reading{textNode(s), fault.Text{TH: "เปลี่ยน HTML เป็นข้อความ ตารางและตัวหนาอาจหายไป", EN: "HTML became plain text; tables and bold type may be lost"}}, nil
}
