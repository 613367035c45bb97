package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"khumue/generator/internal/publish"
	"khumue/generator/internal/site"
	"khumue/internal/fault"
	"khumue/themes"
)

type buildCommand struct {
	source
	Ref  string `help:"เมื่อ --content เป็นคลัง git: สาขา ชื่อ ref เต็ม หรือรหัส commit; ไม่ระบุ: main · Where --content is a repository: a branch, a ref in full or a commit; main unless given."`
	Out  string `default:"public" help:"โฟลเดอร์ปลายทาง · Folder of the site." type:"path"`
	JSON bool   `help:"ผลเป็น JSON · Tell the result as JSON."`

	RequireApprovals bool   `help:"ไม่สร้างเมื่อมีคู่มือที่ไม่ผ่านการอนุมัติ ใช้กับคลัง git และ --trust · Refuse content with a manual that no approval covers; of a repository, with --trust." and:"approvals"`
	Trust            string `help:"ลายนิ้วมือ SHA256:… หรือไฟล์กุญแจสาธารณะที่เชื่อถือ · Fingerprint SHA256:…, or a file of public keys, to be trusted." placeholder:"FILE|FINGERPRINT" and:"approvals"`
}

// source is what a site is built from.
type source struct {
	Content  string `default:"content" help:"โฟลเดอร์เนื้อหา; build อ่านคลัง git แบบ bare ได้ด้วย serve ไม่ได้ · Folder of the content; build reads a bare git repository too, serve does not." type:"path"`
	Theme    string `help:"โฟลเดอร์ธีม; ไม่ระบุ: ธีมในตัว · Folder of a theme; the embedded one unless given." placeholder:"DIR" type:"path"`
	Compress bool   `help:"เขียน .br และ .gz ข้างทุกไฟล์ข้อความ · Write .br and .gz beside each text file."`
	Facts    string `help:"โฟลเดอร์ข้อมูลเสริมจากระบบบริการ (doc/facts.md) · Folder of what the daemon adds (doc/facts.md)." placeholder:"DIR" type:"path"`
	BaseURL  string `name:"base-url" help:"ที่อยู่เว็บไซต์; ไม่ระบุ: ตาม site.yaml · Public address; that of site.yaml unless given." placeholder:"URL"`
}

// report is what a build tells, in this form with --json.
type report struct {
	Pages     int              `json:"pages"`     // of the site
	Written   int              `json:"written"`   // files
	Removed   int              `json:"removed"`   // files
	Unchanged int              `json:"unchanged"` // files that were made and are as they were
	Partial   bool             `json:"partial"`   // only what changed was made
	All       bool             `json:"all"`       // the whole site is new: Changed is empty
	Changed   []string         `json:"changed"`   // addresses
	Phases    []site.Phase     `json:"phases"`
	Total     float64          `json:"ms"`
	Open      int              `json:"incomplete"` // fields that are not filled in, in all files
	Problems  fault.Problems   `json:"-"`
	Recovery  publish.Recovery `json:"recovery"`
}

// Run builds the site once.
func (c *buildCommand) Run(ctx context.Context, s streams) error {
	from, err := openEdition(c.Content, c.Ref)
	if err != nil {
		return err
	}
	defer from.close()
	r, err := c.build(ctx, from, c.Out, progressOn(s), c.gate)
	if err != nil {
		return err
	}
	if c.JSON {
		enc := json.NewEncoder(s.out)
		enc.SetEscapeHTML(false)
		return enc.Encode(r)
	}
	fault.TellProblems(s.err, r.Problems)
	r.tellOthers(s.err)
	fmt.Fprintf(s.out, "%d pages: %d files written, %d removed, %d unchanged, %.0f ms\n", r.Pages, r.Written, r.Removed, r.Unchanged, r.Total)
	return nil
}

// gate is what has to hold before anything is written: nothing, or that all is
// approved.
func (c *buildCommand) gate(ctx context.Context, from *edition, program, dir string) error {
	if !c.RequireApprovals {
		return nil
	}
	trust, err := trusted(c.Trust)
	if err != nil {
		return err
	}
	return approved(ctx, from, trust, program, dir)
}

// tellOthers counts what is open beside what was told, above all in files that
// did not change.
func (r report) tellOthers(w io.Writer) {
	if n := r.Open - len(r.Problems); n > 0 {
		fmt.Fprintf(w, "%d more fields are not filled in (generator check lists them)\n", n)
		fmt.Fprintf(w, "    ยังไม่กรอกอีก %d ช่อง (ดูด้วย generator check)\n", n)
	}
}

// themeFiles are the theme's files: a folder, or the embedded theme.
func (c *source) themeFiles() fs.FS {
	if c.Theme == "" {
		return themes.Default()
	}
	return os.DirFS(c.Theme)
}

// facts are what the daemon adds; nil when there is nothing.
func (c *source) facts() fs.FS {
	if c.Facts == "" {
		return nil
	}
	return os.DirFS(c.Facts)
}

// gate holds the content to something more before it is built. It may keep a file
// in dir, the folder of the target's states.
type gate func(ctx context.Context, from *edition, program, dir string) error

// ungated is a gate that lets everything pass.
func ungated(context.Context, *edition, string, string) error { return nil }

// build brings the site up to date and publishes it. What is wrong with the
// content or the theme, or what the gate refuses, leaves the site as it was.
func (c *source) build(ctx context.Context, from *edition, out string, progress func(done, total int), allows gate) (report, error) {
	began := time.Now()
	if err := apart(from.name, out); err != nil {
		return report{}, err
	}
	program, err := programOf()
	if err != nil {
		return report{}, err
	}
	target, err := publish.Open(ctx, out, publish.Options{Mark: "build.json"})
	if err != nil {
		return report{}, err
	}
	defer target.Close()
	if err := allows(ctx, from, program, target.StateDir()); err != nil {
		return report{}, err
	}
	sum, err := site.Build(ctx, from, site.Options{
		BaseURL: c.BaseURL, Theme: c.themeFiles(), Embedded: c.Theme == "", Compress: c.Compress, Program: program, Progress: progress,
		Facts: c.facts(), Archive: from.archive(), Time: from.changed, Commit: from.commit,
	}, target)
	if err != nil {
		return report{}, err
	}
	r := report{
		Pages: sum.Pages, Written: sum.Result.Written, Removed: sum.Result.Removed, Unchanged: sum.Result.Unchanged, Changed: sum.Result.Changed,
		Partial: sum.Partial, All: sum.Result.All, Phases: sum.Phases, Total: since(began), Open: sum.Open, Problems: sum.Problems, Recovery: target.Recovery(),
	}
	if r.Changed == nil {
		r.Changed = []string{}
	}
	return r, nil
}

// apart keeps the site out of the content, where it would be read as content.
func apart(content, out string) error {
	if rel, err := filepath.Rel(content, out); err == nil && filepath.IsLocal(rel) {
		return fault.New(fault.Invalid, fault.Textf("%s อยู่ในโฟลเดอร์เนื้อหา", "%s is in the folder of the content", out),
			fault.Text{TH: "เลือกที่อื่นด้วย --out", EN: "choose another place with --out"})
	}
	return nil
}

func since(t time.Time) float64 { return float64(time.Since(t).Microseconds()) / 1000 }

// progressOn tells a person at a terminal how far a build is, once it has
// taken a second. Elsewhere it is silent.
func progressOn(s streams) func(done, total int) {
	if !s.terminal {
		return nil
	}
	began := time.Now()
	return func(done, total int) {
		if time.Since(began) > time.Second && (done%200 == 0 || done == total) {
			fmt.Fprintf(s.err, "\r%d / %d", done, total)
			if done == total {
				fmt.Fprint(s.err, "\r\033[K")
			}
		}
	}
}
