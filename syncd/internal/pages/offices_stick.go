package pages

import (
	"bytes"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"strings"

	"khumue/internal/fault"
	"khumue/internal/page"
	"khumue/syncd/internal/rights"
	"khumue/syncd/internal/stick"
)

// stickPath is where files of machines are brought to the centre.
const stickPath = officesPath + "/stick"

// maxReceipt is how large a receipt may be, in bytes.
const maxReceipt = 16 << 20

// stickLimit is how large what is brought may be; false for other pages.
func stickLimit(r *http.Request) (int64, bool) {
	switch {
	case r.Method != http.MethodPost:
	case r.URL.Path == stickPath:
		return stick.MaxFile + maxForm, true
	case r.URL.Path == syncPath+"/receipt":
		return maxReceipt, true
	}
	return 0, false
}

// stickView is นำเข้าไฟล์จากแท่งความจำ.
type stickView struct {
	Shell
	Most int // MB of a file
}

func (x *exchange) stickPage() error { return x.showStick(http.StatusOK) }

func (x *exchange) showStick(status int, problems ...Problem) error {
	if x.Sticks == nil {
		return notHere()
	}
	v := stickView{Shell: x.shell("stick", x.link(officesPath, "menu.offices")), Most: stick.MaxFile >> 20}
	v.Problems, v.Path = problems, stickPath
	return x.show(status, "stick", v)
}

// brought is the file of a form that has nothing else.
func (x *exchange) brought() (io.Reader, error) {
	none := fault.New(fault.Invalid, fault.Text{TH: "ไม่ได้เลือกไฟล์", EN: "No file was chosen."}, fault.Text{TH: "เลือกไฟล์แล้วส่งอีกครั้ง", EN: "Choose a file and send it again."})
	parts, err := x.r.MultipartReader()
	if err != nil {
		return nil, none
	}
	part, err := parts.NextPart()
	if err != nil || part.FormName() != "file" || part.FileName() == "" {
		return nil, none
	}
	return part, nil
}

// stickProblem is what is wrong with a file that was brought; false where the failure
// is of another kind.
func (x *exchange) stickProblem(err error) (Problem, bool) {
	var large *http.MaxBytesError
	if errors.As(err, &large) {
		return Problem{"file", x.t("stick.large", large.Limit>>20)}, true
	}
	text, told := x.told(err)
	return Problem{"file", text}, told
}

// bringStick takes in a file of a machine.
func (x *exchange) bringStick() error {
	x.back = stickPath
	if x.Sticks == nil {
		return notHere()
	}
	file, err := x.brought()
	if err != nil {
		p, _ := x.stickProblem(err)
		return x.showStick(http.StatusBadRequest, p)
	}
	got, err := x.Sticks.Import(x.ctx(), x.by(), file)
	if p, told := x.stickProblem(err); told {
		return x.showStick(statusOf(err), p)
	} else if err != nil {
		return err
	}
	return x.lead(stickPath + "/receipts/" + got.ID)
}

// broughtView is what came of a file.
type broughtView struct {
	Shell
	Machine page.Words
	Place   page.Words
	Made    Moment
	Counts  []CountRow
	Doing   bool // what is new is being done
	Aside   bool
	Decides string // where what waits for a person is decided; "" for who decides nothing
	File    string // of the receipt
}

func (x *exchange) broughtPage() error {
	x.back = stickPath
	if x.Sticks == nil {
		return notHere()
	}
	i, err := x.Sticks.Find(x.by(), x.r.PathValue("id"))
	if err != nil {
		return err
	}
	v := broughtView{Shell: x.shell("brought", x.link(officesPath, "menu.offices"), x.link(stickPath, "stick.title")), Machine: x.said(i.Machine), Place: x.unit(rights.Scope{Agency: i.Agency, Point: i.Point}),
		Made: x.moment(i.Made), Doing: i.New > i.Aside, Aside: i.Aside > 0, File: stickPath + "/receipts/" + i.ID + "/file"}
	v.Counts = []CountRow{{"good", x.t("brought.new"), i.New - i.Aside}, {"", x.t("brought.known"), i.Known}}
	if i.Aside > 0 {
		v.Counts = append(v.Counts, CountRow{"warn", x.t("brought.aside"), i.Aside})
	}
	if i.Refused > 0 {
		v.Counts = append(v.Counts, CountRow{"bad", x.t("brought.refused"), i.Refused})
	}
	if i.Aside+i.Refused > 0 && x.by().MayAnywhere(rights.ManageStaff) {
		v.Decides = officeAsksPath
	}
	return x.show(http.StatusOK, "brought", v)
}

// receiptFile hands out a receipt.
func (x *exchange) receiptFile() error {
	x.back = stickPath
	if x.Sticks == nil {
		return notHere()
	}
	i, err := x.Sticks.Find(x.by(), x.r.PathValue("id"))
	if err != nil {
		return err
	}
	x.handOut("khumue-" + i.At.UTC().Format("20060102-150405") + ".receipt")
	if _, err := x.w.Write(i.Receipt); err != nil {
		return errGone
	}
	return nil
}

// handOut has the browser save what follows under a name of [a-z0-9.-].
func (x *exchange) handOut(name string) {
	x.guard()
	h := x.w.Header()
	h.Set("Content-Type", "application/octet-stream")
	h.Set("Content-Disposition", `attachment; filename="`+name+`"`)
	h.Set("Content-Security-Policy", "default-src 'none'; sandbox")
}

// StickPart is a file into which what waits goes.
type StickPart struct {
	stick.Part
	Nth  int    // from 1
	Size string // in words
}

// syncParts are the files of what waits.
func (x *exchange) syncParts() (out []StickPart, err error) {
	list, err := x.Sync.Stick.Parts(x.ctx())
	for _, p := range list {
		size := x.t("stick.kb", max(p.Bytes>>10, 1))
		if p.Bytes >= 1<<20 {
			size = x.t("stick.mb", p.Bytes>>20)
		}
		out = append(out, StickPart{p, len(out) + 1, size})
	}
	return out, err
}

// syncStick hands out a file of what waits.
func (x *exchange) syncStick() error {
	x.back = syncPath
	if err := x.form(); err != nil {
		return err
	}
	if x.Sync == nil || x.Sync.Stick == nil {
		return notHere()
	}
	x.handOut("khumue-" + x.now().UTC().Format("20060102-150405") + ".stick")
	n, err := x.Sync.Stick.Export(x.ctx(), x.w, stick.Part{First: x.posted("first"), Last: x.posted("last")})
	if err != nil {
		x.Log.LogAttrs(x.ctx(), slog.LevelError, "what was not sent could not be handed out", slog.String("request", x.id), slog.Int("operations", n), slog.String("error", err.Error()))
		panic(http.ErrAbortHandler) // half a file must not look like a whole one
	}
	return nil
}

// syncReceipt takes in the centre's receipt for a file.
func (x *exchange) syncReceipt() error {
	x.back = syncPath
	if x.Sync == nil || x.Sync.Stick == nil {
		return notHere()
	}
	file, err := x.brought()
	var all []byte
	if err == nil {
		all, err = io.ReadAll(file)
	}
	news := 0
	if err == nil {
		news, err = x.Sync.Stick.Receive(x.ctx(), bytes.NewReader(all))
	}
	if p, told := x.stickProblem(err); told {
		return x.showSync(max(statusOf(err), http.StatusBadRequest), p)
	} else if err != nil {
		return err
	}
	return x.done(syncPath, "flash.sync.receipt", strings.TrimSpace(number(news)))
}
