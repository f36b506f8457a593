/*
 * get/site.h - fetches a site (--recursive): pages, and what their links lead to within bounds. The
 * bookkeeping is crawl/'s. For get only.
 */
#ifndef GET_SITE_H
#define GET_SITE_H

#include "get/crawl/crawl.h"
#include "get/run.h"

struct get_job;
struct get_process;
struct site_crawl;

/* Begins with the URLs of the run. Returns NULL after a message. */
struct site_crawl *site_crawl_new(struct get_process *p);
void site_crawl_free(struct site_crawl *s);

/*
 * The next URL, with the file for it; NULL if there is none now. While a server's robots.txt is on
 * its way there is none.
 */
const struct get_target *site_crawl_next(struct site_crawl *s);

/* True if more URLs may come without the end of a job: a robots.txt is on its way. */
bool site_crawl_waits(const struct site_crawl *s);

/*
 * True if the content of a response is kept: it is no redirect. Redirects are followed as links
 * are, so that robots.txt and the bounds hold for where they lead.
 */
bool site_crawl_keeps(struct get_job *j, const struct http_response *r);

/* A job is over, with its file closed: the links of a page are taken. Frees the job's target. */
void site_crawl_over(struct site_crawl *s, struct get_job *j);

#endif
