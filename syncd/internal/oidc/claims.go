package oidc

import (
	"encoding/json"
	"regexp"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// claims are what a provider says of a person, by the exact names.
type claims map[string]json.RawMessage

// has reports whether a claim is there and not null.
func (c claims) has(name string) bool {
	raw, ok := c[name]
	return ok && string(raw) != "null"
}

// text returns a claim that is a string; "" when it is anything else.
func (c claims) text(name string) string {
	var s string
	if json.Unmarshal(c[name], &s) != nil {
		return ""
	}
	return s
}

// yes reports whether a claim is true, or "true" as some providers write it.
func (c claims) yes(name string) bool {
	raw := string(c[name])
	return raw == "true" || raw == `"true"`
}

// levels are numbers such as 2, 1.3 and 2.10.
var levels = regexp.MustCompile(`^[0-9](\.[0-9]{1,3})?$`)

// level returns an assurance level, which some write as a number and some as a
// string; "" when it is no such thing.
func (c claims) level(name string) string {
	s := c.text(name)
	if s == "" {
		s = string(c[name])
	}
	if !levels.MatchString(s) {
		return ""
	}
	return s
}

// Limits of what is taken over, in characters.
const (
	maxSubject = 255
	maxName    = 200
	maxEmail   = 254
)

// lacks reports whether a claim that a person is shown by, or judged by, is
// not there.
func (p *Provider) lacks(said claims) bool {
	m := p.cfg.Claims
	named := said.has(m.Name) || said.has(m.GivenName) && said.has(m.FamilyName)
	return !said.has(m.Sub) || !named || !said.has(m.Email) || !said.has(m.EmailVerified) || p.cfg.MinIAL > 0 && !said.has(m.IAL)
}

// merge adds what said lacks from more. Whether an address is verified is
// believed of the address that it was said of, and of no other.
func (p *Provider) merge(said, more claims) claims {
	m := p.cfg.Claims
	out := claims{}
	for name, raw := range more {
		out[name] = raw
	}
	for name, raw := range said {
		if string(raw) != "null" {
			out[name] = raw
		}
	}
	if said.has(m.Email) && !said.has(m.EmailVerified) && said.text(m.Email) != more.text(m.Email) {
		delete(out, m.EmailVerified)
	}
	if !said.has(m.Email) {
		out[m.EmailVerified] = more[m.EmailVerified]
	}
	return out
}

// identity reads who somebody is. The error is Forbidden when the claims name
// nobody, or somebody whose identity is not proven well enough.
func (p *Provider) identity(said claims) (Identity, error) {
	m := p.cfg.Claims
	subject := said.text(m.Sub)
	if subject == "" || len(subject) > maxSubject || subject != tidy(subject, maxSubject) {
		return Identity{}, refused("the claim %s is not a usable subject", m.Sub)
	}
	who := Identity{Issuer: p.cfg.Issuer, Subject: subject, Name: p.name(said), IAL: said.level(m.IAL)}
	if email := said.text(m.Email); usableEmail(email) {
		who.Email, who.EmailVerified = email, said.yes(m.EmailVerified)
	}
	if !p.assured(who.IAL) {
		return Identity{}, p.tooLow(who.IAL)
	}
	return who, nil
}

// assured reports whether a level, a number as levels has it or "", is enough.
func (p *Provider) assured(level string) bool {
	if p.cfg.MinIAL <= 0 {
		return true
	}
	got, err := strconv.ParseFloat(level, 64)
	return err == nil && got >= p.cfg.MinIAL
}

// name returns the full name, put together where the provider gives only its
// parts.
func (p *Provider) name(said claims) string {
	m := p.cfg.Claims
	if whole := tidy(said.text(m.Name), maxName); whole != "" {
		return whole
	}
	return tidy(said.text(m.GivenName)+" "+said.text(m.FamilyName), maxName)
}

// usableEmail reports whether a text has the form of an address of one person;
// whether it is one, only a message tells.
func usableEmail(s string) bool {
	local, domain, ok := strings.Cut(s, "@")
	return ok && local != "" && domain != "" && len(s) <= maxEmail && s == tidy(s, maxEmail) && !strings.ContainsAny(s, " ,;<>\"\\") && !strings.Contains(domain, "@")
}

// tidy takes out of a text what cannot be seen or turns it around, brings
// blanks to one, and cuts it to a number of characters.
func tidy(s string, most int) string {
	s = strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r):
			return ' '
		case r == utf8.RuneError, unicode.IsControl(r), unicode.Is(unicode.Cf, r):
			return -1
		}
		return r
	}, s)
	s = strings.Join(strings.Fields(s), " ")
	if runes := []rune(s); len(runes) > most {
		s = strings.TrimSpace(string(runes[:most]))
	}
	return s
}
