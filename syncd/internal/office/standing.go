package office

import (
	"context"
	"encoding/json"
	"errors"
	"strconv"
	"sync"
	"time"

	"khumue/internal/catalog"
	"khumue/internal/fault"
	"khumue/internal/gitrepo"
	"khumue/syncd/internal/cargo"
	"khumue/syncd/internal/courier"
	"khumue/syncd/internal/mirror"
	"khumue/syncd/internal/outbox"
	"khumue/syncd/internal/staff"
)

// past is what a machine remembers of its centre.
type past struct {
	Device  string        `json:"device"` // as which it heard all this
	Heard   time.Time     `json:"heard"`  // when the centre was heard last, by its own clock
	Seen    time.Time     `json:"seen"`   // the largest time that was seen, by the same
	Offset  time.Duration `json:"offset"`
	Told    time.Time     `json:"told,omitzero"`    // when the centre was heard last, by the machine's clock
	Revoked time.Time     `json:"revoked,omitzero"` // when the centre said that it takes nothing any more
}

// noteOf is the name under which past is kept.
const noteOf = "office"

// Standing is how a machine stands with its centre.
type Standing struct {
	Fetched bool      // the content of the office is here, and who may do what
	Heard   time.Time // when the centre was heard last
	Until   time.Time // until when officers may work if it is not heard again
	Over    bool      // that is over
	Revoked time.Time // since when the centre takes nothing from the machine; zero: it does
	Renewed bool      // it was enrolled anew, and has to be closed and unlocked again
}

// remember reads what was noted before. What another machine noted, which this was, is
// as nothing: all that waits goes into a stream of its own, and all that the centre has
// is fetched anew.
func (r *Rooms) remember(ctx context.Context, now func() time.Time) error {
	err := r.Store.Mirror().Read(ctx, func(m mirror.Records) error {
		text, err := m.Note(noteOf)
		if err != nil || text == "" {
			return err
		}
		return json.Unmarshal([]byte(text), &r.past)
	})
	if err == nil && r.past.Device != r.Device {
		before := r.past.Device
		r.past = past{Device: r.Device, Heard: r.Since, Seen: r.Since}
		if before != "" {
			err = errors.Join(r.Box.Renew(ctx), r.Mirror.Anew(ctx))
		}
		if err == nil {
			err = r.note(ctx, r.past)
		}
	}
	r.clock = newClock(now, r.past.Offset, r.past.Seen)
	return err
}

// keepEvery is how exactly the largest time that was seen is noted.
const keepEvery = time.Minute

// Look tells how the machine stands, and notes what is new of that.
func (r *Rooms) Look(ctx context.Context) (Standing, error) {
	tally, err := r.Box.Look(ctx)
	if err != nil {
		return Standing{}, err
	}
	_, err = r.Repo.Refs().Get(gitrepo.Main)
	if err != nil && !errors.Is(err, fault.NotFound) {
		return Standing{}, err
	}
	s := Standing{}
	if err == nil {
		if s.Fetched, err = r.peopled(ctx); err != nil {
			return Standing{}, err
		}
	}
	offline, err := r.offlineDays(ctx)
	if err != nil {
		return Standing{}, err
	}
	r.noting.Lock()
	defer r.noting.Unlock()
	r.mu.Lock()
	was := r.past
	renewed := r.renewed
	r.mu.Unlock()
	next := was
	if !tally.Told.At.IsZero() && !tally.Told.At.Equal(next.Told) { // before it, where the clock was set right
		next.Told, next.Offset = tally.Told.At, tally.Told.Offset
		next.Heard = next.Told.Add(next.Offset)
		r.clock.set(next.Told, next.Offset)
		next.Seen = time.Time{}
	}
	now := r.clock.Now()
	if r.Courier.Status().Code == courier.Revoked && next.Revoked.IsZero() {
		next.Revoked = now
	}
	if now.Sub(next.Seen) >= keepEvery || next.Revoked != was.Revoked {
		next.Seen = now
		if err := r.note(ctx, next); err != nil { // as on a full disk: reading goes on
			r.log.Error("how the machine stands is noted later", "error", err)
		} else {
			r.mu.Lock()
			r.past = next
			r.mu.Unlock()
		}
	}
	s.Heard, s.Until, s.Revoked = next.Heard, next.Heard.AddDate(0, 0, offline), next.Revoked
	s.Over, s.Renewed = !now.Before(s.Until), renewed
	return s, nil
}

// Revoked reports whether the centre takes nothing from the machine any more.
func (r *Rooms) Revoked() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return !r.past.Revoked.IsZero() || r.Courier.Status().Code == courier.Revoked
}

// Dismiss takes from officers what opens the machine who may not sign in at the centre
// any more, or hold nothing within the office: of whom this machine knew since the
// program began. The last one keeps it, for nobody could hand out what is kept here.
// Nothing is done while not all has come that the centre tells.
func (r *Rooms) Dismiss(ctx context.Context) error {
	if known, err := r.peopled(ctx); err != nil || !known || len(r.Mirror.Needs()) > 0 {
		return err
	}
	officers, err := r.opened.Officers()
	for _, o := range officers {
		var u staff.User
		found := r.Store.Read(ctx, func(s staff.Records) (err error) { u, err = s.User(o.ID); return err })
		switch {
		case found == nil && u.Disabled.IsZero() && len(u.Grants) > 0:
			r.known[o.ID] = true
		case found == nil && !u.Disabled.IsZero(), (found == nil || errors.Is(found, fault.NotFound)) && r.known[o.ID]:
			removed := r.opened.Remove(o.ID)
			if errors.Is(removed, fault.Conflict) {
				removed = nil
			}
			r.forget(func(id catalog.OfficerID, _ holding) bool { return id == o.ID })
			err = errors.Join(err, removed)
		case !errors.Is(found, fault.NotFound):
			err = errors.Join(err, found)
		}
	}
	return err
}

// peopled reports whether the centre told who may do what: it does after the content.
func (r *Rooms) peopled(ctx context.Context) (bool, error) {
	if r.people.Load() {
		return true, nil
	}
	var told map[string]string
	err := r.Store.Mirror().Read(ctx, func(m mirror.Records) (err error) { told, err = m.Held(cargo.Person); return err })
	if len(told) > 0 {
		r.people.Store(true)
	}
	return len(told) > 0, err
}

// offlineDays is for how many days officers may work without the centre, as it said
// last.
func (r *Rooms) offlineDays(ctx context.Context) (int, error) {
	said, err := r.Store.Setting(ctx, cargo.OfflineDays)
	if n, wrong := strconv.Atoi(said); wrong == nil && n > 0 {
		return n, err
	}
	return usual, err
}

func (r *Rooms) note(ctx context.Context, p past) error {
	text, err := json.Marshal(p)
	if err != nil {
		return err
	}
	return r.Store.Mirror().Write(outbox.Aside(ctx), func(m mirror.Records) error { return m.SetNote(noteOf, string(text)) })
}

// May returns nil while officers may work, else an error of kind Forbidden that says
// why not, and what to do.
func (s Standing) May() error {
	switch {
	case s.Renewed:
		return fault.New(fault.Forbidden, fault.Text{TH: "ลงทะเบียนเครื่องนี้ใหม่แล้ว", EN: "This machine was enrolled anew."},
			fault.Text{TH: "ปิดโปรแกรม เปิดใหม่ แล้วปลดล็อก งานที่ยังไม่ได้ส่งจะถูกส่งต่อ", EN: "End the program, start it again and unlock the machine. What was not sent is sent then."})
	case !s.Revoked.IsZero():
		return fault.New(fault.Forbidden, fault.Text{TH: "ศูนย์กลางยกเลิกเครื่องนี้แล้ว จึงไม่รับสิ่งที่ส่งจากเครื่องนี้อีก", EN: "The centre shut this machine out, and takes nothing from it any more."},
			fault.Text{TH: "บันทึกงานที่ยังไม่ได้ส่งออกเป็นไฟล์ แล้วขอรหัสลงทะเบียนเครื่องใหม่", EN: "Save what was not sent as a file, then ask for a code to enrol a machine anew."})
	case s.Over:
		return fault.New(fault.Forbidden, fault.Text{TH: "เครื่องนี้ไม่ได้ติดต่อศูนย์กลางนานเกินกำหนด สิทธิการทำงานจึงหยุดไว้ก่อน", EN: "This machine has not heard the centre for too long, so nobody may work on it now."},
			fault.Text{TH: "ต่อเครือข่ายแล้วรอสักครู่ ระบบจะเปิดให้ทำงานต่อเอง งานที่ทำไว้ยังอยู่ครบ", EN: "Connect it to a network and wait a little. It then goes on by itself; all that was done is kept."})
	}
	return nil
}

// Run speaks with the centre until ctx ends, or the centre has shut the machine out.
func (r *Rooms) Run(ctx context.Context) {
	s, err := r.Look(ctx)
	if err == nil && !s.Revoked.IsZero() {
		return
	}
	var all sync.WaitGroup
	all.Go(func() { r.line.Watch(ctx, r.Courier.Returned) })
	r.Courier.Run(ctx)
	all.Wait()
}

// LookEvery is how often who runs the rooms is to Look, whoever asks besides.
const LookEvery = 10 * time.Second

// Here is by whom officers of a machine are recognised in its database.
const Here = "office"

// Recognise gives an officer who unlocked the machine an identity by which the desk of
// people knows them. Whom the centre has not told of is an error of kind Forbidden.
func (r *Rooms) Recognise(ctx context.Context, id catalog.OfficerID) (staff.Identity, error) {
	var u staff.User
	err := r.Store.Write(outbox.Aside(ctx), func(s staff.Records) (err error) {
		if u, err = s.User(id); err != nil || u.Issuer == Here && u.Subject == string(id) {
			return err
		}
		u.Issuer, u.Subject = Here, string(id)
		return s.PutUser(u)
	})
	if errors.Is(err, fault.NotFound) {
		return staff.Identity{}, fault.New(fault.Forbidden, fault.Text{TH: "ศูนย์กลางยังไม่ได้ส่งสิทธิของบัญชีนี้มาที่เครื่องนี้", EN: "The centre has not told this machine what this account may do."},
			fault.Text{TH: "ต่อเครือข่ายแล้วรอให้รับข้อมูลครบ หรือตรวจสิทธิที่ศูนย์กลาง", EN: "Connect it to a network and wait until all has come in, or see at the centre what the account may do."}).Because(err)
	}
	return staff.Identity{Issuer: Here, Subject: string(id), Name: u.Name, Email: u.Email, EmailVerified: u.Email != ""}, err
}
