package sqlstore

import (
	"context"
	"errors"
	"strings"
	"time"

	"khumue/internal/catalog"
	"khumue/internal/fault"
	"khumue/syncd/internal/cargo"
	"khumue/syncd/internal/delays"
	"khumue/syncd/internal/licences"
	"khumue/syncd/internal/manuals"
	"khumue/syncd/internal/mirror"
	"khumue/syncd/internal/staff"
)

// Mirror returns the store as the mirror of the centre knows it.
func (s *Store) Mirror() mirror.Store { return mirrorStore{s} }

// mirrorStore is a store whose transactions are those of the mirror.
type mirrorStore struct{ store *Store }

// Read is Store.Read.
func (s mirrorStore) Read(ctx context.Context, do func(mirror.Records) error) error {
	return s.store.read(ctx, func(r *records) error { return do(mirrored{r}) })
}

// Write is Store.Write.
func (s mirrorStore) Write(ctx context.Context, do func(mirror.Records) error) error {
	return s.store.write(ctx, func(r *records) error { return do(mirrored{r}) })
}

// mirrored is what a transaction sees of what the centre told.
type mirrored struct{ *records }

var _ mirror.Records = mirrored{}

// noteKind is the kind under which notes are kept.
const noteKind = "note"

// Note returns what is kept under a name.
func (r mirrored) Note(name string) (string, error) {
	found, err := all(r.records, text, `SELECT body FROM mirror_state WHERE id = $1`, noteKind+" "+name)
	if err != nil || len(found) == 0 {
		return "", err
	}
	return found[0], nil
}

// SetNote keeps a text under a name.
func (r mirrored) SetNote(name, body string) error { return r.keepState(noteKind+" "+name, "", body) }

func (r mirrored) keepState(id, version, body string) error {
	_, err := r.exec(`INSERT INTO mirror_state (id, version, body) VALUES ($1, $2, $3) ON CONFLICT (id) DO UPDATE SET version = $2, body = $3`, id, version, body)
	return err
}

// Held returns the versions of what was told of a kind.
func (r mirrored) Held(kind string) (map[string]string, error) {
	out := map[string]string{}
	_, err := all(r.records, func(s scanner) (none struct{}, err error) {
		var id, version string
		if err = s.Scan(&id, &version); err == nil {
			out[strings.TrimPrefix(id, kind+" ")] = version
		}
		return none, err
	}, `SELECT id, version FROM mirror_state WHERE id > $1 AND id < $2`, kind+" ", kind+"!")
	return out, err
}

// Hold notes the version of a record that was told.
func (r mirrored) Hold(kind, id, version string) error { return r.keepState(kind+" "+id, version, "") }

// Unhold notes that a record is gone.
func (r mirrored) Unhold(kind, id string) error {
	_, err := r.exec(`DELETE FROM mirror_state WHERE id = $1`, kind+" "+id)
	return err
}

// drop removes what stands under an id in tables, by their columns.
func (r mirrored) drop(id string, columns ...[2]string) error {
	for _, c := range columns {
		if _, err := r.exec(`DELETE FROM `+c[0]+` WHERE `+c[1]+` = $1`, id); err != nil {
			return err
		}
	}
	return nil
}

// PutPerson keeps an officer with what it holds in place of what it held. By which
// it signs in here stays.
func (r mirrored) PutPerson(u staff.User) error {
	here, err := r.User(u.ID)
	if err != nil && !errors.Is(err, fault.NotFound) {
		return err
	}
	here.ID, here.Name, here.Created, here.Disabled = u.ID, u.Name, u.Created, u.Disabled
	if err := errors.Join(r.PutUser(here), r.drop(string(u.ID), [2]string{"grants", "holder"})); err != nil {
		return err
	}
	for _, g := range u.Grants {
		if err := r.PutGrant(g); err != nil {
			return err
		}
	}
	return nil
}

// DropPerson removes an officer, what it holds, and by what it is signed in.
func (r mirrored) DropPerson(id catalog.OfficerID) error {
	return r.drop(string(id), [2]string{"grants", "holder"}, [2]string{"sessions", "holder"}, [2]string{"accesses", "holder"}, [2]string{"users", "id"})
}

// PutReport keeps a report and the versions before it in place of what is there.
func (r mirrored) PutReport(b cargo.ReportBody) error {
	p, agency := b.Report(), catalog.AgencyCode(b.Agency)
	id := reportID(p.Key)
	if err := r.drop(id, [2]string{"licence_reports", "id"}, [2]string{"licence_versions", "report"}); err != nil {
		return err
	}
	if _, err := r.exec(insertReport, reportArgs(agency, p)...); err != nil {
		return err
	}
	for _, f := range b.Versions {
		if err := returns(r).AddVersion(p.Key, f.Filing()); err != nil {
			return err
		}
	}
	return r.sumAgain(agency, b.Point, p.Month.ISO())
}

// sumAgain sums up a point's month anew.
func (r mirrored) sumAgain(agency catalog.AgencyCode, point, month string) error {
	if err := r.staleReport(agency, month); err != nil {
		return err
	}
	filed, err := one(r.records, number, `SELECT COUNT(*) FROM licence_reports WHERE point = $1 AND month = $2 AND version > 0`, point, month)
	switch {
	case err != nil:
		return err
	case filed == 0:
		return r.drop(point+" "+month, [2]string{"licence_sums", "id"})
	}
	_, err = r.exec(sumUp, point+" "+month, string(agency), month, point)
	return err
}

// DropReport removes a report with its versions.
func (r mirrored) DropReport(id string) error {
	found, err := all(r.records, text, `SELECT agency FROM licence_reports WHERE id = $1`, id)
	if err != nil || len(found) == 0 {
		return err
	}
	if err := r.drop(id, [2]string{"licence_reports", "id"}, [2]string{"licence_versions", "report"}); err != nil {
		return err
	}
	parts := strings.Split(id, " ")
	return r.sumAgain(catalog.AgencyCode(found[0]), parts[0], parts[len(parts)-1])
}

// PutUnlock keeps an unlock in place of what is there.
func (r mirrored) PutUnlock(q licences.Request) error {
	return errors.Join(r.DropUnlock(q.ID), returns(r).PutUnlock(q))
}

// DropUnlock removes an unlock.
func (r mirrored) DropUnlock(id string) error {
	return r.drop(id, [2]string{"licence_unlocks", "id"})
}

// PutPost keeps what is expected of a point.
func (r mirrored) PutPost(p licences.Post) error { return returns(r).PutPost(p) }

// DropPost forgets what is expected of a point.
func (r mirrored) DropPost(point catalog.PointCode) error {
	return r.drop(string(point), [2]string{"licence_posts", "id"})
}

// PutCase keeps a late request in place of what is there.
func (r mirrored) PutCase(v delays.Record) error {
	version := v.Version
	v.Version = 1 // as one that is new is kept
	if err := errors.Join(r.DropCase(v.ID), binder(r).PutCase(v)); err != nil {
		return err
	}
	if v.Person.Key == nil {
		if err := r.drop(v.ID, [2]string{"delay_people", "id"}); err != nil {
			return err
		}
	}
	_, err := r.exec(`UPDATE delay_cases SET version = $1 WHERE id = $2`, version, v.ID)
	return err
}

// DropCase removes a late request, its letters and who the applicant is.
func (r mirrored) DropCase(id string) error {
	return r.drop(id, [2]string{"delay_people", "id"}, [2]string{"delay_letters", "object"}, [2]string{"delay_cases", "id"})
}

// settingKind is the kind under which settings of the centre are kept.
const settingKind = "value"

// PutSetting keeps a setting of the centre.
func (r mirrored) PutSetting(name, value string) error {
	return r.keepState(settingKind+" "+name, "", value)
}

// DropSetting forgets it.
func (r mirrored) DropSetting(name string) error { return r.Unhold(settingKind, name) }

// Setting returns a setting that the centre told; "" when it told none.
func (s *Store) Setting(ctx context.Context, name string) (value string, err error) {
	err = s.read(ctx, func(r *records) error {
		found, err := all(r, text, `SELECT body FROM mirror_state WHERE id = $1`, settingKind+" "+name)
		if len(found) > 0 {
			value = found[0]
		}
		return err
	})
	return value, err
}

// DropComment removes what was said about a revision that is not under way any more.
func (r mirrored) DropComment(id string) error { return r.drop(id, [2]string{"comments", "id"}) }

// ShowNotice keeps a notice that the centre keeps. Whether it was read here stays.
func (r mirrored) ShowNotice(n manuals.Notice) error {
	read, err := all(r.records, number, `SELECT was_read FROM notices WHERE id = $1`, n.ID)
	if err != nil {
		return err
	}
	if len(read) > 0 && read[0] != 0 {
		n.Read = time.UnixMicro(int64(read[0]))
	}
	return errors.Join(r.DropNotice(n.ID), r.AddNotice(n))
}

// DropNotice removes a notice that the centre does not tell any more.
func (r mirrored) DropNotice(id string) error { return r.drop(id, [2]string{"notices", "id"}) }
