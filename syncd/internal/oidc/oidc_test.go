package oidc

import (
	"errors"
	"fmt"
	"math"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"khumue/internal/fault"
	"khumue/internal/testkit"
)

func TestAnHonestSignIn(t *testing.T) {
	c, p, _ := meet(t)
	who, err := signIn(t, c, p, nil)
	if err != nil {
		t.Fatal(err)
	}
	want := Identity{Issuer: c.URL, Subject: "u-1", Name: "สมชาย ใจดี", Email: "somchai@example.com", EmailVerified: true, IAL: "2.3", IDToken: who.IDToken}
	if who != want || who.IDToken == "" {
		t.Errorf("got %#v, want the person of the claims", who)
	}
	asked := c.Asked().Authorize
	if asked.Get("response_type") != "code" || asked.Get("scope") != "openid profile email" || asked.Get("redirect_uri") != redirect {
		t.Errorf("got %v", asked)
	}
	for _, name := range []string{"state", "nonce", "code_challenge"} {
		if len(asked.Get(name)) < 43 {
			t.Errorf("%s has %d characters, want 256 bits", name, len(asked.Get(name)))
		}
	}
}

func TestWhatIsTakenOverFromClaims(t *testing.T) {
	for _, tc := range []struct {
		name string
		cfg  func(*Config)
		lies testkit.Lies
		want func(*Identity)
	}{
		{"what the ID token lacks comes from userinfo", nil, testkit.Lies{Claims: without("name")}, nil},
		{"a name in two parts", nil, testkit.Lies{Claims: func(m map[string]any) {
			delete(m, "name")
			m["given_name"], m["family_name"] = "สมชาย", "ใจดี"
		}}, nil},
		{"a name with marks that turn it around", nil, testkit.Lies{Claims: set("name", "\u202eสมชาย\n ใจดี\u0000")}, nil},
		{"an address that is not verified", nil, testkit.Lies{Claims: set("email_verified", false)}, func(i *Identity) { i.EmailVerified = false }},
		{"an address verified as text", nil, testkit.Lies{Claims: set("email_verified", "true")}, nil},
		{"an address verified by a number", nil, testkit.Lies{Claims: set("email_verified", 1)}, func(i *Identity) { i.EmailVerified = false }},
		{"userinfo verifies another address than the token's", nil,
			testkit.Lies{Claims: func(m map[string]any) { delete(m, "email_verified"); m["email"] = "victim@example.com" }},
			func(i *Identity) { i.Email, i.EmailVerified = "victim@example.com", false }},
		{"the token verifies no address, userinfo has one", nil,
			testkit.Lies{Claims: without("email"), UserInfo: without("email_verified")}, func(i *Identity) { i.EmailVerified = false }},
		{"an address that is two", nil, testkit.Lies{Claims: set("email", "a@example.com,b@example.com")}, func(i *Identity) { i.Email, i.EmailVerified = "", false }},
		{"a level that is a number", nil, testkit.Lies{Claims: set("ial", 2.3)}, nil},
		{"claims under names of their own", func(c *Config) { c.Claims.Sub, c.Claims.IAL = "user_id", "ial_level" },
			testkit.Lies{Claims: func(m map[string]any) { m["user_id"], m["ial_level"] = "dga-7", "1.3" }},
			func(i *Identity) { i.Subject, i.IAL = "dga-7", "1.3" }},
		{"several audiences, made for us", nil, testkit.Lies{Claims: func(m map[string]any) { m["aud"] = []string{"khumue", "other"}; m["azp"] = "khumue" }}, nil},
		{"expired within the leeway", nil, testkit.Lies{Claims: set("exp", time.Date(2026, 11, 22, 10, 41, 30, 0, time.UTC).Unix())}, nil},
		{"the right hash of the access token", nil, testkit.Lies{Claims: set("at_hash", "9MKET0Y7WpOlF96BtnoJyA")}, nil},
	} {
		t.Run(tc.name, func(t *testing.T) {
			c, p, _ := meet(t, func(cfg *Config) {
				if tc.cfg != nil {
					tc.cfg(cfg)
				}
			})
			c.Tell(tc.lies)
			who, err := signIn(t, c, p, nil)
			if err != nil {
				t.Fatal(err)
			}
			want := Identity{Issuer: c.URL, Subject: "u-1", Name: "สมชาย ใจดี", Email: "somchai@example.com", EmailVerified: true, IAL: "2.3", IDToken: who.IDToken}
			if tc.want != nil {
				tc.want(&want)
			}
			if who != want {
				who.IDToken, want.IDToken = "", ""
				t.Errorf("got %+q, want %+q", fmt.Sprint([]any{who.Subject, who.Name, who.Email, who.EmailVerified, who.IAL}), fmt.Sprint([]any{want.Subject, want.Name, want.Email, want.EmailVerified, want.IAL}))
			}
		})
	}
}

func TestTheLeastAssuranceLevel(t *testing.T) {
	for _, tc := range []struct {
		name  string
		level any
		min   float64
		in    bool
	}{
		{"just enough", "1.3", 1.3, true},
		{"more, as a number", 2.3, 1.3, true},
		{"a whole number", 2, 1.3, true},
		{"too little", "1.1", 1.3, false},
		{"a tenth too little, as a number", 1.2, 1.3, false},
		{"none", nil, 1.3, false},
		{"infinity", "Inf", 1.3, false},
		{"not a number", "NaN", 1.3, false},
		{"in another notation", "0x9", 1.3, false},
		{"an exponent", "1e3", 1.3, false},
		{"a list", []float64{2.3}, 1.3, false},
		{"none where none is asked for", nil, 0, true},
	} {
		t.Run(tc.name, func(t *testing.T) {
			c, p, _ := meet(t, func(cfg *Config) { cfg.MinIAL = tc.min; cfg.RegisterURL = "https://id.example/raise" })
			c.Tell(testkit.Lies{Claims: set("ial", tc.level), UserInfo: without("ial")})
			_, err := signIn(t, c, p, nil)
			if tc.in && err != nil {
				t.Errorf("got %v, want to be let in", err)
			}
			if !tc.in {
				var told *fault.Error
				if !errors.As(err, &told) || !errors.Is(err, fault.Forbidden) || !strings.Contains(told.Hint.TH, "https://id.example/raise") {
					t.Errorf("got %v, want a refusal that says where to raise it", err)
				}
			}
		})
	}
}

func TestAProviderWithoutDiscovery(t *testing.T) {
	c, p, _ := meet(t, func(cfg *Config) {
		cfg.Endpoints = Endpoints{Authorize: cfg.Issuer + "/authorize", Token: cfg.Issuer + "/token", JWKS: cfg.Issuer + "/keys", UserInfo: cfg.Issuer + "/userinfo", EndSession: cfg.Issuer + "/out?x=1"}
		cfg.LogoutParam = "post_logout_redirect_url"
	})
	c.Tell(testkit.Lies{Claims: without("name")})
	if who, err := signIn(t, c, p, nil); err != nil || who.Name == "" {
		t.Errorf("got %v, want to be signed in, with a name from userinfo", err)
	}
	if slices.Contains(c.Asked().Paths, "/.well-known/openid-configuration") {
		t.Error("discovery was asked although all addresses are given")
	}
	if got, want := p.LogoutURL("", "http://localhost:8081/"), c.URL+"/out?client_id=khumue&post_logout_redirect_url=http%3A%2F%2Flocalhost%3A8081%2F&x=1"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestWhereToSignOut(t *testing.T) {
	c, p, _ := meet(t)
	if got := p.LogoutURL("t", "http://localhost:8081/"); got != "" {
		t.Errorf("got %s before the provider was reached, want nothing", got)
	}
	if err := p.Up(t.Context()); err != nil {
		t.Fatal(err)
	}
	u, err := url.Parse(p.LogoutURL("t.o.k", "http://localhost:8081/"))
	if err != nil || u.Path != "/end" || u.Query().Get("id_token_hint") != "t.o.k" || u.Query().Get("post_logout_redirect_uri") != "http://localhost:8081/" {
		t.Errorf("got %s", u)
	}
	c.Tell(testkit.Lies{Discovery: without("end_session_endpoint")})
	_, q, _ := meet(t)
	q.cfg.Issuer = c.URL
	if err := q.Up(t.Context()); err != nil || q.LogoutURL("t", "http://localhost:8081/") != "" {
		t.Errorf("got %v and %q, want no address where there is none", err, q.LogoutURL("t", ""))
	}
}

func TestAProviderThatIsDownIsAskedSeldom(t *testing.T) {
	c, p, watch := meet(t)
	asked := func() int { return len(slicesOf(c.Asked().Paths, "/.well-known/openid-configuration")) }
	c.Tell(testkit.Lies{Discovery: set("issuer", "https://evil.example")})
	for range 5 {
		if err := p.Up(t.Context()); !errors.Is(err, fault.Unavailable) {
			t.Fatalf("got %v, want unavailable", err)
		}
	}
	if asked() != 1 {
		t.Errorf("asked %d times in one moment, want once", asked())
	}
	for range 100 { // 100 seconds: waits of 1, 2, 4, 8, 16, 32, 60
		watch.at = watch.at.Add(time.Second)
		p.Up(t.Context())
	}
	if asked() != 7 {
		t.Errorf("asked %d times in 100 s, want 7", asked())
	}
	c.Tell(testkit.Lies{})
	watch.at = watch.at.Add(time.Minute)
	if err := p.Up(t.Context()); err != nil {
		t.Errorf("got %v once it is back, want nothing", err)
	}
}

func TestAProviderThatWentDownIsSeenWithinAMinute(t *testing.T) {
	c, p, watch := meet(t)
	if err := p.Up(t.Context()); err != nil {
		t.Fatal(err)
	}
	c.Cut(true)
	if err := p.Up(t.Context()); err != nil {
		t.Errorf("got %v within the minute, want what was last seen", err)
	}
	watch.at = watch.at.Add(time.Minute)
	if err := p.Up(t.Context()); !errors.Is(err, fault.Unavailable) {
		t.Errorf("got %v, want unavailable", err)
	}
	if _, _, err := p.Begin(t.Context(), redirect); err != nil {
		t.Errorf("got %v: the addresses are known still", err)
	}
}

func TestSecretsArePrintedByNobody(t *testing.T) {
	c, p, _ := meet(t)
	_, pending, err := p.Begin(t.Context(), redirect)
	if err != nil {
		t.Fatal(err)
	}
	who, err := signIn(t, c, p, nil)
	if err != nil {
		t.Fatal(err)
	}
	text := fmt.Sprintf("%v %+v %#v %v %+v %#v %v %v", pending, pending, pending, who, who, who, pending.LogValue(), who.LogValue())
	for _, secret := range []string{pending.State, pending.Nonce, pending.Verifier, who.IDToken, who.Email, who.Name} {
		if strings.Contains(text, secret) {
			t.Errorf("%q is in %s", secret, text)
		}
	}
}

func TestTheSecretOfDGA(t *testing.T) {
	// Worked out by hand with md5sum(1), seven times over.
	if got, want := dgaSecret("secret"), "f3f25383de5eab0cbfa047b25e10f096"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestBadConfigurationIsToldWhole(t *testing.T) {
	good := Config{Name: "dga", Label: Label{"ก", "a"}, Issuer: "https://id.example", ClientID: "c", ClientSecret: "s"}
	for _, tc := range []struct {
		name   string
		change func(*Config)
		want   []string // a part of each problem, in order
	}{
		{"all is well", func(*Config) {}, nil},
		{"nothing is filled in", func(c *Config) { *c = Config{} }, []string{"name", "label.th", "label.en", "client_id", "client_secret", "issuer"}},
		{"capital letters in the name", func(c *Config) { c.Name = "DGA" }, []string{"name"}},
		{"plain http", func(c *Config) { c.Issuer = "http://id.example" }, []string{"issuer"}},
		{"plain http on this machine", func(c *Config) { c.Issuer = "http://localhost:8082" }, nil},
		{"a machine that only sounds like this one", func(c *Config) { c.Issuer = "http://127.evil.com" }, []string{"issuer"}},
		{"a password in the address", func(c *Config) { c.Issuer = "https://u:p@id.example" }, []string{"issuer"}},
		{"half of the endpoints", func(c *Config) { c.Endpoints.Token = "https://id.example/t" }, []string{"endpoints.authorize", "endpoints.jwks"}},
		{"a userinfo beside discovery", func(c *Config) { c.Endpoints.UserInfo = "https://id.example/u" }, nil},
		{"no openid among the scopes", func(c *Config) { c.Scopes = []string{"profile"} }, []string{"openid"}},
		{"two scopes in one", func(c *Config) { c.Scopes = []string{"openid email"} }, []string{"openid", "not usable"}},
		{"an unknown transform", func(c *Config) { c.SecretTransform = "md5" }, []string{"secret_transform"}},
		{"a level that is no number", func(c *Config) { c.MinIAL = math.NaN() }, []string{"min_ial"}},
		{"an hour of leeway", func(c *Config) { c.Leeway = time.Hour }, []string{"leeway"}},
		{"a parameter that is two", func(c *Config) { c.LogoutParam = "a&b" }, []string{"logout_param"}},
		{"a script to register at", func(c *Config) { c.RegisterURL = "javascript:alert(1)" }, []string{"register_url"}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			c := good
			tc.change(&c)
			got := c.Check()
			if len(got) != len(tc.want) {
				t.Fatalf("got %v, want %v", got, tc.want)
			}
			for i, p := range got {
				if !strings.Contains(p.What.EN, tc.want[i]) || p.What.TH == "" || p.Hint.TH == "" {
					t.Errorf("got %v, want it to be about %s", p, tc.want[i])
				}
			}
		})
	}
}
