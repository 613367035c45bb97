package cargo

import (
	"crypto/ecdh"
	"crypto/hpke"
)

// Seal seals a text for the device that has a key, an X25519 one (RFC 9180 with
// HKDF-SHA256 and AES-256-GCM). It opens as what it is about and as nothing else. What is no key is
// an error of kind Invalid.
func Seal(box, text []byte, about string) ([]byte, error) {
	key, err := hpke.DHKEM(ecdh.X25519()).NewPublicKey(box)
	if err != nil {
		return nil, invalid(err)
	}
	return hpke.Seal(key, hpke.HKDFSHA256(), hpke.AES256GCM(), []byte(about), text)
}

// Open opens what Seal sealed. What was changed, is about something else, or was
// sealed for another device is an error of kind Invalid.
func Open(box *ecdh.PrivateKey, sealed []byte, about string) ([]byte, error) {
	key, err := hpke.NewDHKEMPrivateKey(box)
	if err != nil {
		return nil, invalid(err)
	}
	text, err := hpke.Open(key, hpke.HKDFSHA256(), hpke.AES256GCM(), []byte(about), sealed)
	if err != nil {
		return nil, invalid(err)
	}
	return text, nil
}
