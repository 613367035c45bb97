package main

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"khumue/themes"
)

// plain are layouts for the kinds of pages of which there are many, which say
// what they have to say and leave the rest of the page out: the site of a large
// repository, with a page for each revision, would fill a disk.
var plain = map[string]string{
	"manual":  `<h1>{{.Title}}</h1><p>{{.Summary}}</p>{{template "fee-table" .Fees}}<ul>{{range .Points}}<li>{{.Text}}</li>{{end}}</ul>`,
	"point":   `<h1>{{.Title}}</h1>{{range .Groups}}{{range .Entries}}<p><a href="{{.URL}}">{{.Text}}</a></p>{{end}}{{end}}`,
	"listing": `<h1>{{.Title}}</h1>{{range .Entries}}<p><a href="{{.URL}}">{{.Text}}</a></p>{{end}}{{range .Points}}<p>{{.Text}}</p>{{end}}`,
	"agency":  `<h1>{{.Title}}</h1>{{range .Manuals}}<p><a href="{{.URL}}">{{.Text}}</a></p>{{end}}`,
	"service": `<h1>{{.Title}}</h1>`,
	"moved":   `<a href="{{.To.URL}}">{{.Title}}</a>`,
}

// dress makes a generator of the site in plain pages: the default theme with
// layouts of our own, and a program that builds with it.
func (b *bench) dress() (program string, err error) {
	dir, err := filepath.Abs(filepath.Join(b.data, "theme"))
	if err != nil {
		return "", err
	}
	if err := os.RemoveAll(dir); err != nil {
		return "", err
	}
	if err := os.CopyFS(dir, themes.Default()); err != nil {
		return "", err
	}
	for name, body := range plain {
		page := `{{define "base"}}<!doctype html><html lang="{{lang}}"><title>{{.Title}}</title>` + body + `</html>{{end}}{{define "main"}}{{end}}`
		file := filepath.Join(dir, "layouts", name+".html")
		if _, err := os.Stat(file); err != nil {
			return "", fmt.Errorf("the theme has no such layout: %w", err)
		}
		if err := os.WriteFile(file, []byte(page), 0o644); err != nil {
			return "", err
		}
	}
	generator, err := filepath.Abs(b.generator)
	if err != nil {
		return "", err
	}
	program = filepath.Join(dir, "generator")
	script := fmt.Sprintf("#!/bin/sh\nexec '%s' \"$@\" --theme='%s'\n", generator, dir)
	return program, os.WriteFile(program, []byte(script), fs.FileMode(0o755))
}
