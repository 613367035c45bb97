package outbox

import (
	"bytes"
	"encoding/json"
	"fmt"
	"time"

	"khumue/internal/catalog"
	"khumue/internal/fault"
	"khumue/internal/wire"
	"khumue/syncd/internal/rights"
)

// Act is the body of an operation: a command with who gave it. What it says of the
// person is a claim, which the centre holds against what it knows itself.
type Act struct {
	By   catalog.OfficerID // "" of what no officer did: the machine alone answers for it
	As   rights.Grant      // none of what no officer did
	At   time.Time
	Base string // "" when there was nothing before
	Do   []byte // one JSON object
}

// written is how an act is written.
type written struct {
	By     catalog.OfficerID  `json:"by,omitempty"`
	Role   catalog.Role       `json:"role,omitempty"`
	Agency catalog.AgencyCode `json:"agency,omitempty"`
	Point  catalog.PointCode  `json:"point,omitempty"`
	At     string             `json:"at"`
	Base   string             `json:"base,omitempty"`
	Do     json.RawMessage    `json:"do"`
}

// Append appends the act as one JSON object.
func (a Act) Append(b []byte) ([]byte, error) {
	src, err := json.Marshal(written{a.By, a.As.Role, a.As.Scope.Agency, a.As.Scope.Point, a.At.UTC().Format(time.RFC3339Nano), a.Base, a.Do})
	return append(b, src...), err
}

// ReadAct reads what Append wrote. Anything else is an error of kind Invalid.
func ReadAct(body []byte) (Act, error) {
	var w written
	d := json.NewDecoder(bytes.NewReader(body))
	d.DisallowUnknownFields()
	if err := d.Decode(&w); err != nil || d.More() {
		return Act{}, noAct(err)
	}
	at, err := time.Parse(time.RFC3339Nano, w.At)
	as := rights.Grant{Role: w.Role, Scope: rights.Scope{Agency: w.Agency, Point: w.Point}}
	if err != nil || !isObject(w.Do) || !fits(w.By, as) {
		return Act{}, noAct(err)
	}
	return Act{w.By, as, at, w.Base, w.Do}, nil
}

// fits reports whether an act is an officer's, with a grant, or nobody's, with none.
func fits(by catalog.OfficerID, as rights.Grant) bool {
	if by == "" {
		return as == rights.Grant{}
	}
	return as.Role != ""
}

func noAct(err error) error {
	return fault.New(fault.Invalid, fault.Text{TH: "อ่านรายการที่ส่งมาไม่ได้", EN: "The operation can not be read."}).Because(err)
}

// isObject reports whether a text is one JSON object.
func isObject(src []byte) bool {
	trimmed := bytes.TrimLeft(src, " \t\r\n")
	return len(trimmed) > 0 && trimmed[0] == '{' && json.Valid(src)
}

// op makes the operation of a deed.
func (d Deed) op(id string) (wire.Op, error) {
	if d.Kind == "" || d.Entity == "" || d.By == "" && d.As != (rights.Grant{}) || !isObject(d.Do) {
		return wire.Op{}, fmt.Errorf("outbox: a deed of kind %q about %q by %q is not whole", d.Kind, d.Entity, d.By)
	}
	body, err := Act{d.By, d.As, d.At, d.Base, d.Do}.Append(nil)
	if err != nil {
		return wire.Op{}, fmt.Errorf("outbox: %w", err)
	}
	op := wire.Op{ID: id, Seq: 1, Kind: d.Kind, Entity: d.Entity, Body: body, Secret: d.Secret, Files: d.Files}
	if len(body) > wire.MaxBody || len(d.Secret) > wire.MaxSecret || len(d.Files) > wire.MaxFiles {
		return wire.Op{}, fault.New(fault.Invalid,
			fault.Textf("รายการนี้ใหญ่เกิน %d กิโลไบต์ หรือมีไฟล์เกิน %d ไฟล์ จึงส่งไปยังศูนย์กลางไม่ได้", "This is larger than %d KB or has more than %d files, and could not be sent to the centre.", wire.MaxBody>>10, wire.MaxFiles),
			fault.Text{TH: "แบ่งเนื้อหาให้สั้นลง หรือแนบเป็นไฟล์", EN: "Make it shorter, or attach it as a file."})
	}
	// What the centre would not read must not be written down: it would wait for ever.
	if err := op.Check(); err != nil {
		return wire.Op{}, fmt.Errorf("outbox: a deed of kind %q can not be written as a message: %w", d.Kind, err)
	}
	return op, nil
}
