package sqlstore

import (
	"cmp"
	"context"
	"errors"
	"strings"

	"khumue/internal/catalog"
	"khumue/internal/fault"
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
	w, err := listed(f, r.dialect)
	if err != nil {
		return nil, err
	}
	query := `SELECT ` + manualColumns + ` FROM manuals` + w.String() + ordered([]string{"title_order", "id"}, false) + page(f.Page, w)
	return all(r, scanManual, query, w.args...)
}

// CountManuals returns how many there are on all pages.
func (r *records) CountManuals(f manuals.Filter) (int, error) {
	w, err := listed(f, r.dialect)
	if err != nil {
		return 0, err
	}
	return one(r, number, `SELECT COUNT(*) FROM manuals`+w.String(), w.args...)
}

// statuses are the conditions of what a list of manuals can be cut to.
var statuses = map[manuals.Status]string{
	manuals.IsDraft:     "drafts > 0",
	manuals.IsReview:    "reviews > 0",
	manuals.IsEndorsed:  "endorsements > 0",
	manuals.IsPublic:    "shown = 1 AND drafts = 0 AND reviews = 0 AND endorsements = 0",
	manuals.IsWithdrawn: "withdrawn = 1",
	manuals.IsHastened:  "hastened = 1",
}

// listed are the manuals of a filter.
func listed(f manuals.Filter, d dialect) (*where, error) {
	w := &where{dialect: d}
	if f.Status != manuals.AnyStatus {
		condition, ok := statuses[f.Status]
		if !ok {
			return nil, fault.New(fault.Invalid, fault.Textf("ไม่มีสถานะ %q", "There is no status %q.", string(f.Status)))
		}
		w.and(condition)
	}
	if f.Public {
		w.and("shown = 1")
	}
	if f.Agencies != nil {
		in(w, "agency", f.Agencies)
	}
	return w, holdingWords(w, f.Text)
}

// maxWords is how many words a search may have.
const maxWords = 30

// holdingWords restricts to what is found by all words of a text.
func holdingWords(w *where, text string) error {
	words := strings.Fields(thai.Normalize(text))
	if len(words) > maxWords {
		return fault.New(fault.Invalid, fault.Textf("คำค้นมีเกิน %d คำ", "The search has more than %d words.", maxWords),
			fault.Text{TH: "ค้นด้วยคำที่น้อยลง", EN: "Search for fewer words."})
	}
	for _, word := range words {
		w.and(`found_by LIKE ? ESCAPE '\'`, containing(word))
	}
	return nil
}

// foundByTitle is what a search for a manual looks through.
func foundByTitle(title catalog.Text, names string, id catalog.ManualID) string {
	return strings.Join([]string{thai.Normalize(title.TH), thai.Normalize(title.EN), thai.Normalize(names), string(id)}, "\n")
}

// PutManual keeps a manual. What is in force of it is taken as its own.
func (r *records) PutManual(m manuals.Manual) error {
	p := m.Published
	inForce := !p.Commit.IsZero()
	args := []any{string(m.ID), string(m.Agency), m.Folder, m.Title.TH, m.Title.EN, m.Names, bit(m.Withdrawn)}
	args = append(args, publicationArgs(p)...)
	args = append(args, thai.SortKey(cmp.Or(m.Title.TH, m.Title.EN)), foundByTitle(m.Title, m.Names, m.ID),
		bit(inForce && !m.Withdrawn), bit(inForce && p.Stage == proof.Emergency && !p.InOrder))
	_, err := r.exec(`INSERT INTO manuals (`+manualColumns+`, title_order, found_by, shown, hastened, drafts, reviews, endorsements)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, `+openCounts+`)
		ON CONFLICT (id) DO UPDATE SET agency = $2, folder = $3, title_th = $4, title_en = $5, names = $6, withdrawn = $7,
		p_number = $8, p_object = $9, p_tree = $10, p_stage = $11, p_made = $12, p_officer = $13, p_endorsed = $14, p_reason = $15, p_in_order = $16,
		title_order = $17, found_by = $18, shown = $19, hastened = $20`, args...)
	return err
}

// openCounts are how many revisions of the manual $1 are under way, by state.
const openCounts = `(SELECT COUNT(*) FROM opens WHERE manual = $1 AND state = 'draft'),
	(SELECT COUNT(*) FROM opens WHERE manual = $1 AND state = 'review'),
	(SELECT COUNT(*) FROM opens WHERE manual = $1 AND state = 'endorsed')`

// recount tells a manual, if it is there, how many revisions of it are under
// way.
func (r *records) recount(id catalog.ManualID) error {
	_, err := r.exec(`UPDATE manuals SET (drafts, reviews, endorsements) = (SELECT `+openCounts+`) WHERE id = $1`, string(id))
	return err
}

// DropManual forgets a manual, if it is there. Its publications and its
// revisions under way stay.
func (r *records) DropManual(id catalog.ManualID) error {
	_, err := r.exec(`DELETE FROM manuals WHERE id = $1`, string(id))
	return err
}

// ClearManuals forgets all manuals, publications, revisions under way and the
// mark.
func (r *records) ClearManuals() error {
	for _, table := range []string{"manuals", "publications", "writers", "opens"} {
		if _, err := r.exec(`DELETE FROM ` + table); err != nil {
			return err
		}
	}
	_, err := r.exec(`DELETE FROM meta WHERE name = $1`, metaMark)
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
	_, err = r.exec(`UPDATE manuals SET p_in_order = 1, hastened = 0 WHERE id = $1 AND p_number <= $2 AND p_stage = 'emergency'`, string(id), upTo)
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
