/*
 * get/transfer/conn.c - joins the client's side of HTTP to a stream, and keeps connections that
 * wait for another request.
 *
 * A request is written at once, without asking whether there is room. A call that has ended is
 * reported when nothing of the connection is in use, so the transfer may do anything then.
 */
#include "get/transfer/impl.h"

#include "base/err.h"

#include <stdlib.h>
#include <unistd.h>

/* Octets that one connection may move before the others have their turn. */
enum { TURN_MOST = 4 << 20, FILE_PIECE = 2 << 20, COPY_PIECE = 16384 };

static const struct http_limits limits = {.line = 102400,
    .target = 8000,
    .head = CONN_HEAD,
    .trailer = CONN_TRAILER,
    .extra = 65536,
    .body = INT64_MAX};

static struct get_conn *
conn_of(struct http_client *k)
{
	return k->arg;
}

static void
on_interim(struct http_client *k, const struct http_response *r)
{
	transfer_on_head(conn_of(k)->user, r);
}

static size_t
on_body(struct http_client *k, const char *at, size_t n)
{
	return transfer_on_body(conn_of(k)->user, at, n);
}

static ssize_t
on_produce(struct http_client *k, char *at, size_t room)
{
	return transfer_on_produce(conn_of(k)->user, at, room);
}

static void
on_done(struct http_client *k, int result)
{
	conn_of(k)->ended = true;
	conn_of(k)->result = result;
}

static const struct http_client_ops client_ops = {on_interim, on_interim, on_body, on_produce, on_done};

/* Where the stream does not send files itself. */
static ssize_t
write_file(struct io_stream *io, const struct http_output *o, size_t most)
{
	char buf[COPY_PIECE];
	off_t off = o->off;
	ssize_t n;

	if (io->ops->send_file)
		return io->ops->send_file(io, o->fd, &off, most, 0);
	n = pread(o->fd, buf, most < sizeof buf ? most : sizeof buf, off);
	return n > 0 ? io_write(io, buf, (size_t)n, 0) : n;
}

static ssize_t
write_spans(struct io_stream *io, const struct http_output *o, size_t most)
{
	struct pkt_span span[2];
	unsigned n = 0;
	bool more = o->more;

	for (; n < o->spans && most > 0; n++) {
		size_t len = o->span[n].len < most ? o->span[n].len : most;

		span[n] = (struct pkt_span){(const uint8_t *)o->span[n].at, (uint32_t)len};
		most -= len;
		more &= len == o->span[n].len;
	}
	return io->ops->write(io, span, n, more ? IO_MORE : 0);
}

static size_t
output_octets(const struct http_output *o)
{
	size_t n = 0;

	if (o->spans == 0)
		return o->len < FILE_PIECE ? (size_t)o->len : FILE_PIECE;
	for (unsigned i = 0; i < o->spans; i++)
		n += o->span[i].len;
	return n < FILE_PIECE ? n : FILE_PIECE;
}

/* How much of the output may be written now. The head is not held back. */
static size_t
allowed(struct get_conn *c, const struct http_output *o)
{
	size_t n = output_octets(o), head = c->head_left < n ? (size_t)c->head_left : n;

	return n > head && c->user ? head + pace_allow_out(c->user, n - head) : n;
}

static void
count_written(struct get_conn *c, uint64_t n)
{
	uint64_t head = n < c->head_left ? n : c->head_left;

	c->head_left -= head;
	if (!c->user)
		return;
	c->user->info.sent += n - head;
	pace_sent(c->user, n - head);
}

static bool
is_stopped(const struct get_conn *c)
{
	return c->ended || (c->user && (c->user->ending || c->user->cut));
}

/* These return how many octets were moved, or -1 if nothing more can be done now. */

static ssize_t
read_some(struct get_conn *c)
{
	char *at;
	size_t room = http_conn_room(&c->http.conn, &at);
	ssize_t n = io_read(c->io, at, room < CONN_READ ? room : CONN_READ);

	if (n == -LEAT_EAGAIN)
		return -1;
	if (n < 0) {
		http_conn_failed(&c->http.conn, (int)n);
		return 0;
	}
	if (n > 0 && c->user && c->user->info.first == 0)
		c->user->info.first = io_now(c->get->world) - c->user->info.began;
	http_conn_arrived(&c->http.conn, (size_t)n);
	return n;
}

/*
 * A server that refuses a request answers, and closes before all of it has arrived. So a failure to
 * write ends the call only if no response can be read.
 */
static void
write_failed(struct get_conn *c, int error)
{
	while (!is_stopped(c) && (http_conn_wants(&c->http.conn) & HTTP_WANT_READ) && read_some(c) > 0)
		;
	http_conn_failed(&c->http.conn, error);
}

static ssize_t
write_some(struct get_conn *c)
{
	struct http_output o = http_conn_output(&c->http.conn);
	size_t most = allowed(c, &o);
	ssize_t n;

	c->held = most == 0;
	if (c->held)
		return -1;
	n = o.spans > 0 ? write_spans(c->io, &o, most) : write_file(c->io, &o, most);
	if (n == -LEAT_EAGAIN)
		return -1;
	if (n <= 0) {
		write_failed(c, n < 0 ? (int)n : -LEAT_EIO);
		return 0;
	}
	count_written(c, (uint64_t)n);
	http_conn_written(&c->http.conn, (uint64_t)n);
	return n;
}

static ssize_t
step(struct get_conn *c, unsigned wants)
{
	ssize_t n = -1;

	if (wants & HTTP_WANT_SHUTDOWN) {
		io_shutdown(c->io);
		http_conn_shut(&c->http.conn);
		return 0;
	}
	if (wants & HTTP_WANT_WRITE)
		n = write_some(c);
	if (n < 0 && (wants & HTTP_WANT_READ))
		n = read_some(c);
	return n;
}

static void
conn_free(struct get_conn *c, bool reset)
{
	if (list_linked(&c->node)) {
		list_del(&c->node);
		c->get->idles--;
	}
	io_close(c->io, reset);
	free(c->memory);
	free(c->key);
	free(c);
}

void
get_conn_close_oldest(struct get *g)
{
	conn_free(container_of(g->idle.next, struct get_conn, node), false);
}

/* The connection waits for another request, or ends. */
static void
conn_rest(struct get_conn *c)
{
	struct get *g = c->get;
	bool over = http_conn_wants(&c->http.conn) & HTTP_WANT_OVER;

	if (over || g->set->one_shot || g->set->idle_most == 0 || !http_client_ready(&c->http)) {
		conn_free(c, http_conn_wants(&c->http.conn) & HTTP_WANT_RESET);
		return;
	}
	if (g->idles == g->set->idle_most)
		get_conn_close_oldest(g);
	list_push(&g->idle, &c->node);
	g->idles++;
	io_want(c->io, IO_READABLE);
}

static void
conn_end_call(struct get_conn *c)
{
	struct transfer *t = c->user;
	struct call_end end = {.result = c->result,
	    .reason = c->http.reason,
	    .touched = c->http.touched,
	    .eof = c->http.conn.eof,
	    .sent = c->http.sent};

	c->ended = false;
	c->user = NULL;
	conn_rest(c);
	transfer_on_end(t, &end);
}

/* Moves octets while @least of what is wanted can be done. */
static void
move(struct get_conn *c, unsigned least)
{
	uint64_t moved = 0;
	unsigned wants;
	ssize_t n = 0;

	c->going = true;
	do {
		wants = http_conn_wants(&c->http.conn);
		if (is_stopped(c) || (wants & HTTP_WANT_OVER) || !(wants & least))
			break;
		n = step(c, wants & least);
		moved += n > 0 ? (uint64_t)n : 0;
	} while (n >= 0 && moved < TURN_MOST);
	c->going = false;
}

/* Waits for what is wanted; what has ended is looked at in the next turn. */
static void
wait_on(struct get_conn *c)
{
	unsigned wants = http_conn_wants(&c->http.conn);

	if (c->ended || (wants & HTTP_WANT_OVER))
		wants = HTTP_WANT_READ | HTTP_WANT_WRITE;
	else if (c->held)
		wants &= ~(unsigned)HTTP_WANT_WRITE;
	io_want(c->io,
	    (wants & HTTP_WANT_READ ? IO_READABLE : 0u) | (wants & HTTP_WANT_WRITE ? IO_WRITABLE : 0u));
}

static void
on_event(struct io_stream *io, unsigned events, void *arg)
{
	struct get_conn *c = arg;
	unsigned wants;

	move(c, HTTP_WANT_READ | HTTP_WANT_WRITE | HTTP_WANT_SHUTDOWN);
	wants = http_conn_wants(&c->http.conn);
	if (c->ended)
		conn_end_call(c);
	else if (is_stopped(c))
		io_want(io, 0); /* the transfer closes it */
	else if (wants & HTTP_WANT_OVER)
		conn_free(c, wants & HTTP_WANT_RESET);
	else
		wait_on(c);
}

/* Something was called from outside of conn_go(): what follows is done in the next turn. */
static void
on_woken(struct http_conn *h, void *arg)
{
	struct get_conn *c = arg;

	if (!c->going)
		io_want(c->io, IO_READABLE | IO_WRITABLE);
}

static bool
conn_memory(struct get_conn *c, struct http_buffers *b)
{
	size_t fields = CONN_FIELDS * sizeof(struct http_field);

	c->memory = malloc(fields + CONN_IN + CONN_OUT);
	if (!c->memory)
		return false;
	*b = (struct http_buffers){.field = (struct http_field *)(void *)c->memory,
	    .fields_most = CONN_FIELDS,
	    .in = c->memory + fields,
	    .in_most = CONN_IN,
	    .out = c->memory + fields + CONN_IN,
	    .out_most = CONN_OUT};
	return true;
}

struct get_conn *
get_conn_new(struct transfer *t, struct io_stream *io, const char *key)
{
	struct get_conn *c = calloc(1, sizeof *c);
	struct http_buffers b;

	if (!c)
		return NULL;
	c->key = strdup(key);
	if (!c->key || !conn_memory(c, &b)) {
		free(c->key);
		free(c);
		return NULL;
	}
	list_init(&c->node);
	c->get = t->get;
	c->io = io;
	c->user = t;
	c->number = t->get->conns++;
	http_client_init(&c->http, &client_ops, c, &limits, &b);
	c->http.conn.woken = on_woken;
	c->http.conn.woken_arg = c;
	io_stream_watch(io, on_event, c, 0);
	return c;
}

struct get_conn *
get_conn_take(struct transfer *t, const char *key)
{
	struct get *g = t->get;

	for (struct list *i = g->idle.prev; i != &g->idle; i = i->prev) {
		struct get_conn *c = container_of(i, struct get_conn, node);

		if (strcmp(c->key, key) != 0 || !http_client_ready(&c->http))
			continue;
		list_del(&c->node);
		g->idles--;
		c->user = t;
		return c;
	}
	return NULL;
}

int
get_conn_send(struct get_conn *c, const struct http_call *call)
{
	const struct http_outgoing *o = &c->http.conn.out;
	const char *end;
	int e;

	c->going = true;
	e = http_client_send(&c->http, call);
	c->going = false;
	if (e < 0)
		return e;
	end = memmem(o->at + o->begin, o->end - o->begin, "\r\n\r\n", 4);
	c->head_left = end ? (uint64_t)(end - o->at) + 4 - o->begin : 0;
	transfer_on_sent(c->user, (struct http_span){o->at + o->begin, c->head_left});
	move(c, HTTP_WANT_WRITE);
	wait_on(c);
	return 0;
}

void
get_conn_resume(struct get_conn *c)
{
	http_client_resume(&c->http);
}

void
get_conn_write_on(struct get_conn *c)
{
	c->held = false;
	io_want(c->io, IO_READABLE | IO_WRITABLE);
}

void
get_conn_go_on(struct get_conn *c)
{
	http_client_go_on(&c->http);
}

void
get_conn_close(struct get_conn *c)
{
	conn_free(c, true);
}
