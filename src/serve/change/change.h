/*
 * serve/change/change.h - changes beneath the served folder: a file comes to its place as a whole
 * or not at all; a file or an empty folder is removed.
 *
 * It knows neither requests nor connections. What waits for the disk is done in threads
 * (host/jobs.h).
 */
#ifndef SERVE_CHANGE_CHANGE_H
#define SERVE_CHANGE_CHANGE_H

#include "host/jobs.h"
#include "serve/site/site.h"

#include <limits.h>

/* How a change has ended. With those after CHANGE_REMOVED nothing has changed. */
enum change_result {
	CHANGE_NONE, /* it has not ended */
	CHANGE_ADDED,
	CHANGE_REPLACED,
	CHANGE_REMOVED,
	CHANGE_STATE,     /* what is there is not what the caller has seen */
	CHANGE_ABSENT,    /* there is no such file */
	CHANGE_NO_PARENT, /* there is no such folder to have it, or it was moved meanwhile */
	CHANGE_FOLDER,    /* there is a folder of this name */
	CHANGE_NOT_EMPTY, /* the folder has entries */
	CHANGE_NAME,      /* the file system does not take the name */
	CHANGE_OUTSIDE,   /* a link leads out of the served folder */
	CHANGE_DENIED,    /* permissions, or neither file nor folder */
	CHANGE_LARGE,     /* larger than a file can be there */
	CHANGE_FULL,      /* no room is left on the disk, or of the quota */
	CHANGE_BUSY,      /* no descriptor or memory is left */
	CHANGE_BROKEN     /* the disk has an error */
};

enum change_result change_result_of(int error);

/*
 * True if a file of this name may be made: 1 to NAME_MAX octets, no control octets among them, and
 * none of the names that are not shown. The name has no "/" and is neither "." nor "..".
 */
bool change_name_valid(const struct site *site, struct http_span name);

/* A name in an open folder. */
struct change_place {
	int root;   /* the served folder; borrowed */
	int folder; /* open */
	dev_t dev;  /* of the folder */
	ino_t ino;
	char name[NAME_MAX + 1];
	char path[SITE_PATH_MOST]; /* of the folder; "." for the root */
};

/*
 * Opens the folder @path, which is as http_path.text, for an entry @name. CHANGE_NONE; or why not,
 * with nothing to be closed.
 */
enum change_result change_place_open(
    struct change_place *p, const struct site *site, struct http_span path, struct http_span name);
void change_place_close(struct change_place *p);

/*
 * Opens the folder once more, and returns its descriptor. CHANGE_NO_PARENT, negated, if its path
 * leads elsewhere by now; or another failure, negated.
 */
int change_place_again(const struct change_place *p);

/* What is at a place; a link is not followed. */
struct change_there {
	bool exists;
	mode_t mode;
	struct site_state state;
};

/* CHANGE_NONE, or a failure. @folder is that of the place, or opened again. */
enum change_result change_look(const struct change_place *p, int folder, struct change_there *there);

/* What must still be at a place when it is changed. */
enum change_expect {
	CHANGE_EXPECT_ANY,
	CHANGE_EXPECT_SAME /* what the caller has seen, which may be nothing */
};

/* CHANGE_NONE, or CHANGE_STATE. */
enum change_result change_check(
    enum change_expect expect, const struct change_there *seen, const struct change_there *now);

#endif
