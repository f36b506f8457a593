/*
 * run/network/closed_dgram.c - keeps the ports of closed datagram sockets until their last datagram
 * has crossed the link, and then ends the gateway's flows for them. It does not know what the
 * datagrams hold.
 */
#include "run/network/closed_dgram.h"

#include "gate/gate.h"
#include "link/emu.h"
#include "sock/sock.h"

#include <stdlib.h>

struct closed_dgram {
	struct list node;
	nsec_t at;
	enum sock_type type;
	uint16_t port;
};

void
closed_dgram_init(struct closed_dgrams *g)
{
	list_init(&g->waiting);
}

void
closed_dgram_fini(struct closed_dgrams *g)
{
	struct list *n;

	while ((n = list_pop(&g->waiting)))
		free(container_of(n, struct closed_dgram, node));
}

/*
 * The list stays ordered by time. A change of the delay of the link may let the datagrams of a
 * later socket arrive earlier, so a time is never below that of the entry before it.
 */
void
closed_dgram_note(struct closed_dgrams *g, const struct sock *sk, nsec_t now)
{
	const struct closed_dgram *last = list_last(&g->waiting, struct closed_dgram, node);
	struct endpoint local;
	struct closed_dgram *s;

	if (sock_local(sk, &local) || !local.port || ipaddr_is_loopback(&local.addr))
		return;
	s = malloc(sizeof *s);
	if (!s)
		return;
	*s = (struct closed_dgram){
	    .at = nsec_max(now, emu_last(g->link, EMU_UP)), .type = sock_type(sk), .port = local.port};
	if (last)
		s->at = nsec_max(s->at, last->at);
	list_push(&g->waiting, &s->node);
}

nsec_t
closed_dgram_next(const struct closed_dgrams *g)
{
	const struct closed_dgram *s = list_first(&g->waiting, struct closed_dgram, node);

	return s ? s->at : NSEC_NEVER;
}

void
closed_dgram_run(struct closed_dgrams *g, nsec_t now)
{
	struct closed_dgram *s;

	while ((s = list_first(&g->waiting, struct closed_dgram, node)) && s->at <= now) {
		if (!sock_port_taken(g->socks, s->type, s->port))
			gate_dgram_gone(g->gate, s->type == SOCK_TYPE_PING, s->port);
		list_del(&s->node);
		free(s);
	}
}
