/*
 * run/call/blocked.c - keeps blocked calls, tries them again when their record changes, and ends
 * them at a timeout or a signal. It does not know what a call does.
 */
#include "run/call/blocked.h"

#include "run/call/notif.h"
#include "run/process/signals.h"
#include "run/socket/settings.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/time.h>

enum { LOOK_LEAST = 5 /* ms */, LOOK_COST = 30 /* us for one call */, LOOK_BUDGET = 100 /* 1 in so many */ };

struct blocked_call {
	struct list node;     /* in calls.blocked */
	struct waiter waiter; /* in its record's wait queue; without a record in none, */
	struct loop_fd watch; /* and then the socket is watched; fd -1 = none */
	struct call call;
	call_fn *retry;
	nsec_t deadline;
	long late;
};

/* Returns how long @c may wait, as its record or a foreign socket says. */
static nsec_t
wait_limit(const struct call *c, int timeout_opt)
{
	struct timeval tv = {0};
	socklen_t len = sizeof tv;

	if (c->rec)
		return settings_wait_limit(c->rec, timeout_opt);
	getsockopt(c->fd, SOL_SOCKET, timeout_opt, &tv, &len);
	return settings_limit_of(&tv);
}

static bool
has_place(const struct call *c)
{
	return c->rec ? sockrec_ensure_fds(c->rec, 1) == 0 : fd_budget_ensure(&c->recs->fds, 1);
}

/* Returns NULL without memory or descriptors, or if the record has ended. */
static struct blocked_call *
blocked_new(struct call *c, call_fn *retry, int timeout_opt, long late)
{
	struct calls *calls = c->calls;
	nsec_t limit = wait_limit(c, timeout_opt);
	struct blocked_call *p;

	p = has_place(c) ? calloc(1, sizeof *p) : NULL;
	if (!p)
		return NULL;
	fd_budget_add(&calls->recs->fds); /* the call's descriptor is held until it is answered */
	p->deadline = limit == NSEC_NEVER ? NSEC_NEVER : loop_now(calls->recs->loop) + limit;
	p->late = late;
	c->retried = true;
	caller_done(&c->caller); /* from now on only the caller's memory is used */
	p->call = *c;
	p->retry = retry;
	p->watch.fd = -1;
	list_init(&p->waiter.node);
	if (list_empty(&calls->blocked))
		calls->signals_at = calls->signals_all_at = loop_now(calls->recs->loop) + LOOK_LEAST * MSEC;
	list_push(&calls->blocked, &p->node);
	calls->nblocked++;
	return p;
}

static void
settle(struct blocked_call *p, long answer)
{
	if (p->watch.fd >= 0)
		loop_del(p->call.recs->loop, &p->watch);
	list_del(&p->node);
	waitq_remove(&p->waiter);
	if (answer != CALL_ANSWERED)
		notif_answer(p->call.calls, p->call.id, answer);
	call_done(&p->call);
	fd_budget_release(&p->call.recs->fds);
	p->call.calls->nblocked--;
	free(p);
}

/* The record of the call has changed or ended. Returns true if the call has been answered. */
static bool
record_changed(struct waiter *waiter)
{
	struct blocked_call *p = container_of(waiter, struct blocked_call, waiter);
	long answer = p->call.rec->ended ? -EBADF : p->retry(&p->call);

	if (answer == CALL_BLOCKED)
		return false;
	settle(p, answer);
	return true;
}

long
blocked_wait(struct call *c, call_fn *retry, int timeout_opt, long late)
{
	struct blocked_call *p;

	if (c->retried)
		return CALL_BLOCKED;
	p = blocked_new(c, retry, timeout_opt, late);
	if (!p)
		return c->rec->ended ? -EBADF : -ENOBUFS;
	p->waiter.retry = record_changed;
	waitq_add(&c->rec->changed, &p->waiter);
	return CALL_BLOCKED;
}

/*
 * Ends the wait of @p with @answer, or with what call.left() returns. That may change the record
 * and so answer its other calls, but not @p again.
 */
static void
leave(struct blocked_call *p, long answer)
{
	waitq_remove(&p->waiter);
	if (p->call.left && !(p->call.rec && p->call.rec->ended))
		answer = p->call.left(&p->call, answer);
	settle(p, answer);
}

/*
 * Returns the node where a walk goes on: @next, or the first if the number of blocked calls is not
 * @expected.
 */
static struct list *
go_on_at(struct calls *calls, struct list *next, unsigned expected)
{
	return calls->nblocked == expected ? next : calls->blocked.next;
}

static void
became_readable(struct loop_fd *watch, uint32_t events)
{
	struct blocked_call *p = container_of(watch, struct blocked_call, watch);
	long answer;

	assembly_enter(p->call.recs->network);
	answer = notif_valid(p->call.calls, p->call.id) ? p->retry(&p->call) : CALL_ANSWERED;
	if (answer != CALL_BLOCKED)
		settle(p, answer);
}

long
blocked_wait_readable(struct call *c, call_fn *retry, int timeout_opt, long late)
{
	struct blocked_call *p;

	if (c->retried)
		return CALL_BLOCKED;
	p = blocked_new(c, retry, timeout_opt, late);
	if (!p)
		return -ENOBUFS;
	/* Edge-triggered: what can be read may not be what the call waits for (SO_PEEK_OFF). */
	p->watch =
	    (struct loop_fd){.fd = c->fd, .events = EPOLLIN | EPOLLRDHUP | EPOLLET, .fn = became_readable};
	if (loop_add(c->recs->loop, &p->watch) == 0)
		return CALL_BLOCKED;
	p->watch.fd = p->call.fd = -1; /* blocked_wait_readable()'s caller closes it */
	settle(p, CALL_ANSWERED);
	return -ENOBUFS;
}

bool
blocked_has(const struct calls *calls, pid_t tid)
{
	list_each(n, &calls->blocked)
		if (container_of(n, const struct blocked_call, node)->call.caller.tid == tid)
			return true;
	return false;
}

nsec_t
blocked_next(const struct calls *calls)
{
	nsec_t next = NSEC_NEVER;

	list_each(n, &calls->blocked)
		next = nsec_min(next, container_of(n, struct blocked_call, node)->deadline);
	return list_empty(&calls->blocked) ? NSEC_NEVER : nsec_min(next, calls->signals_at);
}

/* The processes whose calls a look for signals has come across. */
struct met {
	pid_t process[SIGNALS_PROCESSES];
	unsigned n; /* perhaps more than fit */
};

static bool
first_of_process(struct met *met, struct blocked_call *p)
{
	pid_t process = caller_process(&p->call.caller);

	for (unsigned i = 0; i < met->n && i < SIGNALS_PROCESSES; i++)
		if (met->process[i] == process)
			return false;
	if (met->n < SIGNALS_PROCESSES)
		met->process[met->n] = process;
	met->n++;
	return true;
}

/*
 * Ends the calls for which a signal is pending. Looks at @all of them, or at one of each process,
 * which finds signals for the whole process. Returns the number of processes.
 */
static unsigned
look_for_signals(struct calls *calls, bool all)
{
	struct signals_look look = {.hold = calls->kernel->hold};
	struct met met = {.n = 0};

	for (struct list *n = calls->blocked.next, *next; n != &calls->blocked; n = next) {
		struct blocked_call *p = container_of(n, struct blocked_call, node);
		unsigned others = calls->nblocked - 1;
		int answer;

		next = n->next;
		if (!first_of_process(&met, p) && !all)
			continue;
		if (!notif_valid(calls, p->call.id)) {
			settle(p, CALL_ANSWERED);
			continue;
		}
		answer = signals_interrupt(&look, p->call.caller.tid, p->deadline != NSEC_NEVER);
		if (!answer)
			continue;
		leave(p, answer);
		next = go_on_at(calls, next, others);
	}
	return met.n;
}

/* Returns when to look for signals again after a look at @n calls. */
static nsec_t
next_look(nsec_t now, unsigned n)
{
	return now + nsec_max(LOOK_LEAST * MSEC, n * LOOK_COST * USEC * LOOK_BUDGET);
}

/* Ends the calls whose time limit has passed. */
static void
end_late(struct calls *calls, nsec_t now)
{
	for (struct list *n = calls->blocked.next, *next; n != &calls->blocked; n = next) {
		struct blocked_call *p = container_of(n, struct blocked_call, node);
		unsigned others = calls->nblocked - 1;

		next = n->next;
		if (p->deadline > now)
			continue;
		leave(p, p->late);
		next = go_on_at(calls, next, others);
	}
}

void
blocked_run(struct calls *calls, nsec_t now)
{
	end_late(calls, now);
	if (now >= calls->signals_at && !list_empty(&calls->blocked)) {
		bool all = now >= calls->signals_all_at;

		calls->signals_at = next_look(now, look_for_signals(calls, all));
		if (all)
			calls->signals_all_at = next_look(now, calls->nblocked);
	}
}
