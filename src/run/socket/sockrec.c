/*
 * run/socket/sockrec.c - makes, finds and ends the records of the program's sockets. It moves no
 * data and answers no calls.
 */
#include "run/socket/sockrec.h"

#include "run/socket/alias.h"
#include "run/socket/settings.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>

static bool
inode_eq(const struct table_node *n, const void *key)
{
	return container_of(n, const struct sockrec, by_inode)->inode == *(const uint64_t *)key;
}

static bool
id_eq(const struct table_node *n, const void *key)
{
	return container_of(n, const struct sockrec, by_id)->id == *(const uint64_t *)key;
}

struct sockrec *
sockrec_new(struct sockrecs *recs, const struct sockrec_ops *ops, enum sockrec_kind kind, bool v6)
{
	struct sockrec *d = calloc(1, sizeof *d);

	if (!d)
		return NULL;
	d->recs = recs;
	d->ops = ops;
	d->kind = kind;
	d->v6 = v6;
	d->id = ++recs->next_id;
	d->our_end.fd = d->handle = d->program_end = -1;
	d->tid_fd = -1;
	list_init(&d->named);
	waitq_init(&d->changed);
	list_init(&d->held);
	list_init(&d->host_clients);
	list_init(&d->reports.waiting);
	list_init(&d->settings);
	list_push(&recs->all, &d->node);
	table_insert(&recs->by_id, &d->by_id, table_hash(&recs->by_id, &d->id, 1));
	return d;
}

void
sockrec_set_inode(struct sockrec *d, uint64_t inode)
{
	d->inode = inode;
	table_insert(&d->recs->by_inode, &d->by_inode, table_hash(&d->recs->by_inode, &inode, 1));
}

void
sockrec_forget_inode(struct sockrec *d)
{
	if (d->inode)
		table_remove(&d->recs->by_inode, &d->by_inode);
	d->inode = 0;
}

void
sockrec_change_inode(struct sockrec *d, uint64_t inode)
{
	sockrec_forget_inode(d);
	sockrec_set_inode(d, inode);
}

struct sockrec *
sockrec_by_inode(struct sockrecs *recs, uint64_t inode)
{
	struct table_node *n =
	    table_find(&recs->by_inode, table_hash(&recs->by_inode, &inode, 1), &inode, inode_eq);

	return n ? container_of(n, struct sockrec, by_inode) : NULL;
}

struct sockrec *
sockrec_by_id(struct sockrecs *recs, uint64_t id)
{
	struct table_node *n = table_find(&recs->by_id, table_hash(&recs->by_id, &id, 1), &id, id_eq);

	return n ? container_of(n, struct sockrec, by_id) : NULL;
}

/*
 * An accepted end is met for the first time: its peer, ours, carries the record's number as its
 * name, @un.
 */
static struct sockrec *
meet(struct sockrecs *recs, int fd, uint64_t inode, const struct sockaddr_un *un, socklen_t len)
{
	struct sockrec *d;
	uint64_t id;

	if (!inode || !unixname_id(&recs->unixsock.names, un, len, &id))
		return NULL;
	d = sockrec_by_id(recs, id);
	if (d && !d->inode) {
		sockrec_set_inode(d, inode);
		settings_apply_native(d, fd);
	}
	return d;
}

struct sockrec *
sockrec_of_accepted(struct sockrecs *recs, int fd, const struct sockaddr_un *peer, socklen_t len)
{
	return meet(recs, fd, unix_any_inode(&recs->unixsock, fd), peer, len);
}

struct sockrec *
sockrec_of_fd(struct sockrecs *recs, int fd)
{
	uint64_t inode = unix_any_inode(&recs->unixsock, fd);
	struct sockrec *d = inode ? sockrec_by_inode(recs, inode) : NULL;
	struct sockaddr_un un;
	socklen_t len = sizeof un;

	if (d || !inode || getpeername(fd, (struct sockaddr *)&un, &len) < 0)
		return d;
	return meet(recs, fd, inode, &un, len);
}

static void
close_peer(struct sockrec *d)
{
	loop_close(d->recs->loop, &d->our_end);
	fd_room_gave(&d->recs->room);
	if (d->seated)
		d->recs->room.seated--;
	d->seated = false;
}

int
sockrec_room_for(struct sockrec *d, unsigned n)
{
	if (!fd_room_for(&d->recs->room, n))
		return -ENOBUFS;
	return d->ended ? -EBADF : 0;
}

int
sockrec_keep_program_end(struct sockrec *d, int fd)
{
	int own;

	if (d->recs->kernel->getfd)
		return 0;
	own = fcntl(fd, F_DUPFD_CLOEXEC, 0);
	own = fd_room_take(&d->recs->room, own < 0 ? -errno : own);
	if (own < 0)
		return own;
	sockrec_close_fd(d, &d->program_end);
	d->program_end = own;
	return 0;
}

void
sockrec_release_program_end(struct sockrec *d)
{
	if (d->joined || d->recs->kernel->getfd)
		sockrec_close_fd(d, &d->program_end);
}

int
sockrec_set_our_end(
    struct sockrec *d, int fd, uint32_t events, void (*fn)(struct loop_fd *fd, uint32_t events))
{
	int rc;

	if (d->our_end.fd >= 0)
		close_peer(d);
	d->our_end = (struct loop_fd){.fd = fd, .events = events | EPOLLRDHUP | EPOLLET, .fn = fn};
	rc = loop_add(d->recs->loop, &d->our_end);
	if (rc)
		sockrec_close_our_end(d);
	return rc;
}

void
sockrec_close_our_end(struct sockrec *d)
{
	if (d->our_end.fd < 0)
		return;
	close_peer(d);
	d->our_end.fd = -1;
}

void
sockrec_close_fd(struct sockrec *d, int *fd)
{
	if (*fd < 0)
		return;
	fd_room_close(&d->recs->room, *fd);
	*fd = -1;
}

void
sockrec_note_named(struct sockrec *d)
{
	if (!list_linked(&d->named))
		list_push(&d->recs->named, &d->named);
}

/* @abort: by RST. */
static void
drop_transport(struct sockrec *d, bool abort)
{
	struct sock *sk = d->sk;

	list_del(&d->named);
	if (!sk)
		return;
	sock_watch(sk, NULL, NULL);
	d->sk = NULL;
	if (abort)
		sock_abort(sk);
	else
		sock_close(sk);
}

void
sockrec_end(struct sockrec *d, bool abort)
{
	if (d->ended)
		return;
	d->ended = true;
	d->ops->end(d);
	drop_transport(d, abort);
	sockrec_close_our_end(d);
	sockrec_close_fd(d, &d->handle);
	sockrec_close_fd(d, &d->program_end);
	if (d->inode)
		table_remove(&d->recs->by_inode, &d->by_inode);
	table_remove(&d->recs->by_id, &d->by_id);
	waitq_close(&d->changed);
	list_push(&d->recs->ended, &d->ended_node);
}

void
sockrec_reap(struct sockrecs *recs)
{
	struct list *n;

	while ((n = list_pop(&recs->ended))) {
		struct sockrec *d = container_of(n, struct sockrec, ended_node);

		list_del(&d->node);
		settings_forget(d);
		free(d);
	}
}

int
sockrec_local(struct sockrec *d, struct endpoint *out)
{
	int rc = sock_local(d->sk, out);

	if (rc == 0)
		alias_name_local(d, out);
	return rc;
}

int
sockrec_remote(struct sockrec *d, struct endpoint *out)
{
	int rc = sock_remote(d->sk, out);

	if (rc == 0)
		alias_name_remote(d, out);
	return rc;
}
