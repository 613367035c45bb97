package site

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"strings"

	"khumue/generator/internal/publish"
	"khumue/internal/catalog"
	"khumue/internal/fault"
	"khumue/internal/page"
	"khumue/internal/thai"
)

// assets are the files of a theme under names that bear their hash.
type assets struct {
	source   fs.FS
	base     string
	out      outlet
	done     map[string]string // name → published path
	paths    []string          // everything published
	preloads []string          // addresses of what js/main.js begins with
	worker   string            // the service worker, but for what it is told of a build
}

// assetDir holds the assets below the site's root.
const assetDir = "assets/"

// entries are the files of a theme that pages name; the other scripts and
// sheets come into the site through them.
var entries = []string{"js/main.js", "js/settings.js", "css/site.css", "css/survey.css", "css/delay.css"}

// writeAssets publishes a theme's assets: the modules, the style sheet,
// drawings, pictures and fonts.
func writeAssets(theme fs.FS, base string, messages map[catalog.Lang]page.Messages, out outlet) (*assets, error) {
	sub, err := fs.Sub(theme, "assets")
	if err != nil {
		return nil, err
	}
	a := &assets{source: sub, base: base, out: out, done: map[string]string{}}
	worker, err := fs.ReadFile(theme, "sw.js")
	if err == nil {
		worker, err = shrink(worker)
	}
	a.worker = string(worker)
	if err := errors.Join(a.files(), a.bundles(messages), err); err != nil {
		return nil, fault.New(fault.Invalid, fault.Text{TH: "ธีมใช้ไม่ได้", EN: "the theme is broken"}).Because(err)
	}
	return a, nil
}

// module is a JSON value as a module of JavaScript.
func module(value []byte) []byte {
	return append(append([]byte("export default "), bytes.TrimSpace(value)...), ";\n"...)
}

// scriptMessages are the sentences that scripts say: under "js." those of what
// every page begins with, under "later." those of what is fetched on demand.
func scriptMessages(m page.Messages, prefix string) []byte {
	own := map[string]string{}
	for key, s := range m {
		if name, ok := strings.CutPrefix(key, prefix); ok {
			own[name] = s
		}
	}
	b, err := json.Marshal(own)
	if err != nil {
		panic("site: messages are text: " + err.Error())
	}
	return module(b)
}

// files publishes what is neither script nor sheet.
func (a *assets) files() error {
	return fs.WalkDir(a.source, ".", func(name string, e fs.DirEntry, err error) error {
		ext := path.Ext(name)
		if err != nil || e.IsDir() || strings.HasPrefix(path.Base(name), ".") || ext == ".css" || ext == ".js" {
			return err
		}
		data, err := fs.ReadFile(a.source, name)
		if err != nil {
			return err
		}
		return a.write(name, strings.TrimPrefix(publish.Hashed(assetDir+name, data), assetDir), data)
	})
}

// bundles publishes scripts and sheets.
func (a *assets) bundles(messages map[catalog.Lang]page.Messages) error {
	b := bundler{source: a.source, link: a.linked, made: map[string][]byte{
		"js/thai-rules.js": module(thai.Rules()),
	}}
	for lang, m := range messages {
		b.made["js/messages-"+string(lang)+".js"] = scriptMessages(m, "js.")
		b.made["js/messages-"+string(lang)+"-later.js"] = scriptMessages(m, "later.")
	}
	for _, entry := range entries[1:] {
		f, err := b.plain(entry)
		if err != nil {
			return err
		}
		if err := a.write(entry, f.path, f.data); err != nil {
			return err
		}
	}
	files, preloads, err := b.modules(entries[0])
	if err != nil {
		return err
	}
	for _, f := range files {
		name := f.path
		if len(preloads) > 0 && f.path == preloads[0] {
			name = entries[0]
		}
		if err := a.write(name, f.path, f.data); err != nil {
			return err
		}
	}
	for _, p := range preloads[1:] {
		a.preloads = append(a.preloads, a.base+"/"+assetDir+p)
	}
	return nil
}

// linked is the published path, below the assets, of a file that a sheet
// refers to.
func (a *assets) linked(name string) (string, error) {
	p, ok := a.done[name]
	if !ok {
		return "", fmt.Errorf("there is no assets/%s", name)
	}
	return strings.TrimPrefix(p, assetDir), nil
}

func (a *assets) write(name, hashed string, data []byte) error {
	a.done[name] = assetDir + hashed
	a.paths = append(a.paths, a.base+"/"+assetDir+hashed)
	return a.out.WriteAsset(assetDir+hashed, data)
}

// address is where an asset is published, or "" when there is none.
func (a *assets) address(name string) string {
	if p, ok := a.done[name]; ok {
		return a.base + "/" + p
	}
	return ""
}
