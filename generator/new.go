package main

import (
	"bufio"
	"cmp"
	"crypto/rand"
	"fmt"
	"io"
	"strings"

	"khumue/internal/catalog"
	"khumue/internal/corpus"
	"khumue/internal/fault"
)

type newCommand struct {
	Agency  newAgency  `cmd:"" help:"หน่วยงาน · An agency."`
	Point   newPoint   `cmd:"" help:"จุดบริการ · A service point."`
	Process newProcess `cmd:"" help:"กระบวนงาน · A process."`
	Manual  newManual  `cmd:"" help:"คู่มือสำหรับประชาชน · A citizen manual."`
	Service newService `cmd:"" help:"บริการอื่น ๆ · Another service."`
}

// newFile are the flags that all kinds share. What no flag gives is asked for.
type newFile struct {
	Content string `default:"content" help:"โฟลเดอร์เนื้อหา · Folder of the content." type:"path"`
	ID      string `help:"รหัส; ไม่ระบุ: สุ่ม · Identifier; a random one unless given." placeholder:"ID"`
	Title   string `help:"ชื่อภาษาไทย · Title in Thai."`
	TitleEN string `name:"title-en" help:"ชื่อภาษาอังกฤษ · Title in English."`
}

type owned struct {
	newFile
	Agency string `help:"รหัสหน่วยงานเจ้าของ · Code of the owning agency." placeholder:"CODE"`
}

type (
	newPoint   struct{ owned }
	newProcess struct{ owned }
	newManual  struct{ owned }
	newService struct{ owned }
)

type newAgency struct {
	newFile
	Parent string `help:"รหัสหน่วยงานต้นสังกัด; ไม่ระบุ: บนสุด · Code of the agency above; none: at the top." placeholder:"CODE"`
	Code   string `help:"รหัสหน่วยงาน · Code of the new agency." placeholder:"CODE"`
}

// Run begins an agency.
func (c *newAgency) Run(s streams) error {
	ask := prompter{in: bufio.NewReader(s.in), out: s.err}
	c.Code = cmp.Or(c.Code, c.ID)
	ask.fill(&c.Code, "รหัสหน่วยงาน เช่น dlt · code, such as dlt")
	ask.fill(&c.Title, "ชื่อภาษาไทย · name in Thai")
	if ask.err != nil {
		return ask.err
	}
	c.ID = c.Code
	return c.create(s, corpus.AgencyFile, c.Parent)
}

// Run begins a point.
func (c *newPoint) Run(s streams) error { return c.begin(s, corpus.PointFile) }

// Run begins a process.
func (c *newProcess) Run(s streams) error { return c.begin(s, corpus.ProcessFile) }

// Run begins a manual.
func (c *newManual) Run(s streams) error { return c.begin(s, corpus.ManualFile) }

// Run begins another service.
func (c *newService) Run(s streams) error { return c.begin(s, corpus.ServiceFile) }

func (c *owned) begin(s streams, kind corpus.Kind) error {
	ask := prompter{in: bufio.NewReader(s.in), out: s.err}
	ask.fill(&c.Agency, "รหัสหน่วยงานเจ้าของ · code of the agency")
	ask.fill(&c.Title, "ชื่อภาษาไทย · title in Thai")
	if ask.err != nil {
		return ask.err
	}
	if c.ID == "" {
		random := make([]byte, 6)
		rand.Read(random)
		c.ID = catalog.NewID(catalog.AgencyCode(c.Agency), random)
	}
	return c.create(s, kind, c.Agency)
}

func (c *newFile) create(s streams, kind corpus.Kind, agency string) error {
	from, err := openFolder(c.Content)
	if err != nil {
		return err
	}
	portal, _, err := from.read()
	if err != nil {
		return err
	}
	path, err := corpus.Create(c.Content, portal, corpus.Draft{
		Kind: kind, Agency: catalog.AgencyCode(agency), ID: c.ID, Title: catalog.Text{TH: c.Title, EN: c.TitleEN},
	})
	if err != nil {
		return err
	}
	fmt.Fprintln(s.out, path)
	return nil
}

// prompter asks for what no flag gave, one line each.
type prompter struct {
	in  *bufio.Reader
	out io.Writer
	err error
}

func (p *prompter) fill(value *string, question string) {
	if *value != "" || p.err != nil {
		return
	}
	fmt.Fprintf(p.out, "%s: ", question)
	line, err := p.in.ReadString('\n')
	if *value = strings.TrimSpace(line); *value == "" {
		p.err = fault.New(fault.Invalid, fault.Textf("ไม่ได้ระบุ: %s", "not given: %s", question))
		if err != nil && err != io.EOF {
			p.err = err
		}
	}
}
