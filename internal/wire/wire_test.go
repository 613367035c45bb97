package wire

import (
	"bytes"
	"errors"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"khumue/internal/fault"
)

const (
	id     = "0190a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5b"
	other  = "0190a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5c"
	stream = "00112233445566778899aabbccddeeff"
	sum    = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
)

var whole = `{"type":"push","nonce":"n1","stream":"` + stream + `","ops":[{"id":"` + id + `","seq":7,"kind":"licence.write","entity":"report:dlt-area5",` +
	`"body":{ "granted" : 12, "note":"ก\u0e02 <b>" },"secret":"AAEC","files":[{"sha256":"` + sum + `","size":0}]}]}`

func messages() []Message {
	words := fault.Text{TH: "ขัดกัน \"อ้าง\"\n", EN: "they differ \\ \u2028"}
	var d Digest
	d.Add(id, [32]byte{1})
	return []Message{
		{Type: Hello, Greeting: &Greeting{1, "0.9", stream, 9, 3, 2, "2569-01-02T03:04:05Z", d.String(), "2026-11-26T09:00:00+07:00", "e1"}},
		{Type: Hello, Reception: &Reception{1, 1, Forked, "e2", 4, [][2]int64{{5, 7}, {9, 9}}, 5, d.String(), "2026-11-26T02:00:00Z", MaxOps, MaxPush}},
		{Type: Push, Stream: stream, Ops: []Op{{ID: id, Seq: 1, Kind: "manual.save", Entity: "manual:x", Body: []byte(`{"a": [1e3, "\u0e01"]}`)}, {ID: other, Seq: 2, Kind: "x", Entity: "y", Body: []byte(`{}`), Secret: []byte{0, 1}, Files: []File{{sum, 12}}}}},
		{Type: Results, Results: []Result{{ID: id, Status: Duplicate, Was: Stored, Processed: true, Value: []byte(`12`)}, {ID: other, Status: Later, Code: NotNow, Text: words, After: 1000}}},
		{Type: Ask, IDs: []string{id, other}},
		{Type: Have, Files: []File{{sum, 0}}},
		{Type: Have, Got: []Got{{sum, 12, false}, {sum, 0, true}}},
		{Type: Chunk, Piece: &Piece{sum, 100, 10, []byte("\x00\xff")}},
		{Type: Pull, Cursor: "c", Have: []byte(`["a"]`)},
		{Type: Changes, Cursor: "d", Changes: []Change{{"file", "agencies/dlt/agency.yaml", "v1", []byte(`{"text":"x"}`)}, {"case", "1", "", nil}}, More: true},
		{Type: Compare, Stream: stream, Ranges: []Range{{1, 10, 10, d.String()}, {11, 20, 0, ""}}},
		{Type: Wait, After: 12345},
		{Type: Refusal, Code: TooLarge, Text: words},
	}
}

func TestWhatIsAppendedIsReadBack(t *testing.T) {
	for _, m := range messages() {
		m.Nonce = "ก1"
		src := m.Append(nil)
		got, err := Read(src)
		if err != nil {
			t.Fatalf("%s: %v", src, err)
		}
		if diff := cmp.Diff(m, got); diff != "" {
			t.Errorf("%s: %s", src, diff)
		}
	}
}

func TestABodyIsNotTouched(t *testing.T) {
	m, err := Read([]byte(whole))
	if err != nil {
		t.Fatal(err)
	}
	if got, want := string(m.Ops[0].Body), `{ "granted" : 12, "note":"ก\u0e02 <b>" }`; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	if !bytes.Contains(m.Append(nil), m.Ops[0].Body) {
		t.Error("appending it changes it")
	}
	if err := m.Ops[0].Check(); err != nil {
		t.Errorf("what was read does not pass: %v", err)
	}
}

// S10
func TestReadingIsStrict(t *testing.T) {
	swap := func(old, new string) string {
		if !strings.Contains(whole, old) {
			t.Fatalf("%q is not there", old)
		}
		return strings.Replace(whole, old, new, 1)
	}
	body := func(b string) string { return swap(`{ "granted" : 12, "note":"ก\u0e02 <b>" }`, b) }
	for _, c := range []struct {
		name, src string
		large     bool
	}{
		{"nothing", "", false},
		{"a page of a hotel", "<html>", false},
		{"cut in the middle", whole[:200], false},
		{"more after the end", whole + "{}", false},
		{"another type", swap(`"push"`, `"stop"`), false},
		{"no type", swap(`"type":"push",`, ""), false},
		{"no nonce", swap(`"nonce":"n1",`, ""), false},
		{"a long nonce", swap("n1", strings.Repeat("n", MaxNonce+1)), false},
		{"a member twice", swap(`"nonce":"n1"`, `"nonce":"n1","nonce":"n1"`), false},
		{"a member in other letters", swap(`"nonce"`, `"Nonce"`), false},
		{"a member that is not known", swap(`"nonce"`, `"device":"x","nonce"`), false},
		{"a member of another type", swap(`"nonce"`, `"cursor":"x","nonce"`), false},
		{"null", swap(`"n1"`, "null"), false},
		{"no stream", swap(`"stream":"`+stream+`",`, ""), false},
		{"a member of an operation twice", swap(`"seq":7`, `"seq":7,"seq":8`), false},
		{"an operation that claims a device", swap(`"seq":7`, `"seq":7,"device":"x"`), false},
		{"an id of another version", swap("7e5f", "4e5f"), false},
		{"an id in capitals", swap("0190a1b2", "0190A1B2"), false},
		{"a number of nothing", swap(`"seq":7`, `"seq":0`), false},
		{"a number of less", swap(`"seq":7`, `"seq":-7`), false},
		{"a fraction", swap(`"seq":7`, `"seq":7.5`), false},
		{"a number that is infinite", swap(`"seq":7`, `"seq":1e400`), false},
		{"a number of many digits", swap(`"seq":7`, `"seq":9223372036854775808`), false},
		{"a kind with a path", swap("licence.write", "../x"), false},
		{"an entity with spaces", swap("report:dlt-area5", "report: x"), false},
		{"a NUL", swap("n1", `\u0000`), false},
		{"bytes that are no text", swap("n1", "\xff"), false},
		{"half a character", swap("n1", `\ud800`), false},
		{"a secret of other letters", swap("AAEC", "AAE*"), false},
		{"a secret with more bits than bytes", swap("AAEC", "AAF="), false},
		{"a file without a sum", swap(sum, sum[1:]), false},
		{"a body that is a list", body(`[]`), false},
		{"no body", swap(`"body":{ "granted" : 12, "note":"ก\u0e02 <b>" },`, ""), false},
		{"a member of a body twice", body(`{"a":1,"a":2}`), false},
		{"a member of a body twice in other letters", body(`{"role":1,"Role":2}`), false},
		{"a number in a body that is infinite", body(`{"a":1e400}`), false},
		{"a body that is deep", body(strings.Repeat(`{"a":`, 1000) + "1" + strings.Repeat("}", 1000)), false},
		{"a NUL in a body", body(`{"a":"\u0000"}`), false},
		{"bytes in a body that are no text", body("{\"a\":\"\xff\"}"), false},
		{"NaN in a body", body(`{"a":NaN}`), false},

		{"too many bytes", strings.Repeat(" ", MaxMessage+1), true},
		{"a body that is too large", body(`{"a":"` + strings.Repeat("x", MaxBody) + `"}`), true},
		{"a file that is too large", swap(`"size":0`, `"size":999999999`), true},
		{"too many operations", swap(`"ops":[`, `"ops":[`+strings.Repeat(`{"id":"`+id+`","seq":1,"kind":"x","entity":"y","body":{}},`, MaxOps)), true},
		{"operations that are too large together", swap(`"ops":[`, `"ops":[`+strings.Repeat(`{"id":"`+id+`","seq":1,"kind":"x","entity":"y","body":{"a":"`+strings.Repeat("x", 400_000)+`"}},`, 3)), true},
	} {
		t.Run(c.name, func(t *testing.T) {
			m, err := Read([]byte(c.src))
			if !errors.Is(err, fault.Invalid) || errors.Is(err, ErrTooLarge) != c.large {
				t.Fatalf("got %v, want too large: %v", err, c.large)
			}
			if m.Type != "" {
				t.Errorf("something is read: %v", m)
			}
			var told *fault.Error
			if errors.As(err, &told); told.What.TH == "" || told.What.EN == "" {
				t.Error("it is not told in both languages")
			}
		})
	}
}

func TestAnOperationIsItsBytesAndNotItsPlace(t *testing.T) {
	o := Op{ID: id, Seq: 1, Kind: "a", Entity: "b", Body: []byte(`{}`), Secret: []byte("s"), Files: []File{{sum, 1}}}
	moved := o
	moved.Seq = 2
	if o.Sum() != moved.Sum() {
		t.Error("in another place it is another operation")
	}
	for name, change := range map[string]func(*Op){
		"id":                        func(o *Op) { o.ID = other },
		"kind":                      func(o *Op) { o.Kind = "aa" },
		"entity":                    func(o *Op) { o.Entity = "c" },
		"a letter from one to next": func(o *Op) { o.Kind, o.Entity = "ab", "" },
		"a space in the body":       func(o *Op) { o.Body = []byte(`{ }`) },
		"secret":                    func(o *Op) { o.Secret = nil },
		"file":                      func(o *Op) { o.Files = nil },
		"size of a file":            func(o *Op) { o.Files = []File{{sum, 2}} },
	} {
		changed := o
		if change(&changed); changed.Sum() == o.Sum() {
			t.Errorf("%s: it is told to be the same", name)
		}
	}
}

func TestADigestKnowsNoOrder(t *testing.T) {
	type op struct {
		id  string
		sum [32]byte
	}
	var all []op
	random := rand.New(rand.NewPCG(1, 2))
	for range 50 {
		var o op
		for i := range o.sum {
			o.sum[i] = byte(random.Uint32())
		}
		o.id = string(o.sum[:8])
		all = append(all, o)
	}
	var first, second Digest
	for _, o := range all {
		first.Add(o.id, o.sum)
	}
	random.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
	for i, o := range all {
		if first == second {
			t.Fatalf("%d of %d are told to be all", i, len(all))
		}
		second.Add(o.id, o.sum)
	}
	if first != second || first.Count() != 50 {
		t.Errorf("got %s and %s", first, second)
	}
	back, err := ParseDigest(first.String())
	if err != nil || back != first {
		t.Errorf("got %s, %v", back, err)
	}
	for _, s := range []string{"x", "1:", "-1:" + sum, "01:" + sum, "1:" + strings.ToUpper(sum), "1:" + sum + "00"} {
		if d, err := ParseDigest(s); err == nil {
			t.Errorf("%q is read as %s", s, d)
		}
	}
}

func FuzzRead(f *testing.F) {
	f.Add([]byte(whole))
	for _, m := range messages() {
		m.Nonce = "n"
		f.Add(m.Append(nil))
	}
	f.Fuzz(func(t *testing.T, src []byte) {
		m, err := Read(src)
		if err != nil {
			return
		}
		again, err := Read(m.Append(nil))
		if diff := cmp.Diff(m, again); err != nil || diff != "" {
			t.Errorf("%q: %v: %s", src, err, diff)
		}
		for _, o := range m.Ops {
			if err := o.Check(); err != nil {
				t.Errorf("%q: an operation that was read does not pass: %v", src, err)
			}
		}
	})
}

func FuzzParseDigest(f *testing.F) {
	f.Add("12:" + sum)
	f.Fuzz(func(t *testing.T, s string) {
		if d, err := ParseDigest(s); err == nil && s != "" && d.String() != s {
			t.Errorf("%q is written %s", s, d)
		}
	})
}
