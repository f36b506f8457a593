/*
 * test/unit/serve/auth/test_auth.c - what is known, who has to wait, and what is asked once.
 */
#include "serve/auth/auth.h"
#include "serve/auth/check.h"

#include "helper_process.h"
#include "host/loop.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define SHA                                                                                                  \
	"$6$saltsalt$TVLlQcbpFVof5W3Yz4DTP6gRstiNuHwwTt6GLc1E5n0U0aDehy0S5knV8wiOQSpT0Y77vwPZN.Pq.H91p5hVO1"

struct rig {
	struct auth_users *users;
	struct auth *auth;
	struct ipaddr client;
	nsec_t now;
};

static const struct siphash_key key[2] = {{{1, 2}}, {{3, 4}}};

static void
begin(struct rig *r, struct auth_helper *helper)
{
	r->users = auth_users_new();
	assert_int_equal(auth_users_add(r->users, http_span_of("ann:" SHA)), AUTH_FINE);
	r->auth = auth_new(r->users, helper, key);
	assert_non_null(r->auth);
	assert_int_equal(ipaddr_parse("192.0.2.1", &r->client), 0);
	r->now = 1000 * SEC;
}

static void
end(struct rig *r)
{
	auth_free(r->auth);
	auth_users_free(r->users);
}

/* Another client for each @number. */
static void
client(struct rig *r, unsigned number)
{
	char text[32];

	snprintf(text, sizeof text, "10.0.%u.%u", number / 256, number % 256);
	assert_int_equal(ipaddr_parse(text, &r->client), 0);
}

static enum auth_result
ask(struct rig *r, const char *name, const char *password)
{
	struct auth_wait w;

	return auth_ask(r->auth, &r->client, http_span_of(name), http_span_of(password), r->now, &w);
}

static void
only_the_right_password_of_a_user_is_right(void **state)
{
	char longest[AUTH_PASSWORD_MOST + 2];
	struct rig r;

	begin(&r, NULL);
	assert_int_equal(ask(&r, "ann", "secret"), AUTH_IS_USER);
	assert_int_equal(ask(&r, "ann", "other"), AUTH_IS_NOT);
	assert_int_equal(ask(&r, "bob", "secret"), AUTH_IS_NOT);
	assert_int_equal(ask(&r, "", ""), AUTH_IS_NOT);
	memset(longest, 'x', sizeof longest);
	longest[sizeof longest - 1] = '\0';
	assert_int_equal(ask(&r, "ann", longest), AUTH_IS_NOT);
	end(&r);
}

/* Guessing is slow, and does not lock out who is known to be right. */
static void
a_client_that_is_wrong_too_often_has_to_wait(void **state)
{
	struct rig r;

	begin(&r, NULL);
	assert_int_equal(ask(&r, "ann", "secret"), AUTH_IS_USER);
	for (int i = 0; i < AUTH_WRONG_MOST; i++)
		assert_int_equal(ask(&r, "ann", "wrong"), AUTH_IS_NOT);
	assert_int_equal(ask(&r, "ann", "wrong"), AUTH_TOO_MANY);
	assert_int_equal(ask(&r, "ann", "secret"), AUTH_IS_USER);
	r.now += AUTH_KNOWN_TIME / 2;
	for (int i = 0; i < AUTH_WRONG_MOST; i++)
		assert_int_equal(ask(&r, "ann", "wrong"), AUTH_IS_NOT);
	assert_int_equal(ask(&r, "ann", "wrong"), AUTH_TOO_MANY);
	r.now += AUTH_WRONG_PAUSE;
	assert_int_equal(ask(&r, "ann", "wrong"), AUTH_IS_NOT);
	assert_int_equal(ask(&r, "ann", "wrong"), AUTH_TOO_MANY);
	assert_int_equal(ipaddr_parse("192.0.2.2", &r.client), 0);
	assert_int_equal(ask(&r, "ann", "wrong"), AUTH_IS_NOT);
	end(&r);
}

/* RFC 4291, 2.5.4: one person has a whole /64. */
static void
the_addresses_of_a_64_are_one_client(void **state)
{
	struct rig r;

	begin(&r, NULL);
	for (int i = 0; i < AUTH_WRONG_MOST; i++) {
		assert_int_equal(ipaddr_parse(i % 2 ? "2001:db8::1" : "2001:db8::2", &r.client), 0);
		assert_int_equal(ask(&r, "ann", "wrong"), AUTH_IS_NOT);
	}
	assert_int_equal(ipaddr_parse("2001:db8::3", &r.client), 0);
	assert_int_equal(ask(&r, "ann", "wrong"), AUTH_TOO_MANY);
	assert_int_equal(ipaddr_parse("2001:db8:0:1::3", &r.client), 0);
	assert_int_equal(ask(&r, "ann", "wrong"), AUTH_IS_NOT);
	end(&r);
}

static void
right_passwords_cost_no_try(void **state)
{
	struct rig r;

	begin(&r, NULL);
	for (int i = 0; i < 3 * AUTH_WRONG_MOST; i++) {
		assert_int_equal(ask(&r, "ann", "secret"), AUTH_IS_USER);
		r.now += AUTH_KNOWN_TIME; /* it is not known any more */
	}
	end(&r);
}

static void
clients_that_are_kept_are_bounded(void **state)
{
	struct rig r;

	begin(&r, NULL);
	for (unsigned i = 0; i < AUTH_CLIENTS_MOST + 100; i++) {
		client(&r, i);
		ask(&r, "ann", "wrong");
	}
	end(&r);
}

struct waiting {
	struct auth_wait w;
	unsigned called;
	enum auth_result result;
};

static void
on_answer(struct auth_wait *w, enum auth_result r)
{
	struct waiting *one = container_of(w, struct waiting, w);

	one->called++;
	one->result = r;
}

static enum auth_result
ask_helper(struct rig *r, const char *name, const char *password, struct waiting *one)
{
	*one = (struct waiting){.w.fn = on_answer};
	return auth_ask(r->auth, &r->client, http_span_of(name), http_span_of(password), r->now, &one->w);
}

static void
turn_until(struct loop *loop, const struct waiting *one)
{
	while (!one->called)
		loop_turn(loop, NSEC_NEVER);
}

static void
requests_that_ask_the_same_wait_for_one_answer(void **state)
{
	struct loop *loop = loop_new();
	struct helper_process process;
	struct auth_helper *helper = helper_process_new(&process, loop);
	struct waiting one[3 * AUTH_WRONG_MOST];
	struct rig r;

	assert_non_null(helper);
	begin(&r, helper);
	for (int i = 0; i < 3 * AUTH_WRONG_MOST; i++)
		assert_int_equal(ask_helper(&r, "ann", "secret", &one[i]), AUTH_WAITS);
	auth_leave(&one[1].w);
	turn_until(loop, &one[0]);
	for (int i = 0; i < 3 * AUTH_WRONG_MOST; i++) {
		assert_int_equal(one[i].called, i != 1);
		assert_true(i == 1 || one[i].result == AUTH_IS_USER);
	}
	assert_int_equal(ask_helper(&r, "ann", "secret", &one[0]), AUTH_IS_USER);
	assert_int_equal(ask_helper(&r, "ann", "wrong", &one[0]), AUTH_WAITS);
	turn_until(loop, &one[0]);
	assert_int_equal(one[0].result, AUTH_IS_NOT);
	end(&r);
	auth_helper_free(helper);
	helper_process_end(&process);
	loop_free(loop);
}

static void
questions_that_wait_are_bounded(void **state)
{
	struct loop *loop = loop_new();
	struct helper_process process;
	struct auth_helper *helper = helper_process_new(&process, loop);
	struct waiting one[AUTH_QUESTIONS_MOST + 1];
	char password[16];
	struct rig r;

	begin(&r, helper);
	for (int i = 0; i <= AUTH_QUESTIONS_MOST; i++) {
		strcpy(password, "wrong");
		password[5] = (char)('0' + i);
		password[6] = '\0';
		client(&r, (unsigned)i);
		assert_int_equal(ask_helper(&r, "ann", password, &one[i]),
		    i < AUTH_QUESTIONS_MOST ? AUTH_WAITS : AUTH_BUSY);
	}
	for (int i = 1; i < AUTH_QUESTIONS_MOST - 1; i++)
		auth_leave(&one[i].w);
	turn_until(loop, &one[AUTH_QUESTIONS_MOST - 1]);
	assert_int_equal(one[0].called, 1);
	assert_int_equal(one[1].called, 0);
	end(&r);
	auth_helper_free(helper);
	helper_process_end(&process);
	loop_free(loop);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(only_the_right_password_of_a_user_is_right),
	    cmocka_unit_test(a_client_that_is_wrong_too_often_has_to_wait),
	    cmocka_unit_test(the_addresses_of_a_64_are_one_client),
	    cmocka_unit_test(right_passwords_cost_no_try),
	    cmocka_unit_test(clients_that_are_kept_are_bounded),
	    cmocka_unit_test(requests_that_ask_the_same_wait_for_one_answer),
	    cmocka_unit_test(questions_that_wait_are_bounded),
	};

	if (!auth_check_built())
		return 0;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
