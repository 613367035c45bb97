// Package stick carries between an office and the centre what no line carries: a file
// that the machine of an office hands out and signs, with what it did, and the receipt
// that the centre gives for it.
//
// Both are the same form: a line for people, a line that says what it is, messages of
// sync.v1, each sealed for its reader, and a proof over all of it at the end. Nothing
// of a file is used before all of it was proven.
//
// The package refuses to know HTTP, where the file lies, and what the messages mean.
package stick

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"hash"
	"io"
	"regexp"
	"strings"
	"time"

	"khumue/internal/fault"
	"khumue/internal/wire"
)

// Kind says what a file is.
type Kind string

// The kinds.
const (
	Work    Kind = "work"    // of an office, for the centre
	Receipt Kind = "receipt" // of the centre, for the machine whose work it was
)

// Part is a file's share of what the centre does not have: operations by their ids, the
// first and the last included. The zero Part is all.
type Part struct {
	First, Last string
	Operations  int
	Bytes       int64 // of operations and files, about
}

// titles are the first lines of files, which people see who open one.
var titles = map[Kind]string{
	Work:    "Khumue stick 1 · งานที่ยังไม่ได้ส่งของสำนักงาน นำเข้าที่หลังบ้านของศูนย์กลาง · Unsent work of an office, to be imported in the centre's back office\n",
	Receipt: "Khumue receipt 1 · ใบรับของศูนย์กลาง นำเข้าที่หน้าการส่งข้อมูลของสำนักงาน · The centre's receipt, to be imported on the office's page of what is sent\n",
}

// Head is what a file says of itself.
type Head struct {
	Kind       Kind      `json:"kind"`
	Device     string    `json:"device"` // whose work it is
	File       string    `json:"file"`   // 32 hexadecimal digits; a receipt has that of the work
	Made       time.Time `json:"made"`
	Operations int       `json:"operations"`
	Epoch      string    `json:"epoch,omitempty"` // of a receipt: of the centre's database
}

// Limits.
const (
	MaxFile  = 64 << 20              // bytes of a file
	MaxPart  = 40 << 20              // bytes of operations and files that are put into one
	maxFrame = wire.MaxMessage + 512 // bytes of a message, sealed
	maxHead  = 1024
	proofLen = 64
)

var (
	fileForm  = regexp.MustCompile(`^[0-9a-f]{32}$`)
	wordForm  = regexp.MustCompile(`^[0-9A-Za-z-]{1,64}$`)
	epochForm = regexp.MustCompile(`^[0-9A-Za-z-]{0,64}$`)
)

func (h Head) fits() bool {
	return titles[h.Kind] != "" && wordForm.MatchString(h.Device) && fileForm.MatchString(h.File) && epochForm.MatchString(h.Epoch) &&
		h.Operations >= 0 && h.Made.Equal(h.Made.UTC().Truncate(time.Second)) && (h.Kind == Receipt || h.Epoch == "")
}

func (h Head) line() ([]byte, error) {
	b, err := json.Marshal(h)
	return append(b, '\n'), err
}

// about binds a message to the file and to its place in it.
func (h Head) about(n int) string { return fmt.Sprintf("stick %s %s %d", h.Kind, h.File, n) }

// Crypt seals or opens a message as what it is about.
type Crypt func(text []byte, about string) ([]byte, error)

// Writer writes a file. Close ends it: one that was not closed is no file.
type Writer struct {
	head Head
	w    io.Writer
	seal Crypt
	sum  hash.Hash
	n    int
}

// Begin writes the beginning of a file.
func Begin(w io.Writer, h Head, seal Crypt) (*Writer, error) {
	h.Made = h.Made.UTC().Truncate(time.Second)
	if !h.fits() {
		return nil, fmt.Errorf("stick: %+v is no head", h)
	}
	line, err := h.line()
	if err != nil {
		return nil, err
	}
	sum := sha256.New()
	out := &Writer{head: h, w: io.MultiWriter(w, sum), seal: seal, sum: sum}
	_, err = out.w.Write(append([]byte(titles[h.Kind]), line...))
	return out, err
}

// Put adds a message.
func (w *Writer) Put(m wire.Message) error {
	sealed, err := w.seal(m.Append(nil), w.head.about(w.n))
	if err != nil {
		return err
	}
	w.n++
	_, err = w.w.Write(append(binary.BigEndian.AppendUint32(nil, uint32(len(sealed))), sealed...))
	return err
}

// Close ends the file with its proof, which sign makes of a text.
func (w *Writer) Close(sign func(text []byte) []byte) error {
	if _, err := w.w.Write(make([]byte, 4)); err != nil {
		return err
	}
	_, err := w.w.Write(sign(proven(w.head.Kind, w.sum)))
	return err
}

// proven is the text of which the proof is made.
func proven(k Kind, sum hash.Hash) []byte {
	return []byte("khumue stick 1, " + string(k) + "\n" + hex.EncodeToString(sum.Sum(nil)))
}

// Reader reads a file.
type Reader struct {
	Head
	r  io.ReadSeeker
	at int64 // where the messages begin
}

func noFile(why error) error {
	return fault.New(fault.Invalid, fault.Text{TH: "ไฟล์นี้ไม่ใช่ไฟล์งานหรือใบรับของคู่มือ หรือไฟล์เสียหาย จึงไม่มีการบันทึกใด ๆ", EN: "This is no file of work or receipt, or it is damaged. Nothing was stored."},
		fault.Text{TH: "คัดลอกไฟล์ใหม่ทั้งไฟล์ หรือบันทึกไฟล์ใหม่จากเครื่องของสำนักงาน", EN: "Copy the whole file again, or save it anew on the office's machine."}).Because(why)
}

var errForm = errors.New("stick: it has another form")

// Open reads what a file says of itself, which is not proven yet. What is no file is
// an error of kind Invalid.
func Open(r io.ReadSeeker) (*Reader, error) {
	if _, err := r.Seek(0, io.SeekStart); err != nil {
		return nil, err
	}
	b := bufio.NewReaderSize(io.LimitReader(r, 2*maxHead), 2*maxHead)
	title, err := b.ReadString('\n')
	if err != nil {
		return nil, noFile(err)
	}
	line, err := b.ReadBytes('\n')
	if err != nil || len(line) > maxHead {
		return nil, noFile(err)
	}
	out := &Reader{r: r, at: int64(len(title) + len(line))}
	d := json.NewDecoder(bytes.NewReader(line))
	d.DisallowUnknownFields()
	if err := d.Decode(&out.Head); err != nil {
		return nil, noFile(err)
	}
	again, err := out.line()
	if err != nil || !bytes.Equal(again, line) || !out.fits() || titles[out.Kind] != title {
		return nil, noFile(errors.Join(err, errForm))
	}
	return out, nil
}

// Proven makes sure that all of the file is as it was written, by who check knows.
func (r *Reader) Proven(check func(text, proof []byte) bool) error {
	sum := sha256.New()
	end, err := r.frames(sum, nil)
	if err != nil {
		return err
	}
	if !check(proven(r.Kind, sum), end) {
		return fault.New(fault.Invalid, fault.Text{TH: "ไฟล์นี้ถูกแก้ไข ไม่ครบ หรือไม่ได้มาจากเครื่องที่ระบุไว้ จึงไม่มีการบันทึกใด ๆ", EN: "This file was changed, is not whole, or is not from whom it says. Nothing was stored."},
			fault.Text{TH: "บันทึกไฟล์ใหม่จากต้นทาง", EN: "Save the file anew where it is from."})
	}
	return nil
}

// Each opens the messages in their order and gives them to do, which ends it by an
// error. It is for a file that was proven.
func (r *Reader) Each(open Crypt, do func(wire.Message) error) error {
	n := 0
	_, err := r.frames(io.Discard, func(sealed []byte) error {
		text, err := open(sealed, r.about(n))
		if err != nil {
			return noFile(err)
		}
		n++
		m, err := wire.Read(text)
		if err != nil {
			return noFile(err)
		}
		if !strings.Contains(allowed[r.Kind], string(m.Type)) {
			return noFile(errForm)
		}
		return do(m)
	})
	return err
}

// allowed are the messages that files of each kind bring.
var allowed = map[Kind]string{Work: string(wire.Push + " " + wire.Chunk), Receipt: string(wire.Results + " " + wire.Have)}

// frames reads the file from its beginning, and returns the proof at its end.
func (r *Reader) frames(sum io.Writer, do func([]byte) error) ([]byte, error) {
	if _, err := r.r.Seek(0, io.SeekStart); err != nil {
		return nil, err
	}
	in := bufio.NewReader(io.LimitReader(r.r, MaxFile))
	if _, err := io.CopyN(sum, in, r.at); err != nil {
		return nil, noFile(err)
	}
	for {
		var size [4]byte
		if _, err := io.ReadFull(in, size[:]); err != nil {
			return nil, noFile(err)
		}
		_, _ = sum.Write(size[:])
		n := binary.BigEndian.Uint32(size[:])
		if n == 0 {
			break
		}
		if n > maxFrame {
			return nil, noFile(errForm)
		}
		sealed := make([]byte, n)
		if _, err := io.ReadFull(in, sealed); err != nil {
			return nil, noFile(err)
		}
		_, _ = sum.Write(sealed)
		if do != nil {
			if err := do(sealed); err != nil {
				return nil, err
			}
		}
	}
	end := make([]byte, proofLen)
	if _, err := io.ReadFull(in, end); err != nil {
		return nil, noFile(err)
	}
	if _, err := in.ReadByte(); !errors.Is(err, io.EOF) {
		return nil, noFile(errForm)
	}
	return end, nil
}
