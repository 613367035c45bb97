package answers

import (
	"context"
	"encoding/json"
	"errors"

	"khumue/internal/calendar"
	"khumue/internal/catalog"
	"khumue/internal/fault"
	"khumue/internal/survey"
)

// OutOfScope is the code of an answer for a point that whoever took it does not
// serve.
const OutOfScope = "out-of-scope"

// Deed is an answer that an office took, as the centre takes it again: masked, and of
// who gave it nothing but what it says itself.
type Deed struct {
	Answer json.RawMessage `json:"answer"`          // canonical, but for its texts
	Marks  Marks           `json:"marks,omitempty"` // that only the office can know

	Texts    map[string]string `json:"-"` // by the codes of the questions; they travel apart
	ID       string            `json:"-"`
	Received calendar.Date     `json:"-"` // by the office's clock
}

// foreignMarks are those that the centre takes over. What else is odd it sees itself.
const foreignMarks = Flood | Repeated | WasMasked

// deed is what an office tells the centre of an answer.
func (a *Answer) deed() Deed {
	d := Deed{Marks: a.Marks & foreignMarks, ID: a.ID, Received: a.Received}
	without := a.Sent
	without.Answers = make(map[string]survey.Value, len(a.Sent.Answers))
	for code, v := range a.Sent.Answers {
		without.Answers[code] = v
	}
	for _, c := range a.Comments {
		if d.Texts == nil {
			d.Texts = map[string]string{}
		}
		d.Texts[c.Question] = a.Sent.Answers[c.Question].Text
		delete(without.Answers, c.Question)
	}
	d.Answer = without.Canonical()
	return d
}

// whole is the answer with its texts, in some order.
func (d Deed) whole() ([]byte, error) {
	if len(d.Texts) == 0 {
		return d.Answer, nil
	}
	var a, replies map[string]json.RawMessage
	err := json.Unmarshal(d.Answer, &a)
	if err == nil {
		err = json.Unmarshal(a["answers"], &replies)
	}
	if err != nil || replies == nil {
		return nil, &survey.Reason{Code: survey.BadJSON, Text: fault.Text{TH: "อ่านคำตอบที่ส่งมาไม่ได้", EN: "The answer can not be read."}}
	}
	for code, text := range d.Texts {
		replies[code] = encoded(text)
	}
	a["answers"] = encoded(replies)
	return encoded(a), nil
}

// Again takes an answer that an office took, in a transaction of its own under the
// context. Whether it is one of the office's points is for the caller to say: another
// is put aside, as what does not fit is. Within the transaction told hears what
// becomes of it; of an answer to a question set that is not known here, which is
// retry_later, there is none, and told is not called.
func (in *Intake) Again(ctx context.Context, d Deed, mine func(catalog.PointCode) (bool, error), told func(Result)) (Result, error) {
	in.parcels()
	it, err := in.again(d, mine)
	if err != nil {
		return Result{}, err
	}
	if it.result.Status == RetryLater {
		return *it.result, nil
	}
	var out []Result
	err = in.Store.Write(ctx, func(r Records) error {
		out, err = in.write(r, []item{it}, nil)
		if err == nil {
			told(out[0])
		}
		return err
	})
	if err != nil {
		return Result{}, err
	}
	in.figures.commits.Add(1)
	in.count(out[0])
	return out[0], nil
}

// again holds what an office took to its question set.
func (in *Intake) again(d Deed, mine func(catalog.PointCode) (bool, error)) (item, error) {
	src, err := d.whole()
	var read survey.Answer
	if err == nil {
		read, err = survey.Read(src)
	}
	result := &Result{ID: read.ID}
	var a *Answer
	if err == nil {
		var ok bool
		if ok, err = mine(read.Point); err == nil && !ok {
			err = outOfScope()
		}
	}
	if err == nil {
		masked, more := read.Masked()
		a, err = in.settle(masked, d.received(in.day()))
		if a != nil {
			a.Marks |= d.Marks & foreignMarks
			if more {
				a.Marks |= WasMasked
			}
			return item{answer: a, result: result}, nil
		}
	}
	var reason *survey.Reason
	if !errors.As(err, &reason) {
		return item{}, err
	}
	if result.Reason = reason; reason.Code == UnknownForm {
		result.Status = RetryLater
		return item{result: result}, nil
	}
	result.Status = Rejected
	return item{aside: in.aside(src, read, reason.Code), result: result}, nil
}

// longestWay is how many days an answer may have waited at an office.
const longestWay = 366

// received is the day by which an answer's own is judged: that of its receipt at the
// office, unless the office's clock was wrong.
func (d Deed) received(today calendar.Date) calendar.Date {
	if d.Received.After(today.AddDays(1)) || d.Received.Before(today.AddDays(-longestWay)) {
		return today
	}
	return d.Received
}

func outOfScope() *survey.Reason {
	return &survey.Reason{Code: OutOfScope, Text: fault.Text{TH: "คำตอบนี้ไม่ใช่ของจุดบริการที่สำนักงานนี้ดูแล เก็บไว้ให้เจ้าหน้าที่ดูแล้ว", EN: "This answer is not of a point that this office serves. It is kept for a person to look at."}}
}
