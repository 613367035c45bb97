package transfer

import (
	"bufio"
	"encoding/csv"
	"errors"
	"io"
	"iter"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"

	"khumue/internal/fault"
)

// The marks at the beginning of a file that tell its encoding.
const (
	bomUTF8    = "\xef\xbb\xbf"
	bomUTF16LE = "\xff\xfe"
	bomUTF16BE = "\xfe\xff"
)

// openCSV reads a table of text: UTF-8, UTF-16 with its mark, or Windows-874
// (TIS-620); columns parted by comma, semicolon, tab or bar.
func openCSV(r io.ReaderAt, size int64, at Layout, l Limits) (*Table, error) {
	text, err := decoded(r, size)
	if err != nil {
		return nil, err
	}
	in := newGuard(text, l.Record)
	buffered := bufio.NewReaderSize(in, 64<<10)
	head, err := buffered.Peek(64 << 10)
	if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, bufio.ErrBufferFull) {
		return nil, err
	}
	if strings.ContainsRune(string(head), 0) {
		return nil, notATable(fault.Text{TH: "ไม่ใช่ข้อความ", EN: "it is no text"})
	}
	reader := csv.NewReader(buffered)
	reader.Comma, reader.FieldsPerRecord, reader.LazyQuotes = separator(string(head)), -1, true
	t := &Table{}
	return t, t.begin(csvRows(reader, in), at)
}

func csvRows(reader *csv.Reader, in *guard) iter.Seq2[Row, error] {
	return func(yield func(Row, error) bool) {
		for {
			in.again()
			cells, err := reader.Read()
			if errors.Is(err, io.EOF) {
				return
			}
			var syntax *csv.ParseError
			if errors.As(err, &syntax) && !errors.Is(err, fault.Invalid) {
				err = fault.New(fault.Invalid, fault.Textf("อ่านบรรทัด %d ไม่ได้", "line %d can not be read", syntax.Line),
					fault.Text{TH: "ตรวจเครื่องหมาย \"", EN: "look at the \" in it"}).Because(syntax.Err)
			}
			line := 0
			if err == nil {
				line, _ = reader.FieldPos(0)
			}
			if !yield(Row{Number: line, cells: cells}, err) || err != nil {
				return
			}
		}
	}
}

// separator returns what parts the columns of the first line that is not blank.
func separator(head string) rune {
	count := map[rune]int{}
	quoted, any := false, false
	for _, c := range head {
		switch {
		case c == '"':
			quoted = !quoted
		case c == '\n' && !quoted && any:
			return most(count)
		case !quoted && strings.ContainsRune(",;\t|", c):
			count[c]++
		}
		any = any || c > ' '
	}
	return most(count)
}

// most returns the separator that stands most often; of equals, and where there
// is none, the usual one.
func most(count map[rune]int) rune {
	best := ','
	for _, c := range ",;\t|" {
		if count[c] > count[best] {
			best = c
		}
	}
	return best
}

// decoded returns the text of a file as UTF-8 without a mark.
func decoded(r io.ReaderAt, size int64) (io.Reader, error) {
	all := io.NewSectionReader(r, 0, size)
	mark := make([]byte, min(size, 3))
	if _, err := r.ReadAt(mark, 0); err != nil && !errors.Is(err, io.EOF) {
		return nil, err
	}
	switch {
	case strings.HasPrefix(string(mark), bomUTF8):
		return io.NewSectionReader(r, 3, size-3), nil
	case strings.HasPrefix(string(mark), bomUTF16LE), strings.HasPrefix(string(mark), bomUTF16BE):
		return unicode.UTF16(unicode.LittleEndian, unicode.UseBOM).NewDecoder().Reader(all), nil
	}
	c, err := censusOf(io.NewSectionReader(r, 0, size))
	switch {
	case err != nil:
		return nil, err
	case c.utf8:
		return all, nil
	case c.thai > 9*c.other:
		return charmap.Windows874.NewDecoder().Reader(all), nil
	}
	return nil, notATable(fault.Text{TH: "ไม่รู้จักรหัสอักขระของไฟล์", EN: "the encoding of the file is not known"})
}

// census counts the bytes of a text beyond ASCII.
type census struct {
	utf8        bool
	thai, other int // letters of Windows-874, and what is none
}

func censusOf(r io.Reader) (c census, err error) {
	c.utf8 = true
	buf, kept := make([]byte, 64<<10), 0
	for {
		n, err := r.Read(buf[kept:])
		kept += n
		if errors.Is(err, io.EOF) {
			c.utf8 = c.utf8 && kept == 0
			return c, nil
		} else if err != nil {
			return c, err
		}
		for _, b := range buf[kept-n : kept] {
			switch {
			case b >= 0xA1 && b <= 0xDA, b >= 0xDF && b <= 0xFB:
				c.thai++
			case b >= 0x80:
				c.other++
			}
		}
		kept = c.runes(buf[:kept])
	}
}

// runes looks whether b is UTF-8, moves a rune that its end cuts to its
// beginning, and returns how long that is.
func (c *census) runes(b []byte) int {
	for i := 0; i < len(b); {
		if b[i] < utf8.RuneSelf {
			i++
			continue
		}
		if !utf8.FullRune(b[i:]) {
			return copy(b, b[i:])
		}
		r, n := utf8.DecodeRune(b[i:])
		c.utf8 = c.utf8 && (r != utf8.RuneError || n > 1)
		i += n
	}
	return 0
}
