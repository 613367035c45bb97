package licences

import (
	"context"
	"errors"
	"slices"
	"strings"

	"khumue/internal/calendar"
	"khumue/internal/catalog"
	"khumue/internal/fault"
	"khumue/internal/licence"
	"khumue/syncd/internal/rights"
	"khumue/syncd/internal/staff"
)

// Follow notes what points have to report on from now on, and whose they are. What
// a point serves no more is expected for the month in which that was noticed for
// the last time. Where the content is as it was it costs nothing.
func (d *Desk) Follow(ctx context.Context) error {
	version, err := d.Places.Version()
	if err != nil || d.follows(version) {
		return err
	}
	d.following.Lock()
	defer d.following.Unlock()
	if d.follows(version) {
		return nil
	}
	places, err := d.Places.Places()
	if err != nil {
		return err
	}
	month := calendar.MonthOf(calendar.DateOf(d.Now()))
	posts := map[catalog.PointCode]Post{}
	var changed []Post
	err = d.Store.Read(staff.Apart(ctx), func(r Records) error {
		list, err := r.Posts()
		if err != nil {
			return err
		}
		clear(posts)
		for _, p := range list {
			posts[p.Point] = p
		}
		changed = d.compare(posts, places, month)
		return nil
	})
	if err == nil && len(changed) > 0 {
		err = d.Store.Write(staff.Apart(ctx), func(r Records) error {
			for _, p := range changed {
				if err := r.PutPost(p); err != nil {
					return err
				}
			}
			return nil
		})
	}
	if err != nil && !errors.Is(err, fault.Unavailable) { // reads go on where nothing can be written
		return err
	}
	for _, p := range changed {
		posts[p.Point] = p
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.posts, d.places, d.owned = posts, map[catalog.PointCode]Place{}, map[catalog.AgencyCode][]catalog.PointCode{}
	for _, p := range posts {
		d.owned[p.Agency] = append(d.owned[p.Agency], p.Point)
	}
	for _, p := range places {
		d.places[p.Code] = p
	}
	if err == nil {
		d.version = version
	}
	return nil
}

// follows reports whether a version is the one that was followed.
func (d *Desk) follows(version string) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.version == version
}

// compare returns the posts that are not as the places have it.
func (d *Desk) compare(posts map[catalog.PointCode]Post, places []Place, month calendar.Month) (changed []Post) {
	from := month
	if len(posts) == 0 {
		if from = d.Begin; from.IsZero() {
			from = month.Add(-1)
		}
	}
	seen := map[catalog.PointCode]bool{}
	for _, p := range places {
		seen[p.Code] = true
		was, known := posts[p.Code]
		is := Post{p.Code, p.Agency, hold(was.Held, p.Processes, from, month)}
		if known && (is.Agency != was.Agency || !slices.Equal(is.Held, was.Held)) || !known && len(is.Held) > 0 {
			changed = append(changed, is)
		}
	}
	for code, was := range posts {
		if is := (Post{code, was.Agency, hold(was.Held, nil, from, month)}); !seen[code] && !slices.Equal(is.Held, was.Held) {
			changed = append(changed, is)
		}
	}
	slices.SortFunc(changed, func(a, b Post) int { return strings.Compare(string(a.Point), string(b.Point)) })
	return changed
}

// hold is what is expected when a point serves some processes now.
func hold(was []Held, now []catalog.ProcessID, from, month calendar.Month) []Held {
	out := slices.Clone(was)
	for i, h := range out {
		switch serves := slices.Contains(now, h.Process); {
		case serves && !h.Until.IsZero() && h.Until.Compare(month.Add(-1)) >= 0:
			out[i].Until = calendar.Month{}
		case !serves && h.Until.IsZero():
			out[i].Until = month
		}
	}
	for _, id := range now {
		if !slices.ContainsFunc(out, func(h Held) bool { return h.Process == id && h.Until.IsZero() }) {
			out = append(out, Held{Process: id, From: from})
		}
	}
	slices.SortStableFunc(out, func(a, b Held) int { return strings.Compare(string(a.Process), string(b.Process)) })
	return out
}

// Spot is a point with whom its reports concern.
type Spot struct {
	Post
	Name     catalog.Text
	ByAgency bool // the agency reports for it
	ByOPDC   bool // the OPDC decides on unlocks, beside the central officers above
	Calendar licence.Calendar
	target   rights.Target
}

// spot finds a point that has, or had, something to report. What is not there, and
// what a person may not read, is the same refusal.
func (d *Desk) spot(ctx context.Context, by staff.Acting, code catalog.PointCode) (s Spot, err error) {
	if err := d.Follow(ctx); err != nil {
		return s, err
	}
	s, ok, err := d.spotOf(code)
	if err != nil {
		return s, err
	}
	if !ok || by.May(rights.SeeReports, s.target) != nil {
		return s, refused()
	}
	return s, nil
}

func (d *Desk) spotOf(code catalog.PointCode) (s Spot, ok bool, err error) {
	d.mu.Lock()
	post, known := d.posts[code]
	place := d.places[code]
	d.mu.Unlock()
	if !known {
		return s, false, nil
	}
	s = Spot{Post: post, Name: place.Name, ByAgency: d.Places.AgencyReports(post.Agency)}
	if s.Name.TH == "" {
		s.Name = catalog.Text{TH: string(code)}
	}
	if s.Calendar.Holidays, err = d.Places.Holidays(); err != nil {
		return s, false, err
	}
	s.Calendar.Province = place.Province
	s.target, err = d.Structure.Target(post.Agency, "")
	if errors.Is(err, fault.NotFound) {
		s.target, err = rights.Target{Chain: []catalog.AgencyCode{post.Agency}}, nil
	}
	s.target.Point = code
	s.ByOPDC = s.ByAgency && d.isDepartment(post.Agency)
	return s, true, err
}

// departments are the kinds of agencies that stand as high as a department: no part
// of one.
var departments = []catalog.AgencyKind{"ministry", "department", "independent", "state-enterprise", "public-organisation", "university"}

func (d *Desk) isDepartment(code catalog.AgencyCode) bool {
	a, ok := d.Places.Agency(code)
	return ok && slices.Contains(departments, a.Kind)
}

// reports is by which action the point's reports are written.
func (s Spot) reports() rights.Action {
	if s.ByAgency {
		return rights.ReportForUnit
	}
	return rights.ReportLicences
}

// applicant is for whom an unlock is asked for: the agency where that reports,
// else the point, which stands below its agency.
func (s Spot) applicant() rights.Target {
	if s.ByAgency {
		return rights.Target{Chain: s.target.Chain}
	}
	return rights.Target{Chain: append([]catalog.AgencyCode{""}, s.target.Chain...)}
}

// hand is what a person is to the point's reports when it does an act, and in
// which role. The right of the OPDC to decide on unlocks reaches the whole country;
// here it is held to what is the OPDC's: where a department itself reports, and
// where nobody central stands above.
func (s Spot) hand(by staff.Acting, a licence.Act) (licence.Hand, catalog.Role) {
	h := licence.Hand{ID: by.ID, Part: licence.Reader}
	try := func(part licence.Part, action rights.Action, t rights.Target) (catalog.Role, bool) {
		g, ok := by.As(action, t)
		if ok {
			h.Part = part
		}
		return g.Role, ok
	}
	switch a {
	case licence.Grant, licence.Refuse:
		if !s.ByOPDC {
			by.Grants = slices.DeleteFunc(slices.Clone(by.Grants), func(g rights.Grant) bool { return g.Role == catalog.RoleOPDC })
		}
		role, _ := try(licence.Judge, rights.GrantUnlock, s.applicant())
		return h, role
	case licence.Ask:
		if role, ok := try(licence.Reporter, s.reports(), s.target); ok {
			return h, role
		}
		role, _ := try(licence.Asker, rights.AskUnlock, s.target)
		return h, role
	}
	role, _ := try(licence.Reporter, s.reports(), s.target)
	return h, role
}

// May reports whether a person may do an act to the point's reports at all.
func (s Spot) May(by staff.Acting, a licence.Act) bool {
	h, _ := s.hand(by, a)
	return h.Part != licence.Reader
}
