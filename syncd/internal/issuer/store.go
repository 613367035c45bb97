package issuer

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/subtle"
	"errors"
	"net/url"
	"slices"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/zitadel/oidc/v3/pkg/oidc"
	"github.com/zitadel/oidc/v3/pkg/op"
)

// How long things last, and how many of each are kept.
const (
	requestLife = 10 * time.Minute // from asking to choosing a person
	codeLife    = time.Minute
	tokenLife   = 10 * time.Minute
	most        = 2000
)

const algorithm = jose.ES256

// store is what the library asks for: requests, codes and tokens in memory.
type store struct {
	clients map[string]*client
	people  map[string]Person
	now     func() time.Time
	key     *signingKey

	requests *shelf[request]
	codes    *shelf[string] // the request's id, by code
	tokens   *shelf[string] // the person's id, by access token
}

var _ op.Storage = (*store)(nil)

func newStore(cfg Config) (*store, error) {
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	s := &store{
		clients: map[string]*client{}, people: map[string]Person{}, now: cfg.Now, key: &signingKey{rand.Text(), private},
		requests: newShelf[request](cfg.Now, requestLife, most), codes: newShelf[string](cfg.Now, codeLife, most), tokens: newShelf[string](cfg.Now, tokenLife, most),
	}
	for _, c := range cfg.Clients {
		s.clients[c.ID] = &client{c}
	}
	for _, p := range cfg.People {
		s.people[p.ID] = p
	}
	return s, nil
}

var errUnknown = errors.New("unknown, used or expired")

// CreateAuthRequest keeps a request, if it is protected by PKCE.
func (s *store) CreateAuthRequest(_ context.Context, asked *oidc.AuthRequest, _ string) (op.AuthRequest, error) {
	if asked.CodeChallenge == "" || asked.CodeChallengeMethod != oidc.CodeChallengeMethodS256 {
		return nil, oidc.ErrInvalidRequest().WithDescription("PKCE with S256 is required")
	}
	r := request{asked: *asked, when: s.now()}
	r.id = rand.Text()
	s.requests.set(r.id, r)
	return r, nil
}

// AuthRequestByID returns a request that has not been answered with a code yet.
func (s *store) AuthRequestByID(_ context.Context, id string) (op.AuthRequest, error) {
	r, ok := s.requests.get(id)
	if !ok {
		return nil, errUnknown
	}
	return r, nil
}

// SaveAuthCode keeps a code for a request.
func (s *store) SaveAuthCode(_ context.Context, id, code string) error {
	s.codes.set(code, id)
	return nil
}

// AuthRequestByCode takes the code: it serves once, whatever comes of it.
func (s *store) AuthRequestByCode(_ context.Context, code string) (op.AuthRequest, error) {
	id, ok := s.codes.take(code)
	if !ok {
		return nil, errUnknown
	}
	r, ok := s.requests.take(id)
	if !ok {
		return nil, errUnknown
	}
	return r, nil
}

// DeleteAuthRequest forgets a request.
func (s *store) DeleteAuthRequest(_ context.Context, id string) error {
	s.requests.take(id)
	return nil
}

// CreateAccessToken keeps a token for userinfo.
func (s *store) CreateAccessToken(_ context.Context, r op.TokenRequest) (string, time.Time, error) {
	return s.tokens.put(r.GetSubject()), s.now().Add(tokenLife), nil
}

// CreateAccessAndRefreshTokens makes none: nobody needs to act for an absent
// sample person.
func (s *store) CreateAccessAndRefreshTokens(context.Context, op.TokenRequest, string) (string, string, time.Time, error) {
	return "", "", time.Time{}, oidc.ErrUnsupportedGrantType()
}

// TokenRequestByRefreshToken knows none.
func (s *store) TokenRequestByRefreshToken(context.Context, string) (op.RefreshTokenRequest, error) {
	return nil, op.ErrInvalidRefreshToken
}

// GetRefreshTokenInfo knows none.
func (s *store) GetRefreshTokenInfo(context.Context, string, string) (string, string, error) {
	return "", "", op.ErrInvalidRefreshToken
}

// TerminateSession forgets the person's tokens. There is no session: each
// sign-in asks anew who one is.
func (s *store) TerminateSession(_ context.Context, person, _ string) error {
	s.tokens.drop(func(of string) bool { return of == person })
	return nil
}

// RevokeToken forgets a token.
func (s *store) RevokeToken(_ context.Context, token, _, _ string) *oidc.Error {
	s.tokens.take(token)
	return nil
}

// SigningKey returns the one key.
func (s *store) SigningKey(context.Context) (op.SigningKey, error) { return s.key, nil }

// SignatureAlgorithms returns that of the one key.
func (s *store) SignatureAlgorithms(context.Context) ([]jose.SignatureAlgorithm, error) {
	return []jose.SignatureAlgorithm{algorithm}, nil
}

// KeySet returns the public half of the one key.
func (s *store) KeySet(context.Context) ([]op.Key, error) { return []op.Key{publicKey{s.key}}, nil }

// GetClientByClientID returns a client.
func (s *store) GetClientByClientID(_ context.Context, id string) (op.Client, error) {
	c, ok := s.clients[id]
	if !ok {
		return nil, errUnknown
	}
	return c, nil
}

// AuthorizeClientIDSecret compares a client's secret.
func (s *store) AuthorizeClientIDSecret(_ context.Context, id, secret string) error {
	c, ok := s.clients[id]
	if !ok || subtle.ConstantTimeCompare([]byte(c.Secret), []byte(secret)) != 1 {
		return errUnknown
	}
	return nil
}

// SetUserinfoFromScopes says in the ID token who it is; the rest is at
// userinfo.
func (s *store) SetUserinfoFromScopes(_ context.Context, info *oidc.UserInfo, person, _ string, _ []string) error {
	info.Subject = person
	return nil
}

// SetUserinfoFromToken tells about the person of a token that is still kept.
func (s *store) SetUserinfoFromToken(_ context.Context, info *oidc.UserInfo, token, subject, _ string) error {
	of, ok := s.tokens.get(token)
	p, known := s.people[of]
	if !ok || !known || of != subject {
		return errUnknown
	}
	info.Subject = p.ID
	info.Name = p.Name
	if p.Email != "" {
		info.Email, info.EmailVerified = p.Email, true
	}
	if p.IAL != "" {
		info.AppendClaims("ial", p.IAL)
	}
	return nil
}

// SetIntrospectionFromToken tells nothing: there is no introspection.
func (s *store) SetIntrospectionFromToken(context.Context, *oidc.IntrospectionResponse, string, string, string) error {
	return errUnknown
}

// GetPrivateClaimsFromScopes adds no claims.
func (s *store) GetPrivateClaimsFromScopes(context.Context, string, string, []string) (map[string]any, error) {
	return nil, nil
}

// GetKeyByIDAndClientID knows no keys of clients.
func (s *store) GetKeyByIDAndClientID(context.Context, string, string) (*jose.JSONWebKey, error) {
	return nil, errUnknown
}

// ValidateJWTProfileScopes grants none: there is no such grant.
func (s *store) ValidateJWTProfileScopes(context.Context, string, []string) ([]string, error) {
	return nil, oidc.ErrUnsupportedGrantType()
}

// Health is that of memory.
func (s *store) Health(context.Context) error { return nil }

// choose says who a request is by. It reports whether there is such a request,
// not yet answered, and such a person.
func (s *store) choose(id, person string) bool {
	if _, known := s.people[person]; !known {
		return false
	}
	return s.requests.change(id, func(r request) request { r.person, r.when = person, s.now(); return r })
}

// origins returns where the clients' people may be sent back to.
func (s *store) origins() []string {
	var out []string
	for _, c := range s.clients {
		for _, address := range append(slices.Clone(c.Redirects), c.LogoutRedirects...) {
			if u, err := url.Parse(address); err == nil {
				out = append(out, u.Scheme+"://"+u.Host)
			}
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}
