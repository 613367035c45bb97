package gitrepo

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"khumue/internal/fault"
)

// The lengths in bytes of a name and of a path that is put into a tree: what
// every disk takes.
const (
	longestName = 255
	longestPut  = 1024
)

var (
	// device is what Windows takes for a device, whatever comes behind a dot.
	device = regexp.MustCompile(`(?i)^(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³]|conin\$|conout\$)\s*(\.|$)`)
	// short is how NTFS abbreviates .git, .gitmodules and their like.
	short = regexp.MustCompile(`(?i)^gi[^.]*~[0-9]+`)
)

// checkName tells what keeps a name out of a tree: it must be safe on every
// disk that a clone may lie on, and mean nothing to git. Names of Thai letters
// are fine.
func checkName(name string) fault.Text {
	switch {
	case name == "", name == ".", name == "..":
		return fault.Text{TH: "มีชื่อที่ว่าง หรือเป็นจุดอย่างเดียว", EN: "a name is empty or of dots alone"}
	case len(name) > longestName:
		return fault.Textf("ชื่อยาวเกิน %d ไบต์", "a name is longer than %d bytes", longestName)
	case !utf8.ValidString(name):
		return fault.Text{TH: "ชื่อไม่ใช่ UTF-8", EN: "a name is not UTF-8"}
	case strings.ContainsFunc(name, unseen):
		return fault.Text{TH: "ชื่อมีอักขระควบคุมหรืออักขระที่มองไม่เห็น", EN: "a name has control characters or characters that nobody sees"}
	case strings.ContainsAny(name, `/\:*?"<>|`):
		return fault.Text{TH: `ชื่อมีอักขระ \ : * ? " < > |`, EN: `a name has one of \ : * ? " < > |`}
	case strings.HasSuffix(name, "."), strings.TrimSpace(name) != name:
		return fault.Text{TH: "ชื่อขึ้นต้นด้วยช่องว่าง หรือลงท้ายด้วยช่องว่างหรือจุด", EN: "a name begins with a space, or ends with a space or a dot"}
	case strings.HasPrefix(strings.ToLower(name), ".git"), short.MatchString(name):
		return fault.Text{TH: "ชื่อนี้ git ใช้เอง", EN: "the name belongs to git"}
	case device.MatchString(name):
		return fault.Text{TH: "ชื่อนี้ Windows ใช้เอง", EN: "the name belongs to Windows"}
	}
	return fault.Text{}
}

// unseen reports whether a rune is no letter, sign or space that a person sees:
// among others those that turn text around, and those that a Macintosh leaves
// out of names.
func unseen(r rune) bool {
	return unicode.In(r, unicode.Cc, unicode.Cf, unicode.Co, unicode.Cs, unicode.Zl, unicode.Zp) || r == utf8.RuneError
}
