package outbox

import (
	"context"
	"errors"
	"slices"

	"khumue/internal/fault"
	"khumue/internal/wire"
)

// addPart keeps a file that is to be sent. The centre is asked even for one that it had
// once: it keeps files no longer than something waits for them.
func addPart(r Records, f wire.File) error {
	p, err := r.Part(f.SHA256)
	if errors.Is(err, fault.NotFound) || err == nil && p.Done {
		return r.PutPart(Part{File: f})
	}
	return err
}

// askFiles has the centre asked how much of files it has that came as a whole: what was
// spoilt there after that comes again.
func askFiles(r Records, files []wire.File) error {
	for _, f := range files {
		p, err := r.Part(f.SHA256)
		if err == nil && p.Done {
			err = r.PutPart(Part{File: p.File})
		}
		if err != nil && !errors.Is(err, fault.NotFound) {
			return err
		}
	}
	return nil
}

// Parts returns files that are to be sent, of operations that the centre has.
func (b *Box) Parts(ctx context.Context, most int) (list []Part, err error) {
	err = b.Store.Read(ctx, func(r Records) (err error) { list, err = r.Parts(most); return err })
	return list, err
}

// Got notes how much the centre has of files, and returns of how many it was news.
func (b *Box) Got(ctx context.Context, got []wire.Got) (news int, err error) {
	err = b.Store.Write(Aside(ctx), func(r Records) error {
		news = 0
		for _, g := range got {
			p, err := r.Part(g.SHA256)
			if errors.Is(err, fault.NotFound) {
				continue // not ours
			} else if err != nil {
				return err
			}
			if p.Have == g.Have && p.Done == g.Complete {
				continue
			}
			p.Have, p.Done = g.Have, g.Complete
			news++
			if err := r.PutPart(p); err != nil {
				return err
			}
		}
		return nil
	})
	return news, err
}

// LostPart takes it that a file is not here any more, nor will be: what names it
// needs attention.
func (b *Box) LostPart(ctx context.Context, p Part, why fault.Text) error {
	return b.Store.Write(Aside(ctx), func(r Records) error {
		list, err := r.Items(Filter{States: []State{Ready, Sending, Stored}})
		if err != nil {
			return err
		}
		for _, i := range list {
			if !slices.Contains(i.Files, p.File) {
				continue
			}
			i.State, i.Code, i.Text = Attention, CodeNoFile, why
			if err := r.Keep(i); err != nil {
				return err
			}
		}
		p.Done = true
		return r.PutPart(p)
	})
}

// Files returns of an operation how many of its files the centre has.
func (b *Box) Files(ctx context.Context, i Item) (done int, err error) {
	err = b.Store.Read(ctx, func(r Records) error {
		done = 0
		for _, f := range i.Files {
			p, err := r.Part(f.SHA256)
			if err != nil {
				return err
			}
			if p.Done {
				done++
			}
		}
		return nil
	})
	return done, err
}
