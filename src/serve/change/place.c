/*
 * serve/change/place.c - where a change is made: a name in a folder, which was found beneath the
 * served folder and is looked for again before anything changes.
 */
#include "serve/change/change.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

enum change_result
change_result_of(int error)
{
	switch (error) {
	case ENOENT:
	case ENOTDIR:
		return CHANGE_NO_PARENT;
	case EISDIR:
		return CHANGE_FOLDER;
	case ENOTEMPTY:
	case EBUSY: /* something is mounted there */
		return CHANGE_NOT_EMPTY;
	case ENAMETOOLONG:
	case EINVAL:
	case EILSEQ:
		return CHANGE_NAME;
	case EXDEV:
	case EAGAIN:
		return CHANGE_OUTSIDE;
	case EACCES:
	case EPERM:
	case EROFS:
	case ELOOP:
		return CHANGE_DENIED;
	case EFBIG:
		return CHANGE_LARGE;
	case ENOSPC:
	case EDQUOT:
		return CHANGE_FULL;
	case EMFILE:
	case ENFILE:
	case ENOMEM:
		return CHANGE_BUSY;
	default:
		return CHANGE_BROKEN;
	}
}

bool
change_name_valid(const struct site *site, struct http_span name)
{
	for (size_t i = 0; i < name.len; i++) {
		if ((unsigned char)name.at[i] < 0x20 || name.at[i] == 0x7f)
			return false;
	}
	return name.len > 0 && name.len <= NAME_MAX && site_shows(site, name);
}

static enum change_result
remember(struct change_place *p)
{
	struct stat st;

	if (fstat(p->folder, &st) < 0) {
		close(p->folder);
		p->folder = -1;
		return CHANGE_BROKEN;
	}
	p->dev = st.st_dev;
	p->ino = st.st_ino;
	return CHANGE_NONE;
}

enum change_result
change_place_open(
    struct change_place *p, const struct site *site, struct http_span path, struct http_span name)
{
	if (path.len >= sizeof p->path || name.len >= sizeof p->name)
		return CHANGE_NAME;
	p->root = site_root(site);
	memcpy(p->path, path.len > 0 ? path.at : ".", path.len > 0 ? path.len : 1);
	p->path[path.len > 0 ? path.len : 1] = '\0';
	memcpy(p->name, name.at, name.len);
	p->name[name.len] = '\0';
	p->folder = site_open_folder(p->root, p->path);
	return p->folder < 0 ? change_result_of(-p->folder) : remember(p);
}

void
change_place_close(struct change_place *p)
{
	close(p->folder);
}

int
change_place_again(const struct change_place *p)
{
	struct stat st;
	int fd = site_open_folder(p->root, p->path);

	if (fd < 0)
		return -(int)change_result_of(-fd);
	if (fstat(fd, &st) == 0 && st.st_dev == p->dev && st.st_ino == p->ino)
		return fd;
	close(fd);
	return -CHANGE_NO_PARENT;
}

enum change_result
change_look(const struct change_place *p, int folder, struct change_there *there)
{
	struct stat st;

	*there = (struct change_there){.exists = false};
	if (fstatat(folder, p->name, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return errno == ENOENT ? CHANGE_NONE : change_result_of(errno);
	*there = (struct change_there){.exists = true, .mode = st.st_mode, .state = site_state_of(&st)};
	return CHANGE_NONE;
}

enum change_result
change_check(enum change_expect expect, const struct change_there *seen, const struct change_there *now)
{
	if (expect == CHANGE_EXPECT_ANY)
		return CHANGE_NONE;
	if (seen->exists != now->exists || (seen->exists && !site_state_same(&seen->state, &now->state)))
		return CHANGE_STATE;
	return CHANGE_NONE;
}
