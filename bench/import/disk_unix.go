//go:build unix

package main

import "syscall"

// flushDisk waits until what was written is on the disk.
func flushDisk() { syscall.Sync() }
