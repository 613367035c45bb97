package oidc

import (
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"

	"khumue/internal/fault"
)

func offline() *Provider {
	return New(Config{Name: "p", Label: Label{"ก", "a"}, Issuer: "https://id.example", ClientID: "c", ClientSecret: "s", MinIAL: 1.3}, &http.Client{}, time.Now)
}

// Whatever a browser brings back, a code comes out only of an answer to the
// question asked.
func FuzzCallback(f *testing.F) {
	for _, s := range []string{"code=a&state=s", "code=a&state=s&state=t", "error=access_denied&state=s", "code=a&state=s&iss=https://id.example", "code=&state=s", "%zz", ""} {
		f.Add(s)
	}
	p := offline()
	f.Fuzz(func(t *testing.T, text string) {
		query, _ := url.ParseQuery(text) // what can be read of it, as a server does
		code, err := p.code(&metadata{}, Pending{Provider: "p", State: "s", Nonce: "n", Verifier: "v"}, query)
		if err != nil {
			if !errors.Is(err, fault.Forbidden) && !errors.Is(err, fault.Unavailable) {
				t.Errorf("got %v, want a failure that a person can be told", err)
			}
			return
		}
		if code == "" || len(query["state"]) != 1 || query.Get("state") != "s" || len(query["code"]) != 1 || query.Has("error") && query.Get("error") != "" {
			t.Errorf("a code came out of %q", text)
		}
	})
}

// Whatever is claimed, only a usable subject of a sufficient level comes out,
// and nothing that cannot be shown.
func FuzzClaims(f *testing.F) {
	f.Add([]byte(`{"sub":"a","name":"ก ข","email":"a@example.com","email_verified":true,"ial":2.3}`), []byte(`{"sub":"a"}`))
	f.Add([]byte(`{"sub":"a","ial":"1e400"}`), []byte(`{"ial":null,"email":"\u202e@x"}`))
	f.Add([]byte(`{"sub":null,"given_name":{},"family_name":[]}`), []byte(`{"sub":1}`))
	p := offline()
	f.Fuzz(func(t *testing.T, token, info []byte) {
		var said, more claims
		if json.Unmarshal(token, &said) != nil || json.Unmarshal(info, &more) != nil {
			return
		}
		p.lacks(said)
		who, err := p.identity(p.merge(said, more))
		if err != nil {
			if !errors.Is(err, fault.Forbidden) {
				t.Errorf("got %v, want a refusal", err)
			}
			return
		}
		if who.Subject == "" || !p.assured(who.IAL) || who.EmailVerified && who.Email == "" {
			t.Errorf("got %q %q %q of %s", who.Subject, who.IAL, who.Email, token)
		}
		for _, s := range []string{who.Subject, who.Name, who.Email} {
			for _, r := range s {
				if !utf8.ValidString(s) || unicode.IsControl(r) || unicode.Is(unicode.Cf, r) {
					t.Errorf("got %q of %s", s, token)
				}
			}
		}
	})
}
