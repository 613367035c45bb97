package immediate

import (
	"cmp"
	"path"
	"runtime"
	"slices"
	"strings"
	"sync"

	"golang.org/x/sync/errgroup"

	"khumue/internal/calendar"
	"khumue/internal/catalog"
	"khumue/internal/corpus"
	"khumue/internal/gitrepo"
)

// Point is a service point as lists show it.
type Point struct {
	Code        catalog.PointCode
	Agency      catalog.AgencyCode
	Name        catalog.Text
	Province    string // two digits, "" when it is not known
	Status      catalog.PointStatus
	ConfirmedOn calendar.Date
	Manuals     []catalog.ManualID // not to be changed, as all below
	Processes   []catalog.ProcessID

	path string
	blob gitrepo.Hash
}

// index is what a content says as a whole: where each identifier stands, and what
// points serve. It is read once, in seconds where there are many points, and then
// follows main by what differs.
type index struct {
	mu        sync.Mutex
	content   gitrepo.Hash
	paths     map[string]string // identifier → content file
	points    map[catalog.PointCode]*Point
	manuals   map[catalog.ManualID][]*Point
	processes map[catalog.ProcessID][]*Point
}

// at brings the index to a content; it is held until release is called.
func (x *index) at(repo *gitrepo.Repository, content gitrepo.Hash) (release func(), err error) {
	x.mu.Lock()
	if x.content == content {
		return x.mu.Unlock, nil
	}
	if !x.content.IsZero() {
		err = x.follow(repo, content)
	}
	if x.content.IsZero() || absent(err) { // history was rewritten and the old content is gone
		err = x.read(repo, content)
	}
	if err != nil {
		x.content = gitrepo.Hash{}
		x.mu.Unlock()
		return nil, err
	}
	x.content = content
	return x.mu.Unlock, nil
}

// blob is a content file and what stands in it.
type blob struct {
	at   corpus.File
	hash gitrepo.Hash
}

// read reads a content from its beginning.
func (x *index) read(repo *gitrepo.Repository, content gitrepo.Hash) error {
	x.paths, x.points = map[string]string{}, map[catalog.PointCode]*Point{}
	x.manuals, x.processes = map[catalog.ManualID][]*Point{}, map[catalog.ProcessID][]*Point{}
	top, err := repo.Find(content, agencies)
	if absent(err) {
		return nil
	}
	if err != nil {
		return err
	}
	var points []blob
	if err := x.folder(repo, agencies, top.Hash, &points); err != nil {
		return err
	}
	return x.add(repo, points)
}

// agencies is the folder of all that belongs to agencies.
const agencies = "agencies"

// folder notes what stands in a folder below agencies. Folders of manuals are not
// entered: their names are enough.
func (x *index) folder(repo *gitrepo.Repository, dir string, tree gitrepo.Hash, points *[]blob) error {
	entries, err := repo.Entries(tree)
	if err != nil {
		return err
	}
	for _, e := range entries {
		at := path.Join(dir, e.Name)
		switch {
		case e.IsFolder() && path.Base(dir) == "manuals":
			x.note(path.Join(at, "manual.md"))
		case e.IsFolder():
			err = x.folder(repo, at, e.Hash, points)
		default:
			if f, ok := x.note(at); ok && f.Kind == corpus.PointFile {
				*points = append(*points, blob{f, e.Hash})
			}
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// note notes where an identifier stands.
func (x *index) note(file string) (corpus.File, bool) {
	at, ok := corpus.FileAt(file)
	if ok && strings.HasPrefix(file, agencies+"/") {
		x.paths[at.Name] = file
	}
	return at, ok
}

// add reads points, several at a time.
func (x *index) add(repo *gitrepo.Repository, list []blob) error {
	read := make([]*Point, len(list))
	var group errgroup.Group
	group.SetLimit(runtime.GOMAXPROCS(0))
	for part := range slices.Chunk(indices(len(list)), 256) {
		group.Go(func() error {
			for _, i := range part {
				src, err := repo.Read(gitrepo.Blob, list[i].hash)
				if err != nil {
					return err
				}
				value, _ := list[i].at.Decode(src)
				p, _ := value.(*catalog.Point)
				read[i] = lineOf(list[i].at, p)
				read[i].blob = list[i].hash
			}
			return nil
		})
	}
	if err := group.Wait(); err != nil {
		return err
	}
	for _, p := range read {
		x.points[p.Code] = p
		for _, id := range p.Manuals {
			x.manuals[id] = append(x.manuals[id], p)
		}
		for _, id := range p.Processes {
			x.processes[id] = append(x.processes[id], p)
		}
	}
	return nil
}

func indices(n int) []int {
	out := make([]int, n)
	for i := range out {
		out[i] = i
	}
	return out
}

// lineOf is a point as lists show it; one whose file is broken has its code for a
// name.
func lineOf(at corpus.File, p *catalog.Point) *Point {
	line := &Point{Code: catalog.PointCode(at.Name), Agency: at.Owner, path: at.Path}
	if p != nil {
		line.Name, line.Province, line.Status, line.ConfirmedOn = p.Name, p.Address.Province(), p.Status, p.ConfirmedOn
		line.Manuals, line.Processes = p.Manuals, p.Processes
	}
	if line.Status == "" {
		line.Status = catalog.Shown
	}
	line.Name.TH = cmp.Or(line.Name.TH, at.Name)
	return line
}

// follow reads what differs from the content that the index is of.
func (x *index) follow(repo *gitrepo.Repository, content gitrepo.Hash) error {
	var points []blob
	var came []corpus.File
	for diff, err := range repo.Diff(x.content, content) {
		if err != nil {
			return err
		}
		at, ok := corpus.FileAt(diff.Path)
		if !ok || !strings.HasPrefix(diff.Path, agencies+"/") {
			continue
		}
		x.drop(at)
		if !diff.New.IsZero() {
			came = append(came, at)
		}
		if at.Kind == corpus.PointFile && !diff.New.IsZero() {
			points = append(points, blob{at, diff.New.Hash})
		}
	}
	for _, at := range came { // what moved goes from one path and comes to another
		x.note(at.Path)
	}
	return x.add(repo, points)
}

// drop forgets a file.
func (x *index) drop(at corpus.File) {
	if x.paths[at.Name] == at.Path {
		delete(x.paths, at.Name)
	}
	code := catalog.PointCode(at.Name)
	p := x.points[code]
	if at.Kind != corpus.PointFile || p == nil || p.path != at.Path {
		return
	}
	delete(x.points, code)
	for _, id := range p.Manuals {
		x.manuals[id] = without(x.manuals[id], p)
	}
	for _, id := range p.Processes {
		x.processes[id] = without(x.processes[id], p)
	}
}

// without takes a point out of a list that is in no order.
func without(list []*Point, p *Point) []*Point {
	i := slices.Index(list, p)
	if i < 0 {
		return list
	}
	list[i] = list[len(list)-1]
	return list[:len(list)-1]
}

// fileOf returns the content file of an identifier.
func (x *index) fileOf(id string) (corpus.File, bool) {
	p, known := x.paths[id]
	if !known {
		return corpus.File{}, false
	}
	return corpus.FileAt(p)
}

// rest answers a check's questions from the index, and from what comes with the
// file that is looked at.
type rest struct {
	*index
	comes map[string]string
}

// Has reports whether there is an object of a kind under an identifier.
func (r rest) Has(kind corpus.Kind, id string) bool {
	at, ok := r.fileOf(id)
	return ok && at.Kind == kind || r.home(kind, id) != ""
}

// home returns the file of an object that comes; "" when none does.
func (r rest) home(kind corpus.Kind, id string) string {
	if at, ok := corpus.FileAt(r.comes[id]); ok && at.Kind == kind {
		return at.Path
	}
	return ""
}

// IDs gives none: there may be a hundred thousand.
func (r rest) IDs(corpus.Kind) []string { return nil }

// Home returns the content file of an agency.
func (r rest) Home(code catalog.AgencyCode) string {
	if at, ok := r.fileOf(string(code)); ok && at.Kind == corpus.AgencyFile {
		return at.Path
	}
	return r.home(corpus.AgencyFile, string(code))
}

// Successor follows nothing: only manuals have one.
func (r rest) Successor(catalog.ManualID) catalog.ManualID { return "" }

// now brings the index to main.
func (d *Desk) now() (content gitrepo.Hash, release func(), err error) {
	_, main, err := d.Ledger.Repo.Resolve(gitrepo.Main)
	if err != nil {
		return content, nil, err
	}
	release, err = d.index.at(d.Ledger.Repo, main.Tree)
	return main.Tree, release, err
}

// Ready reads what is needed of the whole content, so that nobody waits for it
// later.
func (d *Desk) Ready() error {
	_, release, err := d.now()
	if err == nil {
		release()
		<-d.countUses()
	}
	return err
}

// File returns the content file of an agency, point, process, manual or service by
// its identifier; an error of kind NotFound when there is none.
func (d *Desk) File(id string) (corpus.File, error) {
	_, release, err := d.now()
	if err != nil {
		return corpus.File{}, err
	}
	defer release()
	if at, ok := d.index.fileOf(id); ok {
		return at, nil
	}
	return corpus.File{}, gone()
}
