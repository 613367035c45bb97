package typeset

import (
	"strings"
	"unicode"

	"khumue/internal/thai"
)

// Row is text set in one line at one size.
type Row struct {
	Face     *Face
	Size     float64 // in points
	Clusters []Cluster
}

// Width is how wide the row is, in points.
func (r Row) Width() float64 { return float64(advance(r.Clusters)) * r.Size / 1000 }

// Text is what the row says.
func (r Row) Text() string { return textOf(r.Clusters) }

func advance(list []Cluster) int {
	n := 0
	for _, c := range list {
		n += c.Advance()
	}
	return n
}

// Row sets a text in one line, however long it is.
func (f *Face) Row(text string, size float64) Row {
	return Row{f, size, f.Shape(strings.TrimSpace(text))}
}

// Break sets a text in rows no wider than width, all in points. It breaks at
// blanks and, in Thai, between words; a word that is wider than a row is broken
// between clusters. Only a single cluster can be wider than width. A text of
// blanks has no rows.
func (f *Face) Break(text string, size, width float64) []Row {
	p := f.paragraph(text)
	return p.rows(size, p.broken(int(width*1000/size)))
}

// Box is a space that a text has to fit into.
type Box struct {
	Width, Height float64 // in points
	Most, Least   float64 // the sizes that are tried, in points, the larger first
	Leading       float64 // from row to row, as a multiple of the size
	Rows          int     // how many there may be; 0 for as many as fit
}

// step is by how much a size is lessened to make a text fit, in points.
const step = 0.5

// Fit sets a text as large as a box allows, and never beyond the box: what does
// not fit at the least size is cut and ends with "…". Its rows are of like
// length.
func (f *Face) Fit(text string, b Box) []Row {
	p := f.paragraph(text)
	if len(p.clusters) == 0 {
		return nil
	}
	for size := b.Most; size > b.Least; size -= step {
		width, most := int(b.Width*1000/size), b.mostRows(size)
		ends, whole := p.ends(width)
		if whole && len(ends) <= most {
			return p.rows(size, p.balanced(width, ends))
		}
	}
	return p.cut(b)
}

func (b Box) mostRows(size float64) int {
	n := int(b.Height / (size * b.Leading))
	if b.Rows > 0 {
		n = min(n, b.Rows)
	}
	return n
}

// paragraph is a shaped text with where it may be broken.
type paragraph struct {
	face     *Face
	clusters []Cluster
	after    []bool // a row may end with this cluster
}

func (f *Face) paragraph(text string) paragraph {
	p := paragraph{face: f, clusters: f.Shape(strings.TrimSpace(text))}
	p.after = make([]bool, len(p.clusters))
	for i := 0; i < len(p.clusters); {
		if thaiLetters(p.clusters[i].Text) {
			i = p.markWords(i)
			continue
		}
		p.after[i] = p.breaksAfter(i)
		i++
	}
	return p
}

// breaksAfter reports whether a row may end after a cluster that is not Thai: a
// blank, unless ๆ follows; a hyphen between others, and in an address a slash.
func (p paragraph) breaksAfter(i int) bool {
	next := i + 1
	if next == len(p.clusters) {
		return false
	}
	switch p.clusters[i].Text {
	case " ":
		r := first(p.clusters[next].Text)
		return r != 'ๆ' && r != 'ฯ' && r != ' '
	case "/":
		return i > 0 && p.clusters[i-1].Text != " " && p.clusters[i-1].Text != "/" && p.clusters[next].Text != "/"
	case "-":
		return i > 0 && p.clusters[i-1].Text != " " && !p.inAddress(i)
	case "(", "[", "“", "\u00a0":
		return false
	}
	return thaiLetters(p.clusters[next].Text) && (unicode.IsLetter(first(p.clusters[i].Text)) || p.clusters[i].Text == ")")
}

// inAddress reports whether a slash stands between the blanks around a cluster.
func (p paragraph) inAddress(i int) bool {
	for _, way := range []int{-1, 1} {
		for at := i; at >= 0 && at < len(p.clusters) && p.clusters[at].Text != " "; at += way {
			if p.clusters[at].Text == "/" {
				return true
			}
		}
	}
	return false
}

// thaiLetters reports whether a cluster is Thai that is cut into words.
func thaiLetters(s string) bool {
	r := first(s)
	return r >= 0x0e01 && r <= 0x0e4e && r != '฿'
}

// markWords marks where the words of a run of Thai end, and returns where it
// does. The run may not be parted from what closes after it.
func (p paragraph) markWords(from int) int {
	to := from
	for to < len(p.clusters) && thaiLetters(p.clusters[to].Text) {
		to++
	}
	run := textOf(p.clusters[from:to])
	words := thai.DefaultLexicon().Words(run)
	if strings.Join(words, "") != run {
		words = thai.JoinedClusters(run)
	}
	ends, at := map[int]bool{}, 0
	for _, w := range words {
		at += len(w)
		ends[at] = true
	}
	at = 0
	for i := from; i < to; i++ {
		at += len(p.clusters[i].Text)
		p.after[i] = ends[at] && i+1 < to && !repeats(p.clusters[i+1].Text)
	}
	if to < len(p.clusters) { // a word of other letters or a bracket may begin a row
		r := first(p.clusters[to].Text)
		p.after[to-1] = unicode.IsLetter(r) && !repeats(string(r)) || r == '(' || r == '“'
	}
	return to
}

// repeats reports whether a text begins with a sign that belongs to the word
// before it.
func repeats(s string) bool { return first(s) == 'ๆ' || first(s) == 'ฯ' }

// ends returns behind which clusters rows of a width end, in thousandths of the
// size, and whether that took breaking no word.
func (p paragraph) ends(width int) (ends []int, whole bool) {
	whole = true
	for from := 0; from < len(p.clusters); {
		end, word := p.rowEnd(from, width)
		whole = whole && word
		ends = append(ends, end)
		from = p.skipBlanks(end)
	}
	return ends, whole
}

func (p paragraph) skipBlanks(i int) int {
	for i < len(p.clusters) && p.clusters[i].Text == " " {
		i++
	}
	return i
}

// rowEnd returns behind which cluster the row ends that begins at from, and
// whether a word does.
func (p paragraph) rowEnd(from, width int) (end int, word bool) {
	used, last := 0, -1
	for i := from; i < len(p.clusters); i++ {
		c := p.clusters[i]
		used += c.Advance()
		if used > width && c.Text != " " {
			if last >= 0 {
				return last, true
			}
			return max(i, from+1), false
		}
		if p.after[i] {
			last = i + 1
		}
	}
	return len(p.clusters), true
}

// broken is ends for whoever does not mind a broken word.
func (p paragraph) broken(width int) []int {
	ends, _ := p.ends(width)
	return ends
}

// balanced returns the ends of as many rows as there are, of like length.
func (p paragraph) balanced(width int, ends []int) []int {
	low, high := width/len(ends)/2, width
	for high-low > 20 {
		middle := (low + high) / 2
		if tried, whole := p.ends(middle); whole && len(tried) == len(ends) {
			ends, high = tried, middle
		} else {
			low = middle
		}
	}
	return ends
}

func (p paragraph) rows(size float64, ends []int) []Row {
	var out []Row
	from := 0
	for _, end := range ends {
		to := end
		for to > from && p.clusters[to-1].Text == " " {
			to--
		}
		out = append(out, Row{p.face, size, p.clusters[from:to]})
		from = p.skipBlanks(end)
	}
	return out
}

// cut sets at the least size what fits, and ends it with "…".
func (p paragraph) cut(b Box) []Row {
	width, most := int(b.Width*1000/b.Least), max(b.mostRows(b.Least), 1)
	ends := p.broken(width)
	if len(ends) <= most {
		return p.rows(b.Least, ends)
	}
	out := p.rows(b.Least, ends[:most])
	dots := p.face.Shape("…")
	last := &out[most-1]
	kept := last.Clusters
	for len(kept) > 0 && advance(kept)+advance(dots) > width {
		kept = kept[:len(kept)-1]
	}
	for len(kept) > 0 && kept[len(kept)-1].Text == " " {
		kept = kept[:len(kept)-1]
	}
	last.Clusters = append(append([]Cluster{}, kept...), dots...)
	return out
}
