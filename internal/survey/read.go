package survey

import (
	"bytes"
	"slices"
	"unicode"
	"unicode/utf8"

	"khumue/internal/catalog"
	"khumue/internal/scan"
)

var badJSON = because(BadJSON, "", "ข้อความที่ส่งมาไม่ใช่ JSON ตามแบบ", "What was sent is not JSON of the form that is asked for.")

// scanner reads what a device sent.
type scanner struct{ *scan.Scanner }

func scannerOf(src []byte) scanner { return scanner{scan.New(src, badJSON)} }

// number reads a whole number of at most nine digits.
func (s scanner) number() (int, error) {
	n, err := s.Number(9)
	return int(n), err
}

// Read reads one answer. The error is a *Reason; what could be read of the
// answer, its id above all, is returned beside it, so that the refusal can name
// it. A reply of null, or of an empty text, is one that was skipped.
func Read(src []byte) (Answer, error) {
	if len(src) > MaxAnswer {
		return Answer{ID: findID(src)}, because(TooLarge, "", "คำตอบนี้ใหญ่เกินไป", "This answer is too large.")
	}
	a := Answer{Answers: map[string]Value{}}
	s := scannerOf(src)
	err := s.Object(8, func(name string) error {
		switch name {
		case "id":
			return s.into(&a.ID)
		case "form":
			return s.into(&a.Form)
		case "point":
			return s.into((*string)(&a.Point))
		case "procedure":
			return s.into((*string)(&a.Procedure))
		case "channel":
			return s.into(&a.Channel)
		case "answered":
			return s.into(&a.Answered)
		case "homepage":
			return s.bait(&a.Bait)
		case "answers":
			return s.replies(a.Answers)
		}
		return badJSON
	})
	if err == nil {
		err = s.End()
	}
	if err == nil {
		err = a.checkForm()
	}
	if err != nil {
		if !validID(a.ID) {
			a.ID = ""
		}
		return a, err
	}
	return a, nil
}

// findID looks for the id of an answer that is not read. "" where it is not found.
func findID(src []byte) string {
	_, rest, _ := bytes.Cut(src, []byte(`"id"`))
	s := scannerOf(rest[:min(len(rest), 100)])
	if s.Take(':') != nil {
		return ""
	}
	if id, err := s.Text(); err == nil && validID(id) {
		return id
	}
	return ""
}

func (s scanner) into(to *string) (err error) {
	if s.Null() {
		return nil
	}
	*to, err = s.Text()
	return err
}

// bait reads the field that people do not see.
func (s scanner) bait(to *bool) error {
	text := ""
	err := s.into(&text)
	*to = text != ""
	return err
}

// replies reads what was answered to each question.
func (s scanner) replies(to map[string]Value) error {
	return s.Object(MaxQuestions, func(code string) error {
		if code == "" || utf8.RuneCountInString(code) > maxCode {
			return because(UnknownQuestion, "", "มีคำถามที่ไม่อยู่ในแบบสำรวจนี้", "There is a question that is not in this set.")
		}
		switch c := s.Peek(); {
		case c == '"':
			text, err := s.Text()
			if err == nil && text != "" {
				to[code] = Value{Text: text}
			}
			return err
		case s.Null():
			return nil
		}
		n, err := s.number()
		if err == nil && n == 0 {
			err = badValue(code)
		}
		to[code] = Value{Number: n}
		return err
	})
}

func badValue(code string) *Reason {
	return because(BadValue, code, "คำตอบข้อ "+code+" ไม่ตรงกับตัวเลือก", "The reply to "+code+" is not one of its choices.")
}

// checkForm checks what can be told without a question set.
func (a Answer) checkForm() error {
	switch {
	case !validID(a.ID):
		return because(BadID, "", "คำตอบไม่มีรหัสที่ใช้ได้", "The answer has no usable id.")
	case !validWord(a.Form):
		return because(BadForm, "", "คำตอบไม่บอกชุดคำถาม", "The answer does not name its question set.")
	case a.Channel != "" && !slices.Contains(Channels, a.Channel):
		return because(BadChannel, "", "ไม่รู้จักช่องทางนี้", "This channel is not known.")
	}
	if _, err := catalog.ParsePointCode(string(a.Point)); err != nil {
		return because(BadPoint, "", "คำตอบไม่บอกจุดบริการ", "The answer does not name a service point.")
	}
	if a.Procedure != "" {
		if _, err := catalog.ParseManualID(string(a.Procedure)); err != nil {
			return because(BadProcedure, "", "รหัสคู่มือไม่ถูกต้อง", "The id of the manual is not one.")
		}
	}
	if _, _, ok := readDay(a.Answered); !ok {
		return because(BadDate, "", "วันที่ตอบไม่ถูกต้อง", "The day of the answer is not one.")
	}
	for code, v := range a.Answers {
		if !fit(code) || !fit(v.Text) || utf8.RuneCountInString(v.Text) > maxText {
			return badValue("")
		}
	}
	return nil
}

// fit reports whether a text has only characters that can be kept and shown.
func fit(s string) bool {
	for _, r := range s {
		if unicode.IsControl(r) && r != '\n' && r != '\t' && r != '\r' || r == utf8.RuneError {
			return false
		}
	}
	return true
}

// validID reports whether s is a UUIDv7 as it is usually written, in small
// letters.
func validID(s string) bool {
	if len(s) != 36 || s[14] != '7' || s[19] != '8' && s[19] != '9' && s[19] != 'a' && s[19] != 'b' {
		return false
	}
	for i, c := range []byte(s) {
		switch i {
		case 8, 13, 18, 23:
			if c != '-' {
				return false
			}
		default:
			if (c < '0' || c > '9') && (c < 'a' || c > 'f') {
				return false
			}
		}
	}
	return true
}

// validWord reports whether s may be the name of a question set.
func validWord(s string) bool {
	if s == "" || len(s) > maxWord {
		return false
	}
	for _, c := range []byte(s) {
		if (c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '-' {
			return false
		}
	}
	return true
}
