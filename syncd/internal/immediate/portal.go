package immediate

import (
	"bytes"
	"context"
	"slices"

	"khumue/internal/catalog"
	"khumue/internal/corpus"
	"khumue/internal/fault"
	"khumue/internal/thai"
	"khumue/syncd/internal/staff"
)

// Files of the portal that are changed by what is meant rather than as a whole, so
// that two officers who add to them do not meet.
const (
	catalogFile  = "catalog.yaml"
	synonymsFile = "synonyms.yaml"
)

// Labels returns the Service Catalog for an officer who may change it.
func (d *Desk) Labels(by staff.Acting) (*catalog.Labels, error) {
	s, err := d.Open(by, catalogFile)
	if err != nil {
		return nil, err
	}
	return s.Value.(*catalog.Labels), nil
}

// AddLabel adds a category, group or tag. Its slug is given once and for all.
func (d *Desk) AddLabel(ctx context.Context, by staff.Acting, k catalog.LabelKind, l catalog.Label) (Saved, error) {
	return d.relabel(ctx, by, string(k)+".add", "Add "+string(k)+" "+string(l.Slug), func(v *catalog.Labels) error { return v.Add(k, l) })
}

// ChangeLabel gives a label other names and another place among its kind, from 0.
// When somebody changed it since, the error is of kind Conflict.
func (d *Desk) ChangeLabel(ctx context.Context, by staff.Acting, k catalog.LabelKind, was, l catalog.Label, at int) (Saved, error) {
	return d.relabel(ctx, by, string(k)+".edit", "Edit "+string(k)+" "+string(l.Slug), func(v *catalog.Labels) error { return v.Change(k, was, l, at) })
}

// MergeLabels has all that names a label go on under another of its kind. Its
// address leads there.
func (d *Desk) MergeLabels(ctx context.Context, by staff.Acting, k catalog.LabelKind, from, into catalog.Slug) (Saved, error) {
	return d.relabel(ctx, by, string(k)+".merge", "Merge "+string(k)+" "+string(from)+" into "+string(into), func(v *catalog.Labels) error { return v.Merge(k, from, into) })
}

func (d *Desk) relabel(ctx context.Context, by staff.Acting, action, subject string, change func(*catalog.Labels) error) (Saved, error) {
	return d.alterPortal(ctx, by, catalogFile, action, subject, func(value any) error { return change(value.(*catalog.Labels)) })
}

// Synonyms returns the groups of words that mean the same, for an officer who may
// change them; none when there is no file of them yet.
func (d *Desk) Synonyms(by staff.Acting) ([][]string, error) {
	s, err := d.Open(by, synonymsFile)
	if absent(err) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return s.Value.(*catalog.Synonyms).Groups, nil
}

// Limits of a group of words.
const (
	mostWords   = 50
	longestWord = 80 // characters
)

// ChangeSynonyms puts a group of words in the place of another: was nil adds one,
// words nil removes one. When somebody changed the group since, the error is of
// kind Conflict.
func (d *Desk) ChangeSynonyms(ctx context.Context, by staff.Acting, was, words []string) (Saved, error) {
	action, subject := "synonyms.edit", "Edit synonyms"
	switch {
	case was == nil:
		action, subject = "synonyms.add", "Add synonyms"
	case words == nil:
		action, subject = "synonyms.remove", "Remove synonyms"
	}
	if words != nil {
		if err := checkWords(words); err != nil {
			return Saved{}, err
		}
	}
	return d.alterPortal(ctx, by, synonymsFile, action, subject, func(value any) error {
		s := value.(*catalog.Synonyms)
		groups := slices.Clone(s.Groups)
		i := slices.IndexFunc(groups, func(g []string) bool { return slices.Equal(g, was) })
		switch {
		case was == nil:
			groups = append(groups, words)
		case i < 0:
			return fault.New(fault.Conflict, fault.Text{TH: "มีผู้อื่นแก้ไขกลุ่มคำนี้ไปก่อน", EN: "Somebody else changed this group first."},
				fault.Text{TH: "ดูกลุ่มคำล่าสุดแล้วแก้ไขอีกครั้ง", EN: "Look at it as it stands now, and change it again."})
		case words == nil:
			groups = slices.Delete(groups, i, i+1)
		default:
			groups[i] = words
		}
		s.Groups = groups
		return nil
	})
}

// checkWords holds a group to what makes it one.
func checkWords(words []string) error {
	if len(words) < 2 || len(words) > mostWords {
		return refused(fault.Textf("กลุ่มคำมีได้ตั้งแต่ 2 ถึง %d คำ", "A group has from 2 to %d words.", mostWords), fault.Text{TH: "เพิ่มคำที่มีความหมายเดียวกัน หรือแบ่งเป็นหลายกลุ่ม", EN: "Add a word of the same meaning, or make several groups."})
	}
	seen := map[string]bool{}
	for _, w := range words {
		same := thai.Normalize(w)
		switch n := len([]rune(w)); {
		case same == "" || n > longestWord:
			return refused(fault.Textf("คำยาวได้ไม่เกิน %d ตัวอักษร", "A word has at most %d characters.", longestWord), fault.Text{TH: "เขียนให้สั้นลง", EN: "Write a shorter one."})
		case seen[same]:
			return refused(fault.Textf("%s ซ้ำในกลุ่ม", "%s stands twice.", w), fault.Text{TH: "ลบคำที่ซ้ำ", EN: "Remove one."})
		}
		seen[same] = true
	}
	return nil
}

// alterPortal makes a change of one of the portal's own files as it stands now,
// whoever changed it before; one that is not there yet begins empty.
func (d *Desk) alterPortal(ctx context.Context, by staff.Acting, file, action, subject string, change func(value any) error) (Saved, error) {
	at, _ := corpus.FileAt(file)
	empty, _ := at.Decode(nil)
	if err := mayTry(by, at, Change{Value: empty}); err != nil {
		return Saved{}, err
	}
	return d.do(ctx, by, job{
		action: action, subject: subject,
		plan: func(m *moment) ([]piece, error) {
			now, err := d.blobOf(m.content, file)
			if err != nil {
				return nil, err
			}
			p, err := m.piece(at, now)
			if err != nil {
				return nil, err
			}
			value, _ := at.Decode(bytes.Clone(p.was))
			if err := change(value); err != nil {
				return nil, err
			}
			return []piece{p}, p.become(value)
		},
	})
}
