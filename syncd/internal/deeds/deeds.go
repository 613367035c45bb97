// Package deeds knows every kind of thing that an officer may do at an office: how
// it is written down there as an operation, and how the centre does it again.
//
// At the office the desks tell what they are about to do, and a Writer puts it in
// the outbox with its effect. At the centre a Doer gives it to the same desks, as
// the officer who did it, with the rights that officer has there today. What the
// office says of a right is noted and decides nothing.
//
// The package knows the desks of both sides, and refuses to know how operations
// travel and where they are kept.
package deeds

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"unicode/utf8"

	"khumue/internal/catalog"
	"khumue/internal/fault"
	"khumue/internal/gitrepo"
	"khumue/internal/wire"
	"khumue/syncd/internal/ledger"
	"khumue/syncd/internal/review"
)

// The kinds of operations.
const (
	Content = "content.edit" // what needs no approval
	Manual  = "manual."      // and a verb of package ledger
	Licence = "licence.report"
	Comment = "comment"
	Delay   = "delay."        // and what follows it in a verb of package delays
	Survey  = "survey.answer" // of a citizen; no officer did it
)

// file is the content of a file: in the operation where it is a short text, else
// beside it.
type file struct {
	Text   *string    `json:"text,omitempty"`
	Beside *wire.File `json:"beside,omitempty"`
}

// shortText is up to how many bytes of text a file travels in its operation.
const shortText = 64 << 10

// edit is the command of Content.
type edit struct {
	Subject string `json:"subject"`
	Reason  string `json:"reason,omitempty"`
	Files   []struct {
		Path string `json:"path"`
		Was  hash   `json:"was,omitzero"`
		Now  *file  `json:"now,omitempty"` // nil: it goes
	} `json:"files"`
}

// step is the command of a verb of Manual.
type step struct {
	Verb      ledger.Verb      `json:"verb"`
	Manual    catalog.ManualID `json:"manual"`
	Folder    string           `json:"folder,omitempty"`
	Main      hash             `json:"main,omitzero"` // the commit of the centre
	Draft     string           `json:"draft,omitempty"`
	Number    int              `json:"number,omitempty"`
	Was       review.Tree      `json:"was,omitempty"`
	Tree      review.Tree      `json:"tree,omitempty"`
	Text      map[string]file  `json:"text,omitempty"`
	Reason    string           `json:"reason,omitempty"`
	Fields    []string         `json:"fields,omitempty"`
	Statement string           `json:"statement,omitempty"` // of endorse, as proof.Signed writes it
}

// hash is a name in git, as JSON has it.
type hash gitrepo.Hash

// IsZero reports whether it names nothing.
func (h hash) IsZero() bool { return gitrepo.Hash(h).IsZero() }

// MarshalText gives forty hexadecimal digits.
func (h hash) MarshalText() ([]byte, error) { return []byte(gitrepo.Hash(h).String()), nil }

// UnmarshalText reads them.
func (h *hash) UnmarshalText(src []byte) error {
	got, err := gitrepo.ParseHash(string(src))
	*h = hash(got)
	return err
}

// keep makes a file of bytes, giving those that travel beside to put.
func keep(ctx context.Context, data []byte, put func(context.Context, wire.File, []byte) error) (file, *wire.File, error) {
	if len(data) <= shortText && utf8.Valid(data) {
		text := string(data)
		return file{Text: &text}, nil, nil
	}
	sum := sha256.Sum256(data)
	f := wire.File{SHA256: hex.EncodeToString(sum[:]), Size: int64(len(data))}
	return file{Beside: &f}, &f, put(ctx, f, data)
}

// read gives the bytes back.
func (f file) read(get func(wire.File) ([]byte, error)) ([]byte, error) {
	switch {
	case f.Text != nil && f.Beside == nil:
		return []byte(*f.Text), nil
	case f.Beside != nil && f.Text == nil:
		return get(*f.Beside)
	}
	return nil, unread(nil)
}

// unread says that a command is not of its kind's form.
func unread(why error) error {
	return fault.New(fault.Invalid, fault.Text{TH: "อ่านรายการที่ส่งมาไม่ได้", EN: "The operation can not be read."},
		fault.Text{TH: "ปรับรุ่นโปรแกรมของสำนักงาน แล้วทำรายการนี้ใหม่", EN: "Update the office's program, and do it anew."}).Because(why)
}

// object writes a command.
func object(v any) ([]byte, error) { return json.Marshal(v) }
