package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime/debug"
	"strings"

	"khumue/internal/fault"
	"khumue/internal/transfer"
)

type importCommand struct {
	In        string `arg:"" optional:"" help:"ตาราง .xlsx .csv หรือ .json; กับ --template: ไฟล์ที่จะสร้าง · The table; with --template the file to write." type:"path"`
	Format    string `enum:"table,hsds" default:"table" help:"table: ตารางของชนิดเดียว, hsds: Open Referral HSDS 3 (JSON) ทั้งชุด · table: a table of one kind; hsds: a package of Open Referral HSDS 3 in JSON."`
	Mapping   string `help:"ไฟล์ที่บอกว่าคอลัมน์ใดเป็นช่องใด หรือชื่อที่มีมาให้; ไม่ระบุ: ของแม่แบบ · File that says which column is which field, or the name of one that ships; that of the template unless given." placeholder:"FILE"`
	Kind      string `enum:"agency,point,process,manual,service,link," default:"" placeholder:"KIND" help:"ชนิดของข้อมูล: agency หน่วยงาน, point จุดบริการ, process กระบวนงาน, manual คู่มือ, service บริการอื่น ๆ, link จุดบริการให้บริการอะไร · What the rows tell of: agency, point, process, manual, service, or link (which point serves what)."`
	Into      string `default:"content" help:"โฟลเดอร์เนื้อหา · Folder of the content." type:"path"`
	DryRun    bool   `help:"ตรวจอย่างเดียว ไม่เขียน · Look only; write nothing."`
	Report    string `help:"เขียนรายงานผลเป็น XLSX · Write a report as XLSX." placeholder:"OUT.xlsx" type:"path"`
	Overwrite bool   `help:"เขียนทับแม้มีคนแก้ไขหลังนำเข้าครั้งก่อน · Write again what a person changed since the last import."`
	Template  string `enum:"agency,point,process,manual,service,link," default:"" help:"สร้างแม่แบบ XLSX ของชนิดนี้ให้กรอก · Write the XLSX template of a kind." placeholder:"KIND"`
	Mappings  bool   `help:"แสดงชื่อไฟล์จับคู่ที่มีมาให้ · List the mappings that ship."`
	Show      string `help:"แสดงไฟล์จับคู่ที่มีมาให้ เพื่อนำไปแก้ · Print a mapping that ships, to change it." placeholder:"NAME"`

	left []string // what of a package has no place here
}

// Help shows the usual way through, in both languages.
func (*importCommand) Help() string {
	return `เริ่มจากแม่แบบ กรอก ตรวจ แล้วนำเข้า · Begin with a template, fill it in, look, then import:

  generator import --template manual manuals.xlsx
  generator import --kind manual --dry-run --report report.xlsx manuals.xlsx
  generator import --kind manual --report report.xlsx manuals.xlsx

นำเข้าหน่วยงานก่อน แล้วกระบวนงาน คู่มือ จุดบริการ และการเชื่อมโยง นำเข้าซ้ำได้ สิ่งที่มีคนแก้ไขแล้วไม่ถูกเขียนทับ
รายงานบอกว่านำเข้าอะไร ปรับแก้อะไร และอะไรต้องให้คนตรวจสอบ ทุกแถวที่ไม่รับบอกเหตุผล
Agencies first, then processes, manuals, points and links. Importing again is safe: what a person changed is
left alone. The report says what was taken, what was mended and what needs a person; every row that is
refused is named with the reason. More: doc/import.md`
}

// Run imports a table, or writes the template of one.
func (c *importCommand) Run(ctx context.Context, s streams) error {
	switch {
	case c.Mappings:
		for _, name := range transfer.Shipped() {
			fmt.Fprintln(s.out, name)
		}
		return nil
	case c.Show != "":
		src, err := transfer.ShippedSource(c.Show)
		if err != nil {
			return err
		}
		_, err = s.out.Write(src)
		return err
	case c.In == "":
		return fault.New(fault.Invalid, fault.Text{TH: "ไม่ได้ระบุไฟล์", EN: "no file is named"},
			fault.Text{TH: "generator import --kind manual ตาราง.xlsx", EN: "generator import --kind manual TABLE.xlsx"})
	case c.Template != "":
		return writeFile(c.In, func(w io.Writer) error { return transfer.WriteTemplate(w, transfer.Kind(c.Template)) })
	}
	in, err := os.Open(c.In)
	if err != nil {
		return err
	}
	defer in.Close()
	parts, err := c.parts(in)
	if err != nil {
		return err
	}
	return c.take(ctx, s, parts)
}

// writeFile writes a file wholly or not at all.
func writeFile(name string, write func(io.Writer) error) error {
	f, err := os.CreateTemp(filepath.Dir(name), ".khumue-*")
	if err != nil {
		return err
	}
	defer os.Remove(f.Name())
	if err := errors.Join(write(f), f.Chmod(0o644), f.Sync(), f.Close()); err != nil {
		return err
	}
	return os.Rename(f.Name(), name)
}

// mapping is the one that was named, or that of the template.
func (c *importCommand) mapping() (*transfer.Mapping, error) {
	name := c.Mapping
	if name == "" {
		if c.Kind == "" {
			return nil, fault.New(fault.Invalid, fault.Text{TH: "ไม่ได้ระบุชนิดของข้อมูล", EN: "it is not said what the rows tell of"},
				fault.Text{TH: "เพิ่ม --kind agency, point, process, manual, service หรือ link หรือเพิ่ม --mapping", EN: "add --kind agency, point, process, manual, service or link, or add --mapping"})
		}
		name = "template-" + c.Kind
	}
	m, err := readMapping(name)
	if err != nil {
		return nil, err
	}
	if c.Kind != "" && string(m.Kind) != c.Kind {
		return nil, fault.New(fault.Invalid, fault.Textf("ไฟล์จับคู่เป็นของ %s", "the mapping is for %s", string(m.Kind)))
	}
	return m, nil
}

func readMapping(name string) (*transfer.Mapping, error) {
	if !strings.ContainsAny(name, `/\.`) {
		src, err := transfer.ShippedSource(name)
		if err != nil {
			return nil, err
		}
		return transfer.ReadMapping(name, src)
	}
	dir, base := filepath.Split(filepath.Clean(name))
	return transfer.ReadMappingFile(os.DirFS(filepath.Clean(dir+".")), base)
}

// part is a table to import, by a mapping.
type part struct {
	mapping *transfer.Mapping
	table   *transfer.Table
}

// parts opens the tables of a file.
func (c *importCommand) parts(in *os.File) ([]part, error) {
	if c.Format == "hsds" {
		return c.hsds(in)
	}
	m, err := c.mapping()
	if err != nil {
		return nil, err
	}
	info, err := in.Stat()
	if err != nil {
		return nil, err
	}
	t, err := transfer.Open(in, info.Size(), m.Layout(), transfer.UsualLimits)
	if err != nil {
		return nil, err
	}
	return []part{{m, t}}, nil
}

// take imports tables, one after the other.
func (c *importCommand) take(ctx context.Context, s streams, parts []part) (err error) {
	defer func() {
		for _, p := range parts {
			err = errors.Join(err, p.table.Close())
		}
	}()
	into, err := openShelf(c.Into)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, into.close()) }()
	memory, err := into.memory(c.DryRun)
	if err != nil {
		return err
	}
	report, err := c.report()
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, report.Close()) }()
	defer debug.SetGCPercent(debug.SetGCPercent(50)) // little is kept and much made
	of := "row"                                      // what the numbers of what is told count
	job := transfer.Job{Into: into, Memory: memory, DryRun: c.DryRun, Overwrite: c.Overwrite, Tell: func(e transfer.Entry) error {
		tellEntry(s.err, of, e)
		return report.Add(e)
	}}
	var all transfer.Summary
	for _, p := range parts {
		job.Mapping = p.mapping
		if len(parts) > 1 {
			of = string(p.mapping.Kind)
		}
		sum, err := job.Run(ctx, p.table)
		all.Add(sum)
		if err != nil {
			return c.end(s, report, all, err)
		}
	}
	all.Unused = append(all.Unused, c.left...)
	return c.end(s, report, all, nil)
}

// report begins the report, where one is wanted.
func (c *importCommand) report() (*transfer.Report, error) {
	if c.Report == "" {
		return nil, nil //nolint:nilnil // a nil report takes what it is told, and forgets it
	}
	return transfer.NewReport()
}

// end writes the report and says what came of the import.
func (c *importCommand) end(s streams, report *transfer.Report, sum transfer.Summary, err error) error {
	if c.Report != "" {
		err = errors.Join(err, writeFile(c.Report, func(w io.Writer) error { return report.Write(w, sum) }))
	}
	if err != nil {
		return err
	}
	fmt.Fprintf(s.out, "%d rows: %d new, %d changed, %d same, %d kept, %d refused · %d mended, %d to look at\n", sum.Rows,
		sum.Objects[transfer.New], sum.Objects[transfer.Changed], sum.Objects[transfer.Same], sum.Objects[transfer.Kept], sum.Objects[transfer.NotHere],
		sum.Notes[transfer.Mended], sum.Notes[transfer.Look])
	fmt.Fprintf(s.out, "%d แถว: เพิ่มใหม่ %d เปลี่ยน %d เหมือนเดิม %d ไม่เขียนทับ %d ไม่รับ %d · ปรับแก้ %d ต้องตรวจสอบ %d\n", sum.Rows,
		sum.Objects[transfer.New], sum.Objects[transfer.Changed], sum.Objects[transfer.Same], sum.Objects[transfer.Kept], sum.Objects[transfer.NotHere],
		sum.Notes[transfer.Mended], sum.Notes[transfer.Look])
	if len(sum.Unused) > 0 {
		fmt.Fprintf(s.out, "columns left out · คอลัมน์ที่ไม่ได้นำเข้า: %s\n", strings.Join(sum.Unused, ", "))
	}
	if sum.Objects[transfer.NotHere] > 0 {
		return errTold
	}
	return nil
}

// tellEntry tells why an object was refused.
func tellEntry(w io.Writer, of string, e transfer.Entry) {
	for _, n := range e.Notes {
		if n.Level == transfer.Refused || e.Outcome == transfer.Kept && n.Level == transfer.Look {
			p := n.Problem()
			p.File = of
			fault.TellProblems(w, fault.Problems{p})
		}
	}
}
