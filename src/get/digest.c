/*
 * get/digest.c - the SHA-256 of what a job fetches, and what happens to a file that has another
 * one.
 */
#include "get/job.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

/* Octets of an old part that are read in one turn of the loop. */
enum { STEP = 4 << 20, PIECE = 256 << 10 };

static void
step_failed(struct get_job *j, int error)
{
	close(j->digest.fd);
	j->digest.fd = -1;
	get_fail(&j->transfer.result, GET_READ, "cannot read the part of %s that is there: %s", j->path,
	    strerror(error));
	job_end(j);
}

/* Reads a piece of the part that is there. Returns how much; 0 at its end, or -1. */
static ssize_t
read_piece(struct get_job *j, char *piece)
{
	uint64_t left = j->digest.length - j->digest.begun.len;
	ssize_t n = read(j->digest.fd, piece, left < PIECE ? (size_t)left : PIECE);

	if (n > 0)
		sha256_add(&j->digest.begun, piece, (size_t)n);
	return n;
}

static void
on_step(struct timer *t)
{
	struct get_job *j = container_of(t, struct get_job, digest.step);
	char *piece = malloc(PIECE);
	ssize_t n = -1;

	errno = ENOMEM;
	for (unsigned i = 0; piece && i < STEP / PIECE; i++) {
		n = read_piece(j, piece);
		if (n <= 0)
			break;
	}
	free(piece);
	if (n < 0) {
		step_failed(j, errno);
	} else if (n > 0) {
		job_next_turn(j, t);
	} else {
		close(j->digest.fd);
		j->digest.fd = -1;
		j->digest.now = j->digest.begun;
		j->digest.then(j);
	}
}

bool
job_digest_file(struct get_job *j, const char *path, uint64_t length, void (*then)(struct get_job *j))
{
	if (!j->target->digest)
		return false;
	sha256_begin(&j->digest.begun);
	timer_init(&j->digest.step, on_step);
	j->digest.length = length;
	j->digest.then = then;
	j->digest.fd = open(path, O_RDONLY | O_CLOEXEC);
	if (j->digest.fd < 0)
		return false; /* there is no such file */
	job_next_turn(j, &j->digest.step);
	return true;
}

bool
job_digest_begin(struct get_job *j)
{
	sha256_begin(&j->digest.begun);
	return j->start > 0 && j->path && job_digest_file(j, j->path, (uint64_t)j->start, job_start);
}

void
job_digest_start(struct get_job *j)
{
	j->digest.now = j->digest.begun;
}

void
job_digest_add(struct get_job *j, const char *at, size_t n)
{
	if (j->target->digest)
		sha256_add(&j->digest.now, at, n);
}

/* The name "FILE.wrong", at which a regular file is kept. Returns NULL if that failed. */
static char *
put_aside(const char *path)
{
	char *to;

	if (!outfile_can_move(path) || asprintf(&to, "%s.wrong", path) < 0)
		return NULL;
	if (rename(path, to) == 0)
		return to;
	free(to);
	return NULL;
}

void
job_digest_check(struct get_job *j)
{
	uint8_t got[SHA256_LEN];
	char is[SHA256_TEXT], wanted[SHA256_TEXT], *aside;
	struct get_result *result = &j->transfer.result;

	if (!j->target->digest || result->code)
		return;
	sha256_end(&j->digest.now, got);
	if (memcmp(got, j->target->digest, sizeof got) == 0)
		return;
	sha256_write(got, is);
	sha256_write(j->target->digest, wanted);
	aside = j->path ? put_aside(j->path) : NULL;
	if (aside)
		get_fail(result, GET_DIGEST, "the SHA-256 of %s is %s, and not %s; it was moved to %s",
		    j->path, is, wanted, aside);
	else
		get_fail(result, GET_DIGEST, "the SHA-256 of %s is %s, and not %s",
		    j->path ? j->path : j->target->url, is, wanted);
	free(aside);
}
