package state

import (
	"bytes"
	"encoding/binary"
	"hash/crc32"
)

// magic begins an index; its digit is the version of the form.
const magic = "khumue state 1\n"

func (r record) size() int { return len(r.key) + len(r.value) + 2*binary.MaxVarintLen32 }

func (r record) append(b []byte) []byte {
	b = binary.AppendUvarint(b, uint64(len(r.key)))
	b = append(b, r.key...)
	b = binary.AppendUvarint(b, uint64(len(r.value)))
	return append(b, r.value...)
}

// decodeRecords appends the records of a block, which share data.
func decodeRecords(out []record, data []byte) ([]record, error) {
	in := reader{data: data}
	for len(in.data) > 0 && !in.bad {
		out = append(out, record{in.bytes(), in.bytes()})
	}
	if in.bad {
		return nil, damaged("a block can not be read")
	}
	return out, nil
}

// encodeIndex writes the blocks: each first key as what it shares with the one
// before and the rest, then place, size and checksum; a checksum of all last.
func encodeIndex(blocks []*block) []byte {
	size := len(magic) + binary.MaxVarintLen64 + 4
	var last []byte
	for _, bl := range blocks {
		size += len(bl.first) - shared(last, bl.first) + 4*binary.MaxVarintLen32 + 4
		last = bl.first
	}
	b := binary.AppendUvarint(append(make([]byte, 0, size), magic...), uint64(len(blocks)))
	last = nil
	for _, bl := range blocks {
		same := shared(last, bl.first)
		b = binary.AppendUvarint(b, uint64(same))
		b = binary.AppendUvarint(b, uint64(len(bl.first)-same))
		b = append(b, bl.first[same:]...)
		b = binary.AppendUvarint(b, uint64(bl.at))
		b = binary.AppendUvarint(b, uint64(bl.size))
		b = binary.LittleEndian.AppendUint32(b, bl.sum)
		last = bl.first
	}
	return binary.LittleEndian.AppendUint32(b, crc32.Checksum(b, castagnoli))
}

// shared is how many bytes two keys begin with alike.
func shared(a, b []byte) (n int) {
	for n < len(a) && n < len(b) && a[n] == b[n] {
		n++
	}
	return n
}

// keyRoom is how many bytes of keys are taken from the heap at a time.
const keyRoom = 64 << 10

func decodeIndex(index []byte) ([]*block, error) {
	n := len(index) - 4
	if n < len(magic) || !bytes.HasPrefix(index, []byte(magic)) || crc32.Checksum(index[:n], castagnoli) != binary.LittleEndian.Uint32(index[n:]) {
		return nil, damaged("the index is not one")
	}
	in := reader{data: index[len(magic):n]}
	most := min(in.count(), len(in.data)/shortestEntry)
	blocks := make([]*block, 0, most)
	all := make([]block, most)
	var last, room []byte
	for len(in.data) > 0 && !in.bad {
		same := in.count()
		rest := in.bytes()
		if same > len(last) || len(blocks) == most {
			return nil, damaged("the index can not be read")
		}
		if same+len(rest) > cap(room)-len(room) {
			room = make([]byte, 0, max(keyRoom, same+len(rest)))
		}
		at := len(room)
		room = append(append(room, last[:same]...), rest...)
		b := &all[len(blocks)]
		*b = block{first: room[at:len(room):len(room)], at: int64(in.uint()), size: in.count(), sum: in.sum()}
		if b.at < 0 || b.size < 0 {
			return nil, damaged("the index can not be read")
		}
		blocks = append(blocks, b)
		last = b.first
	}
	if in.bad || len(blocks) == 0 || len(blocks[0].first) > 0 {
		return nil, damaged("the index can not be read")
	}
	return blocks, nil
}

// shortestEntry is the least that a block takes in an index: four numbers of a byte
// and a checksum.
const shortestEntry = 4 + 4

// reader takes apart what the functions above wrote.
type reader struct {
	data []byte
	bad  bool
}

func (r *reader) uint() uint64 {
	v, n := binary.Uvarint(r.data)
	if n <= 0 {
		r.bad, r.data = true, nil
		return 0
	}
	r.data = r.data[n:]
	return v
}

// count reads a number of bytes or things, which no file has more of than
// mostCount.
func (r *reader) count() int {
	const mostCount = 1 << 30
	if v := r.uint(); v <= mostCount {
		return int(v)
	}
	r.bad, r.data = true, nil
	return 0
}

func (r *reader) bytes() []byte {
	n := r.count()
	if n > len(r.data) {
		r.bad, r.data = true, nil
		return nil
	}
	out := r.data[:n:n]
	r.data = r.data[n:]
	return out
}

func (r *reader) sum() uint32 {
	if len(r.data) < 4 {
		r.bad, r.data = true, nil
		return 0
	}
	v := binary.LittleEndian.Uint32(r.data)
	r.data = r.data[4:]
	return v
}
