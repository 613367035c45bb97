package catalog

import (
	"slices"
	"strings"

	"khumue/internal/fault"
)

// Identifiers: [a-z0-9-], 2 to 64 characters, beginning and ending with a
// letter or digit, unique in the whole tree; they never change and are never
// reused (doc/content-format.md).
type (
	AgencyCode string // หน่วยงาน, such as dlt
	PointCode  string // จุดบริการ, such as dlt-chatuchak
	ManualID   string // คู่มือ, such as dlt-7f3k5q
	ProcessID  string // กระบวนงาน
	ServiceID  string // บริการอื่น ๆ
	Slug       string // of a category, group or tag
	PageName   string // of a page of text, such as faq
)

// Reserved names folders of the content tree and the names that Windows forbids.
var Reserved = []string{
	"points", "processes", "manuals", "services",
	"con", "prn", "aux", "nul",
	"com1", "com2", "com3", "com4", "com5", "com6", "com7", "com8", "com9",
	"lpt1", "lpt2", "lpt3", "lpt4", "lpt5", "lpt6", "lpt7", "lpt8", "lpt9",
}

// ReservedPages are the names that no page of text may have, because the site
// has pages or files of its own there.
var ReservedPages = []string{
	"404", "agencies", "agency", "assets", "category", "data", "delay", "en", "group", "holidays", "near", "offline",
	"point", "procedure", "saved", "search", "search-index", "service", "survey", "tag",
}

// parseID returns s when it has the form of an identifier.
func parseID(s string) (string, error) {
	if len(s) < 2 || len(s) > 64 || s[0] == '-' || s[len(s)-1] == '-' || strings.Trim(s, "abcdefghijklmnopqrstuvwxyz0123456789-") != "" {
		return "", fault.New(fault.Invalid,
			fault.Textf("%q ไม่ใช่รหัสที่ใช้ได้", "%q is not a valid identifier", s),
			fault.Text{TH: "ใช้ a-z 0-9 และ - ยาว 2 ถึง 64 ตัว ไม่ขึ้นต้นหรือลงท้ายด้วย -", EN: "use a-z, 0-9 and -, 2 to 64 characters, not beginning or ending with -"})
	}
	if slices.Contains(Reserved, s) {
		return "", fault.New(fault.Invalid,
			fault.Textf("%q เป็นชื่อสงวน", "%q is a reserved name", s),
			fault.Text{TH: "เลือกรหัสอื่น", EN: "choose another"})
	}
	return s, nil
}

// ParseAgencyCode returns s as an agency's code, or an error of kind Invalid.
func ParseAgencyCode(s string) (AgencyCode, error) { id, err := parseID(s); return AgencyCode(id), err }

// ParsePointCode returns s as a point's code, or an error of kind Invalid.
func ParsePointCode(s string) (PointCode, error) { id, err := parseID(s); return PointCode(id), err }

// ParseManualID returns s as a manual's id, or an error of kind Invalid.
func ParseManualID(s string) (ManualID, error) { id, err := parseID(s); return ManualID(id), err }

// ParseProcessID returns s as a process's id, or an error of kind Invalid.
func ParseProcessID(s string) (ProcessID, error) { id, err := parseID(s); return ProcessID(id), err }

// ParseServiceID returns s as another service's id, or an error of kind Invalid.
func ParseServiceID(s string) (ServiceID, error) { id, err := parseID(s); return ServiceID(id), err }

// ParseSlug returns s as a slug of the catalog, or an error of kind Invalid.
func ParseSlug(s string) (Slug, error) { id, err := parseID(s); return Slug(id), err }

// UnmarshalText reads an agency's code.
func (c *AgencyCode) UnmarshalText(b []byte) (err error) {
	*c, err = ParseAgencyCode(string(b))
	return
}

// UnmarshalText reads a point's code.
func (c *PointCode) UnmarshalText(b []byte) (err error) { *c, err = ParsePointCode(string(b)); return }

// UnmarshalText reads a manual's id.
func (c *ManualID) UnmarshalText(b []byte) (err error) { *c, err = ParseManualID(string(b)); return }

// UnmarshalText reads a process's id.
func (c *ProcessID) UnmarshalText(b []byte) (err error) { *c, err = ParseProcessID(string(b)); return }

// UnmarshalText reads another service's id.
func (c *ServiceID) UnmarshalText(b []byte) (err error) { *c, err = ParseServiceID(string(b)); return }

// UnmarshalText reads a slug.
func (c *Slug) UnmarshalText(b []byte) (err error) { *c, err = ParseSlug(string(b)); return }

// IDAlphabet are the characters of the random part of a new id.
const IDAlphabet = "abcdefghijklmnopqrstuvwxyz234567"

// NewID returns agency's code, "-" and six characters of IDAlphabet made from
// random (at least six bytes from a cryptographic source), so that two offices
// offline never choose the same.
func NewID(agency AgencyCode, random []byte) string {
	var b strings.Builder
	b.WriteString(string(agency))
	b.WriteByte('-')
	for _, r := range random[:6] {
		b.WriteByte(IDAlphabet[r&31])
	}
	return b.String()
}
