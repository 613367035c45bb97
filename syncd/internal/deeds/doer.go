package deeds

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"slices"
	"strings"
	"time"

	"khumue/internal/catalog"
	"khumue/internal/delay"
	"khumue/internal/fault"
	"khumue/internal/gitrepo"
	"khumue/internal/wire"
	"khumue/syncd/internal/answers"
	"khumue/syncd/internal/delays"
	"khumue/syncd/internal/enrol"
	"khumue/syncd/internal/immediate"
	"khumue/syncd/internal/inbox"
	"khumue/syncd/internal/ledger"
	"khumue/syncd/internal/licences"
	"khumue/syncd/internal/manuals"
	"khumue/syncd/internal/outbox"
	"khumue/syncd/internal/review"
	"khumue/syncd/internal/staff"
)

// Doer does at the centre what was done at an office.
type Doer struct {
	// Officer finds who acts, with the rights of now; an error of kind NotFound
	// where there is nobody of that id, and Forbidden where the account is disabled.
	Officer   func(context.Context, catalog.OfficerID) (staff.Acting, error)
	Repo      *gitrepo.Repository
	Manuals   *manuals.Desk
	Direct    *immediate.Desk
	Licences  *licences.Desk
	Late      *delays.Desk
	Answers   *answers.Intake
	Structure staff.Structure
	// Serves tells whether a point is of the scope of a machine. Where that can not be
	// told now, it is an error of kind Unavailable.
	Serves func(dev inbox.Device, point catalog.PointCode) (bool, error)
	// GaveUp tells who gave a draft up, and when; "" where nothing tells.
	GaveUp func(ctx context.Context, manual catalog.ManualID, draft string) (catalog.OfficerID, time.Time, error)
	// Signers are who signs, or signed, on a machine, and with which keys.
	Signers func(ctx context.Context, device string) ([]enrol.Signer, error)
	// Open opens a file that came beside an operation.
	Open func(device string, f wire.File) (io.ReadCloser, error)
	// Drop removes such a file, which is not what it should be.
	Drop func(device string, f wire.File) error
	// Unseal reads what was sealed for the centre as what it is about.
	Unseal func(sealed []byte, about string) ([]byte, error)
	Log    *slog.Logger
}

var _ inbox.Doer = (*Doer)(nil)

// Do does an operation, as inbox.Doer says.
func (d *Doer) Do(ctx context.Context, dev inbox.Device, op wire.Op) (inbox.Outcome, error) {
	act, err := outbox.ReadAct(op.Body)
	if isNewer(err) {
		return newer().outcome(), nil
	} else if err != nil {
		return inbox.Outcome{}, err
	}
	if op.Kind == Survey && act.By == "" {
		return d.answer(ctx, dev, op, act)
	}
	by, err := inbox.Once(ctx, officerKey(act.By), func() (staff.Acting, error) { return d.Officer(inbox.Settle(ctx, nil), act.By) })
	if errors.Is(err, fault.Forbidden) {
		return (&waiting{code: Disabled, text: fault.Text{TH: "บัญชีของผู้ทำรายการนี้ถูกระงับ รายการนี้รอจนกว่าจะเปิดบัญชีอีกครั้ง หากนานจะให้เจ้าหน้าที่ของศูนย์กลางตัดสิน",
			EN: "The account of whoever did this is disabled. It waits until the account is open again, and at last for a person at the centre."}}).outcome(), nil
	} else if errors.Is(err, fault.NotFound) {
		return inbox.Outcome{}, fault.New(fault.Forbidden, fault.Text{TH: "ศูนย์กลางไม่รู้จักผู้ทำรายการนี้", EN: "The centre does not know whoever did this."},
			fault.Text{TH: "ให้เจ้าหน้าที่คนอื่นของหน่วยงานทำรายการนี้ใหม่", EN: "Have another officer of the agency do it anew."})
	} else if err != nil {
		return inbox.Outcome{}, err
	}
	by.Request = op.ID
	if err = d.worksOn(ctx, dev, op, by); err != nil {
		return d.turnedAway(dev, op, act, err)
	}
	value, err := d.do(ctx, dev, op, act, by)
	if err != nil {
		return d.turnedAway(dev, op, act, err)
	}
	var out inbox.Outcome
	if value != nil {
		out.Value, err = object(value)
	}
	return out, err
}

// Keys of what is looked up once in a machine's turn.
type (
	officerKey catalog.OfficerID
	signersKey string // of a machine
)

// turnedAway is what becomes of an operation that was not done. That a machine speaks in
// the name of somebody, or about something, that is none of its own stands in the log.
func (d *Doer) turnedAway(dev inbox.Device, op wire.Op, act outbox.Act, why error) (inbox.Outcome, error) {
	w, held := errors.AsType[*waiting](why)
	if errors.As(why, new(*stray)) || held && w.code == NotJoined {
		d.Log.Warn("a machine of an office reaches beyond what is its own", "device", dev.ID, "operation", op.ID, "kind", op.Kind, "officer", act.By, "why", why)
	}
	out, err := told(why)
	if out.Status == wire.Rejected && (errors.Is(why, fault.NotFound) || errors.As(why, new(*manuals.MovedOn))) {
		out.Awaits = op.Entity
	}
	return out, err
}

func (d *Doer) do(ctx context.Context, dev inbox.Device, op wire.Op, act outbox.Act, by staff.Acting) (any, error) {
	verb, isManual := strings.CutPrefix(op.Kind, Manual)
	switch {
	case op.Kind == Content:
		return nil, d.edit(ctx, dev, op, act, by)
	case isManual:
		return d.step(ctx, dev, op, act, by, ledger.Verb(verb))
	case op.Kind == Licence:
		var x licences.Deed
		if err := strict(act.Do, &x); err != nil {
			return nil, err
		}
		return nil, d.report(ctx, dev, op, x, by)
	case op.Kind == Comment:
		var x manuals.Said
		if err := strict(act.Do, &x); err != nil {
			return nil, err
		}
		if op.Entity != "manual:"+string(x.Manual) {
			return nil, unread(nil)
		}
		if err := d.manualReach(dev, x.Manual, ""); err != nil {
			return nil, err
		}
		return nil, d.Manuals.SayAgain(ctx, by, x)
	case op.Kind == Survey:
		return nil, unread(nil) // nobody answers as an officer
	case strings.HasPrefix(op.Kind, Delay):
		return nil, d.delay(ctx, dev, op, act, by)
	}
	return nil, newer()
}

// verbs are the steps on revisions that an office takes.
var verbs = []ledger.Verb{ledger.DidBegin, ledger.DidSave, ledger.DidRebase, ledger.DidSubmit, ledger.DidEndorse, ledger.DidReturn, ledger.DidRecall, ledger.DidGiveUp}

// newer has an operation wait that a newer program made.
func newer() *waiting {
	return &waiting{code: wire.Waiting, text: fault.Text{TH: "โปรแกรมของศูนย์กลางยังไม่รู้จักรายการแบบนี้ รอจนกว่าจะปรับรุ่นโปรแกรมของศูนย์กลาง", EN: "The centre's program does not know such operations yet. It waits until that is newer."}}
}

// isNewer reports whether what can not be read has a field that this program does not
// know, and is of its form else.
func isNewer(err error) bool {
	return err != nil && strings.Contains(err.Error(), "json: unknown field ")
}

// strict reads a command of exactly its form. One with more fields is of a newer
// program.
func strict(src []byte, to any) error {
	d := json.NewDecoder(bytes.NewReader(src))
	d.DisallowUnknownFields()
	if err := d.Decode(to); isNewer(err) {
		return newer()
	} else if err != nil || d.More() {
		return unread(err)
	}
	return nil
}

// told turns what only pages understand into words. Two sides that changed the
// same are a conflict, for which both values are given; what can not be done as
// things stand is refused.
func told(err error) (inbox.Outcome, error) {
	if w, ok := errors.AsType[*waiting](err); ok {
		return w.outcome(), nil
	}
	if g, ok := errors.AsType[*gone](err); ok {
		return inbox.Outcome{Status: wire.Gone, Code: string(wire.Gone), Text: g.text}, nil
	}
	for _, kind := range []fault.Kind{fault.Conflict, fault.Invalid, fault.Forbidden, fault.NotFound} {
		if !errors.Is(err, kind) {
			continue
		}
		out := inbox.Outcome{Status: wire.Rejected, Code: strings.ReplaceAll(string(kind), " ", "_"), Text: wordsOf(err)}
		if u, ok := errors.AsType[*unstated](err); ok {
			out.Code = u.code
		} else if errors.As(err, new(*ledger.Changed)) || errors.As(err, new(*manuals.MovedOn)) {
			out.Code = Changed
		}
		if both := bothOf(err); both != nil {
			out.Status = wire.Conflict
			out.Value, err = object(both)
			return out, err
		}
		return out, nil
	}
	return inbox.Outcome{}, err
}

// bothOf is what two sides have of what both changed; nil where it is no such error.
func bothOf(err error) any {
	if e, ok := errors.AsType[*immediate.Clash](err); ok {
		return e
	}
	if e, ok := errors.AsType[*ledger.Conflicts](err); ok {
		return e
	}
	if e, ok := errors.AsType[*licences.Stale](err); ok {
		return e
	}
	if e, ok := errors.AsType[*licences.Chained](err); ok {
		return chained{e.Rows}
	}
	if e, ok := errors.AsType[*delays.Stale](err); ok {
		return e
	}
	return nil
}

// chained are later months that a correction changes. Their member has a name of its
// own: they are no two sides of one report.
type chained struct {
	Later []licences.Chain `json:"later"`
}

// wordsOf are what a person is told: of several problems, all.
func wordsOf(err error) fault.Text {
	var all []fault.Text
	if e, ok := errors.AsType[*fault.Error](err); ok {
		return withHint(e)
	} else if e, ok := errors.AsType[*licences.Chained](err); ok {
		return laterMonths(e)
	} else if e, ok := errors.AsType[*licences.Faulty](err); ok {
		for _, row := range e.Rows {
			all = append(all, row.What)
		}
	} else if e, ok := errors.AsType[delay.Problems](err); ok {
		for _, p := range e {
			all = append(all, p.What)
		}
	} else if e, ok := errors.AsType[fault.Problems](err); ok {
		for _, p := range e {
			all = append(all, fault.Text{TH: p.In("th"), EN: p.In("en")})
		}
	}
	if len(all) == 0 {
		return fault.Text{TH: "มีผู้อื่นแก้ไขเรื่องเดียวกันไปก่อน ดูข้อมูลล่าสุดแล้วทำใหม่หากยังจำเป็น", EN: "Somebody changed the same first. Look at what stands there now, and do it anew if it is still needed."}
	}
	var out fault.Text
	for _, t := range all[:min(len(all), mostWords)] {
		out.TH, out.EN = strings.TrimSpace(out.TH+"\n"+t.TH), strings.TrimSpace(out.EN+"\n"+t.EN)
	}
	return out
}

// laterMonths say what a correction would do to the months after it, by the first of
// them.
func laterMonths(e *licences.Chained) fault.Text {
	list := func(lang string) string {
		var all []string
		for _, row := range e.Rows {
			for _, m := range row.Changed {
				if name := m.Short(lang); !slices.Contains(all, name) && len(all) < mostWords {
					all = append(all, name)
				}
			}
		}
		return strings.Join(all, ", ")
	}
	return fault.Text{
		TH: "การแก้ไขนี้ทำให้จำนวนยกมาของรายงานที่ส่งหลังจากนั้นเปลี่ยน (" + list("th") + ") จึงยังไม่ได้แก้ แก้ไขรายงานใหม่แล้วเลือกว่าจะปรับเดือนเหล่านั้นด้วยหรือไม่",
		EN: "Reports that were handed in for later months (" + list("en") + ") begin with what this corrects, so that it was not taken. Correct the report anew, and choose whether those are changed too.",
	}
}

// withHint is what happened and what to do.
func withHint(e *fault.Error) fault.Text {
	if e.Hint.IsZero() {
		return e.What
	}
	return fault.Text{TH: e.What.TH + " " + e.Hint.TH, EN: e.What.EN + " " + e.Hint.EN}
}

// mostWords is how many problems an office is told of one operation.
const mostWords = 10

// again has what is done say whose operation it is.
func again(ctx context.Context, dev inbox.Device, op wire.Op, at time.Time, statement string) context.Context {
	return ledger.Again{Op: op.ID, Device: dev.ID, DecidedAt: at, Statement: statement}.With(ctx)
}

// get reads a file that came beside an operation that names it.
func (d *Doer) get(dev inbox.Device, op wire.Op) func(wire.File) ([]byte, error) {
	return func(f wire.File) ([]byte, error) {
		for _, named := range op.Files {
			if named != f {
				continue
			}
			r, err := d.Open(dev.ID, f)
			if err != nil {
				return nil, err
			}
			data, err := io.ReadAll(io.LimitReader(r, wire.MaxFile+1))
			if err = errors.Join(err, r.Close()); err != nil {
				return nil, err
			}
			return data, d.whole(dev, f, data)
		}
		return nil, unread(nil)
	}
}

// whole makes sure that a file is as its operation names it. One that is not, as after a
// power cut, is dropped, and has to come again.
func (d *Doer) whole(dev inbox.Device, f wire.File, data []byte) error {
	if sum := sha256.Sum256(data); int64(len(data)) == f.Size && hex.EncodeToString(sum[:]) == f.SHA256 {
		return nil
	}
	d.Log.Error("a file that an office sent is spoilt, and has to come again", "device", dev.ID, "file", f.SHA256, "bytes", len(data), "size", f.Size)
	if err := d.Drop(dev.ID, f); err != nil {
		return err
	}
	return &waiting{code: wire.AwaitsFile, awaits: "file:" + f.SHA256,
		text: fault.Text{TH: "ไฟล์ที่ศูนย์กลางได้รับเสียหาย รอไฟล์นี้อีกครั้ง", EN: "A file was spoilt at the centre. It waits for that to come again."}}
}

func (d *Doer) edit(ctx context.Context, dev inbox.Device, op wire.Op, act outbox.Act, by staff.Acting) error {
	var e edit
	if err := strict(act.Do, &e); err != nil {
		return err
	}
	files := make([]immediate.File, len(e.Files))
	for i, f := range e.Files {
		now, err := d.fileReach(dev, f.Path)
		if err != nil {
			return err
		}
		files[i] = immediate.File{Path: f.Path, Was: gitrepo.Hash(f.Was)}
		if !files[i].Was.IsZero() { // else it would be there twice
			files[i].Path = now
		}
		if f.Now == nil {
			continue
		}
		if files[i].Now, err = f.Now.read(d.get(dev, op)); err != nil {
			return err
		}
	}
	// The effect is a commit, which says so by itself; the first transaction may be of
	// an earlier change, of which the trail was not told.
	if _, err := d.Direct.Again(again(inbox.Settle(ctx, nil), dev, op, act.At, ""), by, e.Subject, e.Reason, files); err != nil {
		return d.orGone(err, files)
	}
	return nil
}

// stands is what the office is told of a revision.
type stands struct {
	Ref    string `json:"ref"`
	Number int    `json:"number,omitempty"`
}

func (d *Doer) step(ctx context.Context, dev inbox.Device, op wire.Op, act outbox.Act, by staff.Acting, verb ledger.Verb) (any, error) {
	if !slices.Contains(verbs, verb) {
		return nil, newer()
	}
	var s step
	if err := strict(act.Do, &s); err != nil {
		return nil, err
	}
	if s.Verb != verb || op.Entity != "manual:"+string(s.Manual) {
		return nil, unread(nil)
	}
	if err := d.manualReach(dev, s.Manual, s.Folder); err != nil {
		return nil, err
	}
	if verb == ledger.DidEndorse {
		if err := d.holds(ctx, dev, op, act, s); err != nil {
			return nil, err
		}
	}
	a := manuals.Again{Verb: verb, Manual: s.Manual, Folder: s.Folder, Main: gitrepo.Hash(s.Main), Draft: s.Draft, Number: s.Number, Was: s.Was, Tree: s.Tree, Reason: s.Reason, Fields: s.Fields}
	if s.Text != nil {
		a.Text = ledger.Text{}
	}
	for _, name := range names(s.Text) {
		data, err := s.Text[name].read(d.get(dev, op))
		if err != nil {
			return nil, err
		}
		a.Text[name] = data
	}
	open, err := d.Manuals.Again(again(ctx, dev, op, act.At, s.Statement), by, a)
	if errors.Is(err, fault.NotFound) {
		return nil, d.orGivenUp(ctx, err, s)
	} else if err != nil || open.Ref == (review.Ref{}) {
		return nil, err
	}
	return stands{open.Ref.String(), open.Number}, nil
}

func (d *Doer) report(ctx context.Context, dev inbox.Device, op wire.Op, x licences.Deed, by staff.Acting) error {
	var point catalog.PointCode
	if x.Written != nil {
		point = x.Written.Point
	} else if x.Asked != nil {
		point = x.Asked.Point
	}
	if op.Entity != "reports:"+string(point) {
		return unread(nil)
	}
	if err := d.pointReach(dev, point); err != nil {
		return err
	}
	_, err := d.Licences.Again(ctx, by, x)
	return err
}

func (d *Doer) delay(ctx context.Context, dev inbox.Device, op wire.Op, act outbox.Act, by staff.Acting) error {
	if !slices.Contains([]string{delays.Began, delays.Wrote, delays.Mended, delays.Sent, delays.Ended, delays.Told, delays.Undone}, op.Kind) {
		return newer()
	}
	var x delays.Deed
	if err := strict(act.Do, &x); err != nil {
		return err
	}
	id := x.Command.ID
	if x.Verb == delays.Began {
		id = x.New.ID
	}
	if x.Verb != op.Kind || op.Entity != "case:"+id {
		return unread(nil)
	}
	if err := d.caseReach(ctx, dev, x); err != nil {
		return err
	}
	if x.Verb == delays.Began {
		text, err := d.Unseal(op.Secret, aboutCase(id))
		if err != nil {
			return unread(err)
		}
		if err := strict(text, &x.Secret); err != nil {
			return err
		}
	}
	_, err := d.Late.Again(ctx, by, x)
	return err
}

// longestLook is how many commits of main are looked through for an operation that
// was begun before a crash.
const longestLook = 1000

// Done tells of an operation on content whether a commit says that it was done, on main
// or where the revision stands. All else is in the database, with its effect, or knows
// by itself what came before.
func (d *Doer) Done(_ context.Context, _ inbox.Device, op wire.Op) (bool, inbox.Outcome, error) {
	if strings.HasPrefix(op.Kind, Manual) {
		return d.stepped(op)
	}
	if op.Kind != Content {
		return false, inbox.Outcome{}, nil
	}
	at, err := d.Repo.Refs().Get(gitrepo.Main)
	for range longestLook {
		if err != nil {
			return false, inbox.Outcome{}, err
		}
		var c *gitrepo.Change
		if c, err = d.Repo.Commit(at); err != nil {
			continue
		}
		if c.Trailer("Khumue-Op") == op.ID {
			return true, inbox.Outcome{Status: wire.Stored}, nil
		}
		if len(c.Parents) == 0 {
			break
		}
		at = c.Parents[0]
	}
	return false, inbox.Outcome{}, err
}

// stepped looks for a step among those of the manual's revisions: others may have gone
// on since.
func (d *Doer) stepped(op wire.Op) (bool, inbox.Outcome, error) {
	_, id, _ := strings.Cut(op.Entity, ":")
	for _, state := range []review.State{review.Draft, review.InReview, review.Endorsed} {
		refs, err := d.Manuals.Ledger.Find(state, catalog.ManualID(id))
		if err != nil {
			return false, inbox.Outcome{}, err
		}
		for _, ref := range refs {
			h, err := d.Manuals.Ledger.Load(ref)
			if errors.Is(err, fault.NotFound) {
				continue // it has moved
			} else if err != nil {
				return false, inbox.Outcome{}, err
			}
			if there, err := d.inLine(h.Commit, op.ID); err != nil {
				return false, inbox.Outcome{}, err
			} else if there {
				value, err := object(stands{ref.String(), h.Number})
				return err == nil, inbox.Outcome{Status: wire.Stored, Value: value}, err
			}
		}
	}
	return false, inbox.Outcome{}, nil
}

// inLine reports whether an operation is told of by one of the last commits of a
// revision, or of what was approved by the latest.
func (d *Doer) inLine(at gitrepo.Hash, op string) (bool, error) {
	ends := []gitrepo.Hash{at}
	if c, err := d.Repo.Commit(at); err != nil {
		return false, err
	} else if len(c.Parents) > 1 {
		ends = append(ends, c.Parents[1])
	}
	for _, end := range ends {
		for a, err := range d.Repo.FirstParents(end, longestLine) {
			if err != nil || a.Trailer("Khumue-Op") == op {
				return err == nil, err
			}
			if ledger.OfMain(a.Change) {
				break
			}
		}
	}
	return false, nil
}

// longestLine is how many commits of a revision are looked through.
const longestLine = 100
