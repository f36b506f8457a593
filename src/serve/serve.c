/*
 * serve/serve.c - a server's life: its parts, its listeners, and the field lines that all its
 * responses have.
 */
#include "serve/impl.h"

#include "base/err.h"
#include "http/semantics/date.h"

#include <errno.h>
#include <stdlib.h>

enum { CONNS_KEPT = 1024, CLIENTS_KEPT = 64, BACKLOG = 4096 };

void
serve_settings_usual(struct serve_settings *s)
{
	*s = (struct serve_settings){
	    .site = {.folder = ".", .index = "index.html", .files_most = 1000},
	    .conns_most = 10000,
	    .conns_per_client_most = 1000,
	    .head_time = 20 * SEC,
	    .idle_time = 75 * SEC,
	    .moving_time = 60 * SEC,
	    .moving_octets = 6000,
	    .drain_time = 30 * SEC,
	};
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

static void
end_all(struct serve *s)
{
	list_each_safe(n, &s->conns)
		conn_end(container_of(n, struct serve_conn, node), true);
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
	list_init(&s->conns);
	slab_init(&s->conn_slab, sizeof(struct serve_conn), CONNS_KEPT);
	slab_init(&s->client_slab, sizeof(struct serve_client), CLIENTS_KEPT);
	s->service = (struct http_service){.handler = &serve_handler,
	    .arg = s,
	    .limits = http_limits_usual,
	    .common = &s->common,
	    .requests_most = s->set->requests_most,
	    .drain_most = 1 << 16,
	    .refused = route_refused};
	build_common(s, s->set->wall() / SEC);
}

int
serve_new(struct io_world *world, const struct serve_settings *set, struct serve **out, enum serve_part *part)
{
	struct serve *s = calloc(1, sizeof *s);
	struct siphash_key key[2];
	int e = -ENOMEM;

	*part = SERVE_MEMORY;
	if (!s)
		return e;
	s->world = world;
	s->set = set;
	world->ops->random(world, key, sizeof key);
	if (table_init(&s->clients, &key[0]) < 0)
		goto no_table;
	*part = SERVE_FOLDER;
	e = site_new(&set->site, &key[1], &s->site);
	if (e < 0)
		goto no_site;
	*part = SERVE_LOG;
	e = open_log(s);
	if (e < 0)
		goto no_log;
	init(s);
	*out = s;
	return 0;
no_log:
	site_free(s->site);
no_site:
	table_fini(&s->clients);
no_table:
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
}

uint64_t
serve_free(struct serve *s)
{
	uint64_t lost;

	if (!s)
		return 0;
	stop_listening(s);
	end_all(s);
	timer_cancel(s->world->wheel, &s->drain_timer);
	works_free(s);
	slab_fini(&s->conn_slab);
	slab_fini(&s->client_slab);
	site_free(s->site);
	table_fini(&s->clients);
	lost = access_log_close(s->log);
	free(s);
	return lost;
}

int
serve_listen(struct serve *s, struct endpoint *at)
{
	struct io_listener *l;
	int e;

	if (s->listeners == SERVE_LISTENERS)
		return -LEAT_ENOSPC;
	e = io_listen(s->world, at, BACKLOG, accept_some, s, &l);
	if (e < 0)
		return e;
	l->ops->local(l, at);
	s->listener[s->listeners++] = l;
	return 0;
}

void
serve_drain(struct serve *s)
{
	stop_listening(s);
	s->draining = true;
	timer_arm(s->world->wheel, &s->drain_timer, nsec_add(io_now(s->world), s->set->drain_time));
	list_each_safe(n, &s->conns)
		conn_finish(container_of(n, struct serve_conn, node));
}

unsigned
serve_conns(const struct serve *s)
{
	return s->conns_now;
}

const struct serve_counts *
serve_counts(const struct serve *s)
{
	return &s->counts;
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
