package press

import (
	"errors"
	"fmt"
	"html/template"
	"io"
	"slices"
	"strings"
	"text/template/parse"
)

// only is the name of the template that has html/template escape a set: it
// calls the entries, but never does so.
const only = "press: escape"

// mark begins, in the names of html/template's copies, the context.
const mark = "$htmltemplate_"

// join adds layouts to the shared set, and returns the name that the entry has for
// each. What a layout defines, and the shared templates that lead to it, are its
// own: they stand in the set under names that end with the layout's.
func join(shared *template.Template, layouts []Layout, entry string) ([]string, error) {
	common := treesOf(shared)
	entries := make([]string, len(layouts))
	for i, l := range layouts {
		own := treesOf(l.Set)
		for grown := true; grown; {
			grown = false
			for name, tree := range common {
				if own[name] == nil && calls(tree, own) {
					own[name], grown = tree, true
				}
			}
		}
		named := func(name string) string {
			if own[name] != nil {
				return name + "@" + l.Name
			}
			return name
		}
		for name, tree := range own {
			tree = tree.Copy()
			tree.Name = named(name)
			walk(tree.Root, func(n parse.Node) {
				if call, ok := n.(*parse.TemplateNode); ok {
					call.Name = named(call.Name)
				}
			})
			if _, err := shared.AddParseTree(tree.Name, tree); err != nil {
				return nil, err
			}
		}
		entries[i] = named(entry)
	}
	return entries, nil
}

// treesOf are the trees of a set, by the names of its templates.
func treesOf(set *template.Template) map[string]*parse.Tree {
	out := map[string]*parse.Tree{}
	for _, t := range set.Templates() {
		if t.Tree != nil {
			out[t.Name()] = t.Tree
		}
	}
	return out
}

// calls reports whether a tree calls one of some templates.
func calls(tree *parse.Tree, some map[string]*parse.Tree) (found bool) {
	walk(tree.Root, func(n parse.Node) {
		if call, ok := n.(*parse.TemplateNode); ok && some[call.Name] != nil {
			found = true
		}
	})
	return found
}

// escaped has html/template escape a copy of the set, from some entries on, and
// returns the copy.
//
// Of a template that is called where markup is not plain, such as inside a tag,
// html/template escapes a copy, which it keeps to itself. In a set that already
// has a template of the copy's name it takes that one. So the set is escaped
// again, with the templates that were missing, until none is.
func escaped(set *template.Template, entries []string) (*template.Template, error) {
	var copies []string
	for {
		own, err := set.Clone()
		if err != nil {
			return nil, err
		}
		for _, name := range copies {
			if original := original(own, name); original != nil {
				if _, err := own.AddParseTree(name, original.Copy()); err != nil {
					return nil, err
				}
			}
		}
		var all strings.Builder
		for _, entry := range entries {
			fmt.Fprintf(&all, "{{if false}}{{template %q .}}{{end}}", entry)
		}
		if _, err := own.New(only).Parse(all.String()); err != nil {
			return nil, err
		}
		if err := own.ExecuteTemplate(io.Discard, only, nil); err != nil {
			return nil, inItsWords(set, entries, err)
		}
		_, missing := reach(own, only)
		if len(missing) == 0 || slices.ContainsFunc(missing, func(name string) bool { return slices.Contains(copies, name) || original(own, name) == nil }) {
			return own, nil // what is missing still is left to html/template
		}
		copies = append(copies, missing...)
	}
}

// original is the tree of which html/template has made a copy; nil when the set
// does not have it.
func original(set *template.Template, copied string) *parse.Tree {
	name, _, ok := strings.Cut(copied, mark)
	if t := set.Lookup(name); ok && t != nil {
		return t.Tree
	}
	return nil
}

// inItsWords is what html/template says of the first entry that it cannot escape.
func inItsWords(set *template.Template, entries []string, err error) error {
	for _, entry := range entries {
		own, cloneErr := set.Clone()
		if cloneErr != nil {
			return err
		}
		var wrong *template.Error
		if said := own.ExecuteTemplate(io.Discard, entry, nil); errors.As(said, &wrong) {
			return said
		}
	}
	return err
}

// reach finds the trees of all templates that are called from the entry on, and
// the names of those that the set does not show.
func reach(set *template.Template, entry string) (trees map[string]*parse.Tree, missing []string) {
	trees = map[string]*parse.Tree{}
	var visit func(name string)
	visit = func(name string) {
		if _, seen := trees[name]; seen {
			return
		}
		t := set.Lookup(name)
		if t == nil || t.Tree == nil {
			trees[name] = nil
			missing = append(missing, name)
			return
		}
		trees[name] = t.Tree
		walk(t.Tree.Root, func(n parse.Node) {
			if call, ok := n.(*parse.TemplateNode); ok {
				visit(call.Name)
			}
		})
	}
	visit(entry)
	return trees, missing
}

// walk calls visit for the actions below a list.
func walk(list *parse.ListNode, visit func(parse.Node)) {
	if list == nil {
		return
	}
	for _, n := range list.Nodes {
		visit(n)
		switch n := n.(type) {
		case *parse.IfNode:
			walk(n.List, visit)
			walk(n.ElseList, visit)
		case *parse.WithNode:
			walk(n.List, visit)
			walk(n.ElseList, visit)
		case *parse.RangeNode:
			walk(n.List, visit)
			walk(n.ElseList, visit)
		}
	}
}
