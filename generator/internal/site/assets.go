package site

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io/fs"
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/tdewolff/minify/v2"
	"github.com/tdewolff/minify/v2/css"
	"github.com/tdewolff/minify/v2/js"
	"github.com/tdewolff/minify/v2/svg"

	"khumue/generator/internal/publish"
	"khumue/internal/catalog"
	"khumue/internal/fault"
	"khumue/internal/page"
	"khumue/internal/thai"
)

// assets are the files of a theme under names that bear their hash. What one
// asset refers to is written before it, under the name that it then refers to.
type assets struct {
	source fs.FS
	base   string
	out    *publish.Publication
	mini   *minify.M
	made   map[string][]byte // generated modules by name
	done   map[string]string // name → published path
	size   map[string]int
	open   []string // being written, to tell cycles
}

// writeAssets publishes a theme's assets: the style sheet with what it imports
// as one file, the modules, drawings, pictures and fonts.
func writeAssets(theme fs.FS, base string, messages map[catalog.Lang]page.Messages, out *publish.Publication) (*assets, error) {
	sub, err := fs.Sub(theme, "assets")
	if err != nil {
		return nil, err
	}
	a := &assets{source: sub, base: base, out: out, mini: minify.New(), done: map[string]string{}, size: map[string]int{}}
	a.mini.AddFunc("text/css", css.Minify)
	a.mini.AddFunc("text/javascript", js.Minify)
	a.mini.AddFunc("image/svg+xml", svg.Minify)
	a.made = map[string][]byte{
		"js/thai-rules.js":  module(thai.Rules()),
		"js/messages-th.js": scriptMessages(messages[catalog.TH]),
		"js/messages-en.js": scriptMessages(messages[catalog.EN]),
	}
	return a, a.all()
}

// module is a JSON value as a module of JavaScript.
func module(value []byte) []byte {
	return append(append([]byte("export default "), bytes.TrimSpace(value)...), ";\n"...)
}

// scriptMessages are the sentences that scripts say: those under "js.".
func scriptMessages(m page.Messages) []byte {
	own := map[string]string{}
	for key, s := range m {
		if name, ok := strings.CutPrefix(key, "js."); ok {
			own[name] = s
		}
	}
	b, err := json.Marshal(own)
	if err != nil {
		panic("site: messages are text: " + err.Error())
	}
	return module(b)
}

func (a *assets) all() error {
	err := fs.WalkDir(a.source, ".", func(name string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() || strings.HasPrefix(path.Base(name), ".") || path.Ext(name) == ".css" && name != "css/site.css" {
			return err
		}
		_, err = a.write(name)
		return err
	})
	if err != nil {
		return fault.New(fault.Invalid, fault.Text{TH: "ธีมใช้ไม่ได้", EN: "the theme is broken"}).Because(err)
	}
	return nil
}

// address is where an asset is published, or "" when there is none.
func (a *assets) address(name string) string {
	if p, ok := a.done[name]; ok {
		return a.base + "/" + p
	}
	return ""
}

// write publishes one asset, after what it refers to, and returns its path.
func (a *assets) write(name string) (string, error) {
	if p, ok := a.done[name]; ok {
		return p, nil
	}
	if slices.Contains(a.open, name) {
		return "", fmt.Errorf("assets/%s: refers to itself through %s", name, strings.Join(a.open, ", "))
	}
	a.open = append(a.open, name)
	defer func() { a.open = a.open[:len(a.open)-1] }()
	src, err := a.read(name)
	if err != nil {
		return "", err
	}
	out, err := a.process(name, src)
	if err != nil {
		return "", fmt.Errorf("assets/%s: %w", name, err)
	}
	p := publish.Hashed("assets/"+name, out)
	a.done[name], a.size[name] = p, len(out)
	return p, a.out.WriteAsset(p, out)
}

func (a *assets) read(name string) ([]byte, error) {
	if src, ok := a.made[name]; ok {
		return src, nil
	}
	return fs.ReadFile(a.source, name)
}

func (a *assets) process(name string, src []byte) ([]byte, error) {
	switch path.Ext(name) {
	case ".css":
		return a.css(name, src)
	case ".js":
		return a.js(name, src)
	case ".svg":
		return a.mini.Bytes("image/svg+xml", src)
	}
	return src, nil
}

var (
	cssImport = regexp.MustCompile(`@import\s+(?:url\()?["']\./([\w./-]+\.css)["']\)?\s*([^;]*);`)
	cssURL    = regexp.MustCompile(`url\(["']?\.\./([\w./-]+)(#[\w-]+)?["']?\)`)
	jsImport  = regexp.MustCompile(`(\bfrom\s*|\bimport\s*\(?\s*)(["'])\./([\w-]+\.js)["']`)
)

// css joins what a sheet imports, and names pictures and fonts by their hash.
func (a *assets) css(name string, src []byte) ([]byte, error) {
	joined, err := a.join(name, src)
	if err != nil {
		return nil, err
	}
	out, err := replace(cssURL, joined, func(m []string) (string, error) {
		p, err := a.write(m[1])
		return "url(../" + strings.TrimPrefix(p, "assets/") + m[2] + ")", err
	})
	if err != nil {
		return nil, err
	}
	return a.mini.Bytes("text/css", out)
}

func (a *assets) join(name string, src []byte) ([]byte, error) {
	return replace(cssImport, src, func(m []string) (string, error) {
		part := path.Join(path.Dir(name), m[1])
		inner, err := fs.ReadFile(a.source, part)
		if err != nil {
			return "", err
		}
		inner, err = a.join(part, inner)
		if media := strings.TrimSpace(m[2]); media != "" {
			return "@media " + media + "{" + string(inner) + "}", err
		}
		return string(inner), err
	})
}

// js names the modules that a module imports by their hash. Scripts of one
// folder import each other as "./name.js".
func (a *assets) js(name string, src []byte) ([]byte, error) {
	out, err := replace(jsImport, src, func(m []string) (string, error) {
		p, err := a.write(path.Join(path.Dir(name), m[3]))
		return m[1] + m[2] + "./" + path.Base(p) + m[2], err
	})
	if err != nil {
		return nil, err
	}
	return a.mini.Bytes("text/javascript", out)
}

// replace is ReplaceAllFunc with submatches and errors.
func replace(re *regexp.Regexp, src []byte, with func(m []string) (string, error)) ([]byte, error) {
	var first error
	out := re.ReplaceAllFunc(src, func(match []byte) []byte {
		m := re.FindStringSubmatch(string(match))
		s, err := with(m)
		if err != nil && first == nil {
			first = err
		}
		return []byte(s)
	})
	return out, first
}
