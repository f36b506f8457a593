/*
 * get/site_impl.h - what the files of a site's crawl share. For these only.
 */
#ifndef GET_SITE_IMPL_H
#define GET_SITE_IMPL_H

#include "get/crawl/robots.h"
#include "get/job.h"

/* A server, and what it wants of robots. */
struct site_server {
	struct site_crawl *site;
	char *origin; /* "http://host:port" */
	char *url;    /* of its robots.txt */
	struct robots robots;
	bool forbidden; /* it did not say its rules (RFC 9309, 2.3.1.4) */
	bool known;
	char *text; /* of robots.txt, as far as it has arrived */
	size_t len;
	struct transfer transfer;
	struct transfer_request ask;
};

/* A URL that is being fetched. */
struct site_target {
	struct get_target target;
	const struct crawl_item *item;
	char *name;
	char *moved; /* where it redirects to */
};

struct site_crawl {
	struct get_process *process;
	struct crawl crawl;
	struct site_server *server; /* one for each origin of the URLs that were named */
	unsigned servers, waiting;
};

/* The target of a job of this crawl. */
static inline struct site_target *
site_target_of(const struct get_job *j)
{
	return container_of((struct get_target *)(uintptr_t)j->target, struct site_target, target);
}

/* site_robots.c */

/*
 * Asks the server of a URL in normal form for its robots.txt, if it was not asked. Returns false
 * without memory.
 */
bool site_server_meet(struct site_crawl *s, struct http_span uri);
/* True if the server lets this URL be fetched. */
bool site_server_allows(struct site_crawl *s, const struct crawl_item *i);
void site_server_fini(struct site_server *v);

/* site_links.c: takes the links of the page that @j has written. */
void site_links_take(struct site_crawl *s, const struct get_job *j);

#endif
