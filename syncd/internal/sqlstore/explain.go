package sqlstore

import (
	"context"
	"database/sql"
	"errors"
	"strings"

	"github.com/jackc/pgx/v5/pgconn"
	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"khumue/internal/fault"
)

// lost says that the database can not be used now.
func lost(err error) error {
	return fault.New(fault.Unavailable,
		fault.Text{TH: "ขณะนี้ใช้ฐานข้อมูลไม่ได้", EN: "The database can not be used now."},
		fault.Text{TH: "ลองใหม่อีกครั้งภายหลัง", EN: "Try again later."}).Because(err)
}

// doubled says that a promise of the store would be broken.
func doubled(err error) error {
	return fault.New(fault.Conflict,
		fault.Text{TH: "มีรายการนี้อยู่แล้ว หรือรายการที่อ้างถึงไม่มีแล้ว", EN: "There is such a record already, or one that it refers to is gone."},
		fault.Text{TH: "อ่านใหม่แล้วลองอีกครั้ง", EN: "Read it again and try once more."}).Because(err)
}

// ownFault reports an error that says nothing of the database: there is none,
// or whoever asked went away, or it is explained already.
func ownFault(err error) bool {
	var told *fault.Error
	return err == nil || errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) || errors.As(err, &told)
}

// explainLite gives an error of SQLite its kind.
func explainLite(err error) error {
	code, known := liteCode(err)
	switch {
	case ownFault(err):
		return err
	case errors.Is(err, sql.ErrConnDone):
		return lost(err)
	case !known:
		return err
	}
	switch code & 0xff {
	case sqlite3.SQLITE_CONSTRAINT:
		switch code {
		case sqlite3.SQLITE_CONSTRAINT_UNIQUE, sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY, sqlite3.SQLITE_CONSTRAINT_FOREIGNKEY:
			return doubled(err)
		}
	case sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_CANTOPEN,
		sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_PROTOCOL, sqlite3.SQLITE_NOMEM:
		return lost(err)
	}
	return err
}

// fatalLite reports an error after which nothing tells what is on the disk: a
// failed write or sync, or a damaged file. A full disk is not one, for SQLite
// undoes what did not fit.
func fatalLite(err error) bool {
	code, _ := liteCode(err)
	switch code & 0xff {
	case sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB:
		return code != sqlite3.SQLITE_IOERR_NOMEM
	}
	return false
}

// liteCode is the extended code of an error of SQLite, by either driver.
func liteCode(err error) (int, bool) {
	var e *sqlite.Error
	if errors.As(err, &e) {
		return e.Code(), true
	}
	return sealedCode(err)
}

// explainPostgres gives an error of PostgreSQL, or of the way to it, its kind.
func explainPostgres(err error) error {
	var e *pgconn.PgError
	switch {
	case ownFault(err):
		return err
	case !errors.As(err, &e):
		return lost(err)
	}
	switch class := e.Code[:min(2, len(e.Code))]; {
	case e.Code == "23505", e.Code == "23503":
		return doubled(err)
	case class == "08", class == "53", class == "57", class == "58", e.Code == "25006" && strings.Contains(e.Message, "recovery"):
		return lost(err)
	}
	return err
}

// again reports an error of PostgreSQL after which the same transaction may
// succeed.
func again(err error) bool {
	var e *pgconn.PgError
	return errors.As(err, &e) && (e.Code == "40001" || e.Code == "40P01")
}
