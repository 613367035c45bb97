package compare

// run is a part that two sequences have in common: n elements from a and b on.
type run struct{ a, b, n int }

// budget is how many steps a comparison may take, so that texts that have
// nothing to do with each other do not hold anybody up. Past it, the rest is
// taken to differ.
type budget int

const maxSteps budget = 2_000_000

// common returns the runs of a longest common subsequence of a and b (Myers
// 1986, in linear space), or of a shorter one when the budget ends.
func common(a, b []int32, left *budget) []run {
	d := differ{left: left}
	d.compare(a, b, 0, 0)
	return d.runs
}

type differ struct {
	left         *budget
	runs         []run
	ahead, abaft []int
}

// add notes a run, joined with the one before where they touch.
func (d *differ) add(a, b, n int) {
	if n == 0 {
		return
	}
	if l := len(d.runs) - 1; l >= 0 && d.runs[l].a+d.runs[l].n == a && d.runs[l].b+d.runs[l].n == b {
		d.runs[l].n += n
		return
	}
	d.runs = append(d.runs, run{a, b, n})
}

// compare takes what both begin and end with, and halves what is between. The
// places of a and b in the whole are given.
func (d *differ) compare(a, b []int32, atA, atB int) {
	head := 0
	for head < len(a) && head < len(b) && a[head] == b[head] {
		head++
	}
	d.add(atA, atB, head)
	a, b, atA, atB = a[head:], b[head:], atA+head, atB+head
	tail := 0
	for tail < len(a) && tail < len(b) && a[len(a)-1-tail] == b[len(b)-1-tail] {
		tail++
	}
	a, b = a[:len(a)-tail], b[:len(b)-tail]
	if len(a) > 0 && len(b) > 0 {
		if x, y, ok := d.middle(a, b); ok {
			d.compare(a[:x], b[:y], atA, atB)
			d.compare(a[x:], b[y:], atA+x, atB+y)
		}
	}
	d.add(atA+len(a), atB+len(b), tail)
}

// middle returns a place that a shortest way from a to b passes, other than
// both ends; false when there is none or the budget ends. Neither text is empty,
// and they neither begin nor end alike.
func (d *differ) middle(a, b []int32) (x, y int, ok bool) {
	n, m := len(a), len(b)
	most := (n+m+1)/2 + 1
	size := 2*most + 2
	if len(d.ahead) < size {
		d.ahead, d.abaft = make([]int, size), make([]int, size)
	}
	ahead, abaft := d.ahead[:size], d.abaft[:size]
	delta := n - m
	odd := delta%2 != 0
	for e := range most {
		if *d.left -= budget(2*e + 2); *d.left < 0 {
			return 0, 0, false
		}
		for k := -e; k <= e; k += 2 {
			x := furthest(ahead, most, k, e, n, m)
			for x >= 0 && x < n && x-k < m && a[x] == b[x-k] {
				x++
			}
			ahead[most+k] = x
			if r := delta - k; odd && r >= -(e-1) && r <= e-1 && x+abaft[most+r] >= n {
				return d.split(x, x-k, n, m)
			}
		}
		for k := -e; k <= e; k += 2 {
			x := furthest(abaft, most, k, e, n, m)
			for x >= 0 && x < n && x-k < m && a[n-1-x] == b[m-1-x+k] {
				x++
			}
			abaft[most+k] = x
			if r := delta - k; !odd && r >= -e && r <= e && x+ahead[most+r] >= n {
				return d.split(n-x, m-x+k, n, m)
			}
		}
	}
	return 0, 0, false
}

// nowhere is how far a diagonal is reached that no way of so many edits meets.
const nowhere = -1 << 40

// furthest is how far a way of e edits comes on diagonal k, before it follows
// what is equal.
func furthest(reach []int, zero, k, e, n, m int) int {
	best := nowhere
	if e == 0 {
		return 0
	}
	if k < e {
		best = reach[zero+k+1] // down
	}
	if k > -e {
		if x := reach[zero+k-1] + 1; x > best && x <= n {
			best = x
		}
	}
	if best < max(0, k) || best > n || best-k > m {
		return nowhere
	}
	return best
}

// split refuses a place that would halve nothing.
func (d *differ) split(x, y, n, m int) (int, int, bool) {
	inside := x >= 0 && y >= 0 && x <= n && y <= m
	return x, y, inside && x+y > 0 && x+y < n+m
}
