/*
 * get/run.h - fetches several URLs on the machine's network: a process with a loop, files and
 * standard streams. The command fills in what is wanted.
 */
#ifndef GET_RUN_H
#define GET_RUN_H

#include "get/jar.h"
#include "get/output/outfile.h"
#include "get/report/live.h"
#include "get/transfer/settings.h"
#include "get/transfer/transfer.h"
#include "get/upload/upload.h"

/* Where the content of one URL goes. */
enum get_place {
	GET_TO_STDOUT,
	GET_TO_FILE,     /* get_target.name */
	GET_TO_URL_NAME, /* the last segment of the URL's path, in the present folder */
};

struct get_target {
	const char *url;
	enum get_place place;
	const char *name;
	const uint8_t *digest; /* the SHA-256 that the content has to have; NULL: any */
	const char *upload;    /* a file to send; "-": standard input; NULL: none */
};

/* The content of each request, but for get_target.upload. */
struct get_data {
	enum { GET_NO_DATA, GET_OCTETS, GET_FORM } kind;
	const char *at; /* GET_OCTETS */
	size_t len;
	const char *type;
	const struct upload_part *part; /* GET_FORM */
};

struct get_retries {
	unsigned most;
	nsec_t delay;    /* between two attempts; 0: it doubles from one second on */
	nsec_t max_time; /* after which no attempt begins; 0: no bound */
	bool refused;    /* a refused connection counts, too */
	bool all;        /* so does every other error */
};

struct get_run {
	struct get_settings set;
	const struct get_target *target;
	unsigned targets;
	unsigned parallel; /* transfers at one time */
	struct get_data data;
	struct get_retries retries;
	const char *range;
	bool resume; /* from the size of the file */
	uint64_t resume_from;

	unsigned parts; /* connections for one file; 0 or 1: as usual */
	/* The URLs are pages of a site, whose links are followed. */
	bool recursive, no_parent, ignore_robots;
	unsigned depth;    /* links from a URL at most; 0: no bound */
	const char *cache; /* the folder of the cache; NULL: none */
	struct jar_settings cookies;
	enum live_when progress;
	const char *format; /* of -w; NULL: none */

	bool head_only, include, verbose, silent, show_error;
	bool server_name; /* GET_TO_URL_NAME prefers the name of Content-Disposition */
	bool create_dirs;
	bool stdout_named; /* "-o -": octets for a terminal are meant */
	bool fail_early;
	bool fail_with_body;
	bool remote_time;        /* a file gets the time of Last-Modified */
	const char *folder;      /* --output-dir; NULL: the present one */
	const char *dump_header; /* a file, or "-"; NULL: none */
};

/* Fetches all. Returns the exit status: that of curl. */
int get_run(struct get_run *r);

#endif
