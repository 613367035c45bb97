package corpus

import (
	"bytes"

	"khumue/internal/catalog"
	"khumue/internal/fault"
)

// split separates the front matter of a Markdown file from its body. It takes
// a byte order mark and Windows line ends as they come.
func split(src []byte) (front []byte, body catalog.Body, ok bool) {
	src = bytes.TrimPrefix(src, []byte("\xef\xbb\xbf"))
	first, rest, found := bytes.Cut(src, []byte("\n"))
	if !found || string(bytes.TrimRight(first, "\r \t")) != "---" {
		return nil, catalog.Body{}, false
	}
	line := 2
	for at := 0; at < len(rest); line++ {
		end := len(rest)
		if nl := bytes.IndexByte(rest[at:], '\n'); nl >= 0 {
			end = at + nl + 1
		}
		if rest[at] == '-' && string(bytes.TrimRight(rest[at:end], "\r\n \t")) == "---" {
			return rest[:at], catalog.Body{Markdown: string(rest[end:]), Line: line + 1}, true
		}
		at = end
	}
	return nil, catalog.Body{}, false
}

// decodeMarkdown reads a file with front matter into v and returns its body.
func (d *decoder) decodeMarkdown(src []byte, v any) catalog.Body {
	front, body, ok := split(src)
	if !ok {
		d.wrong(1, fault.Text{TH: "ไม่พบส่วนหัวของไฟล์", EN: "the front matter is missing"},
			fault.Text{TH: "ขึ้นต้นไฟล์ด้วย --- และปิดส่วนหัวด้วย ---", EN: "begin the file with a line ---, and end the front matter with another"})
		return body
	}
	d.offset = 1
	d.decode(front, v)
	return body
}
