// Package cargo is what flows down from the centre to an office: the kinds of
// changes, what the body of each holds, and how files are packed so that they pass
// through a line of 23 kbit/s. The centre's side writes it, the office's reads it.
//
// It refuses to know which office may have what, and where anything is kept.
package cargo

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"maps"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"khumue/internal/fault"
)

// The kinds of changes. Those of records have the record's own id; all of them are
// gone when they have no body.
const (
	Content  = "content"  // where the transfer of files stands, first of each page that brings any; its id is the commit
	File     = "file"     // a file of the content, or a part of one; its id is the path, its version the blob
	Need     = "need"     // the centre asks what the office holds of the kind that is the id
	Revision = "revision" // a revision under way
	Report   = "report"   // a monthly report on licences
	Unlock   = "unlock"   // a request for such a report to be opened
	Post     = "post"     // what a point has to report on
	Case     = "case"     // a late request
	Person   = "person"   // an officer with what it holds
	Setting  = "setting"  // a setting of the centre that offices follow
	Comment  = "comment"  // what was said about a revision under way
	Notice   = "notice"   // what an officer of the office was told
)

// OfflineDays is the setting that says for how many days officers may work on a machine
// that does not hear the centre.
const OfflineDays = "offline_days"

// Records are the kinds of records, in the order in which they are told: people
// before what names them.
var Records = []string{Person, Setting, Post, Report, Unlock, Case, Revision, Comment, Notice}

// Transfer tells where a transfer of files stands.
type Transfer struct {
	From   string    `json:"from"`             // commit that the office has all of; "": it has nothing
	Listed bool      `json:"listed,omitempty"` // what it has was told by a list, whatever From says
	To     string    `json:"to"`               // commit that it will have all of
	Tree   string    `json:"tree"`             // of what the office has then, as git names it
	At     time.Time `json:"at"`               // when To was made
	First  bool      `json:"first"`            // nothing of it was told before this page
	End    bool      `json:"end"`              // nothing is left after this page
	Files  int       `json:"files"`            // of the whole transfer, those that go included
	Bytes  int64     `json:"bytes"`            // of the files that come, unpacked
	Done   Done      `json:"done"`             // of these, after this page
}

// Done is how much of a transfer is done.
type Done struct {
	Files int   `json:"files"`
	Bytes int64 `json:"bytes"`
}

// Part is a file of the content, or a part of it.
type Part struct {
	Commit string `json:"commit"` // that it is from
	At     int64  `json:"at,omitempty"`
	Size   int64  `json:"size"` // of the whole file, in bytes
	Data   []byte `json:"data"` // packed; see Packer
}

// Asked is the body of Need.
type Asked struct {
	After string `json:"after,omitempty"` // of what stands behind this id
}

// Have is what an office brings with a pull.
type Have struct {
	Most   int                `json:"most,omitempty"` // bytes of changes that it wants in the reply; 0: as many as the centre gives
	Holds  map[string]Holding `json:"holds,omitempty"`
	Settle bool               `json:"settle,omitempty"` // it wants to hear that it has all of the content, even where it has
}

// Holding is all that an office holds of a kind, by id, behind one and up to another.
// What stands behind the bound the office tells when it is asked for it.
type Holding struct {
	After    string            `json:"after,omitempty"`
	Upto     string            `json:"upto,omitempty"` // the last id that is told of; "": there is no bound
	Versions map[string]string `json:"versions"`
}

// MostHeld is how many ids an office tells of a kind at a time; a reader takes no
// object of more than scan.MaxMembers.
const MostHeld = 4000

// Within reports whether a Holding says of an id whether it is held.
func (h Holding) Within(id string) bool {
	return (h.After == "" || id > h.After) && (h.Upto == "" || id <= h.Upto)
}

// Hold is what of all that is held of a kind is told at once: what stands behind an
// id, as far as it goes into so many bytes, one id at least.
func Hold(all map[string]string, after string, most int) Holding {
	h := Holding{After: after, Versions: map[string]string{}}
	ids := slices.DeleteFunc(slices.Sorted(maps.Keys(all)), func(id string) bool { return !h.Within(id) })
	for i, id := range ids {
		most -= len(id) + len(all[id]) + len(`"":"",`)
		if i > 0 && (i == MostHeld || most < 0) {
			h.Upto = ids[i-1]
			break
		}
		h.Versions[id] = all[id]
	}
	return h
}

// The bounds of a Have: those of its bytes, and of the page that it may ask for.
const (
	maxHave = 2 << 20
	Least   = 8 << 10
)

// ReadHave reads what an office brings; nil is nothing. What is none is an error of
// kind Invalid.
func ReadHave(b []byte) (h Have, err error) {
	if b == nil {
		return h, nil
	}
	if len(b) > maxHave {
		return h, invalid(errors.New("it is too long"))
	}
	if err := ReadStrictly(b, &h); err != nil {
		return Have{}, err
	}
	for kind, holding := range h.Holds {
		if kind != File && !slices.Contains(Records, kind) {
			return Have{}, invalid(errors.New("there is no kind " + kind))
		}
		for id := range holding.Versions {
			if !holding.Within(id) {
				return Have{}, invalid(errors.New("more is held than was asked for"))
			}
		}
	}
	return h, nil
}

// Write writes a body, or a Have.
func Write(v any) []byte {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		panic("cargo: " + err.Error()) // the types of this package can be written
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n"))
}

// Read reads a body: one JSON object. Members that are not known are left out: a
// newer centre may say more. What can not be read is an error of kind Invalid.
func Read(b []byte, into any) error { return read(b, into, false) }

// ReadStrictly is Read, of the members that are known and no others.
func ReadStrictly(b []byte, into any) error { return read(b, into, true) }

func read(b []byte, into any, strictly bool) error {
	if !utf8.Valid(b) {
		return invalid(errors.New("it is no UTF-8"))
	}
	d := json.NewDecoder(bytes.NewReader(b))
	if strictly {
		d.DisallowUnknownFields()
	}
	if err := d.Decode(into); err != nil {
		return invalid(err)
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return invalid(errors.New("something stands behind it"))
	}
	return nil
}

func invalid(err error) error {
	return fault.New(fault.Invalid, fault.Text{TH: "อ่านข้อมูลที่รับส่งกับส่วนกลางไม่ได้", EN: "What came over the line can not be read."},
		fault.Text{TH: "ปรับปรุงโปรแกรมให้เป็นรุ่นเดียวกัน", EN: "Bring both sides to the same version of the program."}).Because(err)
}

// Version is by which two bodies are known to be the same.
func Version(parts ...[]byte) string {
	h := sha256.New()
	for _, p := range parts {
		n := len(p)
		h.Write([]byte{byte(n >> 24), byte(n >> 16), byte(n >> 8), byte(n)})
		h.Write(p)
	}
	return hex.EncodeToString(h.Sum(nil)[:12])
}

// Sum is a digest of what is held of a kind, whatever the order.
func Sum(versions map[string]string) string {
	lines := make([]string, 0, len(versions))
	for id, v := range versions {
		lines = append(lines, id+"\x00"+v+"\n")
	}
	slices.Sort(lines)
	sum := sha256.Sum256([]byte(strings.Join(lines, "")))
	return base64.RawURLEncoding.EncodeToString(sum[:12])
}
