package publish

import (
	"context"
	"errors"
	"io/fs"
	"iter"
	"os"
	"slices"
	"strings"

	"khumue/internal/fault"
)

// Result is what a publication changed.
type Result struct {
	Written   int      // files whose bytes are new
	Removed   int      // files that are gone
	Unchanged int      // files named and left as they were
	Swapped   bool     // the site was swapped as a whole, so its folder is another one
	Changed   []string // addresses of what was written and removed, sorted; empty when All is set
	All       bool     // there was no site before, or more has changed than is worth telling one by one
}

// mostTold is how many addresses Changed has at most. Who purges a cache of so
// many does better to purge it all.
const mostTold = 100_000

// Commit makes the publication the live site. An error means that the site is
// the old one, unless it is an UnfinishedError. The context can end it only
// before it has happened.
func (p *Publication) Commit(ctx context.Context) (Result, error) {
	res, err := p.commit(ctx)
	var un *UnfinishedError
	switch {
	case err == nil:
		p.end(false)
		_ = p.t.disk.removeAll(p.t.old()) // it is live; the next Begin tries again
		p.t.sweep()
	case errors.As(err, &un):
		p.end(true)
	default:
		err = errors.Join(err, p.Abort())
	}
	return res, err
}

func (p *Publication) end(unfinished bool) {
	p.mu.Lock()
	p.done = true
	p.mu.Unlock()
	p.t.ended(unfinished)
}

func (p *Publication) commit(ctx context.Context) (Result, error) {
	if p.done {
		return Result{}, errors.New("publish: the publication has ended")
	}
	if p.err != nil {
		return Result{}, p.err
	}
	whole := p.swaps()
	if err := p.prepare(ctx, whole); err != nil {
		return Result{}, err
	}
	res := p.result()
	if changed, err := p.stageRecord(); err != nil {
		return Result{}, outside(p.t.work, err)
	} else if !changed && res.Written+res.Removed+len(p.rmdirs)+len(p.states) == 0 {
		return res, p.t.clear()
	}
	if err := p.sync(whole); err != nil {
		return Result{}, outside(p.t.work, err)
	}
	if err := ctx.Err(); err != nil {
		return Result{}, err
	}
	swapped, err := p.goLive(whole)
	res.Swapped = swapped
	return res, err
}

// swaps reports whether the new site goes live as a whole tree. Replacing a
// file costs several times what linking an unchanged one does, and far more
// where the folder of the site is not in memory.
func (p *Publication) swaps() bool {
	kept, written := p.named-p.staged, p.staged
	if !p.whole {
		kept = p.rec.Files - written
	}
	switch {
	case p.t.opts.InPlace, written == 0, !p.whole && p.rec.Files == 0:
		return false
	}
	return p.fresh || written >= kept
}

// prepare does all that can fail while the old site is untouched.
func (p *Publication) prepare(ctx context.Context, whole bool) error {
	slices.Sort(p.linked)
	slices.Sort(p.pages)
	if err := p.plan(ctx, whole); err != nil {
		return wrapPlain(p.t.dir, err)
	}
	if err := p.checkClashes(); err != nil {
		return wrapPlain(p.t.dir, err)
	}
	if whole {
		return nil
	}
	if err := p.makeFolders(); err != nil {
		return outside(p.t.dir, err)
	}
	return nil
}

// makeFolders makes the folders that the new site needs, so that a full disk
// is found out in time, and lists them first, so that they can be taken back.
func (p *Publication) makeFolders() error {
	if err := p.checkWritable(); err != nil {
		return err
	}
	if len(p.empty) == 0 {
		return nil
	}
	list := p.t.foldersList()
	if err := p.t.disk.create(list, []byte(strings.Join(p.empty, "\n"))); err != nil {
		return err
	}
	for _, dir := range p.empty {
		if err := p.t.disk.mkdir(p.t.live(dir)); err != nil {
			return err
		}
	}
	return nil
}

// checkWritable looks at each folder of the live site in which names change.
func (p *Publication) checkWritable() error {
	if p.fresh {
		return writable(p.t.dir)
	}
	last := ""
	for _, list := range [][]string{p.linked, p.pages, p.dels} {
		for _, file := range list {
			dir, _ := split(file)
			if dir == last && last != "" {
				continue
			}
			last = dir
			if err := writable(p.t.live(dir)); err != nil {
				return err
			}
		}
	}
	return nil
}

func split(file string) (dir, name string) {
	i := strings.LastIndexByte(file, '/')
	return file[:max(i, 0)], file[i+1:]
}

func (p *Publication) result() Result {
	r := Result{Written: p.staged, Removed: len(p.dels), Unchanged: p.named - p.staged}
	if r.All = p.fresh || r.Written+r.Removed > mostTold; r.All {
		return r
	}
	r.Changed = make([]string, 0, r.Written+r.Removed)
	for _, list := range [][]string{p.linked, p.pages, p.dels} {
		for _, file := range list {
			r.Changed = append(r.Changed, Address(file))
		}
	}
	slices.Sort(r.Changed)
	return r
}

// sync makes what is staged durable, once for all files where it can.
func (p *Publication) sync(whole bool) error {
	if whole {
		if err := p.matchMode(); err != nil {
			return err
		}
	}
	if whole || p.fresh {
		return p.t.disk.syncTree(p.t.stage(), nil)
	}
	return p.t.disk.syncTree(p.t.stage(), func(yield func(string) bool) {
		for _, list := range [][]string{p.linked, p.pages} {
			for _, file := range list {
				if !yield("tree/" + file) {
					return
				}
			}
		}
		for _, name := range p.stagedStates() {
			if !yield("state/" + name) {
				return
			}
		}
	})
}

// matchMode gives the staged tree the permissions of the folder it replaces.
func (p *Publication) matchMode() error {
	info, err := os.Stat(p.t.dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	return os.Chmod(p.t.tree(), info.Mode()&(fs.ModePerm|fs.ModeSetgid))
}

// goLive writes the journal and carries it out. Where the file system cannot
// swap folders, nothing has happened yet, and a journal that leads to the same
// site file by file takes its place.
func (p *Publication) goLive(whole bool) (swapped bool, err error) {
	if whole {
		steps, err := p.inOne()
		if err != nil {
			return false, outside(p.t.dir, err)
		}
		if err := p.run(steps); !errors.Is(err, errors.ErrUnsupported) {
			return err == nil, err
		}
	}
	return false, p.run(p.inPlace())
}

func (p *Publication) run(all iter.Seq2[step, error]) error {
	err := p.t.writeJournal(all)
	if err == nil {
		err = p.t.disk.syncDir(p.t.work)
	}
	if err != nil {
		return p.takeBack(err)
	}
	err = p.t.carryOut(p.t.written)
	if err != nil && !errors.Is(err, errors.ErrUnsupported) {
		return &UnfinishedError{err}
	}
	return err
}

// takeBack removes a journal that may not be durable, or one of a way that
// could not be gone.
func (p *Publication) takeBack(why error) error {
	if err := p.t.closeJournal(); err != nil {
		return &UnfinishedError{errors.Join(why, err)}
	}
	return outside(p.t.journal(), why)
}

// wrapPlain tells of a failure of the disk, unless err tells of its own.
func wrapPlain(path string, err error) error {
	var told *fault.Error
	if errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) || errors.As(err, &told) {
		return err
	}
	return outside(path, err)
}
