package cargo

import (
	"bytes"
	"crypto/ecdh"
	"crypto/rand"
	"errors"
	"reflect"
	"strings"
	"testing"
	"time"

	"khumue/internal/calendar"
	"khumue/internal/fault"
	"khumue/internal/licence"
	"khumue/syncd/internal/licences"
)

func TestPartsOfAPageUnpackInTheirOrder(t *testing.T) {
	var p Packer
	var u Unpacker
	texts := [][]byte{[]byte(strings.Repeat("ใบอนุญาตขับรถ ", 4000)), nil, []byte("ใบอนุญาตขับรถ ชั่วคราว"), bytes.Repeat([]byte{0, 1, 2}, 50_000), []byte("ใบอนุญาตขับรถ")}
	for i, text := range texts {
		packed := p.Pack(text)
		if again := p.Pack(text); !bytes.Equal(packed, again) {
			t.Errorf("part %d: the same part packs otherwise", i)
		}
		p.Keep(text)
		got, err := u.Unpack(packed)
		if err != nil || !bytes.Equal(got, text) {
			t.Fatalf("part %d: got %d bytes, %v, want %d", i, len(got), err, len(text))
		}
	}
	bomb := (&Packer{}).Pack(make([]byte, MaxPart+1))
	if _, err := new(Unpacker).Unpack(bomb); !errors.Is(err, fault.Invalid) {
		t.Errorf("a part that is too long: got %v", err)
	}
}

func TestWhatAnOfficeBringsIsReadStrictly(t *testing.T) {
	for name, one := range map[string]struct {
		in string
		ok bool
	}{
		"nothing of a kind":      {`{"holds":{"report":{"versions":{}}}}`, true},
		"behind an id":           {`{"most":9000,"holds":{"file":{"after":"a","versions":{"b":"1"}}}}`, true},
		"before the id":          {`{"holds":{"file":{"after":"c","versions":{"b":"1"}}}}`, false},
		"a kind that is none":    {`{"holds":{"password":{"versions":{}}}}`, false},
		"a member that is none":  {`{"agency":"moi"}`, false},
		"something behind it":    {`{} {}`, false},
		"no UTF-8":               {"{\"holds\":{\"file\":{\"versions\":{\"\xff\":\"1\"}}}}", false},
		"no object":              {`[]`, false},
		"more than may be asked": {`{"most":1e400}`, false},
	} {
		if _, err := ReadHave([]byte(one.in)); (err == nil) != one.ok || err != nil && !errors.Is(err, fault.Invalid) {
			t.Errorf("%s: got %v", name, err)
		}
	}
}

func FuzzReadHave(f *testing.F) {
	f.Add([]byte(`{"most":9000,"holds":{"file":{"after":"a","versions":{"b":"1"}}}}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		h, err := ReadHave(b)
		if err != nil {
			return
		}
		again, err := ReadHave(Write(h))
		if err != nil || !reflect.DeepEqual(h, again) && len(h.Holds) > 0 {
			t.Errorf("%q is read as %v, and as %v, %v", b, h, again, err)
		}
	})
}

func FuzzUnpack(f *testing.F) {
	f.Add((&Packer{}).Pack([]byte("ก")))
	f.Fuzz(func(t *testing.T, b []byte) {
		if data, err := new(Unpacker).Unpack(b); err == nil && len(data) > MaxPart {
			t.Errorf("%d bytes", len(data))
		}
	})
}

func TestADigestIsOfWhatIsHeldWhateverTheOrder(t *testing.T) {
	a, b := map[string]string{"x": "1", "y": "2"}, map[string]string{"y": "2", "x": "1"}
	if Sum(a) != Sum(b) {
		t.Error("the same has two digests")
	}
	for name, other := range map[string]map[string]string{"another version": {"x": "1", "y": "3"}, "one less": {"x": "1"}, "swapped": {"x": "2", "y": "1"}} {
		if Sum(a) == Sum(other) {
			t.Errorf("%s has the same digest", name)
		}
	}
}

func TestWhatIsSealedOpensForItsDeviceAndAsWhatItIsAlone(t *testing.T) {
	device, _ := ecdh.X25519().GenerateKey(rand.Reader)
	other, _ := ecdh.X25519().GenerateKey(rand.Reader)
	sealed, err := Seal(device.PublicKey().Bytes(), []byte("นาง ก"), "case 1")
	if err != nil {
		t.Fatal(err)
	}
	if got, err := Open(device, sealed, "case 1"); err != nil || string(got) != "นาง ก" {
		t.Errorf("got %q, %v", got, err)
	}
	changed := bytes.Clone(sealed)
	changed[len(changed)-1] ^= 1
	for name, open := range map[string]func() ([]byte, error){
		"another device":  func() ([]byte, error) { return Open(other, sealed, "case 1") },
		"as another case": func() ([]byte, error) { return Open(device, sealed, "case 2") },
		"changed":         func() ([]byte, error) { return Open(device, changed, "case 1") },
		"cut":             func() ([]byte, error) { return Open(device, sealed[:20], "case 1") },
	} {
		if _, err := open(); !errors.Is(err, fault.Invalid) {
			t.Errorf("%s: got %v", name, err)
		}
	}
	if _, err := Seal(nil, nil, ""); !errors.Is(err, fault.Invalid) {
		t.Errorf("no key: got %v", err)
	}
}

// The form of what goes over the line is a promise to offices of last year: a member
// may be added, none renamed.
func TestTheFormOfRecords(t *testing.T) {
	at := time.Date(2026, 11, 26, 3, 0, 0, 0, time.UTC)
	month := calendar.Month{Year: 2026, Month: 10}
	for _, one := range []struct {
		body any
		want string
	}{
		{PersonBody{ID: "o-1", Name: "ก", Created: at, Grants: []GrantBody{{ID: "g", Role: "point", Agency: "dlt", Source: "token", From: at}}},
			`{"id":"o-1","name":"ก","created":"2026-11-26T03:00:00Z","grants":[{"id":"g","role":"point","agency":"dlt","source":"token","from":"2026-11-26T03:00:00Z"}]}`},
		{ReportBody{Agency: "dlt", Point: "p", Process: "q", Month: month, Edition: 2, Filed: FilingBody{Entry: licence.Entry{Zero: true}, Version: 1, At: at, By: "o-1", Cause: "first"}},
			`{"agency":"dlt","point":"p","process":"q","month":"2026-10","edition":2,"filed":{"entry":{"carried_in":0,"received":0,"approved_on":0,"approved_late":0,"rejected_on":0,"rejected_late":0,"returned":0,"withdrawn":0,"pending_in_time":0,"pending_late":0,"letters":0,"zero":true},"version":1,"at":"2026-11-26T03:00:00Z","by":"o-1","cause":"first"}}`},
		{UnlockBody{ID: "u", Agency: "dlt", Point: "p", Process: "q", Month: month, Asked: at, By: "o-1", Reason: "ผิด"},
			`{"id":"u","agency":"dlt","point":"p","process":"q","month":"2026-10","asked":"2026-11-26T03:00:00Z","by":"o-1","reason":"ผิด"}`},
		{PostBody{Point: "p", Agency: "dlt", Held: []licences.Held{{Process: "dlt-q", From: month}}},
			`{"point":"p","agency":"dlt","held":[{"process":"dlt-q","from":"2026-10","until":""}]}`},
		{CaseBody{ID: "c", Version: 1, Agency: "dlt", Point: "p", Manual: "m", Letters: []LetterBody{{Seq: 1, Number: "1"}}, Opened: at},
			`{"id":"c","version":1,"agency":"dlt","point":"p","manual":"m","title_th":"","revision":0,"commit":"","request":"","filed":"","complete":"","promised":0,"unit":"","due":"","state":"","letters":[{"seq":1,"number":"1","date":"","reason":"","expected":""}],"lookup":"","opened":"2026-11-26T03:00:00Z","opened_by":""}`},
	} {
		got := Write(one.body)
		if string(got) != one.want {
			t.Errorf("%T\n got %s\nwant %s", one.body, got, one.want)
		}
		back := reflect.New(reflect.TypeOf(one.body))
		if err := Read(got, back.Interface()); err != nil || !reflect.DeepEqual(back.Elem().Interface(), one.body) {
			t.Errorf("%T is read as %v, %v", one.body, back.Elem().Interface(), err)
		}
	}
}
