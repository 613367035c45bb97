package courier

import (
	"context"
	"errors"
	"fmt"
	"time"

	"khumue/internal/fault"
	"khumue/syncd/internal/outbox"
)

// State says how it stands with the centre.
type State string

// The states.
const (
	Away    State = "away"    // the centre is not heard
	Talking State = "talking" // it is
	Waiting State = "waiting" // it asked to come later
	Stopped State = "stopped" // a person has to do something first
)

// Status is what people see of the courier.
type Status struct {
	outbox.Tally
	State    State
	Code     TroubleKind // what the last trouble was; "" when there is none
	Why      fault.Text  // what happened
	Help     fault.Text  // what helps
	Contact  time.Time   // when the centre was last heard since the program began; zero: not yet. Told.At goes back further
	Next     time.Time   // when it tries again; zero: at once
	CameIn   int         // changes that were fetched since the program began
	Fetching bool        // and there are more
	Stuck    time.Time   // since when nothing that waits moves, though the centre is heard; zero: all is well
	Waits    bool        // something is to be sent
	In       Snag        // with what comes from the centre
	Out      Snag        // with files that go there

	tried, resumed bool // what a person asked for
	returned       bool // the machine is on another network
}

// Snag is what keeps this machine from going on in a direction, while it does in the
// other. It is tried again; zero: nothing.
type Snag struct {
	Since time.Time
	Times int // one after the other
	Why   fault.Text
}

// Lasts reports whether it happened so often that people are to know.
func (s Snag) Lasts() bool { return s.Times >= 3 }

// Status returns what is known without asking the database.
func (c *Courier) Status() Status {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.said
}

// Look returns all that people see.
func (c *Courier) Look(ctx context.Context) (Status, error) {
	s := c.Status()
	var err error
	s.Tally, err = c.Box.Look(ctx)
	return s, err
}

func (c *Courier) say(change func(*Status)) {
	c.mu.Lock()
	defer c.mu.Unlock()
	change(&c.said)
}

// TroubleKind is what is wrong with the way to the centre.
type TroubleKind string

// The kinds.
const (
	Offline  TroubleKind = "offline"          // nothing was heard
	Cut      TroubleKind = "cut"              // it broke off
	Portal   TroubleKind = "portal"           // something else answers in the centre's place
	Busy     TroubleKind = "busy"             // it is to come later
	TooLarge TroubleKind = "too_large"        // something on the way takes less at once
	Broken   TroubleKind = "broken"           // it answers, and not as it should
	SignIn   TroubleKind = "sign_in"          // it does not know this computer any more
	Revoked  TroubleKind = "revoked"          // it takes nothing from it any more
	Forked   TroubleKind = "stream_fork"      // another computer speaks in its name
	Outdated TroubleKind = "upgrade_required" // this program is too old for it
)

// Trouble is a failure on the way to the centre.
type Trouble struct {
	Kind  TroubleKind
	After time.Duration // of Busy: how long to wait; 0 when nothing was said
	Err   error
}

// Error says what happened, for the log.
func (t *Trouble) Error() string { return fmt.Sprintf("%s: %v", t.Kind, t.Err) }

// Unwrap returns the cause.
func (t *Trouble) Unwrap() error { return t.Err }

// ends are the kinds after which only a person can go on.
var ends = map[TroubleKind]bool{SignIn: true, Revoked: true, Forked: true, Outdated: true}

// fell notes a trouble, and returns how long to wait.
func (c *Courier) fell(t *Trouble) time.Duration {
	c.greeted = false
	c.failures++
	if t.Kind == Offline {
		c.progress = c.Now() // nothing can move
	}
	if errors.Is(t.Err, context.Canceled) {
		return 0
	}
	words := troubles[t.Kind]
	now := c.Now()
	wait := c.backoff(t)
	state := Away
	switch {
	case ends[t.Kind]:
		wait, state = stopped, Stopped
		c.Log.Error("the centre takes nothing before a person did something", "trouble", t)
	case t.Kind == Busy:
		state = Waiting
	}
	c.pause = now.Add(wait)
	if t.Kind != Busy {
		c.Transport.Reset()
	}
	c.say(func(s *Status) {
		s.State, s.Code, s.Why, s.Help, s.Next = state, t.Kind, words.why, words.help, c.pause
	})
	c.Log.Debug("the centre is not reached", "trouble", t, "wait", wait)
	return wait
}

// backoff is a random time, up to twice as long after each failure. While nothing at
// all is heard it stays short: that costs the centre nothing, and a contact may last
// for seconds only.
func (c *Courier) backoff(t *Trouble) time.Duration {
	if t.After > 0 {
		least := clamp(t.After, leastPause, mostLater)
		return least + c.jitter(0, least/4)
	}
	most := mostPause
	if t.Kind == Offline || t.Kind == Cut {
		most = mostAway
	}
	return c.jitter(leastPause, clamp(leastPause<<min(c.failures, 20), 2*leastPause, most))
}

// troubles are what people are told.
var troubles = map[TroubleKind]struct{ why, help fault.Text }{
	Offline: {fault.Text{TH: "ติดต่อศูนย์กลางไม่ได้", EN: "The centre can not be reached."},
		fault.Text{TH: "ทำงานต่อได้ตามปกติ ระบบจะส่งให้เองเมื่อมีเครือข่าย", EN: "You can work on. It is sent by itself once there is a network."}},
	Cut: {fault.Text{TH: "การเชื่อมต่อกับศูนย์กลางขาดไประหว่างทาง", EN: "The connection to the centre broke off."},
		fault.Text{TH: "ระบบจะลองใหม่เองในไม่ช้า", EN: "It is tried again by itself soon."}},
	Portal: {fault.Text{TH: "มีอย่างอื่นตอบแทนศูนย์กลาง เช่น หน้าลงชื่อเข้าใช้ของเครือข่าย ยังไม่มีอะไรถูกส่ง", EN: "Something else answers in the centre's place, as the sign-in page of a network does. Nothing was sent."},
		fault.Text{TH: "เปิดเบราว์เซอร์แล้วลงชื่อเข้าใช้เครือข่าย และตรวจวันเวลาของเครื่อง", EN: "Open a browser and sign in to the network, and check this computer's date."}},
	Busy: {fault.Text{TH: "ศูนย์กลางขอให้รอ", EN: "The centre asks to wait."},
		fault.Text{TH: "ระบบจะลองใหม่เองตามเวลาที่ศูนย์กลางบอก", EN: "It is tried again by itself when the centre said."}},
	TooLarge: {fault.Text{TH: "เครือข่ายไม่รับข้อมูลก้อนใหญ่", EN: "The network takes less at once."},
		fault.Text{TH: "ระบบจะส่งทีละน้อยเอง", EN: "Smaller parts are sent by themselves."}},
	Broken: {fault.Text{TH: "ศูนย์กลางตอบแล้ว แต่ทำรายการไม่ได้", EN: "The centre answers, and can not do what is asked."},
		fault.Text{TH: "ระบบจะลองใหม่เอง หากเป็นอยู่นานให้แจ้งผู้ดูแลระบบ", EN: "It is tried again by itself. If it lasts, tell the people who run the centre."}},
	SignIn: {fault.Text{TH: "ศูนย์กลางไม่รู้จักเครื่องนี้แล้ว ข้อมูลที่ยังไม่ได้ส่งยังอยู่ครบ", EN: "The centre does not know this computer any more. What was not sent is all here."},
		fault.Text{TH: "ลงทะเบียนเครื่องนี้ใหม่ด้วยรหัสจากศูนย์กลาง แล้วกดส่งอีกครั้ง", EN: "Enrol it anew with a code from the centre, then send again."}},
	Revoked: {fault.Text{TH: "ศูนย์กลางยกเลิกเครื่องนี้แล้ว จะไม่มีการส่งอะไรอีก", EN: "The centre has revoked this computer. Nothing more is sent."},
		fault.Text{TH: "ส่งออกข้อมูลที่ยังไม่ได้ส่งเป็นไฟล์ แล้วติดต่อเจ้าหน้าที่ส่วนกลางของหน่วยงาน", EN: "Export what was not sent to a file, and ask your agency's central officer."}},
	Forked: {fault.Text{TH: "มีเครื่องอื่นส่งข้อมูลในชื่อของเครื่องนี้ จึงหยุดส่ง ข้อมูลยังอยู่ครบ", EN: "Another computer sends in the name of this one, so sending has stopped. All is still here."},
		fault.Text{TH: "ลงทะเบียนเครื่องนี้ใหม่ด้วยรหัสจากศูนย์กลาง", EN: "Enrol this computer anew with a code from the centre."}},
	Outdated: {fault.Text{TH: "โปรแกรมนี้เก่าเกินไป ศูนย์กลางจึงยังไม่รับ ข้อมูลยังอยู่ครบ", EN: "This program is too old for the centre. All is still here."},
		fault.Text{TH: "ติดตั้งโปรแกรมรุ่นใหม่ แล้วเปิดใหม่", EN: "Install the new version and start it."}},
}
