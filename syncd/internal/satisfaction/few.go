package satisfaction

import (
	"cmp"
	"slices"

	"khumue/internal/page"
)

// Fewest is how many people figures must come from to be told at all.
const Fewest = page.FewestAnswers

// Hide says which parts of a whole are not told, given how many answers each has
// and that the whole is told: those of fewer than Fewest people, and where these
// together are fewer too, so that the difference to the whole would tell of them,
// the next smallest with them. A part without answers is told.
func Hide(parts []int) []bool {
	hidden := make([]bool, len(parts))
	together := 0
	for i, n := range parts {
		if n > 0 && n < Fewest {
			hidden[i] = true
			together += n
		}
	}
	if together == 0 || together >= Fewest {
		return hidden
	}
	order := make([]int, 0, len(parts))
	for i, n := range parts {
		if n >= Fewest {
			order = append(order, i)
		}
	}
	if len(order) > 0 {
		hidden[slices.MinFunc(order, func(a, b int) int { return cmp.Compare(parts[a], parts[b]) })] = true
	}
	return hidden
}
