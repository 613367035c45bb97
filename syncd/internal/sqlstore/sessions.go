package sqlstore

import (
	"time"

	"khumue/internal/catalog"
	"khumue/syncd/internal/staff"
)

const sessionColumns = `hash, id, holder, device, hint, via, created, seen`

func scanSession(s scanner) (v staff.Session, err error) {
	return v, s.Scan(hash{&v.Hash}, &v.ID, &v.User, &v.Device, &v.Hint, &v.Via, moment{&v.Created}, moment{&v.Seen})
}

// Session returns the session of a cookie.
func (r *records) Session(h staff.Hash) (staff.Session, error) {
	return one(r, scanSession, `SELECT `+sessionColumns+` FROM sessions WHERE hash = $1`, hashText(h))
}

// SessionsOf returns where a person is signed in, newest first.
func (r *records) SessionsOf(user catalog.OfficerID) ([]staff.Session, error) {
	return all(r, scanSession, `SELECT `+sessionColumns+` FROM sessions WHERE holder = $1 ORDER BY created DESC, id DESC`, string(user))
}

// PutSession keeps a session. One of nobody is an error of kind Conflict.
func (r *records) PutSession(s staff.Session) error {
	_, err := r.exec(`INSERT INTO sessions (`+sessionColumns+`) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
		ON CONFLICT (hash) DO UPDATE SET id = $2, holder = $3, device = $4, hint = $5, via = $6, created = $7, seen = $8`,
		hashText(s.Hash), s.ID, string(s.User), s.Device, s.Hint, s.Via, micros(s.Created), micros(s.Seen))
	return err
}

// DropSession ends a session, if it is there.
func (r *records) DropSession(h staff.Hash) error {
	_, err := r.exec(`DELETE FROM sessions WHERE hash = $1`, hashText(h))
	return err
}

// DropSessionsOf ends all sessions of a person.
func (r *records) DropSessionsOf(user catalog.OfficerID) error {
	_, err := r.exec(`DELETE FROM sessions WHERE holder = $1`, string(user))
	return err
}

// DropSessionsBefore ends sessions created or last seen before the moments, and
// returns how many.
func (r *records) DropSessionsBefore(created, seen time.Time) (int, error) {
	return r.exec(`DELETE FROM sessions WHERE created < $1 OR seen < $2`, micros(created), micros(seen))
}

// Tries counts what was noted under a key at a moment or later.
func (r *records) Tries(key string, since time.Time) (int, error) {
	return one(r, number, `SELECT COUNT(*) FROM tries WHERE what = $1 AND noted >= $2`, key, micros(since))
}

// Try notes one.
func (r *records) Try(key string, at time.Time) error {
	_, err := r.exec(`INSERT INTO tries (what, noted) VALUES ($1, $2)`, key, micros(at))
	return err
}

// DropTriesBefore forgets what was noted before a moment.
func (r *records) DropTriesBefore(at time.Time) error {
	_, err := r.exec(`DELETE FROM tries WHERE noted < $1`, micros(at))
	return err
}
