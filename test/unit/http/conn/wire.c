/*
 * test/unit/http/conn/wire.c - the driver in memory.
 */
#include "wire.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

struct http_buffers
wire_buffers(struct wire *w)
{
	return (struct http_buffers){w->in, sizeof w->in, w->out, sizeof w->out, w->field, WIRE_FIELDS};
}

void
wire_free(struct wire *w)
{
	free(w->sent);
}

static size_t
piece_of(struct wire *w, size_t n)
{
	size_t most = w->piece == 0 ? n : w->piece;

	if (w->rng)
		most = 1 + rng_below(w->rng, most);
	return n < most ? n : most;
}

static void
keep(struct wire *w, const char *at, size_t n)
{
	w->sent = realloc(w->sent, w->sent_len + n + 1);
	assert_non_null(w->sent);
	memcpy(w->sent + w->sent_len, at, n);
	w->sent_len += n;
	w->sent[w->sent_len] = 0;
}

static void
write_some(struct wire *w)
{
	struct http_output o = http_conn_output(w->c);
	char buf[512];
	size_t n;

	if (o.spans > 0) {
		n = piece_of(w, o.span[0].len);
		keep(w, o.span[0].at, n);
	} else {
		n = piece_of(w, o.len < sizeof buf ? o.len : sizeof buf);
		assert_int_equal(pread(o.fd, buf, n, o.off), n);
		keep(w, buf, n);
	}
	http_conn_written(w->c, n);
}

static bool
read_some(struct wire *w)
{
	char *at;
	size_t room, n;

	if (w->left == 0 && !w->eof)
		return false;
	room = http_conn_room(w->c, &at);
	assert_true(room > 0);
	n = piece_of(w, w->left < room ? w->left : room);
	if (w->left == 0)
		n = 0;
	memcpy(at, w->script, n);
	w->script += n;
	w->left -= n;
	http_conn_arrived(w->c, n);
	return true;
}

unsigned
wire_run(struct wire *w)
{
	unsigned wants;

	for (;;) {
		wants = http_conn_wants(w->c);
		if (wants & HTTP_WANT_OVER) {
			return wants;
		} else if (wants & HTTP_WANT_SHUTDOWN) {
			w->shut = true;
			http_conn_shut(w->c);
		} else if (wants & HTTP_WANT_WRITE) {
			write_some(w);
		} else if (!(wants & HTTP_WANT_READ) || !read_some(w)) {
			return wants;
		}
	}
}

unsigned
wire_say(struct wire *w, const char *octets)
{
	assert_int_equal(w->left, 0);
	w->script = octets;
	w->left = strlen(octets);
	return wire_run(w);
}

const char *
wire_heard(struct wire *w)
{
	keep(w, "", 0);
	w->sent_len = 0;
	return w->sent;
}
