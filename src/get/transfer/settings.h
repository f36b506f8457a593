/*
 * get/transfer/settings.h - what all transfers of a command have in common.
 */
#ifndef GET_SETTINGS_H
#define GET_SETTINGS_H

#include "base/ipaddr.h"
#include "base/nsec.h"
#include "get/keep/netrc.h"
#include "http/message/field.h"
#include "io/io.h"

enum get_family { GET_ANY_FAMILY, GET_IPV4, GET_IPV6 };

/* An exception from resolving or connecting: @host is "" and @port 0 for any. */
struct get_route {
	char host[256];
	uint16_t port;
	/* The server instead (--connect-to). An empty name or port 0 changes nothing. */
	char to_host[256];
	uint16_t to_port;
	/* The addresses (--resolve). */
	struct endpoint at[8];
	unsigned n; /* 0: it is a --connect-to */
};

/* Fields of requests that the user has named. */
enum get_field_use { GET_FIELD_SEND, GET_FIELD_REMOVE };

struct get_field {
	struct http_field field;
	enum get_field_use use;
};

enum get_proxy_kind {
	GET_PROXY_HTTP,
	GET_PROXY_SOCKS5, /* it gets the server's address */
	GET_PROXY_SOCKS5H /* it gets the server's name */
};

struct get_proxy {
	enum get_proxy_kind kind;
	char host[256];
	uint16_t port;
	char credentials[512]; /* "user:password"; empty: none */
};

/* What is asked for only if it has changed, or has not (RFC 9110, 13.1.3 and 13.1.4). */
struct get_condition {
	const char *field; /* of the request; NULL: no condition */
	int64_t when;      /* seconds since 1970 */
	bool newer, older; /* what is not newer, or not older, is not wanted either */
};

struct get_settings {
	/* The request. */
	const char *method; /* NULL: that of the transfer */
	const struct get_field *field;
	unsigned fields;
	const char *user_agent;    /* empty: none is sent */
	const char *referer;       /* NULL: none */
	bool auto_referer;         /* a redirect sends the URL that it came from */
	const char *credentials;   /* "user:password" for the first server; NULL: none */
	const struct netrc *netrc; /* credentials for each host, without @credentials; NULL: none */
	struct get_condition condition;
	const char *codings; /* Accept-Encoding; NULL: none */
	bool fail;           /* an error of HTTP ends the transfer with GET_HTTP_ERROR */
	uint64_t size_most;  /* octets of content; 0: no bound */

	/* Redirects. */
	bool follow;
	bool trusted;                   /* credentials go to other servers, too */
	bool post301, post302, post303; /* a POST stays one */
	int redirects_most;             /* -1: no bound */

	/* Connections. */
	bool one_shot; /* each serves one request */
	unsigned idle_most;
	enum get_family family;
	const struct get_route *route;
	unsigned routes;
	const struct get_proxy *proxy; /* NULL: none */
	const char *no_proxy;          /* names and networks without a proxy; NULL: none */
	/*
	 * Opens a stream in the place of any other (--unix-socket), as io_connect(). NULL: none.
	 */
	int (*open)(const struct get_settings *set, struct io_world *w, io_stream_fn *fn, void *arg,
	    struct io_stream **out);
	const char *open_name; /* the path of a Unix-domain socket */

	/* Times; 0: no bound. */
	nsec_t connect_time, total_time;
	nsec_t continue_time; /* for a 100 before the content is sent without it */
	uint64_t rate;        /* octets of content per second at most */
	uint64_t slow_rate;   /* fewer octets per second than this for @slow_time end the transfer */
	nsec_t slow_time;
	/*
	 * Returns the time since 1970. The server's dates are compared with it.
	 */
	nsec_t (*wall)(void);
};

/* Sets what curl's users expect. */
void get_settings_usual(struct get_settings *s);

#endif
