/*
 * get/show/progress_line.c - the line of one transfer:
 *
 *   big.iso                     45% [======>        ] 12.3 MB   3.2 MB/s    4s left
 *
 * What has no room is left out: first the bar, then the name's end, then the speed.
 */
#include "get/show/progress.h"
#include "get/show/text.h"

enum { SIZE_COLUMNS = 8, SPEED_COLUMNS = 11, TIME_COLUMNS = 11, PERCENT_COLUMNS = 4 };
enum { BAR_LEAST = 12, BAR_MOST = 52, NAME_LEAST = 12 };
enum { FIELDS = 1 + PERCENT_COLUMNS + SIZE_COLUMNS + SPEED_COLUMNS + TIME_COLUMNS };

static void
put_spaces(struct http_writer *w, size_t n)
{
	for (; n > 0 && n < PROGRESS_ROOM; n--)
		http_put_text(w, " ");
}

/* Puts the text of @field, with spaces before it so that it takes @columns. */
static void
put_right(struct http_writer *w, const struct http_writer *field, size_t columns)
{
	put_spaces(w, columns > field->len ? columns - field->len : 0);
	http_put(w, field->at, field->len);
}

static unsigned
percent_of(const struct progress_item *i)
{
	if (i->total == 0 || i->done >= i->total)
		return 100;
	return (unsigned)((double)i->done * 100 / (double)i->total);
}

static void
put_percent(struct http_writer *w, const struct progress_item *i)
{
	char text[16];
	struct http_writer field = http_writer(text, sizeof text);

	if (i->has_total) {
		http_put_number(&field, percent_of(i), 10);
		http_put_text(&field, "%");
	}
	put_right(w, &field, PERCENT_COLUMNS);
}

/* @columns with its brackets and the space before it. */
static void
put_bar(struct http_writer *w, const struct progress_item *i, size_t columns)
{
	size_t inner = columns - 3, full = inner * percent_of(i) / 100;

	http_put_text(w, " [");
	for (size_t at = 0; at < inner; at++)
		http_put_text(w, at < full ? "=" : at == full ? ">" : " ");
	http_put_text(w, "]");
}

static void
put_size(struct http_writer *w, uint64_t octets)
{
	char text[32];
	struct http_writer field = http_writer(text, sizeof text);

	show_put_size(&field, octets);
	put_right(w, &field, SIZE_COLUMNS);
}

static void
put_speed(struct http_writer *w, uint64_t speed)
{
	char text[32];
	struct http_writer field = http_writer(text, sizeof text);

	show_put_size(&field, speed);
	http_put_text(&field, "/s");
	put_right(w, &field, SPEED_COLUMNS);
}

/* How long it took; how long it will take; or, if that is not known, how long it has taken. */
static void
put_time(struct http_writer *w, const struct progress_item *i, uint64_t speed, bool ended, nsec_t now)
{
	nsec_t spent = now - i->speed.begin.at;
	double left = speed > 0 && i->total > i->done ? (double)(i->total - i->done) / (double)speed : 0;
	char text[32];
	struct http_writer field = http_writer(text, sizeof text);

	if (ended) {
		http_put_text(&field, "in ");
		show_put_time(&field, spent);
	} else if (i->has_total && speed > 0) {
		show_put_time(&field, left < 1e9 ? (nsec_t)(left * (double)SEC) : (nsec_t)1000000000 * SEC);
		http_put_text(&field, " left");
	} else {
		show_put_time(&field, spent);
	}
	put_right(w, &field, TIME_COLUMNS);
}

/* Columns of the bar; 0 if there is none. Where the bars of several lines begin is the same. */
static unsigned
bar_columns(const struct progress_item *i, unsigned room, unsigned name)
{
	unsigned bar = room > name ? room - name : 0;

	if (!i->has_total || bar < BAR_LEAST)
		return 0;
	return bar < BAR_MOST ? bar : BAR_MOST;
}

void
progress_put_line(
    struct http_writer *w, const struct progress_item *i, unsigned columns, bool ended, nsec_t now)
{
	struct http_span name = {i->name, i->name_len};
	uint64_t speed = ended ? speed_mean(&i->speed, now, i->done) : speed_recent(&i->speed, now, i->done);
	bool narrow = columns < FIELDS + NAME_LEAST;
	unsigned fields = narrow ? 1 + PERCENT_COLUMNS + SIZE_COLUMNS : FIELDS;
	unsigned room = columns > fields ? columns - fields : 0;
	unsigned bar = narrow ? 0 : bar_columns(i, room, columns / 3);

	show_put_name(w, name, room - bar);
	http_put_text(w, " ");
	put_percent(w, i);
	if (bar > 0)
		put_bar(w, i, bar);
	put_size(w, i->done);
	if (narrow)
		return;
	put_speed(w, speed);
	put_time(w, i, speed, ended, now);
}
