package api

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"khumue/internal/catalog"
	"khumue/internal/fault"
	"khumue/internal/gitrepo"
	"khumue/syncd/internal/ledger"
	"khumue/syncd/internal/manuals"
	"khumue/syncd/internal/review"
	"khumue/syncd/internal/rights"
	"khumue/syncd/internal/staff"
)

// tokens admit "good" to read and to judge.
type tokens struct{}

func (tokens) Admit(_ context.Context, secret string, p staff.Permit) (staff.User, error) {
	switch {
	case secret == "lost":
		return staff.User{}, fault.New(fault.Unavailable, fault.Text{TH: "ฐานข้อมูลล่ม", EN: "the database is away"})
	case secret != "good":
		return staff.User{}, fault.New(fault.NotFound, fault.Text{TH: "ไม่มี", EN: "none"})
	case p == staff.WriteDrafts:
		return staff.User{}, rights.Refused()
	}
	return staff.User{ID: "o-aaaaaaaaaaaaaaaa"}, nil
}

func open(t *testing.T) Config {
	t.Helper()
	repo, err := gitrepo.Init(t.TempDir() + "/content.git")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { repo.Close() })
	log := slog.New(slog.NewTextHandler(io.Discard, nil))
	desk := &manuals.Desk{Ledger: &ledger.Ledger{Repo: repo}, Log: log}
	return Config{Desk: desk, Staff: tokens{}, Log: log, Request: func(context.Context) string { return "r-17" }}
}

func TestWhatIsAmissIsToldWithItsStatus(t *testing.T) {
	one := Root + "revisions/dlt-xgveak/"
	tests := []struct {
		name, method, to, token, body string
		status                        int
		says                          string
	}{
		{"without a token", "GET", Root + "revisions", "", "", 401, "access token"},
		{"with one that serves no more", "GET", Root + "revisions", "old", "", 401, "access token"},
		{"while the database is away", "GET", Root + "revisions", "lost", "", 503, "away"},
		{"a permit that the token lacks", "POST", one + "abcdef/submit", "good", "", 403, ""},
		{"an address that is none", "GET", Root + "nothing", "good", "", 404, "address"},
		{"a method that is none", "DELETE", one + "1", "good", "", 404, "address"},
		{"an offset that is no number", "GET", Root + "revisions?offset=x", "good", "", 400, "offset"},
		{"a queue that is none", "GET", Root + "revisions?queue=all", "good", "", 400, "queue"},
		{"a manual that can not be one", "GET", Root + "revisions/Ä/1", "good", "", 400, ""},
		{"a draft that is not there", "GET", one + "abcdef", "good", "", 404, "no such manual"},
		{"neither number nor draft", "GET", one + "x", "good", "", 404, "no such revision"},
		{"what is no JSON", "POST", one + "abcdef/approve", "good", "{", 400, "JSON"},
		{"a field that is none", "POST", one + "abcdef/approve", "good", `{"treee":"x"}`, 400, "JSON"},
		{"two values", "POST", one + "abcdef/approve", "good", `{"tree":"x"}{}`, 400, "more than one"},
		{"a body without end", "POST", one + "abcdef/return", "good", `{"reason":"` + strings.Repeat("x", MaxBody) + `"}`, 413, "larger"},
		{"a publication that is none", "GET", Root + "publications/x", "good", "", 400, "publication"},
	}
	h := New(open(t))
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			req := httptest.NewRequestWithContext(t.Context(), test.method, test.to, strings.NewReader(test.body))
			if test.token != "" {
				req.Header.Set("Authorization", "Bearer "+test.token)
			}
			w := httptest.NewRecorder()
			h.ServeHTTP(w, req)
			var f Failure
			if err := json.NewDecoder(w.Body).Decode(&f); err != nil {
				t.Fatalf("the answer is no JSON: %v", err)
			}
			if w.Code != test.status || f.What.EN == "" || f.What.TH == "" || !strings.Contains(f.What.EN, test.says) {
				t.Errorf("got %d %+v, want %d with %q", w.Code, f, test.status, test.says)
			}
			if w.Code == http.StatusUnauthorized && w.Header().Get("WWW-Authenticate") == "" {
				t.Error("it does not say how to sign in")
			}
		})
	}
}

func TestEachFailureKeepsItsDetails(t *testing.T) {
	c := open(t)
	answer := func(err error) (int, Failure) {
		w := httptest.NewRecorder()
		return c.failure(w, httptest.NewRequestWithContext(t.Context(), http.MethodGet, Root, nil), err)
	}
	if status, f := answer(errors.New("/var/secret: disk")); status != 500 || !strings.Contains(f.What.EN, "r-17") || strings.Contains(f.What.EN, "secret") {
		t.Errorf("an internal fault: got %d %+v", status, f)
	}
	ps := fault.Problems{{File: "agencies/mot/dlt/manuals/dlt-xgveak/manual.md", Line: 3, Severity: fault.Incomplete, What: fault.Text{TH: "ขาด", EN: "missing"}}}
	if status, f := answer(ps); status != 400 || len(f.Problems) != 1 || f.Problems[0].Line != 3 {
		t.Errorf("problems: got %d %+v", status, f)
	}
	now := ledger.Head{Revision: review.Revision{Manual: "dlt-xgveak", Agency: catalog.AgencyCode("dlt"), Number: 4, State: review.InReview, Tree: "abc"}}
	if status, f := answer(&ledger.Changed{Now: now}); status != 409 || f.Now == nil || f.Now.Number != 4 || f.Now.Tree != "abc" {
		t.Errorf("a merged text: got %d %+v", status, f)
	}
	if status, f := answer(&ledger.Conflicts{Files: []string{"form.pdf"}}); status != 409 || len(f.Conflicts) != 1 || f.Conflicts[0].Field != "form.pdf" {
		t.Errorf("conflicts: got %d %+v", status, f)
	}
}
