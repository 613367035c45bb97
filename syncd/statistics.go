package main

import (
	"context"
	"encoding/json"
	"fmt"
	"hash/fnv"
	"path/filepath"

	"khumue/internal/calendar"
	"khumue/internal/catalog"
	"khumue/internal/page"
)

// statisticsName is the file of what is counted of manuals, each always in the same
// one of factsShards.
func statisticsName(n int) string { return fmt.Sprintf("statistics-%02d.json", n) }

func statisticsOf(id catalog.ManualID) int {
	h := fnv.New32a()
	h.Write([]byte(id))
	return int(h.Sum32() % factsShards)
}

// manualFacts is a manual in a file of facts.
type manualFacts struct {
	Monthly page.Monthly `json:"monthly"`
	Years   []page.Year  `json:"years,omitempty"`
}

// writeStatistics writes what the site shows of requests, beside their manuals. It
// reports whether something changed.
func (f *facts) writeStatistics(ctx context.Context, today calendar.Date) (changed bool, err error) {
	if f.works == nil {
		return false, nil
	}
	figures, err := f.works(ctx, today)
	if err != nil {
		return false, err
	}
	var shards [factsShards]map[catalog.ManualID]manualFacts
	for id, fig := range figures {
		n := statisticsOf(id)
		if shards[n] == nil {
			shards[n] = map[catalog.ManualID]manualFacts{}
		}
		shards[n][id] = manualFacts{fig.Monthly, fig.Years}
	}
	for n, shard := range shards {
		text, err := json.Marshal(struct {
			Version int                              `json:"version"`
			Manuals map[catalog.ManualID]manualFacts `json:"manuals"`
		}{1, shard})
		if err != nil {
			return false, err
		}
		was, err := writeShard(filepath.Join(f.dir, statisticsName(n)), text, len(shard) == 0)
		if err != nil {
			return false, err
		}
		changed = changed || was
	}
	return changed, nil
}

// publicStatistics are what the site shows of requests: of each manual those of the
// process that it names. Only months that nobody reports on any more are told.
func (c *centre) publicStatistics(ctx context.Context, _ calendar.Date) (map[catalog.ManualID]page.Figures, error) {
	told, err := c.summary.Public(ctx)
	if err != nil {
		return nil, err
	}
	ids := make([]catalog.ProcessID, 0, len(told))
	for id := range told {
		ids = append(ids, id)
	}
	naming, err := c.direct.Naming(ids...)
	if err != nil {
		return nil, err
	}
	out := map[catalog.ManualID]page.Figures{}
	for id, requests := range told {
		fig := page.Figures{Monthly: page.Monthly{Average: requests.Average, Most: requests.Most, Least: requests.Least}}
		for _, y := range requests.Years {
			fig.Years = append(fig.Years, page.Year{Year: y.Year, Received: y.Received, Decided: y.Decided, OnTime: y.OnTime})
		}
		for _, m := range naming[id] {
			out[m] = fig
		}
	}
	return out, nil
}
