/*
 * run/socket/sockrec.c - begins, finds and ends the records of the program's sockets. It moves no
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

void
sockrec_init(
    struct sockrec *r, struct sockrecs *recs, const struct sockrec_ops *ops, enum sockrec_kind kind, bool v6)
{
	r->recs = recs;
	r->ops = ops;
	r->kind = kind;
	r->v6 = v6;
	r->id = ++recs->next_id;
	r->our_end.fd = r->handle = r->program_end = -1;
	r->place.fd = -1;
	list_init(&r->named);
	list_init(&r->settings);
	waitq_init(&r->changed);
	list_push(&recs->all, &r->node);
	table_insert(&recs->by_id, &r->by_id, table_hash(&recs->by_id, &r->id, 1));
}

void
sockrec_set_inode(struct sockrec *r, uint64_t inode)
{
	r->inode = inode;
	table_insert(&r->recs->by_inode, &r->by_inode, table_hash(&r->recs->by_inode, &inode, 1));
}

void
sockrec_forget_inode(struct sockrec *r)
{
	if (r->inode)
		table_remove(&r->recs->by_inode, &r->by_inode);
	r->inode = 0;
}

void
sockrec_change_inode(struct sockrec *r, uint64_t inode)
{
	sockrec_forget_inode(r);
	sockrec_set_inode(r, inode);
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
 * Returns the record of an accepted end @fd that is seen for the first time; NULL if it is not
 * ours. The name of its peer, which is our end, is @un: it holds the record's id.
 */
static struct sockrec *
meet(struct sockrecs *recs, int fd, uint64_t inode, const struct sockaddr_un *un, socklen_t len)
{
	struct sockrec *r;
	uint64_t id;

	if (!inode || !unixname_id(&recs->unixsock.names, un, len, &id))
		return NULL;
	r = sockrec_by_id(recs, id);
	if (r && !r->inode) {
		sockrec_set_inode(r, inode);
		settings_apply_native(r, fd);
	}
	return r;
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
	struct sockrec *r = inode ? sockrec_by_inode(recs, inode) : NULL;
	struct sockaddr_un un;
	socklen_t len = sizeof un;

	if (r || !inode || getpeername(fd, (struct sockaddr *)&un, &len) < 0)
		return r;
	return meet(recs, fd, inode, &un, len);
}

static void
close_open_end(struct sockrec *r)
{
	loop_close(r->recs->loop, &r->our_end);
	fd_budget_release(&r->recs->fds);
	if (r->ops->our_end_closed)
		r->ops->our_end_closed(r);
}

int
sockrec_ensure_fds(struct sockrec *r, unsigned n)
{
	if (!fd_budget_ensure(&r->recs->fds, n))
		return -ENOBUFS;
	return r->ended ? -EBADF : 0;
}

int
sockrec_keep_program_end(struct sockrec *r, int fd)
{
	int own;

	if (r->recs->kernel->getfd)
		return 0;
	own = fcntl(fd, F_DUPFD_CLOEXEC, 0);
	own = fd_budget_take(&r->recs->fds, own < 0 ? -errno : own);
	if (own < 0)
		return own;
	sockrec_close_fd(r, &r->program_end);
	r->program_end = own;
	return 0;
}

int
sockrec_set_our_end(
    struct sockrec *r, int fd, uint32_t events, void (*fn)(struct loop_fd *fd, uint32_t events))
{
	int rc;

	if (r->our_end.fd >= 0)
		close_open_end(r);
	r->our_end = (struct loop_fd){.fd = fd, .events = events | EPOLLRDHUP | EPOLLET, .fn = fn};
	rc = loop_add(r->recs->loop, &r->our_end);
	if (rc)
		sockrec_close_our_end(r);
	return rc;
}

void
sockrec_close_our_end(struct sockrec *r)
{
	if (r->our_end.fd < 0)
		return;
	close_open_end(r);
	r->our_end.fd = -1;
}

void
sockrec_close_fd(struct sockrec *r, int *fd)
{
	if (*fd < 0)
		return;
	fd_budget_close(&r->recs->fds, *fd);
	*fd = -1;
}

void
sockrec_note_named(struct sockrec *r)
{
	if (!list_linked(&r->named))
		list_push(&r->recs->named, &r->named);
}

/* Closes the stack's socket; with @abort by RST. */
static void
drop_transport(struct sockrec *r, bool abort)
{
	struct sock *sk = r->sk;

	list_del(&r->named);
	if (!sk)
		return;
	sock_watch(sk, NULL, NULL);
	r->sk = NULL;
	if (abort)
		sock_abort(sk);
	else
		sock_close(sk);
}

void
sockrec_end(struct sockrec *r, bool abort)
{
	if (r->ended)
		return;
	r->ended = true;
	r->ops->end(r);
	drop_transport(r, abort);
	sockrec_close_our_end(r);
	sockrec_close_fd(r, &r->handle);
	sockrec_close_fd(r, &r->program_end);
	if (r->inode)
		table_remove(&r->recs->by_inode, &r->by_inode);
	table_remove(&r->recs->by_id, &r->by_id);
	waitq_close(&r->changed);
	list_push(&r->recs->ended, &r->ended_node);
}

void
sockrec_reap(struct sockrecs *recs)
{
	struct list *n;

	while ((n = list_pop(&recs->ended))) {
		struct sockrec *r = container_of(n, struct sockrec, ended_node);

		list_del(&r->node);
		settings_forget(r);
		free(r);
	}
}

int
sockrec_local(struct sockrec *r, struct endpoint *out)
{
	int rc = sock_local(r->sk, out);

	if (rc == 0)
		alias_name_local(r, out);
	return rc;
}

int
sockrec_remote(struct sockrec *r, struct endpoint *out)
{
	int rc = sock_remote(r->sk, out);

	if (rc == 0)
		alias_name_remote(r, out);
	return rc;
}
