package stick_test

import (
	"bytes"
	"crypto/ecdh"
	"crypto/ed25519"
	"crypto/rand"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"khumue/internal/fault"
	"khumue/internal/wire"
	"khumue/syncd/internal/cargo"
	"khumue/syncd/internal/stick"
)

const device = "0192f0c1-7c7b-7000-8000-000000000001"

// world has the keys of a machine and of the centre.
type world struct {
	t           testing.TB
	sign        ed25519.PrivateKey
	box, centre *ecdh.PrivateKey
}

func begin(t testing.TB) world {
	t.Helper()
	w := world{t: t, sign: ed25519.NewKeyFromSeed([]byte(strings.Repeat("m", 32)))}
	w.box, w.centre = boxOf(t, 1), boxOf(t, 2)
	return w
}

func boxOf(t testing.TB, n byte) *ecdh.PrivateKey {
	t.Helper()
	key, err := ecdh.X25519().NewPrivateKey(bytes.Repeat([]byte{n}, 32))
	must(t, err)
	return key
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func head(k stick.Kind) stick.Head {
	return stick.Head{Kind: k, Device: device, File: strings.Repeat("a", 32), Made: time.Date(2026, 11, 26, 3, 0, 0, 0, time.UTC), Operations: 1}
}

var messages = []wire.Message{
	{Type: wire.Chunk, Nonce: "f", Piece: &wire.Piece{SHA256: strings.Repeat("0", 64), Size: 3, Data: []byte("pdf")}},
	{Type: wire.Push, Nonce: "n", Stream: strings.Repeat("b", 32), Ops: []wire.Op{{ID: "0192f0c1-7c7b-7000-8000-00000000000a", Seq: 1, Kind: "test.do", Entity: "a", Body: []byte(`{"name":"ลำดวน"}`)}}},
}

// work is a file of the machine.
func (w world) work() []byte {
	w.t.Helper()
	var b bytes.Buffer
	out, err := stick.Begin(&b, head(stick.Work), func(text []byte, about string) ([]byte, error) {
		return cargo.Seal(w.centre.PublicKey().Bytes(), text, about)
	})
	must(w.t, err)
	for _, m := range messages {
		must(w.t, out.Put(m))
	}
	must(w.t, out.Close(func(text []byte) []byte { return ed25519.Sign(w.sign, text) }))
	return b.Bytes()
}

// read reads a file as the centre does.
func (w world) read(file []byte) (got []wire.Message, err error) {
	r, err := stick.Open(bytes.NewReader(file))
	if err != nil {
		return nil, err
	}
	if err := r.Proven(func(text, proof []byte) bool {
		return ed25519.Verify(w.sign.Public().(ed25519.PublicKey), text, proof)
	}); err != nil {
		return nil, err
	}
	err = r.Each(func(sealed []byte, about string) ([]byte, error) { return cargo.Open(w.centre, sealed, about) }, func(m wire.Message) error {
		got = append(got, m)
		return nil
	})
	return got, err
}

func TestAFileIsReadAsItWasWritten(t *testing.T) {
	w := begin(t)
	file := w.work()
	got, err := w.read(file)
	if d := cmp.Diff(messages, got); err != nil || d != "" {
		t.Errorf("%v (-want +got):\n%s", err, d)
	}
	title, _, _ := strings.Cut(string(file), "\n")
	if !strings.Contains(title, "งานที่ยังไม่ได้ส่ง") || !strings.Contains(title, "Unsent work") {
		t.Errorf("whoever opens it sees %q", title)
	}
	if bytes.Contains(file, []byte("ลำดวน")) || bytes.Contains(file, []byte("test.do")) {
		t.Error("it can be read without the centre's key")
	}
}

// TestF42ATamperedFileIsNone flips each byte of a file, and cuts it everywhere.
func TestF42ATamperedFileIsNone(t *testing.T) {
	w := begin(t)
	file := w.work()
	for i := range file {
		other := bytes.Clone(file)
		other[i] ^= 1
		if got, err := w.read(other); !errors.Is(err, fault.Invalid) || got != nil {
			t.Fatalf("with byte %d another: %v, %v", i, got, err)
		}
		if got, err := w.read(file[:i]); !errors.Is(err, fault.Invalid) || got != nil {
			t.Fatalf("cut at %d: %v, %v", i, got, err)
		}
	}
	for name, other := range map[string][]byte{
		"more behind its end": append(bytes.Clone(file), 0),
		"itself twice":        append(bytes.Clone(file), file...),
		"another file":        []byte("PK\x03\x04 a table"),
	} {
		if got, err := w.read(other); !errors.Is(err, fault.Invalid) || got != nil {
			t.Errorf("%s: %v, %v", name, got, err)
		}
	}
	foreign := w
	foreign.sign = ed25519.NewKeyFromSeed([]byte(strings.Repeat("x", 32)))
	if got, err := w.read(foreign.work()); !errors.Is(err, fault.Invalid) || got != nil {
		t.Errorf("signed by another machine: %v, %v", got, err)
	}
	elsewhere := w
	elsewhere.centre = boxOf(t, 3)
	if _, err := w.read(elsewhere.work()); !errors.Is(err, fault.Invalid) {
		t.Errorf("sealed for another centre: %v", err)
	}
}

func TestAReceiptIsOfTheCentreAndForOneMachine(t *testing.T) {
	w := begin(t)
	centre, err := stick.Between(w.centre, w.box.PublicKey().Bytes(), rand.Reader)
	must(t, err)
	machine, err := stick.Between(w.box, w.centre.PublicKey().Bytes(), rand.Reader)
	must(t, err)
	other, err := stick.Between(boxOf(t, 4), w.centre.PublicKey().Bytes(), rand.Reader)
	must(t, err)
	write := func(h stick.Head, m wire.Message) []byte {
		var b bytes.Buffer
		out, err := stick.Begin(&b, h, centre.Seal)
		must(t, err)
		must(t, out.Put(m))
		must(t, out.Close(centre.Sign))
		return b.Bytes()
	}
	results := wire.Message{Type: wire.Results, Nonce: "n", Results: []wire.Result{{ID: "0192f0c1-7c7b-7000-8000-00000000000a", Status: wire.Stored}}}
	file := write(head(stick.Receipt), results)
	read := func(file []byte, by *stick.Shared) error {
		r, err := stick.Open(bytes.NewReader(file))
		if err == nil {
			err = r.Proven(by.Check)
		}
		if err == nil {
			err = r.Each(by.Open, func(wire.Message) error { return nil })
		}
		return err
	}
	must(t, read(file, machine))
	if err := read(file, other); !errors.Is(err, fault.Invalid) {
		t.Errorf("another machine reads it: %v", err)
	}
	for i := range file {
		changed := bytes.Clone(file)
		changed[i] ^= 1
		if err := read(changed, machine); !errors.Is(err, fault.Invalid) {
			t.Fatalf("with byte %d another: %v", i, err)
		}
	}
	if err := read(write(head(stick.Receipt), messages[1]), machine); !errors.Is(err, fault.Invalid) {
		t.Errorf("a receipt that brings operations: %v", err)
	}
}

func TestHeadsThatAreNone(t *testing.T) {
	for name, change := range map[string]func(*stick.Head){
		"no kind":            func(h *stick.Head) { h.Kind = "x" },
		"no machine":         func(h *stick.Head) { h.Device = "" },
		"a path":             func(h *stick.Head) { h.Device = "../x" },
		"no name":            func(h *stick.Head) { h.File = "" },
		"work with an epoch": func(h *stick.Head) { h.Epoch = "e" },
	} {
		h := head(stick.Work)
		change(&h)
		if _, err := stick.Begin(new(bytes.Buffer), h, nil); err == nil {
			t.Errorf("%s: it was begun", name)
		}
	}
}

func FuzzOpen(f *testing.F) {
	w := begin(f)
	f.Add(w.work())
	f.Add([]byte("Khumue stick 1"))
	f.Fuzz(func(t *testing.T, file []byte) {
		r, err := stick.Open(bytes.NewReader(file))
		if err != nil {
			return
		}
		if err := r.Proven(func([]byte, []byte) bool { return true }); err != nil {
			return
		}
		err = r.Each(func(sealed []byte, _ string) ([]byte, error) { return sealed, nil }, func(wire.Message) error { return nil })
		if err != nil && !errors.Is(err, fault.Invalid) {
			t.Error(err)
		}
	})
}
