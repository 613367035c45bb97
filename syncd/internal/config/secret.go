package config

import (
	"log/slog"
	"net/url"
	"strings"
)

// mask stands where a secret is not shown.
const mask = "********"

// Secret is a text that no log, message or printed configuration shows, in
// whichever way it is formatted.
type Secret string

// Reveal returns the secret itself, for the one who needs it.
func (s Secret) Reveal() string { return string(s) }

// String returns the secret masked: of an address, its password alone; the
// rest in full.
func (s Secret) String() string {
	if s == "" {
		return ""
	}
	u, err := url.Parse(string(s))
	if err != nil || !postgres(u) || strings.ContainsAny(string(s), "\n\r") {
		return mask
	}
	if _, has := u.User.Password(); has {
		u.User = url.UserPassword(u.User.Username(), mask)
	}
	query, err := url.ParseQuery(u.RawQuery)
	if err != nil {
		return mask
	}
	for name := range query {
		if strings.Contains(strings.ToLower(name), "pass") {
			query.Set(name, mask)
		}
	}
	u.RawQuery = query.Encode()
	return strings.ReplaceAll(u.String(), url.QueryEscape(mask), mask)
}

// GoString masks the secret for %#v.
func (s Secret) GoString() string { return `"` + s.String() + `"` }

// MarshalText masks the secret in JSON and YAML.
func (s Secret) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// LogValue masks the secret in logs.
func (s Secret) LogValue() slog.Value { return slog.StringValue(s.String()) }

func postgres(u *url.URL) bool {
	return (u.Scheme == "postgres" || u.Scheme == "postgresql") && u.Opaque == ""
}
