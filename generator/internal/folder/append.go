package folder

import "slices"

// roomToRead holds nearly every content file whole.
const roomToRead = 16 << 10

// appendAll appends what read gives until it gives nothing more, or so many bytes.
func appendAll(b []byte, most int, read func(to []byte) (int, error)) ([]byte, error) {
	for end := len(b) + most; len(b) < end; {
		if len(b) == cap(b) {
			b = slices.Grow(b, roomToRead)
		}
		n, err := read(b[len(b):min(cap(b), end)])
		if err != nil {
			return nil, err
		}
		if n == 0 {
			break
		}
		b = b[:len(b)+n]
	}
	return b, nil
}
