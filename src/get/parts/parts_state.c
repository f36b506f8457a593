/*
 * get/parts/parts_state.c - what is missing of a file, as text.
 */
#include "get/parts/parts.h"

#include "http/message/octet.h"

static void
put_missing(struct http_writer *w, const struct parts_run *run)
{
	if (run->next == run->end)
		return;
	http_put_text(w, "missing ");
	http_put_number(w, run->next, 10);
	http_put_text(w, "-");
	http_put_number(w, run->end - 1, 10);
	http_put_text(w, "\n");
}

/* In order of place: those that connections fetch stand between the gaps. */
void
parts_put(struct http_writer *w, const struct parts *p)
{
	struct parts all = *p;

	for (unsigned i = 0; i < all.slots; i++)
		parts_stop(&all, i);
	http_put_text(w, "length ");
	http_put_number(w, all.length, 10);
	http_put_text(w, "\n");
	for (unsigned i = 0; i < all.gaps; i++)
		put_missing(w, &all.gap[i]);
}

/* Takes @text off the start of *@rest. */
static bool
take_text(struct http_span *rest, const char *text)
{
	size_t n = strlen(text);

	if (rest->len < n || memcmp(rest->at, text, n) != 0)
		return false;
	*rest = (struct http_span){rest->at + n, rest->len - n};
	return true;
}

/* Takes a number of at most 18 digits off the start of *@rest. */
static bool
take_number(struct http_span *rest, uint64_t *n)
{
	size_t digits = 0;

	for (*n = 0; digits < rest->len && digits < 18 && http_is_digit(rest->at[digits]); digits++)
		*n = *n * 10 + (uint64_t)(rest->at[digits] - '0');
	*rest = (struct http_span){rest->at + digits, rest->len - digits};
	return digits > 0;
}

static bool
take_missing(struct http_span *rest, struct parts_run *run)
{
	uint64_t last;

	if (!take_text(rest, "missing ") || !take_number(rest, &run->next) || !take_text(rest, "-") ||
	    !take_number(rest, &last) || !take_text(rest, "\n"))
		return false;
	run->end = last + 1;
	return run->next < run->end;
}

bool
parts_read(struct parts *p, unsigned slots, struct http_span text)
{
	struct parts made;
	uint64_t length, from = 0;

	if (!take_text(&text, "length ") || !take_number(&text, &length) || !take_text(&text, "\n"))
		return false;
	parts_init(&made, slots, length);
	made.gaps = 0;
	while (text.len > 0) {
		struct parts_run run;

		if (made.gaps == PARTS_GAPS - PARTS_MOST || !take_missing(&text, &run) || run.next < from ||
		    run.end > length)
			return false;
		from = run.end;
		made.gap[made.gaps++] = run;
	}
	*p = made;
	return true;
}
