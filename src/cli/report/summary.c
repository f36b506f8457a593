/*
 * cli/report/summary.c - prints the summary at the end of a run: each connection, the link's
 * counters, and drops with their reasons. It gathers nothing itself.
 */
#include "cli/report/summary.h"

#include "base/err.h"
#include "cli/common/units.h"

#include <inttypes.h>
#include <string.h>

const char *
summary_retx_words(unsigned why)
{
	static const char *const words[PKT_WHY_COUNT] = {[PKT_WHY_RETX_FAST] = "fast retransmit",
	    [PKT_WHY_RETX_SACK] = "SACK hole",
	    [PKT_WHY_RETX_RTO] = "timeout (RTO)",
	    [PKT_WHY_RETX_SYN] = "SYN again",
	    [PKT_WHY_RETX_PMTU] = "smaller path MTU",
	    [PKT_WHY_RETX_RESCUE] = "rescue",
	    [PKT_WHY_ZERO_WINDOW_PROBE] = "zero-window probe"};

	return why < PKT_WHY_COUNT ? words[why] : NULL;
}

static void
print_path(const struct conn_end *end, FILE *to)
{
	for (unsigned i = 0; i < end->npath; i++)
		fprintf(to, "%s%s", i ? " → " : "",
		    i + 1 == CONN_PATH && end->path_cut ? "…" : conn_state_name(end->path[i]));
	if (!end->npath)
		fputs("(sent nothing)", to);
	if (end->error)
		fprintf(to, "  (%s)", err_text(end->error));
	else if (!end->closed && end->npath && end->path[end->npath - 1] != LEAT_TCP_CLOSED)
		fputs("  (when the run ended)", to);
}

static void
print_times(const struct conn *c, const struct conn_end *client, FILE *to)
{
	char a[UNIT_TEXT], b[UNIT_TEXT], d[UNIT_TEXT];

	if (c->established >= 0)
		fprintf(
		    to, "  handshake  %s", unit_duration_text((c->established - c->opened) / USEC * USEC, a));
	else
		fputs("  handshake  not completed", to);
	if (client->rtts)
		fprintf(to, "; RTT %s smoothed, %s at least, RTO %s",
		    unit_duration_text(client->srtt / USEC * USEC, a),
		    unit_duration_text(client->rtt_min / USEC * USEC, b),
		    unit_duration_text(client->rto / USEC * USEC, d));
	fputc('\n', to);
}

static void
print_retx(const struct conn_end *end, FILE *to)
{
	uint64_t sum = 0;
	bool first = true;

	for (unsigned w = 0; w < PKT_WHY_COUNT; w++)
		if (summary_retx_words(w))
			sum += end->retx[w];
	fprintf(to, "%" PRIu64 " sent again", sum);
	for (unsigned w = 0; w < PKT_WHY_COUNT; w++)
		if (summary_retx_words(w) && end->retx[w]) {
			fprintf(
			    to, "%s%s %" PRIu64, first ? " (" : ", ", summary_retx_words(w), end->retx[w]);
			first = false;
		}
	if (!first)
		fputc(')', to);
}

/* Prints what an end sent, and the state of its congestion control at the end. */
static void
print_sender(const char *label, const struct conn_end *end, FILE *to)
{
	char octets[UNIT_TEXT];

	if (!end->has_info)
		return;
	fprintf(to, "  %s %s in %u segments, ", label, unit_octets_text(end->info.tcpi_bytes_acked, octets),
	    end->info.tcpi_segs_out);
	print_retx(end, to);
	fprintf(to, "; cwnd %s",
	    unit_octets_text(
		end->cwnd ? end->cwnd : (uint64_t)end->info.tcpi_snd_cwnd * end->info.tcpi_snd_mss, octets));
	if (end->ssthresh && end->ssthresh < 0x7fffffff)
		fprintf(to, ", ssthresh %s", unit_octets_text(end->ssthresh, octets));
	fputc('\n', to);
}

/* Returns true if both ends are sockets of the program. Each of them has a record. */
static bool
is_inside(const struct conn *c)
{
	return ipaddr_is_loopback(&c->far.addr) || ipaddr_eq(&c->far.addr, &c->program.addr);
}

static void
print_conn(const struct conn *c, FILE *to)
{
	char a[ENDPOINT_TEXT], b[ENDPOINT_TEXT];
	const struct conn_end *client =
	    c->end[END_PROGRAM].passive ? &c->end[END_GATEWAY] : &c->end[END_PROGRAM];

	fprintf(to, "TCP %s %s %s  %s\n", endpoint_text(&c->program, a),
	    c->end[END_PROGRAM].passive ? "←" : "→", endpoint_text(&c->far, b), c->owner);
	fputs("  program    ", to);
	print_path(&c->end[END_PROGRAM], to);
	fputs("\n  far end    ", to);
	if (is_inside(c))
		fputs("also inside, without the link; listed as a connection of its own", to);
	else
		print_path(&c->end[END_GATEWAY], to);
	fputc('\n', to);
	if (!is_inside(c) || !c->end[END_PROGRAM].passive)
		print_times(c, client, to);
	print_sender("sent      ", &c->end[END_PROGRAM], to);
	print_sender("received  ", &c->end[END_GATEWAY], to);
}

static void
print_rest(const struct conns *conns, uint64_t shown, FILE *to)
{
	uint64_t octets[2] = {0, 0}, failed = 0;
	char a[UNIT_TEXT], b[UNIT_TEXT];

	list_each(n, &conns->list) {
		const struct conn *c = container_of(n, const struct conn, node);

		for (unsigned end = 0; end < 2; end++)
			octets[end] += c->end[end].info.tcpi_bytes_acked;
		failed += c->end[END_PROGRAM].error != 0;
	}
	fprintf(to,
	    "and %" PRIu64 " more connections; all %" PRIu64 " together sent %s and received %s, %" PRIu64
	    " ended in an error\n",
	    conns->total - shown, conns->total, unit_octets_text(octets[END_PROGRAM], a),
	    unit_octets_text(octets[END_GATEWAY], b), failed);
}

static void
print_link(const char *name, const struct emu_counters *c, FILE *to)
{
	char octets[UNIT_TEXT];

	fprintf(to, "link %s  %" PRIu64 " frames (%s), %" PRIu64 " delivered", name, c->frames,
	    unit_octets_text(c->octets, octets), c->delivered);
	if (c->lost)
		fprintf(
		    to, ", %" PRIu64 " lost (%.2f%%)", c->lost, 100.0 * (double)c->lost / (double)c->frames);
	if (c->queue_full)
		fprintf(to, ", %" PRIu64 " dropped because the queue was full", c->queue_full);
	if (c->duplicated)
		fprintf(to, ", %" PRIu64 " duplicated", c->duplicated);
	if (c->reordered)
		fprintf(to, ", %" PRIu64 " reordered", c->reordered);
	if (c->corrupted)
		fprintf(to, ", %" PRIu64 " corrupted", c->corrupted);
	fprintf(to, "; longest queue %" PRIu64 "\n", c->queue_max);
}

static void
print_drops(const char *who, const uint64_t *drops, FILE *to)
{
	for (unsigned r = 0; r < DROP_COUNT; r++)
		if (drops[r])
			fprintf(to, "dropped %s  %" PRIu64 " × %s%s%s%s\n", who, drops[r], drop_text(r),
			    *drop_source(r) ? " (" : "", drop_source(r), *drop_source(r) ? ")" : "");
}

static void
print_captures(const struct summary *s, FILE *to)
{
	static const char *const saw[CAPTURES] = {
	    "as the program's side saw them", "as the gateway's side saw them", "from both sides"};

	for (unsigned i = 0; i < CAPTURES; i++) {
		const char *name = s->capture[i];

		if (name && !strcmp(name, "-"))
			fprintf(to, "capture    standard output: %" PRIu64 " packets, %s\n", s->captured[i],
			    saw[i]);
		else if (name)
			fprintf(to,
			    "capture    %s: %" PRIu64
			    " packets, %s; open it with: wireshark %s   or: tshark -r %s\n",
			    name, s->captured[i], saw[i], name, name);
	}
}

bool
summary_loopback_most(const struct summary *s)
{
	return s->loopback->tx_octets > s->link[EMU_UP]->octets + s->link[EMU_DOWN]->octets;
}

static void
print_room(const struct summary *s, FILE *to)
{
	if (s->no_descriptor)
		fprintf(to,
		    "limit      %" PRIu64 " time%s there was no descriptor left of the %u for connections, "
		    "which then waited or were "
		    "refused; raise the hard limit (ulimit -Hn)\n",
		    s->no_descriptor, s->no_descriptor == 1 ? "" : "s", s->descriptors);
}

/* If the link was to be bad but most of the traffic did not cross it, says so. */
static void
print_hint(const struct summary *s, FILE *to)
{
	char octets[UNIT_TEXT];

	if (s->impaired && summary_loopback_most(s))
		fprintf(to,
		    "hint       most of the traffic, %s, stayed on the program's loopback, which the link's "
		    "options do not affect; run client and server in a `leat run` each, and publish the "
		    "server's port with -p\n",
		    unit_octets_text(s->loopback->tx_octets, octets));
}

void
summary_print(const struct summary *s, FILE *to)
{
	uint64_t shown = 0;
	char took[UNIT_TEXT];

	fprintf(to, "── leat: %" PRIu64 " TCP connection%s in %s\n", s->conns->total,
	    s->conns->total == 1 ? "" : "s", unit_duration_text((s->end - s->begin) / MSEC * MSEC, took));
	list_each(n, &s->conns->list) {
		if (shown == SUMMARY_SHOWN)
			break;
		print_conn(container_of(n, const struct conn, node), to);
		shown++;
	}
	if (shown < s->conns->total)
		print_rest(s->conns, shown, to);
	print_link("up  ", s->link[EMU_UP], to);
	print_link("down", s->link[EMU_DOWN], to);
	print_drops("by the program's stack", s->drops[END_PROGRAM], to);
	print_drops("by the gateway's stack", s->drops[END_GATEWAY], to);
	print_captures(s, to);
	print_room(s, to);
	print_hint(s, to);
}
