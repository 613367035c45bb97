package qr

import "testing"

func BenchmarkSVG(b *testing.B) {
	for b.Loop() {
		if _, err := SVG("https://www.example.go.th/procedure/dlt-7f3k5q/", "QR"); err != nil {
			b.Fatal(err)
		}
	}
}
