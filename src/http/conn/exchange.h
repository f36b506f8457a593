/*
 * http/conn/exchange.h - one request and its response, as a handler sees them.
 *
 * A handler is a struct of callbacks. It is called by the connection, which does no I/O, so it runs
 * under any driver: blocking calls, an event loop, virtual time. It may answer from within a
 * callback or later. Between http_handler.request and http_handler.done the exchange, its request
 * and all spans in it stay as they are.
 *
 * A call from within a callback calls none, but for http_abort(), which calls done(). A call from
 * outside may call any of them, done() included: the exchange may be over when it returns.
 */
#ifndef HTTP_CONN_EXCHANGE_H
#define HTTP_CONN_EXCHANGE_H

#include "http/conn/content.h"
#include "http/message/message.h"

#include <stdbool.h>

struct http_exchange;

struct http_handler {
	/*
	 * A request's head has arrived. The handler asks for the content with http_read_body(), or
	 * answers, or both, now or later. It asks before it answers, since an answer says whether
	 * the connection will last.
	 */
	void (*request)(struct http_exchange *x);
	/*
	 * Octets of the content. Returns how many were taken; if not all, the rest is offered again
	 * after http_resume(), and meanwhile the sender is held back. It may call http_resume()
	 * itself.
	 */
	size_t (*body)(struct http_exchange *x, const char *at, size_t n);
	/* All content has arrived, with the trailer fields in @x->trailer. */
	void (*body_end)(struct http_exchange *x);
	/*
	 * The next octets of produced content, as http_produce_fn. After -LEAT_EAGAIN it is called
	 * again when http_resume() was. May be NULL if no content is produced.
	 */
	ssize_t (*produce)(struct http_exchange *x, char *at, size_t room);
	/*
	 * Produced content has failed with @error before anything of the response was written, and
	 * the response was taken back. Returns true if the handler answers anew, now or later; with
	 * false, or as NULL, the message is broken off, as it is when something was written.
	 */
	bool (*taken_back)(struct http_exchange *x, int error);
	/*
	 * The exchange is over, and no callback for it comes any more. @result is 0 if the response
	 * has all been taken over; or why not: -LEAT_EPROTO (the rest of the request was refused),
	 * -LEAT_ETIMEDOUT, -LEAT_ECONNRESET, what produce() has returned, ... It comes exactly once
	 * for each request(). The next request may follow from within.
	 */
	void (*done)(struct http_exchange *x, int result);
};

struct http_exchange {
	const struct http_request *request;
	const struct http_field *trailer;
	uint32_t trailers;
	void *arg;  /* the handler's, the same for all exchanges */
	void *data; /* the handler's, of this exchange; NULL at first */
};

struct http_answer {
	unsigned status; /* 200 to 599 */
	/*
	 * Fields, but for Content-Length, Transfer-Encoding and Connection: the connection frames
	 * what it sends. They are copied.
	 */
	const struct http_field *field;
	uint32_t fields;
	/* Field lines before those, which were built with a writer once for many answers. */
	struct http_span built;
	struct http_content content; /* is left out by itself where there can be none: HEAD, 204, 304 */
	bool last;                   /* the connection closes after it */
};

/*
 * Wants the content of the request: body() and then body_end() will be called, also if there is no
 * content. Sends "100 Continue" if the client waits for it (RFC 9110, 10.1.1). A handler that
 * answers and never calls this does not get the content; what is left of it is thrown away, or the
 * connection closes.
 */
void http_read_body(struct http_exchange *x);

/* After body() took less than all, or produce() had nothing: there is room, or content, again. */
void http_resume(struct http_exchange *x);

/*
 * Answers. 0; -LEAT_EALREADY (there is an answer already); -LEAT_EINVAL (a status, name or value
 * that cannot be sent, or a 2xx to CONNECT, which is for http_switch()); -LEAT_ENOBUFS (a head of
 * more than half the output buffer). After a failure nothing was sent, and another answer can be
 * given.
 */
int http_answer(struct http_exchange *x, const struct http_answer *a);

/*
 * Sends an interim response, 102 to 199, before the answer. 0, also if the client's version knows
 * none (RFC 9110, 15.2) and it is left out; -LEAT_EALREADY after the answer; -LEAT_EAGAIN without
 * room in the output buffer; -LEAT_EINVAL.
 */
int http_interim(struct http_exchange *x, unsigned status, const struct http_field *field, uint32_t fields);

/*
 * Answers with 101 to an Upgrade (RFC 9110, 7.8), or with a 2xx to CONNECT (9.3.6); then the stream
 * is no longer HTTP's, and the driver hands it over. As http_answer(); also -LEAT_EINVAL if the
 * request did not ask for this, and -LEAT_EBUSY until all content was read.
 */
int http_switch(struct http_exchange *x, unsigned status, const struct http_field *field, uint32_t fields);

/* Gives the exchange up: the connection is reset. done() is called. */
void http_abort(struct http_exchange *x);

#endif
