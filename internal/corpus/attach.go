package corpus

import (
	"io/fs"
	"path"
	"slices"
	"strings"

	"khumue/internal/fault"
)

// What may lie beside a content file, by what it is for.
var (
	papers   = []string{".pdf", ".docx"}
	pictures = []string{".jpg", ".jpeg", ".png", ".webp"}
)

// offered checks a file to download: one beside the content file, or an address.
func (c *check) offered(file, name, url string, at ...any) {
	switch {
	case name == "" && url == "":
		c.wrong(file, fault.Text{TH: "ไม่มีทั้ง file และ url", EN: "there is neither file nor url"}, fault.Text{TH: "เพิ่มอย่างใดอย่างหนึ่ง", EN: "add one of them"}, at...)
	case name != "" && url != "":
		c.wrong(file, fault.Text{TH: "มีทั้ง file และ url", EN: "there are both file and url"}, fault.Text{TH: "เลือกอย่างใดอย่างหนึ่ง", EN: "keep one of them"}, at...)
	case name != "":
		c.attached(file, name, papers, append(slices.Clone(at), "file")...)
	}
}

// attached checks a file, of one of some endings, that a content file names.
func (c *check) attached(file, name string, endings []string, at ...any) {
	p := path.Join(path.Dir(file), name)
	if c.used == nil {
		c.used = map[string]bool{}
	}
	c.used[p] = true
	info, err := fs.Stat(c.files, p)
	switch {
	case strings.ContainsAny(name, `/\:*?"<>|#%`) || name != path.Base(p):
		c.wrong(file, fault.Textf("%q ไม่ใช่ชื่อไฟล์ที่ใช้ได้", "%q is not a file name", name), fault.Text{TH: "วางไฟล์ในโฟลเดอร์เดียวกันและเขียนชื่อ ซึ่งไม่มี / : # % และเครื่องหมายคล้ายกัน", EN: "put the file into the same folder and write its name, without / : # % and the like"}, at...)
	case !slices.Contains(endings, strings.ToLower(path.Ext(name))):
		list := strings.Join(endings, " ")
		c.wrong(file, fault.Textf("ชนิดของไฟล์ %s ใช้ที่นี่ไม่ได้", "the file %s is not of a kind that may stand here", name), fault.Textf("ใช้ %s", "use %s", list), at...)
	case err != nil || !info.Mode().IsRegular():
		c.wrong(file, fault.Textf("ไม่พบไฟล์ %s", "the file %s is missing", name), fault.DidYouMean(name, c.beside(file)), at...)
	case info.Size() > MaxAttachment:
		c.problems = append(c.problems, tooLarge(p, info.Size(), MaxAttachment))
	case !c.genuine(p):
		c.wrong(p, fault.Text{TH: "เนื้อไฟล์ไม่ตรงกับนามสกุล", EN: "the content is not what the file's ending says"}, fault.Text{TH: "บันทึกใหม่ในชนิดที่ถูกต้อง", EN: "save it again in the right format"})
	}
}

// beside lists the attachments in a content file's folder.
func (c *check) beside(file string) []string {
	entries, _ := fs.ReadDir(c.files, path.Dir(file)) // a folder that can not be read suggests nothing
	var names []string
	for _, e := range entries {
		if IsAttachment(path.Join(path.Dir(file), e.Name())) {
			names = append(names, e.Name())
		}
	}
	return names
}

// magic are the first bytes of the attachments that may be published.
var magic = map[string][]string{
	".pdf": {"%PDF-"}, ".docx": {"PK\x03\x04"},
	".jpg": {"\xff\xd8\xff"}, ".jpeg": {"\xff\xd8\xff"}, ".png": {"\x89PNG\r\n\x1a\n"}, ".webp": {"RIFF"},
}

func (c *check) genuine(p string) bool {
	f, err := c.files.Open(p)
	if err != nil {
		return false
	}
	defer f.Close()
	head := make([]byte, 16)
	n, _ := f.Read(head)
	return slices.ContainsFunc(magic[strings.ToLower(path.Ext(p))], func(m string) bool { return strings.HasPrefix(string(head[:n]), m) })
}
