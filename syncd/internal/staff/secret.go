package staff

import (
	"crypto/sha256"
	"encoding/base64"
	"strings"

	"khumue/internal/fault"
)

// alphabet writes tokens: Crockford's base 32, which has no I, L, O and U beside
// 1, 0 and V.
const alphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"

// tokenLength is the number of characters of a token: 140 random bits.
const tokenLength = 28

// newToken writes a token's secret from random, in groups of four.
func newToken(random []byte) string {
	var b strings.Builder
	for i, r := range random[:tokenLength] {
		if i > 0 && i%4 == 0 {
			b.WriteByte('-')
		}
		b.WriteByte(alphabet[r&31])
	}
	return b.String()
}

// readToken reads a token as people type it: any case, any spaces and dashes,
// look-alikes forgiven.
func readToken(s string) (Hash, error) {
	if len(s) > 200 {
		return Hash{}, badToken()
	}
	var b strings.Builder
	for _, r := range strings.ToUpper(s) {
		switch r {
		case ' ', '-', '\u00a0', '\t', '\r', '\n', '‐', '–':
			continue
		case 'O':
			r = '0'
		case 'I', 'L':
			r = '1'
		}
		if !strings.ContainsRune(alphabet, r) {
			return Hash{}, badToken()
		}
		b.WriteRune(r)
	}
	if b.Len() != tokenLength {
		return Hash{}, badToken()
	}
	return hashToken(b.String()), nil
}

// hashToken hashes a token as newToken writes it, its dashes apart.
func hashToken(secret string) Hash {
	return sha256.Sum256([]byte(strings.ReplaceAll(secret, "-", "")))
}

// badToken is what everybody is told whose token gives nothing, whatever the
// reason: it must not tell which tokens exist.
func badToken() error {
	return fault.New(fault.Invalid,
		fault.Text{TH: "รหัสนี้ใช้ไม่ได้ อาจพิมพ์ผิด ใช้ไปแล้ว หมดอายุ หรือถูกยกเลิก", EN: "This token can not be used. It may be mistyped, used already, expired or revoked."},
		fault.Text{TH: "ตรวจทีละกลุ่ม ถ้ายังไม่ได้ ขอรหัสใหม่จากผู้ที่ให้รหัสนี้", EN: "Check it group by group. If it still fails, ask whoever gave it to you for a new one."})
}

// sessionBytes is the length of a session's secret: 256 bits.
const sessionBytes = 32

func writeSession(random []byte) string {
	return base64.RawURLEncoding.EncodeToString(random[:sessionBytes])
}

// readSession reads a cookie's value; false when it can not be a session's.
func readSession(secret string) (Hash, bool) {
	raw, err := base64.RawURLEncoding.Strict().DecodeString(secret)
	if err != nil || len(raw) != sessionBytes {
		return Hash{}, false
	}
	return sha256.Sum256([]byte(secret)), true
}
