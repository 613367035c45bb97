package simulator_test

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"khumue/internal/gitrepo"
	"khumue/internal/wire"
	"khumue/syncd/internal/cargo"
	"khumue/syncd/internal/inbox"
	"khumue/syncd/internal/mirror"
	"khumue/syncd/internal/outbox"
	"khumue/syncd/internal/scope"
	"khumue/syncd/internal/staff"
	"khumue/syncd/internal/trail"
)

// verdict is what is wrong at the end of a history.
type verdict struct {
	*world
	wrong   []string
	effects map[string][]int // of operations: when each took place, counted over all
	kept    map[string]inbox.Item
}

// judge holds the end of a history to what is promised.
func (w *world) judge() []string {
	w.t.Helper()
	v := &verdict{world: w, wrong: slices.Clone(w.claims), effects: map[string][]int{}, kept: map[string]inbox.Item{}}
	v.take()
	for _, m := range w.machines {
		v.office(m)
		v.counts(m)
		if w.fetches {
			v.scope(m)
		}
	}
	v.centre()
	v.order()
	v.commits()
	return v.wrong
}

func (v *verdict) claim(format string, args ...any) {
	v.wrong = append(v.wrong, fmt.Sprintf(format, args...))
}

// take reads which effects there are at the centre, and which operations.
func (v *verdict) take() {
	ctx, c := v.t.Context(), v.world.centre
	v.must(c.store.Read(ctx, func(r staff.Records) error {
		list, err := r.FindEntries(trail.Filter{Action: "sim.did", Page: trail.Page{Limit: 1000}})
		for _, e := range list {
			n := 0
			_, err := fmt.Sscanf(e.ID, "%d", &n)
			v.must(err)
			v.effects[e.Subject] = append(v.effects[e.Subject], n)
		}
		return err
	}))
	for id, n := range c.outside {
		for range n {
			v.effects[id] = append(v.effects[id], 0)
		}
	}
	ids := slices.Sorted(maps.Keys(v.sent))
	v.must(c.desk.Store.Read(ctx, func(r inbox.Records) error {
		for part := range slices.Chunk(ids, 100) {
			list, err := r.Items(part)
			if err != nil {
				return err
			}
			for _, i := range list {
				v.kept[i.ID] = i
			}
		}
		return nil
	}))
}

// office holds a machine's outbox to what people were told, and to what the centre has.
func (v *verdict) office(m *machine) {
	here := map[string]bool{}
	for _, i := range m.items() {
		here[i.ID] = true
		v.item(m, i)
	}
	for id := range m.saved {
		if !here[id] {
			v.claim("%s: %s was saved, and is not there", m.name, id)
		}
	}
	v.must(m.store.Outbox().Read(v.t.Context(), func(r outbox.Records) error {
		for id := range m.tried {
			effect, err := r.Note("effect " + id)
			if err != nil {
				return err
			}
			if (effect != "") != here[id] {
				v.claim("%s: of %s there is the effect %v, the operation %v", m.name, id, effect != "", here[id])
			}
		}
		return nil
	}))
}

// item holds one operation of an office to what the centre has of it.
func (v *verdict) item(m *machine, i outbox.Item) {
	k, there := v.kept[i.ID]
	n := len(v.effects[i.ID])
	where := fmt.Sprintf("%s: %s %d %s %s, %s %s", m.name, i.ID, i.Seq, i.Kind, i.State, i.Status, i.Code)
	if strings.HasPrefix(i.Kind, "sim.") && n > 1 {
		v.claim("%s: it took effect %d times", where, n)
	}
	if i.There && (!there || k.Sum != i.Sum) {
		v.claim("%s: the centre does not have it, or something else: %v", where, there)
		return
	}
	switch i.State {
	case outbox.Processed:
		if !there || k.State != inbox.Done || k.Outcome.Status != wire.Stored {
			v.claim("%s: at the centre it stands %s %s", where, k.State, k.Outcome.Status)
		}
		if strings.HasPrefix(i.Kind, "sim.") && n != 1 {
			v.claim("%s: it took effect %d times", where, n)
		}
	case outbox.Attention:
		if i.Text.IsZero() || i.Text.TH == "" || i.Text.EN == "" {
			v.claim("%s: nobody is told why", where)
		}
		if i.Code == outbox.CodeLost && there {
			v.claim("%s: it is said to be lost, and the centre has it", where)
		}
		if i.Status.Final() && n != 0 {
			v.claim("%s: it took effect all the same", where)
		}
	case outbox.Stored:
		if !there || k.State == inbox.Done {
			v.claim("%s: at the centre it stands %s %s", where, k.State, k.Outcome.Status)
		} else if i.Text.IsZero() || k.State != inbox.Attention {
			v.claim("%s: it waits for no visible reason; at the centre it stands %s, %q", where, k.State, k.Outcome.Text.EN)
		}
	default:
		v.claim("%s: it was never sent", where)
	}
}

// counts holds what a machine says of itself to what the centre says.
func (v *verdict) counts(m *machine) {
	s, err := m.courier.Look(v.t.Context())
	v.must(err)
	if !s.AllSent() || !s.Stuck.IsZero() {
		v.claim("%s: not all is sent: waiting %v, same %v, told %+v, %s %s", m.name, s.Waiting, s.Same, s.Told, s.State, s.Code)
	}
	var d wire.Digest
	last := int64(0)
	for _, i := range m.items() {
		if i.Stream != m.out.Stream() {
			continue
		}
		if last = max(last, i.Seq); i.There {
			d.Add(i.ID, i.Sum)
		}
	}
	var stream inbox.Stream
	v.must(v.world.centre.desk.Store.Read(v.t.Context(), func(r inbox.Records) (err error) {
		stream, err = r.Stream(m.device.ID, m.out.Stream())
		return err
	}))
	if stream.Digest.String() != d.String() || stream.Digest.Count() != d.Count() {
		v.claim("%s: it has %s, the centre %s", m.name, d, stream.Digest)
	}
	if stream.Last > last {
		v.claim("%s: the centre has number %d, it made %d", m.name, stream.Last, last)
	}
}

// centre holds all that the centre has to what was sent.
func (v *verdict) centre() {
	for id, k := range v.kept {
		n := len(v.effects[id])
		done := k.State == inbox.Done && k.Outcome.Status == wire.Stored
		if !strings.HasPrefix(k.Kind, "sim.") {
			continue
		}
		if k.Sum != v.sent[id] || k.Op.Sum() != v.sent[id] {
			v.claim("the centre has %s with other bytes", id)
		}
		if done && n != 1 || !done && n != 0 {
			v.claim("at the centre %s stands %s %s, and took effect %d times", id, k.State, k.Outcome.Status, n)
		}
	}
	for id := range v.effects {
		if _, there := v.kept[id]; !there {
			v.claim("%s took effect, and the centre does not have it", id)
		}
	}
}

// gapTime is for how long operations wait for what the machine made before them and the
// centre never got: see doc/sync.md.
const gapTime = 10 * time.Minute

// order holds what was done to the order in which it was made: of one entity, within
// a stream of a machine. What had not come when that wait was over comes after.
func (v *verdict) order() {
	type stream struct{ device, id string }
	type line struct {
		stream
		entity string
	}
	list := slices.Collect(maps.Values(v.kept))
	slices.SortFunc(list, func(a, b inbox.Item) int { return int(a.Seq - b.Seq) })
	done := map[line][]inbox.Item{}
	since := map[stream]time.Time{} // when the first came that was made behind the one looked at
	for _, k := range slices.Backward(list) {
		in := stream{k.Device, k.Stream}
		at := line{in, k.Entity}
		if n := v.effects[k.ID]; len(n) == 1 && n[0] > 0 {
			for _, next := range done[at] {
				late := !k.Received.Before(next.Settled) && !next.Settled.Before(since[in].Add(gapTime))
				if v.effects[next.ID][0] < n[0] && !late {
					v.claim("%s number %d of %s was done before number %d", next.ID, next.Seq, next.Entity, k.Seq)
				}
			}
			done[at] = append(done[at], k)
		}
		if was, is := since[in]; !is || k.Received.Before(was) {
			since[in] = k.Received
		}
	}
}

// commits holds what is published to what was done: each operation on content made one
// commit, or none where nothing was left to change.
func (v *verdict) commits() {
	at, err := v.world.centre.repo.Refs().Get(gitrepo.Main)
	v.must(err)
	made := map[string]int{}
	for {
		c, err := v.world.centre.repo.Commit(at)
		v.must(err)
		if op := c.Trailer("Khumue-Op"); op != "" {
			made[op]++
		}
		if len(c.Parents) == 0 {
			break
		}
		at = c.Parents[0]
	}
	for id, n := range made {
		k, there := v.kept[id]
		if n > 1 || !there || k.State != inbox.Done || k.Outcome.Status != wire.Stored {
			v.claim("%s made %d commits; at the centre it stands %s %s", id, n, k.State, k.Outcome.Status)
		}
	}
}

// scope holds what a machine has of the centre's to what the centre would tell one
// that has nothing.
func (v *verdict) scope(m *machine) {
	files, records := v.blank(m)
	tree, err := m.treeOf(gitrepo.Main)
	if err != nil {
		v.claim("%s: it has no content: %v", m.name, err)
		return
	}
	for d, err := range m.repo.Diff(gitrepo.Hash{}, tree) {
		v.must(err)
		if files[d.Path] != d.New.Hash.String() {
			v.claim("%s: it has %s as %s, the centre as %q", m.name, d.Path, d.New.Hash, files[d.Path])
		}
		delete(files, d.Path)
	}
	for name := range files {
		v.claim("%s: it lacks %s", m.name, name)
	}
	v.must(m.store.Mirror().Read(v.t.Context(), func(r mirror.Records) error {
		for _, kind := range cargo.Records {
			held, err := r.Held(kind)
			if err != nil {
				return err
			}
			if !maps.Equal(held, records[kind]) {
				v.claim("%s: of kind %s it has %v, the centre %v", m.name, kind, held, records[kind])
			}
		}
		return nil
	}))
}

// blank is all that the centre tells a machine that has nothing: files and records by
// their versions.
func (v *verdict) blank(m *machine) (files map[string]string, records map[string]map[string]string) {
	files, records = map[string]string{}, map[string]map[string]string{}
	for _, kind := range cargo.Records {
		records[kind] = map[string]string{}
	}
	who := scope.Office{ID: m.device.ID, Agency: m.device.Agency, Point: m.device.Point, Box: m.device.Box}
	have, cursor := cargo.Have{}, ""
	for range 200 {
		changes, next, more, err := v.world.centre.scope.Pull(v.t.Context(), who, cursor, cargo.Write(have))
		v.must(err)
		have, cursor = cargo.Have{Holds: map[string]cargo.Holding{}}, next
		for _, c := range changes {
			switch {
			case c.Kind == cargo.Need:
				var asked cargo.Asked
				v.must(cargo.Read(c.Body, &asked))
				have.Holds[c.ID] = cargo.Holding{After: asked.After, Versions: map[string]string{}}
			case c.Kind == cargo.File:
				files[c.ID] = c.Version
			case records[c.Kind] != nil:
				records[c.Kind][c.ID] = c.Version
			}
		}
		if !more {
			return files, records
		}
	}
	v.claim("%s: what the centre tells it never ends", m.name)
	return files, records
}

// treeOf is the content that a ref has.
func (m *machine) treeOf(ref string) (gitrepo.Hash, error) {
	at, err := m.repo.Refs().Get(ref)
	if err != nil {
		return at, err
	}
	commit, err := m.repo.Commit(at)
	return errorsFirst(commit, err)
}

func errorsFirst(c *gitrepo.Change, err error) (gitrepo.Hash, error) {
	if err == nil && c == nil {
		err = errors.New("no commit")
	}
	if err != nil {
		return gitrepo.Hash{}, err
	}
	return c.Tree, nil
}
