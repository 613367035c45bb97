package site

import (
	"khumue/internal/catalog"
)

// labelsData names what search results can be filtered by.
const labelsData = "/data/labels.json"

// mostNamed is how many agencies labelsData names; of a larger portal it names
// those that have others below them.
const mostNamed = 1000

// names are names in Thai and English by code; the English one may be empty.
type names map[string][2]string

// writeLabels writes the names of categories, groups and agencies for the
// filters of the results page.
func (b *builder) writeLabels() error {
	data := struct {
		Category names `json:"category"`
		Group    names `json:"group"`
		Agency   names `json:"agency"`
	}{named(b.portal.Labels.Categories), named(b.portal.Labels.Groups), names{}}
	for _, a := range b.portal.Agencies {
		if len(b.portal.Agencies) <= mostNamed || len(b.portal.Children(a.Code)) > 0 {
			data.Agency[string(a.Code)] = [2]string{a.Name.TH, a.Name.EN}
		}
	}
	return b.writeJSON(labelsData, data)
}

func named(labels []catalog.Label) names {
	out := names{}
	for _, l := range labels {
		out[string(l.Slug)] = [2]string{l.TH, l.EN}
	}
	return out
}
