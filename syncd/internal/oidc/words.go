package oidc

import (
	"fmt"
	"strings"
	"unicode"

	"khumue/internal/fault"
)

var (
	startAgain = fault.Text{TH: "เริ่มเข้าสู่ระบบใหม่อีกครั้ง", EN: "start signing in again"}
	tryLater   = fault.Text{TH: "รอสักครู่แล้วลองอีกครั้ง ผู้ที่เข้าสู่ระบบอยู่แล้วทำงานต่อได้", EN: "wait a little and try again; those who are signed in go on working"}
)

// refused is the one answer to everything that no honest sign-in does. What it
// was stands in the log.
func refused(cause string, args ...any) error {
	return fault.New(fault.Forbidden, fault.Text{TH: "เข้าสู่ระบบไม่สำเร็จ", EN: "you could not be signed in"}, startAgain).
		Because(fmt.Errorf(cause, args...))
}

// cancelled is said to a person who said no at the provider.
func cancelled() error {
	return fault.New(fault.Forbidden, fault.Text{TH: "ยกเลิกการเข้าสู่ระบบแล้ว", EN: "signing in was cancelled"},
		fault.Text{TH: "หากต้องการเข้าสู่ระบบ ให้เริ่มใหม่และกดยินยอม", EN: "to sign in, start again and agree"})
}

// unavailable says that the provider does not answer as it should.
func (p *Provider) unavailable(cause error) error {
	return fault.New(fault.Unavailable,
		fault.Text{TH: "ขณะนี้เข้าสู่ระบบด้วย " + p.cfg.Label.TH + " ไม่ได้", EN: "signing in with " + p.cfg.Label.EN + " does not work right now"}, tryLater).
		Because(brief(cause))
}

// tooLow says that the person's identity has not been proven well enough, and
// how to have it proven.
func (p *Provider) tooLow(ial string) error {
	what := fault.Text{
		TH: fmt.Sprintf("บัญชีนี้ยืนยันตัวตนไว้ที่ระดับ %s ต้องมีระดับ %v ขึ้นไป", ial, p.cfg.MinIAL),
		EN: fmt.Sprintf("the identity of this account is proven at level %s; level %v or higher is needed", ial, p.cfg.MinIAL),
	}
	if ial == "" {
		what = fault.Text{
			TH: fmt.Sprintf("บัญชีนี้ยังไม่ได้ยืนยันตัวตน ต้องมีระดับ %v ขึ้นไป", p.cfg.MinIAL),
			EN: fmt.Sprintf("the identity of this account is not proven; level %v or higher is needed", p.cfg.MinIAL),
		}
	}
	hint := fault.Text{
		TH: "ยืนยันตัวตนเพิ่มกับ " + p.cfg.Label.TH + " แล้วเข้าสู่ระบบใหม่",
		EN: "prove your identity further with " + p.cfg.Label.EN + ", then sign in again",
	}
	if p.cfg.RegisterURL != "" {
		hint.TH += " ที่ " + p.cfg.RegisterURL
		hint.EN += ", at " + p.cfg.RegisterURL
	}
	return fault.New(fault.Forbidden, what, hint)
}

// briefly is how many characters of another's error the log gets: libraries
// put whole answers into theirs.
const briefly = 300

// brief cuts the text of an error short and takes line breaks and control
// characters out of it. What caused it stays within reach of errors.Is.
func brief(err error) error {
	return &shortened{err}
}

type shortened struct{ err error }

func (s *shortened) Unwrap() error { return s.err }

func (s *shortened) Error() string { return printable(s.err.Error()) }

func printable(text string) string {
	var out strings.Builder
	for i, r := range []rune(strings.ToValidUTF8(text, "?")) {
		if i == briefly {
			out.WriteString("…")
			break
		}
		if unicode.IsControl(r) {
			r = ' '
		}
		out.WriteRune(r)
	}
	return out.String()
}
