package enrol_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net/netip"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"khumue/internal/catalog"
	"khumue/internal/fault"
	"khumue/syncd/internal/enrol"
	"khumue/syncd/internal/rights"
	"khumue/syncd/internal/sqlstore"
	"khumue/syncd/internal/sqlstore/sqlstoretest"
	"khumue/syncd/internal/staff"
	"khumue/syncd/internal/trail"
)

// centre is a desk over a database of its own.
type centre struct {
	*enrol.Desk
	t     *testing.T
	store *sqlstore.Store
	now   time.Time
	gone  bool // the agency of all machines was dissolved
}

// Target knows mot, its department dlt with two points and an office below, and md.
func (c *centre) Target(agency catalog.AgencyCode, point catalog.PointCode) (rights.Target, error) {
	chain, known := map[catalog.AgencyCode][]catalog.AgencyCode{"mot": {"mot"}, "dlt": {"dlt", "mot"}, "dlt-north": {"dlt-north", "dlt", "mot"}, "md": {"md", "mot"}}[agency]
	if !known || c.gone || point != "" && !slices.Contains([]catalog.PointCode{"dlt-p1", "dlt-p2"}, point) {
		return rights.Target{}, fault.New(fault.NotFound, fault.Text{TH: "ไม่มี", EN: "none"})
	}
	return rights.Target{Chain: chain, Point: point}, nil
}

// Below is not asked for.
func (*centre) Below(agency catalog.AgencyCode) []catalog.AgencyCode {
	return []catalog.AgencyCode{agency}
}

var netipAddr = netip.MustParseAddr("192.0.2.1")

var boxKey = bytes.Repeat([]byte{3}, 32)

func newCentre(t *testing.T) *centre {
	t.Helper()
	store := sqlstoretest.Open(t, filepath.Join(t.TempDir(), "khumue.db"))
	t.Cleanup(func() { store.Close() })
	c := &centre{t: t, store: store, now: time.Date(2026, 11, 26, 2, 0, 0, 0, time.UTC)}
	c.Desk = &enrol.Desk{Store: store.Enrol(), Structure: c, Now: func() time.Time { return c.now }, Random: rand.Reader, Box: boxKey}
	return c
}

// held are the roles that are tried, each as it is held.
var held = []struct {
	name  string
	grant rights.Grant
}{
	{"dga", rights.Grant{Role: catalog.RoleDGA}},
	{"opdc", rights.Grant{Role: catalog.RoleOPDC}},
	{"central of mot", rights.Grant{Role: catalog.RoleCentral, Scope: rights.Scope{Agency: "mot"}}},
	{"central", rights.Grant{Role: catalog.RoleCentral, Scope: rights.Scope{Agency: "dlt"}}},
	{"central of md", rights.Grant{Role: catalog.RoleCentral, Scope: rights.Scope{Agency: "md"}}},
	{"central below", rights.Grant{Role: catalog.RoleCentral, Scope: rights.Scope{Agency: "dlt-north"}}},
	{"point", rights.Grant{Role: catalog.RolePoint, Scope: rights.Scope{Agency: "dlt"}}},
	{"point p1", rights.Grant{Role: catalog.RolePoint, Scope: rights.Scope{Agency: "dlt", Point: "dlt-p1"}}},
	{"point p2", rights.Grant{Role: catalog.RolePoint, Scope: rights.Scope{Agency: "dlt", Point: "dlt-p2"}}},
	{"author", rights.Grant{Role: catalog.RoleAuthor, Scope: rights.Scope{Agency: "dlt"}}},
	{"author of md", rights.Grant{Role: catalog.RoleAuthor, Scope: rights.Scope{Agency: "md"}}},
	{"reviewer", rights.Grant{Role: catalog.RoleReviewer, Scope: rights.Scope{Agency: "dlt"}}},
	{"reviewer of md", rights.Grant{Role: catalog.RoleReviewer, Scope: rights.Scope{Agency: "md"}}},
}

// officer makes a person who holds a role, by its name in held; none of it: "nobody".
func (c *centre) officer(name string) staff.Acting {
	c.t.Helper()
	id := catalog.NewOfficerID(fmt.Appendf(nil, "%-16s", name))
	u := staff.User{ID: id, Issuer: "https://id.example.go.th", Subject: name, Name: "คุณ " + name, Created: c.now}
	a := staff.Acting{Officer: rights.Officer{ID: id, Name: u.Name}, Request: "r-1"}
	err := c.store.Write(context.Background(), func(r staff.Records) error {
		err := r.PutUser(u)
		for i, h := range held {
			if h.name == name {
				a.Grants = append(a.Grants, h.grant)
				err = errors.Join(err, r.PutGrant(staff.Grant{Grant: h.grant, ID: fmt.Sprintf("grant-%d", i), User: id, Source: staff.ByToken, From: c.now}))
			}
		}
		return err
	})
	if err != nil {
		c.t.Fatal(err)
	}
	return a
}

// asker asks the desk as a machine would.
type asker struct {
	*centre
	from string
	lose bool // the answer, on its way
}

// Ask gives the message to the desk.
func (a asker) Ask(ctx context.Context, token string, message []byte) ([]byte, error) {
	answer, _ := a.Answer(ctx, netip.MustParseAddr(a.from), token, message)
	if a.lose {
		return nil, fault.New(fault.Unavailable, fault.Text{TH: "ขาดการติดต่อ", EN: "lost"})
	}
	return answer, nil
}

func keys(t *testing.T) enrol.Keys {
	t.Helper()
	k, err := enrol.NewKeys(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return k
}

// claim claims a code from an address of its own.
func (c *centre) claim(token, code string, k enrol.Keys) (enrol.Admission, error) {
	return enrol.Claim(context.Background(), asker{centre: c, from: "192.0.2.1"}, token, code, k, "n-1")
}

func (c *centre) code(by staff.Acting, agency catalog.AgencyCode, point catalog.PointCode) string {
	c.t.Helper()
	code, _, err := c.NewCode(c.t.Context(), by, agency, point, "โน้ตบุ๊ก")
	if err != nil {
		c.t.Fatal(err)
	}
	return code
}

// enrolled is a machine of dlt, with its token, its keys and who enrolled it.
func (c *centre) enrolled(point catalog.PointCode) (enrol.Admission, enrol.Keys, staff.Acting) {
	c.t.Helper()
	by, k := c.officer("central"), keys(c.t)
	a, err := c.claim("", c.code(by, "dlt", point), k)
	if err != nil {
		c.t.Fatal(err)
	}
	return a, k, by
}

func (c *centre) signers(device string) []enrol.Signer {
	c.t.Helper()
	list, err := c.Signers(c.t.Context(), device)
	if err != nil {
		c.t.Fatal(err)
	}
	return list
}

// kind fails the test unless an error is of a kind.
func kind(t *testing.T, what string, err error, want fault.Kind) {
	t.Helper()
	if !errors.Is(err, want) {
		t.Errorf("%s: got error %v, want one of kind %q", what, err, want)
	}
}

func TestAMachineIsEnrolledAndAnotherOfficerJoins(t *testing.T) {
	c := newCentre(t)
	a, k, by := c.enrolled("dlt-p1")
	want := enrol.Admission{Nonce: "n-1", Device: a.Device, Token: a.Token, Agency: "dlt", Point: "dlt-p1", Name: "โน้ตบุ๊ก", Officer: by.ID, OfficerName: by.Name, Box: boxKey, Time: c.now}
	if fmt.Sprint(a) != fmt.Sprint(want) || !strings.HasPrefix(a.Token, "khumue_office_") || len(a.Token) < 60 {
		t.Errorf("got %+v, want %+v", a, want)
	}
	err := c.store.Enrol().Read(t.Context(), func(r enrol.Records) error {
		v, err := r.Device(a.Device)
		if err == nil && (!bytes.Equal(v.Box, k.Box.PublicKey().Bytes()) || v.EnrolledBy != by.ID || strings.Contains(fmt.Sprint(v), a.Token)) {
			t.Errorf("kept as %+v", v)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	author := c.officer("author")
	code, until, err := c.JoinCode(t.Context(), author, a.Device)
	if err != nil || until != c.now.Add(24*time.Hour) {
		t.Fatalf("got until %v, %v", until, err)
	}
	second := k
	second.Officer = keys(t).Officer
	joined, err := c.claim(a.Token, enrol.Spaced(strings.ToUpper(code)), second)
	if err != nil || joined.Token != "" || joined.Officer != author.ID || joined.Device != a.Device {
		t.Errorf("got %+v, %v", joined, err)
	}
	list := c.signers(a.Device)
	if len(list) != 2 || list[0].Officer != by.ID || !bytes.Equal(list[1].Key, second.Request("", "").Officer) {
		t.Errorf("got %+v", list)
	}
	entries := c.trail()
	if got, want := strings.Join(entries, " "), "office.join author office.join-code author office.enrol central office.code central"; got != want {
		t.Errorf("the trail says %q, want %q", got, want)
	}
}

// trail is what was written down, newest first, each with the role.
func (c *centre) trail() (out []string) {
	c.t.Helper()
	err := c.store.Read(context.Background(), func(r staff.Records) error {
		list, err := r.FindEntries(trail.Filter{})
		for _, e := range list {
			out = append(out, e.Action, string(e.Role))
			if strings.Contains(e.After, "khumue_office_") {
				c.t.Errorf("the trail tells a token: %s", e.After)
			}
		}
		return err
	})
	if err != nil {
		c.t.Fatal(err)
	}
	return out
}

func TestWhoMayEnrolJoinAndRevoke(t *testing.T) {
	c := newCentre(t)
	whole, _, _ := c.enrolled("")
	atPoint, _, _ := c.enrolled("dlt-p1")
	// who may enrol a machine of dlt and of its point p1 · join each · revoke each
	want := map[string]string{
		"dga":            "- - - - y y",
		"opdc":           "- - - - - -",
		"central of mot": "y y y y y y",
		"central":        "y y y y y y",
		"central of md":  "- - - - - -",
		"central below":  "- - - - - -",
		"point":          "y y y y y y",
		"point p1":       "- y - y - y",
		"point p2":       "- - - - - -",
		"author":         "- - y y - -",
		"author of md":   "- - - - - -",
		"reviewer":       "- - y y - -",
		"reviewer of md": "- - - - - -",
		"nobody":         "- - - - - -",
	}
	for name, may := range want {
		by := c.officer(name)
		var got []string
		note := func(err error) {
			switch {
			case err == nil:
				got = append(got, "y")
			case errors.Is(err, fault.Forbidden):
				got = append(got, "-")
			default:
				t.Errorf("%s: %v", name, err)
			}
		}
		for _, point := range []catalog.PointCode{"", "dlt-p1"} {
			_, _, err := c.NewCode(t.Context(), by, "dlt", point, "x")
			note(err)
		}
		for _, device := range []string{whole.Device, atPoint.Device} {
			_, _, err := c.JoinCode(t.Context(), by, device)
			note(err)
		}
		for _, point := range []catalog.PointCode{"", "dlt-p1"} {
			a, _, _ := c.enrolled(point)
			note(c.Revoke(t.Context(), by, a.Device))
		}
		if got := strings.Join(got, " "); got != may {
			t.Errorf("%s: got %s, want %s", name, got, may)
		}
		_, _, err := c.NewCode(t.Context(), by, "dlt", "dlt-p9", "x")
		kind(t, name+": a point that there is not", err, fault.Forbidden)
		_, _, err = c.JoinCode(t.Context(), by, "none")
		kind(t, name+": a machine that there is not", err, fault.Forbidden)
		kind(t, name+": revoking a machine that there is not", c.Revoke(t.Context(), by, "none"), fault.Forbidden)
	}
}

func TestACodeServesOnceAndInTime(t *testing.T) {
	c := newCentre(t)
	by := c.officer("central")
	_, err := c.claim("", "0000-0000-0000-0000", keys(t))
	kind(t, "a code that was not given", err, fault.Invalid)
	late := c.code(by, "dlt", "")
	c.now = c.now.Add(24 * time.Hour)
	_, err = c.claim("", late, keys(t))
	kind(t, "a code of yesterday", err, fault.Invalid)

	code, k := c.code(by, "dlt", ""), keys(t)
	if _, err := enrol.Claim(t.Context(), asker{centre: c, from: "192.0.2.1", lose: true}, "", code, k, "n-1"); !errors.Is(err, fault.Unavailable) {
		t.Errorf("an answer that is lost: %v", err)
	}
	_, err = c.claim("", code, keys(t))
	kind(t, "a code that another machine used", err, fault.Invalid)
	first, err := c.claim("", code, k)
	if err != nil {
		t.Fatalf("the same machine again: %v", err)
	}
	again, err := c.claim("", code, k)
	if err != nil || again.Device != first.Device || again.Token == first.Token {
		t.Errorf("once more: got %+v, %v", again, err)
	}
	if list := c.signers(first.Device); len(list) != 1 {
		t.Errorf("got %+v", list)
	}
	c.now = c.now.Add(5 * time.Minute)
	_, err = c.claim("", code, k)
	kind(t, "after five minutes", err, fault.Invalid)
}

func TestRightsAreThoseOfTheDay(t *testing.T) {
	c := newCentre(t)
	a, k, by := c.enrolled("")
	author := c.officer("author")
	join, _, err := c.JoinCode(t.Context(), author, a.Device)
	if err != nil {
		t.Fatal(err)
	}
	code := c.code(by, "dlt", "")
	working := func(want ...catalog.OfficerID) {
		t.Helper()
		if got, err := c.Working(t.Context(), a.Device); err != nil || !slices.Equal(got, want) {
			t.Errorf("there work %v, %v, want %v", got, err, want)
		}
	}
	working(by.ID)
	disable := func(id catalog.OfficerID, at time.Time) {
		t.Helper()
		err := c.store.Write(t.Context(), func(r staff.Records) error {
			u, err := r.User(id)
			u.Disabled = at
			return errors.Join(err, r.PutUser(u))
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	disable(by.ID, c.now)
	working()
	disable(by.ID, time.Time{})
	working(by.ID)
	err = c.store.Write(t.Context(), func(r staff.Records) error {
		for _, who := range []catalog.OfficerID{author.ID, by.ID} {
			grants, err := r.GrantsOf(who)
			if err != nil {
				return err
			}
			for _, g := range grants {
				g.Ended = c.now
				err = errors.Join(err, r.PutGrant(g))
			}
			if err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	working()
	_, err = c.claim(a.Token, join, k)
	kind(t, "an author who is none any more", err, fault.Forbidden)
	_, err = c.claim("", code, keys(t))
	kind(t, "a central officer who is none any more", err, fault.Forbidden)

	disabled := c.officer("central of mot")
	code = c.code(disabled, "dlt", "")
	disable(disabled.ID, c.now)
	_, err = c.claim("", code, keys(t))
	kind(t, "an officer who was disabled", err, fault.Forbidden)
}

func TestAJoinCodeIsForOneMachine(t *testing.T) {
	c := newCentre(t)
	a, k, _ := c.enrolled("")
	other, otherKeys, _ := c.enrolled("")
	code, _, err := c.JoinCode(t.Context(), c.officer("author"), a.Device)
	if err != nil {
		t.Fatal(err)
	}
	for what, try := range map[string]func() (enrol.Admission, error){
		"another machine":                    func() (enrol.Admission, error) { return c.claim(other.Token, code, otherKeys) },
		"a machine without a token":          func() (enrol.Admission, error) { return c.claim("", code, k) },
		"a machine whose token was copied":   func() (enrol.Admission, error) { return c.claim(a.Token, code, otherKeys) },
		"a token that was not given":         func() (enrol.Admission, error) { return c.claim("khumue_office_AAAA", code, k) },
		"the machine's own key as officer's": func() (enrol.Admission, error) { same := k; same.Officer = k.Sign; return c.claim(a.Token, code, same) },
	} {
		_, err := try()
		kind(t, what, err, fault.Invalid)
	}
	rejoin := func() {
		t.Helper()
		k.Officer = keys(t).Officer
		if _, err := c.claim(a.Token, code, k); err != nil {
			t.Fatal(err)
		}
	}
	rejoin()
	c.now = c.now.Add(time.Minute)
	rejoin() // with another key, as after a passphrase that was forgotten
	list := c.signers(a.Device)
	if len(list) != 3 || list[1].Ended.IsZero() || !list[2].Ended.IsZero() || list[1].Officer != list[2].Officer {
		t.Errorf("got %+v, want the first key of the author ended", list)
	}
}

func TestAMachineThatWasRevokedGetsNothing(t *testing.T) {
	c := newCentre(t)
	a, k, by := c.enrolled("")
	code, _, err := c.JoinCode(t.Context(), c.officer("author"), a.Device)
	if err != nil {
		t.Fatal(err)
	}
	c.gone = true // a machine of an agency that was dissolved can be revoked still
	if err := errors.Join(c.Revoke(t.Context(), by, a.Device), c.Revoke(t.Context(), by, a.Device)); err != nil {
		t.Fatal(err)
	}
	c.gone = false
	_, err = c.claim(a.Token, code, k)
	kind(t, "joining it", err, fault.Invalid)
	_, _, err = c.JoinCode(t.Context(), by, a.Device)
	kind(t, "a code for it", err, fault.Conflict)
	for _, s := range c.signers(a.Device) {
		if s.Ended.IsZero() {
			t.Errorf("%+v signs still", s)
		}
	}
	err = c.store.Enrol().Read(t.Context(), func(r enrol.Records) error {
		v, err := r.Device(a.Device)
		if err == nil && (v.Revoked.IsZero() || v.RevokedBy != by.ID || v.Token == (staff.Hash{})) {
			t.Errorf("kept as %+v, want it revoked, and known by its token so that it can be told", v)
		}
		return err
	})
	if err != nil {
		t.Error(err)
	}
}

func TestLimits(t *testing.T) {
	c := newCentre(t)
	by := c.officer("central")
	for _, name := range []string{"", " ", strings.Repeat("ก", 61), "a\nb", "\xff"} {
		_, _, err := c.NewCode(t.Context(), by, "dlt", "", name)
		kind(t, fmt.Sprintf("a machine called %q", name), err, fault.Invalid)
	}
	for range 10 {
		c.code(by, "dlt", "")
	}
	_, _, err := c.NewCode(t.Context(), by, "dlt", "", "x")
	kind(t, "an eleventh code", err, fault.Conflict)
	c.now = c.now.Add(24 * time.Hour)
	code := c.code(by, "dlt", "")
	err = c.store.Enrol().Write(t.Context(), func(r enrol.Records) error {
		for n := range 50 {
			if err := r.PutDevice(enrol.Device{ID: fmt.Sprint("m", n), Agency: "dlt", Name: "x", Enrolled: c.now}); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	_, _, err = c.NewCode(t.Context(), by, "dlt", "", "x")
	kind(t, "a code for a 51st machine", err, fault.Conflict)
	_, err = c.claim("", code, keys(t))
	kind(t, "a 51st machine", err, fault.Conflict)
	c.code(by, "dlt", "dlt-p1")
}

func TestWhoTriesTooOftenWaits(t *testing.T) {
	c := newCentre(t)
	code, k := c.code(c.officer("central"), "dlt", ""), keys(t)
	try := func(from, code string) error {
		_, err := enrol.Claim(t.Context(), asker{centre: c, from: from}, "", code, k, "n")
		return err
	}
	for n := range 20 {
		kind(t, "a wrong code", try(fmt.Sprintf("2001:db8::%x", n+1), "0000"), fault.Invalid)
	}
	var wait enrol.Wait
	if err := try("2001:db8::ffff", code); !errors.As(err, &wait) || wait.For != 15*time.Minute {
		t.Errorf("the 21st of one network: got %v", err)
	}
	if err := try("2001:db8:1::1", code); err != nil {
		t.Errorf("another network: %v", err)
	}
	c.now = c.now.Add(4 * time.Minute)
	for range 30 {
		if err := try("192.0.2.9", code); err != nil {
			t.Errorf("one who is admitted: %v", err)
		}
	}
}
