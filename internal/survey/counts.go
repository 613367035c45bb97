package survey

import "strconv"

// Counts says how often each value was chosen, by question.
type Counts map[string]map[string]int

// Add counts one answer.
func (c Counts) Add(p Picks) {
	for question, value := range p {
		c.count(question, value, 1)
	}
}

// Merge adds other counts, which stay as they are.
func (c Counts) Merge(other Counts) {
	for question, values := range other {
		for value, n := range values {
			c.count(question, value, n)
		}
	}
}

func (c Counts) count(question, value string, n int) {
	values := c[question]
	if values == nil {
		values = map[string]int{}
		c[question] = values
	}
	values[value] += n
}

// Scale returns how many replied to a question of a scale, and what their
// replies add up to.
func (c Counts) Scale(question string) (sum, n int) {
	for value, times := range c[question] {
		if points, err := strconv.Atoi(value); err == nil && points >= 1 && points <= highest {
			sum, n = sum+points*times, n+times
		}
	}
	return sum, n
}
