package mirror

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"path"
	"slices"
	"strings"

	"khumue/internal/fault"
	"khumue/internal/gitrepo"
	"khumue/internal/wire"
	"khumue/syncd/internal/cargo"
)

// Where the office's repository has what the centre told: all of one commit, and
// what has come of the next.
const (
	refCentre   = "refs/khumue/centre"
	refIncoming = "refs/khumue/incoming"
)

// trailer is by which a commit of this office tells which one of the centre it is.
const trailer = "Khumue-Centre"

// daemon is who makes the commits.
var daemon = gitrepo.Person{Name: "khumue", Email: "khumue@users.invalid"}

// stand is what one of those refs names; the zero one of nothing.
type stand struct {
	ref    string
	commit gitrepo.Hash
	tree   gitrepo.Hash
	of     string // the centre's commit
}

func (m *Mirror) stand(ref string) (s stand, err error) {
	s.ref = ref
	s.commit, err = m.Repo.Refs().Get(ref)
	if errors.Is(err, fault.NotFound) {
		return stand{ref: ref}, nil
	} else if err != nil {
		return s, err
	}
	c, err := m.Repo.Commit(s.commit)
	if errors.Is(err, fault.NotFound) { // what it names was lost with part of the repository
		return s, nil
	} else if err != nil {
		return s, err
	}
	s.tree, s.of = c.Tree, c.Trailer(trailer)
	return s, nil
}

// files are the files that the office has from the centre, with their blobs.
func (m *Mirror) files() (map[string]string, error) {
	out := map[string]string{}
	centre, err := m.stand(refCentre)
	if err != nil {
		return nil, err
	}
	for d, err := range m.Repo.Diff(gitrepo.Hash{}, centre.tree) {
		if err != nil {
			return nil, err
		}
		if m.Repo.Has(d.New.Hash) {
			out[d.Path] = d.New.Hash.String()
		}
	}
	return out, nil
}

// mend looks whether all is there that the centre told, when the program began and
// whenever an object was found damaged since. What is not is asked for anew.
func (m *Mirror) mend(ctx context.Context) error {
	damaged := m.Repo.Damaged()
	if m.looked && m.damaged == damaged {
		return nil
	}
	for _, ref := range []string{refCentre, refIncoming} {
		s, err := m.stand(ref)
		if err != nil {
			return err
		}
		files, folders, err := m.whole(s.tree)
		if err != nil {
			return err
		}
		if !files || !folders {
			m.Log.Error("part of the content is lost or damaged, and is asked for anew", "ref", ref)
			m.need(cargo.File, "")
		}
		if !folders {
			if err := m.Repo.Refs().Update(ctx, gitrepo.Move{Ref: ref, Old: s.commit}); err != nil {
				return err
			}
		}
	}
	m.looked, m.damaged = true, m.Repo.Damaged()
	return nil
}

// whole reports whether all files and all folders of a tree are there.
func (m *Mirror) whole(tree gitrepo.Hash) (files, folders bool, err error) {
	files = true
	for d, err := range m.Repo.Diff(gitrepo.Hash{}, tree) {
		if errors.Is(err, fault.NotFound) {
			return files, false, nil
		} else if err != nil {
			return files, false, err
		}
		files = files && m.Repo.Has(d.New.Hash)
	}
	return files, true, nil
}

// takeFiles takes the files of a page. Content is the centre's commit that the
// office has all of now, "" where that did not change. Not taken is a page that goes
// on from what the office does not have.
func (m *Mirror) takeFiles(ctx context.Context, changes []wire.Change) (content string, taken bool, err error) {
	at := slices.IndexFunc(changes, func(c wire.Change) bool { return c.Kind == cargo.Content })
	if at < 0 {
		if slices.ContainsFunc(changes, func(c wire.Change) bool { return c.Kind == cargo.Need && c.ID == cargo.File }) {
			return "", true, nil
		}
		return "", true, m.settle(ctx)
	}
	var t cargo.Transfer
	if err := cargo.Read(changes[at].Body, &t); err != nil {
		return "", false, err
	}
	centre, err := m.stand(refCentre)
	if err != nil {
		return "", false, err
	}
	incoming, err := m.stand(refIncoming)
	if err != nil {
		return "", false, err
	}
	from, ok := begins(t, centre, incoming)
	if !ok {
		return "", false, m.disbelieve("it goes on from what this office does not have")
	}
	b := m.Repo.NewBatch()
	defer b.Abort()
	l := &load{repo: m.Repo, batch: b, tree: from}
	for _, c := range changes {
		if c.Kind != cargo.File {
			continue
		}
		if err := l.take(t, c); err != nil {
			return "", false, err
		}
	}
	tree, err := l.put()
	if err != nil {
		return "", false, err
	}
	if t.End && tree.String() != t.Tree && !l.empty(t) {
		return "", false, m.disbelieve("it makes another tree than the centre has")
	}
	next, err := m.commit(b, tree, t, "What the centre has")
	if err != nil {
		return "", false, err
	}
	m.progress = Progress{Files: t.Done.Files, AllFiles: t.Files, Bytes: t.Done.Bytes, AllBytes: t.Bytes, As: m.progress.As, Complete: t.End}
	if !t.End {
		if err := b.Close(); err != nil {
			return "", false, err
		}
		return "", true, m.Repo.Refs().Update(ctx, gitrepo.Move{Ref: refIncoming, Old: incoming.commit, New: next})
	}
	m.progress.As = t.At
	return t.To, true, m.land(ctx, b, t, centre, incoming, stand{refCentre, next, tree, t.To})
}

// begins returns the tree that a page goes on from; false where the office has
// another.
func begins(t cargo.Transfer, centre, incoming stand) (tree gitrepo.Hash, ok bool) {
	switch {
	case !t.First:
		return incoming.tree, incoming.of == t.To
	case t.Listed:
		return centre.tree, true
	case t.From == "":
		return gitrepo.Hash{}, true
	}
	return centre.tree, centre.of == t.From
}

// disbelieve lets the next Cursor tell which files are held. Having been told already,
// the centre should have known.
func (m *Mirror) disbelieve(why string) error {
	m.Log.Warn("a page of content was not taken", "why", why, "told", m.told)
	if m.told && m.needs[cargo.File] == "" {
		return fault.New(fault.Conflict, fault.Text{TH: "เนื้อหาที่ได้รับไม่ตรงกับที่สำนักงานมี", EN: "The content that came does not fit what this office has."},
			fault.Text{TH: "ระบบจะลองใหม่เอง ถ้ายังไม่หาย ติดต่อผู้ดูแลระบบ", EN: "It is tried again. If that goes on, ask whoever runs the centre."})
	}
	m.needs = map[string]string{}
	m.need(cargo.File, "")
	m.asked = false
	return nil
}

// commit makes a commit of what came.
func (m *Mirror) commit(b *gitrepo.Batch, tree gitrepo.Hash, t cargo.Transfer, subject string, parents ...gitrepo.Hash) (gitrepo.Hash, error) {
	message, err := gitrepo.Message(subject, gitrepo.Trailer{Key: trailer, Value: t.To})
	if err != nil {
		return gitrepo.Hash{}, err
	}
	by := daemon
	by.At = m.Now().UTC()
	return b.NewCommit(gitrepo.Change{Tree: tree, Parents: parents, Author: by, Committer: by, Message: message}, nil)
}

// partsFolder is where the parts of a file wait for the others; no content has one.
const partsFolder = "parts"

// load is a page that is being taken into a tree.
type load struct {
	repo     *gitrepo.Repository
	batch    *gitrepo.Batch
	tree     gitrepo.Hash
	unpacker cargo.Unpacker
	gone     []gitrepo.Edit // done first: a file may come where a folder was
	edits    []gitrepo.Edit
	parts    map[string]map[int64][]byte // of files that are not whole, by their blobs
	kept     map[string]bool             // which of them have parts in the tree
}

// take takes a file that came, a part of one, or that one is gone.
func (l *load) take(t cargo.Transfer, c wire.Change) error {
	if strings.HasPrefix(c.ID, partsFolder+"/") {
		return unfit(c.ID, "no content stands there")
	}
	if c.Body == nil {
		return l.remove(c.ID)
	}
	var p cargo.Part
	if err := cargo.Read(c.Body, &p); err != nil {
		return err
	}
	data, err := l.unpacker.Unpack(p.Data)
	switch {
	case err != nil:
		return err
	case p.Commit != t.To, p.At < 0, p.At+int64(len(data)) > p.Size, p.Size > wire.MaxFile+1<<20:
		return unfit(c.ID, "a part does not belong to it")
	}
	if p.At == 0 && int64(len(data)) == p.Size {
		return l.set(c.ID, c.Version, data)
	}
	return l.part(c.ID, c.Version, p, data)
}

func unfit(file, why string) error {
	return fault.New(fault.Invalid, fault.Textf("ไฟล์ %s ที่ได้รับใช้ไม่ได้", "The file %s that came is not usable.", file)).Because(errors.New(why))
}

// set puts a whole file into the tree.
func (l *load) set(file, version string, data []byte) error {
	if gitrepo.Sum(gitrepo.Blob, data).String() != version {
		return unfit(file, "its sum is another")
	}
	blob, err := l.batch.Add(gitrepo.Blob, data)
	if err != nil {
		return err
	}
	l.edits = append(l.edits, gitrepo.SetFile(file, blob))
	return nil
}

// remove takes a file out of the tree, unless a page that came before did.
func (l *load) remove(file string) error {
	if l.tree.IsZero() {
		return nil
	}
	_, err := l.repo.Find(l.tree, file)
	if errors.Is(err, fault.NotFound) {
		return nil
	}
	if err == nil {
		l.gone = append(l.gone, gitrepo.Remove(file))
	}
	return err
}

// part keeps a part, and puts the file together once all are there.
func (l *load) part(file, version string, p cargo.Part, data []byte) error {
	if _, err := gitrepo.ParseHash(version); err != nil {
		return err
	}
	if is, err := l.is(file, version); err != nil || is { // the page came before, and its end did not
		return err
	}
	if err := l.recall(version); err != nil {
		return err
	}
	l.parts[version][p.At] = data
	if p.At+int64(len(data)) < p.Size {
		return nil
	}
	var whole bytes.Buffer
	for at := int64(0); at < p.Size; at = int64(whole.Len()) {
		next, ok := l.parts[version][at]
		if !ok || len(next) == 0 {
			return unfit(file, "a part is missing")
		}
		whole.Write(next)
	}
	delete(l.parts, version)
	if l.kept[version] {
		l.gone = append(l.gone, gitrepo.Remove(partsFolder+"/"+version))
	}
	return l.set(file, version, whole.Bytes())
}

// is reports whether the tree has a file in a version already.
func (l *load) is(file, version string) (bool, error) {
	if l.tree.IsZero() {
		return false, nil
	}
	e, err := l.repo.Find(l.tree, file)
	if errors.Is(err, fault.NotFound) {
		return false, nil
	}
	return e.Hash.String() == version && l.repo.Has(e.Hash), err
}

// recall reads the parts of a file that came with pages before.
func (l *load) recall(version string) error {
	if _, known := l.parts[version]; known {
		return nil
	}
	if l.parts == nil {
		l.parts, l.kept = map[string]map[int64][]byte{}, map[string]bool{}
	}
	l.parts[version] = map[int64][]byte{}
	if l.tree.IsZero() {
		return nil
	}
	dir, err := l.repo.Find(l.tree, path.Join(partsFolder, version))
	if errors.Is(err, fault.NotFound) {
		return nil
	} else if err != nil {
		return err
	}
	l.kept[version] = true
	list, err := l.repo.Entries(dir.Hash)
	for _, e := range list {
		var at int64
		if _, err := fmt.Sscanf(e.Name, "%d", &at); err != nil {
			return err
		}
		if l.parts[version][at], err = l.repo.Read(gitrepo.Blob, e.Hash); err != nil {
			return err
		}
	}
	return err
}

// put returns the tree with all that came, parts that wait among them.
func (l *load) put() (gitrepo.Hash, error) {
	for version, parts := range l.parts {
		for at, data := range parts {
			blob, err := l.batch.Add(gitrepo.Blob, data)
			if err != nil {
				return gitrepo.Hash{}, err
			}
			l.edits = append(l.edits, gitrepo.SetFile(fmt.Sprintf("%s/%s/%d", partsFolder, version, at), blob))
		}
	}
	return l.batch.Put(l.tree, append(l.gone, l.edits...)...)
}

// empty reports whether an office without any content has what the centre says.
func (l *load) empty(t cargo.Transfer) bool {
	return t.Tree == gitrepo.Hash{}.String() && len(l.edits)+len(l.gone) == 0 && l.tree.IsZero()
}
