package sqlstore

import (
	"context"
	"errors"
	"strings"

	"khumue/internal/catalog"
	"khumue/internal/gitrepo"
	"khumue/internal/proof"
	"khumue/internal/thai"
	"khumue/syncd/internal/manuals"
)

// Manuals returns the store as the desk of manuals has it. What one transaction
// of either writes is durable together.
func (s *Store) Manuals() manuals.Store { return desk{s} }

// desk is a store whose transactions are those of the desk of manuals.
type desk struct{ store *Store }

var _ manuals.Records = (*records)(nil)

// Read is Store.Read.
func (d desk) Read(ctx context.Context, do func(manuals.Records) error) error {
	return d.store.read(ctx, func(r *records) error { return do(r) })
}

// Write is Store.Write.
func (d desk) Write(ctx context.Context, do func(manuals.Records) error) error {
	return d.store.write(ctx, func(r *records) error { return do(r) })
}

// metaMark is the name under which meta keeps how far the index is.
const metaMark = "manuals_mark"

// Mark returns the commit of main up to which publications are in the index.
func (r *records) Mark() (gitrepo.Hash, error) {
	marks, err := all(r, scanObject, `SELECT value FROM meta WHERE name = $1`, metaMark)
	if err != nil || len(marks) == 0 {
		return gitrepo.Hash{}, err
	}
	return marks[0], nil
}

func scanObject(s scanner) (h gitrepo.Hash, err error) { return h, s.Scan(object{(*[20]byte)(&h)}) }

// SetMark changes it.
func (r *records) SetMark(h gitrepo.Hash) error {
	_, err := r.exec(`INSERT INTO meta (name, value) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET value = $2`, metaMark, objectText(h))
	return err
}

// What is in force stands in a row of manuals as it does in publications.
const manualColumns = `id, agency, folder, title_th, title_en, names, withdrawn,
	p_number, p_object, p_tree, p_stage, p_made, p_officer, p_endorsed, p_reason, p_in_order`

func scanManual(s scanner) (m manuals.Manual, err error) {
	into := []any{&m.ID, &m.Agency, &m.Folder, &m.Title.TH, &m.Title.EN, &m.Names, &m.Withdrawn}
	err = s.Scan(append(into, publicationFields(&m.Published)...)...)
	if !m.Published.Commit.IsZero() {
		m.Published.Manual = m.ID
	}
	return m, err
}

// Manual returns a manual.
func (r *records) Manual(id catalog.ManualID) (manuals.Manual, error) {
	return one(r, scanManual, `SELECT `+manualColumns+` FROM manuals WHERE id = $1`, string(id))
}

// Manuals returns a page of manuals, as the dictionary orders their titles.
func (r *records) Manuals(f manuals.Filter) ([]manuals.Manual, error) {
	list, err := r.listed(f)
	if err != nil {
		return nil, err
	}
	from := min(max(f.Page.Offset, 0), len(list))
	return r.shelved(list[from:min(from+f.Page.Size(), len(list))])
}

// CountManuals returns how many there are on all pages.
func (r *records) CountManuals(f manuals.Filter) (int, error) {
	list, err := r.listed(f)
	return len(list), err
}

// listed are all manuals of a filter.
func (r *records) listed(f manuals.Filter) ([]*spine, error) {
	v, err := r.view()
	if err != nil {
		return nil, err
	}
	return v.pick(f)
}

// foundByTitle is what a search for a manual looks through.
func foundByTitle(title catalog.Text, names string, id catalog.ManualID) string {
	return strings.Join([]string{thai.Normalize(title.TH), thai.Normalize(title.EN), thai.Normalize(names), string(id)}, "\n")
}

// PutManual keeps a manual. What is in force of it is taken as its own.
func (r *records) PutManual(m manuals.Manual) error {
	turn, err := r.turn()
	if err != nil {
		return err
	}
	waits, err := r.toConfirm(m)
	if err != nil {
		return err
	}
	p := m.Published
	inForce := !p.Commit.IsZero()
	args := []any{string(m.ID), string(m.Agency), m.Folder, m.Title.TH, m.Title.EN, m.Names, bit(m.Withdrawn)}
	args = append(args, publicationArgs(p)...)
	args = append(args, titleOrder(thai.Normalize(m.Title.TH), thai.Normalize(m.Title.EN)), foundByTitle(m.Title, m.Names, m.ID),
		bit(inForce && !m.Withdrawn), bit(inForce && p.Stage == proof.Emergency && !p.InOrder), turn, waits)
	_, err = r.exec(`INSERT INTO manuals (`+manualColumns+`, title_order, found_by, shown, hastened, changed, unconfirmed, drafts, reviews, endorsements)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, `+openCounts+`)
		ON CONFLICT (id) DO UPDATE SET agency = $2, folder = $3, title_th = $4, title_en = $5, names = $6, withdrawn = $7,
		p_number = $8, p_object = $9, p_tree = $10, p_stage = $11, p_made = $12, p_officer = $13, p_endorsed = $14, p_reason = $15, p_in_order = $16,
		title_order = $17, found_by = $18, shown = $19, hastened = $20, changed = $21, unconfirmed = $22`, args...)
	return err
}

// openCounts are how many revisions of the manual $1 are under way, by state.
const openCounts = `(SELECT COUNT(*) FROM opens WHERE manual = $1 AND state = 'draft'),
	(SELECT COUNT(*) FROM opens WHERE manual = $1 AND state = 'review'),
	(SELECT COUNT(*) FROM opens WHERE manual = $1 AND state = 'endorsed')`

// recount tells a manual, if it is there, how many revisions of it are under
// way.
func (r *records) recount(id catalog.ManualID) error {
	turn, err := r.turn()
	if err != nil {
		return err
	}
	_, err = r.exec(`UPDATE manuals SET (drafts, reviews, endorsements) = (SELECT `+openCounts+`), changed = $2 WHERE id = $1`, string(id), turn)
	return err
}

// DropManual forgets a manual, if it is there. Its publications and its
// revisions under way stay.
func (r *records) DropManual(id catalog.ManualID) error {
	turn, err := r.turn()
	if err != nil {
		return err
	}
	if n, err := r.exec(`DELETE FROM manuals WHERE id = $1`, string(id)); err != nil || n == 0 {
		return err
	}
	return r.gone(string(id), turn)
}

// gone notes that a manual was dropped, or all with id "".
func (r *records) gone(id string, turn int64) error {
	_, err := r.exec(`INSERT INTO manuals_gone (id, changed) VALUES ($1, $2) ON CONFLICT (id) DO UPDATE SET changed = $2`, id, turn)
	return err
}

// ClearManuals forgets all manuals, publications, revisions under way and the
// mark.
func (r *records) ClearManuals() error {
	turn, err := r.turn()
	if err != nil {
		return err
	}
	for _, table := range []string{"manuals", "manuals_gone", "publications", "writers", "opens", "confirmations"} {
		if _, err := r.exec(`DELETE FROM ` + table); err != nil {
			return err
		}
	}
	if err := r.gone("", turn); err != nil {
		return err
	}
	_, err = r.exec(`DELETE FROM meta WHERE name = $1`, metaMark)
	return err
}

const publicationColumns = `number, object, tree, stage, made, officer, endorsed, reason, in_order`

// publicationFields are where publicationColumns are read to.
func publicationFields(p *manuals.Publication) []any {
	return []any{&p.Number, object{(*[20]byte)(&p.Commit)}, &p.Tree, &p.Stage, moment{&p.At}, &p.By, &p.Endorsed, &p.Reason, &p.InOrder}
}

// publicationArgs are what publicationColumns hold.
func publicationArgs(p manuals.Publication) []any {
	return []any{p.Number, objectText(p.Commit), string(p.Tree), string(p.Stage), micros(p.At), string(p.By), string(p.Endorsed), p.Reason,
		bit(p.InOrder)}
}

func scanPublication(s scanner) (p manuals.Publication, err error) {
	return p, s.Scan(append(publicationFields(&p), &p.Manual)...)
}

// Publications returns what was published of a manual, the latest first.
func (r *records) Publications(id catalog.ManualID) ([]manuals.Publication, error) {
	return all(r, scanPublication, `SELECT `+publicationColumns+`, manual FROM publications WHERE manual = $1 ORDER BY number DESC, made DESC, object`, string(id))
}

// PutPublication keeps a publication, by manual and commit.
func (r *records) PutPublication(p manuals.Publication) error {
	_, err := r.exec(`INSERT INTO publications (`+publicationColumns+`, manual) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
		ON CONFLICT (manual, object) DO UPDATE SET number = $1, tree = $3, stage = $4, made = $5, officer = $6, endorsed = $7, reason = $8,
		in_order = $9`, append(publicationArgs(p), string(p.Manual))...)
	return err
}

// SetInOrder notes that the emergencies of a manual up to a number were approved
// in order, also where one of them is in force.
func (r *records) SetInOrder(id catalog.ManualID, upTo int) error {
	_, err := r.exec(`UPDATE publications SET in_order = 1 WHERE manual = $1 AND number <= $2 AND stage = 'emergency'`, string(id), upTo)
	if err != nil {
		return err
	}
	turn, err := r.turn()
	if err != nil {
		return err
	}
	_, err = r.exec(`UPDATE manuals SET p_in_order = 1, hastened = 0, changed = $3 WHERE id = $1 AND p_number <= $2 AND p_stage = 'emergency'`, string(id), upTo, turn)
	return err
}

// bit is how yes and no are kept.
func bit(yes bool) int64 {
	if yes {
		return 1
	}
	return 0
}

// objectText is how the hash of an object of git is kept.
func objectText(h gitrepo.Hash) string {
	if h.IsZero() {
		return ""
	}
	return h.String()
}

// object reads a column of objectText.
type object struct{ to *[20]byte }

// Scan reads what objectText made.
func (o object) Scan(v any) error {
	*o.to = [20]byte{}
	if s, ok := v.(string); ok && s == "" {
		return nil
	} else if ok {
		h, err := gitrepo.ParseHash(s)
		*o.to = h
		return err
	}
	return errors.New("a hash is no text")
}
