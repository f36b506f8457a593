/*
 * serve/turned.c - connections that are turned away, since there are too many: each gets a status
 * that says why, and is closed in stages.
 *
 * Closing a stream with octets unread resets it, and the client may lose the answer (RFC 9112,
 * 9.6). So after the answer only the sending side ends. What still arrives is thrown away until the
 * other side closes, too much has arrived, or time is up. At most TURNED_MOST linger in this way:
 * beyond that the oldest is closed at once.
 */
#include "serve/impl.h"

#include "base/err.h"

#include <stdlib.h>

enum { TURNED_MOST = 256, TURNED_LINE = 512, TURNED_OCTETS = 65536, TURNED_HEAD = COMMON_MOST + 512 };

#define TURNED_TIME (2 * SEC)

struct turned {
	struct list node; /* of serve.turned, the oldest first */
	struct serve *serve;
	struct io_stream *io;
	struct timer timer;
	struct turned_away away;
	size_t thrown;          /* octets that were thrown away */
	char line[TURNED_LINE]; /* the first of them */
};

static void
end(struct turned *t)
{
	struct serve *s = t->serve;
	size_t kept = t->thrown < TURNED_LINE ? t->thrown : TURNED_LINE;

	t->away.line = http_span_line((struct http_span){t->line, kept});
	record_turned(s, &t->away);
	timer_cancel(s->world->wheel, &t->timer);
	io_close(t->io, false);
	list_del(&t->node);
	s->turned_now--;
	free(t);
}

static void
keep_line(struct turned *t, const char *at, size_t n)
{
	size_t room = t->thrown < TURNED_LINE ? TURNED_LINE - t->thrown : 0;

	if (room > 0)
		memcpy(t->line + t->thrown, at, n < room ? n : room);
}

static void
throw_away(struct turned *t)
{
	char octets[4096];
	ssize_t n;

	while ((n = io_read(t->io, octets, sizeof octets)) > 0) {
		keep_line(t, octets, (size_t)n);
		t->thrown += (size_t)n;
		if (t->thrown >= TURNED_OCTETS)
			break;
	}
	if (n != -LEAT_EAGAIN)
		end(t);
}

static void
on_event(struct io_stream *io, unsigned events, void *arg)
{
	throw_away(arg);
}

static void
on_timer(struct timer *t)
{
	end(container_of(t, struct turned, timer));
}

/*
 * Writes the answer in one call, as an empty stream has room for it. Returns how many octets of
 * content were sent.
 */
static size_t
answer(struct serve *s, struct io_stream *io, enum serve_refusal why)
{
	struct http_span words = http_span_of(answer_refusal_words(why));
	char octets[TURNED_HEAD];
	struct http_writer w = http_writer(octets, sizeof octets);
	ssize_t n;

	serve_tick(s);
	http_write_status(&w, answer_refusal_status(why));
	http_write_built(&w, s->common);
	http_write_text_field(&w, "Retry-After", "5");
	http_write_text_field(&w, "Content-Type", "text/plain");
	http_write_number_field(&w, "Content-Length", words.len + 1);
	http_write_text_field(&w, "Connection", "close");
	http_write_end(&w);
	http_put_span(&w, words);
	http_put_text(&w, "\n");
	n = io_write(io, w.at, w.len, IO_LAST);
	io_shutdown(io);
	return n == (ssize_t)w.len ? words.len + 1 : 0;
}

static struct turned *
turned_new(struct serve *s, struct io_stream *io, const struct ipaddr *addr, enum serve_refusal why)
{
	struct turned *t = malloc(sizeof *t);

	if (!t)
		return NULL;
	t->serve = s;
	t->io = io;
	t->away = (struct turned_away){.addr = *addr, .why = why, .began = io_now(s->world)};
	t->thrown = 0;
	timer_init(&t->timer, on_timer);
	list_init(&t->node);
	list_push(&s->turned, &t->node);
	s->turned_now++;
	return t;
}

void
turn_away(struct serve *s, struct io_stream *io, const struct ipaddr *addr, enum serve_refusal why)
{
	struct turned *t;

	if (s->turned_now == TURNED_MOST)
		end(list_first(&s->turned, struct turned, node));
	t = turned_new(s, io, addr, why);
	if (!t) { /* the client may lose the answer */
		answer(s, io, why);
		io_close(io, false);
		return;
	}
	t->away.octets = answer(s, io, why);
	timer_arm(s->world->wheel, &t->timer, nsec_add(t->away.began, TURNED_TIME));
	io_stream_watch(io, on_event, t, IO_READABLE);
}

void
turned_end_all(struct serve *s)
{
	list_each_safe(n, &s->turned)
		end(container_of(n, struct turned, node));
}
