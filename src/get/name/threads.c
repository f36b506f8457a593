/*
 * get/name/threads.c - the machine's resolver, which blocks, asked in helper threads.
 *
 * A query belongs to its thread until that is done, and then to the loop. The lock guards the lists
 * alone. The threads know nothing of the loop: they write to an eventfd.
 */
#include "get/name/name.h"

#include "base/list.h"
#include "host/loop.h"
#include "host/sockaddr.h"

#include <errno.h>
#include <netdb.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

struct name_query {
	struct list node; /* of names.waiting or names.answered */
	name_fn *fn;      /* NULL: the query was cancelled */
	void *arg;
	struct endpoint at[NAME_ADDRESSES];
	unsigned n;
	int error; /* of getaddrinfo(3) */
	char host[];
};

struct names {
	struct name_source source;
	struct loop *loop;
	struct loop_fd event;
	pthread_mutex_t lock;
	struct list waiting, answered;
	unsigned threads, most;
	bool closed; /* the last thread frees it */
};

static void
resolve(struct name_query *q)
{
	struct addrinfo hints = {.ai_socktype = SOCK_STREAM, .ai_flags = AI_ADDRCONFIG}, *all = NULL;

	q->error = getaddrinfo(q->host, NULL, &hints, &all);
	for (struct addrinfo *i = all; !q->error && i && q->n < NAME_ADDRESSES; i = i->ai_next) {
		if (endpoint_from_sockaddr(&q->at[q->n], i->ai_addr))
			q->n++;
	}
	if (all)
		freeaddrinfo(all);
}

/* Takes the first query off the list @l; NULL if there is none. */
static struct name_query *
pop_query(struct list *l)
{
	struct list *node = list_pop(l);

	return node ? container_of(node, struct name_query, node) : NULL;
}

static void
names_destroy(struct names *n)
{
	struct name_query *q;

	while ((q = pop_query(&n->answered)))
		free(q);
	pthread_mutex_destroy(&n->lock);
	close(n->event.fd);
	free(n);
}

static void *
thread_main(void *arg)
{
	struct names *n = arg;
	struct name_query *q;
	bool last;

	pthread_mutex_lock(&n->lock);
	while ((q = pop_query(&n->waiting))) {
		pthread_mutex_unlock(&n->lock);
		resolve(q);
		pthread_mutex_lock(&n->lock);
		list_push(&n->answered, &q->node);
		eventfd_write(n->event.fd, 1);
	}
	n->threads--;
	last = n->closed && n->threads == 0;
	pthread_mutex_unlock(&n->lock);
	if (last)
		names_destroy(n);
	return NULL;
}

/* Starts one more thread. Returns 0 or an errno. */
static int
start_thread(struct names *n)
{
	pthread_attr_t attr;
	pthread_t id;
	int e;

	pthread_attr_init(&attr);
	pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_DETACHED);
	e = pthread_create(&id, &attr, thread_main, n);
	pthread_attr_destroy(&attr);
	if (e == 0)
		n->threads++;
	return e;
}

static struct name_query *
ask(struct name_source *s, const char *host, name_fn *fn, void *arg)
{
	struct names *n = container_of(s, struct names, source);
	size_t len = strlen(host) + 1;
	struct name_query *q = calloc(1, sizeof *q + len);
	int e = 0;

	if (!q)
		return NULL;
	q->fn = fn;
	q->arg = arg;
	memcpy(q->host, host, len);
	list_init(&q->node);
	pthread_mutex_lock(&n->lock);
	list_push(&n->waiting, &q->node);
	if (n->threads < n->most)
		e = start_thread(n);
	if (e && n->threads == 0) {
		list_del(&q->node);
		free(q);
		q = NULL;
	}
	pthread_mutex_unlock(&n->lock);
	return q;
}

/* The thread that has the query cannot be called back: its answer is thrown away. */
static void
cancel(struct name_source *s, struct name_query *q)
{
	q->fn = NULL;
}

static const char *
words_of(const struct name_query *q)
{
	return q->n > 0 ? NULL : q->error ? gai_strerror(q->error) : "it has no address";
}

static void
on_answers(struct loop_fd *w, uint32_t events)
{
	struct names *n = container_of(w, struct names, event);
	eventfd_t count;

	eventfd_read(w->fd, &count);
	for (;;) {
		struct name_query *q;

		pthread_mutex_lock(&n->lock);
		q = pop_query(&n->answered);
		pthread_mutex_unlock(&n->lock);
		if (!q)
			return;
		if (q->fn)
			q->fn(q->arg, q->at, q->n, words_of(q));
		free(q);
	}
}

struct name_source *
name_threads_new(struct loop *loop, unsigned most)
{
	struct names *n = calloc(1, sizeof *n);

	if (!n)
		return NULL;
	n->source = (struct name_source){ask, cancel};
	n->loop = loop;
	n->most = most;
	list_init(&n->waiting);
	list_init(&n->answered);
	n->event = (struct loop_fd){.events = EPOLLIN, .fn = on_answers};
	n->event.fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (n->event.fd < 0 || loop_add(loop, &n->event) < 0) {
		if (n->event.fd >= 0)
			close(n->event.fd);
		free(n);
		return NULL;
	}
	pthread_mutex_init(&n->lock, NULL);
	return &n->source;
}

void
name_threads_free(struct name_source *s)
{
	struct names *n = container_of(s, struct names, source);
	struct name_query *q;
	bool idle;

	loop_del(n->loop, &n->event);
	pthread_mutex_lock(&n->lock);
	while ((q = pop_query(&n->waiting)))
		free(q);
	n->closed = true;
	idle = n->threads == 0;
	pthread_mutex_unlock(&n->lock);
	if (idle)
		names_destroy(n);
}
