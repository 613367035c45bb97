package sqlstore

import (
	"context"
	"strings"

	"khumue/internal/calendar"
	"khumue/internal/fault"
	"khumue/syncd/internal/misses"
)

// Misses returns the store as those have it who count searches that found nothing.
func (s *Store) Misses() misses.Store { return missing{s} }

// missing is a store whose transactions are those of the searches that found
// nothing.
type missing struct{ store *Store }

var _ misses.Records = (*records)(nil)

// Read is Store.Read.
func (m missing) Read(ctx context.Context, do func(misses.Records) error) error {
	return m.store.read(ctx, func(r *records) error { return do(r) })
}

// Write is Store.Write.
func (m missing) Write(ctx context.Context, do func(misses.Records) error) error {
	return m.store.write(ctx, func(r *records) error { return do(r) })
}

// AddMiss counts a phrase some more times.
func (r *records) AddMiss(phrase string, times int, on calendar.Date) error {
	_, err := r.exec(`INSERT INTO misses (id, times, last_day, dismissed) VALUES ($1, $2, $3, 0)
		ON CONFLICT (id) DO UPDATE SET times = misses.times + $2, last_day = $3`, phrase, times, on.ISO())
	return err
}

func scanMiss(s scanner) (m misses.Miss, err error) {
	var day string
	if err := s.Scan(&m.Phrase, &m.Count, &day); err != nil {
		return m, err
	}
	m.Last, err = calendar.ParseISO(day)
	return m, err
}

// wildcards are what LIKE reads as more than itself.
var wildcards = strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`)

// Misses returns phrases that were not put away, the most asked first, and how
// many there are in all.
func (r *records) Misses(f misses.Filter) (list []misses.Miss, count int, err error) {
	w := &where{dialect: r.dialect}
	w.and("dismissed = 0")
	w.and("times >= ?", max(f.Least, 1))
	if f.Text != "" {
		w.and(`id LIKE ? ESCAPE '\'`, "%"+wildcards.Replace(f.Text)+"%")
	}
	if count, err = one(r, number, `SELECT COUNT(*) FROM misses`+w.String(), w.args...); err != nil {
		return nil, 0, err
	}
	query := `SELECT id, times, last_day FROM misses` + w.String() + ` ORDER BY times DESC, last_day DESC, id` + page(f.Page, w)
	list, err = all(r, scanMiss, query, w.args...)
	return list, count, err
}

// DismissMiss puts a phrase away. One that is not there is an error of kind
// NotFound.
func (r *records) DismissMiss(phrase string) error {
	n, err := r.exec(`UPDATE misses SET dismissed = 1 WHERE id = $1`, phrase)
	if err == nil && n == 0 {
		err = fault.New(fault.NotFound, fault.Text{TH: "ไม่พบคำนี้ในรายการ", EN: "These words are not on the list."})
	}
	return err
}

// ForgetMisses forgets phrases last asked before a day, and the rarest and oldest
// beyond so many.
func (r *records) ForgetMisses(before calendar.Date, keep int) error {
	if _, err := r.exec(`DELETE FROM misses WHERE last_day < $1`, before.ISO()); err != nil {
		return err
	}
	n, err := one(r, number, `SELECT COUNT(*) FROM misses`)
	if err != nil || n <= keep {
		return err
	}
	_, err = r.exec(`DELETE FROM misses WHERE id IN (SELECT id FROM misses ORDER BY times, last_day, id LIMIT $1)`, n-keep)
	return err
}
