package edge

import (
	"bufio"
	"io"
	"net"
	"net/http"
)

// writer remembers what was answered.
type writer struct {
	http.ResponseWriter
	status int // 0 before the answer began
	bytes  int64
	taken  bool // the connection is no longer HTTP
}

// watched returns the writer below w, or a new one around it.
func watched(w http.ResponseWriter) *writer {
	for at := w; ; {
		switch x := at.(type) {
		case *writer:
			return x
		case interface{ Unwrap() http.ResponseWriter }:
			at = x.Unwrap()
		default:
			return &writer{ResponseWriter: w}
		}
	}
}

// Unwrap gives http.ResponseController what lies below.
func (w *writer) Unwrap() http.ResponseWriter { return w.ResponseWriter }

// WriteHeader notes the first status that is final.
func (w *writer) WriteHeader(status int) {
	if w.status == 0 && (status >= 200 || status == http.StatusSwitchingProtocols) {
		w.status = status
	}
	w.ResponseWriter.WriteHeader(status)
}

func (w *writer) begin() {
	if w.status == 0 {
		w.status = http.StatusOK
	}
}

// Write counts what is sent.
func (w *writer) Write(p []byte) (int, error) {
	w.begin()
	n, err := w.ResponseWriter.Write(p)
	w.bytes += int64(n)
	return n, err
}

// ReadFrom keeps the system's own way of sending a file.
func (w *writer) ReadFrom(r io.Reader) (int64, error) {
	w.begin()
	n, err := io.Copy(w.ResponseWriter, r)
	w.bytes += n
	return n, err
}

// Flush sends what is there.
func (w *writer) Flush() {
	w.begin()
	_ = http.NewResponseController(w.ResponseWriter).Flush() // not every writer can
}

// Hijack takes the connection, as a websocket does.
func (w *writer) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	c, rw, err := http.NewResponseController(w.ResponseWriter).Hijack()
	if err == nil {
		w.taken, w.status = true, http.StatusSwitchingProtocols
	}
	return c, rw, err
}
