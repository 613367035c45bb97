//go:build !linux

package testkit

import "syscall"

// attributes and own change nothing here: PostgreSQL refuses to run as an
// administrator and says so, and TestMain alone ends it.
func attributes() (*syscall.SysProcAttr, error) { return nil, nil }

func own(string, *syscall.SysProcAttr) error { return nil }
