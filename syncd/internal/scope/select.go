package scope

import (
	"bytes"
	"errors"
	"path"
	"slices"
	"strings"

	"khumue/internal/catalog"
	"khumue/internal/corpus"
	"khumue/internal/fault"
	"khumue/internal/gitrepo"
	"khumue/syncd/internal/ledger"
)

// shared is what every office has.
var shared = []string{"catalog.yaml", "synonyms.yaml", "site.yaml", "holidays", "surveys", "pages"}

// The names of an agency's file and folders.
const (
	agenciesFolder = "agencies"
	agencyFile     = "agency.yaml"
	pointsFolder   = "points"
)

type pickKey struct {
	content gitrepo.Hash
	agency  catalog.AgencyCode
	point   catalog.PointCode
}

type linkKey struct {
	home  gitrepo.Hash
	point catalog.PointCode
}

// links are what the files of an office name, and which agencies and points it has.
type links struct {
	content   gitrepo.Hash         // that they are from; zero of those that are remembered
	agencies  []catalog.AgencyCode // in the office's folder, its own first
	points    []point
	photos    []string           // of the one point of an office that has one
	manuals   []catalog.ManualID // in that folder, and those that its points serve
	own       []catalog.ManualID // in that folder
	processes []catalog.ProcessID
	heirs     []catalog.AgencyCode // that took over from one of them
}

// point is a point with the agency whose it is.
type point struct {
	code   catalog.PointCode
	agency catalog.AgencyCode
}

// owner is whose a point is; "" of one that is none of the office's.
func (l *links) owner(code catalog.PointCode) catalog.AgencyCode {
	for _, p := range l.points {
		if p.code == code {
			return p.agency
		}
	}
	return ""
}

// mention is what a manual names.
type mention struct {
	process   catalog.ProcessID
	successor catalog.ManualID
}

// pick returns what an office has of a content.
func (d *Desk) pick(content gitrepo.Hash, agency catalog.AgencyCode, point catalog.PointCode) (*pick, error) {
	key := pickKey{content, agency, point}
	if p, ok := d.picks.get(key); ok {
		return p, nil
	}
	p := &pick{}
	for _, at := range shared {
		p.take(at)
	}
	f, err := d.finder(content)
	if err != nil {
		return nil, err
	}
	home, ok, err := f.home(agency)
	if err != nil {
		return nil, err
	}
	if ok {
		if err := f.take(p, home, point); err != nil {
			return nil, err
		}
	}
	return d.picks.put(key, p), nil
}

// take adds what is the office's own, and what that names.
func (f finder) take(p *pick, home string, point catalog.PointCode) error {
	l, err := f.linked(f.content, home, point)
	if err != nil {
		return err
	}
	takeAbove(p, home)
	if point == "" {
		p.take(home)
	} else {
		p.take(home + "/" + agencyFile)
		p.take(home + "/" + pointsFolder + "/" + string(point) + ".yaml")
		for _, name := range l.photos {
			p.take(home + "/" + pointsFolder + "/" + name)
		}
	}
	for _, code := range l.heirs {
		if at, ok, err := f.home(code); err != nil {
			return err
		} else if ok {
			takeAbove(p, at)
			p.take(at + "/" + agencyFile)
		}
	}
	processes := slices.Clone(l.processes)
	seen := map[catalog.ManualID]bool{}
	for todo := slices.Clone(l.manuals); len(todo) > 0; todo = todo[1:] {
		if seen[todo[0]] {
			continue
		}
		seen[todo[0]] = true
		folder, ok, err := f.manual(todo[0])
		if err != nil {
			return err
		}
		if !ok {
			continue
		}
		takeAbove(p, folder)
		p.take(folder)
		m, err := f.mentioned(f.content, folder+"/manual.md")
		if err != nil {
			return err
		}
		if m.process != "" {
			processes = append(processes, m.process)
		}
		if m.successor != "" {
			todo = append(todo, m.successor)
		}
	}
	for _, id := range processes {
		file, ok, err := f.process(id)
		if err != nil {
			return err
		}
		if ok {
			takeAbove(p, file)
			p.take(file)
		}
	}
	return nil
}

// takeAbove adds the files of the agencies in whose folders something stands, that
// of its own agency among them where it stands below that.
func takeAbove(p *pick, at string) {
	names := strings.Split(at, "/")
	for i := 2; i < len(names); i++ {
		if slices.Contains([]string{pointsFolder, "processes", "manuals", "services"}, names[i-1]) {
			return
		}
		p.take(strings.Join(names[:i], "/") + "/" + agencyFile)
	}
}

// linked reads what the files of an office name.
func (d *Desk) linked(content gitrepo.Hash, home string, point catalog.PointCode) (*links, error) {
	e, err := d.Ledger.Repo.Find(content, home)
	if err != nil {
		return nil, err
	}
	key := linkKey{e.Hash, point}
	if l, ok := d.links.get(key); ok {
		return l, nil
	}
	l := &links{}
	if err := d.readFolder(l, home, e.Hash, point); err != nil {
		return nil, err
	}
	return d.links.put(key, l), nil
}

// readFolder reads what an agency's folder names, with those below it; of an office
// of one point that point alone.
func (d *Desk) readFolder(l *links, dir string, tree gitrepo.Hash, point catalog.PointCode) error {
	list, err := d.Ledger.Repo.Entries(tree)
	if err != nil {
		return err
	}
	for _, e := range list {
		at := dir + "/" + e.Name
		switch {
		case e.Name == agencyFile && !e.IsFolder():
			l.agencies = append(l.agencies, catalog.AgencyCode(path.Base(dir)))
			a, ok, err := decoded[*catalog.Agency](d.Ledger.Repo, at, e.Hash)
			if err != nil {
				return err
			}
			if ok && a.Retired.Value.Successor != "" {
				l.heirs = append(l.heirs, a.Retired.Value.Successor)
			}
		case !e.IsFolder():
		case e.Name == pointsFolder:
			err = d.readPoints(l, at, e.Hash, point)
		case point != "", e.Name == "processes", e.Name == "services":
		case e.Name == "manuals":
			err = d.readManuals(l, e.Hash)
		default:
			err = d.readFolder(l, at, e.Hash, point)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (d *Desk) readPoints(l *links, dir string, tree gitrepo.Hash, only catalog.PointCode) error {
	list, err := d.Ledger.Repo.Entries(tree)
	if err != nil {
		return err
	}
	for _, e := range list {
		code, isPoint := strings.CutSuffix(e.Name, ".yaml")
		if !isPoint || only != "" && code != string(only) {
			continue
		}
		p, ok, err := decoded[*catalog.Point](d.Ledger.Repo, dir+"/"+e.Name, e.Hash)
		if err != nil {
			return err
		}
		l.points = append(l.points, point{catalog.PointCode(code), catalog.AgencyCode(path.Base(path.Dir(dir)))})
		if !ok {
			continue
		}
		l.manuals = append(l.manuals, p.Manuals...)
		l.processes = append(l.processes, p.Processes...)
		for _, photo := range p.Photos {
			if path.Base(photo.File) == photo.File && corpus.IsAttachment(dir+"/"+photo.File) {
				l.photos = append(l.photos, photo.File)
			}
		}
	}
	return nil
}

// readManuals notes the manuals of an agency, for what they name.
func (d *Desk) readManuals(l *links, tree gitrepo.Hash) error {
	list, err := d.Ledger.Repo.Entries(tree)
	for _, e := range list {
		if e.IsFolder() {
			l.manuals = append(l.manuals, catalog.ManualID(e.Name))
			l.own = append(l.own, catalog.ManualID(e.Name))
		}
	}
	return err
}

// decoded reads a content file; false where it says nothing that can be read, which
// is its own agency's to mend.
func decoded[T any](repo *gitrepo.Repository, file string, blob gitrepo.Hash) (v T, ok bool, err error) {
	at, known := corpus.FileAt(file)
	if !known {
		return v, false, nil
	}
	src, err := repo.Read(gitrepo.Blob, blob)
	if err != nil {
		return v, false, err
	}
	value, _ := at.Decode(bytes.Clone(src))
	v, ok = value.(T)
	return v, ok, nil
}

// mentioned is what a manual names.
func (d *Desk) mentioned(content gitrepo.Hash, file string) (m mention, err error) {
	e, err := d.Ledger.Repo.Find(content, file)
	if errors.Is(err, fault.NotFound) {
		return m, nil
	} else if err != nil {
		return m, err
	}
	key := e.Hash.String()
	if m, ok := d.mentions.get(key); ok {
		return m, nil
	}
	one, ok, err := decoded[*catalog.Manual](d.Ledger.Repo, file, e.Hash)
	if err != nil {
		return m, err
	}
	if ok {
		m = mention{one.Process, one.Withdrawn.Value.Successor}
	}
	return d.mentions.put(key, m), nil
}

// finder finds where things stand in a content. They are looked for where they stand
// in what is published now, since ids are never used again; only what is not there
// any more asks for more.
type finder struct {
	*Desk
	content, main gitrepo.Hash
}

func (d *Desk) finder(content gitrepo.Hash) (finder, error) {
	_, main, err := d.Ledger.Repo.Resolve(gitrepo.Main)
	if err != nil {
		return finder{}, err
	}
	return finder{d, content, main.Tree}, nil
}

// home returns the folder of an agency.
func (f finder) home(code catalog.AgencyCode) (string, bool, error) {
	return f.locate(func(l *ledger.Ledger, in gitrepo.Hash) (string, bool, error) { return l.Home(in, code) }, "/"+agencyFile)
}

// manual returns the folder of a manual.
func (f finder) manual(id catalog.ManualID) (string, bool, error) {
	return f.locate(func(l *ledger.Ledger, in gitrepo.Hash) (string, bool, error) { return l.ManualIn(in, id) }, "")
}

// process returns the file of a process.
func (f finder) process(id catalog.ProcessID) (string, bool, error) {
	return f.locate(func(l *ledger.Ledger, in gitrepo.Hash) (string, bool, error) { return l.ProcessIn(in, id) }, "")
}

func (f finder) locate(find func(*ledger.Ledger, gitrepo.Hash) (string, bool, error), below string) (string, bool, error) {
	at, ok, err := find(f.Ledger, f.main)
	if err != nil || f.content == f.main {
		return at, ok, err
	}
	if ok {
		_, err := f.Ledger.Repo.Find(f.content, at+below)
		if err == nil || !errors.Is(err, fault.NotFound) {
			return at, err == nil, err
		}
	}
	f.oldOnce.Do(func() { f.old.Repo = f.Ledger.Repo })
	return find(&f.old, f.content)
}
