package review

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"khumue/internal/catalog"
	"khumue/internal/fault"
	"khumue/syncd/internal/rights"
)

var (
	owner = rights.Target{Chain: []catalog.AgencyCode{"dlt", "mot"}}
	now   = time.Date(2026, 11, 22, 3, 42, 0, 0, time.UTC)
)

func officer(id catalog.OfficerID, role catalog.Role, agency catalog.AgencyCode) rights.Officer {
	return rights.Officer{ID: id, Grants: []rights.Grant{{Role: role, Scope: rights.Scope{Agency: agency}}}}
}

// people are one of each role of the owner, of the country, and of elsewhere; an
// author that wrote the revision; and people who hold several roles.
func people() map[string]rights.Officer {
	both := func(id catalog.OfficerID, roles ...catalog.Role) rights.Officer {
		o := rights.Officer{ID: id}
		for _, r := range roles {
			g := rights.Grant{Role: r}
			if !r.Everywhere() {
				g.Scope.Agency = "dlt"
			}
			o.Grants = append(o.Grants, g)
		}
		return o
	}
	return map[string]rights.Officer{
		"nobody":                {},
		"dga":                   officer("o-dga", catalog.RoleDGA, ""),
		"opdc":                  officer("o-opdc", catalog.RoleOPDC, ""),
		"central":               officer("o-central", catalog.RoleCentral, "dlt"),
		"central above":         officer("o-above", catalog.RoleCentral, "mot"),
		"point":                 officer("o-point", catalog.RolePoint, "dlt"),
		"author, contributor":   officer("o-writer", catalog.RoleAuthor, "dlt"),
		"author":                officer("o-author", catalog.RoleAuthor, "dlt"),
		"author elsewhere":      officer("o-else", catalog.RoleAuthor, "md"),
		"reviewer":              officer("o-reviewer", catalog.RoleReviewer, "dlt"),
		"reviewer elsewhere":    officer("o-relse", catalog.RoleReviewer, "md"),
		"reviewer above":        officer("o-rabove", catalog.RoleReviewer, "mot"),
		"all roles":             both("o-all", catalog.Roles...),
		"all roles, writer":     both("o-writer2", catalog.Roles...),
		"all roles, endorser":   both("o-endorser", catalog.Roles...),
		"all roles, not writer": both("o-other", catalog.Roles...),
	}
}

// allowed says, as a reviewer of these rules reads them, who may take a step in a
// state. Whoever is not named may not. * is everybody who is named below the
// table.
const allowed = `
save     draft     author | author, contributor | all roles | all roles, writer | all roles, endorser | all roles, not writer
submit   draft     author | author, contributor | all roles | all roles, writer | all roles, endorser | all roles, not writer
give-up  draft     author | author, contributor | all roles | all roles, writer | all roles, endorser | all roles, not writer
hasten   draft     opdc | all roles | all roles, endorser | all roles, not writer
recall   review    author, contributor | all roles, writer
endorse  review    reviewer | all roles | all roles, endorser | all roles, not writer
return   review    reviewer | all roles | all roles, endorser | all roles, not writer
hasten   review    opdc | all roles | all roles, endorser | all roles, not writer
recall   endorsed  author, contributor | all roles, writer
publish  endorsed  opdc | all roles | all roles, not writer
return   endorsed  opdc | all roles | all roles, endorser | all roles, not writer
hasten   endorsed  opdc | all roles | all roles, endorser | all roles, not writer
`

func TestEveryForbiddenTransitionByEveryRoleIsRefused(t *testing.T) {
	may := map[string][]string{}
	for _, line := range strings.Split(strings.TrimSpace(allowed), "\n") {
		f := strings.Fields(line)
		rest := strings.TrimSpace(strings.TrimPrefix(strings.TrimSpace(strings.TrimPrefix(line, f[0])), f[1]))
		for _, who := range strings.Split(rest, "|") {
			may[f[0]+" "+f[1]] = append(may[f[0]+" "+f[1]], strings.TrimSpace(who))
		}
	}
	for _, step := range Steps {
		for _, state := range States {
			r := Revision{Manual: "dlt-7f3k5q", Agency: "dlt", State: state, Contributors: []catalog.OfficerID{"o-writer", "o-writer2"}}
			if state == Endorsed {
				r.EndorsedBy = "o-endorser"
			}
			for who, by := range people() {
				want := slices.Contains(may[string(step)+" "+string(state)], who)
				err := r.May(step, by, owner)
				if got := err == nil; got != want {
					t.Errorf("%s in %s by %s: got %v, want %v (%v)", step, state, who, got, want, err)
				}
				if err != nil && !errors.Is(err, fault.Forbidden) && !errors.Is(err, fault.Conflict) {
					t.Errorf("%s in %s by %s: %v is neither forbidden nor a conflict", step, state, who, err)
				}
			}
		}
	}
}

// story walks a revision on, and fails the test where a step is refused.
type story struct {
	t *testing.T
	r Revision
}

func (s *story) then(r Revision, err error) {
	s.t.Helper()
	if err != nil {
		s.t.Fatal(err)
	}
	s.r = r
}

func begun(t *testing.T) (*story, map[string]rights.Officer) {
	s := &story{t, Revision{Manual: "dlt-7f3k5q", Agency: "dlt", State: Draft}}
	p := people()
	s.then(s.r.Saved(p["author"], owner, "t1"))
	return s, p
}

func TestARevisionIsReturnedMendedAndPublished(t *testing.T) {
	s, p := begun(t)
	s.then(s.r.Proposed(p["author"], owner, 3, nil, now))
	s.then(s.r.SentBack(p["reviewer"], owner, " ค่าธรรมเนียมผิด ", []string{"fees"}, now))
	if s.r.State != Draft || s.r.Returned == nil || s.r.Returned.Reason != "ค่าธรรมเนียมผิด" || s.r.Returned.Stage != 1 {
		t.Fatalf("returned: got %+v", s.r)
	}
	s.then(s.r.Saved(p["author, contributor"], owner, "t2"))
	s.then(s.r.Proposed(p["author"], owner, 9, nil, now))
	if s.r.Number != 9 || s.r.Returned != nil {
		t.Errorf("submitted again: got %+v", s.r)
	}
	s.then(s.r.Approved(p["reviewer"], owner, "t2"))
	s.then(s.r.Approved(p["opdc"], owner, "t2"))
	if s.r.State != Published || s.r.EndorsedBy != "o-reviewer" || s.r.PublishedBy != "o-opdc" || !slices.Equal(s.r.Contributors, []catalog.OfficerID{"o-author", "o-writer"}) {
		t.Errorf("got %+v", s.r)
	}
}

func TestAnApprovalIsOfTheTextThatWasRead(t *testing.T) {
	s, p := begun(t)
	s.then(s.r.Proposed(p["author"], owner, 1, nil, now))
	if _, err := s.r.Approved(p["reviewer"], owner, "t0"); !errors.Is(err, fault.Conflict) {
		t.Errorf("stage 1 of another text: got %v", err)
	}
	s.then(s.r.Approved(p["reviewer"], owner, "t1"))
	if _, err := s.r.Approved(p["opdc"], owner, "t0"); !errors.Is(err, fault.Conflict) {
		t.Errorf("stage 2 of another text: got %v", err)
	}
	if got := s.r.Merged("t1", now); got.State != Endorsed {
		t.Errorf("merging that gives the same text: got %s", got.State)
	}
	if got := s.r.Merged("t9", now); got.State != InReview || got.EndorsedBy != "" || got.Tree != "t9" {
		t.Errorf("merging that gives another text: got %+v, want a new submission", got)
	}
}

func TestARecallVoidsTheApproval(t *testing.T) {
	s, p := begun(t)
	s.then(s.r.Proposed(p["author"], owner, 1, nil, now))
	s.then(s.r.Approved(p["reviewer"], owner, "t1"))
	s.then(s.r.Recalled(p["author"], owner))
	if s.r.State != Draft || s.r.EndorsedBy != "" {
		t.Errorf("got %+v", s.r)
	}
}

func TestWhatIsNotCompleteIsNotSubmitted(t *testing.T) {
	s, p := begun(t)
	problems := fault.Problems{{File: "manual.md", Severity: fault.Incomplete, What: fault.Text{TH: "ยังไม่มีค่าธรรมเนียม", EN: "fees are missing"}}}
	got, err := s.r.Proposed(p["author"], owner, 1, problems, now)
	if !errors.Is(err, fault.Invalid) || got.State != Draft || got.Number != 0 {
		t.Errorf("got %+v and %v", got, err)
	}
}

func TestReasonsSaySomething(t *testing.T) {
	s, p := begun(t)
	s.then(s.r.Proposed(p["author"], owner, 1, nil, now))
	for _, reason := range []string{"", " \n ", strings.Repeat("ก", 2001)} {
		if _, err := s.r.SentBack(p["reviewer"], owner, reason, nil, now); !errors.Is(err, fault.Invalid) {
			t.Errorf("a return for %.10q: got %v", reason, err)
		}
		if _, err := s.r.Hastened(p["opdc"], owner, reason, "t1", nil); !errors.Is(err, fault.Invalid) {
			t.Errorf("an emergency for %.10q: got %v", reason, err)
		}
	}
	s.then(s.r.SentBack(p["reviewer"], owner, strings.Repeat("ก", 2000), nil, now))
}

func TestAnEmergencyIsMarkedAndNeedsASoundText(t *testing.T) {
	s, p := begun(t)
	wrong := fault.Problems{{File: "manual.md", Severity: fault.Wrong, What: fault.Text{TH: "ผิด", EN: "wrong"}}}
	if _, err := s.r.Hastened(p["opdc"], owner, "น้ำท่วม", "t1", wrong); !errors.Is(err, fault.Invalid) {
		t.Errorf("a text that means nothing: got %v", err)
	}
	incomplete := fault.Problems{{File: "manual.md", Severity: fault.Incomplete, What: fault.Text{TH: "ขาด", EN: "missing"}}}
	s.then(s.r.Hastened(p["opdc"], owner, "น้ำท่วม", "t1", incomplete))
	if s.r.State != Published || !s.r.Emergency {
		t.Errorf("got %+v", s.r)
	}
}

func TestAStepLeavesTheOldValueAlone(t *testing.T) {
	s, p := begun(t)
	old := s.r
	for i := range 3 {
		if _, err := s.r.Saved(officer(catalog.OfficerID(fmt.Sprint("o-", i)), catalog.RoleAuthor, "dlt"), owner, "t2"); err != nil {
			t.Fatal(err)
		}
	}
	if !slices.Equal(old.Contributors, s.r.Contributors) || s.r.Tree != "t1" {
		t.Errorf("got %+v, want %+v", s.r, old)
	}
	if _, err := s.r.GivenUp(p["author"], owner); err != nil || s.r.State != Draft {
		t.Errorf("got %v and %v", s.r.State, err)
	}
}

func TestEachStateHasANameAndAHolder(t *testing.T) {
	want := map[State]catalog.Role{Draft: catalog.RoleAuthor, InReview: catalog.RoleReviewer, Endorsed: catalog.RoleOPDC}
	for _, s := range States {
		if n := s.Name(); n.TH == "" || n.EN == "" {
			t.Errorf("%s has no name", s)
		}
		if got := (Revision{State: s}).Holder(); got != want[s] {
			t.Errorf("%s is held by %q, want %q", s, got, want[s])
		}
	}
}
