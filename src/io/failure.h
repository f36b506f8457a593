/*
 * io/failure.h - why a stream has failed. The reader and the writer each get the error once. It is
 * for the adapters of io/io.h, and knows no stream.
 */
#ifndef IO_FAILURE_H
#define IO_FAILURE_H

#include "base/err.h"

#include <stdbool.h>

struct io_failure {
	int error; /* the LEAT_E number; 0 = the stream has not failed */
	bool reader_knows, writer_knows;
};

/*
 * Notes that the stream has failed with @error (LEAT_E). Returns false if it had failed before: the
 * first error stays. A reset after the other side's end is EPIPE to Linux's sockets and to Leat's.
 * To io it is LEAT_ECONNRESET, as any reset.
 */
static inline bool
io_failure_set(struct io_failure *f, int error)
{
	if (f->error)
		return false;
	*f = (struct io_failure){.error = error == LEAT_EPIPE ? LEAT_ECONNRESET : error};
	return true;
}

/* Returns what read() returns when a failed stream has no more octets: the error once, then 0. */
static inline int
io_failure_read(struct io_failure *f)
{
	int e = f->reader_knows ? 0 : -f->error;

	f->reader_knows = true;
	return e;
}

/* Returns what write() returns on a failed stream: the error once, then -LEAT_EPIPE. */
static inline int
io_failure_write(struct io_failure *f)
{
	int e = f->writer_knows ? -LEAT_EPIPE : -f->error;

	f->writer_knows = true;
	return e;
}

#endif
