package immediate_test

import (
	"slices"
	"testing"

	"khumue/internal/catalog"
)

func TestWhichLicencesAPointGives(t *testing.T) {
	o := open(t)
	got, err := o.Licensed()
	if err != nil {
		t.Fatal(err)
	}
	if want := []catalog.ProcessID{"dlt-qfgdkp", "dlt-u3iddp"}; !slices.Equal(got["dlt-area5"], want) {
		t.Errorf("got %v, want %v", got["dlt-area5"], want)
	}
}
