package sqlstore

import (
	"time"

	"khumue/internal/catalog"
	"khumue/syncd/internal/staff"
)

const grantColumns = `id, holder, role, agency, point, source, since, given_by, ended, ended_by`

func scanGrant(s scanner) (g staff.Grant, err error) {
	return g, s.Scan(&g.ID, &g.User, &g.Role, &g.Scope.Agency, &g.Scope.Point, &g.Source, moment{&g.From}, &g.By, moment{&g.Ended}, &g.EndedBy)
}

// PutGrant keeps a grant. A second one in force of the same person, role and
// scope is an error of kind Conflict, and so is one of nobody.
func (r *records) PutGrant(g staff.Grant) error {
	_, err := r.exec(`INSERT INTO grants (`+grantColumns+`) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
		ON CONFLICT (id) DO UPDATE SET holder = $2, role = $3, agency = $4, point = $5, source = $6, since = $7, given_by = $8, ended = $9, ended_by = $10`,
		g.ID, string(g.User), string(g.Role), string(g.Scope.Agency), string(g.Scope.Point), string(g.Source),
		micros(g.From), string(g.By), micros(g.Ended), string(g.EndedBy))
	return err
}

// GrantsOn returns what was in force at a moment: begun at it or before, and not
// yet ended.
func (r *records) GrantsOn(at time.Time, agencies []catalog.AgencyCode) ([]staff.Grant, error) {
	w := where{dialect: r.dialect}
	w.and("since <= ?", micros(at))
	w.and("(ended = 0 OR ended > ?)", micros(at))
	if agencies != nil {
		in(&w, "agency", agencies)
	}
	return all(r, scanGrant, `SELECT `+grantColumns+` FROM grants`+w.String()+` ORDER BY agency, point, role, holder, id`, w.args...)
}

// GrantsOf returns all that a person holds and held, oldest first.
func (r *records) GrantsOf(user catalog.OfficerID) ([]staff.Grant, error) {
	return all(r, scanGrant, `SELECT `+grantColumns+` FROM grants WHERE holder = $1 ORDER BY since, id`, string(user))
}

// metaFollowed is the name under which meta keeps up to which commit grants have
// followed reorganisations.
const metaFollowed = "grants_followed"

// Followed returns the commit up to which grants have followed.
func (r *records) Followed() (string, error) {
	values, err := all(r, text, `SELECT value FROM meta WHERE name = $1`, metaFollowed)
	if err != nil || len(values) == 0 {
		return "", err
	}
	return values[0], nil
}

// SetFollowed changes it.
func (r *records) SetFollowed(commit string) error {
	_, err := r.exec(`INSERT INTO meta (name, value) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET value = $2`, metaFollowed, commit)
	return err
}
