// Package page renders the pages of one object each (a manual, an agency, a
// point, another service, a page of text) and holds what every page has in
// common: the theme, its messages, and the words for times, sums and amounts
// in Thai and English.
//
// The generator uses it for the site, the daemon for its preview. Page data are
// structs: a theme that asks for what a page does not have is refused when it
// is loaded. The package decides what is said; how it looks is the theme's.
package page

import (
	"html/template"
	"slices"
	"strings"

	"khumue/internal/catalog"
)

// Words are a text on a page and, where it is not in the page's language, the
// language that it is in.
type Words struct {
	Text string
	Lang string // "" when it is the page's
}

// String returns the text.
func (w Words) String() string { return w.Text }

// Attr returns the lang attribute that the element around the text needs, with
// a leading blank, or "".
func (w Words) Attr() template.HTMLAttr {
	switch w.Lang {
	case "":
		return ""
	case string(catalog.TH):
		return ` lang="th"`
	}
	return template.HTMLAttr(` lang="` + w.Lang + `"`)
}

// Link leads to another page.
type Link struct {
	URL  string
	Text Words
	Icon string // of a category; may be empty
}

// Entry is one line of a list of things to find: a manual, a service, a point
// or an agency.
type Entry struct {
	Link
	Kind    string // manual, service, point, agency
	Also    string // common names, joined; may be empty
	Summary Words
	Agency  Words
	Facts   []string // "30 นาที", "ไม่มีค่าธรรมเนียม", "ทำออนไลน์ได้"
	Online  bool
	Note    string // such as "ยกเลิกแล้ว"; may be empty
}

// Shell is what every page has.
type Shell struct {
	Lang        catalog.Lang
	Layout      string // name of the layout, also the page's class
	Title       Words
	Description string
	Path        string // address below the base, such as /en/faq/
	Other       string // address of the same page in the other language; "" when there is none
	Site        Site
	Crumbs      []Link // from the home page down, without this page
	Structured  any    // JSON-LD; nil when there is none
	NoIndex     bool   // search engines are to leave it out
	Canonical   string // full address of the page that says the same for search engines; "" is this one
	Refresh     string // address that the page leads on to at once; may be empty
	Updated     string // last updated, in words; may be empty
}

// Base returns the shell itself; every page has it through embedding.
func (s Shell) Base() Shell { return s }

// Absolute returns the full address of the page.
func (s Shell) Absolute() string { return s.Site.Origin + s.Path }

// Site is what all pages know of the portal, in the page's language.
type Site struct {
	Name, Owner, Tagline, Notice Words
	Copyright                    Words
	Address                      Words
	Hotline                      string
	Contact                      catalog.Contact
	Origin                       string // scheme, host and base path, without a slash at the end
	CSP                          string // content security policy of every page
	Search                       string // address of the search manifest; "" before it exists
	Misses                       string // where a search that found nothing is told of
	Examples                     []Words
	Bilingual                    bool     // the site has English pages
	Pages                        []string // names of the pages of text, such as faq
}

// HasPage reports whether the portal has a page of text of that name.
func (s Site) HasPage(name string) bool { return slices.Contains(s.Pages, name) }

// Host returns scheme and host of the site, to go before an address that holds
// the base path already.
func (s Site) Host() string {
	scheme, rest, ok := strings.Cut(s.Origin, "://")
	if !ok {
		return ""
	}
	host, _, _ := strings.Cut(rest, "/")
	return scheme + "://" + host
}

// Fact is one of the four things that a citizen asks first.
type Fact struct {
	Name  string // of the alternative, such as "จองคิวล่วงหน้า"; may be empty
	Value string
}

// Facts open a manual's page.
type Facts struct {
	Times     []Fact // per step set
	Fee       string
	Documents string
	Where     string
}

// Manual is the page of a manual.
type Manual struct {
	Shell
	ID         string
	Summary    Words
	Also       []string
	Agency     Link
	Above      []Link // the agencies above, topmost first
	Categories []Link
	Groups     []Link
	Tags       []Link
	Withdrawn  *Withdrawn
	Facts      Facts
	Online     *Online
	Criteria   template.HTML
	CriteriaIn Words // empty text; its language is that of Criteria
	Channels   []Channel
	StepSets   []StepSet
	Documents  Documents
	Fees       Fees
	Complaints []Complaint
	Forms      Forms
	Laws       []Words
	Remarks    []Words
	Reference  []Row
	Points     []PointRow
	More       int    // points beyond those in Points
	Rate       string // where the service is rated; "" where nothing is asked
	Contents   []Link
	Reviewed   string
	Revision   *Revision     // nil where nothing is known
	Score      string        // how satisfied people are; empty while too few have said so
	OneOnly    bool          // one point only: nothing to choose
	QR         template.HTML // leads from paper back to the page
}

// Withdrawn says that a manual no longer holds.
type Withdrawn struct {
	On        string
	Reason    Words
	Successor *Link
}

// Online is where the service can be done without going anywhere.
type Online struct {
	URL  string
	Note Words
}

// Channel is a way to ask for the service.
type Channel struct {
	Kind    string // in words
	Icon    string // the kind's word in code
	Name    Words
	URL     string
	Address Words
	Phone   string
	Email   string
	Hours   string
	Note    Words
}

// StepSet is one way through the steps.
type StepSet struct {
	ID    string
	Name  Words // empty when there is one set only
	Steps []Step
	Total string
}

// Step is one step, with its text by paragraph.
type Step struct {
	Kind string
	Text []Words
	Time string
	Unit Words
	Note Words
}

// Documents are what to bring, grouped.
type Documents struct {
	State  catalog.State
	Count  int
	Groups []DocumentGroup
}

// DocumentGroup are the documents of one kind.
type DocumentGroup struct {
	Title string
	Rows  []Document
}

// Document is one thing to bring.
type Document struct {
	Key       string // identifies the row on the citizen's device
	Name      Words
	Issuer    Words
	Amount    string // "ฉบับจริง 1 ฉบับ · สำเนา 2 ฉบับ"
	Originals string
	Copies    string
	Condition Words
}

// Fees are what it costs.
type Fees struct {
	State catalog.State
	Rows  []Fee
}

// Fee is one row of the fees.
type Fee struct {
	Name   Words
	Amount string
	Note   Words
}

// Complaint is where to complain.
type Complaint struct {
	Name, Address, Note Words
	Phone, Fax, Website string
}

// Forms are the files to fill in.
type Forms struct {
	State catalog.State
	Rows  []Form
}

// Form is one form.
type Form struct {
	Name Words
	Kind string
	URL  string
	Type string // PDF, DOCX; "" for an address elsewhere
	Size string
}

// Row is a label and a value of the reference block.
type Row struct {
	Label string
	Value Words
	URL   string
}

// PointRow is a point in a list of places to go.
type PointRow struct {
	Link
	Area     Words
	Province string
	Hours    string      // in words
	Week     template.JS // the hours as JSON for the browser; empty when unknown
	Lat, Lng string      // degrees; "" when unknown
	Phone    string
	Note     string // such as closed temporarily
	Distance string // empty; the browser fills it in
}

// Agency is the page of an agency.
type Agency struct {
	Shell
	Code     string
	Short    Words
	Kind     string
	Org      string // government organisation code
	About    []Words
	Parent   *Link
	Children []Entry
	Contact  Contact
	Hours    []HourLine
	Retired  *Retired
	Points   []PointRow
	Manuals  []Entry
	Services []Entry
	Totals   Totals   // of all four, beyond what is listed here
	Save     []string // addresses that "save for offline" fetches
}

// Totals are how many an agency has of each, and where a long list goes on.
type Totals struct{ Children, Points, Manuals, Services Total }

// Total is the length of a list of which a page may show the beginning only.
type Total struct {
	Count int
	Next  string // address of its next page; "" when all is shown
}

// Retired says that an agency no longer exists.
type Retired struct {
	On        string
	Successor *Link
}

// Contact is how to reach an office.
type Contact struct {
	Address  Words
	Phones   []Phone
	Fax      string
	Email    string
	Website  string
	LINE     string
	Facebook string
	Map      string // geo: or map address; "" when unknown
	Lat, Lng string
}

// Phone is a number as shown and as dialled.
type Phone struct{ Shown, Dial string }

// HourLine is one line of the week.
type HourLine struct {
	Days  string // "จันทร์ – ศุกร์"
	Hours string
	Index string // the weekdays it holds for, as digits 0 (Sunday) to 6
}

// Point is the page of a point.
type Point struct {
	Shell
	Code       string
	Agency     Link
	Above      []Link
	Status     string // in words, when it is not simply shown
	Closed     *ClosedNow
	Contact    Contact
	Area       Words
	Directions []Words
	Hours      []HourLine
	HoursNote  Words
	Week       template.JS // hours as JSON for the browser; empty when unknown
	Closures   []Closure
	Facilities []Facility
	QueueURL   string
	Photos     []Photo
	Groups     []EntryGroup // what is served, by category
	Count      int
	Processes  []Words // processes that no linked manual tells of
	Confirmed  string
	Score      string // how satisfied people are; empty while too few have said so
	Rate       string // address of the survey; "" when there is none
	Save       []string
}

// ClosedNow says that a point is closed for a time.
type ClosedNow struct {
	Period string
	Reason Words
}

// Closure is a time when a point is closed against its hours. The browser hides
// what is over.
type Closure struct {
	From, To string // ISO dates, both included
	Period   string // in words
	Reason   Words
}

// Facility is one thing that a place has.
type Facility struct{ Icon, Text string }

// Photo is a picture of a place.
type Photo struct {
	URL string
	Alt Words
}

// EntryGroup are entries under a heading.
type EntryGroup struct {
	Link
	Entries []Entry
}

// Service is the page of another service.
type Service struct {
	Shell
	ID         string
	Summary    Words
	Also       []string
	Agency     Link
	Above      []Link
	Categories []Link
	Groups     []Link
	Tags       []Link
	Facts      Facts
	Online     *Online
	Body       template.HTML
	Plain      string // the text of Body, for search
	BodyIn     Words
	Channels   []Channel
	Documents  Documents
	Fees       Fees
	Reviewed   string
}

// Text is a page of text.
type Text struct {
	Shell
	Summary  Words
	Body     template.HTML
	BodyIn   Words
	Contents []Link
	Files    []Form
}
