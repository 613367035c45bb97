package press

import (
	"errors"
	"html/template"
	"io"
	"slices"
	"strings"
	"text/template/parse"
)

// only is the name of the template that has html/template escape a set: it
// calls the entry, but never does so.
const only = "press: escape"

// mark begins, in the names of html/template's copies, the context.
const mark = "$htmltemplate_"

// escaped has html/template escape a copy of the set, from the entry on, and
// returns the copy with its trees.
//
// Of a template that is called where markup is not plain, such as inside a tag,
// html/template escapes a copy, which it keeps to itself. In a set that already
// has a template of the copy's name it takes that one. So the set is escaped
// again, with the templates that were missing, until none is. Those that other
// sets lacked are there from the beginning: most sets share most templates.
func (p *Press) escaped(set *template.Template, entry string) (*template.Template, map[string]*parse.Tree, error) {
	for {
		own, err := set.Clone()
		if err != nil {
			return nil, nil, err
		}
		for _, name := range p.copies {
			if original := original(own, name); original != nil {
				if _, err := own.AddParseTree(name, original.Copy()); err != nil {
					return nil, nil, err
				}
			}
		}
		if _, err := own.New(only).Parse(`{{if false}}{{template "` + entry + `" .}}{{end}}`); err != nil {
			return nil, nil, err
		}
		if err := own.ExecuteTemplate(io.Discard, only, nil); err != nil {
			return nil, nil, inItsWords(set, entry, err)
		}
		trees, missing := reach(own, entry)
		if len(missing) == 0 || slices.ContainsFunc(missing, func(name string) bool { return slices.Contains(p.copies, name) || original(own, name) == nil }) {
			return own, trees, nil // what is missing still is left to html/template
		}
		p.copies = append(p.copies, missing...)
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

// inItsWords is what html/template says of an entry that it cannot escape.
func inItsWords(set *template.Template, entry string, err error) error {
	own, cloneErr := set.Clone()
	if cloneErr != nil {
		return err
	}
	var wrong *template.Error
	if said := own.ExecuteTemplate(io.Discard, entry, nil); errors.As(said, &wrong) {
		return said
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
