package corpus

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"

	"khumue/internal/catalog"
	"khumue/internal/fault"
)

// Draft is what a new content file is begun with.
type Draft struct {
	Kind   Kind               // AgencyFile, PointFile, ProcessFile, ManualFile or ServiceFile
	Agency catalog.AgencyCode // the owner; of an agency its parent, "" for the top
	ID     string             // identifier
	Title  catalog.Text
}

// Create writes a new content file into the portal at root and returns its
// slash path. Every field of the kind stands in it, in order: the required
// ones empty, so that checking names their lines, the others as comments, so
// that an absent field is seen to be absent. A file
// that is there already is never overwritten: that is an error of kind
// Conflict.
func Create(root string, p *Portal, d Draft) (string, error) {
	file, err := d.path(p)
	if err != nil {
		return "", err
	}
	if err := p.free(d.ID); err != nil {
		return "", err
	}
	name := filepath.Join(root, filepath.FromSlash(file))
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		return "", err
	}
	f, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if errors.Is(err, fs.ErrExist) {
		return "", fault.New(fault.Conflict, fault.Textf("มี %s อยู่แล้ว", "%s exists already", file))
	} else if err != nil {
		return "", err
	}
	_, err = f.Write(d.content(file))
	return file, errors.Join(err, f.Close())
}

// free reports an error when some object has the identifier already.
func (p *Portal) free(id string) error {
	if at, taken := p.holder(id); taken {
		return fault.New(fault.Conflict, fault.Textf("รหัส %s ใช้แล้วใน %s", "%s is already the identifier of %s", id, at),
			fault.Text{TH: "เลือกรหัสอื่น", EN: "choose another"})
	}
	return nil
}

// holder returns the content file of the object, of whatever kind, that has
// an identifier.
func (p *Portal) holder(id string) (path string, ok bool) {
	for _, typed := range []any{catalog.AgencyCode(id), catalog.PointCode(id), catalog.ManualID(id), catalog.ProcessID(id), catalog.ServiceID(id)} {
		if path, ok = p.paths[typed]; ok {
			return path, true
		}
	}
	return "", false
}

func (d Draft) path(p *Portal) (string, error) {
	if _, err := catalog.ParseAgencyCode(d.ID); err != nil {
		return "", err
	}
	dir := "agencies"
	if d.Agency != "" {
		if _, ok := p.agencies[d.Agency]; !ok {
			return "", fault.New(fault.NotFound, fault.Textf("ไม่มีหน่วยงาน %s", "there is no agency %s", string(d.Agency)), fault.DidYouMean(string(d.Agency), keys(p.agencies)))
		}
		dir = path.Dir(p.paths[d.Agency])
	}
	switch d.Kind {
	case AgencyFile:
		return path.Join(dir, d.ID, "agency.yaml"), nil
	case PointFile:
		return path.Join(dir, "points", d.ID+".yaml"), nil
	case ProcessFile:
		return path.Join(dir, "processes", d.ID+".yaml"), nil
	case ManualFile:
		return path.Join(dir, "manuals", d.ID, "manual.md"), nil
	case ServiceFile:
		return path.Join(dir, "services", d.ID+".md"), nil
	}
	return "", fault.New(fault.Invalid, fault.Textf("สร้าง %s ไม่ได้", "cannot create a %s", string(d.Kind)))
}

// content is the text of the new file.
func (d Draft) content(file string) []byte {
	var b strings.Builder
	markdown := path.Ext(file) == ".md"
	if markdown {
		b.WriteString("---\n")
	}
	b.WriteString(schemaLine(d.Kind, file))
	for _, t := range types {
		if t.kind == d.Kind {
			for _, f := range fieldsOf(t.typ).list {
				d.line(&b, f)
			}
		}
	}
	if markdown {
		b.WriteString("---\n")
	}
	return []byte(b.String())
}

// schemaMark begins the line of a content file that names its schema.
const schemaMark = "# yaml-language-server:"

// schemaLine is the first line of the YAML of a content file.
func schemaLine(kind Kind, file string) string {
	return schemaMark + " $schema=" + strings.Repeat("../", strings.Count(file, "/")) + ".schemas/" + string(kind) + ".schema.json\n"
}

func (d Draft) line(b *strings.Builder, f field) {
	switch f.name {
	case "id", "code":
		fmt.Fprintf(b, "%s: %s\n", f.name, d.ID)
	case "title", "name":
		if d.Title.EN == "" {
			fmt.Fprintf(b, "%s: %q\n", f.name, d.Title.TH)
		} else {
			fmt.Fprintf(b, "%s: {th: %q, en: %q}\n", f.name, d.Title.TH, d.Title.EN)
		}
	default:
		mark := "# "
		if f.rules.required {
			mark = ""
		}
		fmt.Fprintf(b, "%s%s: # %s\n", mark, f.name, f.help)
	}
}
