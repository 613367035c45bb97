package compare

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"reflect"

	"khumue/internal/fault"
)

// Clash is how two changes of one thing meet.
type Clash string

// The kinds of conflict.
const (
	Field   Clash = "field"   // one value changed to two
	Row     Clash = "row"     // a row removed on one side and changed on the other
	Twice   Clash = "twice"   // a row of one name added on both sides, not the same
	Order   Clash = "order"   // rows moved on both sides, not alike
	Passage Clash = "passage" // paragraphs of the body changed to two
)

// Conflict is something that both sides changed, and not to the same.
type Conflict struct {
	// ID tells the conflict from every other, one with other values in the same
	// place included: a choice made for one never falls on another.
	ID     string
	Path   Path
	Clash  Clash
	Label  fault.Text // the field, with the names of rows
	Base   Value
	Ours   Value
	Theirs Value
	Words  fault.Text // what clashes, in a sentence
	Takes  []Take     // what may be chosen

	shape        *shape
	ours, theirs reflect.Value // not valid of a row that is removed
	order        []int         // of rows, as theirs has them
	from, to     int           // of a passage in the merged body, in bytes
}

// Take is what a person chooses.
type Take string

// What may be chosen.
const (
	Ours    Take = "ours"
	Theirs  Take = "theirs"
	Both    Take = "both"    // ours, then theirs
	Another Take = "another" // the value of the Choice
)

// Choice is how a person ends a conflict.
type Choice struct {
	Take  Take
	Value string // for Another, as a content file has it; of a field in three states also "none", or "" for absent
}

// add finishes a conflict whose clash, values and shape are known.
func (m *meeting) add(at spot, c Conflict) {
	c.Path, c.Label = at.path, sentence(at.subject)
	c.Takes = append([]Take{Ours, Theirs}, takes(c)...)
	c.Words = sentence(words(at.subject, clashWords(c)))
	sum := sha256.Sum256(fmt.Appendf(nil, "%d %s %s %#v %#v %#v", len(m.conflicts), c.Path, c.Clash, c.Base.Raw, c.Ours.Raw, c.Theirs.Raw))
	c.ID = hex.EncodeToString(sum[:12])
	m.conflicts = append(m.conflicts, c)
}

func takes(c Conflict) []Take {
	switch {
	case c.Clash == Twice:
		return []Take{Both}
	case c.Clash == Passage:
		return []Take{Both, Another}
	case c.Clash == Field && readable(c.shape):
		return []Take{Another}
	}
	return nil
}

func clashWords(c Conflict) fault.Text {
	switch c.Clash {
	case Row:
		return fault.Text{TH: "ฝ่ายหนึ่งตัดออก อีกฝ่ายแก้ไข", EN: "removed on one side, changed on the other"}
	case Twice:
		return fault.Text{TH: "ทั้งสองฝ่ายเพิ่มรายการนี้ แต่ไม่เหมือนกัน", EN: "added on both sides, but not the same"}
	case Order:
		return fault.Text{TH: "ทั้งสองฝ่ายเรียงลำดับใหม่ไม่ตรงกัน", EN: "put in order differently on both sides"}
	case Passage:
		return fault.Text{TH: "ทั้งสองฝ่ายแก้ไขย่อหน้าเดียวกัน", EN: "the same paragraphs changed on both sides"}
	}
	if !brief(c.Base.Words) || !brief(c.Ours.Words) || !brief(c.Theirs.Words) {
		return fault.Text{TH: "แก้ไขไม่ตรงกัน", EN: "changed differently on both sides"}
	}
	return fault.Text{
		TH: fmt.Sprintf("แก้ไขไม่ตรงกัน เดิม %s ฝ่ายแรก %s อีกฝ่าย %s", c.Base.Words.TH, c.Ours.Words.TH, c.Theirs.Words.TH),
		EN: fmt.Sprintf("changed differently: was %s, one side %s, the other %s", c.Base.Words.EN, c.Ours.Words.EN, c.Theirs.Words.EN),
	}
}
