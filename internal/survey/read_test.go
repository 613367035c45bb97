package survey

import (
	"bytes"
	"errors"
	"os"
	"strings"
	"testing"

	"khumue/internal/calendar"
	"khumue/internal/catalog"
)

const id = "0190a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5b"

const whole = `{"id":"` + id + `","form":"satisfaction-1","point":"dlt-area5","procedure":"dlt-7f3k5q","channel":"counter","answered":"2026-11-22","answers":{"q1":5,"q6":"same","q12":"ดีมาก"}}`

func TestReadingIsStrict(t *testing.T) {
	swap := func(old, new string) string { return strings.Replace(whole, old, new, 1) }
	for _, c := range []struct{ name, src, code string }{
		{"a whole answer", whole, ""},
		{"spaces anywhere", strings.NewReplacer("{", " {\n", ",", " ,\t", ":", " : ").Replace(whole) + " ", ""},
		{"no procedure and no channel", swap(`"procedure":"dlt-7f3k5q","channel":"counter",`, ""), ""},
		{"null for what is not said", swap(`"counter"`, "null"), ""},
		{"a reply of null is skipped", swap(`:5`, ":"+"null"), ""},
		{"a Buddhist year", swap("2026-11-22", "2569-11-22"), ""},
		{"a leap day of a Buddhist year", swap("2026-11-22", "2567-02-29"), ""},
		{"escaped characters", swap("ดีมาก", `\u0e14\ud83d\ude00\n\"`), ""},

		{"nothing", "", BadJSON},
		{"a list", "[" + whole + "]", BadJSON},
		{"more after the end", whole + "{}", BadJSON},
		{"cut in the middle", whole[:100], BadJSON},
		{"a member twice", swap(`"form"`, `"point":"dlt-area5","form"`), BadJSON},
		{"a question twice", swap(`"q6"`, `"q1"`), BadJSON},
		{"a member in other letters", swap(`"form"`, `"Form"`), BadJSON},
		{"a member that is not known", swap(`"form"`, `"name":"x","form"`), BadJSON},
		{"a comma too many", swap(`"ดีมาก"`, `"ดีมาก",`), BadJSON},
		{"a number that is infinite", swap(`:5`, ":"+"1e400"), BadJSON},
		{"a fraction", swap(`:5`, ":"+"4.5"), BadJSON},
		{"a number with zeros before it", swap(`:5`, ":"+"05"), BadJSON},
		{"a word that is no number", swap(`:5`, ":"+"NaN"), BadJSON},
		{"a truth", swap(`:5`, ":"+"true"), BadJSON},
		{"a list for a reply", swap(`:5`, ":"+"[5]"), BadJSON},
		{"half a character", swap("ดีมาก", `\ud83d`), BadJSON},
		{"two first halves", swap("ดีมาก", `\ud83d\ud83d`), BadJSON},
		{"bytes that are no text", swap("ดีมาก", "\xff"), BadJSON},
		{"a line that goes on", swap("ดีมาก", "\n"), BadJSON},
		{"a NUL", swap("ดีมาก", `\u0000`), BadValue},
		{"too many bytes", swap("ดีมาก", strings.Repeat("x", MaxAnswer)), TooLarge},
		{"an id of another version", swap("7e5f", "4e5f"), BadID},
		{"an id in capitals", swap("0190a1b2", "0190A1B2"), BadID},
		{"no id", swap(`"id":"`+id+`",`, ""), BadID},
		{"a set with a path for a name", swap("satisfaction-1", "../x"), BadForm},
		{"a point that can be none", swap("dlt-area5", "DLT"), BadPoint},
		{"a manual that can be none", swap("dlt-7f3k5q", "x"), BadProcedure},
		{"a channel that is not known", swap("counter", "fax"), BadChannel},
		{"a day that is not there", swap("2026-11-22", "2026-02-30"), BadDate},
		{"no day", swap("2026-11-22", "yesterday"), BadDate},
		{"a reply of nothing", swap(`:5`, ":"+"0"), BadValue},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := Read([]byte(c.src))
			var reason *Reason
			if errors.As(err, &reason); (reason == nil) != (c.code == "") || reason != nil && reason.Code != c.code {
				t.Errorf("got %v, want %q", err, c.code)
			}
			if reason != nil && (reason.Text.TH == "" || reason.Text.EN == "") {
				t.Errorf("%q is not told in both languages", reason.Code)
			}
		})
	}
}

func TestAnAnswerIsTheSameHoweverItIsWritten(t *testing.T) {
	first, err1 := Read([]byte(whole))
	second, err2 := Read([]byte(`{ "answers": {"q12":"\u0e14ีมาก", "q6":"same", "q13":"", "q1":5}, "answered":"2026-11-22", "channel":"counter",
		"procedure":"dlt-7f3k5q","point":"dlt-area5","homepage":"","form":"satisfaction-1", "id":"` + id + `"}`))
	if err := errors.Join(err1, err2); err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(first.Canonical(), second.Canonical()) || string(first.Canonical()) != strings.Replace(whole, `"q1":5,"q6":"same","q12":"ดีมาก"`, `"q1":5,"q12":"ดีมาก","q6":"same"`, 1) {
		t.Errorf("got %s and %s", first.Canonical(), second.Canonical())
	}
	other, err := Read([]byte(strings.Replace(whole, ":5", ":4", 1)))
	if err != nil || bytes.Equal(first.Canonical(), other.Canonical()) {
		t.Errorf("another answer is the same: %v", err)
	}
}

func TestARefusalNamesItsAnswer(t *testing.T) {
	for _, src := range []string{
		strings.Replace(whole, `:5`, ":true", 1),
		strings.Replace(whole, "ดีมาก", strings.Repeat("x", MaxAnswer), 1),
	} {
		if a, err := Read([]byte(src)); a.ID != id || err == nil {
			t.Errorf("got %q, %v", a.ID, err)
		}
	}
}

func TestAWrongClockIsSeen(t *testing.T) {
	received := calendar.NewDate(2026, 11, 26)
	for _, c := range []struct {
		name, answered, day string
		wrong               bool
	}{
		{"today", "2026-11-26", "2026-11-26", false},
		{"last week, and offline since", "2026-11-19", "2026-11-19", false},
		{"tomorrow, east of here", "2026-11-27", "2026-11-27", false},
		{"a Buddhist year", "2569-11-20", "2026-11-20", true},
		{"years ago", "2001-01-01", "2026-11-26", true},
		{"years ahead", "2031-01-01", "2026-11-26", true},
		{"no day at all", "soon", "2026-11-26", true},
	} {
		if day, wrong := Place(c.answered, received); day.ISO() != c.day || wrong != c.wrong {
			t.Errorf("%s: got %s %v, want %s %v", c.name, day, wrong, c.day, c.wrong)
		}
	}
}

func TestMessagesAreRead(t *testing.T) {
	for _, c := range []struct {
		name, src string
		items     int
		code      string
	}{
		{"hello", `{"type":"hello","version":1,"token":"abc","pending":3}`, 0, ""},
		{"two answers, of which one is none", `{"type":"submit","nonce":"n","items":[` + whole + `,{"id":["]",{}]}]}`, 2, ""},
		{"no items", `{"type":"submit","items":[]}`, 0, ""},
		{"too many items", `{"type":"submit","items":[` + strings.Repeat("{},", MaxItems) + `{}]}`, 0, TooLarge},
		{"too many bytes", strings.Repeat(" ", MaxMessage+1), 0, TooLarge},
		{"another type", `{"type":"stop"}`, 0, BadJSON},
		{"an item that is no object", `{"type":"submit","items":[1]}`, 0, BadJSON},
		{"an item without an end", `{"type":"submit","items":[{"a":"]}`, 0, BadJSON},
		{"cut", `{"type":"submit","items":[` + whole, 0, BadJSON},
	} {
		m, err := ReadMessage([]byte(c.src))
		var reason *Reason
		if errors.As(err, &reason); reason == nil && (c.code != "" || len(m.Items) != c.items) || reason != nil && reason.Code != c.code {
			t.Errorf("%s: got %d items, %v", c.name, len(m.Items), err)
		}
	}
}

// set is a question set with a question of each kind, and one that is asked only
// after another.
func set() *catalog.Survey {
	return &catalog.Survey{ID: "satisfaction-1", Questions: []catalog.Question{
		{Code: "q0", Kind: service},
		{Code: "q1", Kind: scale, Required: true, Text: catalog.Text{TH: "โดยรวม", EN: "Overall"}},
		{Code: "q6", Kind: choice, Choices: []catalog.Choice{{Value: "same"}, {Value: "more"}}},
		{Code: "q6a", Kind: text, Max: 10, Required: true, Text: catalog.Text{TH: "ขออะไร", EN: "What"}, When: catalog.Condition{Question: "q6", Is: []string{"more"}}},
		{Code: "q11", Kind: choice, Topic: channelTopic, Choices: []catalog.Choice{{Value: "phone"}, {Value: "post"}}},
		{Code: "q12", Kind: text},
	}}
}

func TestAnAnswerIsHeldToItsQuestions(t *testing.T) {
	n := func(n int) Value { return Value{Number: n} }
	w := func(s string) Value { return Value{Text: s} }
	for _, c := range []struct {
		name    string
		replies map[string]Value
		code    string
		picks   Picks
	}{
		{"the least", map[string]Value{"q1": n(3)}, "", Picks{"q1": "3"}},
		{"all of it", map[string]Value{"q0": w("dlt-7f3k5q"), "q1": n(5), "q6": w("more"), "q6a": w("บัตร"), "q11": w("post"), "q12": w("ดี")}, "",
			Picks{"q0": "dlt-7f3k5q", "q1": "5", "q6": "more", "q6a": Wrote, "q11": "post", "q12": Wrote}},
		{"what was not asked does not count", map[string]Value{"q1": n(5), "q6": w("same"), "q6a": w("บัตร")}, "", Picks{"q1": "5", "q6": "same"}},
		{"what must be answered is not", map[string]Value{"q6": w("same")}, Missing, nil},
		{"what is asked after that must be answered", map[string]Value{"q1": n(5), "q6": w("more")}, Missing, nil},
		{"a question of another set", map[string]Value{"q1": n(5), "q99": n(1)}, UnknownQuestion, nil},
		{"a point beyond the scale", map[string]Value{"q1": n(6)}, BadValue, nil},
		{"a word on a scale", map[string]Value{"q1": w("5")}, BadValue, nil},
		{"a choice that there is not", map[string]Value{"q1": n(5), "q6": w("less")}, BadValue, nil},
		{"a number for a choice", map[string]Value{"q1": n(5), "q6": n(1)}, BadValue, nil},
		{"a service that is none", map[string]Value{"q1": n(5), "q0": w("?")}, BadValue, nil},
		{"ten Thai characters", map[string]Value{"q1": n(5), "q6": w("more"), "q6a": w(strings.Repeat("ก", 10))}, "", Picks{"q1": "5", "q6": "more", "q6a": Wrote}},
		{"eleven of them", map[string]Value{"q1": n(5), "q6": w("more"), "q6a": w(strings.Repeat("ก", 11))}, TooLong, nil},
		{"more than is usual", map[string]Value{"q1": n(5), "q12": w(strings.Repeat("ก", usualText+1))}, TooLong, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := Answer{Answers: c.replies, Channel: "counter"}.Settle(set())
			var reason *Reason
			if errors.As(err, &reason); (reason == nil) != (c.code == "") || reason != nil && reason.Code != c.code {
				t.Fatalf("got %v, want %q", err, c.code)
			}
			if reason != nil {
				return
			}
			for q, want := range c.picks {
				if got.Picks[q] != want {
					t.Errorf("%s: got %q, want %q", q, got.Picks[q], want)
				}
			}
			if len(got.Picks) != len(c.picks) {
				t.Errorf("got %v, want %v", got.Picks, c.picks)
			}
		})
	}
}

func TestTheCitizenKnowsServiceAndChannelBest(t *testing.T) {
	got, err := Answer{Channel: "counter", Answers: map[string]Value{"q0": {Text: "dlt-7f3k5q"}, "q1": {Number: 1}, "q11": {Text: "post"}}}.Settle(set())
	if err != nil || got.Procedure != "dlt-7f3k5q" || got.Channel != "post" {
		t.Errorf("got %+v, %v", got, err)
	}
	got, err = Answer{Procedure: "dlt-aaaaaa", Answers: map[string]Value{"q0": {Text: OtherService}, "q1": {Number: 1}}}.Settle(set())
	if err != nil || got.Procedure != "dlt-aaaaaa" || got.Channel != "" {
		t.Errorf("got %+v, %v", got, err)
	}
}

func TestTextsAreMaskedAndChoicesAreNot(t *testing.T) {
	a, _ := Read([]byte(strings.Replace(whole, "ดีมาก", "โทร 0812345678", 1)))
	got, masked := a.Masked()
	if !masked || got.Answers["q12"].Text != "โทร [เบอร์]" || got.Answers["q6"].Text != "same" || a.Answers["q12"].Text == got.Answers["q12"].Text {
		t.Errorf("got %v, %v; before it was %v", got.Answers, masked, a.Answers)
	}
}

func TestMeansAreReadInFiveWords(t *testing.T) {
	for _, c := range []struct {
		sum, n, hundredths int
		level              Level
	}{
		{0, 0, 0, 0}, {5, 1, 500, 5}, {451, 100, 451, 5}, {901, 200, 451, 5}, {450, 100, 450, 4}, {4504, 1000, 450, 4},
		{351, 100, 351, 4}, {350, 100, 350, 3}, {251, 100, 251, 3}, {250, 100, 250, 2}, {151, 100, 151, 2}, {150, 100, 150, 1}, {1, 1, 100, 1},
	} {
		h := Hundredths(c.sum, c.n)
		if l := LevelOf(h); h != c.hundredths || l != c.level {
			t.Errorf("%d of %d: got %d, level %d, want %d, level %d", c.sum, c.n, h, l, c.hundredths, c.level)
		}
	}
	if (Level(5).Text().TH != "มากที่สุด") || !Level(0).Text().IsZero() {
		t.Errorf("got %v and %v", Level(5).Text(), Level(0).Text())
	}
}

func TestAScaleAddsUp(t *testing.T) {
	if sum, n := Scale(map[string]int{"5": 2, "4": 1, "same": 3, "9": 1}); sum != 14 || n != 3 {
		t.Errorf("got %d of %d, want 14 of 3", sum, n)
	}
}

func FuzzRead(f *testing.F) {
	f.Add([]byte(whole))
	f.Add([]byte(strings.Replace(whole, `"answers"`, `"homepage":"x","answers"`, 1)))
	f.Fuzz(func(t *testing.T, src []byte) {
		a, err := Read(src)
		if err != nil {
			return
		}
		again, err := Read(a.Canonical())
		if err != nil || !bytes.Equal(again.Canonical(), a.Canonical()) {
			t.Errorf("%s is read again as %s, %v", a.Canonical(), again.Canonical(), err)
		}
	})
}

func FuzzReadMessage(f *testing.F) {
	f.Add([]byte(`{"type":"submit","pending":3,"items":[` + whole + `]}`))
	f.Fuzz(func(t *testing.T, src []byte) {
		m, err := ReadMessage(src)
		if err == nil && (len(m.Items) > MaxItems || m.Type != Hello && m.Type != Submit && m.Type != Claim) {
			t.Errorf("got %+v", m)
		}
	})
}

func BenchmarkRead(b *testing.B) {
	sample, err := os.ReadFile("testdata/answer.json")
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		a, err := Read(sample)
		if err != nil {
			b.Fatal(err)
		}
		a, _ = a.Masked()
		a.Canonical()
	}
}
