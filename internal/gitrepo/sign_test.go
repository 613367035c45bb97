package gitrepo

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"khumue/internal/fault"
)

const armour = "-----BEGIN SSH SIGNATURE-----\nU1NIU0lH\n\nAAAA\n-----END SSH SIGNATURE-----"

// TestASignedCommitIsTheOneThatGitWrites has the stock client sign with a
// program that keeps what it was given.
func TestASignedCommitIsTheOneThatGitWrites(t *testing.T) {
	r, parent, tree := planted(t)
	dir := t.TempDir()
	signer := filepath.Join(dir, "signer")
	script := fmt.Sprintf("#!/bin/sh\ncat >%s/payload\necho '[GNUPG:] SIG_CREATED ' >&2\nprintf '%%s\\n' '%s'\n", dir, armour)
	if err := os.WriteFile(signer, []byte(script), 0o755); err != nil {
		t.Fatal(err)
	}
	message := "อนุมัติ\n\nเนื้อความ\n\nKhumue-Stage: 1\n"
	cmd := exec.Command("git", "--git-dir", r.Dir(), "-c", "gpg.program="+signer, "commit-tree", "-Skey", "-p", parent.String(), "-F", "-", tree.String())
	cmd.Stdin = strings.NewReader(message)
	cmd.Env = append(os.Environ(), "GIT_AUTHOR_NAME=u-2", "GIT_AUTHOR_EMAIL=u-2@users.invalid", "GIT_COMMITTER_NAME=u-2", "GIT_COMMITTER_EMAIL=u-2@users.invalid",
		fmt.Sprintf("GIT_AUTHOR_DATE=%d +0700", someone.At.Unix()), fmt.Sprintf("GIT_COMMITTER_DATE=%d +0700", someone.At.Unix()))
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	want, err := ParseHash(strings.TrimSpace(string(out)))
	if err != nil {
		t.Fatal(err)
	}
	wantPayload, err := os.ReadFile(filepath.Join(dir, "payload"))
	if err != nil {
		t.Fatal(err)
	}

	b := r.NewBatch()
	defer b.Abort()
	var gotPayload []byte
	got, err := b.NewCommit(Change{Tree: tree, Parents: []Hash{parent}, Author: someone, Committer: someone, Message: message}, func(payload []byte) (string, error) {
		gotPayload = payload
		return armour + "\n", nil
	})
	if err != nil || got != want || !bytes.Equal(gotPayload, wantPayload) {
		t.Errorf("got %v, %v over %q, want %v over %q", got, err, gotPayload, want, wantPayload)
	}
	payload, signature, err := r.Payload(got)
	if err != nil || !bytes.Equal(payload, wantPayload) || signature != armour {
		t.Errorf("got %q, %q, %v", payload, signature, err)
	}
	c, err := r.Commit(got)
	if err != nil || c.Signature != armour || !bytes.Equal(c.Append(nil), wantPayload) {
		t.Errorf("got %+v, %v", c, err)
	}
}

// TestTheStockClientVerifies signs with OpenSSH, as the daemon's key does.
func TestTheStockClientVerifies(t *testing.T) {
	keygen, err := exec.LookPath("ssh-keygen")
	if err != nil {
		t.Fatalf("ssh-keygen is missing: %v", err)
	}
	r, parent, tree := planted(t)
	dir := t.TempDir()
	key := filepath.Join(dir, "key")
	if out, err := exec.Command(keygen, "-q", "-t", "ed25519", "-N", "", "-C", "", "-f", key).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	public, err := os.ReadFile(key + ".pub")
	if err != nil {
		t.Fatal(err)
	}
	trusted := filepath.Join(dir, "trusted")
	if err := os.WriteFile(trusted, fmt.Appendf(nil, "khumue namespaces=\"git\" %s", public), 0o600); err != nil {
		t.Fatal(err)
	}
	sign := func(payload []byte) (string, error) {
		cmd := exec.Command(keygen, "-q", "-Y", "sign", "-n", "git", "-f", key)
		cmd.Stdin = bytes.NewReader(payload)
		out, err := cmd.Output()
		return string(out), err
	}
	b := r.NewBatch()
	merge := Change{Tree: tree, Parents: []Hash{parent}, Author: someone, Committer: someone, Message: "m\n",
		Headers: []Header{{"encoding", "UTF-8"}, {"x-note", "one\n\ntwo"}}}
	h, err := b.NewCommit(merge, sign)
	if err != nil {
		t.Fatal(err)
	}
	if err := b.Close(); err != nil {
		t.Fatal(err)
	}
	said := stock(t, r, "-c", "gpg.ssh.allowedSignersFile="+trusted, "verify-commit", h.String())
	if !strings.Contains(said, `Good "git" signature for khumue`) {
		t.Errorf("git verify-commit: %s", said)
	}
	sound(t, r)
}

func TestHeadersThatMeanNothingHereAreKept(t *testing.T) {
	raw := "tree 0100000000000000000000000000000000000000\nparent 0200000000000000000000000000000000000000\n" +
		"author u-2 <u-2@users.invalid> 1772575567 +0700\ncommitter u-2 <u-2@users.invalid> 1772575567 +0700\n" +
		"encoding TIS-620\nmergetag object 0300000000000000000000000000000000000000\n type commit\n \n tagged\n" +
		"gpgsig one\n two\ngpgsig-sha256 other\n hash\n\nm\n\ngpgsig no header\n"
	payload, signature := Payload([]byte(raw))
	want := strings.Replace(strings.Replace(raw, "gpgsig one\n two\n", "", 1), "gpgsig-sha256 other\n hash\n", "", 1)
	if string(payload) != want || signature != "one\ntwo" {
		t.Errorf("got %q and %q, want %q", payload, signature, want)
	}
	c, err := parseCommit(raw)
	if err != nil || len(c.Headers) != 3 || c.Headers[1].Value != "object 0300000000000000000000000000000000000000\ntype commit\n\ntagged" || c.Signature != "one\ntwo" {
		t.Errorf("got %+v, %v", c, err)
	}
	if got := string(c.Append(nil)); got != strings.Replace(raw, "gpgsig one\n two\n", "", 1) {
		t.Errorf("got %q", got)
	}
}

func TestCommitsThatGitWouldNotTake(t *testing.T) {
	r, parent, tree := planted(t)
	good := func() Change {
		return Change{Tree: tree, Parents: []Hash{parent}, Author: someone, Committer: someone, Message: "m\n"}
	}
	as := func(name, email string) func(*Change) {
		return func(c *Change) { c.Author.Name, c.Author.Email = name, email }
	}
	tests := []struct {
		name  string
		spoil func(*Change)
		want  error
	}{
		{"a tree that is not there", func(c *Change) { c.Tree = Hash{1} }, fault.NotFound},
		{"a tree that is a commit", func(c *Change) { c.Tree = parent }, fault.NotFound},
		{"a parent that is a tree", func(c *Change) { c.Parents = []Hash{tree} }, fault.NotFound},
		{"a name with a line end", as("u-2\nparent x", "a@b"), fault.Invalid},
		{"a name with an address", as("u <x@y>", "a@b"), fault.Invalid},
		{"no address", as("u", ""), fault.Invalid},
		{"an address with a space", as("u", "a @b"), fault.Invalid},
		{"a time before all times", func(c *Change) { c.Committer.At = time.Unix(-1, 0) }, fault.Invalid},
		{"a zone with seconds", func(c *Change) { c.Committer.At = c.Committer.At.In(time.FixedZone("", 61)) }, fault.Invalid},
		{"a second tree", func(c *Change) { c.Headers = []Header{{"tree", Hash{2}.String()}} }, fault.Invalid},
		{"a header with a line end", func(c *Change) { c.Headers = []Header{{"x\nparent", "y"}} }, fault.Invalid},
		{"a message with a zero", func(c *Change) { c.Message = "a\x00b" }, fault.Invalid},
		{"a message that is not UTF-8", func(c *Change) { c.Message = "\xff" }, fault.Invalid},
		{"a signature with a zero", func(c *Change) { c.Signature = "a\x00" }, fault.Invalid},
	}
	for _, test := range tests {
		b := r.NewBatch()
		c := good()
		test.spoil(&c)
		if _, err := b.NewCommit(c, nil); !errors.Is(err, test.want) || b.Len() > 0 {
			t.Errorf("%s: got %v, want %v", test.name, err, test.want)
		}
	}
	b := r.NewBatch()
	refuse := errors.New("no key")
	if _, err := b.NewCommit(good(), func([]byte) (string, error) { return "", refuse }); !errors.Is(err, refuse) {
		t.Errorf("a signer that refuses: got %v", err)
	}
}

func TestMessages(t *testing.T) {
	two := []Trailer{{"Khumue-Stage", "1"}, {"Khumue-Reason", "ค่าธรรมเนียม: 200 → 300"}}
	tests := []struct {
		name, text string
		trailers   []Trailer
		want       string
		back       []Trailer
	}{
		{"a subject", "เรื่อง", nil, "เรื่อง\n", nil},
		{"trailers", "เรื่อง", two, "เรื่อง\n\nKhumue-Stage: 1\nKhumue-Reason: ค่าธรรมเนียม: 200 → 300\n", two},
		{"line ends of Windows", "a\r\nb\r\n", nil, "a\nb\n", nil},
		{"a text that would pass for trailers", "a\n\nKhumue-Stage: 2", two[:1], "a\n\nKhumue-Stage: 2\n\nKhumue-Stage: 1\n", two[:1]},
		{"a subject is no trailer", "Khumue-Stage: 2", nil, "Khumue-Stage: 2\n", nil},
	}
	for _, test := range tests {
		got, err := Message(test.text, test.trailers...)
		if err != nil || got != test.want {
			t.Errorf("%s: got %q, %v, want %q", test.name, got, err, test.want)
		}
		c := Change{Message: got}
		if back := c.Trailers(); fmt.Sprint(back) != fmt.Sprint(test.back) {
			t.Errorf("%s: got trailers %v, want %v", test.name, back, test.back)
		}
	}
	for name, bad := range map[string]Trailer{
		"a line end": {"A", "a\nKhumue-Stage: 2"}, "a carriage return": {"A", "a\rb"}, "no value": {"A", ""}, "spaces around": {"A", " a"},
		"a key with a space": {"A b", "c"}, "no key": {"", "c"}, "a line separator": {"A", "a\u2028b"}, "not UTF-8": {"A", "\xff"}, "too long": {"A", strings.Repeat("a", longestTrailer+1)},
	} {
		if _, err := Message("m", bad); !errors.Is(err, fault.Invalid) {
			t.Errorf("%s: got %v, want Invalid", name, err)
		}
	}
	for _, text := range []string{"", " \n", "a\x00", "a\rb", "\xff", strings.Repeat("a", longestText+1)} {
		if _, err := Message(text); !errors.Is(err, fault.Invalid) {
			t.Errorf("%.20q: got %v, want Invalid", text, err)
		}
	}
	twice := Change{Message: "m\n\nA: 1\nB: 2\na: 3\n"}
	if twice.Trailer("B") != "2" || twice.Trailer("A") != "" || twice.Trailer("C") != "" {
		t.Errorf("got %q, %q, %q", twice.Trailer("B"), twice.Trailer("A"), twice.Trailer("C"))
	}
}

// FuzzMessage holds that trailers come back as they were given, whatever the
// text.
func FuzzMessage(f *testing.F) {
	f.Add("a\n\nKhumue-Stage: 2\n x", "A", "b: c")
	f.Fuzz(func(t *testing.T, text, key, value string) {
		c := Change{Message: text}
		c.Trailers()
		message, err := Message(text, Trailer{key, value})
		if err != nil {
			return
		}
		c.Message = message
		if got := c.Trailers(); len(got) != 1 || got[0] != (Trailer{key, value}) {
			t.Errorf("%q: got %q", message, got)
		}
	})
}

// FuzzPayload holds that what is signed and the signature make the commit.
func FuzzPayload(f *testing.F) {
	f.Add("tree a\nauthor b\n\nm", "one\n\ntwo")
	f.Add("tree a\ngpgsig b\n c\n\nm", "x")
	f.Fuzz(func(t *testing.T, commit, signature string) {
		payload, _ := Payload([]byte(commit))
		again, none := Payload(payload)
		if !bytes.Equal(again, payload) || none != "" {
			t.Fatalf("%q: signed twice: %q, %q", commit, again, none)
		}
		signed, err := withSignature(payload, signature)
		if err != nil || !bytes.Contains(payload, []byte("\n\n")) || payload[0] == '\n' {
			return
		}
		got, gotSignature := Payload(signed)
		if !bytes.Equal(got, payload) || gotSignature != strings.TrimRight(signature, "\n") {
			t.Errorf("got %q and %q, want %q and %q", got, gotSignature, payload, signature)
		}
	})
}
