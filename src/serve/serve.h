/*
 * serve/serve.h - a web server for a folder, over any world of io/io.h.
 *
 * It decides what is answered to whom and when a connection has had enough time. What it needs of
 * the machine beside the world are the folder and the log file.
 */
#ifndef SERVE_SERVE_H
#define SERVE_SERVE_H

#include "base/nsec.h"
#include "io/io.h"
#include "serve/log/log.h"
#include "serve/share/share.h"
#include "serve/site/site.h"

/* An address that has moved. */
struct serve_redirect {
	unsigned status;  /* 301, 302, 303, 307 or 308 */
	const char *from; /* a path in its decoded form, without "/" at its ends */
	bool below;       /* all that is below @from has moved, too */
	const char *to;   /* a URI reference, to which the rest of the path is added */
};

/* A file of the site that is sent with the status instead of the page that the server makes. */
struct serve_error_page {
	unsigned status;
	struct http_span path; /* decoded, without "/" at its ends */
};

struct auth_helper;
struct auth_users;
struct jobs;

struct serve_settings {
	struct site_settings site;
	bool spa;             /* a page that does not exist is the root's index file */
	bool cors;            /* scripts of other origins may read all files */
	const char *address;  /* by which others reach the server; NULL or empty: not known */
	bool readme;          /* the page of a folder shows its README */
	int lang;             /* of pages: enum page_lang, or -1: as Accept-Language says */
	bool upload;          /* PUT stores files, and POST those of forms */
	bool remove;          /* DELETE removes files and empty folders */
	uint64_t upload_most; /* octets of the content of one request; 0: no bound */
	struct jobs *jobs;    /* for what waits for a disk; NULL: it is waited for */
	enum http_coding compress[HTTP_CODINGS]; /* by which content is compressed, the favourite first */
	unsigned compress_n;
	bool no_archives;      /* folders are not packed */
	struct http_span head; /* field lines for every response, built with a writer */
	const char *echo;      /* the path, "/" at its begin, that answers with what arrived; NULL: none */

	const char *const *hosts;               /* names for which it answers */
	unsigned hosts_n;                       /* 0: for all */
	const struct serve_redirect *redirects; /* the first that applies is used */
	unsigned redirects_n;
	const struct serve_error_page *error_pages;
	unsigned error_pages_n;

	const char *log; /* the access log: a path; "-": standard output; NULL: none */
	enum access_form log_form;

	size_t listings_most;           /* octets of memory of all listings at one time */
	unsigned conns_most;            /* connections at one time */
	unsigned conns_per_client_most; /* the same, of one IPv4 address or one IPv6 /64; 0: no bound */
	unsigned requests_most;         /* on one connection; 0: no bound; 1: no keep-alive */

	nsec_t head_time;       /* for a head to arrive, from its first octet or the accept */
	nsec_t idle_time;       /* between two requests */
	nsec_t moving_time;     /* in which the other side reads or sends @moving_octets at least */
	uint64_t moving_octets; /* while a response or the content of a request is under way */

	nsec_t drain_time; /* for responses under way when the server is to end */

	nsec_t (*wall)(void); /* the time since 1970 */

	const struct auth_users *users; /* who may log in; NULL: everyone may do everything */
	struct auth_helper *helper;     /* that checks their passwords; NULL: they are checked at once */
	bool public_read;               /* with @users: a password is needed for changes alone */

	/* Requests that arrive at this address are answered with the counters alone. */
	bool has_metrics;
	struct endpoint metrics;

	/*
	 * Where connections and what happened are counted, if this server is one of several
	 * workers: bounds on connections then hold over all of them. NULL: by itself.
	 */
	struct share *share;
	unsigned slot;
};

/* Sets what people usually want; the folder is ".". */
void serve_settings_usual(struct serve_settings *s);

enum { SERVE_CLASSES = 6, SERVE_TIMES = 7 };

/* A request counts at the first of these that is not shorter than it; the last has no end. */
extern const nsec_t serve_times[SERVE_TIMES];

/* What happened, for people and machines: the counters of a slot of the share, in this order. */
struct serve_counts {
	uint64_t accepted;       /* connections */
	uint64_t requests;       /* that were answered */
	uint64_t octets;         /* written */
	uint64_t refused_full;   /* connections: conns_most */
	uint64_t refused_client; /* connections: conns_per_client_most */
	uint64_t timeouts;       /* connections that had had enough time */
	uint64_t broken;         /* responses that were not sent to their end */
	uint64_t stored;         /* files that clients have uploaded */
	uint64_t not_users;      /* requests without a name and a password, or with wrong ones */
	uint64_t removed;        /* files and folders that clients have removed */
	uint64_t log_lost;       /* lines of the log that could not be written, known at the end */

	uint64_t statuses[SERVE_CLASSES]; /* requests by the first digit of their status; 0: none */
	uint64_t took[SERVE_TIMES];       /* requests by how long they took, as serve_times[] says */
	uint64_t took_all;                /* ns, of all requests */
};

struct serve;

/* What could not be set up. */
enum serve_part { SERVE_MEMORY, SERVE_FOLDER, SERVE_LOG };

/*
 * A server that listens nowhere yet. @set and @world are borrowed. 0, or a negative errno with
 * *@part.
 */
int serve_new(
    struct io_world *world, const struct serve_settings *set, struct serve **out, enum serve_part *part);

/*
 * Closes all connections at once, and frees the server. Returns how many lines of the log could not
 * be written. NULL: 0.
 */
uint64_t serve_free(struct serve *s);

/* Listens at one more address. As io_listen(); *@at is set to the name. */
int serve_listen(struct serve *s, struct endpoint *at);

/* Takes the connections of @l, too, which is closed with the others. 0 or -LEAT_ENOMEM. */
int serve_listen_on(struct serve *s, struct io_listener *l);

/*
 * End in order: no connections but those that wait at the listeners now, and all end at the latest
 * after drain_time. Each connection is answered one more request, with "Connection: close".
 * serve_conns() says how many are left.
 *
 * serve_drain() closes idle connections now, and the others after the response that is under way.
 * serve_retire() is for a server whose successor serves already, perhaps at other addresses: no
 * request is lost that a client sends on an idle connection at this moment.
 */
void serve_drain(struct serve *s);
void serve_retire(struct serve *s);
unsigned serve_conns(const struct serve *s);

const struct serve_counts *serve_counts(const struct serve *s);

/* Opens the log file anew. 0, or a negative errno. */
int serve_reopen_log(struct serve *s);

/* Closes files that are cached and not in use: true if there were any. */
bool serve_relieve(struct serve *s);

#endif
