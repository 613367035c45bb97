package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"strings"

	"khumue/generator/internal/search"
	"khumue/internal/fault"
)

type searchCommand struct {
	Site  string   `default:"public" help:"โฟลเดอร์เว็บไซต์ที่สร้างแล้ว · Folder of the built site." type:"path"`
	JSON  bool     `help:"ผลเป็น JSON พร้อมคะแนนและจำนวนไบต์ที่อ่าน · Tell hits as JSON, with scores and bytes read."`
	Limit int      `default:"10" help:"จำนวนผลสูงสุด 1 ถึง 1000 · Most hits to tell, 1 to 1,000."`
	Lang  string   `default:"th" enum:"th,en" help:"ภาษา · Language: th or en."`
	Words []string `arg:"" help:"คำค้น · What to search for."`
}

// Validate refuses limits that no list can have.
func (c *searchCommand) Validate() error {
	if c.Limit < 1 || c.Limit > 1000 {
		return fault.New(fault.Invalid, fault.Textf("--limit %d ต้องอยู่ระหว่าง 1 ถึง 1000", "--limit %d is not between 1 and 1,000", c.Limit))
	}
	return nil
}

// Run searches the built site with the ranking of its search page.
func (c *searchCommand) Run(ctx context.Context, s streams) error {
	index, err := search.OpenSite(ctx, os.DirFS(c.Site))
	if err != nil {
		return fault.New(fault.NotFound, fault.Textf("อ่านดัชนีค้นหาใน %s ไม่ได้", "cannot read the search index in %s", c.Site),
			fault.Text{TH: "สร้างเว็บไซต์ก่อนด้วย generator build", EN: "build the site first: generator build"}).Because(err)
	}
	filter := search.Filter{}
	if c.Lang == "en" {
		filter.Lang = "en"
	}
	result, err := index.Query(ctx, strings.Join(c.Words, " "), filter, c.Limit)
	if err != nil {
		return err
	}
	if c.JSON {
		enc := json.NewEncoder(s.out)
		enc.SetEscapeHTML(false)
		enc.SetIndent("", "  ")
		return enc.Encode(result)
	}
	for _, h := range result.Lines(c.Limit) {
		fmt.Fprintf(s.out, "%s\t%s\n", h.URL, h.Title)
	}
	return nil
}
