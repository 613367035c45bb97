package ledger

import (
	"context"
	"path"
	"strings"

	"khumue/internal/fault"
	"khumue/internal/gitrepo"
	"khumue/internal/proof"
)

// Reorganise commits edits to main by which agencies and what is theirs stand
// elsewhere: it is one signed commit, in turn with what is published. Whole
// folders move by their hashes, so that it costs the same for ten manuals and a
// hundred thousand. Undoes names the commit that it takes back, or is zero.
//
// Edits that make anything of a manual but to put it elsewhere are an error of
// kind Invalid. Where nothing differs there is no commit, and Landed is zero.
func (l *Ledger) Reorganise(ctx context.Context, subject, reason string, undoes gitrepo.Hash, edit Editing) (Landed, error) {
	if err := l.notHere(); err != nil {
		return Landed{}, err
	}
	t := proof.Trailers{Stage: proof.Move, Reason: proof.CleanReason(reason), Undoes: proof.Hash(undoes)}
	return l.inTurn(func(l *Ledger) (Landed, gitrepo.Hash, error) {
		return l.immediately(ctx, t, subject, edit, l.keepsManuals)
	})
}

// piece is what stands in one of two contents alone.
type piece struct {
	at     string
	hash   gitrepo.Hash
	folder bool
}

// isManual reports whether a piece is a manual's folder, or anything else that
// stands among manuals.
func (p piece) isManual() bool {
	return strings.HasPrefix(p.at, agenciesFolder+"/") && path.Base(path.Dir(p.at)) == manualsFolder
}

// pieces are what two contents do not share.
type pieces struct {
	repo       *gitrepo.Repository
	went, came []piece
}

// keepsManuals holds a reorganisation to its promise: each manual that went from
// one place came to another as it was.
func (l *Ledger) keepsManuals(old, new gitrepo.Hash) error {
	p := pieces{repo: l.Repo}
	if err := p.compare("", old, new); err != nil {
		return err
	}
	for {
		p.cancel()
		more, err := p.enter()
		if err != nil {
			return err
		}
		if !more {
			break
		}
	}
	for _, one := range append(p.went, p.came...) {
		if one.isManual() {
			return fault.New(fault.Invalid, fault.Textf("การย้ายเปลี่ยนเนื้อหาของ %s ด้วย", "the reorganisation would change %s", one.at),
				fault.Text{TH: "แก้ไขคู่มือด้วยฉบับใหม่", EN: "change the manual by a new revision"})
		}
	}
	return nil
}

// compare adds what differs between the folders of one name.
func (p *pieces) compare(at string, old, new gitrepo.Hash) error {
	was, err := p.entries(old)
	if err != nil {
		return err
	}
	is, err := p.entries(new)
	if err != nil {
		return err
	}
	for name, a := range was {
		b, both := is[name]
		one, other := piece{path.Join(at, name), a.Hash, a.IsFolder()}, piece{path.Join(at, name), b.Hash, b.IsFolder()}
		switch {
		case both && a == b:
		case both && one.folder && other.folder && !one.isManual():
			if err := p.compare(one.at, a.Hash, b.Hash); err != nil {
				return err
			}
		case both:
			p.went, p.came = append(p.went, one), append(p.came, other)
		default:
			p.went = append(p.went, one)
		}
	}
	for name, b := range is {
		if _, both := was[name]; !both {
			p.came = append(p.came, piece{path.Join(at, name), b.Hash, b.IsFolder()})
		}
	}
	return nil
}

func (p *pieces) entries(tree gitrepo.Hash) (map[string]gitrepo.Entry, error) {
	out := map[string]gitrepo.Entry{}
	list, err := p.repo.Entries(tree)
	for _, e := range list {
		out[e.Name] = e
	}
	return out, err
}

// cancel leaves out what came as it went: of one name, the same and, where it is
// a manual, as one.
func (p *pieces) cancel() {
	type thing struct {
		name   string
		hash   gitrepo.Hash
		manual bool
	}
	of := func(one piece) thing { return thing{path.Base(one.at), one.hash, one.isManual()} }
	left := map[thing]int{}
	for _, one := range p.went {
		left[of(one)]++
	}
	var came []piece
	for _, one := range p.came {
		if left[of(one)] == 0 {
			came = append(came, one)
			continue
		}
		left[of(one)]--
	}
	var went []piece
	for _, one := range p.went {
		if left[of(one)] > 0 {
			left[of(one)]--
			went = append(went, one)
		}
	}
	p.went, p.came = went, came
}

// enter puts what stands in the folders that are left in their place, those of
// manuals apart; false when there is none.
func (p *pieces) enter() (more bool, err error) {
	for _, list := range []*[]piece{&p.went, &p.came} {
		var out []piece
		for _, one := range *list {
			if !one.folder || one.isManual() {
				out = append(out, one)
				continue
			}
			more = true
			entries, err := p.repo.Entries(one.hash)
			if err != nil {
				return false, err
			}
			for _, e := range entries {
				out = append(out, piece{path.Join(one.at, e.Name), e.Hash, e.IsFolder()})
			}
		}
		*list = out
	}
	return more, nil
}
