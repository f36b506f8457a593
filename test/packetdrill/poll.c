/*
 * packetdrill/poll.c - readiness, epoll sets, pipes, and the end of descriptors.
 */
#include "calls.h"

#include "stack/stack.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

/* A member of an epoll set. */
struct watch {
	struct list node;
	int fd;
	struct epoll_event event; /* as in epoll_ctl(2); events is 0 after a one-shot has fired */
	uint64_t seen;            /* edge-triggered: the number of its file's events that were reported */
};

enum { WATCH_MODES = (int)(EPOLLET | EPOLLONESHOT) };

static struct watch *
watch_find(struct file *set, int fd)
{
	list_each(n, &set->watches) {
		struct watch *w = container_of(n, struct watch, node);

		if (w->fd == fd)
			return w;
	}
	return NULL;
}

static void
watch_end(struct watch *w)
{
	list_del(&w->node);
	free(w);
}

/*
 * Returns which of the @wanted events are ready; errors and hang-ups are always wanted. The bits are
 * the same for poll(2), epoll(7) and Leat.
 */
static uint32_t
ready(struct host *h, int fd, uint32_t wanted)
{
	struct file *f = calls_file(h, fd);

	return f && f->sk ? sock_ready(f->sk) & (wanted | LEAT_ERR | LEAT_HUP) : 0;
}

static int
end_call(struct host *h, int result)
{
	pthread_mutex_unlock(&h->lock);
	return (int)calls_answer(result);
}

/* Lets time pass for a call that waits until @deadline. Returns false at the deadline. */
static bool
wait_until(struct host *h, nsec_t deadline)
{
	if (h->now >= deadline)
		return false;
	if (deadline == NSEC_NEVER)
		return host_wait(h, deadline);
	host_advance(h, nsec_min(stack_next(h->stack), deadline));
	return true;
}

static nsec_t
deadline_of(const struct host *h, int timeout)
{
	return timeout < 0 ? NSEC_NEVER : h->now + timeout * MSEC;
}

int
call_poll(void *self, struct pollfd *fds, nfds_t n, int timeout)
{
	struct host *h = self;
	nsec_t deadline;
	int count;

	pthread_mutex_lock(&h->lock);
	deadline = deadline_of(h, timeout);
	do {
		count = 0;
		for (nfds_t i = 0; i < n; i++) {
			fds[i].revents = (short)ready(h, fds[i].fd, (uint16_t)fds[i].events);
			if (!calls_file(h, fds[i].fd))
				fds[i].revents = POLLNVAL;
			count += fds[i].revents != 0;
		}
	} while (count == 0 && wait_until(h, deadline));
	return end_call(h, count);
}

int
call_epoll_create(void *self, int size)
{
	struct host *h = self;

	pthread_mutex_lock(&h->lock);
	return end_call(h, size > 0 ? calls_new_fd(h, NULL, false) : -EINVAL);
}

int
call_epoll_ctl(void *self, int epfd, int op, int fd, struct epoll_event *event)
{
	struct host *h = self;
	struct file *set;
	struct watch *w;

	pthread_mutex_lock(&h->lock);
	set = calls_file(h, epfd);
	if (!set || !calls_file(h, fd))
		return end_call(h, -EBADF);
	w = watch_find(set, fd);
	if (op == EPOLL_CTL_ADD ? w != NULL : w == NULL)
		return end_call(h, w ? -EEXIST : -ENOENT);
	if (op == EPOLL_CTL_DEL) {
		watch_end(w);
		return end_call(h, 0);
	}
	if (!w) {
		w = calloc(1, sizeof *w);
		if (!w)
			return end_call(h, -ENOMEM);
		w->fd = fd;
		list_push(&set->watches, &w->node);
	}
	w->event = *event;
	w->seen = UINT64_MAX;
	return end_call(h, 0);
}

/* Returns true, with *@out, if @w has an event to report. */
static bool
watch_fires(struct host *h, struct watch *w, struct epoll_event *out)
{
	uint32_t now;

	if (!(w->event.events & ~(uint32_t)WATCH_MODES))
		return false;
	now = ready(h, w->fd, w->event.events);
	if (w->event.events & EPOLLET) {
		uint64_t events = h->file[w->fd].events;

		if (w->seen == events)
			return false;
		w->seen = events;
	}
	if (now == 0)
		return false;
	out->data = w->event.data;
	out->events = now;
	if (w->event.events & EPOLLONESHOT)
		w->event.events = 0;
	return true;
}

int
call_epoll_wait(void *self, int epfd, struct epoll_event *events, int max, int timeout)
{
	struct host *h = self;
	struct file *set;
	nsec_t deadline;
	int count = 0;

	pthread_mutex_lock(&h->lock);
	set = calls_file(h, epfd);
	if (!set || max <= 0)
		return end_call(h, set ? -EINVAL : -EBADF);
	deadline = deadline_of(h, timeout);
	do {
		list_each(n, &set->watches) {
			if (count < max &&
			    watch_fires(h, container_of(n, struct watch, node), &events[count]))
				count++;
		}
	} while (count == 0 && wait_until(h, deadline));
	return end_call(h, count);
}

void
calls_end(struct host *h, int fd)
{
	struct file *f = &h->file[fd];

	if (!f->used)
		return;
	for (int i = 0; i < HOST_FDS; i++) {
		struct watch *w = h->file[i].used && !h->file[i].sk ? watch_find(&h->file[i], fd) : NULL;

		if (w)
			watch_end(w);
	}
	while (!list_empty(&f->watches))
		watch_end(list_first(&f->watches, struct watch, node));
	if (f->sk)
		sock_close(f->sk);
	f->used = false;
	host_wake(h);
}

int
call_close(void *self, int fd)
{
	struct host *h = self;

	pthread_mutex_lock(&h->lock);
	stack_advance(h->stack, h->now);
	if (calls_file(h, fd))
		calls_end(h, fd);
	pthread_mutex_unlock(&h->lock);
	return close(fd);
}

/* A pipe of the machine, because no data of it goes over the network. */
int
call_pipe(void *self, int fd[2])
{
	return pipe(fd);
}

int
call_splice(void *self, int in, loff_t *off_in, int out, loff_t *off_out, size_t n, unsigned flags)
{
	struct host *h = self;
	bool from_socket = calls_file(h, in) != NULL, to_socket = calls_file(h, out) != NULL;
	uint8_t bytes[65536];
	ssize_t got;

	if (n > sizeof bytes)
		n = sizeof bytes;
	got = from_socket ? call_read(h, in, bytes, n) : read(in, bytes, n);
	if (got <= 0)
		return (int)got;
	return (int)(to_socket ? call_write(h, out, bytes, (size_t)got) : write(out, bytes, (size_t)got));
}
