package config

import (
	"bytes"
	"errors"
	"io"
	"regexp"
	"strconv"

	"go.yaml.in/yaml/v3"

	"khumue/internal/fault"
)

const (
	maxFile  = 1 << 20 // bytes of a configuration
	maxDepth = 8       // of nested values; the deepest setting has 3
)

type kind string

const (
	scalar  kind = "one value"
	list    kind = "a list"
	mapping kind = "settings by name"
)

func (k kind) text() fault.Text {
	th := map[kind]string{scalar: "ค่าเดียว", list: "รายการ", mapping: "ชุดค่าตามชื่อ"}
	return fault.Text{TH: th[k], EN: string(k)}
}

// node is what was given for a setting.
type node struct {
	kind   kind
	text   string           // of a scalar
	items  []*node          // of a list
	fields map[string]*node // of a mapping
	keys   map[string]place // of the fields' names
	at     place
}

func newMapping(at place) *node {
	return &node{kind: mapping, fields: map[string]*node{}, keys: map[string]place{}, at: at}
}

func (n *node) set(name string, at place, value *node) {
	n.fields[name], n.keys[name] = value, at
}

// parse reads the file as plain values: one document without anchors, tags and
// repeated keys. What is not plain is told and left out.
func (r *reading) parse() *node {
	whole := place{file: r.src.Name}
	empty := newMapping(whole)
	if len(r.src.Data) > maxFile {
		r.wrong(whole, fault.Textf("ไฟล์ใหญ่เกิน %d ไบต์", "the file has more than %d bytes", maxFile))
		return empty
	}
	dec := yaml.NewDecoder(bytes.NewReader(r.src.Data))
	var doc, next yaml.Node
	err := dec.Decode(&doc)
	if errors.Is(err, io.EOF) {
		return empty
	}
	if err == nil {
		if err = dec.Decode(&next); err == nil {
			r.wrong(place{r.src.Name, next.Line}, fault.Text{TH: "มีเอกสาร YAML มากกว่าหนึ่ง", EN: "there is more than one YAML document"},
				fault.Text{TH: "ลบบรรทัด --- และที่ตามมา", EN: "remove the line --- and what follows"})
			return empty
		}
	}
	if !errors.Is(err, io.EOF) {
		at, said := yamlError(r.src.Name, err)
		r.wrong(at, fault.Textf("อ่านเป็น YAML ไม่ได้: %s", "not valid YAML: %s", said))
		return empty
	}
	if len(doc.Content) != 1 {
		return empty
	}
	root := r.plain(doc.Content[0], 0)
	switch {
	case root == nil:
		return empty
	case root.kind != mapping:
		r.wrong(root.at, fault.Text{TH: "ไฟล์นี้ต้องเป็นชุดค่าตามชื่อ", EN: "this file has to hold settings by name"},
			fault.Text{TH: "เขียนเช่น data: /var/lib/khumue", EN: "write for example data: /var/lib/khumue"})
		return empty
	}
	return root
}

var yamlLine = regexp.MustCompile(`^yaml: (?:line (\d+): )?`)

// yamlError splits an error of the reader into its place and what it says.
func yamlError(file string, err error) (place, string) {
	said := err.Error()
	m := yamlLine.FindStringSubmatch(said)
	if m == nil {
		return place{file: file}, said
	}
	line, _ := strconv.Atoi(m[1]) // 0 where it names none
	return place{file, line}, said[len(m[0]):]
}

// plain turns a YAML node into a node; nil is a value that was left empty, or
// told as a problem.
func (r *reading) plain(y *yaml.Node, depth int) *node {
	at := place{r.src.Name, y.Line}
	if y.Kind == yaml.AliasNode || y.Anchor != "" || y.Style&yaml.TaggedStyle != 0 {
		r.wrong(at, fault.Text{TH: "ใช้ & * ! ของ YAML ไม่ได้", EN: "anchors, aliases and tags of YAML have no place here"},
			fault.Text{TH: "เขียนค่าเต็ม หรือใส่เครื่องหมายคำพูด", EN: "write the value in full, or in quotes"})
		return nil
	}
	if depth > maxDepth {
		r.wrong(at, fault.Text{TH: "ซ้อนกันลึกเกินไป", EN: "nested too deeply"})
		return nil
	}
	switch y.Kind {
	case yaml.ScalarNode:
		if y.Tag == "!!null" {
			return nil
		}
		return &node{kind: scalar, text: y.Value, at: at}
	case yaml.SequenceNode:
		n := &node{kind: list, at: at}
		for _, c := range y.Content {
			if item := r.plain(c, depth+1); item != nil {
				n.items = append(n.items, item)
			}
		}
		return n
	}
	return r.plainMapping(y, at, depth)
}

func (r *reading) plainMapping(y *yaml.Node, at place, depth int) *node {
	n := newMapping(at)
	for i := 0; i+1 < len(y.Content); i += 2 {
		key := y.Content[i]
		where := place{r.src.Name, key.Line}
		if key.Kind != yaml.ScalarNode {
			r.wrong(where, fault.Text{TH: "ชื่อค่าต้องเป็นคำ", EN: "the name of a setting is a word"})
			continue
		}
		if first, twice := n.keys[key.Value]; twice {
			r.wrong(where, fault.Textf("ระบุ %s แล้วที่บรรทัด %d", "%s was set already, in line %d", key.Value, first.line))
			continue
		}
		n.set(key.Value, where, r.plain(y.Content[i+1], depth+1))
	}
	return n
}
