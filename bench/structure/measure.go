package main

import (
	"context"
	"fmt"
	"net/url"
	"slices"
	"time"

	"khumue/bench/office"
)

// figure is a page that was asked for again and again.
type figure struct {
	name string
	took []time.Duration // sorted
	cpu  time.Duration   // of the daemon, on average
}

// at returns the time within which a share of the visits were answered.
func (f figure) at(share float64) time.Duration {
	return f.took[min(int(float64(len(f.took))*share), len(f.took)-1)]
}

// linking is a change of links, from the click to the answer.
type linking struct {
	name   string
	points int
	took   time.Duration
}

const warming = 3 // visits before those that count

// visit asks for a page again and again.
func (b *bench) visit(ctx context.Context, name string, by *office.Person, path string) (figure, error) {
	f := figure{name: name}
	var used time.Duration
	for i := range b.visits + warming {
		if i == warming {
			used = b.demo.Used()
		}
		began := time.Now()
		if _, err := by.Get(ctx, path); err != nil {
			return f, fmt.Errorf("%s: %w", path, err)
		}
		if i >= warming {
			f.took = append(f.took, time.Since(began))
		}
	}
	slices.Sort(f.took)
	f.cpu = (b.demo.Used() - used) / time.Duration(b.visits)
	return f, nil
}

// measure asks for the pages at rest, and then links.
func (b *bench) measure(ctx context.Context) error {
	var failed error
	signIn := func(name string) *office.Person {
		p, err := b.demo.SignIn(ctx, transport, name)
		if err != nil && failed == nil {
			failed = err
		}
		return p
	}
	dga, central, some := signIn("dga"), signIn("central"), signIn("new-1")
	if failed != nil {
		return failed
	}
	if err := b.ready(ctx, central); err != nil {
		return err
	}
	var err error
	if b.help, err = b.visit(ctx, "help, which asks nothing (limit)", central, "/help"); err != nil {
		return err
	}
	for _, p := range b.list(dga, central) {
		f, err := b.visit(ctx, p.name, p.by, p.path)
		if err != nil {
			return err
		}
		b.pages = append(b.pages, f)
	}
	if err := b.link(ctx, some); err != nil {
		return err
	}
	f, err := b.visit(ctx, "the points of a manual that all these serve", central, "/manuals/"+b.portal.manual+"/points")
	b.pages = append(b.pages, f)
	b.memory = b.demo.Peak()
	return err
}

// ready waits until the daemon has read all of the content: a page that needs it
// answers then.
func (b *bench) ready(ctx context.Context, by *office.Person) error {
	ctx, cancel := context.WithTimeout(ctx, b.limit)
	defer cancel()
	for {
		_, err := by.Get(ctx, "/processes")
		if err == nil || ctx.Err() != nil {
			return err
		}
	}
}

// asked is a page with who asks for it.
type asked struct {
	name string
	by   *office.Person
	path string
}

func (b *bench) list(dga, central *office.Person) []asked {
	p, word := b.portal, url.QueryEscape("เทศบาล")
	return []asked{
		{"the tree, the country's top", dga, "/structure"},
		{"the tree, of who reaches all by " + fmt.Sprint(len(b.people.country)) + " roles", central, "/structure"},
		{"a province with what is below", central, "/structure?unit=" + p.provinces[0].code},
		{"a local government", central, "/structure?unit=" + p.local},
		{"agencies by a word that thousands have", central, "/structure?unit=" + word},
		{"the same while one types", central, "/structure/find?q=" + word},
		{"a service point", central, "/points/" + p.point},
		{"what a point serves, by a word", central, "/points/" + p.point + "/links?q=" + url.QueryEscape("ขอ")},
		{"the points of a manual, all", central, "/manuals/" + p.manual + "/points"},
		{"the points of a manual, of one province", central, "/manuals/" + p.manual + "/points?province=50"},
		{"the points of a manual, below one agency", central, "/manuals/" + p.manual + "/points?below=1&unit=" + p.provinces[0].code},
		{"processes", central, "/processes"},
		{"processes by a word, not linked", central, "/processes?unlinked=1&q=" + url.QueryEscape("ขอ")},
		{"one process", central, "/processes/" + p.process},
		{"the points of a process", central, "/processes/" + p.process + "/points"},
		{"other services", central, "/services"},
		{"what is due, of the country", dga, "/structure/confirm"},
		{"what is due, by a word", central, "/structure/confirm?q=" + word},
		{"the home page", central, "/"},
	}
}

// link links one manual to all that an officer reaches, and unlinks it.
func (b *bench) link(ctx context.Context, by *office.Person) error {
	send := func(op string) (time.Duration, error) {
		began := time.Now()
		_, err := by.Post(ctx, "/manuals/"+b.portal.manual+"/points", url.Values{"op": {op}, "all": {"1"}})
		return time.Since(began), err
	}
	_, _ = send("remove") // what a run before this one linked; or there is nothing to unlink
	for _, l := range []struct{ name, op string }{{"one manual linked", "add"}, {"and unlinked", "remove"}, {"and linked again", "add"}} {
		took, err := send(l.op)
		if err != nil {
			return err
		}
		b.links = append(b.links, linking{l.name, b.people.points, took})
	}
	return nil
}
