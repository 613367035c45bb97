package witness

import "golang.org/x/sys/unix"

// older are calls that newer architectures have no more.
var older = map[int]shape{
	unix.SYS_OPEN:    at("open", -1, 0).opens(1),
	unix.SYS_CREAT:   at("creat", -1, 0).makes(),
	unix.SYS_MKDIR:   at("mkdir", -1, 0).makes(),
	unix.SYS_RMDIR:   at("rmdir", -1, 0),
	unix.SYS_UNLINK:  at("unlink", -1, 0),
	unix.SYS_CHMOD:   at("chmod", -1, 0),
	unix.SYS_RENAME:  from("rename", -1, 0, -1, 1),
	unix.SYS_LINK:    from("link", -1, 0, -1, 1),
	unix.SYS_SYMLINK: at("symlink", -1, 1).makes(),
}
