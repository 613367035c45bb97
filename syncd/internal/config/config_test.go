package config

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"khumue/internal/fault"
)

// compared compares configurations by value.
var compared = cmp.Comparer(func(a, b netip.Prefix) bool { return a == b })

// whole is a file with each setting in it.
const whole = `
data: /var/lib/khumue
database: postgres://khumue:hunter2@db.example.go.th/khumue?sslmode=verify-full
content: /srv/content.git
site: /srv/site
public: {listen: "localhost:8080", address: https://Portal.example.go.th:443/}
back_office:
  listen: localhost:8080
  address: https://office.example.go.th:8443
metrics: {listen: none}
trusted_proxies: [127.0.0.1, "::1", 10.1.2.3/8]
providers:
- name: digital-id
  label: {th: ดิจิทัลไอดี, en: Digital ID}
  issuer: https://connect.example.go.th
  client_id: 00123
  client_secret_file: secret
  endpoints:
    authorize: https://connect.example.go.th/connect/authorize
    token: https://connect.example.go.th/connect/token
    userinfo: https://connect.example.go.th/connect/userinfo
    jwks: https://connect.example.go.th/jwks
    end_session: https://connect.example.go.th/connect/endsession
  scopes: [openid, profile]
  claims: {ial: ial_level}
  secret_transform: dga-md5x7
  logout_param: post_logout_redirect_url
  min_ial: 2.30
  register_url: https://connect.example.go.th/register?from=khumue
contact: {phone: 02 612 6060, email: contact@example.go.th, text: {th: วันราชการ, en: On working days}}
session: {idle: 15m, absolute: 8h}
token: {expiry: 30d}
review: {due: {agency: 5, opdc: 10}}
misses: {least: 5}
surveys: {per_network: 100, per_device: 5000, text_days: 90}
delays: {personal_days: 400}
offices: {offline_days: 10}
smtp: {host: mail.example.go.th, port: 465, user: khumue, password_file: secret, from: khumue@example.go.th, tls: tls, daily_at: 06:15}
generator: /usr/bin/generator
log: {level: debug}
`

// secrets answers for the files of secrets.
func secrets(files map[string]string) func(string) ([]byte, error) {
	return func(name string) ([]byte, error) {
		data, ok := files[name]
		if !ok {
			return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrNotExist}
		}
		return []byte(data), nil
	}
}

func read(data string, env ...string) (Config, error) {
	return Read(Source{Name: "syncd.yaml", Data: []byte(data), Env: env, ReadFile: secrets(map[string]string{
		"secret": "s3cret\n", "empty": "\n", "lines": "a\nb\n",
	})})
}

func mustRead(t *testing.T, data string, env ...string) Config {
	t.Helper()
	c, err := read(data, env...)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestAnEmptyFileIsWhatIsSaidByDefault(t *testing.T) {
	want := Default()
	want.Content, want.Site = "data/content.git", "data/site"
	if diff := cmp.Diff(want, mustRead(t, ""), compared); diff != "" {
		t.Errorf("got another configuration (-want +got):\n%s", diff)
	}
}

func TestEachSettingIsRead(t *testing.T) {
	want := Config{
		Data: "/var/lib/khumue", Content: "/srv/content.git", Site: "/srv/site",
		Database:       "postgres://khumue:hunter2@db.example.go.th/khumue?sslmode=verify-full",
		Public:         Listener{"localhost:8080", "https://portal.example.go.th"},
		BackOffice:     Listener{"localhost:8080", "https://office.example.go.th:8443"},
		Metrics:        Metrics{"none"},
		TrustedProxies: []netip.Prefix{netip.MustParsePrefix("127.0.0.1/32"), netip.MustParsePrefix("::1/128"), netip.MustParsePrefix("10.0.0.0/8")},
		Providers: []Provider{{
			Name: "digital-id", Label: fault.Text{TH: "ดิจิทัลไอดี", EN: "Digital ID"}, Issuer: "https://connect.example.go.th",
			ClientID: "00123", ClientSecret: "s3cret",
			Endpoints: Endpoints{
				Authorize: "https://connect.example.go.th/connect/authorize", Token: "https://connect.example.go.th/connect/token",
				Userinfo: "https://connect.example.go.th/connect/userinfo", JWKS: "https://connect.example.go.th/jwks",
				EndSession: "https://connect.example.go.th/connect/endsession",
			},
			Scopes:          []string{"openid", "profile"},
			Claims:          Claims{"name", "given_name", "family_name", "email", "email_verified", "ial_level"},
			SecretTransform: "dga-md5x7", LogoutParam: "post_logout_redirect_url", MinIAL: "2.30",
			RegisterURL: "https://connect.example.go.th/register?from=khumue",
		}},
		Contact:   Contact{"02 612 6060", "contact@example.go.th", fault.Text{TH: "วันราชการ", EN: "On working days"}},
		Session:   Session{15 * time.Minute, 8 * time.Hour},
		Token:     Token{720 * time.Hour},
		Review:    Review{Due{5, 10}},
		Misses:    Misses{5},
		Surveys:   Surveys{PerNetwork: 100, PerDevice: 5000, TextDays: 90},
		Delays:    Delays{PersonalDays: 400},
		Offices:   Offices{OfflineDays: 10},
		SMTP:      SMTP{"mail.example.go.th", 465, "khumue", "s3cret", "khumue@example.go.th", "tls", "06:15"},
		Generator: "/usr/bin/generator",
		Log:       Log{"debug"},
	}
	if diff := cmp.Diff(want, mustRead(t, whole), compared); diff != "" {
		t.Errorf("got another configuration (-want +got):\n%s", diff)
	}
}

func TestTheEnvironmentGoesBeforeTheFile(t *testing.T) {
	tests := []struct {
		name string
		env  []string
		got  func(Config) any
		want any
	}{
		{"a setting", []string{"KHUMUE_DATA=/tmp"}, func(c Config) any { return c.Data }, "/tmp"},
		{"a nested one", []string{"KHUMUE_BACK_OFFICE_LISTEN=:9000"}, func(c Config) any { return c.BackOffice.Listen }, ":9000"},
		{"a list by commas", []string{"KHUMUE_TRUSTED_PROXIES=10.0.0.1, fd00::/8"},
			func(c Config) any { return fmt.Sprint(c.TrustedProxies) }, "[10.0.0.1/32 fd00::/8]"},
		{"the first provider", []string{"KHUMUE_PROVIDERS_1_CLIENT_ID=x"}, func(c Config) any { return c.Providers[0].ClientID }, "x"},
		{"what it does not say of the provider", []string{"KHUMUE_PROVIDERS_1_CLIENT_ID=x"}, func(c Config) any { return c.Providers[0].Name }, "digital-id"},
		{"a provider that the file lacks", []string{
			"KHUMUE_PROVIDERS_2_NAME=thaid", "KHUMUE_PROVIDERS_2_LABEL_TH=ไทยดี", "KHUMUE_PROVIDERS_2_LABEL_EN=ThaiD",
			"KHUMUE_PROVIDERS_2_ISSUER=https://thaid.example", "KHUMUE_PROVIDERS_2_CLIENT_ID=y", "KHUMUE_PROVIDERS_2_SCOPES=openid,pid",
		}, func(c Config) any {
			return fmt.Sprintf("%d %s %v", len(c.Providers), c.Providers[1].Name, c.Providers[1].Scopes)
		}, "2 thaid [openid pid]"},
		{"a secret instead of the file's file", []string{"KHUMUE_PROVIDERS_1_CLIENT_SECRET=other"},
			func(c Config) any { return c.Providers[0].ClientSecret.Reveal() }, "other"},
		{"a secret's file instead of the file's secret", []string{"KHUMUE_DATABASE_FILE=dsn"},
			func(c Config) any { return c.Database.Reveal() }, "postgres://u:p@h/d"},
		{"an empty variable says nothing", []string{"KHUMUE_DATA="}, func(c Config) any { return c.Data }, "/var/lib/khumue"},
		{"the variable of the file's path", []string{"KHUMUE_CONFIG=/etc/syncd.yaml"}, func(c Config) any { return c.Data }, "/var/lib/khumue"},
		{"others' variables", []string{"PATH=/bin", "KHUMUEX=1"}, func(c Config) any { return c.Data }, "/var/lib/khumue"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			c, err := Read(Source{Name: "syncd.yaml", Data: []byte(whole), Env: test.env,
				ReadFile: secrets(map[string]string{"secret": "s3cret", "dsn": "postgres://u:p@h/d\r\n"})})
			if err != nil {
				t.Fatal(err)
			}
			if got := test.got(c); got != test.want {
				t.Errorf("got %v, want %v", got, test.want)
			}
		})
	}
}

func TestProblems(t *testing.T) {
	const provider = "providers:\n- {name: a, label: {th: ก, en: a}, issuer: https://a.example, client_id: a"
	tests := []struct {
		name, data string
		env        []string
		want       string // in English
	}{
		{"a key that is near another", "data: x\ndatabse: y\n", nil, `syncd.yaml:2: there is no setting "databse" (did you mean database?)`},
		{"a nested key", "session:\n  idel: 3m\n", nil, `syncd.yaml:2: there is no setting "idel" (did you mean idle?)`},
		{"a key of a provider", provider + ", client_secert: x}", nil, `syncd.yaml:2: there is no setting "client_secert" (did you mean client_secret?)`},
		{"a variable", "", []string{"KHUMUE_DATABSE=x"}, `KHUMUE_DATABSE: there is no setting "KHUMUE_DATABSE" (did you mean KHUMUE_DATABASE?)`},
		{"the provider before the first", "", []string{"KHUMUE_PROVIDERS_0_NAME=x"},
			`KHUMUE_PROVIDERS_0_NAME: there is no setting "KHUMUE_PROVIDERS_0_NAME" (did you mean KHUMUE_PROVIDERS_1_NAME?)`},
		{"a variable below what the file has otherwise", "session: 3\n", []string{"KHUMUE_SESSION_IDLE=5m"},
			"syncd.yaml:1: KHUMUE_SESSION_IDLE has no place: session in the file is something else\nsyncd.yaml:1: session takes settings by name"},
		{"a key twice", "data: x\nsite: z\ndata: y\n", nil, "syncd.yaml:3: data was set already, in line 1"},
		{"two documents", "data: x\n---\ndata: y\n", nil, "syncd.yaml:2: there is more than one YAML document (remove the line --- and what follows)"},
		{"an alias", "data: &a x\nsite: *a\n", nil,
			"syncd.yaml:1: anchors, aliases and tags of YAML have no place here (write the value in full, or in quotes)\n" +
				"syncd.yaml:2: anchors, aliases and tags of YAML have no place here (write the value in full, or in quotes)"},
		{"no YAML", "data: [\n", nil, "syncd.yaml:1: not valid YAML: did not find expected node content"},
		{"no settings", "- a\n", nil, "syncd.yaml:1: this file has to hold settings by name (write for example data: /var/lib/khumue)"},
		{"a list for a value", "data: [a]\n", nil, "syncd.yaml:1: data takes one value"},
		{"a value for settings", "public: a\n", nil, "syncd.yaml:1: public takes settings by name"},
		{"a database of another kind", "database: mysql://db/x\n", nil,
			"syncd.yaml:1: database is not an address of PostgreSQL (write for example postgres://khumue@db.example.go.th/khumue, or leave it empty for SQLite)"},
		{"a secret and its file", "database: postgres://a/b\ndatabase_file: secret\n", nil, "syncd.yaml:2: both database and database_file are set (keep one of them)"},
		{"mail to a server in the clear", "smtp: {host: mail.example.go.th, from: a@example.go.th, tls: none}\n", nil,
			"syncd.yaml:1: smtp.tls: none is not for mail.example.go.th: nothing is encrypted (use starttls or tls (none is for localhost alone))"},
		{"mail in another way", "smtp: {tls: ssl}\n", nil, `syncd.yaml:1: smtp.tls does not know "ssl" (one of: starttls, tls, none)`},
		{"mail without its sender", "smtp: {host: localhost, port: 0}\n", nil, "syncd.yaml:1: smtp.from is not set\nsyncd.yaml:1: smtp.port lies between 1 and 65535"},
		{"mail without its server", "smtp: {from: a@example.go.th}\n", nil, "syncd.yaml:1: smtp.host is not set"},
		{"a user of mail without a password", "smtp: {host: localhost, from: a@example.go.th, user: a}\n", nil, "syncd.yaml:1: smtp.password is not set"},
		{"a password of mail without a user", "smtp: {host: localhost, from: a@example.go.th, password: a}\n", nil, "syncd.yaml:1: smtp.user is not set"},
		{"a sender with a name", "smtp: {host: localhost, from: 'Khumue <a@example.go.th>'}\n", nil,
			`syncd.yaml:1: smtp.from: "Khumue <a@example.go.th>" has the wrong form (write for example khumue@example.go.th)`},
		{"a server of mail with its port", "smtp: {host: 'mail.example.go.th:25', from: a@example.go.th}\n", nil,
			`syncd.yaml:1: smtp.host: "mail.example.go.th:25" has the wrong form (write for example mail.example.go.th)`},
		{"a time that is none", "smtp: {daily_at: 7.30}\n", nil, `syncd.yaml:1: smtp.daily_at: "7.30" has the wrong form (write for example 07:30)`},
		{"a port that is no number", "smtp: {port: many}\n", nil, `syncd.yaml:1: smtp.port: "many" is not a whole number`},
		{"no time to judge", "review: {due: {agency: 0, opdc: 400}}\n", nil, "syncd.yaml:1: review.due.agency lies between 1 and 365\nsyncd.yaml:1: review.due.opdc lies between 1 and 365"},
		{"no phrase is ever seen", "misses: {least: 0}\n", nil, "syncd.yaml:1: misses.least lies between 1 and 1000"},
		{"a secret's file that is missing", "database_file: nowhere\n", nil, "syncd.yaml:1: the file nowhere cannot be read (there is no such file)"},
		{"an empty one", "database_file: empty\n", nil, "syncd.yaml:1: the file empty is empty"},
		{"one of several lines", "database_file: lines\n", nil, "syncd.yaml:1: the file lines has to hold one line of text"},
		{"no place to listen", "public: {listen: 8080}\n", nil, `syncd.yaml:1: public.listen: "8080" is not an address to listen on (write for example localhost:8080)`},
		{"metrics where the public is", "metrics: {listen: 'localhost:8080'}\n", nil,
			"syncd.yaml:1: metrics.listen is the same as public.listen (choose another port, or write none)"},
		{"http beyond this machine", "public: {address: 'http://portal.example'}\n", nil,
			`syncd.yaml:1: public.address: "http://portal.example" is not encrypted (use https:// (http:// is for localhost alone))`},
		{"http to a name that begins as loopback", "public: {address: 'http://127.0.0.1.evil.example'}\n", nil,
			`syncd.yaml:1: public.address: "http://127.0.0.1.evil.example" is not encrypted (use https:// (http:// is for localhost alone))`},
		{"an address with a path", "public: {address: 'http://localhost/x'}\n", nil,
			`syncd.yaml:1: public.address: "http://localhost/x" goes on behind the host (write https:// and the host alone)`},
		{"an address that is none", "public: {address: portal.example}\n", nil,
			`syncd.yaml:1: public.address: "portal.example" is not an address of the web (write for example https://portal.example.go.th)`},
		{"a name outside ASCII", "public: {address: 'https://คู่มือ.ไทย'}\n", nil,
			"syncd.yaml: an https address needs a proxy, and trusted_proxies names none (if it is on this machine, write [127.0.0.1, ::1])\n" +
				`syncd.yaml:1: public.address: the host in "https://คู่มือ.ไทย" cannot be used (write a name outside ASCII in its xn-- form)`},
		{"one address for both", "back_office: {address: 'http://LOCALHOST:8080/'}\n", nil,
			"syncd.yaml:1: public.address and back_office.address are the same (give them two names or two ports)"},
		{"a proxy that is everybody", "trusted_proxies: [0.0.0.0/0]\n", nil, "syncd.yaml:1: trusted_proxies: 0.0.0.0/0 is everybody (name the addresses of the proxies alone)"},
		{"a proxy that is no address", "trusted_proxies: [proxy]\n", nil,
			`syncd.yaml:1: trusted_proxies: "proxy" is not an address or a range of them (write for example 10.0.0.5 or 10.0.0.0/24)`},
		{"no length of time", "token: {expiry: soon}\n", nil, `syncd.yaml:1: token.expiry: "soon" is not a length of time (write for example 30m, 12h or 30d)`},
		{"a token that never ends", "token: {expiry: 999d}\n", nil, "syncd.yaml:1: token.expiry lies between 1h and 8784h"},
		{"a session that ends before it is idle", "session: {absolute: 10m}\n", nil, "syncd.yaml:1: session.absolute (10m) is shorter than session.idle (30m)"},
		{"a level", "log: {level: warning}\n", nil, `syncd.yaml:1: log.level does not know "warning" (one of: debug, info, warn, error)`},
		{"half a text", "contact: {text: {th: ก}}\n", nil, "syncd.yaml:1: contact.text needs both th and en"},
		{"no e-mail", "contact: {email: me}\n", nil, `syncd.yaml:1: contact.email: "me" has the wrong form (write for example contact@example.go.th)`},
		{"a provider of nothing", "providers:\n- {}\n", nil,
			"syncd.yaml:2: providers[0].client_id is not set\nsyncd.yaml:2: providers[0].issuer is not set\nsyncd.yaml:2: providers[0].label is not set\nsyncd.yaml:2: providers[0].name is not set"},
		{"scopes without openid", provider + ", scopes: [profile]}", nil, "syncd.yaml:2: providers[0].scopes needs openid"},
		{"some endpoints", provider + ", endpoints: {token: 'https://a.example/t'}}", nil,
			"syncd.yaml:2: providers[0].endpoints needs authorize, token and jwks together (or leave all three out, for discovery)"},
		{"a transform without a secret", provider + ", secret_transform: dga-md5x7}", nil, "syncd.yaml:2: providers[0].client_secret is not set"},
		{"an assurance level", provider + ", min_ial: high}", nil, `syncd.yaml:2: providers[0].min_ial: "high" has the wrong form (write for example 1.3)`},
		{"two providers of one name", provider + "}\n- {name: a, label: {th: ข, en: b}, issuer: https://b.example, client_id: b}", nil,
			"syncd.yaml:3: providers[1].name: a is the name of provider 1 already"},
		{"several at once", "dta: x\nlog: {level: loud}\ntoken: {expiry: 1m}\n", nil,
			"syncd.yaml:1: there is no setting \"dta\" (did you mean data?)\nsyncd.yaml:2: log.level does not know \"loud\" (one of: debug, info, warn, error)\nsyncd.yaml:3: token.expiry lies between 1h and 8784h"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			_, err := read(test.data, test.env...)
			if !errors.Is(err, fault.Invalid) {
				t.Fatalf("got %v, want problems", err)
			}
			if diff := cmp.Diff(test.want, err.Error()); diff != "" {
				t.Errorf("got other problems (-want +got):\n%s", diff)
			}
			var problems fault.Problems
			errors.As(err, &problems)
			for _, p := range problems {
				if p.What.TH == "" || (p.Hint.TH == "") != (p.Hint.EN == "") {
					t.Errorf("got %+v, want both languages", p)
				}
			}
		})
	}
}

func TestWhatIsPrintedIsReadAgain(t *testing.T) {
	masked := strings.NewReplacer("  client_secret_file: secret\n", "  client_secret: '********'\n", "password_file: secret", "password: '********'")
	for _, data := range []string{"", masked.Replace(whole)} {
		c := mustRead(t, strings.Replace(data, "khumue:hunter2@", "khumue@", 1))
		var out bytes.Buffer
		if err := c.Print(&out); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(c, mustRead(t, out.String()), compared); diff != "" {
			t.Errorf("got another configuration (-want +got):\n%s\n%s", diff, out.String())
		}
	}
}

// S38: a secret in a log, a message or a printed configuration is read by
// people who look for something else.
func TestS38SecretsAreMaskedHoweverTheyAreShown(t *testing.T) {
	c := mustRead(t, whole, "KHUMUE_DATABASE=postgres://khumue:hunter2@db/khumue?password=hunter3&sslpassword=hunter4")
	var logged, out bytes.Buffer
	log := slog.New(slog.NewJSONHandler(&logged, nil))
	log.Info("started", "config", c, "database", c.Database, "secret", &c.Providers[0].ClientSecret)
	if err := c.Print(&out); err != nil {
		t.Fatal(err)
	}
	inJSON, err := json.Marshal(c)
	if err != nil {
		t.Fatal(err)
	}
	for how, shown := range map[string]string{
		"%v": fmt.Sprintf("%v", c), "%+v": fmt.Sprintf("%+v", c), "%#v": fmt.Sprintf("%#v", c), "String": c.Database.String(),
		"%q": fmt.Sprintf("%q", c.Database), "log": logged.String(), "printed": out.String(), "JSON": string(inJSON),
	} {
		for _, secret := range []string{"hunter", "s3cret"} {
			if strings.Contains(shown, secret) {
				t.Errorf("%s shows a secret: %s", how, shown)
			}
		}
	}
	if want := "postgres://khumue:********@db/khumue?password=********&sslpassword=********"; !strings.Contains(out.String(), want) {
		t.Errorf("got %s, want %s in it", out.String(), want)
	}
	for _, odd := range []string{"postgres://u:hunter2@[", "host=db password=hunter2", "postgres:hunter2", "postgres://a/b?x=%zzhunter2"} {
		if got := Secret(odd).String(); got != mask {
			t.Errorf("%s: got %q, want %q", odd, got, mask)
		}
		if _, err := read("", "KHUMUE_DATABASE="+odd); err != nil && strings.Contains(err.Error(), "hunter") {
			t.Errorf("%s: the problem shows it: %v", odd, err)
		}
	}
}

func TestNoTwoSettingsShareAVariable(t *testing.T) {
	seen := map[string]string{}
	for _, k := range Keys() {
		if other, twice := seen[k.Env]; twice {
			t.Errorf("%s and %s are both %s", other, k.Path, k.Env)
		}
		seen[k.Env] = k.Path
		if path, _, ok := settingOf(k.Env, Keys()); !ok || strings.Join(path, ".") != strings.Replace(k.Path, "[]", "", 1) {
			t.Errorf("%s is read as %v", k.Env, path)
		}
	}
}

func TestLoopback(t *testing.T) {
	for host, want := range map[string]bool{
		"localhost": true, "LOCALHOST": true, "a.localhost": true, "127.0.0.1": true, "127.8.9.1": true, "::1": true, "[::1]": true, "::ffff:127.0.0.1": true,
		"127.0.0.1.evil.example": false, "localhost.evil.example": false, "10.0.0.1": false, "0.0.0.0": false, "": false,
	} {
		if got := Loopback(host); got != want {
			t.Errorf("%q: got %v, want %v", host, got, want)
		}
	}
}

func FuzzRead(f *testing.F) {
	f.Add(whole, "KHUMUE_DATA=x")
	f.Add("data: &a [*a]", "KHUMUE_PROVIDERS_3_NAME=x")
	f.Add("providers: [a, {}]", "KHUMUE_PROVIDERS_1_ENDPOINTS_TOKEN=https://a")
	f.Add("public: {address: 'http://[::1]:080'}", "KHUMUE_TRUSTED_PROXIES=::ffff:1.2.3.4/120,")
	f.Fuzz(func(t *testing.T, data, env string) {
		c, err := read(data, env)
		if err != nil {
			if !errors.Is(err, fault.Invalid) {
				t.Fatalf("got %v, want problems", err)
			}
			return
		}
		var out bytes.Buffer
		if err := c.Print(&out); err != nil {
			t.Fatal(err)
		}
		c.Database, c.SMTP.Password = Secret(c.Database.String()), Secret(c.SMTP.Password.String())
		for i := range c.Providers {
			c.Providers[i].ClientSecret = Secret(c.Providers[i].ClientSecret.String())
		}
		again, err := read(out.String())
		if err != nil {
			t.Fatalf("got %v of what was printed:\n%s", err, out.String())
		}
		if diff := cmp.Diff(c, again, compared); diff != "" {
			t.Errorf("got another configuration of what was printed (-want +got):\n%s", diff)
		}
	})
}
