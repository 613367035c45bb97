// Package witness watches what a program, and those that it starts, do to the
// files below a folder, call by call, and ends them where it is told to. A test
// that kills a program at each of its steps needs no help from the program.
//
// It also tells what a failure of power at any moment may leave: of what was
// written, only what was synced is certain.
//
// It knows Linux on amd64 and arm64, and refuses to know what the files mean.
package witness

// Call is a system call that changes a file or a folder, or that makes a change
// durable.
type Call struct {
	Name string // as the system calls it, such as renameat
	Path string // what it is done to, absolute
	To   string // of a rename or a link, what becomes of it; "" of others
	Own  bool   // made by the program itself, not by one that it started

	sync   bool // it makes durable rather than changes
	create bool // it may make something that was not there
}

// Sync reports whether the call makes durable what others have changed.
func (c *Call) Sync() bool { return c.sync }

// String is the call as a person reads it.
func (c *Call) String() string {
	out := c.Name + " " + c.Path
	if c.To != "" {
		out += " " + c.To
	}
	if !c.Own {
		out += " (by a program that was started)"
	}
	return out
}

// Verdict says what becomes of a call and its program.
type Verdict int

// Verdicts. Who is killed makes the call no more.
const (
	GoOn     Verdict = iota
	KillAll          // the program, and all that it has started
	KillOwn          // the program; what it has started goes on alone
	KillThis         // whoever makes the call
)
