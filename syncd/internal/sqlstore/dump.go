package sqlstore

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"khumue/internal/fault"
)

// kept are the tables that a backup holds, in an order in which they can be
// filled. Each has an id.
var kept = []string{"users", "grants", "tokens", "trail", "comments", "delegations", "notices", "mail_ways", "misses", "import_memory", "import_notes",
	"answers", "answer_comments", "answer_asides", "answer_forms", "answer_devices",
	"licence_reports", "licence_sums", "licence_versions", "licence_unlocks", "licence_posts",
	"delay_cases", "delay_people", "delay_letters", "delay_editions", "delay_reopenings", "summary_views",
	"office_devices", "inbox_streams", "inbox_places", "inbox_ops", "inbox_asides", "inbox_turns",
	"outbox", "outbox_parts", "outbox_notes",
	"refs",
	"enrol_codes", "office_signers",
	"mirror_state"}

// forgotten are the tables that it does not: whoever steals a backup is not
// signed in by it, a restored database has a history of its own, and the index
// of manuals follows from git. It is empty after a restore, and so is its mark.
var forgotten = []string{"meta", versionTable, "sessions", "tries", "accesses", "manuals", "manuals_gone", "publications", "opens", "writers", "confirmations",
	"delay_steps", "summary_sums", "summary_stale"}

// Kept returns the names of the tables that a snapshot may hold.
func Kept() []string { return slices.Clone(kept) }

// Snapshot is a database as it was at one moment.
type Snapshot struct {
	Version int64    // of the schema
	Epoch   string   // as Store.Epoch
	Tables  []string // that can be dumped, in the order in which they are loaded

	ctx    context.Context // of the transaction
	handle handle
}

// Snapshot runs do on the database as it is when do begins, however long it
// takes and whatever others write meanwhile.
func (s *Store) Snapshot(ctx context.Context, do func(*Snapshot) error) error {
	d := s.engine.dialect()
	return s.engine.read(ctx, func(h handle) error {
		if err := patient(ctx, h, d); err != nil {
			return err
		}
		version, err := look(ctx, h, d)
		if err != nil {
			return h.explain(err)
		}
		tables, err := column[string](ctx, h, d.tables)
		if err != nil {
			return h.explain(err)
		}
		epoch, err := column[string](ctx, h, `SELECT value FROM meta WHERE name = $1`, metaEpoch)
		if err != nil || len(epoch) != 1 {
			return errors.Join(h.explain(err), errors.New("the database has no epoch"))
		}
		there := slices.DeleteFunc(Kept(), func(t string) bool { return !slices.Contains(tables, t) })
		return do(&Snapshot{version, epoch[0], there, ctx, h})
	})
}

// patient takes the limits of time off a transaction.
func patient(ctx context.Context, h handle, d dialect) error {
	for _, s := range d.patient {
		if _, err := h.exec(ctx, s); err != nil {
			return err
		}
	}
	return nil
}

// Dump writes a table, one JSON object a row, by id, and returns how many rows
// there are. Both databases write the same of the same records.
func (s *Snapshot) Dump(w io.Writer, table string) (rows int, err error) {
	if !slices.Contains(s.Tables, table) {
		return 0, fmt.Errorf("%q is no table of the snapshot", table)
	}
	found, err := s.handle.query(s.ctx, `SELECT * FROM `+table+` ORDER BY id`)
	if err != nil {
		return 0, err
	}
	defer found.Close()
	names, err := found.Columns()
	if err != nil {
		return 0, err
	}
	out := json.NewEncoder(w)
	out.SetEscapeHTML(false)
	values, into := make([]any, len(names)), make([]any, len(names))
	for i := range values {
		into[i] = &values[i]
	}
	for found.Next() {
		if err := found.Scan(into...); err != nil {
			return rows, err
		}
		row := map[string]any{}
		for i, n := range names {
			row[n] = values[i]
		}
		if err := out.Encode(row); err != nil {
			return rows, err
		}
		rows++
	}
	return rows, s.handle.explain(found.Err())
}

// Loader fills the tables of a new database.
type Loader struct {
	ctx    context.Context
	handle handle
}

// maxRow is how long a row of a dump may be, in bytes.
const maxRow = 16 << 20

// Table fills a table with what Dump wrote, and returns how many rows there
// were. What is no dump of it is an error of kind Invalid.
func (l *Loader) Table(table string, r io.Reader) (rows int, err error) {
	if !slices.Contains(kept, table) {
		return 0, unfit(table, 0, errors.New("there is no such table"))
	}
	numbers, err := l.columns(table)
	if err != nil {
		return 0, err
	}
	names := slices.Sorted(maps.Keys(numbers))
	places := make([]string, len(names))
	for i := range places {
		places[i] = fmt.Sprintf("$%d", i+1)
	}
	insert := `INSERT INTO ` + table + ` (` + strings.Join(names, ", ") + `) VALUES (` + strings.Join(places, ", ") + `)`
	lines := bufio.NewScanner(r)
	lines.Buffer(nil, maxRow)
	for lines.Scan() {
		rows++
		args, err := rowOf(lines.Bytes(), names, numbers)
		if err == nil {
			err = plain(args)
		}
		if err != nil {
			return rows, unfit(table, rows, err)
		}
		if _, err := l.handle.exec(l.ctx, insert, args...); errors.Is(err, fault.Conflict) {
			return rows, unfit(table, rows, err)
		} else if err != nil {
			return rows, err
		}
	}
	if err := lines.Err(); errors.Is(err, bufio.ErrTooLong) {
		return rows, unfit(table, rows+1, err)
	} else if err != nil {
		return rows, err
	}
	return rows, nil
}

// columns returns the columns of a table, and which of them hold numbers.
func (l *Loader) columns(table string) (map[string]bool, error) {
	rows, err := l.handle.query(l.ctx, `SELECT * FROM `+table+` WHERE id = ''`)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	types, err := rows.ColumnTypes()
	if err != nil {
		return nil, err
	}
	out := map[string]bool{}
	for _, t := range types {
		out[t.Name()] = slices.Contains([]string{"BIGINT", "INT8", "INTEGER"}, t.DatabaseTypeName())
	}
	return out, l.handle.explain(rows.Err())
}

// rowOf reads a row: all columns, and nothing else.
func rowOf(line []byte, names []string, numbers map[string]bool) ([]any, error) {
	var row map[string]any
	d := json.NewDecoder(bytes.NewReader(line))
	d.UseNumber()
	if err := d.Decode(&row); err != nil {
		return nil, err
	}
	if d.More() || len(row) != len(names) {
		return nil, fmt.Errorf("%d columns, want %d", len(row), len(names))
	}
	args := make([]any, len(names))
	for i, name := range names {
		switch v := row[name].(type) {
		case string:
			args[i] = v
		case json.Number:
			n, err := v.Int64()
			if err != nil {
				return nil, fmt.Errorf("column %s: %w", name, err)
			}
			args[i] = n
		default:
			return nil, fmt.Errorf("column %s is missing", name)
		}
		if _, isText := args[i].(string); isText == numbers[name] {
			return nil, fmt.Errorf("column %s has another type", name)
		}
	}
	return args, nil
}

func unfit(table string, row int, err error) error {
	return fault.New(fault.Invalid, fault.Textf("ข้อมูลสำรอง ตาราง %s แถว %d ใช้ไม่ได้", "In the backup, table %s, row %d is not usable.", table, row)).Because(err)
}
