package transfer

import (
	"bufio"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"strings"

	"khumue/internal/fault"
)

// Memory is what imports remember of a portal: under which identifier each
// object of the old systems stands, and which text an import last wrote there.
// It grows by lines that are appended, one for each file that was written; the
// last of an identifier counts, and a line that a crash cut off is none.
type Memory struct {
	ids     map[string]string   // by key of the old system
	written map[string][8]byte  // digest by kind and identifier
	mine    map[string]struct{} // identifiers in ids
	to      io.Writer
}

// memoryMark is the first line of a memory.
const memoryMark = "khumue-import 1"

// ReadMemory reads what was remembered, and appends to a file what is learnt;
// nil forgets it.
func ReadMemory(from io.Reader, to io.Writer) (*Memory, error) {
	m := &Memory{ids: map[string]string{}, written: map[string][8]byte{}, mine: map[string]struct{}{}, to: to}
	in := bufio.NewReader(from)
	for n := 1; ; n++ {
		line, err := in.ReadString('\n')
		switch {
		case errors.Is(err, io.EOF):
			if n == 1 && line == "" {
				return m, m.say(memoryMark)
			}
			if line != "" { // cut off by a crash; what follows begins a line of its own
				return m, m.say("")
			}
			return m, nil
		case err != nil:
			return nil, err
		case n == 1 && line != memoryMark+"\n":
			return nil, fault.New(fault.Invalid, fault.Text{TH: "ไฟล์ความจำของการนำเข้าใช้ไม่ได้", EN: "the memory of imports can not be read"},
				fault.Text{TH: "ย้ายออก แล้วนำเข้าใหม่", EN: "move it away, and import again"})
		case n > 1:
			m.line(strings.Split(strings.TrimSuffix(line, "\n"), "\t"))
		}
	}
}

// line reads kind/identifier, digest and keys.
func (m *Memory) line(parts []string) {
	var digest [8]byte
	if len(parts) < 2 || len(parts[1]) != 16 {
		return
	}
	if _, err := hex.Decode(digest[:], []byte(parts[1])); err != nil {
		return
	}
	m.written[parts[0]] = digest
	_, id, _ := strings.Cut(parts[0], "/")
	for _, key := range parts[2:] {
		m.claim(key, id)
	}
}

func (m *Memory) claim(key, id string) {
	m.ids[key] = id
	m.mine[id] = struct{}{}
}

func (m *Memory) knows(id string) bool {
	_, ok := m.mine[id]
	return ok
}

func digestOf(data []byte) (d [8]byte) {
	sum := sha256.Sum256(data)
	copy(d[:], sum[:])
	return d
}

// wrote remembers what was written.
func (m *Memory) wrote(kind Kind, id string, data []byte, keys []string) error {
	name, digest := string(kind)+"/"+id, digestOf(data)
	if old, ok := m.written[name]; ok && old == digest {
		return nil
	}
	m.written[name] = digest
	clean := make([]string, len(keys))
	for i, k := range keys {
		clean[i] = strings.NewReplacer("\t", " ", "\n", " ").Replace(k)
	}
	return m.say(name + "\t" + hex.EncodeToString(digest[:]) + "\t" + strings.Join(clean, "\t"))
}

// untouched reports whether a file is as an import left it.
func (m *Memory) untouched(kind Kind, id string, data []byte) bool {
	old, ok := m.written[string(kind)+"/"+id]
	return ok && old == digestOf(data)
}

func (m *Memory) say(line string) error {
	if m.to == nil {
		return nil
	}
	_, err := fmt.Fprintln(m.to, line)
	return err
}
