// Package issuer is an OpenID provider for demonstrations and tests: whoever
// comes picks one of the sample people and is that person. It says so on its
// page, keeps everything in memory, and makes a new key whenever it starts.
//
// It refuses to be taken for more: it has no passwords, and it is served over
// plain http on loopback alone.
package issuer

import (
	"crypto/rand"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/zitadel/oidc/v3/pkg/op"

	"khumue/internal/fault"
)

// Config is what the issuer knows from the start.
type Config struct {
	URL     string // where browsers and the client find it, without a slash at the end; http on loopback alone
	Clients []Client
	People  []Person
	Now     func() time.Time // nil: time.Now
}

// Client is a program that sends people here to sign in.
type Client struct {
	ID, Secret      string
	Redirects       []string // where people may be sent back to, to the letter
	LogoutRedirects []string // where they may be sent back to after signing out
}

// Person is a sample person that anyone may be.
type Person struct {
	ID    string // the subject; [a-z0-9-]
	Name  string
	Email string // verified; may be empty
	IAL   string // identity assurance level, such as 2.3; may be empty
	About fault.Text
}

// New returns the issuer. The error says what is wrong with cfg.
func New(cfg Config) (http.Handler, error) {
	if err := check(cfg); err != nil {
		return nil, err
	}
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	store, err := newStore(cfg)
	if err != nil {
		return nil, err
	}
	var options []op.Option
	if strings.HasPrefix(cfg.URL, "http://") {
		options = append(options, op.WithAllowInsecure())
	}
	options = append(options, op.WithCORSOptions(nil), op.WithIDTokenHintVerifierOpts(op.WithSupportedIDTokenHintSigningAlgorithms(string(algorithm))))
	settings := &op.Config{
		CodeMethodS256: true, SupportedScopes: []string{"openid", "profile", "email"},
		SupportedClaims: []string{"sub", "name", "email", "email_verified", "ial"}, DefaultLogoutRedirectURI: cfg.URL + signedOut,
	}
	if _, err := rand.Read(settings.CryptoKey[:]); err != nil {
		return nil, err
	}
	provider, err := op.NewProvider(settings, store, op.StaticIssuer(cfg.URL), options...)
	if err != nil {
		return nil, fmt.Errorf("issuer: %w", err)
	}
	return routes(cfg, store, provider)
}

// Addresses of its own pages; those of the protocol are the library's.
const (
	signIn    = "/sign-in"
	signedOut = "/signed-out"
)

// maxBody is how long a request may be, in bytes.
const maxBody = 64 << 10

// routes opens what a sign-in needs, and nothing else that the library has.
func routes(cfg Config, store *store, provider *op.Provider) (http.Handler, error) {
	pages, err := newPages(cfg, store, provider)
	if err != nil {
		return nil, err
	}
	mux := http.NewServeMux()
	for _, path := range []string{
		"GET /.well-known/openid-configuration", "GET " + provider.KeysEndpoint().Relative(),
		"GET " + provider.AuthorizationEndpoint().Relative(), "GET " + provider.AuthorizationEndpoint().Relative() + "/callback",
		"POST " + provider.TokenEndpoint().Relative(), "GET " + provider.UserinfoEndpoint().Relative(),
		"GET " + provider.EndSessionEndpoint().Relative(),
	} {
		mux.Handle(path, provider)
	}
	mux.HandleFunc("GET "+signIn, pages.show)
	mux.HandleFunc("POST "+signIn, pages.choose)
	mux.HandleFunc("GET "+signedOut, pages.signedOut)
	mux.HandleFunc("GET /{$}", pages.home)
	mux.Handle("GET /assets/", pages.assets())
	return http.NewCrossOriginProtection().Handler(guarded(mux)), nil
}

func guarded(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		r.Body = http.MaxBytesReader(w, r.Body, maxBody)
		w.Header().Set("X-Content-Type-Options", "nosniff")
		w.Header().Set("Referrer-Policy", "no-referrer")
		next.ServeHTTP(w, r)
	})
}

func check(cfg Config) error {
	u, err := url.Parse(cfg.URL)
	switch {
	case err != nil, u.Host == "", u.Path != "", u.RawQuery != "", u.Fragment != "", u.User != nil:
		return fmt.Errorf("issuer: %q is not an address without a path", cfg.URL)
	case u.Scheme == "http" && !loopback(u.Hostname()):
		return fmt.Errorf("issuer: %s: plain http is for this machine alone", cfg.URL)
	case u.Scheme != "http" && u.Scheme != "https":
		return fmt.Errorf("issuer: %s is not a web address", cfg.URL)
	case len(cfg.Clients) == 0 || len(cfg.People) == 0:
		return errors.New("issuer: there are no clients or no people")
	}
	ids := map[string]bool{}
	for _, p := range cfg.People {
		if p.ID == "" || strings.ContainsAny(p.ID, ": \t\n") || ids[p.ID] {
			return fmt.Errorf("issuer: %q is no id of a person, or there are two", p.ID)
		}
		ids[p.ID] = true
	}
	for _, c := range cfg.Clients {
		if c.ID == "" || c.Secret == "" || len(c.Redirects) == 0 {
			return fmt.Errorf("issuer: the client %q lacks an id, a secret or where to send people back to", c.ID)
		}
	}
	return nil
}

func loopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}
