package immediate

import (
	"bytes"
	"context"
	"errors"
	"io/fs"
	"path"
	"reflect"
	"slices"

	"khumue/internal/catalog"
	"khumue/internal/compare"
	"khumue/internal/corpus"
	"khumue/internal/fault"
	"khumue/internal/gitrepo"
	"khumue/syncd/internal/rights"
	"khumue/syncd/internal/staff"
)

// Sheet is a content file, opened to be changed.
type Sheet struct {
	At    corpus.File
	Was   gitrepo.Hash // what a change of it is made from
	Value any          // a pointer to the catalog's struct, the caller's own
}

// Open opens a content file for an officer who may change something of it. What is
// not there is an error of kind NotFound, what may not be changed one of kind
// Forbidden.
func (d *Desk) Open(by staff.Acting, name string) (Sheet, error) {
	at, ok := corpus.FileAt(name)
	if !ok || at.Kind == corpus.ManualFile {
		return Sheet{}, gone()
	}
	if !May(by.Officer, at) {
		return Sheet{}, rights.Refused()
	}
	_, main, err := d.Ledger.Repo.Resolve(gitrepo.Main)
	if err != nil {
		return Sheet{}, err
	}
	s := Sheet{At: at}
	if s.Was, err = d.blobOf(main.Tree, name); err != nil {
		return s, err
	}
	if s.Was.IsZero() {
		return s, gone()
	}
	src, err := d.Ledger.Repo.Read(gitrepo.Blob, s.Was)
	if err != nil {
		return s, err
	}
	s.Value, _ = at.Decode(src)
	return s, nil
}

// Change is a change of one content file.
type Change struct {
	File   string
	Was    gitrepo.Hash      // what the value was made from; zero: the file is new
	Value  any               // a pointer to the catalog's struct of its kind
	Beside map[string][]byte // photos of a point or files of a page that come with it, by name
	Why    string            // said in the commit and the trail; may be empty

	Choices map[string]compare.Choice // of an earlier Clash, by the ids of its conflicts
	Free    []int                     // places of fees whose sum is 0, rather than missing
}

// Clash says that two officers changed the same. Nothing was kept.
type Clash struct{ Fields []compare.Conflict }

// Error says it in English, as logs show it.
func (c *Clash) Error() string { return c.Unwrap().Error() }

// Unwrap gives what the person is told.
func (c *Clash) Unwrap() error {
	return fault.New(fault.Conflict, fault.Text{TH: "มีผู้อื่นแก้ไขช่องเดียวกันไปก่อน", EN: "Somebody else changed the same field first."},
		fault.Text{TH: "ดูค่าทั้งสอง เลือกค่าที่ถูกต้อง แล้วบันทึกอีกครั้ง", EN: "Look at both values, choose what is right, and save again."})
}

// Save makes a change of one file. Where somebody else changed other fields
// meanwhile, both changes stand; where the same, nothing is kept and the error is
// of type *Clash, the officer's own side first. What a build would refuse is an
// error of type *Wrong.
func (d *Desk) Save(ctx context.Context, by staff.Acting, c Change) (Saved, error) {
	at, ok := corpus.FileAt(c.File)
	if !ok {
		return Saved{}, refused(fault.Textf("%s ไม่ใช่ไฟล์เนื้อหา", "%s is no file of the content", c.File), fault.Text{})
	}
	if err := mayTry(by, at, c); err != nil {
		return Saved{}, err
	}
	verb, subject := "edit", "Edit "
	if c.Was.IsZero() {
		verb, subject = "create", "Create "
	}
	return d.do(ctx, by, job{
		action: string(at.Kind) + "." + verb, subject: subject + nounOf(at), why: c.Why,
		plan: func(m *moment) ([]piece, error) {
			p, err := m.meet(at, c)
			return []piece{p}, err
		},
	})
}

// mayTry refuses whom nothing of a file concerns, before anything is told of it.
func mayTry(by staff.Acting, at corpus.File, c Change) error {
	list, err := needs(at, nil, owned(at, c.Value))
	if err != nil {
		return err
	}
	if c.Was.IsZero() {
		_, err = decide(by, list)
	} else if !May(by.Officer, at) {
		err = rights.Refused()
	}
	return err
}

// meet makes the piece of a change, together with what others changed meanwhile.
func (m *moment) meet(at corpus.File, c Change) (p piece, err error) {
	now, err := m.d.blobOf(m.content, at.Path)
	if err != nil {
		return p, err
	}
	if now.IsZero() != c.Was.IsZero() {
		return p, m.otherwise(at, now)
	}
	value := owned(at, c.Value)
	if value == nil {
		return p, refused(fault.Textf("%s ไม่รับข้อมูลชนิดนี้", "%s does not hold such a value", at.Path), fault.Text{})
	}
	if p, err = m.piece(at, now); err != nil {
		return p, err
	}
	if now != c.Was {
		base, err := m.base(at, c.Was)
		if err != nil {
			return p, err
		}
		merged, conflicts := compare.MergeObjects(base, value, p.old)
		if len(conflicts) > 0 {
			if merged, err = settled(merged, conflicts, c.Choices); err != nil {
				return p, err
			}
		}
		p.merged, value = true, merged
	}
	if err := p.become(value, c.Free...); err != nil {
		return p, err
	}
	return p, m.attach(&p, c.Beside)
}

// settled is what two officers made, once one of them chose between their values.
// Choices that belong to none of the conflicts, as when somebody saved again, leave
// them as they are.
func settled(merged any, conflicts []compare.Conflict, choices map[string]compare.Choice) (any, error) {
	if len(choices) == 0 {
		return nil, &Clash{conflicts}
	}
	out, err := compare.ResolveObjects(merged, conflicts, choices)
	if errors.Is(err, fault.Conflict) {
		return nil, &Clash{conflicts}
	}
	return out, err
}

// Attached returns a file beside a content file that the content file names, such
// as a photo of a point, for an officer who may change something of it. What it
// does not name is an error of kind NotFound.
func (d *Desk) Attached(by staff.Acting, file, name string) ([]byte, error) {
	s, err := d.Open(by, file)
	if err != nil {
		return nil, err
	}
	if !slices.Contains(attachedTo(s.Value), name) {
		return nil, gone()
	}
	_, main, err := d.Ledger.Repo.Resolve(gitrepo.Main)
	if err != nil {
		return nil, err
	}
	blob, err := d.blobOf(main.Tree, path.Join(path.Dir(file), name))
	if err != nil {
		return nil, err
	}
	if blob.IsZero() {
		return nil, gone()
	}
	return d.Ledger.Repo.Read(gitrepo.Blob, blob)
}

// otherwise is told where a file came or went since the form was made.
func (m *moment) otherwise(at corpus.File, now gitrepo.Hash) error {
	if now.IsZero() {
		return gone()
	}
	return fault.New(fault.Conflict, fault.Textf("มี %s อยู่แล้ว", "There is a %s already.", nounOf(at)), fault.Text{TH: "เลือกรหัสอื่น หรือแก้ไขรายการที่มีอยู่", EN: "Choose another code, or edit what is there."})
}

// base is a value that a form was made from.
func (m *moment) base(at corpus.File, was gitrepo.Hash) (any, error) {
	src, err := m.d.Ledger.Repo.Read(gitrepo.Blob, was)
	if absent(err) {
		return nil, fault.New(fault.Conflict, fault.Text{TH: "ไม่พบข้อมูลที่แบบฟอร์มนี้เริ่มจาก", EN: "What this form was made from is not there any more."},
			fault.Text{TH: "เปิดหน้านี้ใหม่", EN: "Open the page again."})
	}
	if err != nil {
		return nil, err
	}
	value, _ := at.Decode(src)
	return value, nil
}

// piece begins a change of a file as it stands; the zero Hash: of none.
func (m *moment) piece(at corpus.File, now gitrepo.Hash) (p piece, err error) {
	p.at = at
	if now.IsZero() {
		return p, nil
	}
	if p.was, err = m.d.Ledger.Repo.Read(gitrepo.Blob, now); err != nil {
		return p, err
	}
	p.old, _ = at.Decode(bytes.Clone(p.was))
	return p, nil
}

// become gives a piece the value that it is to hold, with the places of its fees of
// 0. What means the same stays byte for byte.
func (p *piece) become(value any, free ...int) (err error) {
	if p.src, err = corpus.Write(p.at, p.was, value); err != nil {
		return err
	}
	p.src = corpus.StateZero(p.at, p.src, free...)
	p.new, _ = p.at.Decode(bytes.Clone(p.src))
	return nil
}

// owned is a copy of a value that knows where it stands; nil of one that is not of
// the file's kind.
func owned(at corpus.File, value any) any {
	empty, _ := at.Decode(nil)
	if reflect.TypeOf(value) != reflect.TypeOf(empty) || copyOf(value) == nil {
		return nil
	}
	v := reflect.ValueOf(copyOf(value))
	for _, name := range []string{"Owner", "Parent", "Name", "Lang"} {
		f, ok := v.Type().Elem().FieldByName(name)
		if ok && f.Tag.Get("yaml") == "-" {
			v.Elem().FieldByIndex(f.Index).Set(reflect.ValueOf(empty).Elem().FieldByIndex(f.Index))
		}
	}
	return v.Interface()
}

// copyOf is a copy of what a value points to; nil of what points to nothing.
func copyOf(value any) any {
	v := reflect.ValueOf(value)
	if v.Kind() != reflect.Pointer || v.IsNil() {
		return nil
	}
	out := reflect.New(v.Type().Elem())
	out.Elem().Set(v.Elem())
	return out.Interface()
}

// attach adds files beside a piece's file, and takes away those that it alone
// named and names no more.
func (m *moment) attach(p *piece, beside map[string][]byte) error {
	p.beside = map[string][]byte{}
	dir := path.Dir(p.at.Path)
	for name, data := range beside {
		at := path.Join(dir, name)
		switch _, err := fs.Stat(m.files, at); {
		case path.Base(name) != name || !corpus.IsAttachment(at):
			return refused(fault.Textf("แนบไฟล์ %s ที่นี่ไม่ได้", "The file %s can not be attached here.", name), fault.Text{TH: "ใช้ JPEG PNG WebP PDF หรือ DOCX", EN: "Use JPEG, PNG, WebP, PDF or DOCX."})
		case len(data) > corpus.MaxAttachment:
			return refused(fault.Textf("ไฟล์ %s ใหญ่เกิน %d MiB", "The file %s is larger than %d MiB.", name, corpus.MaxAttachment>>20), fault.Text{TH: "ลดขนาดไฟล์", EN: "Make it smaller."})
		case err == nil && !slices.Contains(attachedTo(p.old), name):
			return refused(fault.Textf("มีไฟล์ชื่อ %s ของรายการอื่นอยู่แล้ว", "A file named %s is there already, of something else.", name), fault.Text{TH: "ตั้งชื่อไฟล์อื่น", EN: "Name the file otherwise."})
		}
		p.beside[at] = data
	}
	for _, name := range attachedTo(p.old) {
		if slices.Contains(attachedTo(p.new), name) {
			continue
		}
		shared, err := m.named(p.at, name)
		if err != nil {
			return err
		}
		if _, err := fs.Stat(m.files, path.Join(dir, name)); err == nil && !shared {
			p.beside[path.Join(dir, name)] = nil
		}
	}
	return nil
}

// attachedTo are the files beside it that an object names.
func attachedTo(value any) (out []string) {
	switch v := value.(type) {
	case *catalog.Point:
		for _, p := range v.Photos {
			out = append(out, p.File)
		}
	case *catalog.Page:
		for _, f := range v.Files {
			if f.File != "" {
				out = append(out, f.File)
			}
		}
	}
	return out
}

// named reports whether another file of the folder names one beside it.
func (m *moment) named(at corpus.File, name string) (bool, error) {
	entries, err := fs.ReadDir(m.files, path.Dir(at.Path))
	if err != nil {
		return false, err
	}
	for _, e := range entries {
		other, ok := corpus.FileAt(path.Join(path.Dir(at.Path), e.Name()))
		if !ok || other.Path == at.Path {
			continue
		}
		value, _, err := other.Read(m.files)
		if err != nil {
			return false, err
		}
		if slices.Contains(attachedTo(value), name) {
			return true, nil
		}
	}
	return false, nil
}

// alter makes a change of one file as it stands now, whoever changed it before.
func (d *Desk) alter(ctx context.Context, by staff.Acting, id, verb, why string, change func(value any) error) (Saved, error) {
	at, err := d.File(id)
	if err != nil {
		return Saved{}, err
	}
	return d.do(ctx, by, job{
		action: string(at.Kind) + "." + verb, subject: "Edit " + nounOf(at), why: why,
		plan: func(m *moment) ([]piece, error) {
			now, err := d.blobOf(m.content, at.Path)
			if err != nil {
				return nil, err
			}
			if now.IsZero() {
				return nil, gone()
			}
			p, err := m.piece(at, now)
			if err != nil {
				return nil, err
			}
			value, _ := at.Decode(bytes.Clone(p.was))
			if err := change(value); err != nil {
				return nil, err
			}
			return []piece{p}, p.become(value)
		},
	})
}
