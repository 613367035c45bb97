package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"khumue/bench/office"
)

// desk is the back office with those who work in it: at a browser, and with
// access tokens.
type desk struct {
	demo                   *office.Office
	transport              *http.Transport
	author, reviewer, opdc worker
}

// worker is a person with a browser and a program.
type worker struct {
	*office.Person
	secret string // of the program's access token
}

// openDesk signs everybody in.
func openDesk(ctx context.Context, demo *office.Office) (*desk, error) {
	d := &desk{demo: demo, transport: &http.Transport{MaxIdleConnsPerHost: 128, MaxConnsPerHost: 128}}
	for _, one := range []struct {
		name    string
		permits []string
		w       *worker
	}{
		{"author", []string{"read", "write"}, &d.author}, {"reviewer", []string{"read", "judge"}, &d.reviewer}, {"opdc", []string{"read", "judge"}, &d.opdc},
	} {
		p, err := demo.SignIn(ctx, d.transport, one.name)
		if err != nil {
			return nil, err
		}
		if err := endAccess(ctx, p); err != nil {
			return nil, err
		}
		*one.w = worker{Person: p}
		page, err := p.Post(ctx, "/me/programs", url.Values{"name": {fmt.Sprintf("bench %d", time.Now().UnixNano())}, "permit": one.permits, "days": {"30"}})
		if err != nil {
			return nil, err
		}
		if one.w.secret = page.Text("secret"); one.w.secret == "" {
			return nil, fmt.Errorf("%s gets no access token", one.name)
		}
	}
	return d, nil
}

// endAccess ends the access tokens of a run before: a person may have only so
// many.
func endAccess(ctx context.Context, p *office.Person) error {
	page, err := p.Get(ctx, "/me/programs")
	if err != nil {
		return err
	}
	forms, err := page.Forms()
	for _, f := range forms {
		if err == nil && strings.HasSuffix(f.Action, "/end") {
			_, err = p.Send(ctx, f.Action, f.Fields)
		}
	}
	return err
}

// revision is one under way, as programs are told of it.
type revision struct {
	Manual string `json:"manual"`
	Number int    `json:"number"`
	Tree   string `json:"tree"`
	State  string `json:"state"`
}

// taken is what a step came to.
type taken struct {
	Revision  revision `json:"revision"`
	Published string   `json:"published"`
}

// call asks the interface for programs.
func (d *desk) call(ctx context.Context, w worker, method, path string, in, out any) error {
	var body bytes.Buffer
	if in != nil {
		if err := json.NewEncoder(&body).Encode(in); err != nil {
			return err
		}
	}
	q, err := http.NewRequestWithContext(ctx, method, d.demo.Address+"/api/v1/"+path, &body)
	if err != nil {
		return err
	}
	q.Header.Set("Authorization", "Bearer "+w.secret)
	a, err := d.transport.RoundTrip(q)
	if err != nil {
		return err
	}
	defer a.Body.Close()
	answer, err := io.ReadAll(a.Body)
	if err != nil {
		return err
	}
	if a.StatusCode != http.StatusOK {
		return fmt.Errorf("%s %s: %s: %s", method, path, a.Status, answer[:min(len(answer), 600)])
	}
	return json.Unmarshal(answer, out)
}

// way is a revision on its way from draft to page.
type way struct {
	*desk
	manual string
	author *office.Person // at a browser of its own
	draft  string         // address of the draft
	form   office.Form    // of the editor
	mark   string         // that is written into its summary
	number int
	tree   string
	commit string // of main
	took   map[string]time.Duration
	used   map[string]time.Duration // of a processor, by all ways together; nil: nobody counts
}

// The steps of a revision, as they are measured.
const (
	stepBegin   = "beginning a draft"
	stepOpen    = "the editor's page"
	stepSave    = "saving"
	stepSubmit  = "submitting"
	stepEndorse = "approval, stage 1"
	stepPublish = "approval, stage 2"
	stepLive    = "from the click to the page"
)

func (d *desk) begin(manual string, author *office.Person) *way {
	return &way{desk: d, manual: manual, author: author, took: map[string]time.Duration{}}
}

// timed takes a step.
func (w *way) timed(step string, do func() error) error {
	began, used := time.Now(), w.demo.Used()
	err := do()
	w.took[step] = time.Since(began)
	if w.used != nil {
		w.used[step] += w.demo.Used() - used
	}
	if err != nil {
		return fmt.Errorf("%s of %s: %w", step, w.manual, err)
	}
	return nil
}

// revise begins a draft.
func (w *way) revise(ctx context.Context) error {
	return w.timed(stepBegin, func() error {
		page, err := w.author.Send(ctx, "/manuals/"+w.manual+"/revise", url.Values{})
		if err == nil {
			w.draft = strings.TrimSuffix(page.URL.Path, "/edit")
		}
		return err
	})
}

// open reads the editor's form.
func (w *way) open(ctx context.Context) error {
	return w.timed(stepOpen, func() error {
		page, err := w.author.Get(ctx, w.draft+"/edit")
		if err != nil {
			return err
		}
		forms, err := page.Forms()
		for _, f := range forms {
			if f.Fields.Has("was") {
				w.form = f
				return err
			}
		}
		return errors.Join(err, fmt.Errorf("no form to write in at %s", page.URL))
	})
}

// save changes the summary among all fields, and sends them.
func (w *way) save(ctx context.Context, mark string) error {
	w.mark = mark
	was, _, _ := strings.Cut(w.form.Fields.Get("summary.th"), markSign)
	w.form.Fields.Set("summary.th", was+markSign+mark)
	return w.timed(stepSave, func() error {
		_, err := w.author.Send(ctx, w.form.Action, w.form.Fields)
		return err
	})
}

// submit asks for approval.
func (w *way) submit(ctx context.Context) error {
	return w.timed(stepSubmit, func() error {
		parts := strings.Split(w.draft, "/")
		return w.step(ctx, w.desk.author, parts[len(parts)-1]+"/submit", nil)
	})
}

// endorse approves in stage 1 what was read.
func (w *way) endorse(ctx context.Context) error {
	return w.timed(stepEndorse, func() error { return w.approve(ctx, w.reviewer) })
}

// publish approves in stage 2.
func (w *way) publish(ctx context.Context) error {
	return w.timed(stepPublish, func() error { return w.approve(ctx, w.opdc) })
}

func (w *way) approve(ctx context.Context, by worker) error {
	return w.step(ctx, by, fmt.Sprintf("%d/approve", w.number), map[string]string{"tree": w.tree})
}

func (w *way) step(ctx context.Context, by worker, path string, in any) error {
	var t taken
	if err := w.call(ctx, by, http.MethodPost, "revisions/"+w.manual+"/"+path, in, &t); err != nil {
		return err
	}
	w.number, w.tree, w.commit = t.Revision.Number, t.Revision.Tree, t.Published
	return nil
}

// live waits until the public page shows what was written. It counts from the
// last approval's click.
func (w *way) live(ctx context.Context) error {
	began := time.Now().Add(-w.took[stepPublish])
	for {
		var l struct {
			Stage, Failed string
		}
		if err := w.call(ctx, w.opdc, http.MethodGet, "publications/"+w.commit, nil, &l); err != nil {
			return err
		}
		if l.Failed != "" {
			return fmt.Errorf("the build of %s failed: %s", w.manual, l.Failed)
		}
		if l.Stage == "live" {
			break
		}
	}
	page, err := w.author.Get(ctx, w.demo.Site+"/procedure/"+w.manual+"/")
	if err != nil {
		return err
	}
	w.took[stepLive] = time.Since(began)
	if !strings.Contains(page.Body, markSign+w.mark) {
		return fmt.Errorf("the page of %s does not show %s", w.manual, w.mark)
	}
	return nil
}

// markSign stands before what is written into a summary.
const markSign = " · ปรับปรุงครั้งที่ "

// through takes a revision from its beginning to main.
func (w *way) through(ctx context.Context, mark string) error {
	for _, step := range []func(context.Context) error{
		w.revise, w.open, func(ctx context.Context) error { return w.save(ctx, mark) }, w.submit, w.endorse, w.publish,
	} {
		if err := step(ctx); err != nil {
			return err
		}
	}
	return nil
}
