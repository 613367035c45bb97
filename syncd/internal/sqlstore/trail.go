package sqlstore

import "khumue/syncd/internal/trail"

const entryColumns = `id, noted, officer, role, action, agency, point, subject, was, became, request`

func scanEntry(s scanner) (e trail.Entry, err error) {
	return e, s.Scan(&e.ID, moment{&e.At}, &e.Officer, &e.Role, &e.Action, &e.Scope.Agency, &e.Scope.Point, &e.Subject, &e.Before, &e.After, &e.Request)
}

// Record writes an entry. There is no way to change one.
func (r *records) Record(e trail.Entry) error {
	_, err := r.exec(`INSERT INTO trail (`+entryColumns+`) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`,
		e.ID, micros(e.At), string(e.Officer), string(e.Role), e.Action, string(e.Scope.Agency), string(e.Scope.Point), e.Subject, e.Before, e.After, e.Request)
	return err
}

// FindEntries returns a page of entries, newest first.
func (r *records) FindEntries(f trail.Filter) ([]trail.Entry, error) {
	w := entries(f, r.dialect)
	query := `SELECT ` + entryColumns + ` FROM trail` + w.String() + ordered([]string{"id"}, true) + page(f.Page, w)
	return all(r, scanEntry, query, w.args...)
}

// CountEntries returns how many there are on all pages.
func (r *records) CountEntries(f trail.Filter) (int, error) {
	w := entries(f, r.dialect)
	return one(r, number, `SELECT COUNT(*) FROM trail`+w.String(), w.args...)
}

// entries are those of a filter: at From or later, and before To.
func entries(f trail.Filter, d dialect) *where {
	w := &where{dialect: d}
	if f.Officer != "" {
		w.and("officer = ?", string(f.Officer))
	}
	if f.Action != "" {
		w.and(`action LIKE ? ESCAPE '\'`, beginning(f.Action))
	}
	if !f.From.IsZero() {
		w.and("noted >= ?", micros(f.From))
	}
	if !f.To.IsZero() {
		w.and("noted < ?", micros(f.To))
	}
	if f.Agencies != nil {
		in(w, "agency", f.Agencies)
	}
	return w
}
