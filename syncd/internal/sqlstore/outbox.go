package sqlstore

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"khumue/syncd/internal/outbox"
	"khumue/syncd/internal/staff"
)

// Outbox returns the store as the room of what an office sends knows it.
func (s *Store) Outbox() outbox.Store { return trays{s} }

// trays is a store whose transactions are those of the outbox.
type trays struct{ store *Store }

// Read is Store.Read.
func (s trays) Read(ctx context.Context, do func(outbox.Records) error) error {
	return s.store.read(ctx, func(r *records) error { return do(tray{r}) })
}

// Write is Store.Write.
func (s trays) Write(ctx context.Context, do func(outbox.Records) error) error {
	return s.store.write(ctx, func(r *records) error { return do(tray{r}) })
}

// tray is what a transaction sees of the outbox.
type tray struct{ *records }

var _ outbox.Records = tray{}

// carry writes the deed down that the action bears, if this transaction is the one
// that does, and reports whether it did.
func (r *records) carry(s *outbox.Slip) (bool, error) {
	if s == nil || s.Written() || !r.changed || s.ByRefs() && !r.moved {
		return false, nil
	}
	return true, s.Write(tray{r})
}

const itemColumns = `id, stream, seq, kind, entity, body, secret, files, digest, officer, made, state, there, status, code, text_th, text_en, value, sent, kept, settled, seen`

// bareColumns are the same without what may be much; of the body is told whether there
// is one.
var bareColumns = strings.NewReplacer(" body,", " CASE WHEN body = '' THEN '' ELSE '{}' END,", " secret,", " '',", " value,", " '',").Replace(itemColumns)

func scanBare(s scanner) (outbox.Item, error) {
	i, err := scanItem(s)
	i.Body = nil
	return i, err
}

func scanItem(s scanner) (i outbox.Item, err error) {
	var body, secret, files, value string
	var sum staff.Hash
	err = s.Scan(&i.ID, &i.Stream, &i.Seq, &i.Kind, &i.Entity, &body, &secret, &files, hash{&sum}, &i.By, moment{&i.Made}, &i.State, &i.There,
		&i.Status, &i.Code, &i.Text.TH, &i.Text.EN, &value, moment{&i.Sent}, moment{&i.Kept}, moment{&i.Settled}, moment{&i.Seen})
	if err != nil {
		return i, err
	}
	i.Sum, i.Body, i.Value, i.Emptied = sum, some(body), some(value), body == ""
	if i.Secret, err = base64.StdEncoding.DecodeString(secret); err != nil || len(i.Secret) == 0 {
		i.Secret = nil
	}
	if err == nil && files != "" {
		err = json.Unmarshal([]byte(files), &i.Files)
	}
	return i, err
}

// some are the bytes of a text; nil of an empty one.
func some(s string) []byte {
	if s == "" {
		return nil
	}
	return []byte(s)
}

// Add keeps an operation that is not there yet.
func (r tray) Add(i outbox.Item) (bool, error) {
	n, err := r.exec(`INSERT INTO outbox (`+itemColumns+`)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22) ON CONFLICT (id) DO NOTHING`,
		i.ID, i.Stream, i.Seq, i.Kind, i.Entity, string(i.Body), base64.StdEncoding.EncodeToString(i.Secret), filesText(i.Files), hashText(i.Sum), string(i.By), micros(i.Made),
		string(i.State), bit(i.There), string(i.Status), i.Code, i.Text.TH, i.Text.EN, string(i.Value), micros(i.Sent), micros(i.Kept), micros(i.Settled), micros(i.Seen))
	return n == 1, err
}

// Keep keeps what may change of an operation.
func (r tray) Keep(i outbox.Item) error {
	_, err := r.exec(`UPDATE outbox SET stream = $2, seq = $3, state = $4, there = $5, status = $6, code = $7, text_th = $8, text_en = $9, value = $10,
		sent = $11, kept = $12, settled = $13, seen = $14 WHERE id = $1`,
		i.ID, i.Stream, i.Seq, string(i.State), bit(i.There), string(i.Status), i.Code, i.Text.TH, i.Text.EN, string(i.Value),
		micros(i.Sent), micros(i.Kept), micros(i.Settled), micros(i.Seen))
	return err
}

// Item returns an operation by its id.
func (r tray) Item(id string) (outbox.Item, error) {
	return one(r.records, scanItem, `SELECT `+itemColumns+` FROM outbox WHERE id = $1`, id)
}

// Items returns operations in the order in which they were made: by their numbers
// within one stream, else by time.
func (r tray) Items(f outbox.Filter) ([]outbox.Item, error) {
	w := &where{dialect: r.dialect}
	if f.States != nil {
		in(w, "state", f.States)
	}
	if f.Kinds != nil {
		in(w, "kind", f.Kinds)
	}
	order := []string{"made", "id"}
	if f.Stream != "" {
		order = []string{"seq"}
		w.and("stream = ?", f.Stream)
	}
	if f.NotIn != "" {
		w.and("stream <> ?", f.NotIn)
	}
	if f.Entity != "" {
		w.and("entity = ?", f.Entity)
	}
	if f.After > 0 {
		w.and("seq > ?", f.After)
	}
	if f.To > 0 {
		w.and("seq <= ?", f.To)
	}
	if f.There {
		w.and("there = 1")
	}
	if f.Whole {
		w.and("body <> ''")
	}
	if f.Asks {
		w.and("(seen = 0 OR there = 0 AND body <> '')")
	}
	if f.Files {
		w.and("files <> ''")
	}
	columns, scan := itemColumns, scanItem
	if f.Bare {
		columns, scan = bareColumns, scanBare
	}
	query := `SELECT ` + columns + ` FROM outbox` + w.String() + ordered(order, f.Latest)
	if f.Most > 0 {
		w.args = append(w.args, f.Most)
		query += fmt.Sprintf(` LIMIT $%d OFFSET %d`, len(w.args), f.Behind)
	}
	return all(r.records, scan, query, w.args...)
}

// Counts returns how many operations of each kind stand in each state.
func (r tray) Counts() ([]outbox.Count, error) {
	return all(r.records, func(s scanner) (c outbox.Count, err error) {
		return c, s.Scan(&c.State, &c.Status, &c.Kind, &c.N, moment{&c.Since})
	}, `SELECT state, status, kind, COUNT(*), MIN(made) FROM outbox GROUP BY state, status, kind ORDER BY state, status, kind`)
}

// Last returns the highest number in a stream.
func (r tray) Last(stream string) (int64, error) {
	return one(r.records, whole, `SELECT COALESCE(MAX(seq), 0) FROM outbox WHERE stream = $1`, stream)
}

// Acked returns up to which number the centre has all.
func (r tray) Acked(stream string) (int64, error) {
	return one(r.records, whole, `SELECT COALESCE((SELECT MIN(seq) - 1 FROM outbox WHERE stream = $1 AND there = 0), (SELECT MAX(seq) FROM outbox WHERE stream = $1), 0)`, stream)
}

func whole(s scanner) (n int64, err error) { return n, s.Scan(&n) }

// There returns what the centre has of a part of a stream.
func (r tray) There(stream string, first, last int64) ([]outbox.Named, error) {
	return all(r.records, func(s scanner) (n outbox.Named, err error) {
		var sum staff.Hash
		err = s.Scan(&n.ID, &n.Seq, hash{&sum})
		n.Sum = sum
		return n, err
	}, `SELECT id, seq, digest FROM outbox WHERE stream = $1 AND seq >= $2 AND seq <= $3 AND there = 1 ORDER BY seq`, stream, first, last)
}

// Empty takes the bytes off operations that were done long ago.
func (r tray) Empty(before time.Time) (int, error) {
	return r.exec(`UPDATE outbox SET body = '', secret = '', value = '' WHERE settled > 0 AND settled < $1 AND body <> '' AND there = 1 AND (state = $2 OR seen > 0)`,
		micros(before), string(outbox.Processed))
}

// PutPart keeps a file, by its sum.
func (r tray) PutPart(p outbox.Part) error {
	if n, err := r.exec(`UPDATE outbox_parts SET have = $2, done = $3 WHERE id = $1`, p.SHA256, p.Have, bit(p.Done)); err != nil || n > 0 {
		return err
	}
	last, err := one(r.records, whole, `SELECT COALESCE(MAX(seq), 0) FROM outbox_parts`)
	if err != nil {
		return err
	}
	_, err = r.exec(`INSERT INTO outbox_parts (id, seq, size, have, done) VALUES ($1, $2, $3, $4, $5)`, p.SHA256, last+1, p.Size, p.Have, bit(p.Done))
	return err
}

func scanPart(s scanner) (p outbox.Part, err error) {
	return p, s.Scan(&p.SHA256, &p.Size, &p.Have, &p.Done)
}

// Part returns a file by its sum.
func (r tray) Part(sha256 string) (outbox.Part, error) {
	return one(r.records, scanPart, `SELECT id, size, have, done FROM outbox_parts WHERE id = $1`, sha256)
}

// Parts returns the files that are not done, of operations that the centre has.
func (r tray) Parts(most int) ([]outbox.Part, error) {
	return all(r.records, scanPart, `SELECT id, size, have, done FROM outbox_parts WHERE done = 0
		AND EXISTS (SELECT 1 FROM outbox WHERE there = 1 AND files LIKE '%' || outbox_parts.id || '%') ORDER BY seq LIMIT $1`, most)
}

// AskParts makes all files undone.
func (r tray) AskParts() error {
	_, err := r.exec(`UPDATE outbox_parts SET have = 0, done = 0 WHERE done = 1 OR have > 0`)
	return err
}

// Note returns what was noted under a name.
func (r tray) Note(name string) (string, error) {
	list, err := all(r.records, text, `SELECT value FROM outbox_notes WHERE id = $1`, name)
	return strings.Join(list, ""), err
}

// SetNote notes something under a name.
func (r tray) SetNote(name, value string) error {
	_, err := r.exec(`INSERT INTO outbox_notes (id, value) VALUES ($1, $2) ON CONFLICT (id) DO UPDATE SET value = $2`, name, value)
	return err
}
