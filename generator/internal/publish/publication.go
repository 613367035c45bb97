package publish

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"sync"
	"time"

	"khumue/internal/fault"
)

// Publication is one change of the site in preparation. Its methods may be
// called concurrently, until Commit or Abort. Nothing of it is visible in the
// site before Commit.
//
// A failure of Write, WriteAsset, Keep or Remove ends it: Commit will fail too.
type Publication struct {
	t      *Target
	whole  bool
	fresh  bool   // the target had no files when it began
	device uint64 // that the target is on
	now    time.Time
	rec    record

	mu      sync.Mutex
	err     error // the first failure
	done    bool
	marks   marks // of a fresh site, only of what is removed or below a name with a dot
	folders marks
	made    map[string]bool // folders of the staged tree: those that were made last
	named   int             // paths that the new site is known to have
	staged  int             // of those, the ones whose bytes are staged
	added   int             // of those, the ones that the old site has not
	reused  bool            // an asset is named that the old site has too
	pages   []string        // staged, unless the site is fresh
	linked  []string        // staged assets, which what is in pages may link to; likewise
	assets  []string        // all assets named, staged or not, that their names do not tell
	dots    []string        // all files named below a top-level name with a dot
	gone    []string        // given to Remove
	clashes []string        // staged where the old site has a folder, or below a file of it
	empty   []string        // folders that the live site lacks, parents first
	states  []string        // staged states of the caller

	// Made by plan.
	dels     []string
	rmdirs   []string
	retiring []string          // assets that this publication retires
	retired  int               // assets that stay and were retired, now or before
	batches  map[string]string // of assets that were retired before, as far as they were needed
}

func newPublication(t *Target, whole bool) (*Publication, error) {
	first, err := firstVisible(t.dir)
	if err != nil {
		return nil, outside(t.dir, err)
	}
	for _, dir := range []string{t.stage(), t.tree(), t.stagedState("")} {
		if err := t.disk.mkdir(dir); err != nil {
			return nil, outside(dir, err)
		}
	}
	work, err := os.Stat(t.work)
	if err != nil {
		return nil, outside(t.work, err)
	}
	return &Publication{
		t: t, whole: whole, fresh: first == "", device: device(work), now: t.opts.Now().UTC().Truncate(time.Second), rec: t.readRecord(),
		made: map[string]bool{}, batches: map[string]string{},
	}, nil
}

// Write gives the site a file. The path is slash-separated and relative, as
// CheckPath demands, and may be given once. A live file with the same bytes
// stays as it is.
func (p *Publication) Write(path string, data []byte) error {
	return p.fail(p.write(path, data, false))
}

// WriteAsset is Write for a file whose name changes with its bytes. It goes
// live before the pages, and outlives the sites that refer to it by AssetLife.
func (p *Publication) WriteAsset(path string, data []byte) error {
	return p.fail(p.write(path, data, true))
}

// Keep lets the site have a file as the live site has it. A live site without
// it is an error that wraps fs.ErrNotExist.
func (p *Publication) Keep(path string) error {
	return p.fail(p.keep(path))
}

// Remove takes a file from the site; an asset still lives for AssetLife. It
// matters to an amendment only. There need not be such a file.
func (p *Publication) Remove(path string) error {
	return p.fail(p.remove(path))
}

// Unchanged reports whether a file given to Write or WriteAsset is what the
// live site has already.
func (p *Publication) Unchanged(path string) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.marks.get(path)&(named|staged) == named
}

// Live reports whether the live site has a file at a path.
func (p *Publication) Live(path string) bool {
	there, err := p.look(path)
	return err == nil && there.regular
}

// Abort gives the publication up and removes what it staged. After Commit it
// does nothing.
func (p *Publication) Abort() error {
	p.mu.Lock()
	done := p.done
	p.done = true
	p.mu.Unlock()
	if done {
		return nil
	}
	_, err := p.t.drop(Dropped)
	p.t.ended(false)
	return err
}

func (p *Publication) fail(err error) error {
	if err == nil {
		return nil
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.err == nil {
		p.err = err
	}
	return err
}

func (p *Publication) mark(path string) mark { return p.marks.get(path) }

// remembers reports whether a path of the new site needs a mark. Of a fresh
// site nothing is compared with what is there, and the staged tree itself knows
// what has been written.
func (p *Publication) remembers(path string) bool {
	_, dot := topDot(path)
	return dot || !p.fresh
}

// claim notes that the new site has, or has not, the path.
func (p *Publication) claim(path string, m mark) error {
	if err := CheckPath(path); err != nil {
		return err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	switch {
	case p.done:
		return errors.New("publish: the publication has ended")
	case m == named && !p.remembers(path):
		return nil
	case p.mark(path) != 0:
		return twice(path)
	}
	p.marks.add(path, m)
	return nil
}

func twice(path string) error {
	return fault.New(fault.Invalid, fault.Textf(
		"มีสองหน้าที่เขียนไฟล์ %s", "two pages write the file %s", path))
}

// note counts a claimed path of the new site.
func (p *Publication) note(path string, asset bool, there place) {
	p.named++
	if asset && there.regular {
		p.reused = true
	}
	if asset && !IsHashed(path) {
		p.assets = append(p.assets, path)
	}
	if _, dot := topDot(path); dot {
		p.dots = append(p.dots, path)
	}
}

func (p *Publication) write(path string, data []byte, asset bool) error {
	if err := p.claim(path, named); err != nil {
		return err
	}
	there, err := p.look(path)
	if err != nil {
		return outside(path, err)
	}
	same := false
	if there.regular && there.size == int64(len(data)) {
		same, _ = sameBytes(p.t.live(path), data) // what cannot be read is written anew
	}
	if !same {
		if err := p.stage(path, data); err != nil {
			return err
		}
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.note(path, asset, there)
	if !same {
		p.noteStaged(path, asset, there)
	}
	return nil
}

func (p *Publication) noteStaged(path string, asset bool, there place) {
	p.staged++
	if !there.regular {
		p.added++
	}
	if p.remembers(path) {
		p.marks.add(path, staged)
	}
	switch {
	case p.fresh:
		return
	case asset:
		p.linked = append(p.linked, path)
	default:
		p.pages = append(p.pages, path)
	}
	if there.clash {
		p.clashes = append(p.clashes, path)
	}
}

func (p *Publication) keep(path string) error {
	if err := p.claim(path, named); err != nil {
		return err
	}
	there, err := p.look(path)
	if err != nil {
		return outside(path, err)
	}
	if !there.regular {
		return fmt.Errorf("publish: keep %s: the live site has no such file: %w", path, fs.ErrNotExist)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.note(path, p.rec.isAsset(path), there)
	return nil
}

func (p *Publication) remove(path string) error {
	if err := p.claim(path, removed); err != nil {
		return err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.gone = append(p.gone, path)
	return nil
}

// place is what the live site has at a path.
type place struct {
	regular bool // a file, of so many bytes
	size    int64
	clash   bool // a folder, or something else where a folder is needed
}

func (p *Publication) look(file string) (place, error) {
	if p.fresh {
		return place{}, nil
	}
	f, err := p.liveFolder(path.Dir(file))
	if err != nil || f&missing != 0 {
		return place{}, err
	}
	if f&blocked != 0 {
		return place{clash: true}, nil
	}
	info, err := os.Lstat(p.t.live(file))
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return place{}, nil
	case err != nil:
		return place{}, err
	case info.IsDir():
		return place{clash: true}, nil
	}
	return place{regular: info.Mode().IsRegular(), size: info.Size()}, nil
}

// liveFolder looks at a folder of the live site, once. It follows no links.
func (p *Publication) liveFolder(dir string) (folder, error) {
	p.mu.Lock()
	f := p.folders.get(dir)
	p.mu.Unlock()
	if f&known != 0 {
		return f, nil
	}
	f = known
	if dir != "." {
		above, err := p.liveFolder(path.Dir(dir))
		if err != nil {
			return 0, err
		}
		f |= above & (missing | blocked)
	}
	if f == known {
		state, err := p.statFolder(dir)
		if err != nil {
			return 0, err
		}
		f |= state
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.folders.get(dir)&known == 0 && f&missing != 0 {
		p.empty = append(p.empty, dir)
	}
	return p.folders.add(dir, f), nil
}

func (p *Publication) statFolder(dir string) (folder, error) {
	info, err := os.Lstat(p.t.live(dir))
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return missing, nil
	case err != nil:
		return 0, err
	case !info.IsDir():
		return blocked, nil
	}
	if device(info) != p.device {
		return 0, fmt.Errorf("%s is a file system of its own", p.t.live(dir))
	}
	return 0, nil
}

// stage writes a file into the staged tree.
func (p *Publication) stage(file string, data []byte) error {
	err := p.stageFolder(path.Dir(file))
	if err == nil {
		err = p.t.disk.create(p.t.staged(file), data)
	}
	switch {
	case err == nil:
		return nil
	case errors.Is(err, fs.ErrExist) || isNotFolder(err):
		return p.standsInTheWay(file)
	}
	return outside(file, err)
}

// standsInTheWay tells why a file cannot be staged where something is staged.
func (p *Publication) standsInTheWay(file string) error {
	for name := file; name != "."; name = path.Dir(name) {
		if info, err := os.Lstat(p.t.staged(name)); err == nil && (name == file) == info.IsDir() {
			return clash(name, file)
		}
	}
	return twice(file)
}

// mostMade is how many folders of the staged tree are remembered. The files of
// one are mostly written one after the other, and to make a folder again that
// is there already costs little.
const mostMade = 1 << 12

// stageFolder makes a folder of the staged tree.
func (p *Publication) stageFolder(dir string) error {
	if dir == "." {
		return nil
	}
	p.mu.Lock()
	made := p.made[dir]
	p.mu.Unlock()
	if made {
		return nil
	}
	if err := p.stageFolder(path.Dir(dir)); err != nil {
		return err
	}
	if err := p.t.disk.mkdir(p.t.staged(dir)); err != nil {
		return err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.made) >= mostMade {
		clear(p.made)
	}
	p.made[dir] = true
	return nil
}
