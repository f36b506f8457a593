/*
 * get/split.c - transfers of pieces, side by side.
 *
 * The first piece is asked for alone: its response says if there are parts, and of which version.
 * Then each connection asks for one piece after another. One that fails is given up, and the others
 * fetch its piece. If the last one fails, so does the job, and what is missing is written down.
 */
#include "get/split.h"

#include "get/job.h"
#include "get/keep/aside.h"
#include "get/report/trace.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#define MARK     "leat-get-parts 1\n"
#define INTERVAL SEC

/* One connection. */
struct split_piece {
	struct split *split;
	struct transfer transfer;
	struct transfer_request ask;
	struct http_range range;
	char text[48]; /* of the range */
	bool going;
	bool lost; /* it has failed, and begins with no other piece */
};

struct split {
	struct get_job *job;
	struct parts parts;
	struct version version;
	bool known; /* the version and the length are */
	bool plain; /* the server sends no parts */
	bool over;  /* no piece begins any more */
	char *path, *state;
	int fd;
	unsigned n, going, tries;
	struct get_result failed; /* why the last one was given up */
	struct timer save;
	struct split_piece piece[];
};

static struct split_piece *
piece_of(struct transfer *t)
{
	return t->arg;
}

static unsigned
slot_of(const struct split_piece *p)
{
	return (unsigned)(p - p->split->piece);
}

/* Writes down what is missing. A failure costs a later run some octets, and no more. */
static void
save(struct split *s)
{
	char text[PARTS_TEXT + 2 * VERSION_VALIDATOR];
	struct http_writer w = http_writer(text, sizeof text);
	struct aside a;

	if (!s->known)
		return;
	http_put_text(&w, MARK);
	version_put(&w, &s->version);
	parts_put(&w, &s->parts);
	if (w.err || aside_open(&a, s->state, 0644) < 0)
		return;
	if (aside_write(&a, text, w.len) == 0)
		aside_commit(&a);
	else
		aside_drop(&a);
}

static void
on_save(struct timer *t)
{
	struct split *s = container_of(t, struct split, save);
	struct io_world *w = s->job->process->world;

	save(s);
	timer_arm(w->wheel, t, io_now(w) + INTERVAL);
}

/* Reads what an earlier run has written down. */
static bool
restore(struct split *s)
{
	char text[PARTS_TEXT + 2 * VERSION_VALIDATOR];
	int fd = open(s->state, O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? -1 : read(fd, text, sizeof text);
	size_t mark = strlen(MARK);
	const char *end;
	struct stat st;

	if (fd >= 0)
		close(fd);
	if (n < (ssize_t)mark || memcmp(text, MARK, mark) != 0 || fstat(s->fd, &st) < 0)
		return false;
	end = memchr(text + mark, '\n', (size_t)n - mark);
	if (!end ||
	    !version_read_line(&s->version, (struct http_span){text + mark, (size_t)(end - text) - mark}) ||
	    !parts_read(&s->parts, s->n, (struct http_span){end + 1, (size_t)(text + n - end) - 1}))
		return false;
	s->version.length = s->parts.length;
	return (uint64_t)st.st_size <= s->parts.length;
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
	save(s);
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
		close(s->fd);
		unlink(s->path);
		unlink(s->state);
		j->split = NULL;
		split_free(s);
		job_start(j);
	} else if (s->known && parts_have(&s->parts) == s->parts.length) {
		whole(s);
	} else {
		j->transfer.result = s->failed;
		if (!s->over)
			save(s);
		say_kept(s);
		finish(s);
	}
}

static void piece_begin(struct split_piece *p, const struct http_range *range);

/* Gives each idle connection a piece. */
static void
begin_pieces(struct split *s)
{
	struct http_range range;

	for (unsigned i = 0; i < s->n && !s->over; i++) {
		if (!s->piece[i].going && !s->piece[i].lost && parts_take(&s->parts, i, &range))
			piece_begin(&s->piece[i], &range);
	}
}

static void
on_note(struct transfer *t, enum transfer_note kind, const char *text)
{
	struct get_process *p = piece_of(t)->split->job->process;

	live_pause(&p->live);
	if (kind == TRANSFER_WARNING && !p->run->silent)
		fprintf(stderr, "Warning: %s\n", text);
	else if (kind == TRANSFER_NOTE && p->run->verbose)
		trace_note(text);
}

static void
on_fields(struct transfer *t, struct transfer_fields *f)
{
	struct split *s = piece_of(t)->split;

	jar_put(&s->job->process->jar, t, f);
	if (s->known)
		transfer_field(f, "If-Range", version_validator(&s->version));
}

static void
on_sent(struct transfer *t, struct http_span head)
{
	if (piece_of(t)->split->job->process->run->verbose)
		trace_head('>', head);
}

/* The first response: says if there are parts, and of what. */
static enum get_code
first_head(struct split_piece *p, const struct http_response *r)
{
	struct split *s = p->split;
	uint64_t usual;
	const char *why;

	s->plain = r->status != 206 || !version_read(&s->version, r, s->job->process->run->set.wall() / SEC);
	if (s->plain)
		return get_fail(&p->transfer.result, GET_RANGE, NULL);
	parts_init(&s->parts, s->n, s->version.length);
	usual = s->parts.piece;
	s->parts.piece = http_range_len(&p->range);
	parts_take(&s->parts, 0, &p->range);
	s->parts.piece = usual;
	if (!version_is_part(&s->version, r, &p->range, &why)) {
		s->plain = true;
		return get_fail(&p->transfer.result, GET_RANGE, NULL);
	}
	s->known = true;
	return GET_OK;
}

static enum get_code
on_head(struct transfer *t, enum transfer_head kind, const struct http_response *r)
{
	struct split_piece *p = piece_of(t);
	struct split *s = p->split;
	const char *why;

	if (kind != TRANSFER_INTERIM)
		jar_take(&s->job->process->jar, t, r);
	if (kind != TRANSFER_FINAL && kind != TRANSFER_ERROR)
		return GET_OK;
	if (s->job->process->run->format)
		report_keep(&s->job->head, r);
	if (!s->known)
		return first_head(p, r);
	if (version_is_part(&s->version, r, &p->range, &why))
		return GET_OK;
	if (r->status >= 400)
		return get_fail(
		    &t->result, GET_HTTP_ERROR, "The requested URL returned error: %u", r->status);
	/* What is there is of no use any more: a later run begins anew. */
	unlink(s->state);
	s->over = true;
	return get_fail(&t->result, GET_RANGE, "%s %s", s->job->path, why);
}

static ssize_t
on_body(struct transfer *t, const char *at, size_t n)
{
	struct split_piece *p = piece_of(t);
	struct split *s = p->split;
	struct parts_run *run = &s->parts.slot[slot_of(p)];
	ssize_t done;

	if (n > run->end - run->next)
		return -(ssize_t)get_fail(
		    &t->result, GET_RANGE, "%s came with more octets than were asked for", s->job->path);
	done = pwrite(s->fd, at, n, (off_t)run->next);
	if (done < 0) {
		s->over = true;
		return -(ssize_t)get_fail(
		    &t->result, GET_WRITE, "Failure writing output to %s: %s", s->path, strerror(errno));
	}
	parts_got(&s->parts, slot_of(p), (uint64_t)done);
	return done;
}

/* A piece is over: the connection gets another one, or was the last. */
static void
on_done(struct transfer *t)
{
	struct split_piece *p = piece_of(t);
	struct split *s = p->split;

	p->going = false;
	s->going--;
	if (t->result.code == GET_OK && s->known && !parts_idle(&s->parts, slot_of(p)))
		get_fail(&t->result, GET_PARTIAL, NULL);
	if (s->known)
		parts_stop(&s->parts, slot_of(p));
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

static const struct transfer_ops piece_ops = {
    .note = on_note, .fields = on_fields, .sent = on_sent, .head = on_head, .body = on_body, .done = on_done};

static void
piece_begin(struct split_piece *p, const struct http_range *range)
{
	struct get_job *j = p->split->job;

	p->range = *range;
	p->going = true;
	p->split->going++;
	snprintf(p->text, sizeof p->text, "%" PRIu64 "-%" PRIu64, range->first, range->last);
	p->ask = (struct transfer_request){.url = j->target->url, .method = TRANSFER_GET, .range = p->text};
	transfer_begin(&p->transfer, j->process->get, &p->ask, &piece_ops, p);
}

/* Opens the file of the parts, for this process alone. Returns 0 or a negative errno. */
static int
open_parts(struct split *s)
{
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
	return flock(s->fd, LOCK_EX | LOCK_NB) < 0 ? -errno : 0;
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
	       !r->server_name;
}

static void
begin(struct split *s)
{
	static const struct http_range first = {0, PARTS_PIECE_LEAST - 1};
	struct io_world *w = s->job->process->world;

	timer_arm(w->wheel, &s->save, io_now(w) + INTERVAL);
	s->known = restore(s);
	if (s->known)
		begin_pieces(s);
	else if (ftruncate(s->fd, 0) == 0)
		piece_begin(&s->piece[0], &first);
	if (s->going == 0)
		pieces_over(s); /* all was there */
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
	begin(j->split);
	return GET_OK;
}
