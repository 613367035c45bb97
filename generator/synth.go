package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"khumue/generator/internal/synth"
)

type synthCommand struct {
	Manuals   int    `default:"1000" help:"จำนวนคู่มือ · How many manuals."`
	Seed      uint64 `default:"1" help:"เลขตั้งต้น เลขเดียวกันได้เนื้อหาเดียวกันทุกไบต์ · The same seed gives the same bytes."`
	Out       string `required:"" help:"โฟลเดอร์ใหม่ · Folder to create." placeholder:"DIR" type:"path"`
	Git       bool   `help:"เขียนเป็นคลัง git พร้อมประวัติการอนุมัติ · Write a bare repository with its history of approvals instead."`
	Revisions int    `help:"จำนวนฉบับที่เผยแพร่ทั้งหมด; ไม่ระบุ: 2.3 ต่อคู่มือ · Revisions published in all; 2.3 a manual unless given."`
	Drafts    int    `help:"จำนวนร่างที่ค้างอยู่ ใช้กับ --git · Open drafts, with --git."`
	Others    int    `help:"จำนวนการแก้ไขข้อมูลจุดบริการที่ปนอยู่ในประวัติ ใช้กับ --git · Changes of points between the revisions, with --git."`
}

// Run writes a synthetic portal.
func (c *synthCommand) Run(ctx context.Context, s streams) error {
	began := time.Now()
	p, err := synth.New(synth.Options{Manuals: c.Manuals, Seed: c.Seed, Revisions: c.Revisions})
	if err != nil {
		return err
	}
	if c.Git {
		return c.git(ctx, s, p, began)
	}
	w, err := p.Write(ctx, c.Out)
	if err != nil {
		return err
	}
	fmt.Fprintf(s.out, "%d manuals, %d points, %d agencies: %d files, %d bytes, %.0f ms\n", p.Manuals(), p.Points(), p.Agencies(), w.Files, w.Bytes, since(began))
	return nil
}

func (c *synthCommand) git(ctx context.Context, s streams, p *synth.Portal, began time.Time) error {
	w, err := p.WriteGit(ctx, c.Out, synth.History{Drafts: c.Drafts, Others: c.Others})
	if err != nil {
		return err
	}
	if err := writeKey(p, c.Out); err != nil {
		return err
	}
	fmt.Fprintf(s.out, "%d manuals, %d points, %d agencies, %d revisions, %d drafts, %d others: %d objects, %.0f ms\n",
		p.Manuals(), p.Points(), p.Agencies(), w.Revisions, w.Drafts, w.Others, w.Objects, since(began))
	return nil
}

// writeKey writes the key that signed a repository beside it, as DIR.key and
// DIR.pub.
func writeKey(p *synth.Portal, dir string) error {
	key, file, err := p.Key()
	if err != nil {
		return err
	}
	worthless := "This key is worthless: it is made of a seed that is no secret. It is for measuring.\n"
	return errors.Join(os.WriteFile(dir+".key", append([]byte(worthless), file...), 0o600),
		os.WriteFile(dir+".pub", []byte(string(key.Key())+" worthless\n"), 0o644))
}
