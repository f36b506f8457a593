/*
 * http/message/parser.c - the states of a message: head, content, trailer section, end.
 */
#include "http/message/parser_impl.h"

#include "http/message/field_line.h"
#include "http/message/framing.h"
#include "http/message/start.h"

#include <assert.h>

const struct http_limits http_limits_usual = {
    .line = 8192, .target = 8000, .head = 16384, .trailer = 4096, .extra = 1024, .body = INT64_MAX};

enum { EMPTY_LINES_MOST = 4, INTERIMS_MOST = 32 };

static void
parser_init(struct http_parser *p, const struct http_limits *limits, struct http_field *field, uint32_t most)
{
	*p = (struct http_parser){.limits = *limits, .field = field, .fields_most = most};
}

void
http_parser_requests(
    struct http_parser *p, const struct http_limits *limits, struct http_field *field, uint32_t fields_most)
{
	parser_init(p, limits, field, fields_most);
	http_parser_begin(p);
}

void
http_parser_responses(
    struct http_parser *p, const struct http_limits *limits, struct http_field *field, uint32_t fields_most)
{
	parser_init(p, limits, field, fields_most);
	p->responses = true;
	p->state = PARSER_DONE;
}

static void
next_message(struct http_parser *p)
{
	p->state = PARSER_EMPTY;
	p->fields = p->trailers = 0;
	p->lines = (struct http_lines){0};
	p->chunked = (struct http_chunked){0};
	p->reason = HTTP_FINE;
}

void
http_parser_begin(struct http_parser *p)
{
	next_message(p);
	p->empty_lines = 0;
	p->request = (struct http_request){0};
}

void
http_parser_begin_response(struct http_parser *p, enum http_method asked, bool may_switch)
{
	next_message(p);
	p->interims = 0;
	p->asked = asked;
	p->may_switch = may_switch;
	p->response = (struct http_response){0};
}

/* The state in which the content is read, now that the head is known. */
static enum http_reason
start_content(struct http_parser *p)
{
	static const uint8_t state[] = {[HTTP_NO_BODY] = PARSER_WHOLE,
	    [HTTP_BODY_LENGTH] = PARSER_LENGTH,
	    [HTTP_BODY_CHUNKED] = PARSER_CHUNKS,
	    [HTTP_BODY_CLOSE] = PARSER_CLOSE};

	p->framed = p->responses ? p->response.framed : p->request.framed;
	p->state = state[p->framed.framing];
	p->left = p->limits.body;
	if (p->framed.framing != HTTP_BODY_LENGTH)
		return HTTP_FINE;
	if (p->framed.length > p->limits.body)
		return HTTP_BODY_LARGE;
	p->left = p->framed.length;
	return HTTP_FINE;
}

static enum http_reason
request_head(struct http_parser *p)
{
	p->request.field = p->field;
	p->request.fields = p->fields;
	return http_frame_request(&p->request);
}

static enum http_reason
response_head(struct http_parser *p)
{
	p->response.field = p->field;
	p->response.fields = p->fields;
	if (p->response.status == 101 && !p->may_switch)
		return HTTP_UPGRADE_UNASKED;
	if (p->response.status < 200 && ++p->interims > INTERIMS_MOST)
		return HTTP_INTERIM_MANY;
	return http_frame_response(&p->response, p->asked);
}

static enum http_event
head_whole(struct http_parser *p, size_t *used)
{
	enum http_reason why = p->responses ? response_head(p) : request_head(p);

	if (why || (why = start_content(p)))
		return http_parse_bad(p, why);
	*used += p->lines.line;
	return HTTP_EVENT_HEAD;
}

/* RFC 9112, 2.2: a server passes over an empty line before a request line. */
static enum http_reason
empty_line(struct http_parser *p, size_t *used)
{
	if (p->responses)
		return HTTP_STATUS_LINE;
	if (++p->empty_lines > EMPTY_LINES_MOST)
		return HTTP_EMPTY_LINES;
	*used += p->lines.line;
	p->lines = (struct http_lines){0};
	return HTTP_FINE;
}

static enum http_reason
start_line(struct http_parser *p, struct http_span line, size_t *used)
{
	enum http_reason why;

	if (line.len == 0) {
		p->state = PARSER_EMPTY;
		return empty_line(p, used);
	}
	why = p->responses ? http_status_line(line, &p->response)
			   : http_request_line(line, p->limits.target, &p->request);
	p->state = PARSER_FIELDS;
	return why;
}

/* The first octet of a handshake record (RFC 8446, 5.1), which is no start of any request line. */
enum { TLS_HANDSHAKE = 22 };

static enum http_reason
name_control(const struct http_parser *p, const char *at)
{
	bool tls = !p->responses && p->state == PARSER_START && p->lines.line == 0 && at[0] == TLS_HANDSHAKE;

	return tls ? HTTP_TLS_IN_CLEAR : HTTP_CONTROL_OCTET;
}

/* One line of the head, or all lines that precede the start line. */
static enum http_event
on_head(struct http_parser *p, char *at, size_t n, size_t *used)
{
	struct http_span line;
	enum http_reason why = HTTP_FINE;

	while (!why) {
		size_t longest = p->state == PARSER_FIELDS ? p->limits.head : p->limits.line;

		if (p->state == PARSER_EMPTY) {
			if (*used == n)
				return HTTP_EVENT_MORE;
			p->state = PARSER_START;
		}
		switch (
		    http_lines_next(&p->lines, at + *used, n - *used, p->limits.head, longest, &line, &why)) {
		case HTTP_LINE_MORE:
			return HTTP_EVENT_MORE;
		case HTTP_LINE_BAD:
			return http_parse_bad(
			    p, why == HTTP_CONTROL_OCTET ? name_control(p, at + *used) : why);
		case HTTP_LINE:
			break;
		}
		if (p->state == PARSER_START)
			why = start_line(p, line, used);
		else if (line.len == 0)
			return head_whole(p, used);
		else
			why = http_field_line(p->field, &p->fields, p->fields_most, line, p->responses);
	}
	return http_parse_bad(p, why);
}

static enum http_event
on_whole(struct http_parser *p)
{
	bool interim = p->responses && p->response.status < 200 && p->response.status != 101;

	p->state = PARSER_DONE;
	if (interim)
		next_message(p);
	return HTTP_EVENT_END;
}

static enum http_event
step(struct http_parser *p, char *at, size_t n, size_t *used)
{
	switch (p->state) {
	case PARSER_EMPTY:
	case PARSER_START:
	case PARSER_FIELDS:
		return on_head(p, at, n, used);
	case PARSER_LENGTH:
		return http_parse_length(p, at, n, used);
	case PARSER_CHUNKS:
		return http_parse_chunks(p, at, n, used);
	case PARSER_TRAILER:
		return http_parse_trailer(p, at, n, used);
	case PARSER_CLOSE:
		return http_parse_close(p, at, n, used);
	case PARSER_WHOLE:
		return on_whole(p);
	case PARSER_BAD:
		return HTTP_EVENT_BAD;
	default:
		return n > 0 && p->responses ? http_parse_bad(p, HTTP_RESPONSE_UNASKED) : HTTP_EVENT_MORE;
	}
}

/* Where a step only changed the state, the next one has the event. */
enum http_event
http_parser_next(struct http_parser *p, char *at, size_t n, size_t *used)
{
	size_t taken;
	uint8_t state;
	enum http_event e;

	*used = 0;
	do {
		state = p->state;
		taken = 0;
		e = step(p, at + *used, n - *used, &taken);
		*used += taken;
	} while (e == HTTP_EVENT_MORE && p->state != state &&
		 (p->state == PARSER_TRAILER || p->state == PARSER_WHOLE));
	return e;
}

void
http_parser_moved(struct http_parser *p, const char *to)
{
	struct http_field *trailer = p->field + p->fields;
	const char *from = p->lines.at;

	assert(p->state != PARSER_START && p->state != PARSER_FIELDS);
	if (p->state != PARSER_TRAILER || !from)
		return;
	for (uint32_t i = 0; i < p->trailers; i++) {
		trailer[i].name.at = to + (trailer[i].name.at - from);
		trailer[i].value.at = to + (trailer[i].value.at - from);
	}
	p->lines.at = to;
}

enum http_event
http_parser_eof(struct http_parser *p)
{
	switch (p->state) {
	case PARSER_EMPTY:
	case PARSER_DONE:
		return HTTP_EVENT_MORE;
	case PARSER_CLOSE:
	case PARSER_WHOLE:
		return on_whole(p);
	case PARSER_START:
	case PARSER_FIELDS:
		return http_parse_bad(p, HTTP_EOF_IN_HEAD);
	case PARSER_BAD:
		return HTTP_EVENT_BAD;
	default:
		return http_parse_bad(p, HTTP_EOF_IN_BODY);
	}
}

enum http_waits
http_parser_waits(const struct http_parser *p)
{
	switch (p->state) {
	case PARSER_EMPTY:
		return HTTP_WAITS_MESSAGE;
	case PARSER_START:
		return HTTP_WAITS_START_LINE;
	case PARSER_FIELDS:
		return HTTP_WAITS_HEAD;
	case PARSER_WHOLE:
	case PARSER_DONE:
	case PARSER_BAD:
		return HTTP_WAITS_NOTHING;
	default:
		return HTTP_WAITS_BODY;
	}
}
