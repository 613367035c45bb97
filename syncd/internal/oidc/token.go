package oidc

import (
	"context"
	"crypto/subtle"
	"errors"
	"net/url"
	"slices"
	"strings"
	"time"

	gooidc "github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"
)

// verify returns what the ID token claims, and the token itself, when it is the
// provider's own word, to this client, about this sign-in, now.
func (p *Provider) verify(ctx context.Context, m *metadata, token *oauth2.Token, nonce string) (claims, string, error) {
	raw, _ := token.Extra("id_token").(string)
	if !compact(raw) {
		return nil, "", refused("the answer has no ID token with one signature")
	}
	keys := &fetching{KeySet: m.keys}
	verifier := gooidc.NewVerifier(p.cfg.Issuer, keys, &gooidc.Config{
		ClientID: p.cfg.ClientID, SupportedSigningAlgs: m.algorithms, Now: func() time.Time { return p.now().Add(-p.cfg.Leeway) },
	})
	id, err := verifier.Verify(ctx, raw)
	if keys.failed != nil {
		return nil, "", p.unavailable(keys.failed)
	}
	if err != nil {
		return nil, "", refused("the ID token: %w", brief(err))
	}
	if id.AccessTokenHash != "" {
		if err := id.VerifyAccessToken(token.AccessToken); err != nil {
			return nil, "", refused("the ID token: %w", brief(err))
		}
	}
	said := claims{}
	if err := id.Claims(&said); err != nil {
		return nil, "", refused("the ID token: %w", brief(err))
	}
	return said, raw, p.checkToken(said, id, nonce)
}

// checkToken holds an ID token of good signature to what go-oidc leaves to its
// callers.
func (p *Provider) checkToken(said claims, id *gooidc.IDToken, nonce string) error {
	azp := said.text("azp")
	switch {
	case nonce == "" || subtle.ConstantTimeCompare([]byte(said.text("nonce")), []byte(nonce)) != 1:
		return refused("the ID token: nonce is missing or another")
	case said.text("iss") != p.cfg.Issuer:
		return refused("the ID token: another issuer")
	case !slices.Contains(id.Audience, p.cfg.ClientID):
		return refused("the ID token: another audience")
	case said.has("azp") && azp != p.cfg.ClientID:
		return refused("the ID token: made for another client")
	case len(id.Audience) > 1 && azp == "":
		return refused("the ID token: several audiences, and it does not say whom it is for")
	case said.has("iat") && id.IssuedAt.After(p.now().Add(p.cfg.Leeway)):
		return refused("the ID token: issued in the future")
	}
	return nil
}

// compact reports whether a token is in the compact form, which has room for
// one signature only.
func compact(raw string) bool {
	return strings.Count(raw, ".") == 2 && !strings.ContainsAny(raw, "{ \t\r\n")
}

// fetching is a set of keys that remembers when it could not be fetched, so
// that a provider that is down is not mistaken for one that lies.
type fetching struct {
	gooidc.KeySet
	failed error
}

// VerifySignature returns the payload that one of the keys has signed.
func (f *fetching) VerifySignature(ctx context.Context, jwt string) ([]byte, error) {
	payload, err := f.KeySet.VerifySignature(ctx, jwt)
	if err != nil && errors.Unwrap(err) != nil { // a wrong signature has no cause; a failed fetch has
		f.failed = err
	}
	return payload, err
}

// withoutAnswer returns the error of a request, but for what was answered: in
// userinfo that is personal.
func withoutAnswer(err error) error {
	var unreached *url.Error
	if errors.As(err, &unreached) {
		return unreached
	}
	return errors.New("userinfo gives no usable answer")
}

// complete adds what the ID token does not say from the userinfo endpoint, if
// there is one and anything is missing.
func (p *Provider) complete(ctx context.Context, m *metadata, token *oauth2.Token, said claims) (claims, error) {
	if m.userInfo == "" || !p.lacks(said) {
		return said, nil
	}
	info, err := m.provider.UserInfo(ctx, oauth2.StaticTokenSource(token))
	if err != nil {
		return nil, p.unavailable(withoutAnswer(err))
	}
	more := claims{}
	if err := info.Claims(&more); err != nil {
		return nil, p.unavailable(errors.New("userinfo is not an object"))
	}
	if sub := said.text("sub"); sub == "" || more.text("sub") != sub {
		return nil, refused("userinfo speaks of somebody else than the ID token")
	}
	return p.merge(said, more), nil
}
