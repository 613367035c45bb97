// Package config knows every setting of the daemon: what it is called in
// syncd.yaml and in the environment, what it is when nothing is said, and which
// values make sense. It opens nothing but the files of secrets, and wires
// nothing.
//
// A setting is a path such as back_office.listen. The environment names it in
// capitals behind KHUMUE_, its parts joined by underscores:
// KHUMUE_BACK_OFFICE_LISTEN. A list of words is separated by commas there; the
// settings of the first provider begin with KHUMUE_PROVIDERS_1_. What the
// environment says goes before what the file says, and an empty variable says
// nothing. A secret may stand in a file of its own, which the setting of the
// same name with _file tells.
package config

import (
	"net/netip"
	"path/filepath"
	"time"

	"khumue/internal/fault"
)

// Config is the effective configuration: complete, and each value in its form.
type Config struct {
	Data     string // folder of all that the daemon keeps
	Database Secret // postgres:// address; empty: SQLite in Data
	Content  string `default:"content.git in data"` // bare repository of the content
	Site     string `default:"site in data"`        // folder of the built site

	Public     Listener // the public site, surveys, look-up of delays
	BackOffice Listener // the back office, git, and what offices and kiosks speak to
	Metrics    Metrics

	TrustedProxies []netip.Prefix // whose X-Forwarded-For is believed; masked
	Providers      []Provider     // of sign-in; empty: nobody can sign in
	Contact        Contact
	Session        Session
	Token          Token
	Review         Review
	Misses         Misses
	Surveys        Surveys
	Delays         Delays
	Offices        Offices
	SMTP           SMTP

	Generator string // path of the program; empty: beside this one, then on PATH
	Log       Log
}

// Listener is one of the two addresses of the daemon. They may be two hosts of
// one listener or two listeners.
type Listener struct {
	Listen  string // TCP address, host:port; an empty host is every interface
	Address string // as browsers see it: scheme and host, no slash at the end
}

// Metrics is where operators look: /metrics, /healthz and /readyz. It is a
// listener of its own, on loopback unless said otherwise: behind a proxy on
// the same machine every caller seems to come from loopback, so a rule by
// address on another listener would keep nobody out.
type Metrics struct {
	Listen string // TCP address; "none" is no listener
}

// Contact is whom a person asks who cannot get in. All of it may be empty.
type Contact struct {
	Phone string
	Email string
	Text  fault.Text // a sentence, such as when the centre is open
}

// Session is how long a signed-in person stays so.
type Session struct {
	Idle     time.Duration // without a request
	Absolute time.Duration // since the sign-in; at least Idle
}

// Token is how long an onboarding token waits for its person.
type Token struct {
	Expiry time.Duration
}

// Review is how long revisions wait for a judgement before they count as late.
type Review struct {
	Due Due
}

// Due are days, from 1 to 365, for each stage.
type Due struct {
	Agency int
	OPDC   int
}

// Misses is about searches of the public site that found nothing.
type Misses struct {
	Least int // how often words are asked, from so many networks or days, before an officer sees them: 1 to 1000
}

// Surveys is how many answers are taken, and how long their texts are kept.
type Surveys struct {
	PerNetwork int // answers an hour of one network, but for registered devices
	PerDevice  int // answers an hour of one registered device
	TextDays   int // days after which texts are emptied
}

// Delays is about requests that are late.
type Delays struct {
	PersonalDays int // days after the end of a case after which its applicant is erased
}

// Offices is about machines of offices that work offline.
type Offices struct {
	OfflineDays int // days for which officers may work on one that does not hear the centre
}

// SMTP is the server that takes e-mail about notices.
type SMTP struct {
	Host     string // empty: no e-mail is sent
	Port     int
	User     string // empty: without signing in
	Password Secret
	From     string // the address that letters come from
	TLS      string // starttls, tls, or none, on loopback only
	DailyAt  string // when those are told who want one letter a day: 07:30, in Thailand
}

// Log is how much is logged.
type Log struct {
	Level string // debug, info, warn or error
}

// Provider is one way to sign in, by OpenID Connect.
type Provider struct {
	Name            string     // in addresses: letters, digits, -; unique
	Label           fault.Text // on the button
	Issuer          string     // exactly as the provider says it
	ClientID        string
	ClientSecret    Secret // empty: a public client
	Endpoints       Endpoints
	Scopes          []string // with openid
	Claims          Claims
	SecretTransform string // none or dga-md5x7
	LogoutParam     string // name of the parameter for where to go after sign-out
	MinIAL          string // lowest assurance level, such as 1.3; "none" asks for none
	RegisterURL     string // where a person gets an account; may be empty
}

// Endpoints replace those of discovery, where a provider has none or others.
// Authorize, Token and JWKS come together; each may be empty.
type Endpoints struct {
	Authorize, Token, Userinfo, JWKS, EndSession string
}

// Claims says what a provider calls what we ask it for. The subject is always
// "sub", which alone identifies a person.
type Claims struct {
	Name          string
	GivenName     string
	FamilyName    string
	Email         string
	EmailVerified string
	IAL           string
}

// Default is the configuration of which nothing is said, before the values
// that follow from Data.
func Default() Config {
	return Config{
		Data:       "data",
		Public:     Listener{Listen: "localhost:8080", Address: "http://localhost:8080"},
		BackOffice: Listener{Listen: "localhost:8081", Address: "http://localhost:8081"},
		Metrics:    Metrics{Listen: "localhost:8083"},
		Session:    Session{Idle: 30 * time.Minute, Absolute: 12 * time.Hour},
		Token:      Token{Expiry: 720 * time.Hour},
		Review:     Review{Due: Due{Agency: 7, OPDC: 7}},
		Misses:     Misses{Least: 3},
		Surveys:    Surveys{PerNetwork: 600, PerDevice: 20_000, TextDays: 365},
		Delays:     Delays{PersonalDays: 1826},
		Offices:    Offices{OfflineDays: 30},
		SMTP:       SMTP{Port: 587, TLS: "starttls", DailyAt: "07:30"},
		Log:        Log{Level: "info"},
	}
}

// defaultProvider is a provider of which nothing is said.
func defaultProvider() Provider {
	return Provider{
		Scopes: []string{"openid"},
		Claims: Claims{
			Name: "name", GivenName: "given_name", FamilyName: "family_name",
			Email: "email", EmailVerified: "email_verified", IAL: "ial",
		},
		SecretTransform: "none",
		LogoutParam:     "post_logout_redirect_uri",
		MinIAL:          "1.3",
	}
}

// derive fills what follows from other values.
func (c *Config) derive() {
	if c.Content == "" {
		c.Content = filepath.Join(c.Data, "content.git")
	}
	if c.Site == "" {
		c.Site = filepath.Join(c.Data, "site")
	}
}

// Source is where a configuration is read from.
type Source struct {
	Name     string                            // of the file, as problems name it
	Data     []byte                            // of the file, YAML; empty: all by default
	Env      []string                          // NAME=value, as os.Environ gives
	ReadFile func(name string) ([]byte, error) // of a secret
}

// Read returns the configuration, or fault.Problems with all that is wrong
// with it.
func Read(src Source) (Config, error) {
	r := &reading{src: src, places: map[string]place{}}
	root := r.parse()
	r.overlay(root)
	c := Default()
	r.decode(root, "", &c)
	c.derive()
	r.check(&c)
	if len(r.problems) > 0 {
		return Config{}, r.problems.Sort()
	}
	return c, nil
}

// reading is one configuration while it is read.
type reading struct {
	src      Source
	places   map[string]place // of each setting that was given, by its path
	problems fault.Problems
}

// place is where a value was given.
type place struct {
	file string // or the name of a variable
	line int    // from 1; 0: of the whole file
}

// wrong records a problem at a place.
func (r *reading) wrong(at place, what fault.Text, hint ...fault.Text) {
	p := fault.Problem{File: at.file, Line: at.line, Severity: fault.Wrong, What: what}
	if len(hint) > 0 {
		p.Hint = hint[0]
	}
	r.problems = append(r.problems, p)
}
