// Package themes embeds the themes that a program brings along, so that it
// needs no file beside it.
package themes

import (
	"embed"
	"io/fs"
)

//go:embed all:default
var embedded embed.FS

// Default returns the default theme: layouts, partials, i18n and assets.
func Default() fs.FS {
	sub, err := fs.Sub(embedded, "default")
	if err != nil {
		panic("themes: the default theme is not embedded: " + err.Error())
	}
	return sub
}
