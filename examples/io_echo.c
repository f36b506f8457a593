/*
 * io_echo.c - an echo service and a client of it, over io/io.h. It does not know which network they
 * use.
 */
#include "io_echo.h"

enum { BACKLOG = 64, PIECE = 16384 };

/*
 * Sends octets back from where they lie in the receive buffer. While they do not fit, no more are
 * read.
 */
static void
serve(struct io_stream *s, unsigned events, void *arg)
{
	struct pkt_span span;
	int n;

	while ((n = io_peek(s, &span, 1)) > 0) {
		ssize_t sent = io_write(s, span.at, span.len, 0);

		if (sent < 0 && sent != -LEAT_EAGAIN)
			break;
		if (sent < 0) {
			io_want(s, IO_WRITABLE);
			return;
		}
		io_consume(s, (size_t)sent);
	}
	if (n == -LEAT_EAGAIN)
		io_want(s, IO_READABLE);
	else
		io_close(s, false); /* all octets were sent back, or the client is gone */
}

static void
on_listener(struct io_listener *l, void *arg)
{
	struct io_stream *s;

	while (l->ops->accept(l, &s) == 0)
		io_stream_watch(s, serve, NULL, IO_READABLE);
}

int
echo_serve(struct io_world *world, const struct endpoint *at, struct io_listener **out)
{
	return io_listen(world, at, BACKLOG, on_listener, NULL, out);
}

/* The client. */

static uint8_t
octet(size_t i)
{
	return (uint8_t)(i * 167 + (i >> 8) * 13);
}

static void
end(struct echo_client *c, struct io_stream *s, int error)
{
	c->over = true;
	c->error = error ? error : c->back < c->len ? -LEAT_ECONNRESET : 0;
	io_close(s, error != 0);
}

/* Sends as many octets as fit, and the end after the last. Returns 0 or the error. */
static int
send_more(struct echo_client *c, struct io_stream *s)
{
	uint8_t buf[PIECE];

	while (c->sent < c->len) {
		size_t len = c->len - c->sent < sizeof buf ? c->len - c->sent : sizeof buf;
		ssize_t n;

		for (size_t i = 0; i < len; i++)
			buf[i] = octet(c->sent + i);
		n = io_write(s, buf, len, 0);
		if (n < 0)
			return n == -LEAT_EAGAIN ? 0 : (int)n;
		c->sent += (size_t)n;
	}
	return io_shutdown(s);
}

/* Returns 0 at the end, -LEAT_EAGAIN if more is to come, or the error. */
static int
read_more(struct echo_client *c, struct io_stream *s)
{
	uint8_t buf[PIECE];
	ssize_t n;

	while ((n = io_read(s, buf, sizeof buf)) > 0) {
		for (ssize_t i = 0; i < n; i++)
			if (buf[i] != octet(c->back++))
				return -LEAT_EPROTO;
	}
	return (int)n;
}

static void
ask(struct io_stream *s, unsigned events, void *arg)
{
	struct echo_client *c = arg;
	bool sends = c->sent < c->len || events & IO_CONNECTED;
	int err = events & IO_FAILED ? io_error(s) : sends ? send_more(c, s) : 0;

	if (err) {
		end(c, s, err);
		return;
	}
	err = read_more(c, s);
	if (err != -LEAT_EAGAIN)
		end(c, s, err);
	else
		io_want(s, IO_READABLE | (c->sent < c->len ? IO_WRITABLE : 0));
}

int
echo_ask(struct io_world *world, const struct endpoint *to, struct echo_client *client)
{
	struct io_stream *s;

	return io_connect(world, to, ask, client, &s);
}
