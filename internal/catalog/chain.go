package catalog

import "slices"

// Chain is an agency with those above it, itself first, the topmost last.
type Chain []*Agency

// Own returns the agency that the chain begins with; nil when it is empty.
func (c Chain) Own() *Agency {
	if len(c) == 0 {
		return nil
	}
	return c[0]
}

// Above returns the agencies above, the topmost first.
func (c Chain) Above() []*Agency {
	if len(c) == 0 {
		return nil
	}
	up := slices.Clone(c[1:])
	slices.Reverse(up)
	return up
}

// HoursOf returns the hours of a point of the agency: its own, or those of the
// nearest agency that has any.
func (c Chain) HoursOf(pt *Point) Hours {
	if !pt.Hours.IsZero() {
		return pt.Hours
	}
	for _, a := range c {
		if !a.Hours.IsZero() {
			return a.Hours
		}
	}
	return Hours{}
}

// ClosuresOf returns the closures of a point of the agency and those of every
// agency in the chain, in order of their first day.
func (c Chain) ClosuresOf(pt *Point) []Closure {
	all := slices.Clone(pt.Closures)
	if pt.Status == ClosedTemporarily && pt.Closed.IsGiven() {
		all = append(all, pt.Closed.Value)
	}
	for _, a := range c {
		all = append(all, a.Closures...)
	}
	slices.SortStableFunc(all, func(a, b Closure) int { return a.From.Compare(b.From) })
	return all
}
