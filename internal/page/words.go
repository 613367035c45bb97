package page

import (
	"fmt"
	"strings"

	"khumue/internal/calendar"
	"khumue/internal/catalog"
)

// words returns a text in the page's language, or in Thai and marked so.
func (b *Builder) words(t catalog.Text) Words {
	if b.Lang == catalog.EN && t.EN == "" && t.TH != "" {
		return Words{t.TH, string(catalog.TH)}
	}
	return Words{Text: t.In(b.Lang)}
}

// paragraphs splits a text at its line breaks.
func (b *Builder) paragraphs(t catalog.Text) []Words {
	w := b.words(t)
	var out []Words
	for line := range strings.SplitSeq(w.Text, "\n") {
		if line = strings.TrimSpace(line); line != "" {
			out = append(out, Words{line, w.Lang})
		}
	}
	return out
}

// duration is a number with its unit, which is never converted.
func (b *Builder) duration(d catalog.Duration) string {
	return b.msg.Count("unit."+string(d.Unit), d.Value)
}

// law is one law as a citation.
func (b *Builder) law(l catalog.Law) Words {
	w := b.words(l.Name)
	parts := []string{w.Text}
	if kind := b.msg.Get("law." + string(l.Kind)); l.Kind != "other" && w.Lang == "" && !namesItsKind(w.Text, kind) {
		parts[0] = kind + " " + w.Text
	}
	if l.Year != 0 && !strings.Contains(w.Text, fmt.Sprint(l.Year)) {
		parts = append(parts, b.msg.Get("law.year", l.Year))
	}
	if l.Section != "" {
		parts = append(parts, b.section(l.Section))
	}
	if note := b.words(l.Note); note.Text != "" {
		parts = append(parts, "("+note.Text+")")
	}
	return Words{strings.Join(parts, " "), w.Lang}
}

// section writes what begins with a number as a section; anything else, such
// as "ข้อ 7", stands as typed.
func (b *Builder) section(s string) string {
	if s[0] >= '0' && s[0] <= '9' {
		return b.msg.Get("law.section", s)
	}
	return s
}

// namesItsKind reports whether a law's name holds the kind of law itself, in
// full or abbreviated, in either language.
func namesItsKind(name, kind string) bool {
	if strings.Contains(strings.ToLower(name), strings.ToLower(kind)) {
		return true
	}
	for _, p := range []string{"พระราช", "พ.ร.", "ประมวล", "กฎกระทรวง", "ประกาศ", "ระเบียบ", "ข้อบัญญัติ", "คำสั่ง", "กฎ", "Act", "Code", "Decree", "Regulation", "Notification", "Ordinance", "Order"} {
		if strings.HasPrefix(name, p) || strings.HasSuffix(name, " "+p) {
			return true
		}
	}
	return false
}

// feeAmount is one fee in words: how much, per what, of what.
func (b *Builder) feeAmount(f catalog.Fee) string {
	if f.Kind == catalog.FeeFixed && f.Min == 0 {
		return b.msg.Get("fee.free")
	}
	s := b.feeSum(f)
	if per := b.words(f.Per).Text; per != "" {
		s += b.msg.Get("fee.per", per)
	}
	if base := b.words(f.Base).Text; base != "" && f.InPercent() {
		s += b.msg.Get("fee.of", base)
	}
	return s
}

// feeSum is how much a fee is, in the unit that it is counted in.
func (b *Builder) feeSum(f catalog.Fee) string {
	switch {
	case f.Kind == catalog.FeeFormula:
		return b.msg.Get("fee.formula")
	case f.InPercent() && f.Max > f.Min:
		return b.msg.Get("fee.percent", f.Min.Percent()+"–"+f.Max.Percent())
	case f.InPercent():
		return b.msg.Get("fee.percent", f.Min.Percent())
	case f.Kind == catalog.FeeRange:
		return b.inUnit(f, "range", f.Min, f.Max)
	case f.Kind == catalog.FeeFrom:
		return b.inUnit(f, "from", f.Min)
	}
	return b.inUnit(f, "baht", f.Min)
}

// inUnit says sums in baht, or in the unit that the author names.
func (b *Builder) inUnit(f catalog.Fee, key string, sums ...any) string {
	if f.InBaht() {
		return b.msg.Get("fee."+key, sums...)
	}
	return b.msg.Get("fee."+key+".unit", append(sums, b.words(f.Unit).Text)...)
}

// feeSummary says in a few words what a service costs: the range of the sums,
// and the range of the percentages. The two are never added.
func (b *Builder) feeSummary(fees catalog.Stated[[]catalog.Fee]) string {
	switch {
	case fees.IsNone():
		return b.msg.Get("facts.fee.none")
	case fees.IsAbsent():
		return b.msg.Get("facts.fee.absent")
	case len(fees.Value) == 1:
		return b.feeAmount(fees.Value[0])
	case fees.Value[0].Kind == catalog.FeeFormula:
		// The first row is what the service costs; sums that follow, such as
		// postage, would make it look cheap.
		return b.msg.Get("facts.fee.formula")
	}
	sums, percents, open := feeRanges(fees.Value)
	switch {
	case sums.none() && percents.none():
		return b.msg.Get("facts.fee.formula")
	case sums.none():
		return b.msg.Get("facts.fee.percent", percents.percent())
	case percents.none():
		return b.sumRange(sums, open)
	}
	return b.msg.Get("facts.fee.both", b.sumRange(sums, open), b.msg.Get("facts.fee.percent", percents.percent()))
}

// amounts is a range of amounts.
type amounts struct {
	low, high catalog.Amount
	count     int
}

func (a amounts) none() bool { return a.count == 0 }

func (a *amounts) add(f catalog.Fee) {
	if a.count == 0 || f.Min < a.low {
		a.low = f.Min
	}
	a.high = max(a.high, f.Min, f.Max)
	a.count++
}

func (a amounts) percent() string {
	if a.low == a.high {
		return a.low.Percent()
	}
	return a.low.Percent() + " – " + a.high.Percent()
}

// feeRanges gathers rows by what they are counted in; open means that some
// have no upper end.
func feeRanges(rows []catalog.Fee) (sums, percents amounts, open bool) {
	for _, f := range rows {
		switch {
		case f.Kind == catalog.FeeFormula:
			open = true
		case f.InPercent():
			percents.add(f)
		case !f.InBaht():
			open = true
		default:
			sums.add(f)
			open = open || f.Kind == catalog.FeeFrom
		}
	}
	return sums, percents, open
}

func (b *Builder) sumRange(a amounts, open bool) string {
	switch {
	case open:
		return b.msg.Get("facts.fee.from", b.msg.Get("fee.baht", a.low))
	case a.high == 0:
		return b.msg.Get("facts.fee.none")
	case a.low == a.high:
		return b.msg.Get("facts.fee.exact", a.low)
	}
	return b.msg.Get("facts.fee.range", a.low, a.high)
}

// hours is an ordinary week on one line, as manuals write it.
func (b *Builder) hours(h catalog.Hours) string {
	week := calendarHours(h, nil)
	if week.IsZero() {
		return b.words(h.Note).Text
	}
	s := week.Text(string(b.Lang))
	if note := b.words(h.Note).Text; note != "" {
		s += " · " + note
	}
	return s
}

// calendarHours gives the rules of the calendar an office's week.
func calendarHours(h catalog.Hours, closures []catalog.Closure) calendar.Hours {
	out := calendar.Hours{Always: h.Always, OpenOnHolidays: h.Holidays}
	for _, s := range h.Week {
		spans := spansOf(s)
		spans = spans[:len(spans):len(spans)] // days share it
		for _, d := range s.Days {
			switch day := dayOf(&out.Week, d); {
			case day == nil:
			case *day == nil:
				*day = spans
			default:
				*day = append(*day, spans...)
			}
		}
	}
	for _, c := range closures {
		to := c.To
		if to.IsZero() {
			to = c.From
		}
		out.Closures = append(out.Closures, calendar.Closure{From: c.From, To: to, TH: c.Reason.TH, EN: c.Reason.EN})
	}
	return out
}

// dayOf is a day of a week; nil for what is no day.
func dayOf(w *calendar.Week, d catalog.Weekday) *[]calendar.Span {
	switch d {
	case "mon":
		return &w.Mon
	case "tue":
		return &w.Tue
	case "wed":
		return &w.Wed
	case "thu":
		return &w.Thu
	case "fri":
		return &w.Fri
	case "sat":
		return &w.Sat
	case "sun":
		return &w.Sun
	}
	return nil
}

// spansOf cuts the lunch break out of a time of opening.
func spansOf(s catalog.Span) []calendar.Span {
	if !s.Lunch.IsGiven() {
		return []calendar.Span{{Opens: s.Opens, Closes: s.Closes}}
	}
	return []calendar.Span{{Opens: s.Opens, Closes: s.Lunch.Value.From}, {Opens: s.Lunch.Value.To, Closes: s.Closes}}
}

// Size is a file's size for people.
func Size(bytes int64) string {
	switch {
	case bytes < 1000:
		return fmt.Sprintf("%d B", bytes)
	case bytes < 1_000_000:
		return fmt.Sprintf("%d KB", (bytes+500)/1000)
	default:
		return fmt.Sprintf("%.1f MB", float64(bytes)/1e6)
	}
}

// dial is a telephone number as a tel: link takes it, and shown as typed. Of
// several numbers in one text the first is dialled.
func dial(s string) Phone {
	var room [32]byte
	digits := room[:0]
	for _, r := range s {
		switch {
		case r >= '0' && r <= '9', r == '+' && len(digits) == 0:
			digits = append(digits, byte(r))
		case r == ' ' || r == '-' || r == '(' || r == ')':
		case len(digits) > 0:
			return Phone{s, string(digits)}
		}
	}
	return Phone{s, string(digits)}
}
