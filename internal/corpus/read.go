package corpus

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"runtime"
	"strconv"
	"sync"

	"khumue/internal/catalog"
	"khumue/internal/fault"
)

// Read reads a portal's content. Problems are everything that an author has to
// mend; while one of them is Wrong the portal is not to be built from. The
// error is of what failed outside: the file system.
func Read(files fs.FS) (*Portal, fault.Problems, error) {
	tree, err := list(files)
	if err != nil {
		return nil, nil, err
	}
	read, err := readAll(files, tree.content)
	if err != nil {
		return nil, nil, err
	}
	p := &Portal{
		files: files, paths: map[any]string{},
		agencies: map[catalog.AgencyCode]*catalog.Agency{}, points: map[catalog.PointCode]*catalog.Point{},
		manuals: map[catalog.ManualID]*catalog.Manual{}, processes: map[catalog.ProcessID]*catalog.Process{},
		services: map[catalog.ServiceID]*catalog.Service{},
	}
	problems := tree.problems
	for i, r := range read {
		problems = append(problems, r.problems...)
		problems = append(problems, p.add(tree.content[i], r)...)
	}
	p.index()
	check := checker{Portal: p, tree: tree, problems: problems}
	check.all()
	return p, check.problems.Sort(), nil
}

// tree is what a walk of the content found.
type tree struct {
	content     []located
	attachments map[string]int64 // path → bytes
	problems    fault.Problems
}

type located struct {
	path string
	place
}

func list(files fs.FS) (*tree, error) {
	t := &tree{attachments: map[string]int64{}}
	err := fs.WalkDir(files, ".", func(p string, e fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case ignored(p) && e.IsDir():
			return fs.SkipDir
		case ignored(p) || e.IsDir():
			return nil
		}
		return t.file(p, e)
	})
	if err != nil {
		return nil, fmt.Errorf("content: %w", err)
	}
	return t, nil
}

func (t *tree) file(p string, e fs.DirEntry) error {
	info, err := e.Info()
	if err != nil {
		return err
	}
	at, known := placeOf(p)
	limit := int64(MaxFile)
	switch {
	case !info.Mode().IsRegular():
		t.wrong(p, fault.Text{TH: "ไม่ใช่ไฟล์ธรรมดา", EN: "not a regular file"}, fault.Text{TH: "วางไฟล์จริงแทนลิงก์", EN: "put the file itself here, not a link"})
		return nil
	case known:
		t.content = append(t.content, located{p, at})
	case attachmentPath.MatchString(p):
		t.attachments[p] = info.Size()
		limit = MaxAttachment
	default:
		t.wrong(p, fault.Text{TH: "ไม่รู้จักไฟล์นี้", EN: "no content file is expected here"}, misplaced(p))
	}
	if info.Size() > limit {
		t.wrong(p, fault.Textf("ไฟล์ใหญ่ %d ไบต์ เกิน %d", "the file has %d bytes, more than %d", info.Size(), limit), fault.Text{TH: "ลดขนาด", EN: "make it smaller"})
	}
	return nil
}

func (t *tree) wrong(p string, what, hint fault.Text) {
	t.problems = append(t.problems, fault.Problem{File: p, Severity: fault.Wrong, What: what, Hint: hint})
}

// misplaced guesses what a stray file was meant to be.
func misplaced(p string) fault.Text {
	names := []string{"agency.yaml", "manual.md", "site.yaml", "catalog.yaml", "synonyms.yaml"}
	if near := suggest(path.Base(p), names); near != "" {
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
func readAll(files fs.FS, list []located) ([]file, error) {
	out := make([]file, len(list))
	errs := make([]error, len(list))
	var wg sync.WaitGroup
	workers := runtime.GOMAXPROCS(0)
	for w := range workers {
		wg.Go(func() {
			for i := w; i < len(list); i += workers {
				out[i], errs[i] = readFile(files, list[i])
			}
		})
	}
	wg.Wait()
	return out, errors.Join(errs...)
}

func readFile(files fs.FS, at located) (file, error) {
	src, err := readLimited(files, at.path)
	if err != nil {
		return file{}, err
	}
	return decodeFile(at, src), nil
}

// readLimited reads at most MaxFile bytes; list has told of anything longer.
func readLimited(files fs.FS, p string) ([]byte, error) {
	f, err := files.Open(p)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return io.ReadAll(io.LimitReader(f, MaxFile))
}

func decodeFile(at located, src []byte) file {
	d := decoder{file: at.path}
	var out file
	switch at.kind {
	case ManualFile:
		m := &catalog.Manual{Owner: at.owner}
		m.Body = d.decodeMarkdown(src, m)
		out.value = m
	case ServiceFile:
		s := &catalog.Service{Owner: at.owner}
		s.Body = d.decodeMarkdown(src, s)
		out.value = s
	case PageFile:
		p := &catalog.Page{Name: at.name, Lang: at.lang}
		p.Body = d.decodeMarkdown(src, p)
		out.value = p
	default:
		out.value = newValue(at)
		d.decode(trimBOM(src), out.value)
	}
	out.problems = d.problems
	return out
}

func trimBOM(src []byte) []byte {
	if len(src) >= 3 && string(src[:3]) == "\xef\xbb\xbf" {
		return src[3:]
	}
	return src
}

func newValue(at located) any {
	switch at.kind {
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
		return &catalog.Agency{Parent: at.parent}
	case PointFile:
		return &catalog.Point{Owner: at.owner}
	case ProcessFile:
		return &catalog.Process{Owner: at.owner}
	default:
		panic("corpus: no value for " + string(at.kind))
	}
}

// add puts a file into the portal, unless its identifier is another's.
func (p *Portal) add(at located, r file) fault.Problems {
	switch v := r.value.(type) {
	case *catalog.Site:
		p.Site = *v
	case *catalog.Labels:
		p.Labels = *v
	case *catalog.Synonyms:
		p.Synonyms = v.Groups
	case *catalog.HolidayYear:
		p.years = append(p.years, v)
		p.paths[v] = at.path
		return misnamed(at, strconv.Itoa(v.Year), "year")
	case *catalog.Survey:
		p.Surveys = append(p.Surveys, v)
		p.paths[v] = at.path
		return misnamed(at, v.ID, "id")
	case *catalog.Page:
		p.Pages = append(p.Pages, v)
		p.paths[catalog.PageName(v.Name)] = at.path
	case *catalog.Agency:
		return insert(p, at, v.Code, v, p.agencies, &p.Agencies, "code")
	case *catalog.Point:
		return insert(p, at, v.Code, v, p.points, &p.Points, "code")
	case *catalog.Manual:
		return insert(p, at, v.ID, v, p.manuals, &p.Manuals, "id")
	case *catalog.Process:
		return insert(p, at, v.ID, v, p.processes, &p.Processes, "id")
	case *catalog.Service:
		return insert(p, at, v.ID, v, p.services, &p.Services, "id")
	}
	return nil
}

func insert[ID ~string, V any](p *Portal, at located, id ID, v *V, byID map[ID]*V, all *[]*V, field string) fault.Problems {
	if id == "" {
		return nil
	}
	problems := misnamed(at, string(id), field)
	if holder, taken := p.holder(string(id)); taken {
		return append(problems, fault.Problem{File: at.path, Severity: fault.Wrong,
			What: fault.Textf("รหัส %s ใช้แล้วใน %s", "%s is already the identifier of %s", string(id), holder),
			Hint: fault.Text{TH: "รหัสต้องไม่ซ้ำทั้งเว็บไซต์", EN: "identifiers are unique in the whole tree"}})
	}
	byID[id] = v
	p.paths[id] = at.path
	*all = append(*all, v)
	return problems
}

// misnamed reports an identifier that differs from its file's name.
func misnamed(at located, id, field string) fault.Problems {
	if id == "" || id == "0" || id == at.name {
		return nil
	}
	return fault.Problems{{File: at.path, Severity: fault.Wrong,
		What: fault.Textf("%s เป็น %q แต่ชื่อไฟล์หรือโฟลเดอร์คือ %q", "%s is %q, but the file or folder is named %q", field, id, at.name),
		Hint: fault.Text{TH: "ทำให้ตรงกัน", EN: "make them the same"}}}
}
