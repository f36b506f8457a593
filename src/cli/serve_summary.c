/*
 * cli/serve_summary.c - prints at the end what `leat serve` has done: how much, on how many
 * connections, and what went wrong.
 */
#include "cli/common/units.h"
#include "cli/serve_options.h"

#include "host/clock.h"

#include <inttypes.h>

static struct serve_counts
sum_up(const struct share *share)
{
	struct serve_counts c = {.accepted = 0};
	uint64_t *at = (uint64_t *)&c;

	for (unsigned i = 0; i < sizeof c / sizeof *at; i++)
		at[i] = share_sum(share, i);
	return c;
}

static const char *
s(uint64_t n)
{
	return n == 1 ? "" : "s";
}

/* Requests for each connection tell long connections from short ones. */
static void
print_work(const struct serve_counts *c, nsec_t took)
{
	char octets[UNIT_TEXT], time[UNIT_TEXT];

	fprintf(stderr, "%" PRIu64 " request%s on %" PRIu64 " connection%s", c->requests, s(c->requests),
	    c->accepted, s(c->accepted));
	if (c->accepted > 0)
		fprintf(stderr, " (%.1f each)", (double)c->requests / (double)c->accepted);
	fprintf(stderr, ", %s sent, in %s\n", unit_octets_text(c->octets, octets),
	    unit_duration_text(took / MSEC * MSEC, time));
}

static void
print_count(const char *what, uint64_t n)
{
	if (n > 0)
		fprintf(stderr, "  %-46s %" PRIu64 "\n", what, n);
}

void
serve_summary(const struct serve_program *program, const struct share *share)
{
	struct serve_counts c = sum_up(share);

	print_work(&c, clock_monotonic() - program->began);
	print_count("files that clients have stored:", c.stored);
	print_count("files and folders that clients have removed:", c.removed);
	print_count("requests without a right password:", c.not_users);
	print_count("turned away, too many connections:", c.refused_full);
	print_count("turned away, too many of one client:", c.refused_client);
	print_count("connections that had had enough time:", c.timeouts);
	print_count("responses that were not sent to their end:", c.broken);
	print_count("workers that died:", process_deaths(&program->process));
}
