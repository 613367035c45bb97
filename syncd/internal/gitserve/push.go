package gitserve

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"time"

	"khumue/internal/gitrepo"
	"khumue/syncd/internal/rights"
)

// receive takes a push: git's receive-pack reads the pack into quarantine and
// asks the hook before it moves a ref.
func (s *Server) receive(x *exchange) error {
	const service = "git-receive-pack"
	if err := expect(x, service); err != nil {
		return err
	}
	if err := s.admit(x, true); err != nil {
		return err
	}
	if !x.by.MayAnywhere(rights.WriteManual) {
		return rights.Refused()
	}
	in, err := s.body(x, s.Limits.Push+longestCommand)
	if err != nil {
		return err
	}
	head, moves, err := readCommands(in)
	if err != nil {
		return err
	}
	// What is left unread of a push must not be taken for the next request.
	x.w.Header().Set("Connection", "close")
	// Progress is told while the pack still comes. HTTP/2 always can.
	if err := x.control.EnableFullDuplex(); err != nil && !errors.Is(err, errors.ErrUnsupported) {
		return err
	}
	for _, m := range moves {
		s.unlock(m.Ref)
	}
	push := &Push{By: x.by, Moves: moves}
	err = s.run(x, job{service: service, in: io.MultiReader(bytes.NewReader(head), in), push: push})
	if done := s.moved(moves); len(done) > 0 && s.Pushed != nil {
		s.Pushed(context.WithoutCancel(x.r.Context()), x.by, done)
	}
	return err
}

// moved are the moves that were made.
func (s *Server) moved(moves []gitrepo.Move) (done []gitrepo.Move) {
	for _, m := range moves {
		if now, err := s.Repo.Refs().Get(m.Ref); err == nil && now == m.New && m.New != m.Old {
			done = append(done, m)
		}
	}
	return done
}

// abandonedAfter is the age of a draft's lock that nobody holds any more: all
// who move drafts do it within seconds.
const abandonedAfter = time.Minute

// unlock takes away the lock of a draft that a git which was killed has left, so
// that one push does not keep the draft from the next ones.
func (s *Server) unlock(ref string) {
	if !isDraft(ref) {
		return
	}
	name := filepath.Join(s.Repo.Dir(), filepath.FromSlash(ref)+".lock")
	if info, err := os.Stat(name); err == nil && s.Now().Sub(info.ModTime()) > abandonedAfter {
		os.Remove(name)
	}
}
