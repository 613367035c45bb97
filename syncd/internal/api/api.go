// Package api is the back office for programs: revisions are listed, shown,
// submitted and judged with an access token, as JSON. Each request does what a
// page would, for the person whose token it is, and no more than the token
// permits.
//
//	GET  /api/v1/revisions?queue=judge|mine&agency=CODE&text=WORDS&offset=N
//	GET  /api/v1/revisions/{manual}/{at}
//	POST /api/v1/revisions/{manual}/{at}/submit
//	POST /api/v1/revisions/{manual}/{at}/recall
//	POST /api/v1/revisions/{manual}/{at}/approve  {"tree": what was read}
//	POST /api/v1/revisions/{manual}/{at}/return   {"reason": …, "fields": […]}
//	GET  /api/v1/publications/{commit}            how far it has come; waits for the first build
//
// At is the number of a revision, or the key of a draft that has none. It knows
// no rule of its own, no page and no cookie.
package api

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"strconv"
	"strings"
	"time"

	"khumue/internal/catalog"
	"khumue/internal/fault"
	"khumue/internal/gitrepo"
	"khumue/syncd/internal/ledger"
	"khumue/syncd/internal/manuals"
	"khumue/syncd/internal/review"
	"khumue/syncd/internal/staff"
	"khumue/syncd/internal/trail"
)

// Root is where the interface stands.
const Root = "/api/v1/"

// MaxBody is how many bytes a request may have.
const MaxBody = 64 << 10

// Config is what the interface needs.
type Config struct {
	Desk    *manuals.Desk
	Staff   Admitter
	Log     *slog.Logger
	Request func(context.Context) string // the request's id
}

// Admitter tells whose an access token is.
type Admitter interface {
	Admit(ctx context.Context, secret string, p staff.Permit) (staff.User, error)
}

// call is one request of a person.
type call struct {
	*http.Request
	by   staff.Acting
	desk *manuals.Desk
}

// New returns what answers below Root.
func New(c Config) http.Handler {
	mux := http.NewServeMux()
	for _, r := range []struct {
		at     string
		permit staff.Permit
		do     func(call) (any, error)
	}{
		{"GET " + Root + "revisions", staff.ReadContent, list},
		{"GET " + Root + "revisions/{manual}/{at}", staff.ReadContent, show},
		{"POST " + Root + "revisions/{manual}/{at}/submit", staff.WriteDrafts, submit},
		{"POST " + Root + "revisions/{manual}/{at}/recall", staff.WriteDrafts, recall},
		{"POST " + Root + "revisions/{manual}/{at}/approve", staff.Judge, approve},
		{"POST " + Root + "revisions/{manual}/{at}/return", staff.Judge, sendBack},
		{"GET " + Root + "publications/{commit}", staff.ReadContent, live},
	} {
		mux.HandleFunc(r.at, func(w http.ResponseWriter, req *http.Request) {
			req.Body = http.MaxBytesReader(w, req.Body, MaxBody)
			v, err := c.serve(req, r.permit, r.do)
			c.answer(w, req, v, err)
		})
	}
	mux.HandleFunc(Root, func(w http.ResponseWriter, req *http.Request) {
		c.answer(w, req, nil, fault.New(fault.NotFound, fault.Text{TH: "ไม่มีที่อยู่นี้", EN: "there is no such address"}))
	})
	return mux
}

// errToken is told for whatever is amiss with a token.
var errToken = fault.New(fault.Forbidden, fault.Text{TH: "โทเคนเข้าใช้งานใช้ไม่ได้", EN: "the access token does not serve"},
	fault.Text{TH: "สร้างใหม่ที่หน้าบัญชีของฉันในหลังบ้าน", EN: "make a new one on your page in the back office"})

func (c Config) serve(req *http.Request, permit staff.Permit, do func(call) (any, error)) (any, error) {
	secret, ok := strings.CutPrefix(req.Header.Get("Authorization"), "Bearer ")
	if !ok {
		return nil, errToken
	}
	user, err := c.Staff.Admit(req.Context(), secret, permit)
	if errors.Is(err, fault.NotFound) {
		return nil, errToken
	}
	if err != nil {
		return nil, err
	}
	id := ""
	if c.Request != nil {
		id = c.Request(req.Context())
	}
	return do(call{req, staff.Acting{Officer: user.Officer(), Request: id}, c.Desk})
}

// ref finds the revision that an address means, where it stands now.
func (c call) ref() (review.Ref, error) {
	id, err := catalog.ParseManualID(c.PathValue("manual"))
	if err != nil {
		return review.Ref{}, err
	}
	if ref, err := review.ParseRef(review.Ref{State: review.Draft, Manual: id, Key: c.PathValue("at")}.String()); err == nil {
		return ref, nil // six characters, as no number has
	}
	n, err := strconv.Atoi(c.PathValue("at"))
	if err != nil {
		return review.Ref{}, fault.New(fault.NotFound, fault.Text{TH: "ไม่มีฉบับนี้", EN: "there is no such revision"})
	}
	return c.desk.Find(c.Context(), c.by, id, n)
}

// read reads the body's JSON, which may have nothing but what into has.
func (c call) read(into any) error {
	d := json.NewDecoder(c.Body)
	d.DisallowUnknownFields()
	if err := d.Decode(into); err != nil {
		return fault.New(fault.Invalid, fault.Text{TH: "อ่าน JSON ที่ส่งมาไม่ได้", EN: "the JSON that was sent can not be read"}).Because(err)
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return fault.New(fault.Invalid, fault.Text{TH: "มีข้อมูลเกินหลัง JSON", EN: "there is more than one JSON value"})
	}
	return nil
}

func list(c call) (any, error) {
	q := c.URL.Query()
	offset, err := strconv.Atoi("0" + q.Get("offset"))
	if err != nil {
		return nil, fault.New(fault.Invalid, fault.Text{TH: "offset ต้องเป็นตัวเลข", EN: "offset has to be a number"})
	}
	f := manuals.QueueFilter{Agency: catalog.AgencyCode(q.Get("agency")), Text: q.Get("text"), Page: trail.Page{Offset: offset}}
	switch q.Get("queue") {
	case "", "judge":
	case "mine":
		f.Mine = true
	default:
		return nil, fault.New(fault.Invalid, fault.Text{TH: "queue เป็น judge หรือ mine", EN: "queue is judge or mine"})
	}
	queue, err := c.desk.Queue(c.Context(), c.by, f)
	if err != nil {
		return nil, err
	}
	out := List{All: queue.All, Revisions: []Revision{}}
	for _, i := range queue.Items {
		r := revision(i.Open)
		r.Due = when(i.Due)
		out.Revisions = append(out.Revisions, r)
	}
	return out, nil
}

func show(c call) (any, error) {
	ref, err := c.ref()
	if err != nil {
		return nil, err
	}
	s, err := c.desk.Revision(c.Context(), c.by, ref)
	if err != nil {
		return nil, err
	}
	out := Sheet{Revision: revision(s.Open), Changes: []Change{}, Problems: problems(s.Problems), Behind: s.Behind}
	out.Due = when(s.Due)
	for _, ch := range s.Changes {
		out.Changes = append(out.Changes, Change{Field: manuals.FieldName(ch.Path.String()), Words: text(ch.Words)})
	}
	for _, f := range s.FileChanges {
		out.Files = append(out.Files, f.Name)
	}
	for _, step := range review.Steps {
		if err, ok := s.May[step]; ok && err == nil {
			out.May = append(out.May, string(step))
		}
	}
	return out, nil
}

func submit(c call) (any, error) { return c.step((*manuals.Desk).Submit) }

func recall(c call) (any, error) { return c.step((*manuals.Desk).Recall) }

func (c call) step(take func(*manuals.Desk, context.Context, staff.Acting, review.Ref) (manuals.Open, error)) (any, error) {
	ref, err := c.ref()
	if err != nil {
		return nil, err
	}
	o, err := take(c.desk, c.Context(), c.by, ref)
	return Taken{Revision: revision(o)}, err
}

func approve(c call) (any, error) {
	var body struct {
		Tree string `json:"tree"`
	}
	if err := c.read(&body); err != nil {
		return nil, err
	}
	ref, err := c.ref()
	if err != nil {
		return nil, err
	}
	if ref.State == review.Endorsed {
		p, err := c.desk.Publish(c.Context(), c.by, ref, review.Tree(body.Tree))
		return Taken{
			Revision:  Revision{Manual: string(p.Manual), Number: p.Number, State: string(review.Published), Tree: string(p.Tree), Commit: p.Commit.String()},
			Published: p.Commit.String(),
		}, err
	}
	o, err := c.desk.Endorse(c.Context(), c.by, ref, review.Tree(body.Tree))
	return Taken{Revision: revision(o)}, err
}

func sendBack(c call) (any, error) {
	var body struct {
		Reason string   `json:"reason"`
		Fields []string `json:"fields"`
	}
	if err := c.read(&body); err != nil {
		return nil, err
	}
	ref, err := c.ref()
	if err != nil {
		return nil, err
	}
	o, err := c.desk.Return(c.Context(), c.by, ref, body.Reason, body.Fields)
	return Taken{Revision: revision(o)}, err
}

// maxWait is how long a request waits for a build.
const maxWait = 25 * time.Second

func live(c call) (any, error) {
	commit, err := gitrepo.ParseHash(c.PathValue("commit"))
	if err != nil {
		return nil, fault.New(fault.Invalid, fault.Text{TH: "ไม่ใช่รหัสของการเผยแพร่", EN: "this is no publication"})
	}
	ctx, cancel := context.WithTimeout(c.Context(), maxWait)
	defer cancel()
	l := c.desk.Watch(ctx, commit)
	out := Live{Stage: string(l.Stage), Commit: commit.String(), At: when(l.At)}
	if l.Failed != nil {
		out.Failed = l.Failed.Error()
	}
	return out, nil
}

// statuses map the kinds of failure to HTTP.
var statuses = map[fault.Kind]int{
	fault.Invalid: http.StatusBadRequest, fault.NotFound: http.StatusNotFound, fault.Forbidden: http.StatusForbidden,
	fault.Conflict: http.StatusConflict, fault.Unavailable: http.StatusServiceUnavailable,
}

// answer writes what came of a request.
func (c Config) answer(w http.ResponseWriter, req *http.Request, v any, err error) {
	status := http.StatusOK
	if err != nil {
		status, v = c.failure(w, req, err)
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	if err := json.NewEncoder(w).Encode(v); err != nil {
		c.Log.Debug("an answer was not read", "error", err)
	}
}

func (c Config) failure(w http.ResponseWriter, req *http.Request, err error) (int, Failure) {
	if errors.Is(err, errToken) {
		w.Header().Set("WWW-Authenticate", `Bearer realm="Khumue"`)
		return http.StatusUnauthorized, Failure{Kind: string(fault.Forbidden), What: text(errToken.What), Hint: text(errToken.Hint)}
	}
	if large := (*http.MaxBytesError)(nil); errors.As(err, &large) {
		return http.StatusRequestEntityTooLarge, Failure{Kind: string(fault.Invalid), What: text(fault.Textf("คำขอใหญ่เกิน %d ไบต์", "the request is larger than %d bytes", large.Limit))}
	}
	var ps fault.Problems
	if errors.As(err, &ps) {
		return http.StatusBadRequest, Failure{Kind: string(fault.Invalid), Problems: problems(ps),
			What: Text{TH: "คู่มือยังไม่ครบหรือไม่ถูกต้อง", EN: "the manual is not complete or not right"}}
	}
	var fe *fault.Error
	if !errors.As(err, &fe) {
		id := ""
		if c.Request != nil {
			id = c.Request(req.Context())
		}
		c.Log.Error("a request failed", "error", err, "request", id)
		return http.StatusInternalServerError, Failure{What: Text{TH: "ระบบขัดข้อง หมายเลขอ้างอิง " + id, EN: "an internal fault; its reference is " + id}}
	}
	f := Failure{Kind: string(fe.Kind), What: text(fe.What), Hint: text(fe.Hint)}
	var conflicts *ledger.Conflicts
	if errors.As(err, &conflicts) {
		for _, one := range conflicts.Fields {
			f.Conflicts = append(f.Conflicts, Change{Field: manuals.FieldName(one.Path.String()), Words: text(one.Words)})
		}
		for _, name := range conflicts.Files {
			f.Conflicts = append(f.Conflicts, Change{Field: name})
		}
	}
	var changed *ledger.Changed
	if errors.As(err, &changed) {
		r := revision(manuals.Open{Head: changed.Now})
		f.Now = &r
	}
	return statuses[fe.Kind], f
}

// when is a moment as JSON has it, nil of none.
func when(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	t = t.UTC()
	return &t
}
