package themes

import (
	"io/fs"
	"maps"
	"math"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// schemes reads the colours of each scheme from tokens.css.
func schemes(t *testing.T) map[string]map[string]string {
	t.Helper()
	src, err := fs.ReadFile(Default(), "assets/css/tokens.css")
	if err != nil {
		t.Fatal(err)
	}
	names := map[string]string{
		":root": "light", ":root:not([data-scheme])": "dark by device", `:root[data-scheme="dark"]`: "dark", `:root[data-scheme="contrast"]`: "contrast",
	}
	block := regexp.MustCompile(`(?m)^\s*(:root[^{\n]*?) \{([^}]*)\}`)
	token := regexp.MustCompile(`--([a-z-]+): (#[0-9a-f]{6});`)
	out := map[string]map[string]string{}
	for _, b := range block.FindAllStringSubmatch(string(src), -1) {
		colours := map[string]string{}
		for _, m := range token.FindAllStringSubmatch(b[2], -1) {
			colours[m[1]] = m[2]
		}
		if len(colours) > 0 {
			out[names[b[1]]] = colours
		}
	}
	return out
}

func TestColoursAreReadableInEveryScheme(t *testing.T) {
	const text, shape = 4.5, 3.0
	pairs := []struct {
		front, back string
		least       float64
	}{
		{"ink", "paper", text}, {"ink", "ground", text}, {"ink", "raised", text}, {"ink", "accent-soft", text}, {"ink", "danger-soft", text}, {"ink", "mark", text}, {"link", "mark", text}, {"ink-soft", "mark", text},
		{"ink-soft", "paper", text}, {"ink-soft", "ground", text}, {"ink-soft", "raised", text}, {"ink-soft", "accent-soft", text},
		{"link", "paper", text}, {"link", "ground", text}, {"link", "accent-soft", text}, {"link", "danger-soft", text}, {"visited", "paper", text},
		{"accent", "paper", text}, {"accent", "ground", text}, {"accent-strong", "paper", text}, {"on-accent", "accent", text}, {"on-accent", "accent-strong", text},
		{"on-bar", "bar", text}, {"bar-line", "bar", shape}, {"warning", "paper", text}, {"warning", "ground", text}, {"warning", "warning-soft", text},
		{"danger", "paper", text}, {"danger", "ground", text}, {"danger", "danger-soft", text},
		{"success", "paper", text}, {"success", "ground", text}, {"success", "success-soft", text},
		{"paper", "ink", text}, {"control", "paper", shape}, {"control", "ground", shape}, {"control", "raised", shape},
		{"focus", "paper", shape}, {"focus", "ground", shape}, {"focus", "raised", shape}, {"focus-bar", "bar", shape}, {"raised", "accent", shape},
	}
	for name, colours := range schemes(t) {
		for _, p := range pairs {
			if got := contrast(colours[p.front], colours[p.back]); !(got >= p.least) { // a colour that is missing is NaN
				t.Errorf("%s: got %s on %s %.2f:1, want at least %.1f:1", name, p.front, p.back, got, p.least)
			}
		}
	}
}

func TestEverySchemeHasEveryColour(t *testing.T) {
	all := schemes(t)
	if len(all) != 4 {
		t.Fatalf("got %d schemes, want 4", len(all))
	}
	for name, colours := range all {
		for token := range maps.Keys(all["light"]) {
			if colours[token] == "" {
				t.Errorf("%s has no --%s", name, token)
			}
		}
	}
	if d := cmp.Diff(all["dark"], all["dark by device"]); d != "" {
		t.Errorf("the dark scheme chosen and that of the device differ:\n%s", d)
	}
}

// contrast is the ratio of WCAG 2.2 between two colours.
func contrast(a, b string) float64 {
	x, y := luminance(a), luminance(b)
	return (max(x, y) + 0.05) / (min(x, y) + 0.05)
}

func luminance(colour string) float64 {
	hex := strings.TrimPrefix(colour, "#")
	if len(hex) != 6 {
		return math.NaN()
	}
	var sum float64
	for i, weight := range []float64{0.2126, 0.7152, 0.0722} {
		n, err := strconv.ParseUint(hex[2*i:2*i+2], 16, 8)
		if err != nil {
			return math.NaN()
		}
		c := float64(n) / 255
		if c <= 0.04045 {
			c /= 12.92
		} else {
			c = math.Pow((c+0.055)/1.055, 2.4)
		}
		sum += weight * c
	}
	return sum
}
