/*
 * serve/serve.c - a server's life: its parts, its listeners, and the field lines that all its
 * responses have.
 */
#include "serve/impl.h"

#include "base/err.h"
#include "host/jobs.h"
#include "http/semantics/date.h"

#include <errno.h>
#include <stdlib.h>

enum { CONNS_KEPT = 1024 };

#define TIDY_AFTER (2 * SEC)

static_assert(sizeof(struct serve_counts) <= SHARE_COUNTS * sizeof(uint64_t), "a slot has them all");

void
serve_settings_usual(struct serve_settings *s)
{
	*s = (struct serve_settings){
	    .site = {.folder = ".", .index = "index.html", .files_most = 1000},
	    .readme = true,
	    .lang = -1,
	    .listings_most = 4 * LISTING_OCTETS_MOST,
	    .conns_most = 10000,
	    .conns_per_client_most = 1000,
	    .head_time = 20 * SEC,
	    .idle_time = 75 * SEC,
	    .moving_time = 60 * SEC,
	    .moving_octets = 6000,
	    .drain_time = 30 * SEC,
	};
	s->compress_n = (unsigned)coder_known(s->compress);
}

static void
build_common(struct serve *s, int64_t seconds)
{
	struct http_writer w = http_writer(s->common_octets, sizeof s->common_octets);
	char date[HTTP_DATE_LEN];

	http_date_write(seconds, date);
	http_write_text_field(&w, "Server", "leat");
	http_write_field(&w, http_span_of("Date"), (struct http_span){date, sizeof date});
	if (s->set->cors)
		http_write_text_field(&w, "Access-Control-Allow-Origin", "*");
	http_write_built(&w, s->set->head);
	s->common = (struct http_span){w.at, w.len};
	s->common_at = seconds;
}

void
serve_tick(struct serve *s)
{
	int64_t seconds = s->set->wall() / SEC;

	if (seconds != s->common_at)
		build_common(s, seconds);
}

static int
open_log(struct serve *s)
{
	if (!s->set->log)
		return 0;
	return access_log_open(s->set->log, s->set->log_form, s->world->wheel, &s->log);
}

/* Those that are idle lose nothing, so they need no reset. */
static void
end_all(struct serve *s)
{
	list_each_safe(n, &s->conns) {
		struct serve_conn *c = container_of(n, struct serve_conn, node);

		conn_end(c, c->work != NULL);
	}
	turned_end_all(s);
}

void
serve_tidy_later(struct serve *s)
{
	if (!timer_armed(&s->tidy_timer))
		timer_arm(s->world->wheel, &s->tidy_timer, nsec_add(io_now(s->world), TIDY_AFTER));
}

static void
on_tidy_timer(struct timer *t)
{
	struct serve *s = container_of(t, struct serve, tidy_timer);

	if (site_tidy(s->site, io_now(s->world)))
		serve_tidy_later(s);
}

static void
on_drain_timer(struct timer *t)
{
	end_all(container_of(t, struct serve, drain_timer));
}

static void
init(struct serve *s)
{
	timer_init(&s->drain_timer, on_drain_timer);
	timer_init(&s->tidy_timer, on_tidy_timer);
	list_init(&s->conns);
	list_init(&s->turned);
	slab_init(&s->conn_slab, sizeof(struct serve_conn), CONNS_KEPT);
	s->service = (struct http_service){.handler = &serve_handler,
	    .arg = s,
	    .limits = http_limits_usual,
	    .common = &s->common,
	    .requests_most = s->set->requests_most,
	    .drain_most = 1 << 16,
	    .refused = route_refused};
	s->listings.most = s->set->listings_most;
	build_common(s, s->set->wall() / SEC);
}

/* Counts in the share of the settings, or in one of its own. */
static int
use_share(struct serve *s, const struct siphash_key *key)
{
	s->share = s->set->share;
	if (!s->share)
		s->share = s->own = share_new(1, s->set->conns_most, key);
	if (!s->share)
		return -ENOMEM;
	if (s->own)
		share_vacate(s->own, 0);
	s->counts = (struct serve_counts *)share_counts(s->share, s->set->slot);
	s->now = share_gauges(s->share, s->set->slot);
	return 0;
}

static int
use_auth(struct serve *s, const struct siphash_key key[2])
{
	if (!s->set->users)
		return 0;
	s->auth = auth_new(s->set->users, s->set->helper, key);
	return s->auth ? 0 : -ENOMEM;
}

int
serve_new(struct io_world *world, const struct serve_settings *set, struct serve **out, enum serve_part *part)
{
	struct serve *s = calloc(1, sizeof *s);
	struct siphash_key key[4];
	int e = -ENOMEM;

	*part = SERVE_MEMORY;
	if (!s)
		return e;
	s->world = world;
	s->set = set;
	world->ops->random(world, key, sizeof key);
	if (use_share(s, &key[0]) < 0)
		goto no_share;
	e = -ENOMEM;
	s->readmes = readmes_new(set->jobs);
	if (!s->readmes)
		goto no_readmes;
	*part = SERVE_FOLDER;
	e = site_new(&set->site, &key[1], &s->site);
	if (e < 0)
		goto no_site;
	e = use_auth(s, &key[2]);
	if (e < 0)
		goto no_auth;
	*part = SERVE_LOG;
	e = open_log(s);
	if (e < 0)
		goto no_log;
	init(s);
	*out = s;
	return 0;
no_log:
	auth_free(s->auth);
no_auth:
	site_free(s->site);
no_site:
	readmes_free(s->readmes);
no_readmes:
	share_free(s->own);
no_share:
	free(s);
	return e;
}

static void
stop_listening(struct serve *s)
{
	while (s->listeners > 0) {
		struct io_listener *l = s->listener[--s->listeners];

		l->ops->close(l);
	}
	free(s->listener);
	s->listener = NULL;
}

uint64_t
serve_free(struct serve *s)
{
	uint64_t lost;

	if (!s)
		return 0;
	stop_listening(s);
	end_all(s);
	jobs_wait(s->set->jobs); /* they use the folder */
	auth_free(s->auth);
	timer_cancel(s->world->wheel, &s->drain_timer);
	timer_cancel(s->world->wheel, &s->tidy_timer);
	works_free(s);
	slab_fini(&s->conn_slab);
	site_free(s->site);
	readmes_free(s->readmes);
	share_free(s->own);
	lost = access_log_close(s->log);
	free(s);
	return lost;
}

static int
add_listener(struct serve *s, struct io_listener *l)
{
	struct io_listener **all = realloc(s->listener, (s->listeners + 1) * sizeof(struct io_listener *));

	if (!all)
		return -LEAT_ENOMEM;
	s->listener = all;
	s->listener[s->listeners++] = l;
	return 0;
}

int
serve_listen(struct serve *s, struct endpoint *at)
{
	struct io_listener *l;
	int e = io_listen(s->world, at, SERVE_BACKLOG, accept_some, s, &l);

	if (e < 0)
		return e;
	e = add_listener(s, l);
	if (e < 0)
		l->ops->close(l);
	else
		l->ops->local(l, at);
	return e;
}

static bool
is_for_metrics(const struct serve *s, const struct io_listener *l)
{
	const struct endpoint *metrics = &s->set->metrics;
	struct endpoint at = {.port = 0};

	l->ops->local(l, &at);
	return s->set->has_metrics && at.port == metrics->port && ipaddr_eq(&at.addr, &metrics->addr);
}

int
serve_listen_on(struct serve *s, struct io_listener *l)
{
	int e = add_listener(s, l);

	if (e < 0)
		return e;
	l->fn = is_for_metrics(s, l) ? accept_for_metrics : accept_some;
	l->arg = s;
	l->ops->want(l, true);
	return 0;
}

void
serve_retire(struct serve *s)
{
	s->service.requests_most = 1; /* more have been answered, so the next one is the last */
	for (unsigned i = 0; i < s->listeners; i++)
		accept_waiting(s->listener[i]);
	stop_listening(s);
	timer_arm(s->world->wheel, &s->drain_timer, nsec_add(io_now(s->world), s->set->drain_time));
}

void
serve_drain(struct serve *s)
{
	serve_retire(s);
	list_each_safe(n, &s->conns)
		conn_finish(container_of(n, struct serve_conn, node));
}

unsigned
serve_conns(const struct serve *s)
{
	return s->conns_now + s->turned_now;
}

const struct serve_counts *
serve_counts(const struct serve *s)
{
	return s->counts;
}

int
serve_reopen_log(struct serve *s)
{
	return s->log ? access_log_reopen(s->log) : 0;
}

bool
serve_relieve(struct serve *s)
{
	return site_relieve(s->site);
}
