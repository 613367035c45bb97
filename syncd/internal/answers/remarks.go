package answers

import (
	"context"
	"errors"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"khumue/internal/catalog"
	"khumue/internal/fault"
	"khumue/internal/survey"
	"khumue/syncd/internal/rights"
	"khumue/syncd/internal/staff"
	"khumue/syncd/internal/trail"
)

// How long a tag may be, and how many a comment may have.
const (
	LongestTag = 30 // characters
	MostTags   = 8
)

// remarksAtOnce is how many comments are read in one transaction.
const remarksAtOnce = 1000

// Remarks returns a page of the comments that a filter lets through and that may be
// told, the newest first, and whether more follow. Who may see them, and of whom
// they tell, the caller decides by told.
func (d *Desk) Remarks(ctx context.Context, f CommentFilter, told func(Comment) bool) (list []Comment, more bool, err error) {
	page := f.Page
	skip, most := max(page.Offset, 0), page.Size()
	if f.Points != nil && len(f.Points) == 0 {
		return nil, false, nil
	}
	var points map[catalog.PointCode]bool
	if len(f.Points) > mostNamed {
		points = map[catalog.PointCode]bool{}
		for _, code := range f.Points {
			points[code] = true
		}
		f.Points = nil
	}
	for f.Page = (trail.Page{Limit: remarksAtOnce}); ; f.Page.Offset += remarksAtOnce {
		var some []Comment
		err := d.Store.Read(ctx, func(r Records) (err error) {
			some, err = r.Comments(f)
			return err
		})
		if err != nil {
			return nil, false, err
		}
		for _, c := range some {
			switch {
			case points != nil && !points[c.Point] || !told(c):
			case skip > 0:
				skip--
			case len(list) == most:
				return list, true, nil
			default:
				list = append(list, c)
			}
		}
		if len(some) < remarksAtOnce {
			return list, false, nil
		}
	}
}

// remark is a comment as the trail shows it, without its text.
type remark struct {
	Tags []string `json:"tags"`
}

// changeRemark changes a comment of a point for whose agency the person may see
// reports. One that is not there is refused too.
func (d *Desk) changeRemark(r Records, by staff.Acting, of func(catalog.PointCode) catalog.AgencyCode, id string, do func(*Comment) error) (was, is Comment, role catalog.Role, err error) {
	was, err = r.Comment(id)
	if errors.Is(err, fault.NotFound) {
		return was, is, "", rights.Refused()
	} else if err != nil {
		return was, is, "", err
	}
	target, err := d.Structure.Target(of(was.Point), was.Point)
	if err != nil && !errors.Is(err, fault.NotFound) {
		return was, is, "", err
	}
	grant, ok := by.As(rights.SeeReports, target)
	if err != nil || !ok {
		return was, is, "", rights.Refused()
	}
	is = was
	is.Tags = slices.Clone(was.Tags)
	if err := do(&is); err != nil {
		return was, is, "", err
	}
	return was, is, grant.Role, r.PutComment(is)
}

// ReadRemarks marks comments as read, all or none. Of tells the agency of a point.
// Who read one first stays.
func (d *Desk) ReadRemarks(ctx context.Context, by staff.Acting, of func(catalog.PointCode) catalog.AgencyCode, ids ...string) error {
	return d.Store.Write(ctx, func(r Records) error {
		for _, id := range ids {
			_, _, _, err := d.changeRemark(r, by, of, id, func(c *Comment) error {
				if c.Read.IsZero() {
					c.Read, c.ReadBy = d.now(), by.ID
				}
				return nil
			})
			if err != nil {
				return err
			}
		}
		return nil
	})
}

// TagRemark gives a comment a tag, or takes it away, and writes so into the trail.
// Spaces within a tag become dashes. A tag that is there, or is not, is no error.
func (d *Desk) TagRemark(ctx context.Context, by staff.Acting, of func(catalog.PointCode) catalog.AgencyCode, id, tag string, away bool) error {
	tag = Tag(tag)
	if !away {
		if err := checkTag(tag); err != nil {
			return err
		}
	}
	return d.Store.Write(ctx, func(r Records) error {
		was, is, role, err := d.changeRemark(r, by, of, id, func(c *Comment) error {
			at := slices.Index(c.Tags, tag)
			switch {
			case away && at >= 0:
				c.Tags = slices.Delete(c.Tags, at, at+1)
			case !away && at < 0 && len(c.Tags) >= MostTags:
				return fault.New(fault.Conflict, fault.Textf("ความเห็นนี้มีป้าย %d ป้ายแล้ว", "This comment has %d tags already.", MostTags), fault.Text{TH: "เอาป้ายอื่นออกก่อน", EN: "Remove one first."})
			case !away && at < 0:
				c.Tags = append(c.Tags, tag)
			}
			return nil
		})
		if err != nil || slices.Equal(was.Tags, is.Tags) {
			return err
		}
		return r.Record(trail.Entry{ID: d.id(), At: d.now(), Officer: by.ID, Role: role, Action: "comment.tag",
			Scope: rights.Scope{Agency: of(is.Point), Point: is.Point}, Subject: is.ID, Before: string(encoded(remark{was.Tags})), After: string(encoded(remark{is.Tags})), Request: by.Request})
	})
}

// Tag is a tag as it is kept: in small letters, with a dash for spaces.
func Tag(s string) string { return strings.Join(strings.Fields(strings.ToLower(s)), "-") }

// checkTag refuses what is no short word, and what tells of a person.
func checkTag(tag string) error {
	n := utf8.RuneCountInString(tag)
	odd := strings.ContainsFunc(tag, func(r rune) bool { return r != '-' && !unicode.In(r, unicode.L, unicode.M, unicode.Nd) })
	_, personal := survey.Mask(tag)
	if n == 0 || n > LongestTag || odd || len(personal) > 0 {
		return fault.New(fault.Invalid, fault.Textf("ป้ายเป็นคำสั้นๆ 1 ถึง %d ตัวอักษร ใช้ได้เฉพาะตัวอักษร ตัวเลข และขีด และห้ามมีข้อมูลส่วนบุคคล", "A tag is a short word of 1 to %d letters, digits and dashes, and tells nothing of a person.", LongestTag),
			fault.Text{TH: "เขียนเช่น ที่จอดรถ", EN: "Write for example: parking."})
	}
	return nil
}

// AsideList returns a page of what could not be taken as answers, the newest first,
// and how much there is, for who keeps the question sets of the country.
func (d *Desk) AsideList(ctx context.Context, by staff.Acting, p trail.Page) (list []Aside, all int, err error) {
	if err := by.May(rights.EditQuestions, rights.Target{}); err != nil {
		return nil, 0, err
	}
	err = d.Store.Read(ctx, func(r Records) error {
		if list, err = r.Asides(p); err != nil {
			return err
		}
		all, err = r.CountAsides()
		return err
	})
	return list, all, err
}

// SeeAsides marks what was put aside as seen by a person. Who saw it first stays,
// and what is there no more is no error.
func (d *Desk) SeeAsides(ctx context.Context, by staff.Acting, ids ...string) error {
	if err := by.May(rights.EditQuestions, rights.Target{}); err != nil {
		return err
	}
	return d.Store.Write(ctx, func(r Records) error {
		for p := (trail.Page{Limit: remarksAtOnce}); ; p.Offset += remarksAtOnce {
			list, err := r.Asides(p)
			if err != nil {
				return err
			}
			for _, a := range list {
				if slices.Contains(ids, a.ID) && a.Seen.IsZero() {
					a.Seen, a.SeenBy = d.now(), by.ID
					if err := r.SetAside(a); err != nil {
						return err
					}
				}
			}
			if len(list) < remarksAtOnce {
				return nil
			}
		}
	})
}
