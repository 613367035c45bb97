package answers

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"runtime/debug"
	"time"

	"khumue/internal/fault"
	"khumue/internal/survey"
)

// Run keeps what Accept puts into the queue until the context ends, and then what
// is in it still. It is called once; several connections' answers share a commit.
func (in *Intake) Run(ctx context.Context) {
	queue := in.parcels()
	defer close(in.ended)
	for {
		select {
		case p := <-queue:
			in.batch(p)
		case <-ctx.Done():
			for {
				select {
				case p := <-queue:
					in.batch(p)
					continue
				default:
				}
				return
			}
		}
	}
}

// batch keeps a parcel with what waits behind it.
func (in *Intake) batch(first *parcel) {
	list, size := []*parcel{first}, len(first.items)
	for size < batchSize {
		select {
		case p := <-in.queue:
			list, size = append(list, p), size+len(p.items)
			continue
		default:
		}
		break
	}
	items := make([]item, 0, size)
	for _, p := range list {
		items = append(items, p.items...)
	}
	in.keep(items)
	for _, p := range list {
		close(p.done)
	}
}

// commitTime is how long a commit may take before those who wait are told to come
// again.
const commitTime = 30 * time.Second

// keep keeps items in one transaction; where one of them spoils it, each in one
// of its own.
func (in *Intake) keep(items []item) {
	err := in.commit(items)
	switch {
	case err == nil:
	case errors.Is(err, fault.Unavailable), errors.Is(err, context.DeadlineExceeded):
		in.Log.Warn("answers can not be kept now", "answers", len(items), "error", err)
		for _, it := range items {
			*it.result = later(it.result.ID, NotNow, 10*time.Second)
		}
	case len(items) > 1:
		for i := range items {
			in.keep(items[i : i+1])
		}
	default:
		in.spoilt(items[0], err)
	}
}

// spoilt is an item that can not be kept though everything else can.
func (in *Intake) spoilt(it item, err error) {
	digest := it.aside.ID
	if it.answer != nil {
		digest = hex.EncodeToString(it.answer.Digest[:])
	}
	id := it.result.ID
	*it.result = later(id, NotNow, time.Minute)
	if !in.hopeless(digest, err) || it.answer == nil {
		return
	}
	aside := in.asideOf(it.answer, Poison)
	err = in.commit([]item{{aside: aside, result: &Result{}}})
	if err == nil {
		*it.result = Result{ID: id, Status: Rejected, Reason: poison()}
	}
}

// commit keeps items in one transaction, and writes their results once it is
// durable.
func (in *Intake) commit(items []item) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic: %v\n%s", p, debug.Stack())
		}
	}()
	ctx, cancel := context.WithTimeout(context.Background(), commitTime)
	defer cancel()
	ctx, kept, err := in.note(ctx, once(items))
	if err != nil {
		return err
	}
	var results []Result
	err = in.Store.Write(ctx, func(r Records) error {
		results, err = in.write(r, items, kept)
		return err
	})
	if err != nil {
		return err
	}
	in.figures.commits.Add(1)
	for i := range items {
		*items[i].result = results[i]
	}
	return nil
}

// once are the answers of items, of each id the first.
func once(items []item) (list []*Answer) {
	seen := map[string]bool{}
	for _, it := range items {
		if it.answer != nil && !seen[it.answer.ID] {
			seen[it.answer.ID] = true
			list = append(list, it.answer)
		}
	}
	return list
}

// note gets ready what the centre is to hear of answers, where this is an office.
func (in *Intake) note(ctx context.Context, list []*Answer) (context.Context, func(int, bool), error) {
	if in.Note == nil || len(list) == 0 {
		return ctx, nil, nil
	}
	deeds := make([]Deed, len(list))
	for i, a := range list {
		deeds[i] = a.deed()
	}
	return in.Note(ctx, deeds)
}

// write takes the answers of items, and puts aside what is none. Kept, unless it is
// nil, hears of each answer that came first of its id whether it is kept now.
func (in *Intake) write(r Records, items []item, kept func(int, bool)) ([]Result, error) {
	out := make([]Result, len(items))
	for i, it := range items {
		if it.answer == nil {
			if err := in.putAside(r, it.aside); err != nil {
				return nil, err
			}
			out[i] = *it.result
		}
	}
	list := once(items)
	if len(list) == 0 {
		return out, nil
	}
	taken, err := r.Take(list)
	if err != nil {
		return nil, err
	}
	at := map[string]int{}
	for i, a := range list {
		if at[a.ID] = i; kept != nil {
			kept(i, taken[i] == Fresh)
		}
	}
	first := map[string]bool{}
	for i, it := range items {
		if it.answer == nil {
			continue
		}
		id := it.answer.ID
		became := taken[at[id]]
		if first[id] { // it came twice in one commit
			became = again(became, list[at[id]], it.answer)
		}
		first[id] = true
		if out[i], err = in.told(r, it.answer, became); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// again tells what becomes of an answer whose id another of the same commit has.
func again(became Taken, kept, a *Answer) Taken {
	switch {
	case became == Fresh && kept.Digest == a.Digest:
		return Same
	case became == Fresh:
		return Differ
	case kept.Digest == a.Digest:
		return became
	}
	return Differ
}

func (in *Intake) told(r Records, a *Answer, became Taken) (Result, error) {
	switch became {
	case Fresh:
		return Result{ID: a.ID, Status: Stored}, nil
	case Same:
		return Result{ID: a.ID, Status: Duplicate}, nil
	}
	return Result{ID: a.ID, Status: Rejected, Reason: otherBytes()}, in.putAside(r, in.asideOf(a, OtherBytes))
}

// asideOf is what is put aside of an answer that was read.
func (in *Intake) asideOf(a *Answer, code string) Aside {
	body := struct {
		ID        string           `json:"id"`
		Form      string           `json:"form"`
		Point     string           `json:"point"`
		Procedure string           `json:"procedure,omitempty"`
		Channel   string           `json:"channel,omitempty"`
		Day       string           `json:"answered"`
		Picks     survey.Picks     `json:"answers"`
		Comments  []survey.Comment `json:"comments,omitempty"`
	}{a.ID, a.Form, string(a.Point), string(a.Procedure), a.Channel, a.Day.ISO(), a.Picks, a.Comments}
	return Aside{ID: hex.EncodeToString(a.Digest[:]) + "-" + code, Answer: a.ID, Code: code, Point: string(a.Point), Body: string(encoded(body)), Day: a.Received}
}

// mostAside is how much may be put aside before what is no answer is dropped: no
// flood of nonsense fills the disk. What bears the id of another answer, and
// what we could not keep, is always put aside.
const mostAside = 20_000

func (in *Intake) putAside(r Records, a Aside) error {
	if a.Code != OtherBytes && a.Code != Poison {
		in.mu.Lock()
		full := in.asides >= mostAside
		in.asides++
		in.mu.Unlock()
		if full {
			return nil
		}
	}
	return r.SetAside(a)
}

// recount counts what is put aside anew.
func (in *Intake) recount(ctx context.Context) error {
	return in.Store.Read(ctx, func(r Records) error {
		n, err := r.CountAsides()
		if err != nil {
			return err
		}
		in.mu.Lock()
		defer in.mu.Unlock()
		in.asides = n
		return nil
	})
}
