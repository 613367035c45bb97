package oidc

import (
	"errors"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"khumue/internal/fault"
	"khumue/internal/testkit"
	"khumue/syncd/internal/issuer"
)

// choose goes through the issuer's page as the person, and returns what the
// browser is sent back with.
func choose(t *testing.T, base, address string, answer url.Values) url.Values {
	t.Helper()
	client := &http.Client{CheckRedirect: func(r *http.Request, _ []*http.Request) error {
		if strings.HasPrefix(r.URL.String(), redirect) {
			return http.ErrUseLastResponse
		}
		return nil
	}}
	resp, err := client.Get(address)
	if err != nil {
		t.Fatal(err)
	}
	io.Copy(io.Discard, resp.Body)
	resp.Body.Close()
	answer.Set("request", resp.Request.URL.Query().Get("request"))
	resp, err = client.PostForm(base+"/sign-in", answer)
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	back, err := resp.Location()
	if err != nil {
		t.Fatalf("got %s, want to be sent back", resp.Status)
	}
	return back.Query()
}

// demo serves the issuer of demonstrations, and returns a provider for it.
func demo(t *testing.T) (*Provider, string) {
	t.Helper()
	var h http.Handler
	s := testkit.Serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { h.ServeHTTP(w, r) }))
	var err error
	h, err = issuer.New(issuer.Config{
		URL:     s.URL,
		Clients: []issuer.Client{{ID: "khumue", Secret: "s3 cr%t:", Redirects: []string{redirect}, LogoutRedirects: []string{"http://localhost:8081/"}}},
		People: []issuer.Person{
			{ID: "dga", Name: "สมหญิง รักงาน", Email: "somying@example.com", IAL: "2.3"},
			{ID: "new", Name: "สมชาย ใจดี", IAL: "1.1"},
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	cfg := Config{Name: "demo", Label: Label{"สาธิต", "Demo"}, Issuer: s.URL, ClientID: "khumue", ClientSecret: "s3 cr%t:", MinIAL: 1.3}
	if err := cfg.Check().Err(); err != nil {
		t.Fatal(err)
	}
	return New(cfg, &http.Client{}, time.Now), s.URL
}

func TestTheDemoIssuerSignsPeopleIn(t *testing.T) {
	p, base := demo(t)
	for _, tc := range []struct {
		name   string
		answer url.Values
		check  func(Identity, error) bool
	}{
		{"the person who was chosen", url.Values{"person": {"dga"}}, func(who Identity, err error) bool {
			return err == nil && who.Subject == "dga" && who.Name == "สมหญิง รักงาน" && who.Email == "somying@example.com" && who.EmailVerified && who.IAL == "2.3" && who.Issuer == base
		}},
		{"somebody whose identity is not proven well enough", url.Values{"person": {"new"}}, func(_ Identity, err error) bool {
			return errors.Is(err, fault.Forbidden) && strings.Contains(err.Error(), "level 1.1")
		}},
		{"somebody who cancels", url.Values{"cancel": {"1"}}, func(_ Identity, err error) bool {
			return errors.Is(err, fault.Forbidden) && strings.Contains(err.Error(), "cancelled")
		}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			address, pending, err := p.Begin(t.Context(), redirect)
			if err != nil {
				t.Fatal(err)
			}
			who, err := p.Finish(t.Context(), redirect, pending, choose(t, base, address, tc.answer))
			if !tc.check(who, err) {
				t.Errorf("got subject %q, %v", who.Subject, err)
			}
		})
	}
}

func TestSigningOutAtTheDemoIssuerLeadsBack(t *testing.T) {
	p, base := demo(t)
	address, pending, err := p.Begin(t.Context(), redirect)
	if err != nil {
		t.Fatal(err)
	}
	who, err := p.Finish(t.Context(), redirect, pending, choose(t, base, address, url.Values{"person": {"dga"}}))
	if err != nil {
		t.Fatal(err)
	}
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	resp, err := client.Get(p.LogoutURL(who.IDToken, "http://localhost:8081/"))
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	if got := resp.Header.Get("Location"); got != "http://localhost:8081/" {
		t.Errorf("got %s %s, want to be led back", resp.Status, got)
	}
}
