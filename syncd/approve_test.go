package main

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"khumue/internal/catalog"
	"khumue/internal/proof"
	"khumue/syncd/internal/api"
	"khumue/syncd/internal/config"
	"khumue/syncd/internal/sqlstore"
	"khumue/syncd/internal/staff"
)

// taxManual is the manual of the sample content that is revised here: paying a
// vehicle's tax.
const (
	taxManual = "dlt-xgveak"
	taxFolder = "agencies/mot/dlt/manuals/" + taxManual
)

// worker is a person with an access token, at a command line.
type worker struct {
	t      *testing.T
	d      demo
	id     catalog.OfficerID
	secret string
	dir    string // its clone
}

// worker makes an access token for a sample person, as the page under /me does.
func (d demo) worker(t *testing.T, data, name string, permits ...staff.Permit) *worker {
	t.Helper()
	ctx := t.Context()
	store, err := sqlstore.Open(ctx, filepath.Join(data, databaseFile))
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	desk, other, err := openDesk(ctx, config.Config{Data: data, Session: config.Default().Session, Token: config.Default().Token})
	if err != nil {
		t.Fatal(err)
	}
	defer other.Close()
	users, _, err := desk.Users(ctx, staff.Console, "", staff.UserFilter{})
	if err != nil {
		t.Fatal(err)
	}
	for _, u := range users {
		if u.Email == name+"@example.invalid" {
			secret, _, err := desk.NewAccess(ctx, staff.Acting{Officer: u.Officer()}, "test", permits, 24*time.Hour)
			if err != nil {
				t.Fatal(err)
			}
			return &worker{t: t, d: d, id: u.ID, secret: secret, dir: filepath.Join(t.TempDir(), name)}
		}
	}
	t.Fatalf("there is no %s", name)
	return nil
}

// syncd runs syncd revision and returns what it said and its exit code.
func (w *worker) syncd(args ...string) (out string, code int) {
	w.t.Helper()
	var b bytes.Buffer
	code = run(w.t.Context(), append([]string{"revision"}, append(args, "--server", w.d.office)...),
		streams{in: strings.NewReader(""), out: &b, err: &b, env: []string{"KHUMUE_ACCESS_TOKEN=" + w.secret}})
	return b.String(), code
}

// does is syncd that has to succeed.
func (w *worker) does(args ...string) string {
	w.t.Helper()
	out, code := w.syncd(args...)
	if code != 0 {
		w.t.Fatalf("syncd revision %s: exit code %d: %s", strings.Join(args, " "), code, out)
	}
	return out
}

// refused is syncd that has to fail because the input is not right.
func (w *worker) refused(args ...string) string {
	w.t.Helper()
	out, code := w.syncd(args...)
	if code != 1 {
		w.t.Fatalf("syncd revision %s: exit code %d, want 1: %s", strings.Join(args, " "), code, out)
	}
	return out
}

// show returns a revision.
func (w *worker) show(at string) (s api.Sheet) {
	w.t.Helper()
	if err := json.Unmarshal([]byte(w.does("show", at, "--json")), &s); err != nil {
		w.t.Fatal(err)
	}
	return s
}

// git runs the stock client in the worker's clone.
func (w *worker) git(args ...string) (string, error) {
	w.t.Helper()
	cmd := exec.CommandContext(w.t.Context(), "git", args...)
	cmd.Env = append(os.Environ(), "GIT_CONFIG_GLOBAL="+os.DevNull, "GIT_CONFIG_NOSYSTEM=1", "GIT_TERMINAL_PROMPT=0",
		"GIT_AUTHOR_NAME="+string(w.id), "GIT_AUTHOR_EMAIL="+string(w.id)+"@users.invalid",
		"GIT_COMMITTER_NAME="+string(w.id), "GIT_COMMITTER_EMAIL="+string(w.id)+"@users.invalid")
	if _, err := os.Stat(w.dir); err == nil {
		cmd.Dir = w.dir
	}
	out, err := cmd.CombinedOutput()
	return string(out), err
}

func (w *worker) must(args ...string) string {
	w.t.Helper()
	out, err := w.git(args...)
	if err != nil {
		w.t.Fatalf("git %s: %v: %s", strings.Join(args, " "), err, out)
	}
	return out
}

// clone clones what one manual needs.
func (w *worker) clone() {
	w.t.Helper()
	u, err := url.Parse(w.d.office)
	if err != nil {
		w.t.Fatal(err)
	}
	u.User = url.UserPassword(string(w.id), w.secret)
	w.must("clone", "--quiet", "--depth", "1", "--no-single-branch", "--filter=blob:none", "--sparse", u.String()+"/git/content.git", w.dir)
	w.must("sparse-checkout", "set", taxFolder)
}

// edit replaces words of the manual.
func (w *worker) edit(old, words string) {
	w.t.Helper()
	name := filepath.Join(w.dir, taxFolder, "manual.md")
	src, err := os.ReadFile(name)
	if err != nil {
		w.t.Fatal(err)
	}
	if !bytes.Contains(src, []byte(old)) {
		w.t.Fatalf("the manual has no %q", old)
	}
	if err := os.WriteFile(name, bytes.Replace(src, []byte(old), []byte(words), 1), 0o644); err != nil {
		w.t.Fatal(err)
	}
	w.must("commit", "--quiet", "-am", "Edit")
}

// page reads a page of the public site.
func (d demo) page(t *testing.T, path string) string {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, d.public+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(body)
}

// proven holds what a stock client has cloned: both approvals by their officers'
// ids, and signatures that it believes.
func (w *worker) proven(data string, reviewer, opdc catalog.OfficerID) {
	w.t.Helper()
	w.must("fetch", "--quiet", "--unshallow", "origin")
	merges := strings.Fields(w.must("log", "--graph", "--merges", "--format=%an", "-2", "origin/main"))
	merges = slices.DeleteFunc(merges, func(s string) bool { return !strings.HasPrefix(s, "o-") })
	if want := []string{string(opdc), string(reviewer)}; !slices.Equal(merges, want) {
		w.t.Errorf("the last merges are by %v, want %v", merges, want)
	}
	pub, err := os.ReadFile(filepath.Join(data, "approvals.pub"))
	if err != nil {
		w.t.Fatal(err)
	}
	key, err := proof.ParseKey(strings.Join(strings.Fields(string(pub))[:2], " "))
	if err != nil {
		w.t.Fatal(err)
	}
	signers := filepath.Join(w.t.TempDir(), "signers")
	if err := os.WriteFile(signers, proof.AllowedSigners([]proof.Key{key}), 0o600); err != nil {
		w.t.Fatal(err)
	}
	for _, c := range []string{"origin/main", "origin/main^2", "origin/main^2^2"} {
		w.must("-c", "gpg.ssh.allowedSignersFile="+signers, "verify-commit", c)
	}
}

func TestARevisionByPushAndCommandLine(t *testing.T) {
	data := t.TempDir()
	d := startDemo(t, "--data", data)
	author := d.worker(t, data, "author", staff.ReadContent, staff.WriteDrafts)
	reviewer := d.worker(t, data, "reviewer", staff.ReadContent, staff.Judge)
	opdc := d.worker(t, data, "opdc", staff.ReadContent, staff.Judge)
	draft := taxManual + "/abcdef"

	author.clone()
	author.edit("min: 100", "min: ร้อย")
	if out, err := author.git("push", "--quiet", "origin", "HEAD:refs/heads/draft/"+draft); err == nil || !strings.Contains(out, taxFolder+"/manual.md:") {
		t.Fatalf("what can not be read is taken: %v: %s", err, out)
	}
	author.must("reset", "--quiet", "--hard", "HEAD~1")
	author.edit("min: 100", "min: 110")
	author.must("push", "--quiet", "origin", "HEAD:refs/heads/draft/"+draft)
	if out := author.does("list", "--mine"); !strings.Contains(out, draft) {
		t.Fatalf("the draft is not among the author's: %s", out)
	}
	if out := reviewer.refused("submit", draft); strings.Contains(out, "110") {
		t.Errorf("a token that may not write: %s", out)
	}
	author.does("submit", draft)

	if out := reviewer.does("list"); !strings.Contains(out, taxManual+"/1") {
		t.Fatalf("the revision is not in the reviewer's queue: %s", out)
	}
	if out := reviewer.does("show", taxManual+"/1"); !strings.Contains(out, "100 → 110") {
		t.Errorf("the change is not told: %s", out)
	}
	author.refused("approve", taxManual+"/1", "--tree", author.show(taxManual+"/1").Tree)
	reviewer.refused("approve", taxManual+"/1", "--tree", strings.Repeat("0", 40))
	reviewer.does("return", taxManual+"/1", "--reason", "ค่าธรรมเนียมคือ 120 บาท", "--field", "fees.0.min")

	back := author.show(taxManual + "/1")
	if back.Returned == nil || back.State != "draft" {
		t.Fatalf("it did not come back: %+v", back)
	}
	author.must("fetch", "--quiet", "origin")
	author.must("checkout", "--quiet", "-B", "mend", "origin/draft/"+taxManual+"/"+back.Key)
	author.edit("min: 110", "min: 120")
	author.must("push", "--quiet", "origin", "HEAD:refs/heads/draft/"+taxManual+"/"+back.Key)
	author.does("submit", taxManual+"/"+back.Key)
	reviewer.does("approve", taxManual+"/1", "--tree", reviewer.show(taxManual+"/1").Tree)
	reviewer.refused("approve", taxManual+"/1", "--tree", reviewer.show(taxManual+"/1").Tree)

	began := time.Now()
	if out := opdc.does("approve", taxManual+"/1", "--tree", opdc.show(taxManual+"/1").Tree, "--wait"); !strings.Contains(out, "live") {
		t.Fatalf("it is not live: %s", out)
	}
	t.Logf("live %v after the approval", time.Since(began).Round(time.Millisecond))
	if p := d.page(t, "/procedure/"+taxManual+"/"); !strings.Contains(p, "120") || strings.Contains(p, "110 ") {
		t.Error("the public page does not show the new fee")
	}
	author.proven(data, reviewer.id, opdc.id)
	var out bytes.Buffer
	if code := run(context.Background(), []string{"doctor"}, streams{in: strings.NewReader(""), out: &out, err: &out, env: []string{"KHUMUE_DATA=" + data}}); code != 0 {
		t.Errorf("the doctor: exit code %d: %s", code, out.String())
	}
}
