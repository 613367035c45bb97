package oidc

import (
	"crypto/md5" // what the provider asks for, not what protects anything here
	"encoding/hex"
)

// transforms are the ways in which a client secret is changed before it is sent.
var transforms = map[string]func(string) string{
	"":          func(secret string) string { return secret },
	"none":      func(secret string) string { return secret },
	"dga-md5x7": dgaSecret,
}

// dgaSecret makes of a client secret what DGA's Digital ID expects as the
// password: seven rounds of MD5 over the value followed by "EGA", each round
// taking the lower-case hexadecimal digest of the one before. So two
// independent public projects report it; DGA has not confirmed it.
func dgaSecret(secret string) string {
	for range 7 {
		sum := md5.Sum([]byte(secret + "EGA"))
		secret = hex.EncodeToString(sum[:])
	}
	return secret
}
