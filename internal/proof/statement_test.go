package proof_test

import (
	"crypto/ed25519"
	"encoding/base64"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"khumue/internal/fault"
	"khumue/internal/proof"
	"khumue/internal/proof/prooftest"
)

// key is a key of a test, the same for the same seed.
func key(seed string) ed25519.PrivateKey {
	return ed25519.NewKeyFromSeed([]byte(strings.Repeat(seed, ed25519.SeedSize)))
}

// signed has a statement signed by two keys.
func signed(s proof.Statement, officer, device ed25519.PrivateKey) proof.Signed {
	by := func(k ed25519.PrivateKey) func([]byte) []byte {
		return func(text []byte) []byte { return ed25519.Sign(k, text) }
	}
	return s.Sign(officer.Public().(ed25519.PublicKey), device.Public().(ed25519.PublicKey), by(officer), by(device))
}

func statement() proof.Statement {
	return proof.Statement{Op: "0192f0c1-7c7b-7000-8000-000000000001", Kind: "manual.endorse", Manual: "dlt-licence", Commit: proof.Hash{1}, Tree: proof.Hash{2},
		Verdict: proof.Approved, At: time.Date(2026, 3, 1, 1, 2, 3, 0, time.UTC), Officer: prooftest.Reviewer, Device: "office-7"}
}

func TestAStatementIsReadAsItWasSigned(t *testing.T) {
	want := signed(statement(), key("o"), key("d"))
	got, err := proof.ParseSigned(want.String())
	if d := cmp.Diff(want, got); err != nil || d != "" {
		t.Errorf("%v (-want +got):\n%s", err, d)
	}
}

func TestStatementsThatAreNotGood(t *testing.T) {
	good := signed(statement(), key("o"), key("d"))
	for name, word := range map[string]string{
		"nothing":                      "",
		"no form":                      base64.StdEncoding.EncodeToString([]byte("x")),
		"another tree":                 func() string { s := good; s.Tree = proof.Hash{3}; return s.String() }(),
		"another manual":               func() string { s := good; s.Manual = "dlt-bus"; return s.String() }(),
		"another operation":            func() string { s := good; s.Op = "0192f0c1-7c7b-7000-8000-000000000002"; return s.String() }(),
		"another time":                 func() string { s := good; s.At = s.At.Add(time.Second); return s.String() }(),
		"another verdict":              func() string { s := good; s.Verdict = proof.Returned; return s.String() }(),
		"a verdict that is none":       func() string { s := good; s.Verdict = "maybe"; return s.String() }(),
		"another officer":              func() string { s := good; s.Officer = prooftest.OPDC; return s.String() }(),
		"another machine":              func() string { s := good; s.Device = "office-8"; return s.String() }(),
		"the officer's key is another": func() string { s := good; s.OfficerKey = key("x").Public().(ed25519.PublicKey); return s.String() }(),
		"the machine's key is another": func() string { s := good; s.DeviceKey = key("x").Public().(ed25519.PublicKey); return s.String() }(),
		"the signatures are exchanged": func() string { s := good; s.ByOfficer, s.ByDevice = s.ByDevice, s.ByOfficer; return s.String() }(),
		"one key signed as both, crossed": func() string {
			s := signed(statement(), key("o"), key("o"))
			s.ByDevice = s.ByOfficer
			return s.String()
		}(),
		"something behind the end":         good.String()[:len(good.String())-4] + "AAAA" + good.String()[len(good.String())-4:],
		"cut short":                        good.String()[:len(good.String())-8],
		"longer than any":                  strings.Repeat("A", 4000),
		"a line break within the encoding": good.String()[:8] + "\n" + good.String()[8:],
	} {
		if _, err := proof.ParseSigned(word); !errors.Is(err, fault.Invalid) {
			t.Errorf("%s: got %v", name, err)
		}
	}
}

func FuzzParseSigned(f *testing.F) {
	f.Add(signed(statement(), key("o"), key("d")).String())
	f.Add("")
	f.Fuzz(func(t *testing.T, word string) {
		s, err := proof.ParseSigned(word)
		if err == nil && s.String() != word {
			t.Errorf("%q reads as %+v, which is written as %q", word, s, s.String())
		}
	})
}

// An approval that was made at an office stands with the statement of its officer
// alone.
func TestAnApprovalOfAnOfficeBearsItsStatement(t *testing.T) {
	for name, tc := range map[string]struct {
		change func(*proof.Statement, *prooftest.Revision)
		good   bool
	}{
		"about this text":         {func(*proof.Statement, *prooftest.Revision) {}, true},
		"about another text":      {func(s *proof.Statement, _ *prooftest.Revision) { s.Tree = proof.Hash{9} }, false},
		"about another manual":    {func(s *proof.Statement, _ *prooftest.Revision) { s.Manual = "dlt-bus" }, false},
		"by another officer":      {func(s *proof.Statement, _ *prooftest.Revision) { s.Officer = prooftest.OPDC }, false},
		"on another machine":      {func(s *proof.Statement, _ *prooftest.Revision) { s.Device = "office-8" }, false},
		"of another operation":    {func(s *proof.Statement, _ *prooftest.Revision) { s.Op = "0192f0c1-7c7b-7000-8000-000000000009" }, false},
		"where none was expected": {func(_ *proof.Statement, r *prooftest.Revision) { r.Reviewed.Via = "" }, false},
	} {
		t.Run(name, func(t *testing.T) {
			b := begun(t)
			r := fee(b)
			s := atAnOffice(r)
			tc.change(&s, r)
			r.Reviewed.Statement = signed(s, key("o"), key("d")).String()
			b.Publish(r)
			a := account(t, verify(t, b, proof.Options{Trust: trusting(t, b.Signer)}), licence)
			if good := a.How == proof.ByApproval; good != tc.good || !good && !strings.Contains(a.Why.EN, "statement") {
				t.Errorf("got %q, %q", a.How, a.Why.EN)
			}
		})
	}
	b := begun(t)
	r := fee(b)
	atAnOffice(r)
	b.Publish(r)
	if a := account(t, verify(t, b, proof.Options{Trust: trusting(t, b.Signer)}), licence); a.How != "" {
		t.Errorf("without any statement it is covered by %q", a.How)
	}
}

// atAnOffice has stage 1 of a revision made at an office, and returns what its officer
// stated.
func atAnOffice(r *prooftest.Revision) proof.Statement {
	s := statement()
	s.Manual, s.Tree = r.Reviewed.Manual, r.Reviewed.Tree
	r.Reviewed.Via, r.Reviewed.DecidedAt, r.Reviewed.Op = s.Device, s.At, s.Op
	return s
}
