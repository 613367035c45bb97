package state

import (
	"errors"
	"reflect"
	"testing"
)

type packed struct {
	Name  string
	N     int
	Small uint8
	F     float64
	On    bool
	List  []struct{ A, B string }
	Two   [2][]string
	None  []int
}

func TestWhatIsPackedIsUnpacked(t *testing.T) {
	for _, want := range []packed{
		{},
		{Name: "คู่มือ", N: -5, Small: 7, F: 13.75, On: true, List: []struct{ A, B string }{{"a", ""}, {"", "b"}}, Two: [2][]string{{"x"}, nil}},
	} {
		var got packed
		if err := Unpack(Pack(nil, want), &got); err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("got %+v, %v, want %+v", got, err, want)
		}
	}
	var got packed
	if err := Unpack([]byte{200}, &got); !errors.Is(err, ErrDamaged) {
		t.Errorf("got %v, want ErrDamaged", err)
	}
}

func FuzzUnpack(f *testing.F) {
	f.Add(Pack(nil, packed{Name: "a", List: []struct{ A, B string }{{"a", "b"}}}))
	f.Fuzz(func(t *testing.T, data []byte) {
		var got packed
		if err := Unpack(data, &got); err != nil && !errors.Is(err, ErrDamaged) {
			t.Errorf("got %v", err)
		}
	})
}
