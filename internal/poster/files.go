package poster

import (
	"archive/zip"
	"io"
	"iter"

	"khumue/internal/pdf"
)

// dpi is how many pixels of a PNG an inch has.
const dpi = 200

// Write writes one poster as a file.
func (p Poster) Write(w io.Writer, s Style, f Format) error {
	page, err := p.Sheet(s)
	if err != nil {
		return err
	}
	switch f {
	case SVG:
		return page.SVG(w)
	case PNG:
		return page.PNG(w, dpi)
	case PDF:
	}
	out := pdf.New(w, pdf.About{Title: p.name(), Author: p.Agency.TH, Language: "th"})
	if err := out.Page(page); err != nil {
		return err
	}
	return out.Close()
}

// Book writes posters as the pages of one PDF, one after the other: it holds no
// more than one page of them at a time. It ends with the first error.
func Book(w io.Writer, title string, s Style, all iter.Seq2[Poster, error]) error {
	out := pdf.New(w, pdf.About{Title: title, Language: "th"})
	for p, err := range all {
		if err != nil {
			return err
		}
		page, err := p.Sheet(s)
		if err != nil {
			return err
		}
		if err := out.Page(page); err != nil {
			return err
		}
	}
	return out.Close()
}

// Bundle writes posters as files in one ZIP, one after the other: it holds no
// more than one of them at a time. It ends with the first error.
func Bundle(w io.Writer, s Style, f Format, all iter.Seq2[Poster, error]) error {
	out := zip.NewWriter(w)
	for p, err := range all {
		if err != nil {
			return err
		}
		method := zip.Store // what is packed already
		if f == SVG {
			method = zip.Deflate
		}
		file, err := out.CreateHeader(&zip.FileHeader{Name: p.FileName(s, f), Method: method})
		if err != nil {
			return err
		}
		if err := p.Write(file, s, f); err != nil {
			return err
		}
	}
	return out.Close()
}
