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

// Listing is the page of a category, a group or a tag.
type Listing struct {
	page.Shell
	Kind    string // category, group or tag
	KindIn  string // the same, in words
	Icon    string
	Count   int
	Entries []page.Entry
	Related []page.Link // other labels of the same kind
	Pager   Pager
}

// Pager leads through a long list.
type Pager struct {
	Page, Pages int // from 1
	Prev, Next  string
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
	Entries []page.Entry
}

// Branch is an agency with those below it.
type Branch struct {
	page.Link
	Kind     string
	Points   int
	Services int
	Below    []Branch
}

// Near finds the nearest points; without JavaScript it lists them by province.
type Near struct {
	page.Shell
	Provinces []Province
	Tiles     string // address of the index of tiles
}

// Province is a province with its points.
type Province struct {
	Code   string
	Name   page.Words
	Points []page.PointRow
}

// Saved lists what was saved on this device; the browser fills it in.
type Saved struct{ page.Shell }

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
	Name, URL, Type, Size string
	Rows                  int
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
