package mirror_test

import (
	"fmt"
	"testing"

	"khumue/internal/wire"
	"khumue/syncd/internal/cargo"
	"khumue/syncd/internal/mirror"
	"khumue/syncd/internal/scope"
)

func TestWhatAnOfficeTellsThatItHoldsGoesIntoAMessage(t *testing.T) {
	clock := &clock{}
	o := newOffice(t, clock, scope.Office{ID: "01", Agency: "thapra-sao"})
	err := o.store.Mirror().Write(t.Context(), func(r mirror.Records) error {
		for i := range 10_001 {
			version := "1"
			if i == 0 {
				version = "" // so that the office tells by itself
			}
			if err := r.Hold(cargo.Report, fmt.Sprintf("report-%06d", i), version); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	_, have, err := o.mirror.Cursor(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := wire.Read(wire.Message{Type: wire.Pull, Nonce: "n", Have: have}.Append(nil)); err != nil {
		t.Fatalf("it is no message: %v", err)
	}
	h, err := cargo.ReadHave(have)
	told := h.Holds[cargo.Report]
	if err != nil || told.Upto == "" || len(told.Versions) < 1000 || len(told.Versions) > cargo.MostHeld {
		t.Errorf("it tells %d up to %q, %v", len(told.Versions), told.Upto, err)
	}
}
