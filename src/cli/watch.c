/*
 * cli/watch.c - opens the outputs that the user asked for, passes the events and frames of a run to
 * them, and closes them at the end. It does not know their formats.
 */
#include "cli/watch.h"

#include "base/err.h"
#include "cli/common/error.h"
#include "cli/report/output.h"
#include "cli/report/summary.h"
#include "host/clock.h"
#include "host/fd_budget.h"
#include "stack/stack.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

static const char *const capture_options[CAPTURES] = {"--capture", "--capture-far", "--capture-both"};

static bool
captures_any(const struct run_options *o)
{
	return o->capture[CAPTURE_PROGRAM] || o->capture[CAPTURE_GATEWAY] || o->capture[CAPTURE_BOTH];
}

/* The program's stack is host 1, and the gateway's is host 2. */
static unsigned
end_of(const struct event *e)
{
	return e->host == 1 ? END_PROGRAM : END_GATEWAY;
}

static void
watch_emit(struct sink *sink, const struct event *e)
{
	struct watch *w = container_of(sink, struct watch, sink);

	if (!w->begin) /* the stacks may report before the run begins */
		w->begin = w->trace.begin = e->when;
	conns_event(&w->conns, end_of(e), e);
	for (unsigned i = 0; i < CAPTURES; i++)
		if (w->captures[i])
			capture_event(w->captures[i], e);
	if (!w->options->trace)
		return;
	if (e->kind == EVENT_LINK)
		trace_link(&w->trace, e);
	else
		trace_event(&w->trace, end_of(e), e);
}

static void
watch_frame(void *arg, unsigned side, bool sent, const struct pkt *frame, nsec_t when)
{
	struct watch *w = arg;

	for (unsigned i = 0; i < CAPTURES; i++)
		if (w->captures[i])
			capture_frame(w->captures[i], side, sent, frame, when);
}

static void
watch_began(void *arg, const struct run_parts *parts)
{
	struct watch *w = arg;

	w->parts = parts;
	if (!w->begin) /* no event has been reported yet */
		w->begin = w->trace.begin = clock_monotonic();
}

/* A process can choose its name freely, and it is printed on a terminal. */
static void
watch_owner(void *arg, uint64_t flow, pid_t pid, const char *comm)
{
	struct watch *w = arg;
	struct conn *c = conns_find(&w->conns, END_PROGRAM, flow);

	if (!c)
		return;
	snprintf(c->owner, sizeof c->owner, "%s[%d]", comm, pid);
	for (char *at = c->owner; *at; at++)
		if ((unsigned char)*at < ' ' || *at == 0x7f)
			*at = '?';
}

/* Closes the captures. Returns true if all were written. */
static bool
close_captures(struct watch *w, struct summary *s)
{
	bool whole = true;

	for (unsigned i = 0; i < CAPTURES; i++) {
		int err = 0;

		if (w->captures[i]) {
			s->captured[i] = capture_count(w->captures[i]);
			err = capture_close(w->captures[i]);
		}
		w->captures[i] = NULL;
		if (err)
			output_incomplete(capture_options[i], w->options->capture[i], err);
		whole &= !err;
	}
	return whole;
}

static bool
write_json(struct watch *w, const struct summary *s, int status)
{
	int err = w->json ? summary_json(s, status, w->json) : 0;

	w->json = NULL;
	if (err)
		output_incomplete("--json", w->options->json, err);
	return !err;
}

static bool
close_ladder(struct watch *w)
{
	if (w->trace.to)
		fclose(w->trace.to);
	w->trace.to = NULL;
	if (w->ladder_error)
		output_incomplete("--trace", "on standard error", w->ladder_error);
	return !w->ladder_error;
}

static bool
watch_ended(void *arg, const struct run_parts *parts, int status)
{
	struct watch *w = arg;
	const struct run_options *o = w->options;
	struct summary s = {
	    .conns = &w->conns,
	    .link = {emu_counters(parts->link, EMU_UP), emu_counters(parts->link, EMU_DOWN)},
	    .no_descriptor = parts->fds->refused,
	    .descriptors = parts->fds->size,
	    .drops = {stack_core(parts->host)->drops, stack_core(parts->gate)->drops},
	    .loopback = &iface_of_addr(stack_core(parts->host), &IPADDR_LOOPBACK4)->count,
	    .impaired = run_options_impair(o),
	    .mtu = o->config.mtu,
	    .begin = w->begin,
	    .end = clock_monotonic(),
	    .capture = o->capture,
	};
	bool whole = close_captures(w, &s);

	w->sink.wants = 0; /* the stacks are freed after this, and must report nothing more */
	whole &= close_ladder(w);
	if (!o->quiet)
		summary_print(&s, stderr);
	whole &= write_json(w, &s, status);
	conns_fini(&w->conns);
	return whole;
}

static int
open_ladder(struct watch *w)
{
	w->trace.conns = &w->conns;
	if (!w->options->trace)
		return 0;
	if (!output_stderr_open()) {
		w->ladder_error = -EBADF;
		/* No message is possible. */
		return -1;
	}
	w->trace.to = output_lines(&w->ladder_error);
	return w->trace.to ? 0 : -1;
}

/*
 * Returns true, after a message, if another output has the same file: they would overwrite each
 * other. @n captures are open.
 */
static bool
is_taken(const struct watch *w, const struct file *file, unsigned n)
{
	const char *other = w->json && file_same(file, w->json) ? "--json" : NULL;

	for (unsigned i = 0; i < n; i++)
		if (w->files[i] && file_same(file, w->files[i]))
			other = capture_options[i];
	if (other)
		error_line("run", "%s and %s name the same file: %s", capture_options[n], other,
		    w->options->capture[n]);
	return other != NULL;
}

/* Opens all captures before anything is written. */
static int
open_captures(struct watch *w)
{
	const struct run_options *o = w->options;

	for (unsigned i = 0; i < CAPTURES; i++)
		if (o->capture[i] && (output_open(capture_options[i], o->capture[i], &w->files[i]) ||
					 is_taken(w, w->files[i], i)))
			return -1;
	for (unsigned i = 0; i < CAPTURES; i++) {
		int err = 0;

		if (w->files[i])
			err = capture_new(
			    w->files[i], (enum capture_sides)i, o->config.mtu, &w->conns, &w->captures[i]);
		if (err) {
			output_refused(capture_options[i], o->capture[i], err);
			return -1;
		}
	}
	return 0;
}

int
watch_init(struct watch *w, const struct run_options *options)
{
	int err;

	memset(w, 0, sizeof *w);
	w->options = options;
	w->sink.emit = watch_emit;
	w->sink.wants = options->trace || captures_any(options) ? (1u << EVENT_COUNT) - 1 : CONNS_WANTS;
	err = conns_init(&w->conns);
	if (err) {
		error_line("run", "%s", err_text(err));
		return -1;
	}
	if (open_ladder(w) || (options->json && output_open("--json", options->json, &w->json)) ||
	    open_captures(w))
		return -1;
	return 0;
}

struct run_hooks
watch_hooks(struct watch *w)
{
	const struct run_options *o = w->options;
	struct run_hooks hooks = {.began = watch_began, .ended = watch_ended, .arg = w};

	/* Nothing is gathered if nothing is printed. */
	if (!o->quiet || o->trace || captures_any(o) || o->json) {
		hooks.owner = watch_owner;
		hooks.sink = &w->sink;
		hooks.frame = captures_any(o) ? watch_frame : NULL;
	}
	return hooks;
}
