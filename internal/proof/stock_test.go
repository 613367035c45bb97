package proof_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"khumue/internal/proof"
	"khumue/internal/proof/prooftest"
)

// stock runs a program as a person would, with no settings but its own.
func stock(t *testing.T, dir, name string, args ...string) (string, error) {
	t.Helper()
	cmd := exec.Command(name, args...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "GIT_CONFIG_NOSYSTEM=1", "GIT_CONFIG_GLOBAL="+os.DevNull, "LC_ALL=C")
	out, err := cmd.CombinedOutput()
	return string(out), err
}

func must(t *testing.T, out string, err error) string {
	t.Helper()
	if err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	return out
}

// The stock git client accepts what the daemon signs, and reads its trailers.
func TestTheStockClientAcceptsOurSignatures(t *testing.T) {
	dir := t.TempDir()
	repo, signers := filepath.Join(dir, "content.git"), filepath.Join(dir, "signers")
	b := begun(t)
	r := fee(b)
	b.Publish(r)
	b.Write(repo)
	if err := os.WriteFile(signers, proof.AllowedSigners([]proof.Key{b.Signer.Key()}), 0o600); err != nil {
		t.Fatal(err)
	}
	git := func(args ...string) (string, error) {
		return stock(t, repo, "git", append([]string{"-c", "gpg.format=ssh", "-c", "gpg.ssh.allowedSignersFile=" + signers}, args...)...)
	}
	for _, commit := range []string{"main", "main^2", "main^2^2", "main^"} {
		out, err := git("verify-commit", commit)
		if out = must(t, out, err); !strings.Contains(out, "Good \"git\" signature for "+proof.Principal) {
			t.Errorf("git verify-commit %s: %s", commit, out)
		}
	}
	out, err := git("fsck", "--full", "--strict")
	if out = must(t, out, err); out != "" {
		t.Errorf("git fsck: %s", out)
	}
	out, err = git("log", "-1", "--format=%an %(trailers:key=Khumue-Tree,valueonly)", "main")
	if out = strings.TrimSpace(must(t, out, err)); out != string(prooftest.OPDC)+" "+r.Published.Tree.String() {
		t.Errorf("git log: got %q", out)
	}
	if err := os.WriteFile(signers, proof.AllowedSigners([]proof.Key{prooftest.Key(t, "stranger").Key()}), 0o600); err != nil {
		t.Fatal(err)
	}
	if out, err := git("verify-commit", "main"); err == nil {
		t.Errorf("git verify-commit with another key: %s", out)
	}
}

// What git and ssh-keygen make, we read.
func TestAKeyOfTheStockClient(t *testing.T) {
	dir := t.TempDir()
	out, err := stock(t, dir, "ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "centre", "-f", "key")
	must(t, out, err)
	private, err := os.ReadFile(filepath.Join(dir, "key"))
	if err != nil {
		t.Fatal(err)
	}
	s, err := proof.ParseSigner(private)
	if err != nil {
		t.Fatal(err)
	}
	out, err = stock(t, dir, "ssh-keygen", "-l", "-f", "key.pub")
	if out = must(t, out, err); !strings.Contains(out, s.Key().Fingerprint()) {
		t.Errorf("the fingerprint is %s, ssh-keygen says %s", s.Key().Fingerprint(), out)
	}
	if err := os.WriteFile(filepath.Join(dir, "payload"), []byte("ก"), 0o600); err != nil {
		t.Fatal(err)
	}
	out, err = stock(t, dir, "ssh-keygen", "-q", "-Y", "sign", "-n", "git", "-f", "key", "payload")
	must(t, out, err)
	sig, err := os.ReadFile(filepath.Join(dir, "payload.sig"))
	if err != nil {
		t.Fatal(err)
	}
	if k, err := proof.SignedBy([]byte("ก"), string(sig)); err != nil || k != s.Key() {
		t.Errorf("got %q, %v", k, err)
	}
	if err := os.Remove(filepath.Join(dir, "payload.sig")); err != nil {
		t.Fatal(err)
	}
	out, err = stock(t, dir, "ssh-keygen", "-q", "-Y", "sign", "-n", "file", "-f", "key", "payload")
	must(t, out, err)
	if sig, err = os.ReadFile(filepath.Join(dir, "payload.sig")); err != nil {
		t.Fatal(err)
	}
	if _, err := proof.SignedBy([]byte("ก"), string(sig)); err == nil {
		t.Error("a signature for another purpose is taken for one of git's")
	}
	other, file, err := proof.GenerateKey(strings.NewReader(strings.Repeat("x", 32)))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "ours"), file, 0o600); err != nil {
		t.Fatal(err)
	}
	out, err = stock(t, dir, "ssh-keygen", "-y", "-f", "ours")
	if out = must(t, out, err); !strings.HasPrefix(out, string(other.Key())) {
		t.Errorf("ssh-keygen reads our key as %s, want %s", out, other.Key())
	}
}
