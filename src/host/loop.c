/*
 * host/loop.c - waits for events of descriptors and for deadlines, and calls their owners. It does
 * not know what they do.
 *
 * The loop is level-triggered. Before each sleep it asks its sources for their deadlines.
 * epoll_pwait2(2) (Linux 5.11) ends a sleep at the right nanosecond. If it is missing or forbidden,
 * a timerfd wakes epoll_wait(2).
 *
 * A callback may delete each descriptor and each source. When a descriptor is deleted, its events
 * are removed from the rest of the batch. When a source is deleted that the walk over the sources
 * would visit next, the walk goes on with the one after it.
 */
#include "host/loop.h"

#include "base/err.h"
#include "host/clock.h"
#include "host/feature.h"

#include <assert.h>
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/timerfd.h>
#include <unistd.h>

enum { LOOP_BATCH = 128 };

struct loop {
	int epfd;
	int timerfd; /* -1 while epoll_pwait2() works */
	bool stopping;
	nsec_t now;
	nsec_t timer_at; /* what the timerfd is set to */
	struct list sources;
	struct list *next_source; /* where the walk over the sources goes on */
	int nbatch, at;           /* how many events the batch has, and which comes next */
	struct epoll_event batch[LOOP_BATCH];
};

static int
loop_use_timerfd(struct loop *l)
{
	struct epoll_event ev = {.events = EPOLLIN};

	l->timerfd = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
	if (l->timerfd < 0)
		return -errno;
	l->timer_at = NSEC_NEVER;
	if (epoll_ctl(l->epfd, EPOLL_CTL_ADD, l->timerfd, &ev) < 0)
		return -errno;
	return 0;
}

struct loop *
loop_new(void)
{
	struct loop *l = calloc(1, sizeof *l);

	if (!l)
		return NULL;
	list_init(&l->sources);
	l->next_source = &l->sources;
	l->timerfd = -1;
	l->now = clock_monotonic();
	l->epfd = epoll_create1(EPOLL_CLOEXEC);
	if (l->epfd < 0 || (feature_disabled("epoll_pwait2") && loop_use_timerfd(l) < 0)) {
		loop_free(l);
		return NULL;
	}
	return l;
}

void
loop_free(struct loop *l)
{
	if (!l)
		return;
	if (l->timerfd >= 0)
		close(l->timerfd);
	if (l->epfd >= 0)
		close(l->epfd);
	free(l);
}

nsec_t
loop_now(const struct loop *l)
{
	return l->now;
}

nsec_t
loop_refresh(struct loop *l)
{
	l->now = clock_monotonic();
	return l->now;
}

int
loop_add(struct loop *l, struct loop_fd *w)
{
	struct epoll_event ev = {.events = w->events, .data.ptr = w};

	return epoll_ctl(l->epfd, EPOLL_CTL_ADD, w->fd, &ev) < 0 ? -errno : 0;
}

int
loop_mod(struct loop *l, struct loop_fd *w, uint32_t events)
{
	struct epoll_event ev = {.events = events, .data.ptr = w};

	/* A descriptor with EPOLLONESHOT must be armed again even if nothing has changed. */
	if (events == w->events && !(events & EPOLLONESHOT))
		return 0;
	if (epoll_ctl(l->epfd, EPOLL_CTL_MOD, w->fd, &ev) < 0)
		return -errno;
	w->events = events;
	return 0;
}

/* Removes the events of @w from the rest of the batch. */
static void
loop_blank(struct loop *l, const struct loop_fd *w)
{
	for (int i = l->at; i < l->nbatch; i++) {
		if (l->batch[i].data.ptr == w)
			l->batch[i].data.ptr = NULL;
	}
}

void
loop_del(struct loop *l, struct loop_fd *w)
{
	epoll_ctl(l->epfd, EPOLL_CTL_DEL, w->fd, NULL);
	loop_blank(l, w);
}

void
loop_close(struct loop *l, struct loop_fd *w)
{
	close(w->fd);
	loop_blank(l, w);
}

void
loop_add_source(struct loop *l, struct loop_source *s)
{
	list_push(&l->sources, &s->node);
}

void
loop_del_source(struct loop *l, struct loop_source *s)
{
	if (l->next_source == &s->node)
		l->next_source = s->node.next;
	list_del(&s->node);
}

/* Returns the earliest of @deadline and the deadlines of the sources. */
static nsec_t
loop_deadline(struct loop *l, nsec_t deadline)
{
	for (struct list *n = l->sources.next; n != &l->sources; n = l->next_source) {
		struct loop_source *s = container_of(n, struct loop_source, node);

		l->next_source = n->next;
		deadline = nsec_min(deadline, s->next(s));
	}
	return deadline;
}

static void
loop_run_sources(struct loop *l)
{
	for (struct list *n = l->sources.next; n != &l->sources; n = l->next_source) {
		struct loop_source *s = container_of(n, struct loop_source, node);

		l->next_source = n->next;
		s->run(s, l->now);
	}
}

static struct timespec
timespec_from(nsec_t t)
{
	return (struct timespec){.tv_sec = t / SEC, .tv_nsec = t % SEC};
}

static int
loop_wait_timerfd(struct loop *l, nsec_t deadline, bool poll)
{
	struct itimerspec it = {0};
	int timeout = poll ? 0 : -1;

	/* A value of 0 disarms the timer; an absolute time in the past fires at once. */
	if (!poll && deadline != l->timer_at) {
		if (deadline != NSEC_NEVER)
			it.it_value = timespec_from(deadline);
		timerfd_settime(l->timerfd, TFD_TIMER_ABSTIME, &it, NULL);
		l->timer_at = deadline;
	}
	return epoll_wait(l->epfd, l->batch, LOOP_BATCH, timeout);
}

static int
loop_wait(struct loop *l, nsec_t deadline)
{
	nsec_t left = deadline == NSEC_NEVER ? NSEC_NEVER : deadline - loop_refresh(l);
	struct timespec ts = timespec_from(nsec_max(left, 0));
	int n;

	if (l->timerfd >= 0)
		return loop_wait_timerfd(l, deadline, left <= 0);
	n = epoll_pwait2(l->epfd, l->batch, LOOP_BATCH, left == NSEC_NEVER ? NULL : &ts, NULL);
	if (n < 0 && (errno == ENOSYS || errno == EPERM) && loop_use_timerfd(l) == 0)
		return loop_wait_timerfd(l, deadline, left <= 0);
	return n;
}

/* The event without an owner is the timerfd's. Reading it ends the event. */
static void
loop_quiet_timer(struct loop *l)
{
	uint64_t times;

	if (l->timerfd >= 0 && read(l->timerfd, &times, sizeof times) > 0)
		l->timer_at = NSEC_NEVER;
}

/* Reports the rest of the batch. A callback may do this itself, with loop_catch_up(). */
static void
loop_report(struct loop *l)
{
	while (l->at < l->nbatch) {
		const struct epoll_event *e = &l->batch[l->at++];
		struct loop_fd *w = e->data.ptr;

		if (w)
			w->fn(w, e->events);
		else
			loop_quiet_timer(l);
	}
}

static void
loop_begin_batch(struct loop *l, int n)
{
	assert(n >= 0 || errno == EINTR);
	loop_refresh(l);
	l->nbatch = n > 0 ? n : 0;
	l->at = 0;
}

void
loop_turn(struct loop *l, nsec_t deadline)
{
	loop_begin_batch(l, loop_wait(l, loop_deadline(l, deadline)));
	loop_report(l);
	loop_run_sources(l);
}

void
loop_catch_up(struct loop *l, const struct loop_fd *caller)
{
	loop_report(l);
	loop_begin_batch(l, epoll_wait(l->epfd, l->batch, LOOP_BATCH, 0));
	loop_blank(l, caller);
	loop_report(l);
}

void
loop_run(struct loop *l)
{
	l->stopping = false;
	while (!l->stopping)
		loop_turn(l, NSEC_NEVER);
}

void
loop_stop(struct loop *l)
{
	l->stopping = true;
}
