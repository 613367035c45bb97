package pages

import (
	"errors"
	"log/slog"
	"net/http"
	"strings"

	"khumue/internal/fault"
	"khumue/syncd/internal/staff"
)

// signInView is the page on which one chooses who is to recognise one.
type signInView struct {
	Shell
	Next      string
	Further   bool // one is asked to sign in on the way to a page
	Doors     []Door
	AllClosed bool
	Machine   bool // this is an office's machine, whose door knows its officers
	Whom      Whom
}

// Door is a provider as a button.
type Door struct {
	Name, Label string
	Closed      bool   // nobody can sign in there now
	Register    string // where one gets an account; may be empty
}

// Whom is whom to ask.
type Whom struct {
	Name, Phone, Dial, Email, Hours string
}

func (x *exchange) whom() Whom {
	c, lang := x.Contact, string(x.lang)
	return Whom{c.Name.In(lang), c.Phone, strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' || r == '+' {
			return r
		}
		return -1
	}, c.Phone), c.Email, c.Hours.In(lang)}
}

func (x *exchange) signInPage() error {
	next := localPath(x.asked("next"))
	if x.known {
		return x.lead(next)
	}
	return x.showSignIn(http.StatusOK, next)
}

func (x *exchange) showSignIn(status int, next string, problems ...Problem) error {
	v := signInView{Shell: x.shell("signin"), Next: next, Further: next != "/", AllClosed: true, Machine: x.Sync != nil, Whom: x.whom()}
	v.Path, v.Problems = "/signin", problems
	for _, p := range x.Providers {
		d := Door{Name: p.Name(), Label: p.Label().In(string(x.lang)), Closed: p.Up(x.ctx()) != nil, Register: p.RegisterURL()}
		v.AllClosed = v.AllClosed && d.Closed
		v.Doors = append(v.Doors, d)
	}
	return x.show(status, "signin", v)
}

// callback is where a provider sends the browser back to.
func (p *Pages) callback(provider string) string {
	return p.Address.Scheme + "://" + p.Address.Host + "/signin/" + provider + "/callback"
}

// beginSignIn sends the browser to a provider.
func (x *exchange) beginSignIn() error {
	p, ok := x.providers[x.r.PathValue("provider")]
	if !ok {
		return notHere()
	}
	if err := x.form(); err != nil {
		return err
	}
	next := localPath(x.posted("next"))
	to, pending, err := p.Begin(x.ctx(), x.callback(p.Name()))
	if err != nil {
		x.Log.LogAttrs(x.ctx(), slog.LevelWarn, "a sign-in could not begin", slog.String("request", x.id), slog.String("provider", p.Name()), slog.String("error", err.Error()))
		return x.showSignIn(http.StatusServiceUnavailable, next, Problem{"doors", x.t("signin.down", p.Label().In(string(x.lang)))})
	}
	x.keepStarted(started{p.Name(), next, x.now(), pending})
	return x.lead(to)
}

// finishSignIn receives who comes back from a provider. Whatever is wrong, the
// person is told the same and the log the reason.
func (x *exchange) finishSignIn() error {
	p, ok := x.providers[x.r.PathValue("provider")]
	if !ok {
		return notHere()
	}
	s, ok := x.takeStarted(p.Name())
	if !ok {
		return x.signInFailed(errors.New("this browser has begun no such sign-in"))
	}
	who, err := p.Finish(x.ctx(), x.callback(p.Name()), s.Pending, x.r.URL.Query())
	if err != nil {
		return x.signInFailed(err)
	}
	secret, err := x.Desk.SignIn(x.ctx(), staff.Arrival{
		Identity: who.Identity, State: s.Pending.State, Via: p.Name(), Hint: who.Hint,
		Device: device(x.r.UserAgent()), Old: x.cookie(sessionCookie), Request: x.id,
	})
	switch {
	case errors.Is(err, fault.Invalid):
		return x.signInFailed(err)
	case err != nil:
		return err
	}
	x.setCookie(sessionCookie, secret, 0)
	return x.lead(s.Next)
}

// signInFailed says that a sign-in came to nothing, and not why.
func (x *exchange) signInFailed(why error) error {
	if errors.Is(why, fault.Unavailable) {
		x.back = "/signin"
		return why
	}
	x.Log.LogAttrs(x.ctx(), slog.LevelWarn, "a sign-in failed", slog.String("request", x.id), slog.String("error", why.Error()))
	return x.showSignIn(http.StatusBadRequest, "/", Problem{"doors", x.t("signin.failed")})
}

// signOut ends the session here and, where the provider has a way, there.
func (x *exchange) signOut() error {
	s, err := x.Desk.SignOut(x.ctx(), x.cookie(sessionCookie), x.id)
	if err != nil && !errors.Is(err, fault.NotFound) {
		return err
	}
	x.dropCookie(sessionCookie)
	x.dropCookie(asCookie)
	back := x.Address.Scheme + "://" + x.Address.Host + "/signed-out"
	if p, ok := x.providers[s.Via]; ok {
		if there := p.LogoutURL(s.Hint, back); there != "" {
			return x.lead(there)
		}
	}
	return x.lead("/signed-out")
}

// plainView is a page of words alone.
type plainView struct {
	Shell
	Whom      Whom
	Providers []Door
}

func (x *exchange) signedOutPage() error {
	return x.show(http.StatusOK, "signedout", plainView{Shell: x.shell("signedout")})
}

func (x *exchange) helpPage() error {
	v := plainView{Shell: x.shell("help"), Whom: x.whom()}
	for _, p := range x.Providers {
		v.Providers = append(v.Providers, Door{Name: p.Name(), Label: p.Label().In(string(x.lang)), Register: p.RegisterURL()})
	}
	return x.show(http.StatusOK, "help", v)
}

// prefer keeps how a person wants pages: their language, their colours, and as
// what the person works.
func (x *exchange) prefer() error {
	if err := x.form(); err != nil {
		return err
	}
	if lang := x.posted("lang"); lang == "th" || lang == "en" {
		x.setCookie(langCookie, lang, preferTime)
	}
	switch scheme := x.posted("scheme"); scheme {
	case "light", "dark", "contrast":
		x.setCookie(schemeCookie, scheme, preferTime)
	case "auto":
		x.dropCookie(schemeCookie)
	}
	for _, g := range x.visit.User.Grants {
		if g.ID == x.posted("as") {
			x.setCookie(asCookie, g.ID, 0)
		}
	}
	return x.lead(localPath(x.posted("back")))
}
