package licencestest

import (
	"errors"

	"khumue/internal/catalog"
	"khumue/internal/licence"
	"khumue/syncd/internal/licences"
)

// Fill keeps something of every kind.
func Fill(b Book) {
	b.T.Helper()
	p := Filed(Key("p-1", 1, october), 5, 2)
	p.Unlock = licence.Unlock{ID: "u-1", Asked: noon, By: "o-1", Reason: "เหตุผล"}
	sketch := licence.Report{Key: Key("p-1", 2, october), Edition: 1, Draft: licence.Sketch{Entry: licence.Entry{Note: "ร่าง"}, At: noon, By: "o-1"}}
	before := p.Filed
	p.Filed.Version, p.Edition = 2, 1
	b.Write(func(r licences.Records) error {
		return errors.Join(r.AddVersion(p.Key, before), r.PutUnlock(licences.Request{Unlock: p.Unlock, Key: p.Key, Agency: "dlt"}),
			r.PutReport("dlt", p), r.PutReport("dlt", sketch),
			r.PutPost(licences.Post{Point: "p-1", Agency: "dlt", Held: []licences.Held{{Process: p.Process, From: october}}}))
	})
}

// Everything is all that a store has to bring back.
type Everything struct {
	Reports  []licence.Report
	Versions []licence.Filing
	Unlocks  []licences.Request
	Cells    []licences.Cell
	Posts    []licences.Post
}

// All returns what Fill kept.
func All(b Book) Everything {
	b.T.Helper()
	return Read(b, func(r licences.Records) (out Everything, err error) {
		var errs [5]error
		from, to := october.Add(-1), october.Add(1)
		out.Reports, errs[0] = r.Reports(catalog.PointCode("p-1"), from, to)
		out.Versions, errs[1] = r.Versions(Key("p-1", 1, october))
		out.Unlocks, errs[2] = r.Unlocks(licences.RequestFilter{})
		out.Cells, errs[3] = r.Cells(licences.Span{From: from, To: to})
		out.Posts, errs[4] = r.Posts()
		return out, errors.Join(errs[:]...)
	})
}
