package publish

import (
	"encoding/json"
	"maps"
	"os"
	"slices"
	"strings"
	"time"
)

// recordName is the state in which the package keeps its record.
const recordName = "publish.json"

// record is what the package knows about the live site beyond its files. It
// goes live with them, by the same journal. When it is lost, assets are known
// by their names alone, count as retired from then on, and files with dots
// that the site no longer has stay.
type record struct {
	Format  int                  `json:"format"`
	Files   int                  `json:"files"`             // in the site; 0 when not known
	Assets  []string             `json:"assets,omitempty"`  // that the site refers to, sorted
	Retired map[string]time.Time `json:"retired,omitempty"` // assets that it ceased to refer to, and when
	Dots    []string             `json:"dots,omitempty"`    // files below a top-level name with a dot that are the site's, sorted
}

const recordFormat = 1

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
	if _, retired := r.Retired[path]; retired || IsHashed(path) {
		return true
	}
	_, current := slices.BinarySearch(r.Assets, path)
	return current
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

// nextRecord returns the record of the site as p makes it.
func (p *Publication) nextRecord() record {
	next := record{Retired: p.retired, Assets: p.assets, Dots: p.dots}
	if p.whole {
		next.Files = p.named + len(p.retired)
	} else {
		if p.rec.Files > 0 || p.fresh {
			next.Files = max(0, p.rec.Files+p.added-len(p.dels))
		}
		keep := func(path string) bool { return p.mark(path)&(named|removed) == 0 }
		next.Assets = union(next.Assets, p.rec.Assets, keep)
		next.Dots = union(next.Dots, p.rec.Dots, keep)
	}
	slices.Sort(next.Assets)
	slices.Sort(next.Dots)
	return next
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

// retire decides on an asset that the new site does not refer to: it stays
// until AssetLife has passed since that was first so.
func (p *Publication) retire(path string) (stays bool) {
	since, known := p.rec.Retired[path]
	if !known {
		since = p.now
	}
	if p.now.Sub(since) >= AssetLife {
		return false
	}
	p.retired[path] = since
	return true
}

// retireNamed decides, for an amendment, on the assets that earlier ones have
// retired and on those that this one removes, and returns what must go.
func (p *Publication) retireNamed() (gone []string) {
	for _, path := range slices.Sorted(maps.Keys(p.rec.Retired)) {
		if p.mark(path)&named == 0 && !p.retire(path) {
			gone = append(gone, path)
		}
	}
	return gone
}

// topDot returns the first part of a path when that begins with a dot.
func topDot(path string) (string, bool) {
	if !strings.HasPrefix(path, ".") {
		return "", false
	}
	top, _, _ := strings.Cut(path, "/")
	return top, true
}
