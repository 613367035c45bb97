// Package oidc signs people in through OpenID Connect providers: the
// authorization code flow with PKCE, state and nonce, and nothing else.
//
// It knows what a provider may claim and what is never believed: another
// issuer or audience, a token signed by no key of the provider's, an answer
// that nobody here asked for. It refuses to know who may come in: it says who
// somebody is, by issuer and subject.
//
// A Provider holds no secrets of a sign-in. Begin hands them to the caller, who
// keeps them on the server, bound to the browser, for minutes, and gives them
// to Finish once: they are to be forgotten before Finish is called.
package oidc

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"slices"
	"time"

	gooidc "github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"

	"khumue/internal/fault"
)

// Provider is one identity provider. It may be used by several at once.
type Provider struct {
	cfg    Config
	secret string
	client *http.Client
	now    func() time.Time

	turn   chan struct{} // held by whoever reads or changes memory
	memory memory
}

// New returns the provider that cfg describes, which Check has found good. It
// asks the provider nothing yet. Its answers are limited to 256 KiB and ten
// seconds, or the client's own timeout if that is shorter; redirects are not
// followed.
func New(cfg Config, client *http.Client, now func() time.Time) *Provider {
	cfg = cfg.withDefaults()
	return &Provider{
		cfg: cfg, secret: transforms[cfg.SecretTransform](cfg.ClientSecret),
		client: bounded(client), now: now, turn: make(chan struct{}, 1),
	}
}

// Name returns the provider's id.
func (p *Provider) Name() string { return p.cfg.Name }

// Label returns what the sign-in page calls the provider.
func (p *Provider) Label() fault.Text { return fault.Text(p.cfg.Label) }

// RegisterURL returns where a person gets an identity there; it may be empty.
func (p *Provider) RegisterURL() string { return p.cfg.RegisterURL }

// Pending are the secrets of one sign-in that has begun: 256 random bits each.
// They serve once.
type Pending struct {
	Provider string // the name of the provider that was asked
	State    string
	Nonce    string
	Verifier string
}

// LogValue keeps the secrets out of the log.
func (p Pending) LogValue() slog.Value { return slog.StringValue("sign-in with " + p.Provider) }

// String keeps the secrets out of whatever is printed.
func (p Pending) String() string { return "sign-in with " + p.Provider }

// GoString keeps them out of %#v too.
func (p Pending) GoString() string { return p.String() }

// Identity is who a provider says somebody is.
type Identity struct {
	Issuer  string
	Subject string // together with Issuer the only thing to know a person by
	Name    string // may be empty
	Email   string // may be empty
	// EmailVerified says that the provider has checked that Email is theirs.
	EmailVerified bool
	IAL           string // identity assurance level, such as 2.3; may be empty
	IDToken       string // to be given to LogoutURL; a secret
}

// LogValue keeps everything personal out of the log.
func (i Identity) LogValue() slog.Value { return slog.StringValue("somebody of " + i.Issuer) }

// String tells no more than the log.
func (i Identity) String() string { return "somebody of " + i.Issuer }

// GoString tells no more either.
func (i Identity) GoString() string { return i.String() }

// Begin returns the address to send a browser to, and the secrets of this
// sign-in. The provider will send the browser back to redirect, which is
// registered there to the letter. The error is Unavailable when the provider
// cannot be reached.
func (p *Provider) Begin(ctx context.Context, redirect string) (string, Pending, error) {
	if !safeAddress(redirect) {
		return "", Pending{}, fmt.Errorf("oidc: %q is not an address to come back to", redirect)
	}
	m, err := p.lookUp(ctx)
	if err != nil {
		return "", Pending{}, err
	}
	begun := Pending{Provider: p.cfg.Name, State: random(), Nonce: random(), Verifier: oauth2.GenerateVerifier()}
	address := p.oauth(m, redirect).AuthCodeURL(begun.State, gooidc.Nonce(begun.Nonce), oauth2.S256ChallengeOption(begun.Verifier))
	return address, begun, nil
}

// Finish makes of what the browser brought back, and of the secrets kept since
// Begin, who it was. Redirect is the one given to Begin.
//
// The error is Forbidden when the answer is not to be believed, when the
// person said no, or when their identity is not proven well enough; Unavailable
// when the provider fails. Its cause holds no secret and no personal data.
func (p *Provider) Finish(ctx context.Context, redirect string, pending Pending, query url.Values) (Identity, error) {
	m, err := p.lookUp(ctx)
	if err != nil {
		return Identity{}, err
	}
	code, err := p.code(m, pending, query)
	if err != nil {
		return Identity{}, err
	}
	ctx = gooidc.ClientContext(ctx, p.client)
	token, err := p.exchange(ctx, m, redirect, code, pending.Verifier)
	if err != nil {
		return Identity{}, err
	}
	said, raw, err := p.verify(ctx, m, token, pending.Nonce)
	if err != nil {
		return Identity{}, err
	}
	if said, err = p.complete(ctx, m, token, said); err != nil {
		return Identity{}, err
	}
	who, err := p.identity(said)
	who.IDToken = raw
	return who, err
}

// lookUp returns what is known of the provider. An old answer is better than
// none.
func (p *Provider) lookUp(ctx context.Context) (*metadata, error) {
	m, err := p.recall(ctx, kept)
	if m == nil {
		return nil, p.unavailable(err)
	}
	return m, nil
}

// Up returns nil when the provider answered within the last minute, or does
// now; otherwise an error of kind Unavailable. After a failure it is asked
// again at growing intervals of a second to a minute.
func (p *Provider) Up(ctx context.Context) error {
	if _, err := p.recall(ctx, fresh); err != nil {
		return p.unavailable(err)
	}
	return nil
}

// LogoutURL returns where to send a browser so that the provider forgets the
// person too, and then sends them back; "" where there is no such address, or
// the provider has not been reached yet.
func (p *Provider) LogoutURL(idToken, back string) string {
	address := p.endSession()
	u, err := url.Parse(address)
	if address == "" || err != nil {
		return ""
	}
	q := u.Query()
	q.Set("client_id", p.cfg.ClientID)
	q.Set(p.cfg.LogoutParam, back)
	if idToken != "" {
		q.Set("id_token_hint", idToken)
	}
	u.RawQuery = q.Encode()
	return u.String()
}

// Origins returns the scheme and host of each address that a browser is sent to
// for signing in and out, as far as they are known: a page's policy has to name
// them, because browsers hold redirects of a form to it.
func (p *Provider) Origins() []string {
	addresses := []string{p.cfg.Issuer, p.cfg.Endpoints.Authorize, p.cfg.Endpoints.EndSession}
	p.turn <- struct{}{}
	if m := p.memory.known; m != nil {
		addresses = append(addresses, m.endpoint.AuthURL, m.endSession)
	}
	<-p.turn
	var out []string
	for _, address := range addresses {
		u, err := url.Parse(address)
		if err != nil || u.Host == "" {
			continue
		}
		if origin := u.Scheme + "://" + u.Host; !slices.Contains(out, origin) {
			out = append(out, origin)
		}
	}
	return out
}

func (p *Provider) endSession() string {
	if p.cfg.Endpoints.EndSession != "" {
		return p.cfg.Endpoints.EndSession
	}
	p.turn <- struct{}{}
	defer func() { <-p.turn }()
	if p.memory.known == nil {
		return ""
	}
	return p.memory.known.endSession
}

func (p *Provider) oauth(m *metadata, redirect string) *oauth2.Config {
	return &oauth2.Config{
		ClientID: p.cfg.ClientID, ClientSecret: p.secret, Endpoint: m.endpoint, RedirectURL: redirect, Scopes: p.cfg.Scopes,
	}
}

// exchange gives the code to the provider and takes the tokens.
func (p *Provider) exchange(ctx context.Context, m *metadata, redirect, code, verifier string) (*oauth2.Token, error) {
	token, err := p.oauth(m, redirect).Exchange(ctx, code, oauth2.VerifierOption(verifier))
	if err == nil {
		return token, nil
	}
	var said *oauth2.RetrieveError
	if !errors.As(err, &said) {
		return nil, p.unavailable(err)
	}
	// Its text holds the whole answer; of that the log gets the two codes.
	status := said.Response.StatusCode
	cause := fmt.Errorf("the token endpoint answers %d %s", status, printable(said.ErrorCode))
	if said.ErrorCode == "invalid_grant" {
		return nil, refused("%w", cause)
	}
	return nil, p.unavailable(cause)
}

func random() string {
	b := make([]byte, 32)
	rand.Read(b)
	return base64.RawURLEncoding.EncodeToString(b)
}
