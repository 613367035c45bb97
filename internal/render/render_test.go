package render

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/net/html"
)

func TestMarkdownBecomesSafeHTML(t *testing.T) {
	for _, tc := range []struct{ name, src, want string }{
		{"a script is text", "ก <script>alert(1)</script>", "<p>ก &lt;script&gt;alert(1)&lt;/script&gt;</p>\n"},
		{"a block of HTML is text", "<div onclick=x>ก</div>", "<p>&lt;div onclick=x&gt;ก&lt;/div&gt;</p>\n"},
		{"a block of HTML keeps its last line", "<script>\nก\n</script>", "<p>&lt;script&gt;\nก\n&lt;/script&gt;</p>\n"},
		{"a dangerous link is its words", "[ก](javascript:alert(1))", "<p>ก</p>\n"},
		{"a dangerous link in brackets is its words", "<JavaScript:alert(1)>", "<p>JavaScript:alert(1)</p>\n"},
		{"a data link is its words", "[ก](data:text/html,x)", "<p>ก</p>\n"},
		{"a link", "[ก](https://example.go.th/?a=1&b=2)", "<p><a href=\"https://example.go.th/?a=1&amp;b=2\">ก</a></p>\n"},
		{"an address in brackets is a link", "<saraban@example.go.th>", "<p><a href=\"mailto:saraban@example.go.th\">saraban@example.go.th</a></p>\n"},
		{"a link into the site", "[ก](/faq/) [ข](//example.go.th/)", "<p><a href=\"/base/faq/\">ก</a> <a href=\"//example.go.th/\">ข</a></p>\n"},
		{"a picture in a link is its words", "[![ก](https://example.go.th/a.png)](https://example.go.th/)", "<p><a href=\"https://example.go.th/\">ก</a></p>\n"},
		{"a picture is a link", "![แผนที่](https://example.go.th/a.png)", "<p><a href=\"https://example.go.th/a.png\">แผนที่</a></p>\n"},
		{"a dangerous picture is its words", "![แผนที่](javascript:x)", "<p>แผนที่</p>\n"},
		{"a heading of the text stands below its section", "## ก", "<h3 id=\"c-1\">ก</h3>\n"},
		{"a heading never goes above the page's", "# ก", "<h3 id=\"c-1\">ก</h3>\n"},
		{"a table has a box of its own", "| ก |\n|---|\n| ข |", "<div class=\"table-box\" tabindex=\"0\">\n<table>\n<thead>\n<tr>\n<th>ก</th>\n</tr>\n</thead>\n<tbody>\n<tr>\n<td>ข</td>\n</tr>\n</tbody>\n</table>\n</div>\n"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			got := Markdown(tc.src, Options{IDPrefix: "c-", TopHeading: 3, Base: "/base"})
			if diff := cmp.Diff(tc.want, string(got.HTML)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestHeadingsAndWords(t *testing.T) {
	got := Markdown("## ก *ข*\n\nค\nง\n\n- จ\n\n### ฉ\n", Options{IDPrefix: "c-", TopHeading: 2, Text: true})
	if diff := cmp.Diff([]Heading{{"c-1", 2, "ก ข"}, {"c-2", 3, "ฉ"}}, got.Headings); diff != "" {
		t.Error(diff)
	}
	if want := "ก ข\nค ง\nจ\nฉ"; got.Text != want {
		t.Errorf("got words %q, want %q", got.Text, want)
	}
}

func FuzzMarkdown(f *testing.F) {
	f.Add("## ก\n\n<script>x</script>\n\n[a](javascript:b) | c |\n|---|\n")
	f.Add("![a](b 'c') <a href=\"javascript:x\">d</a>")
	f.Fuzz(func(t *testing.T, src string) {
		doc, err := html.Parse(strings.NewReader(string(Markdown(src, Options{IDPrefix: "c-", TopHeading: 3}).HTML)))
		if err != nil {
			t.Fatal(err)
		}
		for n := range doc.Descendants() {
			if n.Type != html.ElementNode {
				continue
			}
			switch n.Data {
			case "script", "iframe", "object", "style", "img", "form":
				t.Fatalf("%q gives a <%s>", src, n.Data)
			}
			for _, a := range n.Attr {
				if strings.HasPrefix(a.Key, "on") || strings.HasPrefix(strings.ToLower(strings.TrimSpace(a.Val)), "javascript:") {
					t.Fatalf("%q gives %s=%q", src, a.Key, a.Val)
				}
			}
		}
	})
}
