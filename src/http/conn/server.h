/*
 * http/conn/server.h - the server's side of a connection: requests in, responses out, one after the
 * other.
 *
 * Pipelined requests are answered in order. It knows when a connection persists and when it must
 * close (RFC 9112, 9). It answers refused requests itself, without the handler.
 */
#ifndef HTTP_CONN_SERVER_H
#define HTTP_CONN_SERVER_H

#include "http/conn/conn.h"
#include "http/conn/exchange.h"

struct http_server;

/* A request that was refused, and its answer. */
struct http_refused {
	enum http_reason why;
	struct http_span line; /* its start line, as far as it has arrived: any octets but CR and LF */
	uint64_t octets;       /* of the answer's content */
};

/* What all connections of a server have in common; it outlives them. */
struct http_service {
	const struct http_handler *handler;
	void *arg; /* the handler's */
	struct http_limits limits;
	/*
	 * Field lines for every response, built with a writer: Date and Server. The owner may
	 * change what the span says from time to time.
	 */
	const struct http_span *common;
	uint32_t requests_most; /* on one connection; 0 = no bound; 1 = one-shot; may fall */
	uint64_t drain_most;    /* octets of unread content that are thrown away for the next request */
	bool prior_knowledge;   /* the preface of HTTP/2 hands the connection over (RFC 9113, 3.3) */
	/*
	 * A request was refused, for counting and the log; may be NULL. If the handler had it, its
	 * done() was called before, with -LEAT_EPROTO or -LEAT_ETIMEDOUT.
	 */
	void (*refused)(struct http_server *s, const struct http_refused *r);
};

enum http_phase {
	HTTP_BETWEEN,  /* waits for a head */
	HTTP_EXCHANGE, /* the handler has a request */
	HTTP_DRAINING  /* after the response, the rest of the request is thrown away */
};

/* What becomes of a request's content. */
enum http_intake { HTTP_UNREAD, HTTP_TAKING, HTTP_PAUSED, HTTP_TAKEN };

/* How far the response is. */
enum http_answering { HTTP_NO_ANSWER, HTTP_ANSWERING, HTTP_ANSWERED };

struct http_server {
	struct http_conn conn;
	const struct http_service *service;
	void *data; /* the owner's */

	struct http_exchange x;
	enum http_phase phase;
	enum http_intake intake;
	enum http_answering answering;
	bool expects;  /* the client waits for a 100 that was not sent */
	bool last;     /* no request after this one */
	bool finish;   /* http_server_finish() */
	bool switches; /* the stream is handed over after the answer */
	bool producer_waits;
	bool resumed; /* http_resume() was called since the content was offered */
	uint32_t requests;
	uint64_t drained;
};

/* A connection on which nothing has arrived. Everything is borrowed. */
void http_server_init(
    struct http_server *s, const struct http_service *service, const struct http_buffers *b);

/* Takes no request after the one that is being answered; at once, if there is none. */
void http_server_finish(struct http_server *s);

/* For http/conn/answer.c. */
static inline struct http_server *
http_server_of(struct http_exchange *x)
{
	return (struct http_server *)(void *)((char *)x - offsetof(struct http_server, x));
}

/* Ends the exchange for the handler. */
void http_server_done(struct http_server *s, int result);

/* Writes the answer to a request that was refused, and closes. */
void http_server_refuse(struct http_server *s, enum http_reason why);

#endif
