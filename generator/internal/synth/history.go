package synth

import (
	"context"
	"errors"
	"strconv"
	"time"

	"khumue/internal/catalog"
	"khumue/internal/gitrepo"
)

// Recorded is what the writing of a repository came to.
type Recorded struct {
	Objects   int
	Revisions int // published
	Drafts    int
}

// WriteGit writes the portal as a bare repository into dir, which is created.
//
// The first commit is an import of the first revision of every manual. Each
// later one was drafted, submitted, endorsed and published: a commit by its
// author, an empty one by the daemon, and two merges, several revisions being
// under way at any time. The tip of main has the files that Write writes. The
// drafts are on refs/heads/draft/, begun from the tip. Nothing is signed.
func (p *Portal) WriteGit(ctx context.Context, dir string, drafts int) (_ Recorded, err error) {
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
	h := &history{Portal: p, ctx: ctx, pack: pack, writer: writer{Portal: p}, refs: map[string]gitrepo.Hash{}}
	if err := h.write(drafts); err != nil {
		return Recorded{}, err
	}
	if err := pack.Close(); err != nil {
		return Recorded{}, err
	}
	h.refs[gitrepo.Main] = h.main
	return Recorded{pack.Len(), p.options.Revisions, len(h.refs) - 1}, repo.Refs().Begin(h.refs)
}

// history writes commits one after another.
type history struct {
	*Portal
	ctx    context.Context
	pack   *gitrepo.Pack
	forest *forest
	writer writer
	main   gitrepo.Hash // the newest commit of main
	refs   map[string]gitrepo.Hash
	step   int // commits so far, which is what time goes by
	steps  int // commits there will be, about
	buffer []byte

	drafted, endorsed []*revision // under way, the oldest first
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

func (h *history) write(drafts int) error {
	plan := h.order()
	h.steps = 1 + 4*len(plan) + 2*drafts
	if err := h.bootstrap(); err != nil {
		return err
	}
	for _, r := range plan {
		if err := h.advance(r); err != nil {
			return err
		}
	}
	if err := h.settle(0, 0); err != nil {
		return err
	}
	return h.leaveDrafts(drafts)
}

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
	h.main, err = h.commit(h.forest.root.hash, daemon, "นำเข้าคู่มือทั้งหมด\n\nKhumue-Stage: bootstrap\nKhumue-Role: dga\n")
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
	author := h.officer(r.agency, "author", r.manual)
	r.commit, err = h.commit(root, author, "แก้ไข "+r.id()+"\n", r.base)
	return err
}

// submit freezes a draft by an empty commit that says what it is.
func (h *history) submit(r *revision) error {
	root, err := h.replace(r, false)
	if err != nil {
		return err
	}
	author := h.officer(r.agency, "author", r.manual)
	message := h.message("เสนอ", r, "submission", author, "author", "Khumue-Contributor: "+author.id+"\n")
	r.commit, err = h.merge(root, author, message, r.commit)
	return err
}

func (h *history) endorse(r *revision) error {
	root, err := h.replace(r, false)
	if err != nil {
		return err
	}
	by := h.officer(r.agency, "reviewer", r.manual)
	r.commit, err = h.merge(root, by, h.message("เห็นชอบ", r, "1", by, "reviewer", "Khumue-Verdict: approved\n"), h.main, r.commit)
	return err
}

func (h *history) publish(r *revision) error {
	root, err := h.replace(r, true)
	if err != nil {
		return err
	}
	by := h.officer(&h.agencies[0], "opdc", r.manual)
	h.main, err = h.merge(root, by, h.message("เผยแพร่", r, "2", by, "opdc", "Khumue-Verdict: approved\n"), h.main, r.commit)
	return err
}

// leaveDrafts begins drafts from the tip, of manuals chosen by chance.
func (h *history) leaveDrafts(n int) error {
	owners := h.agenciesWithManuals()
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

// agenciesWithManuals returns a function that chooses one of them, those with
// more manuals the likelier.
func (h *history) agenciesWithManuals() func(*dice) *agency {
	var upTo []int
	sum := 0
	for i := range h.agencies {
		sum += h.agencies[i].manuals
		upTo = append(upTo, sum)
	}
	return func(d *dice) *agency {
		at, i := d.below(sum), 0
		for upTo[i] <= at {
			i++
		}
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

// officer is a person as git knows one.
type officer struct{ id string }

var daemon = officer{"khumue"}

func (o officer) at(t time.Time) gitrepo.Person {
	return gitrepo.Person{Name: o.id, Email: o.id + "@users.invalid", At: t}
}

// officer returns one of an agency's three officers of a role.
func (h *history) officer(a *agency, role string, i int) officer {
	id := []byte("u-")
	for x, n := hash(a.key+uint64(i%3), role), 0; n < 6; n++ {
		id = append(id, catalog.IDAlphabet[x>>(5*n)&31])
	}
	return officer{string(id)}
}

// message returns a commit's message with its trailers.
func (h *history) message(verb string, r *revision, stage string, by officer, role, more string) string {
	n := strconv.Itoa(r.number)
	return verb + " " + r.id() + " ฉบับที่ " + n + "\n\n" +
		"Khumue-Manual: " + r.id() + "\nKhumue-Revision: " + n +
		"\nKhumue-Base: " + r.base.String() + " " + r.before.String() +
		"\nKhumue-Stage: " + stage + "\nKhumue-Tree: " + r.folder.String() +
		"\nKhumue-Officer: " + by.id + "\nKhumue-Role: " + role + "\n" + more
}

// The history begins and ends on these days, in the zone of Bangkok.
var (
	bangkokTime = time.FixedZone("", 7*60*60)
	began       = time.Date(2023, 1, 4, 9, 0, 0, 0, bangkokTime)
	ended       = time.Date(2026, 10, 30, 16, 0, 0, 0, bangkokTime)
)

// commit records what one person wrote and pushed.
func (h *history) commit(tree gitrepo.Hash, by officer, message string, parents ...gitrepo.Hash) (gitrepo.Hash, error) {
	return h.record(tree, by, by, message, parents)
}

// merge records what a person decided and the daemon carried out.
func (h *history) merge(tree gitrepo.Hash, by officer, message string, parents ...gitrepo.Hash) (gitrepo.Hash, error) {
	return h.record(tree, by, daemon, message, parents)
}

func (h *history) record(tree gitrepo.Hash, author, committer officer, message string, parents []gitrepo.Hash) (gitrepo.Hash, error) {
	at := began.Add((ended.Sub(began) / time.Duration(h.steps) * time.Duration(h.step)).Truncate(time.Second))
	h.step++
	c := gitrepo.Change{Tree: tree, Parents: parents, Author: author.at(at), Committer: committer.at(at), Message: message}
	h.buffer = c.Append(h.buffer[:0])
	return h.pack.Add(gitrepo.Commit, h.buffer)
}
