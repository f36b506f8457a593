/*
 * serve/page/listing_query.c - how a listing is wanted, from the query of a URI.
 */
#include "serve/page/listing.h"

#include "http/uri/query.h"

enum { PAGES_MOST = 1000000 };

static void
read_sort(struct http_span value, struct listing_query *q)
{
	static const char *const names[LISTING_SORTS] = {"name", "size", "date"};

	for (int i = 0; i < LISTING_SORTS; i++) {
		if (http_form_is(value, names[i]))
			q->sort = (enum listing_sort)i;
	}
}

static void
read_page(struct http_span value, struct listing_query *q)
{
	unsigned page = 0;

	for (size_t i = 0; i < value.len && page < PAGES_MOST; i++) {
		if (value.at[i] < '0' || value.at[i] > '9')
			return;
		page = 10 * page + (unsigned)(value.at[i] - '0');
	}
	if (page > 0)
		q->page = page;
}

void
listing_query_read(struct http_span query, struct listing_query *q)
{
	struct http_span name, value;

	*q = (struct listing_query){.sort = LISTING_BY_NAME, .page = 1, .form = -1};
	while (http_query_next(&query, &name, &value)) {
		if (http_form_is(name, "sort"))
			read_sort(value, q);
		else if (http_form_is(name, "order"))
			q->descending = http_form_is(value, "desc");
		else if (http_form_is(name, "page"))
			read_page(value, q);
		else if (http_form_is(name, "format"))
			q->form = http_form_is(value, "json")   ? PAGE_JSON
				  : http_form_is(value, "html") ? PAGE_HTML
								: q->form;
	}
}
