package main

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strings"

	"github.com/google/uuid"

	"khumue/internal/corpus"
	"khumue/internal/fault"
	"khumue/internal/hsds"
	"khumue/internal/transfer"
	"khumue/internal/xlsx"
)

type exportCommand struct {
	Out     string `arg:"" help:"ไฟล์ที่จะเขียน; -: หน้าจอ · The file to write; -: the terminal." placeholder:"OUT"`
	Format  string `enum:"hsds,json,csv" default:"json" help:"hsds: Open Referral HSDS 3 ทั้งชุด, json หรือ csv: ทุกช่องของชนิดเดียว · hsds: a whole package of Open Referral HSDS 3; json or csv: all fields of one kind."`
	Kind    string `enum:"agency,point,process,manual,service," default:"" placeholder:"KIND" help:"ชนิดของข้อมูล สำหรับ json และ csv: agency หน่วยงาน, point จุดบริการ, process กระบวนงาน, manual คู่มือ, service บริการอื่น ๆ · What to write as json or csv: agency, point, process, manual or service."`
	Content string `default:"content" help:"โฟลเดอร์เนื้อหา · Folder of the content." type:"existingdir"`
}

// Run writes what a portal has for other systems.
func (c *exportCommand) Run(s streams) error {
	if c.Format != "hsds" && c.Kind == "" {
		return fault.New(fault.Invalid, fault.Text{TH: "ไม่ได้ระบุชนิดของข้อมูล", EN: "it is not said what to write"},
			fault.Text{TH: "เพิ่ม --kind agency, point, process, manual หรือ service หรือ --format hsds", EN: "add --kind agency, point, process, manual or service, or --format hsds"})
	}
	files := os.DirFS(c.Content)
	portal, problems, err := corpus.Read(files)
	if err != nil {
		return err
	}
	if wrong := problems.Of(fault.Wrong); len(wrong) > 0 {
		fault.TellProblems(s.err, wrong)
		return errTold
	}
	write := func(w io.Writer) error { return c.write(w, files, portal) }
	if c.Out == "-" {
		return write(s.out)
	}
	return writeFile(c.Out, write)
}

func (c *exportCommand) write(w io.Writer, files fs.FS, p *corpus.Portal) error {
	switch c.Format {
	case "hsds":
		known, err := knownIDs(files)
		if err != nil {
			return err
		}
		return hsds.Of(p, known).Write(w)
	case "csv":
		var all bytes.Buffer
		if err := objects(&all, transfer.Kind(c.Kind), p); err != nil {
			return err
		}
		return asCSV(w, all.Bytes())
	}
	return objects(w, transfer.Kind(c.Kind), p)
}

// knownIDs tells under which ids objects came from another system; of those that
// came with an identifier of this one there is none.
func knownIDs(files fs.FS) (func(kind, id string) string, error) {
	log, err := files.Open(importMemory)
	if errors.Is(err, fs.ErrNotExist) {
		return func(string, string) string { return "" }, nil
	} else if err != nil {
		return nil, err
	}
	defer log.Close()
	ids := map[string]string{}
	for name, keys := range transfer.Remembered(log) {
		kind, _, _ := strings.Cut(name, "/")
		foreign := ""
		for _, key := range keys {
			by, text, _ := strings.Cut(strings.TrimPrefix(key, kind+":"), ":")
			if by == "id" {
				foreign = ""
				break
			}
			if len(text) == 36 && uuid.Validate(text) == nil && foreign == "" {
				foreign = text
			}
		}
		ids[name] = foreign
	}
	return func(kind, id string) string { return ids[kind+"/"+id] }, nil
}

// objects writes all objects of a kind as JSON, with the field names of their
// content files.
func objects(w io.Writer, kind transfer.Kind, p *corpus.Portal) error {
	var all []any
	var members [][]corpus.Member
	add := func(v any, m ...corpus.Member) { all, members = append(all, v), append(members, m) }
	switch kind {
	case transfer.Agencies:
		for _, a := range p.Agencies {
			add(a, corpus.Member{Name: "agency", Value: a.Parent})
		}
	case transfer.Points:
		for _, pt := range p.Points {
			add(pt, corpus.Member{Name: "agency", Value: pt.Owner})
		}
	case transfer.Processes:
		for _, v := range p.Processes {
			add(v, corpus.Member{Name: "agency", Value: v.Owner})
		}
	case transfer.Manuals:
		for _, m := range p.Manuals {
			add(m, corpus.Member{Name: "agency", Value: m.Owner}, corpus.Member{Name: "body", Value: m.Body.Markdown})
		}
	case transfer.Services:
		for _, v := range p.Services {
			add(v, corpus.Member{Name: "agency", Value: v.Owner}, corpus.Member{Name: "body", Value: v.Body.Markdown})
		}
	}
	between := "[\n"
	var line []byte
	for i, v := range all {
		var err error
		if line, err = corpus.AppendJSON(line[:0], v, members[i]...); err != nil {
			return err
		}
		if _, err := fmt.Fprint(w, between, string(bytes.TrimSuffix(line, []byte("\n")))); err != nil {
			return err
		}
		between = ",\n"
	}
	end := "\n]\n"
	if len(all) == 0 {
		end = "[]\n"
	}
	_, err := io.WriteString(w, end)
	return err
}

// asCSV lays objects of JSON out as a table: nested fields as columns "a.b",
// those of lists as "a.1.b". A cell that would run as a formula gets a ' before
// it.
func asCSV(w io.Writer, src []byte) (err error) {
	limits := transfer.UsualLimits
	limits.Text = int64(len(src))
	t, err := transfer.Open(bytes.NewReader(src), int64(len(src)), transfer.Layout{}, limits)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, t.Close()) }()
	var rows [][]string
	for row, err := range t.Rows() {
		if err != nil {
			return err
		}
		cells := row.Cells()
		for i, cell := range cells {
			cells[i] = xlsx.Harmless(cell)
		}
		rows = append(rows, cells)
	}
	if _, err := io.WriteString(w, "\ufeff"); err != nil {
		return err
	}
	out := csv.NewWriter(w)
	out.UseCRLF = true
	heads := t.Headings()
	if err := out.Write(heads); err != nil {
		return err
	}
	for _, cells := range rows {
		for len(cells) < len(heads) {
			cells = append(cells, "")
		}
		if err := out.Write(cells); err != nil {
			return err
		}
	}
	out.Flush()
	return out.Error()
}
