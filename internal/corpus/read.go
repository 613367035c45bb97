package corpus

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"runtime"
	"strconv"
	"strings"
	"sync"

	"khumue/internal/catalog"
	"khumue/internal/fault"
)

// Read reads a whole portal into memory. Problems are everything that an author
// has to mend; while one of them is Wrong the portal is not to be built from.
// The error is of what failed outside: the file system.
func Read(files fs.FS) (*Portal, fault.Problems, error) {
	list, err := List(files)
	if err != nil {
		return nil, nil, err
	}
	frame, problems, err := ReadFrame(files)
	if err != nil {
		return nil, nil, err
	}
	read, err := readAll(files, list.Files)
	if err != nil {
		return nil, nil, err
	}
	p := newPortal(*frame)
	for i, r := range read {
		problems = append(problems, r.problems...)
		problems = append(problems, p.add(list.Files[i], r.value)...)
	}
	p.index()
	c := NewChecker(files, frame, p)
	for i, r := range read {
		problems = append(problems, c.Object(list.Files[i], r.value)...)
	}
	problems = append(problems, c.Finish()...)
	problems = append(problems, c.Strays(list.Attachments)...)
	return p, append(problems, list.Problems...).Sort(), nil
}

// Listing is what a walk of the agencies found.
type Listing struct {
	Files       []File // in the order of their paths
	Attachments []string
	Problems    fault.Problems // files that nothing expects
}

// List finds the content files of all agencies without reading them.
func List(files fs.FS) (*Listing, error) {
	return list(files, strings.TrimSuffix(agenciesDir, "/"), nil)
}

// list walks below a folder, which need not be there, and leaves out what skip
// reports.
func list(files fs.FS, root string, skip func(string) bool) (*Listing, error) {
	l := &Listing{}
	err := fs.WalkDir(files, root, func(p string, e fs.DirEntry, err error) error {
		switch {
		case p == root && errors.Is(err, fs.ErrNotExist):
			return fs.SkipAll
		case err != nil:
			return err
		case e.IsDir() && (Ignored(p) || skip != nil && skip(p)):
			return fs.SkipDir
		case e.IsDir() || Ignored(p):
			return nil
		}
		l.Add(p, e.Type())
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("content: %w", err)
	}
	return l, nil
}

// Add notes what stands at a path.
func (l *Listing) Add(p string, mode fs.FileMode) {
	f, known := FileAt(p)
	switch {
	case !mode.IsRegular():
		l.wrong(p, fault.Text{TH: "ไม่ใช่ไฟล์ธรรมดา", EN: "not a regular file"}, fault.Text{TH: "วางไฟล์จริงแทนลิงก์", EN: "put the file itself here, not a link"})
	case known:
		l.Files = append(l.Files, f)
	case IsAttachment(p):
		l.Attachments = append(l.Attachments, p)
	default:
		l.wrong(p, fault.Text{TH: "ไม่รู้จักไฟล์นี้", EN: "no content file is expected here"}, misplaced(p))
	}
}

func (l *Listing) wrong(p string, what, hint fault.Text) {
	l.Problems = append(l.Problems, fault.Problem{File: p, Severity: fault.Wrong, What: what, Hint: hint})
}

// misplaced guesses what a stray file was meant to be.
func misplaced(p string) fault.Text {
	names := []string{"agency.yaml", "manual.md", "site.yaml", "catalog.yaml", "synonyms.yaml"}
	if near := fault.Nearest(path.Base(p), names); near != "" {
		return fault.Textf("หมายถึง %s หรือไม่ และวางในโฟลเดอร์ที่ถูกต้องหรือไม่", "did you mean %s, and is it in the right folder?", near)
	}
	return fault.Text{TH: "ดู doc/content-format.md ว่าไฟล์ใดอยู่ที่ใด หรือขึ้นต้นชื่อด้วยจุดเพื่อไม่ให้อ่าน", EN: "doc/content-format.md says what stands where; a name that begins with a dot is not read"}
}

// file is one content file as read.
type file struct {
	value    any // pointer to a struct of the catalog
	problems fault.Problems
}

// readAll reads the files on all processors; results keep the order of list.
func readAll(files fs.FS, list []File) ([]file, error) {
	out := make([]file, len(list))
	errs := make([]error, len(list))
	var wg sync.WaitGroup
	workers := runtime.GOMAXPROCS(0)
	for w := range workers {
		wg.Go(func() {
			for i := w; i < len(list); i += workers {
				out[i].value, out[i].problems, errs[i] = list[i].Read(files)
			}
		})
	}
	wg.Wait()
	return out, errors.Join(errs...)
}

// Read reads the file into a pointer to its struct of the catalog. What is
// wrong with it are problems; the error is of what failed outside.
func (f File) Read(files fs.FS) (value any, problems fault.Problems, err error) {
	buf := sources.Get().(*[]byte)
	defer sources.Put(buf)
	var src []byte
	if into, ok := files.(appender); ok {
		src, err = into.AppendFile((*buf)[:0], f.Path)
		*buf = src
	} else {
		src, err = readLimited(files, f.Path)
	}
	if err != nil {
		return nil, nil, err
	}
	value, problems = f.Decode(src)
	return value, problems, nil
}

// sources are for files while they are read.
var sources = sync.Pool{New: func() any { return new([]byte) }}

// appender is a file system that reads a file into a buffer of the caller's,
// behind what stands in it: at most one byte more than MaxFile.
type appender interface {
	AppendFile(b []byte, name string) ([]byte, error)
}

// readLimited reads at most one byte more than MaxFile.
func readLimited(files fs.FS, p string) ([]byte, error) {
	if whole, ok := files.(fs.ReadFileFS); ok {
		return whole.ReadFile(p)
	}
	f, err := files.Open(p)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return io.ReadAll(io.LimitReader(f, MaxFile+1))
}

// Decode reads the bytes of the file. The value shares none of them.
func (f File) Decode(src []byte) (value any, problems fault.Problems) {
	if len(src) > MaxFile {
		problems = append(problems, tooLarge(f.Path, int64(len(src)), MaxFile))
		src = src[:MaxFile]
	}
	value, own := decodeFile(f, src)
	return value, append(problems, own...)
}

func tooLarge(p string, size, limit int64) fault.Problem {
	return fault.Problem{File: p, Severity: fault.Wrong, What: fault.Textf("ไฟล์ใหญ่ %d ไบต์ เกิน %d", "the file has %d bytes, more than %d", size, limit), Hint: fault.Text{TH: "ลดขนาด", EN: "make it smaller"}}
}

func decodeFile(at File, src []byte) (any, fault.Problems) {
	d := decoder{file: at.Path}
	switch at.Kind {
	case ManualFile:
		m := &catalog.Manual{Owner: at.Owner}
		m.Body = d.decodeMarkdown(src, m)
		return m, d.problems
	case ServiceFile:
		s := &catalog.Service{Owner: at.Owner}
		s.Body = d.decodeMarkdown(src, s)
		return s, d.problems
	case PageFile:
		p := &catalog.Page{Name: at.Name, Lang: at.Lang}
		p.Body = d.decodeMarkdown(src, p)
		return p, d.problems
	}
	value := newValue(at)
	d.decode(trimBOM(src), value)
	return value, d.problems
}

func trimBOM(src []byte) []byte {
	if len(src) >= 3 && string(src[:3]) == "\xef\xbb\xbf" {
		return src[3:]
	}
	return src
}

func newValue(at File) any {
	switch at.Kind {
	case SiteFile:
		return &catalog.Site{}
	case CatalogFile:
		return &catalog.Labels{}
	case SynonymsFile:
		return &catalog.Synonyms{}
	case HolidaysFile:
		return &catalog.HolidayYear{}
	case SurveyFile:
		return &catalog.Survey{}
	case AgencyFile:
		return &catalog.Agency{Parent: at.Owner}
	case PointFile:
		return &catalog.Point{Owner: at.Owner}
	case ProcessFile:
		return &catalog.Process{Owner: at.Owner}
	default:
		panic("corpus: no value for " + string(at.Kind))
	}
}

// add puts an object into the portal, unless its identifier is another's.
func (p *Portal) add(at File, value any) fault.Problems {
	switch v := value.(type) {
	case *catalog.Agency:
		return insert(p, at, v.Code, v, p.agencies, &p.Agencies)
	case *catalog.Point:
		return insert(p, at, v.Code, v, p.points, &p.Points)
	case *catalog.Manual:
		return insert(p, at, v.ID, v, p.manuals, &p.Manuals)
	case *catalog.Process:
		return insert(p, at, v.ID, v, p.processes, &p.Processes)
	case *catalog.Service:
		return insert(p, at, v.ID, v, p.services, &p.Services)
	}
	return nil
}

func insert[ID ~string, V any](p *Portal, at File, id ID, v *V, byID map[ID]*V, all *[]*V) fault.Problems {
	if id == "" {
		return nil
	}
	if holder, taken := p.holder(string(id)); taken {
		return fault.Problems{Taken(at.Path, string(id), holder)}
	}
	byID[id] = v
	p.paths[id] = at.Path
	*all = append(*all, v)
	return nil
}

// Taken is the problem of an object whose identifier is another's.
func Taken(file, id, holder string) fault.Problem {
	return fault.Problem{File: file, Severity: fault.Wrong,
		What: fault.Textf("รหัส %s ใช้แล้วใน %s", "%s is already the identifier of %s", id, holder),
		Hint: fault.Text{TH: "รหัสต้องไม่ซ้ำทั้งเว็บไซต์", EN: "identifiers are unique in the whole tree"}}
}

// misnamed reports an identifier that differs from its file's name.
func misnamed(at File, id, field string) fault.Problems {
	if id == "" || id == "0" || id == at.Name {
		return nil
	}
	return fault.Problems{{File: at.Path, Severity: fault.Wrong,
		What: fault.Textf("%s เป็น %q แต่ชื่อไฟล์หรือโฟลเดอร์คือ %q", "%s is %q, but the file or folder is named %q", field, id, at.Name),
		Hint: fault.Text{TH: "ทำให้ตรงกัน", EN: "make them the same"}}}
}

// identity returns the identifier that an object bears and the field's name.
func identity(value any) (id, field string) {
	switch v := value.(type) {
	case *catalog.Agency:
		return string(v.Code), "code"
	case *catalog.Point:
		return string(v.Code), "code"
	case *catalog.Manual:
		return string(v.ID), "id"
	case *catalog.Process:
		return string(v.ID), "id"
	case *catalog.Service:
		return string(v.ID), "id"
	case *catalog.HolidayYear:
		return strconv.Itoa(v.Year), "year"
	case *catalog.Survey:
		return v.ID, "id"
	}
	return "", ""
}
