package publish

import (
	"context"
	"errors"
	"io/fs"
	"iter"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"khumue/internal/fault"
)

// plan decides what leaves the site. When link is set, what stays and is not
// staged is linked into the staged tree, which then is the whole new site.
func (p *Publication) plan(ctx context.Context, link bool) error {
	if !p.whole {
		p.planNamed()
	}
	if p.whole || link {
		w := &walk{p: p, ctx: ctx, link: link}
		if _, err := w.folder(""); err != nil {
			return err
		}
	}
	slices.Sort(p.dels)
	return nil
}

// planNamed decides on what an amendment removes.
func (p *Publication) planNamed() {
	p.retireNamed()
	for _, file := range p.gone {
		if p.mark(file)&leaving != 0 || !p.hasFile(file) {
			continue
		}
		if p.rec.isAsset(file) {
			p.retire(file)
			continue
		}
		p.leave(file)
	}
}

// hasFile reports whether the live site has something at a path that is no
// folder.
func (p *Publication) hasFile(file string) bool {
	info, err := os.Lstat(p.t.live(file))
	return err == nil && !info.IsDir()
}

func (p *Publication) leave(file string) {
	p.dels = append(p.dels, file)
	p.marks.add(file, leaving)
}

// walk goes through the live site, folder by folder.
type walk struct {
	p    *Publication
	ctx  context.Context
	link bool
}

// folder returns how many files below dir stay.
func (w *walk) folder(dir string) (stay int, err error) {
	entries, err := os.ReadDir(w.p.t.live(dir))
	if errors.Is(err, fs.ErrNotExist) {
		return 0, nil
	}
	if err = errors.Join(err, w.ctx.Err()); err != nil {
		return 0, err
	}
	for _, e := range entries {
		name := path.Join(dir, e.Name())
		n := 1
		switch {
		case dir == "" && strings.HasPrefix(name, ".") && !w.p.ours(name):
		case e.IsDir():
			n, err = w.folder(name)
		default:
			n, err = w.file(name)
		}
		if err != nil {
			return 0, err
		}
		stay += n
	}
	if stay == 0 && dir != "" && w.p.whole {
		w.p.rmdirs = append(w.p.rmdirs, dir)
	}
	return stay, nil
}

func (w *walk) file(name string) (stay int, err error) {
	m := w.p.mark(name)
	switch {
	case w.p.whole && !w.p.stays(name, m):
		w.p.leave(name)
		return 0, nil
	case m&leaving != 0:
		return 0, nil
	case !w.link || m&staged != 0:
		return 1, nil
	}
	if err := w.p.stageFolder(path.Dir(name)); err != nil {
		return 0, err
	}
	return 1, w.p.t.disk.link(w.p.t.live(name), w.p.t.staged(name))
}

// stays reports whether a file of the live site is in the new one, which is
// published as a whole.
func (p *Publication) stays(name string, m mark) bool {
	if m&named != 0 {
		return true
	}
	if _, dot := topDot(name); dot {
		return !p.rec.isDot(name)
	}
	return p.rec.isAsset(name) && p.retire(name)
}

// ours reports whether publications have files below a top-level name with a
// dot. Others are left alone entirely.
func (p *Publication) ours(top string) bool {
	mine := func(file string) bool {
		t, _ := topDot(file)
		return t == top
	}
	return slices.ContainsFunc(p.dots, mine) || slices.ContainsFunc(p.rec.Dots, mine)
}

// carried returns the top-level names that a swap must bring back.
func (p *Publication) carried() ([]string, error) {
	entries, err := os.ReadDir(p.t.dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	var names []string
	for _, e := range entries {
		if strings.HasPrefix(e.Name(), ".") && !p.ours(e.Name()) {
			names = append(names, e.Name())
		}
	}
	return names, err
}

// checkClashes makes sure that where the new site has a file and the old one a
// folder, or the other way round, the old one goes entirely.
func (p *Publication) checkClashes() error {
	for _, file := range p.clashes {
		blocker, info := p.blocker(file)
		switch {
		case blocker == "":
		case !info.IsDir():
			if p.mark(blocker)&leaving == 0 {
				return clash(blocker, file)
			}
		default:
			if err := p.checkFolderGoes(blocker, file); err != nil {
				return err
			}
		}
	}
	return nil
}

// blocker returns the first part of the live path of a file that is not what
// the new site needs there.
func (p *Publication) blocker(file string) (string, fs.FileInfo) {
	for i := 0; i <= len(file); i++ {
		if i < len(file) && file[i] != '/' {
			continue
		}
		info, err := os.Lstat(p.t.live(file[:i]))
		if err != nil {
			return "", nil
		}
		if i == len(file) || !info.IsDir() {
			return file[:i], info
		}
	}
	return "", nil
}

func (p *Publication) checkFolderGoes(dir, file string) error {
	var folders []string
	err := filepath.WalkDir(p.t.live(dir), func(name string, e fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(p.t.dir, name)
		if err != nil {
			return err
		}
		rel = filepath.ToSlash(rel)
		if e.IsDir() {
			folders = append(folders, rel)
		} else if p.mark(rel)&leaving == 0 {
			return clash(rel, file)
		}
		return nil
	})
	slices.Reverse(folders)
	p.rmdirs = append(p.rmdirs, folders...)
	return err
}

func clash(a, b string) error {
	return fault.New(fault.Invalid, fault.Textf(
		"เว็บไซต์มีทั้ง %s และ %s ไม่ได้ เพราะชื่อเดียวกันเป็นทั้งไฟล์และโฟลเดอร์",
		"the site cannot have both %s and %s: one name would be a file and a folder", a, b))
}

// inPlace are the steps that change the live site file by file. Assets come
// first, because the pages after them refer to them; what leaves comes last,
// unless something needs its place.
func (p *Publication) inPlace() iter.Seq2[step, error] {
	out := []iter.Seq2[step, error]{each(del, p.dels), each(rmdir, p.rmdirs)}
	in := []iter.Seq2[step, error]{each(put, p.linked), each(put, p.pages)}
	if p.fresh {
		in = []iter.Seq2[step, error]{p.putStaged(true), p.putStaged(false)}
	}
	all := append(in, out...)
	if len(p.clashes) > 0 {
		all = append(out, in...)
	}
	return joined(append(all, p.newStates()))
}

func each(do verb, names []string) iter.Seq2[step, error] {
	return func(yield func(step, error) bool) {
		for _, name := range names {
			if !yield(step{do, name}, nil) {
				return
			}
		}
	}
}

func joined(parts []iter.Seq2[step, error]) iter.Seq2[step, error] {
	return func(yield func(step, error) bool) {
		for _, part := range parts {
			for s, err := range part {
				if !yield(s, err) {
					return
				}
			}
		}
	}
}

// putStaged puts the assets of the staged tree, or all else. It is for a fresh
// site, of which nobody has kept the names.
func (p *Publication) putStaged(assets bool) iter.Seq2[step, error] {
	slices.Sort(p.assets)
	isAsset := record{Assets: p.assets}.isAsset
	return func(yield func(step, error) bool) {
		err := fs.WalkDir(os.DirFS(p.t.tree()), ".", func(name string, e fs.DirEntry, err error) error {
			if err == nil && !e.IsDir() && isAsset(name) == assets && !yield(step{put, name}, nil) {
				return fs.SkipAll
			}
			return err
		})
		if err != nil {
			yield(step{}, err)
		}
	}
}

// newStates are the last steps.
func (p *Publication) newStates() iter.Seq2[step, error] { return each(newState, p.stagedStates()) }

// stagedStates are the states of the caller and those of the package, of which
// the record is the last.
func (p *Publication) stagedStates() []string { return append(slices.Clone(p.states), recordName) }

// inOne are the steps that make the staged tree the site.
func (p *Publication) inOne() (iter.Seq2[step, error], error) {
	how := step{replace, "-"}
	if canExchange && exists(p.t.dir) {
		id, err := inodeText(p.t.tree())
		if err != nil {
			return nil, err
		}
		how = step{swap, id}
	}
	carried, err := p.carried()
	return joined([]iter.Seq2[step, error]{each(how.do, []string{how.arg}), each(carry, carried), p.newStates()}), err
}
