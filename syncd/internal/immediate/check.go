package immediate

import (
	"io/fs"
	"regexp"
	"slices"
	"strings"
	"sync"

	"khumue/internal/catalog"
	"khumue/internal/corpus"
	"khumue/internal/fault"
	"khumue/internal/gitrepo"
)

// Wrong is what keeps a change from being made: each problem with the field that
// it is about.
type Wrong struct{ Problems []Problem }

// Problem is one of them.
type Problem struct {
	Field string // of the file, as hours; "" when it concerns the whole
	fault.Problem
}

// Error lists them in English, one a line.
func (w *Wrong) Error() string { return w.all().Error() }

// Unwrap makes them an error of kind Invalid.
func (w *Wrong) Unwrap() error { return w.all() }

func (w *Wrong) all() fault.Problems {
	out := make(fault.Problems, len(w.Problems))
	for i, p := range w.Problems {
		out[i] = p.Problem
	}
	return out
}

// wrong is an error that tells of problems, or nil when there is none.
func wrong(at corpus.File, src []byte, problems fault.Problems) error {
	if len(problems) == 0 {
		return nil
	}
	out := &Wrong{}
	for _, p := range problems.Sort() {
		out.Problems = append(out.Problems, Problem{fieldAt(at, src, p), p})
	}
	return out
}

var (
	fieldLine  = regexp.MustCompile(`^([a-z_]+):`)
	emptyField = regexp.MustCompile(`^field ([a-z_]+) is (?:empty|missing)$`)
)

// fieldAt finds the field of a file that a problem is about.
func fieldAt(at corpus.File, src []byte, p fault.Problem) string {
	field, own := "", false
	for n, line := range strings.Split(string(src), "\n") {
		if n >= p.Line {
			break
		}
		m := fieldLine.FindStringSubmatch(line)
		if own = m != nil; own {
			field = m[1]
		}
	}
	if m := emptyField.FindStringSubmatch(p.What.EN); m != nil && (own || field == "") && slices.Contains(corpus.Fields(at.Kind), m[1]) {
		return m[1] // it is not there, so that the line is that of its neighbour
	}
	return field
}

// frames remembers what belongs to the whole portal as main had it last.
type frames struct {
	mu    sync.Mutex
	of    gitrepo.Hash // of what stands beside the agencies
	frame *corpus.Frame
}

// at returns the frame of a content.
func (f *frames) at(repo *gitrepo.Repository, content gitrepo.Hash) (*corpus.Frame, error) {
	entries, err := repo.Entries(content)
	if err != nil {
		return nil, err
	}
	var beside []byte
	for _, e := range entries {
		if e.Name != agencies {
			beside = gitrepo.AppendEntry(beside, e)
		}
	}
	of := gitrepo.Sum(gitrepo.Tree, beside)
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.frame != nil && f.of == of {
		return f.frame, nil
	}
	frame, _, err := corpus.ReadFrame(repo.FS(content))
	if err != nil {
		return nil, err
	}
	f.of, f.frame = of, frame
	return frame, nil
}

// check holds a piece to the rules that a build holds it to. Of a file that was
// there before, what it lacked already may be lacking still.
func (m *moment) check(p piece) error {
	files := over{m.files, map[string][]byte{p.at.Path: p.src}}
	for name, data := range p.beside {
		files.files[name] = data
	}
	problems, err := m.problems(files, p.at, p.src, p.new)
	if err != nil {
		return err
	}
	if p.lenient {
		return wrong(p.at, p.src, problems.Of(fault.Wrong))
	}
	if p.old == nil {
		return wrong(p.at, p.src, problems)
	}
	before, err := m.problems(m.files, p.at, p.was, p.old)
	if err != nil {
		return err
	}
	return wrong(p.at, p.src, slices.DeleteFunc(problems, func(pr fault.Problem) bool {
		return pr.Severity == fault.Incomplete && slices.ContainsFunc(before, func(b fault.Problem) bool { return b.What == pr.What })
	}))
}

// problems are all that is wrong with an object in its content, or missing.
func (m *moment) problems(files fs.FS, at corpus.File, src []byte, value any) (fault.Problems, error) {
	if !strings.HasPrefix(at.Path, agencies+"/") { // the frame is checked as a whole
		_, all, err := corpus.ReadFrame(files)
		return slices.DeleteFunc(all, func(p fault.Problem) bool { return p.File != at.Path && p.Severity != fault.Wrong }), err
	}
	_, problems := at.Decode(src)
	frame, err := m.d.frames.at(m.d.Ledger.Repo, m.content)
	if err != nil {
		return nil, err
	}
	return append(problems, corpus.NewChecker(files, frame, rest{&m.d.index, m.comes}).Object(at, value)...), nil
}

// objectID returns the identifier that an object bears, "" of one without.
func objectID(value any) string {
	switch v := value.(type) {
	case *catalog.Agency:
		return string(v.Code)
	case *catalog.Point:
		return string(v.Code)
	case *catalog.Process:
		return string(v.ID)
	case *catalog.Service:
		return string(v.ID)
	}
	return ""
}
