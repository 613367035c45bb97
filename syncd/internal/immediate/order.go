package immediate

import (
	"cmp"
	"slices"
)

// order is a list that stays sorted. Of two values that compare as equal there is
// one.
type order[T any] struct {
	list    []T
	compare func(a, b T) int
}

// fewInserts is up to how many values are put in their places one after another.
const fewInserts = 64

// put adds values.
func (o *order[T]) put(values ...T) {
	if len(values) > fewInserts {
		o.list = append(o.list, values...)
		slices.SortFunc(o.list, o.compare)
		return
	}
	for _, v := range values {
		i, _ := slices.BinarySearchFunc(o.list, v, o.compare)
		o.list = slices.Insert(o.list, i, v)
	}
}

// cut takes a value out.
func (o *order[T]) cut(v T) {
	if i, found := slices.BinarySearchFunc(o.list, v, o.compare); found {
		o.list = slices.Delete(o.list, i, i+1)
	}
}

func pointOrder(a, b *Point) int {
	return cmp.Or(cmp.Compare(a.Agency, b.Agency), cmp.Compare(a.Code, b.Code))
}
