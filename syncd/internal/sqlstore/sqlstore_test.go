package sqlstore

import (
	"bytes"
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"khumue/internal/testkit"
	"khumue/syncd/internal/answers"
	"khumue/syncd/internal/answers/answerstest"
	"khumue/syncd/internal/delays"
	"khumue/syncd/internal/delays/delaystest"
	"khumue/syncd/internal/enrol"
	"khumue/syncd/internal/enrol/enroltest"
	"khumue/syncd/internal/inbox"
	"khumue/syncd/internal/inbox/inboxtest"
	"khumue/syncd/internal/licences"
	"khumue/syncd/internal/licences/licencestest"
	"khumue/syncd/internal/manuals"
	"khumue/syncd/internal/manuals/manualstest"
	"khumue/syncd/internal/outbox"
	"khumue/syncd/internal/outbox/outboxtest"
	"khumue/syncd/internal/staff"
	"khumue/syncd/internal/staff/stafftest"
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
	{"SQLite", func(t testing.TB) string { return filepath.Join(t.TempDir(), "khumue 100% #1?.db") }},
	{"PostgreSQL", func(t testing.TB) string { return server.Database(t) }},
	{"sealed SQLite", func(t testing.TB) string { return filepath.Join(t.TempDir(), "khumue 100% #1?"+sealedEnd) }},
}

// sealedEnd is how the names of files end that are sealed, in tests.
const sealedEnd = ".sealed"

var testKey = bytes.Repeat([]byte{7}, SealedKey)

// at is the place of a name.
func at(name string) place {
	if strings.HasSuffix(name, sealedEnd) {
		return place{name, testKey, sealing}
	}
	return place{name: name}
}

// empties are files of databases that have tables and no rows, made once.
var empties = map[bool]func() ([]byte, error){
	false: sync.OnceValues(func() ([]byte, error) { return emptyFile("k.db") }),
	true:  sync.OnceValues(func() ([]byte, error) { return emptyFile("k" + sealedEnd) }),
}

func emptyFile(name string) (src []byte, err error) {
	dir, err := os.MkdirTemp("", "khumue-empty-")
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	name = filepath.Join(dir, name)
	s, err := openAt(context.Background(), at(name))
	if err != nil {
		return nil, err
	}
	if err := s.Close(); err != nil {
		return nil, err
	}
	return os.ReadFile(name)
}

// mustOpen opens a database until the test ends.
func mustOpen(t testing.TB, name string) *Store {
	t.Helper()
	if _, err := os.Stat(name); !isPostgres(name) && errors.Is(err, fs.ErrNotExist) {
		src, err := empties[at(name).key != nil]()
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, src, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	s, err := openAt(context.Background(), at(name))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

// onEach runs a test with an empty database of each kind.
func onEach(t *testing.T, test func(t *testing.T, name string)) {
	for _, d := range databases {
		t.Run(d.name, func(t *testing.T) { test(t, d.empty(t)) })
	}
}

func TestBothDatabasesKeepWhatAStorePromises(t *testing.T) {
	for _, d := range databases {
		t.Run(d.name, func(t *testing.T) {
			stafftest.Run(t, func(t testing.TB) staff.Store { return mustOpen(t, d.empty(t)) })
		})
	}
}

func TestBothDatabasesKeepWhatTheIntakeOfAnswersPromises(t *testing.T) {
	for _, d := range databases {
		t.Run(d.name, func(t *testing.T) {
			answerstest.Run(t, func(t testing.TB) answers.Store { return mustOpen(t, d.empty(t)).Answers() })
		})
	}
}

func TestBothDatabasesKeepWhatTheDeskOfLicencesPromises(t *testing.T) {
	for _, d := range databases {
		t.Run(d.name, func(t *testing.T) {
			licencestest.Run(t, func(t testing.TB) licences.Store { return mustOpen(t, d.empty(t)).Licences() })
		})
	}
}

func TestBothDatabasesKeepWhatTheDeskOfManualsPromises(t *testing.T) {
	for _, d := range databases {
		t.Run(d.name, func(t *testing.T) {
			manualstest.Run(t, func(t testing.TB) (manuals.Store, staff.Store) {
				s := mustOpen(t, d.empty(t))
				return s.Manuals(), s
			})
		})
	}
}

func TestBothDatabasesKeepWhatTheDeskOfLateRequestsPromises(t *testing.T) {
	for _, d := range databases {
		t.Run(d.name, func(t *testing.T) {
			delaystest.Run(t, func(t testing.TB) delays.Store { return mustOpen(t, d.empty(t)).Delays() })
		})
	}
}

func TestBothDatabasesKeepWhatTheInboxPromises(t *testing.T) {
	for _, d := range databases {
		t.Run(d.name, func(t *testing.T) {
			inboxtest.Run(t, func(t testing.TB) inbox.Store { return mustOpen(t, d.empty(t)).Inbox() })
		})
	}
}

func TestBothDatabasesKeepWhatTheOutboxPromises(t *testing.T) {
	for _, d := range databases {
		t.Run(d.name, func(t *testing.T) {
			outboxtest.Run(t, func(t testing.TB) outbox.Store { return mustOpen(t, d.empty(t)).Outbox() })
		})
	}
}

func TestBothDatabasesKeepWhatEnrolmentPromises(t *testing.T) {
	for _, d := range databases {
		t.Run(d.name, func(t *testing.T) {
			enroltest.Run(t, func(t testing.TB) enrol.Store { return mustOpen(t, d.empty(t)).Enrol() })
		})
	}
}
