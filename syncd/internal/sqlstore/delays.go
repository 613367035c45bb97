package sqlstore

import (
	"cmp"
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"khumue/internal/calendar"
	"khumue/internal/catalog"
	"khumue/internal/fault"
	"khumue/internal/lookup"
	"khumue/syncd/internal/delays"
)

// Delays returns the store as the desk of late requests knows it.
func (s *Store) Delays() delays.Store { return binders{s} }

// binders is a store whose transactions are those of late requests.
type binders struct{ store *Store }

// Read is Store.Read.
func (s binders) Read(ctx context.Context, do func(delays.Records) error) error {
	return s.store.read(ctx, func(r *records) error { return do(binder{r}) })
}

// Write is Store.Write.
func (s binders) Write(ctx context.Context, do func(delays.Records) error) error {
	return s.store.write(ctx, func(r *records) error { return do(binder{r}) })
}

// binder is what a transaction sees of late requests.
type binder struct{ *records }

var _ delays.Records = binder{}

// bytesText is how bytes are kept.
func bytesText(b []byte) string { return base64.StdEncoding.EncodeToString(b) }

// blob reads a column of bytesText.
type blob struct{ to *[]byte }

// Scan reads what bytesText made; an empty text gives nil.
func (b blob) Scan(v any) error {
	s, ok := v.(string)
	if !ok {
		return fmt.Errorf("bytes are a %T", v)
	}
	*b.to = nil
	if s == "" {
		return nil
	}
	data, err := base64.StdEncoding.DecodeString(s)
	*b.to = data
	return err
}

const caseColumns = `id, version, agency, point, manual, title_th, title_en, revision, object, request, filed, complete, promised, unit, due, province,
	state, ended, result, notified, notice_way, wakes, lookup, code, erased, opened, opened_by`

// caseFields says where each of caseColumns goes.
func caseFields(v *delays.Record) []any {
	c := &v.Case
	return []any{&v.ID, &v.Version, &v.Agency, &v.Point, &v.Manual, &v.Title.TH, &v.Title.EN, &v.Revision, &v.Commit, &c.Request, day{&c.Filed}, day{&c.Complete},
		&c.Promised.Value, &c.Promised.Unit, day{&c.Due}, &c.Province, &c.State, day{&c.Ended}, &c.Result, day{&c.Notified}, &c.NoticeWay, day{&v.Wakes},
		&v.Lookup, blob{&v.Code}, moment{&v.Erased}, moment{&v.Opened}, &v.OpenedBy}
}

func scanCase(s scanner) (v delays.Record, err error) { return v, s.Scan(caseFields(&v)...) }

// cases returns what a query finds, with letters and applicants.
func (r binder) cases(query string, args ...any) ([]delays.Record, error) {
	list, err := all(r.records, scanCase, `SELECT `+caseColumns+` FROM delay_cases`+query, args...)
	if err != nil || len(list) == 0 {
		return list, err
	}
	at := make(map[string]*delays.Record, len(list))
	for i := range list {
		at[list[i].ID] = &list[i]
	}
	return list, r.complete(at)
}

// onlyCase returns the first case that a query finds, or an error of kind
// NotFound.
func (r binder) onlyCase(query string, args ...any) (delays.Record, error) {
	list, err := r.cases(query, args...)
	if err == nil && len(list) == 0 {
		err = fault.New(fault.NotFound, fault.Text{TH: "ไม่พบรายการที่ต้องการ", EN: "There is no such record."})
	}
	if err != nil {
		return delays.Record{}, err
	}
	return list[0], nil
}

// Case returns a case by its id.
func (r binder) Case(id string) (delays.Record, error) { return r.onlyCase(` WHERE id = $1`, id) }

// CaseAt returns a case by where the public finds it.
func (r binder) CaseAt(lookup string) (delays.Record, error) {
	return r.onlyCase(` WHERE lookup = $1`, lookup)
}

// CaseOf returns the case of a request at a point that is open, else the newest.
func (r binder) CaseOf(point catalog.PointCode, request string) (delays.Record, error) {
	return r.onlyCase(` WHERE point = $1 AND found_by = $2 ORDER BY CASE WHEN state = 'open' THEN 0 ELSE 1 END, id DESC LIMIT 1`, string(point), request)
}

// of are the conditions of a filter.
func (r binder) of(f delays.Filter) *where {
	w := &where{dialect: r.dialect}
	switch {
	case f.Agencies != nil && f.Points != nil:
		w.and(`(agency IN `+r.dialect.list+` OR point IN `+r.dialect.list+`)`, listText(f.Agencies), listText(f.Points))
	case f.Agencies != nil:
		in(w, "agency", f.Agencies)
	case f.Points != nil:
		in(w, "point", f.Points)
	}
	if f.Point != "" {
		w.and("point = ?", string(f.Point))
	}
	if f.States != nil {
		in(w, "state", f.States)
	}
	if !f.Red.IsZero() {
		w.and("wakes <> ''")
		w.and("wakes <= ?", f.Red.ISO())
	}
	if f.Request != "" {
		w.and(`found_by LIKE ? ESCAPE '\'`, containing(f.Request))
	}
	if f.After != "" {
		w.and("id > ?", f.After)
	}
	return w
}

// Cases returns a page of cases, those first that have waited longest for
// something to be done, those last for which nothing is to be done; or by id.
func (r binder) Cases(f delays.Filter) ([]delays.Record, error) {
	w := r.of(f)
	order := `CASE WHEN wakes = '' THEN 1 ELSE 0 END, wakes, due, id`
	if f.ByID {
		order = `id`
	}
	return r.cases(w.String()+` ORDER BY `+order+page(f.Page, w), w.args...)
}

// CountCases returns how many there are.
func (r binder) CountCases(f delays.Filter) (int, error) {
	w := r.of(f)
	return one(r.records, number, `SELECT COUNT(*) FROM delay_cases`+w.String(), w.args...)
}

// Recent returns cases that are open, or ended on a day or later.
func (r binder) Recent(ended calendar.Date, after string, most int) ([]delays.Record, error) {
	return r.cases(` WHERE (state = 'open' OR ended >= $1) AND id > $2 ORDER BY id LIMIT $3`, ended.ISO(), after, most)
}

// Remembered returns cases that ended before a day and whose applicant is known
// still.
func (r binder) Remembered(before calendar.Date, most int) ([]delays.Record, error) {
	return r.cases(` WHERE state <> 'open' AND ended < $1 AND erased = 0 ORDER BY id LIMIT $2`, before.ISO(), most)
}

// Tallies counts letters of a period, and cases that were late and open at its
// end.
func (r binder) Tallies(points []catalog.PointCode, p calendar.Period) ([]delays.Tally, error) {
	sums := map[[2]string]delays.Tally{}
	add := func(query string, put func(*delays.Tally, int), args ...any) error {
		w := &where{dialect: r.dialect}
		w.and(query, args...)
		if points != nil {
			in(w, "c.point", points)
		}
		from := `delay_cases c`
		if strings.Contains(query, "l.") {
			from = `delay_letters l JOIN delay_cases c ON c.id = l.object`
		}
		_, err := all(r.records, func(s scanner) (none struct{}, err error) {
			var t delays.Tally
			var n int
			err = s.Scan(&t.Point, &t.Manual, &n)
			key := [2]string{string(t.Point), string(t.Manual)}
			if kept, ok := sums[key]; ok {
				t = kept
			}
			put(&t, n)
			sums[key] = t
			return none, err
		}, `SELECT c.point, c.manual, COUNT(*) FROM `+from+w.String()+` GROUP BY c.point, c.manual`, w.args...)
		return err
	}
	err := errors.Join(
		add(`l.day BETWEEN ? AND ?`, func(t *delays.Tally, n int) { t.Letters = n }, p.From.ISO(), p.To.ISO()),
		add(`c.due < ? AND (c.state = 'open' OR c.ended > ?)`, func(t *delays.Tally, n int) { t.Late = n }, p.To.ISO(), p.To.ISO()))
	return slices.SortedFunc(maps.Values(sums), func(a, b delays.Tally) int {
		return cmp.Or(cmp.Compare(a.Point, b.Point), cmp.Compare(a.Manual, b.Manual))
	}), err
}

// PutCase keeps a case in its version, behind the one before.
func (r binder) PutCase(v delays.Record) error {
	c := v.Case
	args := []any{v.ID, v.Version, string(v.Agency), string(v.Point), string(v.Manual), v.Title.TH, v.Title.EN, v.Revision, v.Commit, c.Request, c.Filed.ISO(), c.Complete.ISO(),
		c.Promised.Value, string(c.Promised.Unit), c.Due.ISO(), c.Province, string(c.State), c.Ended.ISO(), string(c.Result), c.Notified.ISO(), string(c.NoticeWay), v.Wakes.ISO(),
		v.Lookup, bytesText(v.Code), micros(v.Erased), micros(v.Opened), string(v.OpenedBy), lookup.Normal(c.Request)}
	if v.Version == 1 {
		n, err := r.exec(`INSERT INTO delay_cases (`+caseColumns+`, found_by) VALUES (`+places(len(args))+`) ON CONFLICT (id) DO NOTHING`, args...)
		if err := changedOne(n, err); err != nil {
			return err
		}
	} else {
		n, err := r.exec(`UPDATE delay_cases SET version = $1, agency = $2, state = $3, ended = $4, result = $5, notified = $6, notice_way = $7, wakes = $8, erased = $9
			WHERE id = $10 AND version = $11`, v.Version, string(v.Agency), string(c.State), c.Ended.ISO(), string(c.Result), c.Notified.ISO(), string(c.NoticeWay), v.Wakes.ISO(),
			micros(v.Erased), v.ID, v.Version-1)
		if err := changedOne(n, err); err != nil {
			return err
		}
	}
	return errors.Join(r.putPerson(v), r.putLetters(v), r.putReopenings(v))
}

// places are so many parameters.
func places(n int) string {
	out := make([]string, n)
	for i := range out {
		out[i] = fmt.Sprintf("$%d", i+1)
	}
	return strings.Join(out, ", ")
}

// changedOne is an error of kind Conflict where no row was changed.
func changedOne(n int, err error) error {
	if err == nil && n != 1 {
		err = fault.New(fault.Conflict, fault.Text{TH: "มีผู้อื่นแก้ไขเรื่องนี้ก่อนหน้า", EN: "Somebody else has changed this case meanwhile."})
	}
	return err
}

// stepsFor is how long it is remembered that a command was carried out.
const stepsFor = 30 * 24 * time.Hour

// Done reports whether a command was carried out.
func (r binder) Done(command string) (bool, error) {
	n, err := one(r.records, number, `SELECT COUNT(*) FROM delay_steps WHERE id = $1`, command)
	return n > 0, err
}

// Did notes that a command was carried out, and forgets old ones.
func (r binder) Did(command, id string, at time.Time) error {
	if _, err := r.exec(`DELETE FROM delay_steps WHERE made < $1`, micros(at.Add(-stepsFor))); err != nil {
		return err
	}
	_, err := r.exec(`INSERT INTO delay_steps (id, object, made) VALUES ($1, $2, $3)`, command, id, micros(at))
	return err
}
