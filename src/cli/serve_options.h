/*
 * cli/serve_options.h - the options of `leat serve`: parsed and checked.
 */
#ifndef CLI_SERVE_OPTIONS_H
#define CLI_SERVE_OPTIONS_H

#include "cli/common/options.h"
#include "serve/auth/users.h"
#include "serve/run.h"

enum { SERVE_AUTHS = 64, SERVE_HOSTS = 32, SERVE_REDIRECTS = 32, SERVE_FROM_MOST = 1024 };
enum { SERVE_HEAD_MOST = 700, SERVE_CACHE_MOST = 200 };

enum { SERVE_ERROR_PAGES = 16 };

/* The value of --auth or --auth-file. */
struct serve_auth {
	const char *value;
	bool file;
};

struct serve_options {
	struct process process;
	struct serve_run run;
	struct endpoint at[PROCESS_ADDRESSES]; /* where to listen */
	unsigned addresses;
	unsigned workers; /* 0: one for each core */
	const char *user; /* that they run as; NULL: the same as the master */
	nsec_t began;     /* clock_monotonic() */
	uint16_t port;
	const char *bind[PROCESS_ADDRESSES]; /* addresses and names; none: all addresses */
	unsigned binds;
	const char *host[SERVE_HOSTS];
	struct serve_redirect redirect[SERVE_REDIRECTS];
	char redirect_from[SERVE_REDIRECTS][SERVE_FROM_MOST];
	struct serve_error_page error_page[SERVE_ERROR_PAGES];
	char error_path[SERVE_ERROR_PAGES][SERVE_FROM_MOST];
	bool quiet, qr;
	bool hash; /* --hash */
	struct serve_auth auth[SERVE_AUTHS];
	unsigned auths;
	struct auth_users *users; /* as those say; NULL: they say nothing, or were not read yet */
	/* Field lines, for every response and for files. */
	struct http_writer head, cache;
	char head_octets[SERVE_HEAD_MOST], cache_octets[SERVE_CACHE_MOST];
};

extern const struct option serve_option_rows[];

/* serve_content.c: for the table. */
const char *serve_set_compress(void *config, const struct option *option, const char *value);
const char *serve_set_error_page(void *config, const struct option *option, const char *value);

/* Sets the defaults of @serve_options, a struct serve_options of zeros. */
void serve_options_default(void *serve_options);

/*
 * Looks up what --bind names, which can take a while. Returns 0, or the exit status if it has
 * printed an error.
 */
int serve_bind(struct serve_options *o);

/*
 * Reads who may log in, as --auth and --auth-file say it now. Returns 0, or the exit status if it
 * has printed an error; the users are then those of before.
 */
int serve_users(struct serve_options *o);

/* Prints what the server has done. */
void serve_summary(const struct serve_options *o, const struct share *share);

/* Puts together what several options say. @folder is NULL if none was named. */
void serve_options_settle(struct serve_options *o, const char *folder);

#endif
