// Command syncd is the daemon of a portal: the back office, and what the public
// site needs a server for.
//
// Exit codes: 0 done, 1 the input has problems, 2 wrong usage, 3 something
// outside failed.
package main

import (
	"context"
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
	Serve    serveCommand    `cmd:"" help:"เปิดระบบ · Run the daemon."`
	Office   officeCommand   `cmd:"" help:"สำนักงานที่ทำงานได้โดยไม่มีเครือข่าย · An office that works without a network."`
	Demo     demoCommand     `cmd:"" help:"ลองทั้งระบบในเครื่องเดียว พร้อมผู้ใช้ตัวอย่าง · Try everything on one machine, with sample users."`
	Import   beginCommand    `cmd:"" help:"สร้างคลังเนื้อหาจากโฟลเดอร์ ลงนามการนำเข้าครั้งแรก · Make the repository of the content from a folder, as one signed import."`
	Token    tokenCommand    `cmd:"" help:"รหัสผู้ใช้งาน (Token) · Onboarding tokens."`
	User     userCommand     `cmd:"" help:"ผู้ใช้งาน · Users."`
	Revision revisionCommand `cmd:"" help:"ฉบับของคู่มือ ที่เซิร์ฟเวอร์ ด้วยโทเคนเข้าใช้งาน · Revisions of manuals, at a server, with an access token."`
	Key      keyCommand      `cmd:"" help:"กุญแจที่ลงนามการอนุมัติ · The key that signs approvals."`
	Backup   backupCommand   `cmd:"" help:"สำรองฐานข้อมูลและเนื้อหาเป็นไฟล์เดียว ขณะระบบทำงานได้ · Back up database and content as one file, also while the daemon runs."`
	Doctor   doctorCommand   `cmd:"" help:"ตรวจดัชนีคู่มือเทียบกับคลัง และทำขึ้นใหม่ · Hold the index of manuals against git, and make it anew."`
	Restore  restoreCommand  `cmd:"" help:"คืนข้อมูลสำรองลงที่ว่าง · Restore a backup into an empty place."`
	Hook     hookCommand     `cmd:"" hidden:"" help:"git เรียกใช้ก่อนรับสิ่งที่ส่งมา · What git runs before it takes a push."`
}

// streams are what a command reads and writes.
type streams struct {
	in       io.Reader
	out, err io.Writer
	env      []string
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	os.Exit(run(ctx, os.Args[1:], streams{os.Stdin, os.Stdout, os.Stderr, os.Environ()}))
}

// run is the whole program but for the process around it.
func run(ctx context.Context, args []string, s streams) (exit int) {
	var c commands
	exited := -1
	parser, err := kong.New(&c, kong.Name("syncd"), kong.Writers(s.out, s.err),
		kong.Description("หลังบ้านของคู่มือ · the back office of Khumue"), kong.UsageOnError(),
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
		fmt.Fprintln(s.err, "syncd:", err)
		return 2
	}
	err = parsed.Run()
	fault.Tell(s.err, "syncd", err)
	return fault.ExitCode(err)
}
