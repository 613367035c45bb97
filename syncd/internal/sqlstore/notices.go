package sqlstore

import (
	"time"

	"khumue/internal/calendar"
	"khumue/internal/catalog"
	"khumue/internal/fault"
	"khumue/syncd/internal/manuals"
	"khumue/syncd/internal/trail"
)

const commentColumns = `id, manual, number, draft, field, officer, noted, words, removed`

func scanComment(s scanner) (c manuals.Comment, err error) {
	return c, s.Scan(&c.ID, &c.Manual, &c.Number, &c.Key, &c.Field, &c.By, moment{&c.At}, &c.Text, moment{&c.Removed})
}

// Comments returns what was said about a manual's revisions, oldest first.
func (r *records) Comments(id catalog.ManualID) ([]manuals.Comment, error) {
	return all(r, scanComment, `SELECT `+commentColumns+` FROM comments WHERE manual = $1 ORDER BY noted, id`, string(id))
}

// PutComment keeps a comment, by its id.
func (r *records) PutComment(c manuals.Comment) error {
	_, err := r.exec(`INSERT INTO comments (`+commentColumns+`) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
		ON CONFLICT (id) DO UPDATE SET manual = $2, number = $3, draft = $4, field = $5, officer = $6, noted = $7, words = $8, removed = $9`,
		c.ID, string(c.Manual), c.Number, c.Key, c.Field, string(c.By), micros(c.At), c.Text, micros(c.Removed))
	return err
}

const delegationColumns = `id, giver, taker, role, agency, first_day, last_day, made, ended`

func scanDelegation(s scanner) (d manuals.Delegation, err error) {
	return d, s.Scan(&d.ID, &d.From, &d.To, &d.Role, &d.Agency, moment{&d.First}, moment{&d.Last}, moment{&d.Made}, moment{&d.Ended})
}

// Delegations returns those in force at a moment: from the beginning of their
// first day to the end of their last one, in Thailand, unless taken back by then.
func (r *records) Delegations(at time.Time) ([]manuals.Delegation, error) {
	return all(r, scanDelegation, `SELECT `+delegationColumns+` FROM delegations WHERE ends > $1 AND begins <= $1 AND (ended = 0 OR ended > $1)
		ORDER BY made, id`, micros(at))
}

// DelegationsOf returns those from and to a person, the latest first.
func (r *records) DelegationsOf(who catalog.OfficerID) ([]manuals.Delegation, error) {
	return all(r, scanDelegation, `SELECT `+delegationColumns+` FROM delegations WHERE giver = $1 OR taker = $1 ORDER BY made DESC, id DESC`, string(who))
}

// PutDelegation keeps a delegation, by its id.
func (r *records) PutDelegation(d manuals.Delegation) error {
	_, err := r.exec(`INSERT INTO delegations (`+delegationColumns+`, begins, ends) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
		ON CONFLICT (id) DO UPDATE SET giver = $2, taker = $3, role = $4, agency = $5, first_day = $6, last_day = $7, made = $8, ended = $9, begins = $10, ends = $11`,
		d.ID, string(d.From), string(d.To), string(d.Role), string(d.Agency), micros(d.First), micros(d.Last), micros(d.Made), micros(d.Ended),
		micros(calendar.DateOf(d.First).Start()), micros(calendar.DateOf(d.Last).End()))
	return err
}

const noticeColumns = `id, recipient, topic, manual, number, draft, title_th, title_en, officer, noted, words, queue, was_read, mailed`

func noticeFields(n *manuals.Notice) []any {
	return []any{&n.ID, &n.To, &n.Topic, &n.Manual, &n.Number, &n.Key, &n.Title.TH, &n.Title.EN, &n.By, moment{&n.At}, &n.Text, &n.For, moment{&n.Read}, moment{&n.Mailed}}
}

func scanNotice(s scanner) (n manuals.Notice, err error) { return n, s.Scan(noticeFields(&n)...) }

func scanDue(s scanner) (n manuals.Notice, err error) {
	return n, s.Scan(append(noticeFields(&n), &n.Address)...)
}

// AddNotice keeps a notice. A second one of its id is an error of kind Conflict.
func (r *records) AddNotice(n manuals.Notice) error {
	_, err := r.exec(`INSERT INTO notices (`+noticeColumns+`) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)`,
		n.ID, string(n.To), string(n.Topic), string(n.Manual), n.Number, n.Key, n.Title.TH, n.Title.EN, string(n.By), micros(n.At), n.Text, string(n.For),
		micros(n.Read), micros(n.Mailed))
	return err
}

// Notices returns a page of a person's notices, the latest first.
func (r *records) Notices(to catalog.OfficerID, p trail.Page) ([]manuals.Notice, error) {
	w := &where{dialect: r.dialect}
	w.and("recipient = ?", string(to))
	query := `SELECT ` + noticeColumns + ` FROM notices` + w.String() + ordered([]string{"noted", "id"}, true) + page(p, w)
	return all(r, scanNotice, query, w.args...)
}

// CountUnread returns how many a person has not read.
func (r *records) CountUnread(to catalog.OfficerID) (int, error) {
	return one(r, number, `SELECT COUNT(*) FROM notices WHERE recipient = $1 AND was_read = 0`, string(to))
}

// MarkRead notes that a person read a notice, or all with id "". When it was
// read already, that stays. One that is not the person's is an error of kind
// NotFound.
func (r *records) MarkRead(to catalog.OfficerID, id string, at time.Time) error {
	if id == "" {
		_, err := r.exec(`UPDATE notices SET was_read = $1 WHERE recipient = $2 AND was_read = 0`, micros(at), string(to))
		return err
	}
	if _, err := one(r, text, `SELECT id FROM notices WHERE id = $1 AND recipient = $2`, id, string(to)); err != nil {
		return err
	}
	_, err := r.exec(`UPDATE notices SET was_read = $1 WHERE id = $2 AND was_read = 0`, micros(at), id)
	return err
}

// DueMail returns notices that nobody has mailed yet, of before a moment, with
// the addresses of the persons, who are not disabled and want mail in a way.
func (r *records) DueMail(way manuals.Mail, before time.Time, limit int) ([]manuals.Notice, error) {
	w := &where{dialect: r.dialect}
	w.and("notices.mailed = 0 AND notices.noted < ?", micros(before))
	w.and("users.disabled = 0 AND users.email <> ''")
	w.and("COALESCE(mail_ways.way, 'daily') = ?", string(way))
	part := where{args: w.args}
	part.and("?", max(limit, 0))
	return all(r, scanDue, `SELECT `+dueColumns+` FROM notices JOIN users ON users.id = notices.recipient LEFT JOIN mail_ways ON mail_ways.id = notices.recipient`+
		w.String()+` ORDER BY notices.recipient, notices.noted, notices.id LIMIT `+part.conditions[0], part.args...)
}

const dueColumns = `notices.id, recipient, topic, manual, number, draft, title_th, title_en, officer, noted, words, queue, was_read, mailed, users.email`

// MarkMailed notes that notices were mailed. What was already stays.
func (r *records) MarkMailed(ids []string, at time.Time) error {
	w := &where{dialect: r.dialect, args: []any{micros(at)}}
	in(w, "id", ids)
	_, err := r.exec(`UPDATE notices SET mailed = $1`+w.String()+` AND mailed = 0`, w.args...)
	return err
}

// MailOf returns how a person wants to be told by mail.
func (r *records) MailOf(who catalog.OfficerID) (manuals.Mail, error) {
	ways, err := all(r, text, `SELECT way FROM mail_ways WHERE id = $1`, string(who))
	if err != nil || len(ways) == 0 {
		return manuals.MailDaily, err
	}
	return manuals.Mail(ways[0]), nil
}

// SetMailOf keeps it. A way that there is not is an error of kind Invalid.
func (r *records) SetMailOf(who catalog.OfficerID, way manuals.Mail) error {
	switch way {
	case manuals.MailEach, manuals.MailDaily, manuals.MailNone:
	default:
		return r.fail(fault.New(fault.Invalid, fault.Textf("ไม่มีวิธีส่งอีเมลแบบ %q", "There is no way of mail called %q.", string(way))))
	}
	_, err := r.exec(`INSERT INTO mail_ways (id, way) VALUES ($1, $2) ON CONFLICT (id) DO UPDATE SET way = $2`, string(who), string(way))
	return err
}

// ForgetNotices forgets notices of before a moment, and returns how many.
func (r *records) ForgetNotices(before time.Time) (int, error) {
	return r.exec(`DELETE FROM notices WHERE noted < $1`, micros(before))
}
