package catalog

import (
	"slices"
	"strings"

	"khumue/internal/fault"
)

// OfficerID names a person who works with Khumue: "o-" and 16 characters of
// IDAlphabet, chosen at random at the first sign-in. It says nothing of the
// person, so that it may stand in git and in logs for ever.
type OfficerID string

// officerLength is the number of random characters of an officer's id: 80 bits.
const officerLength = 16

// NewOfficerID makes an id from random, at least 16 bytes from a cryptographic
// source.
func NewOfficerID(random []byte) OfficerID {
	var b strings.Builder
	b.WriteString("o-")
	for _, r := range random[:officerLength] {
		b.WriteByte(IDAlphabet[r&31])
	}
	return OfficerID(b.String())
}

// ParseOfficerID returns s as an officer's id, or an error of kind Invalid.
func ParseOfficerID(s string) (OfficerID, error) {
	rest, ok := strings.CutPrefix(s, "o-")
	if !ok || len(rest) != officerLength || strings.Trim(rest, IDAlphabet) != "" {
		return "", fault.New(fault.Invalid, fault.Textf("%q ไม่ใช่รหัสเจ้าหน้าที่", "%q is not an officer's id", s))
	}
	return OfficerID(s), nil
}

// Role is what an officer is for an agency or a point (บทบาทผู้ใช้).
type Role string

// The roles.
const (
	RoleDGA      Role = "dga"      // สพร.: runs the platform
	RoleOPDC     Role = "opdc"     // สำนักงาน ก.พ.ร.: approves stage 2, keeps the catalog
	RoleCentral  Role = "central"  // เจ้าหน้าที่ส่วนกลาง: an agency and all below it
	RolePoint    Role = "point"    // เจ้าหน้าที่จุดบริการ: a service point
	RoleAuthor   Role = "author"   // เจ้าหน้าที่จัดทำคู่มือ
	RoleReviewer Role = "reviewer" // เจ้าหน้าที่รีวิวคู่มือ: approves stage 1
)

// Roles are all roles, in the order in which they are shown.
var Roles = []Role{RoleDGA, RoleOPDC, RoleCentral, RolePoint, RoleAuthor, RoleReviewer}

// Values lists the words of the enumeration.
func (Role) Values() []string {
	out := make([]string, len(Roles))
	for i, r := range Roles {
		out[i] = string(r)
	}
	return out
}

// ParseRole returns s as a role, or an error of kind Invalid.
func ParseRole(s string) (Role, error) {
	if r := Role(s); slices.Contains(Roles, r) {
		return r, nil
	}
	return "", fault.New(fault.Invalid, fault.Textf("%q ไม่ใช่บทบาทผู้ใช้", "%q is not a role", s),
		fault.Text{TH: "ใช้ dga opdc central point author หรือ reviewer", EN: "use dga, opdc, central, point, author or reviewer"})
}

var roleNames = map[Role]Text{
	RoleDGA:      {TH: "ผู้ดูแลระบบ (สพร.)", EN: "DGA administrator"},
	RoleOPDC:     {TH: "เจ้าหน้าที่ ก.พ.ร.", EN: "OPDC officer"},
	RoleCentral:  {TH: "เจ้าหน้าที่ส่วนกลาง", EN: "Central officer"},
	RolePoint:    {TH: "เจ้าหน้าที่จุดบริการ", EN: "Service point officer"},
	RoleAuthor:   {TH: "เจ้าหน้าที่จัดทำคู่มือ", EN: "Manual author"},
	RoleReviewer: {TH: "เจ้าหน้าที่รีวิวคู่มือ", EN: "Manual reviewer"},
}

// Name is what officers call the role.
func (r Role) Name() Text { return roleNames[r] }

// Everywhere reports whether the role is held for the whole country, not for an
// agency.
func (r Role) Everywhere() bool { return r == RoleDGA || r == RoleOPDC }
