/*
 * host/file.h - writes a file in order and in large blocks, for captures, traces and summaries.
 *
 * Octets wait in a buffer until it is full, a deadline comes, or the file is closed. An error is
 * returned by the call that met it. After that, all octets are discarded without another error,
 * because a full disk must not stop the network. file_close() returns the error once more.
 */
#ifndef HOST_FILE_H
#define HOST_FILE_H

#include "base/nsec.h"

#include <stdbool.h>
#include <stddef.h>

struct file;
struct loop;

/*
 * Opens @path, and creates or empties it; "-" is standard output. With @loop (borrowed, or NULL),
 * the octets reach the file within 100 ms. Returns 0 with *@out, which file_close() frees; or a
 * negative errno: -ENXIO if @path is a FIFO that no process reads yet.
 */
int file_create(const char *path, struct loop *loop, struct file **out);

/*
 * Returns true if both write to the same file or pipe. For a character device it returns false,
 * because /dev/null may be named twice.
 */
bool file_same(const struct file *a, const struct file *b);

/*
 * Writes @len octets through the buffer. @now is the loop's time; it is not used without a loop.
 * Returns 0, or the negative error of a flush that this call made.
 */
int file_write(struct file *f, const void *octets, size_t len, nsec_t now);

/* Writes the buffered octets to the file. Returns 0 or a negative error. */
int file_flush(struct file *f);

/* Flushes and closes @f, and frees it. Returns 0, or the first error that @f has met, negative. */
int file_close(struct file *f);

#endif
