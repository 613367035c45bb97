package office_test

import (
	"bytes"
	"crypto/ed25519"
	"testing"

	"khumue/internal/wire"
	"khumue/syncd/internal/cargo"
	"khumue/syncd/internal/office"
	"khumue/syncd/internal/stick"
)

// opens reads a file of the machine as the centre does.
func (w *world) opens(r *office.Rooms, file []byte) (ids []string) {
	w.t.Helper()
	in, err := stick.Open(bytes.NewReader(file))
	if err == nil {
		err = in.Proven(func(text, proof []byte) bool { return ed25519.Verify(w.sign, text, proof) })
	}
	if err == nil {
		err = in.Each(func(sealed []byte, about string) ([]byte, error) { return cargo.Open(w.key, sealed, about) }, func(m wire.Message) error {
			if m.Type == wire.Push && m.Stream == r.Box.Stream() {
				ids = append(ids, m.Ops[0].ID)
			}
			return nil
		})
	}
	if err != nil || in.Device != r.Device || in.Operations != len(ids) {
		w.t.Errorf("the file is %+v, %v", in, err)
	}
	return ids
}

// TestAMachineHandsOutWhatTheCentreLacks in parts, of which each is a file.
func TestAMachineHandsOutWhatTheCentreLacks(t *testing.T) {
	w, r := open(t)
	if parts, err := r.Parts(t.Context()); err != nil || len(parts) > 0 {
		t.Fatalf("of nothing there are %v, %v", parts, err)
	}
	ids := []string{deed(w, r, "a"), deed(w, r, "b"), deed(w, r, "c")}
	if _, err := r.Box.Settle(t.Context(), []wire.Result{{ID: ids[0], Status: wire.Stored}}, false); err != nil {
		t.Fatal(err)
	}
	parts, err := r.Parts(t.Context())
	if err != nil || len(parts) != 1 || parts[0].Operations != 2 || parts[0].First != ids[1] || parts[0].Last != ids[2] {
		t.Fatalf("there are %+v, %v", parts, err)
	}
	var b bytes.Buffer
	if n, err := r.Export(t.Context(), &b, stick.Part{First: ids[2], Last: ids[2]}); err != nil || n != 1 {
		t.Fatalf("a part has %d, %v", n, err)
	}
	if got := w.opens(r, b.Bytes()); len(got) != 1 || got[0] != ids[2] {
		t.Errorf("the part has %v", got)
	}
}
