/*
 * serve/process/fence.c - which files a worker can open after its start, with Landlock (Linux
 * 5.13). A kernel without it leaves that to the rights of the user.
 */
#include "serve/process/impl.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/landlock.h>
#include <sys/syscall.h>
#include <unistd.h>

/* All rights that a version of Landlock knows, by their number (linux/landlock.h). */
static uint64_t
rights_known(int version)
{
	if (version < 2)
		return (1 << 13) - 1; /* to read, write, make and remove */
	if (version < 3)
		return (1 << 14) - 1; /* to move and link into another folder */
	if (version < 5)
		return (1 << 15) - 1; /* to truncate */
	return (1 << 16) - 1;         /* ioctl(2) of devices */
}

static int
version(void)
{
	long v = syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION);

	return v < 0 ? 0 : (int)v;
}

int
fence_new(void)
{
	struct landlock_ruleset_attr attr = {.handled_access_fs = rights_known(version())};

	if (version() == 0)
		return -1;
	return (int)syscall(SYS_landlock_create_ruleset, &attr, sizeof attr.handled_access_fs, 0);
}

/* What may be done beneath a folder; never to run a program, nor to make a device. */
static uint64_t
rights_of(bool write)
{
	const uint64_t read = LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR;
	const uint64_t never = LANDLOCK_ACCESS_FS_EXECUTE | LANDLOCK_ACCESS_FS_MAKE_CHAR |
			       LANDLOCK_ACCESS_FS_MAKE_BLOCK | LANDLOCK_ACCESS_FS_MAKE_SOCK |
			       LANDLOCK_ACCESS_FS_MAKE_FIFO | (uint64_t)1 << 15;

	return write ? rights_known(version()) & ~never : read;
}

int
fence_allow(int fence, const char *folder, bool write)
{
	struct landlock_path_beneath_attr attr = {.allowed_access = rights_of(write)};
	int e = 0;

	if (fence < 0)
		return 0;
	attr.parent_fd = open(folder, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (attr.parent_fd < 0)
		return -errno;
	if (syscall(SYS_landlock_add_rule, fence, LANDLOCK_RULE_PATH_BENEATH, &attr, 0) < 0)
		e = -errno;
	close(attr.parent_fd);
	return e;
}

int
fence_close(int fence)
{
	int e = 0;

	if (fence < 0)
		return 0;
	if (syscall(SYS_landlock_restrict_self, fence, 0) < 0)
		e = -errno;
	close(fence);
	return e;
}
