/*
 * cli/report/output.h - the files that a run writes for its user. They are opened before the
 * program starts, so that an error is found before it runs.
 */
#ifndef CLI_REPORT_OUTPUT_H
#define CLI_REPORT_OUTPUT_H

#include "host/file.h"

#include <stdio.h>

/*
 * Creates the file @path, the value of @option ("--json"). Waits 10 s for the reader of a FIFO, and
 * says so on standard error. Returns 0 with *@out, or -1 after a message.
 */
int output_open(const char *option, const char *path, struct file **out);

/* Reports that the file of @option cannot be used. @err is the system's error, negated. */
void output_refused(const char *option, const char *path, int err);

/* Reports that the file of @option is incomplete. @err is the system's error, negated. */
void output_incomplete(const char *option, const char *path, int err);

/* Returns true if standard error is open for writing. */
bool output_stderr_open(void);

/*
 * Makes a stream to standard error that writes whole lines. If the descriptor is full and others
 * made it non-blocking, a write waits. *@error gets the first error, a negated errno. Returns NULL
 * without memory.
 */
FILE *output_lines(int *error);

#endif
