package oidc

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"reflect"
	"time"

	gooidc "github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"
)

const (
	fresh     = time.Minute    // how long Up believes what it last saw
	kept      = 12 * time.Hour // how long sign-ins use what discovery said
	firstWait = time.Second    // after a failure the provider is asked again; the wait doubles
	longWait  = time.Minute    // up to this
)

// metadata is what is known of a provider.
type metadata struct {
	endpoint   oauth2.Endpoint
	provider   *gooidc.Provider
	jwks       string
	keys       gooidc.KeySet // those that stand at jwks, as far as they were needed
	algorithms []string
	endSession string // empty: none
	userInfo   string // empty: none
	namesSelf  bool   // it puts iss into every answer to the browser (RFC 9207)
}

// memory is what a provider last said, and when it may be asked again.
type memory struct {
	known *metadata // nil: never reached
	seen  time.Time // when it last answered well
	err   error     // of the last try; nil when it went well
	next  time.Time // not asked again before
	wait  time.Duration
}

// asymmetric are the algorithms that an ID token may be signed with: with the
// private key of the provider, never with anything that others know.
var asymmetric = []string{
	gooidc.RS256, gooidc.RS384, gooidc.RS512, gooidc.PS256, gooidc.PS384, gooidc.PS512,
	gooidc.ES256, gooidc.ES384, gooidc.ES512, gooidc.EdDSA,
}

// recall returns what is known of the provider, and asks it when that is older
// than age. One asks at a time; after a failure nobody asks until the wait is
// over. What is known already is returned beside the error.
func (p *Provider) recall(ctx context.Context, age time.Duration) (*metadata, error) {
	select {
	case p.turn <- struct{}{}:
		defer func() { <-p.turn }()
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	m := &p.memory
	now := p.now()
	if m.known != nil && now.Sub(m.seen) < age {
		return m.known, nil
	}
	if m.err != nil && now.Before(m.next) {
		return m.known, m.err
	}
	// The answer is for all who wait for it, not only for the one who asked.
	got, err := p.ask(context.WithoutCancel(ctx))
	if err != nil {
		m.wait = min(max(2*m.wait, firstWait), longWait)
		m.err, m.next = err, now.Add(m.wait)
		return m.known, err
	}
	if m.known != nil && sameAddresses(m.known, got) {
		got = m.known // and the keys that it has fetched
	}
	*m = memory{known: got, seen: now}
	return got, nil
}

func sameAddresses(a, b *metadata) bool {
	return a.endpoint == b.endpoint && a.jwks == b.jwks && a.endSession == b.endSession && a.userInfo == b.userInfo &&
		a.namesSelf == b.namesSelf && reflect.DeepEqual(a.algorithms, b.algorithms)
}

// ask learns the provider's addresses, or whether the given ones answer.
func (p *Provider) ask(ctx context.Context) (*metadata, error) {
	if p.cfg.Endpoints.explicit() {
		return p.askExplicit(ctx)
	}
	return p.discover(gooidc.ClientContext(ctx, p.client))
}

// askExplicit fetches the keys, the one thing of a provider without discovery
// that can be asked for at any time.
func (p *Provider) askExplicit(ctx context.Context) (*metadata, error) {
	e := p.cfg.Endpoints
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, e.JWKS, nil)
	if err != nil {
		return nil, err
	}
	resp, err := p.client.Do(req)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	if _, err := io.Copy(io.Discard, resp.Body); err != nil {
		return nil, err
	}
	if resp.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("the keys answer %s", resp.Status)
	}
	ctx = gooidc.ClientContext(ctx, p.client)
	described := gooidc.ProviderConfig{
		IssuerURL: p.cfg.Issuer, AuthURL: e.Authorize, TokenURL: e.Token, UserInfoURL: e.UserInfo, JWKSURL: e.JWKS, Algorithms: asymmetric,
	}
	return &metadata{
		endpoint:   oauth2.Endpoint{AuthURL: e.Authorize, TokenURL: e.Token, AuthStyle: oauth2.AuthStyleInHeader},
		provider:   described.NewProvider(ctx),
		jwks:       e.JWKS,
		keys:       gooidc.NewRemoteKeySet(ctx, e.JWKS),
		algorithms: asymmetric,
		endSession: e.EndSession,
		userInfo:   e.UserInfo,
	}, nil
}
