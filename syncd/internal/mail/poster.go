package mail

import (
	"cmp"
	"context"
	"errors"
	"log/slog"
	"slices"
	"time"

	"khumue/internal/calendar"
	"khumue/internal/catalog"
	"khumue/syncd/internal/manuals"
)

// Names tells what officers are called.
type Names interface {
	Names(ctx context.Context, ids ...catalog.OfficerID) (map[catalog.OfficerID]string, error)
}

// Carrier takes letters: a Server.
type Carrier interface {
	Send(ctx context.Context, letters []Letter, each func(i int, refused error) error) error
}

// Poster mails the notices that wait for it. One at a time runs.
type Poster struct {
	Store   manuals.Store
	Names   Names
	Carrier Carrier
	Writer  *Writer
	Daily   calendar.TimeOfDay // when those are told who want one letter a day, in Bangkok
	Now     func() time.Time
	Log     *slog.Logger

	taken map[string]bool // notices whose letters were taken and that are not marked yet, by id
	held  map[catalog.OfficerID]hold
	kept  int // notices that wait because of a hold
}

// hold is that a person's letters are not tried again before a moment.
type hold struct {
	until time.Time
	tries int
}

// Times of a Poster.
const (
	every     = 30 * time.Second // between two looks
	gathering = time.Minute      // in which several notices become one letter
	longest   = 15 * time.Minute // between two tries of a server that does not work
	stale     = 7 * 24 * time.Hour
)

// What is mailed at once, and read for it.
const (
	batch = 100  // letters by one connection
	limit = 1000 // notices
)

// Run mails until ctx ends. A server that does not work is tried again after
// longer and longer times; nothing is lost meanwhile.
func (p *Poster) Run(ctx context.Context) {
	timer := time.NewTimer(0) // what waited while the daemon was down goes first
	defer timer.Stop()
	failures := 0
	for {
		select {
		case <-ctx.Done():
			return
		case <-timer.C:
		}
		wait := every
		more, err := p.Round(ctx)
		switch {
		case ctx.Err() != nil:
			return
		case err != nil:
			failures++
			wait = pause(failures, every, longest)
			p.Log.Warn("mail waits: it could not be handed over", "error", err, "failures", failures, "next", wait.String())
		case failures > 0:
			p.Log.Info("mail is handed over again", "failures", failures)
			failures = 0
		}
		if more && err == nil {
			wait = 0
		}
		timer.Reset(wait)
	}
}

// pause doubles with each failure.
func pause(failures int, first, most time.Duration) time.Duration {
	return min(most, first<<min(failures, 20))
}

// bundle are the notices that one letter is about.
type bundle []manuals.Notice

func (b bundle) ids() (out []string) {
	for _, n := range b {
		out = append(out, n.ID)
	}
	return out
}

// Round mails once what is due, as far as one connection goes, and reports
// whether there is more. An error is that the server, or the store, can not be
// used now.
func (p *Poster) Round(ctx context.Context) (more bool, err error) {
	now := p.Now()
	p.begin(now)
	due, settled, err := p.due(ctx, now)
	if err != nil {
		return false, err
	}
	if err := p.mark(ctx, settled); err != nil {
		return false, err
	}
	more = len(due) > batch
	due = due[:min(batch, len(due))]
	letters, err := p.write(ctx, due, now)
	if err != nil {
		return false, err
	}
	return more, p.Carrier.Send(ctx, letters, func(i int, refused error) error { return p.settle(ctx, due[i], refused) })
}

// begin makes what is remembered ready and forgets holds that are long over.
func (p *Poster) begin(now time.Time) {
	if p.taken == nil {
		p.taken, p.held = map[string]bool{}, map[catalog.OfficerID]hold{}
	}
	for id, h := range p.held {
		if now.Sub(h.until) > stale {
			delete(p.held, id)
		}
	}
}

// due finds the bundles to be mailed now, and the notices that are settled
// without a letter.
func (p *Poster) due(ctx context.Context, now time.Time) (due []bundle, settled []string, err error) {
	var each, daily, none []manuals.Notice
	most := limit + p.kept
	err = p.Store.Read(ctx, func(r manuals.Records) (err error) {
		if each, err = r.DueMail(manuals.MailEach, now, most); err != nil {
			return err
		}
		if daily, err = r.DueMail(manuals.MailDaily, p.morning(now), most); err != nil {
			return err
		}
		none, err = r.DueMail(manuals.MailNone, now, limit)
		return err
	})
	if err != nil {
		return nil, nil, err
	}
	p.kept = 0
	for _, n := range none {
		settled = append(settled, n.ID)
	}
	for _, list := range [][]manuals.Notice{each, daily} {
		fresh, rest := p.sort(list, now)
		settled = append(settled, rest...)
		for _, b := range bundles(fresh, len(list) == most) {
			gathers := now.Sub(b[0].At) < gathering
			held := now.Before(p.held[b[0].To].until)
			if gathers || held {
				p.kept += len(b)
				continue
			}
			due = append(due, b)
		}
	}
	return due, settled, nil
}

// morning is the last moment at which the letters of a day were due.
func (p *Poster) morning(now time.Time) time.Time {
	today := calendar.DateOf(now)
	if at := today.At(p.Daily); !at.After(now) {
		return at
	}
	return today.AddDays(-1).At(p.Daily)
}

// sort parts the notices that are to be mailed from those that need no letter:
// they were read, or mailed and not marked, their person has no address, or they
// have waited for so long that they tell nothing new.
func (p *Poster) sort(list []manuals.Notice, now time.Time) (fresh []manuals.Notice, settled []string) {
	old := 0
	for _, n := range list {
		switch {
		case now.Sub(n.At) > stale:
			old++
			settled = append(settled, n.ID)
		case p.taken[n.ID], !n.Read.IsZero(), n.Address == "":
			settled = append(settled, n.ID)
		default:
			fresh = append(fresh, n)
		}
	}
	if old > 0 {
		p.Log.Warn("notices are not mailed any more: they waited for a week", "notices", old)
	}
	return fresh, settled
}

// bundles puts together what is for one person. Where the list was cut off, the
// last may not be whole, and waits for the next look.
func bundles(list []manuals.Notice, cut bool) (out []bundle) {
	at := map[catalog.OfficerID]int{}
	for _, n := range list {
		i, known := at[n.To]
		if !known {
			i = len(out)
			at[n.To], out = i, append(out, nil)
		}
		out[i] = append(out[i], n)
	}
	if cut && len(out) > 1 {
		out = out[:len(out)-1]
	}
	for _, b := range out {
		slices.SortStableFunc(b, func(a, c manuals.Notice) int { return cmp.Or(a.At.Compare(c.At), cmp.Compare(a.ID, c.ID)) })
	}
	return out
}

// write writes the letters.
func (p *Poster) write(ctx context.Context, due []bundle, now time.Time) ([]Letter, error) {
	var people []catalog.OfficerID
	for _, b := range due {
		for _, n := range b {
			people = append(people, n.By, n.For)
		}
	}
	names, err := p.Names.Names(ctx, people...)
	if err != nil {
		return nil, err
	}
	var out []Letter
	for _, b := range due {
		l, err := p.Writer.Letter(b, names, now)
		if err != nil {
			return nil, err
		}
		out = append(out, l)
	}
	return out, nil
}

// Pauses after a refusal of one person's letter. A refusal for ever may be the
// server's mistake: it is tried again too, and given up after a week with all
// else that waited as long.
const (
	soonAgain  = 5 * time.Minute
	laterAgain = time.Hour
	mostAgain  = 6 * time.Hour
)

// settle notes what became of a letter.
func (p *Poster) settle(ctx context.Context, b bundle, refused error) error {
	to := b[0].To
	if refused == nil {
		delete(p.held, to)
		for _, n := range b {
			p.taken[n.ID] = true
		}
		return p.mark(ctx, b.ids())
	}
	h := p.held[to]
	first := soonAgain
	var r *Refusal
	if errors.As(refused, &r) && r.Forever {
		first = laterAgain
	}
	h.until = p.Now().Add(pause(h.tries, first, mostAgain))
	h.tries++
	p.held[to] = h
	p.Log.Warn("a letter was refused and waits", "officer", to, "error", refused, "tries", h.tries)
	return nil
}

// mark notes that notices need no letter any more.
func (p *Poster) mark(ctx context.Context, ids []string) error {
	if len(ids) == 0 {
		return nil
	}
	at := p.Now().UTC().Truncate(time.Microsecond)
	err := p.Store.Write(context.WithoutCancel(ctx), func(r manuals.Records) error { return r.MarkMailed(ids, at) })
	if err != nil {
		return err
	}
	for _, id := range ids {
		delete(p.taken, id)
	}
	return nil
}
