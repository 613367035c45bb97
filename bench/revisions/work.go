package main

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"khumue/bench/office"
)

// queues has some of the agency's drafts submitted, half of them approved in
// stage 1, so that queues are not empty.
func (b *bench) queues(ctx context.Context) error {
	for i, at := range b.place.drafts[:min(len(b.place.drafts), b.waiting)] {
		manual, key, _ := strings.Cut(at, "/")
		w := b.desk.begin(manual, b.desk.author.Person)
		w.draft = "/manuals/" + manual + "/draft/" + key
		if err := w.submit(ctx); err != nil {
			b.Unsubmitted++ // a draft that is not complete stays one
			b.why = err
			continue
		}
		b.Waiting++
		b.shown = fmt.Sprintf("/manuals/%s/revisions/%d", manual, w.number)
		if i%2 == 0 {
			if err := w.endorse(ctx); err != nil {
				return err
			}
		}
	}
	if b.Waiting == 0 && b.why != nil {
		return b.why
	}
	return nil
}

// pages measures pages as those look at them who need them.
func (b *bench) pages(ctx context.Context) error {
	manual, err := b.place.next()
	if err != nil {
		return err
	}
	d := b.desk
	last := fmt.Sprint((b.Manuals + listed - 1) / listed)
	for _, p := range []struct {
		name string
		by   *office.Person
		path string
	}{
		{"what waits for the agency's reviewer", d.reviewer.Person, "/queue"},
		{"what waits for OPDC, of the whole country", d.opdc.Person, "/queue"},
		{"the author's drafts", d.author.Person, "/drafts"},
		{"the home page", d.opdc.Person, "/"},
		{"all manuals, first page", d.opdc.Person, "/manuals"},
		{"all manuals, last page", d.opdc.Person, "/manuals?page=" + last},
		{"manuals by a word that most have", d.opdc.Person, "/manuals?q=" + url.QueryEscape("ขอ")},
		{"manuals by words that none has", d.opdc.Person, "/manuals?q=" + url.QueryEscape("ไม่มีคำนี้ในคู่มือใด")},
		{"manuals in review", d.opdc.Person, "/manuals?status=review"},
		{"published manuals of one agency", d.opdc.Person, "/manuals?status=public&unit=" + b.place.agencies[0]},
		{"one manual with its history", d.opdc.Person, "/manuals/" + manual},
		{"one revision with what it changes", d.opdc.Person, b.shown},
	} {
		if p.path == "" {
			continue
		}
		used := d.demo.Used()
		took, err := b.visit(ctx, p.by, p.path)
		if err != nil {
			return err
		}
		b.Pages = append(b.Pages, figure{p.name, took, (d.demo.Used() - used) / time.Duration(len(took)+warming)})
	}
	b.Help, err = b.visit(ctx, d.opdc.Person, "/help")
	return err
}

const listed = 25 // manuals on a page of the list

const warming = 2 // visits before those that count

// visit asks for a page again and again.
func (b *bench) visit(ctx context.Context, by *office.Person, path string) (times, error) {
	var out times
	for i := range b.visits + warming {
		began := time.Now()
		if _, err := by.Get(ctx, path); err != nil {
			return nil, err
		}
		if i >= warming {
			out = append(out, time.Since(began))
		}
	}
	return out.sorted(), nil
}

// another is a number that no summary had before.
func (b *bench) another() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.marks++
	return fmt.Sprintf("%d-%d", b.began.Unix(), b.marks)
}

// oneByOne takes revisions from a draft to the page, each after the one before.
func (b *bench) oneByOne(ctx context.Context) error {
	all := map[string]times{}
	b.used = map[string]time.Duration{}
	for range b.rounds {
		id, err := b.place.next()
		if err != nil {
			return err
		}
		w := b.desk.begin(id, b.desk.author.Person)
		w.used = b.used
		if err := w.through(ctx, b.another()); err != nil {
			return err
		}
		if err := w.live(ctx); err != nil {
			return err
		}
		b.done(w)
		for step, took := range w.took {
			all[step] = append(all[step], took)
		}
	}
	for _, step := range []string{stepBegin, stepOpen, stepSave, stepSubmit, stepEndorse, stepPublish, stepLive} {
		b.Steps = append(b.Steps, figure{step, all[step].sorted(), b.used[step] / time.Duration(len(all[step]))})
	}
	return nil
}

// done notes what has to be in main at the end.
func (b *bench) done(w *way) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.published == nil {
		b.published = map[string]string{}
	}
	b.published[w.manual] = markSign + w.mark
}

// crowd has people revise at once, each a manual, from a draft to main.
func (b *bench) crowd(ctx context.Context) error {
	var ways []*way
	for range b.people {
		id, err := b.place.next()
		if err != nil {
			return err
		}
		p, err := b.desk.demo.SignIn(ctx, b.desk.transport, "author")
		if err != nil {
			return err
		}
		ways = append(ways, b.desk.begin(id, p))
	}
	began := time.Now()
	var wg sync.WaitGroup
	failed := make([]error, len(ways))
	for i, w := range ways {
		wg.Go(func() {
			if failed[i] = w.through(ctx, b.another()); failed[i] == nil {
				b.done(w)
			}
		})
	}
	wg.Wait()
	b.CrowdTook = time.Since(began)
	if err := errors.Join(failed...); err != nil {
		return err
	}
	all := map[string]times{}
	for _, w := range ways {
		for step, took := range w.took {
			all[step] = append(all[step], took)
		}
	}
	for _, step := range []string{stepBegin, stepOpen, stepSave, stepSubmit, stepEndorse, stepPublish} {
		b.Crowd = append(b.Crowd, figure{Name: step, Took: all[step].sorted()})
	}
	for _, w := range ways {
		if err := w.live(ctx); err != nil {
			return err
		}
	}
	b.CrowdLive = time.Since(began)
	return nil
}

// inOrder saves while git puts the repository in order, and before that.
func (b *bench) inOrder(ctx context.Context) error {
	id, err := b.place.next()
	if err != nil {
		return err
	}
	w := b.desk.begin(id, b.desk.author.Person)
	if err := w.revise(ctx); err != nil {
		return err
	}
	if b.Quiet, err = b.saves(ctx, w, func(n int) bool { return n < b.visits }); err != nil {
		return err
	}
	ended := make(chan error, 1)
	go func() {
		var err error
		b.Maintained, err = b.git(ctx, "maintenance", "run", "--quiet", "--task=loose-objects", "--task=incremental-repack", "--task=pack-refs").run()
		ended <- err
	}()
	var over bool
	b.Meanwhile, err = b.saves(ctx, w, func(n int) bool {
		select {
		case err = <-ended:
			over = true
		default:
		}
		return !over || n < b.visits/5
	})
	if !over {
		err = errors.Join(err, <-ended)
	}
	return err
}

// saves saves one draft again and again.
func (b *bench) saves(ctx context.Context, w *way, more func(n int) bool) (times, error) {
	var out times
	for n := 0; more(n); n++ {
		if err := w.open(ctx); err != nil {
			return out, err
		}
		if err := w.save(ctx, b.another()); err != nil {
			return out, err
		}
		out = append(out, w.took[stepSave])
	}
	return out.sorted(), nil
}

// times are how long something took, each time that it was done.
type times []time.Duration

func (t times) sorted() times { return slices.Sorted(slices.Values(t)) }

// at is the time that a part of them stays within; 0 of none.
func (t times) at(part float64) time.Duration {
	if len(t) == 0 {
		return 0
	}
	return t[min(len(t)-1, int(part*float64(len(t))))]
}
