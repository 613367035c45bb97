package intake

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime/debug"
	"time"

	"github.com/google/uuid"

	"khumue/internal/fault"
	"khumue/internal/gitrepo"
	"khumue/internal/transfer"
	"khumue/syncd/internal/ledger"
	"khumue/syncd/internal/rights"
	"khumue/syncd/internal/staff"
	"khumue/syncd/internal/trail"
)

// work is a table with the officer for whom it is worked on.
type work struct {
	task *task
	by   staff.Acting
}

// mostWaiting is how many tables may wait.
const mostWaiting = 64

func (r *Room) waiting() chan work {
	r.once.Do(func() { r.queue = make(chan work, mostWaiting) })
	return r.queue
}

// push has the room work on a table; false when too many wait.
func (r *Room) push(w work) bool {
	select {
	case r.waiting() <- w:
		return true
	default:
		return false
	}
}

// tidyEvery is how often what nobody came back for is removed.
const tidyEvery = time.Minute

// empty removes what an earlier run of the daemon left in the room.
func (r *Room) empty() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if err := os.MkdirAll(r.Dir, 0o700); err != nil {
		return err
	}
	left, err := os.ReadDir(r.Dir)
	if err != nil {
		return err
	}
	for _, e := range left {
		if _, ours := r.tasks[e.Name()]; !ours {
			err = errors.Join(err, os.RemoveAll(filepath.Join(r.Dir, e.Name())))
		}
	}
	return err
}

// Run empties the room and works on what comes, one table after another, until ctx
// ends.
func (r *Room) Run(ctx context.Context) error {
	if err := r.empty(); err != nil {
		return err
	}
	tick := time.NewTicker(tidyEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case w := <-r.waiting():
			r.work(ctx, w)
		case <-tick.C:
			r.Tidy()
		}
	}
}

// work takes a table one step on.
func (r *Room) work(ctx context.Context, w work) {
	r.mu.Lock()
	state, there := w.task.State, r.tasks[w.task.ID] == w.task
	r.mu.Unlock()
	if !there {
		return
	}
	err := r.safely(w, func() error {
		if state == Importing {
			return r.publish(ctx, w)
		}
		return r.look(ctx, w)
	})
	if err != nil {
		r.fail(w.task, err)
	}
}

// safely turns a panic on what a stranger sent into an error.
func (r *Room) safely(w work, do func() error) (err error) {
	defer func() {
		if p := recover(); p != nil {
			r.Log.Error("an import panicked", "import", w.task.ID, "panic", fmt.Sprint(p), "stack", string(debug.Stack()))
			err = errors.New("an import panicked")
		}
	}()
	return do()
}

// fail ends a table that can not be imported. What is nobody's fault but ours is
// logged.
func (r *Room) fail(t *task, err error) {
	if !isTold(err) {
		r.Log.Error("an import failed", "import", t.ID, "error", err)
		err = fault.New(fault.Unavailable, fault.Text{TH: "ระบบขัดข้องระหว่างอ่านไฟล์ ยังไม่มีอะไรเปลี่ยน", EN: "Something went wrong while the table was read; nothing has changed."},
			fault.Text{TH: "ลองอีกครั้ง หากยังไม่ได้ แจ้งผู้ดูแลพร้อมรหัส " + t.ID[:8], EN: "Try again; if it goes on, tell the administrator the number " + t.ID[:8] + "."})
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	t.Failed = err
	t.step(Failed, r.Now().Add(r.limits().Keep))
	if err := os.Remove(filepath.Join(t.dir, tableFile)); err != nil {
		r.Log.Error("a table can not be removed", "error", err)
	}
}

// isTold reports whether an error is one that people are told.
func isTold(err error) bool {
	var told *fault.Error
	var problems fault.Problems
	return errors.As(err, &told) || errors.As(err, &problems)
}

// look reads a table to show what would come of it.
func (r *Room) look(ctx context.Context, w work) error {
	made, err := r.read(ctx, w)
	if err != nil {
		return err
	}
	r.show(w.task, made, false)
	return nil
}

// show has a table show what would come of it.
func (r *Room) show(t *task, m *made, anew bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.replace(t, m.result)
	t.Anew = anew
	t.step(Ready, r.Now().Add(r.limits().Keep))
}

// replace is called with the room locked.
func (r *Room) replace(t *task, s *result) {
	if old := t.result; old != nil {
		if err := os.RemoveAll(filepath.Dir(old.dir)); err != nil {
			r.Log.Error("a result can not be removed", "error", err)
		}
	}
	t.result, t.Summary = s, s.summary
}

// tries is how often a table is read again when main moves meanwhile.
const tries = 5

// publish reads a table once more and commits what comes of it, where that is what
// was shown.
func (r *Room) publish(ctx context.Context, w work) error {
	var err error
	for range tries {
		var m *made
		if m, err = r.read(ctx, w); err != nil {
			return err
		}
		if m.result.sum() != w.task.result.sum() {
			r.show(w.task, m, true)
			return nil
		}
		if err = r.settle(ctx, w, m); !errors.Is(err, fault.Conflict) {
			return err
		}
	}
	return err
}

// settle commits what was read, and tells of it.
func (r *Room) settle(ctx context.Context, w work, m *made) error {
	if r.Enter != nil && w.task.Kind == transfer.Manuals { // Direct goes through the gate itself
		leave, err := r.Enter(ctx)
		if err != nil {
			return err
		}
		defer leave()
	}
	landed, err := r.commit(ctx, w, m)
	if err == nil {
		r.done(ctx, w, m, landed)
	}
	return err
}

// commit makes what was read one commit. Where main has moved since, the error is
// of kind Conflict.
func (r *Room) commit(ctx context.Context, w work, m *made) (ledger.Landed, error) {
	about := string(w.task.Kind) + " of " + string(w.task.Agency)
	if w.task.Kind != transfer.Manuals {
		return r.Direct.Bring(ctx, w.by, about, m.content, m.files)
	}
	grant, err := r.may(w.by, w.task.Kind, w.task.Agency)
	if err != nil {
		return ledger.Landed{}, err
	}
	return r.Ledger.Import(ctx, "Import "+about, "", func(b *gitrepo.Batch, content gitrepo.Hash) (ledger.Acting, []gitrepo.Edit, error) {
		if content != m.content {
			return ledger.Acting{}, nil, fault.New(fault.Conflict, fault.Text{TH: "เนื้อหาเปลี่ยนไประหว่างนั้น", EN: "The content has changed meanwhile."}, fault.Text{TH: "ลองอีกครั้ง", EN: "Try again."})
		}
		edits := make([]gitrepo.Edit, 0, len(m.files))
		for name, src := range m.files {
			blob, err := b.Add(gitrepo.Blob, src)
			if err != nil {
				return ledger.Acting{}, nil, err
			}
			edits = append(edits, gitrepo.SetFile(name, blob))
		}
		return ledger.Acting{Officer: w.by.Officer, As: grant}, edits, nil
	})
}

// done tells the records, the trail and whoever builds of what was published. It
// has been: what fails now is logged.
func (r *Room) done(ctx context.Context, w work, m *made, landed ledger.Landed) {
	ctx = context.WithoutCancel(ctx)
	err := r.Store.Write(ctx, func(rec Records) error {
		if err := rec.Remember(m.lines()); err != nil {
			return err
		}
		for id, notes := range m.notes {
			if err := rec.PutNotes(id, notes); err != nil {
				return err
			}
		}
		return nil
	})
	if w.task.Kind == transfer.Manuals && landed != (ledger.Landed{}) {
		err = errors.Join(err, r.Record(ctx, r.entry(w, m, landed)))
		if r.Landed != nil {
			r.Landed(landed)
		}
	}
	if err != nil {
		r.Log.Error("an import was published that the database was not told of", "commit", landed.Commit.String(), "error", err)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.replace(w.task, m.result)
	w.task.Landed = landed
	w.task.step(Done, r.Now().Add(r.limits().Keep))
	if err := os.Remove(filepath.Join(w.task.dir, tableFile)); err != nil {
		r.Log.Error("a table can not be removed", "error", err)
	}
}

// entry is what the trail keeps of an import of manuals.
func (r *Room) entry(w work, m *made, landed ledger.Landed) trail.Entry {
	id, err := uuid.NewV7FromReader(r.Random)
	if err != nil {
		panic("intake: no randomness: " + err.Error()) // the trail can not go on without
	}
	after, err := json.Marshal(struct {
		Commit string `json:"commit"`
		New    int    `json:"new"`
		Change int    `json:"changed"`
	}{landed.Commit.String(), m.result.summary.Objects[transfer.New], m.result.summary.Objects[transfer.Changed]})
	if err != nil {
		panic("intake: the trail holds plain values only: " + err.Error())
	}
	grant, _ := r.may(w.by, w.task.Kind, w.task.Agency)
	return trail.Entry{ID: id.String(), At: r.Now().UTC().Truncate(time.Microsecond), Officer: w.by.ID, Role: grant.Role, Action: "import.manuals",
		Scope: rights.Scope{Agency: w.task.Agency}, Subject: string(w.task.Agency), After: string(after), Request: w.by.Request}
}
