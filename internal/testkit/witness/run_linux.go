//go:build amd64 || arm64

package witness

import (
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"

	"golang.org/x/sys/unix"
)

// Watch is what to look at.
type Watch struct {
	Begun  func(process int)     // the program has started; may be nil
	Root   string                // only calls on files in or below this folder are told
	Before func(c *Call) Verdict // each call, before it is made
	After  func(c *Call)         // each call that succeeded; may be nil
	Gone   func()                // the program has ended, what it started perhaps not; may be nil
	Shown  bool                  // the program calls Show
}

// Run runs a program that has not been started yet, and returns how it ended,
// once all that it started have ended too. Calls are told one at a time; while
// one is told, whoever makes it stands still. Standard streams have to be files,
// and nobody may leave the program's process group.
func (w Watch) Run(cmd *exec.Cmd) (unix.WaitStatus, error) {
	root, err := filepath.EvalSymlinks(w.Root)
	if err != nil {
		return 0, err
	}
	w.Root = root
	runtime.LockOSThread() // who traces is a thread
	defer runtime.UnlockOSThread()
	if cmd.SysProcAttr == nil {
		cmd.SysProcAttr = &unix.SysProcAttr{}
	}
	cmd.SysProcAttr.Ptrace, cmd.SysProcAttr.Setpgid = true, true
	if err := cmd.Start(); err != nil {
		return 0, err
	}
	if w.Begun != nil {
		w.Begun(cmd.Process.Pid)
	}
	t := &tracer{watch: w, own: cmd.Process.Pid, threads: map[int]*thread{}}
	err = t.loop()
	return t.ended, errors.Join(err, cmd.Process.Release())
}

// thread is one that is watched.
type thread struct {
	process int
	call    *Call // that it is in; nil of others
}

type tracer struct {
	watch   Watch
	own     int
	threads map[int]*thread
	quiet   bool // nothing is told any more
	ended   unix.WaitStatus
}

const options = unix.PTRACE_O_TRACESYSGOOD | unix.PTRACE_O_TRACEFORK | unix.PTRACE_O_TRACEVFORK | unix.PTRACE_O_TRACECLONE |
	unix.PTRACE_O_TRACEEXEC | unix.PTRACE_O_TRACESECCOMP | unix.PTRACE_O_EXITKILL

// loop lets all go from stop to stop, until none is left.
func (t *tracer) loop() error {
	for {
		var status unix.WaitStatus
		id, err := unix.Wait4(-t.own, &status, unix.WALL|unix.WNOTHREAD, nil) // this thread may have started others
		switch {
		case errors.Is(err, unix.EINTR):
			continue
		case errors.Is(err, unix.ECHILD):
			return nil
		case err != nil:
			return err
		case status.Stopped():
			if err := t.stopped(id, status); err != nil && !errors.Is(err, unix.ESRCH) { // killed meanwhile
				t.kill(t.processes()...)
				return fmt.Errorf("thread %d: %w", id, err)
			}
			continue
		}
		delete(t.threads, id)
		if id == t.own {
			t.ended = status
			if t.watch.Gone != nil {
				t.watch.Gone()
			}
		}
	}
}

// stopped deals with a thread that stands still, and lets it go on.
func (t *tracer) stopped(id int, status unix.WaitStatus) error {
	known := t.threads[id]
	signal := status.StopSignal()
	switch {
	case known == nil:
		known = &thread{process: processOf(id)}
		t.threads[id] = known
		if id == t.own {
			if err := unix.PtraceSetOptions(id, options); err != nil {
				return err
			}
		}
		signal = 0 // the stop by which it begins
	case signal == unix.SIGTRAP|0x80:
		signal = 0
		if err := t.atCall(id, known); err != nil {
			return err
		}
	case signal == unix.SIGTRAP:
		signal = 0 // it started another, or became another program
		if status.TrapCause() == unix.PTRACE_EVENT_SECCOMP {
			if err := t.atCall(id, known); err != nil {
				return err
			}
		}
	}
	if t.quiet || t.watch.Shown && (known.call == nil || t.watch.After == nil) {
		return unix.PtraceCont(id, int(signal))
	}
	return unix.PtraceSyscall(id, int(signal)) // up to where it makes a call, or has made it
}

// processOf is the process of a thread, which is stopped.
func processOf(id int) int {
	status, _ := os.ReadFile(fmt.Sprintf("/proc/%d/status", id))
	_, rest, _ := strings.Cut(string(status), "\nTgid:")
	process := id
	_, _ = fmt.Sscan(rest, &process)
	return process
}

// atCall looks at a call that a thread is about to make, or has made.
func (t *tracer) atCall(id int, th *thread) error {
	var info callInfo
	if err := info.get(id); err != nil {
		return err
	}
	if t.quiet {
		return nil
	}
	if info.leaves() {
		c := th.call
		if th.call = nil; c != nil && !info.failed() && t.watch.After != nil {
			t.watch.After(c)
		}
		return nil
	}
	c := info.read(id)
	if c == nil || !t.within(c.Path) && !t.within(c.To) {
		return nil
	}
	c.Own, th.call = th.process == t.own, c
	switch t.watch.Before(c) {
	case KillAll:
		t.quiet = true
		t.kill(t.processes()...)
	case KillOwn:
		t.quiet = true
		t.kill(t.own)
	case KillThis:
		t.kill(th.process)
	case GoOn:
	}
	return nil
}

func (t *tracer) within(file string) bool {
	return file == t.watch.Root || strings.HasPrefix(file, t.watch.Root+"/")
}

// processes are those that are watched.
func (t *tracer) processes() (out []int) {
	for _, th := range t.threads {
		out = append(out, th.process)
	}
	return out
}

// kill kills processes that are watched, none of which has been waited for.
func (t *tracer) kill(processes ...int) {
	for _, p := range processes {
		_ = unix.Kill(p, unix.SIGKILL) // it may have ended by itself
	}
}

// callInfo is what the system tells of a call: struct ptrace_syscall_info.
type callInfo [88]byte

// infoExit marks a callInfo of a call that has been made.
const infoExit = 2

func (i *callInfo) leaves() bool { return i[0] == infoExit }
func (i *callInfo) failed() bool { return i[32] != 0 }
func (i *callInfo) number() int  { return int(i.word(24)) }

// arg is an argument of the call, from 0.
func (i *callInfo) arg(n int) uint64 { return i.word(32 + 8*n) }

func (i *callInfo) word(at int) uint64 { return binary.NativeEndian.Uint64(i[at:]) }
