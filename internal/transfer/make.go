package transfer

import (
	"strings"

	"khumue/internal/catalog"
	"khumue/internal/corpus"
	"khumue/internal/fault"
)

// make writes the content file of an object: first as its rows say it, which
// the strict reader judges, then as the house writes it.
func (o *object) make() error {
	for range 4 {
		src, w := o.source()
		value, problems := o.at.Decode(src)
		if !o.dropped(w, problems) {
			o.refuse(w, problems)
			o.value = value
			break
		}
	}
	if o.lost {
		return nil
	}
	free := o.free()
	o.incomplete()
	if o.lost {
		return nil
	}
	var err error
	if o.made, err = corpus.Format(o.at, o.value); err == nil {
		o.made = corpus.StateZero(o.at, o.made, free...)
	}
	return err
}

// free returns the places of the fees that are stated to be 0. A fee without a
// sum is another thing: nobody knows what is paid, so the object is refused.
func (o *object) free() (at []int) {
	var fees []catalog.Fee
	switch v := o.value.(type) {
	case *catalog.Manual:
		fees = v.Fees.Value
	case *catalog.Service:
		fees = v.Fees.Value
	}
	list, ok := o.root.child("fees")
	for i, f := range fees {
		if f.Min != 0 || f.Kind == catalog.FeeFormula || !ok || i >= len(list.items) {
			continue
		}
		if _, stated := list.items[i].child("min"); stated {
			at = append(at, i)
			continue
		}
		from := list.items[i].from
		o.note(origin{row: from.row, column: from.column}, Refused, fault.Textf("ค่าธรรมเนียม %q ไม่บอกจำนวน", "the fee %q has no amount", short(f.Name.TH)),
			fault.Text{TH: "กรอกจำนวน ถ้าไม่เสียเงินให้กรอก 0", EN: "fill it in; where nothing is paid write 0"})
	}
	return at
}

// source is the content file as text, and where its lines came from; nothing
// tells where those of the body came from.
func (o *object) source() ([]byte, *written) {
	w := o.root.write()
	if o.at.Kind != corpus.ManualFile && o.at.Kind != corpus.ServiceFile {
		return w.text, w
	}
	src := append([]byte("---\n"), w.text...)
	src = append(append(src, "---\n"...), o.body...)
	if len(o.body) > 0 {
		src = append(src, '\n')
	}
	w.lines = append([]origin{o.root.from}, w.lines...)
	return src, w
}

func (w *written) from(o *object, line int) origin {
	if line > 0 && line <= len(w.lines) && w.lines[line-1].row > 0 {
		return w.lines[line-1]
	}
	return origin{row: o.first()}
}

// dropped leaves out what can not be read and may be left out, and reports
// whether there was any.
func (o *object) dropped(w *written, problems fault.Problems) (any bool) {
	for _, p := range problems.Of(fault.Wrong) {
		if from := w.from(o, p.Line); from.drop {
			o.note(from, Look, p.What, p.Hint)
			o.root.without(from)
			any = true
		}
	}
	return any
}

func (o *object) refuse(w *written, problems fault.Problems) {
	for _, p := range problems.Of(fault.Wrong) {
		o.note(w.from(o, p.Line), Refused, p.What, p.Hint)
	}
}

// incomplete tells what a manual lacks of what the Act asks for.
func (o *object) incomplete() {
	m, ok := o.value.(*catalog.Manual)
	if !ok {
		return
	}
	if missing := strings.Join(m.Missing(), ", "); missing != "" {
		o.note(origin{row: o.first()}, Look, fault.Textf("ยังไม่กรอก %s", "not filled in: %s", missing), fault.Text{})
	}
}
