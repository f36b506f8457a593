/*
 * serve/change/unplaced.h - the file of an upload before it has its place: opened without a name or
 * with a hidden one, and brought to its place. For serve/change only. All calls may wait.
 */
#ifndef SERVE_CHANGE_UNPLACED_H
#define SERVE_CHANGE_UNPLACED_H

#include "serve/change/upload.h"

/* Opens the file; 0, or a negative errno. */
int unplaced_open(struct upload *u);

/* Closes the file, and removes a name that it has still. */
void unplaced_close(struct upload *u);

/* Removes files with hidden names that uploads which ended with their process have left. */
void unplaced_clean(int folder);

/*
 * Brings the file, which is on the disk, to its name in @folder. @replace: what has that name is
 * replaced; else -EEXIST. 0, or a negative errno.
 */
int unplaced_place(struct upload *u, int folder, bool replace);

#endif
