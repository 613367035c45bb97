package pages

import (
	"net/http"

	"khumue/syncd/internal/manuals"
)

// ViewRow is a view that a person saved.
type ViewRow struct {
	URL, Name string
	Monthly   bool
}

// viewsOf adds the person's views.
func (x *exchange) viewsOf(v *summaryView) error {
	list, err := x.Summary.Views(x.ctx(), x.by())
	for _, view := range list {
		v.Views = append(v.Views, ViewRow{summaryPath + "?" + view.Asked, view.Name, view.Monthly})
	}
	v.Asked = summaryPath + "/views?" + x.r.URL.RawQuery
	return err
}

// saveView keeps the filters of the address under a name.
func (x *exchange) saveView() error {
	if err := x.form(); err != nil {
		return err
	}
	x.r.URL.Path = summaryPath // whose links the page has, should it be shown again
	asked := x.r.URL.RawQuery
	name := x.posted("name")
	err := x.Summary.SaveView(x.ctx(), x.by(), name, asked, x.posted("monthly") != "")
	if text, told := x.told(err); told {
		return x.showSummary(http.StatusBadRequest, name, Problem{"name", text})
	}
	if err != nil {
		return err
	}
	return x.done(summaryPath+"?"+asked, "flash.summary.view", name)
}

// dropView forgets a view.
func (x *exchange) dropView() error {
	if err := x.form(); err != nil {
		return err
	}
	name := x.posted("view")
	if err := x.Summary.DropView(x.ctx(), x.by(), name); err != nil {
		return err
	}
	return x.done(summaryPath, "flash.summary.dropped", name)
}

// summaryPathOf is the page of a notice about a saved view; "" of others.
func summaryPathOf(n manuals.Notice) string {
	if n.Topic != manuals.MonthSummed {
		return ""
	}
	return summaryPath + "?" + n.Key
}
