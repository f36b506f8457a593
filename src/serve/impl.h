/*
 * serve/impl.h - what the files of serve share. For these only.
 *
 * A connection that waits for a request has a struct serve_conn and no more. What a request needs,
 * buffers included, is a struct serve_work, which the connection borrows from the server while a
 * request arrives and is answered.
 */
#ifndef SERVE_IMPL_H
#define SERVE_IMPL_H

#include "base/slab.h"
#include "http/conn/server.h"
#include "http/uri/uri.h"
#include "serve/auth/auth.h"
#include "serve/body/compress.h"
#include "serve/body/ranges.h"
#include "serve/change/change.h"
#include "serve/listing/listing.h"
#include "serve/serve.h"

#include <assert.h>

enum serve_refusal {
	REFUSED_NOT,
#define X(name, status, words, source) REFUSED_##name,
#include "serve/refusals.h"
#undef X
	REFUSALS /* number of values */
};

/*
 * WORK_SCRATCH: room for an error page, or for a Location that is as long as the longest request
 * target (8,000 octets) and somewhat longer.
 */
enum { WORK_IN = 16384 + 4096 + 64, WORK_OUT = 32768, WORK_SCRATCH = 10240, WORK_FIELDS = 100 };
static_assert((int)WORK_SCRATCH >= (int)PAGE_ERROR_MOST, "an error page fits");

/* Files up to this size go out in one write with their head. */
enum { FILE_INLINE = WORK_OUT / 2 };

struct intake;

/* What is done with the content of a request. A request without any has an end as well. */
struct intake_ops {
	/* As http_handler.body and http_handler.body_end. */
	size_t (*body)(struct intake *in, struct http_exchange *x, const char *at, size_t n);
	void (*body_end)(struct intake *in, struct http_exchange *x);
	/* The exchange is over, with the result of http_handler.done. Frees @in. */
	void (*end)(struct intake *in, int result);
};

/* The common part of what reads content. It belongs to the task. */
struct intake {
	const struct intake_ops *ops;
};

/* An exchange: from the request's head to done(). */
struct serve_task {
	nsec_t began;
	unsigned status;
	uint64_t length; /* of the content that is sent */
	uint64_t made;   /* octets of it that were produced */
	enum serve_refusal refusal;
	struct intake *intake; /* NULL: no one reads the request's content */
	struct auth_wait login;
	char user[AUTH_NAME_MOST + 1]; /* who has logged in; empty: no one */

	struct body *body;       /* the content, or what the stream sends it from; NULL: none */
	struct body_file file;   /* the body of most responses */
	enum http_coding coding; /* in which the content is sent; the file's own does not count */
	struct timer more;       /* fires when the body goes on with its work */
	/* Goes on with what has to be done before the answer; NULL: there is nothing. */
	void (*prepare)(struct http_exchange *x);
	enum page_form form; /* of a listing */
	char path[SITE_PATH_MOST];
	struct http_span path_text;
};

struct serve_work {
	struct http_server http; /* its data is the connection */
	struct serve_task task;
	struct serve_work *next; /* in the pool */
	struct http_field field[WORK_FIELDS];
	char in[WORK_IN], out[WORK_OUT], scratch[WORK_SCRATCH];
};

struct serve_conn {
	struct list node; /* of serve.conns */
	struct serve *serve;
	struct io_stream *io;
	struct serve_work *work; /* NULL while idle */
	struct ipaddr addr;
	uint32_t place;    /* in serve.share */
	uint32_t requests; /* before the work that it has now */
	uint32_t timed;    /* requests when the deadline was set */
	enum http_conn_waits waits;
	struct timer timer; /* fires at the deadline or before it */
	nsec_t deadline;
	uint64_t moved, moved_before; /* octets in both directions, now and when the deadline was set */
	bool going;                   /* within conn_go() */
	bool metrics;                 /* it asks for the counters */
};

/* Kinds of responses that take much of the machine: gauges of the share. */
enum serve_gauge { SERVE_ENCODERS, SERVE_ARCHIVES };

enum { COMMON_MOST = 1024, SERVE_BACKLOG = 4096 };

struct serve {
	struct io_world *world;
	const struct serve_settings *set;
	struct site *site;
	struct auth *auth; /* NULL: no one logs in */
	struct access_log *log;
	struct share *share, *own; /* the one of the settings, or the server's own */
	struct serve_counts *counts;
	unsigned *now; /* responses of each kind that are under way: the gauges of its slot */
	struct io_listener **listener;
	unsigned listeners;

	struct http_service service;
	struct http_span common; /* field lines of every response */
	int64_t common_at;       /* the second of its Date */
	char common_octets[COMMON_MOST];

	struct list conns;
	unsigned conns_now;
	struct list turned; /* connections that were turned away, and linger */
	unsigned turned_now;
	struct timer drain_timer; /* ends what is left */
	struct timer tidy_timer;  /* closes files that no one has asked for */
	struct slab conn_slab;
	struct serve_work *works; /* free ones */
	unsigned works_free;
	struct listing_memory listings;
	struct readmes *readmes;
};

static inline struct serve_work *
work_of(struct http_exchange *x)
{
	return container_of(http_server_of(x), struct serve_work, http);
}

static inline struct serve_conn *
conn_of(struct http_exchange *x)
{
	return http_server_of(x)->data;
}

/* work.c: the pool. NULL without memory. */
struct serve_work *work_take(struct serve_conn *c);
void work_give(struct serve_conn *c);
void works_free(struct serve *s);

/* conn.c: takes over a stream, which is counted at @place already. */
void conn_begin(
    struct serve *s, struct io_stream *io, const struct ipaddr *addr, uint32_t place, bool metrics);
void conn_finish(struct serve_conn *c); /* after the response that is under way */
void conn_end(struct serve_conn *c, bool reset);

/* accept.c: the second takes connections that ask for the counters. */
void accept_some(struct io_listener *l, void *arg);
void accept_for_metrics(struct io_listener *l, void *arg);
/* Takes all that wait at a listener which is to be closed: closing it would reset them. */
void accept_waiting(struct io_listener *l);

/* metrics.c: answers with the counters of all workers. */
void metrics_answer(struct http_exchange *x);

/* route.c: what all requests are given to. */
extern const struct http_handler serve_handler;
void route_refused(struct http_server *http, const struct http_refused *r);
void route_answer(struct http_exchange *x);

/*
 * login.c: returns true if the request may be answered. Else it was refused; or route_answer() is
 * called later, when its password was checked.
 */
bool login_passes(struct http_exchange *x);
/* True if whoever asks may change the folder: no password is needed, or theirs was right. */
bool login_may_change(struct http_exchange *x);
/* Leads a browser that has logged in by the link of a page back. False if it did not use that. */
bool login_answer(struct http_exchange *x);

/* methods.c: what may be done with a path, as a set of http/semantics/method.h. */
unsigned methods_allowed(const struct serve *s, const struct http_path *path);
/* Refuses a method that is not @allowed, with 405 or 501; false if it is. */
bool methods_refuse(struct http_exchange *x, unsigned allowed);
/* Those of them that pages of other origins may use with --cors. */
unsigned methods_elsewhere(const struct serve *s, const struct http_path *path);
/* Answers OPTIONS. */
void methods_options(struct http_exchange *x, unsigned allowed, unsigned elsewhere);

/* origin.c: true if a page of another origin has made the request. */
bool origin_is_other(const struct http_request *r);
/* The address of the page of ours that has made the request. False if it does not say so. */
bool origin_page(const struct http_request *r, struct http_uri *page);

/* put.c, post.c and delete.c: change the folder, and answer when that has ended. */
void put_answer(struct http_exchange *x, const struct http_path *path);
void post_answer(struct http_exchange *x, const struct http_path *path);
void delete_answer(struct http_exchange *x, const struct http_path *path);

/*
 * change.c: what they share. change_place_of() opens the place of the path's last segment.
 * change_refuse_content() refuses content that cannot be stored, by what the head says of it, and
 * returns true; else false.
 */
enum change_result change_place_of(
    struct http_exchange *x, const struct http_path *path, struct change_place *place);
bool change_conditions_hold(
    struct http_exchange *x, const struct change_there *there, enum change_expect *expect);
bool change_refuse_content(struct http_exchange *x);
void change_refuse(struct http_exchange *x, enum change_result r);

/* echo.c: answers with what arrived. */
bool echo_is_at(const struct serve *s, const struct http_path *path);
void echo_answer(struct http_exchange *x);

/* answer.c: answers of any kind; each sets the task's status and length. */
void answer_send(struct http_exchange *x, struct http_answer *a);
void answer_refuse(struct http_exchange *x, enum serve_refusal why, const struct http_field *field);
void answer_redirect(struct http_exchange *x, unsigned status, struct http_span location);
void answer_style(struct http_exchange *x, struct page_style *style);
unsigned answer_refusal_status(enum serve_refusal why);
const char *answer_refusal_words(enum serve_refusal why);

/*
 * address.c: true if a QR code of the address of a folder is asked for ("?qr"), and this build can
 * make one; answers with it.
 */
bool address_is_asked(const struct http_request *r);
bool address_is_of_use(struct http_exchange *x); /* others can open it, too */
void address_answer(struct http_exchange *x);

/* file.c and folder.c: answer with an open file or folder, which becomes the task's. */
void file_answer(struct http_exchange *x, struct site_file *f, const struct http_coding_weights *accept);
/* The octets of the file of the task's body. */
struct http_content file_content(
    struct http_exchange *x, const struct site_file *f, uint64_t off, uint64_t len);
void folder_answer(struct http_exchange *x, int fd, const struct http_coding_weights *accept);

/* pack.c: the kind of archive that pages offer; NULL: none. */
const char *pack_offered(const struct serve *s);

/* pack.c: answers with a folder as an archive. False if the request does not ask for one. */
bool pack_answer(struct http_exchange *x, const struct http_path *path);

/*
 * encode.c: the coding by which content of @size octets is compressed on the way, which may be
 * HTTP_LENGTH_UNKNOWN; HTTP_IDENTITY: it is sent as it is.
 */
enum http_coding encode_choose(
    struct http_exchange *x, const struct http_coding_weights *accept, uint64_t size);
/* Puts the task's body into one that compresses it. False without memory. */
bool encode_body(
    struct http_exchange *x, enum http_coding coding, uint64_t size, const struct compress_keep *keep);

/* A connection that was turned away, for the log. */
struct turned_away {
	struct ipaddr addr;
	nsec_t began;
	enum serve_refusal why;
	uint64_t octets;       /* of the answer's content */
	struct http_span line; /* the start line, as far as it has arrived */
};

/* host.c: false if the request is for a host name that is none of the server's. */
bool host_is_ours(const struct serve_settings *set, struct http_span authority);

/* redirect.c: true if the settings say that @path has moved, and the request is answered so. */
bool redirect_answer(struct http_exchange *x, const struct http_path *path);

/* turned.c: answers with the status of @why, and closes @io in stages. Logs it. */
void turn_away(struct serve *s, struct io_stream *io, const struct ipaddr *addr, enum serve_refusal why);
void turned_end_all(struct serve *s);

/* record.c: counts and logs a request. */
void record_done(struct http_exchange *x, int result);
void record_refused(struct serve_conn *c, const struct http_refused *r);
void record_turned(struct serve *s, const struct turned_away *t);

/* serve.c: brings Date up to now. */
void serve_tick(struct serve *s);
/* Closes files, some seconds later, that no one asks for any more. */
void serve_tidy_later(struct serve *s);

#endif
