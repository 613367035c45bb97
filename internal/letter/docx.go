package letter

import (
	"archive/zip"
	"bytes"
	"encoding/xml"
	"fmt"
	"io"
	"strings"

	"khumue/internal/qr"
)

// DOCX writes the letter as a Word file, to be adapted: the same words in the same
// order, in the font that offices have.
func (l Letter) DOCX(w io.Writer) error {
	body, picture, err := l.word()
	if err != nil {
		return err
	}
	files := []struct {
		name string
		data []byte
	}{
		{"[Content_Types].xml", []byte(wordTypes)},
		{"_rels/.rels", []byte(wordRoot)},
		{"word/document.xml", body},
		{"word/_rels/document.xml.rels", []byte(wordLinks)},
		{"word/media/code.png", picture},
	}
	z := zip.NewWriter(w)
	for _, f := range files {
		if f.data == nil {
			continue
		}
		part, err := z.Create(f.name)
		if err != nil {
			return err
		}
		if _, err := part.Write(f.data); err != nil {
			return err
		}
	}
	return z.Close()
}

const (
	xmlHead   = `<?xml version="1.0" encoding="UTF-8" standalone="yes"?>`
	wordTypes = xmlHead + `<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Default Extension="png" ContentType="image/png"/><Override PartName="/word/document.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/></Types>`
	wordRoot  = xmlHead + `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="word/document.xml"/></Relationships>`
	wordLinks = xmlHead + `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="code" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/image" Target="media/code.png"/></Relationships>`
	wordBegin = xmlHead + `<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships" xmlns:wp="http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing" xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" xmlns:pic="http://schemas.openxmlformats.org/drawingml/2006/picture"><w:body>`
	wordEnd   = `<w:sectPr><w:pgSz w:w="11906" w:h="16838"/><w:pgMar w:top="851" w:right="1134" w:bottom="851" w:left="1701" w:header="708" w:footer="708" w:gutter="0"/></w:sectPr></w:body></w:document>`
	// wordFace is 16 points of the font of official letters, and of Thai text.
	wordFace = `<w:rFonts w:ascii="TH Sarabun New" w:hAnsi="TH Sarabun New" w:cs="TH Sarabun New"/><w:sz w:val="32"/><w:szCs w:val="32"/><w:lang w:bidi="th-TH"/>`
	wordBold = `<w:b/><w:bCs/>`
	codeEMU  = 1080000 // three centimetres
)

// word writes the document, with its picture where it has one.
func (l Letter) word() (body, picture []byte, err error) {
	var d document
	d.WriteString(wordBegin)
	d.para(`<w:spacing w:before="1700"/>`, "ที่ "+l.Number)
	for _, line := range l.Agency {
		d.para(`<w:ind w:left="4820"/>`, line)
	}
	d.para(`<w:spacing w:before="120" w:after="120"/><w:ind w:left="4250"/>`, l.Date)
	d.labelled("เรื่อง", l.Subject)
	d.labelled("เรียน", l.To)
	for i, text := range l.Refers {
		d.labelled([]string{"อ้างถึง", ""}[min(i, 1)], numbered(l.Refers, i, text))
	}
	for i, text := range l.Encloses {
		d.labelled([]string{"สิ่งที่ส่งมาด้วย", ""}[min(i, 1)], numbered(l.Encloses, i, text))
	}
	for _, text := range l.Body {
		d.para(`<w:spacing w:before="120"/><w:ind w:firstLine="1418"/><w:jc w:val="thaiDistribute"/>`, text)
	}
	const centre = `<w:ind w:left="4250"/><w:jc w:val="center"/>`
	d.para(`<w:spacing w:before="240" w:after="900"/>`+centre, "ขอแสดงความนับถือ")
	d.para(centre, "("+l.Signer+")")
	d.para(centre, l.Position)
	d.para(`<w:spacing w:before="240"/>`, "")
	for _, line := range l.Office {
		d.para("", line)
	}
	if l.Box != nil {
		picture, err = d.box(l.Box)
	}
	d.WriteString(wordEnd)
	return d.Bytes(), picture, err
}

// document is the text of one while it is written.
type document struct{ bytes.Buffer }

func (d *document) text(s string) {
	d.WriteString(`<w:t xml:space="preserve">`)
	_ = xml.EscapeText(&d.Buffer, []byte(s)) // into memory, which takes it
	d.WriteString(`</w:t>`)
}

func (d *document) para(how, text string) { d.run(how, "", text) }

func (d *document) run(how, face, text string) {
	d.WriteString(`<w:p><w:pPr>` + spaced(how) + `</w:pPr><w:r><w:rPr>` + ordered(face) + `</w:rPr>`)
	d.text(text)
	d.WriteString(`</w:r></w:p>`)
}

// spaced keeps paragraphs together, unless they say otherwise.
func spaced(how string) string {
	if strings.Contains(how, "<w:spacing") {
		return strings.Replace(how, "<w:spacing ", `<w:spacing w:line="240" w:lineRule="auto" `, 1)
	}
	return `<w:spacing w:before="0" w:after="0"/>` + how
}

// ordered puts what a run looks like into the order that the format asks for.
func ordered(face string) string { return strings.Replace(wordFace, "<w:sz ", face+"<w:sz ", 1) }

func (d *document) labelled(label, text string) {
	d.WriteString(`<w:p><w:pPr><w:tabs><w:tab w:val="left" w:pos="907"/></w:tabs><w:spacing w:before="60" w:after="60"/><w:ind w:left="907" w:hanging="907"/></w:pPr><w:r><w:rPr>` + wordFace + `</w:rPr>`)
	d.text(label)
	d.WriteString(`<w:tab/>`)
	d.text(text)
	d.WriteString(`</w:r></w:p>`)
}

func (d *document) box(b *Box) ([]byte, error) {
	grid, err := qr.Encode(b.Link, qr.Medium)
	if err != nil {
		return nil, fmt.Errorf("letter: %w", err)
	}
	var picture bytes.Buffer
	if err := grid.PNG(&picture, 6); err != nil {
		return nil, err
	}
	const border = `<w:pBdr><w:top w:val="single" w:sz="6" w:space="4" w:color="475767"/></w:pBdr>`
	d.run(border+`<w:spacing w:before="120"/>`, wordBold, b.Heading)
	for _, line := range b.Lines {
		d.para("", line)
	}
	d.run("", wordBold, "รหัส "+b.Code)
	fmt.Fprintf(d, `<w:p><w:r><w:drawing><wp:inline><wp:extent cx="%[1]d" cy="%[1]d"/><wp:docPr id="1" name="code" descr="%[2]s"/><a:graphic><a:graphicData uri="http://schemas.openxmlformats.org/drawingml/2006/picture"><pic:pic><pic:nvPicPr><pic:cNvPr id="1" name="code.png"/><pic:cNvPicPr/></pic:nvPicPr><pic:blipFill><a:blip r:embed="code"/><a:stretch><a:fillRect/></a:stretch></pic:blipFill><pic:spPr><a:xfrm><a:off x="0" y="0"/><a:ext cx="%[1]d" cy="%[1]d"/></a:xfrm><a:prstGeom prst="rect"><a:avLst/></a:prstGeom></pic:spPr></pic:pic></a:graphicData></a:graphic></wp:inline></w:drawing></w:r></w:p>`, codeEMU, b.Heading)
	return picture.Bytes(), nil
}
