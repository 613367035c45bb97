package pages

import (
	"mime"
	"net/http"
	"path"

	"khumue/internal/fault"
)

// The pages that ask before something is done that others notice.

func (x *exchange) recallPage() error {
	return x.askFirst("/recall", "confirm.recall", false)
}

func (x *exchange) giveUpPage() error {
	return x.askFirst("/give-up", "confirm.give-up", true)
}

// askFirst says what a step will do, and asks. The sentences begin with a key.
func (x *exchange) askFirst(deed, key string, danger bool) error {
	r, err := x.revision()
	if err != nil {
		return err
	}
	if r.past() {
		return notHere()
	}
	url, title := revisionURL(r.ref), x.titled(r.sheet.Title, r.id)
	v := confirmView{
		Shell: x.shell("confirm", x.link("/manuals", "menu.all-manuals"), Link{manualURL(r.id), title.Text}, Link{url, x.number(r.sheet.Number)}),
		What:  title, Which: x.said(x.number(r.sheet.Number)), After: []string{x.words[key+".1"], x.words[key+".2"]},
		Action: url + deed, Button: x.words[key+".do"], Cancel: url, Danger: danger,
	}
	v.Title = x.words[key+".title"]
	return x.show(http.StatusOK, "confirm", v)
}

// attachment sends a file that somebody else wrote, to be kept rather than
// opened: it is never a page of the back office.
func (x *exchange) attachment(name string, data []byte) error {
	kind, known := formKinds[path.Ext(name)]
	if !known {
		return fault.New(fault.NotFound, fault.Text{TH: "ไม่พบไฟล์นี้", EN: "There is no such file"})
	}
	x.guard()
	h := x.w.Header()
	h.Set("Content-Type", kind)
	h.Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": name}))
	h.Set("Content-Security-Policy", "default-src 'none'; sandbox")
	x.w.WriteHeader(http.StatusOK)
	_, _ = x.w.Write(data) // who has gone reads nothing
	return nil
}

// formKinds are the files that stand beside a manual.
var formKinds = map[string]string{
	".pdf": "application/pdf", ".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
}
