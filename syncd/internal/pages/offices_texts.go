package pages

import (
	"io"
	"strings"
	"unicode/utf8"

	"khumue/internal/page"
	"khumue/syncd/internal/deeds"
	"khumue/syncd/internal/outbox"
)

// doorPath is the front door of an office's machine, where it is enrolled anew.
const doorPath = "/door"

// WrittenText is a text of an operation that came to nothing.
type WrittenText struct {
	Name string // of its file; "" where it is of none
	Text page.Words
	Cut  bool // there is more of it, in the file that is saved
}

// How much of what was written a page shows.
const (
	mostTexts = 5
	mostText  = 8000 // bytes of each
)

// writtenIn is what was written in an operation, and where all of it is saved.
func (x *exchange) writtenIn(i outbox.Item) (out []WrittenText, save string) {
	list, err := deeds.Texts(i.Kind, i.Body)
	if err != nil || i.Emptied || len(list) == 0 {
		return nil, ""
	}
	for _, w := range list[:min(len(list), mostTexts)] {
		text := w.Text
		for cut := min(len(text), mostText); len(text) > mostText; cut-- {
			if utf8.RuneStart(text[cut]) {
				text = text[:cut]
			}
		}
		out = append(out, WrittenText{w.Name, x.said(text), len(text) < len(w.Text)})
	}
	return out, syncPath + "/" + i.ID + "/text"
}

// syncText hands out what was written in an operation that came to nothing.
func (x *exchange) syncText() error {
	i, err := x.tended()
	if err != nil {
		return err
	}
	list, err := deeds.Texts(i.Kind, i.Body)
	if err != nil {
		return err
	}
	x.handOut("khumue-" + i.Made.UTC().Format("20060102-150405") + ".txt")
	x.w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	for _, w := range list {
		if w.Name != "" {
			w.Text = "=== " + w.Name + " ===\n" + w.Text
		}
		if _, err := io.WriteString(x.w, strings.TrimRight(w.Text, "\n")+"\n\n"); err != nil {
			return errGone
		}
	}
	return nil
}
