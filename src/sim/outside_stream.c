/*
 * sim/outside_stream.c - streams between the gateway and the services of a simulated outside: a
 * pipe each way, and news that travel for a moment.
 */
#include "base/err.h"
#include "sim/outside_impl.h"

#include <stdlib.h>

enum { PIPE_SIZE = 65536 };

/* Octets on their way in one direction. */
struct pipe {
	size_t size, head, used;
	bool ended; /* no more will be written */
	uint8_t *octets;
};

struct out_stream {
	struct list node;
	struct sim_outside *o;
	const struct sim_service *service;
	void *data; /* the service's */
	struct pipe down, up;
	bool connecting;
	int error;       /* told by OUT_FAILED, then by a read */
	bool error_told; /* to a reader */
	bool reset_up;   /* the gateway reset it: the service's end fails */
	bool gate_gone, peer_gone;
	/* the gateway's end */
	void (*news)(void *arg, unsigned mask);
	void *arg;
	unsigned want;
	unsigned once; /* news that are told once, not yet told */
	struct timer gate_timer;
	/* the service's end */
	unsigned peer_news;
	struct timer peer_timer;
};

/* Pipes */

static bool
pipe_init(struct pipe *p, size_t size)
{
	*p = (struct pipe){.size = size, .octets = malloc(size)};
	return p->octets != NULL;
}

static size_t
pipe_write(struct pipe *p, const uint8_t *from, size_t len)
{
	size_t room = p->size - p->used, n = len < room ? len : room;

	for (size_t done = 0; done < n;) {
		size_t at = (p->head + p->used) % p->size, run = p->size - at;

		run = run < n - done ? run : n - done;
		memcpy(p->octets + at, from + done, run);
		p->used += run;
		done += run;
	}
	return n;
}

static size_t
pipe_read(struct pipe *p, uint8_t *to, size_t len)
{
	size_t n = len < p->used ? len : p->used;

	for (size_t done = 0; done < n;) {
		size_t run = p->size - p->head;

		run = run < n - done ? run : n - done;
		memcpy(to + done, p->octets + p->head, run);
		p->head = (p->head + run) % p->size;
		p->used -= run;
		done += run;
	}
	return n;
}

/* News */

static unsigned
gate_news_due(const struct out_stream *s)
{
	unsigned mask = 0;

	if (s->gate_gone)
		return 0;
	if (s->down.used > 0 || s->down.ended || s->error)
		mask |= OUT_READABLE;
	if (s->up.used < s->up.size || s->error)
		mask |= OUT_WRITABLE;
	return s->connecting ? s->once : (mask & s->want) | s->once;
}

static void
gate_tell(struct out_stream *s)
{
	if (!s->connecting && gate_news_due(s) && !timer_armed(&s->gate_timer))
		timer_arm(s->o->wheel, &s->gate_timer, *s->o->now + SIM_TICK);
}

static void
peer_tell(struct out_stream *s, unsigned mask)
{
	if (s->peer_gone)
		return;
	s->peer_news |= mask;
	if (!timer_armed(&s->peer_timer))
		timer_arm(s->o->wheel, &s->peer_timer, *s->o->now + SIM_TICK);
}

static void
gate_fire(struct timer *t)
{
	struct out_stream *s = container_of(t, struct out_stream, gate_timer);
	unsigned mask = gate_news_due(s);

	s->once = 0;
	if (mask & (OUT_CONNECTED | OUT_FAILED))
		s->connecting = false;
	if (mask & OUT_CONNECTED && s->service->opened)
		s->service->opened(s->service->arg, s);
	if (!mask || !s->news)
		return;
	gate_tell(s); /* level-triggered: as long as it is so */
	s->news(s->arg, mask);
}

static void
peer_fire(struct timer *t)
{
	struct out_stream *s = container_of(t, struct out_stream, peer_timer);
	unsigned mask = s->peer_news;

	s->peer_news = 0;
	if (s->service->news)
		s->service->news(s->service->arg, s, mask);
}

/* Life */

struct out_stream *
sim_stream_new(struct sim_outside *o, const struct sim_service *service)
{
	struct out_stream *s = calloc(1, sizeof *s);
	size_t window = service->window ? service->window : PIPE_SIZE;

	if (!s)
		return NULL;
	if (!pipe_init(&s->down, window) || !pipe_init(&s->up, window)) {
		free(s->down.octets);
		free(s);
		return NULL;
	}
	s->o = o;
	s->service = service;
	timer_init(&s->gate_timer, gate_fire);
	timer_init(&s->peer_timer, peer_fire);
	list_push(&o->streams, &s->node);
	o->open++;
	return s;
}

static void
stream_free(struct out_stream *s)
{
	timer_cancel(s->o->wheel, &s->gate_timer);
	timer_cancel(s->o->wheel, &s->peer_timer);
	list_del(&s->node);
	free(s->up.octets);
	free(s->down.octets);
	free(s);
}

void
sim_streams_free(struct sim_outside *o)
{
	struct out_stream *s;

	while ((s = list_first(&o->streams, struct out_stream, node)))
		stream_free(s);
}

static void
stream_left(struct out_stream *s)
{
	if (s->gate_gone && s->peer_gone)
		stream_free(s);
}

/* The gateway's end */

int
sim_connect(void *self, const struct endpoint *to, void (*news)(void *arg, unsigned mask), void *arg,
    struct out_stream **out)
{
	struct sim_outside *o = self;
	const struct sim_service *service = sim_find_service(o, to);
	struct out_stream *s;

	if (o->open >= o->most)
		return -LEAT_EMFILE;
	if (!service)
		return -LEAT_ENETUNREACH;
	if (service->error && service->at_once)
		return -service->error;
	s = sim_stream_new(o, service);
	if (!s)
		return -LEAT_ENOMEM;
	s->news = news;
	s->arg = arg;
	s->connecting = true;
	s->error = service->error;
	s->once = s->error ? OUT_FAILED : OUT_CONNECTED;
	s->peer_gone = s->error != 0;
	if (service->delay != NSEC_NEVER)
		timer_arm(o->wheel, &s->gate_timer, *o->now + service->delay + SIM_TICK);
	*out = s;
	return 0;
}

ssize_t
sim_read(struct out_stream *s, void *buf, size_t len)
{
	size_t n = pipe_read(&s->down, buf, len);

	if (n > 0) {
		peer_tell(s, OUT_WRITABLE);
		gate_tell(s);
		return (ssize_t)n;
	}
	if (s->error && !s->error_told) {
		s->error_told = true;
		return -s->error;
	}
	return s->error || s->down.ended ? 0 : -LEAT_EAGAIN;
}

ssize_t
sim_write(struct out_stream *s, const struct pkt_span *span, unsigned n, bool last)
{
	size_t done = 0;

	if (s->error || s->peer_gone)
		return s->error ? -s->error : -LEAT_EPIPE;
	for (unsigned i = 0; i < n; i++) {
		size_t part = pipe_write(&s->up, span[i].at, span[i].len);

		done += part;
		if (part < span[i].len)
			break;
	}
	if (done == 0)
		return -LEAT_EAGAIN;
	peer_tell(s, OUT_READABLE);
	return (ssize_t)done;
}

int
sim_shutdown(struct out_stream *s)
{
	if (s->error)
		return -LEAT_ENOTCONN;
	s->up.ended = true;
	peer_tell(s, OUT_READABLE);
	return 0;
}

void
sim_close(struct out_stream *s, bool reset)
{
	s->gate_gone = true;
	s->o->open--;
	timer_cancel(s->o->wheel, &s->gate_timer);
	s->up.ended = true;
	s->reset_up = reset;
	if (s->connecting)
		s->peer_gone = true; /* the service never heard of it */
	peer_tell(s, reset ? OUT_FAILED : OUT_READABLE);
	stream_left(s);
}

int
sim_error(struct out_stream *s)
{
	return s->error;
}

void
sim_want(struct out_stream *s, unsigned mask)
{
	s->want = mask;
	gate_tell(s);
}

void
sim_adopt(struct out_stream *s, void (*news)(void *arg, unsigned mask), void *arg)
{
	s->news = news;
	s->arg = arg;
}

/* The service's end */

ssize_t
sim_peer_read(struct out_stream *s, void *buf, size_t len)
{
	size_t n;

	n = pipe_read(&s->up, buf, len);
	if (n > 0) {
		gate_tell(s);
		return (ssize_t)n;
	}
	if (s->reset_up) /* after what arrived before it, as on Linux */
		return -LEAT_ECONNRESET;
	return s->up.ended ? 0 : -LEAT_EAGAIN;
}

ssize_t
sim_peer_write(struct out_stream *s, const void *buf, size_t len)
{
	size_t n;

	if (s->gate_gone)
		return -LEAT_ECONNRESET;
	n = pipe_write(&s->down, buf, len);
	gate_tell(s);
	return n > 0 ? (ssize_t)n : -LEAT_EAGAIN;
}

void
sim_peer_shutdown(struct out_stream *s)
{
	s->down.ended = true;
	gate_tell(s);
}

void
sim_peer_close(struct out_stream *s, bool reset)
{
	s->peer_gone = true;
	timer_cancel(s->o->wheel, &s->peer_timer);
	s->down.ended = true;
	if (reset) {
		s->error = LEAT_ECONNRESET;
		s->once |= OUT_FAILED;
	}
	gate_tell(s);
	stream_left(s);
}

void
sim_peer_set_data(struct out_stream *s, void *data)
{
	s->data = data;
}

void *
sim_peer_data(const struct out_stream *s)
{
	return s->data;
}
