package gitserve

import (
	"bytes"
	"context"
	"crypto/rand"
	"fmt"
	"log/slog"
	"net/http/httptest"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"khumue/internal/catalog"
	"khumue/internal/corpus"
	"khumue/internal/fault"
	"khumue/internal/gitrepo"
	"khumue/internal/gitrepo/gitrepotest"
	"khumue/internal/proof"
	"khumue/syncd/internal/ledger"
	"khumue/syncd/internal/review"
	"khumue/syncd/internal/rights"
)

// TestMain is the hook too: git runs this program with that word.
func TestMain(m *testing.M) {
	if len(os.Args) == 2 && os.Args[1] == "hook" {
		if err := Hook(os.Stdin, os.Stderr, os.Environ()); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	os.Exit(m.Run())
}

const (
	subject = catalog.ManualID("dlt-xgveak")
	folder  = "agencies/mot/dlt/manuals/dlt-xgveak"
	main    = "main"
)

func officer(id catalog.OfficerID, role catalog.Role, agency catalog.AgencyCode) rights.Officer {
	return rights.Officer{ID: id, Grants: []rights.Grant{{Role: role, Scope: rights.Scope{Agency: agency}}}}
}

var (
	author   = officer("o-aaaaaaaaaaaaaaaa", catalog.RoleAuthor, "dlt")
	stranger = officer("o-ssssssssssssssss", catalog.RoleAuthor, "mfa")
	opdc     = officer("o-pppppppppppppppp", catalog.RoleOPDC, "")
	reader   = officer("o-rrrrrrrrrrrrrrrr", catalog.RoleDGA, "")
	roleless = rights.Officer{ID: "o-nnnnnnnnnnnnnnnn"}
)

// station is a server over a repository with the sample content.
type station struct {
	*Server
	t    *testing.T
	book *ledger.Ledger
	url  string
	root string // folder of the test

	mu     sync.Mutex
	pushes []gitrepo.Move
	log    bytes.Buffer
}

// Admit lets the officers of the tests in: each one's token is the id, and
// "read-" before it makes one that may not write.
func (s *station) Admit(_ context.Context, secret string, write bool) (rights.Officer, error) {
	id, readOnly := strings.CutPrefix(secret, "read-")
	for _, o := range []rights.Officer{author, stranger, opdc, reader, roleless} {
		if string(o.ID) == id && readOnly && write {
			return o, fault.New(fault.Forbidden, fault.Text{TH: "รหัสนี้ใช้อ่านเท่านั้น", EN: "the token is for reading"})
		} else if string(o.ID) == id {
			return o, nil
		}
	}
	return rights.Officer{}, fault.New(fault.NotFound, fault.Text{TH: "ไม่มี", EN: "none"})
}

// Visible shows drafts to the agency in whose folder they stand, as the ledger
// tells.
func (s *station) Visible(_ context.Context, by rights.Officer) (out []string, err error) {
	if _, all := by.Range(rights.SeeDrafts); all {
		return []string{"refs/heads/draft", "refs/heads/review", "refs/heads/endorsed"}, nil
	}
	for _, state := range []review.State{review.Draft, review.InReview, review.Endorsed} {
		refs, err := s.book.Find(state, "")
		if err != nil {
			return nil, err
		}
		for _, ref := range refs {
			head, err := s.book.Load(ref)
			if err != nil {
				return nil, err
			}
			if by.May(rights.SeeDrafts, ownerOf(head.Folder)) == nil {
				out = append(out, ref.String())
			}
		}
	}
	return out, nil
}

func open(t *testing.T) *station { return openWith(t, func(*Config) {}) }

func openWith(t *testing.T, change func(*Config)) *station {
	t.Helper()
	root := t.TempDir()
	repo, tree := sample.Copy(t, filepath.Join(root, "content.git"))
	t.Cleanup(func() { repo.Close() })
	signer, _, err := proof.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	s := &station{t: t, root: root, book: &ledger.Ledger{Repo: repo, Sign: signer.Sign, Random: rand.Reader, Now: time.Now}}
	s.begin(repo, tree)
	program, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	config := Config{
		Repo: repo, Work: filepath.Join(root, "git"), Hook: program, Desk: s, Refs: s, Limits: Usual(),
		Pushed: func(_ context.Context, _ rights.Officer, moves []gitrepo.Move) {
			s.mu.Lock()
			defer s.mu.Unlock()
			s.pushes = append(s.pushes, moves...)
		},
		Client:  func(context.Context) netip.Addr { return netip.MustParseAddr("192.0.2.7") },
		Request: func(context.Context) string { return "TEST" }, Now: time.Now,
		Log: slog.New(slog.NewTextHandler(&s.log, nil)),
	}
	change(&config)
	if s.Server, err = New(config); err != nil {
		t.Fatal(err)
	}
	web := httptest.NewServer(s.Server)
	t.Cleanup(web.Close)
	s.url = web.URL + strings.TrimSuffix(Prefix, "/")
	return s
}

// sample is the content of two agencies.
var sample = gitrepotest.Template{Fill: func(pack *gitrepo.Pack) (gitrepo.Hash, error) {
	return pack.AddFS(os.DirFS("../../../content"), func(p string) bool {
		rest, below := strings.CutPrefix(p, "agencies/")
		ours := strings.HasPrefix(rest, "mfa") || strings.HasPrefix(rest, "mot/dlt") || rest == "mot" || rest == "mot/agency.yaml"
		return corpus.Ignored(p) || below && !ours
	})
}}

// begin makes main of a content.
func (s *station) begin(repo *gitrepo.Repository, tree gitrepo.Hash) {
	s.t.Helper()
	pack, err := repo.NewPack()
	s.must(err)
	message, err := proof.Trailers{Stage: proof.Bootstrap, Officer: opdc.ID}.Message("First content")
	s.must(err)
	who := gitrepo.Person{Name: "khumue", Email: "khumue@users.invalid", At: time.Now()}
	root := gitrepo.Change{Tree: tree, Author: who, Committer: who, Message: message}
	commit, err := pack.Add(gitrepo.Commit, root.Append(nil))
	s.must(err)
	s.must(pack.Close())
	s.must(repo.Refs().Begin(map[string]gitrepo.Hash{gitrepo.Main: commit}))
}

func (s *station) must(err error) {
	s.t.Helper()
	if err != nil {
		s.t.Fatal(err)
	}
}

// fsck holds the repository to git's own rules.
func (s *station) fsck() {
	s.t.Helper()
	if out, err := git(s.Repo.Dir(), "fsck", "--strict", "--no-dangling").CombinedOutput(); err != nil {
		s.t.Errorf("fsck: %v: %s", err, out)
	}
}

func git(dir string, args ...string) *exec.Cmd {
	cmd := exec.Command("git", args...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "GIT_CONFIG_NOSYSTEM=1", "GIT_CONFIG_GLOBAL="+os.DevNull, "GIT_TERMINAL_PROMPT=0", "LC_ALL=C.UTF-8", "GIT_TRACE_PACKET="+os.Getenv("TRACE"))
	return cmd
}

// desk is a clone on the machine of a person.
type desk struct {
	s   *station
	by  rights.Officer
	dir string
}

// at is the address of the repository with a person's token in it.
func (s *station) at(token string) string {
	return strings.Replace(s.url, "http://", "http://me:"+token+"@", 1)
}

// clone clones the content for a person.
func (s *station) clone(by rights.Officer, options ...string) *desk {
	s.t.Helper()
	dir, err := os.MkdirTemp(s.root, "desk-")
	s.must(err)
	out, err := git(s.root, append(append([]string{"clone", "--quiet"}, options...), s.at(string(by.ID)), dir)...).CombinedOutput()
	if err != nil {
		s.t.Fatalf("git clone %v: %v: %s%s", options, err, out, s.log.String())
	}
	d := &desk{s, by, dir}
	d.git("config", "user.name", string(by.ID))
	d.git("config", "user.email", string(by.ID)+"@users.invalid")
	return d
}

// try runs git, and returns what it says.
func (d *desk) try(args ...string) (string, error) {
	out, err := git(d.dir, args...).CombinedOutput()
	return string(out), err
}

func (d *desk) git(args ...string) string {
	d.s.t.Helper()
	out, err := d.try(args...)
	if err != nil {
		d.s.t.Fatalf("git %s: %v: %s%s", strings.Join(args, " "), err, out, d.s.log.String())
	}
	return strings.TrimSpace(out)
}

func (d *desk) read(name string) string {
	d.s.t.Helper()
	data, err := os.ReadFile(filepath.Join(d.dir, filepath.FromSlash(name)))
	d.s.must(err)
	return string(data)
}

func (d *desk) write(name, text string) {
	d.s.t.Helper()
	file := filepath.Join(d.dir, filepath.FromSlash(name))
	d.s.must(os.MkdirAll(filepath.Dir(file), 0o755))
	d.s.must(os.WriteFile(file, []byte(text), 0o644))
}

// replace puts other words into a file, once.
func (d *desk) replace(name, old, new string) {
	d.s.t.Helper()
	was := d.read(name)
	if !strings.Contains(was, old) {
		d.s.t.Fatalf("%s has no %q", name, old)
	}
	d.write(name, strings.Replace(was, old, new, 1))
}

// commit keeps all that was changed.
func (d *desk) commit() string {
	d.s.t.Helper()
	d.git("add", "--all", "--sparse")
	d.git("commit", "--quiet", "--message", "แก้ไข")
	return d.git("rev-parse", "HEAD")
}

const key = "aaaaaa"

func draftRef(id catalog.ManualID, key string) string {
	return fmt.Sprintf("refs/heads/draft/%s/%s", id, key)
}

func TestAManualIsRevisedInAnEditor(t *testing.T) {
	s := open(t)
	d := s.clone(author, "--filter=blob:none", "--no-checkout")
	d.git("sparse-checkout", "set", folder)
	d.git("checkout", "--quiet", main)
	if _, err := os.Stat(filepath.Join(d.dir, "agencies/mfa")); err == nil {
		t.Error("the whole content was checked out")
	}
	d.replace(folder+"/manual.md", "\n---\n", "\n---\nเพิ่มเติม\n\n")
	first := d.commit()
	out := d.git("push", "origin", "HEAD:"+draftRef(subject, key))
	if !strings.Contains(out, "บันทึกแล้ว") || !strings.Contains(out, "Kept.") {
		t.Errorf("the answer does not say that it was kept: %s", out)
	}
	h, err := s.book.Load(review.Ref{State: review.Draft, Manual: subject, Key: key})
	s.must(err)
	if h.Folder != folder || h.Agency != "dlt" || len(h.Contributors) != 1 || h.Contributors[0] != author.ID {
		t.Errorf("the draft is read as %+v", h)
	}
	base, err := s.Repo.Refs().Get(gitrepo.Main)
	s.must(err)
	if gitrepo.Hash(h.Base.Commit) != base || h.Base.Tree.IsZero() {
		t.Errorf("it began at %v, want %v and the folder there", h.Base, base)
	}
	d.replace(folder+"/manual.md", "เพิ่มเติม", "เพิ่มเติมอีก")
	second := d.commit()
	d.git("push", "origin", "HEAD:"+draftRef(subject, key))
	if len(s.pushes) != 2 || s.pushes[0].New.String() != first || s.pushes[1].New.String() != second || s.pushes[1].Old.String() != first {
		t.Errorf("the daemon was told of %v", s.pushes)
	}
	s.fsck()
}
