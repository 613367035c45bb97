// Package prooftest writes ledgers for tests: small histories of signed
// approvals, in order or not, in memory and as bare repositories that the stock
// git client reads.
package prooftest

import (
	"bytes"
	"crypto/sha1"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"khumue/internal/catalog"
	"khumue/internal/fault"
	"khumue/internal/gitrepo"
	"khumue/internal/proof"
)

// Sample officers.
const (
	Author   catalog.OfficerID = "o-aaaaaaaaaaaaaaaa"
	Reviewer catalog.OfficerID = "o-rrrrrrrrrrrrrrrr"
	OPDC     catalog.OfficerID = "o-pppppppppppppppp"
	Admin    catalog.OfficerID = "o-dddddddddddddddd"
)

// Files is content, by path.
type Files map[string]string

// With returns the files with one set, or taken away when its text is empty.
func (f Files) With(path, text string) Files {
	out := maps.Clone(f)
	if out[path] = text; text == "" {
		delete(out, path)
	}
	return out
}

// Book is a ledger being written. Its clock goes on a minute with each commit.
type Book struct {
	t       testing.TB
	objects map[proof.Hash]object
	commits map[proof.Hash]Commit
	Signer  *proof.Signer // whose key is in force
	Main    proof.Hash    // the tip
	now     time.Time
}

type object struct {
	kind proof.Kind
	data []byte
}

// Commit is what a commit is made of. It is signed by Signer, unless that is nil.
type Commit struct {
	Files   Files
	Parents []proof.Hash
	proof.Trailers
	Author  string // the officer's id unless given
	Message string // instead of that of the trailers
	Signer  *proof.Signer
}

// NewBook begins a ledger whose first key is made of a seed.
func NewBook(t testing.TB, seed string) *Book {
	t.Helper()
	return &Book{t: t, objects: map[proof.Hash]object{}, commits: map[proof.Hash]Commit{}, Signer: Key(t, seed),
		now: time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)}
}

// Key makes a key of a seed.
func Key(t testing.TB, seed string) *proof.Signer {
	t.Helper()
	s, _, err := proof.GenerateKey(strings.NewReader(strings.Repeat(seed+"-", 32)))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// Read returns an object, as a Ledger does.
func (b *Book) Read(k proof.Kind, h proof.Hash) ([]byte, error) {
	if o, ok := b.objects[h]; ok && o.kind == k {
		return o.data, nil
	}
	return nil, fault.New(fault.NotFound, fault.Textf("ไม่มี %s", "there is no %s", h))
}

// Set replaces an object's bytes where they lie, or takes it away when there are
// none.
func (b *Book) Set(h proof.Hash, data []byte) {
	if o, ok := b.objects[h]; ok && data != nil {
		b.objects[h] = object{o.kind, data}
		return
	}
	delete(b.objects, h)
}

// Add adds an object.
func (b *Book) Add(k proof.Kind, data []byte) proof.Hash {
	h := proof.Hash(sha1.Sum(append(fmt.Appendf(nil, "%s %d\x00", k, len(data)), data...)))
	b.objects[h] = object{k, data}
	return h
}

// Tree adds the tree of files.
func (b *Book) Tree(files Files) proof.Hash {
	below := map[string]Files{}
	var entries []gitrepo.Entry
	for _, path := range slices.Sorted(maps.Keys(files)) {
		name, rest, deeper := strings.Cut(path, "/")
		if !deeper {
			entries = append(entries, gitrepo.Entry{Mode: gitrepo.FileMode, Name: name, Hash: gitrepo.Hash(b.Add(proof.Blob, []byte(files[path])))})
			continue
		}
		if below[name] == nil {
			below[name] = Files{}
		}
		below[name][rest] = files[path]
	}
	for name, files := range below {
		entries = append(entries, gitrepo.Entry{Mode: gitrepo.FolderMode, Name: name, Hash: gitrepo.Hash(b.Tree(files))})
	}
	sorted := func(e gitrepo.Entry) string {
		if e.IsFolder() {
			return e.Name + "/"
		}
		return e.Name
	}
	slices.SortFunc(entries, func(x, y gitrepo.Entry) int { return strings.Compare(sorted(x), sorted(y)) })
	var tree []byte
	for _, e := range entries {
		tree = gitrepo.AppendEntry(tree, e)
	}
	return b.Add(proof.Tree, tree)
}

// Folder returns the tree of a folder of files.
func (b *Book) Folder(files Files, dir string) proof.Hash {
	in := Files{}
	for path, text := range files {
		if rest, ok := strings.CutPrefix(path, dir+"/"); ok {
			in[rest] = text
		}
	}
	if len(in) == 0 {
		return proof.Hash{}
	}
	return b.Tree(in)
}

// Commit adds a commit.
func (b *Book) Commit(c Commit) proof.Hash {
	b.t.Helper()
	message := c.Message
	if message == "" {
		var err error
		if message, err = c.Trailers.Message("บันทึก " + string(c.Manual)); err != nil {
			b.t.Fatal(err)
		}
	}
	author := c.Author
	if author == "" {
		author = string(c.Officer)
	}
	if author == "" {
		author = "khumue"
	}
	b.now = b.now.Add(time.Minute)
	person := func(name string) gitrepo.Person {
		return gitrepo.Person{Name: name, Email: name + "@users.invalid", At: b.now.In(time.FixedZone("", 7*3600))}
	}
	change := gitrepo.Change{Tree: gitrepo.Hash(b.Tree(c.Files)), Author: person(author), Committer: person("khumue"), Message: message}
	for _, p := range c.Parents {
		change.Parents = append(change.Parents, gitrepo.Hash(p))
	}
	data := change.Append(nil)
	if c.Signer != nil {
		var err error
		if data, err = proof.Seal(data, c.Signer); err != nil {
			b.t.Fatal(err)
		}
	}
	h := b.Add(proof.Commit, data)
	b.commits[h] = c
	return h
}

// Of returns what a commit was made of.
func (b *Book) Of(h proof.Hash) Commit { return b.commits[h] }

// Files returns the content at the tip.
func (b *Book) Files() Files { return b.commits[b.Main].Files }

// On adds a commit to main.
func (b *Book) On(files Files, t proof.Trailers) proof.Hash {
	b.t.Helper()
	c := Commit{Files: files, Trailers: t, Signer: b.Signer}
	if !b.Main.IsZero() {
		c.Parents = []proof.Hash{b.Main}
	}
	b.Main = b.Commit(c)
	return b.Main
}

// Bootstrap begins main.
func (b *Book) Bootstrap(files Files) {
	b.t.Helper()
	b.On(files, proof.Trailers{Stage: proof.Bootstrap, Officer: Admin, Role: proof.Capacity{Role: catalog.RoleDGA}})
}

// Immediate changes what needs no approval.
func (b *Book) Immediate(files Files) proof.Hash {
	b.t.Helper()
	return b.On(files, proof.Trailers{Stage: proof.Immediate, Officer: Admin, Role: proof.Capacity{Role: catalog.RoleDGA}})
}

// Rotate brings another key into force.
func (b *Book) Rotate(to *proof.Signer) {
	b.t.Helper()
	b.On(b.Files(), proof.Trailers{Stage: proof.NewKey, Key: to.Key()})
	b.Signer = to
}

// Revision is one revision on its way, each stage as it will be written.
type Revision struct {
	Submitted, Reviewed, Published Commit
}

// Revise prepares a revision of a manual: the file manual.md of a folder gets
// another text. What a test changes before Publish is what is written.
func (b *Book) Revise(dir string, number int, text string) *Revision {
	files := b.Files().With(dir+"/manual.md", text)
	parts := strings.Split(dir, "/")
	agency := catalog.AgencyCode(parts[len(parts)-3])
	t := proof.Trailers{Manual: catalog.ManualID(parts[len(parts)-1]), Revision: number, Tree: b.Folder(files, dir),
		Base: proof.Base{Commit: b.Main, Tree: b.Folder(b.Files(), dir)}}
	at := func(stage proof.Stage, who catalog.OfficerID, as proof.Capacity) Commit {
		t := t
		t.Stage, t.Officer, t.Role = stage, who, as
		return Commit{Files: files, Trailers: t, Signer: b.Signer, Parents: []proof.Hash{b.Main}}
	}
	r := &Revision{
		Submitted: at(proof.Submit, Author, proof.Capacity{Role: catalog.RoleAuthor, Agency: agency}),
		Reviewed:  at(proof.Review, Reviewer, proof.Capacity{Role: catalog.RoleReviewer, Agency: agency}),
		Published: at(proof.Publish, OPDC, proof.Capacity{Role: catalog.RoleOPDC}),
	}
	r.Submitted.Contributors = []catalog.OfficerID{Author}
	r.Reviewed.Verdict, r.Published.Verdict = proof.Approved, proof.Approved
	return r
}

// Publish writes a revision's commits, each the second parent of the next.
func (b *Book) Publish(r *Revision) proof.Hash {
	b.t.Helper()
	r.Reviewed.Parents = append(r.Reviewed.Parents, b.Commit(r.Submitted))
	r.Published.Parents = append(r.Published.Parents, b.Commit(r.Reviewed))
	b.Main = b.Commit(r.Published)
	return b.Main
}

// Write writes the ledger as a bare repository.
func (b *Book) Write(dir string) {
	b.t.Helper()
	if err := b.write(dir); err != nil {
		b.t.Fatal(err)
	}
}

func (b *Book) write(dir string) error {
	repo, err := gitrepo.Init(dir)
	if err != nil {
		return err
	}
	defer repo.Close()
	pack, err := repo.NewPack()
	if err != nil {
		return err
	}
	defer pack.Abort()
	kinds := map[proof.Kind]gitrepo.Kind{proof.Commit: gitrepo.Commit, proof.Tree: gitrepo.Tree, proof.Blob: gitrepo.Blob}
	order := slices.SortedFunc(maps.Keys(b.objects), func(x, y proof.Hash) int { return bytes.Compare(x[:], y[:]) })
	for _, h := range order {
		if _, err := pack.Add(kinds[b.objects[h].kind], b.objects[h].data); err != nil {
			return err
		}
	}
	if err := pack.Close(); err != nil {
		return err
	}
	return repo.Refs().Begin(map[string]gitrepo.Hash{gitrepo.Main: gitrepo.Hash(b.Main)})
}
