/*
 * get/show/progress.c - the lines on the terminal, and when they are drawn.
 *
 * The cursor rests at the end of the last line that is drawn. A drawing goes up to the first line,
 * and writes over all of them.
 */
#include "get/show/progress.h"

#include "get/show/text.h"

#define INTERVAL (SEC / 5)

#define ERASE_REST_OF_SCREEN "\033[J"

void
progress_init(struct progress *p, unsigned columns, unsigned rows, nsec_t now)
{
	*p = (struct progress){.rows = rows < PROGRESS_ROWS ? rows : PROGRESS_ROWS, .next = now + INTERVAL};
	list_init(&p->going);
	progress_resize(p, columns);
	speed_begin(&p->speed, now, 0);
}

/* The last column stays free: some terminals begin a new line once it is written. */
void
progress_resize(struct progress *p, unsigned columns)
{
	p->columns = columns > 300 ? 300 : columns > 1 ? columns - 1 : 1;
}

void
progress_expect(struct progress *p, uint64_t n)
{
	p->files += n;
}

/* Copies @name; of one that is too long, both ends. */
static void
copy_name(struct progress_item *i, struct http_span name)
{
	size_t half = PROGRESS_NAME / 2;

	i->name_len = name.len < PROGRESS_NAME ? name.len : PROGRESS_NAME;
	if (name.len > PROGRESS_NAME) {
		memcpy(i->name, name.at, half);
		memcpy(i->name + half, name.at + name.len - half, half);
	} else {
		memcpy(i->name, name.at, name.len);
	}
}

void
progress_add(struct progress *p, struct progress_item *i, struct http_span name, uint64_t done, nsec_t now)
{
	*i = (struct progress_item){.done = done};
	copy_name(i, name);
	speed_begin(&i->speed, now, done);
	list_init(&i->node);
	list_push(&p->going, &i->node);
}

void
progress_total(struct progress_item *i, uint64_t total)
{
	i->total = total;
	i->has_total = true;
}

void
progress_done(struct progress_item *i, uint64_t done)
{
	i->done = done;
}

void
progress_erase(struct progress *p, struct http_writer *w)
{
	if (p->drawn == 0)
		return;
	http_put_text(w, "\r");
	if (p->drawn > 1) {
		http_put_text(w, "\033[");
		http_put_number(w, p->drawn - 1, 10);
		http_put_text(w, "A");
	}
	http_put_text(w, ERASE_REST_OF_SCREEN);
	p->drawn = 0;
}

/* Begins a line: the first where the cursor is, others below it. */
static void
begin_line(struct progress *p, struct http_writer *w)
{
	if (p->drawn > 0)
		http_put_text(w, "\n");
	p->drawn++;
}

static uint64_t
moved(const struct progress_item *i)
{
	return i->done > i->speed.begin.octets ? i->done - i->speed.begin.octets : 0;
}

/* "3 of 10 files, 12.3 MB, 3.2 MB/s" */
static void
put_summary(struct progress *p, struct http_writer *w, uint64_t octets, nsec_t now)
{
	char text[160];
	struct http_writer line = http_writer(text, sizeof text);

	http_put_number(&line, p->ended, 10);
	http_put_text(&line, " of ");
	http_put_number(&line, p->files, 10);
	http_put_text(&line, " files, ");
	show_put_size(&line, octets);
	http_put_text(&line, ", ");
	show_put_size(&line, speed_recent(&p->speed, now, octets));
	http_put_text(&line, "/s");
	begin_line(p, w);
	show_put_name(w, (struct http_span){text, line.len}, p->columns);
}

static void
put_lines(struct progress *p, struct http_writer *w, nsec_t now)
{
	uint64_t octets = p->octets;
	unsigned shown = 0;

	list_each(n, &p->going) {
		struct progress_item *i = container_of(n, struct progress_item, node);

		speed_note(&i->speed, now, i->done);
		octets += moved(i);
		if (shown++ >= p->rows)
			continue;
		begin_line(p, w);
		progress_put_line(w, i, p->columns, false, now);
	}
	speed_note(&p->speed, now, octets);
	if (p->files > 1)
		put_summary(p, w, octets, now);
}

bool
progress_draw(struct progress *p, struct http_writer *w, nsec_t now)
{
	if (now < p->next || list_empty(&p->going))
		return false;
	p->next = now + INTERVAL;
	progress_erase(p, w);
	put_lines(p, w, now);
	return true;
}

void
progress_end(struct progress *p, struct progress_item *i, struct http_writer *w, bool whole, nsec_t now)
{
	progress_erase(p, w);
	list_del(&i->node);
	p->ended++;
	p->octets += moved(i);
	if (whole) {
		progress_put_line(w, i, p->columns, true, now);
		http_put_text(w, "\n");
	}
	p->next = p->next < now ? p->next : now;
}
