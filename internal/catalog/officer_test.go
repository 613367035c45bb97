package catalog

import "testing"

func TestOfficerIDsAreReadAsTheyWereMade(t *testing.T) {
	id := NewOfficerID([]byte{0, 1, 2, 3, 31, 32, 255, 7, 8, 9, 10, 11, 12, 13, 14, 15})
	if got, err := ParseOfficerID(string(id)); got != id || err != nil {
		t.Errorf("got %q and %v, want %q", got, err, id)
	}
	for _, bad := range []string{"", "o-", "o-abc", string(id) + "a", "O" + string(id)[1:], "o-ABCDEFGHIJKLMNOP", "o-0123456789abcdef", "x" + string(id)} {
		if got, err := ParseOfficerID(bad); err == nil {
			t.Errorf("%q is read as %q", bad, got)
		}
	}
}

func TestRolesHaveNamesAndWords(t *testing.T) {
	for _, r := range Roles {
		if got, err := ParseRole(string(r)); got != r || err != nil {
			t.Errorf("%s: got %q and %v", r, got, err)
		}
		if n := r.Name(); n.TH == "" || n.EN == "" {
			t.Errorf("%s has no name: %v", r, n)
		}
	}
	if _, err := ParseRole("king"); err == nil {
		t.Error("king is a role")
	}
}
