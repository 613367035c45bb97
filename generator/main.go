// Command generator turns the content of a portal, Markdown and YAML, into a
// public site of static files. It needs no network and no daemon.
//
// Exit codes: 0 done, 1 the input has problems, 2 wrong usage, 3 something
// outside failed.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"

	"github.com/alecthomas/kong"

	"khumue/internal/fault"
)

// commands are what the program can do; each is a file of this folder.
type commands struct {
	Build  buildCommand  `cmd:"" help:"สร้างเว็บไซต์จากเนื้อหา · Build the site from the content."`
	Check  checkCommand  `cmd:"" help:"ตรวจเนื้อหา บอกทุกปัญหาพร้อมไฟล์และบรรทัด · Check the content; tell every problem with file and line."`
	Serve  serveCommand  `cmd:"" help:"สร้าง เปิดให้ดู และสร้างใหม่เมื่อแก้ไข · Build, serve, and build again on every change."`
	Search searchCommand `cmd:"" help:"ค้นในเว็บไซต์ที่สร้างแล้ว · Search the built site as its search page does."`
	Import importCommand `cmd:"" help:"นำข้อมูลจากระบบอื่นเข้ามาจากตาราง · Bring data of other systems in, from a table."`
	Export exportCommand `cmd:"" help:"ส่งข้อมูลออกเป็น HSDS, JSON หรือ CSV · Write what a portal has as HSDS, JSON or CSV."`
	New    newCommand    `cmd:"" help:"เริ่มไฟล์เนื้อหาใหม่ · Begin a new content file."`
	Verify verifyCommand `cmd:"" help:"พิสูจน์จากคลัง git ว่าใครอนุมัติคู่มือแต่ละเล่ม · Prove from the repository who approved each manual."`
	Synth  synthCommand  `cmd:"" help:"สร้างเนื้อหาสังเคราะห์ขนาดใดก็ได้ เพื่อทดสอบ · Make up a portal of any size, to measure with."`
}

// streams are what a command reads and writes.
type streams struct {
	in       io.Reader
	out, err io.Writer
	terminal bool // err is shown to a person
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	info, err := os.Stderr.Stat()
	s := streams{os.Stdin, os.Stdout, os.Stderr, err == nil && info.Mode()&os.ModeCharDevice != 0}
	os.Exit(run(ctx, os.Args[1:], s))
}

// run is the whole program but for the process around it.
func run(ctx context.Context, args []string, s streams) (exit int) {
	var c commands
	exited := -1
	parser, err := kong.New(&c, kong.Name("generator"), kong.Writers(s.out, s.err),
		kong.Description("เนื้อหา → เว็บไซต์ · content → public site"), kong.UsageOnError(),
		kong.Exit(func(code int) { exited = code }), kong.BindTo(ctx, (*context.Context)(nil)), kong.Bind(s))
	if err != nil {
		fmt.Fprintln(s.err, err)
		return 3
	}
	parsed, err := parser.Parse(args)
	if exited >= 0 {
		return exited
	}
	if err != nil {
		fmt.Fprintln(s.err, "generator:", err)
		return 2
	}
	err = parsed.Run()
	tell(s.err, err)
	return fault.ExitCode(err)
}

// tell writes an error for a person, unless the command has told it.
func tell(w io.Writer, err error) {
	if !errors.Is(err, errTold) {
		fault.Tell(w, "generator", err)
	}
}

// errTold is a failure that the command has told in its own way.
var errTold = fault.New(fault.Invalid, fault.Text{TH: "มีปัญหา", EN: "there are problems"})
