package postbox

import (
	"encoding/hex"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"

	"khumue/internal/calendar"
	"khumue/internal/catalog"
	"khumue/internal/fault"
	"khumue/internal/survey"
	"khumue/syncd/internal/answers"
)

// The form has a key, made at the beginning of a visit: the id of the answer that
// it will be. Sending the page again, whether because nothing came back or by going
// back, sends the same answer, which counts once. A page of the static site may post
// what was filled in without a key: it is shown once more, filled in, with one.

// filled is the form as it was asked for, or as it was sent.
type filled struct {
	lang      catalog.Lang
	key       string // "" without one
	form      string
	point     catalog.PointCode
	procedure catalog.ManualID
	channel   string
	bait      string
	turn      int // of the visit, as an address says; 0 where it does not
	replies   url.Values
}

// read reads the fields of a form. What can not be is left out.
func read(v url.Values) filled {
	f := filled{lang: catalog.TH, key: v.Get("key"), form: v.Get("form"), channel: v.Get("channel"), bait: v.Get("homepage"), replies: v}
	if v.Get("lang") == string(catalog.EN) {
		f.lang = catalog.EN
	}
	if code, err := catalog.ParsePointCode(v.Get("point")); err == nil {
		f.point = code
	}
	if id, err := catalog.ParseManualID(v.Get("procedure")); err == nil {
		f.procedure = id
	}
	if !slices.Contains(survey.Channels, f.channel) {
		f.channel = ""
	}
	if _, ok := made(f.key); !ok {
		f.key = ""
	}
	if n, err := strconv.Atoi(v.Get("turn")); err == nil && n > 0 && n <= mostTurns {
		f.turn = n
	}
	return f
}

// own are the fields of the form that answer no question.
var own = []string{"key", "form", "point", "procedure", "channel", "lang", "homepage", "turn"}

// reply is what was filled in for a question.
func (f filled) reply(code string) string {
	if v := f.replies.Get(prefix + code); v != "" || slices.Contains(own, code) {
		return v
	}
	return f.replies.Get(code)
}

// made tells when a key was made.
func made(key string) (time.Time, bool) {
	raw, err := hex.DecodeString(strings.ReplaceAll(key, "-", ""))
	if err != nil || len(raw) != 16 || len(key) != 36 || raw[6]>>4 != 7 || raw[8]>>6 != 2 {
		return time.Time{}, false
	}
	var ms int64
	for _, b := range raw[:6] {
		ms = ms<<8 | int64(b)
	}
	return time.UnixMilli(ms), true
}

// newKey makes a key.
func (s *Server) newKey() (string, error) {
	id, err := uuid.NewV7FromReader(s.Random)
	if err != nil {
		return "", err
	}
	b := id
	for i, ms := 5, s.Now().UnixMilli(); i >= 0; i, ms = i-1, ms>>8 {
		b[i] = byte(ms)
	}
	return b.String(), nil
}

// set is the question set of a form: the one that it names, or else the newest
// that is published.
func (s *Server) set(name string) (*catalog.Survey, bool) {
	if name != "" {
		if set, ok := s.Intake.Form(name); ok {
			return set, true
		}
	}
	var newest *catalog.Survey
	for _, set := range s.Forms() {
		if newest == nil || numberOf(set.ID) > numberOf(newest.ID) {
			newest = set
		}
	}
	return newest, newest != nil
}

// numberOf is the number that the name of a set ends with.
func numberOf(id string) int {
	n, err := strconv.Atoi(id[strings.LastIndex(id, "-")+1:])
	if err != nil {
		return 0
	}
	return n
}

// ask shows the form of a point, or says that an answer was received.
func (s *Server) ask(w http.ResponseWriter, r *http.Request) {
	f := read(r.URL.Query())
	if r.URL.Query().Get("done") != "" {
		s.show(w, http.StatusOK, s.thanks(r, f, whatNext))
		return
	}
	set, ok := s.set(f.form)
	if _, there := s.Place(f.point); f.point == "" || !there || !ok {
		s.show(w, http.StatusNotFound, s.say(filled{lang: f.lang}, noPoint, lookAgain))
		return
	}
	s.form(w, r, http.StatusOK, f, set, nil)
}

var (
	noPoint   = catalog.Text{TH: "ไม่พบแบบประเมินนี้", EN: "There is no such survey"}
	lookAgain = catalog.Text{TH: "สแกนรหัสที่จุดบริการอีกครั้ง หรือเปิดหน้าจุดบริการบนเว็บไซต์", EN: "Scan the code at the service point again, or open the point's page on the site."}
	received  = catalog.Text{TH: "ได้รับคำตอบแล้ว ขอบคุณ", EN: "Thank you. Your answers were received"}
	whatNext  = catalog.Text{TH: "หน่วยงานดูผลรวมของคำตอบเพื่อปรับปรุงบริการ โดยไม่รู้ว่าใครเป็นผู้ตอบ", EN: "The office looks at all answers together to improve its service. It can not see who answered."}
	keptFirst = catalog.Text{TH: "ได้รับคำตอบจากหน้านี้แล้วก่อนหน้านี้ จึงใช้คำตอบแรก", EN: "Answers from this page were received before, and the first ones stay."}
	mayClose  = catalog.Text{TH: "ปิดหน้านี้ได้", EN: "You can close this page."}
)

// thanks says that an answer was received, and leads to another one.
func (s *Server) thanks(r *http.Request, f filled, more catalog.Text) view {
	v := s.say(f, received, more, mayClose)
	if f.point != "" {
		v.Again = s.onceMore(r, f)
	}
	return v
}

// form shows the form, with a key, and what was wrong with it where something was.
func (s *Server) form(w http.ResponseWriter, r *http.Request, status int, f filled, set *catalog.Survey, wrong *survey.Reason) {
	if f.key == "" {
		var err error
		if f.key, err = s.keyOf(w, r, f); err != nil {
			s.Log.Error("there is no key for a form", "error", err)
			s.refuse(w, http.StatusInternalServerError, nil)
			return
		}
	}
	v := s.asking(f, set)
	if wrong != nil {
		v.problem(wrong.Text, fault.Text{}, wrong.Question)
	}
	s.show(w, status, v)
}

// take takes what was filled in.
func (s *Server) take(w http.ResponseWriter, r *http.Request) {
	select {
	case s.posts <- struct{}{}:
		defer func() { <-s.posts }()
	default:
		s.refuse(w, http.StatusServiceUnavailable, busy())
		return
	}
	r.Body = http.MaxBytesReader(w, r.Body, MaxBody)
	if err := r.ParseForm(); err != nil {
		s.unread(w, err)
		return
	}
	f := read(r.PostForm)
	set, ok := s.set(f.form)
	if f.point == "" || !ok {
		s.show(w, http.StatusNotFound, s.say(filled{lang: f.lang}, noPoint, lookAgain))
		return
	}
	if f.key == "" {
		f.form = set.ID
		s.form(w, r, http.StatusOK, f, set, &survey.Reason{Text: fault.Text{TH: "ตรวจคำตอบ แล้วกดส่งที่ท้ายหน้า", EN: "Check your answers, then send them at the end of the page."}})
		return
	}
	s.send(w, r, f, set)
}

// send sends a form that has a key.
func (s *Server) send(w http.ResponseWriter, r *http.Request, f filled, set *catalog.Survey) {
	src := f.answer(set).Canonical()
	if wrong := s.Intake.Check(src); wrong != nil {
		s.form(w, r, http.StatusUnprocessableEntity, f, set, wrong)
		return
	}
	got := s.Intake.Accept(answers.Sender{Address: s.Client(r.Context())}, [][]byte{src})[0]
	switch got.Status {
	case answers.Stored, answers.Duplicate:
		q := f.address()
		q.Set("done", "1")
		q.Del("form")
		http.Redirect(w, r, Form+"?"+q.Encode(), http.StatusSeeOther)
	case answers.Rejected:
		said := keptFirst
		if got.Reason.Code != answers.OtherBytes {
			said = catalog.Text(got.Reason.Text)
		}
		s.show(w, http.StatusOK, s.thanks(r, f, said))
	default:
		w.Header().Set("Retry-After", seconds(got.Wait))
		status := http.StatusServiceUnavailable
		if got.Reason.Code == answers.Limited {
			status = http.StatusTooManyRequests
		}
		s.form(w, r, status, f, set, &survey.Reason{Text: fault.Text{
			TH: "ขณะนี้ยังบันทึกคำตอบไม่ได้ คำตอบยังอยู่ในหน้านี้ รอสักครู่แล้วกดส่งอีกครั้ง",
			EN: "Your answers could not be stored yet. They are still on this page: wait a moment and send them again."}})
	}
}

// answer is what was filled in. Its day is that of its key, so that it stays the
// same answer when it is sent again tomorrow.
func (f filled) answer(set *catalog.Survey) survey.Answer {
	at, _ := made(f.key)
	a := survey.Answer{
		ID: f.key, Form: set.ID, Point: f.point, Procedure: f.procedure, Channel: f.channel, Answered: calendar.DateOf(at).ISO(),
		Bait: f.bait != "", Answers: map[string]survey.Value{},
	}
	for _, q := range set.Questions {
		text := strings.TrimSpace(strings.ReplaceAll(f.reply(q.Code), "\r\n", "\n"))
		if text == "" {
			continue
		}
		value := survey.Value{Text: text}
		if q.Kind == "scale" {
			if n, err := strconv.Atoi(text); err == nil && n > 0 && n < 100 {
				value = survey.Value{Number: n}
			}
		}
		a.Answers[q.Code] = value
	}
	return a
}
