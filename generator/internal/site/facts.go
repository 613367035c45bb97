package site

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"regexp"
	"slices"
	"strings"

	"khumue/generator/internal/state"
	"khumue/internal/fault"
	"khumue/internal/page"
)

// Facts are what the daemon adds to a site: files of JSON in a folder, which
// doc/facts.md describes. Like content they are read strictly, and a build
// follows what changed in them.

// factsVersion is the version of the files that this program reads.
const factsVersion = 1

// Bounds of files of facts, of which one at a time is held in memory.
const (
	largestFacts = 8 << 20
	mostFacts    = 50_000 // files
)

// factsFile is one file: figures of manuals and points.
type factsFile struct {
	Version int                     `json:"version"`
	Manuals map[string]page.Figures `json:"manuals"`
	Points  map[string]page.Figures `json:"points"`
}

// figureKey is where an object's figures are kept, and noteKey what was read
// from a file of facts.
func figureKey(k kind, id string) []byte { return append([]byte{'y', byte(k)}, id...) }
func noteKey(file string) []byte         { return append([]byte{'x'}, file...) }

// note is what is remembered of a file of facts.
type note struct {
	Sum     string
	Objects []string // kind and identifier
}

// facts are the files of a folder.
type facts struct {
	dir   fs.FS
	files []string // paths, in order
}

// delayDir holds the shards of the look-up of delayed requests, which are
// published as they are.
const delayDir = "delay/"

var factsPath = regexp.MustCompile(`^(delay/)?[A-Za-z0-9_-]{1,100}\.json$`)

// readFacts looks through the folder of facts; none has none.
func readFacts(dir fs.FS) (facts, fault.Problems, error) {
	f := facts{dir: dir}
	if dir == nil {
		return f, nil, nil
	}
	var problems fault.Problems
	err := fs.WalkDir(dir, ".", func(p string, e fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case p != "." && strings.HasPrefix(path.Base(p), "."):
			if e.IsDir() {
				return fs.SkipDir
			}
			return nil
		case e.IsDir():
			return nil
		case !factsPath.MatchString(p) || !e.Type().IsRegular() || len(f.files) == mostFacts:
			problems = append(problems, wrongFacts(p, fault.Text{TH: "ไม่ใช่ไฟล์ข้อมูลเสริม", EN: "this is no file of facts"}))
			return nil
		}
		f.files = append(f.files, p)
		return nil
	})
	if err != nil {
		return f, nil, fmt.Errorf("facts: %w", err)
	}
	return f, problems, nil
}

// read reads one file; false where it went meanwhile, or is too large, which is a
// problem.
func (f facts) read(name string) (data []byte, ok bool, err error) {
	file, err := f.dir.Open(name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, false, nil
	} else if err != nil {
		return nil, false, fmt.Errorf("facts: %w", err)
	}
	defer file.Close()
	data, err = io.ReadAll(io.LimitReader(file, largestFacts+1))
	if err != nil {
		return nil, false, fmt.Errorf("facts: %w", err)
	}
	if len(data) > largestFacts {
		return nil, false, fault.Problems{wrongFacts(name, fault.Textf("ใหญ่เกิน %d ไบต์", "it has more than %d bytes", largestFacts))}
	}
	return data, true, nil
}

// eachFact calls do with one file after another; one that is too large is reported.
func (b *builder) eachFact(do func(name string, data []byte) error) error {
	for _, name := range b.added.files {
		data, ok, err := b.added.read(name)
		var wrong fault.Problems
		if errors.As(err, &wrong) {
			b.report(wrong)
			continue
		}
		if err != nil {
			return err
		}
		if !ok {
			continue
		}
		if err := do(name, data); err != nil {
			return err
		}
	}
	return nil
}

func wrongFacts(file string, what fault.Text) fault.Problem {
	return fault.Problem{File: "facts/" + file, Severity: fault.Wrong, What: what, Hint: fault.Text{TH: "ดู doc/facts.md", EN: "see doc/facts.md"}}
}

func sumOf(data []byte) string {
	sum := sha256.Sum256(data)
	return string(sum[:])
}

// decodeFacts reads one file. Duplicate and unknown members are refused: two
// readers of one file must not understand it differently.
func decodeFacts(name string, data []byte) (factsFile, fault.Problems) {
	var f factsFile
	if err := strictly(data, &f); err != nil {
		return f, fault.Problems{wrongFacts(name, fault.Textf("อ่านไม่ได้: %v", "it can not be read: %v", err))}
	}
	if f.Version != factsVersion {
		return f, fault.Problems{wrongFacts(name, fault.Textf("เป็นรุ่น %d ไม่ใช่ %d", "its version is %d, not %d", f.Version, factsVersion))}
	}
	var problems fault.Problems
	for _, all := range []map[string]page.Figures{f.Manuals, f.Points} {
		for id, fig := range all {
			if !fig.Valid() {
				problems = append(problems, wrongFacts(name, fault.Textf("ตัวเลขของ %s เป็นไปไม่ได้", "the figures of %s can not be", id)))
			}
		}
	}
	return f, problems
}

// strictly decodes JSON without unknown or repeated members and without more
// after it.
func strictly(data []byte, v any) error {
	if err := unrepeated(json.NewDecoder(bytes.NewReader(data)), 0); err != nil {
		return err
	}
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.DisallowUnknownFields()
	if err := dec.Decode(v); err != nil {
		return err
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return errors.New("something follows the value")
	}
	return nil
}

// deepest bounds the nesting of facts.
const deepest = 20

// unrepeated reads one value and refuses members of one name.
func unrepeated(dec *json.Decoder, depth int) error {
	t, err := dec.Token()
	if err != nil {
		return err
	}
	open, ok := t.(json.Delim)
	if !ok {
		return nil
	}
	if depth > deepest {
		return errors.New("it is nested too deeply")
	}
	seen := map[string]bool{}
	for dec.More() {
		if open == '{' {
			name, err := dec.Token()
			if err != nil {
				return err
			}
			if s := strings.ToLower(fmt.Sprint(name)); seen[s] {
				return fmt.Errorf("%q stands twice", name)
			} else {
				seen[s] = true
			}
		}
		if err := unrepeated(dec, depth+1); err != nil {
			return err
		}
	}
	_, err = dec.Token()
	return err
}

// objectsOf lists what a file has figures of, in order, as they are noted.
func (f factsFile) objectsOf() []string {
	var out []string
	for k, all := range map[kind]map[string]page.Figures{aManual: f.Manuals, aPoint: f.Points} {
		for id := range all {
			out = append(out, string(k)+id)
		}
	}
	slices.Sort(out)
	return out
}

func (f factsFile) figures(object string) (page.Figures, bool) {
	all := f.Manuals
	if kind(object[0]) == aPoint {
		all = f.Points
	}
	fig, ok := all[object[1:]]
	return fig, ok
}

// figuresOf returns the figures of an object, zero when there are none.
func (b *builder) figuresOf(k kind, id string) (page.Figures, error) {
	var fig page.Figures
	if b.figures == nil {
		return fig, nil
	}
	data, err := b.figures(figureKey(k, id))
	if err != nil || data == nil {
		return fig, err
	}
	return fig, state.Unpack(bytes.Clone(data), &fig)
}

// publishDelay publishes a shard of the look-up of delayed requests.
func (b *builder) publishDelay(name string, data []byte) error {
	var any json.RawMessage
	if err := strictly(data, &any); err != nil {
		b.report(fault.Problems{wrongFacts(name, fault.Textf("อ่านไม่ได้: %v", "it can not be read: %v", err))})
		return nil
	}
	return b.out.Write("data/"+name, data)
}

// allFacts reads all facts for a whole build: records to remember, in order of
// their keys, which also answer what the figures of an object are.
func (b *builder) allFacts() (records map[string][]byte, err error) {
	records = map[string][]byte{}
	err = b.eachFact(func(name string, data []byte) (err error) {
		n := note{Sum: sumOf(data)}
		if strings.HasPrefix(name, delayDir) {
			err = b.publishDelay(name, data)
		} else {
			f, problems := decodeFacts(name, data)
			b.report(problems)
			n.Objects = f.objectsOf()
			for _, o := range n.Objects {
				fig, _ := f.figures(o)
				key := string(figureKey(kind(o[0]), o[1:]))
				if _, twice := records[key]; twice {
					b.report(fault.Problems{twiceInFacts(name, o)})
				}
				records[key] = state.Pack(nil, fig)
			}
		}
		records[string(noteKey(name))] = state.Pack(nil, n)
		return err
	})
	return records, err
}

func twiceInFacts(file, object string) fault.Problem {
	return wrongFacts(file, fault.Textf("ตัวเลขของ %s อยู่ในอีกไฟล์ด้วย", "the figures of %s stand in another file too", object[1:]))
}

// updateFacts follows what changed in the facts, and touches the objects whose
// figures are others.
func (u *update) updateFacts() error {
	notes := map[string]note{}
	err := u.m.objects.Each([]byte{'x'}, nil, func(key, value []byte) (bool, error) {
		var n note
		err := state.Unpack(bytes.Clone(value), &n)
		notes[string(key[1:])] = n
		return true, err
	})
	if err != nil {
		return err
	}
	came := map[string]cameFacts{}
	err = u.eachFact(func(name string, data []byte) error {
		old, there := notes[name]
		sum := sumOf(data)
		if there && old.Sum == sum {
			delete(notes, name)
			return nil
		}
		f := factsFile{}
		if strings.HasPrefix(name, delayDir) {
			if err := u.publishDelay(name, data); err != nil {
				return err
			}
		} else {
			var problems fault.Problems
			f, problems = decodeFacts(name, data)
			u.report(problems)
		}
		came[name] = cameFacts{f, sum}
		return nil
	})
	if err != nil {
		return err
	}
	// What is left in notes is of files that changed or went.
	before := map[string][]byte{}
	for name, n := range notes {
		if _, changed := came[name]; !changed {
			if strings.HasPrefix(name, delayDir) {
				if err := u.out.Remove("data/" + name); err != nil {
					return err
				}
			}
			if err := u.m.objects.Delete(noteKey(name)); err != nil {
				return err
			}
		}
		for _, o := range n.Objects {
			key := figureKey(kind(o[0]), o[1:])
			old, err := u.m.objects.Get(key)
			if err != nil {
				return err
			}
			before[o] = bytes.Clone(old)
			if err := u.m.objects.Delete(key); err != nil {
				return err
			}
		}
	}
	return u.putFacts(came, before)
}

// mostNew is how many objects may have figures for the first time before all is
// built anew, which is quicker then: what is remembered is made for small changes.
const mostNew = 20_000

// cameFacts is a file that came or changed.
type cameFacts struct {
	factsFile
	sum string
}

func (u *update) putFacts(came map[string]cameFacts, before map[string][]byte) error {
	fresh := -len(before)
	for _, f := range came {
		fresh += len(f.Manuals) + len(f.Points)
	}
	if fresh > mostNew {
		return errAnew
	}
	for name, f := range came {
		n := note{f.sum, f.objectsOf()}
		if err := u.m.objects.Put(noteKey(name), state.Pack(nil, n)); err != nil {
			return err
		}
		for _, o := range n.Objects {
			key := figureKey(kind(o[0]), o[1:])
			other, err := u.m.objects.Get(key)
			if err != nil {
				return err
			}
			if other != nil {
				u.report(fault.Problems{twiceInFacts(name, o)})
			}
			fig, _ := f.figures(o)
			packed := state.Pack(nil, fig)
			if err := u.m.objects.Put(key, packed); err != nil {
				return err
			}
			if bytes.Equal(before[o], packed) {
				delete(before, o)
			} else {
				before[o] = nil
			}
		}
	}
	for o := range before {
		k, id := kind(o[0]), o[1:]
		if k == aPoint {
			u.points[id] = true
			continue
		}
		c, err := u.shelf.card(k, id)
		if err != nil {
			return err
		}
		if c != nil && u.todo[k][id] == nil {
			u.touchCard(c, false)
		}
	}
	return nil
}
