package config

import (
	"slices"
	"strconv"
	"strings"

	"khumue/internal/fault"
)

// maxProviders bounds what the position in a variable's name can make of a list.
const maxProviders = 20

// notOurs are variables of the same beginning that are no settings: the path
// of the file itself.
var notOurs = []string{prefix + "CONFIG"}

// overlay puts what the environment says over what the file says.
func (r *reading) overlay(root *node) {
	said := map[string]string{}
	for _, e := range r.src.Env {
		name, value, _ := strings.Cut(e, "=")
		if strings.HasPrefix(name, prefix) && value != "" && !slices.Contains(notOurs, name) {
			said[name] = value
		}
	}
	keys := Keys()
	for _, name := range sortedKeys(said) {
		path, position, ok := settingOf(name, keys)
		if !ok {
			r.unknown(place{file: name}, name, variables(keys))
			continue
		}
		r.put(root, path, position, name, said[name])
	}
}

func variables(keys []Key) []string {
	names := make([]string, len(keys))
	for i, k := range keys {
		names[i] = k.Env
	}
	return names
}

// settingOf finds the setting of a variable, and the position, from 1, of the
// provider that it is about.
func settingOf(name string, keys []Key) (path []string, position int, ok bool) {
	plain := name
	if rest, found := strings.CutPrefix(name, prefix+"PROVIDERS_"); found {
		digits, rest, _ := strings.Cut(rest, "_")
		n, err := strconv.Atoi(digits)
		if err != nil || n < 1 || n > maxProviders || strconv.Itoa(n) != digits {
			return nil, 0, false
		}
		plain, position = prefix+"PROVIDERS_1_"+rest, n
	}
	for _, k := range keys {
		if k.Env == plain {
			return strings.Split(strings.Replace(k.Path, "[]", "", 1), "."), position, true
		}
	}
	return nil, 0, false
}

// put sets one value in the tree. A secret and its file are one setting: the
// one that the file gave goes when the environment gives the other.
func (r *reading) put(root *node, path []string, position int, name, value string) {
	at := place{file: name}
	n := root
	for i, key := range path[:len(path)-1] {
		n = r.group(n, key, at, i == 0 && position > 0, position)
		if n == nil {
			return
		}
	}
	last := path[len(path)-1]
	other := last + fileSuffix
	if whole, is := strings.CutSuffix(last, fileSuffix); is {
		other = whole
	}
	if n.keys[other].file == r.src.Name {
		delete(n.fields, other)
		delete(n.keys, other)
	}
	n.set(last, at, &node{kind: scalar, text: value, at: at})
}

// group returns the settings by name below key, which it makes where they are
// missing; nil, and a problem, where the file has something else there.
func (r *reading) group(n *node, key string, at place, isList bool, position int) *node {
	want := mapping
	if isList {
		want = list
	}
	child := n.fields[key]
	if child == nil {
		child = newMapping(at)
		child.kind = want
		n.set(key, at, child)
	}
	if child.kind != want {
		r.wrong(child.at, fault.Textf("%s ใช้ไม่ได้ เพราะ %s ในไฟล์ไม่ใช่ชุดค่า", "%s has no place: %s in the file is something else", at.file, key))
		return nil
	}
	if !isList {
		return child
	}
	for len(child.items) < position {
		child.items = append(child.items, newMapping(at))
	}
	if child.items[position-1].kind != mapping {
		return nil // decoding tells
	}
	return child.items[position-1]
}
