package proof

import (
	"errors"
	"slices"
	"strings"
	"time"

	"khumue/internal/catalog"
	"khumue/internal/fault"
)

// Stage is what a commit records.
type Stage string

// The stages. Submit, Review, Return and Recall stand on the refs of revisions,
// the others on main.
const (
	Submit    Stage = "submit"    // a revision is frozen and awaits stage 1
	Review    Stage = "review"    // stage 1: merged onto main of that moment by a reviewer of the owning agency
	Publish   Stage = "publish"   // stage 2: merged into main by an OPDC officer
	Return    Stage = "return"    // back to its authors, with a reason
	Recall    Stage = "recall"    // taken back by an author
	Bootstrap Stage = "bootstrap" // the root: content from before there were approvals
	Import    Stage = "import"    // manuals brought in later from another system, by DGA
	Confirm   Stage = "confirm"   // officers of the agency read imported manuals and found them right
	Move      Stage = "move"      // folders of agencies moved; no manual's folder changed
	Emergency Stage = "emergency" // published by an OPDC officer alone, with a reason
	Immediate Stage = "immediate" // a change of what needs no approval
	NewKey    Stage = "key"       // another key comes into force
)

// OnMain reports whether commits of a stage stand on main.
func (s Stage) OnMain() bool {
	switch s {
	case Publish, Bootstrap, Import, Confirm, Move, Emergency, Immediate, NewKey:
		return true
	}
	return false
}

// Verdict is what an officer decided about a revision.
type Verdict string

// The verdicts.
const (
	Approved Verdict = "approved"
	Returned Verdict = "returned"
)

// Base is where a draft began.
type Base struct {
	Commit Hash // of main
	Tree   Hash // of the manual's folder there; zero for a new manual
}

// Folder is a manual's folder as it was read.
type Folder struct {
	Path string // by slashes, as agencies/mot/dlt/manuals/dlt-7f3k5q
	Tree Hash
}

// MaxConfirmed is how many manuals one commit may confirm.
const MaxConfirmed = 200

// Capacity is the role that an officer acted in, and for whom.
type Capacity struct {
	Role   catalog.Role
	Agency catalog.AgencyCode // empty for roles held for the whole country
	Point  catalog.PointCode  // empty but for an officer of one point
}

// String returns the role, the agency and the point, as many as there are.
func (c Capacity) String() string {
	return strings.TrimRight(strings.Join([]string{string(c.Role), string(c.Agency), string(c.Point)}, " "), " ")
}

// Trailers are what a commit says of itself. What a stage has no use for is
// empty.
type Trailers struct {
	Stage        Stage
	Manual       catalog.ManualID
	Revision     int // from 1
	Base         Base
	Tree         Hash // of the manual's folder that was read
	Officer      catalog.OfficerID
	Role         Capacity
	Verdict      Verdict
	Reason       string              // lines of text, as CleanReason leaves them
	Fields       []string            // that a return points at, such as fees.0.max
	Contributors []catalog.OfficerID // everyone who saved or pushed
	Confirmed    []Folder            // of imported manuals, that were read; at most MaxConfirmed
	Key          Key                 // that comes into force
	Via          string              // device of an office, where the decision was made offline
	DecidedAt    time.Time           // there; to the second
	Op           string              // the office's operation that this does again, by its id
	Statement    string              // of review: what the officer signed there, as Signed writes it
	Undoes       Hash                // a reorganisation that this one takes back
}

// needs says which trailers each stage must have.
var needs = map[Stage]string{
	Submit:    "Manual Revision Tree Officer Role Contributor",
	Review:    "Manual Revision Tree Officer Role Verdict",
	Publish:   "Manual Revision Tree Officer Role Verdict",
	Return:    "Manual Revision Officer Role Verdict Reason",
	Recall:    "Manual Revision Officer Role",
	Bootstrap: "",
	Import:    "Officer Role",
	Confirm:   "Officer Role Confirmed",
	Move:      "Officer Role",
	Emergency: "Manual Revision Tree Officer Role Reason",
	Immediate: "Officer Role",
	NewKey:    "Key",
}

// prefix is what the keys of our trailers begin with.
const prefix = "Khumue-"

// maxTrailers is how long the trailers of a commit may be, in bytes.
const maxTrailers = 64 << 10

// Message returns a commit's message: the subject, as one line, and the
// trailers. What can not be said is an error of kind Invalid.
func (t Trailers) Message(subject string) (string, error) {
	block, err := t.block()
	if err != nil {
		return "", err
	}
	if subject = oneLine(subject); subject == "" {
		subject = string(t.Stage)
	}
	return subject + "\n\n" + block, nil
}

// ParseMessage reads the trailers of a commit's message: its last paragraph. A
// message without any of ours is an error of kind NotFound; one that Message
// would have written otherwise is Invalid.
func ParseMessage(message string) (Trailers, error) {
	at := strings.LastIndex(message, "\n\n")
	if at < 0 || !strings.HasPrefix(message[at+2:], prefix) {
		return Trailers{}, fault.New(fault.NotFound, fault.Text{TH: "commit ไม่มีบันทึกของระบบ (Khumue-…)", EN: "the commit has no Khumue trailers"})
	}
	block := message[at+2:]
	if len(block) > maxTrailers {
		return Trailers{}, badTrailers("it is too long")
	}
	var t Trailers
	for key, value := range unfolded(block) {
		i := slices.IndexFunc(fields, func(f field) bool { return f.key == key })
		if i < 0 {
			return Trailers{}, badTrailers(key)
		}
		if err := fields[i].set(&t, value); err != nil {
			return Trailers{}, badTrailers(key).Because(err)
		}
	}
	again, err := t.block()
	if err != nil {
		return Trailers{}, err
	}
	if again != block {
		return Trailers{}, badTrailers("twice, or in another order or form")
	}
	return t, nil
}

func badTrailers(what string) *fault.Error {
	return fault.New(fault.Invalid, fault.Textf("บันทึกของระบบใน commit ไม่ถูกต้อง: %s", "the commit's trailers are not well-formed: %s", what))
}

// block returns the trailers in their order, a line each and more for a reason.
func (t *Trailers) block() (string, error) {
	need, known := needs[t.Stage]
	if !known {
		return "", badTrailers("Stage")
	}
	var b strings.Builder
	for _, f := range fields {
		values := f.get(t)
		if len(values) == 0 && slices.Contains(strings.Fields(need), f.key) {
			return "", badTrailers(f.key + " is missing")
		}
		for _, v := range values {
			if err := f.set(new(Trailers), v); err != nil {
				return "", badTrailers(f.key).Because(err)
			}
			b.WriteString(prefix + f.key + ": " + fold(v) + "\n")
		}
	}
	if t.Verdict != "" && (t.Verdict == Returned) != (t.Stage == Return) {
		return "", badTrailers("Verdict")
	}
	if b.Len() > maxTrailers {
		return "", badTrailers("it is too long")
	}
	return b.String(), nil
}

// unfolded yields the keys, without their prefix, and values of a block.
func unfolded(block string) func(yield func(key, value string) bool) {
	return func(yield func(key, value string) bool) {
		for block != "" {
			end := len(block)
			for i := 0; i < len(block); i++ {
				if block[i] == '\n' && (i+1 == len(block) || block[i+1] != ' ') {
					end = i
					break
				}
			}
			key, value, _ := strings.Cut(block[:end], ": ")
			if !yield(strings.TrimPrefix(key, prefix), unfold(value)) {
				return
			}
			block = block[min(end+1, len(block)):]
		}
	}
}

// fold writes a text of several lines as git folds a trailer: those after the
// first begin with a space. Since an empty line would end the trailers it is
// written as a dot, and a line that begins with a dot gets another.
func fold(text string) string {
	first, rest, more := strings.Cut(text, "\n")
	if !more {
		return text
	}
	var b strings.Builder
	b.WriteString(first)
	for line := range strings.SplitSeq(rest, "\n") {
		b.WriteString("\n ")
		if line == "" || line[0] == '.' {
			b.WriteByte('.')
		}
		b.WriteString(line)
	}
	return b.String()
}

func unfold(value string) string {
	first, rest, more := strings.Cut(value, "\n ")
	if !more {
		return value
	}
	lines := []string{first}
	for line := range strings.SplitSeq(rest, "\n ") {
		lines = append(lines, strings.TrimPrefix(line, "."))
	}
	return strings.Join(lines, "\n")
}

// contributed reports whether an officer wrote at what the trailers speak of.
func (t *Trailers) contributed(who catalog.OfficerID) bool {
	return slices.Contains(t.Contributors, who) || t.Stage == Submit && t.Officer == who
}

// isNone reports whether an error says that a commit has no trailers.
func isNone(err error) bool { return errors.Is(err, fault.NotFound) }
