package deeds

import (
	"context"
	"slices"
	"time"

	"khumue/internal/catalog"
	"khumue/internal/fault"
	"khumue/internal/gitrepo"
	"khumue/internal/proof"
	"khumue/internal/wire"
	"khumue/syncd/internal/enrol"
	"khumue/syncd/internal/inbox"
	"khumue/syncd/internal/ledger"
	"khumue/syncd/internal/outbox"
)

// Codes of approvals whose statement does not stand.
const (
	NoStatement = "no_statement" // there is none, or it is about something else
	NoSigner    = "no_signer"    // a key is not the machine's, or not one of the officer's there
	Ended       = "key_ended"    // a key had been ended when it came
	Changed     = "changed"      // what was read is not what stands there now
)

// state has an approval signed, which its command then bears.
func (w *Writer) state(ctx context.Context, d ledger.Deed, x *outbox.Deed, command *step) error {
	if w.State == nil {
		return fault.New(fault.Forbidden, fault.Text{TH: "เครื่องนี้ลงนามการอนุมัติไม่ได้", EN: "This machine can not sign an approval."},
			fault.Text{TH: "อนุมัติที่หลังบ้านของศูนย์กลาง", EN: "Approve it in the centre's back office."})
	}
	var err error
	if x.ID, err = w.Box.NewID(); err != nil {
		return err
	}
	x.At = w.Box.Now()
	signed, err := w.State(ctx, d.From, proof.Statement{Op: x.ID, Kind: x.Kind, Manual: d.Manual, Commit: proof.Hash(d.Commit), Tree: treeOf(d), Verdict: proof.Approved, At: x.At, Officer: x.By})
	command.Statement = signed.String()
	return err
}

// treeOf is the tree that was read.
func treeOf(d ledger.Deed) proof.Hash {
	h, err := gitrepo.ParseHash(string(d.Tree))
	if err != nil {
		return proof.Hash{}
	}
	return proof.Hash(h)
}

// unstated is an approval whose statement does not stand.
type unstated struct {
	told *fault.Error
	code string
}

func notStated(code string, what fault.Text, why error) error {
	return &unstated{fault.New(fault.Forbidden, what, fault.Text{TH: "เปิดคู่มือ อ่านฉบับปัจจุบัน แล้วอนุมัติใหม่", EN: "Open the manual, read what stands there now, and approve it anew."}).Because(why), code}
}

// Error says it in English, as logs show it.
func (u *unstated) Error() string { return u.told.Error() }

// Unwrap gives what people are told.
func (u *unstated) Unwrap() error { return u.told }

// holds makes sure that an approval is what its officer signed on the machine that sent
// it, with keys that had not been ended when it came here. What the officer may do is
// for the desk to say.
func (d *Doer) holds(ctx context.Context, dev inbox.Device, op wire.Op, act outbox.Act, s step) error {
	signed, err := proof.ParseSigned(s.Statement)
	want := proof.Statement{Op: op.ID, Kind: op.Kind, Manual: s.Manual, Commit: signed.Commit, Tree: signed.Tree, Verdict: proof.Approved, At: act.At.UTC().Truncate(time.Second), Officer: act.By, Device: dev.ID}
	switch {
	case err == nil && signed.Device != dev.ID:
		return notStated(NoSigner, fault.Text{TH: "การอนุมัตินี้ลงนามที่เครื่องอื่น หรือก่อนลงทะเบียนเครื่องนี้ใหม่", EN: "This approval was signed on another machine, or before this one was enrolled anew."}, nil)
	case err != nil || signed.Statement != want || signed.Tree.String() != string(s.Tree):
		return notStated(NoStatement, fault.Text{TH: "การอนุมัตินี้ไม่มีคำรับรองที่ผู้อนุมัติลงนามไว้สำหรับข้อความนี้", EN: "This approval bears no statement that its officer signed about this text."}, err)
	}
	signers, err := d.Signers(inbox.Settle(ctx, nil), dev.ID)
	if err != nil {
		return err
	}
	return keysHold(dev, signers, signed, act.By, inbox.Received(ctx))
}

// keysHold makes sure of the keys: the machine's, and one that was the officer's on it
// when the operation came.
func keysHold(dev inbox.Device, signers []enrol.Signer, s proof.Signed, by catalog.OfficerID, came time.Time) error {
	i := slices.IndexFunc(signers, func(k enrol.Signer) bool { return k.Officer == by && string(k.Key) == string(s.OfficerKey) })
	switch {
	case string(dev.Sign) != string(s.DeviceKey) || i < 0 || came.Before(signers[i].Since):
		return notStated(NoSigner, fault.Text{TH: "ศูนย์กลางไม่รู้จักกุญแจที่ลงนามการอนุมัตินี้", EN: "The centre does not know the key that signed this approval."}, nil)
	case over(dev.Revoked, came) || over(signers[i].Ended, came):
		return notStated(Ended, fault.Text{TH: "เครื่องหรือกุญแจที่ลงนามการอนุมัตินี้ถูกยกเลิกก่อนที่ศูนย์กลางจะได้รับ", EN: "The machine, or the key that signed this approval, had been shut out when it came to the centre."}, nil)
	}
	return nil
}

// over reports whether something had ended by a time; the zero time is never.
func over(end, by time.Time) bool { return !end.IsZero() && !by.Before(end) }
