package sqlstore

import (
	"encoding/json"
	"errors"
	"strconv"
	"strings"

	"khumue/internal/calendar"
	"khumue/internal/fault"
	"khumue/internal/survey"
	"khumue/syncd/internal/answers"
)

// metaFolded is the name under which meta keeps up to which answer the cells are
// made.
const metaFolded = "answers_folded"

// Folded returns up to which answer the cells are made; 0: none.
func (r sheet) Folded() (int64, error) {
	value, err := one(r.records, text, `SELECT value FROM meta WHERE name = $1`, metaFolded)
	if errors.Is(err, fault.NotFound) {
		return 0, nil
	} else if err != nil {
		return 0, err
	}
	return strconv.ParseInt(value, 10, 64)
}

// SetFolded notes it.
func (r sheet) SetFolded(seq int64) error {
	_, err := r.exec(`INSERT INTO meta (name, value) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET value = $2`, metaFolded, strconv.FormatInt(seq, 10))
	return err
}

const cellColumns = `level, span, point, form, manual, channel, n, left_out, counts`

func scanCell(s scanner) (c answers.Cell, err error) {
	var counts string
	if err = s.Scan(&c.Level, &c.Span, &c.Point, &c.Form, &c.Procedure, &c.Channel, &c.N, &c.LeftOut, &counts); err != nil {
		return c, err
	}
	return c, json.Unmarshal([]byte(counts), &c.Counts)
}

// AddCells adds to cells, and makes those that are not there.
func (r sheet) AddCells(list []answers.Cell) error {
	for _, c := range list {
		there, err := all(r.records, scanCell, `SELECT `+cellColumns+` FROM answer_cells
			WHERE level = $1 AND span = $2 AND point = $3 AND form = $4 AND manual = $5 AND channel = $6`,
			int(c.Level), c.Span, string(c.Point), c.Form, string(c.Procedure), c.Channel)
		if err != nil {
			return err
		}
		n, leftOut, counts := c.N, c.LeftOut, c.Counts
		if len(there) == 1 {
			n, leftOut, counts = n+there[0].N, leftOut+there[0].LeftOut, there[0].Counts
			counts.Merge(c.Counts)
		}
		if counts == nil {
			counts = survey.Counts{}
		}
		if _, err := r.exec(`INSERT INTO answer_cells (`+cellColumns+`) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
			ON CONFLICT (level, span, point, form, manual, channel) DO UPDATE SET n = $7, left_out = $8, counts = $9`,
			int(c.Level), c.Span, string(c.Point), c.Form, string(c.Procedure), c.Channel, n, leftOut, jsonText(counts)); err != nil {
			return err
		}
	}
	return nil
}

// Cells returns cells, by span, point, question set and what else they tell
// apart.
func (r sheet) Cells(f answers.CellFilter) ([]answers.Cell, error) {
	w := &where{dialect: r.dialect}
	w.and("level = ?", int(f.Level))
	if f.From != "" {
		w.and("span >= ?", f.From)
	}
	if f.To != "" {
		w.and("span <= ?", f.To)
	}
	if f.Points != nil {
		in(w, "point", f.Points)
	}
	if f.Form != "" {
		w.and("form = ?", f.Form)
	}
	return all(r.records, scanCell, `SELECT `+cellColumns+` FROM answer_cells`+w.String()+ordered([]string{"span", "point", "form", "manual", "channel"}, false), w.args...)
}

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
