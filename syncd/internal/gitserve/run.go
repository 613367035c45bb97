package gitserve

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"time"

	"khumue/internal/gitrepo"
)

// job is a run of git for a client.
type job struct {
	service   string    // git-upload-pack or git-receive-pack
	advertise bool      // it tells what there is, and reads nothing
	in        io.Reader // what the client says; nil when it advertises
	push      *Push     // of git-receive-pack
}

// settings is what git works with, whatever the machine and the repository say.
// The index of what is hidden follows behind.
func (s *Server) settings(shown string) []string {
	return []string{
		"core.hooksPath", s.hooks(),
		"core.fsync", "all",
		"core.alternateRefsCommand", "true", // nobody is told of refs elsewhere
		"safe.directory", s.dir,
		"gc.auto", "0",
		"maintenance.auto", "false",
		"transfer.fsckObjects", "true",
		"transfer.advertiseSID", "false",
		"receive.fsckObjects", "true",
		"receive.maxInputSize", strconv.FormatInt(s.Limits.Push, 10),
		"receive.denyNonFastForwards", "true",
		"receive.denyDeletes", "true",
		"receive.autogc", "false",
		"receive.updateServerInfo", "false",
		"receive.advertisePushOptions", "false",
		"receive.shallowUpdate", "false",
		"uploadpack.allowFilter", "true",
		"uploadpackfilter.allow", "false",
		"uploadpackfilter.blob:none.allow", "true",
		"uploadpackfilter.blob:limit.allow", "true",
		"uploadpackfilter.tree.allow", "true",
		"uploadpackfilter.tree.maxDepth", "0",
		"uploadpack.allowAnySHA1InWant", "true", // firstHidden looks before
		"uploadpack.allowRefInWant", "false",
		"pack.threads", "1",
		"pack.windowMemory", "64m",
		"pack.deltaCacheSize", "64m",
		"include.path", shown,
	}
}

// environment is all that git and the hook know of where they run.
func (s *Server) environment(x *exchange, j job, shown string) ([]string, error) {
	env := []string{
		"PATH=" + os.Getenv("PATH"), "HOME=" + s.home(), "LC_ALL=C.UTF-8",
		"GIT_CONFIG_NOSYSTEM=1", "GIT_CONFIG_GLOBAL=" + os.DevNull, "GIT_ATTR_NOSYSTEM=1", "GIT_TERMINAL_PROMPT=0", "GIT_NO_REPLACE_OBJECTS=1",
		"GIT_PROTOCOL=" + versionOf(x.r), "KHUMUE_HOOK=" + s.Hook,
	}
	for _, name := range []string{"SYSTEMROOT", "TEMP", "TMP"} { // of Windows
		if v := os.Getenv(name); v != "" {
			env = append(env, name+"="+v)
		}
	}
	settings := s.settings(shown)
	for i := 0; i < len(settings); i += 2 {
		n := strconv.Itoa(i / 2)
		env = append(env, "GIT_CONFIG_KEY_"+n+"="+settings[i], "GIT_CONFIG_VALUE_"+n+"="+settings[i+1])
	}
	env = append(env, "GIT_CONFIG_COUNT="+strconv.Itoa(len(settings)/2))
	if j.push == nil {
		return env, nil
	}
	told, err := j.push.tell(s.dir)
	return append(env, told), err
}

// stopWithin is how long a git that is told to stop may take to clean up.
const stopWithin = 5 * time.Second

// run has git do a job, and hands on what it says as it says it.
func (s *Server) run(x *exchange, j job) error {
	if j.push != nil && !runs(s.hooks()+"/"+hookName) {
		return errors.New("the hook of pushes is not there, or the system does not run it: nothing can be taken")
	}
	leave, err := s.seats.take(x.r.Context(), x.by.ID, s.Limits.Wait)
	if err != nil {
		return err
	}
	defer leave()
	var named []gitrepo.Move
	if j.push != nil {
		named = j.push.Moves
	}
	shown, err := s.settingsOf(x.r.Context(), x.by, named)
	if shown != "" {
		defer os.Remove(shown)
	}
	if err != nil {
		return err
	}
	env, err := s.environment(x, j, shown)
	if err != nil {
		return err
	}
	// A push whose client goes is not cut down: it ends by itself where it is
	// not whole, and else it is done.
	ctx := x.r.Context()
	if j.push != nil {
		ctx = context.WithoutCancel(ctx)
	}
	ctx, cancel := context.WithTimeout(ctx, s.Limits.Whole)
	defer cancel()
	args := []string{strings.TrimPrefix(j.service, "git-"), "--stateless-rpc"}
	if j.advertise {
		args = append(args, "--advertise-refs")
	}
	cmd := exec.CommandContext(ctx, "git", append(args, "--", s.dir)...)
	cmd.Dir, cmd.Env = s.home(), env
	s.begin(x, j.service, j.advertise)
	return s.speak(x, j, cmd)
}

// begin sends the head of an answer.
func (s *Server) begin(x *exchange, service string, advertise bool) {
	kind := "result"
	if advertise {
		kind = "advertisement"
	}
	x.w.Header().Set("Content-Type", fmt.Sprintf("application/x-%s-%s", service, kind))
	x.begun = true
	x.w.WriteHeader(http.StatusOK)
	if advertise && (service == "git-receive-pack" || !strings.HasPrefix(versionOf(x.r), "version=2")) {
		fmt.Fprintf(x.w, "%04x# service=%s\n%s", len(service)+15, service, flush)
	}
}

// speak runs git between the client's words and the answer.
func (s *Server) speak(x *exchange, j job, cmd *exec.Cmd) error {
	var said limitedBuffer
	cmd.Stdout = &answerer{x: x, silence: s.Limits.Silence, now: s.Now, stubborn: j.push != nil}
	cmd.Stderr = &said
	cmd.WaitDelay = stopWithin
	cmd.Cancel = func() error { return stop(cmd) }
	together(cmd)
	to, err := cmd.StdinPipe()
	if err != nil {
		return err
	}
	if err := cmd.Start(); err != nil {
		return err
	}
	defer end(cmd)
	heard := make(chan error, 1)
	go func() { heard <- s.listen(j.in, to) }()
	err = cmd.Wait()
	if lost := <-heard; lost != nil && err == nil {
		err = lost
	}
	if err != nil && said.Len() > 0 {
		err = fmt.Errorf("%w: %s", err, bytes.TrimSpace(said.Bytes()))
	}
	if j.push != nil && err != nil { // the client was told in git's way
		s.Log.LogAttrs(x.r.Context(), slog.LevelInfo, "a push was not taken", slog.String("id", s.Request(x.r.Context())), slog.String("error", err.Error()))
		return nil
	}
	return err
}

// listen hands what the client says to git. When git wants no more of it, the
// rest is passed over, so that the client comes to read the answer.
func (s *Server) listen(in io.Reader, to io.WriteCloser) error {
	if in == nil {
		return ignoreClosed(to.Close())
	}
	_, err := io.Copy(to, in)
	var gone *os.PathError
	if errors.As(err, &gone) {
		_, err = io.Copy(io.Discard, io.LimitReader(in, s.Limits.Push))
	}
	return errors.Join(err, ignoreClosed(to.Close()))
}

func ignoreClosed(err error) error {
	if errors.Is(err, os.ErrClosed) {
		return nil
	}
	return err
}

// answerer sends what git says, at once. A stubborn one lets git finish when
// nobody listens any more.
type answerer struct {
	x        *exchange
	silence  time.Duration
	now      func() time.Time
	stubborn bool
	gone     bool
}

// Write sends something.
func (a *answerer) Write(p []byte) (int, error) {
	if a.gone {
		return len(p), nil
	}
	err := a.x.control.SetWriteDeadline(a.now().Add(a.silence))
	if err == nil {
		if _, err = a.x.w.Write(p); err == nil {
			err = a.x.control.Flush()
		}
	}
	if err != nil && a.stubborn {
		a.gone, err = true, nil
	}
	return len(p), err
}

// mostSaid is how much of git's complaints is kept for the log, in bytes.
const mostSaid = 4 << 10

type limitedBuffer struct{ bytes.Buffer }

// Write keeps the beginning.
func (l *limitedBuffer) Write(p []byte) (int, error) {
	l.Buffer.Write(p[:min(len(p), mostSaid-l.Len())])
	return len(p), nil
}
