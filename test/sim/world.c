#include "world.h"

#include <inttypes.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* The seed that runs, for the message after a crash. */
static volatile uint64_t current_seed;

uint64_t
world_between(struct rng *r, uint64_t low, uint64_t high)
{
	return low + rng_below(r, high - low + 1);
}

void
world_fail(struct world *w, const char *format, ...)
{
	va_list ap;

	if (w->failed)
		return;
	w->failed = true;
	printf("seed %" PRIu64 " at %.6f s: ", w->seed, (double)sim_now(w->sim) / (double)SEC);
	va_start(ap, format);
	vprintf(format, ap);
	va_end(ap);
	putchar('\n');
	fflush(stdout); /* a crash may come next */
}

static uint64_t
mix(uint64_t x)
{
	x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9;
	x = (x ^ x >> 27) * 0x94d049bb133111eb;
	return x ^ x >> 31;
}

void
world_pattern(uint64_t key, uint64_t from, uint8_t *to, size_t len)
{
	uint64_t word = mix(key + from / 8);

	for (size_t i = 0; i < len; i++) {
		unsigned at = (unsigned)((from + i) % 8);

		if (at == 0)
			word = mix(key + (from + i) / 8);
		to[i] = (uint8_t)(word >> (8 * at));
	}
}

ssize_t
world_compare(uint64_t key, uint64_t from, const uint8_t *octets, size_t len)
{
	uint8_t expect[4096];

	for (size_t done = 0; done < len;) {
		size_t n = len - done < sizeof expect ? len - done : sizeof expect;

		world_pattern(key, from + done, expect, n);
		if (memcmp(expect, octets + done, n) != 0)
			for (size_t i = 0;; i++)
				if (expect[i] != octets[done + i])
					return (ssize_t)(done + i);
		done += n;
	}
	return -1;
}

struct endpoint
world_endpoint(const struct world *w, unsigned who, uint16_t port)
{
	return (struct endpoint){w->addr[who], port, 0};
}

static void
see_frame(void *arg, unsigned side, bool sent, const struct pkt *frame, nsec_t when)
{
	struct world *w = arg;
	struct pkt_span span[PKT_SLICES + 1];
	uint64_t words[4] = {w->digest, (uint64_t)when, side << 1 | sent, 0};
	unsigned n;

	if (w->trace)
		trace_frame(side, sent, frame, when);
	if (!w->want_digest)
		return;
	n = pkt_spans(frame, span, PKT_SLICES + 1);
	for (unsigned i = 0; i < n; i++)
		words[3] = words[3] * 31 + siphash(&w->key, span[i].at, span[i].len);
	w->digest = siphash_words(&w->key, words, 4);
}

enum { PER_MILLE = 1000000, PER_CENT = 10000000 };

/* Each impairment is in about half of the seeds, so that each is tested alone and with others. */
static struct emu_impair
draw_impair(struct rng *r)
{
	static const uint64_t rates[] = {0, 0, 500000, 2000000, 10000000, 100000000, 1000000000};
	struct emu_impair i = {.queue = (uint32_t)world_between(r, 20, 1000)};

	i.delay = (nsec_t)world_between(r, 0, 100) * MSEC;
	if (rng_below(r, 3) == 0)
		i.delay = (nsec_t)world_between(r, 0, 500) * USEC;
	if (rng_below(r, 2))
		i.jitter = (nsec_t)rng_below(r, (uint64_t)i.delay + 1);
	if (rng_below(r, 2))
		i.loss = (uint32_t)rng_below(r, 8 * PER_CENT);
	if (rng_below(r, 4) ==
	    0) { /* short and rare bursts: a burst counts frames, so a long one lasts longer than each timeout of a connection that closes */
		i.burst = 2;
		i.loss %= PER_CENT;
	}
	if (rng_below(r, 2))
		i.dup = (uint32_t)rng_below(r, 3 * PER_CENT);
	if (rng_below(r, 2))
		i.reorder = (uint32_t)rng_below(r, 15 * PER_CENT);
	if (rng_below(r, 2))
		i.corrupt = (uint32_t)rng_below(r, 10 * PER_MILLE);
	i.rate = rates[rng_below(r, sizeof rates / sizeof rates[0])];
	return i;
}

static void
give_addresses(struct world *w)
{
	static const char *const text[2][2] = {{"10.1.0.1", "10.1.0.2"}, {"fd00:1::1", "fd00:1::2"}};
	static const uint8_t bits[2] = {24, 64};

	for (unsigned v6 = 0; v6 < 2; v6++)
		for (unsigned who = 0; who < 2; who++)
			if (sim_address(sim_link_iface(w->link, who), text[v6][who], bits[v6]))
				world_fail(w, "no address");
	for (unsigned who = 0; who < 2; who++)
		ipaddr_parse(text[w->v6][who], &w->addr[who]);
}

struct world *
world_new(uint64_t seed, const struct world_options *options)
{
	static const uint32_t mtus[] = {1500, 1500, 1500, 1280, 9000, 4000};
	struct world *w = calloc(1, sizeof *w);
	struct sim_config config = {.seed = seed, .join = (enum sim_join)(seed % 3)};
	struct sim_link_config link = {0};

	if (!w)
		abort();
	current_seed = w->seed = seed;
	rng_fork(&w->rng, seed, 1);
	w->trace = options->trace;
	w->want_digest = options->digest;
	w->sink = (struct sink){~(1u << EVENT_LINK), trace_event}; /* trace_frame() shows the frames */
	if (options->trace)
		config.sink = &w->sink;
	w->sim = sim_new(&config);
	for (unsigned who = 0; who < 2; who++)
		link.host[who] = w->host[who] = sim_host(w->sim);
	for (unsigned dir = 0; dir < 2; dir++) {
		link.dir[dir] = draw_impair(&w->rng);
		if (options->clean)
			link.dir[dir] = (struct emu_impair){.delay = link.dir[dir].delay, .queue = 100000};
	}
	link.mtu = mtus[rng_below(&w->rng, sizeof mtus / sizeof mtus[0])];
	w->v6 = rng_below(&w->rng, 2);
	w->link = sim_link(w->sim, &link);
	if (!w->link)
		abort();
	give_addresses(w);
	if (w->trace || w->want_digest)
		emu_tap(sim_link_emu(w->link), see_frame, w);
	return w;
}

static void
count_conn(struct tcp_conn *c, void *arg)
{
	unsigned *n = arg;

	(*n)++;
}

bool
world_end(struct world *w, uint64_t *digest)
{
	bool failed;

	/* Wait for TIME-WAIT, and at worst for a FIN that is retransmitted until R2. */
	if (!w->failed && !sim_run(w->sim, sim_now(w->sim) + 3600 * SEC, NULL, NULL))
		world_fail(w, "something still happens an hour after the end");
	for (unsigned who = 0; who < 2 && !w->failed; who++) {
		unsigned conns = 0;

		tcp_each(stack_tcp(w->host[who]), count_conn, &conns);
		if (conns)
			world_fail(w, "host %u still has %u connections", who, conns);
	}
	if (!w->failed && pkt_pool_in_use(sim_pool(w->sim)))
		world_fail(w, "%zu packets or blocks still in use", pkt_pool_in_use(sim_pool(w->sim)));
	if (digest)
		*digest = w->digest;
	failed = w->failed;
	sim_free(w->sim);
	free(w);
	return failed;
}

static void
print_seed(void)
{
	char line[64];
	int n = snprintf(line, sizeof line, "crashed while running seed %" PRIu64 "\n", current_seed);

	if (write(STDERR_FILENO, line, (size_t)n) < 0)
		return;
}

static void
on_signal(int sig)
{
	print_seed();
	signal(sig, SIG_DFL);
	raise(sig);
}

/* AddressSanitizer calls this, if it is linked. */
void __asan_on_error(void);
void
__asan_on_error(void)
{
	print_seed();
}

static bool
differs_from_itself(uint64_t seed, world_run_fn *run)
{
	struct world_options options = {.digest = true};
	uint64_t first, second;

	run(seed, &options, &first);
	run(seed, &options, &second);
	if (first != second)
		printf("seed %" PRIu64 ": two runs sent different packets\n", seed);
	return first != second;
}

enum { FAILURES_SHOWN = 20, SEEDS_TWICE = 5 };

static int
run_many(const char *program, uint64_t from, uint64_t seeds, world_run_fn *run)
{
	struct world_options options = {0};
	unsigned failures = 0;

	for (uint64_t seed = from; seed < from + seeds && failures < FAILURES_SHOWN; seed++) {
		if (!run(seed, &options, NULL))
			continue;
		printf("  again: %s --seed %" PRIu64 " --trace\n", program, seed);
		fflush(stdout);
		failures++;
	}
	for (uint64_t seed = from; seed < from + SEEDS_TWICE && !failures; seed++)
		failures += differs_from_itself(seed, run);
	printf("%" PRIu64 " seeds from %" PRIu64 ", %u failed\n", seeds, from, failures);
	return failures ? 1 : 0;
}

int
world_main(int argc, char **argv, world_run_fn *run)
{
	struct world_options options = {0};
	uint64_t from = 1, seeds = 20, one = 0;

	signal(SIGABRT, on_signal);
	signal(SIGSEGV, on_signal);
	for (int i = 1; i < argc; i++) {
		uint64_t *number = strcmp(argv[i], "--seed") == 0    ? &one
				   : strcmp(argv[i], "--seeds") == 0 ? &seeds
				   : strcmp(argv[i], "--from") == 0  ? &from
								     : NULL;

		if (number && i + 1 < argc) {
			*number = strtoull(argv[++i], NULL, 10);
		} else if (strcmp(argv[i], "--trace") == 0) {
			options.trace = true;
		} else {
			fprintf(stderr, "usage: %s [--seeds N] [--from N] | --seed N [--trace]\n", argv[0]);
			return 2;
		}
	}
	if (!one)
		return run_many(argv[0], from, seeds, run);
	if (run(one, &options, NULL))
		return 1;
	printf("seed %" PRIu64 " passes\n", one);
	return 0;
}
