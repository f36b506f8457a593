/*
 * get/split_piece.c - the transfer of one piece: what is asked for, and whether the response is
 * that part of the same version.
 */
#include "get/report/trace.h"
#include "get/split_impl.h"

#include <errno.h>
#include <inttypes.h>
#include <unistd.h>

static struct split_piece *
piece_of(struct transfer *t)
{
	return t->arg;
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
	uint64_t usual, most = s->job->process->run->set.size_most;
	const char *why;

	s->plain = r->status != 206 || !version_read(&s->version, r, s->job->process->run->set.wall() / SEC);
	if (s->plain)
		return get_fail(&p->transfer.result, GET_RANGE, NULL);
	if (most > 0 && s->version.length > most)
		return get_fail(&p->transfer.result, GET_TOO_LARGE, "Maximum file size exceeded");
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
	if (r->status != 200 && r->status != 206) /* a redirect, say: it says nothing of the file */
		return get_fail(&t->result, GET_RANGE, "%s %s", s->job->path, why);
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
	struct parts_run *run = &s->parts.slot[split_slot(p)];
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
	parts_got(&s->parts, split_slot(p), (uint64_t)done);
	return done;
}

static void
on_done(struct transfer *t)
{
	split_piece_over(piece_of(t));
}

static const struct transfer_ops piece_ops = {
    .note = on_note, .fields = on_fields, .sent = on_sent, .head = on_head, .body = on_body, .done = on_done};

void
split_piece_begin(struct split_piece *p, const struct http_range *range)
{
	struct get_job *j = p->split->job;

	p->range = *range;
	p->going = true;
	p->split->going++;
	snprintf(p->text, sizeof p->text, "%" PRIu64 "-%" PRIu64, range->first, range->last);
	p->ask = (struct transfer_request){.url = j->target->url, .method = TRANSFER_GET, .range = p->text};
	transfer_begin(&p->transfer, j->process->get, &p->ask, &piece_ops, p);
}
