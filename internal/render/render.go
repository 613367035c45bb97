// Package render turns the Markdown of content files into HTML that is safe to
// publish, and into plain text for search. It is goldmark's only importer.
//
// Raw HTML, scripts and dangerous links do not come through: they stand as
// words. Pictures become links, because a page asks nothing of another host. Headings are shifted so
// that they stand below the section of the page that holds them.
package render

import (
	"bytes"
	"fmt"
	"html/template"
	"strconv"
	"strings"
	"sync"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	extast "github.com/yuin/goldmark/extension/ast"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/renderer"
	"github.com/yuin/goldmark/renderer/html"
	"github.com/yuin/goldmark/text"
	"github.com/yuin/goldmark/util"
)

// Doc is a rendered text.
type Doc struct {
	HTML     template.HTML
	Headings []Heading
	Text     string // words only, blocks separated by newlines
}

// Heading is a heading of the text, for a table of contents.
type Heading struct {
	ID    string
	Level int // as published, from 2 to 6
	Text  string
}

// Options say how a text stands in its page.
type Options struct {
	IDPrefix   string // begins every heading's id, so that ids stay unique
	TopHeading int    // the level that the text's ## becomes; 2 to 5
	Base       string // path below which the site lives, for links such as /faq/
}

var markdown = sync.OnceValue(func() goldmark.Markdown {
	return goldmark.New(
		goldmark.WithExtensions(extension.Table, extension.Strikethrough),
		goldmark.WithRendererOptions(renderer.WithNodeRenderers(util.Prioritized(&blocks{html.NewConfig()}, 100))),
	)
})

// Markdown renders src. It never fails: whatever is not Markdown is text.
func Markdown(src string, o Options) Doc {
	source := []byte(src)
	root := markdown().Parser().Parse(text.NewReader(source), parser.WithContext(parser.NewContext()))
	d := Doc{}
	d.Headings = outline(root, source, o)
	rebase(root, o.Base)
	var b bytes.Buffer
	if err := markdown().Renderer().Render(&b, source, root); err != nil {
		panic("render: writing to memory failed: " + err.Error())
	}
	d.HTML = template.HTML(b.String())
	d.Text = words(root, source)
	return d
}

// outline shifts the headings, gives them ids and lists them.
func outline(root ast.Node, source []byte, o Options) []Heading {
	var out []Heading
	shift := max(o.TopHeading, 2) - 2
	ast.Walk(root, func(n ast.Node, enter bool) (ast.WalkStatus, error) {
		h, ok := n.(*ast.Heading)
		if !ok || !enter {
			return ast.WalkContinue, nil
		}
		h.Level = min(max(h.Level, 2)+shift, 6)
		id := o.IDPrefix + strconv.Itoa(len(out)+1)
		h.SetAttributeString("id", []byte(id))
		out = append(out, Heading{id, h.Level, inline(h, source)})
		return ast.WalkSkipChildren, nil
	})
	return out
}

// rebase puts the site's base path before the links that begin at its root.
func rebase(root ast.Node, base string) {
	if base == "" {
		return
	}
	ast.Walk(root, func(n ast.Node, enter bool) (ast.WalkStatus, error) {
		if l, ok := n.(*ast.Link); ok && enter && bytes.HasPrefix(l.Destination, []byte("/")) && !bytes.HasPrefix(l.Destination, []byte("//")) {
			l.Destination = append([]byte(base), l.Destination...)
		}
		return ast.WalkContinue, nil
	})
}

// inline returns the words within a block.
func inline(n ast.Node, source []byte) string {
	var b strings.Builder
	ast.Walk(n, func(c ast.Node, enter bool) (ast.WalkStatus, error) {
		if enter {
			switch c := c.(type) {
			case *ast.Text:
				b.Write(c.Segment.Value(source))
				if c.SoftLineBreak() || c.HardLineBreak() {
					b.WriteByte(' ')
				}
			case *ast.String:
				b.Write(c.Value)
			case *ast.AutoLink:
				b.Write(c.URL(source))
			}
		}
		return ast.WalkContinue, nil
	})
	return b.String()
}

// words returns the text without marks, a line per block.
func words(root ast.Node, source []byte) string {
	var b strings.Builder
	ast.Walk(root, func(n ast.Node, enter bool) (ast.WalkStatus, error) {
		if !enter {
			return ast.WalkContinue, nil
		}
		switch n.Kind() {
		case ast.KindHeading, ast.KindParagraph, ast.KindTextBlock, extast.KindTableCell:
			b.WriteString(strings.TrimSpace(inline(n, source)))
			b.WriteByte('\n')
			return ast.WalkSkipChildren, nil
		case ast.KindCodeBlock, ast.KindFencedCodeBlock:
			b.Write(n.Lines().Value(source))
		}
		return ast.WalkContinue, nil
	})
	return strings.TrimSpace(b.String())
}

// blocks renders what differs from goldmark's own HTML.
type blocks struct{ html.Config }

// RegisterFuncs tells goldmark which nodes are rendered here.
func (r *blocks) RegisterFuncs(reg renderer.NodeRendererFuncRegisterer) {
	reg.Register(ast.KindRawHTML, r.rawHTML)
	reg.Register(ast.KindHTMLBlock, r.htmlBlock)
	reg.Register(ast.KindImage, r.image)
	reg.Register(ast.KindLink, r.link)
	reg.Register(ast.KindAutoLink, r.autoLink)
	reg.Register(extast.KindTable, r.table)
}

// rawHTML shows the marks as text: what an author typed is never lost.
func (r *blocks) rawHTML(w util.BufWriter, source []byte, n ast.Node, enter bool) (ast.WalkStatus, error) {
	if enter {
		w.Write(util.EscapeHTML(n.(*ast.RawHTML).Segments.Value(source)))
	}
	return ast.WalkSkipChildren, nil
}

func (r *blocks) htmlBlock(w util.BufWriter, source []byte, n ast.Node, enter bool) (ast.WalkStatus, error) {
	if enter {
		block := n.(*ast.HTMLBlock)
		marks := block.Lines().Value(source)
		if block.HasClosure() {
			marks = append(marks, block.ClosureLine.Value(source)...)
		}
		fmt.Fprintf(w, "<p>%s</p>\n", util.EscapeHTML(bytes.TrimSpace(marks)))
	}
	return ast.WalkContinue, nil
}

func (r *blocks) image(w util.BufWriter, source []byte, n ast.Node, enter bool) (ast.WalkStatus, error) {
	if !enter {
		return ast.WalkContinue, nil
	}
	img := n.(*ast.Image)
	label := util.EscapeHTML([]byte(inline(img, source)))
	if html.IsDangerousURL(img.Destination) || within(img, ast.KindLink) {
		w.Write(label)
	} else {
		openLink(w, img.Destination)
		w.Write(label)
		w.WriteString("</a>")
	}
	return ast.WalkSkipChildren, nil
}

// within reports whether n stands in a node of a kind.
func within(n ast.Node, kind ast.NodeKind) bool {
	for p := n.Parent(); p != nil; p = p.Parent() {
		if p.Kind() == kind {
			return true
		}
	}
	return false
}

func openLink(w util.BufWriter, destination []byte) {
	fmt.Fprintf(w, `<a href="%s">`, util.EscapeHTML(util.URLEscape(destination, true)))
}

// link leaves the words alone where the link is dangerous.
func (r *blocks) link(w util.BufWriter, _ []byte, n ast.Node, enter bool) (ast.WalkStatus, error) {
	switch l := n.(*ast.Link); {
	case html.IsDangerousURL(l.Destination):
	case enter:
		openLink(w, l.Destination)
	default:
		w.WriteString("</a>")
	}
	return ast.WalkContinue, nil
}

func (r *blocks) autoLink(w util.BufWriter, source []byte, n ast.Node, enter bool) (ast.WalkStatus, error) {
	if !enter {
		return ast.WalkContinue, nil
	}
	l := n.(*ast.AutoLink)
	to, label := l.URL(source), util.EscapeHTML(l.Label(source))
	if l.AutoLinkType == ast.AutoLinkEmail && !bytes.HasPrefix(bytes.ToLower(to), []byte("mailto:")) {
		to = append([]byte("mailto:"), to...)
	}
	if html.IsDangerousURL(to) {
		w.Write(label)
	} else {
		openLink(w, to)
		w.Write(label)
		w.WriteString("</a>")
	}
	return ast.WalkContinue, nil
}

// table puts the table into a box of its own, which scrolls and can be reached
// by keyboard.
func (r *blocks) table(w util.BufWriter, _ []byte, _ ast.Node, enter bool) (ast.WalkStatus, error) {
	if enter {
		w.WriteString("<div class=\"table-box\" tabindex=\"0\">\n<table>\n")
	} else {
		w.WriteString("</table>\n</div>\n")
	}
	return ast.WalkContinue, nil
}
