package sqlstore

import (
	"strings"

	"khumue/internal/calendar"
	"khumue/syncd/internal/answers"
)

const remarkColumns = `id, seq, form, point, manual, channel, day, question, marks, body, tags, read_at, read_by`

func scanRemark(s scanner) (c answers.Comment, err error) {
	var tags string
	err = s.Scan(&c.ID, &c.Seq, &c.Form, &c.Point, &c.Procedure, &c.Channel, day{&c.Day}, &c.Question, &c.Marks, &c.Text, &tags, moment{&c.Read}, &c.ReadBy)
	c.Tags = strings.Fields(tags)
	return c, err
}

func (r sheet) insertComments(a *answers.Answer) error {
	for _, c := range a.Comments {
		_, err := r.exec(`INSERT INTO answer_comments (`+remarkColumns+`) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, '', 0, '')`,
			a.ID+"/"+c.Question, a.Seq, a.Form, string(a.Point), string(a.Procedure), a.Channel, a.Day.ISO(), c.Question, int64(a.Marks), c.Text)
		if err != nil {
			return err
		}
	}
	return nil
}

// Comments returns a page of comments that are not emptied, the newest first.
func (r sheet) Comments(f answers.CommentFilter) ([]answers.Comment, error) {
	w := &where{dialect: r.dialect}
	w.and("body <> ''")
	if f.Points != nil {
		in(w, "point", f.Points)
	}
	if f.Procedure != "" {
		w.and("manual = ?", string(f.Procedure))
	}
	if !f.From.IsZero() {
		w.and("day >= ?", f.From.ISO())
	}
	if !f.To.IsZero() {
		w.and("day <= ?", f.To.ISO())
	}
	if f.Unread {
		w.and("read_at = 0")
	}
	if f.Tag != "" {
		w.and(`tags LIKE ? ESCAPE '\'`, containing(" "+f.Tag+" "))
	}
	for _, word := range strings.Fields(f.Text) {
		w.and(`body LIKE ? ESCAPE '\'`, containing(word))
	}
	query := `SELECT ` + remarkColumns + ` FROM answer_comments` + w.String() + ordered([]string{"day", "seq", "id"}, true) + page(f.Page, w)
	return all(r.records, scanRemark, query, w.args...)
}

// Comment returns a comment by its id.
func (r sheet) Comment(id string) (answers.Comment, error) {
	return one(r.records, scanRemark, `SELECT `+remarkColumns+` FROM answer_comments WHERE id = $1`, id)
}

// PutComment keeps what people say of a comment: its tags and who read it.
func (r sheet) PutComment(c answers.Comment) error {
	tags := ""
	if len(c.Tags) > 0 {
		tags = " " + strings.Join(c.Tags, " ") + " "
	}
	_, err := r.exec(`UPDATE answer_comments SET tags = $2, read_at = $3, read_by = $4 WHERE id = $1`, c.ID, tags, micros(c.Read), string(c.ReadBy))
	return err
}

// Redact empties the texts of comments from before a day, and forgets what was
// put aside before it. It returns how many there were.
func (r sheet) Redact(before calendar.Date) (int, error) {
	emptied, err := r.exec(`UPDATE answer_comments SET body = '' WHERE day < $1 AND body <> ''`, before.ISO())
	if err != nil {
		return 0, err
	}
	gone, err := r.exec(`DELETE FROM answer_asides WHERE day < $1`, before.ISO())
	return emptied + gone, err
}
