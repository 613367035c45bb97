package gitrepo

import (
	"encoding/binary"
	"errors"
	"hash/adler32"
	"math/bits"
)

// unzipper decompresses small objects that are whole in memory, from one piece
// of memory into another of a size that is known: three to four times as fast
// as the standard library's, which reads byte by byte from whatever it is
// given. It accepts what that accepts. RFC 1950 and 1951 name the parts.
type unzipper struct {
	in   []byte
	at   int    // in in; beyond its end, zeros have been read
	bits uint64 // read and not used yet, the next one lowest
	have uint   // how many those are

	lengths   [maxLitCodes + maxDistCodes]byte
	literals  [litSize]symbol
	distances [distSize]symbol
	fixed     bool // the tables are those that need no telling
}

// symbol is what a code stands for: its length in bits, how many bits more are
// to be read, what kind it is, and a value. Zero is no code.
//
//	value 16 | kind 4 | more 4 | length 8
type symbol uint32

const (
	literal symbol = (iota + 1) << 12
	copying        // the value and more bits are a length or a distance
	ending         // of the block
	further        // the value is the place of a table that the next bits index
)

func (s symbol) length() uint { return uint(s & 0xff) }
func (s symbol) more() uint   { return uint(s >> 8 & 15) }
func (s symbol) kind() symbol { return s & 0xf000 }
func (s symbol) value() int   { return int(s >> 16) }

// Codes of up to so many bits are found by one look; longer ones by two.
const (
	litBits   = 10
	distBits  = 8
	orderBits = 7 // codes of lengths have no more
	maxBits   = 15

	maxLitCodes  = 288
	maxDistCodes = 32
	litSize      = 1<<litBits + maxLitCodes/2<<(maxBits-litBits)
	distSize     = 1<<distBits + maxDistCodes/2<<(maxBits-distBits)
)

// errShort says that a stream goes on behind what is in memory.
var errShort = errors.New("cut short")

// unzip fills out with what a zlib stream at the beginning of in holds. A
// stream that holds more or less, or is damaged, is errDamaged; one that goes
// on behind in is errShort.
func (u *unzipper) unzip(out, in []byte) error {
	if len(in) < 2 {
		return errShort
	}
	if in[0]&15 != 8 || in[0]>>4 > 7 || binary.BigEndian.Uint16(in)%31 != 0 || in[1]&0x20 != 0 {
		return errDamaged
	}
	u.in, u.at, u.bits, u.have = in, 2, 0, 0
	n, err := u.blocks(out)
	end := u.at - int(u.have/8)
	switch {
	case end > len(in): // zeros were taken for what was to come
		return errShort
	case err != nil:
		return err
	case end+4 > len(in):
		return errShort
	case n != len(out) || binary.BigEndian.Uint32(in[end:]) != adler32.Checksum(out):
		return errDamaged
	}
	return nil
}

// refill brings at least 56 bits, of zeros where there is nothing more to read,
// and reports whether there was something.
func (u *unzipper) refill() bool {
	if u.at+8 <= len(u.in) {
		u.bits |= binary.LittleEndian.Uint64(u.in[u.at:]) << u.have
		u.at += int(63-u.have) >> 3
		u.have |= 56
		return true
	}
	for u.have < 56 {
		if u.at < len(u.in) {
			u.bits |= uint64(u.in[u.at]) << u.have
		}
		u.at++
		u.have += 8
	}
	return u.at <= len(u.in)+8
}

// take uses n bits that are there.
func (u *unzipper) take(n uint) int {
	v := u.bits & (1<<n - 1)
	u.bits >>= n
	u.have -= n
	return int(v)
}

// blocks fills out block by block, and returns how much of it.
func (u *unzipper) blocks(out []byte) (n int, err error) {
	for last := false; !last && err == nil; {
		if !u.refill() {
			return n, errShort
		}
		last = u.take(1) == 1
		switch u.take(2) {
		case 0:
			n, err = u.stored(out, n)
		case 1:
			u.useFixed()
			n, err = u.compressed(out, n)
		case 2:
			if err = u.readTables(); err == nil {
				n, err = u.compressed(out, n)
			}
		default:
			return n, errDamaged
		}
	}
	return n, err
}

// stored copies a block that is not compressed. It begins at a whole byte.
func (u *unzipper) stored(out []byte, n int) (int, error) {
	at := u.at - int(u.have/8)
	if at+4 > len(u.in) {
		return n, errShort
	}
	size := int(binary.LittleEndian.Uint16(u.in[at:]))
	if size^0xffff != int(binary.LittleEndian.Uint16(u.in[at+2:])) {
		return n, errDamaged
	}
	if at += 4; size > len(out)-n {
		return n, errDamaged
	}
	if at+size > len(u.in) {
		return n, errShort
	}
	copy(out[n:], u.in[at:at+size])
	u.at, u.bits, u.have = at+size, 0, 0
	return n + size, nil
}

// compressed fills out from n on with a block, and returns where it ends.
// Nearly all the time is spent here, so what is read stands in variables.
func (u *unzipper) compressed(out []byte, n int) (int, error) {
	bits, have := u.bits, u.have
	for {
		if have < longestPair {
			if u.at+8 <= len(u.in) {
				bits |= binary.LittleEndian.Uint64(u.in[u.at:]) << (have & 63)
				u.at += int(63-have) >> 3
				have |= 56
			} else {
				u.bits, u.have = bits, have
				if !u.refill() {
					return n, errShort
				}
				bits, have = u.bits, u.have
			}
		}
		s := u.literals[bits&(1<<litBits-1)]
		if s.kind() == further {
			bits >>= litBits
			have -= litBits
			s = u.literals[s.value()+int(bits&(1<<s.more()-1))]
		}
		bits >>= s.length() & 63
		have -= s.length()
		if s.kind() == literal && n < len(out) {
			out[n] = byte(s.value())
			n++
			continue
		}
		if s.kind() == ending {
			u.bits, u.have = bits, have
			return n, nil
		}
		size := s.value() + int(bits&(1<<s.more()-1))
		bits >>= s.more()
		have -= s.more()
		d := u.distances[bits&(1<<distBits-1)]
		if d.kind() == further {
			bits >>= distBits
			have -= distBits
			d = u.distances[d.value()+int(bits&(1<<d.more()-1))]
		}
		bits >>= d.length() & 63
		have -= d.length()
		back := d.value() + int(bits&(1<<d.more()-1))
		bits >>= d.more()
		have -= d.more()
		u.bits, u.have = bits, have
		if s.kind() != copying || d.kind() != copying || back > n || size > len(out)-n {
			return n, errDamaged
		}
		n = again(out, n, back, size)
	}
}

// longestPair is how many bits a length and its distance take at most.
const longestPair = 48

// again copies size bytes from so far back, which may run into the copy.
func again(out []byte, n, back, size int) int {
	if end := n + size; back >= 8 && end+8 <= len(out) {
		for ; n < end; n += 8 { // what is too much is written over by what follows
			binary.LittleEndian.PutUint64(out[n:], binary.LittleEndian.Uint64(out[n-back:]))
		}
		return end
	}
	for end := n + size; n < end; {
		n += copy(out[n:end], out[n-back:n])
		back *= 2
	}
	return n
}

// Lengths and distances: each code has a base and how many bits are added.
var (
	lengthBase = [29]int{3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 15, 17, 19, 23, 27, 31, 35, 43, 51, 59, 67, 83, 99, 115, 131, 163, 195, 227, 258}
	lengthMore = [29]int{0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0}
)

func literalOf(code int) symbol {
	switch {
	case code < 256:
		return symbol(code)<<16 | literal
	case code == 256:
		return ending
	case code-257 < len(lengthBase):
		return symbol(lengthBase[code-257])<<16 | copying | symbol(lengthMore[code-257])<<8
	}
	return 0
}

func distanceOf(code int) symbol {
	switch {
	case code < 4:
		return symbol(code+1)<<16 | copying
	case code < 30:
		more := code/2 - 1
		return symbol((2+code&1)<<more+1)<<16 | copying | symbol(more)<<8
	}
	return 0
}

func orderOf(code int) symbol { return symbol(code)<<16 | literal }

// fill makes the table of a set of codes, of which each length is given, 0 for
// none. A set that leaves bits without meaning is refused, unless it is empty
// or of one code of one bit.
func fill(table []symbol, first uint, lengths []byte, meaning func(code int) symbol) error {
	var count, next [maxBits + 2]int
	for _, l := range lengths {
		count[l]++
	}
	used, longest := 0, uint(0)
	for l := 1; l <= maxBits; l++ {
		next[l+1] = (next[l] + count[l]) << 1
		if used += count[l] << (maxBits - l); count[l] > 0 {
			longest = uint(l)
		}
	}
	if used > 1<<maxBits || used < 1<<maxBits && used > 0 && (longest > 1 || count[1] > 1) {
		return errDamaged
	}
	clear(table[:1<<first])
	free := 1 << first
	for code, l := range lengths {
		if l == 0 {
			continue
		}
		at := int(bits.Reverse16(uint16(next[l])) >> (16 - l))
		next[l]++
		s := meaning(code)
		if uint(l) <= first {
			spread(table[:1<<first], at, uint(l), withLength(s, uint(l)))
			continue
		}
		head := at & (1<<first - 1)
		if table[head] == 0 {
			table[head] = symbol(free)<<16 | further | symbol(longest-first)<<8
			free += 1 << (longest - first)
			clear(table[table[head].value():free])
		}
		begin := table[head].value()
		spread(table[begin:begin+1<<(longest-first)], at>>first, uint(l)-first, withLength(s, uint(l)-first))
	}
	return nil
}

// withLength completes a symbol; what has no meaning is no code.
func withLength(s symbol, length uint) symbol {
	if s == 0 {
		return 0
	}
	return s | symbol(length)
}

// spread writes a symbol wherever the lowest bits of the index are its code.
func spread(table []symbol, code int, length uint, s symbol) {
	for i := code; i < len(table); i += 1 << length {
		table[i] = s
	}
}

// useFixed sets the tables that the format itself knows.
func (u *unzipper) useFixed() {
	if u.fixed {
		return
	}
	l := u.lengths[:maxLitCodes]
	for i := range l {
		switch {
		case i < 144, i >= 280:
			l[i] = 8
		case i < 256:
			l[i] = 9
		default:
			l[i] = 7
		}
	}
	_ = fill(u.literals[:], litBits, l, literalOf) // it is complete
	d := u.lengths[:maxDistCodes]
	for i := range d {
		d[i] = 5
	}
	_ = fill(u.distances[:], distBits, d, distanceOf)
	u.fixed = true
}

// tellingOrder is the order in which lengths of codes of lengths stand.
var tellingOrder = [19]byte{16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15}

// readTables reads the tables of a block, whose lengths are compressed
// themselves.
func (u *unzipper) readTables() error {
	u.fixed = false
	if !u.refill() {
		return errShort
	}
	literals, distances, tellings := 257+u.take(5), 1+u.take(5), 4+u.take(4)
	if literals > 286 || distances > 30 {
		return errDamaged
	}
	var l [19]byte
	for _, code := range tellingOrder[:tellings] {
		if u.have < 3 && !u.refill() {
			return errShort
		}
		l[code] = byte(u.take(3))
	}
	var order [1 << orderBits]symbol
	if err := fill(order[:], orderBits, l[:], orderOf); err != nil {
		return err
	}
	all := u.lengths[:literals+distances]
	if err := u.readLengths(&order, all); err != nil {
		return err
	}
	if err := fill(u.literals[:], litBits, all[:literals], literalOf); err != nil {
		return err
	}
	return fill(u.distances[:], distBits, all[literals:], distanceOf)
}

// readLengths reads lengths of codes: each a number, or an order to repeat.
func (u *unzipper) readLengths(order *[1 << orderBits]symbol, all []byte) error {
	for i := 0; i < len(all); {
		if u.have < 14 && !u.refill() {
			return errShort
		}
		s := order[u.bits&(1<<orderBits-1)]
		if s == 0 {
			return errDamaged
		}
		u.take(s.length())
		var value byte
		var times int
		switch code := s.value(); {
		case code < 16:
			value, times = byte(code), 1
		case code == 16 && i > 0:
			value, times = all[i-1], 3+u.take(2)
		case code == 17:
			times = 3 + u.take(3)
		case code == 18:
			times = 11 + u.take(7)
		default:
			return errDamaged
		}
		if times > len(all)-i {
			return errDamaged
		}
		for range times {
			all[i] = value
			i++
		}
	}
	return nil
}
