/*
 * run/network/gone.c - keeps the names of datagram sockets that the program has closed, until what
 * they sent has crossed the link, and then ends the gateway's flows for them.
 */
#include "run/network/gone.h"

#include "gate/gate.h"
#include "link/emu.h"
#include "sock/sock.h"

#include <stdlib.h>

struct gone_socket {
	struct list node;
	nsec_t at;
	enum sock_type type;
	uint16_t port;
};

void
gone_init(struct gone *g)
{
	list_init(&g->waiting);
}

void
gone_fini(struct gone *g)
{
	struct list *n;

	while ((n = list_pop(&g->waiting)))
		free(container_of(n, struct gone_socket, node));
}

/*
 * Those that wait are in order, though a change of the link's delay may let a later one's datagrams
 * arrive earlier.
 */
void
gone_note(struct gone *g, const struct sock *sk, nsec_t now)
{
	const struct gone_socket *last = list_last(&g->waiting, struct gone_socket, node);
	struct endpoint local;
	struct gone_socket *s;

	if (sock_local(sk, &local) || !local.port || ipaddr_is_loopback(&local.addr))
		return;
	s = malloc(sizeof *s);
	if (!s)
		return;
	*s = (struct gone_socket){
	    .at = nsec_max(now, emu_last(g->link, EMU_UP)), .type = sock_type(sk), .port = local.port};
	if (last)
		s->at = nsec_max(s->at, last->at);
	list_push(&g->waiting, &s->node);
}

nsec_t
gone_next(const struct gone *g)
{
	const struct gone_socket *s = list_first(&g->waiting, struct gone_socket, node);

	return s ? s->at : NSEC_NEVER;
}

void
gone_run(struct gone *g, nsec_t now)
{
	struct gone_socket *s;

	while ((s = list_first(&g->waiting, struct gone_socket, node)) && s->at <= now) {
		if (!sock_port_taken(g->socks, s->type, s->port))
			gate_dgram_gone(g->gate, s->type == SOCK_TYPE_PING, s->port);
		list_del(&s->node);
		free(s);
	}
}
