package config

import (
	"io"
	"net/netip"
	"reflect"

	"go.yaml.in/yaml/v3"
)

// Print writes the effective configuration as a file that Read takes, with
// secrets masked.
func (c Config) Print(w io.Writer) error {
	enc := yaml.NewEncoder(w)
	enc.SetIndent(2)
	if err := enc.Encode(printed(reflect.ValueOf(c))); err != nil {
		return err
	}
	return enc.Close()
}

// printed turns a setting into YAML.
func printed(v reflect.Value) *yaml.Node {
	switch {
	case isGroup(v.Type()):
		n := &yaml.Node{Kind: yaml.MappingNode}
		for _, f := range fieldsOf(v.Type()) {
			n.Content = append(n.Content, word(f.key), printed(v.Field(f.index)))
		}
		return n
	case v.Kind() == reflect.Slice:
		n := &yaml.Node{Kind: yaml.SequenceNode}
		if v.Type().Elem() == reflect.TypeFor[string]() || v.Type().Elem() == reflect.TypeFor[netip.Prefix]() {
			n.Style = yaml.FlowStyle
		}
		for i := range v.Len() {
			n.Content = append(n.Content, printed(v.Index(i)))
		}
		return n
	}
	if p, ok := v.Interface().(netip.Prefix); ok {
		return word(p.String())
	}
	return word(leafText(v))
}

// word is a text that stays one when it is read again.
func word(s string) *yaml.Node {
	n := &yaml.Node{}
	n.SetString(s)
	n.Tag = "!!str"
	return n
}
