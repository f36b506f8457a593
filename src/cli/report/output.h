/*
 * cli/report/output.h - the files that a run writes for its user: opened before the program starts,
 * and what goes wrong with them in words.
 */
#ifndef CLI_REPORT_OUTPUT_H
#define CLI_REPORT_OUTPUT_H

#include "host/file.h"

#include <stdio.h>

/*
 * Creates @path, the value of @option ("--json"). Waits some seconds for the reader of a FIFO, with
 * a line on stderr. Returns 0 with *@out; or -1 after one line on stderr.
 */
int output_open(const char *option, const char *path, struct file **out);

/* Says on stderr that the file of @option cannot be used. @err is the system's error, negated. */
void output_refused(const char *option, const char *path, int err);

/* Says on stderr that the file of @option is incomplete. @err is the system's error, negated. */
void output_incomplete(const char *option, const char *path, int err);

/* Is standard error open for writing? */
bool output_stderr_open(void);

/*
 * A stream to standard error that writes whole lines, and waits where a descriptor that others made
 * non-blocking is full. The first error is kept in *@error, a negated errno. Returns NULL without
 * memory.
 */
FILE *output_lines(int *error);

#endif
