package wire

import (
	"encoding/base64"
	"errors"
	"regexp"
	"slices"
	"strings"

	"khumue/internal/fault"
	"khumue/internal/scan"
)

// ErrTooLarge is what an error of Read is, beside being of kind Invalid, when fewer
// or smaller things at once would be taken.
var ErrTooLarge = errors.New("too large")

var errBad = fault.New(fault.Invalid, fault.Text{TH: "ข้อความที่ส่งมาไม่เป็นไปตามแบบของ sync.v1", EN: "What was sent is no message of sync.v1."},
	fault.Text{TH: "ไม่มีการบันทึกใด ๆ ข้อมูลยังอยู่ในเครื่องที่ส่ง", EN: "Nothing was stored; it stays on the machine that sent it."})

func large(th, en string, most int) error {
	return fault.New(fault.Invalid, fault.Textf(th, en, most), fault.Text{TH: "แบ่งส่งทีละน้อย", EN: "Send less at once."}).Because(ErrTooLarge)
}

// members are what a message of each type may have beside type and nonce, and in
// front of the bar, what it has to have.
var members = map[Type]string{
	Hello:   "| greeting reception",
	Push:    "stream ops |",
	Results: "results |",
	Ask:     "ids |",
	Have:    "| files got",
	Chunk:   "piece |",
	Pull:    "cursor | have",
	Changes: "changes cursor | have more",
	Compare: "stream ranges |",
	Wait:    "after |",
	Refusal: "code text |",
}

// Read reads one message. What is no message, or not as large as one may be, is an
// error of kind Invalid; where sending less would help, it is ErrTooLarge too. An
// operation's body is an object of any form, of which no reader can understand
// another thing than this one; its bytes are those of src, which must not change.
func Read(src []byte) (Message, error) {
	if len(src) > MaxMessage {
		return Message{}, large("ข้อความใหญ่กว่า %d ไบต์", "The message is larger than %d bytes.", MaxMessage)
	}
	r := reader{scan.New(src, errBad)}
	var m Message
	var names []string
	err := r.Object(30, func(name string) error {
		names = append(names, name)
		return r.member(&m, name)
	})
	if err == nil {
		err = r.End()
	}
	if err == nil && !m.fits(names) {
		err = errBad
	}
	if err != nil {
		return Message{}, err
	}
	return m, nil
}

// fits reports whether a message has what its type needs, and no more.
func (m Message) fits(names []string) bool {
	needed, may, known := strings.Cut(members[m.Type], "|")
	if !known || m.Nonce == "" && m.Type != Refusal {
		return false
	}
	for _, n := range strings.Fields(needed) {
		if !slices.Contains(names, n) {
			return false
		}
	}
	all := strings.Fields("type nonce " + needed + may)
	for _, n := range names {
		if !slices.Contains(all, n) {
			return false
		}
	}
	return m.Type != Hello || (m.Greeting == nil) != (m.Reception == nil)
}

type reader struct{ *scan.Scanner }

func (r reader) member(m *Message, name string) error {
	switch name {
	case "type":
		return r.text((*string)(&m.Type), 20)
	case "nonce":
		return r.text(&m.Nonce, MaxNonce)
	case "stream":
		return r.form(&m.Stream, streamForm)
	case "greeting":
		m.Greeting = new(Greeting)
		return r.greeting(m.Greeting)
	case "reception":
		m.Reception = new(Reception)
		return r.reception(m.Reception)
	case "ops":
		return r.ops(&m.Ops)
	case "ids":
		return many(r, &m.IDs, MaxOps, func(id *string) error { return r.form(id, idForm) })
	case "results":
		return many(r, &m.Results, MaxOps, r.result)
	case "files":
		return many(r, &m.Files, MaxOps, r.file)
	case "piece":
		m.Piece = new(Piece)
		return r.piece(m.Piece)
	case "got":
		return many(r, &m.Got, MaxOps, r.got)
	case "cursor":
		return r.text(&m.Cursor, maxCursor)
	case "have":
		return r.value(&m.Have)
	case "changes":
		return many(r, &m.Changes, maxChanges, r.change)
	case "more":
		return r.truth(&m.More)
	case "ranges":
		return many(r, &m.Ranges, maxRanges, r.stretch)
	case "after":
		return r.number(&m.After)
	case "code":
		return r.text(&m.Code, maxWord)
	case "text":
		return r.words(&m.Text)
	}
	return errBad
}

// Limits of what has no limit of its own.
const (
	maxWord    = 64   // bytes of a word
	maxText    = 4000 // bytes of a text for people
	maxCursor  = 4000 // bytes
	maxChanges = 10_000
	maxRanges  = 1000
)

// many reads a list of at most so many things.
func many[T any](r reader, to *[]T, most int, item func(*T) error) error {
	return r.List(func() error {
		if len(*to) == most {
			return large("รายการมากกว่า %d รายการ", "There are more than %d things in a list.", most)
		}
		var v T
		err := item(&v)
		*to = append(*to, v)
		return err
	})
}

// fields reads an object whose members are read by name.
func (r reader) fields(read map[string]func() error) error {
	return r.Object(len(read), func(name string) error {
		if f := read[name]; f != nil {
			return f()
		}
		return errBad
	})
}

// ops reads the operations of a push.
func (r reader) ops(to *[]Op) error {
	size := 0
	return many(r, to, MaxOps, func(o *Op) error {
		if err := r.op(o); err != nil {
			return err
		}
		if size += o.Size(); size > MaxPush {
			return large("รายการที่ส่งรวมกันใหญ่กว่า %d ไบต์", "Together the operations are larger than %d bytes.", MaxPush)
		}
		return nil
	})
}

// Size is how much of a push an operation takes, in bytes.
func (o Op) Size() int { return len(o.Body) + len(o.Secret) + len(o.Entity) + 100*len(o.Files) + 200 }

func (r reader) op(o *Op) error {
	err := r.fields(map[string]func() error{
		"id":     func() error { return r.text(&o.ID, maxWord) },
		"seq":    func() error { return r.number(&o.Seq) },
		"kind":   func() error { return r.text(&o.Kind, maxWord) },
		"entity": func() error { return r.text(&o.Entity, maxEntity) },
		"body":   func() error { return r.value(&o.Body) },
		"secret": func() error { return r.bytes(&o.Secret) },
		"files":  func() error { return many(r, &o.Files, MaxFiles, r.file) },
	})
	if err == nil {
		err = o.limits()
	}
	return err
}

var (
	idForm     = regexp.MustCompile(`^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$`)
	kindForm   = regexp.MustCompile(`^[a-z][a-z0-9]*([.-][a-z0-9]+)*$`)
	entityForm = regexp.MustCompile(`^[!-~]+$`)
	streamForm = regexp.MustCompile(`^[0-9a-f]{32}$`)
	sumForm    = regexp.MustCompile(`^[0-9a-f]{64}$`)
)

const maxEntity = 200 // characters

// Check tells what keeps an operation from being read, as Read would. An office
// asks before it keeps one.
func (o Op) Check() error {
	r := reader{scan.New(o.Body, errBad)}
	var body []byte
	if err := r.value(&body); err != nil {
		return err
	}
	if len(body) != len(o.Body) { // not even spaces around it, or other bytes would be read back
		return errBad
	}
	return o.limits()
}

// limits checks all of an operation but what its body consists of.
func (o Op) limits() error {
	switch {
	case len(o.Body) > MaxBody:
		return large("รายการนี้ใหญ่กว่า %d ไบต์", "An operation is larger than %d bytes.", MaxBody)
	case len(o.Secret) > MaxSecret:
		return large("ข้อมูลลับของรายการใหญ่กว่า %d ไบต์", "What is kept apart is larger than %d bytes.", MaxSecret)
	case len(o.Files) > MaxFiles:
		return large("รายการนี้มีไฟล์มากกว่า %d ไฟล์", "An operation brings more than %d files.", MaxFiles)
	case !idForm.MatchString(o.ID), o.Seq < 1, !kindForm.MatchString(o.Kind), len(o.Kind) > maxWord:
		return errBad
	case !entityForm.MatchString(o.Entity), len(o.Entity) > maxEntity, len(o.Body) == 0, o.Body[0] != '{':
		return errBad
	}
	for _, f := range o.Files {
		if err := f.check(); err != nil {
			return err
		}
	}
	return nil
}

func (f File) check() error {
	switch {
	case f.Size > MaxFile:
		return large("ไฟล์ใหญ่กว่า %d ไบต์", "A file is larger than %d bytes.", MaxFile)
	case f.Size < 0, !sumForm.MatchString(f.SHA256):
		return errBad
	}
	return nil
}

func (r reader) file(f *File) error {
	err := r.fields(map[string]func() error{
		"sha256": func() error { return r.text(&f.SHA256, maxWord) },
		"size":   func() error { return r.number(&f.Size) },
	})
	if err == nil {
		err = f.check()
	}
	return err
}

func (r reader) result(v *Result) error {
	return r.fields(map[string]func() error{
		"id":        func() error { return r.form(&v.ID, idForm) },
		"status":    func() error { return r.text((*string)(&v.Status), maxWord) },
		"was":       func() error { return r.text((*string)(&v.Was), maxWord) },
		"processed": func() error { return r.truth(&v.Processed) },
		"code":      func() error { return r.text(&v.Code, maxWord) },
		"text":      func() error { return r.words(&v.Text) },
		"value":     func() error { return r.value(&v.Value) },
		"after":     func() error { return r.number(&v.After) },
	})
}

func (r reader) greeting(g *Greeting) error {
	err := r.fields(map[string]func() error{
		"version": func() error { return number(r, &g.Version) },
		"program": func() error { return r.text(&g.Program, maxWord) },
		"stream":  func() error { return r.form(&g.Stream, streamForm) },
		"max_seq": func() error { return r.number(&g.MaxSeq) },
		"acked":   func() error { return r.number(&g.Acked) },
		"waiting": func() error { return number(r, &g.Waiting) },
		"since":   func() error { return r.text(&g.Since, maxWord) },
		"digest":  func() error { return r.digest(&g.Digest) },
		"clock":   func() error { return r.text(&g.Clock, maxWord) },
		"epoch":   func() error { return r.text(&g.Epoch, maxWord) },
	})
	if err == nil && (g.Version < 1 || g.Stream == "") {
		err = errBad
	}
	return err
}

func (r reader) reception(g *Reception) error {
	return r.fields(map[string]func() error{
		"version":  func() error { return number(r, &g.Version) },
		"least":    func() error { return number(r, &g.Least) },
		"standing": func() error { return r.text((*string)(&g.Standing), maxWord) },
		"epoch":    func() error { return r.text(&g.Epoch, maxWord) },
		"seq":      func() error { return r.number(&g.Seq) },
		"gaps":     func() error { return many(r, &g.Gaps, MaxGaps, r.gap) },
		"count":    func() error { return r.number(&g.Count) },
		"digest":   func() error { return r.digest(&g.Digest) },
		"time":     func() error { return r.text(&g.Time, maxWord) },
		"ops":      func() error { return number(r, &g.Ops) },
		"bytes":    func() error { return number(r, &g.Bytes) },
	})
}

func (r reader) gap(to *[2]int64) error {
	i := 0
	err := r.List(func() error {
		if i == len(to) {
			return errBad
		}
		i++
		return r.number(&to[i-1])
	})
	if err == nil && i < len(to) {
		err = errBad
	}
	return err
}

func (r reader) piece(p *Piece) error {
	err := r.fields(map[string]func() error{
		"sha256": func() error { return r.form(&p.SHA256, sumForm) },
		"size":   func() error { return r.number(&p.Size) },
		"at":     func() error { return r.number(&p.At) },
		"data":   func() error { return r.bytes(&p.Data) },
	})
	switch {
	case err != nil:
		return err
	case len(p.Data) > MaxChunk:
		return large("ส่วนของไฟล์ใหญ่กว่า %d ไบต์", "A piece of a file is larger than %d bytes.", MaxChunk)
	case p.At+int64(len(p.Data)) > p.Size:
		return errBad
	}
	return File{p.SHA256, p.Size}.check()
}

func (r reader) got(g *Got) error {
	return r.fields(map[string]func() error{
		"sha256":   func() error { return r.form(&g.SHA256, sumForm) },
		"have":     func() error { return r.number(&g.Have) },
		"complete": func() error { return r.truth(&g.Complete) },
	})
}

func (r reader) change(c *Change) error {
	return r.fields(map[string]func() error{
		"kind":    func() error { return r.text(&c.Kind, maxWord) },
		"id":      func() error { return r.text(&c.ID, maxText) },
		"version": func() error { return r.text(&c.Version, maxText) },
		"body":    func() error { return r.value(&c.Body) },
	})
}

func (r reader) stretch(g *Range) error {
	return r.fields(map[string]func() error{
		"first":  func() error { return r.number(&g.First) },
		"last":   func() error { return r.number(&g.Last) },
		"count":  func() error { return r.number(&g.Count) },
		"digest": func() error { return r.digest(&g.Digest) },
	})
}

func (r reader) words(t *fault.Text) error {
	return r.fields(map[string]func() error{
		"th": func() error { return r.text(&t.TH, maxText) },
		"en": func() error { return r.text(&t.EN, maxText) },
	})
}

// text reads a text of at most so many bytes.
func (r reader) text(to *string, most int) (err error) {
	*to, err = r.Text()
	if err == nil && (len(*to) > most || strings.ContainsRune(*to, 0)) {
		err = errBad
	}
	return err
}

func (r reader) form(to *string, form *regexp.Regexp) error {
	err := r.text(to, maxWord)
	if err == nil && !form.MatchString(*to) {
		err = errBad
	}
	return err
}

func (r reader) digest(to *string) error {
	if err := r.text(to, 100); err != nil || *to == "" {
		return err
	}
	if _, err := ParseDigest(*to); err != nil {
		return errBad
	}
	return nil
}

// number reads a number of things, or bytes, or milliseconds: never less than 0.
func (r reader) number(to *int64) (err error) {
	*to, err = r.Number(15)
	if err == nil && *to < 0 {
		err = errBad
	}
	return err
}

func number(r reader, to *int) error {
	n, err := r.Number(9)
	if err == nil && n < 0 {
		err = errBad
	}
	*to = int(n)
	return err
}

func (r reader) truth(to *bool) error {
	v, err := r.Value()
	*to = string(v) == "true"
	if err == nil && !*to && string(v) != "false" {
		err = errBad
	}
	return err
}

// value takes a value of any form, but for null, as it is.
func (r reader) value(to *[]byte) (err error) {
	*to, err = r.Value()
	if err == nil && string(*to) == "null" {
		err = errBad
	}
	return err
}

func (r reader) bytes(to *[]byte) error {
	text, err := r.Text()
	if err != nil {
		return err
	}
	*to, err = base64.StdEncoding.Strict().DecodeString(text)
	if err != nil || len(*to) == 0 || strings.ContainsAny(text, "\r\n") {
		return errBad
	}
	return nil
}
