package themes

import "khumue/internal/page"

// The pages that the generator alone makes, as its templates meet them: what
// the layouts may ask of them.
type (
	home struct {
		page.Shell
		Categories, Groups        []counted
		Manuals, Points, Agencies int
	}
	counted struct {
		page.Link
		Count int
	}
	search struct {
		page.Shell
		Categories []counted
	}
	listing struct {
		page.Shell
		Kind, KindIn, Icon string
		Count              int
		Entries            []page.Entry
		Points             []page.PointRow
		Jumps, Related     []page.Link
		First, Prev, Next  string
	}
	agencies struct {
		page.Shell
		Letters []letter
		Tree    []branch
		Count   int
	}
	letter struct {
		ID, Letter, URL string
		Count           int
		Entries         []page.Entry
	}
	branch struct {
		page.Link
		Kind                      string
		Points, Services, Offices int
		Below                     []branch
	}
	near struct {
		page.Shell
		Provinces []province
		Tiles     string
	}
	province struct {
		page.Link
		Count int
	}
	delayed struct {
		page.Shell
		Service string
	}
	saved    struct{ page.Shell }
	offline  struct{ page.Shell }
	notFound struct {
		page.Shell
		Categories []counted
	}
	moved struct {
		page.Shell
		To page.Link
	}
	holidays struct {
		page.Shell
		Years []holidayYear
	}
	holidayYear struct {
		BE   int
		Year string
		Rows []holidayRow
	}
	holidayRow struct {
		page.Row
		Provinces string
	}
	data struct {
		page.Shell
		Files []dataFile
	}
	dataFile struct {
		Name, URL, Type string
		Rows            int
	}
)
