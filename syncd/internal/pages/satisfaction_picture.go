package pages

import (
	"bytes"
	"net/url"

	"khumue/internal/sheet"
)

// pictureDots is how fine pictures of drawings are, in dots of an inch: some 1,900
// wide, for print.
const pictureDots = 200

// pictureOf is the address of a drawing of the page as a picture.
func (x *exchange) pictureOf(name string) string {
	q := url.Values{}
	for key, list := range x.r.URL.Query() {
		q[key] = list
	}
	q.Set("chart", name)
	return "/satisfaction/chart.png?" + q.Encode()
}

// satisfactionPicture is one drawing of the report as a PNG, with its title and of
// what it is.
func (x *exchange) satisfactionPicture() error {
	v, r, err := x.reportOf()
	if err != nil {
		return err
	}
	if r.Few || r.N == 0 {
		return notHere()
	}
	name, of := x.asked("chart"), v.Of.Text+" · "+v.About
	var drawn *sheet.Sheet
	switch name {
	case "trend":
		drawn = x.trendLine(r.Trend).Sheet(of)
	case "questions":
		if bars := x.questionBars(r.Questions); len(bars.List) > 0 {
			drawn = bars.Sheet(of)
		}
	default:
		for key, t := range map[string]FigureTable{"parts": v.Parts, "beside": v.Beside, "manuals": v.ByManual, "channels": v.ByWay} {
			if key == name && len(t.Rows) > 0 {
				drawn = t.bars.Sheet(of)
			}
		}
	}
	if drawn == nil {
		return notHere()
	}
	var out bytes.Buffer // before the head, so that a failure is told as one
	if err := drawn.PNG(&out, pictureDots); err != nil {
		return err
	}
	x.guard()
	h := x.w.Header()
	h.Set("Content-Type", "image/png")
	h.Set("Content-Disposition", `attachment; filename="satisfaction-`+name+"-"+r.Period.From.ISO()+`.png"`)
	if _, err := out.WriteTo(x.w); err != nil {
		return errGone
	}
	return nil
}
