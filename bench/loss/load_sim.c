/*
 * bench/loss/load_sim.c - the load between two of Leat's stacks in virtual time. The same options
 * give the same figures on every machine, so a change of a figure is a change of Leat.
 *
 *   leat_load_sim [LINK OPTIONS OF `leat run`] [--seed N] [--runs N] [--flows N] [--limit TIME]
 *                 [--transfers N --octets SIZE] [--cc NAME]
 *
 * The data goes up the link. Prints one line of JSON: the goodput of all flows together in Mbit/s
 * (the mean of the runs), the mean, median and largest time of the transfers of all runs, how many
 * failed or were not complete at the limit, how many frames with data the link has lost or had no
 * room for, and the timeouts and recoveries of the sender.
 */
#include "loss/load.h"
#include "loss/options.h"

#include "base/err.h"
#include "io/sockio.h"
#include "sim/sim.h"
#include "sock/sock.h"
#include "tcp/cc/cc.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct {
	struct loss_options options;
	struct sink sink;
	double mbit; /* the sum of all runs */
	nsec_t *times;
	unsigned complete;
	unsigned long long missing, lost, queue_full, timeouts, recoveries;
} m;

static void
must(const char *what, int err)
{
	if (err >= 0)
		return;
	fprintf(stderr, "leat_load_sim: %s: %s\n", what, err_text(err));
	exit(1);
}

static void
count_event(struct sink *sink, const struct event *e)
{
	m.timeouts += strcmp(e->tcp_cc.cause, "RTO") == 0;
	m.recoveries += strcmp(e->tcp_cc.cause, "enter recovery") == 0;
}

static void
set_cc(struct io_stream *s)
{
	const char *cc = m.options.cc;

	if (cc)
		must(cc, sock_setopt(sockio_sock(s), IPPROTO_TCP, TCP_CONGESTION, cc, (socklen_t)strlen(cc)));
}

/* One run: the hosts, and the link between them. */
struct run {
	struct sim *sim;
	struct sim_link *link;
	struct io_world *world[2];
	struct load_source source;
	struct load_drain *drain;
};

static void
set_up(struct run *r, uint64_t seed)
{
	const struct emu_impair *impair = m.options.run.config.impair;
	struct sim_config config = {.seed = seed, .sink = &m.sink};
	struct sim_link_config link = {.dir = {impair[0], impair[1]}};

	r->sim = sim_new(&config);
	must("memory", r->sim ? 0 : -LEAT_ENOMEM);
	for (unsigned i = 0; i < 2; i++) {
		link.host[i] = sim_host(r->sim);
		must("memory", link.host[i] ? 0 : -LEAT_ENOMEM);
		r->world[i] = sockio_new(link.host[i]);
		must("memory", r->world[i] ? 0 : -LEAT_ENOMEM);
	}
	r->link = sim_link(r->sim, &link);
	must("memory", r->link ? 0 : -LEAT_ENOMEM);
	must("address", sim_address(sim_link_iface(r->link, 0), "10.9.0.1", 24));
	must("address", sim_address(sim_link_iface(r->link, 1), "10.9.0.2", 24));
}

static void
begin(struct run *r)
{
	struct endpoint at = {.port = LOAD_PORT};
	struct io_listener *l;

	must("address", ipaddr_parse("10.9.0.1", &at.addr));
	must("listen", io_listen(r->world[0], &at, LOAD_FLOWS, NULL, NULL, &l));
	r->source = (struct load_source){.accepted = set_cc};
	load_source_start(&r->source, l);
	m.options.drain.target[0] = at;
	m.options.drain.targets = 1;
	r->drain = load_drain_new(r->world[1], &m.options.drain, NULL, NULL);
	must("memory", r->drain ? 0 : -LEAT_ENOMEM);
}

static bool
is_over(void *drain)
{
	return load_drain_over(drain);
}

static void
note(const struct run *r)
{
	const struct emu_counters *up = emu_counters(sim_link_emu(r->link), EMU_UP);
	unsigned all = m.options.drain.transfers;
	uint64_t octets = 0;

	for (unsigned i = 0; i < m.options.drain.flows; i++)
		octets += load_drain_octets(r->drain, i);
	m.mbit += (double)octets * 8e3 / (double)sim_now(r->sim);
	for (unsigned i = 0; i < load_drain_transfers(r->drain); i++)
		m.times[m.complete++] = load_drain_time(r->drain, i);
	m.missing += all ? all - load_drain_transfers(r->drain) : load_drain_failed(r->drain);
	m.lost += up->lost;
	m.queue_full += up->queue_full;
}

static void
run(uint64_t seed)
{
	struct run r;

	set_up(&r, seed);
	begin(&r);
	sim_run(r.sim, NSEC_NEVER, is_over, r.drain);
	note(&r);
	load_drain_free(r.drain);
	load_source_stop(&r.source);
	for (unsigned i = 0; i < 2; i++)
		sockio_free(r.world[i]);
	sim_free(r.sim);
}

static int
compare(const void *a, const void *b)
{
	const nsec_t *x = a, *y = b;

	return *x < *y ? -1 : *x > *y;
}

static void
print(void)
{
	printf("{\"mbit\": %.6f, ", m.mbit / m.options.runs);
	if (m.complete) {
		unsigned middle = m.complete / 2;
		double sum = 0;

		for (unsigned i = 0; i < m.complete; i++)
			sum += (double)m.times[i];
		qsort(m.times, m.complete, sizeof *m.times, compare);
		printf("\"mean_ms\": %.6f, \"median_ms\": %.6f, \"largest_ms\": %.6f, ",
		    sum / 1e6 / m.complete, (double)m.times[middle] / 1e6,
		    (double)m.times[m.complete - 1] / 1e6);
	}
	printf("\"missing\": %llu, \"lost\": %llu, \"queue_full\": %llu, \"timeouts\": %llu, "
	       "\"recoveries\": %llu}\n",
	    m.missing, m.lost, m.queue_full, m.timeouts, m.recoveries);
}

int
main(int argc, char **argv)
{
	struct loss_options *o = &m.options;
	int first =
	    loss_options_parse("leat_load_sim [OPTIONS]", LOSS_LINK | LOSS_LOAD | LOSS_RUNS, o, argc, argv);

	if (first != argc)
		loss_options_refuse("takes only options");
	if (o->cc && !cc_find(o->cc))
		loss_options_refuse("Leat does not have this congestion control");
	m.sink = (struct sink){1u << EVENT_TCP_CC, count_event};
	m.times = calloc((size_t)o->runs * (o->drain.transfers + 1), sizeof *m.times);
	must("memory", m.times ? 0 : -LEAT_ENOMEM);
	for (unsigned i = 0; i < o->runs; i++)
		run((o->run.seed_given ? o->run.config.seed : 1) + i);
	print();
	free(m.times);
	return 0;
}
