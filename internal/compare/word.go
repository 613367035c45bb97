package compare

import (
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"khumue/internal/calendar"
	"khumue/internal/catalog"
	"khumue/internal/fault"
	"khumue/internal/thai"
)

const (
	longest  = 80 // runes of a value in a sentence; a longer text is told to have changed
	nameSize = 60 // runes of a row's name in a sentence
)

// valueAt is what a place holds, for a reviewer.
func valueAt(at spot, s *shape, v reflect.Value) Value {
	return Value{Words: told(at, s, v), Raw: clone(v).Interface()}
}

// told says what a place holds, or that it holds nothing.
func told(at spot, s *shape, v reflect.Value) fault.Text {
	if s.form == stated {
		switch catalog.State(v.Field(0).String()) {
		case catalog.Given:
			return told(at, s.elem, v.Field(1))
		case catalog.None:
			return noneOf(at.field)
		}
		return absentWords
	}
	if w := say(s, v); !w.IsZero() {
		return w
	}
	return absentWords
}

// say puts a value into words; none when it is empty.
func say(s *shape, v reflect.Value) fault.Text {
	switch s.form {
	case stated:
		switch catalog.State(v.Field(0).String()) {
		case catalog.Given:
			return say(s.elem, v.Field(1))
		case catalog.None:
			return noneOf("")
		}
		return fault.Text{}
	case rows:
		return count(v.Len())
	case set:
		return items(s.elem, v)
	case record:
		return sayRecord(s, v)
	case passage:
		return plain(v.Field(0).String())
	}
	if v.IsZero() && v.Type() != reflect.TypeFor[catalog.Amount]() && v.Kind() != reflect.Bool {
		return fault.Text{}
	}
	return sayAtom(v)
}

func count(n int) fault.Text {
	switch n {
	case 0:
		return fault.Text{}
	case 1:
		return fault.Text{TH: "1 รายการ", EN: "1 item"}
	}
	return fault.Textf("%d รายการ", "%d items", n)
}

// items lists the items of a set.
func items(elem *shape, v reflect.Value) fault.Text {
	var out fault.Text
	for i := range v.Len() {
		w := say(elem, v.Index(i))
		if i > 0 {
			out.TH, out.EN = out.TH+", ", out.EN+", "
		}
		out.TH, out.EN = out.TH+w.TH, out.EN+w.EN
	}
	return out
}

// sayRecord says what a row holds: its name, then what else is filled in, with
// the label of each.
func sayRecord(s *shape, v reflect.Value) fault.Text {
	if s.typ == textType {
		return spoken(v.Interface().(catalog.Text))
	}
	var out fault.Text
	for _, named := range []bool{true, false} {
		for i, c := range s.cells {
			part := c.of(v)
			if isName(s, i) != named || empty(part) && !silent[s.typ.Name()+"."+c.name] {
				continue
			}
			w := say(c.shape, part)
			if !named && !silent[s.typ.Name()+"."+c.name] && enumeration(part) == nil {
				w = words(c.label, w)
			}
			out = joined(out, w)
		}
	}
	return out
}

func isName(s *shape, cell int) bool { return slices.Contains(s.names, cell) }

// joined puts a dot between two things that are told of a row.
func joined(a, b fault.Text) fault.Text {
	if a.IsZero() || b.IsZero() {
		return words(a, b)
	}
	return words(a, plain("·"), b)
}

// rowName is what a row is called in a sentence.
func rowName(s *shape, v reflect.Value) fault.Text {
	var out fault.Text
	for _, i := range s.names {
		if w := say(s.cells[i].shape, s.cells[i].of(v)); out.IsZero() {
			out = w
		}
	}
	return fault.Text{TH: thai.Truncate(out.TH, nameSize), EN: thai.Truncate(out.EN, nameSize)}
}

// enumeration returns the words of a closed list that a value is of.
func enumeration(v reflect.Value) []string {
	if e, ok := v.Interface().(interface{ Values() []string }); ok {
		return e.Values()
	}
	return nil
}

// sayAtom says a value that is not taken apart.
func sayAtom(v reflect.Value) fault.Text {
	switch x := v.Interface().(type) {
	case catalog.Amount:
		return fault.Textf("%s บาท", "%s baht", x)
	case catalog.Duration:
		return duration(x.Value, x.Unit)
	case catalog.LegalTime:
		return duration(x.Value, x.Unit)
	case catalog.Reduction:
		return duration(x.Value, x.Unit)
	case catalog.Fee:
		return feeSum(x)
	case catalog.Hours:
		return week(x)
	case catalog.Place:
		return plain(fmt.Sprintf("%.5f, %.5f", x.Lat, x.Lng))
	case calendar.Date:
		return fault.Text{TH: x.Short("th"), EN: x.Short("en")}
	}
	switch v.Kind() {
	case reflect.Bool:
		if v.Bool() {
			return fault.Text{TH: "ใช่", EN: "yes"}
		}
		return fault.Text{TH: "ไม่ใช่", EN: "no"}
	case reflect.Int, reflect.Int64:
		return plain(strconv.FormatInt(v.Int(), 10))
	case reflect.String:
		if w, ok := enumerations[v.Type().Name()+"."+v.String()]; ok {
			return w
		}
		return plain(v.String())
	}
	return plain(fmt.Sprint(v.Interface()))
}

// duration is a number with its unit, which is never converted.
func duration(n int, unit catalog.TimeUnit) fault.Text {
	u, known := units[string(unit)]
	if !known {
		return plain(strings.TrimSpace(fmt.Sprintf("%d %s", n, unit)))
	}
	if n == 1 {
		return fault.Textf("%d "+u.th, "%d "+u.one, n)
	}
	return fault.Textf("%d "+u.th, "%d "+u.many, n)
}

// feeSum is how much a fee is, in the unit that it is counted in.
func feeSum(f catalog.Fee) fault.Text {
	switch {
	case f.Kind == catalog.FeeFormula:
		return fault.Text{TH: "คำนวณตามสูตร", EN: "calculated by formula"}
	case f.Kind == catalog.FeeFixed && f.Min == 0 && f.Max == 0:
		return fault.Text{TH: "ไม่เสียค่าธรรมเนียม", EN: "free"}
	case f.InPercent() && f.Max != 0:
		return fault.Textf("ร้อยละ %[1]s–%[2]s", "%[1]s–%[2]s%%", f.Min.Percent(), f.Max.Percent())
	case f.InPercent():
		return fault.Textf("ร้อยละ %[1]s", "%[1]s%%", f.Min.Percent())
	}
	sum := f.Min.String()
	if f.Max != 0 {
		sum += " – " + f.Max.String()
	}
	unit := fault.Text{TH: "บาท", EN: "baht"}
	if !f.InBaht() {
		unit = spoken(f.Unit)
	}
	if f.Kind == catalog.FeeFrom {
		return words(fault.Text{TH: "ตั้งแต่", EN: "from"}, plain(sum), unit)
	}
	return words(plain(sum), unit)
}

// week is when an office is open in an ordinary week.
func week(h catalog.Hours) fault.Text {
	out := calendar.Hours{Always: h.Always, OpenOnHolidays: h.Holidays}
	for _, s := range h.Week {
		for _, d := range s.Days {
			if day := dayOf(&out.Week, d); day != nil {
				*day = append(*day, spansOf(s)...)
			}
		}
	}
	w := fault.Text{TH: out.Text("th"), EN: out.Text("en")}
	if slices.ContainsFunc(h.Week, func(s catalog.Span) bool { return s.Lunch.IsNone() }) {
		w = words(w, fault.Text{TH: "(ไม่มีพักเที่ยง)", EN: "(no lunch break)"})
	}
	if w.IsZero() && h.Holidays {
		return fault.Text{TH: "เปิดในวันหยุดราชการ", EN: "open on government holidays"}
	}
	return w
}

// dayOf is a day of a week; nil for what is no day.
func dayOf(w *calendar.Week, d catalog.Weekday) *[]calendar.Span {
	days := map[catalog.Weekday]*[]calendar.Span{
		"mon": &w.Mon, "tue": &w.Tue, "wed": &w.Wed, "thu": &w.Thu, "fri": &w.Fri, "sat": &w.Sat, "sun": &w.Sun,
	}
	return days[d]
}

// spansOf cuts the lunch break out of a time of opening.
func spansOf(s catalog.Span) []calendar.Span {
	if !s.Lunch.IsGiven() {
		return []calendar.Span{{Opens: s.Opens, Closes: s.Closes}}
	}
	return []calendar.Span{{Opens: s.Opens, Closes: s.Lunch.Value.From}, {Opens: s.Lunch.Value.To, Closes: s.Closes}}
}

// arrow says what became of a value: 200 → 300 บาท.
func arrow(old, new fault.Text) fault.Text {
	return fault.Text{TH: arrowOf(old.TH, new.TH), EN: arrowOf(old.EN, new.EN)}
}

// arrowOf names the unit of two numbers once.
func arrowOf(old, new string) string {
	o, unit, ok := strings.Cut(old, " ")
	n, newUnit, _ := strings.Cut(new, " ")
	if ok && unit == newUnit && number(o) && number(n) {
		old = o
	}
	return old + " → " + new
}

func number(s string) bool { return s != "" && strings.Trim(s, "0123456789,.") == "" }

// brief reports whether a value can stand within a sentence.
func brief(t fault.Text) bool {
	return utf8.RuneCountInString(t.TH) <= longest && utf8.RuneCountInString(t.EN) <= longest && !strings.Contains(t.TH, "\n")
}

// short is as much of a text as a sentence takes.
func short(t fault.Text) fault.Text {
	return fault.Text{TH: thai.Truncate(t.TH, 2*longest), EN: thai.Truncate(t.EN, 2*longest)}
}
