package sqlstore

import (
	"context"
	"crypto/rand"
	"database/sql"
	"embed"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/pressly/goose/v3"

	"khumue/internal/fault"
)

//go:embed migrations/*.sql
var migrationFiles embed.FS

// The names under which meta keeps what concerns the whole database.
const (
	metaApp       = "app"          // "khumue": whose database it is
	metaEpoch     = "server_epoch" // changes when a backup is restored
	metaOrder     = "name_order"   // by which rules names are ordered
	metaRestoring = "restoring"    // there while a restore is not done
)

const app = "khumue"

// versionTable is where goose notes which migrations have run.
const versionTable = "schema_version"

// migrations are the embedded files, for a database, by version.
func migrations(d dialect) []*goose.Migration {
	names, err := fs.Glob(migrationFiles, "migrations/*.sql")
	if err != nil {
		panic(err) // the pattern is a constant
	}
	var out []*goose.Migration
	for _, name := range names {
		out = append(out, goose.NewGoMigration(versionOf(name), &goose.GoFunc{RunTx: func(ctx context.Context, tx *sql.Tx) error {
			return runMigration(ctx, tx, d, name)
		}}, nil))
	}
	return out
}

// versionOf is the number that a file's name begins with.
func versionOf(name string) int64 {
	number, _, _ := strings.Cut(strings.TrimPrefix(name, "migrations/"), "_")
	n, err := strconv.ParseInt(number, 10, 64)
	if err != nil {
		panic(err) // the names are embedded
	}
	return n
}

// newest is the version of the last migration.
func newest() int64 {
	ms := migrations(dialect{})
	return slices.MaxFunc(ms, func(a, b *goose.Migration) int { return int(a.Version - b.Version) }).Version
}

func runMigration(ctx context.Context, tx *sql.Tx, d dialect, name string) error {
	data, err := migrationFiles.ReadFile(name)
	if err != nil {
		return err
	}
	for _, s := range statements(string(data), d) {
		if _, err := tx.ExecContext(ctx, s); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
	}
	if versionOf(name) != 1 {
		return nil
	}
	for name, value := range map[string]string{metaApp: app, metaEpoch: newEpoch(), metaOrder: nameRules()} {
		if _, err := tx.ExecContext(ctx, `INSERT INTO meta (name, value) VALUES ($1, $2)`, name, value); err != nil {
			return err
		}
	}
	return nil
}

var (
	sqlComment = regexp.MustCompile(`--.*`)
	sqlWord    = regexp.MustCompile(`\b[A-Z]+\b`)
)

// statements are those of a migration, in the words of a database.
func statements(file string, d dialect) []string {
	file = sqlWord.ReplaceAllStringFunc(sqlComment.ReplaceAllString(file, ""), func(w string) string {
		if other, ok := d.words[w]; ok {
			return other
		}
		return w
	})
	var out []string
	for s := range strings.SplitSeq(file, ";") {
		if s = strings.TrimSpace(s); s != "" {
			out = append(out, s)
		}
	}
	return out
}

// newEpoch makes the name of a time in which nothing is restored.
func newEpoch() string {
	var b [16]byte
	rand.Read(b[:])
	return hex.EncodeToString(b[:])
}

// migrate brings a database to a version, making it where there is none.
func migrate(ctx context.Context, p place, version int64) error {
	if isPostgres(p.name) {
		return migratePostgres(ctx, p.name, version)
	}
	return migrateLite(ctx, p, version)
}

func migrateLite(ctx context.Context, p place, version int64) error {
	fresh, err := checkLiteFile(p)
	if err != nil {
		return err
	}
	settings := writerSettings
	if fresh { // before the file is used in a way that keeps its first page elsewhere
		settings = append([]string{fmt.Sprintf("application_id(%d)", liteID)}, settings...)
	}
	db, err := openLiteDB(p, 1, settings...)
	if err != nil {
		return err
	}
	defer db.Close()
	reached := int64(0)
	for left := 3; left > 0; left-- { // another process may be at the same
		if err = upTo(ctx, db, goose.DialectSQLite3, liteDialect, version); err == nil || ctx.Err() != nil || errors.Is(err, fault.Invalid) {
			break
		}
		if has, _ := look(ctx, dbHandle{db}, liteDialect); has > reached { // and got on
			reached, left = has, 3
		}
	}
	return explainLite(err)
}

// migrateLock is the key of the lock that those hold who migrate a PostgreSQL
// database.
const migrateLock = 0x6b68756d7565

func migratePostgres(ctx context.Context, address string, version int64) error {
	db, err := openPostgresDB(address, 2, nil)
	if err != nil {
		return err
	}
	defer db.Close()
	lock, err := db.Conn(ctx)
	if err != nil {
		return explainPostgres(err)
	}
	defer lock.Close()
	for held := false; !held; {
		if err := lock.QueryRowContext(ctx, `SELECT pg_try_advisory_lock($1)`, int64(migrateLock)).Scan(&held); err != nil {
			return explainPostgres(err)
		}
		if !held {
			if err := pause(ctx, 50*time.Millisecond); err != nil {
				return err
			}
		}
	}
	return explainPostgres(upTo(ctx, db, goose.DialectPostgres, postgresDialect, version))
}

// upTo runs the migrations that a database lacks, after it has looked whose
// database it is.
func upTo(ctx context.Context, db *sql.DB, kind goose.Dialect, d dialect, version int64) error {
	if has, err := look(ctx, dbHandle{db}, d); err != nil || has == version {
		return err
	}
	p, err := goose.NewProvider(kind, db, nil, goose.WithGoMigrations(migrations(d)...), goose.WithDisableGlobalRegistry(true),
		goose.WithTableName(versionTable), goose.WithLogger(goose.NopLogger()))
	if err != nil {
		return err
	}
	_, err = p.UpTo(ctx, version)
	return err
}

// look returns the version of a database, 0 when there is nothing in it. That
// of something else, and that of a newer program, is an error of kind Invalid.
func look(ctx context.Context, q querier, d dialect) (int64, error) {
	tables, err := column[string](ctx, q, d.tables)
	if err != nil || len(tables) == 0 {
		return 0, err
	}
	if !slices.Contains(tables, "meta") || !slices.Contains(tables, versionTable) {
		if slices.Equal(tables, []string{versionTable}) { // a first migration that did not end
			return 0, nil
		}
		return 0, foreign("")
	}
	names, err := column[string](ctx, q, `SELECT value FROM meta WHERE name = $1`, metaApp)
	if err != nil {
		return 0, err
	}
	if !slices.Equal(names, []string{app}) {
		return 0, foreign("")
	}
	versions, err := column[int64](ctx, q, `SELECT COALESCE(MAX(version_id), 0) FROM `+versionTable)
	if err != nil {
		return 0, err
	}
	if v := versions[0]; v > newest() {
		return 0, fault.New(fault.Invalid,
			fault.Textf("ฐานข้อมูลเป็นรุ่น %d ซึ่งใหม่กว่าโปรแกรมนี้ (รุ่น %d)", "The database has version %d, newer than this program's, which is %d.", v, newest()),
			fault.Text{TH: "ใช้โปรแกรมรุ่นใหม่กว่า หรือกู้คืนข้อมูลสำรองที่ทำไว้ก่อนปรับรุ่น", EN: "Use a newer program, or restore a backup from before the upgrade."})
	}
	return versions[0], nil
}

// foreign says that a database is not Khumue's. The name is that of a file, or
// "" for a database whose address is better not repeated.
func foreign(name string) error {
	what := fault.Text{TH: "ฐานข้อมูลนี้เป็นของโปรแกรมอื่น", EN: "The database is another program's."}
	if name != "" {
		what = fault.Textf("%s ไม่ใช่ฐานข้อมูลของ Khumue", "%s is not a database of Khumue.", name)
	}
	return fault.New(fault.Invalid, what, fault.Text{TH: "ระบุฐานข้อมูลที่ว่างหรือที่ Khumue สร้างไว้", EN: "Name an empty database, or one that Khumue made."})
}
