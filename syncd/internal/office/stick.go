package office

import (
	"cmp"
	"context"
	"crypto/ecdh"
	"crypto/ed25519"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"io"
	"slices"
	"strings"

	"khumue/internal/fault"
	"khumue/internal/wire"
	"khumue/syncd/internal/cargo"
	"khumue/syncd/internal/outbox"
	"khumue/syncd/internal/stick"
)

// waiting is an operation that a stick is to carry, with the files that the centre
// lacks.
type waiting struct {
	id    string
	bytes int64
	files []wire.File
}

// waiting lists what the centre does not have: operations, and those whose files it
// lacks.
func (r *Rooms) waiting(ctx context.Context) (list []waiting, err error) {
	f := outbox.Filter{States: []outbox.State{outbox.Ready, outbox.Sending, outbox.Stored, outbox.Attention}, Whole: true, Most: wire.MaxOps}
	err = r.Box.Store.Read(ctx, func(rec outbox.Records) error {
		list = nil
		for f.Behind = 0; ; f.Behind += f.Most {
			some, err := rec.Items(f)
			if err != nil {
				return err
			}
			for _, i := range some {
				w, err := lacking(rec, i)
				if err != nil {
					return err
				}
				if !i.There || len(w.files) > 0 && i.State == outbox.Stored {
					list = append(list, w)
				}
			}
			if len(some) < f.Most {
				break
			}
		}
		slices.SortFunc(list, func(a, b waiting) int { return strings.Compare(a.id, b.id) })
		return nil
	})
	return list, err
}

func lacking(rec outbox.Records, i outbox.Item) (w waiting, err error) {
	w = waiting{id: i.ID, bytes: int64(i.Size())}
	for _, f := range i.Files {
		p, err := rec.Part(f.SHA256)
		if errors.Is(err, fault.NotFound) || err == nil && p.Done && i.There {
			continue
		} else if err != nil {
			return w, err
		}
		w.files = append(w.files, f)
		w.bytes += f.Size
	}
	return w, nil
}

// Parts tells into how many files what the centre does not have goes, and what each
// has.
func (r *Rooms) Parts(ctx context.Context) (parts []stick.Part, err error) {
	list, err := r.waiting(ctx)
	for _, w := range list {
		n := len(parts) - 1
		if n < 0 || parts[n].Bytes+w.bytes > stick.MaxPart {
			parts = append(parts, stick.Part{First: w.id})
			n++
		}
		parts[n].Last, parts[n].Operations, parts[n].Bytes = w.id, parts[n].Operations+1, parts[n].Bytes+w.bytes
	}
	return parts, err
}

// Export writes a file with what the centre does not have, of a part or, where that is
// zero, of all, signed by the machine and sealed for the centre. It tells how many
// operations that is. What is exported stays to be sent.
func (r *Rooms) Export(ctx context.Context, w io.Writer, p stick.Part) (n int, err error) {
	list, err := r.waiting(ctx)
	if err != nil {
		return 0, err
	}
	list = slices.DeleteFunc(list, func(w waiting) bool {
		return w.id < p.First || p.Last != "" && w.id > p.Last
	})
	var id [16]byte
	if _, err := io.ReadFull(rand.Reader, id[:]); err != nil {
		return 0, err
	}
	seal := func(text []byte, about string) ([]byte, error) { return cargo.Seal(r.papers.CentreBox, text, about) }
	out, err := stick.Begin(w, stick.Head{Kind: stick.Work, Device: r.Device, File: hex.EncodeToString(id[:]), Made: r.now(), Operations: len(list)}, seal)
	if err != nil {
		return 0, err
	}
	sent := map[string]bool{}
	for _, one := range list {
		if err := r.pack(ctx, out, one, sent); err != nil {
			return n, err
		}
		n++
	}
	key := ed25519.NewKeyFromSeed(r.papers.Sign)
	return n, out.Close(func(text []byte) []byte { return ed25519.Sign(key, text) })
}

// pack puts an operation into a file, behind the files that it brings.
func (r *Rooms) pack(ctx context.Context, out *stick.Writer, w waiting, sent map[string]bool) error {
	for _, f := range w.files {
		if sent[f.SHA256] {
			continue
		}
		sent[f.SHA256] = true
		if err := r.packFile(out, f); err != nil {
			return err
		}
	}
	var i outbox.Item
	err := r.Box.Store.Read(ctx, func(rec outbox.Records) (err error) {
		i, err = rec.Item(w.id)
		return err
	})
	if err != nil || i.Emptied {
		return err
	}
	return out.Put(wire.Message{Type: wire.Push, Nonce: i.ID, Stream: i.Stream, Ops: []wire.Op{i.Op}})
}

// packFile puts the pieces of a file. One that is not here any more is left out: what
// names it says so by itself.
func (r *Rooms) packFile(out *stick.Writer, f wire.File) error {
	file, err := r.beside.Open(f.SHA256)
	if errors.Is(err, fault.NotFound) {
		return nil
	} else if err != nil {
		return err
	}
	data, err := io.ReadAll(io.NewSectionReader(file, 0, f.Size))
	if err = errors.Join(err, file.Close()); err != nil {
		return err
	}
	for at := 0; at < len(data) && err == nil; at += wire.MaxChunk {
		piece := data[at:min(at+wire.MaxChunk, len(data))]
		err = out.Put(wire.Message{Type: wire.Chunk, Nonce: f.SHA256, Piece: &wire.Piece{SHA256: f.SHA256, Size: f.Size, At: int64(at), Data: piece}})
	}
	return err
}

// Receive takes in the centre's receipt for a file, and tells of how many operations it
// was news. A receipt of another machine, or of a centre that was put back since, is an
// error of kind Conflict, and changes nothing.
func (r *Rooms) Receive(ctx context.Context, file io.ReadSeeker) (news int, err error) {
	in, err := stick.Open(file)
	if err != nil {
		return 0, err
	}
	g, err := r.Box.Greeting(ctx)
	switch {
	case err != nil:
		return 0, err
	case in.Kind != stick.Receipt:
		return 0, fault.New(fault.Invalid, fault.Text{TH: "ไฟล์นี้เป็นไฟล์งาน ไม่ใช่ใบรับ", EN: "This is a file of work, and no receipt."},
			fault.Text{TH: "นำไฟล์งานเข้าที่หลังบ้านของศูนย์กลาง แล้วนำใบรับกลับมา", EN: "Bring it to the centre's back office, and bring its receipt back here."})
	case in.Device != r.Device:
		return 0, fault.New(fault.Conflict, fault.Text{TH: "ใบรับนี้เป็นของเครื่องอื่น", EN: "This receipt is another machine's."},
			fault.Text{TH: "นำเข้าที่เครื่องที่บันทึกไฟล์งานไว้", EN: "Import it on the machine that saved the file."})
	case in.Epoch != cmp.Or(g.Epoch, in.Epoch):
		return 0, fault.New(fault.Conflict, fault.Text{TH: "ศูนย์กลางกู้คืนข้อมูลหลังจากออกใบรับนี้ หรือใบรับนี้ใหม่กว่าที่เครื่องนี้รู้จัก", EN: "The centre was restored since, or before, this receipt was given."},
			fault.Text{TH: "ต่อเครือข่ายสักครู่ หรือบันทึกไฟล์ใหม่แล้วนำเข้าที่ศูนย์กลางอีกครั้ง", EN: "Connect to a network for a moment, or save the file anew and bring it to the centre again."})
	}
	own, err := ecdh.X25519().NewPrivateKey(r.papers.Box)
	if err != nil {
		return 0, err
	}
	shared, err := stick.Between(own, r.papers.CentreBox, rand.Reader)
	if err != nil {
		return 0, err
	}
	if err := in.Proven(shared.Check); err != nil {
		return 0, err
	}
	err = in.Each(shared.Open, func(m wire.Message) error {
		n, err := r.Box.Settle(ctx, m.Results, false)
		news += n
		if err == nil {
			_, err = r.Box.Got(ctx, m.Got)
		}
		return err
	})
	r.Courier.Try()
	return news, err
}
