package mirror_test

import (
	"context"
	"crypto/ecdh"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"khumue/internal/catalog"
	"khumue/internal/corpus"
	"khumue/internal/gitrepo"
	"khumue/internal/gitrepo/gitrepotest"
	"khumue/internal/wire"
	"khumue/syncd/internal/cargo"
	"khumue/syncd/internal/ledger"
	"khumue/syncd/internal/mirror"
	"khumue/syncd/internal/review"
	"khumue/syncd/internal/scope"
	"khumue/syncd/internal/sqlstore"
	"khumue/syncd/internal/sqlstore/sqlstoretest"
	"khumue/syncd/internal/vault"
)

// portal is the sample portal, packed.
var portal = gitrepotest.Template{Fill: func(p *gitrepo.Pack) (gitrepo.Hash, error) {
	return p.AddFS(os.DirFS("../../../content"), corpus.Ignored)
}}

// small is some of it, in which links lead nowhere now and then.
var small = gitrepotest.Template{Fill: func(p *gitrepo.Pack) (gitrepo.Hash, error) {
	return p.AddFS(os.DirFS("../../../content"), func(name string) bool {
		agency, below, _ := strings.Cut(strings.TrimPrefix(name, "agencies/"), "/")
		return corpus.Ignored(name) || strings.HasPrefix(name, "agencies/") && !slices.Contains([]string{"chiangmai-city", "moi", "thapra-sao"}, agency) ||
			agency == "moi" && slices.Contains([]string{"pwa", "pea", "dol"}, below)
	})
}}

// clock is a clock that the test moves.
type clock struct{ now time.Time }

func (c *clock) Now() time.Time { return c.now }

func (c *clock) pass(d time.Duration) { c.now = c.now.Add(d) }

// centre is the centre's side with the sample portal.
type centre struct {
	t     testing.TB
	dir   string
	repo  *gitrepo.Repository
	desk  *scope.Desk
	store *sqlstore.Store
	*clock
	knew   map[string]map[string]bool // what belongs to an office in a content
	points map[string]*corpus.Portal  // by content
	vault  *vault.Vault
	ledger *ledger.Ledger
	codes  []catalog.PointCode // of the points that there were at first
}

func newCentre(t testing.TB, template *gitrepotest.Template) *centre {
	t.Helper()
	dir := t.TempDir()
	c := &centre{t: t, dir: dir, clock: &clock{time.Date(2026, 11, 26, 3, 0, 0, 0, time.UTC)}, knew: map[string]map[string]bool{}, points: map[string]*corpus.Portal{}, vault: newVault(t)}
	var tree gitrepo.Hash
	c.repo, tree = template.Copy(t, filepath.Join(dir, "content.git"))
	c.store = sqlstoretest.Open(t, filepath.Join(dir, "khumue.db"))
	t.Cleanup(func() { c.repo.Close(); c.store.Close() })
	c.open()
	c.land(tree)
	for i, name := range (&history{c: c}).files("/points/", ".yaml") { // some of the office's and some of others
		if strings.HasPrefix(name, "agencies/moi/") && i%6 != 0 {
			continue
		}
		c.codes = append(c.codes, catalog.PointCode(strings.TrimSuffix(path.Base(name), ".yaml")))
	}
	return c
}

func (c *centre) random() io.Reader { return rand.Reader }

func newVault(t testing.TB) *vault.Vault {
	t.Helper()
	key := make([]byte, 32)
	_, _ = rand.Read(key)
	v, err := vault.New(key)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// open begins the centre's program anew.
func (c *centre) open() {
	l := &ledger.Ledger{Repo: c.repo, Now: c.Now, Random: rand.Reader}
	c.ledger = l
	c.desk = &scope.Desk{Ledger: l, Key: []byte("key of the cursors, 32 bytes long"), Now: c.Now, Log: slog.New(slog.DiscardHandler),
		Staff: c.store, Licences: c.store.Licences(), Delays: c.store.Delays(), Vault: c.vault, Settings: func() map[string]string { return map[string]string{"rights_days": "30"} }}
}

// main is what is published, and its content.
func (c *centre) main() (gitrepo.Hash, gitrepo.Hash) {
	c.t.Helper()
	at, change, err := c.repo.Resolve(gitrepo.Main)
	if err != nil {
		c.t.Fatal(err)
	}
	return at, change.Tree
}

// land publishes a content.
func (c *centre) land(tree gitrepo.Hash) {
	c.t.Helper()
	old, err := c.repo.Refs().Get(gitrepo.Main)
	var parents []gitrepo.Hash
	if err == nil {
		parents = append(parents, old)
	}
	b := c.repo.NewBatch()
	c.pass(time.Minute)
	by := gitrepo.Person{Name: "khumue", Email: "khumue@users.invalid", At: c.Now()}
	next, err := b.NewCommit(gitrepo.Change{Tree: tree, Parents: parents, Author: by, Committer: by, Message: "Change\n"}, nil)
	if err := errors.Join(err, b.Close()); err != nil {
		c.t.Fatal(err)
	}
	if err := c.repo.Refs().Update(c.t.Context(), gitrepo.Move{Ref: gitrepo.Main, Old: old, New: next}); err != nil {
		c.t.Fatal(err)
	}
}

// put publishes files; nil takes one away.
func (c *centre) put(files map[string][]byte) {
	c.t.Helper()
	_, tree := c.main()
	b := c.repo.NewBatch()
	var edits []gitrepo.Edit
	for name, data := range files {
		if data == nil {
			edits = append(edits, gitrepo.Remove(name))
			continue
		}
		blob, err := b.Add(gitrepo.Blob, data)
		if err != nil {
			c.t.Fatal(err)
		}
		edits = append(edits, gitrepo.SetFile(name, blob))
	}
	next, err := b.Put(tree, edits...)
	if err := errors.Join(err, b.Close()); err != nil {
		c.t.Fatal(err)
	}
	c.land(next)
}

// file is a file of what is published.
func (c *centre) file(name string) []byte {
	c.t.Helper()
	_, tree := c.main()
	data, err := c.repo.File(tree, name)
	if err != nil {
		c.t.Fatal(err)
	}
	return data
}

// belongs tells which files of a content an office is to have, from what the whole
// portal says when it is read by package corpus: another way than package scope's.
func (c *centre) belongs(tree gitrepo.Hash, o scope.Office) map[string]bool {
	c.t.Helper()
	key := tree.String() + named(o)
	if c.knew[key] == nil {
		c.knew[key] = c.read(tree, o)
	}
	return c.knew[key]
}

// portal is a content as package corpus reads it.
func (c *centre) portal(tree gitrepo.Hash) *corpus.Portal {
	c.t.Helper()
	key := tree.String()
	if c.points[key] == nil {
		p, _, err := corpus.Read(c.repo.FS(tree))
		if err != nil {
			c.t.Fatal(err)
		}
		c.points[key] = p
	}
	return c.points[key]
}

func (c *centre) read(tree gitrepo.Hash, o scope.Office) map[string]bool {
	c.t.Helper()
	files, p := c.repo.FS(tree), c.portal(tree)
	at := map[string]string{} // of agencies, manuals and processes, by kind and id
	var all []string
	_ = fs.WalkDir(files, ".", func(name string, e fs.DirEntry, err error) error {
		if err == nil && !e.IsDir() {
			all = append(all, name)
			if f, ok := corpus.FileAt(name); ok {
				at[string(f.Kind)+" "+f.Name] = name
			}
		}
		return err
	})
	out := map[string]bool{}
	above := func(name string) {
		for dir := path.Dir(name); dir != "agencies" && dir != "."; dir = path.Dir(dir) {
			if slices.Contains(all, dir+"/agency.yaml") {
				out[dir+"/agency.yaml"] = true
			}
		}
	}
	folder := func(dir string) {
		for _, name := range all {
			if strings.HasPrefix(name, dir+"/") {
				out[name] = true
			}
		}
	}
	var manuals []catalog.ManualID
	var processes []catalog.ProcessID
	for _, name := range all {
		if !strings.HasPrefix(name, "agencies/") {
			out[name] = true
		}
	}
	home := at["agency "+string(o.Agency)]
	if home == "" {
		return out
	}
	above(home)
	if o.Point == "" {
		folder(path.Dir(home))
		for _, m := range p.Manuals {
			if out[at["manual "+string(m.ID)]] {
				manuals = append(manuals, m.ID)
			}
		}
	}
	for _, a := range p.Agencies {
		if next := a.Retired.Value.Successor; next != "" && (o.Point == "" && out[at["agency "+string(a.Code)]] && strings.HasPrefix(at["agency "+string(a.Code)], path.Dir(home)) || a.Code == o.Agency) {
			above(at["agency "+string(next)])
		}
	}
	for _, pt := range p.Points {
		name := at["point "+string(pt.Code)]
		if o.Point == "" && out[name] || o.Point == pt.Code && o.Agency == pt.Owner {
			out[name] = true
			manuals, processes = append(manuals, pt.Manuals...), append(processes, pt.Processes...)
			for _, ph := range pt.Photos {
				if photo := path.Join(path.Dir(name), ph.File); slices.Contains(all, photo) {
					out[photo] = true
				}
			}
		}
	}
	for i := 0; i < len(manuals) && i < 10_000; i++ {
		name := at["manual "+string(manuals[i])]
		if name == "" || slices.Contains(manuals[:i], manuals[i]) {
			continue
		}
		above(name)
		folder(path.Dir(name))
		for _, m := range p.Manuals {
			if m.ID == manuals[i] {
				processes, manuals = append(processes, m.Process), append(manuals, m.Withdrawn.Value.Successor)
			}
		}
	}
	for _, id := range processes {
		if name := at["process "+string(id)]; name != "" {
			above(name)
			out[name] = true
		}
	}
	return out
}

// expected is the tree of what an office is to have.
func (c *centre) expected(o scope.Office) gitrepo.Hash {
	c.t.Helper()
	_, tree := c.main()
	belongs := c.belongs(tree, o)
	b := c.repo.NewBatch()
	defer b.Abort()
	var edits []gitrepo.Edit
	for name := range belongs {
		e, err := c.repo.Find(tree, name)
		if err != nil {
			c.t.Fatal(err)
		}
		edits = append(edits, gitrepo.SetFile(name, e.Hash))
	}
	out, err := b.Put(gitrepo.Hash{}, edits...)
	if err != nil {
		c.t.Fatal(err)
	}
	return out
}

// office is an office's side.
type office struct {
	t      testing.TB
	dir    string
	who    scope.Office
	repo   *gitrepo.Repository
	store  *sqlstore.Store
	mirror *mirror.Mirror
	*clock
	vault   *vault.Vault
	box     *ecdh.PrivateKey
	ahead   ahead
	failing *failing
	// meanwhile, if any, is done after the centre was asked and before its answer is
	// taken.
	meanwhile func([]wire.Change)

	pages, bytes int // that came
	sent         int // bytes that went
	largest      int // page in bytes
}

// ahead are files and records that the centre has not done yet.
type ahead map[string]bool

func (a ahead) Has(kind, id string) bool { return a[kind+" "+id] }

func (a ahead) Records() (out []mirror.Entity) {
	for name := range a {
		if kind, id, _ := strings.Cut(name, " "); kind != cargo.File {
			out = append(out, mirror.Entity{Kind: kind, ID: id})
		}
	}
	return out
}

// failing is a store that fails when the test wants it to.
type failing struct {
	mirror.Store
	fails bool
}

var errCut = errors.New("the power failed")

func (f *failing) Write(ctx context.Context, do func(mirror.Records) error) error {
	if f.fails {
		return errCut
	}
	return f.Store.Write(ctx, do)
}

func newOffice(t testing.TB, clock *clock, who scope.Office) *office {
	t.Helper()
	box, err := ecdh.X25519().GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	who.Box = box.PublicKey().Bytes()
	o := &office{t: t, dir: t.TempDir(), who: who, clock: clock, ahead: ahead{}, vault: newVault(t), box: box}
	o.fresh()
	o.store = sqlstoretest.Open(t, filepath.Join(o.dir, "office.db"))
	t.Cleanup(func() { o.repo.Close(); o.store.Close() })
	o.restart()
	return o
}

// fresh gives the office an empty repository.
func (o *office) fresh() {
	o.t.Helper()
	var err error
	if o.repo, err = gitrepo.Init(filepath.Join(o.t.TempDir(), "content.git")); err != nil {
		o.t.Fatal(err)
	}
}

// restart begins the office's program anew.
func (o *office) restart() {
	o.failing = &failing{Store: o.store.Mirror()}
	o.mirror = &mirror.Mirror{Store: o.failing, Repo: o.repo, Now: o.Now, Ledger: &ledger.Ledger{Repo: o.repo, Now: o.Now, Random: rand.Reader}, Random: rand.Reader, Vault: o.vault, Box: o.box, ID: o.who.ID, Log: slog.New(slog.DiscardHandler),
		Ahead: func(context.Context) (mirror.Ahead, error) { return maps.Clone(o.ahead), nil }}
}

// pull pulls one page; lost is an answer that does not come.
func (o *office) pull(c *centre, lost bool) (more bool, err error) {
	o.t.Helper()
	cursor, have, err := o.mirror.Cursor(o.t.Context())
	if err != nil {
		o.t.Fatal(err)
	}
	o.sent += len(cursor) + len(have)
	changes, next, more, err := c.desk.Pull(o.t.Context(), o.who, cursor, have)
	if err != nil {
		o.t.Fatal(err)
	}
	c.only(o, changes)
	n := size(changes) + len(next)
	o.bytes, o.pages, o.largest = o.bytes+n, o.pages+1, max(o.largest, n)
	if lost {
		return true, nil
	}
	if o.meanwhile != nil {
		o.meanwhile(changes)
	}
	if len(changes) == 0 && next == cursor { // as the courier does
		return more, nil
	}
	return more, o.mirror.Take(o.t.Context(), changes, nil, next)
}

// size is how many bytes changes are on the line.
func size(changes []wire.Change) (n int) {
	for _, c := range changes {
		text, err := json.Marshal(map[string]any{"kind": c.Kind, "id": c.ID, "version": c.Version, "body": json.RawMessage(c.Body)})
		if c.Body == nil {
			text, err = json.Marshal(map[string]any{"kind": c.Kind, "id": c.ID, "gone": true})
		}
		if err != nil {
			panic(err)
		}
		n += len(text) + 1
	}
	return n
}

// only holds a page to what the office may have.
func (c *centre) only(o *office, changes []wire.Change) {
	c.t.Helper()
	var u cargo.Unpacker
	for _, change := range changes {
		switch {
		case change.Body == nil || change.Kind == cargo.Need || change.Kind == cargo.Content:
		case change.Kind == cargo.File:
			var p cargo.Part
			err := cargo.Read(change.Body, &p)
			if err == nil {
				_, err = u.Unpack(p.Data)
			}
			if err != nil {
				c.t.Fatal(err)
			}
			if !c.belongs(c.treeOf(p.Commit), o.who)[change.ID] {
				c.t.Fatalf("%s was sent to %s", change.ID, named(o.who))
			}
		default:
			var p cargo.Packed
			err := cargo.Read(change.Body, &p)
			var body []byte
			if err == nil {
				body, err = u.Unpack(p.Data)
			}
			if err != nil {
				c.t.Fatal(err)
			}
			c.onlyRecord(o, change, body)
		}
	}
}

func (c *centre) treeOf(commit string) gitrepo.Hash {
	c.t.Helper()
	at, err := gitrepo.ParseHash(commit)
	if err != nil {
		c.t.Fatal(err)
	}
	of, err := c.repo.Commit(at)
	if err != nil {
		c.t.Fatal(err)
	}
	return of.Tree
}

// onlyRecord holds a record to the office's points, and to what no record tells.
func (c *centre) onlyRecord(o *office, change wire.Change, body []byte) {
	c.t.Helper()
	points, agencies := c.within(o.who)
	var point catalog.PointCode
	switch change.Kind {
	case cargo.Revision:
		ref, err := review.ParseRef(change.ID)
		if err != nil {
			c.t.Fatal(err)
		}
		h, err := c.ledger.Load(ref)
		if err != nil || o.who.Point != "" || !slices.Contains(agencies, h.Agency) {
			c.t.Fatalf("%s of %s was sent to %s, %v", ref, h.Agency, named(o.who), err)
		}
	case cargo.Report, cargo.Post:
		code, _, _ := strings.Cut(change.ID, " ")
		point = catalog.PointCode(code)
	case cargo.Unlock:
		var b cargo.UnlockBody
		_ = cargo.Read(body, &b)
		point = catalog.PointCode(b.Point)
	case cargo.Case:
		var b cargo.CaseBody
		_ = cargo.Read(body, &b)
		if point = catalog.PointCode(b.Point); b.Sealed != nil && o.who.Point != point && points[point] != o.who.Agency {
			c.t.Fatalf("the applicant of a case of %s was sent to %s", point, named(o.who))
		}
	case cargo.Person:
		var b cargo.PersonBody
		_ = cargo.Read(body, &b)
		for _, g := range b.Grants {
			if !slices.Contains(agencies, catalog.AgencyCode(g.Agency)) || o.who.Point != "" && g.Point != "" && g.Point != string(o.who.Point) {
				c.t.Fatalf("what %s holds for %s was sent to %s", b.ID, g.Agency, named(o.who))
			}
		}
	}
	if _, in := points[point]; point != "" && !in {
		c.t.Fatalf("%s %s was sent to %s", change.Kind, change.ID, named(o.who))
	}
	if word := leaks(body); word != "" {
		c.t.Fatalf("%s %s tells %q", change.Kind, change.ID, word)
	}
}

// follow pulls until there is no more.
func (o *office) follow(c *centre) {
	o.t.Helper()
	for range 10_000 {
		more, err := o.pull(c, false)
		if err != nil {
			o.t.Fatal(err)
		}
		if !more && len(o.mirror.Needs()) == 0 {
			return
		}
	}
	o.t.Fatal("it never ends")
}

// tree is the content that a ref of the office has.
func (o *office) tree(ref string) gitrepo.Hash {
	o.t.Helper()
	at, err := o.repo.Refs().Get(ref)
	if err != nil {
		o.t.Fatal(err)
	}
	commit, err := o.repo.Commit(at)
	if err != nil {
		o.t.Fatal(err)
	}
	return commit.Tree
}

// same holds the office to the scope, content and records.
func (o *office) same(c *centre) {
	o.t.Helper()
	o.sameRecords(c)
	o.sameRevisions(c)
	if got, want := o.tree(gitrepo.Main), c.expected(o.who); got != want {
		for d, err := range o.repo.Diff(gitrepo.Hash{}, got) {
			if err != nil {
				o.t.Fatal(err)
			}
			_, tree := c.main()
			if e, err := c.repo.Find(tree, d.Path); err != nil || e.Hash != d.New.Hash || !c.belongs(tree, o.who)[d.Path] {
				o.t.Errorf("the office has %s", d.Path)
			}
		}
		_, tree := c.main()
		for name := range c.belongs(tree, o.who) {
			if _, err := o.repo.Find(got, name); err != nil {
				o.t.Errorf("the office lacks %s", name)
			}
		}
		o.t.Fatalf("the office of %s %s has the tree %s, want %s", o.who.Agency, o.who.Point, got, want)
	}
}

// offices are some of each sort.
var offices = []scope.Office{
	{ID: "01", Agency: "chiangmai-city"},
	{ID: "02", Agency: "chiangmai-city", Point: "chiangmai-city-hall"},
	{ID: "03", Agency: "thapra-sao"},
}

func named(o scope.Office) string { return fmt.Sprintf("%s %s", o.Agency, o.Point) }
