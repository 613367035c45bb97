package sqlstore

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"khumue/internal/catalog"
	"khumue/internal/licence"
	"khumue/syncd/internal/licences"
	"khumue/syncd/internal/summary"
)

// Summary returns the store as the desk of the summary report knows it.
func (s *Store) Summary() summary.Store { return summaryStore{s} }

// summaryStore is a store whose transactions are those of the summary report.
type summaryStore struct{ store *Store }

// Read is Store.Read.
func (s summaryStore) Read(ctx context.Context, do func(summary.Records) error) error {
	return s.store.read(ctx, func(r *records) error { return do(sums{r}) })
}

// Write is Store.Write.
func (s summaryStore) Write(ctx context.Context, do func(summary.Records) error) error {
	return s.store.write(ctx, func(r *records) error { return do(sums{r}) })
}

// sums is what a transaction sees of the summary report. It reads summary_sums: of
// agencies by month and process, counted some time after reports changed, so that
// the country's years are a few rows each. Points are not told apart there; that is
// licence_sums, which are kept with each report and know no processes, and from
// which these can not be made. Of one point alone single reports are added up.
type sums struct{ *records }

var _ summary.Records = sums{}

// sumColumns are sums of the columns, as whole numbers: a sum of PostgreSQL is of
// another type.
var sumColumns = func() string {
	out := []string{"COUNT(*)", "CAST(SUM(zero) AS BIGINT)"}
	for _, f := range licence.Fields {
		out = append(out, "CAST(SUM("+string(f)+") AS BIGINT)")
	}
	return strings.Join(out, ", ")
}()

// staleReport marks that a report changed, in the transaction that changes it.
func (r *records) staleReport(agency catalog.AgencyCode, month string) error {
	_, err := r.exec(`INSERT INTO summary_stale (agency, month) VALUES ($1, $2) ON CONFLICT (month, agency) DO NOTHING`, string(agency), month)
	return err
}

// stalePoint marks that a point's reports go to another agency.
func (r *records) stalePoint(point catalog.PointCode, agency catalog.AgencyCode) error {
	const moved = ` FROM licence_reports WHERE point = $1 AND agency <> $2 AND version > 0 ON CONFLICT (month, agency) DO NOTHING`
	_, err := r.exec(`INSERT INTO summary_stale (agency, month) SELECT DISTINCT agency, month`+moved, string(point), string(agency))
	if err == nil {
		_, err = r.exec(`INSERT INTO summary_stale (agency, month) SELECT DISTINCT CAST($2 AS TEXT), month`+moved, string(point), string(agency))
	}
	return err
}

// metaCounted is the name under which meta keeps that sums were begun: what a
// restore brings is counted from its beginning.
const metaCounted = "summary_counted"

// begun reports whether the sums were begun.
func (r sums) begun() (bool, error) {
	values, err := all(r.records, text, `SELECT value FROM meta WHERE name = $1`, metaCounted)
	return len(values) > 0, err
}

// Behind reports whether something has to be counted.
func (r sums) Behind() (bool, error) {
	if begun, err := r.begun(); err != nil || !begun {
		return true, err
	}
	rows, err := all(r.records, text, `SELECT month FROM summary_stale LIMIT 1`)
	return len(rows) > 0, err
}

// begin marks all that there is.
func (r sums) begin() error {
	for _, s := range []string{
		`DELETE FROM summary_sums`, `DELETE FROM summary_stale`,
		`INSERT INTO summary_stale (agency, month) SELECT DISTINCT agency, month FROM licence_reports WHERE version > 0`,
	} {
		if _, err := r.exec(s); err != nil {
			return err
		}
	}
	_, err := r.exec(`INSERT INTO meta (name, value) VALUES ($1, $2)`, metaCounted, "1")
	return err
}

// Count counts anew some of what has to be.
func (r sums) Count(now time.Time, most int) (more bool, err error) {
	if begun, err := r.begun(); err != nil {
		return false, err
	} else if !begun {
		return true, r.begin()
	}
	type mark struct{ agency, month string }
	list, err := all(r.records, func(s scanner) (m mark, err error) { return m, s.Scan(&m.agency, &m.month) },
		`SELECT agency, month FROM summary_stale ORDER BY month DESC, agency DESC LIMIT $1`, most+2)
	if err != nil || len(list) == 0 {
		return false, err
	}
	month, agencies := list[0].month, []string{}
	for _, m := range list {
		if m.month == month && m.agency != "" && len(agencies) < most {
			agencies = append(agencies, m.agency)
		}
	}
	if err := r.countAgencies(month, agencies, now); err != nil {
		return false, err
	}
	left, err := all(r.records, text, `SELECT agency FROM summary_stale WHERE month = $1 AND agency <> '' LIMIT 1`, month)
	if err == nil && len(left) == 0 {
		err = r.countCountry(month, now)
	}
	if err != nil {
		return false, err
	}
	return r.Behind()
}

var (
	keptSums = func() string {
		out := []string{"SUM(reports)", "SUM(zeros)"}
		for _, f := range licence.Fields {
			out = append(out, "SUM("+string(f)+")")
		}
		return "CAST(" + strings.Join(out, " AS BIGINT), CAST(") + " AS BIGINT)"
	}()
	insertSums = `INSERT INTO summary_sums (agency, month, process, counted, reports, zeros, ` + figureColumns + `) `
)

// countAgencies counts some agencies of a month, and marks the country's part.
func (r sums) countAgencies(month string, agencies []string, now time.Time) error {
	if len(agencies) == 0 {
		return nil
	}
	among := ` AND agency IN ` + r.dialect.list
	of := strings.ReplaceAll(among, "?", "$2")
	args := []any{month, listText(agencies), micros(now)}
	for _, s := range []struct {
		query string
		n     int
	}{
		{`DELETE FROM summary_sums WHERE month = $1` + of, 2},
		{insertSums + `SELECT agency, month, process, CAST($3 AS BIGINT), ` + sumColumns + ` FROM licence_reports WHERE version > 0 AND month = $1` + of + ` GROUP BY agency, month, process`, 3},
		{insertSums + `SELECT agency, month, '', CAST($3 AS BIGINT), ` + keptSums + ` FROM summary_sums WHERE process <> '' AND month = $1` + of + ` GROUP BY agency, month`, 3},
		{`DELETE FROM summary_stale WHERE month = $1` + of, 2},
	} {
		if _, err := r.exec(s.query, args[:s.n]...); err != nil {
			return err
		}
	}
	return r.staleReport("", month)
}

// countCountry adds a month's agencies up.
func (r sums) countCountry(month string, now time.Time) error {
	_, err := r.exec(`DELETE FROM summary_sums WHERE month = $1 AND agency = ''`, month)
	if err == nil {
		_, err = r.exec(insertSums+`SELECT '', month, process, CAST($2 AS BIGINT), `+keptSums+` FROM summary_sums WHERE month = $1 AND agency <> '' GROUP BY month, process`, month, micros(now))
	}
	if err == nil {
		_, err = r.exec(`DELETE FROM summary_stale WHERE month = $1 AND agency = ''`, month)
	}
	return err
}

// among adds which reports a span is of, single ones or sums.
func (r sums) among(w *where, s summary.Span, single bool) *where {
	w.dialect = r.dialect
	if single {
		w.and("version > 0")
	}
	if s.Agencies != nil {
		in(w, "agency", s.Agencies)
	}
	if s.Point != "" {
		w.and("point = ?", string(s.Point))
	}
	if s.Processes != nil {
		in(w, "process", s.Processes)
	}
	w.and("month >= ?", s.From.ISO())
	w.and("month <= ?", s.To.ISO())
	return w
}

// each adds the months of a span one by one: within each of them an index leads to
// an agency, and within a run it does not.
func each(w *where, s summary.Span) *where {
	var list []any
	for _, m := range s.From.MonthsTo(s.To) {
		list = append(list, m.ISO())
	}
	if len(list) > 0 {
		w.and("month IN (?"+strings.Repeat(", ?", len(list)-1)+")", list...)
	}
	return w
}

// kept adds which kept sums a span is of. Over agencies, or over processes, are
// those that are added up already.
func (r sums) kept(w *where, s summary.Span, overAgencies, overProcesses bool) *where {
	r.among(w, s, false)
	if s.Agencies == nil {
		w.and(map[bool]string{true: "agency = ''", false: "agency <> ''"}[overAgencies])
	}
	if s.Processes == nil {
		w.and(map[bool]string{true: "process = ''", false: "process <> ''"}[overProcesses])
	}
	return w
}

func sumFields(s *licence.Sum) []any {
	return append([]any{&s.Reports, &s.Zeros}, figureFields(&s.Figures)...)
}

// ByMonth returns a sum for each month.
func (r sums) ByMonth(s summary.Span) ([]summary.Row, error) {
	if s.Point != "" {
		w := r.among(&where{}, s, true)
		return all(r.records, func(s scanner) (m summary.Row, err error) {
			return m, s.Scan(append([]any{span{&m.Month}}, sumFields(&m.Sum)...)...)
		}, `SELECT month, `+sumColumns+` FROM licence_reports`+w.String()+` GROUP BY month ORDER BY month`, w.args...)
	}
	w := r.kept(&where{}, s, true, true)
	return all(r.records, func(s scanner) (m summary.Row, err error) {
		return m, s.Scan(append([]any{span{&m.Month}, moment{&m.Counted}}, sumFields(&m.Sum)...)...)
	}, `SELECT month, MAX(counted), `+keptSums+` FROM summary_sums`+w.String()+` GROUP BY month ORDER BY month`, w.args...)
}

// ByAgency returns a sum for each agency.
func (r sums) ByAgency(s summary.Span) ([]summary.Row, error) {
	w := r.kept(ends(s), s, false, true)
	return r.grouped("agency", "summary_sums", runColumns("SUM(reports)", "SUM(zeros)"), w)
}

// ByProcess returns a sum for each process.
func (r sums) ByProcess(s summary.Span) ([]summary.Row, error) {
	if s.Point != "" {
		return r.grouped("process", "licence_reports", runColumns("COUNT(*)", "SUM(zero)"), r.among(ends(s), s, true))
	}
	return r.grouped("process", "summary_sums", runColumns("SUM(reports)", "SUM(zeros)"), r.kept(ends(s), s, true, false))
}

// ByPoint returns a sum for each point.
func (r sums) ByPoint(s summary.Span) ([]summary.Row, error) {
	return r.grouped("point", "licence_reports", runColumns("COUNT(*)", "SUM(zero)"), each(r.among(ends(s), s, true), s))
}

// ends begins conditions with the parameters of runColumns.
func ends(s summary.Span) *where { return &where{args: []any{s.First.ISO(), s.Last.ISO()}} }

// runColumns are the sums over a run of months, whose first and last are the first
// two parameters.
func runColumns(reports, zeros string) string {
	out := []string{reports, zeros}
	for _, f := range licence.Fields {
		switch f {
		case licence.CarriedIn:
			out = append(out, "SUM(CASE WHEN month = $1 THEN carried_in ELSE 0 END)")
		case licence.PendingInTime, licence.PendingLate:
			out = append(out, fmt.Sprintf("SUM(CASE WHEN month = $2 THEN %s ELSE 0 END)", f))
		default:
			out = append(out, "SUM("+string(f)+")")
		}
	}
	return "CAST(" + strings.Join(out, " AS BIGINT), CAST(") + " AS BIGINT)"
}

func (r sums) grouped(by, table, columns string, w *where) ([]summary.Row, error) {
	return all(r.records, func(s scanner) (m summary.Row, err error) {
		return m, s.Scan(append([]any{&m.ID}, sumFields(&m.Sum)...)...)
	}, `SELECT `+by+`, `+columns+` FROM `+table+w.String()+` GROUP BY `+by+` ORDER BY `+by, w.args...)
}

// Each gives the reports of a span one by one.
func (s summaryStore) Each(ctx context.Context, span summary.Span, do func(licences.Line) error) error {
	begun := false
	return s.store.read(ctx, func(r *records) error {
		if begun {
			return errors.New("the reports were begun already")
		}
		begun = true
		if err := patient(ctx, r.handle, r.dialect); err != nil {
			return err
		}
		w := sums{r}.among(&where{}, span, true)
		return returns{r}.lines(w, do)
	})
}

// Manuals counts how manuals stand.
func (r sums) Manuals(agencies []catalog.AgencyCode, named []catalog.ManualID) (s summary.Standing, since map[string][]time.Time, err error) {
	v, err := r.view()
	if err != nil {
		return s, nil, err
	}
	within := map[catalog.AgencyCode]bool{}
	for _, a := range agencies {
		within[a] = true
	}
	for _, m := range v.spines {
		if agencies != nil && !within[m.agency] || named != nil && !slices.Contains(named, m.id) {
			continue
		}
		s.Shown += int(bit(m.is.shown))
		s.Withdrawn += int(bit(m.is.withdrawn))
		s.Hastened += int(bit(m.is.hastened))
		s.Drafts += int(bit(m.is.drafted))
		s.Reviews += int(bit(m.is.reviewed))
		s.Endorsed += int(bit(m.is.endorsed))
	}
	type open struct {
		state string
		since time.Time
	}
	w := &where{dialect: r.dialect}
	w.and("state IN ('draft', 'review', 'endorsed')")
	if agencies != nil {
		in(w, "agency", slices.Clone(agencies))
	}
	if named != nil {
		in(w, "manual", named)
	}
	list, err := all(r.records, func(s scanner) (o open, err error) { return o, s.Scan(&o.state, moment{&o.since}) },
		`SELECT state, CASE WHEN waits > 0 THEN waits ELSE changed END FROM opens`+w.String(), w.args...)
	since = map[string][]time.Time{}
	for _, o := range list {
		since[o.state] = append(since[o.state], o.since)
	}
	return s, since, err
}
