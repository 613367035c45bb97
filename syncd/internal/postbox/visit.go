package postbox

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// A browser without scripts that goes back asks for the form once more, or sends
// once more what the site's page had. It is the same visit, and has the same key:
// a cookie remembers that for a while, for the addresses of the form alone. It
// says nothing that the form does not. Whoever wants to answer once more, about
// another service or for the next person, follows the link of the thanks, which
// begins another turn.

// visitTime is how long a form is the same when it is asked for again.
const visitTime = time.Hour

// visit is what a browser remembers of a form.
type visit struct {
	key  string
	turn int // from 1
}

// mostTurns bounds what an address may say.
const mostTurns = 1_000_000

// visitName is the cookie's, one for each form that a link leads to.
func visitName(f filled) string { return "survey." + string(f.point) + "." + string(f.procedure) }

// visited is the visit that a request belongs to; false where there is none, or it
// is over.
func (s *Server) visited(r *http.Request, f filled) (v visit, ok bool) {
	c, err := r.Cookie(visitName(f))
	if err != nil {
		return v, false
	}
	key, turn, _ := strings.Cut(c.Value, ".")
	n, err := strconv.Atoi(turn)
	at, made := made(key)
	age := s.Now().Sub(at)
	if err != nil || n < 1 || n > mostTurns || !made || age < -time.Minute || age > visitTime {
		return v, false
	}
	return visit{key, n}, true
}

// keyOf is the key of a form that has none yet: that of its visit, or a new one,
// which the browser is told to remember.
func (s *Server) keyOf(w http.ResponseWriter, r *http.Request, f filled) (string, error) {
	was, ok := s.visited(r, f)
	if ok && f.turn <= was.turn {
		return was.key, nil
	}
	key, err := s.newKey()
	if err != nil {
		return "", err
	}
	c := &http.Cookie{Name: visitName(f), Value: key + "." + strconv.Itoa(max(1, f.turn)), Path: Form, MaxAge: int(visitTime / time.Second), HttpOnly: true, SameSite: http.SameSiteLaxMode}
	if strings.HasPrefix(s.Site(), "https:") { // the site's form comes from another host then
		c.Secure, c.SameSite = true, http.SameSiteNoneMode
	}
	http.SetCookie(w, c)
	return key, nil
}

// onceMore is the address of another turn.
func (s *Server) onceMore(r *http.Request, f filled) string {
	was, _ := s.visited(r, f)
	q := f.address()
	q.Set("turn", strconv.Itoa(max(1, was.turn)+1))
	return Form + "?" + q.Encode()
}

// address is what leads to a form.
func (f filled) address() url.Values {
	q := url.Values{"point": {string(f.point)}, "lang": {string(f.lang)}}
	for name, value := range map[string]string{"procedure": string(f.procedure), "channel": f.channel, "form": f.form} {
		if value != "" {
			q.Set(name, value)
		}
	}
	return q
}
