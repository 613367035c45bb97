package sqlstore

import (
	"errors"
	"fmt"
	"maps"
	"slices"

	"khumue/internal/delay"
	"khumue/syncd/internal/delays"
)

// complete adds letters, what they replaced, ends that were taken back, and
// applicants to cases, by their ids.
func (r binder) complete(at map[string]*delays.Record) error {
	ids := slices.Sorted(maps.Keys(at))
	return errors.Join(
		r.letters(ids, `delay_letters`, `object, seq`, func(id string, l delay.Letter) { at[id].Case.Letters = append(at[id].Case.Letters, l) }),
		r.letters(ids, `delay_editions`, `object, place`, func(id string, l delay.Letter) { at[id].Case.Replaced = append(at[id].Case.Replaced, l) }),
		r.reopenings(ids, func(id string, o delay.Reopening) { at[id].Case.Reopened = append(at[id].Case.Reopened, o) }),
		r.people(ids, func(id string, key, body []byte) { at[id].Person.Key, at[id].Person.Text = key, body }))
}

// letterColumns are what both tables of letters have.
const letterColumns = `object, seq, number, day, reason, words, expected, signer, position, way, sent, copied, edition, mended, why`

// letters gives what a table holds of cases, in an order.
func (r binder) letters(ids []string, table, order string, give func(id string, l delay.Letter)) error {
	w := &where{dialect: r.dialect}
	in(w, "object", ids)
	_, err := all(r.records, func(s scanner) (none struct{}, err error) {
		var id string
		var l delay.Letter
		if err := s.Scan(&id, &l.Seq, &l.Number, day{&l.Date}, &l.Reason, &l.Text, day{&l.Expected}, &l.Signer, &l.Position, &l.Way, day{&l.Sent}, day{&l.Copied},
			&l.Edition, day{&l.Mended}, &l.Why); err != nil {
			return none, err
		}
		give(id, l)
		return none, nil
	}, `SELECT `+letterColumns+` FROM `+table+w.String()+` ORDER BY `+order, w.args...)
	return err
}

func (r binder) reopenings(ids []string, give func(id string, o delay.Reopening)) error {
	w := &where{dialect: r.dialect}
	in(w, "object", ids)
	_, err := all(r.records, func(s scanner) (none struct{}, err error) {
		var id string
		var o delay.Reopening
		if err := s.Scan(&id, &o.State, day{&o.Ended}, &o.Result, day{&o.Notified}, &o.NoticeWay, day{&o.On}, &o.Role, &o.Why); err != nil {
			return none, err
		}
		give(id, o)
		return none, nil
	}, `SELECT object, state, ended, result, notified, notice_way, day, role, why FROM delay_reopenings`+w.String()+` ORDER BY object, place`, w.args...)
	return err
}

func (r binder) people(ids []string, give func(id string, key, body []byte)) error {
	w := &where{dialect: r.dialect}
	in(w, "id", ids)
	_, err := all(r.records, func(s scanner) (none struct{}, err error) {
		var id string
		var key, body []byte
		if err := s.Scan(&id, blob{&key}, blob{&body}); err != nil {
			return none, err
		}
		give(id, key, body)
		return none, nil
	}, `SELECT id, wrapped, body FROM delay_people`+w.String(), w.args...)
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

// letterValues are the values of letterColumns.
func letterValues(object string, l delay.Letter) []any {
	return []any{object, l.Seq, l.Number, l.Date.ISO(), string(l.Reason), l.Text, l.Expected.ISO(), l.Signer, l.Position, string(l.Way), l.Sent.ISO(), l.Copied.ISO(),
		l.Edition, l.Mended.ISO(), l.Why}
}

// putLetters keeps the letters of a case as they are, and what they replaced as it
// was.
func (r binder) putLetters(v delays.Record) error {
	for _, l := range v.Case.Letters {
		args := append(letterValues(v.ID, l), fmt.Sprintf("%s#%03d", v.ID, l.Seq))
		if _, err := r.exec(`INSERT INTO delay_letters (`+letterColumns+`, id) VALUES (`+places(len(args))+`)
			ON CONFLICT (id) DO UPDATE SET number = $3, day = $4, reason = $5, words = $6, expected = $7, signer = $8, position = $9, way = $10, sent = $11, copied = $12,
			edition = $13, mended = $14, why = $15`, args...); err != nil {
			return err
		}
	}
	for i, l := range v.Case.Replaced {
		args := append(letterValues(v.ID, l), i+1, fmt.Sprintf("%s#%03d.%03d", v.ID, l.Seq, l.Edition))
		if _, err := r.exec(`INSERT INTO delay_editions (`+letterColumns+`, place, id) VALUES (`+places(len(args))+`) ON CONFLICT (id) DO NOTHING`, args...); err != nil {
			return err
		}
	}
	return nil
}

// putReopenings keeps ends that were taken back.
func (r binder) putReopenings(v delays.Record) error {
	for i, o := range v.Case.Reopened {
		if _, err := r.exec(`INSERT INTO delay_reopenings (id, object, place, state, ended, result, notified, notice_way, day, role, why)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) ON CONFLICT (id) DO NOTHING`,
			fmt.Sprintf("%s#%03d", v.ID, i+1), v.ID, i+1, string(o.State), o.Ended.ISO(), string(o.Result), o.Notified.ISO(), string(o.NoticeWay), o.On.ISO(), string(o.Role), o.Why); err != nil {
			return err
		}
	}
	return nil
}
