package sqlstore

import (
	"context"
	"time"

	"khumue/internal/catalog"
	"khumue/syncd/internal/enrol"
	"khumue/syncd/internal/rights"
	"khumue/syncd/internal/staff"
)

// Enrol returns the store as the room knows it that enrols machines of offices.
func (s *Store) Enrol() enrol.Store { return enrolStore{s} }

// Machines returns the machines of offices of a scope.
func (r *records) Machines(s rights.Scope) ([]string, error) {
	return all(r, text, `SELECT id FROM office_devices WHERE agency = $1 AND point = $2 ORDER BY id`, string(s.Agency), string(s.Point))
}

// MoveMachine lets a machine of an office belong to another scope.
func (r *records) MoveMachine(id string, to rights.Scope) error {
	_, err := r.exec(`UPDATE office_devices SET agency = $1, point = $2 WHERE id = $3`, string(to.Agency), string(to.Point), id)
	return err
}

// enrolStore is a store whose transactions are those of enrolment.
type enrolStore struct{ store *Store }

// Read is Store.Read.
func (s enrolStore) Read(ctx context.Context, do func(enrol.Records) error) error {
	return s.store.read(ctx, func(r *records) error { return do(roll{r}) })
}

// Write is Store.Write.
func (s enrolStore) Write(ctx context.Context, do func(enrol.Records) error) error {
	return s.store.write(ctx, func(r *records) error { return do(roll{r}) })
}

// roll is what a transaction sees of enrolment.
type roll struct{ *records }

var _ enrol.Records = roll{}

// enrolledColumns are those of a machine that enrolment keeps; the others are the
// inbox's.
const enrolledColumns = `id, agency, point, name, token, sign_key, box_key, enrolled, enrolled_by, revoked, revoked_by`

func scanEnrolled(s scanner) (d enrol.Device, err error) {
	return d, s.Scan(&d.ID, &d.Agency, &d.Point, &d.Name, perhaps{&d.Token}, octets{&d.Sign}, octets{&d.Box}, moment{&d.Enrolled}, &d.EnrolledBy,
		moment{&d.Revoked}, &d.RevokedBy)
}

// Device returns a machine.
func (r roll) Device(id string) (enrol.Device, error) {
	return one(r.records, scanEnrolled, `SELECT `+enrolledColumns+` FROM office_devices WHERE id = $1`, id)
}

// DeviceWith returns the machine of a token.
func (r roll) DeviceWith(token staff.Hash) (enrol.Device, error) {
	return one(r.records, scanEnrolled, `SELECT `+enrolledColumns+` FROM office_devices WHERE token = $1 AND token <> ''`, hashText(token))
}

// CountDevices returns how many machines of an agency, or of a point, are not revoked.
func (r roll) CountDevices(agency catalog.AgencyCode, point catalog.PointCode) (int, error) {
	return one(r.records, number, `SELECT COUNT(*) FROM office_devices WHERE agency = $1 AND point = $2 AND revoked = 0`, string(agency), string(point))
}

// PutDevice keeps a machine, by its id.
func (r roll) PutDevice(d enrol.Device) error {
	_, err := r.exec(`INSERT INTO office_devices (`+enrolledColumns+`, contact, program, waiting, since, clock_offset, stream)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, 0, '', 0, 0, 0, '')
		ON CONFLICT (id) DO UPDATE SET agency = $2, point = $3, name = $4, token = $5, sign_key = $6, box_key = $7, enrolled = $8, enrolled_by = $9,
		revoked = $10, revoked_by = $11`,
		d.ID, string(d.Agency), string(d.Point), d.Name, maybeText(d.Token), octetText(d.Sign), octetText(d.Box), micros(d.Enrolled), string(d.EnrolledBy),
		micros(d.Revoked), string(d.RevokedBy))
	return err
}

const enrolCodeColumns = `id, hash, officer, device, joins, agency, point, name, made, until, used`

func scanEnrolCode(s scanner) (c enrol.Code, err error) {
	return c, s.Scan(&c.ID, hash{&c.Hash}, &c.Officer, &c.Device, yes{&c.Join}, &c.Agency, &c.Point, &c.Name, moment{&c.Made}, moment{&c.Until}, moment{&c.Used})
}

// CodeWith returns a code by its hash.
func (r roll) CodeWith(h staff.Hash) (enrol.Code, error) {
	return one(r.records, scanEnrolCode, `SELECT `+enrolCodeColumns+` FROM enrol_codes WHERE hash = $1`, hashText(h))
}

// CountCodes returns how many codes an officer has that were not used and serve still.
func (r roll) CountCodes(officer catalog.OfficerID, now time.Time) (int, error) {
	return one(r.records, number, `SELECT COUNT(*) FROM enrol_codes WHERE officer = $1 AND until > $2 AND used = 0`, string(officer), micros(now))
}

// PutCode keeps a code, by its id.
func (r roll) PutCode(c enrol.Code) error {
	_, err := r.exec(`INSERT INTO enrol_codes (`+enrolCodeColumns+`) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
		ON CONFLICT (id) DO UPDATE SET device = $4, until = $10, used = $11`,
		c.ID, hashText(c.Hash), string(c.Officer), c.Device, bit(c.Join), string(c.Agency), string(c.Point), c.Name, micros(c.Made), micros(c.Until), micros(c.Used))
	return err
}

// EndCodes lets the codes of a machine serve no longer than to a moment.
func (r roll) EndCodes(device string, at time.Time) error {
	_, err := r.exec(`UPDATE enrol_codes SET until = $2 WHERE device = $1 AND until > $2`, device, micros(at))
	return err
}

const signerColumns = `id, device, officer, sign_key, since, ended`

func scanSigner(s scanner) (v enrol.Signer, err error) {
	return v, s.Scan(&v.ID, &v.Device, &v.Officer, octets{&v.Key}, moment{&v.Since}, moment{&v.Ended})
}

// Signers returns who works, or worked, on a machine.
func (r roll) Signers(device string) ([]enrol.Signer, error) {
	return all(r.records, scanSigner, `SELECT `+signerColumns+` FROM office_signers WHERE device = $1 ORDER BY since, id`, device)
}

// PutSigner keeps who works on a machine, by the id.
func (r roll) PutSigner(v enrol.Signer) error {
	_, err := r.exec(`INSERT INTO office_signers (`+signerColumns+`) VALUES ($1, $2, $3, $4, $5, $6)
		ON CONFLICT (id) DO UPDATE SET ended = $6`, v.ID, v.Device, string(v.Officer), octetText(v.Key), micros(v.Since), micros(v.Ended))
	return err
}
