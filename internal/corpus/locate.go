package corpus

import (
	"io/fs"
	"strings"

	"go.yaml.in/yaml/v3"
)

// locate returns the line of the value at a path of field names (string) and
// list indices (int), or of the nearest thing above it, and whether the value
// itself is there; 0 when the file can not be read again.
func locate(files fs.FS, file string, at []any) (line int, found bool) {
	src, err := readLimited(files, file)
	if err != nil {
		return 0, false
	}
	offset := 0
	if strings.HasSuffix(file, ".md") {
		front, _, ok := split(src)
		if !ok {
			return 0, false
		}
		src, offset = front, 1
	}
	var doc yaml.Node
	if yaml.Unmarshal(src, &doc) != nil || len(doc.Content) == 0 {
		return 0, false
	}
	n := doc.Content[0]
	line = n.Line
	for _, step := range at {
		var key *yaml.Node
		if key, n = descend(n, step); n == nil {
			return line + offset, false
		}
		line = key.Line
	}
	return line + offset, true
}

// descend goes one step down and returns the node that stands first in the
// file (the key of a field, the item of a list) and the value.
func descend(n *yaml.Node, step any) (first, value *yaml.Node) {
	switch step := step.(type) {
	case string:
		for i := 0; n.Kind == yaml.MappingNode && i+1 < len(n.Content); i += 2 {
			if n.Content[i].Value == step {
				return n.Content[i], n.Content[i+1]
			}
		}
	case int:
		if n.Kind == yaml.SequenceNode && step < len(n.Content) {
			return n.Content[step], n.Content[step]
		}
	}
	return nil, nil
}
