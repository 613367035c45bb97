package xlsx

import (
	"archive/zip"
	"encoding/xml"
	"errors"
	"io"
	"path"
	"strings"
)

// maxFrame is how many bytes the parts may have that say what is in a book.
const maxFrame = 4 << 20

// parts are those of a book by their names in small letters.
type parts map[string]*zip.File

func partKey(name string) string {
	return strings.ToLower(strings.TrimPrefix(strings.ReplaceAll(name, `\`, "/"), "/"))
}

// open reads a part; one that unpacks to more than it says ends with an error.
func (p parts) open(name string) (io.ReadCloser, error) {
	f, ok := p[partKey(name)]
	if !ok {
		return nil, errors.New("no part " + name)
	}
	return f.Open()
}

// frame reads a part that says what is in the book.
func (p parts) frame(name string, into any) error {
	r, err := p.open(name)
	if err != nil {
		return err
	}
	d := xml.NewDecoder(io.LimitReader(r, maxFrame))
	return errors.Join(d.Decode(into), r.Close())
}

// relations lead from a part to others.
type relations struct {
	All []struct {
		ID   string `xml:"Id,attr"`
		Type string `xml:"Type,attr"`
		To   string `xml:"Target,attr"`
		Mode string `xml:"TargetMode,attr"`
	} `xml:"Relationship"`
}

// relations reads those of a part. What stands outside of the book is not
// among them.
func (p parts) relations(of string) (byID, byType map[string]string, err error) {
	var r relations
	dir, base := path.Split(of)
	if err := p.frame(dir+"_rels/"+base+".rels", &r); err != nil {
		return nil, nil, err
	}
	byID, byType = map[string]string{}, map[string]string{}
	for _, one := range r.All {
		if strings.EqualFold(one.Mode, "External") {
			continue
		}
		to := one.To
		if !strings.HasPrefix(to, "/") {
			to = path.Join(dir, to)
		}
		byID[one.ID] = to
		byType[path.Base(one.Type)] = to
	}
	return byID, byType, nil
}

// workbook says which sheets there are.
type workbook struct {
	Props struct {
		Date1904 string `xml:"date1904,attr"`
	} `xml:"workbookPr"`
	Sheets []struct {
		Name string `xml:"name,attr"`
		ID   string `xml:"http://schemas.openxmlformats.org/officeDocument/2006/relationships id,attr"`
		Also string `xml:"http://purl.oclc.org/ooxml/officeDocument/relationships id,attr"` // of a strict book
	} `xml:"sheets>sheet"`
}
