// Package letter writes the letter by which an office tells an applicant that a
// request is late, in the layout of Thai official letters (หนังสือภายนอก): as a
// PDF file whose text can be copied and searched, and as a Word file to be
// adapted.
//
// The room at the head, three centimetres high, is left for the Garuda: it is the
// state's emblem, and comes with the office's own paper or file. The package knows
// the words of the letter and refuses to know who may write one.
package letter

import (
	"fmt"
	"strconv"
	"strings"

	"khumue/internal/calendar"
	"khumue/internal/catalog"
	"khumue/internal/delay"
)

// Delay is what a letter about a late request is made of.
type Delay struct {
	Case     delay.Case
	Letter   delay.Letter // one of the case's, in any edition
	Title    string       // of the manual, in Thai
	Revision int          // of the manual; 0 is not named
	Agency   string       // in Thai, as all below
	Point    string
	Address  string // of the point, a line or several; may be empty
	Phone    string // may be empty
	Person   string // the applicant; "" is written to by the number of the request
	Code     string // of the look-up; "" leaves its box out, as of a copy
	Site     string // the address of the public site
}

// Letter is a letter as it is laid out.
type Letter struct {
	Mark     string // above all else, of one that counts no more; "" for none
	Number   string
	Agency   []string // lines at the right of the head
	Date     string
	Subject  string
	To       string
	Refers   []string // อ้างถึง
	Encloses []string // สิ่งที่ส่งมาด้วย
	Body     []string // paragraphs
	Signer   string
	Position string
	Office   []string // lines at the foot
	Box      *Box     // nil for none
}

// Box is how the request is looked up.
type Box struct {
	Heading string
	Lines   []string
	Code    string
	Link    string // of the QR code
}

// lookUp is where a request is looked up on the public site.
const lookUp = "/delay/"

// LookUp is the address that a letter's QR code opens. Number and code stand
// behind the #, so that no server sees them.
func LookUp(site, request, code string) string {
	return strings.TrimSuffix(site, "/") + lookUp + "#n=" + escape(request) + "&c=" + escape(code)
}

// escape leaves what a fragment may have, and writes the rest as bytes.
func escape(s string) string {
	var b strings.Builder
	for _, c := range []byte(s) {
		switch {
		case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9', c == '-', c == '.', c == '_', c == '~', c == '/':
			b.WriteByte(c)
		default:
			fmt.Fprintf(&b, "%%%02X", c)
		}
	}
	return b.String()
}

// thai writes digits as official letters do.
func thai(s string) string { return calendar.ThaiDigits(s) }

// plainDay is the date of a letter: without พ.ศ., as the rules of letters have it,
// and never broken over two rows.
func plainDay(d calendar.Date) string {
	return strings.ReplaceAll(thai(d.Long(string(catalog.TH))), " ", "\u00a0")
}

// nth is the number of a letter in a sentence, never broken over two rows.
func nth(l delay.Letter) string {
	return strings.ReplaceAll(thai("ที่ "+l.Number), " ", "\u00a0")
}

// Write is the letter in words.
func (d Delay) Write() Letter {
	l := Letter{
		Number: thai(d.Letter.Number), Date: plainDay(d.Letter.Date), Subject: "แจ้งเหตุแห่งความล่าช้าในการพิจารณาคำขอ",
		To: d.Person, Signer: d.Letter.Signer, Position: d.Letter.Position,
	}
	l.Agency = append(l.Agency, d.Agency)
	if d.Point != "" && d.Point != d.Agency {
		l.Agency = append(l.Agency, thai(d.Point))
	}
	for line := range strings.SplitSeq(d.Address, "\n") {
		if line = strings.TrimSpace(line); line != "" {
			l.Agency = append(l.Agency, thai(line))
		}
	}
	if l.To == "" {
		l.To = "ผู้ยื่นคำขอเลขที่ " + thai(d.Case.Request)
	}
	if all := d.Case.Editions(d.Letter.Seq); len(all) > 0 && d.Letter.Edition < all[0].Edition {
		l.Mark = thai(fmt.Sprintf("สำเนาฉบับที่ถูกแทนแล้ว ใช้ฉบับแก้ไขครั้งที่ %d แทน", all[0].Edition-1))
	}
	l.Refers = d.refers()
	l.Body = d.body()
	l.Office = append(l.Office, thai(d.sender()))
	if d.Phone != "" {
		l.Office = append(l.Office, "โทร. "+thai(d.Phone))
	}
	if d.Code != "" {
		l.Box = d.box()
	}
	return l
}

// refers names the request, and the letter before this one.
func (d Delay) refers() []string {
	out := []string{fmt.Sprintf("คำขอเลขที่ %s ยื่นเมื่อวันที่ %s", thai(d.Case.Request), plainDay(d.Case.Filed))}
	for _, before := range d.Case.Letters {
		if before.Seq == d.Letter.Seq-1 {
			out = append(out, fmt.Sprintf("หนังสือ%s %s ลงวันที่ %s", d.Agency, nth(before), plainDay(before.Date)))
		}
	}
	return out
}

func (d Delay) body() []string {
	c := d.Case
	manual := "คู่มือสำหรับประชาชน"
	if d.Revision > 0 {
		manual += fmt.Sprintf("ฉบับที่ %d ", d.Revision)
	}
	began := fmt.Sprintf("ตามที่ท่านได้ยื่นคำขอ “%s” และเอกสารครบถ้วนเมื่อวันที่ %s ซึ่ง%sกำหนดระยะเวลาพิจารณา %s ครบกำหนดวันที่ %s นั้น",
		thai(d.Title), plainDay(c.Complete), thai(manual), thai(delay.Time(c.Promised, "th")), plainDay(c.Due))
	why := d.Letter.Reason.Name().TH
	switch {
	case d.Letter.Reason == delay.Other:
		why = d.Letter.Text
	case d.Letter.Text != "":
		why += " กล่าวคือ " + d.Letter.Text
	}
	late := fmt.Sprintf("%s ขอเรียนว่า ขณะนี้ยังพิจารณาคำขอของท่านไม่แล้วเสร็จ เนื่องจาก%s และคาดว่าจะแล้วเสร็จภายในวันที่ %s", thai(d.sender()), thai(why), plainDay(d.Letter.Expected))
	law := thai("ทั้งนี้ หากยังไม่แล้วเสร็จ จะแจ้งเหตุแห่งความล่าช้าให้ท่านทราบเป็นหนังสือทุก\u00a07\u00a0วัน จนกว่าจะพิจารณาแล้วเสร็จ ตามมาตรา\u00a010 แห่งพระราชบัญญัติการอำนวยความสะดวกในการพิจารณาอนุญาตของทางราชการ พ.ศ. 2558 และส่งสำเนาหนังสือฉบับนี้ให้สำนักงาน ก.พ.ร. ทราบด้วยแล้ว")
	out := []string{began, late, law}
	if mended := d.mended(); mended != "" {
		out = append(out, mended)
	}
	return append(out, "จึงเรียนมาเพื่อโปรดทราบ")
}

// mended says which letter a corrected one replaces in the hands of its reader: the
// last edition before it that was noted as sent, to the applicant or as a copy; ""
// where none was.
func (d Delay) mended() string {
	for _, was := range d.Case.Editions(d.Letter.Seq) {
		if was.Edition < d.Letter.Edition && !(was.Sent.IsZero() && was.Copied.IsZero()) {
			return fmt.Sprintf("อนึ่ง หนังสือฉบับนี้เป็นฉบับแก้ไขครั้งที่\u00a0%s ใช้แทนหนังสือ%s %s ลงวันที่ %s ซึ่งมีข้อความคลาดเคลื่อน",
				thai(strconv.Itoa(d.Letter.Edition-1)), d.Agency, nth(was), plainDay(was.Date))
		}
	}
	return ""
}

// sender is who writes: the point, which may bear the agency's name in its own.
func (d Delay) sender() string {
	if d.Point != "" {
		return d.Point
	}
	return d.Agency
}

func (d Delay) box() *Box {
	_, short, _ := strings.Cut(strings.TrimSuffix(d.Site, "/"), "://")
	return &Box{
		Heading: "ตรวจสถานะคำขอได้ด้วยตนเอง",
		Lines:   []string{"สแกนรหัส หรือเปิด " + short + lookUp, "เลขที่คำขอ: " + d.Case.Request},
		Code:    d.Code, Link: LookUp(d.Site, d.Case.Request, d.Code),
	}
}
