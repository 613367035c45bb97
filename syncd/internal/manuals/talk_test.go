package manuals_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"khumue/internal/fault"
	"khumue/syncd/internal/manuals"
	"khumue/syncd/internal/staff"
	"khumue/syncd/internal/trail"
)

// saying is what somebody says at an office.
type saying struct {
	by staff.Acting
	manuals.Said
}

func comments(o *office) (list []manuals.Comment) {
	o.t.Helper()
	must(o.t, o.Store.Read(o.t.Context(), func(r manuals.Records) (err error) { list, err = r.Comments(subject); return err }))
	return list
}

// TestWhatIsSaidAtAnOfficeIsSaidAtTheCentre comments a draft and its submission at an
// office that keeps no notices, and says the same twice at the centre.
func TestWhatIsSaidAtAnOfficeIsSaidAtTheCentre(t *testing.T) {
	f := openFar(t)
	var said []saying
	f.Note = func(ctx context.Context, by staff.Acting, s manuals.Said) (context.Context, error) {
		said = append(said, saying{by, s})
		return ctx, nil
	}
	f.Quiet = true
	again := func() {
		t.Helper()
		for _, s := range said {
			must(t, f.centre.SayAgain(t.Context(), s.by, s.Said))
		}
	}
	d := f.revised(retitle(" ฉบับสำนักงาน"))
	first, err := f.Comment(t.Context(), second, d.Ref, "title", "ชื่อนี้ยาว")
	must(t, err)
	must(t, f.sync())
	again()
	again()
	sub, err := f.Submit(t.Context(), author, d.Ref)
	must(t, err)
	_, err = f.Comment(t.Context(), reviewer, sub.Ref, "", "ดีแล้ว")
	must(t, err)
	must(t, f.RemoveComment(t.Context(), second, subject, first.ID))
	must(t, f.sync())
	again()
	again()
	here, there := comments(f.office), comments(f.centre)
	if len(there) != 2 {
		t.Fatalf("the centre has %+v", there)
	}
	for i, c := range there {
		if h := here[i]; c.ID != h.ID || c.Text != h.Text || c.By != h.By || c.Field != h.Field || c.Removed.IsZero() != h.Removed.IsZero() {
			t.Errorf("the office has %+v, the centre %+v", h, c)
		}
	}
	if there[0].Text != "" || there[1].Text != "ดีแล้ว" {
		t.Errorf("the centre has %+v", there)
	}
	told := func(o *office) (n int) {
		list, _, err := o.Notices(t.Context(), author, trail.Page{Limit: 100})
		must(t, err)
		for _, one := range list {
			if one.Topic == manuals.Talked {
				n++
			}
		}
		return n
	}
	if told(f.office) != 0 || told(f.centre) != 2 {
		t.Errorf("the author was told of %d comments at the office, of %d at the centre", told(f.office), told(f.centre))
	}

	for name, c := range map[string]struct {
		by   staff.Acting
		said manuals.Said
		kind fault.Kind
	}{
		"under another's id":            {author, manuals.Said{ID: there[1].ID, Manual: subject, Number: sub.Number, Tree: sub.Tree, Text: "ของฉัน"}, fault.Conflict},
		"under no id":                   {author, manuals.Said{ID: "x", Manual: subject, Number: sub.Number, Tree: sub.Tree, Text: "ของฉัน"}, fault.Invalid},
		"of a text that is gone":        {author, manuals.Said{ID: "0192f0f0-0000-7000-8000-000000000001", Manual: subject, Number: 9, Tree: "4b825dc642cb6eb9a060e54bf8d69288fbee4904", Text: "ของฉัน"}, fault.Conflict},
		"by somebody of another agency": {stranger, manuals.Said{ID: "0192f0f0-0000-7000-8000-000000000002", Manual: subject, Number: sub.Number, Tree: sub.Tree, Text: "ของฉัน"}, fault.NotFound},
		"at too great length":           {author, manuals.Said{ID: "0192f0f0-0000-7000-8000-000000000003", Manual: subject, Number: sub.Number, Tree: sub.Tree, Text: strings.Repeat("ก", 4001)}, fault.Invalid},
		"taking back another's":         {author, manuals.Said{ID: there[1].ID, Manual: subject, Back: true}, fault.NotFound},
	} {
		t.Run(name, func(t *testing.T) {
			if err := f.centre.SayAgain(t.Context(), c.by, c.said); !errors.Is(err, c.kind) {
				t.Errorf("got %v", err)
			}
		})
	}
	if len(comments(f.centre)) != 2 {
		t.Error("what was refused was kept")
	}
}
