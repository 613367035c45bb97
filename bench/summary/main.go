// Command summary measures the summary report over millions of licence reports: how
// long they are counted the first time, how long a page takes at each level, and
// how long and in how much of the daemon's memory every report is exported. The
// reports are made by SQL in the daemon's own database, while it does not run, at
// points of made-up departments below the ministries of the sample content. The
// program measures SQLite, and its Go benchmark the same on PostgreSQL.
package main

import (
	"context"
	"database/sql"
	"errors"
	"flag"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib" // these open the daemon's database while it does not run
	_ "modernc.org/sqlite"

	"khumue/bench/office"
)

type settings struct {
	syncd, content              string
	departments, points, months int
	visits                      int    // of each page
	database                    string // address of an empty database of PostgreSQL; "": SQLite
	out                         string // file for the report; "": none
	further                     bool   // it stands there already, and goes on
}

// processes are those that each point reports on, two of them of the content.
var processes = []string{"dlt-qfgdkp", "dlt-u3iddp", "made-aaaaaa", "made-bbbbbb", "made-cccccc"}

// ministries are those of the content below which departments are made.
var ministries = []string{"mot", "moi", "mof", "moc", "mol", "moph", "mfa", "mod", "msdhs"}

func (s settings) rows() int { return s.points * s.months * len(processes) }

// millions is what is measured unless something else is asked for.
var millions = settings{departments: 2000, points: 50_000, months: 13, visits: 20}

func main() {
	s := millions
	flag.StringVar(&s.syncd, "syncd", "bin/syncd", "the daemon")
	flag.StringVar(&s.content, "content", "content", "folder of the content")
	flag.IntVar(&s.departments, "departments", s.departments, "agencies that are made")
	flag.IntVar(&s.points, "points", s.points, "points that report, on five processes each")
	flag.IntVar(&s.months, "months", s.months, "that they have reported")
	flag.IntVar(&s.visits, "visits", s.visits, "of each page")
	flag.StringVar(&s.database, "database", "", "address of an empty database of PostgreSQL; SQLite unless given")
	flag.StringVar(&s.out, "out", "", "file to write the report to")
	flag.Parse()
	if err := run(context.Background(), s); err != nil {
		fmt.Fprintln(os.Stderr, "summary:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, s settings) (err error) {
	f := figures{settings: s, load: loadOf()}
	dir, err := os.MkdirTemp("", "khumue-summary-")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	if s.content, err = extended(s, filepath.Join(dir, "content")); err != nil {
		return err
	}
	data := filepath.Join(dir, "data")
	first, err := demo(ctx, s, data) // which makes the database
	if err != nil {
		return err
	}
	if err := first.Stop(); err != nil {
		return err
	}
	if err := fill(ctx, s, data); err != nil {
		return err
	}
	began := time.Now()
	o, err := demo(ctx, s, data)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, o.Stop()) }()
	if err := f.measure(ctx, o, began); err != nil {
		return err
	}
	return f.report()
}

// demo starts the daemon on a folder of data, and waits until it is ready.
func demo(ctx context.Context, s settings, data string) (*office.Office, error) {
	o, err := office.Start(ctx, office.Settings{Program: s.syncd, Content: s.content, Data: data, Database: s.database})
	if err != nil {
		return nil, err
	}
	limited, cancel := context.WithTimeout(ctx, 3*time.Minute)
	defer cancel()
	if err := o.Ready(limited); err != nil {
		return nil, errors.Join(err, o.Stop())
	}
	return o, nil
}

// department is the code of one that is made.
func department(n int) string { return fmt.Sprintf("made-%04d", n) }

// extended is a copy of the content with more departments.
func extended(s settings, to string) (string, error) {
	if err := os.CopyFS(to, os.DirFS(s.content)); err != nil {
		return "", err
	}
	model, err := os.ReadFile(filepath.Join(to, "agencies", "mot", "agency.yaml"))
	if err != nil {
		return "", err
	}
	for n := range s.departments {
		folder := filepath.Join(to, "agencies", ministries[n%len(ministries)], department(n))
		if err := os.Mkdir(folder, 0o755); err != nil {
			return "", err
		}
		text := strings.NewReplacer("code: mot\n", "code: "+department(n)+"\n", "kind: ministry\n", "kind: department\n",
			"กระทรวงคมนาคม", fmt.Sprintf("กรมตัวอย่างที่ %d", n), "Ministry of Transport", fmt.Sprintf("Department %d", n), "../../", "../../../").Replace(string(model))
		if err := os.WriteFile(filepath.Join(folder, "agency.yaml"), []byte(text), 0o644); err != nil {
			return "", err
		}
	}
	return to, nil
}

// lastMonth is the last one that is over.
func lastMonth() time.Time {
	now := time.Now()
	return time.Date(now.Year(), now.Month()-1, 1, 0, 0, 0, 0, time.UTC)
}

// fill has all points report for all months.
func fill(ctx context.Context, s settings, data string) error {
	driver, at := "sqlite", filepath.Join(data, "khumue.db")
	if s.database != "" {
		driver, at = "pgx", s.database
	}
	db, err := sql.Open(driver, at)
	if err != nil {
		return err
	}
	defer db.Close()
	db.SetMaxOpenConns(1)
	var months, names, held []string
	first := lastMonth().AddDate(0, 1-s.months, 0)
	for m := range s.months {
		months = append(months, "('"+first.AddDate(0, m, 0).Format("2006-01")+"')")
	}
	for n, p := range processes {
		names = append(names, fmt.Sprintf("(%d, '%s')", n, p))
		held = append(held, fmt.Sprintf(`{"process":"%s","from":"%s","until":"%s"}`, p, first.Format("2006-01"), lastMonth().Format("2006-01")))
	}
	points := fmt.Sprintf(`WITH RECURSIVE p(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM p WHERE n < %d)`, s.points-1)
	agency := fmt.Sprintf(`'made-' || substr(CAST(10000 + n %% %d AS TEXT), 2)`, s.departments)
	const figures = "carried_in, received, approved_on, approved_late, rejected_on, rejected_late, returned, withdrawn, pending_in_time, pending_late, letters"
	const point = `'made-p' || substr(CAST(1000000 + n AS TEXT), 2)`
	for _, q := range []string{
		`INSERT INTO licence_reports (id, agency, month, point, process, edition, version, filed, filed_by, cause, zero, ` + figures + `, note, draft, draft_at, draft_by, unlock)
			` + points + `, m(month) AS (VALUES ` + strings.Join(months, ", ") + `), k(i, process) AS (VALUES ` + strings.Join(names, ", ") + `)
			SELECT ` + point + ` || ' ' || process || ' ' || month, ` + agency + `, month, ` + point + `, process, 1, 1, 1790000000000000, 'o-aaaaaaaaaaaaaaaa', 'first', 0,
				5, 100 + n % 50 + i, 80 + n % 50 + i, n % 7, 5, 1, 2, 1, 10 - n % 7, 6, 6, '', '', 0, '', '' FROM p, k, m`,
		`INSERT INTO licence_posts (id, agency, held) ` + points + ` SELECT ` + point + `, ` + agency + `, '[` + strings.Join(held, ",") + `]' FROM p`,
		`INSERT INTO licence_sums (id, agency, month, point, reports, zero, ` + figures + `)
			SELECT point || ' ' || month, agency, month, point, COUNT(*), SUM(zero), ` + "SUM(" + strings.ReplaceAll(figures, ", ", "), SUM(") + ")" + ` FROM licence_reports WHERE point LIKE 'made-%' GROUP BY agency, month, point`,
		`DELETE FROM meta WHERE name = 'summary_counted'`, // all is counted from the beginning
	} {
		if _, err := db.ExecContext(ctx, q); err != nil {
			return err
		}
	}
	return nil
}

// visit is a page that was asked for again and again.
type visit struct {
	name string
	took []time.Duration // the shortest first
	cpu  time.Duration   // of the daemon, on average
}

func (v visit) at(part float64) time.Duration {
	return v.took[min(len(v.took)-1, int(part*float64(len(v.took))))]
}

// file is a file that was fetched.
type file struct {
	name      string
	took, cpu time.Duration
	bytes     int64
	peak      int64 // of the daemon's memory, up to then
}

func (f *figures) measure(ctx context.Context, o *office.Office, began time.Time) error {
	opdc, err := o.SignIn(ctx, http.DefaultTransport, "opdc")
	if err != nil {
		return err
	}
	for limit := began.Add(10 * time.Minute); ; {
		p, err := opdc.Get(ctx, "/summary")
		if err == nil && !strings.Contains(p.Body, "กำลังนับเพิ่ม") {
			break
		} else if time.Now().After(limit) {
			return errors.Join(err, errors.New("the reports were not counted"))
		}
		time.Sleep(200 * time.Millisecond)
	}
	f.counted, f.countedPeak = time.Since(began), o.Peak()
	fmt.Fprintf(os.Stderr, "counted in %v, %d MB\n", f.counted, f.countedPeak>>20)
	year := fmt.Sprintf("y%d", lastMonth().AddDate(0, 3, 0).Year()-1+543) // the last whole fiscal year
	for _, p := range []struct{ name, query string }{
		{"the country's fiscal year", "period=" + year}, {"the country's month", "period=" + lastMonth().Format("2006-01")},
		{"a process of the country", "period=" + year + "&process=" + processes[0]}, {"a category of the country", "period=" + year + "&category=transport"},
		{"a ministry's fiscal year", "unit=mot&period=" + year}, {"a department's fiscal year", "unit=" + department(0) + "&period=" + year}, {"a point's fiscal year", "point=made-p000000&period=" + year},
	} {
		v := visit{name: p.name}
		used := o.Used()
		for range f.visits {
			began := time.Now()
			if _, err := opdc.Get(ctx, "/summary?"+p.query); err != nil {
				return err
			}
			v.took = append(v.took, time.Since(began))
		}
		v.cpu = (o.Used() - used) / time.Duration(f.visits)
		slices.Sort(v.took)
		fmt.Fprintf(os.Stderr, "%s: %v, 95 %%: %v, CPU %v\n", v.name, v.at(.5), v.at(.95), v.cpu)
		f.pages = append(f.pages, v)
	}
	f.pagesPeak = o.Peak()
	for _, path := range []string{"/summary.xlsx", "/summary/rows.csv"} {
		got, err := fetch(ctx, o, opdc, path+"?period="+year)
		if err != nil {
			return err
		}
		f.files = append(f.files, got)
	}
	return nil
}

// fetch fetches a file to its end.
func fetch(ctx context.Context, o *office.Office, by *office.Person, path string) (f file, err error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, o.Address+path, nil)
	if err != nil {
		return f, err
	}
	cookie, err := by.Cookie()
	if err != nil {
		return f, err
	}
	r.AddCookie(cookie)
	used, began := o.Used(), time.Now()
	a, err := http.DefaultClient.Do(r)
	if err != nil {
		return f, err
	}
	defer a.Body.Close()
	if a.StatusCode != http.StatusOK {
		return f, fmt.Errorf("%s: %s", path, a.Status)
	}
	f.name, _, _ = strings.Cut(path, "?")
	f.bytes, err = io.Copy(io.Discard, a.Body)
	f.took, f.cpu, f.peak = time.Since(began), o.Used()-used, o.Peak()
	fmt.Fprintf(os.Stderr, "%s: %v, CPU %v, %d MB\n", path, f.took, f.cpu, f.peak>>20)
	return f, err
}
