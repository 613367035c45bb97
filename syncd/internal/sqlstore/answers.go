package sqlstore

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"khumue/internal/calendar"
	"khumue/internal/catalog"
	"khumue/syncd/internal/answers"
	"khumue/syncd/internal/staff"
	"khumue/syncd/internal/trail"
)

// Answers returns the store as the room of answers knows it.
func (s *Store) Answers() answers.Store { return sheets{s} }

// sheets is a store whose transactions are those of answers.
type sheets struct{ store *Store }

// Read is Store.Read.
func (s sheets) Read(ctx context.Context, do func(answers.Records) error) error {
	return s.store.read(ctx, func(r *records) error { return do(sheet{r}) })
}

// Write is Store.Write.
func (s sheets) Write(ctx context.Context, do func(answers.Records) error) error {
	return s.store.write(ctx, func(r *records) error { return do(sheet{r}) })
}

// sheet is what a transaction sees of answers.
type sheet struct{ *records }

var _ answers.Records = sheet{}

const answerColumns = `seq, id, digest, form, point, manual, channel, day, received, marks, picks`

// day reads a column of days.
type day struct{ to *calendar.Date }

// Scan reads what ISO made.
func (d day) Scan(v any) error {
	s, ok := v.(string)
	if !ok {
		return fmt.Errorf("a day is a %T", v)
	}
	return d.to.UnmarshalText([]byte(s))
}

func scanAnswer(s scanner) (a answers.Answer, err error) {
	var picks string
	err = s.Scan(&a.Seq, &a.ID, hash{&a.Digest}, &a.Form, &a.Point, &a.Procedure, &a.Channel, day{&a.Day}, day{&a.Received}, &a.Marks, &picks)
	if err == nil {
		err = json.Unmarshal([]byte(picks), &a.Picks)
	}
	return a, err
}

// batches are how many rows one statement keeps, so that few statements are
// prepared.
var batches = []int{50, 10, 1}

// insertAnswers keeps so many answers, and returns the ids of those that were
// not there; by whether parameters are in order.
var insertAnswers = map[bool]map[int]string{true: inserts(true), false: inserts(false)}

func inserts(ordered bool) map[int]string {
	out := map[int]string{}
	columns := strings.Count(answerColumns, ",") + 1
	for _, n := range batches {
		rows := make([]string, n)
		for i := range rows {
			places := make([]string, columns)
			for j := range places {
				if places[j] = "?"; !ordered {
					places[j] = fmt.Sprintf("$%d", i*columns+j+1)
				}
			}
			rows[i] = "(" + strings.Join(places, ", ") + ")"
		}
		out[n] = `INSERT INTO answers (` + answerColumns + `) VALUES ` + strings.Join(rows, ", ") + ` ON CONFLICT (id) DO NOTHING RETURNING id`
	}
	return out
}

// Take keeps answers that are not there yet. In PostgreSQL two transactions that
// number answers at once can not both be committed, so that whoever reads up to a
// number misses none.
func (r sheet) Take(list []*answers.Answer) ([]answers.Taken, error) {
	last, err := one(r.records, number, `SELECT COALESCE(MAX(seq), 0) FROM answers`)
	if err != nil {
		return nil, err
	}
	fresh := make(map[string]bool, len(list))
	for rest := list; len(rest) > 0; {
		n := batches[len(batches)-1]
		for _, size := range batches {
			if size <= len(rest) {
				n = size
				break
			}
		}
		if err := r.insert(rest[:n], last, fresh); err != nil {
			return nil, err
		}
		rest, last = rest[n:], last+n
	}
	return r.taken(list, fresh)
}

// insert keeps answers with the numbers behind last.
func (r sheet) insert(list []*answers.Answer, last int, fresh map[string]bool) error {
	args := make([]any, 0, len(list)*11)
	for i, a := range list {
		a.Seq = int64(last + 1 + i)
		args = append(args, a.Seq, a.ID, hashText(a.Digest), a.Form, string(a.Point), string(a.Procedure), a.Channel,
			a.Day.ISO(), a.Received.ISO(), int64(a.Marks), jsonText(a.Picks))
	}
	ids, err := all(r.records, text, insertAnswers[r.dialect.ordered][len(list)], args...)
	for _, id := range ids {
		fresh[id] = true
	}
	return err
}

// taken tells what became of each answer, and keeps the comments of those that
// are fresh.
func (r sheet) taken(list []*answers.Answer, fresh map[string]bool) ([]answers.Taken, error) {
	out := make([]answers.Taken, len(list))
	for i, a := range list {
		if fresh[a.ID] {
			out[i] = answers.Fresh
			if err := r.insertComments(a); err != nil {
				return nil, err
			}
			continue
		}
		kept, err := one(r.records, text, `SELECT digest FROM answers WHERE id = $1`, a.ID)
		if err != nil {
			return nil, err
		}
		out[i] = answers.Differ
		if kept == hashText(a.Digest) {
			out[i] = answers.Same
		}
	}
	return out, nil
}

// jsonText writes what can always be written.
func jsonText(v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		panic("sqlstore: " + err.Error())
	}
	return string(b)
}

// After returns answers in the order of receipt.
func (r sheet) After(seq int64, most int) ([]answers.Answer, error) {
	return all(r.records, scanAnswer, `SELECT `+answerColumns+` FROM answers WHERE seq > $1 ORDER BY seq LIMIT $2`, seq, most)
}

// SetAside keeps what could not be taken, once.
func (r sheet) SetAside(a answers.Aside) error {
	_, err := r.exec(`INSERT INTO answer_asides (id, answer, code, point, body, day, seen, seen_by) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
		ON CONFLICT (id) DO UPDATE SET seen = $7, seen_by = $8`,
		a.ID, a.Answer, a.Code, a.Point, a.Body, a.Day.ISO(), micros(a.Seen), string(a.SeenBy))
	return err
}

// Asides returns a page of what was put aside, the newest first.
func (r sheet) Asides(p trail.Page) ([]answers.Aside, error) {
	w := &where{dialect: r.dialect}
	query := `SELECT id, answer, code, point, body, day, seen, seen_by FROM answer_asides` + ordered([]string{"day", "id"}, true) + page(p, w)
	return all(r.records, func(s scanner) (a answers.Aside, err error) {
		return a, s.Scan(&a.ID, &a.Answer, &a.Code, &a.Point, &a.Body, day{&a.Day}, moment{&a.Seen}, &a.SeenBy)
	}, query, w.args...)
}

// CountAsides returns how much was put aside.
func (r sheet) CountAsides() (int, error) {
	return one(r.records, number, `SELECT COUNT(*) FROM answer_asides`)
}

// Forms returns all versions of all question sets, oldest first.
func (r sheet) Forms() ([]answers.Form, error) {
	return all(r.records, func(s scanner) (f answers.Form, err error) {
		var body string
		if err = s.Scan(&f.Version, &body, day{&f.Seen}); err != nil {
			return f, err
		}
		f.Survey = &catalog.Survey{}
		return f, json.Unmarshal([]byte(body), f.Survey)
	}, `SELECT version, body, seen FROM answer_forms ORDER BY form, version`)
}

// PutForm keeps a version of a question set.
func (r sheet) PutForm(f answers.Form) error {
	_, err := r.exec(`INSERT INTO answer_forms (id, form, version, body, seen) VALUES ($1, $2, $3, $4, $5) ON CONFLICT (id) DO NOTHING`,
		fmt.Sprintf("%s#%d", f.Survey.ID, f.Version), f.Survey.ID, f.Version, jsonText(f.Survey), f.Seen.ISO())
	return err
}

const deviceColumns = `id, agency, point, name, code, code_until, token, made, made_by, claimed, revoked, revoked_by, contact, pending, taken`

// perhaps reads a column of a hash that may be missing.
type perhaps struct{ to *staff.Hash }

// Scan reads what maybeText made.
func (p perhaps) Scan(v any) error {
	if s, ok := v.(string); ok && s == "" {
		*p.to = staff.Hash{}
		return nil
	}
	return hash(p).Scan(v)
}

func maybeText(h staff.Hash) string {
	if h == (staff.Hash{}) {
		return ""
	}
	return hashText(h)
}

func scanDevice(s scanner) (d answers.Device, err error) {
	return d, s.Scan(&d.ID, &d.Agency, &d.Point, &d.Name, perhaps{&d.Code}, moment{&d.CodeUntil}, perhaps{&d.Token}, moment{&d.Made}, &d.MadeBy,
		moment{&d.Claimed}, moment{&d.Revoked}, &d.RevokedBy, moment{&d.Contact}, &d.Pending, &d.Taken)
}

// Devices returns the tablets of points.
func (r sheet) Devices(points []catalog.PointCode) ([]answers.Device, error) {
	w := &where{dialect: r.dialect}
	if points != nil {
		in(w, "point", points)
	}
	return all(r.records, scanDevice, `SELECT `+deviceColumns+` FROM answer_devices`+w.String()+` ORDER BY point, name, id`, w.args...)
}

// Device returns a tablet by its id.
func (r sheet) Device(id string) (answers.Device, error) {
	return one(r.records, scanDevice, `SELECT `+deviceColumns+` FROM answer_devices WHERE id = $1`, id)
}

// DeviceWith returns the tablet of a secret.
func (r sheet) DeviceWith(token staff.Hash) (answers.Device, error) {
	return one(r.records, scanDevice, `SELECT `+deviceColumns+` FROM answer_devices WHERE token = $1`, hashText(token))
}

// DeviceOf returns the tablet of a one-time code.
func (r sheet) DeviceOf(code staff.Hash) (answers.Device, error) {
	return one(r.records, scanDevice, `SELECT `+deviceColumns+` FROM answer_devices WHERE code = $1`, hashText(code))
}

// PutDevice keeps a tablet, by its id.
func (r sheet) PutDevice(d answers.Device) error {
	_, err := r.exec(`INSERT INTO answer_devices (`+deviceColumns+`) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)
		ON CONFLICT (id) DO UPDATE SET agency = $2, point = $3, name = $4, code = $5, code_until = $6, token = $7, made = $8, made_by = $9, claimed = $10,
		revoked = $11, revoked_by = $12, contact = $13, pending = $14, taken = $15`,
		d.ID, string(d.Agency), string(d.Point), d.Name, maybeText(d.Code), micros(d.CodeUntil), maybeText(d.Token), micros(d.Made), string(d.MadeBy),
		micros(d.Claimed), micros(d.Revoked), string(d.RevokedBy), micros(d.Contact), d.Pending, d.Taken)
	return err
}
