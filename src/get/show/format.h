/*
 * get/show/format.h - the templates of -w: "%{http_code} %{time_total}\n", with the variables and
 * the syntax of curl 7.88.
 *
 * It reads no file and writes to none.
 */
#ifndef GET_SHOW_FORMAT_H
#define GET_SHOW_FORMAT_H

#include "get/show/facts.h"
#include "http/message/writer.h"

struct format_out {
	/* Octets of the result; @errors says if they go to standard error. */
	void (*put)(struct format_out *o, struct http_span octets, bool errors);
	/* There is no variable @name; nothing is put for it. */
	void (*unknown)(struct format_out *o, struct http_span name);
};

/* Fills in @template for @f. */
void format_write(struct http_span template, const struct get_facts *f, struct format_out *o);

/* Room for one value at most; what is longer is cut. */
enum { FORMAT_ROOM = 65536 };

/* Puts the value of @variable. Returns false, with nothing put, if there is none. */
bool format_put_value(struct http_writer *w, struct http_span variable, const struct get_facts *f);

/* Puts all variables as one JSON object, as %{json} does; and the fields, as %{header_json}. */
void format_put_json(struct http_writer *w, const struct get_facts *f);
void format_put_header_json(struct http_writer *w, const struct get_facts *f);

/* A variable, as the table of them has it. */
enum format_kind { FORMAT_TEXT, FORMAT_COUNT, FORMAT_TIME };

struct format_value {
	enum format_kind kind;
	struct http_span text; /* without octets: null in JSON */
	uint64_t count;
	nsec_t time;
};

/* The name of variable @i in the order of the alphabet, or NULL after the last; and its value. */
const char *format_variable(size_t i);
struct format_value format_value_of(size_t i, const struct get_facts *f);

#endif
