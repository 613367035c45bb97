package main

import (
	"context"
	"crypto/rand"
	"fmt"
	"slices"
	"sync"
	"time"

	"khumue/internal/calendar"
	"khumue/internal/catalog"
	"khumue/internal/gitrepo"
	"khumue/internal/licence"
	"khumue/syncd/internal/immediate"
	"khumue/syncd/internal/licences"
	"khumue/syncd/internal/manuals"
	"khumue/syncd/internal/rights"
	"khumue/syncd/internal/staff"
)

// demoMonths is for how many months before this one a demonstration expects
// reports, so that there is something to see.
const demoMonths = 12

// openLicences is the desk of licence reports.
func (c *centre) openLicences() *licences.Desk {
	d := &licences.Desk{Store: c.store.Licences(), Structure: c.current, Places: &licensed{c: c}, People: keepers{c.desk}, Tell: c.tellOfLicences,
		Cases: c.lateOf, Now: time.Now, Random: rand.Reader, Log: c.log}
	if c.writer != nil {
		d.Note = c.writer.Licences
	}
	if c.demo {
		d.Begin = calendar.MonthOf(calendar.DateOf(time.Now())).Add(-demoMonths)
	}
	return d
}

// lateOf is what the register of late requests has of a report: by the manuals that
// name its process.
func (c *centre) lateOf(ctx context.Context, k licence.Key) (licence.Cases, error) {
	naming, err := c.direct.Naming(k.Process)
	if err != nil {
		return licence.Cases{}, err
	}
	list, err := c.late.Tallies(ctx, []catalog.PointCode{k.Point}, k.Month.Period())
	out := licence.Cases{Known: err == nil}
	for _, t := range list {
		if slices.Contains(naming[k.Process], t.Manual) {
			out.Open, out.Letters = out.Open+t.Late, out.Letters+t.Letters
		}
	}
	return out, err
}

// licensed tells where licences are given, as the content says now.
type licensed struct {
	c *centre

	mu       sync.Mutex
	holidays calendar.Holidays
	content  gitrepo.Hash // whose the holidays are
	at, now  gitrepo.Hash // a commit of main, and what it holds
}

var _ licences.Places = (*licensed)(nil)

// tree is what main holds now.
func (l *licensed) tree() (gitrepo.Hash, error) {
	at, err := l.c.repo.Refs().Get(gitrepo.Main)
	if err != nil {
		return gitrepo.Hash{}, err
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if at != l.at {
		main, err := l.c.repo.Commit(at)
		if err != nil {
			return gitrepo.Hash{}, err
		}
		l.at, l.now = at, main.Tree
	}
	return l.now, nil
}

// Version is that of the content.
func (l *licensed) Version() (string, error) {
	tree, err := l.tree()
	return tree.String(), err
}

// Places are all points with the licences that they give.
func (l *licensed) Places() ([]licences.Place, error) {
	points, err := l.c.direct.Points(immediate.PointFilter{})
	if err != nil {
		return nil, err
	}
	given, err := l.c.direct.Licensed()
	if err != nil {
		return nil, err
	}
	out := make([]licences.Place, 0, len(points))
	for _, p := range points {
		out = append(out, licences.Place{Code: p.Code, Agency: p.Agency, Name: p.Name, Province: p.Province, Processes: given[p.Code]})
	}
	return out, nil
}

// Titles are what processes are called.
func (l *licensed) Titles(ids ...catalog.ProcessID) (map[catalog.ProcessID]catalog.Text, error) {
	var names []string
	for _, id := range ids {
		names = append(names, string(id))
	}
	titles, err := l.c.direct.Titles(names...)
	out := map[catalog.ProcessID]catalog.Text{}
	for id, title := range titles {
		out[catalog.ProcessID(id)] = title
	}
	return out, err
}

// AgencyReports tells who reports for the points of an agency.
func (l *licensed) AgencyReports(code catalog.AgencyCode) bool {
	a, ok := l.Agency(code)
	return ok && a.LicenceReports == "agency"
}

// Agency is an agency of now.
func (l *licensed) Agency(code catalog.AgencyCode) (*catalog.Agency, bool) {
	return l.c.current.Tree().Agency(code)
}

// Children are the agencies right below one.
func (l *licensed) Children(code catalog.AgencyCode) []*catalog.Agency {
	return l.c.current.Tree().Children(code)
}

// Holidays is the table of now.
func (l *licensed) Holidays() (calendar.Holidays, error) {
	tree, err := l.tree()
	if err != nil {
		return calendar.Holidays{}, err
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.content != tree {
		frame, err := l.c.manuals.Frame()
		if err != nil {
			return calendar.Holidays{}, err
		}
		l.holidays, l.content = frame.Holidays, tree
	}
	return l.holidays, nil
}

// keepers tells who has to do with a point's reports.
type keepers struct{ desk *staff.Desk }

// Keepers are who may do an action, as the roles stand now.
func (k keepers) Keepers(ctx context.Context, a rights.Action) (*staff.Keepers, error) {
	return k.desk.Keepers(ctx, a)
}

// Centrals are the central officers of agencies who may sign in.
func (k keepers) Centrals(ctx context.Context, agencies ...catalog.AgencyCode) (out map[catalog.AgencyCode][]catalog.OfficerID, err error) {
	err = k.desk.Store.Read(ctx, func(r staff.Records) error {
		out = map[catalog.AgencyCode][]catalog.OfficerID{}
		if len(agencies) == 0 {
			return nil
		}
		held, err := r.GrantsOn(k.desk.Now(), agencies)
		if err != nil {
			return err
		}
		for _, g := range held {
			if g.Role != catalog.RoleCentral {
				continue
			}
			u, err := r.User(g.User)
			if err != nil {
				return err
			}
			if u.Disabled.IsZero() {
				out[g.Scope.Agency] = append(out[g.Scope.Agency], g.User)
			}
		}
		return nil
	})
	return out, err
}

// Everywhere are who hold a role of the whole country.
func (k keepers) Everywhere(ctx context.Context, role catalog.Role) (ids []catalog.OfficerID, err error) {
	err = k.desk.Store.Read(ctx, func(r staff.Records) error {
		ids = nil
		held, err := r.GrantsOn(k.desk.Now(), []catalog.AgencyCode{""})
		for _, g := range held {
			if g.Role == role && !slices.Contains(ids, g.User) {
				ids = append(ids, g.User)
			}
		}
		return err
	})
	return ids, err
}

var licenceTopics = map[licences.Topic]manuals.Topic{
	licences.Asked: manuals.UnlockAsked, licences.Granted: manuals.UnlockGranted, licences.Refused: manuals.UnlockRefused,
	licences.Lapsed: manuals.UnlockLapsed, licences.Reminded: manuals.ReportMissing,
	licences.Locking: manuals.ReportDue, licences.Ending: manuals.UnlockEnds,
}

// tellOfLicences keeps a notice for each person.
func (c *centre) tellOfLicences(ctx context.Context, n licences.News) error {
	point := n.Point
	if n.More > 0 {
		point = ""
	}
	for _, to := range n.To {
		err := c.manuals.Remind(ctx, manuals.Reminder{To: to, Topic: licenceTopics[n.Topic], Title: titleOfReports(n),
			Mark: string(n.Topic) + " " + n.Mark, Key: string(point) + "/" + n.Month.ISO(), Text: n.Text})
		if err != nil {
			return err
		}
	}
	return nil
}

// titleOfReports says of which month and points news is, and by when something has
// to be done.
func titleOfReports(n licences.News) catalog.Text {
	in := func(lang catalog.Lang, more, until string) string {
		s := n.Month.Long(string(lang)) + " · " + n.Place.In(lang)
		if n.More > 0 {
			s += fmt.Sprintf(more, n.More)
		}
		if !n.Until.IsZero() {
			s += " · " + fmt.Sprintf(until, calendar.DateOf(n.Until.Add(-time.Second)).LongDay(string(lang)))
		}
		return s
	}
	return catalog.Text{TH: in(catalog.TH, " และอีก %d จุด", "ภายในสิ้น%s"), EN: in(catalog.EN, " and %d more", "by the end of %s")}
}

// followLicences notes what points have to report on from now on.
func (c *centre) followLicences(ctx context.Context) {
	if err := c.licences.Follow(ctx); err != nil && ctx.Err() == nil {
		c.log.Error("what has to be reported on licences is noted later", "error", err)
	}
}

// tendEvery is how often it is looked for unlocks that ended, who has to be reminded
// before a month locks, and what changed of where licences are given.
const tendEvery = 10 * time.Minute

// tendLicences tells until ctx ends of unlocks that ended unused, and of months that
// lock soon. Where reports stand does not wait for it.
func (c *centre) tendLicences(ctx context.Context) {
	tick := time.NewTicker(tendEvery)
	defer tick.Stop()
	for {
		if err := c.licences.Tend(ctx); err != nil && ctx.Err() == nil {
			c.log.Error("licence reports are tended later", "error", err)
		}
		if err := c.licences.Warn(ctx); err != nil && ctx.Err() == nil {
			c.log.Error("who has to report on licences is reminded later", "error", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}
