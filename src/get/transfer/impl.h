/*
 * get/transfer/impl.h - what the files of this room share. For these only.
 */
#ifndef GET_IMPL_H
#define GET_IMPL_H

#include "base/list.h"
#include "get/name/name.h"
#include "get/transfer/transfer.h"
#include "http/conn/client.h"

/*
 * Bounds on what a server can make us keep: curl's 300 kB for a head, and as many fields as fit in
 * practice. A read of content fills CONN_READ octets at most, which stay in the processor's cache.
 */
enum {
	CONN_HEAD = 300 << 10,
	CONN_TRAILER = 32 << 10,
	CONN_READ = 128 << 10,
	CONN_IN = CONN_HEAD + CONN_TRAILER + CONN_READ,
	CONN_OUT = 256 << 10,
	CONN_FIELDS = 5000
};

enum { REQUEST_FIELDS = 256, REQUEST_TEXT = CONN_OUT / 2 };

/* A connection, which serves one transfer at a time. */
struct get_conn {
	struct list node; /* of get.idle while no transfer has it */
	struct get *get;
	char *key; /* of the server and the way to it */
	struct io_stream *io;
	struct http_client http;
	struct transfer *user;
	unsigned number;    /* in the order in which they were made */
	uint64_t head_left; /* octets of the request's head that were not written */
	bool going;         /* within a call of http_conn */
	bool held;          /* no more content may be written for now */
	bool ended;         /* the call is over, with @result */
	int result;
	char *memory;
};

/* How a call has ended. */
struct call_end {
	int result; /* of http_client_ops.done */
	enum http_reason reason;
	bool touched; /* an octet of a response has arrived */
	bool eof;     /* the server has ended the connection in order */
	bool sent;    /* the whole request was sent */
};

/* What a request is built of; see request.c. */
struct transfer_fields {
	struct transfer *transfer;
	struct http_field field[REQUEST_FIELDS];
	uint32_t n;
	struct http_writer w;
	char text[REQUEST_TEXT];
};

struct get {
	struct io_world *world;
	struct name_source *names;
	const struct get_settings *set;
	struct list idle; /* connections, that used last at the end */
	unsigned idles, conns;
	struct transfer_fields *scratch;
};

/* users.c: adds the fields that the user gave. */
void transfer_add_users(struct transfer_fields *f);

/* conn.c */

/* Makes a connection of a stream, and gives it to @t. Returns NULL without memory. */
struct get_conn *get_conn_new(struct transfer *t, struct io_stream *io, const char *key);
/* Takes an idle connection with @key for @t; NULL if there is none. */
struct get_conn *get_conn_take(struct transfer *t, const char *key);
/* Sends a request. As http_client_send(). */
int get_conn_send(struct get_conn *c, const struct http_call *call);
/* The transfer has room or more to send, may write again, or gives up waiting for a 100. */
void get_conn_resume(struct get_conn *c);
void get_conn_write_on(struct get_conn *c);
void get_conn_go_on(struct get_conn *c);
/* Ends, in order, the idle connection that was not used for the longest time. */
void get_conn_close_oldest(struct get *g);
/* Ends the connection at once. */
void get_conn_close(struct get_conn *c);

/* What a connection tells its transfer. */
void transfer_on_sent(struct transfer *t, struct http_span head);
void transfer_on_head(struct transfer *t, const struct http_response *r);
size_t transfer_on_body(struct transfer *t, const char *at, size_t n);
ssize_t transfer_on_produce(struct transfer *t, char *at, size_t room);
/* The call is over. The connection is not @t's any more; it may be gone. */
void transfer_on_end(struct transfer *t, const struct call_end *end);

/* request.c: builds and sends the request of @t on its connection. */
enum get_code request_send(struct transfer *t);

/* reach.c: finds or makes a connection, and calls transfer_reached() or transfer_fail(). */
void reach_begin(struct transfer *t);
void reach_cancel(struct transfer *t);
/* @s leads to the server, or to an HTTP proxy. */
void reach_take(struct transfer *t, struct io_stream *s);
/* reach_socks.c: asks the proxy at the other end of @io for the server, and calls reach_take(). */
void reach_socks(struct transfer *t, struct io_stream *io);
/* True if the request of @t is for an HTTP proxy. */
bool reach_by_proxy(const struct transfer *t);

/* redirect.c */

/* True if redirects are followed. */
bool redirect_wanted(const struct transfer *t);
/* Decides whether @r is a redirect to be followed; sets @t->location. */
enum get_code redirect_look(struct transfer *t, const struct http_response *r);
/* Makes the next request of @t->location. */
enum get_code redirect_follow(struct transfer *t);

/* pace.c */
void pace_begin(struct transfer *t);
void pace_end(struct transfer *t);
/* How many of @n octets may be taken now; fewer: the transfer is resumed by itself. */
size_t pace_allow(struct transfer *t, size_t n);
/*
 * How many of @n octets of content may be sent now; fewer: get_conn_write_on() is called by itself.
 * Those that were sent are for pace_sent().
 */
size_t pace_allow_out(struct transfer *t, size_t n);
void pace_sent(struct transfer *t, uint64_t n);

/* failure.c */

/* Fails with what @end means. */
void failure_name(struct transfer *t, const struct call_end *end);
/* True if the request did not arrive as far as can be known, and does no harm twice. */
bool failure_may_repeat(const struct transfer *t, const struct call_end *end);

/* transfer.c */
void transfer_reached(struct transfer *t, bool reused);
/* Ends with @t->result, in a later turn of the world. */
void transfer_end_later(struct transfer *t);
__attribute__((format(printf, 3, 4))) void transfer_fail(
    struct transfer *t, enum get_code code, const char *format, ...);
__attribute__((format(printf, 3, 4))) void transfer_say(
    struct transfer *t, enum transfer_note kind, const char *format, ...);

#endif
