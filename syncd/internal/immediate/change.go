package immediate

import (
	"context"
	"encoding/json"
	"io/fs"
	"reflect"
	"runtime"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"golang.org/x/sync/errgroup"

	"khumue/internal/catalog"
	"khumue/internal/corpus"
	"khumue/internal/fault"
	"khumue/internal/gitrepo"
	"khumue/syncd/internal/ledger"
	"khumue/syncd/internal/rights"
	"khumue/syncd/internal/staff"
	"khumue/syncd/internal/trail"
)

// job is a change that becomes one commit.
type job struct {
	action  string // in the trail
	subject string // of the commit, in English
	why     string
	about   string // what the trail says was changed; "": what the one file holds
	told    any    // what the trail says of it; nil: the fields of the one file

	// plan makes the pieces of the change of a content. It is run again when main
	// moves meanwhile.
	plan func(*moment) ([]piece, error)
}

// moment is the content that a change is made of. The index is of it.
type moment struct {
	d       *Desk
	content gitrepo.Hash
	files   fs.FS
	comes   map[string]string // files that come with the one that is looked at, by identifier; nil: none
}

// piece is one file of a change.
type piece struct {
	at       corpus.File
	old, new any // nil: the file comes, or goes
	was, src []byte
	beside   map[string][]byte // files beside it that come, or with nil go
	merged   bool              // with what another changed meanwhile
	lenient  bool              // what it lacks may be lacking
}

// longestWhy is how long a reason may be, in characters.
const longestWhy = 2000

// do makes a change: it holds it to rights and rules, commits it, and tells the
// trail and whoever builds.
func (d *Desk) do(ctx context.Context, by staff.Acting, j job) (Saved, error) {
	if utf8.RuneCountInString(j.why) > longestWhy {
		return Saved{}, refused(fault.Textf("เหตุผลยาวเกิน %d ตัวอักษร", "The reason is longer than %d characters.", longestWhy), fault.Text{})
	}
	leave, err := d.enter(ctx)
	if err != nil {
		return Saved{}, err
	}
	defer leave()
	var pieces []piece
	var acting ledger.Acting
	landed, err := d.Ledger.Immediate(ctx, j.subject, j.why, func(b *gitrepo.Batch, content gitrepo.Hash) (ledger.Acting, []gitrepo.Edit, error) {
		var edits []gitrepo.Edit
		var err error
		if pieces, acting, err = d.prepare(by, content, j.plan); err == nil {
			edits, err = editsOf(b, pieces)
		}
		return acting, edits, err
	})
	if err != nil {
		return Saved{}, err
	}
	out := savedOf(landed, pieces)
	if landed == (ledger.Landed{}) {
		return out, nil
	}
	d.record(ctx, d.entry(by, acting, landed, j, pieces))
	if d.Landed != nil {
		d.Landed(landed)
	}
	return out, nil
}

// prepare plans a change of a content, and holds it to rights and rules.
func (d *Desk) prepare(by staff.Acting, content gitrepo.Hash, plan func(*moment) ([]piece, error)) ([]piece, ledger.Acting, error) {
	release, err := d.index.at(d.Ledger.Repo, content)
	if err != nil {
		return nil, ledger.Acting{}, err
	}
	defer release()
	m := &moment{d: d, content: content, files: d.Ledger.Repo.FS(content)}
	pieces, err := plan(m)
	if err != nil {
		return nil, ledger.Acting{}, err
	}
	var list []need
	for _, p := range pieces {
		some, err := needs(p.at, p.old, p.new)
		if err != nil {
			return nil, ledger.Acting{}, err
		}
		list = append(list, some...)
	}
	acting, err := decide(by, list)
	if err != nil {
		return nil, acting, err
	}
	return pieces, acting, each(len(pieces), func(i int) error {
		p := &pieces[i]
		if p.new == nil {
			return nil
		}
		if err := m.lawful(*p); err != nil {
			return err
		}
		return m.check(*p)
	})
}

// each does something with each of n things, several at a time.
func each(n int, do func(i int) error) error {
	var group errgroup.Group
	group.SetLimit(runtime.GOMAXPROCS(0))
	for part := range slices.Chunk(indices(n), 64) {
		group.Go(func() error {
			for _, i := range part {
				if err := do(i); err != nil {
					return err
				}
			}
			return nil
		})
	}
	return group.Wait()
}

// editsOf adds the files of pieces to a batch.
func editsOf(b *gitrepo.Batch, pieces []piece) ([]gitrepo.Edit, error) {
	var edits []gitrepo.Edit
	put := func(name string, data []byte) error {
		if data == nil {
			edits = append(edits, gitrepo.Remove(name))
			return nil
		}
		blob, err := b.Add(gitrepo.Blob, data)
		edits = append(edits, gitrepo.SetFile(name, blob))
		return err
	}
	for _, p := range pieces {
		if err := put(p.at.Path, p.src); err != nil {
			return nil, err
		}
		for name, data := range p.beside {
			if err := put(name, data); err != nil {
				return nil, err
			}
		}
	}
	return edits, nil
}

func savedOf(landed ledger.Landed, pieces []piece) Saved {
	out := Saved{Landed: landed}
	if landed != (ledger.Landed{}) {
		out.Files = len(pieces)
	}
	if len(pieces) != 1 {
		return out
	}
	p := pieces[0]
	out.File, out.Merged = p.at.Path, p.merged
	if p.new != nil {
		out.ID = objectID(p.new)
		out.Fields = fieldsOf(p.old, p.new)
	}
	return out
}

// entry is what the trail keeps of a change.
func (d *Desk) entry(by staff.Acting, as ledger.Acting, landed ledger.Landed, j job, pieces []piece) trail.Entry {
	e := trail.Entry{At: d.Now().UTC().Truncate(time.Microsecond), Officer: by.ID, Role: as.As.Role, Action: j.action, Scope: as.As.Scope, Subject: j.about, Request: by.Request}
	id, err := d.id()
	if err != nil {
		panic("immediate: no randomness: " + err.Error()) // the trail can not go on without
	}
	e.ID = id
	if len(pieces) == 1 {
		t := targetOf(pieces[0].at)
		e.Scope = rights.Scope{Point: t.Point}
		if len(t.Chain) > 0 {
			e.Scope.Agency = t.Chain[0]
		}
		if e.Subject == "" {
			e.Subject = pieces[0].at.Name
		}
		if e.Subject == "" {
			e.Subject = pieces[0].at.Path
		}
	}
	e.Before, e.After = toldOf(landed, j, pieces)
	return e
}

// told is a change as the trail shows it.
type told struct {
	Commit string         `json:"commit,omitempty"`
	Files  int            `json:"files,omitempty"`
	Fields map[string]any `json:"fields,omitempty"`
	What   any            `json:"what,omitempty"`
	Why    string         `json:"why,omitempty"`
}

// longestTold is how much of a file's fields the trail keeps, in bytes; beyond it
// the commit has them.
const longestTold = 8 << 10

func toldOf(landed ledger.Landed, j job, pieces []piece) (before, after string) {
	b, a := told{}, told{Commit: landed.Commit.String(), What: j.told, Why: j.why}
	if len(pieces) > 1 {
		a.Files = len(pieces)
	} else if len(pieces) == 1 && j.told == nil {
		b.Fields, a.Fields = fieldValues(pieces[0])
	}
	if pieces[0].old != nil {
		before = written(b)
	}
	return before, written(a)
}

// fieldValues are the fields that a piece changes, as they were and as they are.
func fieldValues(p piece) (before, after map[string]any) {
	before, after = map[string]any{}, map[string]any{}
	either := p.new
	if either == nil {
		either = p.old
	}
	old, new := valueOr(p.old, either), valueOr(p.new, either)
	for _, name := range fieldsOf(old.Addr().Interface(), new.Addr().Interface()) {
		if v, ok := fieldNamed(old, name); ok && p.old != nil {
			before[name] = v
		}
		if v, ok := fieldNamed(new, name); ok && p.new != nil {
			after[name] = v
		}
	}
	return before, after
}

// valueOr is what v points to, or an empty one of the type of another.
func valueOr(v, other any) reflect.Value {
	if v == nil {
		return reflect.New(reflect.TypeOf(other).Elem()).Elem()
	}
	return reflect.ValueOf(v).Elem()
}

// fieldNamed returns a field by its name in content files.
func fieldNamed(v reflect.Value, name string) (any, bool) {
	for i := range v.NumField() {
		if v.Type().Field(i).Tag.Get("yaml") == name {
			return v.Field(i).Interface(), true
		}
	}
	if body, ok := v.Type().FieldByName("Body"); ok && name == "body" {
		return v.FieldByIndex(body.Index).Interface().(catalog.Body).Markdown, true
	}
	return nil, false
}

func written(t told) string {
	b, err := json.Marshal(t)
	if err == nil && len(b) > longestTold && t.Fields != nil {
		names := map[string]any{}
		for name := range t.Fields {
			names[name] = "…"
		}
		t.Fields = names
		b, err = json.Marshal(t)
	}
	if err != nil {
		panic("immediate: the trail holds plain values only: " + err.Error())
	}
	return string(b)
}

// nounOf is what commits call a file's kind.
func nounOf(at corpus.File) string {
	return strings.TrimSpace(string(at.Kind) + " " + at.Name)
}
