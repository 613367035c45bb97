package staff

import (
	"bytes"
	"strings"
	"testing"
)

func TestATokenIsReadAsPeopleTypeIt(t *testing.T) {
	random := []byte("0123456789abcdefghijklmnopqrstuv")
	secret := newToken(random)
	want := hashToken(secret)
	for _, typed := range []string{
		secret, strings.ToLower(secret), strings.ReplaceAll(secret, "-", ""), strings.ReplaceAll(secret, "-", " "),
		" " + secret + "\r\n", strings.ReplaceAll(secret, "0", "o"), strings.ReplaceAll(secret, "1", "I"), strings.ReplaceAll(secret, "1", "l"),
	} {
		if got, err := readToken(typed); got != want || err != nil {
			t.Errorf("%q: got %x and %v", typed, got[:4], err)
		}
	}
	for _, typed := range []string{"", secret + "0", secret[1:], strings.Replace(secret, "-", "U", 1), "ภาษาไทย", strings.Repeat("0", 4000)} {
		if _, err := readToken(typed); err == nil {
			t.Errorf("%q is read", typed)
		}
	}
}

func TestTokensHaveNoLookAlikes(t *testing.T) {
	for i := range 32 {
		secret := newToken(bytes.Repeat([]byte{byte(i)}, tokenLength))
		if strings.ContainsAny(secret, "OILU") || strings.Count(secret, "-") != 6 || len(secret) != tokenLength+6 {
			t.Errorf("got %q", secret)
		}
	}
}

func FuzzReadToken(f *testing.F) {
	f.Add(newToken(make([]byte, tokenLength)))
	f.Add("o0-iI lL")
	f.Fuzz(func(t *testing.T, typed string) {
		got, err := readToken(typed)
		if (err == nil) == (got == Hash{}) {
			t.Errorf("%q: got %x and %v", typed, got, err)
		}
	})
}
