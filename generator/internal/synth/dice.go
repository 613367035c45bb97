package synth

import "khumue/internal/catalog"

// dice is a small generator of random numbers (SplitMix64, Steele et al.,
// 2014), fixed here so that a seed means the same for ever.
type dice struct{ state uint64 }

// mix spreads the bits of a number over all 64.
func mix(x uint64) uint64 {
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}

const golden = 0x9e3779b97f4a7c15

func (d *dice) next() uint64 {
	d.state += golden
	return mix(d.state)
}

// below returns a number from 0 to n-1.
func (d *dice) below(n int) int { return int((d.next() >> 32) * uint64(n) >> 32) }

// between returns a number from low to high, both included.
func (d *dice) between(low, high int) int { return low + d.below(high-low+1) }

// percent is true that many times in a hundred.
func (d *dice) percent(n int) bool { return d.below(100) < n }

// low returns a number below n, the lower the likelier: half of all fall into
// the first eighth.
func (d *dice) low(n int) int {
	u := d.next() >> 43 // 21 bits, so that the cube fits
	return int(u * u >> 21 * u >> 21 * uint64(n) >> 21)
}

func pick[T any](d *dice, from []T) T { return from[d.below(len(from))] }

// hash returns a number for a name under a seed (FNV-1a, mixed).
func hash(seed uint64, name string) uint64 {
	h := uint64(14695981039346656037)
	for i := range len(name) {
		h = (h ^ uint64(name[i])) * 1099511628211
	}
	return mix(h ^ mix(seed+golden))
}

// What an identifier is of. Each kind has its own numbers, so that no two
// things of an agency share one.
const (
	pointID uint32 = iota
	processID
	manualID
	serviceID
)

const idBits = 1<<30 - 1

// appendID appends the identifier of an agency's i-th thing of a kind: the
// agency's code, "-" and six characters. Different things never share one:
// each step below can be undone.
func (a *agency) appendID(b []byte, kind uint32, i int) []byte {
	x := (uint32(i)<<2 | kind) ^ uint32(a.key)
	x = x * 0x2c1b3c6d & idBits
	x ^= x >> 15
	x = x * 0x297a2d39 & idBits
	x ^= x >> 13
	b = append(b, a.code...)
	b = append(b, '-')
	for shift := 25; shift >= 0; shift -= 5 {
		b = append(b, catalog.IDAlphabet[x>>shift&31])
	}
	return b
}

// dice returns the dice of an agency's i-th thing of a kind.
func (a *agency) dice(kind uint32, i int) dice {
	return dice{mix(a.key + uint64(i)<<2 + uint64(kind))}
}
