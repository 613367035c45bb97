package gitserve

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"syscall"
	"testing"
	"time"
)

// receivers are the processes of receive-pack that work on the repository.
func (s *station) receivers() (out []int) {
	s.t.Helper()
	names, err := filepath.Glob("/proc/[0-9]*/cmdline")
	s.must(err)
	for _, name := range names {
		line, err := os.ReadFile(name)
		if err != nil || !bytes.Contains(line, []byte("receive-pack")) || !bytes.Contains(line, []byte(s.dir)) {
			continue
		}
		pid, err := strconv.Atoi(filepath.Base(filepath.Dir(name)))
		s.must(err)
		out = append(out, pid)
	}
	return out
}

func TestF37AReceivePackThatIsKilledLeavesRefsAsTheyWere(t *testing.T) {
	s := open(t)
	d := s.clone(author)
	mark("ก")(d)
	body := bodyOf(d, draftRef(subject, key))
	u, err := url.Parse(s.url)
	s.must(err)
	for range 3 {
		c, err := net.Dial("tcp", u.Host)
		s.must(err)
		token := base64.StdEncoding.EncodeToString([]byte("x:" + string(author.ID)))
		fmt.Fprintf(c, "POST %s/git-receive-pack HTTP/1.1\r\nHost: x\r\nAuthorization: Basic %s\r\nContent-Type: %s\r\nContent-Length: %d\r\n\r\n", u.Path, token, pushType, len(body))
		_, err = c.Write(body[:len(body)-30])
		s.must(err)
		var found []int
		for deadline := time.Now().Add(10 * time.Second); len(found) == 0 && time.Now().Before(deadline); {
			found = s.receivers()
		}
		if len(found) == 0 {
			t.Fatal("no receive-pack runs")
		}
		for _, pid := range found {
			s.must(syscall.Kill(pid, syscall.SIGKILL))
		}
		s.must(c.Close())
		s.idle()
	}
	if _, err := s.Repo.Sweep(time.Now().Add(time.Hour)); err != nil {
		t.Error(err)
	}
	s.untouched()
	d.git("push", "-q", "origin", "HEAD:"+draftRef(subject, key))
	s.fsck()
}
