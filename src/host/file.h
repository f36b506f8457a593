/*
 * host/file.h - a file that is written in order, in large strokes: captures, traces, summaries.
 *
 * What is written waits in a buffer until that is full, the deadline comes, or the file is closed.
 * An error is told once, by the call that met it, and from then on everything is thrown away: a
 * full disk must not stop the network.
 */
#ifndef HOST_FILE_H
#define HOST_FILE_H

#include "base/nsec.h"

#include <stdbool.h>
#include <stddef.h>

struct file;
struct loop;

/*
 * Creates or empties @path; "-" is standard output. With @loop (may be NULL), what is written
 * reaches the file within 100 ms. Returns 0 with *@out, or the system's error, negated; -ENXIO if
 * @path is a FIFO that no process reads (yet).
 */
int file_create(const char *path, struct loop *loop, struct file **out);

/* True if both write to one file or pipe. A device does not count: /dev/null may be named twice. */
bool file_same(const struct file *a, const struct file *b);

/*
 * 0, or the negative LEAT_E of the flush that this call made. @now: the loop's time; unused without
 * a loop.
 */
int file_write(struct file *f, const void *octets, size_t len, nsec_t now);

/* Let the file have what is buffered. 0, or the error met. */
int file_flush(struct file *f);

/* Flush and end. 0, or the first error that the file met in its life. */
int file_close(struct file *f);

#endif
