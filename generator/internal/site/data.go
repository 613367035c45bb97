package site

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"

	"khumue/internal/catalog"
	"khumue/internal/corpus"
	"khumue/internal/page"
)

// Addresses of data that scripts ask for.
const (
	tilesIndex   = "/data/near/index.json"
	holidaysData = "/data/holidays.json"
	legacyShard  = 1000 // numbers of the old system in one file of /data/legacy/
)

// tileSize is the side of a tile of /data/near/ in degrees: about 27 km, so
// that a tile of Bangkok stays small.
const tileSize = 0.25

// writeData writes the open data and the data that scripts ask for.
func (b *builder) writeData(ctx context.Context) error {
	for _, f := range b.tables() {
		if err := b.writeTable(f); err != nil {
			return err
		}
	}
	if err := each(ctx, b.portal.Manuals, b.writeManualData); err != nil {
		return err
	}
	if err := b.writeTiles(); err != nil {
		return err
	}
	if err := b.writeLegacy(); err != nil {
		return err
	}
	if err := b.writeLabels(); err != nil {
		return err
	}
	return b.writeJSON(holidaysData, b.portal.Holidays.All())
}

func (b *builder) writeJSON(address string, v any) error {
	var buf bytes.Buffer
	enc := json.NewEncoder(&buf)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		return err
	}
	return b.out.Write(strings.TrimPrefix(address, "/"), buf.Bytes())
}

// table is one kind of object as open data, in JSON and CSV.
type table struct {
	name    string // file name without ending
	head    []string
	rows    [][]string
	objects []json.RawMessage
}

// tables are the open data of the portal.
func (b *builder) tables() []*table {
	agencies := &table{name: "agencies", head: []string{"code", "name_th", "name_en", "kind", "parent", "org_code", "province", "website", "url"}}
	for _, a := range b.portal.Agencies {
		url := b.origin + "/agency/" + string(a.Code) + "/"
		agencies.add(a, []corpus.Member{{Name: "url", Value: url}, {Name: "parent", Value: a.Parent}},
			string(a.Code), a.Name.TH, a.Name.EN, string(a.Kind), string(a.Parent), a.OrgCode, a.Province, a.Contact.Website, url)
	}
	points := &table{name: "points", head: []string{"code", "name_th", "name_en", "agency", "address_th", "area_th", "area_en", "subdistrict", "postcode", "lat", "lng", "phones", "hours_th", "manuals", "url"}}
	for _, pt := range b.portal.Points {
		if pt.Visible() {
			b.pointRow(points, pt)
		}
	}
	manuals := &table{name: "manuals", head: []string{"id", "title_th", "title_en", "agency", "categories", "groups", "tags", "common_names", "time_th", "fee_th", "online", "reviewed_on", "withdrawn_on", "url", "data"}}
	for _, m := range b.portal.Manuals {
		b.manualRow(manuals, m)
	}
	services := &table{name: "services", head: []string{"id", "title_th", "title_en", "agency", "categories", "groups", "tags", "url"}}
	for _, s := range b.portal.Services {
		url := b.origin + "/service/" + string(s.ID) + "/"
		services.add(s, []corpus.Member{{Name: "url", Value: url}, {Name: "agency", Value: s.Owner}, {Name: "body", Value: s.Body.Markdown}},
			string(s.ID), s.Title.TH, s.Title.EN, string(s.Owner), list(s.Categories), list(s.Groups), list(s.Tags), url)
	}
	return []*table{agencies, points, manuals, services}
}

func (b *builder) pointRow(t *table, pt *catalog.Point) {
	url := b.origin + "/point/" + string(pt.Code) + "/"
	row := b.langs[0].PointRow(pt)
	t.add(pt, []corpus.Member{{Name: "url", Value: url}, {Name: "agency", Value: pt.Owner}},
		string(pt.Code), pt.Name.TH, pt.Name.EN, string(pt.Owner), pt.Address.Line.TH, pt.Address.Area.TH, pt.Address.Area.EN,
		pt.Address.Subdistrict, pt.Address.Postcode, row.Lat, row.Lng, strings.Join(pt.Contact.Phones, "; "), row.Hours, list(pt.Manuals), url)
}

// manualRow lists a manual. The list says what a row of the CSV says: the whole
// of a manual is a file of its own, and all of them would not fit into one.
func (b *builder) manualRow(t *table, m *catalog.Manual) {
	facts := b.langs[0].Facts(m)
	url := b.origin + "/procedure/" + string(m.ID) + "/"
	time := ""
	if len(facts.Times) > 0 {
		time = facts.Times[0].Value
	}
	t.list(string(m.ID), m.Title.TH, m.Title.EN, string(m.Owner), texts(m.Categories), texts(m.Groups), texts(m.Tags),
		m.CommonNames.Value, time, facts.Fee, fmt.Sprint(m.Online()), m.ReviewedOn.ISO(), m.Withdrawn.Value.On.ISO(), url,
		b.origin+"/data/manual/"+string(m.ID)+".json")
}

func list[S ~string](all []S) string { return strings.Join(texts(all), "; ") }

func texts[S ~string](all []S) []string {
	out := make([]string, len(all))
	for i, s := range all {
		out[i] = string(s)
	}
	return out
}

func (t *table) add(v any, members []corpus.Member, row ...string) {
	object, err := corpus.JSON(v, members...)
	if err != nil {
		panic("site: content is data: " + err.Error())
	}
	t.objects = append(t.objects, bytes.TrimSpace(object))
	t.rows = append(t.rows, row)
}

// list adds a row whose object has the members of the row and no more. Cells
// are texts, or lists of them, which a spreadsheet shows joined.
func (t *table) list(cells ...any) {
	var members []corpus.Member
	row := make([]string, len(cells))
	for i, cell := range cells {
		switch cell := cell.(type) {
		case string:
			row[i] = cell
		case []string:
			row[i] = strings.Join(cell, "; ")
		}
		if row[i] != "" {
			members = append(members, corpus.Member{Name: t.head[i], Value: cell})
		}
	}
	t.add(struct{}{}, members, row...)
}

func (b *builder) writeTable(t *table) error {
	var buf bytes.Buffer
	buf.WriteString("[\n")
	for i, o := range t.objects {
		if i > 0 {
			buf.WriteString(",\n")
		}
		buf.Write(o)
	}
	buf.WriteString("\n]\n")
	csv := writeCSV(t.head, t.rows)
	b.files = append(b.files,
		DataFile{t.name, b.base + "/data/" + t.name + ".json", "JSON", page.Size(int64(buf.Len())), len(t.rows)},
		DataFile{t.name, b.base + "/data/" + t.name + ".csv", "CSV", page.Size(int64(len(csv))), len(t.rows)})
	if err := b.out.Write("data/"+t.name+".json", buf.Bytes()); err != nil {
		return err
	}
	return b.out.Write("data/"+t.name+".csv", csv)
}

// writeCSV writes a table as spreadsheets read it: a byte order mark, CRLF,
// every cell quoted, and a leading ' where a cell would run as a formula.
func writeCSV(head []string, rows [][]string) []byte {
	var b bytes.Buffer
	b.WriteString("\ufeff")
	for _, row := range append([][]string{head}, rows...) {
		for i, cell := range row {
			if i > 0 {
				b.WriteByte(',')
			}
			b.WriteString(`"` + strings.ReplaceAll(harmless(cell), `"`, `""`) + `"`)
		}
		b.WriteString("\r\n")
	}
	return b.Bytes()
}

// harmless keeps a spreadsheet from running a cell.
func harmless(cell string) string {
	start := strings.TrimLeft(cell, " \"'")
	for _, c := range []string{"=", "+", "-", "@", "\t", "\r", "\x00", "＝", "＋", "－", "＠"} {
		if strings.HasPrefix(start, c) && start != "-" {
			return "'" + cell
		}
	}
	return cell
}

// writeManualData writes one manual as JSON and as CPSV-AP.
func (b *builder) writeManualData(m *catalog.Manual) error {
	object, err := corpus.JSON(m,
		corpus.Member{Name: "url", Value: b.origin + "/procedure/" + string(m.ID) + "/"},
		corpus.Member{Name: "agency", Value: m.Owner}, corpus.Member{Name: "body", Value: m.Body.Markdown})
	if err != nil {
		return err
	}
	if err := b.out.Write("data/manual/"+string(m.ID)+".json", object); err != nil {
		return err
	}
	return b.writeJSON("/data/manual/"+string(m.ID)+".jsonld", b.publicService(m))
}

// spot is a point as the near page needs it.
type spot struct {
	Path     string  `json:"path"`
	TH       string  `json:"th"`
	EN       string  `json:"en,omitempty"`
	AreaTH   string  `json:"area_th,omitempty"`
	AreaEN   string  `json:"area_en,omitempty"`
	AgencyTH string  `json:"agency_th,omitempty"`
	AgencyEN string  `json:"agency_en,omitempty"`
	Lat      float64 `json:"lat"`
	Lng      float64 `json:"lng"`
	Phone    string  `json:"phone,omitempty"`
	Week     any     `json:"week,omitempty"`
	// Manuals are served there: a manual with many points leads to the nearest.
	Manuals []catalog.ManualID `json:"manuals,omitempty"`
}

// writeTiles writes the points by tiles of the map, so that a telephone
// fetches only those around it.
func (b *builder) writeTiles() error {
	tiles := map[string][]spot{}
	for _, pt := range b.portal.Points {
		if !pt.Visible() || !pt.Place.IsGiven() {
			continue
		}
		at := pt.Place.Value
		key := fmt.Sprintf("%d_%d", int(math.Floor(at.Lat/tileSize)), int(math.Floor(at.Lng/tileSize)))
		tiles[key] = append(tiles[key], b.spot(pt))
	}
	counts := map[string]int{}
	for _, key := range slices.Sorted(maps.Keys(tiles)) {
		counts[key] = len(tiles[key])
		if err := b.writeJSON("/data/near/"+key+".json", tiles[key]); err != nil {
			return err
		}
	}
	return b.writeJSON(tilesIndex, struct {
		Size  float64        `json:"size"`
		Tiles map[string]int `json:"tiles"`
	}{tileSize, counts})
}

func (b *builder) spot(pt *catalog.Point) spot {
	row := b.langs[0].PointRow(pt)
	s := spot{
		Path: "/point/" + string(pt.Code) + "/", TH: pt.Name.TH, EN: pt.Name.EN, AreaTH: pt.Address.Area.TH, AreaEN: pt.Address.Area.EN,
		Lat: pt.Place.Value.Lat, Lng: pt.Place.Value.Lng, Phone: row.Phone, Week: row.Week, Manuals: pt.Manuals,
	}
	if a, ok := b.portal.Agency(pt.Owner); ok {
		s.AgencyTH, s.AgencyEN = a.Name.TH, a.Name.EN
	}
	return s
}

// writeLegacy writes where the old system's numbered addresses lead.
func (b *builder) writeLegacy() error {
	shards := map[int]map[string]string{}
	for _, m := range b.portal.Manuals {
		if n := m.Legacy.Number; n > 0 {
			if shards[n/legacyShard] == nil {
				shards[n/legacyShard] = map[string]string{}
			}
			shards[n/legacyShard][itoa(n)] = "/procedure/" + string(m.ID) + "/"
		}
	}
	for n, shard := range shards {
		if err := b.writeJSON("/data/legacy/"+itoa(n)+".json", shard); err != nil {
			return err
		}
	}
	return nil
}

// dataFiles describes the open data, which is written before the pages.
func (w *writer) dataFiles() []DataFile {
	files := slices.Clone(w.files)
	for i := range files {
		files[i].Name = w.Msg("data.name." + files[i].Name)
	}
	return files
}
