package main

import (
	"slices"
	"strings"
	"sync"

	"golang.org/x/net/html"
)

// rule takes one thing from a page: what the elements found at a place hold,
// under a key of the front matter. A rule that finds nothing gives no key.
type rule struct {
	key  string
	at   place
	take func(found []*html.Node, s *shelf) any
}

// shelf holds what many pages of a language show alike: tables of rows, each
// row by its address.
type shelf struct {
	mu     sync.Mutex
	tables map[string]map[string]map[string]any
}

// put keeps a row. Where pages show more or less of the same thing, the row with
// most in it stays.
func (s *shelf) put(table, address string, row map[string]any) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.tables == nil {
		s.tables = map[string]map[string]map[string]any{}
	}
	if s.tables[table] == nil {
		s.tables[table] = map[string]map[string]any{}
	}
	if len(row) > len(s.tables[table][address]) {
		s.tables[table][address] = row
	}
}

// dissect takes from an element what its rules say.
func dissect(n *html.Node, rules []rule, s *shelf) map[string]any {
	out := map[string]any{}
	below := elements(n)
	for _, r := range rules {
		found := r.at.among(below, n)
		if len(found) == 0 {
			continue
		}
		if v := r.take(found, s); v != nil && v != "" {
			out[r.key] = v
		}
	}
	return out
}

// one takes something from the first element found.
func one(key, at string, take func(*html.Node) string) []rule {
	return []rule{{key, parsePlace(at), func(found []*html.Node, _ *shelf) any { return take(found[0]) }}}
}

// words takes a text and, where it is not in the page's language, its language.
func words(key, at string) []rule {
	return slices.Concat(one(key, at, text), one(key+"lang", at, attr("lang")))
}

// link takes an address with its words.
func link(at string) []rule {
	return slices.Concat(one("url", at, attr("href")), words("text", at))
}

// each takes something from every element found.
func each(key, at string, take func(*html.Node) string) []rule {
	return []rule{{key, parsePlace(at), func(found []*html.Node, _ *shelf) any {
		out := make([]string, len(found))
		for i, n := range found {
			out[i] = take(n)
		}
		return out
	}}}
}

// rows takes a map from every element found.
func rows(key, at string, of ...[]rule) []rule {
	rules := slices.Concat(of...)
	return []rule{{key, parsePlace(at), func(found []*html.Node, s *shelf) any {
		out := make([]map[string]any, len(found))
		for i, n := range found {
			out[i] = dissect(n, rules, s)
		}
		return out
	}}}
}

// shared puts a map from every element found on the shelf, by its address, and
// takes the addresses.
func shared(key, at, table string, of ...[]rule) []rule {
	rules := slices.Concat(of...)
	return []rule{{key, parsePlace(at), func(found []*html.Node, s *shelf) any {
		var out []string
		for _, n := range found {
			row := dissect(n, rules, s)
			address, _ := row["url"].(string)
			s.put(table, address, row)
			out = append(out, address)
		}
		return out
	}}}
}

// part takes a map from the first element found.
func part(key, at string, of ...[]rule) []rule {
	rules := slices.Concat(of...)
	return []rule{{key, parsePlace(at), func(found []*html.Node, s *shelf) any { return dissect(found[0], rules, s) }}}
}

// text is all text below an element.
func text(n *html.Node) string {
	if n.Type == html.TextNode {
		return n.Data
	}
	var b strings.Builder
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		b.WriteString(text(c))
	}
	return b.String()
}

// own is the text of an element without that of the elements in it.
func own(n *html.Node) string {
	var b strings.Builder
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		if c.Type == html.TextNode {
			b.WriteString(c.Data)
		}
	}
	return strings.TrimSpace(b.String())
}

// inner is the HTML in an element.
func inner(n *html.Node) string {
	var b strings.Builder
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		b.WriteString(outer(c))
	}
	return b.String()
}

// outer is the HTML of an element.
func outer(n *html.Node) string {
	var b strings.Builder
	if err := html.Render(&b, n); err != nil {
		return "" // a void element with children, which the parser does not make
	}
	return b.String()
}

// attr takes the value of an attribute.
func attr(name string) func(*html.Node) string {
	return func(n *html.Node) string {
		v, _ := attribute(n, name)
		return v
	}
}

// icon takes the name of a drawing from the address of its sprite.
func icon(n *html.Node) string {
	_, name, _ := strings.Cut(attr("href")(n), "#")
	return name
}

// sprite says whether a drawing is of the second sprite, "places".
func sprite(n *html.Node) string {
	if strings.Contains(attr("href")(n), "/icons-places.") {
		return "places"
	}
	return ""
}

func attribute(n *html.Node, name string) (string, bool) {
	for _, a := range n.Attr {
		if a.Key == name {
			return a.Val, true
		}
	}
	return "", false
}

func hasClass(n *html.Node, class string) bool {
	all, _ := attribute(n, "class")
	for one := range strings.SplitSeq(all, " ") {
		if one == class {
			return true
		}
	}
	return false
}

// place is a selector of a small kind: steps of descent, each a tag, #id,
// .class, !class (without that class), :bare (without any), >class (in an element
// with that class), [attribute] or [attribute^=beginning], in any combination. The empty place is the element itself.
type place [][]func(*html.Node) bool

func parsePlace(s string) place {
	var p place
	for step := range strings.FieldsSeq(s) {
		var tests []func(*html.Node) bool
		for step != "" {
			end := 1 + strings.IndexAny(step[1:], ".!#[:>")
			if step[0] == '[' {
				end = 1 + strings.IndexByte(step, ']')
			}
			if end <= 0 {
				end = len(step)
			}
			tests = append(tests, parseTest(step[:end]))
			step = step[end:]
		}
		p = append(p, tests)
	}
	return p
}

func parseTest(s string) func(*html.Node) bool {
	switch s[0] {
	case '.', '!':
		return func(n *html.Node) bool { return hasClass(n, s[1:]) == (s[0] == '.') }
	case '>':
		return func(n *html.Node) bool { return n.Parent != nil && hasClass(n.Parent, s[1:]) }
	case '#':
		return func(n *html.Node) bool { id, has := attribute(n, "id"); return has && id == s[1:] }
	case ':':
		return func(n *html.Node) bool { _, has := attribute(n, "class"); return !has }
	case '[':
		name, beginning, _ := strings.Cut(strings.Trim(s, "[]"), "^=")
		return func(n *html.Node) bool {
			v, has := attribute(n, name)
			return has && strings.HasPrefix(v, beginning)
		}
	}
	return func(n *html.Node) bool { return n.Data == s }
}

// elements are all elements below one, in their order.
func elements(n *html.Node) []*html.Node {
	var out []*html.Node
	var below func(n *html.Node)
	below = func(n *html.Node) {
		for c := n.FirstChild; c != nil; c = c.NextSibling {
			if c.Type == html.ElementNode {
				out = append(out, c)
				below(c)
			}
		}
	}
	below(n)
	return out
}

// among finds the elements at the place below root among all that are there.
func (p place) among(all []*html.Node, root *html.Node) []*html.Node {
	if len(p) == 0 {
		return []*html.Node{root}
	}
	var out []*html.Node
	for _, n := range all {
		if p.ends(n, root) {
			out = append(out, n)
		}
	}
	return out
}

// ends reports whether an element below root is one at the place.
func (p place) ends(n, root *html.Node) bool {
	last := len(p) - 1
	if !passes(n, p[last]) {
		return false
	}
	step := last - 1
	for up := n.Parent; up != nil && up != root && step >= 0; up = up.Parent {
		if passes(up, p[step]) {
			step--
		}
	}
	return step < 0
}

func passes(n *html.Node, tests []func(*html.Node) bool) bool {
	for _, t := range tests {
		if !t(n) {
			return false
		}
	}
	return true
}
