/*
 * serve/metrics.c - the counters of all workers, in Prometheus's text format (version 0.0.4).
 */
#include "serve/impl.h"

#include <inttypes.h>
#include <stddef.h>
#include <stdio.h>

#define COUNT_OF(member) (offsetof(struct serve_counts, member) / sizeof(uint64_t))

static const struct {
	const char *name, *label, *help;
	size_t count;
} counters[] = {
    {"connections_total", "", "Connections that were accepted.", COUNT_OF(accepted)},
    {"sent_bytes_total", "", "Octets that were sent, heads included.", COUNT_OF(octets)},
    {"refused_connections_total", "{reason=\"full\"}", "Connections that were turned away.",
	COUNT_OF(refused_full)},
    {"refused_connections_total", "{reason=\"client\"}", NULL, COUNT_OF(refused_client)},
    {"timed_out_connections_total", "", "Connections that had had enough time.", COUNT_OF(timeouts)},
    {"broken_responses_total", "", "Responses that were not sent to their end.", COUNT_OF(broken)},
    {"uploaded_files_total", "", "Files that clients have uploaded.", COUNT_OF(stored)},
    {"removed_files_total", "", "Files and folders that clients have removed.", COUNT_OF(removed)},
    {"refused_logins_total", "", "Requests without a name and a password, or with wrong ones.",
	COUNT_OF(not_users)},
    {"requests_total", "{code=\"1xx\"}", "Requests that were answered, by the status.",
	COUNT_OF(statuses[1])},
    {"requests_total", "{code=\"2xx\"}", NULL, COUNT_OF(statuses[2])},
    {"requests_total", "{code=\"3xx\"}", NULL, COUNT_OF(statuses[3])},
    {"requests_total", "{code=\"4xx\"}", NULL, COUNT_OF(statuses[4])},
    {"requests_total", "{code=\"5xx\"}", NULL, COUNT_OF(statuses[5])},
    {"requests_total", "{code=\"none\"}", NULL, COUNT_OF(statuses[0])},
};

static void
put_number(struct http_writer *w, uint64_t n)
{
	http_put_number(w, n, 10);
	http_put_text(w, "\n");
}

static void
put_head(struct http_writer *w, const char *name, const char *type, const char *help)
{
	char line[256];

	snprintf(
	    line, sizeof line, "# HELP leat_serve_%s %s\n# TYPE leat_serve_%s %s\n", name, help, name, type);
	http_put_text(w, line);
}

static void
put_name(struct http_writer *w, const char *name, const char *label)
{
	http_put_text(w, "leat_serve_");
	http_put_text(w, name);
	http_put_text(w, label);
	http_put_text(w, " ");
}

static void
put_seconds(struct http_writer *w, uint64_t ns)
{
	char text[40];

	snprintf(text, sizeof text, "%" PRIu64 ".%09" PRIu64 "\n", ns / SEC, ns % SEC);
	http_put_text(w, text);
}

static void
put_counters(struct http_writer *w, const struct share *share)
{
	for (size_t i = 0; i < sizeof counters / sizeof *counters; i++) {
		if (counters[i].help)
			put_head(w, counters[i].name, "counter", counters[i].help);
		put_name(w, counters[i].name, counters[i].label);
		put_number(w, share_sum(share, (unsigned)counters[i].count));
	}
}

/* Buckets are cumulative: each counts the requests that took no longer than its bound. */
static void
put_times(struct http_writer *w, const struct share *share)
{
	uint64_t sum = 0;
	char label[32];

	put_head(
	    w, "request_seconds", "histogram", "How long requests took, from the head to the last octet.");
	for (unsigned i = 0; i < SERVE_TIMES; i++) {
		if (serve_times[i] == NSEC_NEVER)
			snprintf(label, sizeof label, "{le=\"+Inf\"}");
		else
			snprintf(label, sizeof label, "{le=\"%g\"}", (double)serve_times[i] / SEC);
		sum += share_sum(share, (unsigned)COUNT_OF(took) + i);
		put_name(w, "request_seconds_bucket", label);
		put_number(w, sum);
	}
	put_name(w, "request_seconds_sum", "");
	put_seconds(w, share_sum(share, (unsigned)COUNT_OF(took_all)));
	put_name(w, "request_seconds_count", "");
	put_number(w, sum);
}

static void
put_gauges(struct http_writer *w, const struct share *share)
{
	put_head(w, "connections", "gauge", "Connections that are open, this one included.");
	put_name(w, "connections", "");
	put_number(w, share_conns_all(share));
}

static void
answer_counters(struct http_exchange *x)
{
	struct serve_work *work = work_of(x);
	struct http_writer w = http_writer(work->scratch, sizeof work->scratch);
	struct http_field field = {
	    http_span_of("Content-Type"), http_span_of("text/plain; version=0.0.4; charset=utf-8")};
	struct http_answer a = {.status = 200, .field = &field, .fields = 1};
	const struct share *share = conn_of(x)->serve->share;

	put_gauges(&w, share);
	put_counters(&w, share);
	put_times(&w, share);
	assert(!w.err);
	a.content = http_memory(w.at, w.len);
	answer_send(x, &a);
}

void
metrics_answer(struct http_exchange *x)
{
	if (methods_refuse(x, 1U << HTTP_GET | 1U << HTTP_HEAD))
		return;
	if (http_span_eq(x->request->path, http_span_of("/metrics")))
		answer_counters(x);
	else
		answer_refuse(x, REFUSED_ABSENT, NULL);
}
