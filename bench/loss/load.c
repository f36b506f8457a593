/*
 * bench/loss/load.c - the source and the drain of load.h.
 */
#include "loss/load.h"

#include "base/bytes.h"

#include <stdio.h>
#include <stdlib.h>

enum { REQUEST = 8, CHUNK = 262144 };

/* The source */

struct served {
	struct list node; /* of load_source.flows */
	struct io_stream *stream;
	uint8_t request[REQUEST];
	size_t have;   /* octets of the request */
	uint64_t left; /* octets to send */
};

static const uint8_t zeros[CHUNK];
static uint8_t sinkhole[CHUNK];

static void
served_end(struct served *f, bool reset)
{
	io_close(f->stream, reset);
	list_del(&f->node);
	free(f);
}

/* Reads the request. Returns false when the connection has ended. */
static bool
served_request(struct served *f)
{
	ssize_t n = 1;

	while (f->have < REQUEST && (n = io_read(f->stream, f->request + f->have, REQUEST - f->have)) > 0)
		f->have += (size_t)n;
	if (n == 0 || (n < 0 && n != -LEAT_EAGAIN))
		return false;
	if (f->have == REQUEST) {
		f->left = be64_get(f->request) ? be64_get(f->request) : UINT64_MAX;
		io_want(f->stream, IO_WRITABLE);
	}
	return true;
}

/* Sends until the stream is full. Returns false when the connection has ended. */
static bool
served_send(struct served *f)
{
	while (f->left > 0) {
		size_t want = f->left < CHUNK ? (size_t)f->left : CHUNK;
		ssize_t n = io_write(f->stream, zeros, want, want == f->left ? IO_LAST : 0);

		if (n == -LEAT_EAGAIN)
			return true;
		if (n < 0)
			return false;
		f->left -= (uint64_t)n;
		if ((size_t)n < want)
			return true;
	}
	return false;
}

static void
served_event(struct io_stream *s, unsigned events, void *arg)
{
	struct served *f = arg;
	bool more = !(events & IO_FAILED);

	if (more && f->have < REQUEST)
		more = served_request(f);
	else if (more)
		more = served_send(f);
	if (!more)
		served_end(f, f->left > 0);
}

static void
source_accept(struct io_listener *l, void *arg)
{
	struct load_source *source = arg;
	struct io_stream *s;

	while (l->ops->accept(l, &s) == 0) {
		struct served *f = calloc(1, sizeof *f);

		if (!f) {
			io_close(s, true);
			continue;
		}
		f->stream = s;
		f->left = 1;
		list_push(&source->flows, &f->node);
		source->served++;
		if (source->accepted)
			source->accepted(s);
		io_stream_watch(s, served_event, f, IO_READABLE);
	}
}

void
load_source_start(struct load_source *source, struct io_listener *listener)
{
	list_init(&source->flows);
	source->listener = listener;
	listener->fn = source_accept;
	listener->arg = source;
	listener->ops->want(listener, true);
}

void
load_source_stop(struct load_source *source)
{
	while (!list_empty(&source->flows))
		served_end(list_first(&source->flows, struct served, node), true);
	source->listener->ops->close(source->listener);
}

/* The drain */

struct drained {
	struct load_drain *drain;
	struct io_stream *stream; /* NULL: none is open */
	uint64_t octets;
	nsec_t began;
};

struct load_drain {
	struct io_world *world;
	struct load_drain_config config;
	void (*done)(void *arg);
	void *arg;
	struct timer end;
	nsec_t began, ended; /* ended is NSEC_NEVER while it runs */
	struct drained flow[LOAD_FLOWS];
	unsigned begun, complete, failed; /* connections */
	nsec_t *times;                    /* of the complete ones */
};

static void drain_open(struct drained *f);

static void
drain_finish(struct load_drain *d)
{
	if (d->ended != NSEC_NEVER)
		return;
	d->ended = io_now(d->world);
	timer_cancel(d->world->wheel, &d->end);
	for (unsigned i = 0; i < d->config.flows; i++) {
		if (d->flow[i].stream)
			io_close(d->flow[i].stream, true);
		d->flow[i].stream = NULL;
	}
	if (d->done)
		d->done(d->arg);
}

static void
drain_timeout(struct timer *t)
{
	drain_finish(container_of(t, struct load_drain, end));
}

/* Ends the measurement in the next turn if nothing is left to measure. */
static void
drain_check(struct load_drain *d)
{
	unsigned all = d->config.transfers ? d->config.transfers : d->config.flows;

	if (d->complete + d->failed == all)
		timer_arm(d->world->wheel, &d->end, io_now(d->world));
}

/* Ends a connection, and opens the next one of its flow. */
static void
drain_ended(struct drained *f, bool whole)
{
	struct load_drain *d = f->drain;

	io_close(f->stream, !whole);
	f->stream = NULL;
	if (whole && d->config.transfers)
		d->times[d->complete++] = io_now(d->world) - f->began;
	else
		d->failed++;
	if (d->config.transfers)
		drain_open(f);
	drain_check(d);
}

static void
drain_ask(struct drained *f)
{
	uint8_t request[REQUEST];

	be64_put(request, f->drain->config.transfers ? f->drain->config.octets : 0);
	if (io_write(f->stream, request, REQUEST, 0) == REQUEST)
		io_want(f->stream, IO_READABLE);
}

static void
drain_event(struct io_stream *s, unsigned events, void *arg)
{
	struct drained *f = arg;
	ssize_t n = -LEAT_EAGAIN;

	if (events & IO_CONNECTED)
		drain_ask(f);
	if (events & IO_READABLE)
		while ((n = io_read(s, sinkhole, CHUNK)) > 0)
			f->octets += (uint64_t)n;
	if (n == 0)
		drain_ended(f, true);
	else if (n != -LEAT_EAGAIN || (events & IO_FAILED))
		drain_ended(f, false);
}

/* Opens the next connection of a flow, unless all were opened. */
static void
drain_open(struct drained *f)
{
	struct load_drain *d = f->drain;
	unsigned i = (unsigned)(f - d->flow);

	while (!d->config.transfers || d->begun < d->config.transfers) {
		d->begun++;
		f->began = io_now(d->world);
		if (io_connect(
			d->world, &d->config.target[i % d->config.targets], drain_event, f, &f->stream) == 0)
			return;
		d->failed++;
		if (!d->config.transfers)
			return;
	}
}

struct load_drain *
load_drain_new(
    struct io_world *world, const struct load_drain_config *config, void (*done)(void *arg), void *arg)
{
	struct load_drain *d = calloc(1, sizeof *d);

	if (!d)
		return NULL;
	d->times = calloc(config->transfers ? config->transfers : 1, sizeof *d->times);
	if (!d->times) {
		free(d);
		return NULL;
	}
	d->world = world;
	d->config = *config;
	d->done = done;
	d->arg = arg;
	d->began = io_now(world);
	d->ended = NSEC_NEVER;
	timer_init(&d->end, drain_timeout);
	timer_arm(world->wheel, &d->end, d->began + config->limit);
	for (unsigned i = 0; i < config->flows; i++) {
		d->flow[i].drain = d;
		drain_open(&d->flow[i]);
	}
	drain_check(d);
	return d;
}

void
load_drain_free(struct load_drain *d)
{
	drain_finish(d);
	free(d->times);
	free(d);
}

bool
load_drain_over(const struct load_drain *d)
{
	return d->ended != NSEC_NEVER;
}

uint64_t
load_drain_octets(const struct load_drain *d, unsigned i)
{
	return d->flow[i].octets;
}

unsigned
load_drain_transfers(const struct load_drain *d)
{
	return d->complete;
}

nsec_t
load_drain_time(const struct load_drain *d, unsigned n)
{
	return d->times[n];
}

unsigned
load_drain_failed(const struct load_drain *d)
{
	return d->failed;
}

void
load_drain_print(const struct load_drain *d)
{
	nsec_t end = d->ended == NSEC_NEVER ? io_now(d->world) : d->ended;

	printf("{\"octets\": [");
	for (unsigned i = 0; i < d->config.flows; i++)
		printf("%s%llu", i ? ", " : "", (unsigned long long)d->flow[i].octets);
	printf("], \"ms\": [");
	for (unsigned i = 0; i < d->complete; i++)
		printf("%s%.3f", i ? ", " : "", (double)d->times[i] / 1e6);
	printf("], \"failed\": %u, \"seconds\": %.6f}\n", d->failed, (double)(end - d->began) / 1e9);
}
