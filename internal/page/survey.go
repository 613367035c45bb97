package page

import (
	"strconv"
	"strings"

	"khumue/internal/catalog"
)

// Survey is the page on which a citizen tells how a service at a point was. It
// holds the whole question set as a form, which works by itself; the browser's
// modules show one question at a time and keep the answers until they are sent.
type Survey struct {
	Shell
	Form    string // the question set, such as satisfaction-1
	Point   string // its code
	Office  Link   // the point's page
	Agency  Words
	Intro   Words
	Service string // the daemon's address as browsers see it; "" is the site's own host
	Asks    []Ask
}

// Ask is one question.
type Ask struct {
	Code     string
	Kind     string // service, scale, choice or text
	Topic    string
	Text     Words
	Help     Words
	Required bool
	Max      int // characters of a text
	Options  []AskOption
	After    string // code of the earlier question that decides whether this one is asked; "" is always asked
	Is       string // answers to it that make this one asked, with blanks between
	AfterIs  string // the same in words, for a page without scripts
}

// Few reports whether the options are few enough to be all in sight.
func (a Ask) Few() bool { return len(a.Options) <= 12 }

// AskOption is one answer to choose.
type AskOption struct {
	Value string
	Text  Words
	Show  Words // told when it is chosen
}

// longestAnswer is how many characters a text may have where the question does
// not say.
const longestAnswer = 500

// Survey makes the page of a question set for a point and the manuals that are
// served there.
func (b *Builder) Survey(set *catalog.Survey, pt *catalog.Point, around PointAround) Survey {
	_, own := b.above(around.Agency)
	p := Survey{
		Shell: b.Shell("survey", "/survey/"+string(pt.Code)+"/", b.words(set.Title), b.words(pt.Name).Text),
		Form:  set.ID, Point: string(pt.Code), Office: b.object("/point/"+string(pt.Code)+"/", pt.Name),
		Agency: own.Text, Intro: b.words(set.Intro), Service: strings.TrimRight(b.Frame.Site.Service, "/"),
	}
	p.NoIndex = true
	p.Crumbs = append(p.Crumbs, own, p.Office)
	for _, q := range set.Questions {
		p.Asks = append(p.Asks, b.ask(q, set, around.Manuals))
	}
	return p
}

func (b *Builder) ask(q catalog.Question, set *catalog.Survey, manuals []Linked) Ask {
	a := Ask{
		Code: q.Code, Kind: string(q.Kind), Topic: q.Topic, Text: b.words(q.Text), Help: b.words(q.Help), Required: q.Required,
		After: q.When.Question, Is: strings.Join(q.When.Is, " "),
	}
	for _, earlier := range set.Questions {
		if earlier.Code == a.After {
			a.AfterIs = b.msg.Get("survey.after", b.words(earlier.Text).Text, b.answersIn(earlier, q.When.Is))
		}
	}
	switch q.Kind {
	case "service":
		for _, m := range manuals {
			a.Options = append(a.Options, AskOption{Value: string(m.ID), Text: m.Entry.Text})
		}
		a.Options = append(a.Options, AskOption{Value: OtherService, Text: Words{Text: b.msg.Get("survey.other")}})
	case "scale":
		for n := 5; n >= 1; n-- {
			a.Options = append(a.Options, AskOption{Value: strconv.Itoa(n), Text: Words{Text: b.scaleWord(n)}})
		}
	case "choice":
		for _, c := range q.Choices {
			a.Options = append(a.Options, AskOption{c.Value, b.words(c.Text), b.words(c.Show)})
		}
	case "text":
		if a.Max = q.Max; a.Max == 0 {
			a.Max = longestAnswer
		}
	}
	return a
}

// OtherService is the answer of who came for what no manual of the point tells.
const OtherService = "other"

func (b *Builder) scaleWord(n int) string { return b.msg.Get("survey.scale." + strconv.Itoa(n)) }

// answersIn are answers to a question in words.
func (b *Builder) answersIn(q catalog.Question, values []string) string {
	var out []string
	for _, v := range values {
		word := v
		if n, err := strconv.Atoi(v); err == nil && q.Kind == "scale" && n >= 1 && n <= 5 {
			word = b.scaleWord(n)
		}
		for _, c := range q.Choices {
			if c.Value == v {
				word = b.words(c.Text).Text
			}
		}
		out = append(out, word)
	}
	return strings.Join(out, ", ")
}
