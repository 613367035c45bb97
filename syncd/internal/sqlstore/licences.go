package sqlstore

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"khumue/internal/calendar"
	"khumue/internal/catalog"
	"khumue/internal/fault"
	"khumue/internal/licence"
	"khumue/syncd/internal/licences"
)

// Licences returns the store as the desk of licence reports knows it.
func (s *Store) Licences() licences.Store { return licenceStore{s} }

// licenceStore is a store whose transactions are those of licence reports.
type licenceStore struct{ store *Store }

// Read is Store.Read.
func (s licenceStore) Read(ctx context.Context, do func(licences.Records) error) error {
	return s.store.read(ctx, func(r *records) error { return do(returns{r}) })
}

// Write is Store.Write.
func (s licenceStore) Write(ctx context.Context, do func(licences.Records) error) error {
	return s.store.write(ctx, func(r *records) error { return do(returns{r}) })
}

// returns is what a transaction sees of licence reports.
type returns struct{ *records }

var _ licences.Records = returns{}

// span reads a column of months.
type span struct{ to *calendar.Month }

// Scan reads what ISO made.
func (m span) Scan(v any) error {
	s, ok := v.(string)
	if !ok {
		return fmt.Errorf("a month is a %T", v)
	}
	return m.to.UnmarshalText([]byte(s))
}

// yes reads a column of 0 and 1.
type yes struct{ to *bool }

// Scan reads what bit made.
func (y yes) Scan(v any) error {
	n, ok := v.(int64)
	if !ok {
		return fmt.Errorf("yes or no is a %T", v)
	}
	*y.to = n == 1
	return nil
}

func reportID(k licence.Key) string {
	return string(k.Point) + " " + string(k.Process) + " " + k.Month.ISO()
}

// figureColumns are those of the numbers, in the order of licence.Fields.
var figureColumns = func() string {
	names := make([]string, len(licence.Fields))
	for i, f := range licence.Fields {
		names[i] = string(f)
	}
	return strings.Join(names, ", ")
}()

// figureFields are where the numbers are read to.
func figureFields(f *licence.Figures) []any {
	out := make([]any, len(licence.Fields))
	for i, c := range licence.Fields {
		out[i] = f.Count(c)
	}
	return out
}

var (
	filingColumns = `version, filed, filed_by, cause, zero, ` + figureColumns + `, note`
	reportColumns = `r.point, r.process, r.month, r.edition, ` + prefixed("r.", filingColumns) + `, r.draft, r.draft_at, r.draft_by, ` +
		`COALESCE(u.id, ''), COALESCE(u.asked, 0), COALESCE(u.asked_by, ''), COALESCE(u.reason, ''), COALESCE(u.decided, 0), COALESCE(u.judge, ''), ` +
		`COALESCE(u.granted, 0), COALESCE(u.answer, ''), COALESCE(u.until, 0), COALESCE(u.used, 0)`
	reportQuery = `SELECT ` + reportColumns + ` FROM licence_reports r LEFT JOIN licence_unlocks u ON u.id = r.unlock `
)

func prefixed(table, columns string) string {
	names := strings.Split(columns, ", ")
	for i, n := range names {
		names[i] = table + n
	}
	return strings.Join(names, ", ")
}

func filingFields(f *licence.Filing) []any {
	out := []any{&f.Version, moment{&f.At}, &f.By, &f.Cause, yes{&f.Zero}}
	return append(append(out, figureFields(&f.Figures)...), &f.Note)
}

func unlockFields(u *licence.Unlock) []any {
	return []any{&u.ID, moment{&u.Asked}, &u.By, &u.Reason, moment{&u.Decided}, &u.Judge, yes{&u.Granted}, &u.Answer, moment{&u.Until}, moment{&u.Used}}
}

func scanReport(s scanner) (r licence.Report, err error) {
	var draft string
	into := append([]any{&r.Point, &r.Process, span{&r.Month}, &r.Edition}, filingFields(&r.Filed)...)
	into = append(append(into, &draft, moment{&r.Draft.At}, &r.Draft.By), unlockFields(&r.Unlock)...)
	if err = s.Scan(into...); err == nil && draft != "" {
		err = json.Unmarshal([]byte(draft), &r.Draft.Entry)
	}
	return r, err
}

// Report returns the record of a key.
func (r returns) Report(k licence.Key) (licence.Report, error) {
	found, err := all(r.records, scanReport, reportQuery+`WHERE r.id = $1`, reportID(k))
	if err != nil || len(found) == 0 {
		return licence.Report{Key: k}, err
	}
	return found[0], nil
}

// Reports returns the records of a point in a run of months.
func (r returns) Reports(point catalog.PointCode, from, to calendar.Month) ([]licence.Report, error) {
	return all(r.records, scanReport, reportQuery+`WHERE r.point = $1 AND r.month >= $2 AND r.month <= $3 ORDER BY r.process, r.month`,
		string(point), from.ISO(), to.ISO())
}

// History returns all records of a process at a point.
func (r returns) History(point catalog.PointCode, process catalog.ProcessID) ([]licence.Report, error) {
	prefix := string(point) + " " + string(process)
	return all(r.records, scanReport, reportQuery+`WHERE r.id > $1 AND r.id < $2 ORDER BY r.id`, prefix+" ", prefix+"!")
}

// Since returns the record of a key, with those that were handed in from the latest before
// it on.
func (r returns) Since(k licence.Key) ([]licence.Report, error) {
	prefix := string(k.Point) + " " + string(k.Process)
	return all(r.records, scanReport, reportQuery+`WHERE r.id < $1 AND r.id >= COALESCE(
		(SELECT id FROM licence_reports WHERE id > $2 AND id < $3 AND version > 0 ORDER BY id DESC LIMIT 1), $3) AND (r.version > 0 OR r.id = $3) ORDER BY r.id`, prefix+"!", prefix+" ", reportID(k))
}

// placeholders are so many parameters from a number on.
func placeholders(from, n int) string {
	out := make([]string, n)
	for i := range out {
		out[i] = fmt.Sprintf("$%d", from+i)
	}
	return strings.Join(out, ", ")
}

var keptColumns = `edition, ` + filingColumns + `, draft, draft_at, draft_by, unlock`

// insertReport keeps a record that is new; updateReport one that has an edition.
var (
	insertReport = `INSERT INTO licence_reports (id, agency, month, point, process, ` + keptColumns + `) VALUES (` + placeholders(1, 5+strings.Count(keptColumns, ",")+1) + `) ON CONFLICT (id) DO NOTHING`
	updateReport = func() string {
		var set []string
		for i, c := range strings.Split(keptColumns, ", ") {
			set = append(set, fmt.Sprintf("%s = $%d", c, 6+i))
		}
		return `UPDATE licence_reports SET agency = $2, month = $3, point = $4, process = $5, ` + strings.Join(set, ", ") + ` WHERE id = $1 AND edition = $6 - 1`
	}()
)

// reportArgs are what insertReport and updateReport keep.
func reportArgs(agency catalog.AgencyCode, p licence.Report) []any {
	draft := ""
	if !p.Draft.At.IsZero() {
		draft = jsonText(p.Draft.Entry)
	}
	args := []any{reportID(p.Key), string(agency), p.Month.ISO(), string(p.Point), string(p.Process), p.Edition,
		p.Filed.Version, micros(p.Filed.At), string(p.Filed.By), string(p.Filed.Cause), bit(p.Filed.Zero)}
	for _, c := range licence.Fields {
		args = append(args, *p.Filed.Count(c))
	}
	return append(args, p.Filed.Note, draft, micros(p.Draft.At), string(p.Draft.By), p.Unlock.ID)
}

// PutReport keeps a record over the edition before.
func (r returns) PutReport(agency catalog.AgencyCode, p licence.Report) error {
	query := updateReport
	if p.Edition <= 1 {
		query = insertReport
	}
	n, err := r.exec(query, reportArgs(agency, p)...)
	if err == nil && n > 0 && p.Filed.Version > 0 {
		err = r.staleReport(agency, p.Month.ISO())
	} else if err == nil && n == 0 {
		err = r.fail(fault.New(fault.Conflict, fault.Text{TH: "มีผู้อื่นบันทึกรายงานนี้ไปก่อน", EN: "Somebody wrote this report meanwhile."},
			fault.Text{TH: "โหลดหน้านี้ใหม่แล้วตรวจอีกครั้ง", EN: "Load the page anew and look again."}))
	}
	if err == nil && p.Filed.Version > 0 {
		_, err = r.exec(sumUp, string(p.Point)+" "+p.Month.ISO(), string(agency), p.Month.ISO(), string(p.Point))
	}
	return err
}

// sumUp sums up what a point handed in for a month, in the transaction in which it
// does: licence_sums says of each point, now, how complete it is. It is another
// grain than summary_sums, and neither can be made from the other: here processes
// are added up and points told apart, there points are added up and processes told
// apart, and counted later. What both know, the sum of an agency's month, is the
// same once summary_stale is empty.
var sumUp = func() string {
	columns := append([]string{"zero"}, strings.Split(figureColumns, ", ")...)
	sums, set := make([]string, len(columns)), make([]string, len(columns))
	for i, c := range columns {
		sums[i], set[i] = "SUM("+c+")", c+" = excluded."+c
	}
	return `INSERT INTO licence_sums (id, agency, month, point, reports, ` + strings.Join(columns, ", ") + `)
		SELECT $1, $2, $3, $4, COUNT(*), ` + strings.Join(sums, ", ") + ` FROM licence_reports WHERE point = $4 AND month = $3 AND version > 0
		ON CONFLICT (id) DO UPDATE SET agency = excluded.agency, reports = excluded.reports, ` + strings.Join(set, ", ")
}()

// AddVersion keeps a version that another one replaces.
func (r returns) AddVersion(k licence.Key, f licence.Filing) error {
	_, err := r.exec(`INSERT INTO licence_versions (id, report, version, filed, filed_by, cause, entry) VALUES ($1, $2, $3, $4, $5, $6, $7)`,
		fmt.Sprintf("%s %d", reportID(k), f.Version), reportID(k), f.Version, micros(f.At), string(f.By), string(f.Cause), jsonText(f.Entry))
	return err
}

// Versions returns those of a report, oldest first.
func (r returns) Versions(k licence.Key) ([]licence.Filing, error) {
	return all(r.records, func(s scanner) (f licence.Filing, err error) {
		var entry string
		if err = s.Scan(&f.Version, moment{&f.At}, &f.By, &f.Cause, &entry); err == nil {
			err = json.Unmarshal([]byte(entry), &f.Entry)
		}
		return f, err
	}, `SELECT version, filed, filed_by, cause, entry FROM licence_versions WHERE report = $1 ORDER BY version`, reportID(k))
}

const requestColumns = `id, asked, asked_by, reason, decided, judge, granted, answer, until, used, agency, point, process, month, told`

func scanRequest(s scanner) (q licences.Request, err error) {
	return q, s.Scan(append(unlockFields(&q.Unlock), &q.Agency, &q.Point, &q.Process, span{&q.Month}, yes{&q.Told})...)
}

// PutUnlock keeps an unlock, by its id.
func (r returns) PutUnlock(q licences.Request) error {
	_, err := r.exec(`INSERT INTO licence_unlocks (`+requestColumns+`) VALUES (`+placeholders(1, 15)+`)
		ON CONFLICT (id) DO UPDATE SET decided = $5, judge = $6, granted = $7, answer = $8, until = $9, used = $10, agency = $11, told = $15`,
		q.ID, micros(q.Asked), string(q.By), q.Reason, micros(q.Decided), string(q.Judge), bit(q.Granted), q.Answer, micros(q.Until), micros(q.Used),
		string(q.Agency), string(q.Point), string(q.Process), q.Month.ISO(), bit(q.Told))
	return err
}

// Unlock returns an unlock by its id.
func (r returns) Unlock(id string) (licences.Request, error) {
	return one(r.records, scanRequest, `SELECT `+requestColumns+` FROM licence_unlocks WHERE id = $1`, id)
}

// Unlocks returns those of a filter, oldest first.
func (r returns) Unlocks(f licences.RequestFilter) ([]licences.Request, error) {
	w := &where{dialect: r.dialect}
	if f.Waiting {
		w.and("decided = 0")
	}
	if !f.Lapsed.IsZero() {
		w.and("granted = 1 AND used = 0 AND told = 0 AND until <= ?", micros(f.Lapsed))
	}
	if f.Agencies != nil {
		in(w, "agency", f.Agencies)
	}
	if f.Point != "" {
		w.and("point = ?", string(f.Point))
	}
	if !f.From.IsZero() {
		w.and("asked >= ?", micros(f.From))
	}
	if !f.To.IsZero() {
		w.and("asked < ?", micros(f.To))
	}
	query := `SELECT ` + requestColumns + ` FROM licence_unlocks` + w.String()
	if f.Most <= 0 {
		return all(r.records, scanRequest, query+` ORDER BY asked, id`, w.args...)
	}
	list, err := all(r.records, scanRequest, query+fmt.Sprintf(` ORDER BY asked DESC, id DESC LIMIT %d`, f.Most), w.args...)
	slices.Reverse(list)
	return list, err
}

// ofMonth are the rows of a span for one of its months: so the index finds a few
// agencies among all, and what all have stands near to each other.
func (r returns) ofMonth(s licences.Span, m calendar.Month) *where {
	w := &where{dialect: r.dialect}
	w.and("month = ?", m.ISO())
	if s.Agencies != nil {
		in(w, "agency", s.Agencies)
	}
	if s.Point != "" {
		w.and("point = ?", string(s.Point))
	}
	return w
}

// Cells returns the sums of points, as they are kept.
func (r returns) Cells(s licences.Span) (out []licences.Cell, err error) {
	for _, m := range s.From.MonthsTo(s.To) {
		w := r.ofMonth(s, m)
		list, err := all(r.records, func(s scanner) (c licences.Cell, err error) {
			c.Month = m
			return c, s.Scan(append([]any{&c.Agency, &c.Point, &c.Reports, &c.Zeros}, figureFields(&c.Figures)...)...)
		}, `SELECT agency, point, reports, zero, `+figureColumns+` FROM licence_sums`+w.String()+` ORDER BY agency, point`, w.args...)
		if err != nil {
			return nil, err
		}
		out = append(out, list...)
	}
	return out, nil
}

// Each gives reports that were handed in one by one.
func (r returns) Each(s licences.Span, do func(licences.Line) error) error {
	for _, m := range s.From.MonthsTo(s.To) {
		w := r.ofMonth(s, m)
		w.and("version > 0")
		if err := r.lines(w, do); err != nil {
			return err
		}
	}
	return nil
}

// lines gives the reports that conditions choose.
func (r returns) lines(w *where, do func(licences.Line) error) error {
	if r.failed != nil {
		return r.failed
	}
	if err := plain(w.args); err != nil {
		return r.fail(err)
	}
	rows, err := r.handle.query(r.ctx, `SELECT agency, month, point, process, `+filingColumns+` FROM licence_reports`+w.String()+` ORDER BY agency, month, point, process`, w.args...)
	if err != nil {
		return r.fail(err)
	}
	defer rows.Close()
	for rows.Next() {
		var l licences.Line
		if err := rows.Scan(append([]any{&l.Agency, span{&l.Month}, &l.Point, &l.Process}, filingFields(&l.Filing)...)...); err != nil {
			return r.fail(errors.Join(errors.New("reading a row"), err))
		}
		if err := do(l); err != nil {
			return err
		}
	}
	return r.fail(r.handle.explain(rows.Err()))
}

// Posts returns what is expected of all points.
func (r returns) Posts() ([]licences.Post, error) {
	return all(r.records, func(s scanner) (p licences.Post, err error) {
		var held string
		if err = s.Scan(&p.Point, &p.Agency, &held); err == nil {
			err = json.Unmarshal([]byte(held), &p.Held)
		}
		return p, err
	}, `SELECT id, agency, held FROM licence_posts ORDER BY id`)
}

// PutPost keeps what is expected of a point, whose reports and unlocks go with it
// to its agency.
func (r returns) PutPost(p licences.Post) error {
	_, err := r.exec(`INSERT INTO licence_posts (id, agency, held) VALUES ($1, $2, $3) ON CONFLICT (id) DO UPDATE SET agency = $2, held = $3`,
		string(p.Point), string(p.Agency), jsonText(p.Held))
	if err == nil {
		err = r.stalePoint(p.Point, p.Agency)
	}
	for _, of := range []string{
		`licence_reports SET agency = $2 WHERE point = $1`, `licence_unlocks SET agency = $2 WHERE point = $1`,
		`licence_sums SET agency = $2 WHERE id > $1 || ' ' AND id < $1 || '!'`, // the point's, by the key: there is no index of points
	} {
		if err == nil {
			_, err = r.exec(`UPDATE `+of+` AND agency <> $2`, string(p.Point), string(p.Agency))
		}
	}
	return err
}
