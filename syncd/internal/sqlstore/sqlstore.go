// Package sqlstore keeps the records of the daemon in SQLite, or in PostgreSQL
// where one machine is outgrown; those of an office in a SQLite file that is sealed.
// It is the door to database/sql.
//
// What a transaction may do is staff.Records, or manuals.Records; both databases
// pass one suite of each. A
// database that can not be reached, is full or is damaged is a failure of kind
// Unavailable; after a failed write to the disk nothing is acknowledged any
// more until the daemon starts anew. The package knows no rules: who may do
// what is decided before it is asked.
//
// User text reaches the database as parameters alone. What lists are ordered by
// is chosen from tables in this package, and so are all names in its SQL.
package sqlstore

import (
	"context"
	"database/sql"
	"strings"

	"khumue/syncd/internal/inbox"
	"khumue/syncd/internal/outbox"
	"khumue/syncd/internal/staff"
)

// Store is an open database. Its methods may be called from several goroutines.
type Store struct {
	engine engine
	shelf  shelf
}

var _ staff.Store = (*Store)(nil)

// engine is a kind of database.
type engine interface {
	// read runs do on one moment of the database. Nothing that it writes is
	// accepted.
	read(ctx context.Context, do func(handle) error) error
	// write runs do alone, or as if alone, and makes what it wrote durable; or
	// undoes it, when do or the database fails.
	write(ctx context.Context, do func(handle) error) error
	// share is write, but that the commit may be shared with others that do the same,
	// so that it may come a little later. What do waits for does not itself wait for a
	// shared commit.
	share(ctx context.Context, do func(handle) error) error
	// gather has what is shared under the context that it returns not wait for its
	// commit: kept does, for all of it.
	gather(ctx context.Context) (_ context.Context, kept func() error)
	// once is write, but that do is never run again.
	once(ctx context.Context, do func(handle) error) error
	dialect() dialect
	close() error
}

// handle is an open transaction. Its errors are explained.
type handle interface {
	query(ctx context.Context, query string, args ...any) (*sql.Rows, error)
	exec(ctx context.Context, query string, args ...any) (sql.Result, error)
	explain(err error) error
}

// Open opens a database, making or migrating it first. The name is the path of a
// SQLite file, or the address of a PostgreSQL database (postgres://…). A file
// or database of something else, one that a newer program has migrated, and one
// that a restore left unfinished are refused with an error of kind Invalid; what
// can not be reached is one of kind Unavailable.
func Open(ctx context.Context, name string) (*Store, error) {
	return openAt(ctx, place{name: name})
}

// place is where a database is.
type place struct {
	name string // path of a file, or address of a PostgreSQL database
	key  []byte // of a sealed file; nil: it is not sealed
	vfs  string // of a sealed file: which of SQLite's file systems seals
}

func openAt(ctx context.Context, p place) (*Store, error) {
	if err := migrate(ctx, p, newest()); err != nil {
		return nil, err
	}
	s, err := openAsIs(ctx, p)
	if err != nil {
		return nil, err
	}
	if err := s.settle(ctx); err != nil {
		s.Close()
		return nil, err
	}
	return s, nil
}

// OpenAsIs opens a database that is there, without migrating it: for a backup
// beside a running daemon.
func OpenAsIs(ctx context.Context, name string) (*Store, error) {
	return openAsIs(ctx, place{name: name})
}

func openAsIs(ctx context.Context, p place) (*Store, error) {
	e, err := connect(ctx, p)
	if err != nil {
		return nil, err
	}
	s := &Store{engine: e}
	if err := s.check(ctx); err != nil {
		s.Close()
		return nil, err
	}
	return s, nil
}

// connect opens a database without looking at what is in it.
func connect(ctx context.Context, p place) (engine, error) {
	if isPostgres(p.name) {
		return openPostgres(ctx, p.name)
	}
	return openLite(ctx, p)
}

func isPostgres(name string) bool {
	return strings.HasPrefix(name, "postgres://") || strings.HasPrefix(name, "postgresql://")
}

// Close waits for transactions that run, and closes the database.
func (s *Store) Close() error { return s.engine.close() }

// Read runs do on one moment of the database.
func (s *Store) Read(ctx context.Context, do func(staff.Records) error) error {
	return s.read(ctx, func(r *records) error { return do(r) })
}

// Write runs do as if alone, and makes durable what it wrote. When something
// that do asked for failed but for not being found, all is undone, whatever do
// returns: PostgreSQL can not go on from there, and SQLite shall not.
func (s *Store) Write(ctx context.Context, do func(staff.Records) error) error {
	return s.write(ctx, func(r *records) error { return do(r) })
}

func (s *Store) read(ctx context.Context, do func(*records) error) error {
	return s.engine.read(ctx, func(h handle) error {
		return do(&records{ctx: ctx, handle: h, dialect: s.engine.dialect(), shelf: &s.shelf})
	})
}

// write is what every writing transaction goes through. What its context bears is
// written with it: the deed of an office's action, with the first that changes
// anything; at the centre, that an office's operation is done. What offices did shares
// commits.
func (s *Store) write(ctx context.Context, do func(*records) error) error {
	if inbox.Working(ctx) {
		return s.writeBy(ctx, s.engine.share, do)
	}
	return s.writeBy(ctx, s.engine.write, do)
}

// share is write for what can wait a little.
func (s *Store) share(ctx context.Context, do func(*records) error) error {
	return s.writeBy(ctx, s.engine.share, do)
}

func (s *Store) writeBy(ctx context.Context, run func(context.Context, func(handle) error) error, do func(*records) error) error {
	settling := inbox.Settling(ctx)
	slip, carried, sheaf := outbox.Noted(ctx), false, outbox.Bound(ctx)
	err := run(ctx, func(h handle) (err error) {
		r := &records{ctx: ctx, handle: h, dialect: s.engine.dialect(), shelf: &s.shelf}
		if err := do(r); err != nil {
			return err
		}
		if err := r.settle(settling); err != nil {
			return err
		}
		if carried, err = r.carry(slip); err != nil {
			return err
		}
		if sheaf != nil {
			if err := sheaf.Write(tray{r}); err != nil {
				return err
			}
		}
		return r.failed
	})
	if err == nil && settling != nil {
		settling.Written()
	}
	if err == nil && carried {
		slip.Commit()
	}
	if err == nil && sheaf != nil {
		sheaf.Commit()
	}
	return err
}

// Ping returns an error of kind Unavailable when the database can not be read,
// or has stopped accepting writes.
func (s *Store) Ping(ctx context.Context) error {
	_, err := s.Epoch(ctx)
	if l, ok := s.engine.(*lite); ok && err == nil {
		return l.stopped()
	}
	return err
}
