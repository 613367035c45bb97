package synth

// A body's length in bytes; of two draws the lower counts, so that short ones
// are the most.
const (
	shortBody = 1 << 10
	longBody  = 8<<10 - 600 // what is begun is finished
)

// body appends criteria, methods and conditions. The last paragraph is of the
// revision; what stands above it stays.
func (w *writer) body(t *draft) {
	goal := len(w.b) + shortBody + min(t.d.below(longBody-shortBody), t.d.below(longBody-shortBody))
	w.raw("## หลักเกณฑ์\n\n")
	w.numbered(t, "rule", t.d.between(2, 4))
	w.raw("\n## วิธีการ\n\n")
	w.numbered(t, "method", t.d.between(2, 4))
	if t.d.percent(30) && len(w.b) < goal-900 {
		w.table(t)
	}
	w.raw("\n## เงื่อนไข\n\n")
	for heading := t.d.below(len(w.vocab.cards)); len(w.b) < goal-700; heading++ {
		w.card(t, w.vocab.cards[heading%len(w.vocab.cards)])
	}
	w.sentence(&t.now, t, pick(&t.now, w.vocab.sentences["condition"]))
	w.raw("\n")
}

// numbered appends a list of sentences that follow each other in the table.
func (w *writer) numbered(t *draft, kind string, n int) {
	list := w.vocab.sentences[kind]
	at := t.d.below(len(list))
	for i := range n {
		w.int(i + 1)
		w.raw(". ")
		w.sentence(&t.d, t, list[(at+i)%len(list)])
		w.raw("\n")
	}
}

// card appends a case under its heading, with a condition or two.
func (w *writer) card(t *draft, c titled) {
	w.raw("### กรณี", c.title, "\n\n")
	w.sentence(&t.d, t, c.text)
	w.raw("\n\n")
	if t.d.percent(60) {
		w.numbered(t, "condition", t.d.between(1, 2))
		w.raw("\n")
	}
}

func (w *writer) table(t *draft) {
	w.raw("\n| ขั้น | ผู้รับผิดชอบ | เวลา |\n|---|---|---|\n")
	for i := range t.d.between(3, 5) {
		w.raw("| ")
		w.int(i + 1)
		w.raw(" | ", pick(&t.d, units).th, " | ")
		w.int(t.d.between(1, 30))
		w.raw(" วันทำการ |\n")
	}
}

// sentence appends a sentence with its slots filled.
func (w *writer) sentence(d *dice, t *draft, s sentence) {
	for i, part := range s.parts {
		w.raw(part)
		if i < len(s.slots) {
			w.slot(d, t, s.slots[i])
		}
	}
}

func (w *writer) slot(d *dice, t *draft, slot byte) {
	switch slot {
	case 'o':
		w.raw(t.object.th)
	case 'l':
		w.raw(pick(d, w.vocab.laws[t.topic]).name.th)
	case 'u':
		w.raw(pick(d, units).th)
	case 'n':
		w.int(d.between(1, 30))
	case 'm':
		w.int(d.between(3, 18) * 10)
	case 'y':
		w.int(d.between(2560, 2569))
	}
}
