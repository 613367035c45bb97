package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"

	"khumue/internal/corpus"
	"khumue/internal/fault"
)

type checkCommand struct {
	Content  string `default:"content" help:"โฟลเดอร์เนื้อหา หรือคลัง git แบบ bare · Folder of the content, or a bare git repository." type:"path"`
	Ref      string `help:"เมื่อ --content เป็นคลัง git: สาขา ชื่อ ref เต็ม หรือรหัส commit; ไม่ระบุ: main · Where --content is a repository: a branch, a ref in full or a commit; main unless given."`
	JSON     bool   `help:"ผลเป็น JSON · Tell the result as JSON."`
	Complete bool   `help:"ช่องที่ยังไม่กรอกนับเป็นปัญหา · What is not filled in yet counts as a problem."`
	Schemas  string `help:"เขียน JSON Schema ของไฟล์ทุกชนิดลงโฟลเดอร์นี้ แทนการตรวจ · Write the JSON Schemas of all file kinds into this folder instead of checking." placeholder:"DIR" type:"path"`
}

// checked is one problem as check --json tells it.
type checked struct {
	File     string         `json:"file"`
	Line     int            `json:"line,omitempty"`
	Severity fault.Severity `json:"severity"`
	TH       string         `json:"th"`
	EN       string         `json:"en"`
	HintTH   string         `json:"hint_th,omitempty"`
	HintEN   string         `json:"hint_en,omitempty"`
}

// Run checks the content, or writes the schemas.
func (c *checkCommand) Run(s streams) error {
	if c.Schemas != "" {
		return writeSchemas(c.Schemas)
	}
	from, err := openEdition(c.Content, c.Ref)
	if err != nil {
		return err
	}
	defer from.close()
	portal, problems, err := from.read()
	if err != nil {
		return err
	}
	failed := len(problems.Of(fault.Wrong)) > 0 || c.Complete && len(problems) > 0
	if c.JSON {
		if err := c.tellJSON(s, problems); err != nil {
			return err
		}
	} else {
		fault.TellProblems(s.out, problems)
		fmt.Fprintf(s.out, "%d problems · %d manuals, %d points, %d agencies\n", len(problems), len(portal.Manuals), len(portal.Points), len(portal.Agencies))
	}
	if failed {
		return errTold
	}
	return nil
}

func (c *checkCommand) tellJSON(s streams, problems fault.Problems) error {
	list := make([]checked, len(problems))
	for i, p := range problems {
		list[i] = checked{p.File, p.Line, p.Severity, p.What.TH, p.What.EN, p.Hint.TH, p.Hint.EN}
	}
	enc := json.NewEncoder(s.out)
	enc.SetIndent("", "  ")
	enc.SetEscapeHTML(false)
	return enc.Encode(struct {
		Problems []checked `json:"problems"`
	}{list})
}

func writeSchemas(dir string) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	for name, schema := range corpus.Schemas() {
		if err := os.WriteFile(filepath.Join(dir, name), schema, 0o644); err != nil {
			return err
		}
	}
	return nil
}
