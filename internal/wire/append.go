package wire

import (
	"encoding/base64"
	"strconv"
	"unicode/utf8"

	"khumue/internal/fault"
)

// Append adds the message's bytes to b. What a body, a value or a change has goes
// in untouched: it has to be JSON. Read gives back what was appended, of a message
// that keeps its limits.
func (m Message) Append(b []byte) []byte {
	w := writer{append(b, '{')}
	w.text("type", string(m.Type))
	w.text("nonce", m.Nonce)
	w.optional("stream", m.Stream)
	switch m.Type {
	case Hello:
		w.greeting(m.Greeting)
		w.reception(m.Reception)
	case Push:
		list(&w, "ops", m.Ops, w.op)
	case Results:
		list(&w, "results", m.Results, w.result)
	case Ask:
		list(&w, "ids", m.IDs, w.quoted)
	case Have:
		if m.Files != nil {
			list(&w, "files", m.Files, w.file)
		}
		if m.Got != nil {
			list(&w, "got", m.Got, w.got)
		}
	case Chunk:
		w.piece(m.Piece)
	case Pull:
		w.text("cursor", m.Cursor)
		w.raw("have", m.Have)
	case Changes:
		w.text("cursor", m.Cursor)
		w.raw("have", m.Have)
		list(&w, "changes", m.Changes, w.change)
		w.truth("more", m.More)
	case Compare:
		list(&w, "ranges", m.Ranges, w.stretch)
	case Wait:
		w.number("after", m.After)
	case Refusal:
		w.text("code", m.Code)
		w.words("text", m.Text)
	}
	return append(w.b, '}')
}

type writer struct{ b []byte }

// name begins a member.
func (w *writer) name(name string) {
	if w.b[len(w.b)-1] != '{' {
		w.b = append(w.b, ',')
	}
	w.b = append(append(append(w.b, '"'), name...), '"', ':')
}

func (w *writer) text(name, value string) {
	w.name(name)
	w.quoted(value)
}

// optional writes a text that is left out when it is empty, as all below do.
func (w *writer) optional(name, value string) {
	if value != "" {
		w.text(name, value)
	}
}

func (w *writer) number(name string, n int64) {
	w.name(name)
	w.b = strconv.AppendInt(w.b, n, 10)
}

func (w *writer) some(name string, n int64) {
	if n != 0 {
		w.number(name, n)
	}
}

func (w *writer) truth(name string, is bool) {
	if is {
		w.raw(name, []byte("true"))
	}
}

func (w *writer) raw(name string, value []byte) {
	if value != nil {
		w.name(name)
		w.b = append(w.b, value...)
	}
}

func (w *writer) bytes(name string, value []byte) {
	if len(value) > 0 {
		w.name(name)
		w.b = append(w.b, '"')
		w.b = base64.StdEncoding.AppendEncode(w.b, value)
		w.b = append(w.b, '"')
	}
}

func (w *writer) words(name string, t fault.Text) {
	w.name(name)
	w.begin()
	w.text("th", t.TH)
	w.text("en", t.EN)
	w.end()
}

func (w *writer) begin() { w.b = append(w.b, '{') }

func (w *writer) end() { w.b = append(w.b, '}') }

func list[T any](w *writer, name string, items []T, write func(T)) {
	w.name(name)
	w.b = append(w.b, '[')
	for i, item := range items {
		if i > 0 {
			w.b = append(w.b, ',')
		}
		write(item)
	}
	w.b = append(w.b, ']')
}

// quoted writes a text; bytes that are none become U+FFFD.
func (w *writer) quoted(s string) {
	w.b = append(w.b, '"')
	for _, r := range s {
		switch {
		case r == '"', r == '\\':
			w.b = append(w.b, '\\', byte(r))
		case r < ' ':
			w.b = append(w.b, '\\', 'u', '0', '0', '0'+byte(r>>4), "0123456789abcdef"[r&15])
		default:
			w.b = utf8.AppendRune(w.b, r)
		}
	}
	w.b = append(w.b, '"')
}

func (w *writer) op(o Op) {
	w.begin()
	w.text("id", o.ID)
	w.number("seq", o.Seq)
	w.text("kind", o.Kind)
	w.text("entity", o.Entity)
	w.raw("body", o.Body)
	w.bytes("secret", o.Secret)
	if len(o.Files) > 0 {
		list(w, "files", o.Files, w.file)
	}
	w.end()
}

func (w *writer) file(f File) {
	w.begin()
	w.text("sha256", f.SHA256)
	w.number("size", f.Size)
	w.end()
}

func (w *writer) result(r Result) {
	w.begin()
	w.text("id", r.ID)
	w.text("status", string(r.Status))
	w.optional("was", string(r.Was))
	w.truth("processed", r.Processed)
	w.optional("code", r.Code)
	if !r.Text.IsZero() {
		w.words("text", r.Text)
	}
	w.raw("value", r.Value)
	w.some("after", r.After)
	w.end()
}

func (w *writer) greeting(g *Greeting) {
	if g == nil {
		return
	}
	w.name("greeting")
	w.begin()
	w.number("version", int64(g.Version))
	w.optional("program", g.Program)
	w.text("stream", g.Stream)
	w.some("max_seq", g.MaxSeq)
	w.some("acked", g.Acked)
	w.some("waiting", int64(g.Waiting))
	w.optional("since", g.Since)
	w.optional("digest", g.Digest)
	w.optional("clock", g.Clock)
	w.optional("epoch", g.Epoch)
	w.end()
}

func (w *writer) reception(r *Reception) {
	if r == nil {
		return
	}
	w.name("reception")
	w.begin()
	w.number("version", int64(r.Version))
	w.number("least", int64(r.Least))
	w.optional("standing", string(r.Standing))
	w.optional("epoch", r.Epoch)
	w.some("seq", r.Seq)
	if len(r.Gaps) > 0 {
		list(w, "gaps", r.Gaps, w.gap)
	}
	w.some("count", r.Count)
	w.optional("digest", r.Digest)
	w.optional("time", r.Time)
	w.some("ops", int64(r.Ops))
	w.some("bytes", int64(r.Bytes))
	w.end()
}

func (w *writer) gap(g [2]int64) {
	w.b = append(w.b, '[')
	w.b = strconv.AppendInt(w.b, g[0], 10)
	w.b = append(w.b, ',')
	w.b = strconv.AppendInt(w.b, g[1], 10)
	w.b = append(w.b, ']')
}

func (w *writer) piece(p *Piece) {
	if p == nil {
		return
	}
	w.name("piece")
	w.begin()
	w.text("sha256", p.SHA256)
	w.number("size", p.Size)
	w.some("at", p.At)
	w.bytes("data", p.Data)
	w.end()
}

func (w *writer) got(g Got) {
	w.begin()
	w.text("sha256", g.SHA256)
	w.some("have", g.Have)
	w.truth("complete", g.Complete)
	w.end()
}

func (w *writer) change(c Change) {
	w.begin()
	w.text("kind", c.Kind)
	w.text("id", c.ID)
	w.optional("version", c.Version)
	w.raw("body", c.Body)
	w.end()
}

func (w *writer) stretch(r Range) {
	w.begin()
	w.number("first", r.First)
	w.number("last", r.Last)
	w.some("count", r.Count)
	w.optional("digest", r.Digest)
	w.end()
}
