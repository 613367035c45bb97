package cargo

import (
	"time"

	"khumue/internal/catalog"
	"khumue/syncd/internal/manuals"
)

// CommentBody is what was said about a revision under way.
type CommentBody struct {
	ID      string    `json:"id"`
	Manual  string    `json:"manual"`
	Number  int       `json:"number,omitempty"`
	Draft   string    `json:"draft,omitempty"`
	Field   string    `json:"field,omitempty"`
	By      string    `json:"by"`
	At      time.Time `json:"at"`
	Text    string    `json:"text,omitempty"`
	Removed time.Time `json:"removed,omitzero"`
}

// CommentOf is the body of a comment.
func CommentOf(c manuals.Comment) CommentBody {
	return CommentBody{c.ID, string(c.Manual), c.Number, c.Key, c.Field, string(c.By), c.At, c.Text, c.Removed}
}

// Comment is the comment.
func (b CommentBody) Comment() manuals.Comment {
	return manuals.Comment{ID: b.ID, Manual: catalog.ManualID(b.Manual), Number: b.Number, Key: b.Draft, Field: b.Field, By: catalog.OfficerID(b.By), At: b.At, Text: b.Text, Removed: b.Removed}
}

// NoticeBody is what an officer was told. Whether it was read is known where it was
// read alone.
type NoticeBody struct {
	ID      string    `json:"id"`
	To      string    `json:"to"`
	Topic   string    `json:"topic"`
	Manual  string    `json:"manual,omitempty"`
	Number  int       `json:"number,omitempty"`
	Draft   string    `json:"draft,omitempty"`
	TitleTH string    `json:"title_th,omitempty"`
	TitleEN string    `json:"title_en,omitempty"`
	By      string    `json:"by,omitempty"`
	At      time.Time `json:"at"`
	Text    string    `json:"text,omitempty"`
	For     string    `json:"for,omitempty"`
}

// NoticeOf is the body of a notice.
func NoticeOf(n manuals.Notice) NoticeBody {
	return NoticeBody{n.ID, string(n.To), string(n.Topic), string(n.Manual), n.Number, n.Key, n.Title.TH, n.Title.EN, string(n.By), n.At, n.Text, string(n.For)}
}

// Notice is the notice, which nobody has read.
func (b NoticeBody) Notice() manuals.Notice {
	return manuals.Notice{ID: b.ID, To: catalog.OfficerID(b.To), Topic: manuals.Topic(b.Topic), Manual: catalog.ManualID(b.Manual), Number: b.Number, Key: b.Draft,
		Title: catalog.Text{TH: b.TitleTH, EN: b.TitleEN}, By: catalog.OfficerID(b.By), At: b.At, Text: b.Text, For: catalog.OfficerID(b.For)}
}
