package sqlstore

import (
	"context"
	"encoding/json"
	"strings"

	"khumue/internal/catalog"
	"khumue/syncd/internal/intake"
	"khumue/syncd/internal/manuals"
)

// PutConfirmation keeps a confirmation, by manual and commit.
func (r *records) PutConfirmation(c manuals.Confirmation) error {
	_, err := r.exec(`INSERT INTO confirmations (manual, object, tree, officer, made) VALUES ($1, $2, $3, $4, $5)
		ON CONFLICT (manual, object) DO UPDATE SET tree = $3, officer = $4, made = $5`,
		string(c.Manual), objectText(c.Commit), string(c.Tree), string(c.By), micros(c.At))
	if err != nil {
		return err
	}
	_, err = r.exec(`UPDATE manuals SET unconfirmed = 0 WHERE id = $1 AND p_tree = $2 AND unconfirmed = 1`, string(c.Manual), string(c.Tree))
	return err
}

func scanConfirmation(s scanner) (c manuals.Confirmation, err error) {
	return c, s.Scan(&c.Manual, object{(*[20]byte)(&c.Commit)}, &c.Tree, &c.By, moment{&c.At})
}

// Confirmations returns those of a manual, the latest first.
func (r *records) Confirmations(id catalog.ManualID) ([]manuals.Confirmation, error) {
	return all(r, scanConfirmation, `SELECT manual, object, tree, officer, made FROM confirmations WHERE manual = $1 ORDER BY made DESC, object`, string(id))
}

// Unconfirmed returns a page of manuals of which an imported text is in force that
// nobody confirmed, by title.
func (r *records) Unconfirmed(f manuals.Filter) ([]manuals.Manual, error) {
	w, err := unconfirmed(f, r.dialect)
	if err != nil {
		return nil, err
	}
	query := `SELECT ` + manualColumns + ` FROM manuals` + w.String() + ordered([]string{"title_order", "id"}, false) + page(f.Page, w)
	return all(r, scanManual, query, w.args...)
}

// CountUnconfirmed returns how many there are on all pages.
func (r *records) CountUnconfirmed(f manuals.Filter) (int, error) {
	w, err := unconfirmed(f, r.dialect)
	if err != nil {
		return 0, err
	}
	return one(r, number, `SELECT COUNT(*) FROM manuals`+w.String(), w.args...)
}

func unconfirmed(f manuals.Filter, d dialect) (*where, error) {
	w := &where{dialect: d}
	w.and("unconfirmed = 1")
	if f.Agencies != nil {
		in(w, "agency", f.Agencies)
	}
	found, err := wordsOf(f.Text)
	for _, word := range found {
		w.and(`found_by LIKE ? ESCAPE '\'`, containing(word))
	}
	return w, err
}

// toConfirm is 1 for a manual of which an imported text is in force that nobody
// confirmed.
func (r *records) toConfirm(m manuals.Manual) (int64, error) {
	if !m.Imported() || m.Withdrawn {
		return 0, nil
	}
	n, err := one(r, number, `SELECT COUNT(*) FROM confirmations WHERE manual = $1 AND tree = $2`, string(m.ID), string(m.Published.Tree))
	return bit(n == 0), err
}

// Intake returns the store as the room of imports has it.
func (s *Store) Intake() intake.Store { return intakes{s} }

type intakes struct{ store *Store }

var _ intake.Records = (*records)(nil)

// Read is Store.Read.
func (i intakes) Read(ctx context.Context, do func(intake.Records) error) error {
	return i.store.read(ctx, func(r *records) error { return do(r) })
}

// Write is Store.Write.
func (i intakes) Write(ctx context.Context, do func(intake.Records) error) error {
	return i.store.write(ctx, func(r *records) error { return do(r) })
}

// Remembered returns the lines that imports remember, by name.
func (r *records) Remembered() ([]string, error) {
	return all(r, text, `SELECT line FROM import_memory ORDER BY id`)
}

// Remember keeps lines, each in the place of one of the same name: what stands
// before its first tab.
func (r *records) Remember(lines []string) error {
	for _, line := range lines {
		name, _, _ := strings.Cut(line, "\t")
		if _, err := r.exec(`INSERT INTO import_memory (id, line) VALUES ($1, $2) ON CONFLICT (id) DO UPDATE SET line = $2`, name, line); err != nil {
			return err
		}
	}
	return nil
}

// Notes returns what an import had to say of something; none when it had nothing.
func (r *records) Notes(id string) (out []intake.Note, err error) {
	kept, err := all(r, text, `SELECT notes FROM import_notes WHERE id = $1`, id)
	if err != nil || len(kept) == 0 {
		return nil, err
	}
	return out, r.fail(json.Unmarshal([]byte(kept[0]), &out))
}

// PutNotes keeps it in the place of what was said before; none forgets it.
func (r *records) PutNotes(id string, notes []intake.Note) error {
	if len(notes) == 0 {
		_, err := r.exec(`DELETE FROM import_notes WHERE id = $1`, id)
		return err
	}
	kept, err := json.Marshal(notes)
	if err != nil {
		return r.fail(err)
	}
	_, err = r.exec(`INSERT INTO import_notes (id, notes) VALUES ($1, $2) ON CONFLICT (id) DO UPDATE SET notes = $2`, id, string(kept))
	return err
}
