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
	codeEMU  = 900000 // two and a half centimetres
)

// word writes the document, with its picture where it has one.
func (l Letter) word() (body, picture []byte, err error) {
	var d document
	d.WriteString(wordBegin)
	room := 1700 // for the Garuda
	if l.Mark != "" {
		d.run(`<w:spacing w:after="0"/><w:jc w:val="center"/>`, wordBold, l.Mark)
		room -= 360
	}
	d.headed(room, "ที่ "+l.Number, l.Agency[0])
	for _, line := range l.Agency[1:] {
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
	d.para(centre, "("+l.signer()+")")
	d.para(centre, l.Position)
	d.para(`<w:spacing w:before="240"/>`, "")
	for i, line := range l.Office {
		how := ""
		if i == len(l.Office)-1 {
			how = `<w:spacing w:before="0" w:after="160"/>`
		}
		d.para(how, line)
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

// headed sets two texts into the first row, below so much room in twentieths of a
// point.
func (d *document) headed(room int, left, right string) {
	fmt.Fprintf(d, `<w:p><w:pPr><w:tabs><w:tab w:val="left" w:pos="4820"/></w:tabs><w:spacing w:before="%d" w:after="0"/></w:pPr><w:r><w:rPr>%s</w:rPr>`, room, wordFace)
	d.text(left)
	d.WriteString(`<w:tab/>`)
	d.text(right)
	d.WriteString(`</w:r></w:p>`)
}

// Measures of the box, in twentieths of a point: the cell of the QR code, and that
// of the text beside it.
const (
	wordCode = 1900
	wordText = 7171
)

// box sets the QR code and what stands beside it into a table of one row, which
// stays on one page.
func (d *document) box(b *Box) ([]byte, error) {
	grid, err := qr.Encode(b.Link, qr.Medium)
	if err != nil {
		return nil, fmt.Errorf("letter: %w", err)
	}
	var picture bytes.Buffer
	if err := grid.PNG(&picture, 6); err != nil {
		return nil, err
	}
	const edge = `w:val="single" w:sz="6" w:space="0" w:color="475767"/>`
	fmt.Fprintf(d, `<w:tbl><w:tblPr><w:tblW w:w="%[1]d" w:type="dxa"/><w:tblBorders><w:top %[2]s<w:left %[2]s<w:bottom %[2]s<w:right %[2]s</w:tblBorders><w:tblLayout w:type="fixed"/></w:tblPr><w:tblGrid><w:gridCol w:w="%[3]d"/><w:gridCol w:w="%[4]d"/></w:tblGrid><w:tr><w:trPr><w:cantSplit/></w:trPr>`,
		wordCode+wordText, edge, wordCode, wordText)
	d.cell(wordCode, func() {
		fmt.Fprintf(d, `<w:p><w:pPr><w:spacing w:before="60" w:after="60"/></w:pPr><w:r><w:drawing><wp:inline><wp:extent cx="%[1]d" cy="%[1]d"/><wp:docPr id="1" name="code" descr="%[2]s"/><a:graphic><a:graphicData uri="http://schemas.openxmlformats.org/drawingml/2006/picture"><pic:pic><pic:nvPicPr><pic:cNvPr id="1" name="code.png"/><pic:cNvPicPr/></pic:nvPicPr><pic:blipFill><a:blip r:embed="code"/><a:stretch><a:fillRect/></a:stretch></pic:blipFill><pic:spPr><a:xfrm><a:off x="0" y="0"/><a:ext cx="%[1]d" cy="%[1]d"/></a:xfrm><a:prstGeom prst="rect"><a:avLst/></a:prstGeom></pic:spPr></pic:pic></a:graphicData></a:graphic></wp:inline></w:drawing></w:r></w:p>`, codeEMU, b.Heading)
	})
	d.cell(wordText, func() {
		d.run("", wordBold, b.Heading)
		for _, line := range b.Lines {
			d.para("", line)
		}
		d.run("", wordBold, "รหัส "+b.Code)
	})
	d.WriteString(`</w:tr></w:tbl><w:p><w:pPr><w:spacing w:before="0" w:after="0" w:line="20" w:lineRule="exact"/></w:pPr></w:p>`) // a file ends with a paragraph, here with none to be seen
	return picture.Bytes(), nil
}

// cell writes a cell whose content stands in the middle of its height.
func (d *document) cell(wide int, fill func()) {
	fmt.Fprintf(d, `<w:tc><w:tcPr><w:tcW w:w="%d" w:type="dxa"/><w:vAlign w:val="center"/></w:tcPr>`, wide)
	fill()
	d.WriteString(`</w:tc>`)
}
