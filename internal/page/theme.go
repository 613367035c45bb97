package page

import (
	"cmp"
	"fmt"
	"html/template"
	"io"
	"io/fs"
	"maps"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"

	"khumue/internal/catalog"
	"khumue/internal/fault"
	"khumue/internal/press"
)

// Theme are the templates and messages of a site, prepared once per language.
type Theme struct {
	messages map[catalog.Lang]Messages
	layouts  map[catalog.Lang]map[string]*press.Plate
	icons    map[string]string // drawing → the sprite that holds it
}

// Messages are the sentences of the interface in one language, by key.
type Messages map[string]string

// Get returns the message under key, formatted with args. A missing one is a
// fault of the theme, which LoadTheme has refused.
func (m Messages) Get(key string, args ...any) string {
	s, ok := m[key]
	if !ok {
		return "[" + key + "]"
	}
	if len(args) == 0 {
		return s
	}
	return format(s, args)
}

// format is fmt.Sprintf, quicker where texts and whole numbers are put in as
// they are.
func format(s string, args []any) string {
	var room [256]byte
	out, rest, used := room[:0], s, 0
	for {
		text, after, found := strings.Cut(rest, "%")
		out = append(out, text...)
		if !found {
			break
		}
		if after == "" || used == len(args) {
			return fmt.Sprintf(s, args...)
		}
		text, isText := args[used].(string)
		number, isNumber := args[used].(int)
		switch verb := after[0]; {
		case isText && (verb == 's' || verb == 'v'):
			out = append(out, text...)
		case isNumber && (verb == 'd' || verb == 'v'):
			out = strconv.AppendInt(out, int64(number), 10)
		default:
			return fmt.Sprintf(s, args...)
		}
		rest, used = after[1:], used+1
	}
	if used < len(args) {
		return fmt.Sprintf(s, args...)
	}
	return string(out)
}

// Count returns the message for n things: key+".one" for one where the
// language has it, else key.
func (m Messages) Count(key string, n int) string {
	if s, ok := m[key+".one"]; ok && n == 1 {
		return format(s, []any{n})
	}
	return m.Get(key, n)
}

// Env is what templates ask of the build.
type Env struct {
	Base  string                   // path below which the site lives; "" at the root of its host
	Asset func(name string) string // address of an asset, such as css/site.css; "" when there is none
	Early []string                 // addresses of modules that js/main.js begins with
}

// LoadTheme reads layouts/*.html, partials/*.html, i18n/{th,en}.yaml and
// the sprites assets/icons*.svg. Every
// layout is rendered by the partial "base", in which it defines "main". Errors
// name file, line and template; one that asks for what a page of this package
// does not have is an error too.
func LoadTheme(files fs.FS, env Env) (*Theme, error) {
	t := &Theme{messages: map[catalog.Lang]Messages{}, layouts: map[catalog.Lang]map[string]*press.Plate{}}
	var err error
	if t.messages, err = ReadMessages(files); err != nil {
		return nil, err
	}
	if t.icons, err = readIcons(files); err != nil {
		return nil, err
	}
	if err := t.parseAll(files, env); err != nil {
		return nil, err
	}
	own := map[string]any{"manual": Manual{}, "agency": Agency{}, "point": Point{}, "service": Service{}, "text": Text{}, "survey": Survey{}}
	maps.DeleteFunc(own, func(layout string, _ any) bool { return t.layouts[catalog.TH][layout] == nil })
	return t, t.Expect(own)
}

// Expect says with which pages layouts are to be rendered: an empty one of each
// type, by the layout's name. A layout that asks for what its page does not have
// is an error, which names file, line and field.
func (t *Theme) Expect(pages map[string]any) error {
	for _, lang := range []catalog.Lang{catalog.TH, catalog.EN} {
		for _, layout := range slices.Sorted(maps.Keys(pages)) {
			plate, err := t.plate(lang, layout)
			if err != nil {
				return err
			}
			if err := plate.Fits(pages[layout]); err != nil {
				return broken("layouts/"+layout+".html", err)
			}
		}
	}
	return nil
}

var symbol = regexp.MustCompile(`<symbol id="([^"]+)"`)

// readIcons lists the drawings of the sprites assets/icons*.svg.
func readIcons(files fs.FS) (map[string]string, error) {
	sprites, err := fs.Glob(files, "assets/icons*.svg")
	if err != nil {
		return nil, err
	}
	icons := map[string]string{}
	for _, name := range sprites {
		src, err := fs.ReadFile(files, name)
		if err != nil {
			return nil, broken(name, err)
		}
		for _, m := range symbol.FindAllSubmatch(src, -1) {
			icons[string(m[1])] = strings.TrimPrefix(name, "assets/")
		}
	}
	return icons, nil
}

// HasIcon reports whether one of the theme's sprites holds a drawing.
func (t *Theme) HasIcon(name string) bool { _, ok := t.icons[name]; return ok }

// ReadMessages reads a theme's sentences in both languages. Both must have the
// same keys.
func ReadMessages(files fs.FS) (map[catalog.Lang]Messages, error) {
	all := map[catalog.Lang]Messages{}
	for _, lang := range []catalog.Lang{catalog.TH, catalog.EN} {
		m, err := readMessages(files, lang)
		if err != nil {
			return nil, err
		}
		all[lang] = m
	}
	return all, sameKeys(all[catalog.TH], all[catalog.EN])
}

// Messages returns the sentences in one language.
func (t *Theme) Messages(lang catalog.Lang) Messages { return t.messages[lang] }

func broken(file string, err error) error {
	return fault.New(fault.Invalid, fault.Textf("ธีมใช้ไม่ได้: %s", "the theme is broken: %s", file)).Because(err)
}

func readMessages(files fs.FS, lang catalog.Lang) (Messages, error) {
	name := "i18n/" + string(lang) + ".yaml"
	src, err := fs.ReadFile(files, name)
	if err != nil {
		return nil, broken(name, err)
	}
	m := Messages{}
	if err := yaml.Unmarshal(src, &m); err != nil {
		return nil, broken(name, err)
	}
	return m, nil
}

// sameKeys holds both languages to the same messages; only the singular of
// English has none beside it.
func sameKeys(th, en Messages) error {
	var missing []string
	for key := range en {
		if _, ok := th[key]; !ok && !strings.HasSuffix(key, ".one") {
			missing = append(missing, "th: "+key)
		}
	}
	for key := range th {
		if _, ok := en[key]; !ok {
			missing = append(missing, "en: "+key)
		}
	}
	if slices.Sort(missing); len(missing) > 0 {
		return broken("i18n", fmt.Errorf("messages that only one language has: %s", strings.Join(missing, ", ")))
	}
	return nil
}

// parseAll reads the layouts, for both languages at the same time.
func (t *Theme) parseAll(files fs.FS, env Env) error {
	var wg sync.WaitGroup
	langs := []catalog.Lang{catalog.TH, catalog.EN}
	layouts, errs := make([]map[string]*press.Plate, len(langs)), make([]error, len(langs))
	for i, lang := range langs {
		wg.Go(func() { layouts[i], errs[i] = t.parse(files, lang, env) })
	}
	wg.Wait()
	for i, lang := range langs {
		t.layouts[lang] = layouts[i]
	}
	return cmp.Or(errs...)
}

// parse reads the layouts for one language.
func (t *Theme) parse(files fs.FS, lang catalog.Lang, env Env) (map[string]*press.Plate, error) {
	funcs := t.funcs(lang, env)
	fresh := func() *template.Template { return template.New("").Option("missingkey=error").Funcs(funcs) }
	shared := fresh()
	partials, err := fs.Glob(files, "partials/*.html")
	if err != nil {
		return nil, err
	}
	for _, p := range partials {
		if err := parseInto(shared, files, p, funcs); err != nil {
			return nil, err
		}
	}
	names, err := fs.Glob(files, "layouts/*.html")
	if err != nil {
		return nil, err
	}
	var layouts []press.Layout
	for _, p := range names {
		l := press.Layout{Name: strings.TrimSuffix(path.Base(p), ".html"), Set: fresh()}
		if err := parseInto(l.Set, files, p, funcs); err != nil {
			return nil, err
		}
		layouts = append(layouts, l)
	}
	plates, err := press.New(press.Options{Funcs: funcs, Methods: methods}).Plates(shared, layouts, "base")
	if err != nil {
		return nil, broken("layouts", err)
	}
	return plates, nil
}

// parseInto adds a file to a set, under its path, which errors name.
func parseInto(set *template.Template, files fs.FS, name string, funcs template.FuncMap) error {
	src, err := fs.ReadFile(files, name)
	if err != nil {
		return broken(name, err)
	}
	folded, err := fold(string(src), funcs)
	if err != nil {
		return broken(name, err)
	}
	if _, err := set.New(name).Parse(folded); err != nil {
		return broken(name, err)
	}
	return nil
}

// constant is a call of a function with a constant, or lang: what no page's
// data can change.
var constant = regexp.MustCompile(`{{(t|to|root|asset|icon) "([^"\\{}]*)"}}|{{lang}}`)

// fold writes the results of constant calls into the template once, instead of
// into every page. It keeps the template's lines.
func fold(src string, funcs template.FuncMap) (string, error) {
	var first error
	out := constant.ReplaceAllStringFunc(src, func(call string) string {
		m := constant.FindStringSubmatch(call)
		text, err := evaluate(funcs, m[1], m[2])
		if err != nil && first == nil {
			line := 1 + strings.Count(src[:strings.Index(src, call)], "\n")
			first = fmt.Errorf("line %d: %s: %w", line, call, err)
		}
		return text
	})
	return out, first
}

// evaluate calls one of the functions that constant finds, and gives its
// result as HTML.
func evaluate(funcs template.FuncMap, name, arg string) (string, error) {
	switch f := funcs[cmp.Or(name, "lang")].(type) {
	case func(string, ...any) (string, error):
		s, err := f(arg)
		if strings.Contains(s, "%") || strings.Contains(s, "\n") {
			err = cmp.Or(err, fmt.Errorf("the message %q needs values or has several lines", arg))
		}
		return template.HTMLEscapeString(s), err
	case func(string) (string, error):
		s, err := f(arg)
		return template.HTMLEscapeString(s), err
	case func(string) (template.HTML, error):
		s, err := f(arg)
		return string(s), err
	case func(string) string:
		return template.HTMLEscapeString(f(arg)), nil
	case func() string:
		return f(), nil
	}
	panic("page: no way to fold " + name)
}

// funcs are what templates may call.
func (t *Theme) funcs(lang catalog.Lang, env Env) template.FuncMap {
	m := t.messages[lang]
	prefix := ""
	if lang == catalog.EN {
		prefix = "/en"
	}
	drawn := sync.OnceValue(func() map[string]template.HTML { return draw(t.icons, env) })
	return template.FuncMap{
		// t is a message by its key, with arguments.
		"t": func(key string, args ...any) (string, error) {
			if _, ok := m[key]; !ok {
				return "", fmt.Errorf("no message %q", key)
			}
			return m.Get(key, args...), nil
		},
		// n is a message with a number, in the singular for one.
		"n": func(key string, n int) (string, error) {
			if _, ok := m[key]; !ok {
				return "", fmt.Errorf("no message %q", key)
			}
			return m.Count(key, n), nil
		},
		// to is the address of a page of the site in the page's language.
		"to": func(p string) string { return env.Base + prefix + p },
		// root is the address of something that no language has of its own.
		"root": func(p string) string { return env.Base + p },
		// asset is the address of a file of the theme, under its hashed name.
		"asset": func(name string) (string, error) {
			if a := env.Asset(name); a != "" {
				return a, nil
			}
			return "", fmt.Errorf("the theme has no asset %q", name)
		},
		// icon is a drawing from one of the sprites, which says nothing by itself.
		"icon": func(name string) (template.HTML, error) {
			if svg, ok := drawn()[name]; ok {
				return svg, nil
			}
			return "", fmt.Errorf("the theme has no drawing %q", name)
		},
		// mixed is a text of several languages, with the Thai in it marked.
		"mixed": func(s string) template.HTML { return mixed(lang, s) },
		// dial is a telephone number as a tel: address takes it.
		"dial": func(s string) string { return dial(s).Dial },
		// early are the modules to fetch together with js/main.js.
		"early": func() []string { return env.Early },
		"lang":  func() string { return string(lang) },
		"add":   func(a, b int) int { return a + b },
	}
}

// draw makes the drawings of the sprites, by name.
func draw(icons map[string]string, env Env) map[string]template.HTML {
	all := map[string]template.HTML{}
	for name, sprite := range icons {
		all[name] = template.HTML(`<svg class="icon" aria-hidden="true"><use href="` + template.HTMLEscapeString(env.Asset(sprite)+"#"+name) + `"/></svg>`)
	}
	return all
}

// mixed is a text as HTML in which, outside Thai pages, the runs of Thai are
// marked as such: a sentence of the interface may hold an author's Thai words.
func mixed(lang catalog.Lang, s string) template.HTML {
	if lang == catalog.TH {
		return template.HTML(template.HTMLEscapeString(s))
	}
	from, to := thaiRun(s)
	if from == to {
		return template.HTML(template.HTMLEscapeString(s))
	}
	var b strings.Builder
	for from < to {
		b.WriteString(template.HTMLEscapeString(s[:from]))
		b.WriteString(`<span lang="th">` + template.HTMLEscapeString(s[from:to]) + `</span>`)
		s = s[to:]
		from, to = thaiRun(s)
	}
	return template.HTML(b.String() + template.HTMLEscapeString(s))
}

// thaiLead begins every Thai character in UTF-8.
const thaiLead = 0xE0

// thaiRun finds the first run of Thai in a text: from a Thai character to the
// last one, or the last number, before anything that is neither Thai nor a
// number, a mark or a blank. An empty run is none.
func thaiRun(s string) (from, to int) {
	if strings.IndexByte(s, thaiLead) < 0 {
		return 0, 0
	}
	for i, r := range s {
		thai := r >= 0x80 && unicode.Is(unicode.Thai, r)
		switch {
		case thai && to == 0:
			from, to = i, i+utf8.RuneLen(r)
		case to == 0:
		case thai || unicode.Is(unicode.N, r):
			to = i + utf8.RuneLen(r)
		case !unicode.In(r, unicode.P, unicode.Zs):
			return from, to
		}
	}
	return from, to
}

// methods are those that layouts call often.
var methods = []press.Method{
	press.Text("Attr", func(w interface{ Attr() template.HTMLAttr }) template.HTMLAttr { return w.Attr() }),
	press.Text("Absolute", func(s interface{ Absolute() string }) string { return s.Absolute() }),
	press.Text("Host", func(s interface{ Host() string }) string { return s.Host() }),
	press.Test("HasPage", func(s interface{ HasPage(string) bool }, name string) bool { return s.HasPage(name) }),
}

// Render writes a page. Data embeds Shell; its Layout names the template. A
// page that fails is not written in part.
func (t *Theme) Render(w io.Writer, s Shell, data any) error {
	page, err := t.Append(nil, s, data)
	if err != nil {
		return err
	}
	_, err = w.Write(page)
	return err
}

// Append appends a page to dst, as Render writes it. When it fails, dst is as
// it was.
func (t *Theme) Append(dst []byte, s Shell, data any) ([]byte, error) {
	plate, err := t.plate(s.Lang, s.Layout)
	if err != nil {
		return dst, err
	}
	out, err := plate.Append(dst, data)
	if err != nil {
		return dst, broken("layouts/"+s.Layout+".html", err)
	}
	return out, nil
}

func (t *Theme) plate(lang catalog.Lang, layout string) (*press.Plate, error) {
	plate, ok := t.layouts[lang][layout]
	if !ok {
		return nil, broken("layouts/"+layout+".html", fs.ErrNotExist)
	}
	return plate, nil
}

// RenderPlainly writes a page by html/template alone: the same bytes, slowly.
// It is what Append is tested against.
func (t *Theme) RenderPlainly(w io.Writer, s Shell, data any) error {
	plate, err := t.plate(s.Lang, s.Layout)
	if err != nil {
		return err
	}
	return plate.Execute(w, data)
}

// Left is how many pages Append has left to html/template.
func (t *Theme) Left() (pages int64) {
	for _, layouts := range t.layouts {
		for _, plate := range layouts {
			pages += plate.Left()
		}
	}
	return pages
}

// Layouts lists the names of the layouts.
func (t *Theme) Layouts() []string {
	var names []string
	for name := range t.layouts[catalog.TH] {
		names = append(names, name)
	}
	return names
}
