package survey

import (
	"fmt"
	"slices"
	"strconv"
	"unicode/utf8"

	"khumue/internal/catalog"
	"khumue/internal/fault"
)

// The kinds of questions (catalog.QuestionKind).
const (
	service catalog.QuestionKind = "service"
	scale   catalog.QuestionKind = "scale"
	choice  catalog.QuestionKind = "choice"
	text    catalog.QuestionKind = "text"
)

// OtherService is the reply to a question for the service that names none.
const OtherService = "other"

// channelTopic is the topic of the question for how the service was used.
const channelTopic = "channel"

// highest is the best of a scale; the least is 1.
const highest = 5

// usualText is how many characters a text may have where its question does not
// say.
const usualText = 500

// Settled is an answer that fits its question set.
type Settled struct {
	Procedure catalog.ManualID // "" when none was chosen
	Channel   string           // "" when it was not said
	Picks     Picks
	Comments  []Comment // in the order of the questions
}

// Picks are what was chosen, by question; a text is there as Wrote.
type Picks map[string]string

// Wrote stands for a text in picks and counts.
const Wrote = "text"

// Comment is what was written to a question.
type Comment struct {
	Question string
	Text     string
}

// Settle holds an answer to its question set. Replies to questions that were
// not asked, because of an earlier reply, count as not given: a plain form shows
// all questions. What does not fit is a *Reason.
func (a Answer) Settle(s *catalog.Survey) (Settled, error) {
	out := Settled{Procedure: a.Procedure, Channel: a.Channel, Picks: Picks{}}
	for code := range a.Answers {
		if !slices.ContainsFunc(s.Questions, func(q catalog.Question) bool { return q.Code == code }) {
			return out, because(UnknownQuestion, code, "ไม่มีข้อ "+code+" ในแบบสำรวจนี้", "There is no question "+code+" in this set.")
		}
	}
	for _, q := range s.Questions {
		v, given := a.Answers[q.Code]
		switch {
		case given:
			if reason := fits(q, v); reason != nil {
				return out, reason
			}
			if asked(q, out.Picks) {
				out.keep(q, v)
			}
		case q.Required && asked(q, out.Picks):
			return out, missing(q)
		}
	}
	return out, nil
}

func missing(q catalog.Question) *Reason {
	return because(Missing, q.Code, "ยังไม่ได้ตอบข้อ “"+q.Text.TH+"”", "“"+q.Text.In(catalog.EN)+"” has to be answered.")
}

// keep takes a reply that fits.
func (s *Settled) keep(q catalog.Question, v Value) {
	switch q.Kind {
	case text:
		s.Picks[q.Code] = Wrote
		s.Comments = append(s.Comments, Comment{q.Code, v.Text})
	case scale:
		s.Picks[q.Code] = strconv.Itoa(v.Number)
	case service:
		s.Picks[q.Code] = v.Text
		if v.Text != OtherService && s.Procedure == "" {
			s.Procedure = catalog.ManualID(v.Text)
		}
	default:
		s.Picks[q.Code] = v.Text
		if q.Topic == channelTopic && slices.Contains(Channels, v.Text) {
			s.Channel = v.Text // who used it knows better than the page
		}
	}
}

// asked reports whether a question is asked after the replies to those before.
func asked(q catalog.Question, picks Picks) bool {
	if q.When.Question == "" {
		return true
	}
	pick, ok := picks[q.When.Question]
	return ok && (len(q.When.Is) == 0 || slices.Contains(q.When.Is, pick))
}

// fits tells what is wrong with a reply to a question.
func fits(q catalog.Question, v Value) *Reason {
	ok := false
	switch q.Kind {
	case scale:
		ok = v.Number >= 1 && v.Number <= highest
	case choice:
		ok = v.Number == 0 && slices.ContainsFunc(q.Choices, func(c catalog.Choice) bool { return c.Value == v.Text })
	case service:
		_, err := catalog.ParseManualID(v.Text)
		ok = v.Number == 0 && err == nil // "other" has the form of an id too
	case text:
		most := q.Max
		if most == 0 {
			most = usualText
		}
		if n := utf8.RuneCountInString(v.Text); n > most {
			return &Reason{TooLong, q.Code, fault.Textf("ข้อความยาวเกิน %d ตัวอักษร", "The text is longer than %d characters.", most)}
		}
		ok = v.Number == 0
	}
	if !ok {
		return badValue(q.Code)
	}
	return nil
}

// Masked returns the answer with what may tell of a person masked in its texts,
// and whether anything was. Words of choices are not touched.
func (a Answer) Masked() (Answer, bool) {
	var out map[string]Value
	for code, v := range a.Answers {
		if v.Number != 0 {
			continue
		}
		if t, found := Mask(v.Text); len(found) > 0 {
			if out == nil {
				out = make(map[string]Value, len(a.Answers))
				for c, v := range a.Answers {
					out[c] = v
				}
			}
			out[code] = Value{Text: t}
		}
	}
	if out == nil {
		return a, false
	}
	a.Answers = out
	return a, true
}

// String tells a value as it was given.
func (v Value) String() string {
	if v.Number != 0 {
		return fmt.Sprint(v.Number)
	}
	return v.Text
}
