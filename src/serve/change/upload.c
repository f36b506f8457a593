/*
 * serve/change/upload.c - takes octets, has them written in threads, and has the file brought to
 * its place.
 */
#include "serve/change/upload.h"

#include "base/list.h"
#include "serve/change/unplaced.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

/*
 * After so many octets the kernel begins with the writing, so that little is left to wait
 * for at the end.
 */
enum { KICK = 8 << 20 };

struct upload *
upload_new(void)
{
	struct upload *u = calloc(1, sizeof *u);

	if (!u)
		return NULL;
	u->fd = -1;
	u->place.folder = -1;
	u->buffer = malloc(UPLOAD_BUFFER);
	if (u->buffer)
		return u;
	free(u);
	return NULL;
}

enum change_result
upload_begin(struct upload *u)
{
	int e = unplaced_open(u);

	return e < 0 ? change_result_of(-e) : CHANGE_NONE;
}

bool
upload_has_room(const struct upload *u, uint64_t octets)
{
	struct statvfs st;

	if (fstatvfs(u->fd, &st) < 0 || st.f_blocks == 0 || st.f_frsize == 0)
		return true;
	return octets / st.f_frsize <= st.f_bavail;
}

static void
kick(struct upload *u)
{
	if (u->written - u->kicked < KICK)
		return;
	sync_file_range(u->fd, u->kicked, u->written - u->kicked, SYNC_FILE_RANGE_WRITE);
	u->kicked = u->written;
}

static void
write_all(struct upload *u)
{
	size_t done = 0;

	if (u->named && u->written == 0)
		unplaced_clean(u->place.folder);
	while (done < u->len) {
		ssize_t n = pwrite(u->fd, u->buffer + done, u->len - done, u->written);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0) {
			u->result = n < 0 ? change_result_of(errno) : CHANGE_FULL;
			return;
		}
		done += (size_t)n;
		u->written += n;
	}
	u->len = 0;
	kick(u);
}

/* A file that its owner may not write is not replaced either. */
static enum change_result
may_replace(const struct upload *u, int folder, const struct change_there *there)
{
	if (S_ISDIR(there->mode))
		return CHANGE_FOLDER;
	if (S_ISLNK(there->mode))
		return CHANGE_NONE;
	if (!S_ISREG(there->mode) || faccessat(folder, u->place.name, W_OK, AT_EACCESS) < 0)
		return CHANGE_DENIED;
	return fchmod(u->fd, there->mode & 0777) < 0 ? change_result_of(errno) : CHANGE_NONE;
}

/*
 * With something to expect, no other upload or removal with such a condition changes the folder
 * between the look and the change: each takes the folder's lock, in whichever process.
 */
static enum change_result
place(struct upload *u, int folder)
{
	struct change_there there;
	enum change_result r;
	int e;

	if (u->expect != CHANGE_EXPECT_ANY)
		flock(folder, LOCK_EX);
	r = change_look(&u->place, folder, &there);
	if (r == CHANGE_NONE)
		r = change_check(u->expect, &u->seen, &there);
	if (r == CHANGE_NONE && there.exists)
		r = may_replace(u, folder, &there);
	if (r != CHANGE_NONE)
		return r;
	e = unplaced_place(u, folder, there.exists);
	if (e == -EEXIST) /* another upload has made it meanwhile */
		return u->expect == CHANGE_EXPECT_ANY ? place(u, folder) : CHANGE_STATE;
	if (e < 0)
		return change_result_of(-e);
	return there.exists ? CHANGE_REPLACED : CHANGE_ADDED;
}

static void
publish(struct upload *u)
{
	int folder;
	struct stat st;

	if (fsync(u->fd) < 0) {
		u->result = change_result_of(errno);
		return;
	}
	folder = change_place_again(&u->place);
	if (folder < 0) {
		u->result = (enum change_result) - folder;
		return;
	}
	u->result = place(u, folder);
	if (u->result <= CHANGE_REPLACED)
		fsync(folder);
	if (fstat(u->fd, &st) == 0)
		u->state = site_state_of(&st);
	close(folder);
}

static void
work(struct job *j)
{
	struct upload *u = container_of(j, struct upload, job);

	write_all(u);
	if (u->phase == UPLOAD_PUBLISHES && u->result == CHANGE_NONE)
		publish(u);
}

static void on_worked(struct job *j);

static void
begin_job(struct upload *u, enum upload_phase phase)
{
	u->phase = phase;
	u->job.work = work;
	u->job.done = on_worked;
	jobs_add(u->jobs, &u->job);
}

static void
discard(struct job *j)
{
	struct upload *u = container_of(j, struct upload, job);

	unplaced_close(u);
	if (u->place.folder >= 0)
		change_place_close(&u->place);
}

static void
on_discarded(struct job *j)
{
	struct upload *u = container_of(j, struct upload, job);

	free(u->buffer);
	free(u);
}

/* To free the blocks of a large file takes time, too. */
static void
begin_discard(struct upload *u)
{
	u->job.work = discard;
	u->job.done = on_discarded;
	jobs_add(u->jobs, &u->job);
}

static void
on_worked(struct job *j)
{
	struct upload *u = container_of(j, struct upload, job);

	if (u->abandoned) {
		begin_discard(u);
		return;
	}
	if (u->finish && u->phase == UPLOAD_WRITES && u->result == CHANGE_NONE) {
		begin_job(u, UPLOAD_PUBLISHES);
		return;
	}
	u->phase = u->result == CHANGE_NONE ? UPLOAD_TAKES : UPLOAD_OVER;
	u->event(u);
}

size_t
upload_write(struct upload *u, const char *at, size_t n)
{
	size_t room = upload_room(u);

	if (n > room)
		n = room;
	memcpy(u->buffer + u->len, at, n);
	u->len += n;
	u->length += n;
	if (n > 0 && u->len == UPLOAD_BUFFER)
		begin_job(u, UPLOAD_WRITES);
	return n;
}

void
upload_push(struct upload *u)
{
	begin_job(u, UPLOAD_WRITES);
}

void
upload_finish(struct upload *u)
{
	u->finish = true;
	if (u->phase == UPLOAD_TAKES)
		begin_job(u, UPLOAD_PUBLISHES);
}

void
upload_free(struct upload *u)
{
	bool in_thread = u->phase == UPLOAD_WRITES || u->phase == UPLOAD_PUBLISHES;

	u->abandoned = true;
	if (!in_thread)
		begin_discard(u);
}
