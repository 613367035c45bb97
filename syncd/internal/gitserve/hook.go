package gitserve

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"khumue/internal/catalog"
	"khumue/internal/fault"
	"khumue/internal/gitrepo"
	"khumue/syncd/internal/rights"
)

// Push is what one person asks for at once.
type Push struct {
	By    rights.Officer
	Moves []gitrepo.Move
}

// pushVariable is how the hook is told who pushes: git hands it on.
const pushVariable = "KHUMUE_PUSH"

// pushed is what the hook is told. There is no secret in it.
type pushed struct {
	Repository string `json:"repository"`
	Officer    string `json:"officer"`
	Grants     []held `json:"grants"`
}

// held is a grant of the pusher.
type held struct {
	Role   string `json:"role"`
	Agency string `json:"agency,omitempty"`
	Point  string `json:"point,omitempty"`
}

// tell writes the variable.
func (p *Push) tell(dir string) (string, error) {
	who := pushed{Repository: dir, Officer: string(p.By.ID)}
	for _, g := range p.By.Grants {
		who.Grants = append(who.Grants, held{string(g.Role), string(g.Scope.Agency), string(g.Scope.Point)})
	}
	told, err := json.Marshal(who)
	return pushVariable + "=" + string(told), err
}

// officer is the pusher.
func (p pushed) officer() rights.Officer {
	out := rights.Officer{ID: catalog.OfficerID(p.Officer)}
	for _, g := range p.Grants {
		out.Grants = append(out.Grants, rights.Grant{Role: catalog.Role(g.Role), Scope: rights.Scope{Agency: catalog.AgencyCode(g.Agency), Point: catalog.PointCode(g.Point)}})
	}
	return out
}

// longestCheck is how long a push may take to be read: one that is made to take
// longer is refused.
const longestCheck = 2 * time.Minute

// Hook is git's pre-receive hook: it reads what is to move from in, looks at
// what was pushed, which git has put where env says, and tells the pusher on out
// what is wrong, in both languages. Nothing moves unless it returns nil; an error
// of kind Invalid was told already.
func Hook(in io.Reader, out io.Writer, env []string) error {
	var who pushed
	if err := json.Unmarshal([]byte(variable(env, pushVariable)), &who); err != nil {
		return fault.New(fault.Conflict, fault.Text{TH: "คำสั่งนี้ git เป็นผู้เรียกใช้", EN: "this command is git's to run"}).Because(err)
	}
	repo, err := openPush(who.Repository, variable(env, "GIT_QUARANTINE_PATH"))
	if err != nil {
		return err
	}
	defer repo.Close()
	moves, err := readMoves(in)
	if err != nil {
		return err
	}
	return judge(repo, Push{who.officer(), moves}, out)
}

// judge checks a push within its time.
func judge(repo *gitrepo.Repository, p Push, out io.Writer) error {
	type verdict struct {
		problems fault.Problems
		err      error
	}
	done := make(chan verdict, 1)
	go func() {
		problems, err := Check(repo, p)
		done <- verdict{problems, err}
	}()
	select {
	case v := <-done:
		return tell(out, v.problems, v.err)
	case <-time.After(longestCheck):
		return tell(out, nil, errors.New("checking the push took too long"))
	}
}

// openPush opens the repository with what is in quarantine; a push that brings
// no objects has none.
func openPush(dir, quarantine string) (*gitrepo.Repository, error) {
	if quarantine == "" {
		return gitrepo.Open(dir)
	}
	return gitrepo.OpenPushed(dir, quarantine)
}

func variable(env []string, name string) string {
	for _, v := range env {
		if value, ok := strings.CutPrefix(v, name+"="); ok {
			return value
		}
	}
	return ""
}

// readMoves reads the lines that git gives the hook.
func readMoves(in io.Reader) (moves []gitrepo.Move, err error) {
	lines := bufio.NewScanner(in)
	for lines.Scan() {
		if moves, err = appendMove(moves, lines.Text()); err != nil {
			return nil, err
		}
	}
	return moves, lines.Err()
}

// mostTold is how many problems a pusher is told at once.
const mostTold = 100

// tell says what is wrong with a push, and what is missing in one that is taken.
func tell(out io.Writer, problems fault.Problems, err error) error {
	if err != nil {
		fmt.Fprintln(out, "ตรวจสิ่งที่ส่งมาไม่ได้ จึงยังไม่ได้บันทึก ลองใหม่ หากยังไม่ได้ แจ้งผู้ดูแลระบบ")
		fmt.Fprintln(out, "The push could not be checked, and nothing was kept. Try again; if it stays so, tell those who run the service.")
		return err
	}
	wrong, missing := problems.Of(fault.Wrong), problems.Of(fault.Incomplete)
	switch {
	case len(wrong) > 0:
		fmt.Fprintf(out, "ยังไม่ได้บันทึก ต้องแก้ %d จุด\nNothing was kept. To mend: %d\n", len(wrong), len(wrong))
		list(out, wrong)
		return fault.Problems{}
	case len(missing) > 0:
		fmt.Fprintf(out, "บันทึกแล้ว ก่อนเสนออนุมัติยังต้องกรอก %d จุด\nKept. Still to be filled in before it is submitted: %d\n", len(missing), len(missing))
		list(out, missing)
	default:
		fmt.Fprintf(out, "บันทึกแล้ว\nKept.\n")
	}
	return nil
}

func list(out io.Writer, problems fault.Problems) {
	for _, p := range problems[:min(len(problems), mostTold)] {
		fmt.Fprintf(out, "\n%s\n%s\n", p.In("th"), p.In("en"))
	}
	if more := len(problems) - mostTold; more > 0 {
		fmt.Fprintf(out, "\nและอีก %d จุด\nand %d more\n", more, more)
	}
}
