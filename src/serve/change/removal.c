/*
 * serve/change/removal.c - removes what is at a place, if it still is what was seen there.
 */
#include "serve/change/removal.h"

#include "base/list.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

struct removal *
removal_new(void)
{
	struct removal *r = calloc(1, sizeof *r);

	if (r)
		r->place.folder = -1;
	return r;
}

static enum change_result
remove_it(struct removal *r, int folder)
{
	struct change_there there;
	enum change_result result;

	if (r->expect != CHANGE_EXPECT_ANY)
		flock(folder, LOCK_EX);
	result = change_look(&r->place, folder, &there);
	if (result == CHANGE_NONE)
		result = change_check(r->expect, &r->seen, &there);
	if (result == CHANGE_NONE && !there.exists)
		result = CHANGE_ABSENT;
	if (result != CHANGE_NONE)
		return result;
	if (unlinkat(folder, r->place.name, S_ISDIR(there.mode) ? AT_REMOVEDIR : 0) == 0)
		return CHANGE_REMOVED;
	return errno == ENOENT ? CHANGE_ABSENT : change_result_of(errno);
}

static void
work(struct job *j)
{
	struct removal *r = container_of(j, struct removal, job);
	int folder = change_place_again(&r->place);

	if (folder < 0) {
		r->result = (enum change_result) - folder;
		return;
	}
	r->result = remove_it(r, folder);
	close(folder);
}

static void
end(struct removal *r)
{
	if (r->place.folder >= 0)
		change_place_close(&r->place);
	free(r);
}

static void
on_worked(struct job *j)
{
	struct removal *r = container_of(j, struct removal, job);

	r->over = true;
	if (r->abandoned)
		end(r);
	else
		r->event(r);
}

void
removal_begin(struct removal *r, struct jobs *jobs)
{
	r->job.work = work;
	r->job.done = on_worked;
	jobs_add(jobs, &r->job);
}

void
removal_free(struct removal *r)
{
	r->abandoned = true;
	if (r->over || !r->job.work)
		end(r);
}
