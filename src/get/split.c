/*
 * get/split.c - transfers of pieces, side by side.
 *
 * The first piece is asked for alone: its response says if there are parts, and of which version.
 * Then each connection asks for one piece after another. One that fails is given up, and the others
 * fetch its piece. If the last one fails, so does the job, and what is missing is written down.
 */
#include "get/split.h"

#include "get/split_impl.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#define INTERVAL SEC

static void
on_save(struct timer *t)
{
	struct split *s = container_of(t, struct split, save);
	struct io_world *w = s->job->process->world;

	if (!s->over)
		split_save(s);
	timer_arm(w->wheel, t, io_now(w) + INTERVAL);
}

/* Ends the job, as its result says. The pieces are over. */
static void
finish(struct split *s)
{
	struct get_job *j = s->job;

	timer_cancel(j->process->world->wheel, &s->save);
	j->transfer.info.received = s->known ? parts_have(&s->parts) : 0;
	job_end(j);
}

/* The file is whole, and has the digest that it should have: it gets its name. */
static void
take_name(struct get_job *j)
{
	struct split *s = j->split;

	if (j->process->run->remote_time && j->transfer.info.modified >= 0) {
		struct timespec times[2] = {{.tv_nsec = UTIME_OMIT}, {.tv_sec = j->transfer.info.modified}};

		futimens(s->fd, times);
	}
	if (rename(s->path, j->path) < 0)
		get_fail(&j->transfer.result, GET_WRITE, "cannot rename %s to %s: %s", s->path, j->path,
		    strerror(errno));
	else
		unlink(s->state);
	finish(s);
}

static void
whole(struct split *s)
{
	struct get_job *j = s->job;

	j->transfer.result = (struct get_result){0};
	split_save(s);
	if (!job_digest_file(j, s->path, s->parts.length, take_name))
		take_name(j);
}

static void
say_kept(const struct split *s)
{
	struct get_process *p = s->job->process;

	live_pause(&p->live);
	if (s->known && !s->over && !p->run->silent)
		fprintf(stderr,
		    "Warning: %" PRIu64 " of %" PRIu64
		    " octets are in %s; the same command goes on from there\n",
		    parts_have(&s->parts), s->parts.length, s->path);
}

/* All pieces are over. */
static void
pieces_over(struct split *s)
{
	struct get_job *j = s->job;

	if (s->plain) {
		unlink(s->path);
		unlink(s->state);
		j->split = NULL;
		split_free(s);
		job_fetch(j);
	} else if (s->known && parts_have(&s->parts) == s->parts.length) {
		whole(s);
	} else {
		j->transfer.result = s->failed;
		if (!s->over)
			split_save(s);
		say_kept(s);
		finish(s);
	}
}

/* Gives each idle connection a piece. */
static void
begin_pieces(struct split *s)
{
	struct http_range range;

	for (unsigned i = 0; i < s->n && !s->over; i++) {
		if (!s->piece[i].going && !s->piece[i].lost && parts_take(&s->parts, i, &range))
			split_piece_begin(&s->piece[i], &range);
	}
}

/* A piece is over: the connection gets another one, or was the last. */
void
split_piece_over(struct split_piece *p)
{
	struct transfer *t = &p->transfer;
	struct split *s = p->split;

	p->going = false;
	s->going--;
	if (t->result.code == GET_OK && s->known && !parts_idle(&s->parts, split_slot(p)))
		get_fail(&t->result, GET_PARTIAL, NULL);
	if (s->known)
		parts_stop(&s->parts, split_slot(p));
	if (p == s->piece)
		s->job->transfer.info = t->info;
	if (t->result.code) {
		s->failed = t->result;
		p->lost = s->tries++ >= s->job->process->run->retries.most;
	}
	if (s->known && (!p->lost || s->going == 0))
		begin_pieces(s);
	if (s->going == 0)
		pieces_over(s);
}

/* Opens the file of the parts, for this process alone. Returns 0 or a negative errno. */
static int
open_parts(struct split *s)
{
	struct stat st;
	const struct get_job *j = s->job;
	struct outfile o;
	int e;

	outfile_init(&o, j->process->loop, s->path, NULL, NULL);
	o.create_dirs = j->process->run->create_dirs;
	o.mode = OUTFILE_APPEND;
	e = outfile_open(&o);
	outfile_close(&o);
	if (e < 0)
		return e;
	s->fd = open(s->path, O_RDWR | O_CLOEXEC);
	if (s->fd < 0)
		return -errno;
	/* A file that is replaced keeps who may read it. */
	if (stat(j->path, &st) == 0 && fchmod(s->fd, st.st_mode & 0777) < 0)
		return -errno;
	return flock(s->fd, LOCK_EX | LOCK_NB) < 0 ? -errno : 0;
}

static void
on_whole(struct timer *t)
{
	pieces_over(container_of(t, struct split, whole));
}

static struct split *
split_new(struct get_job *j)
{
	unsigned n = j->process->run->parts;
	struct split *s = calloc(1, sizeof *s + n * sizeof *s->piece);

	if (!s)
		return NULL;
	s->job = j;
	s->fd = -1;
	s->n = n;
	timer_init(&s->save, on_save);
	timer_init(&s->whole, on_whole);
	for (unsigned i = 0; i < n; i++)
		s->piece[i].split = s;
	if (asprintf(&s->path, "%s.parts", j->path) < 0)
		s->path = NULL;
	if (asprintf(&s->state, "%s.parts.txt", j->path) < 0)
		s->state = NULL;
	if (s->path && s->state)
		return s;
	split_free(s);
	return NULL;
}

void
split_free(struct split *s)
{
	if (!s)
		return;
	timer_cancel(s->job->process->world->wheel, &s->save);
	timer_cancel(s->job->process->world->wheel, &s->whole);
	for (unsigned i = 0; i < s->job->process->run->parts; i++)
		transfer_fini(&s->piece[i].transfer);
	if (s->fd >= 0)
		close(s->fd);
	free(s->path);
	free(s->state);
	free(s);
}

bool
split_progress(const struct split *s, uint64_t *have, uint64_t *length)
{
	*have = s->known ? parts_have(&s->parts) : 0;
	*length = s->parts.length;
	return s->known;
}

/* Only a whole file that is fetched by GET can come in parts. */
static bool
is_wanted(const struct get_job *j)
{
	const struct get_run *r = j->process->run;

	return r->parts > 1 && !r->recursive && j->path && !j->body && !r->head_only && !r->range &&
	       !r->include && !r->resume && r->resume_from == 0 && !r->set.method && !r->set.codings &&
	       !r->set.condition.field && !r->server_name && outfile_can_move(j->path);
}

static enum get_code
begin(struct split *s, struct get_result *why)
{
	static const struct http_range first = {0, PARTS_PIECE_LEAST - 1};
	struct io_world *w = s->job->process->world;

	s->known = split_restore(s);
	if (!s->known && ftruncate(s->fd, 0) < 0)
		return get_fail(why, GET_WRITE, "Failure writing output to %s: %s", s->path, strerror(errno));
	timer_arm(w->wheel, &s->save, io_now(w) + INTERVAL);
	if (s->known)
		begin_pieces(s);
	else
		split_piece_begin(&s->piece[0], &first);
	if (s->going == 0)
		timer_arm(w->wheel, &s->whole, io_now(w));
	return GET_OK;
}

enum get_code
split_begin(struct get_job *j, bool *begun, struct get_result *why)
{
	int e;

	*begun = is_wanted(j);
	if (!*begun)
		return GET_OK;
	j->split = split_new(j);
	if (!j->split)
		return get_fail(why, GET_MEMORY, NULL);
	e = open_parts(j->split);
	if (e == -EWOULDBLOCK)
		return get_fail(
		    why, GET_WRITE, "%s is in use: another leat get fetches this file", j->split->path);
	if (e < 0)
		return get_fail(
		    why, GET_WRITE, "Failure writing output to %s: %s", j->split->path, strerror(-e));
	return begin(j->split, why);
}
