/*
 * get/transfer/failure.c - why a request got no whole response, as curl's codes, and whether it
 * may be sent once more.
 */
#include "get/transfer/impl.h"

#include "base/err.h"
#include "http/message/start.h"
#include "http/semantics/method.h"

#include <inttypes.h>

static const char *
reason_words(enum http_reason why)
{
	return why ? http_reason_words(why) : "it is not HTTP";
}

static void
refused(struct transfer *t, enum http_reason why)
{
	switch (why) {
	case HTTP_EOF_IN_HEAD:
		transfer_fail(t, GET_RECEIVE, "the connection ended within the head of the response");
		break;
	case HTTP_EOF_IN_BODY:
		if (t->info.has_expected)
			transfer_fail(t, GET_PARTIAL,
			    "transfer closed with %" PRIu64 " bytes remaining to read",
			    t->info.expected - t->info.received);
		else
			transfer_fail(t, GET_PARTIAL, "transfer closed with outstanding read data remaining");
		break;
	case HTTP_HEAD_LARGE:
	case HTTP_FIELDS_MANY:
	case HTTP_LINE_LONG:
	case HTTP_CHUNK_SIZE:
	case HTTP_CHUNK_OVERFLOW:
	case HTTP_CHUNK_END:
		transfer_fail(t, GET_RECEIVE, "the response is refused: %s (%s)", reason_words(why),
		    http_reason_source(why));
		break;
	default:
		transfer_fail(t, GET_WEIRD_REPLY, "the response is refused: %s (%s)", reason_words(why),
		    http_reason_source(why));
	}
}

void
failure_name(struct transfer *t, const struct call_end *end)
{
	if (end->result == -LEAT_EPROTO)
		refused(t, end->reason);
	else if (end->result == -LEAT_ENOMEM)
		transfer_fail(t, GET_MEMORY, NULL);
	else if (end->eof && !end->touched)
		transfer_fail(t, GET_EMPTY_REPLY, "Empty reply from server");
	else if (!end->sent)
		transfer_fail(t, GET_SEND, "Send failure: %s", err_text(end->result));
	else
		transfer_fail(t, GET_RECEIVE, "Recv failure: %s", err_text(end->result));
}

/*
 * A connection that was kept may have been closed while the request was under way. The request goes
 * out again if it does no harm twice (RFC 9110, 9.2.2).
 */
bool
failure_may_repeat(const struct transfer *t, const struct call_end *end)
{
	static const bool safe[] = {true, true, false, true};
	const char *method = t->get->set->method;

	if (!t->reused || end->touched || end->result == -LEAT_EPROTO)
		return false;
	return method ? http_method_is_idempotent(http_method_of(http_span_of(method))) : safe[t->ask.method];
}
