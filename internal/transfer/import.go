package transfer

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"hash/maphash"
	"io/fs"
	"math"
	"path"
	"strings"
	"sync"

	"khumue/internal/catalog"
	"khumue/internal/corpus"
	"khumue/internal/fault"
)

// Shelf is where content files are read and kept, by their slash paths.
type Shelf interface {
	fs.FS
	// Put keeps a file wholly or not at all, with the folders above it.
	Put(name string, data []byte) error
}

// Settler is a Shelf whose files outlast a loss of power only once they are
// settled. An import settles them by the thousand, which costs what a few single
// ones would.
type Settler interface {
	Settle() error
}

// Job is one import.
type Job struct {
	Mapping   *Mapping
	Into      Shelf
	Memory    *Memory
	DryRun    bool // nothing is written
	Overwrite bool // what a person changed since the last import is written again
	// May reports whether an object may be written into an agency; nil: into any.
	May func(catalog.AgencyCode) bool
	// Tell is called for each object, in the order of the table (agencies that
	// stand before the one above them come last); nil: nobody is told.
	Tell func(Entry) error
}

// run is a job at work.
type run struct {
	Job
	plan    *plan
	refs    *references
	seen    map[uint64]int32 // first rows, by digest of the key
	seed    maphash.Seed
	waiting []*object // agencies whose agency above is not there yet
	summary Summary
	shelf   sync.Mutex // one at a time reads and keeps files
	put     int        // files that were kept since they were last settled
}

// Run imports a table. The error is of kind Invalid when the table can not be
// read on, and of what failed outside otherwise; what is wrong with single
// objects is told and counted.
func (j Job) Run(ctx context.Context, t *Table) (Summary, error) {
	r := &run{Job: j, seen: map[uint64]int32{}, seed: maphash.MakeSeed(), summary: Summary{Objects: map[Outcome]int{}, Notes: map[Level]int{}}}
	var err error
	if r.refs, err = look(j.Into, j.Memory, j.Mapping); err != nil {
		return r.summary, err
	}
	if r.plan, err = bind(j.Mapping, t, r.refs); err != nil {
		return r.summary, err
	}
	err = r.table(ctx, t)
	if err == nil {
		err = r.late(ctx)
	}
	err = errors.Join(err, r.settle())
	r.summary.Unused = r.plan.unused()
	return r.summary, err
}

// continues reports whether a row tells more of the object that first began.
func (r *run) continues(first, row Row) bool {
	if len(r.plan.key) == 0 {
		return false
	}
	key := r.plan.rowKey(row)
	if key == "" {
		return len(r.plan.lists) > 0 && r.plan.rowKey(first) != "" && r.nameless(row)
	}
	return key == r.plan.rowKey(first)
}

// nameless reports whether a row has no name of its own.
func (r *run) nameless(row Row) bool {
	for _, name := range []string{"title", "name"} {
		if column, ok := r.plan.field(name); ok && strings.TrimSpace(row.at(headingKey(column))) != "" {
			return false
		}
	}
	return true
}

// known sees to it that an object stands in the table once, and that the agency
// above it is there.
func (r *run) known(o *object) (wait bool) {
	for _, key := range o.keys {
		if first, twice := r.seen[maphash.String(r.seed, key)]; twice {
			o.note(origin{row: o.first()}, Refused, fault.Textf("ซ้ำกับแถว %d", "it is the same as row %d", first),
				fault.Text{TH: "ลบหนึ่งรายการ หรือจัดแถวของรายการเดียวกันให้อยู่ติดกัน", EN: "remove one, or put the rows of one object together"})
			break
		}
	}
	for _, key := range o.keys {
		if digest := maphash.String(r.seed, key); r.seen[digest] == 0 {
			r.seen[digest] = int32(min(o.first(), math.MaxInt32)) //nolint:gosec // it fits
		}
	}
	if o.lost || r.Mapping.Kind != Agencies || o.owner == "" || r.refs.dirs[o.owner] != "" {
		return false
	}
	code, err := r.refs.find("agency", o.owner)
	if err != nil {
		return true
	}
	o.owner = code
	return false
}

// late takes the agencies that stood before the one above them.
func (r *run) late(ctx context.Context) error {
	for more := true; more; {
		more = false
		waiting := r.waiting
		r.waiting = nil
		for _, o := range waiting {
			code, err := r.refs.find("agency", o.owner)
			if err != nil {
				r.waiting = append(r.waiting, o)
				continue
			}
			o.owner, more = code, true
			if err := r.finish(ctx, o); err != nil {
				return err
			}
		}
	}
	return r.finish(ctx, r.waiting...)
}

// take finds the place of an object.
func (r *run) take(o *object) {
	if o.lost {
		return
	}
	if err := r.place(o); err != nil {
		column, _ := r.plan.field("agency")
		o.failed(origin{row: o.first(), column: column}, err)
	}
}

// may asks whether an object may be written, while nobody is told of another.
func (r *run) may(agency string) bool {
	if r.May == nil {
		return true
	}
	r.shelf.Lock()
	defer r.shelf.Unlock()
	return r.May(catalog.AgencyCode(agency))
}

// place finds the identifier and the path of an object.
func (r *run) place(o *object) error {
	if r.Mapping.Kind == Links {
		return r.linkPlace(o)
	}
	dir := r.refs.dirs[o.owner]
	switch {
	case o.owner == "" && r.Mapping.Kind != Agencies:
		return fault.New(fault.Invalid, fault.Text{TH: "ไม่บอกหน่วยงานเจ้าของ", EN: "it does not say of which agency it is"})
	case o.owner != "" && dir == "":
		_, err := r.refs.find("agency", o.owner)
		return err
	case !r.may(o.owner):
		return fault.New(fault.Forbidden, fault.Textf("ไม่มีสิทธิ์นำเข้าข้อมูลของหน่วยงาน %s", "you may not import for the agency %s", o.owner))
	case dir == "":
		dir = "agencies"
	}
	if err := r.identify(o); err != nil {
		return err
	}
	at, ok := corpus.FileAt(path.Join(dir, r.Mapping.Kind.path(o.id)))
	if !ok || at.Kind != r.Mapping.Kind.file() {
		return fault.New(fault.Invalid, fault.Textf("%q ใช้เป็นรหัสไม่ได้", "%q can not be an identifier", o.id))
	}
	o.at = at
	if n, there := r.refs.listing.Find(o.id); there {
		o.at = r.refs.listing.At(n)
		if o.at.Kind != r.Mapping.Kind.file() {
			return fault.New(fault.Conflict, fault.Textf("รหัส %s เป็นของ %s แล้ว", "%s is already the identifier of %s", o.id, o.at.Path))
		}
	}
	idField := r.Mapping.Kind.identifier()
	o.root.set(idField, textNode(o.id).came(origin{row: o.first()}))
	o.root.first(idField)
	return nil
}

// first moves an item of a group to its beginning.
func (n *node) first(name string) {
	for i := range n.names {
		if n.names[i] == name {
			item := n.items[i]
			copy(n.names[1:i+1], n.names[:i])
			copy(n.items[1:i+1], n.items[:i])
			n.names[0], n.items[0] = name, item
			return
		}
	}
}

// identify gives an object the identifier that it has from an earlier import,
// its own, or one that follows from its key and stays the same.
func (r *run) identify(o *object) error {
	own := o.id
	for _, key := range o.keys {
		if id, ok := r.refs.holder(key); ok && own == "" {
			o.id = id
			break
		}
	}
	if o.id == "" {
		o.id = r.invent(o)
	}
	if _, err := catalog.ParseManualID(o.id); err != nil {
		return err
	}
	for _, key := range o.keys {
		r.Memory.claim(key, o.id)
	}
	return nil
}

// invent returns an identifier that follows from the key of an object, and that
// nothing else has.
func (r *run) invent(o *object) string {
	owner := o.owner
	if owner == "" {
		owner = "org"
	}
	for salt := 0; ; salt++ {
		h := sha256.Sum256(fmt.Appendf(nil, "%s\x00%d", o.keys[0], salt))
		id := catalog.NewID(catalog.AgencyCode(owner), h[:])
		n, there := r.refs.listing.Find(id)
		if !r.Memory.knows(id) && (!there || r.alike(r.refs.listing.At(n), o)) {
			return id
		}
	}
}

// alike reports whether the file that stands where an object would is of the
// same thing, as one that an import wrote and forgot.
func (r *run) alike(at corpus.File, o *object) bool {
	r.shelf.Lock()
	value, _, err := at.Read(r.Into)
	r.shelf.Unlock()
	if err != nil || at.Kind != r.Mapping.Kind.file() {
		return false
	}
	switch v := value.(type) {
	case *catalog.Agency:
		return v.Name.TH == o.name
	case *catalog.Point:
		return v.Name.TH == o.name
	case *catalog.Process:
		return v.Title.TH == o.name
	case *catalog.Service:
		return v.Title.TH == o.name
	case *catalog.Manual:
		return v.Title.TH == o.name || v.Legacy.UUID != "" && v.Legacy.UUID == o.text("legacy", "uuid")
	}
	return false
}

// keep writes the content file of an object, unless there is a reason not to.
func (r *run) keep(o *object) error {
	r.shelf.Lock()
	defer r.shelf.Unlock()
	e := Entry{Row: o.first(), Last: o.rows[len(o.rows)-1].Number, ID: o.id, Name: o.name, Outcome: NotHere}
	if r.Mapping.Kind == Links {
		if err := r.link(o); err != nil {
			return err
		}
	}
	if !o.lost {
		var err error
		if e.Outcome, err = r.outcome(o); err != nil {
			return err
		}
		e.ID, e.Path = o.id, o.at.Path
	}
	switch e.Outcome {
	case Kept:
		o.note(origin{row: e.Row}, Look, fault.Textf("มีคนแก้ไข %s หลังจากนำเข้าครั้งก่อน จึงไม่เขียนทับ", "a person changed %s since the last import; it was left alone", o.at.Path),
			fault.Text{TH: "แก้ไขด้วยมือ หรือนำเข้าใหม่โดยสั่งเขียนทับ", EN: "change it by hand, or import again and say that it may be overwritten"})
	case New, Changed:
		if err := r.write(o); err != nil {
			return err
		}
	}
	e.Notes = o.notes
	r.summary.add(e)
	if r.Tell == nil {
		return nil
	}
	return r.Tell(e)
}

func (r *run) write(o *object) error {
	if !r.DryRun {
		if _, slow := r.Into.(Settler); slow && r.put == 0 {
			if err := r.Memory.settling(); err != nil {
				return err
			}
		}
		if err := r.Into.Put(o.at.Path, o.made); err != nil {
			return err
		}
		r.put++
	}
	return r.remember(o)
}

// remember notes an object, for this run and for the next.
func (r *run) remember(o *object) error {
	if r.Mapping.Kind == Links {
		return nil // whoever wrote the point wrote it
	}
	if a, ok := o.value.(*catalog.Agency); ok {
		r.refs.agency(a, path.Dir(o.at.Path))
	}
	if r.DryRun {
		return nil
	}
	return r.Memory.wrote(r.Mapping.Kind, o.id, o.made, o.keys)
}

// outcome compares an object with what stands in its place.
func (r *run) outcome(o *object) (Outcome, error) {
	if r.Mapping.Kind == Links {
		return o.linked, nil
	}
	old, err := fs.ReadFile(r.Into, o.at.Path)
	mine := r.Memory.untouched(r.Mapping.Kind, o.id, old)
	before, sure := r.Memory.before(r.Mapping.Kind, o.id)
	switch {
	case errors.Is(err, fs.ErrNotExist) && (!before || !sure || r.Overwrite):
		return New, nil
	case errors.Is(err, fs.ErrNotExist):
		return Kept, nil // a person removed it
	case err != nil:
		return "", err
	case string(old) == string(o.made):
		return Same, r.remember(o)
	case mine || r.Overwrite || before && torn(o.at, old):
		return Changed, nil
	}
	return Kept, nil
}

// torn reports whether a file is one that lost power left unfinished.
func torn(at corpus.File, src []byte) bool {
	_, problems := at.Decode(src)
	return len(strings.Trim(string(src), "\x00")) == 0 && len(problems) > 0
}
