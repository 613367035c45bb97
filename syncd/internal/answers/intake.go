package answers

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"khumue/internal/calendar"
	"khumue/internal/catalog"
	"khumue/internal/fault"
	"khumue/internal/survey"
)

// Status is what became of an answer, as its device is told.
type Status string

// The statuses. Whoever is told stored, duplicate or rejected may forget the
// answer; whoever is told retry_later, or nothing, sends it again.
const (
	Stored     Status = "stored"
	Duplicate  Status = "duplicate"
	Rejected   Status = "rejected"
	RetryLater Status = "retry_later"
)

// The codes of reasons beside those of package survey.
const (
	OtherBytes  = "other-bytes"  // another answer has this id
	Poison      = "poison"       // it can not be kept, for a fault of ours
	UnknownForm = "unknown-form" // a question set that was never published here
	Limited     = "limited"      // its network or device has sent enough for now
	Busy        = "busy"         // more waits than can be kept soon
	NotNow      = "not-now"      // nothing can be kept now
)

// Result is what became of an answer.
type Result struct {
	ID     string // "" where it could not be read
	Status Status
	Reason *survey.Reason // nil of stored and duplicate
	Wait   time.Duration  // of retry_later: before it is sent again
}

// Places tells what the content has.
type Places interface {
	// Known reports whether there is such a point, and such a manual.
	Known(catalog.PointCode, catalog.ManualID) (point, manual bool)
}

// Intake takes answers in. Its fields are not changed once it runs.
type Intake struct {
	Store  Store
	Places Places
	Limits Limits
	Now    func() time.Time
	Random io.Reader
	Log    *slog.Logger

	// Note, at an office, gets ready what the centre is to hear of answers, and returns
	// the context of the transaction that keeps them. Within it, kept hears of each
	// whether it is kept by it: with those that are, and no others, what the centre is
	// to hear becomes durable. nil: this is the centre.
	Note func(context.Context, []Deed) (to context.Context, kept func(n int, is bool), err error)
	// Serves tells, at an office, whether it takes answers of a point; nil: of every one.
	Serves func(catalog.PointCode) bool

	gate    gate
	forms   forms
	queue   chan *parcel
	ended   chan struct{}
	begin   sync.Once
	figures figures

	mu     sync.Mutex
	failed map[string]int // of answers that could not be kept by themselves, by digest
	asides int            // how much is put aside, as last counted
	heard  map[string]heard
}

// How much waits for a commit, and is kept by one.
const (
	queueLength = 4096 // parcels
	batchSize   = 500  // answers
)

// figures count what became of answers.
type figures struct{ stored, duplicate, rejected, retry, commits, odd atomic.Int64 }

// Figures tell how many answers were stored, were there, were rejected and were
// asked for again, since the start, and in how many commits.
func (in *Intake) Figures() map[string]float64 {
	f := &in.figures
	return map[string]float64{
		string(Stored): float64(f.stored.Load()), string(Duplicate): float64(f.duplicate.Load()),
		string(Rejected): float64(f.rejected.Load()), string(RetryLater): float64(f.retry.Load()),
		"marked": float64(f.odd.Load()),
	}
}

// Commits is how many commits there were.
func (in *Intake) Commits() float64 { return float64(in.figures.commits.Load()) }

// Waiting is how many parcels wait for a commit.
func (in *Intake) Waiting() float64 { return float64(len(in.parcels())) }

// parcels is the queue, made at its first use.
func (in *Intake) parcels() chan *parcel {
	in.begin.Do(func() {
		in.queue, in.ended = make(chan *parcel, queueLength), make(chan struct{})
		in.failed, in.heard = map[string]int{}, map[string]heard{}
		in.gate.random = in.Random
	})
	return in.queue
}

// parcel are answers of one message that wait for a commit.
type parcel struct {
	items []item
	done  chan struct{} // closed when all have a result
}

// item is an answer that waits, or what is put aside of one that was rejected.
type item struct {
	answer *Answer // nil: it is rejected, whatever can be kept
	aside  Aside
	result *Result
}

func (in *Intake) day() calendar.Date { return calendar.DateOf(in.Now()) }

// Accept takes answers, each as it came, and returns what became of each in the
// same order, once that is durable. It never waits for room: what can not be
// taken now is asked for again. Run has to be running, or to have ended.
func (in *Intake) Accept(from Sender, sent [][]byte) []Result {
	in.parcels()
	out := make([]Result, len(sent))
	p := &parcel{done: make(chan struct{})}
	for i, src := range sent {
		if it, wanted := in.prepare(from, src, &out[i]); wanted {
			p.items = append(p.items, it)
		}
	}
	if len(p.items) > 0 {
		in.commitSoon(p)
	}
	stored := 0
	for i := range out {
		if in.count(out[i]); out[i].Status == Stored {
			stored++
		}
	}
	if from.Device != nil {
		in.hear(from.Device.ID, -1, stored)
	}
	return out
}

// commitSoon puts a parcel into the queue and waits for its results.
func (in *Intake) commitSoon(p *parcel) {
	select {
	case in.parcels() <- p:
	default:
		p.settle(func(it item) { *it.result = later(it.result.ID, Busy, time.Second) })
		return
	}
	select {
	case <-p.done:
	case <-in.ended:
		select {
		case <-p.done:
		default: // it came when nothing was kept any more
			p.settle(func(it item) { *it.result = later(it.result.ID, NotNow, 10*time.Second) })
		}
	}
}

func (p *parcel) settle(each func(item)) {
	for _, it := range p.items {
		each(it)
	}
}

func (in *Intake) count(r Result) {
	switch r.Status {
	case Stored:
		in.figures.stored.Add(1)
	case Duplicate:
		in.figures.duplicate.Add(1)
	case Rejected:
		in.figures.rejected.Add(1)
	default:
		in.figures.retry.Add(1)
	}
}

// prepare reads an answer and holds it to its question set. It reports whether
// something has to be kept; otherwise the result is there.
func (in *Intake) prepare(from Sender, src []byte, result *Result) (it item, keep bool) {
	defer func() {
		if p := recover(); p != nil {
			it, keep = in.poisoned(src, result, fmt.Errorf("panic: %v", p))
		}
	}()
	read, err := survey.Read(src)
	result.ID = read.ID
	if err == nil {
		var masked bool
		read, masked = read.Masked()
		var a *Answer
		if a, err = in.settle(read, in.day()); a != nil {
			if masked {
				a.Marks |= WasMasked
			}
			return in.admit(from, a, result)
		}
	}
	var reason *survey.Reason
	if !errors.As(err, &reason) {
		return in.poisoned(src, result, err)
	}
	if reason.Code == UnknownForm {
		*result = Result{read.ID, RetryLater, reason, time.Hour}
		return item{}, false
	}
	if wait, _ := in.gate.pass(in.Now(), from, nil, in.Limits); wait > 0 {
		*result = later(read.ID, Limited, wait)
		return item{}, false
	}
	*result = Result{ID: read.ID, Status: Rejected, Reason: reason}
	return item{aside: in.aside(src, read, reason.Code), result: result}, true
}

// Check tells what is wrong with an answer, before it is sent for good; nil when
// nothing is.
func (in *Intake) Check(src []byte) *survey.Reason {
	read, err := survey.Read(src)
	if err == nil {
		_, err = in.settle(read, in.day())
	}
	var reason *survey.Reason
	if err != nil && !errors.As(err, &reason) {
		reason = poison()
	}
	return reason
}

// settle makes an answer that can be kept. Its day is judged by that of its receipt.
func (in *Intake) settle(read survey.Answer, received calendar.Date) (*Answer, error) {
	if in.Serves != nil && !in.Serves(read.Point) {
		return nil, outOfScope()
	}
	versions := in.forms.of(read.Form)
	if len(versions) == 0 {
		return nil, unknownForm()
	}
	settled, err := read.Settle(versions[0].Survey)
	for _, older := range versions[1:] {
		if err == nil {
			break
		}
		var fitted error
		if settled, fitted = read.Settle(older.Survey); fitted == nil {
			err = nil
		}
	}
	if err != nil {
		return nil, err
	}
	a := &Answer{
		ID: read.ID, Digest: sha256.Sum256(read.Canonical()), Form: read.Form, Point: read.Point, Procedure: settled.Procedure, Channel: settled.Channel,
		Received: in.day(), Picks: settled.Picks, Comments: settled.Comments, Sent: read,
	}
	var wrong bool
	if a.Day, wrong = survey.Place(read.Answered, received); wrong {
		a.Marks |= Clock
	}
	if read.Bait {
		a.Marks |= Bait
	}
	point, manual := in.Places.Known(a.Point, a.Procedure)
	if !point {
		a.Marks |= NoPoint
	}
	if !manual {
		a.Marks |= NoManual
	}
	return a, nil
}

// admit lets an answer pass the gate.
func (in *Intake) admit(from Sender, a *Answer, result *Result) (item, bool) {
	wait, odd := in.gate.pass(in.Now(), from, a, in.Limits)
	if wait > 0 {
		*result = later(a.ID, Limited, wait)
		return item{}, false
	}
	if a.Marks |= odd; a.Marks&LeftOut != 0 {
		in.figures.odd.Add(1)
	}
	return item{answer: a, result: result}, true
}

// picksText is what an answer has in common with others of the same replies.
func picksText(a *Answer) []byte { return encoded(a.Picks) }

// bodyLength is how much is kept of what was put aside, in bytes.
const bodyLength = survey.MaxAnswer

// aside is what is kept of an answer that is not taken: masked, as all texts are.
func (in *Intake) aside(src []byte, read survey.Answer, code string) Aside {
	text := strings.ReplaceAll(strings.ToValidUTF8(string(src[:min(len(src), bodyLength)]), "�"), "\x00", "�")
	if read.ID != "" { // its digits may look like a telephone number's
		before, after, _ := strings.Cut(text, read.ID)
		first, _ := survey.Mask(before)
		second, _ := survey.Mask(after)
		text = first + read.ID + second
	} else {
		text, _ = survey.Mask(text)
	}
	sum := sha256.Sum256([]byte(code + "\n" + text))
	return Aside{ID: hex.EncodeToString(sum[:]), Answer: read.ID, Code: code, Point: pointOf(read), Body: text, Day: in.day()}
}

// pointOf is the point that an answer names, where it is one.
func pointOf(read survey.Answer) string {
	if _, err := catalog.ParsePointCode(string(read.Point)); err != nil {
		return ""
	}
	return string(read.Point)
}

// mostTries is how often an answer may spoil what keeps it, before it is put
// aside.
const mostTries = 3

// poisoned counts that an answer could not be kept for a fault of ours. It is
// asked for again, and put aside when that does not help.
func (in *Intake) poisoned(src []byte, result *Result, err error) (item, bool) {
	sum := sha256.Sum256(src)
	if !in.hopeless(hex.EncodeToString(sum[:]), err) {
		*result = later(result.ID, NotNow, time.Minute)
		return item{}, false
	}
	*result = Result{ID: result.ID, Status: Rejected, Reason: poison()}
	return item{aside: in.aside(src, survey.Answer{ID: result.ID}, Poison), result: result}, true
}

// hopeless counts a failure of an answer, logs the first, and reports whether
// there were too many.
func (in *Intake) hopeless(digest string, err error) bool {
	in.parcels()
	in.mu.Lock()
	defer in.mu.Unlock()
	if len(in.failed) > mostCounted {
		clear(in.failed)
	}
	if in.failed[digest]++; in.failed[digest] == 1 {
		in.Log.Error("an answer can not be kept", "digest", digest, "error", err)
	}
	return in.failed[digest] >= mostTries
}

func later(id, code string, wait time.Duration) Result {
	texts := map[string]fault.Text{
		Limited: {TH: "ได้รับคำตอบจากเครือข่ายนี้มากแล้ว จะส่งใหม่ให้เองภายหลัง", EN: "Many answers came from this network. It will be sent again later."},
		Busy:    {TH: "ขณะนี้มีผู้ส่งคำตอบจำนวนมาก จะส่งใหม่ให้เองในอีกสักครู่", EN: "Many people are sending answers now. It will be sent again in a moment."},
		NotNow:  {TH: "ขณะนี้บันทึกคำตอบไม่ได้ จะส่งใหม่ให้เองภายหลัง", EN: "Answers can not be stored now. It will be sent again later."},
	}
	return Result{id, RetryLater, &survey.Reason{Code: code, Text: texts[code]}, wait}
}

func unknownForm() *survey.Reason {
	return &survey.Reason{Code: UnknownForm, Text: fault.Text{TH: "ระบบยังไม่รู้จักชุดคำถามนี้ คำตอบยังเก็บไว้ในเครื่องนี้", EN: "This question set is not known here yet. The answer stays on the device."}}
}

func otherBytes() *survey.Reason {
	return &survey.Reason{Code: OtherBytes, Text: fault.Text{TH: "ได้รับคำตอบอื่นที่ใช้รหัสเดียวกันแล้ว คำตอบนี้เก็บไว้ให้เจ้าหน้าที่ดู", EN: "Another answer has the same id. This one is kept for a person to look at."}}
}

func poison() *survey.Reason {
	return &survey.Reason{Code: Poison, Text: fault.Text{TH: "ระบบบันทึกคำตอบนี้ไม่ได้ คำตอบนี้เก็บไว้ให้เจ้าหน้าที่ดู", EN: "This answer could not be stored. It is kept for a person to look at."}}
}
