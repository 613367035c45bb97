package main

import (
	"io"
	"net/http"
	"net/url"
	"strings"

	"khumue/internal/corpus"
	"khumue/internal/gitrepo"
	"khumue/syncd/internal/edge"
)

// missPath is where the public site's pages tell of a search that found nothing:
// the words alone, as plain text.
const missPath = "/api/miss"

// maxMiss is how long they may be, in bytes.
const maxMiss = 1 << 10

// missed counts searches that found nothing. Only pages of the public site may
// tell of them, which may live elsewhere; whoever asks learns nothing, not even
// whether it was counted.
func (c *centre) missed(faults *edge.Faults) (http.Handler, error) {
	public, err := c.publicOrigin()
	if err != nil {
		return nil, err
	}
	trusted := []string{c.cfg.Public.Address}
	if public != "" && public != c.cfg.Public.Address {
		trusted = append(trusted, public)
	}
	ours, err := edge.CrossOrigin(faults, trusted...)
	if err != nil {
		return nil, err
	}
	count := faults.Handle(func(w http.ResponseWriter, r *http.Request) error {
		words, err := io.ReadAll(r.Body)
		if err != nil {
			return err
		}
		c.misses.Note(edge.Client(r.Context()), string(words))
		if o := r.Header.Get("Origin"); public != "" && o == public {
			w.Header().Set("Access-Control-Allow-Origin", public)
		}
		w.Header().Set("Vary", "Origin")
		w.Header().Set("Cache-Control", "no-store")
		w.WriteHeader(http.StatusNoContent)
		return nil
	})
	return edge.Chain(count, ours), nil
}

// publicOrigin is scheme, host and port of the public site as the content names
// it, "" where it does not.
func (c *centre) publicOrigin() (string, error) {
	_, change, err := c.repo.Resolve(gitrepo.Main)
	if err != nil {
		return "", err
	}
	frame, _, err := corpus.ReadFrame(c.repo.FS(change.Tree))
	if err != nil {
		return "", err
	}
	return originOf(frame.Site.Public), nil
}

// originOf is the origin of an address, as browsers write it; "" of what is none.
func originOf(address string) string {
	u, err := url.Parse(address)
	if err != nil || u.Hostname() == "" || u.Scheme != "https" && u.Scheme != "http" {
		return ""
	}
	host := strings.ToLower(u.Host)
	host = strings.TrimSuffix(host, map[string]string{"https": ":443", "http": ":80"}[u.Scheme])
	return u.Scheme + "://" + host
}
