package pages

import (
	"net/http"
	"net/url"

	"khumue/internal/catalog"
	"khumue/internal/gitrepo"
)

// pastView is what became of one of the portal's own files.
type pastView struct {
	Shell
	Events []PointEvent
	Older  string
	Revert string // address by which a change is taken back
	Back   string
}

// past shows the changes of a file; at is the address of its page, below which its
// history stands.
func (x *exchange) past(status int, file, at, name string, crumbs []Link, problems ...Problem) error {
	var from gitrepo.Hash
	var err error
	if asked := x.asked("from"); asked != "" {
		if from, err = gitrepo.ParseHash(asked); err != nil {
			return notHere()
		}
	}
	list, next, err := x.Direct.History(x.ctx(), x.by(), file, from, eventsOfPoint)
	if err != nil {
		return err
	}
	var ids []catalog.OfficerID
	for _, v := range list {
		ids = append(ids, v.By)
	}
	names, err := x.names(unique(ids)...)
	if err != nil {
		return err
	}
	v := pastView{Shell: x.shell("past", append(crumbs, Link{at, name})...), Revert: at + "/history", Back: at}
	v.Title, v.Path, v.Problems = x.t("past.of", name), v.Revert, problems
	for _, one := range list {
		v.Events = append(v.Events, x.pointEvent(one, names))
	}
	if !next.IsZero() {
		v.Older = v.Revert + "?" + url.Values{"from": {next.String()}}.Encode()
	}
	return x.show(status, "past", v)
}

// takeBack takes a change of a file back.
func (x *exchange) takeBack(file, at, name string, crumbs []Link) error {
	if err := x.form(); err != nil {
		return err
	}
	commit, err := gitrepo.ParseHash(x.posted("commit"))
	if err != nil {
		return notHere()
	}
	_, err = x.Direct.Revert(x.ctx(), x.by(), commit, file)
	if problems, told := x.unlawful(err, "events"); told {
		return x.past(statusOf(err), file, at, name, crumbs, problems...)
	}
	if err != nil {
		return x.crossed(err, at+"/history")
	}
	return x.done(at+"/history", "flash.past.reverted", name)
}

func (x *exchange) labelsPast() error {
	return x.past(http.StatusOK, "catalog.yaml", "/catalog", x.t("menu.catalog"), nil)
}

func (x *exchange) revertLabels() error {
	return x.takeBack("catalog.yaml", "/catalog", x.t("menu.catalog"), nil)
}

func (x *exchange) synonymsPast() error {
	return x.past(http.StatusOK, "synonyms.yaml", "/synonyms", x.t("menu.synonyms"), nil)
}

func (x *exchange) revertSynonyms() error {
	return x.takeBack("synonyms.yaml", "/synonyms", x.t("menu.synonyms"), nil)
}
