package pages

import (
	"strconv"
	"time"

	"khumue/syncd/internal/satisfaction"
)

// satisfactionFile is a report as a table for spreadsheets: of what and when it
// is, then each part of it. What the page does not show is not in it.
func (x *exchange) satisfactionFile() error {
	v, r, err := x.reportOf()
	if err != nil {
		return err
	}
	t, err := x.table("satisfaction-" + r.Period.From.ISO())
	if err != nil {
		return err
	}
	for _, row := range x.satisfactionRows(v, r) {
		if err := t.row(row...); err != nil {
			return err
		}
	}
	return t.end()
}

func (x *exchange) satisfactionRows(v satisfactionView, r *satisfaction.Report) [][]string {
	rows := [][]string{
		{x.t("satisfaction.title")},
		{v.Of.Text, v.About},
		{x.t("satisfaction.made"), x.moment(x.Now().Truncate(time.Minute)).Text},
		{},
	}
	if r.Few {
		return append(rows, []string{x.t("satisfaction.too-few")}, []string{x.t("satisfaction.too-few.why")})
	}
	head := func(title string) {
		rows = append(rows, []string{title, x.t("satisfaction.n"), x.t("satisfaction.mean"), x.t("satisfaction.level")})
	}
	rows = append(rows,
		[]string{x.t("satisfaction.answers"), strconv.Itoa(r.N)},
		[]string{x.t("satisfaction.overall"), x.mean(r.Overall), x.level(r.Overall)},
		[]string{x.t("satisfaction.left-out.count"), strconv.Itoa(r.LeftOut)}, []string{})
	head(x.t("satisfaction.month"))
	for _, row := range v.Months {
		rows = append(rows, []string{row.Name.Text, row.N, row.Mean, row.Level})
	}
	rows = append(rows, []string{})
	head(x.t("satisfaction.question"))
	for _, q := range v.Answers {
		rows = append(rows, []string{q.Text.Text, q.N, q.Mean, q.Level})
		for _, value := range q.Values {
			rows = append(rows, []string{"  " + value.Text.Text, value.N, value.Percent})
		}
	}
	for _, part := range []FigureTable{v.Parts, v.Beside, v.ByManual, v.ByWay} {
		if len(part.Rows) == 0 {
			continue
		}
		rows = append(rows, []string{})
		head(part.Title)
		for _, row := range part.Rows {
			rows = append(rows, []string{row.Name.Text, row.N, row.Mean, row.Level})
		}
	}
	return append(rows, []string{}, []string{x.t("satisfaction.hidden")})
}
