package scope

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"

	"khumue/internal/catalog"
	"khumue/syncd/internal/cargo"
)

// cursor is how far an office has followed. The centre writes it and keeps nothing
// of it; it is sealed, so that an office can not name a commit that it was not told
// of.
type cursor struct {
	Agency catalog.AgencyCode `json:"a"` // for which the content was told
	Point  catalog.PointCode  `json:"p,omitempty"`
	Base   string             `json:"b,omitempty"` // commit up to which the office has all of it; "": none
	Fetch  *fetch             `json:"f,omitempty"` // a transfer that is under way
	Sums   map[string]string  `json:"s,omitempty"` // of each kind of record that the office has all of
	Runs   map[string]run     `json:"r,omitempty"` // of each kind that is being told
}

// fetch is a transfer of files that does not fit one page.
type fetch struct {
	To     string             `json:"t"`
	Agency catalog.AgencyCode `json:"a"` // for which it is
	Point  catalog.PointCode  `json:"p,omitempty"`
	Listed bool               `json:"l,omitempty"` // what the office has was told by a list, not by the commit Base
	After  string             `json:"x"`           // path after which to go on
	Upto   string             `json:"u,omitempty"` // path up to which Files and Bytes count; "": all
	At     int64              `json:"o,omitempty"` // bytes of the file at After that were told; 0: all
	Files  int                `json:"n"`
	Bytes  int64              `json:"z"`
	Done   cargo.Done         `json:"d"`
}

// run is a kind of record that does not fit one page.
type run struct {
	Sum   string `json:"s"` // of the kind when it began
	After string `json:"a"` // id after which to go on
}

// sealBytes is how long the seal before a cursor is.
const sealBytes = 16

func (d *Desk) seal(o Office, text []byte) []byte {
	h := hmac.New(sha256.New, d.Key)
	h.Write([]byte("cursor " + o.ID + "\x00"))
	h.Write(text)
	return h.Sum(nil)[:sealBytes]
}

// write writes a cursor for an office.
func (d *Desk) write(o Office, c cursor) string {
	text := cargo.Write(c)
	return base64.RawURLEncoding.EncodeToString(append(d.seal(o, text), text...))
}

// read reads a cursor. One that was not written for this office, or by another
// centre, is that of an office that has nothing.
func (d *Desk) read(o Office, s string) (c cursor) {
	fresh := cursor{Agency: o.Agency, Point: o.Point}
	b, err := base64.RawURLEncoding.DecodeString(s)
	if err != nil || len(b) < sealBytes || !hmac.Equal(b[:sealBytes], d.seal(o, b[sealBytes:])) {
		return fresh
	}
	if cargo.ReadStrictly(b[sealBytes:], &c) != nil {
		return fresh
	}
	return c
}
