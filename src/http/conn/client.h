/*
 * http/conn/client.h - the client's side of a connection: one request at a time, and its response.
 *
 * It does not pipeline, follow, retry or authenticate: it says what is needed to decide that.
 */
#ifndef HTTP_CONN_CLIENT_H
#define HTTP_CONN_CLIENT_H

#include "http/conn/conn.h"

struct http_client;

struct http_client_ops {
	/* An interim response (RFC 9110, 15.2); may be NULL. */
	void (*interim)(struct http_client *k, const struct http_response *r);
	/* The head of the final response. @r and its spans stay as they are until done(). */
	void (*response)(struct http_client *k, const struct http_response *r);
	/*
	 * Octets of its content. Returns how many were taken; the rest is offered again after
	 * http_client_resume(), which it may call itself.
	 */
	size_t (*body)(struct http_client *k, const char *at, size_t n);
	/* As http_produce_fn, for the content of the request; may be NULL. */
	ssize_t (*produce)(struct http_client *k, char *at, size_t room);
	/*
	 * The call is over, once for each http_client_send(). @result is 0 if the whole response
	 * has arrived, with its trailer fields in @k->trailer; -LEAT_EPROTO if it was refused, with
	 * @k->reason; -LEAT_ECONNRESET, -LEAT_ETIMEDOUT, ... if the connection failed; or what
	 * produce() has returned. If not @k->touched, no octet of a response has arrived, and an
	 * idempotent request may be sent on another connection (RFC 9112, 9.3.1). Another call may
	 * be sent from within if http_client_ready().
	 */
	void (*done)(struct http_client *k, int result);
};

struct http_call {
	struct http_span method, target; /* the target in the form that the method wants */
	struct http_span host;           /* for the Host field; empty if there is none to name */
	const struct http_field *field;  /* but for Host, Content-Length, ...; they are copied */
	uint32_t fields;
	struct http_content content; /* of unknown length: chunked, so for a server of HTTP/1.1 alone */
	bool expect_continue;        /* the content waits for a 100 or http_client_go_on() */
	bool last;                   /* the connection closes after it */
};

struct http_client {
	struct http_conn conn;
	const struct http_client_ops *ops;
	void *arg; /* the owner's */

	const struct http_field *trailer;
	uint32_t trailers;
	enum http_reason reason;

	struct http_content content; /* of the request */
	bool busy;                   /* a call has not ended */
	bool holds;                  /* the content waits for a 100 */
	bool begun, sent;            /* the content has begun, and has been sent */
	bool headed;                 /* the final response's head has arrived */
	bool paused;                 /* body() took less than all */
	bool resumed;                /* http_client_resume() was called since content was offered */
	bool waits;                  /* produce() had nothing */
	bool touched;                /* an octet of a response has arrived */
	bool last;
};

/* A connection that is open. Everything is borrowed. @limits are those of responses. */
void http_client_init(struct http_client *k, const struct http_client_ops *ops, void *arg,
    const struct http_limits *limits, const struct http_buffers *b);

/* True if a call can be sent. */
bool http_client_ready(const struct http_client *k);

/*
 * Sends a request. 0; -LEAT_EBUSY while another call goes on; -LEAT_ENOTCONN if the connection
 * takes no more calls; -LEAT_EINVAL (octets that cannot be sent); -LEAT_ENOBUFS (a head of more
 * than half the output buffer). After a failure nothing was sent.
 */
int http_client_send(struct http_client *k, const struct http_call *call);

/* Sends the content though no 100 has come: the client's patience has ended (RFC 9110, 10.1.1). */
void http_client_go_on(struct http_client *k);

/* After body() took less than all, or produce() had nothing: there is room, or content, again. */
void http_client_resume(struct http_client *k);

/* Closes the connection; a call that goes on ends with -LEAT_ECONNABORTED. */
void http_client_close(struct http_client *k);

#endif
