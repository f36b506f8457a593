/*
 * cli/report/trace.c - prints a line for each frame that the link takes, and for each ICMP error
 * and drop. The records of connections are those of cli/report/conns.h.
 */
#include "cli/report/trace.h"

#include "cli/report/frame_words.h"
#include "cli/report/summary.h"

enum { STATE_COLUMN = 12, WORDS_COLUMN = 74 };

static const char *
state_of(const struct conn *c, unsigned end)
{
	const struct conn_end *e = c ? &c->end[end] : NULL;

	return e && e->npath ? conn_state_name(e->path[e->npath - 1]) : "–";
}

static const char *
fate_words(uint8_t verdict)
{
	switch (verdict) {
	case LINK_LOST:
		return "✗ lost on the way";
	case LINK_QUEUE_FULL:
		return "✗ the queue was full";
	default:
		return NULL;
	}
}

/* Returns how many blanks fill @text up to @column. Continuation octets of UTF-8 take no column. */
static int
padding(const char *text, int column)
{
	int shown = 0;

	for (; *text; text++)
		shown += (*text & 0xc0) != 0x80;
	return shown < column ? column - shown : 0;
}

static void
print_line(struct trace *t, nsec_t when, unsigned from, const struct conn *c, const char *words,
    const char *fate, const char *again)
{
	const char *left = state_of(c, END_PROGRAM), *right = state_of(c, END_GATEWAY);

	fprintf(t->to, "%12.3f ms  %s%*s %s %s%*s %s", (double)(when - t->begin) / 1e6, left,
	    padding(left, STATE_COLUMN), "", from == END_PROGRAM ? "──▶" : "◀──", words,
	    padding(words, WORDS_COLUMN), "", right);
	if (c)
		fprintf(t->to, "%*s :%u %s", padding(right, STATE_COLUMN), "", c->program.port, c->owner);
	if (again)
		fprintf(t->to, "  again: %s", again);
	if (fate)
		fprintf(t->to, "  %s", fate);
	fputc('\n', t->to);
}

void
trace_link(struct trace *t, const struct event *e)
{
	unsigned from = e->link.direction == 0 ? END_PROGRAM : END_GATEWAY;
	char words[FRAME_WORDS];
	const struct conn *c;

	if (e->link.verdict != LINK_SENT && e->link.verdict != LINK_LOST &&
	    e->link.verdict != LINK_QUEUE_FULL)
		return;
	c = frame_words(t->conns, from, e->link.pkt, words);
	if (!*words)
		return;
	print_line(
	    t, e->when, from, c, words, fate_words(e->link.verdict), summary_retx_words(e->link.pkt->why));
}

static const char *
stack_name(unsigned end)
{
	return end == END_PROGRAM ? "the program's stack" : "the gateway's stack";
}

/*
 * Type 0 is an echo reply, which is never an error. Here it stands for an error that the stack
 * found itself.
 */
static void
trace_error(struct trace *t, unsigned end, const struct event *e)
{
	double ms = (double)(e->when - t->begin) / 1e6;
	char to[ENDPOINT_TEXT];

	endpoint_text(&e->icmp.remote, to);
	if (e->icmp.type)
		fprintf(t->to, "%12.3f ms  %s received an ICMP error (type %u, code %u) about %s\n", ms,
		    stack_name(end), e->icmp.type, e->icmp.code, to);
	else
		fprintf(t->to,
		    "%12.3f ms  %s cannot reach %s: the neighbour does not answer, or there is no route\n",
		    ms, stack_name(end), to);
}

void
trace_event(struct trace *t, unsigned end, const struct event *e)
{
	if (e->kind == EVENT_DROP && e->drop.reason != DROP_LINK_LOSS && e->drop.reason != DROP_LINK_QUEUE)
		fprintf(t->to, "%12.3f ms  %s dropped a packet: %s\n", (double)(e->when - t->begin) / 1e6,
		    stack_name(end), drop_text(e->drop.reason));
	if (e->kind == EVENT_ICMP_ERROR)
		trace_error(t, end, e);
}
