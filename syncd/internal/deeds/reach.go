package deeds

import (
	"context"
	"errors"
	"slices"
	"strings"

	"khumue/internal/catalog"
	"khumue/internal/corpus"
	"khumue/internal/fault"
	"khumue/internal/gitrepo"
	"khumue/internal/wire"
	"khumue/syncd/internal/delays"
	"khumue/syncd/internal/enrol"
	"khumue/syncd/internal/immediate"
	"khumue/syncd/internal/inbox"
	"khumue/syncd/internal/ledger"
	"khumue/syncd/internal/review"
	"khumue/syncd/internal/rights"
	"khumue/syncd/internal/staff"
)

// Codes of what is held for its officer.
const (
	NotJoined = "not_joined" // who may work on the machine, and has not joined it
	Disabled  = "disabled"   // whose account is shut
)

// stray is an operation about something that is none of its machine.
type stray struct{ told *fault.Error }

// Error says it in English, as logs show it.
func (s *stray) Error() string { return s.told.Error() }

// Unwrap gives what people are told.
func (s *stray) Unwrap() error { return s.told }

func strayed() error {
	return &stray{fault.New(fault.Forbidden, fault.Text{TH: "เรื่องนี้ไม่ใช่ของหน่วยงานหรือจุดบริการของเครื่องนี้", EN: "This is none of the agency or service point of the machine."},
		fault.Text{TH: "ทำรายการนี้ที่หลังบ้านของศูนย์กลาง", EN: "Do it in the centre's back office."})}
}

// waiting has an operation wait for something that is not so yet.
type waiting struct {
	text   fault.Text
	code   string
	awaits string // the entity that comes first; "" where that is not known
}

// Error says why, in English.
func (w *waiting) Error() string { return w.text.EN }

func (w *waiting) outcome() inbox.Outcome {
	return inbox.Outcome{Status: wire.Held, Code: w.code, Text: w.text, Awaits: w.awaits}
}

// worksOn makes sure that an officer may work on a machine today, and has joined it:
// one who may not is refused, and the work of one who did not join waits until that is
// so. An approval names the key of its officer itself, which is held to more.
func (d *Doer) worksOn(ctx context.Context, dev inbox.Device, op wire.Op, by staff.Acting) error {
	at, err := d.Structure.Target(dev.Agency, dev.Point)
	if errors.Is(err, fault.NotFound) {
		return &waiting{code: wire.Waiting, text: fault.Text{TH: "ไม่พบหน่วยงานหรือจุดบริการของเครื่องนี้แล้ว รายการนี้รอเจ้าหน้าที่ของศูนย์กลาง",
			EN: "The agency or service point of the machine is not there any more. The operation waits for a person at the centre."}}
	} else if err != nil {
		return err
	}
	if _, may := by.As(rights.WorkOffline, at); !may {
		return &stray{fault.New(fault.Forbidden, fault.Text{TH: "ผู้ทำรายการนี้ไม่มีสิทธิ์ใช้เครื่องนี้", EN: "Whoever did this may not work on this machine."},
			fault.Text{TH: "ให้เจ้าหน้าที่ที่มีสิทธิ์ทำรายการนี้ใหม่", EN: "Have an officer who may do it anew."})}
	}
	if op.Kind == Manual+string(ledger.DidEndorse) {
		return nil
	}
	signers, err := inbox.Once(ctx, signersKey(dev.ID), func() ([]enrol.Signer, error) { return d.Signers(inbox.Settle(ctx, nil), dev.ID) })
	if err != nil {
		return err
	}
	came := inbox.Received(ctx)
	if slices.ContainsFunc(signers, func(s enrol.Signer) bool {
		// All end with their machine, of which a person decided that this be done.
		return s.Officer == by.ID && (!over(s.Ended, came) || !dev.Revoked.IsZero() && !s.Ended.Before(dev.Revoked))
	}) {
		return nil
	}
	return &waiting{code: NotJoined, text: fault.Text{TH: "ผู้ทำรายการนี้ไม่ได้เข้าร่วมใช้เครื่องนี้ หรือเครื่องลงทะเบียนใหม่หลังจากนั้น ให้ผู้นั้นขอรหัสเข้าร่วมที่ศูนย์กลางแล้วกรอกที่เครื่อง",
		EN: "Whoever did this has not joined this machine, or it was enrolled anew since. Let them get a code to join at the centre, and type it at the machine."}}
}

// folders are the agencies in whose folders something stands, the outermost first.
func folders(file string) (codes []catalog.AgencyCode) {
	rest, _ := strings.CutPrefix(file, "agencies/")
	for name := range strings.SplitSeq(rest, "/") {
		code, err := catalog.ParseAgencyCode(name)
		if err != nil || rest == file || slices.Contains([]string{"points", "processes", "manuals", "services"}, name) {
			break
		}
		codes = append(codes, code)
	}
	return codes
}

// inFolder tells whether something stands with the machine's agency or below it. Of an
// agency that is being made, that above it decides.
func (d *Doer) inFolder(dev inbox.Device, file string) (bool, error) {
	for _, code := range slices.Backward(folders(file)) {
		at, err := d.Structure.Target(code, "")
		if errors.Is(err, fault.NotFound) {
			continue
		}
		return err == nil && slices.Contains(at.Chain, dev.Agency), err
	}
	return false, nil
}

// fileReach makes sure that a content file is of the machine's scope: of its agency
// and those below, or of an office of one point the point's own. Files beside one go
// with it. It returns where the file stands now: what has a name of its own may have moved
// since the machine heard of it, with its agency.
func (d *Doer) fileReach(dev inbox.Device, file string) (now string, err error) {
	at, ok := corpus.FileAt(file)
	if !ok {
		return file, nil
	}
	if dev.Point != "" && (at.Kind != corpus.PointFile || at.Name != string(dev.Point)) {
		return "", strayed()
	}
	now = file
	if at.Owner != "" || at.Kind == corpus.AgencyFile { // it has a name that nothing else has
		switch there, err := d.Direct.File(at.Name); {
		case err == nil:
			now = there.Path
		case !errors.Is(err, fault.NotFound):
			return "", err
		}
	}
	for _, place := range []string{file, now} {
		if in, err := d.inFolder(dev, place); err != nil {
			return "", err
		} else if !in {
			return "", strayed()
		}
	}
	return now, nil
}

// pointReach makes sure that a point is of the machine's scope.
func (d *Doer) pointReach(dev inbox.Device, point catalog.PointCode) error {
	in, err := d.Serves(dev, point)
	if err == nil && !in {
		err = strayed()
	}
	return err
}

// manualReach makes sure that a manual is of the machine's scope: of its agency and
// those below, or one that a point of the machine serves. An office of one point has
// of what is published only what that serves. Folder is where it would stand; "" where
// the operation tells nothing of that.
func (d *Doer) manualReach(dev inbox.Device, id catalog.ManualID, folder string) error {
	_, main, err := d.Repo.Resolve(gitrepo.Main)
	if err != nil {
		return err
	}
	at, published, err := d.Manuals.Ledger.ManualIn(main.Tree, id)
	if err != nil {
		return err
	}
	if !published {
		if at, err = d.begun(id); err != nil {
			return err
		}
	}
	for _, place := range []string{at, folder} {
		if place == "" {
			continue
		}
		in, err := d.inFolder(dev, place)
		if err == nil && published && (!in || dev.Point != "") {
			in, err = d.serves(dev, id)
		}
		if err != nil {
			return err
		}
		if !in {
			return strayed()
		}
	}
	return nil
}

// begun finds the folder of a manual that is not published; "" where nobody began it.
func (d *Doer) begun(id catalog.ManualID) (string, error) {
	for _, state := range []review.State{review.Draft, review.InReview, review.Endorsed} {
		refs, err := d.Manuals.Ledger.Find(state, id)
		if err != nil {
			return "", err
		}
		for _, ref := range refs {
			h, err := d.Manuals.Ledger.Load(ref)
			if !errors.Is(err, fault.NotFound) { // else it has moved
				return h.Folder, err
			}
		}
	}
	return "", nil
}

// serves tells whether a point of the machine serves a manual.
func (d *Doer) serves(dev inbox.Device, id catalog.ManualID) (bool, error) {
	list, err := d.Direct.Points(immediate.PointFilter{Manual: id})
	for _, p := range list {
		if in, err := d.Serves(dev, p.Code); in || err != nil {
			return in, err
		}
	}
	return false, err
}

// caseReach makes sure that a case is of the machine's scope. One that is not there is
// for the desk to tell.
func (d *Doer) caseReach(ctx context.Context, dev inbox.Device, x delays.Deed) error {
	if x.Verb == delays.Began {
		return d.pointReach(dev, x.New.Point)
	}
	var v delays.Record
	err := d.Late.Store.Read(inbox.Settle(ctx, nil), func(r delays.Records) (err error) {
		v, err = r.Case(x.Command.ID)
		return err
	})
	if errors.Is(err, fault.NotFound) {
		return nil
	} else if err != nil {
		return err
	}
	return d.pointReach(dev, v.Point)
}
