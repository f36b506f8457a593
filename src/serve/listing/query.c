/*
 * serve/listing/query.c - how a listing is wanted, from the query of a URI, and which names a
 * search finds.
 */
#include "serve/listing/impl.h"

#include "http/uri/percent.h"
#include "http/uri/query.h"

#include <string.h>
#include <strings.h>

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

/* A zero in it would end the text too early. */
static void
read_search(struct http_span value, struct listing_query *q)
{
	struct http_writer w = http_writer(q->search, sizeof q->search - 1);

	http_form_decode(&w, value);
	if (w.err || memchr(q->search, '\0', w.len))
		w.len = 0;
	q->search[w.len] = '\0';
}

void
listing_query_read(struct http_span query, struct listing_query *q)
{
	struct http_span name, value;

	*q = (struct listing_query){.sort = LISTING_BY_NAME, .form = -1};
	while (http_query_next(&query, &name, &value)) {
		if (http_form_is(name, "sort"))
			read_sort(value, q);
		else if (http_form_is(name, "order"))
			q->descending = http_form_is(value, "desc");
		else if (http_form_is(name, "page"))
			read_page(value, q);
		else if (http_form_is(name, "q"))
			read_search(value, q);
		else if (http_form_is(name, "format"))
			q->form = http_form_is(value, "json")   ? PAGE_JSON
				  : http_form_is(value, "html") ? PAGE_HTML
								: q->form;
	}
}

static bool
has_word(const char *name, const char *word, size_t len)
{
	for (; *name; name++) {
		if (strncasecmp(name, word, len) == 0)
			return true;
	}
	return false;
}

bool
listing_matches(const struct listing_query *q, const char *name)
{
	static const char blanks[] = " \t\r\n";
	const char *word = q->search + strspn(q->search, blanks);

	while (*word) {
		size_t len = strcspn(word, blanks);

		if (!has_word(name, word, len))
			return false;
		word += len;
		word += strspn(word, blanks);
	}
	return true;
}
