package transfer

import (
	"embed"
	"io/fs"
	"slices"
	"strings"

	"khumue/internal/fault"
)

//go:embed mappings
var mappings embed.FS

// Shipped lists the names of the mappings that the program brings.
func Shipped() []string {
	files, _ := fs.Glob(mappings, "mappings/*.yaml")
	for i, f := range files {
		files[i] = strings.TrimSuffix(strings.TrimPrefix(f, "mappings/"), ".yaml")
	}
	return files
}

// ShippedSource returns the text of one.
func ShippedSource(name string) ([]byte, error) {
	if !slices.Contains(Shipped(), name) {
		return nil, fault.New(fault.NotFound, fault.Textf("ไม่มีไฟล์จับคู่ชื่อ %s", "no mapping ships under the name %s", name), fault.DidYouMean(name, Shipped()))
	}
	return mappings.ReadFile("mappings/" + name + ".yaml")
}

// TemplateMapping returns the mapping of a kind's template.
func TemplateMapping(kind Kind) (*Mapping, error) {
	name := "template-" + string(kind)
	src, err := ShippedSource(name)
	if err != nil {
		return nil, err
	}
	return ReadMapping(name, src)
}
