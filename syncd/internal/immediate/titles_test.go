package immediate_test

import "testing"

func TestTitlesAreThoseThatArePublished(t *testing.T) {
	o := open(t)
	got, err := o.Titles(string(manual), "dlt-area2", "dlt", "dlt-xgveap", "no-such", "../etc")
	must(t, err)
	if len(got) != 4 || got["dlt"].TH != "กรมการขนส่งทางบก" || got[string(manual)].IsZero() || got["dlt-area2"].EN == "" {
		t.Errorf("got %v", got)
	}
}
