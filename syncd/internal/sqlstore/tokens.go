package sqlstore

import (
	"khumue/syncd/internal/rights"
	"khumue/syncd/internal/staff"
)

const tokenColumns = `id, hash, role, agency, point, issued_at, issued_by, expires, used_at, used_by, revoked_at, revoked_by`

func scanToken(s scanner) (t staff.Token, err error) {
	return t, s.Scan(&t.ID, hash{&t.Hash}, &t.Role, &t.Scope.Agency, &t.Scope.Point, moment{&t.IssuedAt}, &t.IssuedBy, moment{&t.Expires},
		moment{&t.UsedAt}, &t.UsedBy, moment{&t.RevokedAt}, &t.RevokedBy)
}

// TokenWith returns the token of a secret, whether it can be redeemed or not.
func (r *records) TokenWith(h staff.Hash) (staff.Token, error) {
	return one(r, scanToken, `SELECT `+tokenColumns+` FROM tokens WHERE hash = $1`, hashText(h))
}

// LiveToken returns the token of a role and scope that is neither used nor
// revoked. It may have expired.
func (r *records) LiveToken(g rights.Grant) (staff.Token, error) {
	return one(r, scanToken, `SELECT `+tokenColumns+` FROM tokens WHERE role = $1 AND agency = $2 AND point = $3 AND used_at = 0 AND revoked_at = 0`,
		string(g.Role), string(g.Scope.Agency), string(g.Scope.Point))
}

// FindTokens returns a page of tokens, newest first, and how many there are on
// all pages.
func (r *records) FindTokens(f staff.TokenFilter) (ts []staff.Token, count int, err error) {
	w := where{dialect: r.dialect}
	if f.Role != "" {
		w.and("role = ?", string(f.Role))
	}
	if f.Agencies != nil {
		in(&w, "agency", f.Agencies)
	}
	if f.Live {
		w.and("used_at = 0 AND revoked_at = 0 AND expires > ?", micros(f.Now))
	}
	if count, err = one(r, number, `SELECT COUNT(*) FROM tokens`+w.String(), w.args...); err != nil {
		return nil, 0, err
	}
	query := `SELECT ` + tokenColumns + ` FROM tokens` + w.String() + ordered([]string{"issued_at", "id"}, true) + page(f.Page, &w)
	ts, err = all(r, scanToken, query, w.args...)
	return ts, count, err
}

// PutToken keeps a token. A second live one of its role and scope is an error of
// kind Conflict.
func (r *records) PutToken(t staff.Token) error {
	_, err := r.exec(`INSERT INTO tokens (`+tokenColumns+`) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
		ON CONFLICT (id) DO UPDATE SET hash = $2, role = $3, agency = $4, point = $5, issued_at = $6, issued_by = $7, expires = $8,
		used_at = $9, used_by = $10, revoked_at = $11, revoked_by = $12`,
		t.ID, hashText(t.Hash), string(t.Role), string(t.Scope.Agency), string(t.Scope.Point), micros(t.IssuedAt), string(t.IssuedBy), micros(t.Expires),
		micros(t.UsedAt), string(t.UsedBy), micros(t.RevokedAt), string(t.RevokedBy))
	return err
}
