/*
 * cli/run_options.c - the table of the options of `leat run`, with functions that check and store
 * each value; prints the settings in force. It runs nothing.
 */
#include "cli/run_options.h"

#include "cli/common/error.h"
#include "cli/common/units.h"
#include "cli/run_ports.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/*
 * What an option of the link sets. Each has three rows: plain, --up-… and --down-…. A row's tag is
 * one of these and the directions.
 */
enum link_word {
	WORD_DELAY,
	WORD_RTT,
	WORD_JITTER,
	WORD_LOSS,
	WORD_BURST,
	WORD_DUP,
	WORD_REORDER,
	WORD_CORRUPT,
	WORD_RATE,
	WORD_QUEUE
};
enum { BOTH = 0x300, UP = 0x100, DOWN = 0x200, WORD_MASK = 0xff };

static const char *
set_impair(struct emu_impair *im, enum link_word word, const char *value)
{
	uint64_t n;
	const char *wrong;

	switch (word) {
	case WORD_DELAY:
		return unit_duration(value, &im->delay);
	case WORD_RTT:
		wrong = unit_duration(value, &im->delay);
		im->delay /= 2;
		return wrong;
	case WORD_JITTER:
		return unit_duration(value, &im->jitter);
	case WORD_LOSS:
		return unit_share(value, &im->loss);
	case WORD_BURST:
		wrong = unit_count(value, 1, 10000, &n);
		if (!wrong)
			im->burst = (uint32_t)n;
		return wrong;
	case WORD_DUP:
		return unit_share(value, &im->dup);
	case WORD_REORDER:
		return unit_share(value, &im->reorder);
	case WORD_CORRUPT:
		return unit_share(value, &im->corrupt);
	case WORD_RATE:
		return unit_rate(value, &im->rate);
	case WORD_QUEUE:
		wrong = unit_count(value, 1, 1000000, &n);
		if (!wrong)
			im->queue = (uint32_t)n;
		return wrong;
	}
	return "is not known";
}

static const char *
set_link(void *config, const struct option *option, const char *value)
{
	struct run_options *o = config;
	const char *wrong = NULL;

	if (option->tag & UP)
		wrong = set_impair(&o->config.impair[EMU_UP], option->tag & WORD_MASK, value);
	if (!wrong && option->tag & DOWN)
		wrong = set_impair(&o->config.impair[EMU_DOWN], option->tag & WORD_MASK, value);
	return wrong;
}

static const char *
set_seed(void *config, const struct option *option, const char *value)
{
	struct run_options *o = config;

	o->seed_given = true;
	return unit_count(value, 0, UINT64_MAX, &o->config.seed);
}

static const char *
set_mtu(void *config, const struct option *option, const char *value)
{
	struct run_options *o = config;
	uint64_t n;
	const char *wrong = unit_count(value, 1280, 65535, &n);

	if (wrong)
		return "is not an MTU: 1280 (which IPv6 needs) to 65535 octets";
	o->config.mtu = (uint32_t)n;
	return NULL;
}

/* Takes an IPv4 /24 or an IPv6 /64. The length may be left out. */
static const char *
set_net(void *config, const struct option *option, const char *value)
{
	struct run_options *o = config;
	char text[IPADDR_TEXT + 4];
	struct ipaddr a;
	char *slash;
	bool four;

	snprintf(text, sizeof text, "%s", value);
	slash = strchr(text, '/');
	if (slash)
		*slash = '\0';
	if (ipaddr_parse(text, &a) || ipaddr_is_multicast(&a) || ipaddr_is_loopback(&a) || ipaddr_is_any(&a))
		return "is not a network: write 10.7.0.0/24 or fd07::/64";
	four = ipaddr_is4(&a);
	if (slash && strcmp(slash + 1, four ? "24" : "64") != 0)
		return four ? "has the wrong size: an IPv4 network is a /24"
			    : "has the wrong size: an IPv6 network is a /64";
	if (four)
		run_net_set4(&o->config.net, ipaddr_v4_number(&a));
	else
		run_net_set6(&o->config.net, &a);
	*(four ? &o->net4_given : &o->net6_given) = true;
	return NULL;
}

/* The tag of --json. The other tags are of enum capture_sides. */
enum { TEXT_JSON = CAPTURES };

static const char *
set_text(void *config, const struct option *option, const char *value)
{
	struct run_options *o = config;

	if (!*value)
		return "is not a file name";
	*(option->tag == TEXT_JSON ? &o->json : &o->capture[option->tag]) = value;
	return NULL;
}

static const char *
set_until(void *config, const struct option *option, const char *value)
{
	struct run_options *o = config;

	o->config.until_first = !strcmp(value, "first");
	return o->config.until_first || !strcmp(value, "all") ? NULL : "is neither 'first' nor 'all'";
}

enum { FLAG_TRACE, FLAG_QUIET };

static const char *
set_flag(void *config, const struct option *option, const char *value)
{
	struct run_options *o = config;

	*(option->tag == FLAG_TRACE ? &o->trace : &o->quiet) = true;
	return NULL;
}

#define LINK(name, arg, help, word)                                                                          \
	{name, arg, help, set_link, (word) | BOTH}, {"up-" name, arg, NULL, set_link, (word) | UP},          \
	{                                                                                                    \
		"down-" name, arg, NULL, set_link, (word) | DOWN                                             \
	}

/* clang-format off */
const struct option run_option_rows[] = {
	LINK("delay", "TIME", "one-way delay, such as 40ms; each link option also exists as --up-… and --down-…", WORD_DELAY),
	{"rtt", "TIME", "round-trip time: half of it is the delay in each direction", set_link, WORD_RTT | BOTH},
	LINK("jitter", "TIME", "how much the delay varies; frames keep their order", WORD_JITTER),
	LINK("loss", "SHARE", "share of frames that are lost, such as 0.5%", WORD_LOSS),
	LINK("burst", "FRAMES", "how many frames in a row a loss takes on average (default 1)", WORD_BURST),
	LINK("dup", "SHARE", "share of frames that are duplicated", WORD_DUP),
	LINK("reorder", "SHARE", "share of frames that skip the delay and overtake others", WORD_REORDER),
	LINK("corrupt", "SHARE", "share of frames with one bit flipped", WORD_CORRUPT),
	LINK("rate", "RATE", "data rate of the link, Ethernet headers included: 64kbit, 10mbit, 1gbit", WORD_RATE),
	LINK("queue", "FRAMES", "how many frames may wait for the rate (default 1000)", WORD_QUEUE),
	{"seed", "NUMBER", "repeat the link's decisions of the run that had this seed", set_seed, 0},
	{"mtu", "OCTETS", "MTU of the link (default 1500)", set_mtu, 0},
	{"net", "NETWORK", "the program's network (default 10.0.2.0/24 and fd00:2::/64, unless the host uses it)", set_net, 0},
	{"p", "[ADDR:]HOST:PROGRAM", "publish a port of the program on the host's loopback; add /udp for UDP", run_ports_set_publish, 0},
	{"publish", "[ADDR:]HOST:PROGRAM", NULL, run_ports_set_publish, 0},
	{"dns", "ADDR[:PORT]", "ask this name server instead of the host's; can be given three times", run_ports_set_dns, 0},
	{"until", "first|all", "end when the first process has ended, or when all have (default all)", set_until, 0},
	{"capture", "FILE", "write every packet as the program's side saw it, as pcapng for Wireshark", set_text, CAPTURE_PROGRAM},
	{"capture-far", "FILE", "write every packet as the gateway's side saw it", set_text, CAPTURE_GATEWAY},
	{"capture-both", "FILE", "write both sides to one file; a packet that arrived is in it twice", set_text, CAPTURE_BOTH},
	{"json", "FILE", "write the summary as JSON; - is standard output", set_text, TEXT_JSON},
	{"trace", NULL, "print every packet to standard error as it is sent", set_flag, FLAG_TRACE},
	{"quiet", NULL, "print no settings, no warnings and no summary", set_flag, FLAG_QUIET},
	{"q", NULL, NULL, set_flag, FLAG_QUIET},
	{0},
};
/* clang-format on */

/* Returns what is wrong with the options of one direction together, or NULL. */
static const char *
impair_wrong(const struct emu_impair *im)
{
	if (im->jitter > im->delay)
		return "--jitter is larger than --delay: a frame cannot arrive before it was sent";
	if (im->reorder && !im->delay)
		return "--reorder needs --delay: frames overtake others by skipping the delay";
	return NULL;
}

void
run_options_default(void *run_options)
{
	struct run_options *o = run_options;

	run_config_default(&o->config);
	o->config.publish = o->publish;
}

int
run_options_check(struct run_options *o, char **argv)
{
	const char *wrong = impair_wrong(&o->config.impair[EMU_UP]);

	if (!wrong)
		wrong = impair_wrong(&o->config.impair[EMU_DOWN]);
	if (wrong) {
		error_line("run", "%s", wrong);
		return -1;
	}
	o->config.argv = argv;
	o->config.quiet = o->quiet;
	return 0;
}

static bool
impair_same(const struct emu_impair *a, const struct emu_impair *b)
{
	return a->delay == b->delay && a->jitter == b->jitter && a->loss == b->loss && a->burst == b->burst &&
	       a->dup == b->dup && a->reorder == b->reorder && a->corrupt == b->corrupt &&
	       a->rate == b->rate && a->queue == b->queue;
}

bool
run_options_impair(const struct run_options *o)
{
	static const struct emu_impair none;

	return !impair_same(&o->config.impair[EMU_UP], &none) ||
	       !impair_same(&o->config.impair[EMU_DOWN], &none);
}

static void
print_direction(const char *name, const struct emu_impair *im, FILE *to)
{
	char t[UNIT_TEXT];

	fprintf(to, "%sdelay %s", name, unit_duration_text(im->delay, t));
	if (im->jitter)
		fprintf(to, ", jitter %s", unit_duration_text(im->jitter, t));
	if (im->loss)
		fprintf(to, ", loss %s", unit_share_text(im->loss, t));
	if (im->burst > 1)
		fprintf(to, " in bursts of %u", im->burst);
	if (im->dup)
		fprintf(to, ", dup %s", unit_share_text(im->dup, t));
	if (im->reorder)
		fprintf(to, ", reorder %s", unit_share_text(im->reorder, t));
	if (im->corrupt)
		fprintf(to, ", corrupt %s", unit_share_text(im->corrupt, t));
	if (im->rate)
		fprintf(to, ", rate %s", unit_rate_text(im->rate, t));
	if (im->queue)
		fprintf(to, ", queue %u", im->queue);
}

void
run_options_print(const struct run_options *o, FILE *to)
{
	const struct emu_impair *up = &o->config.impair[EMU_UP], *down = &o->config.impair[EMU_DOWN];
	char t[UNIT_TEXT];

	fprintf(to, "leat: RTT %s; ", unit_duration_text(up->delay + down->delay, t));
	if (impair_same(up, down)) {
		print_direction("each direction ", up, to);
	} else {
		print_direction("up ", up, to);
		print_direction("; down ", down, to);
	}
	fprintf(to, "; mtu %u, seed %" PRIu64 "\n", o->config.mtu, o->config.seed);
}
