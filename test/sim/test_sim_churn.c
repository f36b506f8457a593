/*
 * Makes many short connections over a bad link: echoes that must be right, closes and resets at any
 * moment of a connection's life, closed ports, simultaneous opens, a listener that is closed and
 * opened again, small backlogs. At the end, no connection and no packet may be left.
 */
#include "world.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum { SERVER = 80, CLOSED = 81, CROSS = 5000, PENDING = 4096, CLIENTS_MAX = 80, REQUEST_MAX = 20000 };

enum plan {
	PLAN_ECHO,   /* send, shut down, read it all back */
	PLAN_ABORT,  /* reset at some moment */
	PLAN_CLOSE,  /* close at some moment, read or not */
	PLAN_LINGER, /* the same with SO_LINGER 0 */
	PLAN_CLOSED, /* to a port where no socket listens */
	PLAN_CROSS,  /* both sides connect, to each other */
	PLAN_COUNT
};

struct churn;

/* One end of a connection, of the client or the server. */
struct peer {
	struct list node;
	struct churn *churn;
	struct sock *sk;
	struct timer timer; /* when to end by force */
	enum plan plan;
	bool server, must_succeed, shut;
	uint64_t key, size, sent, read;
	nsec_t began;
	uint8_t pending[PENDING]; /* a server's: read and not yet written back */
	size_t from, to;
	bool eof;
};

struct churn {
	struct world *w;
	struct sock *listener;
	struct timer next_client, pause_listener, resume_listener;
	struct list peers;
	unsigned clients, started, echoes, crossed;
	bool unsteady; /* the listener is closed for a while */
	uint8_t buf[REQUEST_MAX];
};

static nsec_t
after(struct churn *c, uint64_t most_ms)
{
	return sim_now(c->w->sim) + (nsec_t)world_between(&c->w->rng, 0, most_ms * 1000) * USEC;
}

static void
forget(struct peer *p)
{
	timer_cancel(sim_wheel(p->churn->w->sim), &p->timer);
	list_del(&p->node);
	free(p);
}

static void
end_peer(struct peer *p, bool abort)
{
	if (abort)
		sock_abort(p->sk);
	else
		sock_close(p->sk);
	forget(p);
}

static void
on_force(struct timer *t)
{
	struct peer *p = container_of(t, struct peer, timer);

	end_peer(p, p->plan == PLAN_ABORT);
}

enum { HANDSHAKE_SECONDS = 60 };

/*
 * Ends the peer if a failure is allowed; otherwise fails the seed. A reset is allowed: a handshake
 * may take so long that the server has given up when the client has finished it.
 */
static void
peer_failed(struct peer *p, const char *what, ssize_t err)
{
	bool never_began =
	    !p->sent && (err == -LEAT_ETIMEDOUT || err == -LEAT_EHOSTUNREACH); /* a bad link may do that */
	bool given_up = !p->read && err == -LEAT_ECONNRESET &&
			sim_now(p->churn->w->sim) - p->began > HANDSHAKE_SECONDS * SEC;

	if (p->must_succeed && !never_began && !given_up)
		world_fail(p->churn->w, "%s: %s after %" PRIu64 " sent, %" PRIu64 " read of %" PRIu64, what,
		    err_name((int)err), p->sent, p->read, p->size);
	end_peer(p, false);
}

/* Returns false if @p was freed. */
static bool
write_request(struct peer *p)
{
	while (p->sent < p->size) {
		size_t len = p->size - p->sent;
		ssize_t n;

		world_pattern(p->key, p->sent, p->churn->buf, len);
		n = sock_send(p->sk, p->churn->buf, len, 0, NULL);
		if (n == -LEAT_EAGAIN)
			return true;
		if (n < 0) {
			peer_failed(p, "writing", n);
			return false;
		}
		p->sent += (uint64_t)n;
	}
	if (!p->shut) {
		int err = sock_shutdown(p->sk, SOCK_SHUT_WR);

		p->shut = true;
		if (err) {
			peer_failed(p, "shutdown", err);
			return false;
		}
	}
	return true;
}

static void
on_client(struct sock *sk, void *arg)
{
	struct peer *p = arg;
	struct churn *c = p->churn;
	ssize_t n;

	if (!(sock_ready(sk) & (LEAT_IN | LEAT_OUT | LEAT_ERR)) || !write_request(p))
		return;
	while ((n = sock_recv(sk, c->buf, sizeof c->buf, 0, NULL)) > 0) {
		if (world_compare(p->key, p->read, c->buf, (size_t)n) >= 0)
			world_fail(c->w, "an echo came back wrong");
		p->read += (uint64_t)n;
	}
	if (n == -LEAT_EAGAIN)
		return;
	if (n < 0) {
		peer_failed(p, "reading", n);
		return;
	}
	if (p->must_succeed && p->read != p->size)
		world_fail(c->w, "an echo ended after %" PRIu64 " of %" PRIu64, p->read, p->size);
	c->echoes += p->read == p->size;
	end_peer(p, false);
}

static void
on_server(struct sock *sk, void *arg)
{
	struct peer *p = arg;
	ssize_t n;

	for (;;) {
		while (p->from < p->to) {
			n = sock_send(sk, p->pending + p->from, p->to - p->from, 0, NULL);
			if (n == -LEAT_EAGAIN)
				return;
			if (n < 0) {
				end_peer(p, false);
				return;
			}
			p->from += (size_t)n;
		}
		n = sock_recv(sk, p->pending, sizeof p->pending, 0, NULL);
		if (n == -LEAT_EAGAIN)
			return;
		if (n <= 0) {
			end_peer(p, false);
			return;
		}
		p->from = 0;
		p->to = (size_t)n;
	}
}

static void
on_cross(struct sock *sk, void *arg)
{
	struct peer *p = arg;
	uint8_t octet;
	ssize_t n;

	if (!(sock_ready(sk) & (LEAT_IN | LEAT_OUT | LEAT_ERR)))
		return;
	if (!p->sent) {
		n = sock_send(sk, "x", 1, 0, NULL);
		if (n == -LEAT_EAGAIN)
			return;
		if (n < 0) {
			peer_failed(p, "crossing", n);
			return;
		}
		p->sent = 1;
	}
	n = sock_recv(sk, &octet, 1, 0, NULL);
	if (n == -LEAT_EAGAIN)
		return;
	if (n < 0) {
		peer_failed(p, "crossing", n);
		return;
	}
	p->churn->crossed += n == 1;
	end_peer(p, false);
}

static void
on_closed_port(struct sock *sk, void *arg)
{
	struct peer *p = arg;
	int err = 0;
	size_t len = sizeof err;

	if (!(sock_ready(sk) & LEAT_ERR))
		return;
	sock_getopt(sk, 1, 4, &err, &len);
	if (err != LEAT_ECONNREFUSED && err != LEAT_ETIMEDOUT && err != LEAT_EHOSTUNREACH)
		world_fail(p->churn->w, "a closed port gave %s", err_name(err));
	end_peer(p, false);
}

static struct peer *
new_peer(struct churn *c, enum plan plan, struct sock *sk, void (*fn)(struct sock *sk, void *arg))
{
	struct peer *p = calloc(1, sizeof *p);

	if (!p)
		abort();
	p->churn = c;
	p->plan = plan;
	p->sk = sk;
	p->began = sim_now(c->w->sim);
	timer_init(&p->timer, on_force);
	list_push(&c->peers, &p->node);
	sock_watch(sk, fn, p);
	return p;
}

static struct sock *
open_stream(struct churn *c, unsigned who, uint16_t port)
{
	struct endpoint at = world_endpoint(c->w, who, port);
	struct sock *sk;

	if (sock_open(stack_socks(c->w->host[who]), c->w->v6, SOCK_TYPE_STREAM, &sk))
		abort();
	if (port && sock_bind(sk, &at))
		world_fail(c->w, "cannot bind port %u", port);
	return sk;
}

static void
connect_to(struct peer *p, unsigned who, uint16_t port)
{
	struct endpoint to = world_endpoint(p->churn->w, who, port);
	int err = sock_connect(p->sk, &to);

	if (err != -LEAT_EINPROGRESS)
		world_fail(p->churn->w, "connect: %s", err_name(err));
}

static void
start_cross(struct churn *c)
{
	for (unsigned who = 0; who < 2; who++) {
		uint16_t port = (uint16_t)(CROSS + 2 * c->started + who);
		struct peer *p = new_peer(c, PLAN_CROSS, open_stream(c, who, port), on_cross);

		/*
		 * On a slow link the first SYN may arrive before the other side has sent its own:
		 * then no socket listens.
		 */
		connect_to(p, !who, (uint16_t)(CROSS + 2 * c->started + !who));
	}
}

static void
start_client(struct churn *c)
{
	static const int32_t linger[2] = {1, 0};
	enum plan plan = (enum plan)rng_below(&c->w->rng, PLAN_COUNT);
	struct peer *p;

	if (plan == PLAN_CROSS) {
		start_cross(c);
		return;
	}
	p = new_peer(c, plan, open_stream(c, 0, 0), plan == PLAN_CLOSED ? on_closed_port : on_client);
	p->key = rng_u64(&c->w->rng);
	p->size = rng_below(&c->w->rng, rng_below(&c->w->rng, 2) ? 100 : REQUEST_MAX) + 1;
	p->must_succeed = plan == PLAN_ECHO && !c->unsteady;
	if (plan == PLAN_LINGER)
		sock_setopt(p->sk, 1, 13, linger, sizeof linger);
	if (plan != PLAN_ECHO && plan != PLAN_CLOSED)
		timer_arm(sim_wheel(c->w->sim), &p->timer, after(c, 600));
	connect_to(p, 1, plan == PLAN_CLOSED ? CLOSED : SERVER);
}

static void
on_next_client(struct timer *t)
{
	struct churn *c = container_of(t, struct churn, next_client);

	start_client(c);
	if (++c->started < c->clients)
		timer_arm(sim_wheel(c->w->sim), t, after(c, rng_below(&c->w->rng, 4) ? 50 : 0));
}

static void
on_accept(struct sock *listener, void *arg)
{
	struct churn *c = arg;
	struct sock *child;

	while (sock_accept(listener, &child) == 0) {
		struct peer *p = new_peer(c, PLAN_ECHO, child, on_server);

		p->server = true;
		on_server(child, p);
	}
}

static void
listen_again(struct churn *c)
{
	int one = 1;
	struct endpoint at = world_endpoint(c->w, 1, SERVER);

	c->listener = open_stream(c, 1, 0);
	sock_setopt(c->listener, 1, 2, &one, sizeof one);
	if (sock_bind(c->listener, &at) || sock_listen(c->listener, (int)world_between(&c->w->rng, 1, 30)))
		world_fail(c->w, "cannot listen");
	sock_watch(c->listener, on_accept, c);
}

static void
on_pause_listener(struct timer *t)
{
	struct churn *c = container_of(t, struct churn, pause_listener);

	sock_close(c->listener);
	c->listener = NULL;
	timer_arm(sim_wheel(c->w->sim), &c->resume_listener, after(c, 300));
}

static void
on_resume_listener(struct timer *t)
{
	listen_again(container_of(t, struct churn, resume_listener));
}

/*
 * All clients have been started and have ended. Server ends whose peer's reset was lost stay, as on
 * any host without keepalive.
 */
static bool
finished(void *arg)
{
	struct churn *c = arg;

	if (c->w->failed)
		return true;
	if (c->started < c->clients || !c->listener)
		return false;
	list_each(n, &c->peers)
		if (!container_of(n, struct peer, node)->server)
			return false;
	return true;
}

static void
end_all(struct churn *c)
{
	struct wheel *wheel = sim_wheel(c->w->sim);

	timer_cancel(wheel, &c->next_client);
	timer_cancel(wheel, &c->pause_listener);
	timer_cancel(wheel, &c->resume_listener);
	while (!list_empty(&c->peers)) {
		struct peer *p = list_first(&c->peers, struct peer, node);

		end_peer(p, p->server);
	}
	if (c->listener)
		sock_close(c->listener);
}

static bool
run(uint64_t seed, const struct world_options *options, uint64_t *digest)
{
	struct churn *c = calloc(1, sizeof *c);
	struct world *w = world_new(seed, options);
	bool failed;

	c->w = w;
	list_init(&c->peers);
	timer_init(&c->next_client, on_next_client);
	timer_init(&c->pause_listener, on_pause_listener);
	timer_init(&c->resume_listener, on_resume_listener);
	c->clients = (unsigned)world_between(&w->rng, 10, CLIENTS_MAX);
	c->unsteady = rng_below(&w->rng, 3) == 0;
	listen_again(c);
	timer_arm(sim_wheel(w->sim), &c->next_client, 0);
	if (c->unsteady)
		timer_arm(sim_wheel(w->sim), &c->pause_listener, after(c, 1500));
	if (!sim_run(w->sim, 3600 * SEC, finished, c))
		world_fail(w, "clients are left after an hour");
	end_all(c);
	failed = world_end(w, digest);
	free(c);
	return failed;
}

int
main(int argc, char **argv)
{
	return world_main(argc, argv, run);
}
