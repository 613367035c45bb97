package pages

import "strconv"

// Pager leads through a list that has more than one page.
type Pager struct {
	Text       string // "1–50 จาก 320"
	Prev, Next string // addresses; "" at the ends
}

// pager is the pager of a page's list, which begins at offset.
func (x *exchange) pager(offset, size, all int) Pager {
	if all <= size {
		return Pager{}
	}
	p := Pager{Text: x.t("pager", min(offset+1, all), min(offset+size, all), all)}
	at := offset/size + 1
	if at > 1 {
		p.Prev = x.with("page", strconv.Itoa(at-1))
	}
	if offset+size < all {
		p.Next = x.with("page", strconv.Itoa(at+1))
	}
	return p
}

// Column is the head of a column that a list can be ordered by.
type Column struct {
	Text string
	URL  string // orders by it, or turns its order round
	Sort string // aria-sort: ascending, descending, or "" when it is not the order
}

// column is the head of a column with its order's word.
func (x *exchange) column(key, word, current string, down bool) Column {
	c := Column{Text: x.t(key), URL: x.with("sort", word, "down", "", "page", "")}
	if word != current {
		return c
	}
	c.Sort = "ascending"
	if down {
		c.Sort = "descending"
	} else {
		c.URL = x.with("sort", word, "down", "1", "page", "")
	}
	return c
}

// Option is one of a list to choose from.
type Option struct {
	Value, Text string
	Chosen      bool
}
