package oidc

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"

	"khumue/internal/fault"
	"khumue/internal/testkit"
)

const redirect = "http://localhost:8081/sign-in/crook/back"

// clock stands still until it is set.
type clock struct{ at time.Time }

func (c *clock) now() time.Time { return c.at }

// meet returns a Crook and a provider that believes it to be its issuer.
func meet(t *testing.T, change ...func(*Config)) (*testkit.Crook, *Provider, *clock) {
	t.Helper()
	c := testkit.NewCrook(t)
	watch := &clock{time.Date(2026, 11, 22, 10, 42, 0, 0, time.UTC)}
	c.Now = watch.now
	cfg := Config{Name: "crook", Label: Label{"ผู้ให้บริการ", "Provider"}, Issuer: c.URL, ClientID: c.ClientID, ClientSecret: c.Secret}
	for _, f := range change {
		f(&cfg)
	}
	if err := cfg.Check().Err(); err != nil {
		t.Fatal(err)
	}
	return c, New(cfg, &http.Client{Timeout: 5 * time.Second}, watch.now), watch
}

// signIn goes the whole way, and lets tamper change what the browser holds.
func signIn(t *testing.T, c *testkit.Crook, p *Provider, tamper func(*Pending, url.Values)) (Identity, error) {
	t.Helper()
	address, pending, err := p.Begin(t.Context(), redirect)
	if err != nil {
		return Identity{}, err
	}
	back := c.Visit(t, address)
	if tamper != nil {
		tamper(&pending, back)
	}
	return p.Finish(t.Context(), redirect, pending, back)
}

// refusal checks that a person learns nothing, and the log something, but no
// secret.
func refusal(t *testing.T, err error, c *testkit.Crook) {
	t.Helper()
	var told *fault.Error
	if !errors.As(err, &told) || !errors.Is(err, fault.Forbidden) {
		t.Fatalf("got %v, want a refusal", err)
	}
	if told.What.EN != "you could not be signed in" || told.What.TH != "เข้าสู่ระบบไม่สำเร็จ" {
		t.Errorf("got %q, want the one text", told.What.EN)
	}
	if told.Err == nil {
		t.Error("the log learns no cause")
	}
	quiet(t, err, c)
}

// quiet checks that an error holds no secret of the sign-in.
func quiet(t *testing.T, err error, c *testkit.Crook) {
	t.Helper()
	text := fmt.Sprintf("%v %+v", err, err)
	secrets := []string{c.Secret, "access-1", "secret of the provider", "somchai@", c.Asked().Authorize.Get("nonce"), c.Asked().Authorize.Get("state"), c.Asked().Token.Get("code"), c.Asked().Token.Get("code_verifier")}
	for _, s := range secrets {
		if s != "" && strings.Contains(text, s) {
			t.Errorf("the error %q holds %q", text, s)
		}
	}
}

func set(name string, value any) func(map[string]any) {
	return func(said map[string]any) { said[name] = value }
}

func without(name string) func(map[string]any) {
	return func(said map[string]any) { delete(said, name) }
}

// S12, S14, S15: an answer that this sign-in did not ask for.
func TestAttacksByTheBrowser(t *testing.T) {
	for _, tc := range []struct {
		name   string
		tamper func(*Pending, url.Values)
	}{
		{"a callback without state", func(_ *Pending, q url.Values) { q.Del("state") }},
		{"a callback with a guessed state", func(_ *Pending, q url.Values) { q.Set("state", random()) }},
		{"a callback with two states, one of them right", func(_ *Pending, q url.Values) { q.Add("state", "x") }},
		{"a callback with two codes", func(_ *Pending, q url.Values) { q.Add("code", "x") }},
		{"a callback in a browser that began no sign-in", func(p *Pending, q url.Values) { *p = Pending{Provider: "crook"}; q.Set("state", "") }},
		{"a callback of somebody else's sign-in", func(p *Pending, _ url.Values) { p.State = random() }},
		{"the secrets of a sign-in with another provider", func(p *Pending, _ url.Values) { p.Provider = "other" }},
		{"a code that was obtained with another challenge", func(p *Pending, _ url.Values) { p.Verifier = random() }},
		{"a code injected into another sign-in", func(p *Pending, _ url.Values) { p.Nonce = random() }},
		{"no code", func(_ *Pending, q url.Values) { q.Del("code") }},
		{"a made-up code", func(_ *Pending, q url.Values) { q.Set("code", "made-up") }},
		{"a code of a megabyte", func(_ *Pending, q url.Values) { q.Set("code", strings.Repeat("x", 1<<20)) }},
		{"an error= planted by a link, without state", func(_ *Pending, q url.Values) { q.Del("state"); q.Set("error", "access_denied") }},
		{"an answer of another issuer sent here (mix-up)", func(_ *Pending, q url.Values) { q.Set("iss", "https://evil.example") }},
		{"a forced sign-in: the attacker's code and state in the victim's browser", func(p *Pending, _ url.Values) {
			*p = Pending{Provider: "crook", State: random(), Nonce: random(), Verifier: random()}
		}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			c, p, _ := meet(t)
			_, err := signIn(t, c, p, tc.tamper)
			refusal(t, err, c)
		})
	}
}

// S14: a code is played a second time.
func TestACodeServesOnce(t *testing.T) {
	c, p, _ := meet(t)
	address, pending, err := p.Begin(t.Context(), redirect)
	if err != nil {
		t.Fatal(err)
	}
	back := c.Visit(t, address)
	if _, err := p.Finish(t.Context(), redirect, pending, back); err != nil {
		t.Fatal(err)
	}
	_, err = p.Finish(t.Context(), redirect, pending, back)
	refusal(t, err, c)
}

// S13: the token of an earlier sign-in, with its nonce, is played again.
func TestAReplayedTokenOfAnEarlierSignInIsRefused(t *testing.T) {
	c, p, _ := meet(t)
	first, err := signIn(t, c, p, nil)
	if err != nil {
		t.Fatal(err)
	}
	c.Tell(testkit.Lies{Token: set("id_token", first.IDToken), Replay: true, NoPKCE: true})
	_, err = signIn(t, c, p, nil)
	refusal(t, err, c)
}

// S13, S15, S16: an ID token that was made for another sign-in, by another or for
// another, or that is signed by nobody who may.
func TestAttacksByTheToken(t *testing.T) {
	now := time.Date(2026, 11, 22, 10, 42, 0, 0, time.UTC)
	claims := func(f func(map[string]any)) testkit.Lies { return testkit.Lies{Claims: f} }
	sign := func(f func(*testkit.Crook, any) string) testkit.Lies { return testkit.Lies{Sign: f} }
	for _, tc := range []struct {
		name string
		lies testkit.Lies
	}{
		{"another nonce", claims(set("nonce", "other"))},
		{"no nonce", claims(without("nonce"))},
		{"an empty nonce", claims(set("nonce", ""))},
		{"a nonce under another spelling", claims(func(m map[string]any) { m["NONCE"] = m["nonce"]; delete(m, "nonce") })},
		{"another issuer", claims(set("iss", "https://evil.example"))},
		{"the issuer with a slash more", claims(func(m map[string]any) { m["iss"] = m["iss"].(string) + "/" })},
		{"no issuer", claims(without("iss"))},
		{"an issuer under another spelling", claims(func(m map[string]any) { m["Iss"] = m["iss"]; delete(m, "iss") })},
		{"another audience", claims(set("aud", "other"))},
		{"no audience", claims(without("aud"))},
		{"an audience that only begins like ours", claims(set("aud", "khumue2"))},
		{"several audiences without azp", claims(set("aud", []string{"khumue", "other"}))},
		{"several audiences, made for another", claims(func(m map[string]any) { m["aud"] = []string{"khumue", "other"}; m["azp"] = "other" })},
		{"our audience, made for another", claims(set("azp", "other"))},
		{"azp of another type", claims(set("azp", []string{"khumue"}))},
		{"expired beyond the leeway", claims(set("exp", now.Add(-61*time.Second).Unix()))},
		{"no expiry", claims(without("exp"))},
		{"an expiry that is no time", claims(set("exp", "tomorrow"))},
		{"issued in the future", claims(set("iat", now.Add(10*time.Minute).Unix()))},
		{"not valid yet", claims(set("nbf", now.Add(10*time.Minute).Unix()))},
		{"another access token than the one it was made with", claims(set("at_hash", "AAAAAAAAAAAAAAAAAAAAAA"))},
		{"no subject", testkit.Lies{Claims: without("sub"), UserInfo: without("sub")}},
		{"an empty subject", claims(set("sub", ""))},
		{"a subject that is a number", claims(set("sub", 1))},
		{"a subject with a line break", claims(set("sub", "u-1\nadmin"))},
		{"a subject of a thousand characters", claims(set("sub", strings.Repeat("x", 1000)))},
		{"algorithm none", sign((*testkit.Crook).Unsigned)},
		{"HMAC with the client's secret", sign((*testkit.Crook).ByHMAC)},
		{"HMAC with the public key (algorithm confusion)", sign((*testkit.Crook).ByPublicKey)},
		{"two signatures, one of them good", sign((*testkit.Crook).Twice)},
		{"JSON in place of the compact form", sign((*testkit.Crook).InJSON)},
		{"a stranger's key under a known name", sign((*testkit.Crook).ByStranger)},
		{"a key that the provider does not show", sign((*testkit.Crook).ByUnknownKey)},
		{"a key carried in the token itself", sign((*testkit.Crook).ByCarriedKey)},
		{"claims changed after signing", sign((*testkit.Crook).Altered)},
		{"no ID token", testkit.Lies{Token: without("id_token")}},
		{"an ID token that is a number", testkit.Lies{Token: set("id_token", 7)}},
		{"an ID token that is noise", testkit.Lies{Token: set("id_token", "a.b.c")}},
		{"userinfo of somebody else", testkit.Lies{Claims: without("email"), UserInfo: set("sub", "u-2")}},
		{"userinfo of nobody", testkit.Lies{Claims: without("email"), UserInfo: without("sub")}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			c, p, _ := meet(t)
			c.Tell(tc.lies)
			_, err := signIn(t, c, p, nil)
			refusal(t, err, c)
		})
	}
}

// S15: an issuer that announces HS256 and none would have them used: they are not.
func TestAttackByAnnouncingWeakAlgorithms(t *testing.T) {
	for _, sign := range []func(*testkit.Crook, any) string{(*testkit.Crook).ByHMAC, (*testkit.Crook).Unsigned, (*testkit.Crook).ByPublicKey} {
		c, p, _ := meet(t)
		c.Tell(testkit.Lies{
			Sign:      sign,
			Discovery: set("id_token_signing_alg_values_supported", []string{"none", "HS256"}),
			Keys: func(ks *jose.JSONWebKeySet) {
				ks.Keys = append(ks.Keys, jose.JSONWebKey{Key: []byte(strings.Repeat(c.Secret, 8)), KeyID: "k1", Algorithm: "HS256"})
			},
		})
		_, err := signIn(t, c, p, nil)
		if err == nil {
			t.Error("a token that anyone can make was believed")
		}
		quiet(t, err, c)
	}
}

// S15, mix-up: the provider always says who it is; the answer of an attacker's does not.
func TestAttackByMixUpWithoutIss(t *testing.T) {
	c, p, _ := meet(t)
	says := set("authorization_response_iss_parameter_supported", true)
	c.Tell(testkit.Lies{Discovery: says})
	_, err := signIn(t, c, p, nil)
	refusal(t, err, c)

	c.Tell(testkit.Lies{Discovery: says, Callback: func(q url.Values) { q.Set("iss", c.URL) }})
	if _, err := signIn(t, c, p, nil); err != nil {
		t.Errorf("got %v, want an answer with the right iss to be taken", err)
	}
}

func TestADiscoveryThatIsNotToBeTrusted(t *testing.T) {
	for _, tc := range []struct {
		name string
		lie  func(map[string]any)
	}{
		{"names another issuer", set("issuer", "https://evil.example")},
		{"names no issuer", without("issuer")},
		{"sends the code over plain http", set("token_endpoint", "http://evil.example/token")},
		{"shows its keys over plain http", set("jwks_uri", "http://evil.example/keys")},
		{"sends people to a script", set("authorization_endpoint", "javascript:alert(1)")},
		{"has userinfo over plain http", set("userinfo_endpoint", "http://evil.example/userinfo")},
		{"has no token endpoint", without("token_endpoint")},
		{"has no keys", without("jwks_uri")},
	} {
		t.Run(tc.name, func(t *testing.T) {
			c, p, _ := meet(t)
			c.Tell(testkit.Lies{Discovery: tc.lie})
			_, _, err := p.Begin(t.Context(), redirect)
			if !errors.Is(err, fault.Unavailable) {
				t.Errorf("got %v, want unavailable", err)
			}
		})
	}
}

// S14: a code that was intercepted is worth nothing without the verifier.
func TestPKCEIsAlwaysS256(t *testing.T) {
	for _, methods := range [][]string{{"plain"}, {}} {
		c, p, _ := meet(t)
		c.Tell(testkit.Lies{Discovery: set("code_challenge_methods_supported", methods), NoPKCE: true})
		if _, err := signIn(t, c, p, nil); err != nil {
			t.Fatal(err)
		}
		if got := c.Asked().Authorize.Get("code_challenge_method"); got != "S256" || c.Asked().Authorize.Get("code_challenge") == "" {
			t.Errorf("got method %q, want S256 although the provider offers %v", got, methods)
		}
		if c.Asked().Token.Get("code_verifier") == "" {
			t.Error("no verifier was sent")
		}
	}
}

// answers of a provider that has lost its way, by the path that gives them.
func TestAProviderThatFails(t *testing.T) {
	hang := func(_ http.ResponseWriter, r *http.Request) {
		io.Copy(io.Discard, r.Body) // a server sees that its client is gone only when the body is read
		<-r.Context().Done()
	}
	huge := func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		for r.Context().Err() == nil {
			if _, err := w.Write([]byte(strings.Repeat(" ", 1<<16))); err != nil {
				return
			}
		}
	}
	html := func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		w.Write([]byte("<h1>สวัสดี</h1> somchai@example.com s3cret"))
	}
	broken := func(w http.ResponseWriter, _ *http.Request) {
		http.Error(w, "somchai@example.com s3cret", http.StatusBadGateway)
	}
	elsewhere := func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, "/stolen", http.StatusTemporaryRedirect)
	}
	for _, path := range []string{"/.well-known/openid-configuration", "/token", "/keys", "/userinfo"} {
		for name, answer := range map[string]http.HandlerFunc{"hangs": hang, "never ends": huge, "answers HTML": html, "is broken": broken, "sends elsewhere": elsewhere} {
			t.Run(path+" "+name, func(t *testing.T) {
				c, p, _ := meet(t)
				if name == "hangs" {
					p.client.Timeout = 50 * time.Millisecond
				}
				c.Tell(testkit.Lies{Answer: map[string]http.HandlerFunc{path: answer}, Claims: without("email")})
				_, err := signIn(t, c, p, nil)
				if !errors.Is(err, fault.Unavailable) {
					t.Errorf("got %v, want unavailable", err)
				}
				if len(err.Error()) > 1000 {
					t.Errorf("the log gets %d bytes", len(err.Error()))
				}
				for _, asked := range c.Asked().Paths {
					if asked == "/stolen" {
						t.Error("a redirect was followed")
					}
				}
				quiet(t, err, c)
			})
		}
	}
}

func TestWhatTheProviderSaysIsToldPlainly(t *testing.T) {
	for _, tc := range []struct {
		problem string
		kind    fault.Kind
		want    string
	}{
		{"access_denied", fault.Forbidden, "signing in was cancelled"},
		{"login_required", fault.Forbidden, "you could not be signed in"},
		{"temporarily_unavailable", fault.Unavailable, "signing in with Provider does not work right now"},
		{"server_error", fault.Unavailable, "signing in with Provider does not work right now"},
		{"<script>", fault.Unavailable, "signing in with Provider does not work right now"},
	} {
		t.Run(tc.problem, func(t *testing.T) {
			c, p, _ := meet(t)
			c.Tell(testkit.Lies{Callback: func(q url.Values) { q.Del("code"); q.Set("error", tc.problem) }})
			_, err := signIn(t, c, p, nil)
			var told *fault.Error
			if !errors.As(err, &told) || told.Kind != tc.kind || told.What.EN != tc.want {
				t.Errorf("got %v, want %s: %s", err, tc.kind, tc.want)
			}
		})
	}
}

func TestAWrongClientSecretIsOurFaultNotThePersons(t *testing.T) {
	c, p, _ := meet(t, func(cfg *Config) { cfg.ClientSecret = "wrong" })
	_, err := signIn(t, c, p, nil)
	if !errors.Is(err, fault.Unavailable) || !strings.Contains(err.Error(), "invalid_client") {
		t.Errorf("got %v, want unavailable, and invalid_client for the log", err)
	}
	if got := len(slicesOf(c.Asked().Paths, "/token")); got != 1 {
		t.Errorf("the code was sent %d times, want once", got)
	}
}

func slicesOf(all []string, one string) (out []string) {
	for _, s := range all {
		if s == one {
			out = append(out, s)
		}
	}
	return out
}

func TestAnAbandonedSignInEnds(t *testing.T) {
	c, p, _ := meet(t)
	address, pending, err := p.Begin(t.Context(), redirect)
	if err != nil {
		t.Fatal(err)
	}
	back := c.Visit(t, address)
	ctx, cancel := context.WithCancel(t.Context())
	c.Tell(testkit.Lies{Answer: map[string]http.HandlerFunc{"/token": func(_ http.ResponseWriter, r *http.Request) {
		io.Copy(io.Discard, r.Body)
		cancel()
		<-r.Context().Done()
	}}})
	if _, err := p.Finish(ctx, redirect, pending, back); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want that it was cancelled", err)
	}
}
