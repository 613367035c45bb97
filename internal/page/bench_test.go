package page

import (
	"testing"

	"khumue/themes"
)

func BenchmarkLoadTheme(b *testing.B) {
	for b.Loop() {
		if _, err := LoadTheme(themes.Default(), Env{Asset: func(name string) string { return "/assets/" + name }}); err != nil {
			b.Fatal(err)
		}
	}
}
