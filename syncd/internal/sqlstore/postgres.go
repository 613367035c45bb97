package sqlstore

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"math/rand/v2"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"

	"khumue/internal/fault"
)

// errDrop makes database/sql close a connection.
var errDrop = driver.ErrBadConn

var postgresDialect = dialect{
	list:    "(SELECT jsonb_array_elements_text(CAST(CAST(? AS text) AS jsonb)))",
	tables:  "SELECT table_name FROM information_schema.tables WHERE table_schema = current_schema() ORDER BY table_name",
	words:   map[string]string{"TEXT": `TEXT COLLATE "C"`, "BLOB": "BYTEA", "INTEGER": "BIGINT"},
	patient: []string{"SET LOCAL statement_timeout = 0", "SET LOCAL idle_in_transaction_session_timeout = 0"},
}

// postgres is a PostgreSQL database.
type postgres struct{ db *sql.DB }

// Limits of a connection, in milliseconds, which an address may override, and
// how many connections there are.
const (
	statementTime = "30000"
	idleTime      = "60000"
	connections   = 16
)

func openPostgres(_ context.Context, address string) (engine, error) {
	db, err := openPostgresDB(address, connections, map[string]string{
		"statement_timeout": statementTime, "idle_in_transaction_session_timeout": idleTime,
	})
	if err != nil {
		return nil, err
	}
	return &postgres{db}, nil
}

func openPostgresDB(address string, connections int, settings map[string]string) (*sql.DB, error) {
	config, err := pgx.ParseConfig(address)
	if err != nil { // the address may hold a password: it is not repeated
		return nil, fault.New(fault.Invalid,
			fault.Text{TH: "ที่อยู่ฐานข้อมูล PostgreSQL ไม่ถูกต้อง", EN: "The address of the PostgreSQL database is not one."},
			fault.Text{TH: "ใช้แบบ postgres://ผู้ใช้@เครื่อง:5432/ฐานข้อมูล", EN: "Write it as postgres://user@host:5432/database."})
	}
	for name, value := range settings {
		if _, said := config.RuntimeParams[name]; !said {
			config.RuntimeParams[name] = value
		}
	}
	if config.ConnectTimeout == 0 {
		config.ConnectTimeout = 10 * time.Second
	}
	db := stdlib.OpenDB(*config)
	db.SetMaxOpenConns(connections)
	db.SetMaxIdleConns(connections)
	db.SetConnMaxLifetime(time.Hour)
	return db, nil
}

func (p *postgres) dialect() dialect { return postgresDialect }

func (p *postgres) close() error { return p.db.Close() }

func (p *postgres) read(ctx context.Context, do func(handle) error) error {
	return p.transact(ctx, &sql.TxOptions{Isolation: sql.LevelRepeatableRead, ReadOnly: true}, func(h *pgTx) error { return do(h) })
}

// share is write: PostgreSQL writes several transactions to the disk at once by itself.
func (p *postgres) share(ctx context.Context, do func(handle) error) error { return p.write(ctx, do) }

// gather gathers nothing, for the same reason.
func (p *postgres) gather(ctx context.Context) (context.Context, func() error) {
	return ctx, func() error { return nil }
}

func (p *postgres) once(ctx context.Context, do func(handle) error) error {
	return p.transact(ctx, &sql.TxOptions{}, func(h *pgTx) error { return do(h) })
}

// attempts is how often a transaction is run that the database asks to be run
// again. From the second on they stand in line, so that each gets through.
const attempts = 10

func (p *postgres) write(ctx context.Context, do func(handle) error) (err error) {
	for i := range attempts {
		err = p.transact(ctx, &sql.TxOptions{Isolation: sql.LevelSerializable}, func(h *pgTx) error {
			if i > 0 {
				// A lock, unlike a query, does not fix what the transaction sees.
				if _, err := h.exec(ctx, `LOCK TABLE meta IN SHARE ROW EXCLUSIVE MODE`); err != nil {
					return err
				}
			}
			if err := do(h); err != nil {
				return errors.Join(h.again, err)
			}
			return h.again
		})
		if !again(err) {
			return err
		}
		if err := pause(ctx, time.Duration(rand.Int64N(int64(time.Millisecond)<<min(i, 6)))); err != nil {
			return err
		}
	}
	return lost(err)
}

func pause(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-t.C:
		return nil
	}
}

func (p *postgres) transact(ctx context.Context, o *sql.TxOptions, do func(*pgTx) error) error {
	tx, err := p.db.BeginTx(ctx, o)
	if err != nil {
		return explainPostgres(err)
	}
	defer tx.Rollback() // nothing, after a commit
	err = do(&pgTx{tx: tx})
	if err == nil {
		err = explainPostgres(tx.Commit())
	}
	if gone := ctx.Err(); gone != nil && errors.Is(err, sql.ErrTxDone) {
		return gone // it was undone because whoever asked went away
	}
	return err
}

// pgTx is a transaction of PostgreSQL.
type pgTx struct {
	tx    *sql.Tx
	again error // what asked for the transaction to be run again
}

func (h *pgTx) query(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	rows, err := h.tx.QueryContext(ctx, query, args...)
	return rows, h.explain(err)
}

func (h *pgTx) exec(ctx context.Context, query string, args ...any) (sql.Result, error) {
	res, err := h.tx.ExecContext(ctx, query, args...)
	return res, h.explain(err)
}

func (h *pgTx) explain(err error) error {
	if h.again == nil && again(err) {
		h.again = err
	}
	return explainPostgres(err)
}
