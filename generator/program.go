package main

import (
	"crypto/sha256"
	"debug/elf"
	"encoding/hex"
	"io"
	"os"
	"strings"
)

// programOf identifies this program: a site that another one has built is
// built anew.
func programOf() (string, error) {
	name, err := os.Executable()
	if err != nil {
		return "", err
	}
	if id := buildID(name); id != "" {
		return id, nil
	}
	f, err := os.Open(name)
	if err != nil {
		return "", err
	}
	defer f.Close()
	sum := sha256.New()
	_, err = io.Copy(sum, f)
	return hex.EncodeToString(sum.Sum(nil)), err
}

// buildID is what the go command has written into a program for Linux, the hash of
// its inputs and of its bytes: to read it takes a fortieth of the time that hashing
// the program does. It is "" where the file has none, or one that somebody chose.
func buildID(name string) string {
	const header, parts = len("\x04\x00\x00\x00" + "size" + "\x04\x00\x00\x00" + "Go\x00\x00"), 4 // see cmd/internal/buildid
	f, err := elf.Open(name)
	if err != nil {
		return ""
	}
	defer func() { _ = f.Close() }()
	note := f.Section(".note.go.buildid")
	if note == nil {
		return ""
	}
	data, err := note.Data()
	if err != nil || len(data) < header {
		return ""
	}
	id := strings.TrimRight(string(data[header:]), "\x00")
	hashes := strings.Split(id, "/")
	for _, h := range hashes {
		if len(hashes) != parts || len(h) < 20 {
			return ""
		}
	}
	return id
}
