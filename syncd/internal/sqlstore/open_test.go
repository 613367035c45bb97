package sqlstore

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"khumue/internal/fault"
	"khumue/syncd/internal/staff"
	"khumue/syncd/internal/staff/stafftest"
)

func book(t testing.TB, s *Store) stafftest.Book { return stafftest.Book{T: t, Store: s} }

// raw runs statements past the store.
func raw(t testing.TB, name string, statements ...string) {
	t.Helper()
	var db *sql.DB
	var err error
	if isPostgres(name) {
		db, err = openPostgresDB(name, 1, nil)
	} else {
		db, err = openLiteDB(at(name), 1)
	}
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	for _, s := range statements {
		if _, err := db.Exec(s); err != nil {
			t.Fatalf("%s: %v", s, err)
		}
	}
}

func TestWhatWasWrittenIsThereAfterAnotherStart(t *testing.T) {
	onEach(t, func(t *testing.T, name string) {
		first := mustOpen(t, name)
		epoch, err := first.Epoch(t.Context())
		if err != nil || len(epoch) != 32 {
			t.Fatalf("got epoch %q, %v", epoch, err)
		}
		book(t, first).Write(func(r staff.Records) error { return r.PutUser(stafftest.User(1)) })
		if err := errors.Join(first.Ping(t.Context()), first.Close()); err != nil {
			t.Fatal(err)
		}
		second := mustOpen(t, name)
		stafftest.Read(book(t, second), func(r staff.Records) (staff.User, error) { return r.User(stafftest.ID(1)) })
		if again, err := second.Epoch(t.Context()); again != epoch || err != nil {
			t.Errorf("got epoch %q, %v, want that of before, %q", again, err, epoch)
		}
		if next, err := second.NewEpoch(t.Context()); next == epoch || err != nil {
			t.Errorf("got new epoch %q, %v", next, err)
		} else if now, err := second.Epoch(t.Context()); now != next || err != nil {
			t.Errorf("got epoch %q, %v, want the new one, %q", now, err, next)
		}
	})
}

func TestSeveralDaemonsMayMakeADatabaseAtOnce(t *testing.T) {
	onEach(t, func(t *testing.T, name string) {
		var wg sync.WaitGroup
		for range 4 {
			wg.Go(func() {
				s, err := openAt(context.Background(), at(name))
				if err != nil {
					t.Error(err)
					return
				}
				s.Close()
			})
		}
		wg.Wait()
	})
}

func TestOpeningRefuses(t *testing.T) {
	for _, c := range []struct {
		name  string
		spoil []string
		kind  fault.Kind
		says  string
	}{
		{"a database of a newer program", []string{`INSERT INTO schema_version (version_id, is_applied) VALUES (9999, true)`}, fault.Invalid, "newer"},
		{"a database whose restore was not finished", []string{`INSERT INTO meta (name, value) VALUES ('restoring', '1')`}, fault.Invalid, "not finished"},
		{"a database of another program with tables of these names", []string{`UPDATE meta SET value = 'other' WHERE name = 'app'`}, fault.Invalid, "another program"},
		{"a database of another program", []string{`DROP TABLE meta`}, fault.Invalid, "another program"},
	} {
		t.Run(c.name, func(t *testing.T) {
			onEach(t, func(t *testing.T, name string) {
				if err := mustOpen(t, name).Close(); err != nil {
					t.Fatal(err)
				}
				raw(t, name, c.spoil...)
				_, err := openAt(t.Context(), at(name))
				if !errors.Is(err, c.kind) || !strings.Contains(err.Error(), c.says) {
					t.Errorf("got error %v, want one of kind %q that says %q", err, c.kind, c.says)
				}
			})
		})
	}
}

func TestAFileOfSomethingElseIsRefusedAndLeftAsItWas(t *testing.T) {
	other := filepath.Join(t.TempDir(), "other.db")
	db, err := sql.Open("sqlite", other)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := db.Exec(`CREATE TABLE t (a)`); err != nil {
		t.Fatal(err)
	}
	db.Close()
	text := filepath.Join(t.TempDir(), "text.db")
	if err := os.WriteFile(text, bytes.Repeat([]byte("สวัสดี\n"), 100), 0o600); err != nil {
		t.Fatal(err)
	}
	short := filepath.Join(t.TempDir(), "short.db")
	if err := os.WriteFile(short, []byte("SQLite format 3\x00"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{other, text, short, t.TempDir()} {
		before, _ := os.ReadFile(name)
		if _, err := Open(t.Context(), name); !errors.Is(err, fault.Invalid) {
			t.Errorf("%s: got error %v, want one of kind %q", filepath.Base(name), err, fault.Invalid)
		}
		if after, _ := os.ReadFile(name); !bytes.Equal(before, after) {
			t.Errorf("%s was changed", filepath.Base(name))
		}
	}
}

func TestWhatIsNotThereIsNotReached(t *testing.T) {
	if _, err := Open(t.Context(), filepath.Join(t.TempDir(), "none", "k.db")); !errors.Is(err, fault.Unavailable) {
		t.Errorf("a file in no folder: got error %v, want one of kind %q", err, fault.Unavailable)
	}
	if _, err := Open(t.Context(), "postgres://khumue@/none?host="+t.TempDir()); !errors.Is(err, fault.Unavailable) {
		t.Errorf("a server that is not there: got error %v, want one of kind %q", err, fault.Unavailable)
	}
	_, err := Open(t.Context(), "postgres://khumue:secret@host:port/x")
	if !errors.Is(err, fault.Invalid) || strings.Contains(err.Error(), "secret") {
		t.Errorf("an address that is none: got error %v, want one of kind %q without the password", err, fault.Invalid)
	}
	onEach(t, func(t *testing.T, name string) {
		if _, err := openAsIs(t.Context(), at(name)); !errors.Is(err, fault.NotFound) {
			t.Errorf("got error %v, want one of kind %q", err, fault.NotFound)
		}
		if _, err := os.Stat(name); err == nil {
			t.Error("opening as it is made a file")
		}
	})
}

func TestAFullDatabaseRefusesUntilThereIsRoom(t *testing.T) {
	s := mustOpen(t, databases[0].empty(t))
	b := book(t, s)
	big := stafftest.User(2)
	big.Name = strings.Repeat("ก", 1<<20)
	b.Write(func(r staff.Records) error { return r.PutUser(stafftest.User(1)) })
	if err := pragma(s, "max_page_count = 60"); err != nil {
		t.Fatal(err)
	}
	b.Refuse("a disk that is full", fault.Unavailable, func(r staff.Records) error { return r.PutUser(big) })
	stafftest.Read(b, func(r staff.Records) (staff.User, error) { return r.User(stafftest.ID(1)) })
	if err := s.Ping(t.Context()); err != nil {
		t.Errorf("a full disk stops it for ever: %v", err)
	}
	// The connection was given up, and with it the limit.
	b.Write(func(r staff.Records) error { return r.PutUser(big) })
}

// pragma tells the connection that writes.
func pragma(s *Store, what string) error {
	l := s.engine.(*lite)
	if _, err := l.turns.wait(context.Background(), false); err != nil {
		return err
	}
	defer l.turns.next(false)
	err := l.ready(context.Background())
	if err == nil {
		_, err = l.session.conn.ExecContext(context.Background(), "PRAGMA "+what)
	}
	return err
}

func TestALostConnectionIsUnavailableAndComesBack(t *testing.T) {
	name := server.Database(t)
	s := mustOpen(t, name)
	b := book(t, s)
	b.Refuse("a connection that is lost", fault.Unavailable, func(r staff.Records) error {
		if err := r.PutUser(stafftest.User(1)); err != nil {
			return err
		}
		raw(t, name, `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()`)
		return r.PutUser(stafftest.User(2))
	})
	b.Write(func(r staff.Records) error { return r.PutUser(stafftest.User(2)) })
	equalInt(t, "users", stafftest.Read(b, func(r staff.Records) (n int, err error) { _, n, err = r.FindUsers(staff.UserFilter{}); return }), 1)
}

func equalInt(t *testing.T, what string, got, want int) {
	t.Helper()
	if got != want {
		t.Errorf("%s: got %d, want %d", what, got, want)
	}
}

func TestNamesThatAnotherVersionOrderedAreOrderedAnew(t *testing.T) {
	onEach(t, func(t *testing.T, name string) {
		s := mustOpen(t, name)
		a, z := stafftest.User(1), stafftest.User(2)
		a.Name, z.Name = "กานดา", "อรุณ"
		book(t, s).Write(func(r staff.Records) error { return errors.Join(r.PutUser(z), r.PutUser(a)) })
		s.Close()
		raw(t, name, `UPDATE users SET name_order = id, found_by = ''`, `UPDATE meta SET value = 'older' WHERE name = 'name_order'`)
		s = mustOpen(t, name)
		us := stafftest.Read(book(t, s), func(r staff.Records) (us []staff.User, err error) {
			us, _, err = r.FindUsers(staff.UserFilter{Down: true, Text: "อรุณ"})
			return us, err
		})
		if len(us) != 1 || us[0].ID != z.ID {
			t.Errorf("got %+v, want %s alone", us, z.Name)
		}
	})
}

func TestAQueryKeepsItsParametersApart(t *testing.T) {
	w := where{dialect: dialect{list: "(LIST ?)"}}
	w.and("a = ?", "?")
	in(&w, "b", []string{"?", "'"})
	w.and("c BETWEEN ? AND ?", 1, 2)
	if got, want := w.String(), " WHERE a = $1 AND b IN (LIST $2) AND c BETWEEN $3 AND $4"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if got, want := w.args[1], `["?","'"]`; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}
