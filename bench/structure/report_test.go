package main

import (
	"strings"
	"testing"
	"time"
)

func TestAPortalIsCountedByItsNames(t *testing.T) {
	var p portal
	for _, file := range []string{
		"agencies/m01/agency.yaml", "agencies/m01/d01001/agency.yaml", "agencies/m01/d01001/manuals/d01001-aaaaaa/manual.md", "agencies/m01/d01001/processes/d01001-aaaaaa.yaml",
		"agencies/p50/agency.yaml", "agencies/p50/l50001/agency.yaml", "agencies/p50/l50001/points/l50001-hall.yaml",
	} {
		p.file(strings.Split(file, "/"))
	}
	if p.agencies != 4 || p.points != 1 || p.manuals != 1 || p.processes != 1 || p.provinces[0].points != 1 || p.local != "l50001" || p.manual != "d01001-aaaaaa" {
		t.Errorf("got %+v", p)
	}
	who := p.cast()
	if strings.Join(who.country, " ") != "m01 p50" || who.points != 1 {
		t.Errorf("got %+v", who)
	}
	if got := string(who.accounts("localhost:1")); !strings.Contains(got, "http://localhost:1,new-1,new-1@example.invalid,p50,central\n") {
		t.Errorf("got %s", got)
	}
}

func TestThePageSaysWhatIsMissed(t *testing.T) {
	b := bench{options: options{manuals: 9, visits: 2}, help: figure{"help", []time.Duration{time.Millisecond, 2 * time.Millisecond}, 0}}
	b.pages = []figure{{"slow", []time.Duration{90 * time.Millisecond, 180 * time.Millisecond}, time.Millisecond}}
	b.links = []linking{{"one manual linked", 100, 6 * time.Second}}
	var out strings.Builder
	b.write(&out)
	for _, want := range []string{"2 visits each", "180 ms", "60.00 ms", "missed"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("the page does not say %q:\n%s", want, out.String())
		}
	}
}
