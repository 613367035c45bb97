package staff_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"khumue/internal/catalog"
	"khumue/internal/fault"
	"khumue/syncd/internal/staff"
)

func TestAListOfAccountsTellsAllItsProblemsByLine(t *testing.T) {
	list := "\ufeffissuer,subject,email,name,agency,point,role\r\n" +
		"https://id,1,,One,dlt,,central\r\n" +
		"https://id,,,Two,dlt,,author\r\n" +
		",,,Three,dlt,,author\r\n" +
		",,not an address,Four,dlt,,author\r\n" +
		",,five@example.invalid,Five,,,author\r\n" +
		",,six@example.invalid,Six,dlt,,king\r\n" +
		",,seven@example.invalid,Seven,dlt,dlt-1,author\r\n" +
		",,eight@example.invalid,Eight,dlt,,author,more\r\n" +
		",,nine@example.invalid,Nine,,,dga\r\n"
	_, err := staff.ReadAccounts("users.csv", strings.NewReader(list))
	var problems fault.Problems
	if !errors.As(err, &problems) {
		t.Fatalf("got %v", err)
	}
	var lines []int
	for _, p := range problems {
		lines = append(lines, p.Line)
		if p.What.TH == "" || p.What.EN == "" {
			t.Errorf("line %d is not told in both languages", p.Line)
		}
	}
	if want := []int{3, 4, 5, 6, 7, 8, 9}; !slices.Equal(slices.Compact(lines), want) {
		t.Errorf("got problems in lines %v, want %v: %v", lines, want, problems)
	}
}

func TestListsThatAreNone(t *testing.T) {
	for name, list := range map[string]string{
		"an empty file": "", "unknown columns": "role,who\n", "a column twice": "role,role\n", "no role": "email,agency\n", "a quote that does not end": "email,role\n\"a,b\n",
	} {
		if _, err := staff.ReadAccounts("users.csv", strings.NewReader(list)); !errors.As(err, new(fault.Problems)) {
			t.Errorf("%s: got %v", name, err)
		}
	}
}

func TestAccountsAreImportedOnce(t *testing.T) {
	h := open(t)
	list, err := staff.ReadAccounts("users.csv", strings.NewReader("role,agency,email,issuer,subject\n"+
		"central,dlt,suda@example.invalid,,\nauthor,dlt,suda@example.invalid,,\nreviewer,md,,https://id,7\n"))
	h.must(err)
	for _, tc := range []struct {
		name string
		dry  bool
		want staff.Imported
	}{
		{"a dry run says what would happen", true, staff.Imported{Users: 2, Grants: 3}},
		{"and changes nothing", true, staff.Imported{Users: 2, Grants: 3}},
		{"the import does it", false, staff.Imported{Users: 2, Grants: 3}},
		{"a second one finds it done", false, staff.Imported{Unchanged: 3}},
	} {
		got, err := h.Import(h.ctx, staff.Console, "users.csv", list, tc.dry)
		if got != tc.want || err != nil {
			t.Errorf("%s: got %+v and %v, want %+v", tc.name, got, err, tc.want)
		}
	}
}

func TestAnImportIsAllOrNothing(t *testing.T) {
	h := open(t)
	list, err := staff.ReadAccounts("users.csv", strings.NewReader("role,agency,email\nauthor,dlt,a@example.invalid\nauthor,none,b@example.invalid\nauthor,dlt,c@example.invalid\nauthor,nowhere,d@example.invalid\n"))
	h.must(err)
	_, err = h.Import(h.ctx, staff.Console, "users.csv", list, false)
	var problems fault.Problems
	if !errors.As(err, &problems) || len(problems) != 2 || problems[0].Line != 3 || problems[1].Line != 5 {
		t.Errorf("got %v, want problems in lines 3 and 5", err)
	}
	dga := h.hired("dga", catalog.RoleDGA, "")
	if us, _, err := h.Users(h.ctx, dga, "", staff.UserFilter{}); err != nil || len(us) != 1 {
		t.Errorf("%d users and %v, want the DGA alone", len(us), err)
	}
	chief := h.hired("chief", catalog.RoleCentral, "md")
	if _, err := h.Import(h.ctx, chief, "users.csv", list[:1], false); !errors.As(err, &problems) {
		t.Errorf("another agency's officer imports: got %v", err)
	}
}

func FuzzReadAccounts(f *testing.F) {
	f.Add("role,agency,email\nauthor,dlt,a@example.invalid\n")
	f.Add("\ufeffissuer,subject,role\n\"a\nb\",2,dga\n")
	f.Fuzz(func(t *testing.T, list string) {
		accounts, err := staff.ReadAccounts("f", strings.NewReader(list))
		for _, a := range accounts {
			if err := a.Grant.CheckForm(); err != nil {
				t.Errorf("%q: %+v passes: %v", list, a, err)
			}
		}
		if err != nil && !errors.As(err, new(fault.Problems)) {
			t.Errorf("%q: got %v", list, err)
		}
	})
}
