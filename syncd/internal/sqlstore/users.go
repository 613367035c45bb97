package sqlstore

import (
	"encoding/hex"
	"strings"

	"khumue/internal/catalog"
	"khumue/internal/fault"
	"khumue/internal/thai"
	"khumue/syncd/internal/staff"
	"khumue/syncd/internal/trail"
)

const userColumns = `id, issuer, subject, name, email, created, last_sign_in, disabled`

func scanUser(s scanner) (u staff.User, err error) {
	return u, s.Scan(&u.ID, &u.Issuer, &u.Subject, &u.Name, &u.Email, moment{&u.Created}, moment{&u.LastSignIn}, moment{&u.Disabled})
}

// User returns a user with the grants in force.
func (r *records) User(id catalog.OfficerID) (staff.User, error) {
	return r.granted(one(r, scanUser, `SELECT `+userColumns+` FROM users WHERE id = $1`, string(id)))
}

// UserOf returns the user whom a provider knows by subject.
func (r *records) UserOf(issuer, subject string) (staff.User, error) {
	return r.granted(one(r, scanUser, `SELECT `+userColumns+` FROM users WHERE issuer = $1 AND subject = $2 AND subject <> ''`, issuer, subject))
}

// granted adds the grants in force.
func (r *records) granted(u staff.User, err error) (staff.User, error) {
	if err != nil {
		return u, err
	}
	u.Grants, err = all(r, scanGrant, `SELECT `+grantColumns+` FROM grants WHERE holder = $1 AND ended = 0 ORDER BY since, id`, string(u.ID))
	return u, err
}

// UsersWithEmail returns who has an address, in any case, by id.
func (r *records) UsersWithEmail(email string) ([]staff.User, error) {
	us, err := all(r, scanUser, `SELECT `+userColumns+` FROM users WHERE email_key = $1 ORDER BY id`, strings.ToLower(email))
	return r.allGranted(us, err)
}

// allGranted adds the grants in force of many.
func (r *records) allGranted(us []staff.User, err error) ([]staff.User, error) {
	if err != nil || len(us) == 0 {
		return us, err
	}
	at, w := map[catalog.OfficerID]*staff.User{}, where{dialect: r.dialect}
	ids := make([]catalog.OfficerID, len(us))
	for i := range us {
		ids[i], at[us[i].ID] = us[i].ID, &us[i]
	}
	in(&w, "holder", ids)
	w.and("ended = 0")
	gs, err := all(r, scanGrant, `SELECT `+grantColumns+` FROM grants`+w.String()+` ORDER BY since, id`, w.args...)
	for _, g := range gs {
		at[g.User].Grants = append(at[g.User].Grants, g)
	}
	return us, err
}

// userOrders are the columns that users may be ordered by.
var userOrders = map[staff.UserOrder][]string{
	"":              {"name_order", "id"},
	staff.ByName:    {"name_order", "id"},
	staff.ByCreated: {"created", "id"},
	staff.BySignIn:  {"last_sign_in", "id"},
}

// FindUsers returns a page of users, and how many there are on all pages.
func (r *records) FindUsers(f staff.UserFilter) (us []staff.User, count int, err error) {
	columns, ok := userOrders[f.Sort]
	if !ok {
		return nil, 0, fault.New(fault.Invalid, fault.Textf("เรียงตาม %q ไม่ได้", "Users are not ordered by %q.", string(f.Sort)))
	}
	w := where{dialect: r.dialect}
	if t := strings.TrimSpace(f.Text); t != "" {
		w.and(`found_by LIKE ? ESCAPE '\'`, containing(thai.Normalize(t)))
	}
	holding(&w, f)
	if count, err = one(r, number, `SELECT COUNT(*) FROM users`+w.String(), w.args...); err != nil {
		return nil, 0, err
	}
	query := `SELECT ` + userColumns + ` FROM users` + w.String() + ordered(columns, f.Down) + page(f.Page, &w)
	us, err = r.allGranted(all(r, scanUser, query, w.args...))
	return us, count, err
}

// holding restricts users to those with one grant in force that is all of what
// is asked for.
func holding(w *where, f staff.UserFilter) {
	if f.Role == "" && f.Agencies == nil && f.Points == nil {
		return
	}
	g := where{dialect: w.dialect, args: w.args}
	g.and("grants.holder = users.id")
	g.and("grants.ended = 0")
	if f.Role != "" {
		g.and("grants.role = ?", string(f.Role))
	}
	if f.Agencies != nil {
		in(&g, "grants.agency", f.Agencies)
	}
	if f.Points != nil {
		in(&g, "grants.point", f.Points)
	}
	w.args = g.args
	w.and("EXISTS (SELECT 1 FROM grants" + g.String() + ")")
}

// ordered is the ORDER BY of columns, all up or all down.
func ordered(columns []string, down bool) string {
	way := ""
	if down {
		way = " DESC"
	}
	return " ORDER BY " + strings.Join(columns, way+", ") + way
}

// page is the part of a list that is wanted.
func page(p trail.Page, w *where) string {
	part := where{args: w.args}
	part.and(" LIMIT ? OFFSET ?", p.Size(), max(p.Offset, 0))
	w.args = part.args
	return part.conditions[0]
}

// PutUser keeps a user; not its grants.
func (r *records) PutUser(u staff.User) error {
	_, err := r.exec(`INSERT INTO users (id, issuer, subject, name, name_order, email, email_key, found_by, created, last_sign_in, disabled)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
		ON CONFLICT (id) DO UPDATE SET issuer = $2, subject = $3, name = $4, name_order = $5, email = $6, email_key = $7, found_by = $8,
		created = $9, last_sign_in = $10, disabled = $11`,
		string(u.ID), u.Issuer, u.Subject, u.Name, nameOrder(u.Name), u.Email, strings.ToLower(u.Email), foundBy(u.Name, u.Email),
		micros(u.Created), micros(u.LastSignIn), micros(u.Disabled))
	return err
}

// nameOrder is a text whose bytes sort as names do.
func nameOrder(name string) string { return hex.EncodeToString(thai.SortKey(name)) }

// foundBy is what a search for users looks through.
func foundBy(name, email string) string {
	return thai.Normalize(name) + "\n" + thai.Normalize(email)
}
