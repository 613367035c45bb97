package thai

import (
	"slices"
	"strings"
)

// trie holds words for finding those that begin a text. The children of a
// node lie side by side, in the order of their bytes.
type trie struct {
	nodes []node
	bytes []byte // by node: the byte that leads to it
}

type node struct {
	first int32 // the first child
	count int16 // of children
	word  bool  // a word ends here
}

func newTrie(words []string) *trie {
	words = slices.Clone(words)
	slices.Sort(words)
	words = slices.Compact(words)
	t := &trie{nodes: []node{{}}, bytes: []byte{0}}
	type job struct {
		node  int
		words []string // all begin alike, up to depth
		depth int
	}
	for jobs := []job{{0, words, 0}}; len(jobs) > 0; jobs = jobs[1:] {
		j := jobs[0]
		if len(j.words) > 0 && len(j.words[0]) == j.depth {
			t.nodes[j.node].word = true
			j.words = j.words[1:]
		}
		t.nodes[j.node].first = int32(len(t.nodes))
		for len(j.words) > 0 {
			b := j.words[0][j.depth]
			n := 1
			for n < len(j.words) && j.words[n][j.depth] == b {
				n++
			}
			t.nodes[j.node].count++
			t.nodes = append(t.nodes, node{})
			t.bytes = append(t.bytes, b)
			jobs = append(jobs, job{len(t.nodes) - 1, j.words[:n], j.depth + 1})
			j.words = j.words[n:]
		}
	}
	return t
}

// step returns the child of node n that b leads to, or 0.
func (t *trie) step(n int32, b byte) int32 {
	first, end := t.nodes[n].first, t.nodes[n].first+int32(t.nodes[n].count)
	for first < end {
		if mid := (first + end) / 2; t.bytes[mid] < b {
			first = mid + 1
		} else {
			end = mid
		}
	}
	if parent := t.nodes[n]; first < parent.first+int32(parent.count) && t.bytes[first] == b {
		return first
	}
	return 0
}

// has tells whether the trie holds the word.
func (t *trie) has(word string) bool {
	n := int32(0)
	for i := range len(word) {
		if n = t.step(n, word[i]); n == 0 {
			return false
		}
	}
	return t.nodes[n].word
}

// lines returns the words of a list of one word a line. Blank lines and
// lines that begin with # say nothing.
func lines(list string) []string {
	var out []string
	for line := range strings.Lines(list) {
		if line = strings.TrimSpace(line); line != "" && line[0] != '#' {
			out = append(out, line)
		}
	}
	return out
}
