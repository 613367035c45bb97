package site

import "khumue/internal/page"

// Home is the first page.
type Home struct {
	page.Shell
	Categories []Counted
	Groups     []Counted
	Manuals    int
	Points     int
	Agencies   int
}

// Counted is a label with the number of services under it.
type Counted struct {
	page.Link
	Count int
}

// Search is the page of search results. What it shows without JavaScript are
// the ways to find a service by hand.
type Search struct {
	page.Shell
	Categories []Counted
}

// Listing is a page of a list: of a category, a group, a tag, a province, a
// letter, or of what an agency has.
type Listing struct {
	page.Shell
	Kind    string
	KindIn  string // the same, in words
	Icon    string
	Count   int // of the whole list, on its first page
	Entries []page.Entry
	Points  []page.PointRow
	Jumps   []page.Link // to pages by letter, on the first page of a long list
	Related []page.Link // other labels of the same kind
	First   string      // address of the first page; "" on it
	Prev    string
	Next    string
}

// Agencies is the list of all agencies: by first consonant, and as a tree.
type Agencies struct {
	page.Shell
	Letters []Letter
	Tree    []Branch
	Count   int
}

// Letter is a heading of the ก–ฮ index.
type Letter struct {
	ID      string
	Letter  string
	URL     string
	Count   int
	Entries []page.Entry // none where the letter has a page of its own
}

// Branch is an agency with those below it.
type Branch struct {
	page.Link
	Kind     string
	Points   int
	Services int
	Offices  int // directly below it, where Below does not show them
	Below    []Branch
}

// Near finds the nearest points; without JavaScript it lists them by province.
type Near struct {
	page.Shell
	Provinces []Province
	Tiles     string // address of the index of tiles
}

// Province leads to the points of a province.
type Province struct {
	page.Link
	Count int
}

// Saved lists what was saved on this device; the browser fills it in.
type Saved struct{ page.Shell }

// Delay is where a delayed request is looked up.
type Delay struct {
	page.Shell
	Service string // the daemon's address as browsers see it; "" is the site's own host
}

// Offline is shown in place of a page that is not on this device.
type Offline struct{ page.Shell }

// NotFound is shown for an address that leads nowhere.
type NotFound struct {
	page.Shell
	Categories []Counted
}

// Data describes the open data.
type Data struct {
	page.Shell
	Files []DataFile
}

// DataFile is one file of the open data.
type DataFile struct {
	Name, URL, Type string
	Rows            int
}

// Holidays lists the government holidays that the portal knows of.
type Holidays struct {
	page.Shell
	Years []HolidayYear
}

// HolidayYear is one year of holidays, the newest first.
type HolidayYear struct {
	BE   int
	Year string // as shown
	Rows []HolidayRow
}

// HolidayRow is one holiday; Provinces is empty when it holds everywhere.
type HolidayRow struct {
	page.Row
	Provinces string
}

// Moved stands at an old address and leads to the present one.
type Moved struct {
	page.Shell
	To page.Link
}
