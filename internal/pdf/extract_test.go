package pdf

import (
	"bytes"
	"compress/zlib"
	"encoding/hex"
	"io"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"unicode/utf16"
)

var (
	streams   = regexp.MustCompile(`(?s)(\d+) 0 obj\n<<([^\n]*)/Length (\d+)>>\nstream\n`)
	fontRefs  = regexp.MustCompile(`/(F\d+) (\d+) 0 R`)
	unicodes  = regexp.MustCompile(`(\d+) 0 obj\n<</Type/Font/Subtype/Type0[^\n]*/ToUnicode (\d+) 0 R`)
	meanings  = regexp.MustCompile(`<([0-9A-F]{4})> <([0-9A-F]*)>\n`)
	fontOf    = regexp.MustCompile(`^/(F\d+) [\d.]+ Tf`)
	actual    = regexp.MustCompile(`^/Span<</ActualText<FEFF([0-9A-F]*)>>>BDC`)
	glyphRuns = regexp.MustCompile(`<([0-9A-F]+)>`)
)

// extract reads the text of a file back, of pages in their order, from what its
// glyphs and clusters say: as a reader does that knows nothing of Thai.
func extract(t testing.TB, file []byte) string {
	t.Helper()
	data := map[string][]byte{}
	var pages [][]byte
	for _, m := range streams.FindAllSubmatchIndex(file, -1) {
		size, err := strconv.Atoi(string(file[m[6]:m[7]]))
		if err != nil {
			t.Fatal(err)
		}
		r, err := zlib.NewReader(bytes.NewReader(file[m[1] : m[1]+size]))
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		data[string(file[m[2]:m[3]])] = body
		if dict := string(file[m[4]:m[5]]); dict == "/Filter/FlateDecode" && bytes.Contains(body, []byte("BT\n")) {
			pages = append(pages, body)
		}
	}
	maps := map[string]map[string]string{}
	refs := map[string]string{}
	for _, m := range fontRefs.FindAllSubmatch(file, -1) {
		refs[string(m[2])] = string(m[1])
	}
	for _, m := range unicodes.FindAllSubmatch(file, -1) {
		says := map[string]string{}
		for _, pair := range meanings.FindAllSubmatch(data[string(m[2])], -1) {
			says[string(pair[1])] = decoded(t, string(pair[2]))
		}
		maps[refs[string(m[1])]] = says
	}
	var out strings.Builder
	for _, page := range pages {
		read(t, &out, string(page), maps)
	}
	return out.String()
}

// read appends what the operations of a page say.
func read(t testing.TB, out *strings.Builder, page string, maps map[string]map[string]string) {
	font, replaced := "", false
	for _, line := range strings.Split(page, "\n") {
		if m := fontOf.FindStringSubmatch(line); m != nil {
			font = m[1]
		}
		switch m := actual.FindStringSubmatch(line); {
		case m != nil:
			out.WriteString(decoded(t, m[1]))
			replaced = true
		case line == "EMC":
			replaced = false
		case strings.HasSuffix(line, "]TJ") && !replaced:
			for _, run := range glyphRuns.FindAllStringSubmatch(line, -1) {
				for i := 0; i+4 <= len(run[1]); i += 4 {
					out.WriteString(maps[font][run[1][i:i+4]])
				}
			}
		}
	}
}

func decoded(t testing.TB, digits string) string {
	t.Helper()
	raw, err := hex.DecodeString(digits)
	if err != nil {
		t.Fatal(err)
	}
	units := make([]uint16, len(raw)/2)
	for i := range units {
		units[i] = uint16(raw[2*i])<<8 | uint16(raw[2*i+1])
	}
	return string(utf16.Decode(units))
}
