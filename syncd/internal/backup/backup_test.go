package backup

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"khumue/internal/calendar"
	"khumue/internal/catalog"
	"khumue/internal/fault"
	"khumue/internal/gitrepo"
	"khumue/internal/testkit"
	"khumue/syncd/internal/answers/answerstest"
	"khumue/syncd/internal/delays"
	"khumue/syncd/internal/delays/delaystest"
	"khumue/syncd/internal/enrol/enroltest"
	"khumue/syncd/internal/inbox/inboxtest"
	"khumue/syncd/internal/intake"
	"khumue/syncd/internal/licences/licencestest"
	"khumue/syncd/internal/manuals"
	"khumue/syncd/internal/manuals/manualstest"
	"khumue/syncd/internal/mirror"
	"khumue/syncd/internal/misses"
	"khumue/syncd/internal/outbox/outboxtest"
	"khumue/syncd/internal/sqlstore"
	"khumue/syncd/internal/staff"
	"khumue/syncd/internal/staff/stafftest"
	"khumue/syncd/internal/summary"
	"khumue/syncd/internal/trail"
)

var server testkit.Postgres

func TestMain(m *testing.M) {
	code := m.Run()
	server.Close()
	os.Exit(code)
}

// databases are the kinds of database, each with a way to an empty one.
var databases = []struct {
	name  string
	empty func(testing.TB) string
}{
	{"SQLite", func(t testing.TB) string { return filepath.Join(t.TempDir(), "khumue.db") }},
	{"PostgreSQL", func(t testing.TB) string { return server.Database(t) }},
}

func mustOpen(t testing.TB, name string) *sqlstore.Store {
	t.Helper()
	s, err := sqlstore.Open(context.Background(), name)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

// said runs git on a repository.
func said(t testing.TB, dir string, args ...string) string {
	t.Helper()
	cmd := exec.Command("git", append([]string{"--git-dir", dir, "-c", "user.name=k", "-c", "user.email=k@users.invalid"}, args...)...)
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("git %v: %v: %s", args, err, out)
	}
	return strings.TrimSpace(string(out))
}

// commit makes a commit and returns its hash.
func commit(t testing.TB, dir, message string, parents ...string) string {
	t.Helper()
	args := []string{"commit-tree", "4b825dc642cb6eb9a060e54bf8d69288fbee4904", "-m", message}
	for _, p := range parents {
		args = append(args, "-p", p)
	}
	return said(t, dir, args...)
}

func desk(t testing.TB, s *sqlstore.Store) manualstest.Book {
	return manualstest.Book{T: t, Store: s.Manuals()}
}

// office is a source with people and revisions.
func office(t testing.TB, database string) Source {
	t.Helper()
	repo, err := gitrepo.Init(filepath.Join(t.TempDir(), "content.git"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { repo.Close() })
	dir := repo.Dir()
	cmd := exec.Command("git", "--git-dir", dir, "mktree")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	first := commit(t, dir, "first")
	said(t, dir, "update-ref", "refs/heads/main", commit(t, dir, "second", first))
	said(t, dir, "update-ref", "refs/heads/draft/dlt-7f3k5q/abc234", commit(t, dir, "draft", first))
	said(t, dir, "update-ref", "refs/heads/archive/old", commit(t, dir, "archived"))
	said(t, dir, "tag", "-a", "-m", "a tag", "v1", first)
	s := Source{Store: mustOpen(t, database), Git: repo, Gate: Gate{Dir: t.TempDir()}, Temp: t.TempDir(),
		Now: func() time.Time { return time.Date(2026, 11, 22, 3, 0, 0, 0, time.UTC) }}
	stafftest.Book{T: t, Store: s.Store}.Write(func(r staff.Records) error {
		odd := stafftest.User(3)
		odd.Name, odd.Issuer, odd.Subject = "O'Brien <b> \\ \u2028 \"ขวัญ\"\n𝒳", "", ""
		used := stafftest.Token(1, stafftest.Held(catalog.RoleAuthor, "dlt", ""))
		used.UsedAt, used.UsedBy = stafftest.At(3), stafftest.ID(1)
		return errors.Join(r.PutUser(stafftest.User(1)), r.PutUser(stafftest.User(2)), r.PutUser(odd),
			r.PutGrant(stafftest.Grant(1, stafftest.ID(1), used.Grant)), r.PutToken(used), r.PutToken(stafftest.Token(2, used.Grant)),
			r.PutSession(stafftest.Session(1, stafftest.ID(1))), r.Try("k", stafftest.At(1)),
			r.Record(stafftest.Entry(1, stafftest.ID(1), "token.redeem", "dlt")))
	})
	desk(t, s.Store).Write(func(r manuals.Records) error {
		m := manualstest.Published(manualstest.Manual(1, "dlt"), 1)
		said := manualstest.Comment(1, m.ID)
		said.Text = "O'Brien <b>\n𝒳"
		return errors.Join(r.PutManual(m), r.PutPublication(m.Published), r.PutOpen(manualstest.Draft(m, 1, stafftest.ID(1))), r.SetMark(m.Published.Commit),
			r.PutComment(said), r.PutDelegation(manualstest.Delegation(1, stafftest.ID(1), stafftest.ID(2), 1, 2)),
			r.AddNotice(manualstest.Notice(1, stafftest.ID(1))), r.SetMailOf(stafftest.ID(1), manuals.MailNone))
	})
	err = s.Store.Intake().Write(t.Context(), func(r intake.Records) error {
		return errors.Join(r.Remember([]string{"manual/dlt-a\t0123456789abcdef\tmanual:number:1"}), r.PutNotes("dlt-a", []intake.Note{{Row: 2, Level: "mended"}}))
	})
	if err != nil {
		t.Fatal(err)
	}
	err = s.Store.Misses().Write(t.Context(), func(r misses.Records) error {
		return r.AddMiss("ต่อใบขับขี่รถเครื่อง", 3, calendar.NewDate(2026, 11, 20))
	})
	if err != nil {
		t.Fatal(err)
	}
	answerstest.Fill(answerstest.Book{T: t, Store: s.Store.Answers()})
	licencestest.Fill(licencestest.Book{T: t, Store: s.Store.Licences()})
	delaystest.Fill(delaystest.Book{T: t, Store: s.Store.Delays()})
	enroltest.Fill(enroltest.Book{T: t, Store: s.Store.Enrol()})
	inboxtest.Fill(inboxtest.Book{T: t, Store: s.Store.Inbox()})
	outboxtest.Fill(outboxtest.Book{T: t, Store: s.Store.Outbox()})
	if err := s.Store.Refs().Move(t.Context(), []gitrepo.Move{{Ref: gitrepo.Main, New: gitrepo.Hash{1}}}); err != nil {
		t.Fatal(err)
	}
	err = s.Store.Summary().Write(t.Context(), func(r summary.Records) error {
		return r.PutView(summary.View{ID: "view-1", Officer: stafftest.ID(1), Name: "ทุกเดือน", Asked: "unit=dlt", Monthly: true, Made: time.Date(2026, 11, 20, 3, 0, 0, 0, time.UTC)})
	})
	if err != nil {
		t.Fatal(err)
	}
	err = s.Store.Mirror().Write(t.Context(), func(r mirror.Records) error {
		return errors.Join(r.SetNote("cursor", "AbC-_"), r.Hold("person", "o-1", "v1"))
	})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// records is all that a backup has to bring back.
type records struct {
	Users   []staff.User
	History []staff.Grant
	Tokens  []staff.Token
	Trail   []trail.Entry
	Said    []manuals.Comment
	Gave    []manuals.Delegation
	Told    []manuals.Notice
	Mail    manuals.Mail
	Brought []string
	Noted   []intake.Note
	Missed  []misses.Miss
	Survey  answerstest.Everything
	Returns licencestest.Everything
	Late    []delays.Record
	Sends   outboxtest.Everything
	Pins    []gitrepo.Ref
	Views   []summary.View
	Refs    string
}

func recordsOf(t testing.TB, s *sqlstore.Store, git string) records {
	t.Helper()
	out := stafftest.Read(stafftest.Book{T: t, Store: s}, func(r staff.Records) (out records, err error) {
		var errs [4]error
		out.Users, _, errs[0] = r.FindUsers(staff.UserFilter{})
		out.History, errs[1] = r.GrantsOf(stafftest.ID(1))
		out.Tokens, _, errs[2] = r.FindTokens(staff.TokenFilter{})
		out.Trail, errs[3] = r.FindEntries(trail.Filter{})
		return out, errors.Join(errs[:]...)
	})
	manualstest.Read(desk(t, s), func(r manuals.Records) (none int, _ error) {
		var errs [4]error
		out.Said, errs[0] = r.Comments(manualstest.ID("dlt", 1))
		out.Gave, errs[1] = r.DelegationsOf(stafftest.ID(1))
		out.Told, errs[2] = r.Notices(stafftest.ID(1), trail.Page{})
		out.Mail, errs[3] = r.MailOf(stafftest.ID(1))
		return none, errors.Join(errs[:]...)
	})
	err := s.Intake().Read(t.Context(), func(r intake.Records) (err error) {
		if out.Brought, err = r.Remembered(); err == nil {
			out.Noted, err = r.Notes("dlt-a")
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	err = s.Misses().Read(t.Context(), func(r misses.Records) (err error) {
		out.Missed, _, err = r.Misses(misses.Filter{})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	out.Survey = answerstest.All(answerstest.Book{T: t, Store: s.Answers()})
	out.Returns = licencestest.All(licencestest.Book{T: t, Store: s.Licences()})
	out.Late = delaystest.All(delaystest.Book{T: t, Store: s.Delays()})
	out.Sends = outboxtest.All(outboxtest.Book{T: t, Store: s.Outbox()})
	err = s.Summary().Read(t.Context(), func(r summary.Records) (err error) { out.Views, err = r.Views(stafftest.ID(1)); return err })
	if err != nil || len(out.Views) == 0 {
		t.Fatalf("%d views, %v", len(out.Views), err)
	}
	if out.Pins, err = s.Refs().Refs("refs/"); err != nil || len(out.Pins) == 0 {
		t.Fatalf("%d refs, %v", len(out.Pins), err)
	}
	out.Refs = said(t, git, "for-each-ref", "--format=%(objectname) %(refname)")
	return out
}

func written(t testing.TB, s Source) []byte {
	t.Helper()
	var b bytes.Buffer
	if _, err := Write(context.Background(), &b, s); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestF44ABackupOfEitherDatabaseIsRestoredIntoEither(t *testing.T) {
	var archives [][]byte
	for _, from := range databases {
		s := office(t, from.empty(t))
		want := recordsOf(t, s.Store, s.Git.Dir())
		was, _ := s.Store.Epoch(t.Context())
		data := written(t, s)
		archives = append(archives, data)
		if left, err := os.ReadDir(s.Temp); err != nil || len(left) > 0 {
			t.Errorf("left in the temporary folder: %v, %v", left, err)
		}
		for _, to := range databases {
			t.Run(from.name+" to "+to.name, func(t *testing.T) {
				p := Place{Database: to.empty(t), Git: filepath.Join(t.TempDir(), "data", "content.git")}
				m, err := Restore(t.Context(), bytes.NewReader(data), p)
				if err != nil {
					t.Fatal(err)
				}
				if m.Epoch != was || !m.Made.Equal(s.Now()) {
					t.Errorf("got manifest %v of epoch %q", m, m.Epoch)
				}
				restored := mustOpen(t, p.Database)
				if diff := cmp.Diff(want, recordsOf(t, restored, p.Git)); diff != "" {
					t.Errorf("want -, got +\n%s", diff)
				}
				if epoch, err := restored.Epoch(t.Context()); err != nil || epoch == was {
					t.Errorf("got epoch %q, %v, want another than before", epoch, err)
				}
				book := stafftest.Book{T: t, Store: restored}
				if n := stafftest.Read(book, func(r staff.Records) (int, error) {
					ss, err := r.SessionsOf(stafftest.ID(1))
					return len(ss), err
				}); n != 0 {
					t.Error("a session came back")
				}
				manualstest.Read(desk(t, restored), func(r manuals.Records) (none int, _ error) {
					n, err := r.CountManuals(manuals.Filter{})
					refs, err2 := r.OpenRefs()
					if mark, err3 := r.Mark(); errors.Join(err, err2, err3) != nil || n+len(refs) > 0 || !mark.IsZero() {
						t.Errorf("the index came back: %d manuals, revisions %v, up to %s, %v %v %v", n, refs, mark, err, err2, err3)
					}
					return none, nil
				})
				said(t, p.Git, "fsck", "--strict")
				book.Write(func(r staff.Records) error { return r.PutUser(stafftest.User(9)) })
				if list, _ := os.ReadDir(filepath.Dir(p.Git)); len(list) != 1 {
					t.Errorf("left beside the repository: %v", list)
				}
				if _, err := Restore(t.Context(), bytes.NewReader(data), p); !errors.Is(err, fault.Conflict) {
					t.Errorf("a second restore: got error %v, want one of kind %q", err, fault.Conflict)
				}
			})
		}
	}
	a, _ := openArchive(bytes.NewReader(archives[0]))
	b, _ := openArchive(bytes.NewReader(archives[1]))
	for i, p := range a.Parts[:len(a.Parts)-1] {
		if p != b.Parts[i] {
			t.Errorf("the databases write the same records as %+v and %+v", p, b.Parts[i])
		}
	}
}

func TestAnEmptyPlaceIsBackedUpToo(t *testing.T) {
	repo, err := gitrepo.Init(filepath.Join(t.TempDir(), "content.git"))
	if err != nil {
		t.Fatal(err)
	}
	defer repo.Close()
	data := written(t, Source{Store: mustOpen(t, databases[0].empty(t)), Git: repo, Gate: Gate{t.TempDir()}, Now: time.Now, Temp: t.TempDir()})
	p := Place{Database: databases[0].empty(t), Git: filepath.Join(t.TempDir(), "content.git")}
	if _, err := Restore(t.Context(), bytes.NewReader(data), p); err != nil {
		t.Fatal(err)
	}
	again, err := gitrepo.Open(p.Git)
	if err != nil {
		t.Fatal(err)
	}
	again.Close()
}

func TestABackupOfAChangingPlaceIsOfOneMoment(t *testing.T) {
	for _, d := range databases {
		t.Run(d.name, func(t *testing.T) {
			s := office(t, d.empty(t))
			dir, parent := s.Git.Dir(), said(t, s.Git.Dir(), "rev-parse", "refs/heads/main")
			var commits []string
			for n := range 12 {
				commits = append(commits, commit(t, dir, fmt.Sprint("change ", n), parent))
			}
			stop, started := make(chan struct{}), make(chan struct{})
			var wg sync.WaitGroup
			wg.Go(func() { // each change is an entry and a ref, of one number
				for n := 0; ; n++ {
					select {
					case <-stop:
						return
					default:
					}
					if err := change(s, n, commits); err != nil {
						t.Error(err)
						return
					}
					if n == 2 {
						close(started)
					}
				}
			})
			<-started
			for range 3 {
				m, entries := backedUp(t, s)
				if got := m.Refs["refs/heads/published"]; got != commits[(entries-2)%len(commits)] {
					t.Errorf("with %d entries the ref is %s, want %s", entries, got, commits[(entries-2)%len(commits)])
				}
			}
			close(stop)
			wg.Wait()
		})
	}
}

// change changes database and repository together.
func change(s Source, n int, commits []string) error {
	leave, err := s.Gate.Enter(context.Background())
	if err != nil {
		return err
	}
	defer leave()
	err = s.Store.Write(context.Background(), func(r staff.Records) error {
		return r.Record(stafftest.Entry(1000+n, stafftest.ID(1), "manual.publish", "dlt"))
	})
	if err != nil {
		return err
	}
	h, err := gitrepo.ParseHash(commits[n%len(commits)])
	if err != nil {
		return err
	}
	old, err := s.Git.Refs().Get("refs/heads/published")
	if err != nil && !errors.Is(err, fault.NotFound) {
		return err
	}
	return s.Git.Refs().Update(context.Background(), gitrepo.Move{Ref: "refs/heads/published", Old: old, New: h})
}

// backedUp makes a backup, restores it, and returns how many entries it has.
func backedUp(t *testing.T, s Source) (Manifest, int) {
	t.Helper()
	p := Place{Database: databases[0].empty(t), Git: filepath.Join(t.TempDir(), "content.git")}
	m, err := Restore(t.Context(), bytes.NewReader(written(t, s)), p)
	if err != nil {
		t.Fatal(err)
	}
	book := stafftest.Book{T: t, Store: mustOpen(t, p.Database)}
	return m, stafftest.Read(book, func(r staff.Records) (int, error) { return r.CountEntries(trail.Filter{}) })
}

func TestABackupFileIsThereWhollyOrNotAtAll(t *testing.T) {
	s := office(t, databases[0].empty(t))
	name := filepath.Join(t.TempDir(), "khumue.backup")
	if _, err := WriteFile(t.Context(), name, s); err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(name)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("got mode %v, %v", info.Mode(), err)
	}
	if _, err := WriteFile(t.Context(), name, s); !errors.Is(err, fault.Conflict) {
		t.Errorf("writing over a backup: got error %v, want one of kind %q", err, fault.Conflict)
	}
	other := filepath.Join(t.TempDir(), "khumue.backup")
	s.Store.Close()
	if _, err := WriteFile(t.Context(), other, s); err == nil {
		t.Error("a closed database was backed up")
	}
	if list, _ := os.ReadDir(filepath.Dir(other)); len(list) > 0 {
		t.Errorf("left of a backup that failed: %v", list)
	}
}

func TestTheGate(t *testing.T) {
	g := Gate{Dir: t.TempDir()}
	leave, err := g.Enter(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	second, err := g.Enter(t.Context())
	if err != nil {
		t.Fatalf("two may be inside: %v", err)
	}
	second()
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := g.Close(gone); !errors.Is(err, context.Canceled) {
		t.Errorf("closing while somebody is inside: got error %v, want %v", err, context.Canceled)
	}
	closed := make(chan func())
	go func() {
		open, err := g.Close(context.Background())
		if err != nil {
			t.Error(err)
		}
		closed <- open
	}()
	leave()
	open := <-closed
	if _, err := g.Enter(gone); !errors.Is(err, context.Canceled) {
		t.Errorf("entering while it is closed: got error %v, want %v", err, context.Canceled)
	}
	open()
	open()
	leave, err = g.Enter(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	leave()
}
