package enrol

import (
	"context"
	"errors"
	"net/netip"

	"khumue/internal/fault"
)

// Asker carries a message to the centre and brings its answer. The token is "" for a
// machine that has none. That nobody answers is an error of kind Unavailable.
type Asker interface {
	Ask(ctx context.Context, token string, message []byte) (answer []byte, err error)
}

// Claim asks the centre for what a code promises: the office's side. An answer that
// does not come leaves it open whether the centre has heard: the same keys and code may
// be tried again for five minutes.
func Claim(ctx context.Context, to Asker, token, code string, k Keys, nonce string) (Admission, error) {
	answer, err := to.Ask(ctx, token, k.Request(code, nonce).Bytes())
	if err != nil {
		return Admission{}, err
	}
	return ReadReply(answer, nonce)
}

// Answer reads a message and gives the answer to it: the centre's side. It does not
// fail; err is what was refused, for the log and for who tells it by other means.
func (d *Desk) Answer(ctx context.Context, from netip.Addr, token string, src []byte) (answer []byte, err error) {
	q, err := ReadRequest(src)
	if err != nil {
		return Refusal{Nonce: Unread, Kind: fault.Invalid, Text: errBad.What, Hint: errBad.Hint}.Bytes(), err
	}
	a, err := d.Claim(ctx, from, token, q)
	if err != nil {
		return refusal(q.Nonce, err).Bytes(), err
	}
	a.Nonce = q.Nonce
	return a.Bytes(), nil
}

// refusal tells an error. What is not for people is told as a fault of the centre.
func refusal(nonce string, err error) Refusal {
	r := Refusal{Nonce: nonce, Kind: fault.Unavailable, Text: fault.Text{TH: "ส่วนกลางขัดข้อง", EN: "Something went wrong at the centre."}, Hint: fault.Text{TH: "ลองใหม่ภายหลัง", EN: "Try again later."}}
	var wait Wait
	if errors.As(err, &wait) {
		r.After = wait.For
	}
	var told *fault.Error
	if errors.As(err, &told) {
		r.Kind, r.Text, r.Hint = told.Kind, told.What, told.Hint
	}
	return r
}
