package mail

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	htmltemplate "html/template"
	"strconv"
	texttemplate "text/template"
	"time"

	"khumue/internal/calendar"
	"khumue/internal/catalog"
	"khumue/internal/fault"
	"khumue/syncd/internal/manuals"
)

// Writer writes letters about notices.
type Writer struct {
	Portal fault.Text                  // the portal's name
	Office string                      // address of the back office, without a slash at the end
	Link   func(manuals.Notice) string // the path of what a notice is about
	Choose string                      // the path where one chooses how to be told
}

// mostItems is how many notices a letter names. Of the others it says how many
// they are.
const mostItems = 50

// titleRunes is how much of a manual's title a letter repeats.
const titleRunes = 150

//go:embed letter.txt letter.html
var templates embed.FS

var (
	asText = texttemplate.Must(texttemplate.ParseFS(templates, "letter.txt"))
	asHTML = htmltemplate.Must(htmltemplate.ParseFS(templates, "letter.html"))
)

// block is a letter in one language.
type block struct {
	Lang      string
	Portal    string
	Intro     string
	Items     []item
	More      string // "" when all are named
	All       string // what leads to all of them
	AllURL    string
	Choose    string
	ChooseURL string
	End       string
}

// item is one notice.
type item struct{ What, Who, URL string }

// sentences of letters, by language.
var words = struct{ one, many, more, by, instead, all, choose, end, nobody fault.Text }{
	one:     fault.Text{TH: "มีเรื่องใหม่ 1 เรื่อง", EN: "There is something new for you."},
	many:    fault.Text{TH: "มีเรื่องใหม่ %d เรื่อง", EN: "There are %d things new for you."},
	more:    fault.Text{TH: "และอีก %d เรื่อง", EN: "and %d more"},
	by:      fault.Text{TH: "โดย %s เมื่อ %s", EN: "by %s, %s"},
	instead: fault.Text{TH: "แทน %s", EN: "in place of %s"},
	all:     fault.Text{TH: "ดูการแจ้งเตือนทั้งหมด", EN: "See all notices"},
	choose:  fault.Text{TH: "เลือกวิธีรับอีเมล หรือเลิกรับ", EN: "Choose how to be told by e-mail, or stop it"},
	end:     fault.Text{TH: "อีเมลนี้ส่งโดยอัตโนมัติ ไม่ต้องตอบกลับ", EN: "This was sent by a machine, which reads no answers."},
	nobody:  fault.Text{TH: "ผู้ใช้ที่ไม่มีชื่อ", EN: "a user without a name"},
}

// say fills a sentence, in one language.
func say(t fault.Text, lang string, args ...any) string {
	return fault.Textf(t.TH, t.EN, args...).In(lang)
}

// Letter writes to one person about its notices, of which there is at least one,
// the oldest first.
func (w *Writer) Letter(ns []manuals.Notice, names map[catalog.OfficerID]string, now time.Time) (Letter, error) {
	blocks := []block{w.block("th", ns, names), w.block("en", ns, names)}
	var text, page bytes.Buffer
	if err := asText.Execute(&text, blocks); err != nil {
		return Letter{}, err
	}
	if err := asHTML.Execute(&page, blocks); err != nil {
		return Letter{}, err
	}
	return Letter{
		ID: identity(ns), To: ns[0].Address, Name: w.Portal.In("th"), Subject: subject(ns), Date: now.In(calendar.Bangkok()),
		Text: text.String(), HTML: page.String(), Choose: w.Office + w.Choose,
	}, nil
}

// identity is the same for letters about the same notices, so that a letter that
// was sent twice is known as one.
func identity(ns []manuals.Notice) string {
	h := sha256.New()
	for _, n := range ns {
		h.Write([]byte(n.ID + "\n"))
	}
	return hex.EncodeToString(h.Sum(nil)[:16])
}

func subject(ns []manuals.Notice) string {
	if len(ns) == 1 {
		n := short(ns[0])
		return n.Heading().TH + " · " + n.Topic.Name().EN
	}
	return say(words.many, "th", len(ns)) + " · " + strconv.Itoa(len(ns)) + " notices"
}

// short is a notice whose title fits a line.
func short(n manuals.Notice) manuals.Notice {
	cut := func(s string) string {
		if runes := []rune(line(s)); len(runes) > titleRunes {
			return string(runes[:titleRunes]) + "…"
		}
		return line(s)
	}
	n.Title = catalog.Text{TH: cut(n.Title.TH), EN: cut(n.Title.EN)}
	return n
}

// block writes a letter in one language.
func (w *Writer) block(lang string, ns []manuals.Notice, names map[catalog.OfficerID]string) block {
	b := block{
		Lang: lang, Portal: line(w.Portal.In(lang)), Intro: words.one.In(lang), All: words.all.In(lang), AllURL: w.Office + "/notices",
		Choose: words.choose.In(lang), ChooseURL: w.Office + w.Choose, End: words.end.In(lang),
	}
	if len(ns) > 1 {
		b.Intro = say(words.many, lang, len(ns))
	}
	for i, n := range ns {
		if i == mostItems {
			b.More = say(words.more, lang, len(ns)-mostItems)
			break
		}
		b.Items = append(b.Items, item{short(n).Heading().In(lang), who(n, lang, names), w.Office + w.Link(n)})
	}
	return b
}

// who did it, when, and in whose place the reader is told.
func who(n manuals.Notice, lang string, names map[catalog.OfficerID]string) string {
	called := func(id catalog.OfficerID) string {
		if name := line(names[id]); name != "" {
			return name
		}
		return words.nobody.In(lang)
	}
	at := calendar.DateOf(n.At).Short(lang) + " " + calendar.TimeOfDayOf(n.At).Text(lang)
	s := at
	if n.By != "" {
		s = say(words.by, lang, called(n.By), at)
	}
	if n.For != "" {
		s += " · " + say(words.instead, lang, called(n.For))
	}
	return s
}
