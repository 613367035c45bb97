package counter

import (
	"crypto/rand"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"encoding/hex"
	"encoding/pem"
	"errors"
	"flag"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"khumue/internal/fault"
	"khumue/internal/testkit"
)

var (
	browser     testkit.Browser
	screenshots = flag.String("screenshots", "", "folder for pictures of the page; none are taken unless given")
)

func TestMain(m *testing.M) {
	flag.Parse()
	code := m.Run()
	browser.Close()
	os.Exit(code)
}

var noon = time.Date(2026, time.November, 26, 5, 0, 0, 0, time.UTC)

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func placed(host string, addresses ...string) Place {
	var list []net.Addr
	for _, a := range addresses {
		ip, n, err := net.ParseCIDR(a)
		if err != nil {
			panic(err)
		}
		n.IP = ip
		list = append(list, n)
	}
	return placeOf(list, host)
}

func TestWhereAMachineIsFound(t *testing.T) {
	for name, c := range map[string]struct {
		host  string
		list  []string
		hosts string
	}{
		"in an office":                      {"Office-PC", []string{"127.0.0.1/8", "192.168.1.20/24", "::1/128", "fe80::1/64"}, "192.168.1.20 127.0.0.1 [::1] office-pc.local office-pc localhost"},
		"a public address is no tablet's":   {"pc1.dlt.go.th", []string{"203.0.113.7/24", "10.2.3.4/8"}, "10.2.3.4 127.0.0.1 [::1] pc1.local pc1 localhost"},
		"without a network":                 {"", nil, "127.0.0.1 [::1] localhost"},
		"IPv4 first, then what is assigned": {"สำนักงาน", []string{"169.254.1.1/16", "fd00::5/64", "172.16.0.9/12"}, "172.16.0.9 [fd00::5] 169.254.1.1 127.0.0.1 [::1] localhost"},
	} {
		t.Run(name, func(t *testing.T) {
			p := placed(c.host, c.list...)
			if got := strings.Join(p.Hosts(), " "); got != c.hosts {
				t.Errorf("got %s, want %s", got, c.hosts)
			}
			if got := p.Origins("https", "8443")[0]; got != "https://"+p.Hosts()[0]+":8443" {
				t.Error(got)
			}
			if got := p.Origins("http", "80")[0]; got != "http://"+p.Hosts()[0] {
				t.Error(got)
			}
		})
	}
	if len(Look().Names) == 0 {
		t.Error("this machine is found nowhere")
	}
}

func TestTheAuthorityVouchesForTheOfficesNetworkAlone(t *testing.T) {
	p := placed("office-pc", "192.168.1.20/24", "fd00::5/64")
	a, err := NewAuthority("สำนักงานขนส่ง", p, noon, rand.Reader)
	must(t, err)
	text, err := a.Text()
	must(t, err)
	again, err := ReadAuthority(text)
	must(t, err)
	if sum := sha256.Sum256(again.Certificate()); strings.ReplaceAll(again.Fingerprint(), ":", "") != strings.ToUpper(hex.EncodeToString(sum[:])) || again.Name() != "สำนักงานขนส่ง" {
		t.Errorf("the fingerprint is %s", again.Fingerprint())
	}
	roots := x509.NewCertPool()
	roots.AddCert(a.cert)
	verify := func(leaf *x509.Certificate, host string, at time.Time) error {
		_, err := leaf.Verify(x509.VerifyOptions{DNSName: host, Roots: roots, CurrentTime: at})
		return err
	}
	pair, err := again.Leaf(p, noon, rand.Reader)
	must(t, err)
	for _, host := range []string{"192.168.1.20", "fd00::5", "127.0.0.1", "office-pc", "office-pc.local", "localhost"} {
		if err := verify(pair.Leaf, host, noon); err != nil {
			t.Errorf("%s: %v", host, err)
		}
	}
	if err := verify(pair.Leaf, "192.168.1.21", noon); err == nil {
		t.Error("it serves at another address")
	}
	if whole := pair.Leaf.NotAfter.Sub(pair.Leaf.NotBefore); whole > 397*24*time.Hour {
		t.Errorf("a leaf holds for %v", whole)
	}
	if verify(pair.Leaf, "localhost", noon.Add(181*24*time.Hour)) == nil {
		t.Error("it serves for ever")
	}

	// What it signs beyond that, nobody believes.
	for name, beyond := range map[string]Place{
		"a name of the state":           {Names: []string{"info.go.th"}},
		"a public address":              {Names: []string{"localhost"}, Addresses: []netip.Addr{netip.MustParseAddr("8.8.8.8")}},
		"another machine's plain name ": {Names: []string{"bank"}},
	} {
		wide := &Authority{cert: new(x509.Certificate), key: a.key}
		*wide.cert = *a.cert
		wide.cert.PermittedDNSDomains = beyond.Names
		forged, err := wide.Leaf(beyond, noon, rand.Reader)
		must(t, err)
		host := beyond.Names[0]
		if len(beyond.Addresses) > 0 {
			host = beyond.Addresses[0].String()
		}
		if verify(forged.Leaf, host, noon) == nil {
			t.Errorf("%s is believed", name)
		}
	}
	renamed, err := a.Leaf(placed("other", "192.168.1.20/24"), noon, rand.Reader)
	must(t, err)
	if got := strings.Join(renamed.Leaf.DNSNames, " "); got != "other.local localhost" {
		t.Errorf("of a machine that has another name it vouches for %s", got)
	}
	for _, bad := range []string{"", "{}", `{"certificate":"AAAA"}`, strings.Replace(string(text), `"key":"M`, `"key":"N`, 1)} {
		if _, err := ReadAuthority([]byte(bad)); err == nil {
			t.Errorf("%.20s was read", bad)
		}
	}
}

// locker keeps an authority, unless it is locked.
type locker struct {
	text   []byte
	locked bool
}

func (l *locker) load() ([]byte, error) {
	switch {
	case l.locked:
		return nil, fault.New(fault.Unavailable, fault.Text{TH: "ล็อก", EN: "locked"})
	case l.text == nil:
		return nil, fault.New(fault.NotFound, fault.Text{TH: "ไม่มี", EN: "none"})
	}
	return l.text, nil
}

func (l *locker) save(text []byte) error { l.text = text; return nil }

// certificates are those of a machine whose place and clock the test sets.
func certificates(t *testing.T, l *locker, place *Place, now *time.Time) *Certificates {
	t.Helper()
	c, err := New(Options{Load: l.load, Save: l.save, Name: func() string { return "โน้ตบุ๊กตัวอย่าง" }, Look: func() Place { return *place }, Now: func() time.Time { return *now },
		Random: rand.Reader, Log: slog.New(slog.NewTextHandler(io.Discard, nil))})
	must(t, err)
	return c
}

func TestCertificatesFollowAddressesAndTime(t *testing.T) {
	l, place, now := &locker{locked: true}, placed("pc", "192.168.1.20/24"), noon
	c := certificates(t, l, &place, &now)
	if _, err := c.Get(); !errors.Is(err, fault.Unavailable) {
		t.Fatalf("a locked machine has a certificate: %v", err)
	}
	l.locked = false
	get := func() *tls.Certificate {
		t.Helper()
		got, err := c.Get()
		must(t, err)
		return got
	}
	first := get()
	authority, err := c.Authority()
	must(t, err)
	if get() != first {
		t.Error("each asker gets one of its own")
	}
	place = placed("pc", "192.168.7.4/24")
	now = now.Add(time.Minute)
	moved := get()
	if moved == first || moved.Leaf.IPAddresses[0].String() != "192.168.7.4" {
		t.Errorf("after a move it vouches for %v", moved.Leaf.IPAddresses)
	}
	now = now.Add(140 * 24 * time.Hour)
	if late := get(); late == moved || !late.Leaf.NotAfter.After(now.Add(renewBefore)) {
		t.Error("it is not renewed before its end")
	}
	again := certificates(t, l, &place, &now)
	if a, err := again.Authority(); err != nil || a.Fingerprint() != authority.Fingerprint() {
		t.Errorf("another start has another authority: %v", err)
	}
	now = noon.Add(authorityTime)
	if a, err := c.Authority(); err != nil || a.Fingerprint() == authority.Fingerprint() {
		t.Errorf("an authority serves beyond its time: %v", err)
	}
}

func TestTheCentresCertificateIsReadAnew(t *testing.T) {
	dir, now := t.TempDir(), noon
	cert, key := filepath.Join(dir, "cert.pem"), filepath.Join(dir, "key.pem")
	write := func(at time.Time) {
		a, err := NewAuthority("ศูนย์กลาง", placed(""), noon, rand.Reader)
		must(t, err)
		pair, err := a.Leaf(placed(""), noon, rand.Reader)
		must(t, err)
		secret, err := x509.MarshalPKCS8PrivateKey(pair.PrivateKey)
		must(t, err)
		must(t, os.WriteFile(cert, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: pair.Certificate[0]}), 0o600))
		must(t, os.WriteFile(key, pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: secret}), 0o600))
		must(t, os.Chtimes(cert, at, at))
	}
	o := Options{Cert: cert, Key: key, Now: func() time.Time { return now }, Log: slog.New(slog.NewTextHandler(io.Discard, nil))}
	if _, err := New(o); !errors.Is(err, fault.Invalid) {
		t.Errorf("without files: %v", err)
	}
	write(noon)
	c, err := New(o)
	must(t, err)
	first, err := c.Get()
	must(t, err)
	now = now.Add(time.Hour)
	write(now)
	if second, err := c.Get(); err != nil || second == first {
		t.Errorf("a new certificate is not taken: %v", err)
	}
	must(t, os.WriteFile(cert, []byte("half"), 0o600))
	now = now.Add(time.Hour)
	if third, err := c.Get(); err != nil || third == nil {
		t.Errorf("while it is being written there is none: %v", err)
	}
}

// TestATabletTrustsTheAuthority speaks with a server over TLS as a tablet does, and
// looks at the page that hands the certificate out.
func TestATabletTrustsTheAuthority(t *testing.T) {
	l, place, now := &locker{}, placed("pc"), time.Now()
	c := certificates(t, l, &place, &now)
	mux := http.NewServeMux()
	(&Page{Certificates: c, Secure: func() string { return "https://192.168.1.20:8443" }, Log: c.Log}).Register(mux)
	s := httptest.NewUnstartedServer(mux)
	s.Listener = tls.NewListener(s.Listener, c.TLS())
	s.Start()
	defer s.Close()
	at := "https://" + s.Listener.Addr().String() + Path
	plain := testkit.Serve(t, mux)
	got, err := http.Get(plain.URL + Path + "office.crt")
	must(t, err)
	der, err := io.ReadAll(got.Body)
	must(t, errors.Join(err, got.Body.Close()))
	cert, err := x509.ParseCertificate(der)
	must(t, err)
	if got.Header.Get("Content-Type") != "application/x-x509-ca-cert" || !cert.IsCA {
		t.Errorf("handed out: %v", got.Header)
	}
	ask := func(roots *x509.CertPool, most uint16) error {
		client := &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: roots, MaxVersion: most, MinVersion: tls.VersionTLS10}}}
		defer client.CloseIdleConnections()
		r, err := client.Get(at)
		if err == nil {
			r.Body.Close()
		}
		return err
	}
	roots := x509.NewCertPool()
	roots.AddCert(cert)
	if err := ask(roots, 0); err != nil {
		t.Errorf("a tablet that trusts it: %v", err)
	}
	if ask(x509.NewCertPool(), 0) == nil {
		t.Error("one that does not is served")
	}
	if ask(roots, tls.VersionTLS11) == nil {
		t.Error("TLS 1.1 is spoken")
	}

	tab := browser.Open(t, plain, testkit.View{Width: 360, Height: 740})
	tab.Allow("503")
	check := func(state string) {
		t.Helper()
		for _, v := range []testkit.View{{Width: 360, Height: 740, Scheme: "light"}, {Width: 360, Height: 740, Scheme: "dark"}, {Width: 1280, Height: 800, Scheme: "light"}} {
			tab.View(v)
			for _, found := range tab.Axe() {
				t.Errorf("%s, %s: %v", state, v.Scheme, found)
			}
			if testkit.Value[bool](tab, "document.scrollingElement.scrollWidth > innerWidth") {
				t.Errorf("%s: it is wider than %d", state, v.Width)
			}
			if *screenshots != "" {
				must(t, os.WriteFile(filepath.Join(*screenshots, state+"-"+v.Scheme+"-"+map[bool]string{true: "wide", false: "narrow"}[v.Width > 1000]+".png"), tab.Picture(), 0o600))
			}
		}
	}
	tab.Go(Path)
	a, err := c.Authority()
	must(t, err)
	if !strings.Contains(tab.Text(`document.querySelector("main").textContent`), a.Fingerprint()) {
		t.Error("the page does not tell the fingerprint")
	}
	check("tablet")
	l.locked, c.authority = true, nil
	tab.Go(Path)
	check("locked")
}
