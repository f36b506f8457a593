/*
 * http/conn/conn.h - a connection as its driver sees it, in either role: octets in, octets out, and
 * what it wants next.
 *
 * The driver does the I/O, by blocking calls or in an event loop. This header is all that it needs.
 * The connection does no I/O, reads no clock and allocates nothing. The caller gives it buffers
 * (struct http_buffers) at its start, and it uses no other memory.
 *
 * The driver's turn: while http_conn_wants() has none of CLOSE, RESET and HANDOVER, do one of the
 * things wanted:
 *   WRITE     write what http_conn_output() gives, and report it with http_conn_written();
 *   SHUTDOWN  end the sending side, and report it with http_conn_shut();
 *   READ      read into http_conn_room(), and report it with http_conn_arrived();
 *   nothing   the connection waits for the program: for a response, or for more of its content.
 * The driver reports a failure of the stream with http_conn_failed(). It may bound each wait: it
 * calls http_conn_timeout() when a wait has lasted too long. http_conn_waits() says what the
 * connection waits for, so each kind of wait can have its own bound.
 */
#ifndef HTTP_CONN_CONN_H
#define HTTP_CONN_CONN_H

#include "http/conn/outgoing.h"
#include "http/message/parser.h"

enum http_want {
	HTTP_WANT_READ = 1,
	HTTP_WANT_WRITE = 2,
	HTTP_WANT_SHUTDOWN = 4,
	HTTP_WANT_CLOSE = 8,     /* in order: all was written */
	HTTP_WANT_RESET = 16,    /* at once: the other side must see that a message is cut off */
	HTTP_WANT_HANDOVER = 32, /* another protocol takes over; see http_conn_rest() */
	HTTP_WANT_OVER = HTTP_WANT_CLOSE | HTTP_WANT_RESET | HTTP_WANT_HANDOVER
};

enum http_conn_waits {
	HTTP_CONN_IDLE,       /* for a message to begin */
	HTTP_CONN_START_LINE, /* for the rest of a start line */
	HTTP_CONN_HEAD,       /* for the rest of a head */
	HTTP_CONN_BODY,       /* for the rest of the content */
	HTTP_CONN_PROGRAM,    /* for the program */
	HTTP_CONN_WRITE,      /* for the other side to take octets */
	HTTP_CONN_LINGER,     /* for the other side to close */
	HTTP_CONN_OVER        /* for nothing any more */
};

struct http_conn;

/* What differs between server and client; each is called only while the connection is open. */
struct http_conn_role {
	/*
	 * Does what can be done now. Called after octets have arrived, after the other side has
	 * ended its direction, and after octets were written.
	 */
	void (*run)(struct http_conn *c);
	/* The connection ends with the error @err; what it was doing must be given up. */
	void (*give_up)(struct http_conn *c, int err);
	void (*timeout)(struct http_conn *c);
	enum http_conn_waits (*waits)(const struct http_conn *c);
};

/* Memory for one connection, which stays the caller's. */
struct http_buffers {
	char *in; /* at least limits.head + limits.trailer + 16 octets; more make bodies faster */
	size_t in_most;
	char *out; /* at least HTTP_OUTGOING_LEAST; a head has at most half of it */
	size_t out_most;
	struct http_field *field; /* of one message, trailers included */
	uint32_t fields_most;
};

enum http_conn_state {
	HTTP_OPEN,
	HTTP_CLOSING,   /* what is queued is written; then it is over */
	HTTP_LINGERING, /* after the shutdown, what still arrives is thrown away */
	HTTP_CLOSED,
	HTTP_RESET,
	HTTP_HANDED_OVER
};

struct http_conn {
	const struct http_conn_role *role;
	/*
	 * Called when the program has called a function of its own accord, not from a callback, and
	 * http_conn_wants() may give another result now. NULL if the driver asks http_conn_wants()
	 * without being called.
	 */
	void (*woken)(struct http_conn *c, void *arg);
	void *woken_arg;

	struct http_parser parser;
	struct http_outgoing out;
	char *in;
	size_t in_most;
	size_t keep;           /* octets at the start of @in that spans of a head point into */
	size_t at, end;        /* octets that have arrived and were not parsed */
	struct http_span body; /* content that was parsed and not taken; it lies before @at */

	enum http_conn_state state;
	bool reading; /* more octets are needed now */
	bool eof;     /* the other side has ended what it sends */
	bool linger;  /* closing in stages (RFC 9112, 9.6) */
	bool running; /* within run() */
	bool kicked;  /* http_conn_kick() was called within run(), so run() is called once more */
	size_t linger_left;
};

/* For the roles. */
void http_conn_init(struct http_conn *c, const struct http_conn_role *role, const struct http_buffers *b,
    const struct http_limits *limits);
/* Another message will begin: nothing of the one before is kept. */
void http_conn_begin(struct http_conn *c);
/* Parses on; the octets that were used are taken off. */
enum http_event http_conn_next(struct http_conn *c);
/* No more messages: what is queued is written. @linger: octets may still arrive. */
void http_conn_close(struct http_conn *c, bool linger);
/* Calls the role's run(), for a function that the program has called. */
void http_conn_kick(struct http_conn *c);

/* Bits of enum http_want. */
unsigned http_conn_wants(const struct http_conn *c);

enum http_conn_waits http_conn_waits(const struct http_conn *c);

/*
 * Sets *@at to the place for the next octets. Returns how many fit there: more than 0 while READ is
 * wanted. The place is valid until the next call on @c.
 */
size_t http_conn_room(struct http_conn *c, char **at);

/*
 * Reports that @n octets were read to the place of http_conn_room(). 0: the other side has ended
 * its direction.
 */
void http_conn_arrived(struct http_conn *c, size_t n);

/* What to write next, while WRITE is wanted. */
struct http_output http_conn_output(const struct http_conn *c);

/*
 * Reports that the first @n octets of http_conn_output() were written. If a file ends too early,
 * the driver calls http_conn_failed() with -LEAT_EIO instead.
 */
void http_conn_written(struct http_conn *c, uint64_t n);

/* The sending side was ended. */
void http_conn_shut(struct http_conn *c);

/* The stream has failed with @err, a negative LEAT_E; the connection is over. */
void http_conn_failed(struct http_conn *c, int err);

/* Reports that the wait which http_conn_waits() names has lasted too long. */
void http_conn_timeout(struct http_conn *c);

/* After HANDOVER: the octets that have arrived and are the next protocol's. */
struct http_span http_conn_rest(const struct http_conn *c);

#endif
