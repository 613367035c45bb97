// Package rights knows who may do what for whom: the roles' matrix of Thai
// manuals (DOMAIN §3.1) as one table, and the one function that decides.
//
// It refuses to know who a person is, how one signs in and where grants are
// kept. What stands above an agency is given with the target of each question.
package rights

import (
	"slices"

	"khumue/internal/catalog"
	"khumue/internal/fault"
)

// Action is something that officers do in the back office.
type Action string

// The actions of the matrix.
const (
	IssueFirst     Action = "issue-first"     // create a top agency's first token
	SeeFirst       Action = "see-first"       // see which agencies have a central officer
	ManageStaff    Action = "manage-staff"    // tokens, users and roles
	SeeTrail       Action = "see-trail"       // read and export the audit trail
	EditProfile    Action = "edit-profile"    // an agency's or a point's profile
	ShowPoint      Action = "show-point"      // show or hide a service point
	EditStructure  Action = "edit-structure"  // create, rename and retire agencies and points
	Reorganise     Action = "reorganise"      // move, merge and split what is below an agency
	EditProcess    Action = "edit-process"    // processes, with immediate effect
	SeeDrafts      Action = "see-drafts"      // read revisions that are not published
	WriteManual    Action = "write-manual"    // draft, revise and submit manuals
	Endorse        Action = "endorse"         // stage 1: approve or return
	Publish        Action = "publish"         // stage 2: approve, return or withdraw
	ImportManuals  Action = "import-manuals"  // bring manuals in from another system, past both stages
	ConfirmImport  Action = "confirm-import"  // read what was imported, and find it right
	Link           Action = "link"            // link manuals and processes to points
	EditService    Action = "edit-service"    // other services
	ReportLicences Action = "report-licences" // enter licence reports of a point
	ReportForUnit  Action = "report-for-unit" // enter licence reports where the agency reports
	SeeReports     Action = "see-reports"     // read licence and survey reports
	AskUnlock      Action = "ask-unlock"      // ask for a locked report to be opened
	GrantUnlock    Action = "grant-unlock"    // grant or refuse that, for units below
	WriteDelay     Action = "write-delay"     // delay cases and letters
	SeeDelay       Action = "see-delay"       // read delay cases and letters
	EditCatalog    Action = "edit-catalog"    // categories, groups, tags
	SurveyPosters  Action = "survey-posters"  // posters and links of the survey
	EditQuestions  Action = "edit-questions"  // question sets
	EditSettings   Action = "edit-settings"   // who reports, holidays, the platform
	EnrolOffice    Action = "enrol-office"    // enrol a machine that works offline
	WorkOffline    Action = "work-offline"    // work on one that is enrolled
	RevokeOffice   Action = "revoke-office"   // shut such a machine out
)

// Reach says how far from the grant's agency or point a right goes.
type Reach string

// The reaches.
const (
	Nowhere Reach = ""      // the role may not
	Own     Reach = "own"   // the agency with its own points, or the point, of the grant
	Below   Reach = "below" // what is below the agency of the grant, not the agency itself
	Tree    Reach = "tree"  // the agency of the grant and all below it
	All     Reach = "all"   // the whole country
)

// matrix is DOMAIN §3.1: for each action, how far each role reaches. A role that
// is not named may not. The domain leaves some cells open; here central officers
// and authors work on processes and services of their own reach, central officers
// reorganise what stands below an agency that they reach, the trail is read by
// whoever manages the staff, and reviewers read the drafts that they judge.
// Manuals that are imported count as approved, so that DGA alone brings them in,
// and those who write and judge an agency's manuals confirm them. A machine that
// works offline holds all records of its agency or point, so that only those whose
// these are enrol one; whoever works there may then work on it. DGA shuts out one that
// was stolen.
var matrix = map[Action]map[catalog.Role]Reach{
	IssueFirst:     {catalog.RoleDGA: All},
	SeeFirst:       {catalog.RoleDGA: All, catalog.RoleOPDC: All},
	ManageStaff:    {catalog.RoleDGA: All, catalog.RoleCentral: Tree},
	SeeTrail:       {catalog.RoleDGA: All, catalog.RoleCentral: Tree},
	EditProfile:    {catalog.RoleDGA: All, catalog.RoleCentral: Tree, catalog.RolePoint: Own},
	ShowPoint:      {catalog.RoleDGA: All, catalog.RoleCentral: Tree, catalog.RolePoint: Own},
	EditStructure:  {catalog.RoleDGA: All, catalog.RoleCentral: Tree},
	Reorganise:     {catalog.RoleDGA: All, catalog.RoleCentral: Tree},
	EditProcess:    {catalog.RoleCentral: Tree, catalog.RoleAuthor: Own},
	SeeDrafts:      {catalog.RoleOPDC: All, catalog.RoleCentral: Tree, catalog.RoleAuthor: Own, catalog.RoleReviewer: Own},
	WriteManual:    {catalog.RoleAuthor: Own},
	Endorse:        {catalog.RoleReviewer: Own},
	Publish:        {catalog.RoleOPDC: All},
	ImportManuals:  {catalog.RoleDGA: All},
	ConfirmImport:  {catalog.RoleAuthor: Own, catalog.RoleReviewer: Own},
	Link:           {catalog.RoleCentral: Tree, catalog.RolePoint: Own, catalog.RoleAuthor: Own},
	EditService:    {catalog.RoleCentral: Tree, catalog.RolePoint: Own, catalog.RoleAuthor: Own},
	ReportLicences: {catalog.RolePoint: Own},
	ReportForUnit:  {catalog.RoleCentral: Tree},
	SeeReports:     {catalog.RoleDGA: All, catalog.RoleOPDC: All, catalog.RoleCentral: Tree, catalog.RolePoint: Own},
	AskUnlock:      {catalog.RoleCentral: Own, catalog.RolePoint: Own},
	GrantUnlock:    {catalog.RoleOPDC: All, catalog.RoleCentral: Below},
	WriteDelay:     {catalog.RolePoint: Own},
	SeeDelay:       {catalog.RoleOPDC: All, catalog.RoleCentral: Tree, catalog.RolePoint: Own},
	EditCatalog:    {catalog.RoleOPDC: All},
	SurveyPosters:  {catalog.RoleDGA: All, catalog.RoleOPDC: All, catalog.RoleCentral: Tree, catalog.RolePoint: Own},
	EditQuestions:  {catalog.RoleDGA: All, catalog.RoleOPDC: All},
	EditSettings:   {catalog.RoleDGA: All},
	EnrolOffice:    {catalog.RoleCentral: Tree, catalog.RolePoint: Own},
	WorkOffline:    {catalog.RoleCentral: Tree, catalog.RolePoint: Own, catalog.RoleAuthor: Own, catalog.RoleReviewer: Own},
	RevokeOffice:   {catalog.RoleDGA: All, catalog.RoleCentral: Tree, catalog.RolePoint: Own},
}

// Actions are all actions of the matrix, in order of their names.
func Actions() []Action {
	var out []Action
	for a := range matrix {
		out = append(out, a)
	}
	slices.Sort(out)
	return out
}

// Scope is what a role is held for: an agency, or one point of it. The zero
// Scope is the whole country, for the roles that are held everywhere.
type Scope struct {
	Agency catalog.AgencyCode
	Point  catalog.PointCode // "" unless the role is held for a single point
}

// IsZero reports whether the scope is the whole country.
func (s Scope) IsZero() bool { return s == Scope{} }

// Grant is a role that a person holds.
type Grant struct {
	Role  catalog.Role
	Scope Scope
}

// CheckForm returns what is wrong with a grant by itself: the roles of the
// country have no agency, the others have one, and only service point officers
// may be bound to a point.
func (g Grant) CheckForm() error {
	switch {
	case g.Role.Name() == (catalog.Text{}):
		_, err := catalog.ParseRole(string(g.Role))
		return err
	case g.Role.Everywhere() && !g.Scope.IsZero():
		return fault.New(fault.Invalid, fault.Textf("บทบาท %s ไม่ผูกกับหน่วยงาน", "the role %s belongs to no agency", g.Role))
	case !g.Role.Everywhere() && g.Scope.Agency == "":
		return fault.New(fault.Invalid, fault.Textf("บทบาท %s ต้องระบุหน่วยงาน", "the role %s needs an agency", g.Role))
	case g.Scope.Point != "" && g.Role != catalog.RolePoint:
		return fault.New(fault.Invalid, fault.Textf("บทบาท %s ให้เฉพาะจุดบริการเดียวไม่ได้", "the role %s can not be held for one service point", g.Role))
	}
	return nil
}

// Target is what an action concerns: an agency with those above it, and perhaps
// one of its points. The zero Target is the country as a whole.
type Target struct {
	Chain []catalog.AgencyCode // the agency itself first, the topmost last
	Point catalog.PointCode    // a point of the first agency, or ""
}

// Covers reports whether a grant reaches the target as far as r says.
func (r Reach) Covers(g Scope, t Target) bool {
	if r == All {
		return true
	}
	if len(t.Chain) == 0 || g.Agency == "" {
		return false
	}
	switch r {
	case Own:
		return t.Chain[0] == g.Agency && (g.Point == "" || g.Point == t.Point)
	case Below:
		return g.Point == "" && slices.Contains(t.Chain[1:], g.Agency)
	case Tree:
		return g.Point == "" && slices.Contains(t.Chain, g.Agency)
	}
	return false
}

// Officer is the acting person: who it is and what it holds now.
type Officer struct {
	ID     catalog.OfficerID
	Name   string
	Grants []Grant
}

// May decides: it returns nil when one of the officer's grants allows the action
// for the target, else an error of kind Forbidden that tells nothing about what
// exists.
func (o Officer) May(a Action, t Target) error {
	if _, ok := o.As(a, t); ok {
		return nil
	}
	return Refused()
}

// As returns the grant by which the officer may do the action: what stands in
// the trail as the role in which it was done.
func (o Officer) As(a Action, t Target) (Grant, bool) {
	for _, g := range o.Grants {
		if matrix[a][g.Role].Covers(g.Scope, t) {
			return g, true
		}
	}
	return Grant{}, false
}

// MayAnywhere reports whether the officer may do the action for anything at all:
// whether a menu is shown and a page may be asked for.
func (o Officer) MayAnywhere(a Action) bool {
	return slices.ContainsFunc(o.Grants, func(g Grant) bool { return matrix[a][g.Role] != Nowhere })
}

// Range returns for which scopes the officer may do the action, and whether it
// is the whole country. Lists are cut to it by the store.
func (o Officer) Range(a Action) (scopes []Reached, everywhere bool) {
	for _, g := range o.Grants {
		switch r := matrix[a][g.Role]; r {
		case Nowhere:
		case All:
			return nil, true
		default:
			scopes = append(scopes, Reached{g.Scope, r})
		}
	}
	return scopes, false
}

// Reached is a scope with how far from it a right goes.
type Reached struct {
	Scope Scope
	Reach Reach
}

// Refused is what someone is told who may not.
func Refused() error {
	return fault.New(fault.Forbidden,
		fault.Text{TH: "บัญชีนี้ไม่มีสิทธิ์ทำรายการนี้", EN: "this account may not do that"},
		fault.Text{TH: "ถ้าควรมีสิทธิ์ ติดต่อเจ้าหน้าที่ส่วนกลางของหน่วยงาน", EN: "if it should, ask your agency's central officer"})
}
