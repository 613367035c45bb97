package pages

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"time"

	"khumue/internal/fault"
	"khumue/internal/gitrepo"
	"khumue/internal/page"
	"khumue/syncd/internal/manuals"
)

// watchTime is how long a script waits for news of a publication before it asks
// again.
const watchTime = 20 * time.Second

// publishingView shows a publication on its way to the public site.
type publishingView struct {
	Shell
	Manual  page.Words
	Which   string
	Stage   string // a class: merged, building, live, failed or unknown
	Steps   []StageRow
	Failed  page.Words // why the last build did not succeed
	Public  string     // its page
	URL     string     // of the revision
	Commit  string
	Watch   string // where a script asks for news; "" when there will be none
	Reload  string
	Waiting bool
}

// StageRow is a step on the way.
type StageRow struct {
	Text  string
	State string // done, now, failed or next
	At    string // when; "" when that is not known
}

// way are the steps of a publication.
var way = []manuals.Stage{manuals.Merged, manuals.Building, manuals.IsLive}

// publication finds what the address names: a revision and the commit that
// published it.
func (x *exchange) publication() (r revisionAt, commit gitrepo.Hash, err error) {
	if r, err = x.revision(); err != nil {
		return r, commit, err
	}
	commit, err = gitrepo.ParseHash(x.asked("commit"))
	if err != nil || !r.past() {
		return r, commit, notHere()
	}
	return r, commit, nil
}

func (x *exchange) publishingPage() error {
	r, commit, err := x.publication()
	if err != nil {
		return err
	}
	return x.show(http.StatusOK, "publishing", x.publishingView(r, x.Manuals.Live(commit)))
}

func (x *exchange) publishingView(r revisionAt, l manuals.Live) publishingView {
	title, url := x.titled(r.sheet.Title, r.id), numberURL(r.id, r.sheet.Number)
	v := publishingView{
		Shell:  x.shell("publishing", x.link("/manuals", "menu.all-manuals"), Link{manualURL(r.id), title.Text}, Link{url, x.number(r.sheet.Number)}),
		Manual: title, Which: x.number(r.sheet.Number), Stage: string(l.Stage), Public: x.sitePage("procedure", string(r.id)), URL: url, Commit: l.Commit.String(),
	}
	v.Title = x.t("publishing.title." + string(l.Stage))
	v.Reload = url + "/live?commit=" + v.Commit
	v.Steps = append(v.Steps, StageRow{x.t("way.approved"), "done", x.clock(r.sheet.Changed)})
	reached := stageOf(l.Stage)
	for i, s := range way {
		row := StageRow{Text: x.t("way." + string(s)), State: "next"}
		switch {
		case i < reached, l.Stage == manuals.IsLive:
			row.State = "done"
		case i == reached && l.Stage == manuals.Failed:
			row.State = "failed"
		case i == reached:
			row.State = "now"
		}
		if s == manuals.IsLive && !l.At.IsZero() {
			row.At = x.clockSeconds(l.At)
		}
		v.Steps = append(v.Steps, row)
	}
	v.Waiting = l.Stage == manuals.Merged || l.Stage == manuals.Building
	if v.Waiting || l.Stage == manuals.Failed {
		v.Watch = url + "/live.json?" + fields("commit", v.Commit, "seen", string(l.Stage))
	}
	var told *fault.Error
	if errors.As(l.Failed, &told) {
		v.Failed = x.said(strings.TrimSpace(capital(told.What.In(string(x.lang))) + "\n" + told.Hint.In(string(x.lang))))
	} else if l.Failed != nil {
		v.Failed = x.said(l.Failed.Error())
	}
	return v
}

// stageOf is how far on its way a publication has come.
func stageOf(s manuals.Stage) int {
	switch s {
	case manuals.Building, manuals.Failed:
		return 1
	case manuals.IsLive:
		return 2
	}
	return 0
}

// clockSeconds is "10:42:07 น.".
func (x *exchange) clockSeconds(t time.Time) string { return x.clockIn(t, "15:04:05") }

// publishingNews tells a script how far a publication has come, once that is
// another stage than it has seen, or after a while.
func (x *exchange) publishingNews() error {
	_, commit, err := x.publication()
	if err != nil {
		return err
	}
	l := x.Manuals.Live(commit)
	if string(l.Stage) == x.asked("seen") {
		wait := watchTime
		if l.Stage == manuals.Merged {
			wait = time.Second // that a build has begun is not told
		}
		ctx, cancel := context.WithTimeout(x.ctx(), wait)
		defer cancel()
		l = x.Manuals.Watch(ctx, commit)
	}
	return x.json(struct {
		Stage manuals.Stage `json:"stage"`
	}{l.Stage})
}
