/*
 * run/desc.c - makes, finds and ends the records of the program's sockets. It moves no data and
 * answers no calls.
 */
#include "run/desc.h"

#include "run/alias.h"
#include "run/settings.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>

static bool
inode_eq(const struct table_node *n, const void *key)
{
	return container_of(n, const struct desc, by_inode)->inode == *(const uint64_t *)key;
}

static bool
id_eq(const struct table_node *n, const void *key)
{
	return container_of(n, const struct desc, by_id)->id == *(const uint64_t *)key;
}

struct desc *
desc_new(struct worker *w, const struct desc_ops *ops, enum desc_kind kind, bool v6)
{
	struct desc *d = calloc(1, sizeof *d);

	if (!d)
		return NULL;
	d->w = w;
	d->ops = ops;
	d->kind = kind;
	d->v6 = v6;
	d->id = ++w->next_id;
	d->peer.fd = d->handle = d->own = -1;
	d->tid_fd = -1;
	list_init(&d->named);
	waitq_init(&d->changed);
	list_init(&d->held);
	list_init(&d->outsiders);
	list_init(&d->reports.waiting);
	list_init(&d->settings);
	list_push(&w->descs, &d->node);
	table_insert(&w->by_id, &d->by_id, table_hash(&w->by_id, &d->id, 1));
	return d;
}

void
desc_set_inode(struct desc *d, uint64_t inode)
{
	d->inode = inode;
	table_insert(&d->w->by_inode, &d->by_inode, table_hash(&d->w->by_inode, &inode, 1));
}

void
desc_forget_inode(struct desc *d)
{
	if (d->inode)
		table_remove(&d->w->by_inode, &d->by_inode);
	d->inode = 0;
}

void
desc_change_inode(struct desc *d, uint64_t inode)
{
	desc_forget_inode(d);
	desc_set_inode(d, inode);
}

struct desc *
desc_by_inode(struct worker *w, uint64_t inode)
{
	struct table_node *n =
	    table_find(&w->by_inode, table_hash(&w->by_inode, &inode, 1), &inode, inode_eq);

	return n ? container_of(n, struct desc, by_inode) : NULL;
}

struct desc *
desc_by_id(struct worker *w, uint64_t id)
{
	struct table_node *n = table_find(&w->by_id, table_hash(&w->by_id, &id, 1), &id, id_eq);

	return n ? container_of(n, struct desc, by_id) : NULL;
}

/*
 * An accepted end is met for the first time: its peer, ours, carries the record's number as its
 * name, @un.
 */
static struct desc *
meet(struct worker *w, int fd, uint64_t inode, const struct sockaddr_un *un, socklen_t len)
{
	struct desc *d;
	uint64_t id;

	if (!inode || !unixname_id(&w->unixsock.names, un, len, &id))
		return NULL;
	d = desc_by_id(w, id);
	if (d && !d->inode) {
		desc_set_inode(d, inode);
		settings_apply_native(d, fd);
	}
	return d;
}

struct desc *
desc_meet(struct worker *w, int fd, const struct sockaddr_un *peer, socklen_t len)
{
	return meet(w, fd, unix_any_inode(&w->unixsock, fd), peer, len);
}

struct desc *
desc_of_fd(struct worker *w, int fd)
{
	uint64_t inode = unix_any_inode(&w->unixsock, fd);
	struct desc *d = inode ? desc_by_inode(w, inode) : NULL;
	struct sockaddr_un un;
	socklen_t len = sizeof un;

	if (d || !inode || getpeername(fd, (struct sockaddr *)&un, &len) < 0)
		return d;
	return meet(w, fd, inode, &un, len);
}

static void
close_peer(struct desc *d)
{
	loop_close(d->w->loop, &d->peer);
	fd_room_gave(&d->w->room);
	if (d->seated)
		d->w->room.seated--;
	d->seated = false;
}

int
desc_room_for(struct desc *d, unsigned n)
{
	if (!fd_room_for(&d->w->room, n))
		return -ENOBUFS;
	return d->buried ? -EBADF : 0;
}

int
desc_keep_own(struct desc *d, int fd)
{
	int own;

	if (d->w->kernel.getfd)
		return 0;
	own = fcntl(fd, F_DUPFD_CLOEXEC, 0);
	own = fd_room_take(&d->w->room, own < 0 ? -errno : own);
	if (own < 0)
		return own;
	desc_close_fd(d, &d->own);
	d->own = own;
	return 0;
}

void
desc_let_go(struct desc *d)
{
	if (d->joined || d->w->kernel.getfd)
		desc_close_fd(d, &d->own);
}

int
desc_set_peer(struct desc *d, int fd, uint32_t events, void (*fn)(struct loop_fd *w, uint32_t events))
{
	int rc;

	if (d->peer.fd >= 0)
		close_peer(d);
	d->peer = (struct loop_fd){.fd = fd, .events = events | EPOLLRDHUP | EPOLLET, .fn = fn};
	rc = loop_add(d->w->loop, &d->peer);
	if (rc)
		desc_close_peer(d);
	return rc;
}

void
desc_close_peer(struct desc *d)
{
	if (d->peer.fd < 0)
		return;
	close_peer(d);
	d->peer.fd = -1;
}

void
desc_close_fd(struct desc *d, int *fd)
{
	if (*fd < 0)
		return;
	fd_room_close(&d->w->room, *fd);
	*fd = -1;
}

void
desc_note_named(struct desc *d)
{
	if (!list_linked(&d->named))
		list_push(&d->w->named, &d->named);
}

/* @abort: by RST. */
static void
drop_transport(struct desc *d, bool abort)
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
desc_bury(struct desc *d, bool abort)
{
	if (d->buried)
		return;
	d->buried = true;
	d->ops->end(d);
	drop_transport(d, abort);
	desc_close_peer(d);
	desc_close_fd(d, &d->handle);
	desc_close_fd(d, &d->own);
	if (d->inode)
		table_remove(&d->w->by_inode, &d->by_inode);
	table_remove(&d->w->by_id, &d->by_id);
	waitq_close(&d->changed);
	list_push(&d->w->buried, &d->grave);
}

void
desc_free_buried(struct worker *w)
{
	struct list *n;

	while ((n = list_pop(&w->buried))) {
		struct desc *d = container_of(n, struct desc, grave);

		list_del(&d->node);
		settings_forget(d);
		free(d);
	}
}

int
desc_local(struct desc *d, struct endpoint *out)
{
	int rc = sock_local(d->sk, out);

	if (rc == 0)
		alias_name_local(d, out);
	return rc;
}

int
desc_remote(struct desc *d, struct endpoint *out)
{
	int rc = sock_remote(d->sk, out);

	if (rc == 0)
		alias_name_remote(d, out);
	return rc;
}
