package proof

import (
	"bytes"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"khumue/internal/catalog"
	"khumue/internal/fault"
)

const testOfficer catalog.OfficerID = "o-aaaaaaaaaaaaaaaa"

func full() Trailers {
	return Trailers{
		Stage: Return, Manual: "dlt-7f3k5q", Revision: 12, Base: Base{Commit: Hash{1}}, Tree: Hash{2},
		Officer: testOfficer, Role: Capacity{Role: catalog.RoleReviewer, Agency: "dlt"}, Verdict: Returned,
		Reason: "ค่าธรรมเนียมไม่ครบ\n\n.net\n  Khumue-Stage: publish", Fields: []string{"fees.0.max", "documents"},
		Contributors: []catalog.OfficerID{testOfficer, "o-bbbbbbbbbbbbbbbb"},
		Via:          "office-7", DecidedAt: time.Date(2026, 3, 2, 1, 2, 3, 0, time.UTC),
	}
}

func TestTrailersAreWrittenAndRead(t *testing.T) {
	message, err := full().Message("ส่งคืน dlt-7f3k5q\n\nKhumue-Stage: publish")
	if err != nil {
		t.Fatal(err)
	}
	want := `ส่งคืน dlt-7f3k5q Khumue-Stage: publish

Khumue-Stage: return
Khumue-Manual: dlt-7f3k5q
Khumue-Revision: 12
Khumue-Base: 0100000000000000000000000000000000000000 0000000000000000000000000000000000000000
Khumue-Tree: 0200000000000000000000000000000000000000
Khumue-Officer: o-aaaaaaaaaaaaaaaa
Khumue-Role: reviewer dlt
Khumue-Verdict: returned
Khumue-Reason: ค่าธรรมเนียมไม่ครบ
 .
 ..net
   Khumue-Stage: publish
Khumue-Field: fees.0.max
Khumue-Field: documents
Khumue-Contributor: o-aaaaaaaaaaaaaaaa
Khumue-Contributor: o-bbbbbbbbbbbbbbbb
Khumue-Via: office-7
Khumue-Decided-At: 2026-03-02T01:02:03Z
`
	if d := cmp.Diff(want, message); d != "" {
		t.Errorf("written (-want +got):\n%s", d)
	}
	got, err := ParseMessage(message)
	if d := cmp.Diff(full(), got); err != nil || d != "" {
		t.Errorf("read back: %v (-want +got):\n%s", err, d)
	}
}

func TestTrailersThatAreRefused(t *testing.T) {
	good, err := full().Message("x")
	if err != nil {
		t.Fatal(err)
	}
	replace := func(old, new string) string { return strings.Replace(good, old, new, 1) }
	for _, tc := range []struct {
		name, message string
		kind          fault.Kind
	}{
		{"no trailers", "แก้ไข\n", fault.NotFound},
		{"trailers that are not the last paragraph", good + "\nอื่น\n", fault.NotFound},
		{"a trailer twice", replace("Khumue-Manual: dlt-7f3k5q\n", "Khumue-Manual: dlt-7f3k5q\nKhumue-Manual: dlt-other1\n"), fault.Invalid},
		{"another stage at the end", good + "Khumue-Stage: publish\n", fault.Invalid},
		{"a contributor twice", good[:len(good)-len("Khumue-Via: office-7\nKhumue-Decided-At: 2026-03-02T01:02:03Z\n")] + "Khumue-Contributor: o-aaaaaaaaaaaaaaaa\n", fault.Invalid},
		{"another order", replace("Khumue-Stage: return\nKhumue-Manual: dlt-7f3k5q\n", "Khumue-Manual: dlt-7f3k5q\nKhumue-Stage: return\n"), fault.Invalid},
		{"a trailer that is unknown", good + "Khumue-Else: x\n", fault.Invalid},
		{"a trailer of somebody else", good + "Signed-off-by: x\n", fault.Invalid},
		{"another case", replace("Khumue-Stage", "Khumue-stage"), fault.Invalid},
		{"no line break at the end", strings.TrimSuffix(good, "\n"), fault.Invalid},
		{"a line break of Windows", replace("return\n", "return\r\n"), fault.Invalid},
		{"a stage that needs more", "x\n\nKhumue-Stage: publish\n", fault.Invalid},
		{"no stage", "x\n\nKhumue-Manual: dlt-7f3k5q\n", fault.Invalid},
		{"a number with a sign", replace("Revision: 12", "Revision: +12"), fault.Invalid},
		{"a hash in capitals", replace("Khumue-Tree: 02", "Khumue-Tree: 0A"), fault.Invalid},
		{"a verdict that is not the stage's", replace("Verdict: returned", "Verdict: approved"), fault.Invalid},
		{"an officer who is none", replace("o-aaaa", "u-aaaa"), fault.Invalid},
		{"text that is turned round", replace("ค่าธรรมเนียม", "\u202eค่าธรรมเนียม"), fault.Invalid},
	} {
		if _, err := ParseMessage(tc.message); !errors.Is(err, tc.kind) {
			t.Errorf("%s: got %v, want %s", tc.name, err, tc.kind)
		}
	}
	for name, spoil := range map[string]func(*Trailers){
		"a reason with a control character": func(t *Trailers) { t.Reason = "a\x00b" },
		"a reason that ends in a space":     func(t *Trailers) { t.Reason = "a " },
		"a reason that is too long":         func(t *Trailers) { t.Reason = strings.Repeat("ก", MaxReason+1) },
		"a manual with a line break":        func(t *Trailers) { t.Manual = "a\nKhumue-Stage: publish" },
		"a field with a space":              func(t *Trailers) { t.Fields = []string{"a b"} },
		"an empty contributor":              func(t *Trailers) { t.Contributors = []catalog.OfficerID{""} },
		"a revision below one":              func(t *Trailers) { t.Revision = -1 },
		"a stage that is none":              func(t *Trailers) { t.Stage = "approved" },
		"a point without its agency":        func(t *Trailers) { t.Role = Capacity{Role: catalog.RolePoint, Point: "a1"} },
	} {
		bad := full()
		spoil(&bad)
		if got, err := bad.Message("x"); !errors.Is(err, fault.Invalid) {
			t.Errorf("%s: got %q, %v, want Invalid", name, got, err)
		}
	}
}

func TestAConfirmationNamesFoldersInTheirOrder(t *testing.T) {
	read := func(path string) Folder { return Folder{path, Hash{1}} }
	a, b := "agencies/mot/dlt/manuals/dlt-a", "agencies/mot/dlt/manuals/dlt-b"
	with := func(list ...Folder) Trailers {
		return Trailers{Stage: Confirm, Officer: testOfficer, Role: Capacity{Role: catalog.RoleAuthor, Agency: "dlt"}, Confirmed: list}
	}
	message, err := with(read(a), read(b)).Message("Confirm")
	if err != nil {
		t.Fatal(err)
	}
	if got, err := ParseMessage(message); err != nil || cmp.Diff(with(read(a), read(b)), got) != "" {
		t.Errorf("got %+v, %v", got, err)
	}
	many := make([]Folder, MaxConfirmed+1)
	for i := range many {
		many[i] = read(a + strings.Repeat("a", i/10) + string(rune('0'+i%10)))
	}
	for name, list := range map[string][]Folder{
		"none": nil, "the same twice": {read(a), read(a)}, "another order": {read(b), read(a)}, "a point": {read("agencies/mot/dlt/points/dlt-a")},
		"a file below": {read(a + "/manual.md")}, "a path that leads away": {read("agencies/../dlt/manuals/dlt-a")}, "no agency": {read("agencies/manuals/dlt-a")},
		"a line break": {read(a + "\nKhumue-Stage: publish")}, "an empty name": {read("agencies/mot//manuals/dlt-a")}, "too many": many,
	} {
		if _, err := with(list...).Message("x"); !errors.Is(err, fault.Invalid) {
			t.Errorf("%s: got %v", name, err)
		}
	}
}

func TestAReasonIsCleaned(t *testing.T) {
	got := CleanReason("\r\n ก \r\n\tข\u202e\x00 \r\r\n\u200bค\n\n")
	if want := "ก\n ข\n\n\u200bค"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func FuzzTrailers(f *testing.F) {
	good, _ := full().Message("x")
	f.Add(good)
	f.Add("x\n\nKhumue-Stage: bootstrap\n")
	f.Add("x\n\nKhumue-Stage: confirm\nKhumue-Officer: o-aaaaaaaaaaaaaaaa\nKhumue-Role: author dlt\nKhumue-Confirmed: agencies/mot/dlt/manuals/dlt-a 0100000000000000000000000000000000000000\n")
	f.Add("x\n\nKhumue-Stage: key\nKhumue-Reason: a\n .\n ..\n")
	f.Fuzz(func(t *testing.T, message string) {
		got, err := ParseMessage(message)
		if err != nil {
			return
		}
		again, err := got.Message("x")
		if _, block, _ := strings.Cut(again, "\n\n"); err != nil || !strings.HasSuffix(message, "\n\n"+block) {
			t.Errorf("%q is written back as %q, %v", message, again, err)
		}
	})
}

func FuzzReason(f *testing.F) {
	f.Add("ก\n\n.\n..\n Khumue-Stage: publish", "subject\n\nKhumue-Stage: publish")
	f.Fuzz(func(t *testing.T, reason, subject string) {
		want := full()
		if want.Reason = CleanReason(reason); want.Reason == "" {
			return
		}
		message, err := want.Message(subject)
		if err != nil {
			if len([]rune(want.Reason)) <= MaxReason {
				t.Errorf("%q: %v", want.Reason, err)
			}
			return
		}
		got, err := ParseMessage(message)
		if d := cmp.Diff(want, got); err != nil || d != "" {
			t.Errorf("%v (-want +got):\n%s", err, d)
		}
	})
}

const plain = "tree 4b825dc642cb6eb9a060e54bf8d69288fbee4904\nauthor a <a@b> 1 +0700\ncommitter khumue <k@b> 2 +0700\n\nก\n"

func testSigner(t testing.TB) *Signer {
	t.Helper()
	s, _, err := GenerateKey(strings.NewReader(strings.Repeat("k", 32)))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestACommitIsSealed(t *testing.T) {
	s := testSigner(t)
	data, err := Seal([]byte(plain), s)
	if err != nil {
		t.Fatal(err)
	}
	c, err := parseCommit(Hash{}, data)
	if err != nil || string(c.payload) != plain {
		t.Fatalf("got %v, the payload %q", err, c.payload)
	}
	if k, err := CheckSignature(c.payload, c.signature, s.Key()); err != nil || k != s.Key() {
		t.Errorf("got %q, %v", k, err)
	}
	if _, err := CheckSignature(c.payload, c.signature); !errors.Is(err, fault.Invalid) {
		t.Errorf("no key allowed: got %v", err)
	}
	if _, err := SignedBy([]byte(plain+"x"), c.signature); !errors.Is(err, fault.Invalid) {
		t.Errorf("other bytes: got %v", err)
	}
	if _, err := Seal(data, s); err == nil {
		t.Error("a sealed commit is sealed again")
	}
}

func TestCommitsThatAreReadInMoreThanOneWay(t *testing.T) {
	head, body, _ := strings.Cut(plain, "\n\n")
	for name, data := range map[string]string{
		"two trees":               strings.Replace(plain, "author", "tree 4b825dc642cb6eb9a060e54bf8d69288fbee4904\nauthor", 1),
		"a parent after all":      head + "\nparent 4b825dc642cb6eb9a060e54bf8d69288fbee4904\n\n" + body,
		"a tree after all":        head + "\ntree 4b825dc642cb6eb9a060e54bf8d69288fbee4904\n\n" + body,
		"a NUL before the end":    plain + "\x00more",
		"two signatures":          head + "\ngpgsig a\ngpgsig b\n\n" + body,
		"a signature of SHA-256":  head + "\ngpgsig-sha256 a\n\n" + body,
		"no author":               strings.Replace(plain, "author a", "Author a", 1),
		"a hash that is too long": strings.Replace(plain, "904\n", "9040\n", 1),
		"no message":              head + "\n",
	} {
		if c, err := parseCommit(Hash{}, []byte(data)); err == nil {
			t.Errorf("%s: got %+v, want an error", name, c)
		}
	}
}

func FuzzCommit(f *testing.F) {
	s := testSigner(f)
	sealed, _ := Seal([]byte(plain), s)
	f.Add(sealed)
	f.Add([]byte(plain))
	f.Add([]byte(strings.Replace(plain, "\n\n", "\nencoding x\nmergetag object y\n z\ngpgsig a\n \n b\n\n", 1)))
	f.Fuzz(func(t *testing.T, data []byte) {
		c, err := parseCommit(Hash{}, data)
		if err != nil {
			return
		}
		bare, err := parseCommit(Hash{}, c.payload)
		if err != nil || bare.signature != "" || !bytes.Equal(bare.payload, c.payload) || bare.tree != c.tree || bare.message != c.message {
			t.Fatalf("the payload is read as another commit: %v", err)
		}
		if k, err := SignedBy(c.payload, c.signature); err == nil && k != s.Key() {
			t.Errorf("signed by %s", k)
		}
	})
}

func FuzzTrust(f *testing.F) {
	k := testSigner(f).Key()
	f.Add(string(AllowedSigners([]Key{k})))
	f.Add("# a\n" + k.Fingerprint() + "\n" + string(k) + " comment\n")
	f.Fuzz(func(t *testing.T, text string) {
		trust, err := ParseTrust(text)
		if (err == nil) == trust.IsZero() {
			t.Errorf("got %+v, %v", trust, err)
		}
	})
}

func FuzzTree(f *testing.F) {
	f.Add([]byte("40000 a\x0001234567890123456789100644 b\x0001234567890123456789"))
	f.Fuzz(func(t *testing.T, data []byte) {
		if !wellFormed(data) {
			return
		}
		n := 0
		for e, rest := next(data); e.raw != nil; e, rest = next(rest) {
			n += len(e.raw)
		}
		if n != len(data) {
			t.Errorf("%d of %d bytes are entries", n, len(data))
		}
	})
}

func TestTrust(t *testing.T) {
	k := testSigner(t).Key()
	for _, tc := range []struct {
		name, text string
		ok         bool
	}{
		{"a fingerprint", k.Fingerprint(), true},
		{"a public key with a comment", string(k) + " khumue@centre\n", true},
		{"a file of allowed signers", string(AllowedSigners([]Key{k})), true},
		{"notes and empty lines", "# of 2569\n\n" + k.Fingerprint() + "\n", true},
		{"nothing", "# none\n", false},
		{"a fingerprint that is cut short", k.Fingerprint()[:30], false},
		{"a key that is cut short", string(k)[:40], false},
		{"one good line and one that is none", k.Fingerprint() + "\nwhatever\n", false},
		{"another kind of key", "ssh-rsa AAAAB3NzaC1yc2E=", false},
	} {
		trust, err := ParseTrust(tc.text)
		if tc.ok != (err == nil) || tc.ok != trust.Has(k) {
			t.Errorf("%s: got %v, %v", tc.name, trust, err)
		}
	}
}
