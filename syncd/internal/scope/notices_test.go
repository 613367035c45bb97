package scope

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"testing"

	"khumue/internal/catalog"
	"khumue/internal/gitrepo"
	"khumue/syncd/internal/manuals"
	"khumue/syncd/internal/rights"
	"khumue/syncd/internal/sqlstore/sqlstoretest"
	"khumue/syncd/internal/staff"
)

// What an officer was told for another agency stays away from the machine of this one.
func TestAMachineGetsNoticesOfItsOwnAgencyAlone(t *testing.T) {
	d, _ := centre(t)
	store := sqlstoretest.Open(t, filepath.Join(t.TempDir(), "khumue.db"))
	defer store.Close()
	d.Manuals, d.Staff = store.Manuals(), store
	here, both := catalog.NewOfficerID([]byte("here-------------")), catalog.NewOfficerID([]byte("both-------------"))
	d.Officers = func(context.Context, string) ([]catalog.OfficerID, error) {
		return []catalog.OfficerID{here, both}, nil
	}
	notices := []struct {
		name string
		manuals.Notice
		want string // for whom it is told
	}{
		{"a manual of its own", manuals.Notice{Topic: manuals.Awaits, Manual: "dlt-xgveak"}, "both here"},
		{"a new manual of its own", manuals.Notice{Topic: manuals.Talked, Manual: "dlt-aaaaaa"}, "both here"},
		{"another agency's manual", manuals.Notice{Topic: manuals.Returned, Manual: "dopa-zc6yhx"}, ""},
		{"a manual of the agency above", manuals.Notice{Topic: manuals.Returned, Manual: "mot-aaaaaa"}, ""},
		{"reports of another agency's point", manuals.Notice{Topic: manuals.UnlockAsked, Key: "chiangmai-city-hall/2026-10"}, ""},
		{"reports of several points", manuals.Notice{Topic: manuals.ReportDue, Key: "/2026-10"}, "here"},
		{"a delegation", manuals.Notice{Topic: manuals.Deputised}, "here"},
	}
	err := store.Write(t.Context(), func(r staff.Records) (err error) {
		for id, agencies := range map[catalog.OfficerID][]catalog.AgencyCode{here: {"dlt"}, both: {"dlt", "dopa"}} {
			err = errors.Join(err, r.PutUser(staff.User{ID: id, Issuer: "https://id.example.go.th", Subject: string(id), Name: "คุณ", Created: d.Now()}))
			for _, a := range agencies {
				g := rights.Grant{Role: catalog.RoleReviewer, Scope: rights.Scope{Agency: a}}
				err = errors.Join(err, r.PutGrant(staff.Grant{Grant: g, ID: string(id) + string(a), User: id, Source: staff.ByToken, From: d.Now()}))
			}
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	err = store.Manuals().Write(t.Context(), func(r manuals.Records) (err error) {
		for i, n := range notices {
			for _, to := range []catalog.OfficerID{here, both} {
				n.ID, n.To, n.At = fmt.Sprintf("%s %d", map[catalog.OfficerID]string{here: "here", both: "both"}[to], i), to, d.Now()
				err = errors.Join(err, r.AddNotice(n.Notice))
			}
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	told := func(o Office) (out []string) {
		t.Helper()
		main, err := d.Ledger.Repo.Refs().Get(gitrepo.Main)
		if err != nil {
			t.Fatal(err)
		}
		l, err := d.at(o, main.String())
		if err == nil {
			err = d.notices(t.Context(), o, l, func(list []record) error {
				for _, r := range list {
					out = append(out, r.id)
				}
				return nil
			})
		}
		if err != nil {
			t.Fatal(err)
		}
		return out
	}
	got := told(Office{ID: "01", Agency: "dlt"})
	for i, n := range notices {
		s := ""
		for _, who := range []string{"both", "here"} {
			if slices.Contains(got, fmt.Sprintf("%s %d", who, i)) {
				s += " " + who
			}
		}
		if s = s[min(1, len(s)):]; s != n.want {
			t.Errorf("%s is told to %q, want %q", n.name, s, n.want)
		}
	}
	if got := told(Office{ID: "02", Agency: "chiangmai-city"}); slices.Contains(got, "here 2") || !slices.Contains(got, "here 4") {
		t.Errorf("the machine of another agency, whose points serve the manual, is told %v", got)
	}
}
