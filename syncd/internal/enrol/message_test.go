package enrol_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"khumue/internal/catalog"
	"khumue/internal/fault"
	"khumue/syncd/internal/enrol"
)

// says answers always the same.
type says string

// Ask gives that answer.
func (s says) Ask(context.Context, string, []byte) ([]byte, error) { return []byte(s), nil }

func TestAnAnswerThatIsNotTheCentresIsNoAdmission(t *testing.T) {
	a := enrol.Admission{Nonce: "n-1", Device: "d", Token: "t", Agency: "dlt", Name: "x", Officer: catalog.NewOfficerID(make([]byte, 16)), Box: []byte{1}, Time: time.Unix(0, 0)}
	good := string(a.Bytes())
	if got, err := enrol.Claim(t.Context(), says(good), "", "c", keys(t), "n-1"); err != nil || got.Device != "d" {
		t.Fatalf("got %+v, %v", got, err)
	}
	for name, answer := range map[string]string{
		"nothing":                        "",
		"a sign-in page":                 "<html>Welcome</html>",
		"an answer to somebody else":     strings.Replace(good, "n-1", "n-2", 1),
		"a member twice":                 strings.Replace(good, `"token"`, `"token":"u","token"`, 1),
		"a member in capitals":           strings.Replace(good, `"token"`, `"Token"`, 1),
		"a member more":                  strings.Replace(good, `"token"`, `"more":"u","token"`, 1),
		"a member less":                  strings.Replace(good, `"token":"t",`, ``, 1),
		"something behind":               good + "{}",
		"another version":                strings.Replace(good, `"v":1`, `"v":2`, 1),
		"no officer":                     strings.Replace(good, string(a.Officer), "o-x", 1),
		"a time that is none":            strings.Replace(good, "1970", "yesterday", 1),
		"an answer that is far too long": good + strings.Repeat(" ", enrol.MaxMessage),
	} {
		_, err := enrol.Claim(t.Context(), says(answer), "", "c", keys(t), "n-1")
		kind(t, name, err, fault.Unavailable)
	}
}

func TestARefusalIsToldInBothLanguages(t *testing.T) {
	r := enrol.Refusal{Nonce: "n-1", Kind: fault.Conflict, Text: fault.Text{TH: "เต็ม", EN: "full"}, Hint: fault.Text{TH: "รอ", EN: "wait"}, After: time.Minute}
	_, err := enrol.ReadReply(r.Bytes(), "n-1")
	var told *fault.Error
	var wait enrol.Wait
	if !errors.As(err, &told) || told.What != r.Text || told.Hint != r.Hint || told.Kind != fault.Conflict || !errors.As(err, &wait) || wait.For != time.Minute {
		t.Errorf("got %#v", err)
	}
	r.Nonce = enrol.Unread
	_, err = enrol.ReadReply(r.Bytes(), "n-1")
	kind(t, "a refusal of what could not be read", err, fault.Conflict)
	r.Kind, r.After = "magic", 0
	_, err = enrol.ReadReply(r.Bytes(), "n-1")
	kind(t, "a kind that there is not", err, fault.Unavailable)
}

func TestARequestProvesItsKeys(t *testing.T) {
	c := newCentre(t)
	good, other := keys(t).Request(c.code(c.officer("central"), "dlt", ""), "n-1"), keys(t).Request("c", "n-1")
	for name, spoil := range map[string]func(*enrol.Request){
		"another's machine key":   func(q *enrol.Request) { q.Sign = other.Sign },
		"another's officer's key": func(q *enrol.Request) { q.Officer = other.Officer },
		"another box":             func(q *enrol.Request) { q.Box = other.Box },
		"no box":                  func(q *enrol.Request) { q.Box = nil },
		"no key":                  func(q *enrol.Request) { q.Sign = nil },
		"proofs that changed places": func(q *enrol.Request) {
			q.SignProof, q.OfficerProof = q.OfficerProof, q.SignProof
		},
	} {
		q := good
		spoil(&q)
		answer, err := c.Answer(t.Context(), netipAddr, "", q.Bytes())
		kind(t, name, err, fault.Invalid)
		if _, err := enrol.ReadReply(answer, "n-1"); !errors.Is(err, fault.Invalid) {
			t.Errorf("%s: told as %v", name, err)
		}
	}
	if _, err := c.Answer(t.Context(), netipAddr, "", good.Bytes()); err != nil {
		t.Errorf("the machine's own: %v", err)
	}
	_, err := c.Answer(t.Context(), netipAddr, "", []byte("{}"))
	kind(t, "no message", err, fault.Invalid)
}

func TestALostDatabaseIsToldAsSuch(t *testing.T) {
	c := newCentre(t)
	code := c.code(c.officer("central"), "dlt", "")
	c.store.Close()
	_, err := c.claim("", code, keys(t))
	kind(t, "a lost database", err, fault.Unavailable)
}

func FuzzReadRequest(f *testing.F) {
	k, err := enrol.NewKeys(rand.Reader)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(k.Request("abcd", "n").Bytes())
	f.Add([]byte(`{"v":1,"nonce":"n"}`))
	f.Fuzz(func(t *testing.T, src []byte) {
		q, err := enrol.ReadRequest(src)
		if err != nil {
			kind(t, "no request", err, fault.Invalid)
			return
		}
		again, err := enrol.ReadRequest(q.Bytes())
		if err != nil || !bytes.Equal(again.Bytes(), q.Bytes()) {
			t.Errorf("read again as %q, %v", fmt.Sprint(again), err)
		}
	})
}

func FuzzReadReply(f *testing.F) {
	f.Add(enrol.Admission{Nonce: "n", Officer: catalog.NewOfficerID(make([]byte, 16)), Time: time.Unix(0, 0)}.Bytes())
	f.Add(enrol.Refusal{Nonce: "n", Kind: fault.Invalid}.Bytes())
	f.Fuzz(func(t *testing.T, src []byte) {
		if a, err := enrol.ReadReply(src, "n"); err == nil && a.Nonce != "n" {
			t.Errorf("taken: %+v", a)
		}
	})
}
