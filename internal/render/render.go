// Package render turns the Markdown of content files into HTML that is safe to
// publish, and into plain text for search. It is goldmark's only importer.
//
// Raw HTML, scripts and dangerous links do not come through: they stand as
// words. Pictures become links, because a page asks nothing of another host. Headings are shifted so
// that they stand below the section of the page that holds them.
package render

import (
	"bytes"
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
	Text     string // what Words returns, if Options ask for it
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
	Text       bool   // fill Doc.Text too
}

var markdown = sync.OnceValue(func() goldmark.Markdown {
	return goldmark.New(
		goldmark.WithExtensions(extension.Table, extension.Strikethrough),
		goldmark.WithRendererOptions(renderer.WithNodeRenderers(util.Prioritized(&blocks{html.NewConfig()}, 100))),
	)
})

// desk is what one rendering works on, kept for the next.
type desk struct {
	source, words, html []byte
	page                page
}

var desks = sync.Pool{New: func() any { return new(desk) }}

// page is a buffer that goldmark writes to without another between them.
type page struct{ bytes.Buffer }

// Flush has nothing to do.
func (*page) Flush() error { return nil }

// Buffered returns how much stands in the buffer.
func (p *page) Buffered() int { return p.Len() }

// parse returns the tree of src, which refers to the desk.
func (k *desk) parse(src string) ast.Node {
	k.source = append(k.source[:0], src...)
	return markdown().Parser().Parse(text.NewReader(k.source), parser.WithContext(parser.NewContext()))
}

// Markdown renders src. It never fails: whatever is not Markdown is text.
func Markdown(src string, o Options) Doc {
	k := desks.Get().(*desk)
	defer desks.Put(k)
	if d, ok := k.simply(src, o); ok {
		return d
	}
	return k.markdown(src, o)
}

// markdown has goldmark render src.
func (k *desk) markdown(src string, o Options) Doc {
	root := k.parse(src)
	d := Doc{Headings: k.outline(nil, root, o)}
	if o.Base != "" && mayLink(src) {
		rebase(root, o.Base)
	}
	k.page.Reset()
	if err := markdown().Renderer().Render(&k.page, k.source, root); err != nil {
		panic("render: writing to memory failed: " + err.Error())
	}
	d.HTML = template.HTML(k.page.String())
	if o.Text {
		d.Text = k.text(root)
	}
	return d
}

// Words returns the words of src without marks, a line per block. It costs half
// of what rendering does.
func Words(src string) string {
	k := desks.Get().(*desk)
	defer desks.Put(k)
	return k.text(k.parse(src))
}

// level is the level that a heading of the text has on the page.
func (o Options) level(of int) int { return min(max(of, 2)+max(o.TopHeading, 2)-2, 6) }

// outline shifts the headings of a block, gives them ids and lists them.
func (k *desk) outline(out []Heading, block ast.Node, o Options) []Heading {
	for n := block.FirstChild(); n != nil && n.Type() != ast.TypeInline; n = n.NextSibling() {
		h, ok := n.(*ast.Heading)
		if !ok {
			out = k.outline(out, n, o)
			continue
		}
		h.Level = o.level(h.Level)
		id := o.IDPrefix + strconv.Itoa(len(out)+1)
		h.SetAttributeString("id", []byte(id))
		k.words = inline(k.words[:0], h, k.source)
		out = append(out, Heading{id, h.Level, string(k.words)})
	}
	return out
}

// mayLink reports whether a link can be in src: one has its address behind its
// words, or behind its name elsewhere.
func mayLink(src string) bool { return strings.Contains(src, "](") || strings.Contains(src, "]:") }

// rebase puts the site's base path before the links that begin at its root.
func rebase(root ast.Node, base string) {
	ast.Walk(root, func(n ast.Node, enter bool) (ast.WalkStatus, error) {
		if l, ok := n.(*ast.Link); ok && enter && bytes.HasPrefix(l.Destination, []byte("/")) && !bytes.HasPrefix(l.Destination, []byte("//")) {
			l.Destination = append([]byte(base), l.Destination...)
		}
		return ast.WalkContinue, nil
	})
}

// inline appends the words within a node.
func inline(b []byte, n ast.Node, source []byte) []byte {
	for c := n.FirstChild(); c != nil; c = c.NextSibling() {
		switch c := c.(type) {
		case *ast.Text:
			b = append(b, c.Segment.Value(source)...)
			if c.SoftLineBreak() || c.HardLineBreak() {
				b = append(b, ' ')
			}
		case *ast.String:
			b = append(b, c.Value...)
		case *ast.AutoLink:
			b = append(b, c.URL(source)...)
		default:
			b = inline(b, c, source)
		}
	}
	return b
}

// text returns the words of a tree.
func (k *desk) text(root ast.Node) string {
	k.words = words(k.words[:0], root, k.source)
	return string(bytes.TrimSpace(k.words))
}

// words appends the text of a block without marks, a line per block in it.
func words(b []byte, block ast.Node, source []byte) []byte {
	for n := block.FirstChild(); n != nil; n = n.NextSibling() {
		switch n.Kind() {
		case ast.KindHeading, ast.KindParagraph, ast.KindTextBlock, extast.KindTableCell:
			start := len(b)
			b = inline(b, n, source)
			b = append(append(b[:start], bytes.TrimSpace(b[start:])...), '\n')
		case ast.KindCodeBlock, ast.KindFencedCodeBlock:
			b = append(b, n.Lines().Value(source)...)
		default:
			b = words(b, n, source)
		}
	}
	return b
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
		w.WriteString("<p>")
		w.Write(util.EscapeHTML(bytes.TrimSpace(marks)))
		w.WriteString("</p>\n")
	}
	return ast.WalkContinue, nil
}

func (r *blocks) image(w util.BufWriter, source []byte, n ast.Node, enter bool) (ast.WalkStatus, error) {
	if !enter {
		return ast.WalkContinue, nil
	}
	img := n.(*ast.Image)
	label := util.EscapeHTML(inline(nil, img, source))
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
	w.WriteString(`<a href="`)
	w.Write(util.EscapeHTML(util.URLEscape(destination, true)))
	w.WriteString(`">`)
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
