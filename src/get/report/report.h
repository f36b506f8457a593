/*
 * get/report/report.h - what `leat get -w` prints after a transfer. For get only.
 */
#ifndef GET_REPORT_H
#define GET_REPORT_H

#include "get/show/facts.h"
#include "get/transfer/transfer.h"

/* A copy of the fields of a response. */
struct report_head {
	struct http_field *field;
	size_t fields;
	char *text;
};

/* Keeps the fields of @r in the place of those before. Without memory there are none. */
void report_keep(struct report_head *h, const struct http_response *r);
void report_forget(struct report_head *h);

/* What a transfer knows about itself, and its owner about its output. */
struct report {
	const struct transfer *transfer;
	const struct report_head *head;
	const char *url, *method, *filename, *referer;
	unsigned urlnum;
};

/* Prints @format, filled in. */
void report_print(const char *format, const struct report *r);

#endif
