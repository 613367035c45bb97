package porch_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"khumue/internal/catalog"
	"khumue/internal/fault"
	"khumue/syncd/internal/enrol"
	"khumue/syncd/internal/porch"
	"khumue/syncd/internal/rights"
	"khumue/syncd/internal/sqlstore"
	"khumue/syncd/internal/sqlstore/sqlstoretest"
	"khumue/syncd/internal/staff"
)

// country has one agency.
type country struct{}

// Target knows dlt.
func (country) Target(agency catalog.AgencyCode, point catalog.PointCode) (rights.Target, error) {
	return rights.Target{Chain: []catalog.AgencyCode{agency}, Point: point}, nil
}

// Below is not asked for.
func (country) Below(catalog.AgencyCode) []catalog.AgencyCode { return nil }

// station is a centre that listens, and an officer of it.
type station struct {
	*httptest.Server
	desk  *enrol.Desk
	store *sqlstore.Store
	by    staff.Acting
	log   bytes.Buffer
}

func newStation(t *testing.T) *station {
	t.Helper()
	s := &station{store: sqlstoretest.Open(t, filepath.Join(t.TempDir(), "khumue.db"))}
	t.Cleanup(func() { s.store.Close() })
	s.desk = &enrol.Desk{Store: s.store.Enrol(), Structure: country{}, Now: time.Now, Random: rand.Reader, Box: bytes.Repeat([]byte{3}, 32)}
	grant := rights.Grant{Role: catalog.RoleCentral, Scope: rights.Scope{Agency: "dlt"}}
	s.by = staff.Acting{Officer: rights.Officer{ID: catalog.NewOfficerID(make([]byte, 16)), Grants: []rights.Grant{grant}}}
	err := s.store.Write(t.Context(), func(r staff.Records) error {
		return errors.Join(r.PutUser(staff.User{ID: s.by.ID, Issuer: "i", Subject: "s", Name: "Somsri", Created: time.Now()}),
			r.PutGrant(staff.Grant{Grant: grant, ID: "g-1", User: s.by.ID, Source: staff.ByToken, From: time.Now()}))
	})
	if err != nil {
		t.Fatal(err)
	}
	mux := http.NewServeMux()
	porch.New(s.desk, func(context.Context) netip.Addr { return netip.MustParseAddr("192.0.2.1") }, slog.New(slog.NewTextHandler(&s.log, nil))).Register(mux)
	s.Server = httptest.NewServer(mux)
	t.Cleanup(s.Close)
	return s
}

func (s *station) code(t *testing.T) string {
	t.Helper()
	code, _, err := s.desk.NewCode(t.Context(), s.by, "dlt", "", "laptop")
	if err != nil {
		t.Fatal(err)
	}
	return code
}

func centre(t *testing.T, address string) porch.Centre {
	t.Helper()
	c, err := porch.ParseCentre(address, nil)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func keys(t *testing.T) enrol.Keys {
	t.Helper()
	k, err := enrol.NewKeys(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func TestAMachineIsEnrolledOverTheNetwork(t *testing.T) {
	s := newStation(t)
	c, k := centre(t, s.URL+"/"), keys(t)
	a, err := enrol.Claim(t.Context(), c, "", s.code(t), k, "n-1")
	if err != nil || a.Officer != s.by.ID || a.OfficerName != "Somsri" || c.Address() != s.URL {
		t.Fatalf("got %+v, %v", a, err)
	}
	join, _, err := s.desk.JoinCode(t.Context(), s.by, a.Device)
	if err != nil {
		t.Fatal(err)
	}
	if b, err := enrol.Claim(t.Context(), c, a.Token, join, k, "n-2"); err != nil || b.Device != a.Device {
		t.Errorf("joining: got %+v, %v", b, err)
	}
	if _, err := enrol.Claim(t.Context(), c, "", "0000", k, "n-3"); !errors.Is(err, fault.Invalid) || !strings.Contains(err.Error(), "code") {
		t.Errorf("a wrong code: got %v", err)
	}
	if strings.Contains(s.log.String(), a.Token) || s.log.Len() > 0 {
		t.Errorf("logged: %s", s.log.String())
	}
	s.store.Close()
	if _, err := enrol.Claim(t.Context(), c, "", "0000", k, "n-4"); !errors.Is(err, fault.Unavailable) || !strings.Contains(err.Error(), "database") {
		t.Errorf("a lost database: got %v", err)
	}
	if s.log.Len() == 0 {
		t.Error("a lost database is not logged")
	}
}

func TestWhatIsNotAskedProperlyIsRefused(t *testing.T) {
	s := newStation(t)
	message := string(keys(t).Request(s.code(t), "n-1").Bytes())
	for _, c := range []struct {
		name, method, query, body string
		header                    http.Header
		status                    int
	}{
		{"a page of a browser", "POST", "", message, http.Header{"Origin": {s.URL}}, 403},
		{"a GET", "GET", "", "", nil, 405},
		{"a code in the address", "POST", "?code=0", message, nil, 400},
		{"a form", "POST", "", message, http.Header{"Content-Type": {"application/x-www-form-urlencoded"}}, 415},
		{"too much", "POST", "", strings.Repeat(" ", enrol.MaxMessage+1), nil, 413},
		{"no message", "POST", "", "{}", nil, 400},
		{"a member twice", "POST", "", strings.Replace(message, `"v":1`, `"v":1,"v":1`, 1), nil, 400},
	} {
		r, err := http.NewRequestWithContext(t.Context(), c.method, s.URL+enrol.Address+c.query, strings.NewReader(c.body))
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Content-Type", porch.ContentType)
		for k, v := range c.header {
			r.Header[k] = v
		}
		answer, err := s.Client().Do(r)
		if err != nil {
			t.Fatal(err)
		}
		body, _ := io.ReadAll(answer.Body)
		answer.Body.Close()
		if answer.StatusCode != c.status || answer.Header.Get("Content-Type") != porch.ContentType || bytes.Contains(body, []byte("token")) {
			t.Errorf("%s: got %s %s", c.name, answer.Status, body)
		}
	}
	if _, err := s.desk.Answer(t.Context(), netip.MustParseAddr("192.0.2.1"), "", []byte(message)); err != nil {
		t.Errorf("a refusal spent the code: %v", err)
	}
}

func TestWhoTriesTooOftenIsToldHowLongToWait(t *testing.T) {
	s := newStation(t)
	c := centre(t, s.URL)
	var wait enrol.Wait
	for n := range 21 {
		_, err := enrol.Claim(t.Context(), c, "", "0000", keys(t), "n-1")
		if got := errors.As(err, &wait); got != (n == 20) {
			t.Errorf("try %d: got %v", n+1, err)
		}
	}
	if wait.For <= 0 || wait.For > 15*time.Minute {
		t.Errorf("got %v to wait", wait.For)
	}
}

func TestAPortalIsNotTheCentre(t *testing.T) {
	portal := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.Header.Get("Authorization") {
		case "Bearer redirect":
			http.Redirect(w, r, "/welcome", http.StatusTemporaryRedirect)
		case "Bearer echo":
			w.Header().Set("Content-Type", porch.ContentType)
			io.Copy(w, r.Body)
		default:
			io.WriteString(w, "<html>Welcome to our hotel</html>")
		}
	}))
	defer portal.Close()
	for _, what := range []string{"", "redirect", "echo"} {
		_, err := enrol.Claim(t.Context(), centre(t, portal.URL), what, "0000", keys(t), "n-1")
		if !errors.Is(err, fault.Unavailable) || !strings.Contains(err.Error(), "sign-in page") {
			t.Errorf("%q: got %v", what, err)
		}
	}
	portal.Close()
	if _, err := enrol.Claim(t.Context(), centre(t, portal.URL), "", "0000", keys(t), "n-1"); !errors.Is(err, fault.Unavailable) {
		t.Errorf("nobody: got %v", err)
	}
}

func TestTheAddressOfTheCentre(t *testing.T) {
	for _, good := range []string{"https://admin.info.go.th", " https://admin.info.go.th:8443/ ", "http://localhost:8081", "http://[::1]:8081", "http://127.0.0.1"} {
		if _, err := porch.ParseCentre(good, nil); err != nil {
			t.Errorf("%q: %v", good, err)
		}
	}
	for _, bad := range []string{"", "admin.info.go.th", "http://admin.info.go.th", "http://localhost.example.com", "http://127.evil.example", "https://a@b", "https://a/b", "https://a?b", "https://a#b", "ftp://localhost", "https://"} {
		if _, err := porch.ParseCentre(bad, nil); !errors.Is(err, fault.Invalid) {
			t.Errorf("%q: got error %v, want one of kind %q", bad, err, fault.Invalid)
		}
	}
}
