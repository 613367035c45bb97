package sqlstore

import (
	"context"
	"database/sql"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"khumue/internal/fault"
	"khumue/syncd/internal/staff"
)

// records are what one transaction sees.
type records struct {
	ctx     context.Context // of the transaction
	handle  handle
	dialect dialect
	shelf   *shelf
	turned  int64 // its number among those that changed manuals; 0: it has not
	changed bool  // it has written something
	moved   bool  // it has moved refs
	failed  error // what failed first: nothing is asked after that
}

var _ staff.Records = (*records)(nil)

// exec runs a statement and returns how many rows it changed.
func (r *records) exec(query string, args ...any) (int, error) {
	if r.failed != nil {
		return 0, r.failed
	}
	if err := plain(args); err != nil {
		return 0, r.fail(err)
	}
	res, err := r.handle.exec(r.ctx, query, args...)
	if err != nil {
		return 0, r.fail(err)
	}
	n, err := res.RowsAffected()
	r.changed = r.changed || n > 0
	return int(n), r.fail(err)
}

func (r *records) fail(err error) error {
	if r.failed == nil {
		r.failed = err
	}
	return err
}

// plain refuses texts that not both databases keep as they are.
func plain(args []any) error {
	for _, a := range args {
		if s, ok := a.(string); ok && (!utf8.ValidString(s) || strings.ContainsRune(s, 0)) {
			return fault.New(fault.Invalid, fault.Text{TH: "ข้อความมีอักขระที่เก็บไม่ได้", EN: "The text has characters that can not be kept."})
		}
	}
	return nil
}

// scanner is one row.
type scanner interface{ Scan(into ...any) error }

// all returns the rows of a query, each as scan reads it.
func all[T any](r *records, scan func(scanner) (T, error), query string, args ...any) ([]T, error) {
	if r.failed != nil {
		return nil, r.failed
	}
	if err := plain(args); err != nil {
		return nil, r.fail(err)
	}
	rows, err := r.handle.query(r.ctx, query, args...)
	if err != nil {
		return nil, r.fail(err)
	}
	defer rows.Close()
	var out []T
	for rows.Next() {
		v, err := scan(rows)
		if err != nil {
			return nil, r.fail(fmt.Errorf("reading a row: %w", err))
		}
		out = append(out, v)
	}
	r.changed = r.changed || len(out) > 0 && !strings.HasPrefix(query, "SELECT")
	return out, r.fail(r.handle.explain(rows.Err()))
}

// one returns the row of a query, or an error of kind NotFound.
func one[T any](r *records, scan func(scanner) (T, error), query string, args ...any) (T, error) {
	rows, err := all(r, scan, query, args...)
	if err == nil && len(rows) == 0 {
		err = fault.New(fault.NotFound, fault.Text{TH: "ไม่พบรายการที่ต้องการ", EN: "There is no such record."})
	}
	if err != nil {
		var none T
		return none, err
	}
	return rows[0], nil
}

func number(s scanner) (n int, err error) { return n, s.Scan(&n) }

func text(s scanner) (t string, err error) { return t, s.Scan(&t) }

// micros is how a time is kept.
func micros(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMicro()
}

// moment reads a column of micros.
type moment struct{ to *time.Time }

// Scan reads what micros made.
func (m moment) Scan(v any) error {
	n, ok := v.(int64)
	if !ok {
		return fmt.Errorf("a time is a %T", v)
	}
	*m.to = time.Time{}
	if n != 0 {
		*m.to = time.UnixMicro(n).UTC()
	}
	return nil
}

// hashText is how a hash is kept.
func hashText(h staff.Hash) string { return hex.EncodeToString(h[:]) }

// hash reads a column of hashText.
type hash struct{ to *staff.Hash }

// Scan reads what hashText made.
func (h hash) Scan(v any) error {
	s, ok := v.(string)
	if !ok || len(s) != 2*len(h.to) {
		return errors.New("a hash is no text of its length")
	}
	_, err := hex.Decode(h.to[:], []byte(s))
	return err
}

// where collects conditions and their parameters.
type where struct {
	dialect    dialect
	conditions []string
	args       []any
}

// and adds a condition, whose ? are the parameters in order.
func (w *where) and(condition string, args ...any) {
	for _, a := range args {
		w.args = append(w.args, a)
		condition = strings.Replace(condition, "?", fmt.Sprintf("$%d", len(w.args)), 1)
	}
	w.conditions = append(w.conditions, condition)
}

// in adds that a column is one of some texts. Of one alone a database knows how
// many rows to look for.
func in[T ~string](w *where, column string, values []T) {
	if len(values) == 1 {
		w.and(column+" = ?", string(values[0]))
		return
	}
	w.and(column+" IN "+w.dialect.list, listText(values))
}

func (w *where) String() string {
	if len(w.conditions) == 0 {
		return ""
	}
	return " WHERE " + strings.Join(w.conditions, " AND ")
}

// listText is a list as one parameter, however long.
func listText[T ~string](values []T) string {
	if values == nil {
		values = []T{}
	}
	b, err := json.Marshal(values)
	if err != nil {
		panic(err) // strings can always be written
	}
	return string(b)
}

// dialect is what the two databases say differently.
type dialect struct {
	list    string            // the texts of a JSON array, as a table in brackets
	tables  string            // query for the names of this schema's tables
	words   map[string]string // of the migrations
	ordered bool              // parameters in order are best written ?: numbers are names, and looked up one by one
	patient []string          // statements that take off a transaction's limits of time
}

// containing is the pattern of texts that contain s, with \ as escape.
func containing(s string) string { return "%" + escapeLike.Replace(s) + "%" }

// beginning is the pattern of texts that begin with s.
func beginning(s string) string { return escapeLike.Replace(s) + "%" }

var escapeLike = strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`)

var _ sql.Scanner = moment{}
var _ sql.Scanner = hash{}
