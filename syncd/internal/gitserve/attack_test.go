package gitserve

import (
	"bytes"
	"compress/gzip"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"net/netip"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"khumue/internal/gitrepo"
)

func addr(s string) netip.Addr { return netip.MustParseAddr(s) }

const pushType = "application/x-git-receive-pack-request"

// bodyOf is what a git client sends to push the tip of a clone.
func bodyOf(d *desk, ref string) []byte {
	d.s.t.Helper()
	tip := d.git("rev-parse", "HEAD")
	line := fmt.Sprintf("%s %s %s\x00 report-status side-band-64k", gitrepo.Hash{}, tip, ref)
	pack := git(d.dir, "pack-objects", "--revs", "--stdout", "--quiet", "--thin")
	pack.Stdin = strings.NewReader(tip + "\n^origin/main\n")
	out, err := pack.Output()
	d.s.must(err)
	return append(fmt.Appendf(nil, "%04x%s0000", len(line)+4, line), out...)
}

// cut sends the beginning of a request and goes.
func (s *station) cut(body []byte, at int) {
	s.t.Helper()
	u, err := url.Parse(s.url)
	s.must(err)
	c, err := net.Dial("tcp", u.Host)
	s.must(err)
	defer c.Close()
	token := base64.StdEncoding.EncodeToString([]byte("x:" + string(author.ID)))
	fmt.Fprintf(c, "POST %s/git-receive-pack HTTP/1.1\r\nHost: %s\r\nAuthorization: Basic %s\r\nContent-Type: %s\r\nContent-Length: %d\r\n\r\n",
		u.Path, u.Host, token, pushType, len(body))
	_, err = c.Write(body[:at])
	s.must(err)
}

// idle waits until no git runs for anybody.
func (s *station) idle() {
	s.t.Helper()
	for range cap(s.seats.all) {
		s.seats.all <- struct{}{}
	}
	for range cap(s.seats.all) {
		<-s.seats.all
	}
}

// untouched fails the test when there is any ref but main, or anything is left
// of a push.
func (s *station) untouched() {
	s.t.Helper()
	if refs, err := s.Repo.Refs().List("refs/"); err != nil || len(refs) != 1 {
		s.t.Errorf("refs are %v, %v", refs, err)
	}
	for _, pattern := range []string{"objects/tmp_objdir*", "objects/pack/tmp_*", "refs/heads/*.lock"} {
		if left, err := filepath.Glob(filepath.Join(s.Repo.Dir(), pattern)); err != nil || len(left) > 0 {
			s.t.Errorf("left behind: %v, %v", left, err)
		}
	}
	s.fsck()
}

func TestF36APushThatIsCutAtAnyByteLeavesNothing(t *testing.T) {
	s := open(t)
	d := s.clone(author)
	mark("ก")(d)
	body := bodyOf(d, draftRef(subject, key))
	for at := 0; at < len(body); at += 1 + len(body)/25 {
		s.cut(body, at)
		s.request("POST", "/git-receive-pack", string(author.ID), body[:at], "Content-Type", pushType)
	}
	s.request("POST", "/git-receive-pack", string(author.ID), body[:len(body)-1], "Content-Type", pushType)
	s.idle()
	s.untouched()
	a := s.request("POST", "/git-receive-pack", string(author.ID), body, "Content-Type", pushType)
	answer, err := io.ReadAll(a.Body)
	if err != nil || !strings.Contains(string(answer), "ok "+draftRef(subject, key)) {
		t.Errorf("the next push: %v: %q", err, answer)
	}
	s.fsck()
}

func TestS32APackOverTheLimitIsNotTaken(t *testing.T) {
	s := openWith(t, func(c *Config) { c.Limits.Push = 100 << 10 })
	d := s.clone(author)
	large := make([]byte, 3<<20)
	_, err := rand.Read(large)
	s.must(err)
	d.write(folder+"/form.pdf", "%PDF-1.4"+string(large))
	d.commit()
	for _, buffer := range []string{"1m", "100m"} { // sent in pieces of unknown length, and at once
		out, err := d.try("-c", "http.postBuffer="+buffer, "push", "origin", "HEAD:"+draftRef(subject, key))
		if err == nil {
			t.Errorf("it was taken: %s", out)
		}
	}
	s.idle()
	s.untouched()
	d.git("reset", "-q", "--hard", "origin/main")
	mark("ก")(d)
	d.git("push", "-q", "origin", "HEAD:"+draftRef(subject, key))
}

func TestABodyThatInflatesWithoutEndIsCut(t *testing.T) {
	s := open(t)
	var bomb bytes.Buffer
	z := gzip.NewWriter(&bomb)
	for range longestRequest>>20 + 1 {
		_, err := z.Write(make([]byte, 1<<20))
		s.must(err)
	}
	s.must(z.Close())
	a := s.request("POST", "/git-upload-pack", string(author.ID), bomb.Bytes(), "Content-Type", "application/x-git-upload-pack-request", "Content-Encoding", "gzip")
	if a.StatusCode != 413 {
		t.Errorf("got %d, want 413", a.StatusCode)
	}
	a = s.request("POST", "/git-upload-pack", string(author.ID), []byte("0000"), "Content-Type", "application/x-git-upload-pack-request", "Content-Encoding", "br")
	if a.StatusCode != 400 {
		t.Errorf("an encoding that is not known: got %d, want 400", a.StatusCode)
	}
}

// A client that says nothing more gives its place back.
func TestAClientThatFallsSilentIsGivenUp(t *testing.T) {
	s := openWith(t, func(c *Config) { c.Limits.Silence, c.Limits.All = 200*time.Millisecond, 1 })
	d := s.clone(author)
	mark("ก")(d)
	body := bodyOf(d, draftRef(subject, key))
	u, err := url.Parse(s.url)
	s.must(err)
	c, err := net.Dial("tcp", u.Host)
	s.must(err)
	defer c.Close()
	token := base64.StdEncoding.EncodeToString([]byte("x:" + string(author.ID)))
	fmt.Fprintf(c, "POST %s/git-receive-pack HTTP/1.1\r\nHost: x\r\nAuthorization: Basic %s\r\nContent-Type: %s\r\nContent-Length: %d\r\n\r\n", u.Path, token, pushType, len(body))
	_, err = c.Write(body[:len(body)/2])
	s.must(err)
	if _, err := io.Copy(io.Discard, c); errors.Is(err, os.ErrDeadlineExceeded) {
		t.Error(err)
	}
	s.idle()
	s.untouched()
	d.git("push", "-q", "origin", "HEAD:"+draftRef(subject, key))
}

func TestS34RefsThatAreOptionsOrPathsAreNotAsked(t *testing.T) {
	s := open(t)
	d := s.clone(author)
	mark("ก")(d)
	for _, ref := range []string{
		"--upload-pack=x", "-", "refs/heads/-x", "refs/heads/../../config", "refs/heads/a b", "refs/heads/a\nb", "HEAD", "refs/heads/a..b/.lock",
		"refs/heads/draft/dlt-xgveak/aaaaaa\"\n[core]\n\thooksPath = /tmp", "refs/heads/" + strings.Repeat("a", 300), "!refs/heads/archive",
	} {
		a := s.request("POST", "/git-receive-pack", string(author.ID), bodyOf(d, ref), "Content-Type", pushType)
		answer, err := io.ReadAll(a.Body)
		if err != nil || a.StatusCode == 200 && strings.Contains(string(answer), "ok refs") {
			t.Errorf("%q: got %d, %v, %q", ref, a.StatusCode, err, answer)
		}
	}
	s.untouched()
}

func TestF37ALockThatAKilledGitLeftIsTakenAway(t *testing.T) {
	s := open(t)
	d := s.clone(author)
	mark("ก")(d)
	lock := filepath.Join(s.Repo.Dir(), filepath.FromSlash(draftRef(subject, key))+".lock")
	s.must(os.MkdirAll(filepath.Dir(lock), 0o755))
	s.must(os.WriteFile(lock, nil, 0o644))
	if out, err := d.try("push", "origin", "HEAD:"+draftRef(subject, key)); err == nil {
		t.Errorf("a lock that may be somebody's was passed over: %s", out)
	}
	old := time.Now().Add(-abandonedAfter - time.Second)
	s.must(os.Chtimes(lock, old, old))
	d.git("push", "-q", "origin", "HEAD:"+draftRef(subject, key))
	if _, err := os.Stat(lock); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("the lock is still there: %v", err)
	}
	s.fsck()
}

func FuzzReadCommands(f *testing.F) {
	f.Add([]byte("0000"))
	f.Add(fmt.Appendf(nil, "0067%s %s refs/heads/draft/a/b0000", gitrepo.Hash{}, gitrepo.Hash{1}))
	f.Add([]byte("0035shallow 0123456789012345678901234567890123456789\n0000PACK"))
	f.Fuzz(func(t *testing.T, in []byte) {
		raw, moves, err := readCommands(bytes.NewReader(in))
		if err != nil {
			return
		}
		if !bytes.HasPrefix(in, raw) || !bytes.HasSuffix(raw, []byte(flush)) {
			t.Errorf("%q is read as %q", in, raw)
		}
		for _, m := range moves {
			if !strings.HasPrefix(m.Ref, "refs/") || strings.ContainsAny(m.Ref, " \n\"\\!") || !bytes.Contains(raw, []byte(m.Ref)) {
				t.Errorf("%q has the ref %q", in, m.Ref)
			}
		}
	})
}

func FuzzWanted(f *testing.F) {
	f.Add([]byte("0032want 0123456789012345678901234567890123456789\n00000009done\n"), false)
	f.Add([]byte("0011command=fetch0001000fno-progress0000"), true)
	f.Fuzz(func(t *testing.T, in []byte, second bool) {
		wants, err := wanted(in, second)
		if err == nil && bytes.Count(in, []byte("want ")) < len(wants) {
			t.Errorf("%q asks for %v", in, wants)
		}
	})
}

// Who goes in the middle of a clone takes git with them, and gives the place back.
func TestAClientThatGoesEndsItsGit(t *testing.T) {
	s := open(t)
	large := make([]byte, 24<<20)
	_, err := rand.Read(large)
	s.must(err)
	main := s.tip(gitrepo.Main)
	was, err := s.Repo.Commit(main)
	s.must(err)
	b := s.Repo.NewBatch()
	defer b.Abort()
	blob, err := b.Add(gitrepo.Blob, large)
	s.must(err)
	tree, err := b.Put(was.Tree, gitrepo.SetFile("large", blob))
	s.must(err)
	next, err := b.NewCommit(gitrepo.Change{Tree: tree, Parents: []gitrepo.Hash{main}, Author: was.Author, Committer: was.Committer, Message: "large\n"}, nil)
	s.must(err)
	s.must(b.Close())
	s.must(s.Repo.Refs().Update(t.Context(), gitrepo.Move{Ref: gitrepo.Main, Old: main, New: next}))

	body := fmt.Appendf(nil, "0032want %s\n00000009done\n", next)
	a := s.request("POST", "/git-upload-pack", string(author.ID), body, "Content-Type", "application/x-git-upload-pack-request")
	_, err = io.ReadFull(a.Body, make([]byte, 1024))
	s.must(err)
	s.must(a.Body.Close())
	began := time.Now()
	s.idle()
	if took := time.Since(began); took > 2*stopWithin {
		t.Errorf("it took %v until its place was free", took)
	}
}
