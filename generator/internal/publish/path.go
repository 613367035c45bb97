package publish

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io/fs"
	"path"
	"regexp"
	"strings"
	"unicode"

	"khumue/internal/fault"
)

// Longest path and longest part of one, in bytes, that every file system which
// an office may use can hold below an ordinary folder.
const (
	maxPath = 1000
	maxName = 200
)

// CheckPath reports why a slash path may not be published. What passes means
// the same file on every system: relative and clean, no reserved name of
// Windows, no control or direction mark.
func CheckPath(p string) error {
	why := pathFlaw(p)
	if why.IsZero() {
		return nil
	}
	return fault.New(fault.Invalid, fault.Text{
		TH: fmt.Sprintf("%q เป็นไฟล์ของเว็บไซต์ไม่ได้ เพราะ%s", p, why.TH),
		EN: fmt.Sprintf("%q cannot be a file of the site: %s", p, why.EN),
	})
}

func pathFlaw(p string) fault.Text {
	switch {
	case p == "." || !fs.ValidPath(p):
		return fault.Text{TH: "ไม่ใช่ที่อยู่ภายในเว็บไซต์", EN: "it is not a clean path inside the site"}
	case len(p) > maxPath:
		return fault.Textf("ยาวเกิน %d ไบต์", "it is longer than %d bytes", maxPath)
	case strings.ContainsFunc(p, hidden):
		return fault.Text{TH: "มีอักขระควบคุม", EN: "it has a control character"}
	case strings.ContainsAny(p, `\:*?"<>|`):
		return fault.Text{TH: `มีอักขระ \ : * ? " < > |`, EN: `it has one of \ : * ? " < > |`}
	}
	for name := range strings.SplitSeq(p, "/") {
		if why := nameFlaw(name); !why.IsZero() {
			return why
		}
	}
	return fault.Text{}
}

func nameFlaw(name string) fault.Text {
	switch {
	case len(name) > maxName:
		return fault.Textf("มีชื่อที่ยาวเกิน %d ไบต์", "a name in it is longer than %d bytes", maxName)
	case strings.HasSuffix(name, ".") || strings.HasSuffix(name, " ") || strings.HasPrefix(name, " "):
		return fault.Text{TH: "มีชื่อที่ลงท้ายด้วยจุดหรือมีช่องว่างหัวท้าย", EN: "a name in it ends with a dot, or begins or ends with a space"}
	case reserved.MatchString(name):
		return fault.Text{TH: "Windows สงวนชื่อนี้ไว้", EN: "Windows reserves this name"}
	}
	return fault.Text{}
}

// reserved are the names of devices, with any extension and spaces before it
// (learn.microsoft.com/windows/win32/fileio/naming-a-file).
var reserved = regexp.MustCompile(`(?i)^(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³]|conin\$|conout\$) *(\..*)?$`)

// hidden reports characters that a reader of a path does not see: controls and
// marks of direction.
func hidden(r rune) bool {
	return unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r) || r == '\uFEFF'
}

// Address returns the address under which the file at a slash path is visited:
// "procedure/a/index.html" at "/procedure/a/".
func Address(p string) string {
	if p == "index.html" {
		return "/"
	}
	if dir, ok := strings.CutSuffix(p, "/index.html"); ok {
		return "/" + dir + "/"
	}
	return "/" + p
}

// Hashed returns the path of an asset that bears a digest of its bytes:
// "assets/site.css" becomes "assets/site.0f343b0931126a20.css".
func Hashed(p string, data []byte) string {
	sum := sha256.Sum256(data)
	ext := path.Ext(p)
	return strings.TrimSuffix(p, ext) + "." + hex.EncodeToString(sum[:8]) + ext
}

var hashedName = regexp.MustCompile(`\.[0-9a-f]{16}(\.[a-z0-9]+){1,2}$`)

// IsHashed reports whether a path looks like one that Hashed made, or a
// compressed variant of one: its bytes never change.
func IsHashed(p string) bool { return hashedName.MatchString(p) }
