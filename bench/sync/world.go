package main

import (
	"context"
	"crypto/ecdh"
	"crypto/hkdf"
	"crypto/sha1" //nolint:gosec // which is how git names a file
	"crypto/sha256"
	"database/sql"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib" // these open the daemon's database while it does not run
	_ "modernc.org/sqlite"

	"khumue/internal/calendar"
)

// processes are those that each office reports on, months for how many months.
var processes = []string{"dlt-u3iddp", "dlt-qfgdkp"}

const months = 30

// agency is whose all offices are.
const agency = "dlt"

// model is the point of the content of which all offices are copies.
const model = "dlt-area5"

// world is what there is before any office comes.
type world struct {
	settings
	data   string
	points []string       // text of each office's point, as it is published
	box    []byte         // the centre's key, to which offices seal
	first  calendar.Month // of those that are reported
	today  calendar.Date  // when the offices did what they did

}

func pointOf(n int) string { return fmt.Sprintf("dlt-made%05d", n) }

func fileOf(n int) string { return "agencies/mot/dlt/points/" + pointOf(n) + ".yaml" }

// officerOf is the id of the officer of an office.
func officerOf(n int) string {
	id := []byte("o-aaaaaaaaaaaaaaaa")
	for i := len(id) - 1; n > 0; i, n = i-1, n/26 {
		id[i] += byte(n % 26)
	}
	return string(id)
}

func tokenOf(n int) string { return fmt.Sprintf("khumue_office_bench_%08d", n) }

func deviceOf(n int) string { return fmt.Sprintf("0192f0c1-7c7b-7001-8000-%012x", n) }

// blob is how git names the content of a file.
func blob(text string) string {
	sum := sha1.Sum(fmt.Appendf(nil, "blob %d\x00%s", len(text), text)) //nolint:gosec // see above
	return hex.EncodeToString(sum[:])
}

// build makes a content with a point for each office.
func build(s settings, dir string) (*world, error) {
	w := &world{settings: s, data: filepath.Join(dir, "data"), today: calendar.DateOf(time.Now())}
	w.first = calendar.MonthOf(w.today).Add(-months)
	w.content = filepath.Join(dir, "content")
	if err := os.CopyFS(w.content, os.DirFS(s.content)); err != nil {
		return nil, err
	}
	text, err := os.ReadFile(filepath.Join(w.content, filepath.FromSlash("agencies/mot/dlt/points/"+model+".yaml")))
	if err != nil {
		return nil, err
	}
	for n := range s.offices {
		w.points = append(w.points, strings.NewReplacer("code: "+model, "code: "+pointOf(n), "พื้นที่ 5", fmt.Sprintf("สาขาที่ %d", n), "Office 5", fmt.Sprintf("Branch %d", n)).Replace(string(text)))
		if err := os.WriteFile(filepath.Join(w.content, filepath.FromSlash(fileOf(n))), []byte(w.points[n]), 0o644); err != nil {
			return nil, err
		}
	}
	return w, nil
}

// fill puts the offices' machines and officers into the database, and for each
// report of the past a permission to hand it in now.
func (w *world) fill(ctx context.Context) error {
	if err := w.readBox(); err != nil {
		return err
	}
	driver, at := w.databaseOf()
	db, err := sql.Open(driver, at)
	if err != nil {
		return err
	}
	defer db.Close()
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback() // nothing, after a commit
	now := time.Now().UnixMicro()
	for n := range w.offices {
		who, point := officerOf(n), pointOf(n)
		hash := sha256.Sum256([]byte(tokenOf(n)))
		for _, q := range []struct {
			text string
			args []any
		}{
			{`INSERT INTO users (id, issuer, subject, name, name_order, email, email_key, found_by, created, last_sign_in, disabled)
				VALUES ($1, '', '', $2, $2, '', '', '', $3, 0, 0)`, []any{who, "เจ้าหน้าที่ " + point, now}},
			{`INSERT INTO grants (id, holder, role, agency, point, source, since, given_by, ended, ended_by) VALUES ($1, $2, 'point', $3, $4, 'bootstrap', $5, '', 0, '')`,
				[]any{deviceOf(n + 1<<40), who, agency, point, now}},
			{`INSERT INTO office_devices (id, agency, point, name, token, sign_key, box_key, enrolled, enrolled_by, revoked, revoked_by, contact, program, waiting, since, clock_offset, stream)
				VALUES ($1, $2, $3, $3, $4, '', '', $5, $6, 0, '', 0, '', 0, 0, 0, '')`, []any{deviceOf(n), agency, point, hex.EncodeToString(hash[:]), now, who}},
			{`INSERT INTO office_signers (id, device, officer, sign_key, since, ended) VALUES ($1, $2, $3, '', $4, 0)`, []any{deviceOf(n + 1<<41), deviceOf(n), who, now}},
		} {
			if _, err := tx.ExecContext(ctx, q.text, q.args...); err != nil {
				return err
			}
		}
	}
	if err := w.unlock(ctx, tx); err != nil {
		return err
	}
	return tx.Commit()
}

// unlock lets all offices report for all months.
func (w *world) unlock(ctx context.Context, tx *sql.Tx) error {
	var names, list []string
	for m := range months {
		list = append(list, "('"+w.first.Add(m).ISO()+"')")
	}
	for _, p := range processes {
		names = append(names, "('"+p+"')")
	}
	all := fmt.Sprintf(`WITH RECURSIVE o(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM o WHERE n < %d), p(point) AS (SELECT 'dlt-made' || substr(CAST(100000 + n AS TEXT), 2) FROM o),
		m(month) AS (VALUES %s), k(process) AS (VALUES %s)`, w.offices-1, strings.Join(list, ", "), strings.Join(names, ", "))
	const figures = "carried_in, received, approved_on, approved_late, rejected_on, rejected_late, returned, withdrawn, pending_in_time, pending_late, letters"
	var held []string
	for _, p := range processes {
		held = append(held, fmt.Sprintf(`{"process":"%s","from":"%s","until":""}`, p, w.first.ISO()))
	}
	for _, q := range []string{
		`INSERT INTO licence_posts (id, agency, held) ` + all + ` SELECT point, 'dlt', '[` + strings.Join(held, ",") + `]' FROM p WHERE true ON CONFLICT (id) DO UPDATE SET held = excluded.held`,
		`INSERT INTO licence_reports (id, agency, month, point, process, edition, version, filed, filed_by, cause, zero, ` + figures + `, note, draft, draft_at, draft_by, unlock) ` + all + `
			SELECT point || ' ' || process || ' ' || month, 'dlt', month, point, process, 1, 0, 0, '', '', 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, '', '', 0, '', point || ' ' || process || ' ' || month FROM p, k, m`,
		`INSERT INTO licence_unlocks (id, agency, point, process, month, asked, asked_by, reason, decided, judge, granted, answer, until, used, told) ` + all + `
			SELECT point || ' ' || process || ' ' || month, 'dlt', point, process, month, 1, 'o-aaaaaaaaaaaaaaaa', 'made', 2, 'o-aaaaaaaaaaaaaaaa', 1, '', 9000000000000000, 0, 0 FROM p, k, m`,
	} {
		if _, err := tx.ExecContext(ctx, q); err != nil {
			return err
		}
	}
	return nil
}

// readBox finds the centre's public key, which a machine is told when it enrols.
func (w *world) readBox() error {
	file, err := os.ReadFile(filepath.Join(w.data, "personal.key"))
	if err != nil {
		return err
	}
	fields := strings.Fields(string(file))
	key, err := base64.StdEncoding.DecodeString(fields[len(fields)-1])
	if err != nil {
		return err
	}
	secret, err := hkdf.Key(sha256.New, key, nil, "khumue offices box", 32)
	if err != nil {
		return err
	}
	box, err := ecdh.X25519().NewPrivateKey(secret)
	if err != nil {
		return err
	}
	w.box = box.PublicKey().Bytes()
	return nil
}
