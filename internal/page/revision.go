package page

import (
	"strconv"

	"khumue/internal/calendar"
	"khumue/internal/catalog"
)

// ShownRevisions is how many earlier revisions a page lists; the page of the next
// older one goes on from there.
const ShownRevisions = 10

// Edition is a text of a manual that came into force.
type Edition struct {
	Number  int           // of the revision; 0: the text was imported, before there were revisions
	Since   calendar.Date // when it was published
	English bool          // it has an English page
}

// RevisionPath is where a revision has a page of its own, below base and
// language.
func RevisionPath(id catalog.ManualID, number int) string {
	return "/procedure/" + string(id) + "/r/" + strconv.Itoa(number) + "/"
}

// Standing is which revision of a manual a page shows, and how it stands to
// others.
type Standing struct {
	Edition
	Earlier []Edition // before it, the newest first: one more than ShownRevisions where there are more

	// Of a page of its own alone:
	Own     bool
	Current string // where the text in force is, below base; its language is that of the page where Title is
	Title   catalog.Text
	Next    *Edition // that replaced it; nil: it is in force, or Changed
	Changed bool     // what is in force is another text, and no revision
}

// Revision says on a page which revision it is. A nil one says that there is
// nothing to say.
type Revision struct {
	Name    string // "ฉบับที่ 3"; empty where the text in force is no revision
	Since   string // date
	URL     string // of its own page; empty on that page and where it has none
	Own     bool   // this is its own page, for ever
	Old     string // says by what it was replaced; empty while it is in force
	Current string // address of the page of what is in force
	Earlier []EarlierRevision
	More    string // address of the next older one, whose page lists what came before
}

// EarlierRevision is a line of the list of revisions.
type EarlierRevision struct {
	URL, Name, Since string
}

// Revised makes the page of its own of a revision. Search engines leave it to the
// page of what is in force.
func (b *Builder) Revised(m *catalog.Manual, around ManualAround) Manual {
	p := b.manual(m, around)
	own, current := around.Standing, b.Base+around.Standing.Current
	at := b.objectShell("manual", RevisionPath(m.ID, own.Number), m.Title, p.Description)
	p.Path, p.Other = at.Path, at.Other
	if own.Title.Has(b.Lang) {
		current = b.To(own.Current)
	}
	p.Revision.Current = current
	p.NoIndex, p.Canonical = true, b.Site.Host()+current
	p.Crumbs = append(p.Crumbs, Link{URL: current, Text: p.Title})
	p.Title.Text += " (" + p.Revision.Name + ")"
	return p
}

// revision says which revision a page shows; nil where nothing is known.
func (b *Builder) revision(id catalog.ManualID, s *Standing) *Revision {
	if s == nil {
		return nil
	}
	r := &Revision{Own: s.Own}
	if s.Own || s.Number > 0 {
		r.Name, r.Since = b.editionName(s.Edition), s.Since.Short(string(b.Lang))
	}
	if s.Number > 0 && !s.Own {
		r.URL = b.revisionURL(id, s.Edition)
	}
	switch {
	case s.Next != nil:
		r.Old = b.msg.Get("revision.old", b.editionName(s.Edition), b.editionName(*s.Next), s.Next.Since.Short(string(b.Lang)))
	case s.Changed:
		r.Old = b.msg.Get("revision.changed", b.editionName(s.Edition))
	}
	for i, e := range s.Earlier {
		if i == ShownRevisions {
			r.More = b.revisionURL(id, e)
			break
		}
		r.Earlier = append(r.Earlier, EarlierRevision{b.revisionURL(id, e), b.editionName(e), e.Since.Short(string(b.Lang))})
	}
	return r
}

func (b *Builder) editionName(e Edition) string {
	if e.Number == 0 {
		return b.msg.Get("revision.imported")
	}
	return b.msg.Get("revision.number", e.Number)
}

func (b *Builder) revisionURL(id catalog.ManualID, e Edition) string {
	if e.English {
		return b.To(RevisionPath(id, e.Number))
	}
	return b.Base + RevisionPath(id, e.Number)
}
