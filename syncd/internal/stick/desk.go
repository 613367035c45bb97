package stick

import (
	"bytes"
	"context"
	"crypto/ecdh"
	"crypto/ed25519"
	"crypto/rand"
	"errors"
	"io"
	"os"
	"sync"
	"time"

	"khumue/internal/catalog"
	"khumue/internal/fault"
	"khumue/internal/wire"
	"khumue/syncd/internal/cargo"
	"khumue/syncd/internal/inbox"
	"khumue/syncd/internal/staff"
)

// Inbox is where the centre takes in what offices did.
type Inbox interface { // *inbox.Desk
	Bearer(ctx context.Context, by staff.Acting, device string) (inbox.Device, error)
	Carry(ctx context.Context, by staff.Acting, dev inbox.Device, each func(take func(wire.Message) error) error) (inbox.Carried, error)
}

// Desk is where officers bring files of offices to the centre.
type Desk struct {
	Inbox Inbox
	Box   *ecdh.PrivateKey // to which machines seal
	Epoch func(context.Context) (string, error)
	Now   func() time.Time
	Dir   string // for what is being read; "": that of the system

	mu       sync.Mutex
	receipts []Import
}

// Import is a file that was brought, with what came of it.
type Import struct {
	ID      string
	By      catalog.OfficerID
	At      time.Time
	Machine string // its name
	Agency  catalog.AgencyCode
	Point   catalog.PointCode
	Made    time.Time // the file, by the machine's clock
	inbox.Carried
	Receipt []byte
}

// receiptTime is how long, and mostReceipts how many, receipts are kept to be fetched:
// bringing the file again gives another.
const (
	receiptTime  = 24 * time.Hour
	mostReceipts = 100
)

// Import takes in a file of work. One that is not proven, or whose machine the person
// does not work with, changes nothing. What of it was there before stays as it is.
func (d *Desk) Import(ctx context.Context, by staff.Acting, file io.Reader) (i Import, err error) {
	tmp, err := os.CreateTemp(d.Dir, "khumue-stick-*")
	if err != nil {
		return i, notNow(err)
	}
	defer func() { err = errors.Join(err, tmp.Close(), os.Remove(tmp.Name())) }()
	n, err := io.Copy(tmp, io.LimitReader(file, MaxFile+1))
	if err != nil {
		return i, err
	}
	if n > MaxFile {
		return i, fault.New(fault.Invalid, fault.Textf("ไฟล์ใหญ่เกิน %d MB", "The file is larger than %d MB.", MaxFile>>20),
			fault.Text{TH: "บันทึกจากเครื่องของสำนักงานเป็นหลายไฟล์ แล้วนำเข้าทีละไฟล์", EN: "Save it on the office's machine as several files, and bring them one by one."})
	}
	return d.read(ctx, by, tmp)
}

func (d *Desk) read(ctx context.Context, by staff.Acting, file io.ReadSeeker) (i Import, err error) {
	r, err := Open(file)
	if err != nil {
		return i, err
	}
	if r.Kind != Work {
		return i, fault.New(fault.Invalid, fault.Text{TH: "ไฟล์นี้เป็นใบรับของศูนย์กลาง", EN: "This is a receipt of the centre."},
			fault.Text{TH: "นำเข้าที่หน้าการส่งข้อมูลของเครื่องของสำนักงาน", EN: "Import it on the office's machine, on its page of what is sent."})
	}
	dev, err := d.Inbox.Bearer(ctx, by, r.Device)
	if err != nil {
		return i, err
	}
	err = r.Proven(func(text, proof []byte) bool {
		return len(dev.Sign) == ed25519.PublicKeySize && ed25519.Verify(dev.Sign, text, proof)
	})
	if err != nil {
		return i, err
	}
	open := func(sealed []byte, about string) ([]byte, error) { return cargo.Open(d.Box, sealed, about) }
	// All of it is read before any of it is taken in.
	if err := r.Each(open, func(wire.Message) error { return nil }); err != nil {
		return i, err
	}
	got, err := d.Inbox.Carry(ctx, by, dev, func(take func(wire.Message) error) error { return r.Each(open, take) })
	if err != nil {
		return i, err
	}
	i = Import{ID: rand.Text(), By: by.ID, At: d.Now(), Machine: dev.Name, Agency: dev.Agency, Point: dev.Point, Made: r.Made, Carried: got}
	if i.Receipt, err = d.receipt(ctx, r.Head, dev, got); err == nil {
		d.keep(i)
	}
	return i, err
}

// receipt is what the machine is told of its file.
func (d *Desk) receipt(ctx context.Context, h Head, dev inbox.Device, got inbox.Carried) ([]byte, error) {
	shared, err := Between(d.Box, dev.Box, rand.Reader)
	if err != nil {
		return nil, err
	}
	epoch, err := d.Epoch(ctx)
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	w, err := Begin(&b, Head{Kind: Receipt, Device: h.Device, File: h.File, Made: d.Now(), Operations: len(got.Results), Epoch: epoch}, shared.Seal)
	if err != nil {
		return nil, err
	}
	for list := got.Results; len(list) > 0; list = list[min(len(list), wire.MaxOps):] {
		err = errors.Join(err, w.Put(wire.Message{Type: wire.Results, Nonce: h.File, Results: list[:min(len(list), wire.MaxOps)]}))
	}
	for list := got.Files; len(list) > 0; list = list[min(len(list), wire.MaxOps):] {
		err = errors.Join(err, w.Put(wire.Message{Type: wire.Have, Nonce: h.File, Got: list[:min(len(list), wire.MaxOps)]}))
	}
	err = errors.Join(err, w.Close(shared.Sign))
	return b.Bytes(), err
}

func (d *Desk) keep(i Import) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.receipts = append(d.receipts, i)
	if n := len(d.receipts); n > mostReceipts {
		d.receipts = d.receipts[n-mostReceipts:]
	}
}

// Find returns what came of a file that the person brought lately; else it is an error
// of kind NotFound.
func (d *Desk) Find(by staff.Acting, id string) (Import, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, i := range d.receipts {
		if i.ID == id && i.By == by.ID && d.Now().Sub(i.At) < receiptTime {
			return i, nil
		}
	}
	return Import{}, fault.New(fault.NotFound, fault.Text{TH: "ใบรับนี้ไม่มีอยู่แล้ว", EN: "This receipt is not here any more."},
		fault.Text{TH: "นำไฟล์เดิมเข้าอีกครั้งเพื่อรับใบรับใหม่ รายการที่มีแล้วไม่ถูกบันทึกซ้ำ", EN: "Bring the same file again for another one; what is here already is not stored twice."})
}

func notNow(err error) error {
	return fault.New(fault.Unavailable, fault.Text{TH: "ขณะนี้ศูนย์กลางรับไฟล์ไม่ได้", EN: "The centre can not take files now."},
		fault.Text{TH: "ลองใหม่ภายหลัง", EN: "Try again later."}).Because(err)
}
