package review

import (
	"regexp"
	"strconv"

	"khumue/internal/catalog"
	"khumue/internal/fault"
)

// Ref is the name of a revision in git: where a revision stands is its ref.
//
//	refs/heads/draft/<id>/<random 6>
//	refs/heads/review/<id>/<n>
//	refs/heads/endorsed/<id>/<n>
//	refs/heads/archive/<id>/<random 6 or n>
type Ref struct {
	State  State // Draft, InReview, Endorsed or Ended
	Manual catalog.ManualID
	Key    string // of a draft: six characters of catalog.IDAlphabet
	Number int    // of what was submitted, from 1
}

// heads are the folders of refs by the state that they stand for.
var heads = map[string]State{"draft": Draft, "review": InReview, "endorsed": Endorsed, "archive": Ended}

// maxNumber bounds the number of a revision.
const maxNumber = 1_000_000

var refForm = regexp.MustCompile(`^refs/heads/(draft|review|endorsed|archive)/([a-z0-9-]+)/([a-z0-9]+)$`)

var keyForm = regexp.MustCompile(`^[a-z2-7]{6}$`)

// ParseRef reads the name of a revision's ref; anything else, main among it, is
// an error of kind Invalid.
func ParseRef(s string) (Ref, error) {
	bad := fault.New(fault.Invalid, fault.Textf("%q ไม่ใช่ชื่อของฉบับ", "%q is not the name of a revision", s),
		fault.Text{TH: "ฉบับร่างชื่อ draft/รหัสคู่มือ/อักษรหกตัว", EN: "a draft is called draft/<manual>/<six characters>"})
	m := refForm.FindStringSubmatch(s)
	if m == nil {
		return Ref{}, bad
	}
	id, err := catalog.ParseManualID(m[2])
	if err != nil {
		return Ref{}, bad
	}
	r := Ref{State: heads[m[1]], Manual: id}
	n, err := strconv.Atoi(m[3])
	isNumber := err == nil && n >= 1 && n <= maxNumber && strconv.Itoa(n) == m[3]
	isKey := keyForm.MatchString(m[3])
	switch {
	case r.State != Draft && isNumber:
		r.Number = n
	case (r.State == Draft || r.State == Ended) && isKey:
		r.Key = m[3]
	default:
		return Ref{}, bad
	}
	return r, nil
}

// String writes the ref in full.
func (r Ref) String() string {
	name := r.Key
	if name == "" {
		name = strconv.Itoa(r.Number)
	}
	for head, state := range heads {
		if state == r.State {
			return "refs/heads/" + head + "/" + string(r.Manual) + "/" + name
		}
	}
	return ""
}

// NewKey makes the key of a draft from random, at least six bytes from a
// cryptographic source.
func NewKey(random []byte) string {
	b := make([]byte, 6)
	for i := range b {
		b[i] = catalog.IDAlphabet[random[i]&31]
	}
	return string(b)
}
