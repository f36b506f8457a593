/*
 * get/transfer/transfer.h - fetches one URL over HTTP/1.1: connects, sends a request, follows
 * redirects, and hands the content on as it arrives.
 *
 * It runs over any world of io/io.h. It has no globals, reads no clock but the world's, opens no
 * file and prints nothing: its owner gets events. A struct get is what transfers share: the
 * world, the names, the settings and the connections that are kept open. Transfers of one struct
 * get may go on side by side.
 */
#ifndef GET_TRANSFER_H
#define GET_TRANSFER_H

#include "get/transfer/dial.h"
#include "get/transfer/settings.h"
#include "get/transfer/socks.h"
#include "get/upload/body.h"
#include "get/url/code.h"
#include "get/url/url.h"
#include "http/message/message.h"

struct get;
struct get_conn;
struct name_query;
struct name_source;
struct transfer;

/*
 * @names resolves the names of hosts; NULL: only addresses, "localhost" and what the settings
 * resolve are known. All are borrowed. Returns NULL without memory.
 */
struct get *get_new(struct io_world *world, struct name_source *names, const struct get_settings *set);

/* Closes the connections that are kept. No transfer goes on. */
void get_free(struct get *g);

enum transfer_method { TRANSFER_GET, TRANSFER_HEAD, TRANSFER_POST, TRANSFER_PUT };

/* What to fetch. All is borrowed until the end. */
struct transfer_request {
	const char *url;
	enum transfer_method method; /* get_settings.method, if there is one, takes its name's place */
	struct get_body *body;       /* NULL: none */
	const char *range;           /* "0-99": the value of Range without its unit; NULL: none */
	uint64_t resume_from;        /* this many octets are there already; 0: none */
	/*
	 * For leat get itself, as robots.txt is: redirects are followed, the content is neither
	 * conditional nor coded, and what the user gave goes to the first server alone
	 */
	bool own;
};

enum transfer_note {
	TRANSFER_NOTE,    /* what happens, for -v: "Connected to ..." */
	TRANSFER_WARNING, /* what a user should know, though the transfer goes on */
};

/* How a head is part of the transfer. */
enum transfer_head {
	TRANSFER_INTERIM,  /* 1xx */
	TRANSFER_REDIRECT, /* its redirect will be followed: its content is thrown away */
	TRANSFER_ERROR,    /* an error of HTTP that ends the transfer (get_settings.fail) */
	TRANSFER_WHOLE,    /* it is there already, or not wanted: its content is thrown away */
	TRANSFER_FINAL     /* its content follows */
};

/* Fields of the request that is being built. */
struct transfer_fields;

/*
 * How the owner is notified. Only done() has to be there. None may call a function of this header
 * on @t, but for done().
 */
struct transfer_ops {
	/* @text has no line end. @kind says for whom it is. */
	void (*note)(struct transfer *t, enum transfer_note kind, const char *text);
	/*
	 * A request to @t->url is about to be built; it may not be the first. Adds fields with
	 * transfer_field(), such as Cookie.
	 */
	void (*fields)(struct transfer *t, struct transfer_fields *f);
	/* The head of a request is being sent: its octets, and its content is to follow. */
	void (*sent)(struct transfer *t, struct http_span head);
	/*
	 * The head of a response. Returns GET_OK; or a code, with @t->result filled in, to end the
	 * transfer with it.
	 */
	enum get_code (*head)(struct transfer *t, enum transfer_head kind, const struct http_response *r);
	/*
	 * Octets of the content. Returns how many were taken. If not all, the rest is offered again
	 * after transfer_resume(), and meanwhile the server is held back. Negative: @t->result was
	 * filled in, and the transfer ends with it.
	 */
	ssize_t (*body)(struct transfer *t, const char *at, size_t n);
	/*
	 * The transfer is over, as @t->result says. @t belongs to its owner again, who may free it
	 * or begin anew with it. It is called once, and never from within transfer_begin().
	 */
	void (*done)(struct transfer *t);
};

/*
 * What happened, for -w and for progress. Octets and times are of all requests together, unless it
 * says otherwise.
 */
struct transfer_info {
	nsec_t began, ended;
	/*
	 * When each stage of the last request was over, since @began; 0 if there was none. @first:
	 * the first octet of the response has arrived.
	 */
	nsec_t named, connected, requested, first;
	nsec_t redirected; /* when the last request began, if it followed a redirect */

	unsigned status; /* of the last response; 0: none has arrived */
	unsigned minor;  /* HTTP/1.minor */
	unsigned redirects, connects, requests;
	uint64_t expected; /* octets of content that the last response has announced */
	bool has_expected;
	uint64_t received, sent;           /* content of the last request: octets in its coding */
	uint64_t head_received, head_sent; /* octets of all heads */
	uint64_t to_send;                  /* octets of content; UINT64_MAX: not known */
	struct endpoint local, remote;     /* of the last connection */
	char type[256];                    /* Content-Type of the last response */
	char *redirect_url;                /* where its Location leads, if that was not followed; or NULL */
	int64_t retry_after;               /* seconds that the server wants; -1: it does not say */
	int64_t modified;                  /* Last-Modified, in seconds since 1970; -1: it does not say */
	char disposition[1024];            /* the name in Content-Disposition; empty: none */
};

/* How much has moved in one direction, where that is bounded. */
struct pace_flow {
	struct timer resume; /* fires when more may move */
	uint64_t moved;      /* octets since @since */
	nsec_t since;
};

/* Bounds on the speed, and what is needed to keep them. */
struct transfer_pace {
	struct pace_flow in, out;
	struct timer look; /* fires each second while a least speed is kept */
	uint64_t moved;    /* octets in both directions at the last look */
	nsec_t slow;       /* how long it has been too slow */
};

struct transfer {
	const struct transfer_ops *ops;
	void *arg; /* the owner's */
	struct get_result result;
	struct transfer_info info;
	struct get_url url; /* of the present request */

	/* The transfer's own. */
	struct get *get;
	struct transfer_request ask; /* as it is by now: redirects change the method */
	struct get_url first;        /* where the first request went, once a redirect was followed */
	char *location;              /* where to go when the present response is over; or NULL */
	char *from;              /* the Referer of the present request, if a redirect led to it; or NULL */
	enum transfer_head kind; /* of the present response */
	bool busy, connecting, reused, ending;
	bool again; /* the request goes out again on another connection */
	bool cut;   /* the rest of the response is not worth reading */
	uint64_t drained;
	struct get_conn *conn;
	struct name_query *query;
	struct io_stream *opening; /* of get_settings.open, or to a SOCKS proxy: of no use yet */
	struct socks_client socks;
	bool naming; /* it is the server's name that is resolved, for the SOCKS proxy */
	struct dial dial;
	struct timer total, connect, patience, later;
	struct transfer_pace pace;
};

/*
 * Begins to fetch. The owner has zeroed @t before its first use. An error that can be seen at once
 * is reported by done(), too, in a later turn of the world.
 */
void transfer_begin(struct transfer *t, struct get *g, const struct transfer_request *ask,
    const struct transfer_ops *ops, void *arg);

/* The owner has room for content again. */
void transfer_resume(struct transfer *t);

/* Ends the transfer without a call of done(). It does nothing if it is over. */
void transfer_cancel(struct transfer *t);

/* Frees what @t holds after its end. */
void transfer_fini(struct transfer *t);

/* Adds a field to the request, unless the user has set one with this name. The value is copied. */
void transfer_field(struct transfer_fields *f, const char *name, struct http_span value);

/*
 * Finds out which fields a request would have. They are valid until the next request is built.
 * Gives *@url, which get_url_free() frees. Returns GET_OK, or a code with nothing given.
 */
enum get_code transfer_preview(struct get *g, const struct transfer_request *ask,
    const struct transfer_ops *ops, void *arg, struct get_url *url, const struct http_field **field,
    uint32_t *fields);

/* True if a field with this name makes a request conditional, or asks for a part. */
bool transfer_is_condition(struct http_span name);

/* True if what the user gave for the first server, such as a cookie, may go to the present one. */
bool transfer_trusts(const struct transfer *t);

#endif
