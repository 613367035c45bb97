package stick

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/ecdh"
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/sha256"
	"crypto/sha512"
	"io"
)

// Shared is what the centre and one machine have together, each by its own X25519 key
// and the other's public half, and nobody else: by it a receipt is proven to be the
// centre's, and read on the machine alone.
type Shared struct {
	key    []byte
	random io.Reader
}

// Between is what the holder of a key shares with the holder of another. What is no
// key is an error of kind Invalid.
func Between(own *ecdh.PrivateKey, other []byte, random io.Reader) (*Shared, error) {
	public, err := ecdh.X25519().NewPublicKey(other)
	if err != nil {
		return nil, noFile(err)
	}
	secret, err := own.ECDH(public)
	if err != nil {
		return nil, noFile(err)
	}
	key, err := hkdf.Key(sha256.New, secret, nil, "khumue stick 1, receipts", 64)
	return &Shared{key, random}, err
}

// Sign makes the proof of a text.
func (s *Shared) Sign(text []byte) []byte {
	h := hmac.New(sha512.New, s.key[32:])
	h.Write(text)
	return h.Sum(nil)
}

// Check reports whether a proof is that of a text.
func (s *Shared) Check(text, proof []byte) bool { return hmac.Equal(s.Sign(text), proof) }

// Seal seals a message as what it is about.
func (s *Shared) Seal(text []byte, about string) ([]byte, error) {
	aead, err := s.gcm()
	if err != nil {
		return nil, err
	}
	nonce := make([]byte, aead.NonceSize())
	if _, err := io.ReadFull(s.random, nonce); err != nil {
		return nil, err
	}
	return aead.Seal(nonce, nonce, text, []byte(about)), nil
}

// Open opens what Seal sealed about the same. What was changed is an error of kind
// Invalid.
func (s *Shared) Open(sealed []byte, about string) ([]byte, error) {
	aead, err := s.gcm()
	if err != nil {
		return nil, err
	}
	if len(sealed) < aead.NonceSize() {
		return nil, noFile(errForm)
	}
	text, err := aead.Open(nil, sealed[:aead.NonceSize()], sealed[aead.NonceSize():], []byte(about))
	if err != nil {
		return nil, noFile(err)
	}
	return text, nil
}

func (s *Shared) gcm() (cipher.AEAD, error) {
	block, err := aes.NewCipher(s.key[:32])
	if err != nil {
		return nil, err
	}
	return cipher.NewGCM(block)
}
