package render

import (
	"bytes"
	"html/template"
	"strconv"
	"strings"
	"unicode/utf8"
)

// plain writes the Markdown that authors mostly write without goldmark:
// headings, paragraphs, tables, and lists one level deep, whose only marks are **.
// It knows no more than that, so that there can be no doubt what it means; the
// rest is goldmark's, and what is written here are goldmark's bytes.
type plain struct {
	Options
	html, words []byte
	headings    []Heading
	block       block // that the last line belongs to
	start       int   // where the words of the paragraph at hand start
	columns     int   // of the table at hand
}

// block is a kind of block, as far as the next line has to know it.
type block int

const (
	nothing block = iota // a blank line, or a heading
	paragraph
	ordered
	bulleted
	titles // a table's first line
	table  // any further line
	rows   // a table that has rows
)

// simply renders src on the desk if it is plain.
func (k *desk) simply(src string, o Options) (d Doc, ok bool) {
	p := &plain{Options: o, html: k.html[:0], words: k.words[:0]}
	ok = p.all(src)
	if k.html, k.words = p.html, p.words; !ok {
		return Doc{}, false
	}
	d = Doc{HTML: template.HTML(p.html), Headings: p.headings}
	if o.Text {
		d.Text = strings.TrimSpace(string(p.words))
	}
	return d, true
}

// all writes a whole text; ok is false where it is not plain.
func (p *plain) all(src string) (ok bool) {
	last := nothing // the block before a blank line
	for rest, more := src, true; more; {
		var line string
		line, rest, more = strings.Cut(rest, "\n")
		if line == "" {
			if p.block != nothing {
				last = p.block
			}
			if !p.end() {
				return false
			}
			continue
		}
		kind, text := kindOf(line)
		if kind == ordered || kind == bulleted {
			if p.block == nothing && (last == ordered || last == bulleted) {
				return false // its items may stand apart
			}
		}
		if !p.line(kind, line, text) {
			return false
		}
		last = nothing
	}
	return p.end()
}

// kindOf says what a line begins, and what stands behind the mark: nothing for
// a heading.
func kindOf(line string) (block, string) {
	switch line[0] {
	case '#':
		return nothing, strings.TrimLeft(line, "#")
	case '-':
		return bulleted, line[1:]
	case '|':
		return table, line[1:]
	}
	if n := digits(line); n > 0 && n < len(line) && line[n] == '.' {
		return ordered, line[n+1:]
	}
	return paragraph, line
}

func digits(s string) (n int) {
	for n < len(s) && '0' <= s[n] && s[n] <= '9' {
		n++
	}
	return n
}

// mostDigits is how many digits the number of a list's item has here.
const mostDigits = 4

// line writes a line that is not blank.
func (p *plain) line(kind block, line, text string) (ok bool) {
	if kind == table {
		cells, ok := strings.CutSuffix(text, "|")
		return ok && p.tableLine(cells)
	}
	if kind != paragraph {
		if text == "" || text[0] != ' ' {
			return false
		}
		text = text[1:]
	}
	if !startsText(text) || text[len(text)-1] == ' ' {
		return false
	}
	switch {
	case kind == nothing:
		return p.block == nothing && p.heading(len(line)-len(text)-1, text)
	case kind == paragraph:
		return p.paragraph(text)
	case kind == p.block:
	case p.block != nothing:
		return false
	default:
		if !p.list(kind, line[:digits(line)]) {
			return false
		}
	}
	p.html, p.start = append(p.html, "<li>"...), len(p.words)
	ok = p.text(text)
	p.html = append(p.html, "</li>\n"...)
	p.endWords()
	return ok
}

// endWords ends a line of words, which has no blanks around it.
func (p *plain) endWords() {
	words := bytes.TrimSpace(p.words[p.start:])
	p.words = append(append(p.words[:p.start], words...), '\n')
}

// paragraph begins a paragraph or goes on with it.
func (p *plain) paragraph(text string) (ok bool) {
	switch p.block {
	case nothing:
		p.html, p.start = append(p.html, "<p>"...), len(p.words)
	case paragraph:
		p.html, p.words = append(p.html, '\n'), append(p.words, ' ')
	default:
		return false // it would be the item's
	}
	p.block = paragraph
	return p.text(text)
}

// list begins a list, at a number if it is ordered.
func (p *plain) list(kind block, number string) (ok bool) {
	p.block = kind
	switch {
	case kind == bulleted:
		p.html = append(p.html, "<ul>\n"...)
		return true
	case len(number) > mostDigits || number[0] == '0':
		return false
	case number == "1":
		p.html = append(p.html, "<ol>\n"...)
		return true
	}
	p.html = append(append(append(p.html, `<ol start="`...), number...), "\">\n"...)
	return true
}

// tableLine writes a line of a table, or begins one; its cells stand between
// upright strokes.
func (p *plain) tableLine(cells string) (ok bool) {
	n := 1 + strings.Count(cells, "|")
	switch p.block {
	case nothing:
		p.block, p.columns = titles, n
		p.html = append(p.html, "<div class=\"table-box\" tabindex=\"0\">\n<table>\n<thead>\n"...)
		return p.row(cells, "<th>", "</th>\n")
	case titles:
		p.block = table
		p.html = append(p.html, "</thead>\n"...)
		return n == p.columns && isRule(cells)
	case table:
		p.block = rows
		p.html = append(p.html, "<tbody>\n"...)
	case rows:
	default:
		return false
	}
	return n == p.columns && p.row(cells, "<td>", "</td>\n")
}

// isRule reports whether cells are the rule below the titles of a table whose
// columns are not aligned.
func isRule(cells string) bool {
	for cell := range strings.SplitSeq(cells, "|") {
		if cell = strings.Trim(cell, " "); cell == "" || strings.Trim(cell, "-") != "" {
			return false
		}
	}
	return true
}

// row writes the cells of a line of a table.
func (p *plain) row(cells, begin, end string) (ok bool) {
	p.html = append(p.html, "<tr>\n"...)
	for cell := range strings.SplitSeq(cells, "|") {
		p.html, p.start = append(p.html, begin...), len(p.words)
		if !p.text(strings.Trim(cell, " ")) {
			return false
		}
		p.html = append(p.html, end...)
		p.endWords()
	}
	p.html = append(p.html, "</tr>\n"...)
	return true
}

// end ends the block at hand; ok is false where it is none.
func (p *plain) end() (ok bool) {
	switch p.block {
	case titles:
		return false
	case rows:
		p.html = append(p.html, "</tbody>\n</table>\n</div>\n"...)
	case table:
		p.html = append(p.html, "</table>\n</div>\n"...)
	case paragraph:
		p.html = append(p.html, "</p>\n"...)
		p.endWords()
	case ordered:
		p.html = append(p.html, "</ol>\n"...)
	case bulleted:
		p.html = append(p.html, "</ul>\n"...)
	}
	p.block = nothing
	return true
}

func (p *plain) heading(level int, text string) (ok bool) {
	if level > 6 || strings.Contains(text, "#") {
		return false
	}
	level = p.level(level)
	id := p.IDPrefix + strconv.Itoa(len(p.headings)+1)
	mark := byte('0' + level)
	p.html = append(append(append(append(append(p.html, "<h"...), mark), ` id="`...), id...), `">`...)
	p.start = len(p.words)
	ok = p.text(text)
	p.headings = append(p.headings, Heading{id, level, string(p.words[p.start:])})
	p.html = append(append(append(p.html, "</h"...), mark), ">\n"...)
	p.endWords()
	return ok
}

// startsText reports whether nothing but words can begin with s.
func startsText(s string) bool {
	if s == "" {
		return false
	}
	c := s[0]
	if c >= utf8.RuneSelf || 'a' <= c|0x20 && c|0x20 <= 'z' || c == '(' || strings.HasPrefix(s, "**") {
		return true
	}
	n := digits(s)
	return n > 0 && (n == len(s) || s[n] != '.' && s[n] != ')')
}

// meant says of each byte below 64, and of those above in the second word,
// whether it may mean more than itself.
var meant = [2]uint64{
	1<<32 - 1 | 1<<'"' | 1<<'&' | 1<<'*' | 1<<'<' | 1<<'>',
	1<<('['-64) | 1<<('\\'-64) | 1<<(']'-64) | 1<<('_'-64) | 1<<('`'-64) | 1<<('|'-64) | 1<<('~'-64) | 1<<(127-64),
}

// text writes the words of a line.
func (p *plain) text(s string) (ok bool) {
	done, bold := 0, false
	for i := 0; i < len(s); i++ {
		c := s[i]
		if c >= utf8.RuneSelf || meant[c/64]>>(c%64)&1 == 0 {
			continue
		}
		switch c {
		case '"':
			p.both(s[done:i])
			p.html, p.words = append(p.html, "&quot;"...), append(p.words, '"')
			done = i + 1
		case '*':
			if !strings.HasPrefix(s[i:], "**") || !bold && !opens(s[:i], s[i+2:]) || bold && !closes(s[:i], s[i+2:]) {
				return false
			}
			p.both(s[done:i])
			if bold = !bold; bold {
				p.html = append(p.html, "<strong>"...)
			} else {
				p.html = append(p.html, "</strong>"...)
			}
			i++
			done = i + 1
		default:
			return false
		}
	}
	p.both(s[done:])
	return !bold
}

func (p *plain) both(s string) { p.html, p.words = append(p.html, s...), append(p.words, s...) }

// opens reports whether ** between two texts begins something bold and can end
// nothing.
func opens(before, after string) bool {
	r, _ := utf8.DecodeRuneInString(after)
	return (before == "" || before[len(before)-1] == ' ') && isLetter(r)
}

// closes reports whether ** between two texts ends something bold and can begin
// nothing.
func closes(before, after string) bool {
	r, _ := utf8.DecodeLastRuneInString(before)
	return isLetter(r) && (after == "" || after[0] == ' ')
}

// isLetter reports whether r is a letter or digit, Latin or Thai, or a vowel or
// tone: neither a blank nor a mark.
func isLetter(r rune) bool {
	return 'a' <= r|0x20 && r|0x20 <= 'z' || '0' <= r && r <= '9' || 'ก' <= r && r <= 'ฺ' || 'เ' <= r && r <= 'ํ' || '๐' <= r && r <= '๙'
}
