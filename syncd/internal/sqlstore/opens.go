package sqlstore

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"khumue/internal/catalog"
	"khumue/internal/gitrepo"
	"khumue/syncd/internal/manuals"
	"khumue/syncd/internal/review"
)

const openColumns = `ref, manual, agency, number, state, tree, contributors, endorsed_by, published_by, submitted, emergency, returned,
	object, base_object, base_tree, folder, title_th, title_en, changed, changed_by, began`

func scanOpen(s scanner) (o manuals.Open, err error) {
	var ref, contributors, returned string
	err = s.Scan(&ref, &o.Manual, &o.Agency, &o.Number, &o.State, &o.Tree, &contributors, &o.EndorsedBy, &o.PublishedBy, moment{&o.Submitted}, &o.Emergency, &returned,
		object{(*[20]byte)(&o.Commit)}, object{(*[20]byte)(&o.Base.Commit)}, object{(*[20]byte)(&o.Base.Tree)}, &o.Folder,
		&o.Title.TH, &o.Title.EN, moment{&o.Changed}, &o.By, moment{&o.Began})
	if err != nil {
		return o, err
	}
	for _, id := range strings.Fields(contributors) {
		o.Contributors = append(o.Contributors, catalog.OfficerID(id))
	}
	if returned != "" {
		o.Returned = &review.Return{}
		if err := json.Unmarshal([]byte(returned), o.Returned); err != nil {
			return o, err
		}
	}
	o.Ref, err = review.ParseRef(ref)
	return o, err
}

// Open returns a revision under way, by its ref in full.
func (r *records) Open(ref string) (manuals.Open, error) {
	return one(r, scanOpen, `SELECT `+openColumns+` FROM opens WHERE ref = $1`, ref)
}

// Opens returns a page of revisions under way, the longest waiting first: since
// it was submitted, or, a draft, since it was last changed.
func (r *records) Opens(f manuals.OpenFilter) ([]manuals.Open, error) {
	w, err := underWay(f, r.dialect)
	if err != nil {
		return nil, err
	}
	query := `SELECT ` + openColumns + ` FROM opens` + w.String() + ordered([]string{"waits", "ref"}, false) + page(f.Page, w)
	return all(r, scanOpen, query, w.args...)
}

// CountOpens returns how many there are on all pages.
func (r *records) CountOpens(f manuals.OpenFilter) (int, error) {
	w, err := underWay(f, r.dialect)
	if err != nil {
		return 0, err
	}
	return one(r, number, `SELECT COUNT(*) FROM opens`+w.String(), w.args...)
}

// underWay are the revisions of a filter.
func underWay(f manuals.OpenFilter, d dialect) (*where, error) {
	w := &where{dialect: d}
	if f.Manual != "" {
		w.and("manual = ?", string(f.Manual))
	}
	if f.Agencies != nil {
		in(w, "agency", f.Agencies)
	}
	if len(f.States) > 0 {
		in(w, "state", f.States)
	}
	if f.Writer != "" {
		w.and("ref IN (SELECT ref FROM writers WHERE officer = ?)", string(f.Writer))
	}
	if f.Not != "" {
		w.and("ref NOT IN (SELECT ref FROM writers WHERE officer = ?)", string(f.Not))
		w.and("endorsed_by <> ?", string(f.Not))
	}
	found, err := wordsOf(f.Text)
	for _, word := range found {
		w.and(`found_by LIKE ? ESCAPE '\'`, containing(word))
	}
	return w, err
}

// OpenRefs returns all refs in the index, with what they name.
func (r *records) OpenRefs() (map[string]gitrepo.Hash, error) {
	type named struct {
		ref    string
		commit gitrepo.Hash
	}
	list, err := all(r, func(s scanner) (n named, err error) { return n, s.Scan(&n.ref, object{(*[20]byte)(&n.commit)}) }, `SELECT ref, object FROM opens`)
	refs := make(map[string]gitrepo.Hash, len(list))
	for _, n := range list {
		refs[n.ref] = n.commit
	}
	return refs, err
}

// PutOpen keeps a revision under way, by its ref.
func (r *records) PutOpen(o manuals.Open) error {
	ref := o.Ref.String()
	if _, err := review.ParseRef(ref); err != nil {
		return r.fail(err)
	}
	contributors, err := words(o.Contributors)
	if err != nil {
		return r.fail(err)
	}
	_, err = r.exec(`INSERT INTO opens (`+openColumns+`, found_by, waits)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23)
		ON CONFLICT (ref) DO UPDATE SET manual = $2, agency = $3, number = $4, state = $5, tree = $6, contributors = $7, endorsed_by = $8, published_by = $9,
		submitted = $10, emergency = $11, returned = $12, object = $13, base_object = $14, base_tree = $15, folder = $16, title_th = $17, title_en = $18,
		changed = $19, changed_by = $20, began = $21, found_by = $22, waits = $23`,
		ref, string(o.Manual), string(o.Agency), o.Number, string(o.State), string(o.Tree), contributors, string(o.EndorsedBy), string(o.PublishedBy),
		micros(o.Submitted), bit(o.Emergency), returnText(o.Returned), objectText(o.Commit), objectText(gitrepo.Hash(o.Base.Commit)), objectText(gitrepo.Hash(o.Base.Tree)),
		o.Folder, o.Title.TH, o.Title.EN, micros(o.Changed), string(o.By), micros(o.Began), foundByTitle(o.Title, "", o.Manual), micros(waits(o)))
	if err != nil {
		return err
	}
	if err := r.putWriters(ref, o.Contributors); err != nil {
		return err
	}
	return r.recount(o.Manual)
}

// waits is since when somebody waits for a revision to move.
func waits(o manuals.Open) time.Time {
	if o.State == review.InReview || o.State == review.Endorsed {
		return o.Submitted
	}
	return o.Changed
}

// words are ids with spaces between.
func words(ids []catalog.OfficerID) (string, error) {
	out := make([]string, len(ids))
	for i, id := range ids {
		if out[i] = string(id); !slices.Equal(strings.Fields(out[i]), out[i:i+1]) {
			return "", fmt.Errorf("%q is no officer's id", id)
		}
	}
	return strings.Join(out, " "), nil
}

func (r *records) putWriters(ref string, ids []catalog.OfficerID) error {
	if _, err := r.exec(`DELETE FROM writers WHERE ref = $1`, ref); err != nil {
		return err
	}
	for _, id := range ids {
		if _, err := r.exec(`INSERT INTO writers (ref, officer) VALUES ($1, $2) ON CONFLICT DO NOTHING`, ref, string(id)); err != nil {
			return err
		}
	}
	return nil
}

// returnText is how a return is kept.
func returnText(v *review.Return) string {
	if v == nil {
		return ""
	}
	b, err := json.Marshal(v)
	if err != nil {
		panic(err) // years beyond 9999 alone can not be written
	}
	return string(b)
}

// DropOpen forgets a revision under way, if it is there.
func (r *records) DropOpen(ref string) error {
	ids, err := all(r, text, `SELECT manual FROM opens WHERE ref = $1`, ref)
	if err != nil || len(ids) == 0 {
		return err
	}
	for _, table := range []string{"writers", "opens"} {
		if _, err := r.exec(`DELETE FROM `+table+` WHERE ref = $1`, ref); err != nil {
			return err
		}
	}
	return r.recount(catalog.ManualID(ids[0]))
}
