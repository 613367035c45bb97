package site

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/evanw/esbuild/pkg/api"
)

// bundler joins and shrinks a theme's scripts and style sheets. It is esbuild's
// only user.
type bundler struct {
	source fs.FS
	made   map[string][]byte                 // generated modules by name
	link   func(name string) (string, error) // published path of a file that a sheet refers to
}

// bundled is a file that the bundler made, by its path below the assets.
type bundled struct {
	path string
	data []byte
}

// modules joins the modules that entry imports. What is imported on demand
// stays a file of its own, and so does what several of those share. Preloads
// are the files that the entry can not begin without.
func (b *bundler) modules(entry string) (files []bundled, preloads []string, err error) {
	result := api.Build(b.options(entry, api.FormatESModule, true))
	if files, err = outputs(result); err != nil {
		return nil, nil, err
	}
	return files, statics(result.Metafile, files, entry), nil
}

// plain joins a classic script or a style sheet into one file.
func (b *bundler) plain(entry string) (bundled, error) {
	format := api.FormatIIFE
	if path.Ext(entry) == ".css" {
		format = api.FormatDefault
	}
	files, err := outputs(api.Build(b.options(entry, format, false)))
	if err != nil {
		return bundled{}, err
	}
	return files[0], nil
}

func (b *bundler) options(entry string, format api.Format, split bool) api.BuildOptions {
	return api.BuildOptions{
		EntryPointsAdvanced: []api.EntryPoint{{InputPath: entry, OutputPath: strings.TrimSuffix(entry, path.Ext(entry))}},
		Bundle:              true, Splitting: split, Format: format, Metafile: true, Charset: api.CharsetUTF8,
		MinifyWhitespace: true, MinifyIdentifiers: true, MinifySyntax: true,
		// Browsers of 2018: Safari 12, old Chromes of cheap phones.
		Target:        api.ES2018,
		Engines:       []api.Engine{{Name: api.EngineSafari, Version: "12"}, {Name: api.EngineChrome, Version: "70"}, {Name: api.EngineFirefox, Version: "63"}},
		Supported:     map[string]bool{"destructuring": true, "dynamic-import": true},
		AbsWorkingDir: "/", Outdir: "/", EntryNames: "[dir]/[name].[hash]", ChunkNames: "js/[name].[hash]",
		LogLevel: api.LogLevelSilent, Plugins: []api.Plugin{{Name: "theme", Setup: b.plugin}},
	}
}

// plugin reads from the theme instead of the disk.
func (b *bundler) plugin(build api.PluginBuild) {
	const theme = "theme"
	build.OnResolve(api.OnResolveOptions{Filter: ".*"}, func(a api.OnResolveArgs) (api.OnResolveResult, error) {
		if a.Kind == api.ResolveEntryPoint {
			return api.OnResolveResult{Path: a.Path, Namespace: theme}, nil
		}
		name := path.Join(path.Dir(a.Importer), a.Path)
		if a.Kind != api.ResolveCSSURLToken {
			return api.OnResolveResult{Path: name, Namespace: theme}, nil
		}
		if strings.HasPrefix(a.Path, "data:") {
			return api.OnResolveResult{Path: a.Path, External: true}, nil
		}
		published, err := b.link(name)
		return api.OnResolveResult{Path: "../" + published, External: true}, err
	})
	build.OnLoad(api.OnLoadOptions{Filter: ".*", Namespace: theme}, func(a api.OnLoadArgs) (api.OnLoadResult, error) {
		src, ok := b.made[a.Path]
		if !ok {
			var err error
			if src, err = fs.ReadFile(b.source, a.Path); err != nil {
				return api.OnLoadResult{}, err
			}
		}
		text, loader := string(src), api.LoaderJS
		if path.Ext(a.Path) == ".css" {
			loader = api.LoaderCSS
		}
		return api.OnLoadResult{Contents: &text, Loader: loader}, nil
	})
}

// shrink shortens a classic script that stands by itself.
func shrink(src []byte) ([]byte, error) {
	r := api.Transform(string(src), api.TransformOptions{
		Charset: api.CharsetUTF8, Target: api.ES2018, MinifyWhitespace: true, MinifySyntax: true, MinifyIdentifiers: true, Sourcefile: "sw.js",
	})
	for _, m := range r.Errors {
		return nil, fmt.Errorf("%s:%d: %s", m.Location.File, m.Location.Line, m.Text)
	}
	return r.Code, nil
}

// outputs gives what a build made, or everything that is wrong.
func outputs(r api.BuildResult) ([]bundled, error) {
	var errs []error
	for _, m := range r.Errors {
		where := ""
		if m.Location != nil {
			where = fmt.Sprintf("assets/%s:%d: ", strings.TrimPrefix(m.Location.File, "theme:"), m.Location.Line)
		}
		errs = append(errs, errors.New(where+m.Text))
	}
	var out []bundled
	for _, f := range r.OutputFiles {
		out = append(out, bundled{strings.TrimPrefix(f.Path, "/"), f.Contents})
	}
	slices.SortFunc(out, func(a, b bundled) int { return strings.Compare(a.path, b.path) })
	return out, errors.Join(errs...)
}

// statics lists the files that the entry imports before it runs, itself first.
func statics(metafile string, files []bundled, entry string) []string {
	var meta struct {
		Outputs map[string]struct {
			EntryPoint string
			Imports    []struct{ Path, Kind string }
		}
	}
	if err := json.Unmarshal([]byte(metafile), &meta); err != nil {
		panic("site: the bundler's own description is no JSON: " + err.Error())
	}
	var out []string
	var visit func(p string)
	visit = func(p string) {
		if slices.Contains(out, p) {
			return
		}
		out = append(out, p)
		for _, i := range meta.Outputs[p].Imports {
			if i.Kind == "import-statement" {
				visit(i.Path)
			}
		}
	}
	for _, f := range files {
		if meta.Outputs[f.path].EntryPoint == "theme:"+entry {
			visit(f.path)
		}
	}
	return out
}
