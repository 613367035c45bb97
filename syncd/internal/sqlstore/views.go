package sqlstore

import (
	"khumue/internal/catalog"
	"khumue/syncd/internal/summary"
)

const viewColumns = `id, officer, name, asked, monthly, made`

func scanView(s scanner) (v summary.View, err error) {
	return v, s.Scan(&v.ID, &v.Officer, &v.Name, &v.Asked, yes{&v.Monthly}, moment{&v.Made})
}

// Views returns those of a person, by name.
func (r sums) Views(officer catalog.OfficerID) ([]summary.View, error) {
	return all(r.records, scanView, `SELECT `+viewColumns+` FROM summary_views WHERE officer = $1 ORDER BY name`, string(officer))
}

// MonthlyViews returns those that are sent.
func (r sums) MonthlyViews() ([]summary.View, error) {
	return all(r.records, scanView, `SELECT `+viewColumns+` FROM summary_views WHERE monthly = 1 ORDER BY id`)
}

// PutView keeps a view, by its id.
func (r sums) PutView(v summary.View) error {
	_, err := r.exec(`INSERT INTO summary_views (`+viewColumns+`) VALUES ($1, $2, $3, $4, $5, $6)
		ON CONFLICT (id) DO UPDATE SET asked = $4, monthly = $5, made = $6`, v.ID, string(v.Officer), v.Name, v.Asked, bit(v.Monthly), micros(v.Made))
	return err
}

// DropView forgets a view.
func (r sums) DropView(id string) error {
	_, err := r.exec(`DELETE FROM summary_views WHERE id = $1`, id)
	return err
}
