package survey

import "strconv"

// Scale returns how many replied to a question of a scale, and what their replies
// add up to, given how often each value was chosen.
func Scale(counts map[string]int) (sum, n int) {
	for value, times := range counts {
		if points, err := strconv.Atoi(value); err == nil && points >= 1 && points <= highest {
			sum, n = sum+points*times, n+times
		}
	}
	return sum, n
}
