package staff

import (
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"net/mail"
	"slices"
	"strings"

	"khumue/internal/catalog"
	"khumue/internal/fault"
	"khumue/syncd/internal/rights"
)

// Columns of a list of accounts. An account is known by issuer and subject, or
// by an e-mail address that its first sign-in must prove.
var importColumns = []string{"issuer", "subject", "email", "name", "agency", "point", "role"}

// maxImport is how many accounts one list may have.
const maxImport = 200_000

// Account is a line of a list of accounts with existing rights.
type Account struct {
	Line            int
	Issuer, Subject string // both, or neither
	Email, Name     string
	Grant           rights.Grant
}

// ReadAccounts reads a CSV file of accounts, whose first line names the columns
// in any order. All problems are told at once, by line.
func ReadAccounts(file string, in io.Reader) ([]Account, error) {
	lines := csv.NewReader(skipMark(in))
	lines.FieldsPerRecord = -1
	lines.TrimLeadingSpace = true
	head, err := lines.Read()
	if err != nil {
		return nil, fault.Problems{csvProblem(file, 1, err)}
	}
	at, problems := columns(file, head)
	if problems != nil {
		return nil, problems
	}
	var out []Account
	for {
		row, err := lines.Read()
		line := 0
		if err == nil {
			line, _ = lines.FieldPos(0)
		} else if parse := (*csv.ParseError)(nil); errors.As(err, &parse) {
			line = parse.Line
		}
		switch {
		case errors.Is(err, io.EOF):
			if err := problems.Err(); err != nil {
				return nil, err
			}
			return out, nil
		case err != nil:
			return nil, append(problems, csvProblem(file, line, err))
		case len(out) == maxImport:
			return nil, append(problems, problem(file, line, fault.Textf("มีมากกว่า %d บรรทัด", "there are more than %d lines", maxImport), fault.Text{TH: "แบ่งเป็นหลายไฟล์", EN: "split the file"}))
		}
		a, wrong := account(file, line, row, at)
		problems = append(problems, wrong...)
		out = append(out, a)
	}
}

// skipMark drops the byte order mark that spreadsheets write.
func skipMark(in io.Reader) io.Reader {
	var first [3]byte
	n, err := io.ReadFull(in, first[:])
	rest := io.MultiReader(strings.NewReader(strings.TrimPrefix(string(first[:n]), "\ufeff")), in)
	if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
		return io.MultiReader(rest, failing{err})
	}
	return rest
}

type failing struct{ err error }

func (f failing) Read([]byte) (int, error) { return 0, f.err }

func problem(file string, line int, what fault.Text, hint ...fault.Text) fault.Problem {
	p := fault.Problem{File: file, Line: line, Severity: fault.Wrong, What: what}
	if len(hint) > 0 {
		p.Hint = hint[0]
	}
	return p
}

func csvProblem(file string, line int, err error) fault.Problem {
	return problem(file, max(line, 1), fault.Textf("อ่าน CSV ไม่ได้: %v", "can not be read as CSV: %v", err),
		fault.Text{TH: "บันทึกเป็น CSV แบบ UTF-8 คั่นด้วยจุลภาค", EN: "save it as CSV, UTF-8, separated by commas"})
}

// columns finds where each column stands.
func columns(file string, head []string) (map[string]int, fault.Problems) {
	at := map[string]int{}
	var problems fault.Problems
	for i, name := range head {
		name = strings.ToLower(strings.TrimSpace(name))
		if _, twice := at[name]; twice || !slices.Contains(importColumns, name) {
			problems = append(problems, problem(file, 1, fault.Textf("คอลัมน์ %q ไม่รู้จักหรือซ้ำ", "the column %q is unknown or doubled", name),
				fault.Textf("คอลัมน์ที่ใช้ได้: %s", "the columns are: %s", strings.Join(importColumns, ", "))))
		}
		at[name] = i
	}
	if _, ok := at["role"]; !ok {
		problems = append(problems, problem(file, 1, fault.Text{TH: "ไม่มีคอลัมน์ role", EN: "there is no column role"}))
	}
	return at, problems
}

// account reads one line.
func account(file string, line int, row []string, at map[string]int) (Account, fault.Problems) {
	get := func(column string) string {
		if i, ok := at[column]; ok && i < len(row) {
			return strings.TrimSpace(row[i])
		}
		return ""
	}
	var problems fault.Problems
	wrong := func(what fault.Text, hint ...fault.Text) {
		problems = append(problems, problem(file, line, what, hint...))
	}
	note := func(err error) {
		var told *fault.Error
		if errors.As(err, &told) {
			wrong(told.What, told.Hint)
		}
	}
	a := Account{Line: line, Issuer: get("issuer"), Subject: get("subject"), Email: get("email"), Name: get("name")}
	switch {
	case len(row) > len(at):
		wrong(fault.Textf("มี %d ช่อง แต่หัวตารางมี %d", "it has %d fields, the first line %d", len(row), len(at)))
	case (a.Issuer == "") != (a.Subject == ""):
		wrong(fault.Text{TH: "issuer กับ subject ต้องมีทั้งคู่หรือไม่มีทั้งคู่", EN: "issuer and subject belong together"})
	case a.Issuer == "" && a.Email == "":
		wrong(fault.Text{TH: "ไม่รู้ว่าเป็นใคร", EN: "it does not say who it is"}, fault.Text{TH: "ใส่ issuer และ subject หรือ email", EN: "give issuer and subject, or email"})
	}
	if a.Email != "" {
		if m, err := mail.ParseAddress(a.Email); err != nil || m.Address != a.Email {
			wrong(fault.Textf("%q ไม่ใช่ที่อยู่อีเมล", "%q is not an e-mail address", a.Email))
		}
	}
	for _, s := range []string{a.Issuer, a.Subject, a.Email, a.Name} {
		if len(s) > 500 {
			wrong(fault.Text{TH: "ข้อความยาวเกิน 500 ไบต์", EN: "a field is longer than 500 bytes"})
		}
	}
	var err error
	if a.Grant.Role, err = catalog.ParseRole(get("role")); err != nil {
		note(err)
		return a, problems
	}
	a.Grant.Scope = rights.Scope{Agency: catalog.AgencyCode(get("agency")), Point: catalog.PointCode(get("point"))}
	note(a.Grant.CheckForm())
	return a, problems
}

// Imported says what an import did, or would do.
type Imported struct {
	Users, Grants, Unchanged int // new users, new grants, lines that changed nothing
}

// String says it in English, for a command line.
func (i Imported) String() string {
	return fmt.Sprintf("%d new users, %d new roles, %d unchanged", i.Users, i.Grants, i.Unchanged)
}

// errDry undoes a transaction that was only tried.
var errDry = errors.New("dry run")

// Import brings accounts with their rights in, all or none; what is there
// already is left as it is, so that a list may be given again. A dry run changes
// nothing and says what would happen. Problems are told all at once, by line.
func (d *Desk) Import(ctx context.Context, by Acting, file string, accounts []Account, dry bool) (Imported, error) {
	var problems fault.Problems
	for _, a := range accounts {
		if _, err := d.target(a.Grant.Scope); err != nil {
			problems = append(problems, problem(file, a.Line, fault.Textf("ไม่มีหน่วยงานหรือจุดบริการ %s %s", "there is no agency or point %s %s", a.Grant.Scope.Agency, a.Grant.Scope.Point)))
		} else if _, err := d.mayManage(by, a.Grant); err != nil {
			problems = append(problems, problem(file, a.Line, fault.Text{TH: "ไม่มีสิทธิ์ให้บทบาทนี้", EN: "you may not give this role"}))
		}
	}
	if err := problems.Err(); err != nil {
		return Imported{}, err
	}
	var done Imported
	err := d.Store.Write(ctx, func(r Records) error {
		done = Imported{}
		for _, a := range accounts {
			if err := d.bring(r, by, a, &done); err != nil {
				return err
			}
		}
		if dry {
			return errDry
		}
		return nil
	})
	if errors.Is(err, errDry) {
		err = nil
	}
	return done, err
}

// bring brings one account in.
func (d *Desk) bring(r Records, by Acting, a Account, done *Imported) error {
	u, err := d.accountOf(r, a)
	switch {
	case errors.Is(err, fault.NotFound):
		u = User{ID: catalog.NewOfficerID(d.random(16)), Issuer: a.Issuer, Subject: a.Subject, Email: a.Email, Name: a.Name, Created: d.now()}
		if err := r.PutUser(u); err != nil {
			return err
		}
		done.Users++
	case err != nil:
		return err
	}
	if slices.ContainsFunc(u.Grants, func(g Grant) bool { return g.Grant == a.Grant }) {
		done.Unchanged++
		return nil
	}
	g := Grant{Grant: a.Grant, ID: d.id(), User: u.ID, Source: ByImport, From: d.now(), By: by.ID}
	e := d.entry(by, "user.import", g.Scope, string(u.ID))
	e.After = told(g)
	done.Grants++
	return errors.Join(r.PutGrant(g), r.Record(e))
}

// accountOf finds the user of an account: by issuer and subject, or the one
// with its e-mail address.
func (d *Desk) accountOf(r Records, a Account) (User, error) {
	if a.Subject != "" {
		return r.UserOf(a.Issuer, a.Subject)
	}
	us, err := r.UsersWithEmail(a.Email)
	switch {
	case err != nil:
		return User{}, err
	case len(us) == 0:
		return User{}, nobody()
	case len(us) > 1:
		return User{}, fault.New(fault.Conflict, fault.Textf("บรรทัด %d: มีผู้ใช้หลายคนที่ใช้อีเมล %s", "line %d: several users have the e-mail address %s", a.Line, a.Email),
			fault.Text{TH: "ระบุ issuer และ subject", EN: "give issuer and subject"})
	}
	return us[0], nil
}
