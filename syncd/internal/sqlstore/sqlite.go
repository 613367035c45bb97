package sqlstore

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"sync/atomic"
	"time"

	_ "modernc.org/sqlite" // the driver
	sqlite3 "modernc.org/sqlite/lib"
)

var liteDialect = dialect{
	ordered: true,
	list:    "(SELECT value FROM json_each(?))",
	tables:  "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY name",
}

// lite is a SQLite file: one connection writes, a few read.
type lite struct {
	writing, reading *sql.DB
	turns            turns         // at the one that writes,
	convoyTime       time.Duration // how long a shared transaction takes more
	session          *session      // which is this
	readers          chan *session
	warm             chan *session         // the reader that was used last, which has most prepared
	broken           atomic.Pointer[error] // why nothing is written any more
	closed           atomic.Bool
	folder           string // that it is in
}

// busyTime is how long, in milliseconds, a write waits for another process.
const busyTime = 5000

// liteURL is a file as SQLite names it.
func liteURL(path string) (url.URL, error) {
	path, err := filepath.Abs(path)
	if err != nil {
		return url.URL{}, err
	}
	path = filepath.ToSlash(path)
	if path[0] != '/' { // a drive of Windows
		path = "/" + path
	}
	return url.URL{Scheme: "file", Path: path}, nil
}

// liteName is the driver's name for a file.
func liteName(path string, settings ...string) (string, error) {
	u, err := liteURL(path)
	if err != nil {
		return "", err
	}
	q := url.Values{"_pragma": append([]string{fmt.Sprintf("busy_timeout(%d)", busyTime)}, settings...), "_txlock": {"immediate"}, "_dqs": {"0"}}
	u.RawQuery = q.Encode()
	return u.String(), nil
}

// settings of a connection that writes: durable before it is acknowledged, and what
// is deleted is overwritten, so that an erased key is not found in the file. FAST
// would leave what stood in pages that become free as a whole, as when thousands are
// erased at once. It keeps up to 32 MiB of pages at hand, and lets the log grow to 16 MiB
// before it is worked into the file: when all offices come, the same pages change again
// and again.
var writerSettings = []string{"journal_mode(WAL)", "synchronous(FULL)", "foreign_keys(1)", "secure_delete(ON)", "cache_size(-32768)", "wal_autocheckpoint(4096)"}

// readerCount is how many connections read.
func readerCount() int { return max(4, runtime.GOMAXPROCS(0)) }

func openLite(_ context.Context, p place) (engine, error) {
	if fresh, err := checkLiteFile(p); err != nil {
		return nil, err
	} else if fresh {
		return nil, vacant()
	}
	writing, err := openLiteDB(p, 1, writerSettings...)
	if err != nil {
		return nil, err
	}
	reading, err := openLiteDB(p, readerCount(), "query_only(1)")
	if err != nil {
		return nil, errors.Join(err, writing.Close())
	}
	l := &lite{writing: writing, reading: reading, session: &session{}, convoyTime: convoyTime, readers: make(chan *session, readerCount()), warm: make(chan *session, 1), folder: filepath.Dir(p.name)}
	for range readerCount() {
		l.readers <- &session{}
	}
	return l, nil
}

func openLiteDB(p place, connections int, settings ...string) (*sql.DB, error) {
	open := openPlain
	if p.key != nil {
		open = openSealedFile
	}
	db, err := open(p, settings...)
	if err != nil {
		return nil, err
	}
	db.SetMaxOpenConns(connections)
	db.SetMaxIdleConns(connections)
	return db, nil
}

func openPlain(p place, settings ...string) (*sql.DB, error) {
	name, err := liteName(p.name, settings...)
	if err != nil {
		return nil, err
	}
	return sql.Open("sqlite", name)
}

func (l *lite) dialect() dialect { return liteDialect }

// close waits for what runs, readers first: the last connection to go puts all
// into the one file.
func (l *lite) close() error {
	l.closed.Store(true)
	for range cap(l.readers) {
		var s *session
		select {
		case s = <-l.readers:
		case s = <-l.warm:
		}
		defer func() { l.readers <- s }()
		if s.conn != nil {
			s.drop()
		}
	}
	err := l.reading.Close()
	if waited := l.alone(context.Background()); waited != nil {
		return errors.Join(err, waited)
	}
	defer l.turns.next(false)
	if l.session.conn != nil {
		l.session.drop()
	}
	return errors.Join(err, l.writing.Close())
}

// roomAtLeast is how many bytes a disk has to have left that is not full: what a write
// of a page and its log needs at most.
const roomAtLeast = 256 << 10

// fatal reports an error after which nothing is written any more. A write that failed on
// a disk that is full by now is not one, whatever the driver says: it loses the system's
// reason where the transaction is undone.
func (l *lite) fatal(err error) bool {
	if !fatalLite(err) {
		return false
	}
	code, _ := liteCode(err)
	return code != sqlite3.SQLITE_IOERR_WRITE || hasRoom(l.folder)
}

// hasRoom reports whether a folder takes a file; what else is wrong with it is not told.
func hasRoom(folder string) bool {
	f, err := os.CreateTemp(folder, ".room-*")
	if err == nil {
		_, err = f.Write(make([]byte, roomAtLeast))
		err = errors.Join(err, f.Close(), os.Remove(f.Name()))
	}
	return !full(err)
}

// stopped returns why nothing is written any more, or nil.
func (l *lite) stopped() error {
	if why := l.broken.Load(); why != nil {
		return lost(*why)
	}
	return nil
}

func (l *lite) once(ctx context.Context, do func(handle) error) error { return l.write(ctx, do) }

func (l *lite) read(ctx context.Context, do func(handle) error) error {
	if g := gathered(ctx); g != nil {
		if read, err := l.readOn(ctx, g, do); read || err != nil {
			return err
		}
	}
	s, err := l.reader(ctx)
	if err != nil {
		return err
	}
	defer l.rest(s)
	if l.closed.Load() {
		return lost(errors.New("it is closed"))
	}
	if err := s.open(ctx, l.reading); err != nil {
		return explainLite(err)
	}
	return explainLite(s.transact(ctx, beginReading, do))
}

// reader takes a session that reads, the one that was used last before others.
func (l *lite) reader(ctx context.Context) (*session, error) {
	select {
	case s := <-l.warm:
		return s, nil
	default:
	}
	select {
	case <-ctx.Done():
		return nil, ctx.Err()
	case s := <-l.warm:
		return s, nil
	case s := <-l.readers:
		return s, nil
	}
}

// rest puts a session back that read.
func (l *lite) rest(s *session) {
	select {
	case l.warm <- s:
	default:
		l.readers <- s
	}
}

// How transactions begin: a reading one sees what is there at its first query, a
// writing one waits for its turn at once.
const (
	beginReading = "BEGIN"
	beginWriting = "BEGIN IMMEDIATE"
)

// session is a connection with what it has prepared. It serves one transaction
// at a time.
type session struct {
	conn  *sql.Conn // nil before the first use, and after a failure
	stmts map[string]*sql.Stmt
}

// maxStatements is how many statements a session keeps prepared: all that are
// fixed, and some of the searches.
const maxStatements = 100

func (s *session) open(ctx context.Context, db *sql.DB) (err error) {
	if s.conn == nil {
		s.stmts = map[string]*sql.Stmt{}
		s.conn, err = db.Conn(ctx)
	}
	return err
}

// transact runs do between BEGIN and COMMIT. What is said of a transaction that
// fails does not depend on whether it can be rolled back: the connection is
// closed then, which does it too.
func (s *session) transact(ctx context.Context, begin string, do func(handle) error) (err error) {
	if begin == beginReading { // which waits for nobody, and watching a context takes time
		_, err = s.exec(context.WithoutCancel(ctx), begin)
	} else {
		_, err = s.exec(ctx, begin)
	}
	if err != nil {
		return err
	}
	done := false
	defer func() {
		if !done { // also when do panics
			s.rollback(ctx)
		}
	}()
	if err := do(s); err != nil {
		return err
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	// Once begun, a commit is waited for: half of one can not be told.
	_, err = s.exec(context.WithoutCancel(ctx), "COMMIT")
	done = err == nil
	return err
}

func (s *session) rollback(ctx context.Context) {
	if _, err := s.exec(context.WithoutCancel(ctx), "ROLLBACK"); err == nil {
		return
	}
	s.drop()
}

// drop closes the connection, which undoes what it has not committed.
func (s *session) drop() {
	for _, stmt := range s.stmts {
		stmt.Close()
	}
	s.conn.Raw(func(any) error { return errDrop })
	s.conn.Close()
	s.conn, s.stmts = nil, nil
}

// numbered are the parameters as PostgreSQL writes them. To SQLite $2 is a name, and
// its number that of the place where it stands first.
var numbered = regexp.MustCompile(`\$(\d+)`)

func (s *session) prepared(ctx context.Context, query string) (*sql.Stmt, error) {
	if stmt := s.stmts[query]; stmt != nil {
		return stmt, nil
	}
	if len(s.stmts) >= maxStatements {
		for _, stmt := range s.stmts {
			stmt.Close()
		}
		clear(s.stmts)
	}
	stmt, err := s.conn.PrepareContext(ctx, numbered.ReplaceAllString(query, "?$1"))
	if err != nil {
		return nil, err
	}
	s.stmts[query] = stmt
	return stmt, nil
}

func (s *session) query(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	stmt, err := s.prepared(ctx, query)
	if err != nil {
		return nil, explainLite(err)
	}
	rows, err := stmt.QueryContext(ctx, args...)
	return rows, explainLite(err)
}

func (s *session) exec(ctx context.Context, query string, args ...any) (sql.Result, error) {
	stmt, err := s.prepared(ctx, query)
	if err != nil {
		return nil, explainLite(err)
	}
	res, err := stmt.ExecContext(ctx, args...)
	return res, explainLite(err)
}

func (s *session) explain(err error) error { return explainLite(err) }
