package publish

import (
	"hash/maphash"
	"runtime"
	"strings"
)

// mark is what a publication has said about a path.
type mark uint8

const (
	named   mark = 1 << iota // the new site has it
	staged                   // and its bytes are staged
	removed                  // an amendment takes it out; an asset may stay for a while
	leaving                  // the live site has it and the new one has not
)

// folder is what is known about a folder of the live or of the staged tree.
type folder uint8

const (
	known   folder = 1 << iota // the live place was looked at
	missing                    // there is nothing
	blocked                    // there is something that is not a folder, or a link
	made                       // the staged tree has it
)

// key stands for a path in memory: a site has a million of them. That two
// differ and have one key is as likely as 2^-128 times their number squared.
type key struct{ a, b uint64 }

var seedA, seedB = maphash.MakeSeed(), maphash.MakeSeed()

// caseless says that the file systems of this system do not tell A from a.
const caseless = runtime.GOOS == "windows" || runtime.GOOS == "darwin"

func keyOf(path string) key {
	if caseless {
		path = strings.ToLower(path)
	}
	return key{maphash.String(seedA, path), maphash.String(seedB, path)}
}
