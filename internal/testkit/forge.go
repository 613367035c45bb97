package testkit

import (
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"strings"

	"github.com/go-jose/go-jose/v4"
)

// Sign makes an honest ID token.
func (c *Crook) Sign(claims any) string {
	return seal(claims, jose.SigningKey{Algorithm: jose.RS256, Key: jose.JSONWebKey{Key: c.key, KeyID: "k1"}}, nil)
}

// Unsigned makes a token of algorithm none.
func (c *Crook) Unsigned(claims any) string {
	return part(map[string]any{"alg": "none", "typ": "JWT"}) + "." + part(claims) + "."
}

// ByHMAC makes a token signed with what the client knows too: its secret.
func (c *Crook) ByHMAC(claims any) string {
	return seal(claims, jose.SigningKey{Algorithm: jose.HS256, Key: jose.JSONWebKey{Key: []byte(strings.Repeat(c.Secret, 8)), KeyID: "k1"}}, nil)
}

// ByPublicKey makes a token signed by HMAC with what everybody knows: the
// public key.
func (c *Crook) ByPublicKey(claims any) string {
	public := pem.EncodeToMemory(&pem.Block{Type: "RSA PUBLIC KEY", Bytes: x509.MarshalPKCS1PublicKey(&c.key.PublicKey)})
	return seal(claims, jose.SigningKey{Algorithm: jose.HS256, Key: jose.JSONWebKey{Key: public, KeyID: "k1"}}, nil)
}

// ByStranger makes a token signed by a key that the Crook does not show, under
// the name of one that it does.
func (c *Crook) ByStranger(claims any) string {
	return seal(claims, jose.SigningKey{Algorithm: jose.RS256, Key: jose.JSONWebKey{Key: strangerKey(), KeyID: "k1"}}, nil)
}

// ByUnknownKey makes a token that names a key that the Crook does not show.
func (c *Crook) ByUnknownKey(claims any) string {
	return seal(claims, jose.SigningKey{Algorithm: jose.RS256, Key: jose.JSONWebKey{Key: strangerKey(), KeyID: "k9"}}, nil)
}

// ByCarriedKey makes a token that brings its own key along.
func (c *Crook) ByCarriedKey(claims any) string {
	return seal(claims, jose.SigningKey{Algorithm: jose.RS256, Key: strangerKey()}, &jose.SignerOptions{EmbedJWK: true})
}

// Twice makes a token in JSON, with a good signature and a stranger's.
func (c *Crook) Twice(claims any) string {
	signer, err := jose.NewMultiSigner([]jose.SigningKey{
		{Algorithm: jose.RS256, Key: jose.JSONWebKey{Key: c.key, KeyID: "k1"}}, {Algorithm: jose.RS256, Key: jose.JSONWebKey{Key: strangerKey(), KeyID: "k9"}},
	}, nil)
	if err != nil {
		panic("testkit: " + err.Error())
	}
	return signed(signer, claims).FullSerialize()
}

// InJSON makes a token in JSON with one good signature.
func (c *Crook) InJSON(claims any) string {
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: jose.RS256, Key: jose.JSONWebKey{Key: c.key, KeyID: "k1"}}, nil)
	if err != nil {
		panic("testkit: " + err.Error())
	}
	return signed(signer, claims).FullSerialize()
}

// Altered makes an honest token and changes its claims after it was signed.
func (c *Crook) Altered(claims any) string {
	parts := strings.Split(c.Sign(claims), ".")
	changed := map[string]any{}
	data, _ := base64.RawURLEncoding.DecodeString(parts[1])
	if err := json.Unmarshal(data, &changed); err != nil {
		panic("testkit: " + err.Error())
	}
	changed["sub"] = "u-2"
	return parts[0] + "." + part(changed) + "." + parts[2]
}

func seal(claims any, key jose.SigningKey, options *jose.SignerOptions) string {
	signer, err := jose.NewSigner(key, options)
	if err != nil {
		panic("testkit: " + err.Error())
	}
	out, err := signed(signer, claims).CompactSerialize()
	if err != nil {
		panic("testkit: " + err.Error())
	}
	return out
}

func signed(signer jose.Signer, claims any) *jose.JSONWebSignature {
	data, err := json.Marshal(claims)
	if err != nil {
		panic("testkit: " + err.Error())
	}
	out, err := signer.Sign(data)
	if err != nil {
		panic("testkit: " + err.Error())
	}
	return out
}

func part(v any) string {
	data, err := json.Marshal(v)
	if err != nil {
		panic("testkit: " + err.Error())
	}
	return base64.RawURLEncoding.EncodeToString(data)
}
