/*
 * test/sim/serve/fetch.c - the client of `leat get`: transfers on connections that are kept, some of
 * them side by side.
 */
#include "client.h"

#include "get/transfer/transfer.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LANES = 3, FETCHES_MOST = 8, ATTEMPTS_MOST = 60 };

struct fetcher;

/* One transfer after the other. */
struct lane {
	struct fetcher *of;
	struct transfer transfer;
	struct transfer_request request;
	struct ask ask;
	char url[128];
	struct timer begin, resume;
	unsigned left, attempts;
	uint64_t got;
};

struct fetcher {
	struct clients *all;
	struct get_settings set;
	struct get *get;
	struct lane lane[LANES];
	unsigned lanes; /* that go on */
	bool slow;
	struct timer end;
};

static void
arm(struct lane *l, struct timer *t, nsec_t most)
{
	struct clients *all = l->of->all;

	timer_arm(all->io->wheel, t, sim_now(all->w->sim) + (nsec_t)rng_below(&all->w->rng, (uint64_t)most));
}

/* The requests that a transfer makes without settings of its own. */
static void
draw(struct lane *l)
{
	char at[ENDPOINT_TEXT];

	do
		ask_draw(&l->ask, &l->of->all->w->rng, true);
	while (strcmp(l->ask.method, "GET") != 0 && strcmp(l->ask.method, "HEAD") != 0);
	if (l->ask.status == 301)
		l->ask.status = 200; /* the redirect is followed */
	snprintf(l->url, sizeof l->url, "http://%s%s", endpoint_text(&l->of->all->server, at), l->ask.target);
	l->request = (struct transfer_request){
	    .url = l->url, .method = l->ask.method[0] == 'H' ? TRANSFER_HEAD : TRANSFER_GET};
}

static void
on_fields(struct transfer *t, struct transfer_fields *f)
{
	struct lane *l = t->arg;

	for (unsigned i = 0; i < l->ask.fields; i++) /* names are literals, so a zero follows */
		transfer_field(f, l->ask.field[i].name.at, l->ask.field[i].value);
}

static enum get_code
on_head(struct transfer *t, enum transfer_head kind, const struct http_response *r)
{
	((struct lane *)t->arg)->got = 0;
	return GET_OK;
}

static ssize_t
on_body(struct transfer *t, const char *at, size_t n)
{
	struct lane *l = t->arg;
	const struct ask *a = &l->ask;
	struct clients *all = l->of->all;

	if (l->of->slow && rng_below(&all->w->rng, 3) == 0) {
		n /= 2;
		arm(l, &l->resume, 5 * SEC);
	}
	if (t->info.status == a->status && a->known &&
	    (l->got + n > a->len || world_compare(a->key, a->from + l->got, (const uint8_t *)at, n) >= 0))
		world_fail(all->w, "%s: wrong octets after %" PRIu64, l->url, l->got);
	l->got += n;
	return (ssize_t)n;
}

/* What a network may do to a transfer; what it may not is a fault of the server or the client. */
static bool
may_fail(enum get_code code)
{
	return code == GET_CONNECT || code == GET_PARTIAL || code == GET_EMPTY_REPLY || code == GET_SEND ||
	       code == GET_RECEIVE || code == GET_TIMEOUT;
}

static bool
is_full(unsigned status)
{
	return status == 503 || status == 429;
}

static void
check(struct lane *l)
{
	struct world *w = l->of->all->w;

	if (l->transfer.info.status != l->ask.status)
		world_fail(w, "%s: status %u, not %u", l->url, l->transfer.info.status, l->ask.status);
	else if (l->ask.known && l->got != l->ask.len)
		world_fail(w, "%s: %" PRIu64 " octets, not %" PRIu64, l->url, l->got, l->ask.len);
	l->of->all->answers++;
	l->attempts = 0;
	l->left--;
	draw(l);
}

static void
on_done(struct transfer *t)
{
	struct lane *l = t->arg;
	struct fetcher *f = l->of;
	bool again = t->result.code != GET_OK || is_full(t->info.status);

	timer_cancel(f->all->io->wheel, &l->resume);
	if (t->result.code != GET_OK && !may_fail(t->result.code))
		world_fail(f->all->w, "%s: code %d: %s", l->url, (int)t->result.code, t->result.words);
	if (again && l->attempts++ == ATTEMPTS_MOST)
		world_fail(f->all->w, "%s cannot be fetched: %s", l->url, t->result.words);
	if (!again)
		check(l);
	if (l->left > 0 && !f->all->w->failed)
		arm(l, &l->begin, again ? 20 * SEC : rng_below(&f->all->w->rng, 2) ? USEC : 100 * SEC);
	else if (--f->lanes == 0)
		timer_arm(f->all->io->wheel, &f->end, sim_now(f->all->w->sim));
}

static void
on_begin(struct timer *t)
{
	static const struct transfer_ops ops = {
	    .fields = on_fields, .head = on_head, .body = on_body, .done = on_done};
	struct lane *l = container_of(t, struct lane, begin);

	transfer_begin(&l->transfer, l->of->get, &l->request, &ops, l);
}

static void
on_resume(struct timer *t)
{
	transfer_resume(&container_of(t, struct lane, resume)->transfer);
}

static void
on_end(struct timer *t)
{
	struct fetcher *f = container_of(t, struct fetcher, end);

	for (unsigned i = 0; i < LANES; i++)
		transfer_fini(&f->lane[i].transfer);
	get_free(f->get);
	f->all->running--;
	free(f);
}

void
fetcher_begin(struct clients *all)
{
	struct fetcher *f = calloc(1, sizeof *f);

	if (!f)
		abort();
	f->all = all;
	all->running++;
	get_settings_usual(&f->set);
	f->set.follow = true;
	f->set.one_shot = rng_below(&all->w->rng, 4) == 0;
	f->set.wall = all->wall;
	f->slow = rng_below(&all->w->rng, 3) == 0;
	f->get = get_new(all->io, NULL, &f->set);
	timer_init(&f->end, on_end);
	f->lanes = (unsigned)world_between(&all->w->rng, 1, LANES);
	for (unsigned i = 0; i < f->lanes; i++) {
		struct lane *l = &f->lane[i];

		l->of = f;
		l->left = (unsigned)world_between(&all->w->rng, 1, FETCHES_MOST);
		timer_init(&l->begin, on_begin);
		timer_init(&l->resume, on_resume);
		draw(l);
		arm(l, &l->begin, 10 * SEC);
	}
}
