package sqlstore

import (
	"bytes"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"khumue/internal/fault"
	"khumue/syncd/internal/staff"
	"khumue/syncd/internal/staff/stafftest"
)

func TestEachTableIsInABackupOrLeftOutOnPurpose(t *testing.T) {
	onEach(t, func(t *testing.T, name string) {
		s := mustOpen(t, name)
		tables, err := func() (out []string, err error) {
			err = s.engine.read(t.Context(), func(h handle) error {
				out, err = column[string](t.Context(), h, s.engine.dialect().tables)
				return err
			})
			return out, err
		}()
		want := slices.Sorted(slices.Values(append(Kept(), forgotten...)))
		if slices.Sort(tables); err != nil || !slices.Equal(tables, want) {
			t.Errorf("got %v, %v, want %v", tables, err, want)
		}
	})
}

// oneUser is a dump of users.
func oneUser(t *testing.T) string {
	t.Helper()
	s := mustOpen(t, databases[0].empty(t))
	book(t, s).Write(func(r staff.Records) error { return r.PutUser(stafftest.User(1)) })
	var out bytes.Buffer
	err := s.Snapshot(t.Context(), func(snap *Snapshot) error { _, err := snap.Dump(&out, "users"); return err })
	if err != nil {
		t.Fatal(err)
	}
	return out.String()
}

func TestLoadingRefusesWhatIsNoDumpAndLeavesNothing(t *testing.T) {
	user := oneUser(t)
	grant := `{"agency":"dlt","ended":0,"ended_by":"","given_by":"","holder":"o-nobody","id":"1","point":"","role":"author","since":1,"source":"token"}`
	for i, c := range []struct{ name, table, dump string }{
		{"no JSON", "users", "hello\n"},
		{"a row of another form", "users", "[1]\n"},
		{"a row that is cut short", "users", user[:len(user)/2]},
		{"a column that is missing", "users", strings.Replace(user, `"issuer"`, `"other"`, 1)},
		{"a column more", "users", strings.Replace(user, `{`, `{"more":1,`, 1)},
		{"a text for a number", "users", strings.Replace(user, `"disabled":0`, `"disabled":"0"`, 1)},
		{"a number for a text", "users", strings.Replace(user, `"subject":"s1"`, `"subject":1`, 1)},
		{"a fraction", "users", strings.Replace(user, `"disabled":0`, `"disabled":0.5`, 1)},
		{"a number that is too large", "users", strings.Replace(user, `"disabled":0`, `"disabled":1e30`, 1)},
		{"nothing for a text", "users", strings.Replace(user, `"subject":"s1"`, `"subject":null`, 1)},
		{"a NUL", "users", strings.Replace(user, `"subject":"s1"`, `"subject":"\u0000"`, 1)},
		{"one row twice", "users", user + user},
		{"a grant of nobody", "grants", grant},
		{"a row that is too long", "users", strings.Repeat("x", maxRow+1)},
		{"a table that there is not", "users; DROP TABLE users", user},
		{"a table that is not restored", "sessions", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			name := databases[i%len(databases)].empty(t) // one in turn, for the rows are judged before a database sees them
			_, err := loadAt(t.Context(), at(name), 1, func(l *Loader) error { _, err := l.Table(c.table, strings.NewReader(c.dump)); return err })
			if !errors.Is(err, fault.Invalid) {
				t.Errorf("got error %v, want one of kind %q", err, fault.Invalid)
			}
			nothingAt(t, name)
		})
	}
}

// nothingAt fails the test unless a database can be made there.
func nothingAt(t *testing.T, name string) {
	t.Helper()
	if list, _ := os.ReadDir(filepath.Dir(name)); !isPostgres(name) && len(list) > 0 {
		t.Errorf("left behind: %v", list)
	}
	if _, err := openAsIs(t.Context(), at(name)); !errors.Is(err, fault.NotFound) {
		t.Errorf("got error %v, want one of kind %q", err, fault.NotFound)
	}
	mustOpen(t, name)
}

func TestLoadingRefusesAVersionThatItDoesNotKnow(t *testing.T) {
	for _, v := range []int64{0, -1, newest() + 1} {
		if _, err := Load(t.Context(), databases[0].empty(t), v, nil); !errors.Is(err, fault.Invalid) {
			t.Errorf("version %d: got error %v, want one of kind %q", v, err, fault.Invalid)
		}
	}
}

func TestWhatAKilledRestoreLeftIsNoDatabaseAndIsCleared(t *testing.T) {
	user := oneUser(t)
	onEach(t, func(t *testing.T, name string) {
		load := func() *Loaded {
			t.Helper()
			l, err := loadAt(t.Context(), at(name), 1, func(l *Loader) error { _, err := l.Table("users", strings.NewReader(user)); return err })
			if err != nil {
				t.Fatal(err)
			}
			return l
		}
		load() // and no more is heard of it
		if _, err := openAsIs(t.Context(), at(name)); err == nil {
			t.Error("a database that was not kept was opened")
		}
		if err := load().Keep(t.Context()); err != nil {
			t.Fatal(err)
		}
		book(t, mustOpen(t, name)).Write(func(r staff.Records) error { _, err := r.User(stafftest.ID(1)); return err })
		if _, err := loadAt(t.Context(), at(name), 1, nil); !errors.Is(err, fault.Conflict) {
			t.Errorf("loading into what is there: got error %v, want one of kind %q", err, fault.Conflict)
		}
	})
}

func TestASnapshotStaysAsItWas(t *testing.T) {
	onEach(t, func(t *testing.T, name string) {
		s := mustOpen(t, name)
		err := s.Snapshot(t.Context(), func(snap *Snapshot) error {
			book(t, s).Write(func(r staff.Records) error { return r.PutUser(stafftest.User(1)) })
			if n, err := snap.Dump(io.Discard, "users"); n != 0 || err != nil {
				t.Errorf("got %d rows, %v, want none of later", n, err)
			}
			if _, err := snap.Dump(io.Discard, "sessions"); err == nil {
				t.Error("sessions were dumped")
			}
			return nil
		})
		if err != nil {
			t.Error(err)
		}
	})
}
