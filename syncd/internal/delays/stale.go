package delays

import (
	"khumue/internal/delay"
	"khumue/internal/fault"
)

// Stale says that somebody else changed a case meanwhile, and how it stands now. It is of
// kind Conflict, and nothing was done.
type Stale struct {
	Made    int // the version that the step was made of
	Version int // of now
	Case    delay.Case
}

// Error says it in English, as logs show it.
func (s *Stale) Error() string { return s.told().Error() }

// Unwrap gives what the person is told.
func (s *Stale) Unwrap() error { return s.told() }

func (*Stale) told() *fault.Error {
	return fault.New(fault.Conflict, fault.Text{TH: "มีผู้อื่นแก้ไขเรื่องนี้ก่อนหน้า", EN: "Somebody else has changed this case meanwhile."},
		fault.Text{TH: "ดูเรื่องนี้อีกครั้ง แล้วทำใหม่หากยังจำเป็น", EN: "Look at the case again, and do it anew if it is still needed."})
}
