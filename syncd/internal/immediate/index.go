package immediate

import (
	"cmp"
	"path"
	"slices"
	"strings"
	"sync"
	"sync/atomic"

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

	path  string
	found string // what is searched
	blob  gitrepo.Hash
}

// index is what a content says as a whole: where each identifier stands, what
// points serve, and what lists show of agencies, processes and other services. It
// is read once, in seconds where there are many points, and then follows main by
// what differs. Any number may read it at a time.
type index struct {
	mu        sync.RWMutex
	content   gitrepo.Hash
	paths     map[string]string // identifier → content file
	points    map[catalog.PointCode]*Point
	ordered   order[*Point] // all points, by agency and code
	manuals   map[catalog.ManualID][]*Point
	processes map[catalog.ProcessID][]*Point
	agencies  map[catalog.AgencyCode]*Office
	works     map[string]*Work // processes and other services
	titled    order[*Work]     // all of them, by kind and title
	counted   counted
	ready     atomic.Bool // it was read once
}

// at brings the index to a content; it is held, as it is, until release is called.
func (x *index) at(repo *gitrepo.Repository, content gitrepo.Hash) (release func(), err error) {
	for {
		x.mu.RLock()
		if x.content == content {
			return x.mu.RUnlock, nil
		}
		x.mu.RUnlock()
		if err := x.bring(repo, content); err != nil {
			return nil, err
		}
	}
}

// bring reads or follows to a content.
func (x *index) bring(repo *gitrepo.Repository, content gitrepo.Hash) (err error) {
	x.mu.Lock()
	defer x.mu.Unlock()
	if x.content == content {
		return nil
	}
	if !x.content.IsZero() {
		err = x.follow(repo, content)
	}
	if x.content.IsZero() || absent(err) { // history was rewritten and the old content is gone
		err = x.read(repo, content)
	}
	x.counted.forget()
	if err != nil {
		x.content = gitrepo.Hash{}
		return err
	}
	x.content = content
	x.ready.Store(true)
	return nil
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
	x.agencies, x.works = map[catalog.AgencyCode]*Office{}, map[string]*Work{}
	x.ordered, x.titled = order[*Point]{compare: pointOrder}, order[*Work]{compare: workOrder}
	top, err := repo.Find(content, agencies)
	if absent(err) {
		return nil
	}
	if err != nil {
		return err
	}
	var files []blob
	if err := x.folder(repo, agencies, top.Hash, &files); err != nil {
		return err
	}
	return x.add(repo, files)
}

// agencies is the folder of all that belongs to agencies.
const agencies = "agencies"

// folder notes what stands in a folder below agencies. Folders of manuals are not
// entered: their names are enough.
func (x *index) folder(repo *gitrepo.Repository, dir string, tree gitrepo.Hash, files *[]blob) error {
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
			err = x.folder(repo, at, e.Hash, files)
		default:
			if f, ok := x.note(at); ok && listed(f.Kind) {
				*files = append(*files, blob{f, e.Hash})
			}
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// listed reports whether lists show what stands in files of a kind.
func listed(k corpus.Kind) bool {
	return k == corpus.AgencyFile || k == corpus.PointFile || k == corpus.ProcessFile || k == corpus.ServiceFile
}

// note notes where an identifier stands.
func (x *index) note(file string) (corpus.File, bool) {
	at, ok := corpus.FileAt(file)
	if ok && strings.HasPrefix(file, agencies+"/") {
		x.paths[at.Name] = file
	}
	return at, ok
}

// add reads files, several at a time, and puts what they hold into the lists.
func (x *index) add(repo *gitrepo.Repository, list []blob) error {
	read := make([]any, len(list))
	err := each(len(list), func(i int) error {
		src, err := repo.Read(gitrepo.Blob, list[i].hash)
		if err != nil {
			return err
		}
		value, _ := list[i].at.Decode(src)
		read[i] = lineOf(list[i], value)
		return nil
	})
	if err != nil {
		return err
	}
	var points []*Point
	var works []*Work
	for _, one := range read {
		switch v := one.(type) {
		case *Office:
			x.agencies[v.Code] = v
		case *Work:
			if was := x.works[v.ID]; was != nil {
				x.titled.cut(was)
			}
			x.works[v.ID] = v
			works = append(works, v)
		case *Point:
			if x.put(v) {
				points = append(points, v)
			}
		}
	}
	x.ordered.put(points...)
	x.titled.put(works...)
	return nil
}

// put notes a point, and reports whether it is new. One that was there before
// becomes what it is now.
func (x *index) put(p *Point) (fresh bool) {
	was := x.points[p.Code]
	if was != nil && was.path == p.path {
		served := *was
		*was = *p
		relink(x.manuals, was, served.Manuals, p.Manuals)
		relink(x.processes, was, served.Processes, p.Processes)
		return false
	}
	if was != nil {
		x.lose(was)
	}
	x.points[p.Code] = p
	relink(x.manuals, p, nil, p.Manuals)
	relink(x.processes, p, nil, p.Processes)
	return true
}

// lose forgets a point.
func (x *index) lose(p *Point) {
	delete(x.points, p.Code)
	x.ordered.cut(p)
	relink(x.manuals, p, p.Manuals, nil)
	relink(x.processes, p, p.Processes, nil)
}

// relink keeps which points serve what, of a point that serves otherwise now.
func relink[ID comparable](of map[ID][]*Point, p *Point, before, now []ID) {
	for _, id := range before {
		if !slices.Contains(now, id) {
			of[id] = without(of[id], p)
		}
	}
	for _, id := range now {
		if !slices.Contains(before, id) {
			of[id] = append(of[id], p)
		}
	}
}

// lineOf is what a file holds as lists show it; of one that is broken, its
// identifier is the name.
func lineOf(b blob, value any) any {
	switch b.at.Kind {
	case corpus.AgencyFile:
		return officeOf(b.at, value)
	case corpus.ProcessFile, corpus.ServiceFile:
		return workOf(b.at, value)
	}
	p, _ := value.(*catalog.Point)
	line := pointOf(b.at, p)
	line.blob = b.hash
	return line
}

// pointOf is a point as lists show it.
func pointOf(at corpus.File, p *catalog.Point) *Point {
	line := &Point{Code: catalog.PointCode(at.Name), Agency: at.Owner, path: at.Path}
	if p != nil {
		line.Name, line.Province, line.Status, line.ConfirmedOn = p.Name, p.Address.Province(), p.Status, p.ConfirmedOn
		line.Manuals, line.Processes = p.Manuals, p.Processes
	}
	if line.Status == "" {
		line.Status = catalog.Shown
	}
	line.Name.TH = cmp.Or(line.Name.TH, at.Name)
	line.found = searched(line.Name.TH, line.Name.EN, at.Name)
	return line
}

// follow reads what differs from the content that the index is of.
func (x *index) follow(repo *gitrepo.Repository, content gitrepo.Hash) error {
	var files []blob
	var came []corpus.File
	for diff, err := range repo.Diff(x.content, content) {
		if err != nil {
			return err
		}
		at, ok := corpus.FileAt(diff.Path)
		if !ok || !strings.HasPrefix(diff.Path, agencies+"/") {
			continue
		}
		if diff.New.IsZero() || at.Kind != corpus.PointFile { // a point becomes what it is now
			x.drop(at)
		}
		if !diff.New.IsZero() {
			came = append(came, at)
			if listed(at.Kind) {
				files = append(files, blob{at, diff.New.Hash})
			}
		}
	}
	for _, at := range came { // what moved goes from one path and comes to another
		x.note(at.Path)
	}
	return x.add(repo, files)
}

// drop forgets a file.
func (x *index) drop(at corpus.File) {
	if x.paths[at.Name] == at.Path {
		delete(x.paths, at.Name)
	}
	if p := x.points[catalog.PointCode(at.Name)]; p != nil && p.path == at.Path {
		x.lose(p)
	}
	if w := x.works[at.Name]; w != nil && w.path == at.Path {
		delete(x.works, at.Name)
		x.titled.cut(w)
	}
	if a := x.agencies[catalog.AgencyCode(at.Name)]; a != nil && a.path == at.Path {
		delete(x.agencies, a.Code)
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

func indices(n int) []int {
	out := make([]int, n)
	for i := range out {
		out[i] = i
	}
	return out
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
	if err != nil {
		return err
	}
	release()
	<-d.countUses()
	_, err = d.Naming()
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
