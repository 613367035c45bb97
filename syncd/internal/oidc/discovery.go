package oidc

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	gooidc "github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"
)

// document is the part of a discovery document that go-oidc does not show.
type document struct {
	JWKS       string   `json:"jwks_uri"`
	EndSession string   `json:"end_session_endpoint"`
	Algorithms []string `json:"id_token_signing_alg_values_supported"`
	Auth       []string `json:"token_endpoint_auth_methods_supported"`
	NamesSelf  bool     `json:"authorization_response_iss_parameter_supported"`
}

// discover asks the provider for its addresses. go-oidc refuses a document
// that names another issuer.
func (p *Provider) discover(ctx context.Context) (*metadata, error) {
	provider, err := gooidc.NewProvider(ctx, p.cfg.Issuer)
	if err != nil {
		return nil, err
	}
	var doc document
	if err := provider.Claims(&doc); err != nil {
		return nil, err
	}
	m := &metadata{
		endpoint:   provider.Endpoint(),
		jwks:       doc.JWKS,
		keys:       gooidc.NewRemoteKeySet(ctx, doc.JWKS),
		algorithms: known(doc.Algorithms),
		endSession: cmp.Or(p.cfg.Endpoints.EndSession, doc.EndSession),
		userInfo:   cmp.Or(p.cfg.Endpoints.UserInfo, provider.UserInfoEndpoint()),
		namesSelf:  doc.NamesSelf,
	}
	m.endpoint.AuthStyle = authStyle(doc.Auth)
	described := gooidc.ProviderConfig{
		IssuerURL: p.cfg.Issuer, AuthURL: m.endpoint.AuthURL, TokenURL: m.endpoint.TokenURL,
		UserInfoURL: m.userInfo, JWKSURL: doc.JWKS, Algorithms: m.algorithms,
	}
	m.provider = described.NewProvider(ctx)
	for _, needed := range []string{m.endpoint.AuthURL, m.endpoint.TokenURL, doc.JWKS} {
		if !safeAddress(needed) {
			return nil, fmt.Errorf("discovery names %q, which is not an address over https", needed)
		}
	}
	for _, optional := range []string{m.endSession, m.userInfo} {
		if optional != "" && !safeAddress(optional) {
			return nil, fmt.Errorf("discovery names %q, which is not an address over https", optional)
		}
	}
	return m, nil
}

// known returns those algorithms of a provider that may sign an ID token. One
// that names none of them is held to the one that every provider has.
func known(announced []string) []string {
	var out []string
	for _, a := range asymmetric {
		if slices.Contains(announced, a) {
			out = append(out, a)
		}
	}
	if out == nil {
		return []string{gooidc.RS256}
	}
	return out
}

// authStyle returns how the client proves itself at the token endpoint: in the
// header, unless the provider names only the form. It is never tried out: that
// would spend the code.
func authStyle(methods []string) oauth2.AuthStyle {
	if slices.Contains(methods, "client_secret_post") && !slices.Contains(methods, "client_secret_basic") {
		return oauth2.AuthStyleInParams
	}
	return oauth2.AuthStyleInHeader
}
