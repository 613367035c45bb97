package synth

import (
	"bytes"
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
	"time"

	"khumue/internal/catalog"
	"khumue/internal/fault"
	"khumue/internal/gitrepo"
	"khumue/internal/proof"
)

// History says what a repository holds beside the published revisions.
type History struct {
	Drafts int // open ones
	Others int // commits of main of other kinds: profiles of points, which need no approval
}

// Recorded is what the writing of a repository came to.
type Recorded struct {
	Objects   int
	Revisions int // published
	Drafts    int
	Others    int
}

// WriteGit writes the portal as a bare repository into dir, which is created.
//
// The first commit is an import of the first revision of every manual. Each
// later one was drafted, submitted, endorsed and published as the daemon does it:
// a commit by its author, an empty one that freezes it, and two merges, several
// revisions being under way at any time. Between them a point's file gains a
// line, and loses it. The tip of main has the files that Write writes, but for
// that line of an odd number of others. The drafts are on refs/heads/draft/,
// begun from the tip.
//
// All of it is signed by the key of the options.
func (p *Portal) WriteGit(ctx context.Context, dir string, with History) (_ Recorded, err error) {
	if with.Others > 0 && p.points == 0 {
		return Recorded{}, fault.New(fault.Invalid, fault.Text{TH: "ไม่มีจุดบริการให้แก้ไข", EN: "there are no points to change"},
			fault.Text{TH: "เพิ่ม --manuals", EN: "ask for more --manuals"})
	}
	key, _, err := p.Key()
	if err != nil {
		return Recorded{}, err
	}
	repo, err := gitrepo.Init(dir)
	if err != nil {
		return Recorded{}, err
	}
	defer func() { err = errors.Join(err, repo.Close()) }()
	pack, err := repo.NewPack()
	if err != nil {
		return Recorded{}, err
	}
	defer pack.Abort()
	h := &history{Portal: p, ctx: ctx, pack: pack, key: key, writer: writer{Portal: p}, refs: map[string]gitrepo.Hash{}}
	if err := h.write(with); err != nil {
		return Recorded{}, err
	}
	if err := pack.Close(); err != nil {
		return Recorded{}, err
	}
	h.refs[gitrepo.Main] = h.main
	return Recorded{pack.Len(), p.options.Revisions, len(h.refs) - 1, with.Others}, repo.Refs().Begin(h.refs)
}

// Key returns the key that signs a repository, and its file. It is made of the
// seed, which is no secret: a signature of it proves nothing.
func (p *Portal) Key() (*proof.Signer, []byte, error) {
	seed := sha256.Sum256(fmt.Appendf(nil, "khumue synth %d", p.options.Seed))
	return proof.GenerateKey(bytes.NewReader(seed[:]))
}

// history writes commits one after another.
type history struct {
	*Portal
	ctx    context.Context
	pack   *gitrepo.Pack
	key    *proof.Signer
	forest *forest
	writer writer
	main   gitrepo.Hash // the newest commit of main
	refs   map[string]gitrepo.Hash
	step   int // commits so far, which is what time goes by
	steps  int // commits there will be, about
	buffer []byte

	drafted, endorsed []*revision // under way, the oldest first
	visited           *visit      // a point whose file has gained a line
}

// revision is one revision under way.
type revision struct {
	agency *agency
	manual int
	number int
	folder gitrepo.Hash // the tree of the manual's folder
	base   gitrepo.Hash // commit where the draft began
	before gitrepo.Hash // the folder's tree there
	commit gitrepo.Hash // of the latest stage
}

// How many revisions stand at each stage while others go on.
const (
	awaitingEndorsement = 4
	awaitingPublication = 3
)

func (h *history) write(with History) error {
	plan := h.order()
	h.steps = 1 + 4*len(plan) + 2*with.Drafts + with.Others
	if err := h.bootstrap(); err != nil {
		return err
	}
	d := dice{mix(h.options.Seed + 13)}
	visits := h.chance(func(a *agency) int { return a.points })
	others := 0
	for i, r := range plan {
		if err := h.advance(r); err != nil {
			return err
		}
		for ; others < scaled(with.Others, i+1, len(plan)); others++ {
			if err := h.other(&d, visits); err != nil {
				return err
			}
		}
	}
	if err := h.settle(0, 0); err != nil {
		return err
	}
	for ; others < with.Others; others++ {
		if err := h.other(&d, visits); err != nil {
			return err
		}
	}
	return h.leaveDrafts(with.Drafts)
}

// scaled is the part of n that i is of all.
func scaled(n, i, all int) int { return int(int64(n) * int64(i) / int64(all)) }

// order returns the revisions after the first in the order in which they are
// drafted: shuffled, but each manual's in their own order.
func (h *history) order() []*revision {
	var plan []*revision
	for i := range h.agencies {
		a := &h.agencies[i]
		h.revisions(a, 0, a.manuals, func(m, n int) {
			for range n - 1 {
				plan = append(plan, &revision{agency: a, manual: m})
			}
		})
	}
	d := dice{mix(h.options.Seed + 7)}
	for i := len(plan) - 1; i > 0; i-- {
		j := d.below(i + 1)
		plan[i], plan[j] = plan[j], plan[i]
	}
	reached := map[link]int{}
	for _, r := range plan {
		at := link{r.agency, r.manual}
		if reached[at] == 0 {
			reached[at] = 1
		}
		reached[at]++
		r.number = reached[at]
	}
	return plan
}

// bootstrap imports the first revision of every manual.
func (h *history) bootstrap() error {
	var top sapling
	for b := range h.firsts() {
		if err := h.ctx.Err(); err != nil {
			return err
		}
		for i, o := range b.packed {
			if err := h.pack.Put(o); err != nil {
				return err
			}
			top.put(b.files[i].path, gitrepo.FileMode, o.Hash)
		}
	}
	var err error
	if h.forest, err = plant(h.pack, &top); err != nil {
		return err
	}
	h.main, err = h.testify(h.forest.root.hash, proof.Trailers{Stage: proof.Bootstrap}, "นำเข้าคู่มือทั้งหมด")
	return err
}

// advance drafts and submits a revision, and moves those before it on.
func (h *history) advance(r *revision) error {
	if err := h.ctx.Err(); err != nil {
		return err
	}
	for _, other := range append(h.drafted[:len(h.drafted):len(h.drafted)], h.endorsed...) {
		if other.agency == r.agency && other.manual == r.manual {
			if err := h.settle(0, 0); err != nil { // it waits for the one before it
				return err
			}
			break
		}
	}
	if err := h.draft(r); err != nil {
		return err
	}
	if err := h.submit(r); err != nil {
		return err
	}
	h.drafted = append(h.drafted, r)
	return h.settle(awaitingEndorsement, awaitingPublication)
}

// settle endorses and publishes until no more are left at each stage than that.
func (h *history) settle(drafted, endorsed int) error {
	for len(h.drafted) > drafted {
		if err := h.endorse(h.drafted[0]); err != nil {
			return err
		}
		h.endorsed = append(h.endorsed, h.drafted[0])
		h.drafted = h.drafted[1:]
	}
	for len(h.endorsed) > endorsed {
		if err := h.publish(h.endorsed[0]); err != nil {
			return err
		}
		h.endorsed = h.endorsed[1:]
	}
	return nil
}

func (h *history) draft(r *revision) error {
	var err error
	if r.before, err = h.folderTree(r, r.number-1); err != nil {
		return err
	}
	if r.folder, err = h.folderTree(r, r.number); err != nil {
		return err
	}
	r.base = h.main
	root, err := h.replace(r, false)
	if err != nil {
		return err
	}
	author := h.officer(r.agency, catalog.RoleAuthor, r.manual)
	message := "Begin a draft\n\nKhumue-Base: " + r.base.String() + " " + r.before.String() + "\n"
	r.commit, err = h.commit(root, string(author), message, r.base)
	return err
}

// submit freezes a draft by an empty commit that says what it is.
func (h *history) submit(r *revision) error {
	root, err := h.replace(r, false)
	if err != nil {
		return err
	}
	t := h.trailers(r, proof.Submit, catalog.RoleAuthor, r.agency)
	t.Base, t.Contributors = proof.Base{Commit: proof.Hash(r.base), Tree: proof.Hash(r.before)}, []catalog.OfficerID{t.Officer}
	r.commit, err = h.testify(root, t, "เสนอ "+r.id(), r.commit)
	return err
}

func (h *history) endorse(r *revision) error {
	root, err := h.replace(r, false)
	if err != nil {
		return err
	}
	t := h.trailers(r, proof.Review, catalog.RoleReviewer, r.agency)
	r.commit, err = h.testify(root, t, "เห็นชอบ "+r.id(), h.main, r.commit)
	return err
}

func (h *history) publish(r *revision) error {
	root, err := h.replace(r, true)
	if err != nil {
		return err
	}
	t := h.trailers(r, proof.Publish, catalog.RoleOPDC, &h.agencies[0])
	t.Role.Agency = ""
	h.main, err = h.testify(root, t, "เผยแพร่ "+r.id(), h.main, r.commit)
	return err
}

// trailers are what each stage of a revision says.
func (h *history) trailers(r *revision, stage proof.Stage, role catalog.Role, of *agency) proof.Trailers {
	t := proof.Trailers{Stage: stage, Manual: catalog.ManualID(r.id()), Revision: r.number, Tree: proof.Hash(r.folder),
		Officer: h.officer(of, role, r.manual), Role: proof.Capacity{Role: role, Agency: catalog.AgencyCode(of.code)}}
	if stage != proof.Submit {
		t.Verdict = proof.Approved
	}
	return t
}

// visit is a point of an agency.
type visit struct {
	agency *agency
	point  int
}

// other changes a point's file at once: it gains a line, or the last one that
// did loses it.
func (h *history) other(d *dice, some func(*dice) *agency) error {
	v, line := h.visited, ""
	if h.visited = nil; v == nil {
		a := some(d)
		v, line = &visit{a, d.below(a.points)}, "# ตรวจสอบแล้ว\n"
		h.visited = v
	}
	w := &h.writer
	w.enter(v.agency)
	w.b = w.b[:0]
	w.point(v.point)
	w.raw(line)
	file, err := h.pack.Add(gitrepo.Blob, w.b)
	if err != nil {
		return err
	}
	name := string(v.agency.appendID(nil, pointID, v.point)) + ".yaml"
	root, err := h.forest.replace(v.agency.dir+"/points", name, file, true)
	if err != nil {
		return err
	}
	t := proof.Trailers{Stage: proof.Immediate, Officer: h.officer(v.agency, catalog.RoleCentral, v.point),
		Role: proof.Capacity{Role: catalog.RoleCentral, Agency: catalog.AgencyCode(v.agency.code)}}
	h.main, err = h.testify(root, t, "แก้ไขจุดบริการ "+name, h.main)
	return err
}

// leaveDrafts begins drafts from the tip, of manuals chosen by chance.
func (h *history) leaveDrafts(n int) error {
	owners := h.chance(func(a *agency) int { return a.manuals })
	d := dice{mix(h.options.Seed + 11)}
	for range n {
		a := owners(&d)
		m := d.below(a.manuals)
		r := &revision{agency: a, manual: m, number: 1}
		h.revisions(a, m, m+1, func(_, n int) { r.number += n })
		if err := h.draft(r); err != nil {
			return err
		}
		ref := []byte("refs/heads/draft/" + r.id() + "/")
		for x := d.next(); len(ref) < len("refs/heads/draft/")+len(r.id())+1+6; x >>= 5 {
			ref = append(ref, catalog.IDAlphabet[x&31])
		}
		h.refs[string(ref)] = r.commit
	}
	return nil
}

// chance returns a function that chooses an agency, the likelier the more it has
// of something.
func (h *history) chance(of func(*agency) int) func(*dice) *agency {
	var upTo []int
	sum := 0
	for i := range h.agencies {
		sum += of(&h.agencies[i])
		upTo = append(upTo, sum)
	}
	return func(d *dice) *agency {
		i, _ := slices.BinarySearch(upTo, d.below(sum)+1)
		return &h.agencies[i]
	}
}

func (r *revision) id() string { return string(r.agency.appendID(nil, manualID, r.manual)) }

func (h *history) replace(r *revision, keep bool) (gitrepo.Hash, error) {
	return h.forest.replace(r.agency.dir+"/manuals", r.id(), r.folder, keep)
}

// folderTree puts a manual's text as of a revision into the pack, and the tree
// of its folder.
func (h *history) folderTree(r *revision, number int) (gitrepo.Hash, error) {
	w := &h.writer
	w.enter(r.agency)
	w.b = w.b[:0]
	w.manual(r.manual, number)
	text, err := h.pack.Add(gitrepo.Blob, w.b)
	if err != nil {
		return text, err
	}
	h.buffer = h.buffer[:0]
	if r.agency.hasForm(r.manual) {
		b := batch{writer: *w}
		b.b = b.b[:0]
		b.form(r.manual)
		h.buffer = gitrepo.AppendEntry(h.buffer, gitrepo.Entry{Mode: gitrepo.FileMode, Name: "form.pdf", Hash: gitrepo.Sum(gitrepo.Blob, b.b)})
		w.b = b.b
	}
	h.buffer = gitrepo.AppendEntry(h.buffer, gitrepo.Entry{Mode: gitrepo.FileMode, Name: "manual.md", Hash: text})
	return h.pack.Add(gitrepo.Tree, h.buffer)
}

// officer returns one of an agency's three officers of a role.
func (h *history) officer(a *agency, role catalog.Role, i int) catalog.OfficerID {
	random := binary.BigEndian.AppendUint64(nil, hash(a.key+uint64(i%3), string(role)))
	random = binary.BigEndian.AppendUint64(random, hash(a.key+uint64(i%3)+1<<32, string(role)))
	return catalog.NewOfficerID(random)
}

// The history begins and ends on these days, in the zone of Bangkok.
var (
	bangkokTime = time.FixedZone("", 7*60*60)
	began       = time.Date(2023, 1, 4, 9, 0, 0, 0, bangkokTime)
	ended       = time.Date(2026, 10, 30, 16, 0, 0, 0, bangkokTime)
)

// daemon is who makes commits; the author is the officer.
const daemon = "khumue"

func person(id string, at time.Time) gitrepo.Person {
	return gitrepo.Person{Name: id, Email: id + "@users.invalid", At: at}
}

// testify records what an officer did, or the daemon.
func (h *history) testify(tree gitrepo.Hash, t proof.Trailers, subject string, parents ...gitrepo.Hash) (gitrepo.Hash, error) {
	message, err := t.Message(subject)
	if err != nil {
		return gitrepo.Hash{}, err
	}
	return h.commit(tree, cmp.Or(string(t.Officer), daemon), message, parents...)
}

func (h *history) commit(tree gitrepo.Hash, author, message string, parents ...gitrepo.Hash) (gitrepo.Hash, error) {
	at := began.Add((ended.Sub(began) / time.Duration(h.steps) * time.Duration(h.step)).Truncate(time.Second))
	h.step++
	c := gitrepo.Change{Tree: tree, Parents: parents, Author: person(author, at), Committer: person(daemon, at), Message: message}
	h.buffer = c.Append(h.buffer[:0])
	sealed, err := proof.Seal(h.buffer, h.key)
	if err != nil {
		return gitrepo.Hash{}, err
	}
	return h.pack.Add(gitrepo.Commit, sealed)
}
