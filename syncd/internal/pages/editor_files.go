package pages

import (
	"archive/zip"
	"bytes"
	"io"
	"mime/multipart"
	"path"
	"slices"
	"strings"
	"unicode"

	"khumue/internal/catalog"
	"khumue/internal/corpus"
	"khumue/internal/fault"
)

// upload is a file that came with a form.
type upload struct {
	name string // as the person's device calls it
	data []byte
}

// uploadsOf reads the files of a form, by the key of the row that each is for.
func uploadsOf(f *multipart.Form) (map[string]upload, error) {
	out := map[string]upload{}
	for field, list := range f.File {
		rows, key, ok := strings.Cut(strings.TrimSuffix(field, ".file"), ".")
		if !ok || rows != "forms" && rows != "photos" || len(list) != 1 || list[0].Size == 0 && list[0].Filename == "" {
			continue
		}
		if list[0].Size > corpus.MaxAttachment {
			out[key] = upload{name: list[0].Filename}
			continue
		}
		data, err := read(list[0])
		if err != nil {
			return nil, err
		}
		out[key] = upload{list[0].Filename, data}
	}
	return out, nil
}

func read(h *multipart.FileHeader) (_ []byte, err error) {
	f, err := h.Open()
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return io.ReadAll(io.LimitReader(f, corpus.MaxAttachment+1))
}

// attach looks at the files that came with a form, and has its rows name them.
// One that is refused is told of, and the row stays as it was.
func (x *exchange) attach(w writing, s *sent) (files map[string][]byte, told []Problem) {
	files = map[string][]byte{}
	for key, u := range s.uploads {
		row := "forms." + key
		ending, err := paperOf(u.data)
		if err != nil {
			text, _ := x.told(err)
			told = append(told, Problem{row + ".file", u.name + ": " + text})
			continue
		}
		name := freeName(safeName(u.name), ending, func(name string) bool {
			_, comes := files[name]
			for _, f := range w.sheet.Files {
				comes = comes || strings.EqualFold(f.Name, name) && s.values.Get(row+".file") != f.Name
			}
			return comes
		})
		files[name] = u.data
		s.values.Set(row+".file", name)
		s.values.Del(row + ".url")
	}
	return files, told
}

// safeName is what a file may be called in an address and on any system: its own
// name in letters, digits and dashes; "form" when nothing of it is left.
func safeName(name string) string {
	name = path.Base(strings.ReplaceAll(name, `\`, "/"))
	name = strings.TrimSuffix(name, path.Ext(name))
	var b strings.Builder
	for _, r := range strings.ToLower(name) {
		switch {
		case r >= 'a' && r <= 'z', r >= '0' && r <= '9':
			b.WriteRune(r)
		case unicode.IsSpace(r), strings.ContainsRune("-_.()", r):
			if s := b.String(); s != "" && !strings.HasSuffix(s, "-") {
				b.WriteByte('-')
			}
		}
		if b.Len() >= 60 {
			break
		}
	}
	out := strings.Trim(b.String(), "-")
	if strings.Trim(out, "0123456789-") == "" || slices.Contains(catalog.Reserved, out) {
		out = strings.Trim("form-"+out, "-")
	}
	return out
}

// freeName adds a number to a name that is taken.
func freeName(name, ending string, taken func(string) bool) string {
	out := name + ending
	for n := 2; taken(out); n++ {
		out = name + "-" + itoa(n) + ending
	}
	return out
}

// Limits of what a DOCX may hold once unpacked.
const (
	maxParts    = 2000
	maxUnpacked = 200 << 20
)

// paperOf tells by its content whether a file is a PDF or a DOCX, and how its
// name has to end. Anything else is an error of kind Invalid.
func paperOf(data []byte) (ending string, err error) {
	switch {
	case len(data) == 0:
		return "", refusedFile(fault.Text{TH: "ไฟล์ว่าง หรือใหญ่เกิน 20 MB", EN: "The file is empty, or larger than 20 MB"})
	case bytes.HasPrefix(data, []byte("%PDF-")):
		if !bytes.Contains(data[max(0, len(data)-2048):], []byte("%%EOF")) {
			return "", refusedFile(fault.Text{TH: "ไฟล์ PDF ขาดตอนท้าย", EN: "The end of the PDF is missing"})
		}
		return ".pdf", nil
	case bytes.HasPrefix(data, []byte("PK\x03\x04")):
		return ".docx", word(data)
	}
	return "", refusedFile(fault.Text{TH: "ไฟล์นี้ไม่ใช่ PDF หรือ DOCX", EN: "The file is neither PDF nor DOCX"})
}

func refusedFile(what fault.Text) error {
	return fault.New(fault.Invalid, what, fault.Text{TH: "บันทึกใหม่เป็น PDF หรือ DOCX แล้วแนบอีกครั้ง", EN: "Save it again as PDF or DOCX, and attach that."})
}

// word checks that an archive is a DOCX without macros, and that unpacking it
// would not fill a machine.
func word(data []byte) error {
	z, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil || len(z.File) > maxParts {
		return refusedFile(fault.Text{TH: "ไฟล์ DOCX เสีย", EN: "The DOCX is damaged"})
	}
	var types, document bool
	var sum uint64
	for _, f := range z.File {
		sum += f.UncompressedSize64
		types = types || f.Name == "[Content_Types].xml"
		document = document || f.Name == "word/document.xml"
		if strings.HasSuffix(strings.ToLower(f.Name), "vbaproject.bin") {
			return macros()
		}
	}
	if !types || !document || sum > maxUnpacked {
		return refusedFile(fault.Text{TH: "ไฟล์นี้ไม่ใช่ DOCX", EN: "The file is no DOCX"})
	}
	f, err := z.Open("[Content_Types].xml")
	if err != nil {
		return refusedFile(fault.Text{TH: "ไฟล์ DOCX เสีย", EN: "The DOCX is damaged"})
	}
	defer f.Close()
	list, err := io.ReadAll(io.LimitReader(f, 1<<20))
	if err != nil {
		return refusedFile(fault.Text{TH: "ไฟล์ DOCX เสีย", EN: "The DOCX is damaged"})
	}
	if bytes.Contains(bytes.ToLower(list), []byte("macroenabled")) {
		return macros()
	}
	return nil
}

func macros() error {
	return refusedFile(fault.Text{TH: "ไฟล์มีมาโคร ซึ่งเผยแพร่ไม่ได้", EN: "The file has macros, which can not be published"})
}
