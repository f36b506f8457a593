/* udp/end.c - ends from opening to closing: their names, reading, and readiness. */
#include "udp/end.h"

#include "core/core.h"
#include "wire/ip.h"

#include <assert.h>
#include <stdlib.h>

static const struct transport_ops UDP_OPS = {udp_input, udp_error};

void
udp_opts_default(struct udp_opts *o)
{
	*o = (struct udp_opts){.mcast_loop = true,
	    .mcast_all = true,
	    .mcast_ttl = 1,
	    .mtu_discover = UDP_PMTU_WANT,
	    .rcvbuf = 212992};
}

struct udp *
udp_new(struct core *core)
{
	struct udp *udp = calloc(1, sizeof *udp);

	if (!udp)
		return NULL;
	udp->core = core;
	list_init(&udp->any_port);
	if (table_init(&udp->slots, &core->secret)) {
		free(udp);
		return NULL;
	}
	core_register_transport(core, IP_PROTO_UDP, &UDP_OPS, udp);
	return udp;
}

void
udp_free(struct udp *udp)
{
	assert(udp->ends == 0);
	table_fini(&udp->slots);
	free(udp);
}

int
udp_open(struct udp *udp, const struct udp_opts *opts, const struct udp_user_ops *ops, void *user,
    struct udp_end **out)
{
	struct udp_end *e = calloc(1, sizeof *e);

	if (!e)
		return -LEAT_ENOBUFS;
	e->udp = udp;
	e->opts = *opts;
	e->ops = ops;
	e->user = user;
	list_init(&e->node);
	dgram_queue_init(&e->queue, opts->rcvbuf);
	errq_init(&e->errors);
	udp->ends++;
	*out = e;
	return 0;
}

void
udp_close(struct udp_end *e)
{
	static const struct endpoint none;

	while (e->ngroup)
		udp_leave(e, &e->group[0].addr, e->group[0].ifindex);
	udp_slot_move(e, &none, NULL);
	dgram_queue_fini(&e->queue);
	errq_fini(&e->errors);
	e->udp->ends--;
	free(e);
}

struct udp_opts *
udp_end_opts(struct udp_end *e)
{
	return &e->opts;
}

int
udp_bind(struct udp_end *e, const struct endpoint *local)
{
	int err = udp_slot_move(e, local, NULL);

	if (err)
		return err;
	e->local = *local;
	if (e->opts.any_port && !local->port)
		list_push(&e->udp->any_port, &e->node);
	return 0;
}

int
udp_connect(struct udp_end *e, const struct endpoint *local, const struct endpoint *remote)
{
	static const struct endpoint none;
	int err = udp_slot_move(e, local, remote);

	if (err)
		return err;
	e->local = *local;
	e->remote = remote ? *remote : none;
	return 0;
}

int
udp_take_error(struct udp_end *e)
{
	int err = e->error;

	e->error = 0;
	return err;
}

ssize_t
udp_recv(struct udp_end *e, void *buf, size_t len, bool peek, struct dgram_names *names, size_t *full)
{
	ssize_t n;
	int err = udp_take_error(e);

	if (err)
		return -err;
	n = dgram_read(&e->queue, buf, len, peek, names, full);
	if (n != -LEAT_EAGAIN || !e->shut_recv)
		return n;
	if (names)
		*names = (struct dgram_names){0};
	if (full)
		*full = 0;
	return 0;
}

ssize_t
udp_recv_error(struct udp_end *e, void *buf, size_t len, struct dgram_error *out, size_t *full)
{
	return errq_take(&e->errors, buf, len, out, full, &e->error);
}

void
udp_forget_errors(struct udp_end *e)
{
	errq_fini(&e->errors);
}

size_t
udp_unread(const struct udp_end *e)
{
	return dgram_first_len(&e->queue);
}

/* As Linux's datagram_poll(). There is always room to send. */
unsigned
udp_ready(const struct udp_end *e)
{
	unsigned mask = LEAT_OUT;

	if (e->error || e->errors.count)
		mask |= LEAT_ERR;
	if (e->shut_recv)
		mask |= LEAT_RDHUP | LEAT_IN;
	if (e->shut_recv && e->shut_send)
		mask |= LEAT_HUP;
	if (e->queue.count)
		mask |= LEAT_IN;
	return mask;
}

void
udp_shutdown(struct udp_end *e, bool recv, bool send)
{
	e->shut_recv |= recv;
	e->shut_send |= send;
	e->ops->notify(e->user);
}

int
udp_path_mtu(struct udp_end *e)
{
	struct path path;
	int err;

	if (!udp_connected(e))
		return -LEAT_ENOTCONN;
	err = route_find(e->udp->core, &e->remote.addr, &e->local.addr, e->opts.bound_if, &path);
	return err ? err : (int)path.mtu;
}

const struct udp_counters *
udp_counters(const struct udp *udp)
{
	return &udp->count;
}
