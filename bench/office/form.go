package office

import (
	"net/url"
	"strings"

	"golang.org/x/net/html"
)

// Form is a form of a page, as it is when nobody has typed.
type Form struct {
	Action string
	Fields url.Values // of buttons none, as of one that is sent by a script
}

// Forms reads the forms of a page.
func (p Page) Forms() ([]Form, error) {
	doc, err := html.Parse(strings.NewReader(p.Body))
	if err != nil {
		return nil, err
	}
	var out []Form
	for n := range doc.Descendants() {
		if n.Type != html.ElementNode || n.Data != "form" {
			continue
		}
		to, err := p.URL.Parse(attribute(n, "action"))
		if err != nil {
			return nil, err
		}
		f := Form{to.String(), url.Values{}}
		f.read(n)
		out = append(out, f)
	}
	return out, nil
}

// read adds the values that a part of a form sends.
func (f Form) read(part *html.Node) {
	for n := range part.ChildNodes() {
		if name := attribute(n, "name"); name != "" && !has(n, "disabled") {
			for _, v := range sent(n) {
				f.Fields.Add(name, v)
			}
		}
		if n.Data != "template" {
			f.read(n)
		}
	}
}

// sent are the values that a control sends.
func sent(n *html.Node) []string {
	switch n.Data {
	case "input":
		switch attribute(n, "type") {
		case "submit", "button", "image", "reset", "file":
			return nil
		case "checkbox", "radio":
			if !has(n, "checked") {
				return nil
			}
		}
		return []string{attribute(n, "value")}
	case "textarea":
		return []string{text(n)} // the parser has left its first line break out
	case "select":
		return chosen(n)
	}
	return nil
}

// chosen is the option of a select that is sent: the one that is selected, or
// the first.
func chosen(n *html.Node) []string {
	var first []string
	for o := range n.Descendants() {
		if o.Data != "option" {
			continue
		}
		value := []string{attribute(o, "value")}
		if has(o, "selected") {
			return value
		}
		if first == nil {
			first = value
		}
	}
	return first
}

// Text is what the element of an id says; "" when there is none.
func (p Page) Text(id string) string {
	doc, err := html.Parse(strings.NewReader(p.Body))
	if err != nil {
		return ""
	}
	for n := range doc.Descendants() {
		if n.Type == html.ElementNode && attribute(n, "id") == id {
			return text(n)
		}
	}
	return ""
}

func text(n *html.Node) string {
	var b strings.Builder
	for d := range n.Descendants() {
		if d.Type == html.TextNode {
			b.WriteString(d.Data)
		}
	}
	return b.String()
}

func has(n *html.Node, name string) bool {
	for _, a := range n.Attr {
		if a.Key == name {
			return true
		}
	}
	return false
}

func attribute(n *html.Node, name string) string {
	for _, a := range n.Attr {
		if a.Key == name {
			return a.Val
		}
	}
	return ""
}
