// Package hsds reads and writes the Human Services Data Specification of Open
// Referral, version 3, in JSON: organizations, the services that they offer, the
// locations where they do, and which service is at which location.
//
// A package is read into a Set, whose rows an import brings in as any other table
// (Rows), and a portal is written as one (Of, Write). What the specification has
// no place for stands in attributes of link type khumue:NAME; what a Set has no
// place for is left out, and counted. It knows nothing of files.
package hsds

// Set is what a package says. The order of its lists means nothing.
type Set struct {
	Organizations []*Organization
	Services      []*Service
	Locations     []*Location
	Links         []Link
	// Left counts the fields that a Set has no place for, such as
	// service.minimum_age.
	Left map[string]int
}

// Organization is an agency.
type Organization struct {
	ID, Name, Alternate, Description, Email, Website string
	Parent                                           string // id; "" at the top
	Phones                                           []Phone
	Identifiers                                      []Identifier
	Extra                                            Extra
}

// Identifier is by what others know an organization.
type Identifier struct{ Scheme, Value string }

// Service is a citizen manual, or another service.
type Service struct {
	ID, Organization                      string
	Name, Alternate                       string
	Description, Eligibility, Application string
	URL, Email, Fees, Assured             string
	Phones                                []Phone
	Costs                                 []Cost
	Documents                             []string
	Terms                                 []Term
	Extra                                 Extra
}

// Cost is a fee. The amount is "" where there is none, and so is the currency
// where the amount is no sum of money.
type Cost struct{ Option, Amount, Currency, About string }

// Term is a label of the catalog: a category, a group or a tag.
type Term struct{ Kind, Code, Name, English string }

// Location is a service point.
type Location struct {
	ID, Organization     string
	Name, Transportation string
	Lat, Lng             string // degrees; "" where nobody knows
	Line1, Line2         string
	City, State          string
	Postcode, Country    string
	Phones               []Phone
	Email                string
	Schedules            []Schedule
	Extra                Extra
}

// Phone is a telephone number; a fax is of type fax.
type Phone struct{ Number, Type, Extension string }

// Schedule are weekly hours.
type Schedule struct {
	Days          []string // MO to SU
	Opens, Closes string   // 08:30
}

// Link says that a service is at a location.
type Link struct{ Service, Location string }

// Extra is what the specification has no place for, by name.
type Extra map[string][]string

// first is the first value under a name.
func (e Extra) first(name string) string {
	if len(e[name]) == 0 {
		return ""
	}
	return e[name][0]
}

func (e Extra) add(name string, values ...string) {
	for _, v := range values {
		if v != "" {
			e[name] = append(e[name], v)
		}
	}
}
