package intake

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"time"
	"unicode"

	"khumue/internal/catalog"
	"khumue/internal/fault"
	"khumue/internal/transfer"
	"khumue/syncd/internal/ledger"
	"khumue/syncd/internal/staff"
)

// State is how far a table has come.
type State string

// The states.
const (
	Looking   State = "looking"   // it is being read, or waits for that
	Ready     State = "ready"     // it was read: its officer may confirm
	Importing State = "importing" // it was confirmed, and is read once more to be published
	Done      State = "done"      // it is published, or there was nothing to change
	Failed    State = "failed"    // it can not be imported
)

// Order is what an officer asks for.
type Order struct {
	Agency  catalog.AgencyCode
	Kind    transfer.Kind
	Mapping string // one that ships; "": of the template
	Name    string // of the file, as the officer's device calls it
}

// Task is a table with what came of it.
type Task struct {
	ID string
	Order
	By      catalog.OfficerID
	Size    int64
	Began   time.Time
	Until   time.Time // when it is removed
	State   State
	Told    int              // things that were looked at so far
	Summary transfer.Summary // once it was read
	Anew    bool             // what came of it changed between the dry run and the confirmation: it is to be confirmed anew
	Failed  error            // why it can not be imported
	Landed  ledger.Landed    // once it is done; zero where nothing differed
}

// Working reports whether the room is at work on it.
func (t Task) Working() bool { return t.State == Looking || t.State == Importing }

// Changes is how many things would come or change.
func (t Task) Changes() int {
	return t.Summary.Objects[transfer.New] + t.Summary.Objects[transfer.Changed]
}

// task is a table in the room.
type task struct {
	Task
	dir    string
	result *result
	moved  chan struct{} // closed at the next change of state
}

// step changes a task. It is called with the room locked.
func (t *task) step(s State, until time.Time) {
	t.State, t.Until = s, until
	close(t.moved)
	t.moved = make(chan struct{})
}

// Open takes a table in and begins to read it. What is too large, or one more than
// a person may have at once, is an error of kind Invalid.
func (r *Room) Open(ctx context.Context, by staff.Acting, o Order, body io.Reader) (Task, error) {
	if _, err := r.may(by, o.Kind, o.Agency); err != nil {
		return Task{}, err
	}
	if _, err := mappingOf(o); err != nil {
		return Task{}, err
	}
	o.Name = Label(o.Name)
	t, err := r.reserve(by, o)
	if err != nil {
		return Task{}, err
	}
	if t.Size, err = r.receive(ctx, t, body); err != nil {
		r.drop(t)
		return Task{}, err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if !r.push(work{t, by}) {
		r.forget(t)
		return Task{}, busy()
	}
	return t.Task, nil
}

func busy() error {
	return fault.New(fault.Unavailable, fault.Text{TH: "มีการนำเข้ารออยู่มากแล้ว", EN: "Many imports wait already."}, fault.Text{TH: "ลองอีกครั้งในอีกสักครู่", EN: "Try again in a while."})
}

// mappingOf reads the mapping of an order.
func mappingOf(o Order) (*transfer.Mapping, error) {
	if !slices.Contains(o.Kind.Values(), string(o.Kind)) {
		return nil, refused(fault.Text{TH: "ไม่ได้เลือกชนิดของข้อมูล", EN: "The kind of data is not chosen."}, fault.Text{TH: "เลือกจากรายการ", EN: "Choose one of the list."})
	}
	if o.Mapping == "" {
		return transfer.TemplateMapping(o.Kind)
	}
	src, err := transfer.ShippedSource(o.Mapping)
	if err != nil {
		return nil, err
	}
	m, err := transfer.ReadMapping(o.Mapping, src)
	if err == nil && m.Kind != o.Kind {
		err = refused(fault.Text{TH: "รูปแบบตารางนี้เป็นของข้อมูลชนิดอื่น", EN: "This form of table is of another kind of data."}, fault.Text{TH: "เลือกรูปแบบที่ตรงกับชนิดของข้อมูล", EN: "Choose one of the same kind."})
	}
	return m, err
}

// Form is a form that a table may have.
type Form struct {
	Name  string // of its mapping
	About catalog.Text
}

// Forms lists those of a kind, the template's first.
func Forms(k transfer.Kind) []Form {
	var out []Form
	for _, name := range transfer.Shipped() {
		if m, err := mappingOf(Order{Kind: k, Mapping: name}); err == nil {
			out = append(out, Form{name, m.About})
		}
	}
	template := "template-" + string(k)
	slices.SortStableFunc(out, func(a, b Form) int {
		switch {
		case a.Name == template && b.Name != template:
			return -1
		case b.Name == template && a.Name != template:
			return 1
		}
		return strings.Compare(a.Name, b.Name)
	})
	return out
}

// maxLabel is how long the name of a file is shown, in characters.
const maxLabel = 100

// Label is a file's name as it may be shown: without the folders before it, and
// without what can not be seen but changes how text reads. No file is ever called
// so.
func Label(name string) string {
	name = path.Base(strings.ReplaceAll(strings.ToValidUTF8(name, ""), `\`, "/"))
	name, _, _ = strings.Cut(name, ":") // a stream of NTFS
	name = strings.Map(func(c rune) rune {
		if unicode.IsControl(c) || unicode.Is(unicode.Cf, c) || c == '\u2028' || c == '\u2029' {
			return -1
		}
		return c
	}, name)
	if name = strings.Trim(name, " ."); name == "" || name == "/" {
		return "table"
	}
	if all := []rune(name); len(all) > maxLabel {
		name = string(all[:maxLabel]) + "…"
	}
	return name
}

// reserve makes room for one more table of a person.
func (r *Room) reserve(by staff.Acting, o Order) (*task, error) {
	var random [16]byte
	if _, err := io.ReadFull(r.Random, random[:]); err != nil {
		return nil, err
	}
	now := r.Now()
	t := &task{moved: make(chan struct{}), Task: Task{ID: hex.EncodeToString(random[:]), Order: o, By: by.ID, Began: now, Until: now.Add(r.limits().Keep), State: Looking}}
	t.dir = filepath.Join(r.Dir, t.ID)
	r.mu.Lock()
	defer r.mu.Unlock()
	n := 0
	for _, other := range r.tasks {
		if other.By == by.ID && other.State != Done && other.State != Failed {
			n++
		}
	}
	if n >= r.limits().Each {
		return nil, refused(fault.Textf("มีไฟล์ที่รอยืนยันอยู่แล้ว %d ไฟล์", "You have %d tables here already.", n), fault.Text{TH: "ยืนยันหรือยกเลิกก่อน แล้วส่งใหม่", EN: "Confirm or discard one first."})
	}
	if err := os.MkdirAll(t.dir, 0o700); err != nil {
		return nil, fault.New(fault.Unavailable, fault.Text{TH: "เก็บไฟล์ไม่ได้", EN: "The table can not be kept."}).Because(err)
	}
	if r.tasks == nil {
		r.tasks = map[string]*task{}
	}
	r.tasks[t.ID] = t
	return t, nil
}

// tableFile is what a table is kept as, whatever it was called.
const tableFile = "table"

// receive keeps the bytes of a table.
func (r *Room) receive(ctx context.Context, t *task, body io.Reader) (n int64, err error) {
	f, err := os.OpenFile(filepath.Join(t.dir, tableFile), os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return 0, fault.New(fault.Unavailable, fault.Text{TH: "เก็บไฟล์ไม่ได้", EN: "The table can not be kept."}).Because(err)
	}
	most := r.limits().File
	n, err = io.Copy(f, io.LimitReader(body, most+1))
	err = errors.Join(err, f.Close(), ctx.Err())
	switch {
	case err != nil:
		return n, err
	case n > most:
		return n, refused(fault.Textf("ไฟล์ใหญ่เกิน %d MB", "The table is larger than %d MB.", most>>20), fault.Text{TH: "แบ่งเป็นหลายไฟล์", EN: "Divide it into several."})
	case n == 0:
		return n, refused(fault.Text{TH: "ไฟล์ว่างเปล่า", EN: "There is nothing in the file."}, fault.Text{TH: "เลือกไฟล์อื่น", EN: "Choose another."})
	}
	return n, nil
}

// Task returns a table of an officer.
func (r *Room) Task(by staff.Acting, id string) (Task, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	t, err := r.find(by, id)
	if err != nil {
		return Task{}, err
	}
	return t.Task, nil
}

// find is called with the room locked.
func (r *Room) find(by staff.Acting, id string) (*task, error) {
	t := r.tasks[id]
	if t == nil || t.By != by.ID || !t.Working() && r.Now().After(t.Until) {
		return nil, gone()
	}
	return t, nil
}

// Tasks returns an officer's tables, the latest first.
func (r *Room) Tasks(by staff.Acting) []Task {
	r.mu.Lock()
	defer r.mu.Unlock()
	var out []Task
	for id := range r.tasks {
		if t, err := r.find(by, id); err == nil {
			out = append(out, t.Task)
		}
	}
	slices.SortFunc(out, func(a, b Task) int { return b.Began.Compare(a.Began) })
	return out
}

// Wait returns a table once the room is not at work on it any more, or after ctx.
func (r *Room) Wait(ctx context.Context, by staff.Acting, id string) (Task, error) {
	for {
		r.mu.Lock()
		t, err := r.find(by, id)
		if err != nil {
			r.mu.Unlock()
			return Task{}, err
		}
		now, moved := t.Task, t.moved
		r.mu.Unlock()
		if !now.Working() {
			return now, nil
		}
		select {
		case <-moved:
		case <-ctx.Done():
			return now, nil
		}
	}
}

// Confirm has a table that was read be published. It is read again, as the content
// is then; where something else would come of it than was shown, nothing is
// published, and that is shown.
func (r *Room) Confirm(by staff.Acting, id string) (Task, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	t, err := r.find(by, id)
	if err != nil {
		return Task{}, err
	}
	if _, err := r.may(by, t.Kind, t.Agency); err != nil {
		return Task{}, err
	}
	if t.State != Ready || t.Changes() == 0 {
		return t.Task, fault.New(fault.Conflict, fault.Text{TH: "ไม่มีอะไรให้ยืนยัน", EN: "There is nothing to confirm."})
	}
	if !r.push(work{t, by}) {
		return t.Task, busy()
	}
	t.step(Importing, t.Until)
	return t.Task, nil
}

// Discard removes a table. One that is being published goes on.
func (r *Room) Discard(by staff.Acting, id string) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	t, err := r.find(by, id)
	if err != nil {
		return err
	}
	if t.State == Importing {
		return fault.New(fault.Conflict, fault.Text{TH: "กำลังนำเข้า ยกเลิกไม่ได้แล้ว", EN: "It is being imported, and can not be discarded."})
	}
	r.forget(t)
	return nil
}

func (r *Room) drop(t *task) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.forget(t)
}

// forget is called with the room locked.
func (r *Room) forget(t *task) {
	if t.State != Failed && t.State != Done {
		t.step(Failed, r.Now())
	}
	delete(r.tasks, t.ID)
	if err := os.RemoveAll(t.dir); err != nil {
		r.Log.Error("a table can not be removed", "error", err)
	}
}

// Tidy removes what nobody came back for.
func (r *Room) Tidy() {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, t := range r.tasks {
		if !t.Working() && r.Now().After(t.Until) {
			r.forget(t)
		}
	}
}

// Report opens the report of a table that was read, an XLSX.
func (r *Room) Report(by staff.Acting, id string) (*os.File, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	t, err := r.find(by, id)
	if err != nil {
		return nil, err
	}
	if t.result == nil {
		return nil, gone()
	}
	f, err := os.Open(t.result.report())
	if err != nil {
		return nil, fmt.Errorf("the report of an import: %w", err)
	}
	return f, nil
}
