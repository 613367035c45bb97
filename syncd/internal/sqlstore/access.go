package sqlstore

import (
	"strings"

	"khumue/internal/catalog"
	"khumue/syncd/internal/staff"
)

const accessColumns = `id, hash, holder, name, permits, created, expires, used, ended`

func scanAccess(s scanner) (t staff.AccessToken, err error) {
	var permits string
	err = s.Scan(&t.ID, hash{&t.Hash}, &t.User, &t.Name, &permits, moment{&t.Created}, moment{&t.Expires}, moment{&t.Used}, moment{&t.Ended})
	for _, p := range strings.Fields(permits) {
		t.Permits = append(t.Permits, staff.Permit(p))
	}
	return t, err
}

// AccessWith returns the access token of a secret, whether it serves or not.
func (r *records) AccessWith(h staff.Hash) (staff.AccessToken, error) {
	return one(r, scanAccess, `SELECT `+accessColumns+` FROM accesses WHERE hash = $1`, hashText(h))
}

// AccessOf returns the access tokens of a person, newest first.
func (r *records) AccessOf(user catalog.OfficerID) ([]staff.AccessToken, error) {
	return all(r, scanAccess, `SELECT `+accessColumns+` FROM accesses WHERE holder = $1 ORDER BY created DESC, id DESC`, string(user))
}

// PutAccess keeps an access token. One of nobody is an error of kind Conflict.
func (r *records) PutAccess(t staff.AccessToken) error {
	permits := make([]string, len(t.Permits))
	for i, p := range t.Permits {
		permits[i] = string(p)
	}
	_, err := r.exec(`INSERT INTO accesses (`+accessColumns+`) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
		ON CONFLICT (id) DO UPDATE SET hash = $2, holder = $3, name = $4, permits = $5, created = $6, expires = $7, used = $8, ended = $9`,
		t.ID, hashText(t.Hash), string(t.User), t.Name, strings.Join(permits, " "), micros(t.Created), micros(t.Expires), micros(t.Used), micros(t.Ended))
	return err
}
