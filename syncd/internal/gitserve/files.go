package gitserve

import (
	"bytes"
	"errors"
	"path"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"khumue/internal/catalog"
	"khumue/internal/corpus"
	"khumue/internal/fault"
	"khumue/internal/gitrepo"
	"khumue/syncd/internal/ledger"
	"khumue/syncd/internal/review"
)

const manualFile = "manual.md"

// change is a file, or what else stands in a manual's folder, that differs
// between two trees.
type change struct {
	path string
	to   gitrepo.Entry // without a name: it went
}

// Bounds of the search for what differs, so that a tree that was made to hold
// billions of files costs no more than one that was not.
const (
	mostFolders = 200 // that differ, of one commit
	mostChanges = 200
)

// comparison finds what differs between two trees, folder by folder down to a
// manual's, and not into folders that stand in one of those.
type comparison struct {
	repo    *gitrepo.Repository
	id      catalog.ManualID
	folders int
	found   []change
}

var errTooMany = errors.New("too much differs")

func (k *comparison) trees(at string, old, new gitrepo.Hash) error {
	if k.folders++; k.folders > mostFolders || len(k.found) > mostChanges {
		return errTooMany
	}
	was, err := k.entries(old)
	if err != nil {
		return err
	}
	now, err := k.entries(new)
	if err != nil {
		return err
	}
	names := map[string]bool{}
	for name := range was {
		names[name] = true
	}
	for name := range now {
		names[name] = true
	}
	for name := range names {
		if err := k.entry(path.Join(at, name), was[name], now[name]); err != nil {
			return err
		}
	}
	return nil
}

func (k *comparison) entry(at string, a, b gitrepo.Entry) error {
	if a.Mode == b.Mode && a.Hash == b.Hash {
		return nil
	}
	_, _, inside := ledger.FolderOf(at, k.id)
	either := a.IsFolder() || b.IsFolder()
	onlyFolders := (a.IsFolder() || a.Name == "") && (b.IsFolder() || b.Name == "")
	if either && onlyFolders && !inside {
		return k.trees(at, a.Hash, b.Hash)
	}
	k.found = append(k.found, change{at, b})
	return nil
}

// entries are those of a tree by name; the zero Hash has none.
func (k *comparison) entries(tree gitrepo.Hash) (map[string]gitrepo.Entry, error) {
	out := map[string]gitrepo.Entry{}
	if tree.IsZero() {
		return out, nil
	}
	list, err := k.repo.Entries(tree)
	for _, e := range list {
		out[e.Name] = e
	}
	return out, err
}

// text looks at the files of every commit, then at the manual as it is at last.
func (c *inspection) text(d *draft) error {
	folder, whole := "", true
	before := d.from.Tree
	for _, a := range slices.Backward(d.added) {
		k := &comparison{repo: c.repo, id: d.ref.Manual}
		err := k.trees("", before, a.Tree)
		if err != nil && !errors.Is(err, errTooMany) {
			return err
		}
		if err != nil {
			c.wrong("commit "+a.Hash.String()[:10], fault.Textf("เปลี่ยนไฟล์เกิน %d ไฟล์", "it changes more than %d files", mostChanges),
				fault.Text{TH: "ฉบับร่างหนึ่งแก้คู่มือเดียว", EN: "a draft is of one manual"})
			whole = false
		}
		slices.SortFunc(k.found, func(a, b change) int { return strings.Compare(a.path, b.path) })
		for _, f := range k.found {
			if err := c.file(d, f, &folder); err != nil {
				return err
			}
		}
		before = a.Tree
	}
	if !whole || folder == "" {
		if whole && len(c.problems) == 0 {
			c.nothing(d)
		}
		return nil
	}
	return c.manual(d, folder)
}

func (c *inspection) nothing(d *draft) {
	c.wrong(d.name, fault.Text{TH: "ฉบับร่างนี้ไม่ได้แก้อะไร", EN: "the draft changes nothing"}, fault.Text{TH: "แก้ manual.md แล้ว commit ก่อนส่ง", EN: "change manual.md and commit before you push"})
}

// shown is a path as it can be printed.
func shown(p string) string {
	if quoted := strconv.Quote(p); quoted != `"`+p+`"` {
		return quoted
	}
	return p
}

// file looks at one file that a commit changes, and finds the folder of the
// manual by it.
func (c *inspection) file(d *draft, f change, folder *string) error {
	in, _, ok := ledger.FolderOf(f.path, d.ref.Manual)
	name := shown(f.path)
	if !ok || *folder != "" && in != *folder {
		c.wrong(name, fault.Textf("อยู่นอกโฟลเดอร์ของคู่มือ %s", "it is not in the folder of the manual %s", string(d.ref.Manual)),
			fault.Text{TH: "ฉบับร่างหนึ่งแก้ได้เฉพาะไฟล์ใน agencies/…/manuals/รหัสคู่มือ/ เอาการแก้ไฟล์นี้ออก", EN: "a draft changes files in agencies/…/manuals/<id>/ alone: take this change out"})
		return nil
	}
	*folder = in
	if f.to.Name == "" {
		return nil // it went
	}
	if what := gitrepo.CheckName(f.to.Name); !what.IsZero() {
		c.wrong(name, what, fault.Text{TH: "เปลี่ยนชื่อไฟล์", EN: "give the file another name"})
	}
	if what, hint := badMode(f.to.Mode); !what.IsZero() {
		c.wrong(name, what, hint)
		return nil
	}
	most := int64(corpus.MaxFile)
	if base := path.Base(f.path); base != manualFile {
		most = corpus.MaxAttachment
		if ending := strings.ToLower(path.Ext(base)); ending != ".pdf" && ending != ".docx" {
			c.wrong(name, fault.Text{TH: "โฟลเดอร์ของคู่มือมีได้เฉพาะ manual.md กับไฟล์ PDF และ DOCX", EN: "a manual's folder holds manual.md, and PDF and DOCX files"},
				fault.Text{TH: "เอาไฟล์นี้ออก หรือแปลงเป็น PDF", EN: "take the file out, or make a PDF of it"})
			return nil
		}
	}
	size, err := c.repo.Size(f.to.Hash)
	if errors.Is(err, fault.NotFound) {
		c.wrong(name, fault.Text{TH: "ไม่ได้ส่งเนื้อไฟล์มาด้วย", EN: "its content was not pushed"})
		return nil
	}
	if size > most {
		c.wrong(name, fault.Textf("ไฟล์ใหญ่ %d ไบต์ เกิน %d", "the file has %d bytes, more than %d", size, most), fault.Text{TH: "ลดขนาด แล้วแก้ commit ที่มีไฟล์นี้ด้วย", EN: "make it smaller, in the commit that has it too"})
	}
	return err
}

// badMode tells what is wrong with what stands in the place of a file.
func badMode(mode string) (what, hint fault.Text) {
	switch mode {
	case gitrepo.FileMode:
	case "100755", "100744", "100775":
		return fault.Text{TH: "เป็นไฟล์ที่เรียกทำงานได้", EN: "the file can be executed"}, fault.Text{TH: "git update-index --chmod=-x ไฟล์", EN: "git update-index --chmod=-x FILE"}
	case "120000":
		return fault.Text{TH: "เป็นลิงก์", EN: "it is a link"}, fault.Text{TH: "วางไฟล์จริงแทน", EN: "put the file itself here"}
	case "160000":
		return fault.Text{TH: "เป็นคลัง git อื่น (submodule)", EN: "it is another repository (a submodule)"}, fault.Text{TH: "เอาออก", EN: "take it out"}
	case gitrepo.FolderMode:
		return fault.Text{TH: "โฟลเดอร์ของคู่มือไม่มีโฟลเดอร์ย่อย", EN: "a manual's folder has no folders"}, fault.Text{TH: "วางไฟล์ไว้ข้าง manual.md", EN: "put the files beside manual.md"}
	default:
		return fault.Text{TH: "ไม่ใช่ไฟล์ธรรมดา", EN: "it is no regular file"}, fault.Text{TH: "เอาออก", EN: "take it out"}
	}
	return fault.Text{}, fault.Text{}
}

// manual looks at the manual as the draft leaves it: whose it is, and what it
// says.
func (c *inspection) manual(d *draft, folder string) error {
	owner := ownerOf(folder)
	if err := (review.Revision{State: review.Draft}).May(review.Save, c.by, owner); err != nil {
		var own *fault.Error
		if !errors.As(err, &own) {
			return err
		}
		c.wrong(folder, own.What, own.Hint)
		return nil // what stands there is none of this person's business
	}
	tip := d.added[0].Tree
	was, err := c.find(d.base.Tree, folder)
	if err != nil {
		return err
	}
	now, err := c.find(tip, folder)
	if err != nil {
		return err
	}
	switch {
	case was == now:
		c.nothing(d)
		return nil
	case now.Name == "":
		c.wrong(folder, fault.Text{TH: "คู่มือถูกลบทั้งโฟลเดอร์", EN: "the manual's folder was deleted"},
			fault.Text{TH: "ยกเลิกคู่มือโดยกรอก withdrawn: ใน manual.md", EN: "to withdraw a manual, fill in withdrawn: in manual.md"})
		return nil
	case was.Name == "":
		if err := c.newcomer(d, folder, owner.Chain[0]); err != nil {
			return err
		}
	}
	return c.content(tip, folder)
}

// find returns what stands at a path, without a name when nothing does.
func (c *inspection) find(tree gitrepo.Hash, at string) (gitrepo.Entry, error) {
	e, err := c.repo.Find(tree, at)
	return e, ignoreMissing(err)
}

// newcomer checks the name and the home of a manual that main does not have.
func (c *inspection) newcomer(d *draft, folder string, owner catalog.AgencyCode) error {
	key, ok := strings.CutPrefix(string(d.ref.Manual), string(owner)+"-")
	if !ok || len(key) != 6 || strings.Trim(key, catalog.IDAlphabet) != "" {
		c.wrong(folder, fault.Textf("%q ไม่ใช่รหัสของคู่มือใหม่", "%q is no id of a new manual", string(d.ref.Manual)),
			fault.Textf("ใช้ %s- ตามด้วยอักษร a-z หรือ 2-7 หกตัวที่สุ่มขึ้น", "write %s- and six characters of a-z and 2-7, at random", string(owner)))
	}
	home, err := c.find(d.base.Tree, path.Join(folder, "../../agency.yaml"))
	if err == nil && home.Name == "" {
		c.wrong(folder, fault.Textf("ไม่มีหน่วยงาน %s", "there is no agency %s", string(owner)), fault.Text{TH: "ตรวจโฟลเดอร์ที่วาง", EN: "look at where the folder stands"})
	}
	return err
}

// content holds what the manual says to the rules of a portal.
func (c *inspection) content(tip gitrepo.Hash, folder string) error {
	files := c.repo.FS(tip)
	at, _ := corpus.FileAt(path.Join(folder, manualFile))
	stands, err := c.find(tip, at.Path)
	if err != nil {
		return err
	}
	if stands.Mode != gitrepo.FileMode {
		if stands.Name == "" {
			c.wrong(at.Path, fault.Text{TH: "ไม่มีไฟล์นี้", EN: "the file is missing"}, fault.Text{TH: "คู่มือทุกฉบับมี manual.md", EN: "every manual has a manual.md"})
		}
		return nil
	}
	if err := c.characters(stands.Hash, at.Path); err != nil {
		return err
	}
	value, problems, err := at.Read(files)
	if err != nil {
		return err
	}
	frame, _, err := corpus.ReadFrame(files)
	if err != nil {
		return err
	}
	checker := corpus.NewChecker(files, frame, rest{c, tip, folder})
	problems = append(problems, checker.Object(at, value)...)
	c.problems = append(c.problems, problems...)
	beside, err := c.attachments(tip, folder)
	c.problems = append(c.problems, checker.Strays(beside)...)
	return err
}

// characters tells the first line of a text that is not UTF-8.
func (c *inspection) characters(blob gitrepo.Hash, file string) error {
	text, err := c.repo.Read(gitrepo.Blob, blob)
	if err != nil || utf8.Valid(text) {
		return err
	}
	line := 1
	for part := range bytes.Lines(text) {
		if !utf8.Valid(part) {
			break
		}
		line++
	}
	c.problems = append(c.problems, fault.Problem{File: file, Line: line, Severity: fault.Wrong,
		What: fault.Text{TH: "มีอักขระที่ไม่ใช่ UTF-8", EN: "there are characters that are not UTF-8"}, Hint: fault.Text{TH: "บันทึกไฟล์เป็น UTF-8", EN: "save the file as UTF-8"}})
	return nil
}

func (c *inspection) attachments(tip gitrepo.Hash, folder string) (out []string, err error) {
	e, err := c.repo.Find(tip, folder)
	if err != nil {
		return nil, err
	}
	list, err := c.repo.Entries(e.Hash)
	for _, f := range list {
		if p := path.Join(folder, f.Name); corpus.IsAttachment(p) {
			out = append(out, p)
		}
	}
	return out, err
}

// rest is the portal around one manual. Whether other manuals and processes that
// it names are there is found out when it is submitted.
type rest struct {
	c      *inspection
	tip    gitrepo.Hash
	folder string
}

// Has reports whether there may be such an object.
func (rest) Has(corpus.Kind, string) bool { return true }

// IDs lists none.
func (rest) IDs(corpus.Kind) []string { return nil }

// Home returns the content file of the agency whose manual it is.
func (r rest) Home(code catalog.AgencyCode) string {
	home := path.Join(r.folder, "../../agency.yaml")
	if e, err := r.c.find(r.tip, home); err != nil || e.Name == "" || code != ownerOf(r.folder).Chain[0] {
		return ""
	}
	return home
}

// Successor follows no manual.
func (rest) Successor(catalog.ManualID) catalog.ManualID { return "" }
