package gitserve

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strconv"
	"strings"

	"khumue/internal/gitrepo"
)

// The bounds of what a client says before its pack.
const (
	longestPacket  = 65520 // bytes, of the protocol
	mostCommands   = 50    // refs in one push
	longestCommand = 64 << 10
	longestRequest = 32 << 20 // bytes of one fetch: half a million objects
)

// packet reads the next packet of the protocol: its payload, and whether there
// is one, rather than a mark between packets.
func packet(r io.Reader) (raw []byte, isText bool, err error) {
	var head [4]byte
	if _, err := io.ReadFull(r, head[:]); err != nil {
		return nil, false, err
	}
	n, err := strconv.ParseUint(string(head[:]), 16, 16)
	switch {
	case err != nil || n == 3 || n > longestPacket:
		return nil, false, errKind
	case n < 3:
		return head[:], false, nil
	}
	raw = append(make([]byte, 0, n), head[:]...)[:n]
	if _, err := io.ReadFull(r, raw[4:]); err != nil {
		return nil, false, io.ErrUnexpectedEOF
	}
	return raw, true, nil
}

const flush = "0000"

// refForm is a name that git takes for a ref, and that means nothing else
// wherever it is written.
var refForm = regexp.MustCompile(`^refs/[A-Za-z0-9_][A-Za-z0-9_.+@-]*(/[A-Za-z0-9_][A-Za-z0-9_.+@-]*)*$`)

const longestRef = 250

// readCommands reads what a push asks for, up to its pack: the bytes as they
// came, and the moves. What no git client sends is an error of kind Invalid.
func readCommands(r io.Reader) (raw []byte, moves []gitrepo.Move, err error) {
	for {
		p, isText, err := packet(r)
		if err != nil {
			return nil, nil, broken(err)
		}
		raw = append(raw, p...)
		if !isText {
			if string(p) != flush {
				return nil, nil, errKind
			}
			return raw, moves, nil
		}
		line, _, _ := bytes.Cut(p[4:], []byte{0})
		text := strings.TrimSuffix(string(line), "\n")
		if strings.HasPrefix(text, "shallow ") {
			if _, err := gitrepo.ParseHash(text[len("shallow "):]); err != nil {
				return nil, nil, errKind
			}
		} else if moves, err = appendMove(moves, text); err != nil {
			return nil, nil, err
		}
		if len(moves) > mostCommands || len(raw) > longestCommand {
			return nil, nil, errKind
		}
	}
}

// broken is what comes of a request that ends in the middle of a packet.
func broken(err error) error {
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return errKind
	}
	return err
}

// appendMove reads "old new ref".
func appendMove(moves []gitrepo.Move, line string) ([]gitrepo.Move, error) {
	part := strings.SplitN(line, " ", 3)
	if len(part) != 3 || len(part[2]) > longestRef || !refForm.MatchString(part[2]) {
		return nil, errKind
	}
	old, err := gitrepo.ParseHash(part[0])
	if err != nil {
		return nil, errKind
	}
	next, err := gitrepo.ParseHash(part[1])
	if err != nil {
		return nil, errKind
	}
	return append(moves, gitrepo.Move{Ref: part[2], Old: old, New: next}), nil
}

// wanted tells which objects a fetch asks for. What no git client sends, or asks
// for something else, is an error of kind Invalid.
func wanted(body []byte, second bool) (out []gitrepo.Hash, err error) {
	r := bytes.NewReader(body)
	for first := true; r.Len() > 0; first = false {
		p, isText, err := packet(r)
		if err != nil {
			return nil, broken(err)
		}
		text := ""
		if isText {
			text = strings.TrimSuffix(string(p[4:]), "\n")
		}
		want, isWant := strings.CutPrefix(text, "want ")
		switch {
		case first && second && text != "" && text != "command=ls-refs" && text != "command=fetch", strings.HasPrefix(text, "want-ref "):
			return nil, errKind
		case isWant && len(want) < 40, isWant && len(want) > 40 && want[40] != ' ':
			return nil, errKind
		case isWant:
			h, err := gitrepo.ParseHash(want[:40])
			if err != nil {
				return nil, errKind
			}
			out = append(out, h)
		}
	}
	return out, nil
}

// sayError writes what a git client shows as an error of the other side.
func sayError(w io.Writer, text string) error {
	_, err := fmt.Fprintf(w, "%04xERR %s", len(text)+8, text)
	return err
}
