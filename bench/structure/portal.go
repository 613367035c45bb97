package main

import (
	"bytes"
	"context"
	"fmt"
	"os/exec"
	"path"
	"slices"
	"strings"
)

// portal is what a repository has of agencies and points.
type portal struct {
	ministries []string
	provinces  []province
	agencies   int
	points     int
	processes  int
	manuals    int

	manual  string // a published manual of a department
	process string
	point   string // of a local government
	local   string // that local government
}

// province is one with how many points stand in it and below.
type province struct {
	code   string
	points int
}

// survey reads the names in a repository.
func survey(ctx context.Context, repo string) (p portal, err error) {
	out, err := exec.CommandContext(ctx, "git", "--git-dir", repo, "ls-tree", "-r", "--name-only", "main", "agencies").Output()
	if err != nil {
		return p, fmt.Errorf("reading the names in %s: %w", repo, err)
	}
	for line := range bytes.Lines(out) {
		p.file(strings.Split(strings.TrimSpace(string(line)), "/"))
	}
	return p, nil
}

// file counts a file, by the parts of its path.
func (p *portal) file(parts []string) {
	top, name := parts[1], strings.TrimSuffix(parts[len(parts)-1], path.Ext(parts[len(parts)-1]))
	if len(parts) == 3 && name == "agency" {
		switch top[0] {
		case 'm':
			p.ministries = append(p.ministries, top)
		case 'p':
			p.provinces = append(p.provinces, province{code: top})
		}
	}
	folder := parts[len(parts)-2]
	switch {
	case name == "agency":
		p.agencies++
	case name == "manual":
		if p.manuals++; p.manual == "" {
			p.manual = folder
		}
	case folder == "points":
		p.points++
		if i := slices.IndexFunc(p.provinces, func(o province) bool { return o.code == top }); i >= 0 {
			p.provinces[i].points++
			p.point, p.local = name, parts[len(parts)-3]
		}
	case folder == "processes":
		p.processes++
		p.process = name
	}
}

// people are who the pages are asked for by, with the agencies of their roles as
// central officers.
type people struct {
	country []string // reached by "central": the whole country, agency by agency
	some    []string // reached by "new-1": about as many points as there are local governments
	points  int      // of those
}

// localGovernments is how many there are, as counted in 2563.
const localGovernments = 7852

// cast chooses who reaches what.
func (p portal) cast() (out people) {
	out.country = slices.Clone(p.ministries)
	for _, one := range p.provinces {
		out.country = append(out.country, one.code)
		if out.points < localGovernments {
			out.some = append(out.some, one.code)
			out.points += one.points
		}
	}
	return out
}

// accounts gives the people their roles, as a file to import. In the first province
// the demonstration has hired the central officer already.
func (p people) accounts(issuer string) []byte {
	var b bytes.Buffer
	b.WriteString("issuer,subject,email,agency,role\n")
	for who, agencies := range map[string][]string{"central": p.country, "new-1": p.some} {
		for _, agency := range agencies {
			fmt.Fprintf(&b, "http://%s,%s,%s@example.invalid,%s,central\n", issuer, who, who, agency)
		}
	}
	return b.Bytes()
}
