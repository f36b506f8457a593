/*
 * get/job_output.c - the octets that a job writes: heads, and content whose coding is undone if
 * that is wanted. What finds no room in a pipe waits in memory, and the server is held back
 * meanwhile.
 */
#include "get/job.h"

#include "base/err.h"
#include "get/output/name.h"
#include "get/report/trace.h"
#include "get/url/mask.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { HEAD_TEXT = 400 << 10, BINARY_LOOK = 2000, DECODED = 32768, TURN_MOST = 8 << 20 };

enum get_code
job_write_failed(struct get_job *j, int error)
{
	return get_fail(&j->transfer.result, GET_WRITE, "Failure writing output to %s: %s",
	    j->out.path ? j->out.path : "standard output", strerror(-error));
}

static bool
has_late(const struct get_job *j)
{
	return j->late.at < j->late.len;
}

static enum get_code
keep_late(struct get_job *j, const char *at, size_t n)
{
	char *more = realloc(j->late.octets, j->late.len + n);

	if (!more)
		return get_fail(&j->transfer.result, GET_MEMORY, NULL);
	memcpy(more + j->late.len, at, n);
	j->late.octets = more;
	j->late.len += n;
	return GET_OK;
}

/* Writes all, or keeps the rest for later. */
static enum get_code
put(struct get_job *j, const char *at, size_t n)
{
	ssize_t done = has_late(j) ? 0 : outfile_write(&j->out, at, n);

	if (done < 0)
		return job_write_failed(j, (int)done);
	return (size_t)done < n ? keep_late(j, at + done, n - (size_t)done) : GET_OK;
}

/* Writes what has waited. Returns 1 if nothing waits any more, 0 if it does, or a negative code. */
static int
flush_late(struct get_job *j)
{
	while (has_late(j)) {
		ssize_t n = outfile_write(&j->out, j->late.octets + j->late.at, j->late.len - j->late.at);

		if (n < 0)
			return -(int)job_write_failed(j, (int)n);
		j->late.at += (size_t)n;
		if (has_late(j))
			return 0;
	}
	j->late.at = j->late.len = 0;
	return 1;
}

void
job_output_reset(struct get_job *j)
{
	decoder_free(j->decoder);
	j->decoder = NULL;
	free(j->late.octets);
	j->late = (struct job_late){0};
	timer_cancel(j->process->world->wheel, &j->turn);
	j->looked = false;
}

/* Writes the head as it arrived, but for white space around values. */
static void
put_head(struct http_writer *w, const struct http_response *r)
{
	http_put_text(w, r->minor == 0 ? "HTTP/1.0 " : "HTTP/1.1 ");
	http_put_number(w, r->status, 10);
	http_put_text(w, " ");
	http_put_span(w, r->phrase);
	http_put_text(w, "\r\n");
	for (uint32_t i = 0; i < r->fields; i++) {
		http_put_span(w, r->field[i].name);
		http_put_text(w, r->field[i].value.len > 0 ? ": " : ":");
		http_put_span(w, r->field[i].value);
		http_put_text(w, "\r\n");
	}
	http_put_text(w, "\r\n");
}

static bool
is_for_terminal(struct get_job *j)
{
	return !j->out.path && outfile_open(&j->out) == 0 && j->out.terminal;
}

static enum get_code
write_head(struct get_job *j, const struct http_response *r)
{
	const struct get_run *run = j->process->run;
	struct http_writer w;
	char *text;
	enum get_code code = GET_OK;

	if (!run->verbose && !run->include && !j->process->heads)
		return GET_OK;
	text = malloc(HEAD_TEXT);
	if (!text)
		return get_fail(&j->transfer.result, GET_MEMORY, NULL);
	w = http_writer(text, HEAD_TEXT);
	put_head(&w, r);
	if (run->verbose)
		trace_head('<', (struct http_span){text, w.len});
	if (j->process->heads)
		fwrite(text, 1, w.len, j->process->heads);
	if (run->include && is_for_terminal(j))
		mask_controls(text, w.len);
	if (run->include)
		code = put(j, text, w.len);
	free(text);
	return code;
}

/* A name of the server's comes in time, because nothing was written yet. */
static void
take_server_name(struct get_job *j)
{
	const struct get_run *r = j->process->run;
	char *name, *path;

	if (!r->server_name || j->target->place != GET_TO_URL_NAME || j->out.fd >= 0 ||
	    !*j->transfer.info.disposition)
		return;
	name = output_name_of_server(http_span_of(j->transfer.info.disposition));
	path = name && *name ? output_path(r->folder, name) : NULL;
	if (path) {
		free(j->path);
		j->out.path = j->path = path;
		j->out.mode = OUTFILE_NEW;
	}
	free(name);
}

static enum get_code
begin_decoding(struct get_job *j, const struct http_response *r)
{
	const struct http_field *f = http_field_find(r->field, r->fields, "content-encoding");

	if (!j->process->run->set.codings || j->process->run->head_only || !f)
		return GET_OK;
	switch (decoder_new(r->field, r->fields, &j->decoder)) {
	case DECODE_UNKNOWN:
		return get_fail(&j->transfer.result, GET_ENCODING,
		    "Unrecognized content encoding \"%.*s\": this build of leat understands %s",
		    (int)f->value.len, f->value.at, *decode_codings() ? decode_codings() : "none");
	case DECODE_MEMORY:
		return get_fail(&j->transfer.result, GET_MEMORY, NULL);
	default:
		return GET_OK;
	}
}

enum get_code
job_head(struct get_job *j, enum transfer_head kind, const struct http_response *r)
{
	enum get_code code = GET_OK;

	if (kind == TRANSFER_FINAL) {
		take_server_name(j);
		code = begin_decoding(j, r);
	}
	return code ? code : write_head(j, r);
}

/* A terminal is spared content that is not text, unless it was named as the output. */
static bool
spares_terminal(struct get_job *j, const char *at, size_t n)
{
	bool first = !j->looked;

	j->looked = true;
	if (!first || j->process->run->stdout_named || !is_for_terminal(j))
		return false;
	return memchr(at, 0, n < BINARY_LOOK ? n : BINARY_LOOK) != NULL;
}

static enum get_code
refuse_binary(struct get_job *j)
{
	live_pause(&j->process->live);
	fputs("Warning: Binary output can mess up your terminal. Use \"--output -\" to tell leat get to "
	      "output\n"
	      "Warning: it to your terminal anyway, or consider \"--output FILE\" to save to a file.\n",
	    stderr);
	return get_fail(&j->transfer.result, GET_WRITE, "Failure writing output to destination");
}

static enum get_code
decode_failed(struct get_job *j, int error)
{
	if (error == -LEAT_ENOMEM)
		return get_fail(&j->transfer.result, GET_MEMORY, NULL);
	return get_fail(&j->transfer.result, GET_ENCODING, "Error while processing content unencoding: %s",
	    error == -LEAT_EMSGSIZE ? "it needs a window of more than 8 MB, against RFC 9659"
				    : "the content is damaged");
}

void
job_on_turn(struct timer *t)
{
	struct get_job *j = container_of(t, struct get_job, turn);

	j->out.ready(j->out.arg);
}

/*
 * Decodes until the input is used, there is no room for what comes out, or much has come out.
 * Returns the number of octets that were used, or a negative code.
 */
static ssize_t
decode(struct get_job *j, const char *at, size_t n)
{
	char to[DECODED];
	size_t done = 0, out = 0, used;
	ssize_t made;

	do {
		enum get_code code = GET_OK;

		made = decoder_next(j->decoder, at + done, n - done, &used, to, sizeof to);
		if (made < 0)
			return -(ssize_t)decode_failed(j, (int)made);
		done += used;
		if (made > 0)
			code = spares_terminal(j, to, (size_t)made) ? refuse_binary(j)
								    : put(j, to, (size_t)made);
		if (code)
			return -(ssize_t)code;
		job_digest_add(j, to, (size_t)made);
		out += (size_t)made;
	} while (!has_late(j) && (done < n ? out < TURN_MOST : made == (ssize_t)sizeof to));
	if (!has_late(j) && done < n) /* a few octets can stand for many: others have their turn */
		job_next_turn(j, &j->turn);
	return (ssize_t)done;
}

ssize_t
job_content(struct get_job *j, const char *at, size_t n)
{
	int flushed = flush_late(j);
	ssize_t done;

	if (flushed <= 0)
		return flushed;
	if (j->decoder)
		return decode(j, at, n);
	if (spares_terminal(j, at, n))
		return -(ssize_t)refuse_binary(j);
	done = outfile_write(&j->out, at, n);
	if (done < 0)
		return -(ssize_t)job_write_failed(j, (int)done);
	job_digest_add(j, at, (size_t)done);
	return done;
}

int
job_drain(struct get_job *j)
{
	int flushed;
	ssize_t n;

	do {
		flushed = flush_late(j);
		if (flushed <= 0 || !j->decoder)
			return flushed;
		n = decode(j, "", 0);
		if (n < 0)
			return (int)n;
	} while (has_late(j));
	if (!decoder_may_end(j->decoder))
		return -(int)get_fail(&j->transfer.result, GET_ENCODING,
		    "Error while processing content unencoding: the content ends before its coding does");
	return 1;
}
