package gitserve

import (
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"khumue/internal/catalog"
	"khumue/internal/gitrepo"
	"khumue/syncd/internal/review"
	"khumue/syncd/internal/rights"
)

func TestWhoIsLetInAndToWhat(t *testing.T) {
	s := open(t)
	const upload, receive = "/info/refs?service=git-upload-pack", "/info/refs?service=git-receive-pack"
	for _, tc := range []struct {
		name, method, path, token string
		kind                      string // content type of the request
		status                    int
		says                      string
	}{
		{"nobody", "GET", upload, "", "", 401, "an access token"},
		{"a token that serves nobody", "GET", upload, "o-zzzzzzzzzzzzzzzz", "", 401, "รหัสเข้าถึง"},
		{"nobody, to push", "GET", receive, "", "", 401, "an access token"},
		{"nobody, with a fetch", "POST", "/git-upload-pack", "", "application/x-git-upload-pack-request", 401, ""},
		{"nobody, with a push", "POST", "/git-receive-pack", "", "application/x-git-receive-pack-request", 401, ""},
		{"who holds no role", "GET", upload, string(roleless.ID), "", 403, "holds no role"},
		{"an author", "GET", upload, string(author.ID), "", 200, "refs/heads/main"},
		{"an author, to push", "GET", receive, string(author.ID), "", 200, "refs/heads/main"},
		{"an author with a token for reading", "GET", upload, "read-" + string(author.ID), "", 200, "refs/heads/main"},
		{"an author with a token for reading, to push", "GET", receive, "read-" + string(author.ID), "", 403, "for reading"},
		{"who writes no manuals, with a push", "POST", "/git-receive-pack", string(reader.ID), "application/x-git-receive-pack-request", 403, "may not"},
		{"the dumb protocol", "GET", "/info/refs", string(author.ID), "", 403, "smart HTTP"},
		{"another service", "GET", "/info/refs?service=git-upload-archive", string(author.ID), "", 403, "smart HTTP"},
		{"an option for a service", "GET", "/info/refs?service=--help", string(author.ID), "", 403, "smart HTTP"},
		{"a file of the repository", "GET", "/HEAD", string(author.ID), "", 404, ""},
		{"its configuration", "GET", "/config", string(author.ID), "", 404, ""},
		{"an object", "GET", "/objects/info/packs", string(author.ID), "", 404, ""},
		{"a form", "POST", "/git-upload-pack", string(author.ID), "application/x-www-form-urlencoded", 400, "git client"},
		{"a fetch of nothing that git knows", "POST", "/git-upload-pack", string(author.ID), "application/x-git-upload-pack-request", 400, "git client"},
		{"a push of nothing that git knows", "POST", "/git-receive-pack", string(author.ID), "application/x-git-receive-pack-request", 400, "git client"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			a := s.request(tc.method, tc.path, tc.token, []byte("hello"), "Content-Type", tc.kind)
			body, err := io.ReadAll(a.Body)
			if err != nil || a.StatusCode != tc.status || !strings.Contains(string(body), tc.says) {
				t.Errorf("got %d %q, %v, want %d with %q", a.StatusCode, body, err, tc.status, tc.says)
			}
			if is := a.Header.Get("WWW-Authenticate"); (tc.status == 401) != strings.HasPrefix(is, "Basic realm=") {
				t.Errorf("it asks for %q", is)
			}
		})
	}
}

func TestGuessingHasToWait(t *testing.T) {
	s := open(t)
	const path = "/info/refs?service=git-upload-pack"
	for n := range losses {
		if a := s.request("GET", path, "guess", nil); a.StatusCode != 401 {
			t.Fatalf("try %d: got %d, want 401", n+1, a.StatusCode)
		}
	}
	if a := s.request("GET", path, "guess", nil); a.StatusCode != http.StatusTooManyRequests || a.Header.Get("Retry-After") == "" {
		t.Errorf("got %d, Retry-After %q, want 429 and some time", a.StatusCode, a.Header.Get("Retry-After"))
	}
	if a := s.request("GET", path, "", nil); a.StatusCode != 401 {
		t.Errorf("who shows none gets %d, want 401: so every client begins", a.StatusCode)
	}
	if a := s.request("GET", path, string(author.ID), nil); a.StatusCode != 200 {
		t.Errorf("one that serves gets %d, want 200: a colleague's mistake keeps nobody out", a.StatusCode)
	}
}

func TestEachSeesTheDraftsThatAreTheirs(t *testing.T) {
	s := open(t)
	s.pushed("ลับ")
	s.must(s.Repo.Refs().Update(t.Context(), gitrepo.Move{Ref: "refs/heads/archive/dlt-xgveak/zzzzzz", New: s.tip(draftRef(subject, key))}))
	for name, tc := range map[string]struct {
		by   rights.Officer
		sees bool
	}{
		"the author": {author, true}, "OPDC": {opdc, true}, "an author of another agency": {stranger, false}, "who judges no drafts": {reader, false},
	} {
		for _, version := range []string{"0", "1", "2"} {
			d := s.clone(tc.by)
			got := d.git("-c", "protocol.version="+version, "ls-remote", "origin")
			if strings.Contains(got, "draft/") != tc.sees || strings.Contains(got, "archive/") || !strings.Contains(got, "refs/heads/main") {
				t.Errorf("%s, protocol %s: sees\n%s", name, version, got)
			}
		}
	}
}

func (s *station) tip(ref string) gitrepo.Hash {
	s.t.Helper()
	h, err := s.Repo.Refs().Get(ref)
	s.must(err)
	return h
}

// The name of a hidden commit is not enough to have it, though git alone would
// give it to whoever knows it.
func TestAHiddenCommitIsNotFetchedByItsName(t *testing.T) {
	s := open(t)
	s.pushed("ลับ")
	hidden := s.tip(draftRef(subject, key)).String()
	for _, version := range []string{"0", "2"} {
		d := s.clone(stranger)
		out, err := d.try("-c", "protocol.version="+version, "fetch", "origin", hidden)
		if err == nil || !strings.Contains(out, "not our ref") {
			t.Errorf("protocol %s: got %v: %s", version, err, out)
		}
		own := s.clone(author, "--single-branch", "--branch", main)
		own.git("-c", "protocol.version="+version, "fetch", "origin", hidden)
	}
}

func TestClonesOfEveryKindWork(t *testing.T) {
	s := open(t)
	s.pushed("หนึ่ง")
	for name, options := range map[string][]string{
		"whole": nil, "without files": {"--filter=blob:none"}, "without trees": {"--filter=tree:0"}, "small files": {"--filter=blob:limit=1k"},
		"shallow": {"--depth=1"}, "without files, in the old protocol": {"--filter=blob:none", "-c", "protocol.version=0"},
		"shallow, in the old protocol": {"--depth=1", "-c", "protocol.version=0"},
	} {
		t.Run(name, func(t *testing.T) {
			d := s.clone(author, options...)
			if !strings.Contains(d.read(folder+"/manual.md"), "id: dlt-xgveak") {
				t.Error("the manual is not there")
			}
			d.git("log", "--oneline", "-1", "-p")
			d.git("fetch", "-q", "origin", "refs/heads/draft/*:refs/heads/drafts/*")
		})
	}
	d := s.clone(author)
	if out, err := d.try("-c", "protocol.version=2", "fetch", "--filter=sparse:oid=main:site.yaml", "--refetch", "origin"); err == nil {
		t.Errorf("a filter that costs much is taken: %s", out)
	}
}

// A shallow clone pushes too: what it lacks is there already.
func TestAShallowCloneCanPush(t *testing.T) {
	s := open(t)
	d := s.clone(author, "--depth=1")
	mark("ตื้น")(d)
	d.git("push", "-q", "origin", "HEAD:"+draftRef(subject, key))
	if _, err := s.book.Load(review.Ref{State: review.Draft, Manual: subject, Key: key}); err != nil {
		t.Error(err)
	}
	s.fsck()
}

func TestSeatsAreFewAndComeBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newSeats(3, 2)
		take := func(id string) func() {
			t.Helper()
			leave, err := s.take(t.Context(), catalog.OfficerID(id), time.Second)
			if err != nil {
				t.Fatalf("%s: %v", id, err)
			}
			return leave
		}
		first, second := take("a"), take("a")
		if _, err := s.take(t.Context(), "a", time.Second); err == nil {
			t.Error("a person has three seats of two")
		}
		third := take("b")
		if _, err := s.take(t.Context(), "c", time.Second); err == nil {
			t.Error("there are four seats of three")
		}
		time.AfterFunc(time.Second/2, first)
		fourth := take("c")
		for _, leave := range []func(){second, third, fourth} {
			leave()
		}
		if len(s.held) != 0 || len(s.all) != 0 {
			t.Errorf("%d persons and %d seats are still held", len(s.held), len(s.all))
		}
	})
}

func TestLosersAreForgottenInTime(t *testing.T) {
	var l losers
	now := time.Date(2026, 11, 26, 9, 0, 0, 0, time.UTC)
	from := func(s string) (wait time.Duration) { return l.lose(addr(s), now) }
	for range losses {
		from("192.0.2.1")
		from("2001:db8::1")
	}
	if from("192.0.2.1") != lossWindow || from("2001:db8::ffff") != lossWindow {
		t.Error("the eleventh from one network need not wait")
	}
	if from("192.0.2.2") != 0 || from("2001:db8:0:1::1") != 0 {
		t.Error("another network has to wait")
	}
	now = now.Add(lossWindow)
	if from("192.0.2.1") != 0 {
		t.Error("nobody is forgotten")
	}
}
