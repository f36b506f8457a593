/*
 * bench/peer_lwip.c - measures the same as bench/wire.c and bench/churn.c, with lwIP: two Ethernet
 * interfaces of one stack, connected by two queues.
 *
 *   peer_lwip [--window OCTETS] [--idle CONNECTIONS] [--ip 4|6] [--seconds S] [--churn OCTETS]
 *
 * With --churn, connections are opened, used for a request and an answer of OCTETS each, and
 * closed.
 *
 * A process can have only one lwIP, so both ends belong to one stack, each bound to its interface.
 * A frame is copied once between them, as lwIP's own loopback does, because a sent frame still
 * belongs to the sender's queue. tools/bench builds this program twice: with the packaged library,
 * and from source with bench/lwip/lwipopts.h.
 */
#include "args.h"

#include <lwip/etharp.h>
#include <lwip/ethip6.h>
#include <lwip/init.h>
#include <lwip/pbuf.h>
#include <lwip/priv/tcp_priv.h>
#include <lwip/tcp.h>
#include <lwip/timeouts.h>
#include <netif/ethernet.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { RING = 65536, CHUNK = 65536, PORT = 5001, BATCH = 1000 };

struct end {
	struct netif netif;
	struct pbuf *ring[RING]; /* frames in flight to this end */
	unsigned head, tail;
	uint64_t frames;
};

static struct end ends[2];
static struct tcp_pcb *accepted; /* the last one */
static uint64_t octets, closed;
static uint32_t window;
static uint8_t out[CHUNK], in[CHUNK];
static bool v6;
static u16_t churn; /* octets of a request, and of its answer */

static void
check(bool good, const char *what)
{
	if (good)
		return;
	fprintf(stderr, "peer_lwip: %s\n", what);
	exit(1);
}

static int64_t
monotonic(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000000000LL + ts.tv_nsec;
}

#if NO_SYS
u32_t
sys_now(void)
{
	return (u32_t)(monotonic() / 1000000);
}
#endif

/* The wire */

static err_t
to_other(struct netif *from, struct pbuf *p)
{
	struct end *to = &ends[from == &ends[0].netif];
	struct pbuf *copy = pbuf_clone(PBUF_RAW, PBUF_RAM, p);

	check(copy && to->tail - to->head < RING, "no memory for a frame");
	to->ring[to->tail++ % RING] = copy;
	return ERR_OK;
}

static bool
deliver(unsigned i)
{
	struct end *e = &ends[i];
	unsigned n = e->tail - e->head;

	if (n == 0)
		return false;
	for (e->frames += n; n > 0; n--) {
		struct pbuf *p = e->ring[e->head++ % RING];

		if (e->netif.input(p, &e->netif) != ERR_OK)
			pbuf_free(p);
	}
	return true;
}

static void
settle(void)
{
	bool moved;

	sys_check_timeouts();
	do {
		moved = deliver(1);
		moved |= deliver(0);
	} while (moved);
}

static err_t
init_netif(struct netif *n)
{
	n->name[0] = 'b';
	n->name[1] = (char)('0' + (n == &ends[1].netif));
	n->mtu = 1500;
	n->hwaddr_len = 6;
	memcpy(n->hwaddr, (const uint8_t[6]){2, 0, 0, 0, 0, (uint8_t)(1 + (n == &ends[1].netif))}, 6);
	n->flags = NETIF_FLAG_BROADCAST | NETIF_FLAG_ETHARP | NETIF_FLAG_ETHERNET | NETIF_FLAG_LINK_UP |
		   NETIF_FLAG_IGMP | NETIF_FLAG_MLD6;
	n->output = etharp_output;
	n->output_ip6 = ethip6_output;
	n->linkoutput = to_other;
	return ERR_OK;
}

static void
add_netif(unsigned i)
{
	struct netif *n = &ends[i].netif;
	ip4_addr_t a, mask, none;
	ip6_addr_t a6;

	IP4_ADDR(&a, 10, 0, 0, i + 1);
	IP4_ADDR(&mask, 255, 255, 255, 0);
	ip4_addr_set_zero(&none);
	check(netif_add(n, &a, &mask, &none, NULL, init_netif, ethernet_input) != NULL, "interface");
	IP6_ADDR(&a6, PP_HTONL(0xfd000000), 0, 0, PP_HTONL(i + 1));
	ip6_addr_assign_zone(&a6, IP6_UNICAST, n);
	netif_create_ip6_linklocal_address(n, 1);
	netif_ip6_addr_set(n, 1, &a6);
	netif_set_up(n);
	netif_ip6_addr_set_state(n, 0, IP6_ADDR_PREFERRED);
	netif_ip6_addr_set_state(n, 1, IP6_ADDR_PREFERRED);
}

/* The connections */

static err_t
received(void *arg, struct tcp_pcb *pcb, struct pbuf *p, err_t err)
{
	if (!p) /* the end; the client closes the connection */
		return ERR_OK;
	for (u16_t at = 0; at < p->tot_len;)
		at = (u16_t)(at + pbuf_copy_partial(p, in, p->tot_len, at));
	octets += p->tot_len;
	tcp_recved(pcb, p->tot_len);
	if (churn && pcb == accepted && octets % (2 * churn) == churn) {
		check(tcp_write(pcb, out, churn, TCP_WRITE_FLAG_COPY) == ERR_OK, "answer");
		tcp_output(pcb);
	}
	pbuf_free(p);
	return ERR_OK;
}

static err_t
accepting(void *arg, struct tcp_pcb *pcb, err_t err)
{
	accepted = pcb;
	/*
	 * lwIP resets a connection if its window at the close is not the one that lwIP was built
	 * with
	 */
	if (!churn)
		pcb->rcv_wnd = pcb->rcv_ann_wnd = window;
	tcp_recv(pcb, received);
	return ERR_OK;
}

static err_t
connected(void *arg, struct tcp_pcb *pcb, err_t err)
{
	return ERR_OK;
}

static struct tcp_pcb *
new_pcb(unsigned end)
{
	struct tcp_pcb *pcb = tcp_new_ip_type(v6 ? IPADDR_TYPE_V6 : IPADDR_TYPE_V4);

	check(pcb != NULL, "no memory for a connection");
	tcp_bind_netif(pcb, &ends[end].netif);
	return pcb;
}

static void
open_listener(void)
{
	struct tcp_pcb *pcb = new_pcb(1);

	check(tcp_bind(pcb, v6 ? IP6_ADDR_ANY : IP4_ADDR_ANY, PORT) == ERR_OK, "bind");
	pcb = tcp_listen_with_backlog(pcb, 255);
	check(pcb != NULL, "listen");
	tcp_accept(pcb, accepting);
}

static struct tcp_pcb *
open_connection(void)
{
	struct tcp_pcb *pcb = new_pcb(0);
	ip_addr_t to = v6 ? *netif_ip_addr6(&ends[1].netif, 1) : *netif_ip_addr4(&ends[1].netif);
	err_t err;

#if LWIP_IPV6_SCOPES
	if (v6)
		ip6_addr_clear_zone(ip_2_ip6(&to));
#endif
	pcb->snd_buf = window;
	err = tcp_connect(pcb, &to, PORT, connected);
	check(err == ERR_OK, lwip_strerr(err));
	settle();
	check(pcb->state == ESTABLISHED && accepted && accepted->state == ESTABLISHED, "not connected");
	return pcb;
}

/* The measurements */

static void
turn_bulk(struct tcp_pcb *pcb)
{
	sys_check_timeouts();
	for (;;) {
		uint32_t room = tcp_sndbuf(pcb);

		/* lwIP would refuse a small segment for a queue that is nearly full. */
		if (room < TCP_MSS || tcp_sndqueuelen(pcb) + 2 * (CHUNK / TCP_MSS + 1) > TCP_SND_QUEUELEN)
			break;
		if (tcp_write(pcb, out, (u16_t)LWIP_MIN(room, CHUNK - 1), TCP_WRITE_FLAG_COPY) != ERR_OK)
			break;
	}
	tcp_output(pcb);
	deliver(1);
	deliver(0);
}

/*
 * The server closes first. The connections in TIME-WAIT are removed after a batch, because lwIP has
 * 16,384 ports.
 */
static void
turn_churn(void)
{
	for (unsigned i = 0; i < BATCH; i++) {
		struct tcp_pcb *pcb = open_connection();

		tcp_recv(pcb, received);
		check(tcp_write(pcb, out, churn, TCP_WRITE_FLAG_COPY) == ERR_OK, "request");
		tcp_output(pcb);
		settle();
		check(octets == (closed + 1) * 2 * churn, "no answer");
		check(tcp_close(accepted) == ERR_OK, "close");
		settle();
		check(tcp_close(pcb) == ERR_OK, "close");
		settle();
		closed++;
	}
	while (tcp_tw_pcbs)
		tcp_abort(tcp_tw_pcbs);
}

static int64_t
run_for(struct tcp_pcb *pcb, double seconds)
{
	int64_t until = monotonic() + (int64_t)(seconds * 1e9), used = args_cpu_time();

	do {
		if (churn)
			turn_churn();
		else
			turn_bulk(pcb);
	} while (monotonic() < until);
	return args_cpu_time() - used;
}

static void
set_up(void)
{
	lwip_init();
	add_netif(0);
	add_netif(1);
	settle();
	open_listener();
}

int
main(int argc, char **argv)
{
	struct bench_arg args[] = {
	    {"window", 65535}, {"idle", 0}, {"ip", 4}, {"seconds", 1}, {"churn", 0}, {NULL, 0}};
	struct tcp_pcb *pcb = NULL;
	uint64_t before, segments;
	double time;

	args_read(args, argc, argv);
	window = (uint32_t)args[0].value;
	v6 = args[2].value == 6;
	churn = (u16_t)args[4].value;
	/* The packaged library has TCP_WND and TCP_SND_BUF compiled in. */
	check(window <= TCP_WND && window <= TCP_SND_BUF, "this build has no window that large");
	set_up();
	if (!churn)
		pcb = open_connection();
	for (unsigned i = 0; i < (unsigned)args[1].value; i++)
		open_connection();
	run_for(pcb, args[3].value * 0.2);
	octets = closed = 0;
	before = ends[1].frames;
	time = (double)run_for(pcb, args[3].value);
	segments = ends[1].frames - before;
	args_print(churn ? "churn" : "wire", args);
	printf(", \"bytes\": %llu, \"segments\": %llu, \"connections\": %llu, \"seconds\": %.6f",
	    (unsigned long long)octets, (unsigned long long)segments, (unsigned long long)closed, time / 1e9);
	printf(", \"ns_per_segment\": %.2f, \"gbit\": %.3f, \"per_second\": %.1f}\n",
	    time / (double)(segments ? segments : 1), (double)octets * 8 / time, (double)closed * 1e9 / time);
	return octets > 0 || closed > 0 ? 0 : 1;
}
