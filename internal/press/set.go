package press

import (
	"errors"
	"fmt"
	"html/template"
	"io"
	"maps"
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

// trees are templates by name.
type trees map[string]*parse.Tree

// escaped has html/template escape a copy of the set, from some entries on. It
// returns the copy, and the templates that the copy keeps to itself.
//
// Of a template that is called where markup is not plain, such as inside a tag,
// html/template escapes a copy, which no set shows. In a set that already has a
// template of the copy's name it takes that one. So an entry that leads to such a
// copy is escaped again in another set, which has it, until none is missing.
func escaped(set *template.Template, entries []string, funcs template.FuncMap) (own *template.Template, hidden trees, err error) {
	if own, err = set.Clone(); err != nil {
		return nil, nil, err
	}
	if err := escapeFrom(own, entries); err != nil {
		return nil, nil, inItsWords(set, entries, err)
	}
	hidden = trees{}
	var copies []string
	for {
		var again, wanted []string
		for _, entry := range entries {
			_, missing := reach(own, hidden, entry)
			missing = slices.DeleteFunc(missing, func(name string) bool {
				// What html/template did not name after a template is left to it.
				return slices.Contains(copies, name) || slices.Contains(wanted, name) || original(set, name) == nil
			})
			if len(missing) > 0 {
				again, wanted = append(again, entry), append(wanted, missing...)
			}
		}
		if len(again) == 0 {
			return own, hidden, nil
		}
		copies = append(copies, wanted...)
		other, err := portion(set, again, copies, funcs)
		if err != nil {
			return nil, nil, err
		}
		if err := escapeFrom(other, again); err != nil {
			return nil, nil, err
		}
		for _, name := range wanted {
			hidden[name] = other.Lookup(name).Tree
		}
	}
}

// portion copies what some entries lead to, and adds some of html/template's copies.
func portion(set *template.Template, entries, copies []string, funcs template.FuncMap) (*template.Template, error) {
	own, needed := template.New("").Funcs(funcs), trees{}
	for _, entry := range entries {
		found, _ := reach(set, nil, entry)
		maps.Copy(needed, found)
	}
	for _, name := range copies {
		needed[name] = original(set, name)
	}
	for name, tree := range needed {
		if tree == nil {
			continue // html/template will say so
		}
		if _, err := own.AddParseTree(name, tree.Copy()); err != nil {
			return nil, err
		}
	}
	return own, nil
}

// escapeFrom has html/template escape what some entries of a set lead to.
func escapeFrom(set *template.Template, entries []string) error {
	var all strings.Builder
	for _, entry := range entries {
		fmt.Fprintf(&all, "{{if false}}{{template %q .}}{{end}}", entry)
	}
	if _, err := set.New(only).Parse(all.String()); err != nil {
		return err
	}
	return set.ExecuteTemplate(io.Discard, only, nil)
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

// reach finds all templates that are called from the entry on, in the set or
// hidden from it, and the names of those that stand in neither.
func reach(set *template.Template, hidden trees, entry string) (found trees, missing []string) {
	found = trees{}
	var visit func(name string)
	visit = func(name string) {
		if _, seen := found[name]; seen {
			return
		}
		tree := hidden[name]
		if t := set.Lookup(name); t != nil {
			tree = t.Tree
		}
		if found[name] = tree; tree == nil {
			missing = append(missing, name)
			return
		}
		walk(tree.Root, func(n parse.Node) {
			if call, ok := n.(*parse.TemplateNode); ok {
				visit(call.Name)
			}
		})
	}
	visit(entry)
	return found, missing
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
