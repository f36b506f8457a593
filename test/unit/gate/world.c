/*
 * test/unit/gate/world.c - makes the hosts of the gateway's tests, and lets their time pass.
 */
#include "world.h"

#include "pkt/pool.h"

#include <sys/socket.h>

struct ipaddr
world_addr(const char *text)
{
	struct ipaddr a;

	assert_int_equal(ipaddr_parse(text, &a), 0);
	return a;
}

struct endpoint
world_end(const char *text, uint16_t port)
{
	return (struct endpoint){.addr = world_addr(text), .port = port};
}

static void
flow_ended(void *arg, const struct gate_flow_info *info)
{
	struct world *w = arg;

	w->ended++;
	w->last = *info;
}

static void
default_route(struct stack *s, uint32_t ifindex, const char *any, const char *gateway)
{
	struct route r = {.dst = world_addr(any),
	    .gateway = world_addr(gateway),
	    .ifindex = ifindex,
	    .src = world_addr(any)};

	assert_int_equal(route_add(stack_core(s), &r), 0);
}

static void
make_outside(struct world *w, uint64_t seed)
{
	struct core *core = stack_core(w->gate_stack);

	w->net = simio_net_new(core->wheel, &core->now, seed);
	w->machine = simio_host_new(w->net);
	w->outside = simio_host_new(w->net);
	assert_int_equal(simio_host_address(w->machine, "203.0.113.1"), 0);
	assert_int_equal(simio_host_address(w->machine, "2001:db8:113::1"), 0);
	simio_host_everywhere(w->outside);
}

static struct io_world *
host_of(struct world *w, const struct endpoint *at)
{
	return simio_host_world(ipaddr_is_loopback(&at->addr) ? w->machine : w->outside);
}

static void
accept_all(struct io_listener *l, void *arg)
{
	struct world_listener *at = arg;
	struct io_stream *s;

	while (l->ops->accept(l, &s) == 0)
		at->accepted(at->arg, s);
}

void
world_listen(
    struct world *w, const struct endpoint *at, void (*accepted)(void *arg, struct io_stream *s), void *arg)
{
	struct world_listener *l = &w->listener[w->listeners++];

	assert_true(w->listeners <= WORLD_LISTENERS);
	*l = (struct world_listener){.accepted = accepted, .arg = arg};
	assert_int_equal(io_listen(host_of(w, at), at, 1024, accept_all, l, &l->io), 0);
}

struct io_dgram *
world_dgram(struct world *w, const struct endpoint *at, io_dgram_fn *fn, void *arg)
{
	struct io_world *host = host_of(w, at);
	struct io_dgram **d = &w->dgram[w->dgrams++];

	assert_true(w->dgrams <= WORLD_LISTENERS);
	assert_int_equal(host->ops->dgram(host, at, NULL, fn, arg, d), 0);
	(*d)->ops->want(*d, IO_READABLE);
	return *d;
}

unsigned
world_open(const struct world *w)
{
	return simio_host_open(w->machine);
}

struct endpoint
world_published(const struct endpoint *from, uint16_t port)
{
	bool v4 = ipaddr_is4(&from->addr);

	if (ipaddr_is_loopback(&from->addr))
		return world_end(v4 ? "127.0.0.1" : "::1", port);
	return world_end(v4 ? "203.0.113.1" : "2001:db8:113::1", port);
}

struct io_stream *
world_dial(struct world *w, const struct endpoint *from, uint16_t port, io_stream_fn *fn, void *arg)
{
	struct simio_host *host = ipaddr_is_loopback(&from->addr) ? w->machine : w->outside;
	struct endpoint at = world_published(from, port);
	struct io_stream *s;

	assert_int_equal(simio_connect_from(host, from, &at, fn, arg, &s), 0);
	return s;
}

void
world_publish(struct world *w, bool udp, uint16_t port, uint16_t inside)
{
	struct endpoint at4 = {.addr = IPADDR_ANY4, .port = port}, at6 = {.addr = IPADDR_ANY6, .port = port};

	assert_int_equal(gate_publish(w->gate, udp, &at4, inside), 0);
	assert_int_equal(gate_publish(w->gate, udp, &at6, inside), 0);
}

struct world *
world_new(const struct emu_impair *impair, uint64_t seed, const struct gate_config *limits)
{
	struct sim_config config = {.seed = seed};
	struct sim_link_config link = {0};
	struct gate_config g = {0};
	struct world *w = calloc(1, sizeof *w);
	struct iface *inside, *outside;

	w->sim = sim_new(&config);
	w->host = sim_host(w->sim);
	w->gate_stack = sim_host(w->sim);
	link.host[0] = w->host;
	link.host[1] = w->gate_stack;
	if (impair)
		link.dir[0] = link.dir[1] = *impair;
	w->link = sim_link(w->sim, &link);
	inside = sim_link_iface(w->link, 0);
	outside = sim_link_iface(w->link, 1);
	assert_int_equal(sim_address(inside, "10.0.2.15", 24), 0);
	assert_int_equal(sim_address(inside, "fd00:2::15", 64), 0);
	assert_int_equal(sim_address(outside, "10.0.2.2", 24), 0);
	assert_int_equal(sim_address(outside, "10.0.2.3", 24), 0);
	assert_int_equal(sim_address(outside, "fd00:2::2", 64), 0);
	default_route(w->host, inside->index, "0.0.0.0", "10.0.2.2");
	default_route(w->host, inside->index, "::", "fd00:2::2");

	make_outside(w, seed);
	if (limits)
		g = *limits;
	g.stack = w->gate_stack;
	g.outside = simio_host_world(w->machine);
	g.echo = simio_echo;
	g.own4 = world_addr("10.0.2.2");
	g.own6 = world_addr("fd00:2::2");
	g.dns = world_addr("10.0.2.3");
	g.program4 = world_addr("10.0.2.15");
	g.program6 = world_addr("fd00:2::15");
	if (!g.names.servers)
		g.names = (struct gate_names){.server = {world_end("192.0.2.53", 53)}, .servers = 1};
	g.ended = flow_ended;
	g.arg = w;
	assert_int_equal(gate_new(&g, &w->gate), 0);
	return w;
}

void
world_free(struct world *w)
{
	gate_free(w->gate);
	for (unsigned i = 0; i < w->listeners; i++)
		w->listener[i].io->ops->close(w->listener[i].io);
	for (unsigned i = 0; i < w->dgrams; i++)
		w->dgram[i]->ops->close(w->dgram[i]);
	simio_net_free(w->net); /* asserts that nothing is open */
	sim_free(w->sim);       /* asserts that no packet leaked */
	free(w);
}

nsec_t
world_now(const struct world *w)
{
	return sim_now(w->sim);
}

static void
time_is_up(struct timer *t)
{
}

bool
world_run(struct world *w, nsec_t limit, bool (*done)(void *arg), void *arg)
{
	nsec_t until = sim_now(w->sim) + limit;
	struct timer end; /* so that no step goes past it */
	bool is_done = false;

	timer_init(&end, time_is_up);
	timer_arm(sim_wheel(w->sim), &end, until);
	while (timer_armed(&end) && !is_done) {
		size_t octets = pkt_pool_octets(sim_pool(w->sim));

		w->pool_max = octets > w->pool_max ? octets : w->pool_max;
		for (int i = 0; i < 1000 && gate_next(w->gate) != NSEC_NEVER; i++)
			gate_run(w->gate);
		is_done = done && done(arg);
		if (!is_done)
			sim_step(w->sim);
	}
	timer_cancel(sim_wheel(w->sim), &end);
	return is_done || (done && done(arg));
}

struct sock *
world_connect(struct world *w, const struct endpoint *to)
{
	struct sock *sk;
	int e;

	assert_int_equal(sock_open(stack_socks(w->host), !ipaddr_is4(&to->addr), SOCK_TYPE_STREAM, &sk), 0);
	e = sock_connect(sk, to);
	assert_true(e == 0 || e == -LEAT_EINPROGRESS);
	return sk;
}

static bool
decided(void *arg)
{
	return sock_ready(arg) & (LEAT_OUT | LEAT_ERR | LEAT_HUP);
}

int
world_error(struct sock *sk)
{
	int e = 0;
	size_t len = sizeof e;

	assert_int_equal(sock_getopt(sk, SOL_SOCKET, SO_ERROR, &e, &len), 0);
	return e;
}

int
world_connect_wait(struct world *w, const struct endpoint *to, struct sock **out)
{
	*out = world_connect(w, to);
	assert_true(world_run(w, 1000 * SEC, decided, *out));
	return world_error(*out);
}

/* Talkers */

static ssize_t
talker_read(struct talker *t, uint8_t *buf, size_t len)
{
	return t->sk ? sock_recv(t->sk, buf, len, 0, NULL) : io_read(t->peer, buf, len);
}

static ssize_t
talker_write(struct talker *t, const uint8_t *buf, size_t len)
{
	return t->sk ? sock_send(t->sk, buf, len, 0, NULL) : io_write(t->peer, buf, len, 0);
}

static void
talker_listen(struct talker *t)
{
	uint8_t buf[8192];

	while (!t->paused && !t->eof && !t->error) {
		ssize_t n = talker_read(t, buf, sizeof buf);

		if (n == -LEAT_EAGAIN || n == -LEAT_ENOTCONN)
			return;
		if (n < 0) {
			t->error = (int)-n;
			return;
		}
		t->eof = n == 0;
		for (ssize_t i = 0; i < n; i++)
			t->wrong += buf[i] != world_octet(t->recv_seed, t->received + (uint64_t)i);
		t->received += (uint64_t)n;
	}
}

static void
talker_speak(struct talker *t)
{
	uint8_t buf[8192];

	while (t->sent < t->to_send && !t->error) {
		size_t n = sizeof buf;
		ssize_t done;

		if (t->to_send - t->sent < n)
			n = (size_t)(t->to_send - t->sent);
		for (size_t i = 0; i < n; i++)
			buf[i] = world_octet(t->send_seed, t->sent + i);
		done = talker_write(t, buf, n);
		if (done == -LEAT_EAGAIN || done == -LEAT_ENOTCONN)
			return;
		if (done < 0) {
			t->error = (int)-done;
			return;
		}
		t->sent += (uint64_t)done;
	}
	if (t->sent < t->to_send || t->shut || t->error)
		return;
	t->shut = true;
	if (t->sk)
		sock_shutdown(t->sk, SOCK_SHUT_WR);
	else
		io_shutdown(t->peer);
}

/* Returns the events that a talker outside waits for. */
static unsigned
wanted(const struct talker *t)
{
	unsigned want = 0;

	if (!t->paused && !t->eof && !t->error)
		want |= IO_READABLE;
	if (t->sent < t->to_send && !t->error)
		want |= IO_WRITABLE;
	return want;
}

void
talker_go(struct talker *t)
{
	if (!t->sk && !t->peer)
		return;
	talker_speak(t);
	talker_listen(t);
	if (t->peer)
		io_want(t->peer, wanted(t));
}
