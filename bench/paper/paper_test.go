package paper

import (
	"bytes"
	"testing"
	"time"
)

func TestFiguresAreShort(t *testing.T) {
	for _, c := range []struct{ got, want string }{
		{Short(0), "–"},
		{Short(1500 * time.Microsecond), "1 ms"},
		{Short(12340 * time.Millisecond), "12.34 s"},
		{Short(361 * time.Second), "361 s"},
		{Short(30 * time.Minute), "30 min"},
		{Memory(0), "–"},
		{Size(900), "1 KB"},
		{Size(31_000_000), "31 MB"},
		{Size(8_200_000_000), "8.2 GB"},
		{Number(7), "7"},
		{Number(1000), "1,000"},
		{Number(1234567), "1,234,567"},
		{Ratio(3*time.Second, time.Second), "3"},
		{Ratio[int64](1, 0), "–"},
		{Percent(101, 100), "+1.0 %"},
	} {
		if c.got != c.want {
			t.Errorf("got %q, want %q", c.got, c.want)
		}
	}
}

func TestATableIsAlignedByCharacters(t *testing.T) {
	var b bytes.Buffer
	Table{{"", "wall"}, {"ours – all", "5 s"}, {"peer", "361 s"}}.Write(&b)
	const want = `|            |  wall |
|------------|------:|
| ours – all |   5 s |
| peer       | 361 s |

`
	if b.String() != want {
		t.Errorf("got:\n%swant:\n%s", &b, want)
	}
}
