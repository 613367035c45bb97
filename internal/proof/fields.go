package proof

import (
	"fmt"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"khumue/internal/catalog"
	"khumue/internal/fault"
)

// field is one trailer: what a value of Trailers has for it, and how it is read.
type field struct {
	key string
	get func(*Trailers) []string
	set func(*Trailers, string) error
}

// fields are all trailers, in the order in which they are written.
var fields = []field{
	word("Stage", func(t *Trailers) *Stage { return &t.Stage }, parseStage),
	word("Manual", func(t *Trailers) *catalog.ManualID { return &t.Manual }, catalog.ParseManualID),
	{"Revision", getRevision, setRevision},
	{"Base", getBase, setBase},
	{"Tree", getTree, func(t *Trailers, s string) (err error) { t.Tree, err = ParseHash(s); return }},
	word("Officer", func(t *Trailers) *catalog.OfficerID { return &t.Officer }, catalog.ParseOfficerID),
	{"Role", getRole, setRole},
	word("Verdict", func(t *Trailers) *Verdict { return &t.Verdict }, parseVerdict),
	word("Reason", func(t *Trailers) *string { return &t.Reason }, parseReason),
	words("Field", func(t *Trailers) *[]string { return &t.Fields }, matching(regexp.MustCompile(`^[a-z0-9_]+(\.[a-z0-9_]+)*$`), 100)),
	words("Contributor", func(t *Trailers) *[]catalog.OfficerID { return &t.Contributors }, catalog.ParseOfficerID),
	{"Confirmed", getConfirmed, setConfirmed},
	word("Key", func(t *Trailers) *Key { return &t.Key }, ParseKey),
	word("Via", func(t *Trailers) *string { return &t.Via }, matching(regexp.MustCompile(`^[A-Za-z0-9]+(-[A-Za-z0-9]+)*$`), 64)),
	{"Decided-At", getDecided, setDecided},
	word("Op", func(t *Trailers) *string { return &t.Op }, matching(regexp.MustCompile(`^[0-9a-f]+(-[0-9a-f]+)*$`), 36)),
	word("Statement", func(t *Trailers) *string { return &t.Statement }, matching(regexp.MustCompile(`^[A-Za-z0-9+/]+={0,2}$`), 4*(longestStatement+2)/3)),
	{"Undoes", getUndoes, func(t *Trailers, s string) (err error) { t.Undoes, err = ParseHash(s); return }},
}

// fieldOf is the trailer of a key, which there is.
func fieldOf(key string) field {
	return fields[slices.IndexFunc(fields, func(f field) bool { return f.key == key })]
}

// kindOfWork is the form of an operation's kind.
var kindOfWork = matching(regexp.MustCompile(`^[a-z]+(\.[a-z-]+)*$`), 40)

// word is a trailer of one word, absent when it is empty.
func word[T ~string](key string, at func(*Trailers) *T, parse func(string) (T, error)) field {
	return field{key, func(t *Trailers) []string { return given(string(*at(t))) }, func(t *Trailers, s string) (err error) {
		*at(t), err = parse(s)
		return err
	}}
}

// words is a trailer that stands once for each word of a list, none twice.
func words[T ~string](key string, at func(*Trailers) *[]T, parse func(string) (T, error)) field {
	get := func(t *Trailers) []string {
		var out []string
		for _, v := range *at(t) {
			if slices.Contains(out, string(v)) {
				return append(out, "") // which no list may have
			}
			out = append(out, string(v))
		}
		return out
	}
	return field{key, get, func(t *Trailers, s string) error {
		v, err := parse(s)
		*at(t) = append(*at(t), v)
		return err
	}}
}

func given(s string) []string {
	if s == "" {
		return nil
	}
	return []string{s}
}

func matching(form *regexp.Regexp, longest int) func(string) (string, error) {
	return func(s string) (string, error) {
		if len(s) > longest || !form.MatchString(s) {
			return "", fmt.Errorf("%q: %w", s, fault.Invalid)
		}
		return s, nil
	}
}

func parseStage(s string) (Stage, error) {
	if _, ok := needs[Stage(s)]; !ok {
		return "", fmt.Errorf("%q: %w", s, fault.Invalid)
	}
	return Stage(s), nil
}

func parseVerdict(s string) (Verdict, error) {
	if v := Verdict(s); v == Approved || v == Returned {
		return v, nil
	}
	return "", fmt.Errorf("%q: %w", s, fault.Invalid)
}

// maxRevision keeps a revision's number readable.
const maxRevision = 1_000_000

func getRevision(t *Trailers) []string {
	if t.Revision == 0 {
		return nil
	}
	return []string{strconv.Itoa(t.Revision)}
}

func setRevision(t *Trailers, s string) (err error) {
	if t.Revision, err = strconv.Atoi(s); err == nil && (t.Revision < 1 || t.Revision > maxRevision) {
		err = fmt.Errorf("%s: %w", s, fault.Invalid)
	}
	return err
}

func getBase(t *Trailers) []string {
	if t.Base == (Base{}) {
		return nil
	}
	return []string{t.Base.Commit.String() + " " + t.Base.Tree.String()}
}

func setBase(t *Trailers, s string) (err error) {
	commit, tree, _ := strings.Cut(s, " ")
	if t.Base.Commit, err = ParseHash(commit); err == nil {
		t.Base.Tree, err = ParseHash(tree)
	}
	return err
}

func getTree(t *Trailers) []string {
	if t.Tree.IsZero() {
		return nil
	}
	return []string{t.Tree.String()}
}

func getUndoes(t *Trailers) []string {
	if t.Undoes.IsZero() {
		return nil
	}
	return []string{t.Undoes.String()}
}

func getRole(t *Trailers) []string { return given(t.Role.String()) }

func setRole(t *Trailers, s string) (err error) {
	parts := strings.Split(s, " ")
	if len(parts) > 3 {
		return fmt.Errorf("%q: %w", s, fault.Invalid)
	}
	if t.Role.Role, err = catalog.ParseRole(parts[0]); err == nil && len(parts) > 1 {
		t.Role.Agency, err = catalog.ParseAgencyCode(parts[1])
	}
	if err == nil && len(parts) > 2 {
		t.Role.Point, err = catalog.ParsePointCode(parts[2])
	}
	return err
}

func getConfirmed(t *Trailers) []string {
	var out []string
	for i, f := range t.Confirmed {
		if i >= MaxConfirmed || i > 0 && f.Path <= t.Confirmed[i-1].Path {
			return append(out, "") // which no list may have
		}
		out = append(out, f.Path+" "+f.Tree.String())
	}
	return out
}

// setConfirmed reads a folder and its tree; folders stand in their order.
func setConfirmed(t *Trailers, s string) error {
	at, tree, _ := strings.Cut(s, " ")
	h, err := ParseHash(tree)
	if err != nil {
		return err
	}
	if owner, id := ownerOf(at), path.Base(at); owner == "" || !manualID.MatchString(id) || len(t.Confirmed) >= MaxConfirmed {
		return fmt.Errorf("%q: %w", s, fault.Invalid)
	}
	t.Confirmed = append(t.Confirmed, Folder{at, h})
	return nil
}

var manualID = regexp.MustCompile(`^[a-z0-9-]+$`)

// ownerOf is the agency in whose folder a manual's stands; "" of a path that no
// manual's folder has.
func ownerOf(at string) string {
	parts := strings.Split(at, "/")
	n := len(parts)
	if n < 4 || n > maxFolders || parts[0] != agencies || parts[n-2] != manuals || slices.ContainsFunc(parts, func(p string) bool { return !manualID.MatchString(p) }) {
		return ""
	}
	return parts[n-3]
}

func getDecided(t *Trailers) []string {
	if t.DecidedAt.IsZero() {
		return nil
	}
	return []string{t.DecidedAt.UTC().Format(time.RFC3339)}
}

func setDecided(t *Trailers, s string) (err error) {
	t.DecidedAt, err = time.Parse("2006-01-02T15:04:05Z", s)
	return err
}

// MaxReason is how long a reason may be, in characters.
const MaxReason = 4000

// CleanReason makes a reason of what a person wrote: lines end alike and without
// spaces, and what can not be seen but changes how a text reads is left out.
func CleanReason(s string) string {
	s = strings.NewReplacer("\r\n", "\n", "\r", "\n", "\t", " ").Replace(strings.ToValidUTF8(s, ""))
	s = strings.Map(func(r rune) rune {
		if r != '\n' && hidden(r) {
			return -1
		}
		return r
	}, s)
	lines := strings.Split(s, "\n")
	for i, line := range lines {
		lines[i] = strings.TrimRight(line, " ")
	}
	return strings.Trim(strings.Join(lines, "\n"), "\n ")
}

// parseReason accepts what CleanReason leaves.
func parseReason(s string) (string, error) {
	if s == "" || utf8.RuneCountInString(s) > MaxReason || CleanReason(s) != s {
		return "", fmt.Errorf("reason: %w", fault.Invalid)
	}
	return s, nil
}

// hidden reports whether a character is a control or turns the direction of
// text.
func hidden(r rune) bool {
	return unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r) || r == '\u2028' || r == '\u2029'
}

// maxSubject is how long the first line of a message may be, in characters.
const maxSubject = 200

// oneLine makes a line of what may have been several.
func oneLine(s string) string {
	s = strings.Map(func(r rune) rune {
		if hidden(r) {
			return ' '
		}
		return r
	}, strings.ToValidUTF8(s, ""))
	s = strings.Join(strings.Fields(s), " ")
	if r := []rune(s); len(r) > maxSubject {
		s = string(r[:maxSubject-1]) + "…"
	}
	return s
}
