package corpus

import (
	"strings"
	"sync"

	"go.yaml.in/yaml/v3"
)

// nodeKind is what stands in one place of a file.
type nodeKind uint8

const (
	scalarNode nodeKind = iota
	sequenceNode
	mappingNode
	aliasNode
)

// node is one value or key of a file as it is written, before anything is known
// of its meaning. The nodes of a file stand in one slice, each before what it
// holds: the children of i begin at i+1, and what follows i begins at its end.
type node struct {
	kind     nodeKind
	null     bool // nothing, ~ or null, without quotes
	anchored bool
	count    int32 // items; of a mapping keys and values
	line     int32
	end      int32
	value    string // of a scalar; of an alias the anchor's name
	tag      string // where one is written
}

// blank reports whether nothing is written: no value, no words, an empty list
// or group.
func (n *node) blank() bool {
	switch n.kind {
	case scalarNode:
		return n.null || strings.TrimSpace(n.value) == ""
	case aliasNode:
		return false
	}
	return n.count == 0
}

// shelves keep the slices that nodes stand in from one file to the next.
var shelves = sync.Pool{New: func() any { return new([]node) }}

// flatten appends n and all that it holds.
func flatten(nodes []node, n *yaml.Node) []node {
	at := len(nodes)
	flat := node{line: int32(n.Line), count: int32(len(n.Content)), anchored: n.Anchor != "", value: n.Value}
	if n.Style&yaml.TaggedStyle != 0 {
		flat.tag = n.Tag
	}
	switch n.Kind {
	case yaml.MappingNode:
		flat.kind = mappingNode
	case yaml.SequenceNode:
		flat.kind = sequenceNode
	case yaml.AliasNode:
		flat.kind = aliasNode
	default:
		flat.null = n.Tag == "!!null"
	}
	nodes = append(nodes, flat)
	for _, c := range n.Content {
		nodes = flatten(nodes, c)
	}
	nodes[at].end = int32(len(nodes))
	return nodes
}
