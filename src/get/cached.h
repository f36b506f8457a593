/*
 * get/cached.h - a job and the cache on disk (--cache): what the cache answers, what the server is
 * asked to confirm, and what is stored. For get only.
 *
 * The cache is asked for the URL that the user named, not for those that redirects lead to.
 */
#ifndef GET_CACHED_H
#define GET_CACHED_H

#include "get/keep/store.h"
#include "get/report/report.h"
#include "get/transfer/transfer.h"

struct get_job;

struct job_cache {
	bool on;
	struct get_url url;        /* that the cache was asked for */
	struct report_head asked;  /* the fields of the request */
	char *uri;                 /* the key: the URL in normal form */
	struct store_entry *entry; /* what was found */
	struct store_writer *writer;
	struct http_field *renewed; /* the fields of @entry after a 304 */
	int64_t requested;          /* when the request was sent, in seconds since 1970 */
	bool serving;               /* the content comes from @entry */
	uint64_t served;
	struct timer later;
};

/*
 * Asks the cache. Returns true if the server need not be asked; then job_end() will be called in a
 * later turn.
 */
bool job_cache_begin(struct get_job *j, const struct transfer_ops *ops);

/* As transfer_ops.fields: adds the conditions by which the server can confirm what is stored. */
void job_cache_fields(struct get_job *j, struct transfer_fields *f);

/*
 * The head of the final response has come. Returns @r; or, if the server has confirmed what is
 * stored, the head of that, in @stored.
 */
const struct http_response *job_cache_head(
    struct get_job *j, const struct http_response *r, struct http_response *stored);

/* Octets of content were written. */
void job_cache_add(struct get_job *j, const char *at, size_t n);

/* The transfer is over. Returns true if content of the cache follows; then job_end() is called. */
bool job_cache_done(struct get_job *j);

/* The output has room again, while the content comes from the cache. */
void job_cache_serve(struct get_job *j);

void job_cache_free(struct get_job *j);

#endif
