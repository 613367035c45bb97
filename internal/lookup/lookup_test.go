package lookup

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"reflect"
	"strings"
	"testing"

	"khumue/internal/calendar"
	"khumue/internal/fault"
)

// Renew the vectors, which the browser's module is held to as well, after a change
// that is meant:
//
//	go test ./internal/lookup -run Vectors -update
var update = flag.Bool("update", false, "write the vectors anew")

const vectorsFile = "testdata/vectors.json"

// vectors are what both languages have to agree on.
type vectors struct {
	Codes   []codeVector   `json:"codes"`
	Numbers [][2]string    `json:"numbers"` // as typed, and as Normal has it
	Keys    []keysVector   `json:"keys"`
	Files   map[string]any `json:"files"` // of Shards
	Finds   []findVector   `json:"finds"`
}

type codeVector struct {
	Typed string `json:"typed"`
	Bits  string `json:"bits"` // in hexadecimal; "" for what is no code
}

type keysVector struct {
	Request string `json:"request"`
	Bits    string `json:"bits"`
	Address string `json:"address"`
	Record  string `json:"record"` // the key of it
}

type findVector struct {
	Request string  `json:"request"`
	Code    string  `json:"code"`
	File    string  `json:"file"`
	Found   *Record `json:"found"` // null: none
}

func codeOf(n int) Code {
	sum := sha256.Sum256(fmt.Appendf(nil, "code %d", n))
	return Code(sum[:16])
}

func day(s string) calendar.Date {
	d, err := calendar.ParseISO(s)
	if err != nil {
		panic(err)
	}
	return d
}

var samples = []Record{
	{State: "open", Due: day("2026-04-01")},
	{State: "open", Due: day("2026-04-01"), Letters: []Letter{
		{Date: day("2026-04-16"), Reason: "committee", Text: "คณะกรรมการประชุมวันที่ 20 เมษายน <2569>", Expected: day("2026-04-24")},
		{Date: day("2026-04-08"), Reason: "volume", Expected: day("2026-04-15")},
	}},
	{State: "finished", Due: day("2026-04-01"), Ended: day("2026-04-20"), Letters: []Letter{{Date: day("2026-04-08"), Reason: "other", Text: "\"ย้าย\" \\ ที่ทำการ", Expected: day("2026-04-15")}}},
}

var secret = bytes.Repeat([]byte{7}, 32)

func entries(n int) (out []Entry) {
	for i := range n {
		out = append(out, Entry{KeysOf(fmt.Sprintf("คข. %d/2569", i), codeOf(i)), samples[i%len(samples)]})
	}
	return out
}

// made are the vectors as this package has them.
func made(t *testing.T) (v vectors) {
	t.Helper()
	for n := range 6 {
		c := codeOf(n)
		v.Codes = append(v.Codes, codeVector{c.String(), hex.EncodeToString(c[:])})
	}
	known := codeOf(0)
	bits := hex.EncodeToString(known[:])
	s := known.String()
	loose := strings.NewReplacer("-", " ", "0", "o", "1", "l").Replace(strings.ToLower(s))
	thai := strings.NewReplacer("2", "๒", "3", "๓", "-", "–").Replace(s)
	v.Codes = append(v.Codes, codeVector{loose, bits}, codeVector{thai, bits}, codeVector{"\ufeff\u3000" + strings.ReplaceAll(s, "-", "") + "\u200b", bits})
	for _, bad := range []string{"", s[:33], s + "0", "U" + s[1:], "ก" + s[1:], "?" + s[1:], "ı" + s[1:], swap(s, 0), swap(s, 5), change(s, 0), change(s, 33), change(s, 31)} {
		v.Codes = append(v.Codes, codeVector{bad, ""})
	}
	for _, typed := range []string{"123/2569", " คข. ๑๒–๓ / ๒๕๖๙ ", "AbC-ÉÖ−1", "\u00a0กรม\u0e4d\u0e32\t\u200b1", "İI", ""} {
		v.Numbers = append(v.Numbers, [2]string{typed, Normal(typed)})
	}
	for _, request := range []string{"123/2569", "คข. ๑๒/๒๕๖๙", ""} {
		k := KeysOf(request, known)
		v.Keys = append(v.Keys, keysVector{request, bits, k.String(), hex.EncodeToString(k.record[:])})
	}
	files, err := Shards(entries(21), secret)
	if err != nil {
		t.Fatal(err)
	}
	v.Files = map[string]any{}
	for name, file := range files {
		var parsed any
		if err := json.Unmarshal(file, &parsed); err != nil {
			t.Fatal(err)
		}
		v.Files[name] = parsed
	}
	var index Index
	if err := json.Unmarshal(files[IndexName], &index); err != nil {
		t.Fatal(err)
	}
	for i := range 3 {
		request := fmt.Sprintf("คข.%d/๒๕๖๙", i)
		k := KeysOf(request, codeOf(i))
		r := samples[i]
		v.Finds = append(v.Finds, findVector{request, codeOf(i).String(), index.Name(k), &r})
	}
	for _, wrong := range []struct {
		request string
		code    Code
	}{{"คข.0/2569", codeOf(1)}, {"คข.1/2569", codeOf(0)}, {"คข.999/2569", codeOf(999)}} {
		v.Finds = append(v.Finds, findVector{wrong.request, wrong.code.String(), index.Name(KeysOf(wrong.request, wrong.code)), nil})
	}
	return v
}

func swap(s string, i int) string { return s[:i] + s[i+1:i+2] + s[i:i+1] + s[i+2:] }

func change(s string, i int) string {
	next := alphabet[(strings.IndexByte(alphabet, s[i])+1)%32]
	return s[:i] + string(next) + s[i+1:]
}

func TestTheVectorsStandAsTheyAre(t *testing.T) {
	v := made(t)
	text, err := json.MarshalIndent(v, "", " ")
	if err != nil {
		t.Fatal(err)
	}
	if *update {
		if err := os.WriteFile(vectorsFile, append(text, '\n'), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	kept, err := os.ReadFile(vectorsFile)
	if err != nil {
		t.Fatal(err)
	}
	if string(kept) != string(text)+"\n" {
		t.Error("the vectors are others now: every code that was printed would be lost")
	}
	for _, c := range v.Codes {
		got, err := ParseCode(c.Typed)
		if c.Bits == "" && !errors.Is(err, fault.Invalid) || c.Bits != "" && hex.EncodeToString(got[:]) != c.Bits {
			t.Errorf("%q is %x, %v", c.Typed, got, err)
		}
	}
}

func TestARecordIsFoundByNumberAndCodeAlone(t *testing.T) {
	for _, n := range []int{0, 1, 16, 17, 90} {
		all := entries(n)
		files, err := Shards(all, secret)
		if err != nil {
			t.Fatal(err)
		}
		var index Index
		if err := json.Unmarshal(files[IndexName], &index); err != nil {
			t.Fatal(err)
		}
		if len(files) != 1+1<<index.Bits {
			t.Errorf("%d records: %d files of %d bits", n, len(files), index.Bits)
		}
		for i, e := range all {
			got, ok, err := Find(files[index.Name(e.Keys)], e.Keys)
			if err != nil || !ok || !reflect.DeepEqual(got, e.Record) {
				t.Fatalf("record %d of %d: got %+v, %v, %v", i, n, got, ok, err)
			}
			wrong := KeysOf(fmt.Sprintf("คข. %d/2569", i+1), codeOf(i))
			if _, ok, err := Find(files[index.Name(wrong)], wrong); ok || err != nil {
				t.Fatalf("another number opens record %d: %v", i, err)
			}
		}
	}
}

func TestAShardTellsNothing(t *testing.T) {
	few, err := Shards(entries(1), secret)
	if err != nil {
		t.Fatal(err)
	}
	none, err := Shards(nil, secret)
	if err != nil {
		t.Fatal(err)
	}
	many, err := Shards(entries(80), secret)
	if err != nil {
		t.Fatal(err)
	}
	size := len(none["0-0000.json"])
	for _, files := range []map[string][]byte{few, many} {
		for name, file := range files {
			if name == IndexName {
				continue
			}
			if len(file) != size {
				t.Errorf("%s has %d bytes, and an empty one %d", name, len(file), size)
			}
			for slot := range shards(t, file) {
				if strings.Contains(slot, `"due":`) {
					t.Errorf("%s can be read", name)
				}
			}
		}
	}
	again, err := Shards(entries(80), secret)
	if err != nil {
		t.Fatal(err)
	}
	changed := entries(80)
	changed[7].Record.State = "finished"
	after, err := Shards(changed, secret)
	if err != nil {
		t.Fatal(err)
	}
	differ := 0
	for name, file := range many {
		if !bytes.Equal(file, again[name]) {
			t.Errorf("%s has other bytes though nothing changed", name)
		}
		if bytes.Equal(file, after[name]) {
			continue
		}
		differ++
		for slot := range shards(t, file) {
			if shards(t, after[name])[slot] {
				t.Errorf("%s keeps a slot as it was, so that it shows which one changed", name)
			}
		}
	}
	if differ != 1 {
		t.Errorf("one record changed %d files", differ)
	}
}

// shards are the slots of a file.
func shards(t *testing.T, file []byte) map[string]bool {
	t.Helper()
	var s Shard
	if err := json.Unmarshal(file, &s); err != nil {
		t.Fatal(err)
	}
	out := map[string]bool{}
	for i := range shardSlots {
		out[string(s.Slots[i*slotBytes:(i+1)*slotBytes])] = true
	}
	return out
}

func TestALongRecordIsShortened(t *testing.T) {
	r := Record{State: "open", Due: day("2026-04-01")}
	for i := range 120 {
		r.Letters = append(r.Letters, Letter{Date: day("2026-04-08").AddDays(-i), Reason: "force-majeure", Text: strings.Repeat("<", 300), Expected: day("2026-05-01")})
	}
	e := Entry{KeysOf("1", codeOf(1)), r}
	files, err := Shards([]Entry{e}, secret)
	if err != nil {
		t.Fatal(err)
	}
	got, ok, err := Find(files["0-0000.json"], e.Keys)
	if err != nil || !ok || len(got.Letters) < 10 || len(got.Letters)+got.More != 120 || got.Letters[0].Text == "" || got.Letters[1].Text != "" {
		t.Errorf("got %d letters and %d more, %v, %v", len(got.Letters), got.More, ok, err)
	}
	if len(r.Letters) != 120 || r.Letters[1].Text == "" {
		t.Error("the record that was given was changed")
	}
}

func TestARequestIsShownForNinetyDays(t *testing.T) {
	for name, test := range map[string]struct {
		ended calendar.Date
		want  bool
	}{
		"an open one":         {calendar.Date{}, true},
		"on the last day":     {day("2026-01-01"), true},
		"the day after":       {day("2025-12-31"), false},
		"one that ends today": {day("2026-04-01"), true},
	} {
		if got := Shown(test.ended, day("2026-04-01")); got != test.want {
			t.Errorf("%s: got %v", name, got)
		}
	}
}

func TestTwoRecordsOfOneAddressAreRefused(t *testing.T) {
	if _, err := Shards(append(entries(2), entries(1)...), secret); err == nil {
		t.Error("they are taken")
	}
	if _, err := Shards(nil, secret[:31]); err == nil {
		t.Error("a short secret is taken")
	}
}

// No slip of a letter, and no two neighbours that changed places, give another code.
func TestSlipsAreFoundOut(t *testing.T) {
	chance := rand.New(rand.NewPCG(1, 2))
	for n := range 200 {
		c := codeOf(n)
		s := strings.ReplaceAll(c.String(), "-", "")
		for i := range s {
			for range 3 {
				other := s[:i] + string(alphabet[chance.IntN(32)]) + s[i+1:]
				if got, err := ParseCode(other); err == nil && got != c {
					t.Fatalf("%s is taken for %s", other, s)
				}
			}
			if i+1 < len(s) && s[i] != s[i+1] {
				if _, err := ParseCode(swap(s, i)); err == nil {
					t.Fatalf("%s is taken for a code", swap(s, i))
				}
			}
		}
	}
}

func FuzzParseCode(f *testing.F) {
	for n := range 4 {
		f.Add(codeOf(n).String())
	}
	f.Add("๑๒๓–ol il \u200b")
	f.Fuzz(func(t *testing.T, s string) {
		c, err := ParseCode(s)
		if err != nil {
			if !errors.Is(err, fault.Invalid) {
				t.Errorf("%q: %v", s, err)
			}
			return
		}
		if again, err := ParseCode(c.String()); err != nil || again != c {
			t.Errorf("%q is %s, which is %v, %v", s, c, again, err)
		}
	})
}

func FuzzFind(f *testing.F) {
	files, err := Shards(entries(3), secret)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(files["0-0000.json"], "คข. 0/2569")
	f.Add([]byte(`{"version":1,"slots":""}`), "1")
	f.Fuzz(func(_ *testing.T, file []byte, request string) {
		Find(file, KeysOf(request, codeOf(0)))
	})
}
