package sqlstore

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"io"
	"io/fs"
	"os"

	"khumue/internal/catalog"
	"khumue/internal/fault"
)

// liteID marks a SQLite file as Khumue's, in its header: "Khum".
const liteID = 0x4b68756d

// checkLiteFile looks at a file before SQLite does, which would change it. It is
// fresh when there is nothing in it, or it is not there; one of something else
// is an error of kind Invalid.
func checkLiteFile(p place) (fresh bool, err error) {
	f, err := os.Open(p.name)
	if errors.Is(err, fs.ErrNotExist) {
		return true, nil
	} else if err != nil {
		return false, lost(err)
	}
	defer f.Close()
	if s, err := f.Stat(); err != nil {
		return false, lost(err)
	} else if !s.Mode().IsRegular() {
		return false, p.foreign()
	}
	header := make([]byte, p.headerSize())
	n, err := io.ReadFull(f, header)
	if err == nil {
		err = p.unseal(header)
	}
	switch {
	case n == 0 && errors.Is(err, io.EOF):
		return true, nil
	case errors.Is(err, io.ErrUnexpectedEOF), err == nil && (string(header[:16]) != "SQLite format 3\x00" || binary.BigEndian.Uint32(header[68:]) != liteID):
		return false, p.foreign()
	case err != nil:
		return false, lost(err)
	}
	return false, nil
}

// vacant says that nothing has been made yet.
func vacant() error {
	return fault.New(fault.NotFound, fault.Text{TH: "ฐานข้อมูลยังว่างอยู่", EN: "There is nothing in the database yet."},
		fault.Text{TH: "เริ่มโปรแกรมหนึ่งครั้งก่อน", EN: "Start the daemon once first."})
}

// querier is what look asks: a database, or a transaction.
type querier interface {
	query(ctx context.Context, query string, args ...any) (*sql.Rows, error)
}

type dbHandle struct{ db *sql.DB }

func (h dbHandle) query(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	return h.db.QueryContext(ctx, query, args...)
}

// column returns the only column of a query.
func column[T any](ctx context.Context, q querier, query string, args ...any) ([]T, error) {
	rows, err := q.query(ctx, query, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []T
	for rows.Next() {
		var v T
		if err := rows.Scan(&v); err != nil {
			return nil, err
		}
		out = append(out, v)
	}
	return out, rows.Err()
}

// check refuses a database that can not be used as it is.
func (s *Store) check(ctx context.Context) error {
	return s.engine.read(ctx, func(h handle) error {
		version, err := look(ctx, h, s.engine.dialect())
		if err != nil {
			return h.explain(err)
		}
		if version == 0 {
			return vacant()
		}
		unfinished, err := column[string](ctx, h, `SELECT value FROM meta WHERE name = $1`, metaRestoring)
		if err == nil && len(unfinished) > 0 {
			err = fault.New(fault.Invalid, fault.Text{TH: "การกู้คืนฐานข้อมูลนี้ยังไม่เสร็จ", EN: "A restore of this database was not finished."},
				fault.Text{TH: "กู้คืนใหม่อีกครั้ง", EN: "Restore it again."})
		}
		return h.explain(err)
	})
}

// Epoch returns the name of the time since the database was made or restored.
// Who remembers another one has to tell again what it told since.
func (s *Store) Epoch(ctx context.Context) (epoch string, err error) {
	err = s.engine.read(ctx, func(h handle) error {
		epoch, err = one(&records{ctx: ctx, handle: h}, text, `SELECT value FROM meta WHERE name = $1`, metaEpoch)
		return err
	})
	return epoch, err
}

// NewEpoch begins a new time and returns its name.
func (s *Store) NewEpoch(ctx context.Context) (string, error) {
	epoch := newEpoch()
	return epoch, s.setMeta(ctx, metaEpoch, epoch)
}

func (s *Store) setMeta(ctx context.Context, name, value string) error {
	return s.engine.write(ctx, func(h handle) error {
		_, err := h.exec(ctx, `INSERT INTO meta (name, value) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET value = $2`, name, value)
		return err
	})
}

// nameRules is a digest of how this program orders names and searches them.
// Another version of the Unicode tables may do it otherwise.
func nameRules() string {
	h := sha256.New()
	for _, name := range []string{"เชียงใหม่ กรุงเทพฯ ฤๅษี ๔", "ไกรสร ใจดี", "Åsa Øre-Smith", "กำ กํา ก็"} {
		h.Write([]byte(nameOrder(name) + foundBy(name, name)))
	}
	return hex.EncodeToString(h.Sum(nil))
}

// settle makes the columns that follow from others anew when another version of
// this program made them.
func (s *Store) settle(ctx context.Context) error {
	return s.engine.write(ctx, func(h handle) error {
		r := &records{ctx: ctx, handle: h, dialect: s.engine.dialect()}
		rules, err := one(r, text, `SELECT value FROM meta WHERE name = $1`, metaOrder)
		if err == nil && rules == nameRules() {
			return nil
		} else if err != nil && !errors.Is(err, fault.NotFound) {
			return err
		}
		if err := r.orderUsers(); err != nil {
			return err
		}
		if err := r.ClearManuals(); err != nil { // which is made anew then
			return err
		}
		_, err = r.exec(`INSERT INTO meta (name, value) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET value = $2`, metaOrder, nameRules())
		return err
	})
}

// orderUsers keeps all users anew.
func (r *records) orderUsers() error {
	ids, err := all(r, text, `SELECT id FROM users`)
	if err != nil {
		return err
	}
	for _, id := range ids {
		u, err := r.User(catalog.OfficerID(id))
		if err != nil {
			return err
		}
		if err := r.PutUser(u); err != nil {
			return err
		}
	}
	return nil
}
