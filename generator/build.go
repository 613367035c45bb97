package main

import (
	"context"
	"encoding/json"
	"fmt"
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
}

// source is what a site is built from.
type source struct {
	Content  string `default:"content" help:"โฟลเดอร์เนื้อหา; build อ่านคลัง git แบบ bare ได้ด้วย serve ไม่ได้ · Folder of the content; build reads a bare git repository too, serve does not." type:"path"`
	Theme    string `help:"โฟลเดอร์ธีม; ไม่ระบุ: ธีมในตัว · Folder of a theme; the embedded one unless given." placeholder:"DIR" type:"path"`
	Compress bool   `help:"เขียน .br และ .gz ข้างทุกไฟล์ข้อความ · Write .br and .gz beside each text file."`
	BaseURL  string `name:"base-url" help:"ที่อยู่เว็บไซต์; ไม่ระบุ: ตาม site.yaml · Public address; that of site.yaml unless given." placeholder:"URL"`
}

// report is what a build tells, in this form with --json.
type report struct {
	Pages     int              `json:"pages"`
	Written   int              `json:"written"`
	Removed   int              `json:"removed"`
	Unchanged int              `json:"unchanged"`
	Changed   []string         `json:"changed"`
	Phases    []site.Phase     `json:"phases"`
	Total     float64          `json:"ms"`
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
	r, err := c.build(ctx, from, c.Out, progressOn(s))
	if err != nil {
		return err
	}
	if c.JSON {
		enc := json.NewEncoder(s.out)
		enc.SetEscapeHTML(false)
		return enc.Encode(r)
	}
	tellProblems(s.err, r.Problems)
	fmt.Fprintf(s.out, "%d pages: %d files written, %d removed, %d unchanged, %.0f ms\n", r.Pages, r.Written, r.Removed, r.Unchanged, r.Total)
	return nil
}

// themeFiles are the theme's files: a folder, or the embedded theme.
func (c *source) themeFiles() fs.FS {
	if c.Theme == "" {
		return themes.Default()
	}
	return os.DirFS(c.Theme)
}

// build reads, builds and publishes. What is wrong with the content or the
// theme leaves the site as it was.
func (c *source) build(ctx context.Context, from *edition, out string, progress func(done, total int)) (report, error) {
	began := time.Now()
	portal, problems, err := from.read()
	if err != nil {
		return report{}, err
	}
	if wrong := problems.Of(fault.Wrong); len(wrong) > 0 {
		return report{}, wrong
	}
	if err := apart(from.name, out); err != nil {
		return report{}, err
	}
	read := site.Phase{Name: "read", Milliseconds: since(began)}
	target, err := publish.Open(ctx, out, publish.Options{Mark: "build.json"})
	if err != nil {
		return report{}, err
	}
	defer target.Close()
	p, err := target.Begin()
	if err != nil {
		return report{}, err
	}
	defer p.Abort()
	sum, err := site.Build(ctx, portal, site.Options{
		BaseURL: c.BaseURL, Theme: c.themeFiles(), Compress: c.Compress, Progress: progress,
		Time: from.changed(), Commit: from.commit,
	}, p)
	if err != nil {
		return report{}, err
	}
	live := time.Now()
	result, err := p.Commit(ctx)
	if err != nil {
		return report{}, err
	}
	r := report{
		Pages: sum.Pages, Written: result.Written, Removed: result.Removed, Unchanged: result.Unchanged, Changed: result.Changed,
		Phases: append([]site.Phase{read}, append(sum.Phases, site.Phase{Name: "publish", Milliseconds: since(live)})...),
		Total:  since(began), Problems: problems, Recovery: target.Recovery(),
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
