package corpus

import "khumue/internal/fault"

// Decode reads src, one YAML mapping, into the struct that v points to, as
// strictly as content files are read and by the same tags. Name stands for the
// file in the problems.
func Decode(name string, src []byte, v any) fault.Problems {
	d := decoder{file: name}
	d.decode(src, v)
	return d.problems.Sort()
}
