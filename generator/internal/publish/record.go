package publish

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"os"
	"slices"
	"sort"
	"strings"
	"time"
)

// recordName is the state in which the package keeps its record.
const recordName = "publish.json"

// record is what the package knows about the live site beyond its files. It
// goes live with them, by the same journal. It stays small however many assets
// there are: most are known by their names, and those that are retired stand
// in files of their own, a batch for each publication that retired any.
//
// When it is lost, assets are known by their names alone, count as retired from
// then on, and files with dots that the site no longer has stay.
type record struct {
	Format  int      `json:"format"`
	Files   int      `json:"files"`             // in the site; 0 when not known
	Assets  []string `json:"assets,omitempty"`  // in use or retired, that their names do not tell, sorted
	Retired []batch  `json:"retired,omitempty"` // the oldest first
	Dots    []string `json:"dots,omitempty"`    // files below a top-level name with a dot that are the site's, sorted
}

const recordFormat = 2

// batch are assets that the site ceased to refer to at one time.
type batch struct {
	Since time.Time `json:"since"`
	State string    `json:"state"` // that holds their names, sorted, a line each. It is named by what it holds
}

// retiredPrefix begins the names of those states.
const retiredPrefix = "retired."

func batchState(names string) string {
	sum := sha256.Sum256([]byte(names))
	return retiredPrefix + hex.EncodeToString(sum[:8])
}

// readRecord returns an empty record for one that is lost or unreadable.
func (t *Target) readRecord() record {
	var r record
	data, err := os.ReadFile(t.statePath(recordName))
	if err != nil || json.Unmarshal(data, &r) != nil || r.Format != recordFormat {
		return record{}
	}
	return r
}

func (r record) isAsset(path string) bool {
	if IsHashed(path) {
		return true
	}
	_, found := slices.BinarySearch(r.Assets, path)
	return found
}

func (r record) isDot(path string) bool {
	_, found := slices.BinarySearch(r.Dots, path)
	return found
}

func (r record) encode() ([]byte, error) {
	r.Format = recordFormat
	data, err := json.Marshal(r)
	return append(data, '\n'), err
}

// due reports whether the time of a batch has come.
func (p *Publication) due(b batch) bool { return p.now.Sub(b.Since) >= AssetLife }

// names returns the names of a batch, none when they are lost.
func (p *Publication) names(b batch) string {
	if names, read := p.batches[b.State]; read {
		return names
	}
	data, err := os.ReadFile(p.t.statePath(b.State))
	if err != nil || batchState(string(data)) != b.State {
		data = nil
	}
	p.batches[b.State] = string(data)
	return string(data)
}

// retiredSince returns when an asset was retired before, if it was.
func (p *Publication) retiredSince(asset string) (since time.Time, was bool) {
	for _, b := range p.rec.Retired {
		if hasLine(p.names(b), asset) {
			return b.Since, true
		}
	}
	return time.Time{}, false
}

// hasLine reports whether sorted lines have one.
func hasLine(lines, line string) bool {
	begin := func(i int) int { return strings.LastIndexByte(lines[:i], '\n') + 1 }
	i := sort.Search(len(lines), func(i int) bool { return lineAt(lines, begin(i)) >= line })
	return i < len(lines) && lineAt(lines, begin(i)) == line
}

func lineAt(lines string, i int) string {
	line, _, _ := strings.Cut(lines[i:], "\n")
	return line
}

// retire decides on an asset that the new site does not refer to: it stays
// until AssetLife has passed since that was first so.
func (p *Publication) retire(asset string) (stays bool) {
	since, before := p.retiredSince(asset)
	if before && p.due(batch{Since: since}) {
		return false
	}
	if !before {
		p.retiring = append(p.retiring, asset)
	}
	if !IsHashed(asset) {
		p.assets = append(p.assets, asset)
	}
	p.retired++
	return true
}

// retireNamed decides, for an amendment, on the assets whose time has come.
func (p *Publication) retireNamed() {
	for _, b := range p.rec.Retired {
		if !p.due(b) {
			continue
		}
		for line := range strings.Lines(p.names(b)) {
			asset := strings.TrimSuffix(line, "\n")
			if p.mark(asset)&(named|leaving) == 0 && p.hasFile(asset) {
				p.leave(asset)
			}
		}
	}
}

// nextRecord returns the record of the site as p makes it, and the states of
// batches that it needs and the old one had not.
func (p *Publication) nextRecord() (next record, states map[string]string) {
	next = record{Assets: p.assets, Dots: p.dots}
	if p.whole {
		next.Files = p.named + p.retired
	} else {
		if p.rec.Files > 0 || p.fresh {
			next.Files = max(0, p.rec.Files+p.added-len(p.dels))
		}
		next.Assets = union(next.Assets, p.rec.Assets, func(path string) bool { return p.mark(path)&(named|leaving) == 0 })
		next.Dots = union(next.Dots, p.rec.Dots, func(path string) bool { return p.mark(path)&(named|removed) == 0 })
	}
	slices.Sort(next.Assets)
	next.Assets = slices.Compact(next.Assets)
	slices.Sort(next.Dots)
	next.Retired, states = p.nextBatches()
	return next, states
}

// nextBatches returns the batches of the new site: without those whose time
// has come and the assets that are in use again.
func (p *Publication) nextBatches() (next []batch, states map[string]string) {
	states = map[string]string{}
	add := func(since time.Time, names string) {
		if names != "" {
			next = append(next, batch{since, batchState(names)})
			states[batchState(names)] = names
		}
	}
	for _, b := range p.rec.Retired {
		switch {
		case p.due(b) || p.fresh:
		case p.reused:
			add(b.Since, p.withoutNamed(p.names(b)))
		default:
			next = append(next, b)
		}
	}
	slices.Sort(p.retiring)
	add(p.now, lines(p.retiring))
	for _, b := range p.rec.Retired {
		delete(states, b.State)
	}
	return next, states
}

func lines(names []string) string {
	var b strings.Builder
	for _, name := range names {
		b.WriteString(name + "\n")
	}
	return b.String()
}

// withoutNamed leaves out the lines that the new site names.
func (p *Publication) withoutNamed(names string) string {
	var out bytes.Buffer
	for line := range strings.Lines(names) {
		if p.mark(strings.TrimSuffix(line, "\n"))&named == 0 {
			out.WriteString(line)
		}
	}
	return out.String()
}

func union(a, b []string, keep func(string) bool) []string {
	out := slices.Clone(a)
	for _, s := range b {
		if keep(s) {
			out = append(out, s)
		}
	}
	return out
}

// stageRecord stages what will be known of the new site, and reports whether
// that differs from what is known of the old one.
func (p *Publication) stageRecord() (changed bool, err error) {
	next, states := p.nextRecord()
	data, err := next.encode()
	if err != nil {
		return false, err
	}
	live, err := os.ReadFile(p.t.statePath(recordName))
	if err == nil && bytes.Equal(live, data) {
		return false, nil
	}
	for name, names := range states {
		if err := p.t.disk.create(p.t.stagedState(name), []byte(names)); err != nil {
			return false, err
		}
		p.states = append(p.states, name)
	}
	slices.Sort(p.states)
	return true, p.t.disk.create(p.t.stagedState(recordName), data)
}

// sweep removes the states of batches that the live record does not name.
func (t *Target) sweep() {
	r := t.readRecord()
	entries, _ := os.ReadDir(t.StateDir()) // what is left is swept the next time
	for _, e := range entries {
		used := slices.ContainsFunc(r.Retired, func(b batch) bool { return b.State == e.Name() })
		if strings.HasPrefix(e.Name(), retiredPrefix) && !used {
			_ = t.disk.remove(t.statePath(e.Name()))
		}
	}
}

// topDot returns the first part of a path when that begins with a dot.
func topDot(path string) (string, bool) {
	if !strings.HasPrefix(path, ".") {
		return "", false
	}
	top, _, _ := strings.Cut(path, "/")
	return top, true
}
