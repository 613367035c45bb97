package rights

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"khumue/internal/catalog"
	"khumue/internal/fault"
)

// expected is DOMAIN §3.1 once more, as a reviewer reads it: where each role may
// do each action, seen from the agency (or point) of its grant.
//
// own: the agency itself · pt: a point of the agency · below · its: for a grant
// of one point, that point · – : nowhere. "all" is the whole country.
const expected = `
                 dga  opdc  central       point   author  reviewer
issue-first      all  –     –             –       –       –
see-first        all  all   –             –       –       –
manage-staff     all  –     own,pt,below  –       –       –
see-trail        all  –     own,pt,below  –       –       –
edit-profile     all  –     own,pt,below  own,pt  –       –
show-point       all  –     own,pt,below  own,pt  –       –
edit-structure   all  –     own,pt,below  –       –       –
reorganise       all  –     own,pt,below  –       –       –
edit-process     –    –     own,pt,below  –       own,pt  –
see-drafts       –    all   own,pt,below  –       own,pt  own,pt
write-manual     –    –     –             –       own,pt  –
endorse          –    –     –             –       –       own,pt
publish          –    all   –             –       –       –
import-manuals   all  –     –             –       –       –
confirm-import   –    –     –             –       own,pt  own,pt
link             –    –     own,pt,below  own,pt  own,pt  –
edit-service     –    –     own,pt,below  own,pt  own,pt  –
report-licences  –    –     –             own,pt  –       –
report-for-unit  –    –     own,pt,below  –       –       –
see-reports      all  all   own,pt,below  own,pt  –       –
ask-unlock       –    –     own,pt        own,pt  –       –
grant-unlock     –    all   below         –       –       –
write-delay      –    –     –             own,pt  –       –
see-delay        –    all   own,pt,below  own,pt  –       –
edit-catalog     –    all   –             –       –       –
survey-posters   all  all   own,pt,below  own,pt  –       –
edit-questions   all  all   –             –       –       –
edit-settings    all  –     –             –       –       –
enrol-office     –    –     own,pt,below  own,pt  –       –
work-offline     –    –     own,pt,below  own,pt  own,pt  own,pt
revoke-office    all  –     own,pt,below  own,pt  –       –
`

// places are targets as seen from the agency dlt of mot.
var places = []struct {
	name   string
	target Target
}{
	{"own", Target{Chain: []catalog.AgencyCode{"dlt", "mot"}}},
	{"pt", Target{Chain: []catalog.AgencyCode{"dlt", "mot"}, Point: "dlt-1"}},
	{"below", Target{Chain: []catalog.AgencyCode{"dlt-north", "dlt", "mot"}}},
	{"below", Target{Chain: []catalog.AgencyCode{"dlt-north", "dlt", "mot"}, Point: "north-1"}},
	{"below", Target{Chain: []catalog.AgencyCode{"dlt-north-a", "dlt-north", "dlt", "mot"}}},
	{"above", Target{Chain: []catalog.AgencyCode{"mot"}}},
	{"above", Target{Chain: []catalog.AgencyCode{"mot"}, Point: "mot-1"}},
	{"beside", Target{Chain: []catalog.AgencyCode{"md", "mot"}}},
	{"beside", Target{Chain: []catalog.AgencyCode{"md", "mot"}, Point: "md-1"}},
	{"elsewhere", Target{Chain: []catalog.AgencyCode{"dol", "moi"}}},
	{"country", Target{}},
}

// table reads expected: action → role → where.
func table(t *testing.T) map[Action]map[catalog.Role][]string {
	t.Helper()
	lines := strings.Split(strings.TrimSpace(expected), "\n")
	roles := strings.Fields(lines[0])
	out := map[Action]map[catalog.Role][]string{}
	for _, line := range lines[1:] {
		cells := strings.Fields(line)
		if len(cells) != len(roles)+1 {
			t.Fatalf("%q has %d cells", line, len(cells))
		}
		row := map[catalog.Role][]string{}
		for i, cell := range cells[1:] {
			row[catalog.Role(roles[i])] = strings.Split(cell, ",")
		}
		out[Action(cells[0])] = row
	}
	return out
}

func TestEachRoleMayWhatTheMatrixOfTheDomainSays(t *testing.T) {
	want := table(t)
	for _, a := range Actions() {
		if want[a] == nil {
			t.Errorf("%s is not in the table", a)
		}
	}
	for a, row := range want {
		if !slices.Contains(Actions(), a) {
			t.Errorf("%s is no action", a)
		}
		for _, role := range catalog.Roles {
			g := Grant{Role: role}
			if !role.Everywhere() {
				g.Scope.Agency = "dlt"
			}
			o := Officer{ID: "o-1", Grants: []Grant{g}}
			anywhere := false
			for _, p := range places {
				may := slices.Contains(row[role], p.name) || row[role][0] == "all"
				anywhere = anywhere || may
				if got := o.May(a, p.target) == nil; got != may {
					t.Errorf("%s as %s, %s (%v): got %v, want %v", a, role, p.name, p.target, got, may)
				}
			}
			if got := o.MayAnywhere(a); got != anywhere {
				t.Errorf("%s as %s anywhere: got %v, want %v", a, role, got, anywhere)
			}
		}
	}
}

func TestAnOfficerOfOnePointReachesThatPointOnly(t *testing.T) {
	o := Officer{Grants: []Grant{{catalog.RolePoint, Scope{"dlt", "dlt-1"}}}}
	for a := range matrix {
		if !o.MayAnywhere(a) {
			continue
		}
		for _, p := range places {
			if got, want := o.May(a, p.target) == nil, p.target.Point == "dlt-1"; got != want {
				t.Errorf("%s at %v: got %v, want %v", a, p.target, got, want)
			}
		}
	}
}

func TestWithoutARoleNothingIsAllowed(t *testing.T) {
	for _, o := range []Officer{{}, {ID: "o-1"}, {ID: "o-1", Grants: []Grant{{Role: "king"}, {}}}} {
		for _, a := range append(Actions(), "", "invented") {
			for _, p := range places {
				if err := o.May(a, p.target); !errors.Is(err, fault.Forbidden) {
					t.Errorf("%v, %s at %v: got %v, want Forbidden", o, a, p.target, err)
				}
			}
		}
	}
}

func TestTheGrantThatAllowsIsNamed(t *testing.T) {
	o := Officer{Grants: []Grant{{catalog.RoleAuthor, Scope{Agency: "dlt"}}, {catalog.RoleCentral, Scope{Agency: "md"}}}}
	if g, ok := o.As(ManageStaff, places[7].target); !ok || g.Role != catalog.RoleCentral {
		t.Errorf("got %v %v, want the central officer of md", g, ok)
	}
	if _, ok := o.As(ManageStaff, places[0].target); ok {
		t.Error("an author manages the staff")
	}
}

func TestFormOfGrants(t *testing.T) {
	for _, tc := range []struct {
		name string
		g    Grant
		ok   bool
	}{
		{"the DGA belongs to no agency", Grant{Role: catalog.RoleDGA}, true},
		{"the DGA of an agency", Grant{catalog.RoleDGA, Scope{Agency: "dlt"}}, false},
		{"a central officer has an agency", Grant{catalog.RoleCentral, Scope{Agency: "dlt"}}, true},
		{"a central officer of nothing", Grant{Role: catalog.RoleCentral}, false},
		{"a central officer of a point", Grant{catalog.RoleCentral, Scope{"dlt", "dlt-1"}}, false},
		{"a point officer of one point", Grant{catalog.RolePoint, Scope{"dlt", "dlt-1"}}, true},
		{"a point officer of all points of an agency", Grant{catalog.RolePoint, Scope{Agency: "dlt"}}, true},
		{"a point without its agency", Grant{catalog.RolePoint, Scope{Point: "dlt-1"}}, false},
		{"an unknown role", Grant{"king", Scope{Agency: "dlt"}}, false},
	} {
		if err := tc.g.CheckForm(); (err == nil) != tc.ok {
			t.Errorf("%s: got %v", tc.name, err)
		}
	}
}

func TestTheRangeOfAnOfficer(t *testing.T) {
	o := Officer{Grants: []Grant{{catalog.RoleCentral, Scope{Agency: "dlt"}}, {catalog.RolePoint, Scope{"md", "md-1"}}}}
	got, everywhere := o.Range(EditProfile)
	want := []Reached{{Scope{Agency: "dlt"}, Tree}, {Scope{"md", "md-1"}, Own}}
	if everywhere || !slices.Equal(got, want) {
		t.Errorf("got %v %v, want %v", got, everywhere, want)
	}
	if _, everywhere := (Officer{Grants: []Grant{{Role: catalog.RoleDGA}}}).Range(EditProfile); !everywhere {
		t.Error("the DGA does not reach everything")
	}
}
