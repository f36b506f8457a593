/*
 * test/unit/gate/nameservers.h - three name servers outside, and a program that asks them.
 */
#ifndef TEST_GATE_NAMESERVERS_H
#define TEST_GATE_NAMESERVERS_H

#include "wire/dns.h"
#include "world.h"

enum { QUESTION_MOST = 300 };

/*
 * A name server: it answers a question with the question's own octets and @rcode, after ignoring
 * the first @deaf.
 */
struct server {
	struct simio_rule rule;
	unsigned asked, deaf;
	uint16_t rcode;
	struct rng *liar; /* sends garbage before the answer */
};

enum { SERVERS = 3 };

/* What a test uses: three servers, @n of them in the configuration. */
struct setting {
	struct world *w;
	struct server server[SERVERS];
	struct gate_names names;
	unsigned renewed;
	bool fresh;
};

/* Sets up a world with @n of the servers in the configuration. */
void setting_begin(struct setting *t, unsigned n);

/* Opens a datagram socket of the program that is connected to port 53 of @to. */
struct sock *socket_to(struct setting *t, const char *to);

/* Sends the question for @text with the number @id. */
void put_question(struct sock *sk, uint16_t id, const char *text);

/* For world_run(). */
bool readable(void *arg);

/* Waits for the answer and returns its rcode, or -1 after a minute. The time is stored in @took. */
int get_answer(struct setting *t, struct sock *sk, uint16_t id, nsec_t *took);

/* Asks @to and asserts the answer's rcode, and how long it took. */
void assert_answered(struct setting *t, const char *to, int rcode, nsec_t at_least, nsec_t at_most);

/* Asserts how often each server was asked. */
void assert_asked(const struct setting *t, unsigned first, unsigned second, unsigned third);

#endif
