/*
 * get/report/live.c - draws progress with a timer.
 */
#include "get/report/live.h"

#include "base/list.h"

#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define INTERVAL (SEC / 5)

enum { USUAL_COLUMNS = 80 };

/* A terminal that knows no escape sequences cannot have its lines drawn again. */
static bool
is_terminal(void)
{
	const char *kind = getenv("TERM");

	return isatty(STDERR_FILENO) && !(kind && strcmp(kind, "dumb") == 0);
}

static unsigned
columns(void)
{
	struct winsize size;

	return ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : USUAL_COLUMNS;
}

/* Progress is not worth an error: what cannot be written is lost. */
static void
write_out(const struct http_writer *w)
{
	ssize_t n = w->len > 0 ? write(STDERR_FILENO, w->at, w->len) : 0;

	(void)n;
}

static void
on_timer(struct timer *t)
{
	struct live *l = container_of(t, struct live, timer);
	char octets[PROGRESS_ROOM];
	struct http_writer w = http_writer(octets, sizeof octets);
	nsec_t now = io_now(l->world);

	list_each(n, &l->progress.going)
		l->refresh(container_of(n, struct progress_item, node));
	progress_resize(&l->progress, columns());
	progress_draw(&l->progress, &w, now);
	write_out(&w);
	if (!list_empty(&l->progress.going))
		timer_arm(l->world->wheel, &l->timer, now + INTERVAL);
}

void
live_init(
    struct live *l, struct io_world *world, enum live_when when, void (*refresh)(struct progress_item *i))
{
	*l = (struct live){.world = world, .refresh = refresh};
	l->on = when == LIVE_ALWAYS || (when == LIVE_ON_TERMINAL && is_terminal());
	timer_init(&l->timer, on_timer);
	progress_init(&l->progress, columns(), PROGRESS_ROWS, io_now(world));
}

void
live_fini(struct live *l)
{
	timer_cancel(l->world->wheel, &l->timer);
	live_pause(l);
}

void
live_expect(struct live *l, uint64_t n)
{
	progress_expect(&l->progress, n);
}

void
live_begin(struct live *l, struct progress_item *i, struct http_span name, uint64_t done)
{
	nsec_t now = io_now(l->world);

	progress_add(&l->progress, i, name, done, now);
	if (l->on && !timer_armed(&l->timer))
		timer_arm(l->world->wheel, &l->timer, now + INTERVAL);
}

void
live_end(struct live *l, struct progress_item *i, bool whole)
{
	char octets[PROGRESS_ROOM];
	struct http_writer w = http_writer(octets, sizeof octets);

	l->refresh(i);
	progress_end(&l->progress, i, &w, whole, io_now(l->world));
	if (l->on)
		write_out(&w);
}

void
live_pause(struct live *l)
{
	char octets[64];
	struct http_writer w = http_writer(octets, sizeof octets);

	progress_erase(&l->progress, &w);
	if (l->on)
		write_out(&w);
}
