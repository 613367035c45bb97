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
	"khumue/internal/delay"
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

// complete adds letters and applicants to cases, by their ids.
func (r binder) complete(at map[string]*delays.Record) error {
	w := &where{dialect: r.dialect}
	in(w, "object", slices.Sorted(maps.Keys(at)))
	_, err := all(r.records, func(s scanner) (none struct{}, err error) {
		var id string
		var l delay.Letter
		if err := s.Scan(&id, &l.Seq, &l.Number, day{&l.Date}, &l.Reason, &l.Text, day{&l.Expected}, &l.Signer, &l.Position, &l.Way, day{&l.Sent}, day{&l.Copied}); err != nil {
			return none, err
		}
		at[id].Case.Letters = append(at[id].Case.Letters, l)
		return none, nil
	}, `SELECT object, seq, number, day, reason, words, expected, signer, position, way, sent, copied FROM delay_letters`+w.String()+` ORDER BY object, seq`, w.args...)
	if err != nil {
		return err
	}
	w = &where{dialect: r.dialect}
	in(w, "id", slices.Sorted(maps.Keys(at)))
	_, err = all(r.records, func(s scanner) (none struct{}, err error) {
		var id string
		var key, body []byte
		if err := s.Scan(&id, blob{&key}, blob{&body}); err != nil {
			return none, err
		}
		at[id].Person.Key, at[id].Person.Text = key, body
		return none, nil
	}, `SELECT id, wrapped, body FROM delay_people`+w.String(), w.args...)
	return err
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

// CaseOf returns the newest case of a request at a point.
func (r binder) CaseOf(point catalog.PointCode, request string) (delays.Record, error) {
	return r.onlyCase(` WHERE point = $1 AND found_by = $2 ORDER BY id DESC LIMIT 1`, string(point), request)
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
	return w
}

// Cases returns a page of cases, those first that have waited longest for
// something to be done, those last for which nothing is to be done.
func (r binder) Cases(f delays.Filter) ([]delays.Record, error) {
	w := r.of(f)
	return r.cases(w.String()+` ORDER BY CASE WHEN wakes = '' THEN 1 ELSE 0 END, wakes, due, id`+page(f.Page, w), w.args...)
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
	return errors.Join(r.putPerson(v), r.putLetters(v))
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

// putPerson keeps who the applicant is with a new case, and drops it once it is
// erased.
func (r binder) putPerson(v delays.Record) error {
	var err error
	switch {
	case v.Version == 1:
		_, err = r.exec(`INSERT INTO delay_people (id, wrapped, body) VALUES ($1, $2, $3)`, v.ID, bytesText(v.Person.Key), bytesText(v.Person.Text))
	case !v.Erased.IsZero():
		_, err = r.exec(`DELETE FROM delay_people WHERE id = $1`, v.ID)
	}
	return err
}

func (r binder) putLetters(v delays.Record) error {
	for _, l := range v.Case.Letters {
		_, err := r.exec(`INSERT INTO delay_letters (id, object, seq, number, day, reason, words, expected, signer, position, way, sent, copied)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13) ON CONFLICT (id) DO UPDATE SET way = $11, sent = $12, copied = $13`,
			fmt.Sprintf("%s#%03d", v.ID, l.Seq), v.ID, l.Seq, l.Number, l.Date.ISO(), string(l.Reason), l.Text, l.Expected.ISO(), l.Signer, l.Position, string(l.Way), l.Sent.ISO(), l.Copied.ISO())
		if err != nil {
			return err
		}
	}
	return nil
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
