package intake

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"khumue/internal/catalog"
	"khumue/internal/corpus"
	"khumue/internal/fault"
	"khumue/internal/gitrepo"
	"khumue/internal/transfer"
	"khumue/internal/xlsx"
)

// tableLimits bound what a table may hold here: it is for one agency.
var tableLimits = transfer.Limits{
	Book: xlsx.Limits{Packed: 64 << 20, Inflated: 512 << 20, Ratio: 200, Parts: 500, Sheets: 30, Rows: 300_000, Columns: 500, Cell: 256 << 10},
	Text: 64 << 20, Record: 1 << 20,
}

// made is what comes of a table.
type made struct {
	content gitrepo.Hash // that it was made of
	files   map[string][]byte
	ids     map[string]string // paths of files by identifier
	notes   map[string][]Note // by identifier, of what comes
	learnt  bytes.Buffer      // what the import remembers of it
	left    map[string]bool   // identifiers that were refused after all
	result  *result
}

// sum tells one outcome from another.
func (s *result) sum() string { return hex.EncodeToString(s.digest.Sum(nil)) }

// lines are what the records are to remember.
func (m *made) lines() []string {
	var out []string
	for line := range strings.Lines(m.learnt.String()) {
		line = strings.TrimSuffix(line, "\n")
		name, _, ok := strings.Cut(line, "\t")
		_, id, _ := strings.Cut(name, "/")
		if ok && id != "" && !m.left[id] {
			out = append(out, line)
		}
	}
	return out
}

// read reads a table over what is published now.
func (r *Room) read(ctx context.Context, w work) (*made, error) {
	r.mu.Lock()
	w.task.Told = 0
	r.mu.Unlock()
	_, main, err := r.Ledger.Repo.Resolve(gitrepo.Main)
	if err != nil {
		return nil, err
	}
	m := &made{content: main.Tree, files: map[string][]byte{}, ids: map[string]string{}, notes: map[string][]Note{}, left: map[string]bool{}}
	dir, err := os.MkdirTemp(w.task.dir, "result-")
	if err != nil {
		return nil, err
	}
	if m.result, err = newResult(filepath.Join(dir, "lists")); err != nil {
		return nil, err
	}
	err = r.transfer(ctx, w, m)
	if err != nil {
		return nil, errors.Join(err, m.result.close(), os.RemoveAll(dir))
	}
	return m, nil
}

// transfer runs the import of a table.
func (r *Room) transfer(ctx context.Context, w work, m *made) (err error) {
	mapping, err := mappingOf(w.task.Order)
	if err != nil {
		return err
	}
	f, err := os.Open(filepath.Join(w.task.dir, tableFile))
	if err != nil {
		return err
	}
	defer f.Close()
	t, err := transfer.Open(f, w.task.Size, mapping.Layout(), tableLimits)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, t.Close()) }()
	memory, err := r.memory(ctx, w, m)
	if err != nil {
		return err
	}
	s := &shelf{FS: r.Ledger.Repo.FS(m.content), room: r, work: w, made: m}
	s.folder, _ = r.Structure.Folder(w.task.Agency)
	below := r.Structure.Below(w.task.Agency)
	slices.Sort(below)
	job := transfer.Job{
		Mapping: mapping, Into: s, Memory: memory, Tell: func(e transfer.Entry) error { return s.tell(ctx, e) },
		May: func(code catalog.AgencyCode) bool {
			_, found := slices.BinarySearch(below, code)
			return found || w.task.Kind == transfer.Agencies && s.comes(code)
		},
	}
	sum, err := job.Run(ctx, t)
	if err != nil {
		return err
	}
	return m.result.finish(sum)
}

// memory is what imports remember. Of manuals, git knows better what an import
// wrote and nobody changed since: those alone that never passed an approval may be
// replaced.
func (r *Room) memory(ctx context.Context, w work, m *made) (*transfer.Memory, error) {
	var lines []string
	if err := r.Store.Read(ctx, func(rec Records) (err error) { lines, err = rec.Remembered(); return err }); err != nil {
		return nil, err
	}
	var all strings.Builder
	all.WriteString("khumue-import 1\n")
	for _, line := range lines {
		all.WriteString(line + "\n")
	}
	if w.task.Kind == transfer.Manuals {
		folders, err := r.Manuals.Replaceable(ctx, r.Structure.Below(w.task.Agency))
		if err != nil {
			return nil, err
		}
		find := r.Ledger.FoldersOf(m.content)
		for folder, may := range folders {
			digest := "0000000000000000" // of nothing
			if may {
				tree, err := find.Find(folder)
				if absent(err) {
					continue
				} else if err != nil {
					return nil, err
				}
				src, err := r.Ledger.Repo.File(tree, "manual.md")
				if err != nil {
					return nil, err
				}
				sum := sha256.Sum256(src)
				digest = hex.EncodeToString(sum[:8])
			}
			fmt.Fprintf(&all, "%s/%s\t%s\n", transfer.Manuals, path.Base(folder), digest)
		}
	}
	all.WriteString("settled\n") // git has it all on the disk
	return transfer.ReadMemory(strings.NewReader(all.String()), &m.learnt)
}

// shelf is the content that a table is imported into: files are read from git, and
// kept for the commit.
type shelf struct {
	fs.FS
	room   *Room
	work   work
	made   *made
	folder string // of the agency, in the content
	wrong  error  // with the file that Put got last
}

// comes reports whether an agency comes with the table.
func (s *shelf) comes(code catalog.AgencyCode) bool {
	return strings.HasSuffix(s.made.ids[string(code)], "/"+string(code)+"/agency.yaml")
}

// ReadFile returns a file as it would be with what was kept so far.
func (s *shelf) ReadFile(name string) ([]byte, error) {
	if src, kept := s.made.files[name]; kept {
		return src, nil
	}
	return fs.ReadFile(s.FS, name)
}

// Put keeps a file for the commit, unless something is wrong with it, which tell
// tells.
func (s *shelf) Put(name string, src []byte) error {
	s.wrong = nil
	if len(s.made.files) >= s.room.limits().Objects {
		most := s.room.limits().Objects
		return refused(fault.Textf("ตารางมีเกิน %d รายการ", "The table has more than %d things.", most), fault.Text{TH: "แบ่งเป็นหลายไฟล์ หรือใช้ generator import", EN: "Divide it, or use generator import."})
	}
	if s.folder == "" || !strings.HasPrefix(name, s.folder+"/") {
		s.wrong = fault.New(fault.Forbidden, fault.Text{TH: "รหัสนี้เป็นของหน่วยงานอื่น", EN: "The identifier is another agency's."}, fault.Text{TH: "ตรวจรหัส หรือเว้นว่างไว้", EN: "Check it, or leave it blank."})
		return nil
	}
	if err := s.room.Direct.Examine(s.work.by, s.made.content, name, src, s.made.ids); err != nil {
		if !isTold(err) {
			return err
		}
		s.wrong = err
		return nil
	}
	s.made.files[name] = src
	if at, ok := corpus.FileAt(name); ok {
		s.made.ids[at.Name] = name
	}
	s.made.result.digest.Write([]byte(name))
	sum := sha256.Sum256(src)
	s.made.result.digest.Write(sum[:])
	return nil
}

// tell takes what came of a thing.
func (s *shelf) tell(ctx context.Context, e transfer.Entry) error {
	m := s.made
	wrote := e.Outcome == transfer.New || e.Outcome == transfer.Changed
	switch {
	case wrote && s.wrong != nil:
		e.Notes = append(e.Notes, notesOf(e.Row, s.wrong)...)
		e.Outcome, e.Path = transfer.NotHere, ""
		m.left[e.ID] = true
		s.wrong = nil
	case wrote:
		if err := s.warn(ctx, &e); err != nil {
			return err
		}
		m.notes[e.ID] = notes(e)
	}
	s.room.mu.Lock()
	s.work.task.Told++
	s.room.mu.Unlock()
	return m.result.add(e)
}

// warn tells of a manual that is being revised while an import replaces it.
func (s *shelf) warn(ctx context.Context, e *transfer.Entry) error {
	if s.work.task.Kind != transfer.Manuals || e.Outcome != transfer.Changed {
		return nil
	}
	open, err := s.room.Manuals.UnderWay(ctx, catalog.ManualID(e.ID))
	if err != nil || !open {
		return err
	}
	e.Notes = append(e.Notes, transfer.Note{Row: e.Row, Level: transfer.Look,
		What: fault.Text{TH: "คู่มือนี้มีฉบับที่กำลังแก้ไขอยู่", EN: "A revision of the manual is under way."},
		Hint: fault.Text{TH: "ฉบับนั้นจะรวมกับข้อความที่นำเข้าเมื่ออนุมัติ แจ้งผู้จัดทำ", EN: "It will be merged with what is imported when it is approved; tell its author."}})
	return nil
}

// mostNotes is how many notes of one thing are kept.
const mostNotes = 20

// notes are what the records keep of a thing.
func notes(e transfer.Entry) []Note {
	var out []Note
	for _, n := range e.Notes[:min(len(e.Notes), mostNotes)] {
		out = append(out, Note{n.Row, n.Column, string(n.Level), n.What, n.Hint})
	}
	return out
}

// notesOf tells why a thing is refused after all.
func notesOf(row int, err error) []transfer.Note {
	var problems fault.Problems
	var out []transfer.Note
	if errors.As(err, &problems) {
		for _, p := range problems {
			out = append(out, transfer.Note{Row: row, Level: transfer.Refused, What: p.What, Hint: p.Hint})
		}
		return out
	}
	note := transfer.Note{Row: row, Level: transfer.Refused, What: fault.Text{TH: "ไม่รับรายการนี้", EN: "It can not be taken."}}
	var told *fault.Error
	if errors.As(err, &told) {
		note.What, note.Hint = told.What, told.Hint
	}
	return append(out, note)
}

var (
	_ transfer.Shelf = (*shelf)(nil)
	_ fs.ReadFileFS  = (*shelf)(nil)
)
