package gitserve

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"
	"time"

	"khumue/internal/fault"
	"khumue/internal/gitrepo"
	"khumue/syncd/internal/rights"
)

// upload answers a fetch: git's upload-pack gets what the client asks for, once
// it is known to be something that this person may have.
func (s *Server) upload(x *exchange) error {
	const service = "git-upload-pack"
	if err := expect(x, service); err != nil {
		return err
	}
	if err := s.admit(x, false); err != nil {
		return err
	}
	in, err := s.body(x, longestRequest)
	if err != nil {
		return err
	}
	body, err := io.ReadAll(in)
	if err != nil {
		return cut(err)
	}
	wants, err := wanted(body, strings.HasPrefix(versionOf(x.r), "version=2"))
	if err != nil {
		return err
	}
	hidden, err := s.firstHidden(x.r.Context(), x.by, wants)
	if err != nil {
		return err
	}
	if hidden != (gitrepo.Hash{}) {
		s.begin(x, service, false)
		return sayError(x.w, "upload-pack: not our ref "+hidden.String())
	}
	return s.run(x, job{service: service, in: bytes.NewReader(body)})
}

// body is what a client sends, inflated, at most so many bytes of it. A client
// that falls silent is given up.
func (s *Server) body(x *exchange, most int64) (io.Reader, error) {
	if x.r.ContentLength > most {
		return nil, &http.MaxBytesError{Limit: most}
	}
	raw := &paced{http.MaxBytesReader(x.w, x.r.Body, most), x.control, s.Limits.Silence, s.Now}
	switch x.r.Header.Get("Content-Encoding") {
	case "", "identity":
		return raw, nil
	case "gzip", "x-gzip":
		z, err := gzip.NewReader(raw)
		if err != nil {
			return nil, errKind
		}
		return &bounded{z, most, most}, nil
	}
	return nil, errKind
}

// cut tells a body that was cut short from one that was too large.
func cut(err error) error {
	var large *http.MaxBytesError
	if errors.As(err, &large) {
		return err
	}
	return errKind
}

// bounded reads at most so many bytes; more are an error.
type bounded struct {
	in         io.Reader
	left, most int64
}

// Read reads on.
func (b *bounded) Read(p []byte) (int, error) {
	n, err := b.in.Read(p)
	if b.left -= int64(n); b.left < 0 {
		return 0, &http.MaxBytesError{Limit: b.most}
	}
	return n, err
}

// paced reads what a client sends as long as it does send.
type paced struct {
	in      io.Reader
	control *http.ResponseController
	silence time.Duration
	now     func() time.Time
}

// Read reads on, and gives the client time for it.
func (p *paced) Read(b []byte) (int, error) {
	if err := p.control.SetReadDeadline(p.now().Add(p.silence)); err != nil {
		return 0, err
	}
	n, err := p.in.Read(b)
	if err == io.EOF { // nothing more is read: only whether the client is still there
		if err := p.control.SetReadDeadline(time.Time{}); err != nil {
			return n, err
		}
	}
	return n, err
}

// mostBehind is how far behind main a commit may be that somebody asks for by
// its name, such as when main moves while a clone begins.
const mostBehind = 1000

// firstHidden returns the first of the objects asked for that this person may
// not have, the zero Hash when there is none. A commit has to be one that is
// shown, or on main. Git itself would give away every object of which somebody
// knows the name; of trees and files, whose names only such a commit tells, it
// does.
func (s *Server) firstHidden(ctx context.Context, by rights.Officer, wants []gitrepo.Hash) (gitrepo.Hash, error) {
	var shown map[gitrepo.Hash]bool
	for _, h := range wants {
		kind, err := s.Repo.Kind(h)
		switch {
		case errors.Is(err, fault.NotFound):
			return h, nil
		case err != nil:
			return h, err
		case kind == gitrepo.Tree, kind == gitrepo.Blob:
			continue
		}
		if shown == nil {
			if shown, err = s.shown(ctx, by); err != nil {
				return h, err
			}
		}
		if shown[h] {
			continue
		}
		if is, err := s.onMain(h); err != nil || !is {
			return h, err
		}
	}
	return gitrepo.Hash{}, nil
}

func (s *Server) onMain(h gitrepo.Hash) (bool, error) {
	tip, err := s.Repo.Refs().Get(gitrepo.Main)
	if err != nil {
		return false, err
	}
	for a, err := range s.Repo.FirstParents(tip, mostBehind) {
		if err != nil || a.Hash == h {
			return err == nil, err
		}
	}
	return false, nil
}

// shown are the commits that the refs name which a person may see.
func (s *Server) shown(ctx context.Context, by rights.Officer) (map[gitrepo.Hash]bool, error) {
	visible, err := s.Refs.Visible(ctx, by)
	if err != nil {
		return nil, err
	}
	out := map[gitrepo.Hash]bool{}
	for _, name := range append(visible, gitrepo.Main) {
		h, err := s.Repo.Refs().Get(name)
		if err == nil {
			out[h] = true
			continue
		}
		for r, err := range s.Repo.Refs().Each(name + "/") {
			if err != nil {
				return nil, err
			}
			out[r.Hash] = true
		}
	}
	return out, nil
}

// settingsOf writes the file by which git shows the refs that a person may see,
// and those that a push names: what it may do with them is for Check to say.
func (s *Server) settingsOf(ctx context.Context, by rights.Officer, named []gitrepo.Move) (file string, err error) {
	visible, err := s.Refs.Visible(ctx, by)
	if err != nil {
		return "", err
	}
	visible = append(visible, gitrepo.Main)
	for _, m := range named {
		visible = append(visible, m.Ref)
	}
	var b strings.Builder
	b.WriteString("[transfer]\n\thideRefs = refs\n")
	for _, name := range visible {
		if !refForm.MatchString(name) {
			return "", fmt.Errorf("%q is not the name of a ref", name)
		}
		fmt.Fprintf(&b, "\thideRefs = !%s\n", name)
	}
	f, err := os.CreateTemp(s.Work, "shown-*")
	if err != nil {
		return "", err
	}
	_, err = f.WriteString(b.String())
	return f.Name(), errors.Join(err, f.Close())
}
