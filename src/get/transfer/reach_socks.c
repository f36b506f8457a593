/*
 * get/transfer/reach_socks.c - the stream to a SOCKS proxy, until it is one to the server.
 */
#include "get/transfer/impl.h"

#include "base/err.h"

#include <stdio.h>

static void
failed(struct transfer *t, const char *words)
{
	transfer_fail(t, GET_PROXY, "SOCKS5 proxy %s: %s", t->get->set->proxy->host, words);
}

/* Writes what is to be sent. Returns 0, or a negative code. */
static int
write_some(struct transfer *t, struct io_stream *io)
{
	struct http_span out;
	ssize_t n = 0;

	while (n >= 0 && (out = socks_output(&t->socks)).len > 0) {
		n = io_write(io, out.at, out.len, 0);
		if (n > 0)
			socks_written(&t->socks, (size_t)n);
	}
	return n < 0 && n != -LEAT_EAGAIN ? (int)n : 0;
}

static enum socks_event
read_some(struct transfer *t, struct io_stream *io)
{
	struct socks_client *s = &t->socks;
	enum socks_event e = SOCKS_MORE;

	while (e == SOCKS_MORE && socks_output(s).len == 0) {
		ssize_t n = io_read(io, s->in + s->in_len, socks_wants(s));

		if (n == -LEAT_EAGAIN)
			break;
		if (n <= 0) {
			failed(t, n < 0 ? err_text((int)n) : "it has closed the connection");
			return SOCKS_FAILED;
		}
		e = socks_arrived(s, (size_t)n);
		if (e == SOCKS_FAILED)
			failed(t, s->words);
	}
	return e;
}

/* Sends and receives as far as that can be done now. */
static enum socks_event
converse(struct transfer *t, struct io_stream *io)
{
	enum socks_event e = SOCKS_MORE;

	do {
		int error = write_some(t, io);

		if (error < 0) {
			failed(t, err_text(error));
			return SOCKS_FAILED;
		}
		if (socks_output(&t->socks).len > 0)
			break;
		e = read_some(t, io);
	} while (e == SOCKS_MORE && socks_output(&t->socks).len > 0);
	return e;
}

static void
on_event(struct io_stream *io, unsigned events, void *arg)
{
	struct transfer *t = arg;

	switch (converse(t, io)) {
	case SOCKS_MORE:
		io_want(io, socks_output(&t->socks).len > 0 ? IO_WRITABLE : IO_READABLE);
		break;
	case SOCKS_DONE:
		t->opening = NULL;
		io_stream_watch(io, NULL, NULL, 0);
		reach_take(t, io);
		break;
	default:
		io_want(io, 0);
	}
}

void
reach_socks(struct transfer *t, struct io_stream *io)
{
	snprintf(t->socks.credentials, sizeof t->socks.credentials, "%s", t->get->set->proxy->credentials);
	socks_begin(&t->socks);
	t->opening = io; /* transfer_cancel() closes it */
	io_stream_watch(io, on_event, t, IO_WRITABLE);
}
