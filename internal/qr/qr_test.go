package qr

import (
	"strings"
	"testing"
)

func TestACodeHasItsQuietZoneAndItsLabel(t *testing.T) {
	svg, err := SVG("https://www.example.go.th/procedure/dlt-7f3k5q/", `หน้า "นี้"`)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{`aria-label="หน้า &#34;นี้&#34;"`, `viewBox="0 0 41 41"`, `d="M4 4.5h7m`} {
		if !strings.Contains(string(svg), want) {
			t.Errorf("got %.200s, want it to contain %s", svg, want)
		}
	}
	if len(svg) > 6000 {
		t.Errorf("the code takes %d bytes", len(svg))
	}
}

func TestTextThatNoCodeHoldsIsRefused(t *testing.T) {
	if _, err := SVG(strings.Repeat("ก", 2000), ""); err == nil {
		t.Error("6,000 bytes were encoded")
	}
}
