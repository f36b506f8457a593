/*
 * cli/get_options.h - the options of `leat get`: parsed and checked. get_options.c has the table,
 * get_limits.c its numbers, get_fields.c the fields of the request, get_login.c passwords in a
 * file, get_data.c the content of the request, and get_route.c the way to the server.
 */
#ifndef CLI_GET_OPTIONS_H
#define CLI_GET_OPTIONS_H

#include "cli/common/options.h"
#include "get/keep/netrc.h"
#include "get/run.h"

enum { GET_FIELDS_MOST = 200, GET_ROUTES_MOST = 200, GET_PARTS_MOST = 200 };

/* A growing list of values. */
struct get_words {
	const char **at;
	unsigned n;
};

/* A growing run of octets. */
struct get_octets {
	char *at;
	size_t n;
};

struct get_options {
	struct get_run run;
	struct get_words urls, uploads;
	struct get_words outputs; /* of -o and -O, in order; NULL: -O */
	struct get_words jars;    /* of -b */
	struct get_words digests; /* of --sha256, 32 octets each */
	struct get_words made;    /* texts of ours */
	struct get_target *target;

	struct get_octets data;
	bool has_data, data_to_url, name_all, json;
	struct upload_part part[GET_PARTS_MOST];
	unsigned parts;

	struct get_field field[GET_FIELDS_MOST];
	struct get_route route[GET_ROUTES_MOST];
	struct get_proxy proxy;
	struct netrc netrc;
	const char *netrc_path; /* NULL: none is wanted */
	bool netrc_named;
	const char *no_condition;           /* of -z: neither a date nor a file */
	const char *proxy_url, *proxy_user; /* NULL: from the environment */
	bool no_globs, parallel;
};

extern const struct option get_option_rows[];

/* Sets the defaults of @get_options, a struct get_options of zeros. */
void get_options_default(void *get_options);

/*
 * Puts together what several options say, with the URLs among the words. Returns 0; or the exit
 * status, after a message.
 */
int get_options_settle(struct get_options *o, int argc, char **argv);

/* Frees what @get_options, a struct get_options, holds. */
void get_options_free(void *get_options);

/* Keeps @text, which was allocated, until the end. Returns it; or NULL. */
char *get_keep(struct get_options *o, char *text);

/* Returns false without memory. */
bool get_words_add(struct get_words *w, const char *word);
bool get_octets_add(struct get_octets *o, const char *at, size_t n);

/*
 * Reads @path, or standard input if it is "-", to the end of @to. Returns NULL, or what is wrong
 * with it, as option.set does.
 */
const char *get_read_file(struct get_octets *to, const char *path);

/* Takes line ends and NULs out, as curl does with text files, from offset @from on. */
void get_strip_lines(struct get_octets *o, size_t from);

enum get_number { NUMBER_RETRY, NUMBER_PARALLEL };
enum get_time_limit { TIME_TOTAL, TIME_CONNECT, TIME_SLOW, TIME_RETRY_DELAY, TIME_RETRY_MOST, TIME_CONTINUE };
enum get_size { SIZE_RATE, SIZE_SLOW, SIZE_MOST };

/* As option.set. */
const char *get_set_number(void *config, const struct option *option, const char *value);
const char *get_set_redirects(void *config, const struct option *option, const char *value);
const char *get_set_time(void *config, const struct option *option, const char *value);
const char *get_set_size(void *config, const struct option *option, const char *value);
const char *get_set_netrc(void *config, const struct option *option, const char *value);
const char *get_set_condition(void *config, const struct option *option, const char *value);
const char *get_set_compressed(void *config, const struct option *option, const char *value);
const char *get_set_cookie(void *config, const struct option *option, const char *value);
const char *get_set_referer(void *config, const struct option *option, const char *value);
const char *get_set_field(void *config, const struct option *option, const char *value);
const char *get_set_data(void *config, const struct option *option, const char *value);
const char *get_set_form(void *config, const struct option *option, const char *value);
const char *get_set_resolve(void *config, const struct option *option, const char *value);
const char *get_set_socks(void *config, const struct option *option, const char *value);
const char *get_set_connect_to(void *config, const struct option *option, const char *value);

enum get_recursive_tag { RECURSIVE_ON, RECURSIVE_DEPTH, RECURSIVE_NO_PARENT, RECURSIVE_NO_ROBOTS };

const char *get_set_recursive(void *config, const struct option *option, const char *value);
const char *get_set_cache(void *config, const struct option *option, const char *value);
const char *get_set_no_cache(void *config, const struct option *option, const char *value);
const char *get_set_parts(void *config, const struct option *option, const char *value);
const char *get_set_jar(void *config, const struct option *option, const char *value);
const char *get_set_junk(void *config, const struct option *option, const char *value);
const char *get_set_digest(void *config, const struct option *option, const char *value);
const char *get_set_progress(void *config, const struct option *option, const char *value);
const char *get_set_format(void *config, const struct option *option, const char *value);

enum get_data_tag { DATA_TEXT, DATA_RAW, DATA_BINARY, DATA_ENCODE, DATA_JSON };
enum get_form_tag { FORM_ANY, FORM_STRING };

/*
 * Sets the proxy from the options and the environment. Returns 0, or the exit status after a
 * message.
 */
int get_settle_proxy(struct get_options *o);

/* Reads the netrc file. Returns as get_settle_proxy(). */
int get_settle_netrc(struct get_options *o);

#endif
