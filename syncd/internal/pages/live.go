package pages

import (
	"net/http"
	"strings"
	"time"
)

// Warnings before a session ends: the bar, and the question that stands before
// everything else. A session that lasts shorter has shorter ones.
const (
	warnTime   = 5 * time.Minute
	insistTime = 2 * time.Minute
)

// Lasting is what a page needs to know how long its session lasts.
type Lasting struct {
	Address      string // where it is told
	Officer      string // whose page it is
	Path         string // of the page, to open it anew
	Warn, Insist int    // seconds before the end
}

// lasts is nil where nobody is signed in, or nothing is told.
func (x *exchange) lasts(path string) *Lasting {
	if x.Live == "" || !x.known {
		return nil
	}
	idle := x.Desk.Limits.Idle
	return &Lasting{x.Live, string(x.visit.User.ID), path, seconds(min(warnTime, idle/3)), seconds(min(insistTime, idle/6))}
}

func seconds(d time.Duration) int { return int(d / time.Second) }

// socket is the address of websockets of the back office, for the content
// security policy: browsers of some years ago do not count it to 'self'.
func (p *Pages) socket() string {
	return "ws" + strings.TrimPrefix(p.Address.Scheme, "http") + "://" + p.Address.Host
}

// Secret returns the value of the session cookie that came with a request; ""
// when there is none, or two.
func (p *Pages) Secret(r *http.Request) string {
	x := exchange{Pages: p, r: r}
	return x.cookie(sessionCookie)
}

// stay answers who wants to go on: that the person was recognised has prolonged
// the session.
func (x *exchange) stay() error {
	x.guard()
	x.w.WriteHeader(http.StatusNoContent)
	return nil
}
