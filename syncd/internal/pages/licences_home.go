package pages

import (
	"khumue/syncd/internal/rights"
)

// LicenceHome is what waits of licence reports, on the first page.
type LicenceHome struct {
	Duties []DutyRow
	More   int // beyond those shown
	Waits  int // requests for this person's decision
}

// licencesHome adds what has to be reported, and requests that wait.
func (x *exchange) licencesHome(v *homeView) error {
	list, err := x.Licences.Duties(x.ctx(), x.by())
	if err != nil {
		return err
	}
	v.Licences.Duties = x.dutyRows(list)
	if v.Licences.More = len(list) - few; v.Licences.More > 0 {
		v.Licences.Duties = v.Licences.Duties[:few]
	}
	if !x.by().MayAnywhere(rights.GrantUnlock) {
		return nil
	}
	queue, err := x.Licences.Queue(x.ctx(), x.by())
	for _, w := range queue {
		if !w.Own {
			v.Licences.Waits++
		}
	}
	return err
}
