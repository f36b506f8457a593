/*
 * cli/report/json.c - writes the summary as JSON. It gathers nothing itself.
 */
#include "cli/report/summary.h"

#include "base/err.h"

#include <errno.h>
#include <jansson.h>
#include <sys/wait.h>

static json_t *
endpoint_json(const struct endpoint *e)
{
	char text[IPADDR_TEXT];

	return json_pack("{s:s, s:i}", "address", ipaddr_text(&e->addr, text), "port", (int)e->port);
}

/* Milliseconds, as a number with fractions. A negative time is null: it never happened. */
static json_t *
ms_json(nsec_t t)
{
	return t < 0 ? json_null() : json_real((double)t / 1e6);
}

static json_t *
retx_json(const struct conn_end *end)
{
	json_t *o = json_object();

	for (unsigned w = 0; w < PKT_WHY_COUNT; w++)
		if (summary_retx_words(w) && end->retx[w])
			json_object_set_new(o, summary_retx_words(w), json_integer((json_int_t)end->retx[w]));
	return o;
}

static json_t *
end_json(const struct conn_end *end)
{
	json_t *o = json_object(), *path = json_array();

	for (unsigned i = 0; i < end->npath; i++)
		json_array_append_new(path, json_string(conn_state_name(end->path[i])));
	json_object_set_new(o, "states", path);
	json_object_set_new(o, "states_cut", json_boolean(end->path_cut));
	json_object_set_new(o, "error", end->error ? json_string(err_name(end->error)) : json_null());
	json_object_set_new(o, "cwnd", json_integer(end->cwnd));
	json_object_set_new(
	    o, "ssthresh", end->ssthresh < 0x7fffffff ? json_integer(end->ssthresh) : json_null());
	json_object_set_new(o, "srtt_ms", ms_json(end->rtts ? end->srtt : -1));
	json_object_set_new(o, "rttvar_ms", ms_json(end->rtts ? end->rttvar : -1));
	json_object_set_new(o, "rtt_min_ms", ms_json(end->rtts ? end->rtt_min : -1));
	json_object_set_new(o, "rto_ms", ms_json(end->rtts ? end->rto : -1));
	json_object_set_new(o, "retransmitted", retx_json(end));
	json_object_set_new(o, "retransmitted_octets", json_integer((json_int_t)end->retx_octets));
	if (end->has_info) {
		json_object_set_new(o, "octets_acked", json_integer((json_int_t)end->info.tcpi_bytes_acked));
		json_object_set_new(
		    o, "octets_received", json_integer((json_int_t)end->info.tcpi_bytes_received));
		json_object_set_new(o, "segments_out", json_integer(end->info.tcpi_segs_out));
		json_object_set_new(o, "segments_in", json_integer(end->info.tcpi_segs_in));
	}
	return o;
}

static json_t *
conn_json(const struct conn *c, nsec_t begin)
{
	json_t *o = json_object();

	json_object_set_new(o, "program_name", endpoint_json(&c->program));
	json_object_set_new(o, "far_name", endpoint_json(&c->far));
	json_object_set_new(o, "owner", *c->owner ? json_string(c->owner) : json_null());
	json_object_set_new(o, "opened_by", json_string(c->end[END_PROGRAM].passive ? "far end" : "program"));
	json_object_set_new(o, "opened_ms", ms_json(c->opened - begin));
	json_object_set_new(o, "handshake_ms", ms_json(c->established < 0 ? -1 : c->established - c->opened));
	json_object_set_new(o, "closed_ms", ms_json(c->closed < 0 ? -1 : c->closed - begin));
	json_object_set_new(o, "program", end_json(&c->end[END_PROGRAM]));
	json_object_set_new(o, "far_end", end_json(&c->end[END_GATEWAY]));
	return o;
}

static json_t *
link_json(const struct emu_counters *c)
{
	return json_pack("{s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I}", "frames",
	    (json_int_t)c->frames, "octets", (json_int_t)c->octets, "delivered", (json_int_t)c->delivered,
	    "delivered_octets", (json_int_t)c->delivered_octets, "lost", (json_int_t)c->lost, "duplicated",
	    (json_int_t)c->duplicated, "reordered", (json_int_t)c->reordered, "corrupted",
	    (json_int_t)c->corrupted, "queue_full", (json_int_t)c->queue_full, "queue_max",
	    (json_int_t)c->queue_max);
}

static json_t *
drops_json(const uint64_t *drops)
{
	json_t *o = json_object();

	for (unsigned r = 0; r < DROP_COUNT; r++)
		if (drops[r])
			json_object_set_new(o, drop_name(r), json_integer((json_int_t)drops[r]));
	return o;
}

static json_t *
status_json(int wait_status)
{
	if (WIFSIGNALED(wait_status))
		return json_pack("{s:i}", "signal", WTERMSIG(wait_status));
	return json_pack("{s:i}", "status", WEXITSTATUS(wait_status));
}

static json_t *
summary_object(const struct summary *s, int wait_status)
{
	static const char *const captures[CAPTURES] = {"capture", "capture_far", "capture_both"};
	json_t *o = json_object(), *conns = json_array();

	list_each(n, &s->conns->list)
		json_array_append_new(conns, conn_json(container_of(n, const struct conn, node), s->begin));
	json_object_set_new(o, "exit", status_json(wait_status));
	json_object_set_new(o, "duration_ms", ms_json(s->end - s->begin));
	json_object_set_new(o, "mtu", json_integer(s->mtu));
	json_object_set_new(o, "connections_total", json_integer((json_int_t)s->conns->total));
	json_object_set_new(o, "connections", conns);
	json_object_set_new(o, "link",
	    json_pack("{s:o, s:o}", "up", link_json(s->link[EMU_UP]), "down", link_json(s->link[EMU_DOWN])));
	json_object_set_new(o, "no_descriptor", json_integer((json_int_t)s->no_descriptor));
	json_object_set_new(o, "loopback",
	    json_pack("{s:I, s:I, s:b}", "frames", (json_int_t)s->loopback->tx_frames, "octets",
		(json_int_t)s->loopback->tx_octets, "most_of_the_traffic", summary_loopback_most(s)));
	json_object_set_new(o, "drops",
	    json_pack("{s:o, s:o}", "program", drops_json(s->drops[END_PROGRAM]), "gateway",
		drops_json(s->drops[END_GATEWAY])));
	for (unsigned i = 0; i < CAPTURES; i++)
		json_object_set_new(o, captures[i], s->capture[i] ? json_string(s->capture[i]) : json_null());
	return o;
}

static int
write_json(const char *text, size_t len, void *file)
{
	return file_write(file, text, len, 0) ? -1 : 0;
}

int
summary_json(const struct summary *s, int wait_status, struct file *file)
{
	json_t *o = summary_object(s, wait_status);
	bool whole = json_dump_callback(o, write_json, file, JSON_INDENT(2)) == 0;
	int err;

	file_write(file, "\n", 1, 0);
	err = file_close(file);
	json_decref(o);
	return err || whole ? err : -ENOMEM;
}
