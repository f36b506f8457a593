/*
 * cli/serve_options.h - the options of `leat serve`: parsed and checked.
 */
#ifndef CLI_SERVE_OPTIONS_H
#define CLI_SERVE_OPTIONS_H

#include "cli/common/options_file.h"
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

/* What the command line and the file say at one time. */
struct serve_options {
	struct serve_run run;
	int argc;
	char **argv;                           /* the command line */
	const char *config;                    /* a file with options; NULL: none */
	struct options_file *file;             /* what was read of it */
	const char *folder;                    /* that the file names */
	bool check;                            /* serve nothing */
	struct endpoint at[PROCESS_ADDRESSES]; /* where to listen */
	unsigned addresses;
	unsigned workers; /* 0: one for each core */
	const char *user; /* that they run as; NULL: the same as the master */
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

/* `leat serve` while it runs: settings come and go with each reload. */
struct serve_program {
	struct process process;
	const struct serve_options *line; /* of the command line alone */
	struct serve_options *first;      /* of the start, until a plan has them */
	nsec_t began;                     /* clock_monotonic() */
};

extern const struct option serve_option_rows[];

/* serve_content.c: for the table. */
const char *serve_set_header(void *config, const struct option *option, const char *value);
const char *serve_set_cache(void *config, const struct option *option, const char *value);
const char *serve_set_redirect(void *config, const struct option *option, const char *value);
const char *serve_set_compress(void *config, const struct option *option, const char *value);
const char *serve_set_error_page(void *config, const struct option *option, const char *value);

/* Options that only a file has. */
extern const struct option serve_file_rows[];

/* Sets the defaults of @serve_options, a struct serve_options of zeros. */
void serve_options_default(void *serve_options);

/*
 * Looks up what --bind names, which can take a while. Returns 0, or the exit status if it has
 * printed an error.
 */
int serve_bind(struct serve_options *o);

/*
 * Reads who may log in, as --auth and --auth-file say it now. Returns 0, or the exit status if it
 * has printed an error.
 */
int serve_users(struct serve_options *o);

/*
 * Reads the file, if @line names one, and the command line again. Returns options that are complete
 * and right, for serve_options_free(); or NULL after a message, with the exit status in *@status.
 */
struct serve_options *serve_options_load(const struct serve_options *line, int *status);
void serve_options_free(struct serve_options *o);

/* Looks at what the options name, and serves nothing. Returns the exit status. */
int serve_check(const struct serve_options *o);

/* Prints what the server has done. */
void serve_summary(const struct serve_program *s, const struct share *share);

#endif
