package sqlstore

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"time"

	"khumue/internal/wire"
	"khumue/syncd/internal/inbox"
	"khumue/syncd/internal/staff"
	"khumue/syncd/internal/trail"
)

// Inbox returns the store as the room knows it that takes in what offices did.
func (s *Store) Inbox() inbox.Store { return inboxStore{s} }

// inboxStore is a store whose transactions are those of the inbox.
type inboxStore struct{ store *Store }

// Read is Store.Read.
func (s inboxStore) Read(ctx context.Context, do func(inbox.Records) error) error {
	return s.store.read(ctx, func(r *records) error { return do(crate{r}) })
}

// Write is Store.Write, but that its commit may be shared with others'.
func (s inboxStore) Write(ctx context.Context, do func(inbox.Records) error) error {
	return s.store.share(ctx, func(r *records) error { return do(crate{r}) })
}

// Gather lets what is written under a context share a commit.
func (s inboxStore) Gather(ctx context.Context) (context.Context, func() error) {
	return s.store.engine.gather(ctx)
}

// crate is what a transaction sees of the inbox.
type crate struct{ *records }

var _ inbox.Records = crate{}

// settle notes what becomes of an office's operation in the transaction of its
// effect.
func (r *records) settle(s *inbox.Settlement) error {
	if s == nil {
		return nil
	}
	return s.Write(crate{r})
}

// octets reads a column of base64.
type octets struct{ to *[]byte }

// Scan reads what octetText made.
func (o octets) Scan(v any) (err error) {
	s, ok := v.(string)
	if !ok {
		return fmt.Errorf("bytes are a %T", v)
	}
	if *o.to = nil; s != "" {
		*o.to, err = base64.StdEncoding.DecodeString(s)
	}
	return err
}

func octetText(b []byte) string { return base64.StdEncoding.EncodeToString(b) }

// document reads a column of JSON as its bytes; an empty one is nil.
type document struct{ to *[]byte }

// Scan reads a text.
func (d document) Scan(v any) error {
	s, ok := v.(string)
	if !ok {
		return fmt.Errorf("JSON is a %T", v)
	}
	if *d.to = nil; s != "" {
		*d.to = []byte(s)
	}
	return nil
}

// fileList reads a column of files.
type fileList struct{ to *[]wire.File }

// Scan reads what filesText made.
func (f fileList) Scan(v any) error {
	s, ok := v.(string)
	if !ok {
		return fmt.Errorf("files are a %T", v)
	}
	if *f.to = nil; s == "" {
		return nil
	}
	return json.Unmarshal([]byte(s), f.to)
}

func filesText(files []wire.File) string {
	if len(files) == 0 {
		return ""
	}
	return jsonText(files)
}

// seconds reads a column of whole seconds.
type seconds struct{ to *time.Duration }

// Scan reads a number.
func (s seconds) Scan(v any) error {
	n, ok := v.(int64)
	if !ok {
		return fmt.Errorf("seconds are a %T", v)
	}
	*s.to = time.Duration(n) * time.Second
	return nil
}

// summed reads a column of digests.
type summed struct{ to *wire.Digest }

// Scan reads what Digest.String made.
func (d summed) Scan(v any) (err error) {
	s, ok := v.(string)
	if !ok {
		return fmt.Errorf("a digest is a %T", v)
	}
	*d.to, err = wire.ParseDigest(s)
	return err
}

const officeColumns = `id, agency, point, name, token, sign_key, box_key, enrolled, enrolled_by, revoked, revoked_by, contact, program, waiting, since, clock_offset, stream`

func scanOffice(s scanner) (d inbox.Device, err error) {
	return d, s.Scan(&d.ID, &d.Agency, &d.Point, &d.Name, perhaps{&d.Token}, octets{&d.Sign}, octets{&d.Box}, moment{&d.Enrolled}, &d.EnrolledBy,
		moment{&d.Revoked}, &d.RevokedBy, moment{&d.Contact}, &d.Program, &d.Waiting, moment{&d.Since}, seconds{&d.Offset}, &d.Stream)
}

// Devices returns all machines of offices.
func (r crate) Devices() ([]inbox.Device, error) {
	return all(r.records, scanOffice, `SELECT `+officeColumns+` FROM office_devices ORDER BY agency, point, name, id`)
}

// Device returns a machine.
func (r crate) Device(id string) (inbox.Device, error) {
	return one(r.records, scanOffice, `SELECT `+officeColumns+` FROM office_devices WHERE id = $1`, id)
}

// DeviceWith returns the machine of a token.
func (r crate) DeviceWith(token staff.Hash) (inbox.Device, error) {
	return one(r.records, scanOffice, `SELECT `+officeColumns+` FROM office_devices WHERE token = $1 AND token <> ''`, hashText(token))
}

// Beside returns other machines of the same agency and point.
func (r crate) Beside(d inbox.Device) ([]string, error) {
	return all(r.records, text, `SELECT id FROM office_devices WHERE agency = $1 AND point = $2 AND id <> $3 ORDER BY id`, string(d.Agency), string(d.Point), d.ID)
}

// PutDevice keeps a machine, by its id.
func (r crate) PutDevice(d inbox.Device) error {
	_, err := r.exec(`INSERT INTO office_devices (`+officeColumns+`) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)
		ON CONFLICT (id) DO UPDATE SET agency = $2, point = $3, name = $4, token = $5, sign_key = $6, box_key = $7, enrolled = $8, enrolled_by = $9,
		revoked = $10, revoked_by = $11, contact = $12, program = $13, waiting = $14, since = $15, clock_offset = $16, stream = $17`,
		d.ID, string(d.Agency), string(d.Point), d.Name, maybeText(d.Token), octetText(d.Sign), octetText(d.Box), micros(d.Enrolled), string(d.EnrolledBy),
		micros(d.Revoked), string(d.RevokedBy), micros(d.Contact), d.Program, d.Waiting, micros(d.Since), int64(d.Offset/time.Second), d.Stream)
	return err
}

const streamColumns = `id, device, stream, began, seq, last, told, gap, digest, forked`

func scanStream(s scanner) (v inbox.Stream, err error) {
	var id string
	return v, s.Scan(&id, &v.Device, &v.ID, moment{&v.Began}, &v.Seq, &v.Last, &v.Told, moment{&v.Gap}, summed{&v.Digest}, moment{&v.Forked})
}

// Streams returns the streams of a machine.
func (r crate) Streams(device string) ([]inbox.Stream, error) {
	return all(r.records, scanStream, `SELECT `+streamColumns+` FROM inbox_streams WHERE device = $1 ORDER BY began, stream`, device)
}

// Behind returns streams of which something is missing.
func (r crate) Behind(device string) ([]inbox.Stream, error) {
	w := where{dialect: r.dialect}
	w.and("(seq < last OR last < told)")
	if device != "" {
		in(&w, "device", []string{device})
	}
	return all(r.records, scanStream, `SELECT `+streamColumns+` FROM inbox_streams`+w.String()+` ORDER BY device, began, stream`, w.args...)
}

func streamID(device, stream string) string { return device + "/" + stream }

// Stream returns a stream of a machine.
func (r crate) Stream(device, id string) (inbox.Stream, error) {
	return one(r.records, scanStream, `SELECT `+streamColumns+` FROM inbox_streams WHERE id = $1`, streamID(device, id))
}

// PutStream keeps a stream.
func (r crate) PutStream(s inbox.Stream) error {
	_, err := r.exec(`INSERT INTO inbox_streams (`+streamColumns+`) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
		ON CONFLICT (id) DO UPDATE SET seq = $5, last = $6, told = $7, gap = $8, digest = $9, forked = $10`,
		streamID(s.Device, s.ID), s.Device, s.ID, micros(s.Began), s.Seq, s.Last, s.Told, micros(s.Gap), s.Digest.String(), micros(s.Forked))
	return err
}

// placeDigits are the hexadecimal digits of a place's number.
const placeDigits = 16

func placeID(device, stream string, seq int64) string {
	return fmt.Sprintf("%s/%0*x", streamID(device, stream), placeDigits, seq)
}

// AddPlaces keeps what came where.
func (r crate) AddPlaces(list []inbox.Place) error {
	for _, p := range list {
		if _, err := r.exec(`INSERT INTO inbox_places (id, op, sum) VALUES ($1, $2, $3)`, placeID(p.Device, p.Stream, p.Seq), p.Op, hashText(p.Sum)); err != nil {
			return err
		}
	}
	return nil
}

// Places returns what came from one place to another.
func (r crate) Places(device, stream string, first, last int64, most int) ([]inbox.Place, error) {
	scan := func(s scanner) (p inbox.Place, err error) {
		var id string
		if err = s.Scan(&id, &p.Op, hash{&p.Sum}); err == nil {
			p.Device, p.Stream = device, stream
			p.Seq, err = strconv.ParseInt(id[max(0, len(id)-placeDigits):], 16, 64)
		}
		return p, err
	}
	return all(r.records, scan, `SELECT id, op, sum FROM inbox_places WHERE id >= $1 AND id <= $2 ORDER BY id LIMIT $3`,
		placeID(device, stream, first), placeID(device, stream, last), most)
}

// Gaps returns where nothing came.
func (r crate) Gaps(device, stream string, after int64, most int) ([][2]int64, error) {
	var gaps [][2]int64
	for at, full := placeID(device, stream, after), true; full; {
		ids, err := all(r.records, text, `SELECT id FROM inbox_places WHERE id > $1 AND id <= $2 ORDER BY id LIMIT $3`, at, placeID(device, stream, 1<<62), placesAtOnce)
		if err != nil {
			return nil, err
		}
		for _, at = range ids {
			seq, err := strconv.ParseInt(at[max(0, len(at)-placeDigits):], 16, 64)
			if err != nil {
				return nil, r.fail(err)
			}
			if seq > after+1 {
				gaps = append(gaps, [2]int64{after + 1, seq - 1})
			}
			if len(gaps) == most {
				return gaps, nil
			}
			after = seq
		}
		full = len(ids) == placesAtOnce
	}
	return gaps, nil
}

// placesAtOnce is how many places are looked through at a time.
const placesAtOnce = 1000

const opColumns = `id, device, agency, point, stream, began, seq, kind, entity, sum, body, secret, files, received, state, status, code, th, en, value, awaits, tries, next, held, settled`

func scanOp(s scanner) (i inbox.Item, err error) {
	o := &i.Outcome
	return i, s.Scan(&i.ID, &i.Device, &i.Agency, &i.Point, &i.Stream, moment{&i.Began}, &i.Seq, &i.Kind, &i.Entity, hash{&i.Sum}, document{&i.Body}, octets{&i.Secret},
		fileList{&i.Files}, moment{&i.Received}, &i.State, &o.Status, &o.Code, &o.Text.TH, &o.Text.EN, document{&o.Value}, &o.Awaits, &i.Tries, moment{&i.Next},
		moment{&i.Held}, moment{&i.Settled})
}

// Add keeps operations.
func (r crate) Add(list []*inbox.Item) error {
	for _, i := range list {
		o := i.Outcome
		_, err := r.exec(`INSERT INTO inbox_ops (`+opColumns+`) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24, $25)`,
			i.ID, i.Device, string(i.Agency), string(i.Point), i.Stream, micros(i.Began), i.Seq, i.Kind, i.Entity, hashText(i.Sum), string(i.Body), octetText(i.Secret),
			filesText(i.Files), micros(i.Received), string(i.State), string(o.Status), o.Code, o.Text.TH, o.Text.EN, string(o.Value), o.Awaits, i.Tries, micros(i.Next),
			micros(i.Held), micros(i.Settled))
		if err != nil {
			return err
		}
	}
	return nil
}

// Items returns operations by their ids.
func (r crate) Items(ids []string) ([]inbox.Item, error) {
	w := where{dialect: r.dialect}
	in(&w, "id", ids)
	return all(r.records, scanOp, `SELECT `+opColumns+` FROM inbox_ops`+w.String(), w.args...)
}

// Update keeps what became of an operation that is not done.
func (r crate) Update(i inbox.Item) error {
	o := i.Outcome
	n, err := r.exec(`UPDATE inbox_ops SET state = $1, status = $2, code = $3, th = $4, en = $5, value = $6, awaits = $7, tries = $8, next = $9, held = $10, settled = $11,
		secret = CASE WHEN CAST($11 AS BIGINT) > 0 THEN '' ELSE secret END WHERE id = $12 AND state <> 'done'`,
		string(i.State), string(o.Status), o.Code, o.Text.TH, o.Text.EN, string(o.Value), o.Awaits, i.Tries, micros(i.Next), micros(i.Held), micros(i.Settled), i.ID)
	if err == nil && n == 0 {
		err = r.fail(doubled(errors.New("the operation is done, or not there")))
	}
	return err
}

// Tell keeps what is said of an operation.
func (r crate) Tell(id string, o inbox.Outcome) error {
	_, err := r.exec(`UPDATE inbox_ops SET status = $1, code = $2, th = $3, en = $4, value = $5 WHERE id = $6`,
		string(o.Status), o.Code, o.Text.TH, o.Text.EN, string(o.Value), id)
	return err
}

// Pending returns operations that are to be done.
func (r crate) Pending(device string, after inbox.Pending, most int) ([]inbox.Pending, error) {
	scan := func(s scanner) (p inbox.Pending, err error) {
		return p, s.Scan(moment{&p.Began}, &p.ID, &p.Entity, &p.Stream, &p.Seq, moment{&p.Received}, moment{&p.Next})
	}
	return all(r.records, scan, `SELECT began, id, entity, stream, seq, received, next FROM inbox_ops
		WHERE device = $1 AND (began, seq, id) > ($2, $3, $4) AND state IN ('waiting', 'held') ORDER BY began, seq, id LIMIT $5`,
		device, micros(after.Began), after.Seq, after.ID, most)
}

// Attention returns operations that wait for a person.
func (r crate) Attention(devices []string, p trail.Page) ([]inbox.Item, error) {
	w := where{dialect: r.dialect}
	in(&w, "device", devices)
	w.and("state = 'attention'")
	w.args = append(w.args, p.Size(), p.Offset)
	return all(r.records, scanOp, `SELECT `+opColumns+` FROM inbox_ops`+w.String()+fmt.Sprintf(` ORDER BY received, id LIMIT $%d OFFSET $%d`, len(w.args)-1, len(w.args)), w.args...)
}

// Backlog returns what of a machine is not done.
func (r crate) Backlog(device string) (b inbox.Backlog, err error) {
	scan := func(s scanner) (b inbox.Backlog, err error) {
		return b, s.Scan(&b.Pending, moment{&b.Oldest}, &b.Attention, &b.Asides)
	}
	return one(r.records, scan, `SELECT (SELECT COUNT(*) FROM inbox_ops WHERE device = $1 AND state IN ('waiting', 'held')),
		(SELECT COALESCE(MIN(received), 0) FROM inbox_ops WHERE device = $1 AND state IN ('waiting', 'held')),
		(SELECT COUNT(*) FROM inbox_ops WHERE device = $1 AND state = 'attention'),
		(SELECT COUNT(*) FROM inbox_asides WHERE device = $1)`, device)
}

// Backlogs returns what of all machines is not done.
func (r crate) Backlogs() (map[string]inbox.Backlog, error) {
	type counted struct {
		device, what string
		n            int
		oldest       time.Time
	}
	scan := func(s scanner) (c counted, err error) {
		return c, s.Scan(&c.device, &c.what, &c.n, moment{&c.oldest})
	}
	list, err := all(r.records, scan, `SELECT device, 'pending', COUNT(*), MIN(received) FROM inbox_ops WHERE state IN ('waiting', 'held') GROUP BY device
		UNION ALL SELECT device, 'attention', COUNT(*), 0 FROM inbox_ops WHERE state = 'attention' GROUP BY device
		UNION ALL SELECT device, 'asides', COUNT(*), 0 FROM inbox_asides GROUP BY device`)
	out := map[string]inbox.Backlog{}
	for _, c := range list {
		b := out[c.device]
		switch c.what {
		case "pending":
			b.Pending, b.Oldest = c.n, c.oldest
		case "attention":
			b.Attention = c.n
		default:
			b.Asides = c.n
		}
		out[c.device] = b
	}
	return out, err
}

// Weight returns about how much of a machine is not done.
func (r crate) Weight(device string) (n int64, err error) {
	scan := func(s scanner) (n int64, err error) { return n, s.Scan(&n) }
	const of = `(SELECT COALESCE(SUM(octet_length(body) + octet_length(secret) * 3 / 4 + $1), 0) FROM inbox_ops WHERE device = $2 AND `
	return one(r.records, scan, `SELECT CAST(`+of+`state IN ('waiting', 'held')) + `+of+`state = 'attention') AS BIGINT)`, inbox.OpWeight, device)
}

// Brought returns files that will be asked for.
func (r crate) Brought(device string) (out []inbox.Brought, err error) {
	type names struct {
		device string
		files  []wire.File
	}
	scan := func(s scanner) (n names, err error) { return n, s.Scan(&n.device, fileList{&n.files}) }
	w := where{dialect: r.dialect}
	w.and("files <> '' AND state <> 'done'")
	if device != "" {
		in(&w, "device", []string{device})
	}
	list, err := all(r.records, scan, `SELECT device, files FROM inbox_ops`+w.String()+` ORDER BY device, id`, w.args...)
	for _, n := range list {
		for _, f := range n.files {
			out = append(out, inbox.Brought{Device: n.device, SHA256: f.SHA256})
		}
	}
	return out, err
}

const crateAsideColumns = `id, device, stream, seq, op, kind, entity, sum, body, secret, files, code, received`

// PutAside keeps what could not be kept under its id, once, without its secret.
func (r crate) PutAside(a inbox.Aside) error {
	_, err := r.exec(`INSERT INTO inbox_asides (`+crateAsideColumns+`) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13) ON CONFLICT (id) DO NOTHING`,
		a.ID, a.Device, a.Stream, a.Op.Seq, a.Op.ID, a.Op.Kind, a.Op.Entity, hashText(a.Sum), string(a.Op.Body), "", filesText(a.Op.Files), a.Code, micros(a.Received))
	return err
}

// Asides returns what was put aside of machines.
func (r crate) Asides(devices []string, p trail.Page) ([]inbox.Aside, error) {
	scan := func(s scanner) (a inbox.Aside, err error) {
		return a, s.Scan(&a.ID, &a.Device, &a.Stream, &a.Op.Seq, &a.Op.ID, &a.Op.Kind, &a.Op.Entity, hash{&a.Sum}, document{&a.Op.Body}, octets{&a.Op.Secret},
			fileList{&a.Op.Files}, &a.Code, moment{&a.Received})
	}
	w := where{dialect: r.dialect}
	in(&w, "device", devices)
	w.args = append(w.args, p.Size(), p.Offset)
	return all(r.records, scan, `SELECT `+crateAsideColumns+` FROM inbox_asides`+w.String()+
		fmt.Sprintf(` ORDER BY received DESC, id LIMIT $%d OFFSET $%d`, len(w.args)-1, len(w.args)), w.args...)
}

// Wake has a machine's operations looked at.
func (r crate) Wake(device string, at time.Time) error {
	_, err := r.exec(`INSERT INTO inbox_turns (id, next, work) VALUES ($1, $2, 1) ON CONFLICT (id) DO UPDATE SET work = inbox_turns.work + 1,
		next = CASE WHEN inbox_turns.next = 0 OR inbox_turns.next > $2 THEN $2 ELSE inbox_turns.next END`, device, micros(at))
	return err
}

// Arrived lets what awaits an entity be tried.
func (r crate) Arrived(entity string, at time.Time) error {
	devices, err := all(r.records, text, `SELECT DISTINCT device FROM inbox_ops WHERE awaits = $1 AND awaits <> '' AND state = 'held'`, entity)
	if err != nil || len(devices) == 0 {
		return err
	}
	if _, err := r.exec(`UPDATE inbox_ops SET next = $1 WHERE awaits = $2 AND awaits <> '' AND state = 'held'`, micros(at), entity); err != nil {
		return err
	}
	for _, d := range devices {
		if err := r.Wake(d, at); err != nil {
			return err
		}
	}
	return nil
}

func scanTurn(s scanner) (t inbox.Turn, err error) {
	return t, s.Scan(&t.Device, moment{&t.Next}, &t.Work)
}

// Turns returns the machines that are due.
func (r crate) Turns(now time.Time, most int) ([]inbox.Turn, error) {
	return all(r.records, scanTurn, `SELECT id, next, work FROM inbox_turns WHERE next > 0 AND next <= $1 ORDER BY next, id LIMIT $2`, micros(now), most)
}

// EndTurn sets when a machine is due next.
func (r crate) EndTurn(t inbox.Turn, next time.Time) error {
	_, err := r.exec(`UPDATE inbox_turns SET next = $1 WHERE id = $2 AND work = $3`, micros(next), t.Device, t.Work)
	return err
}
