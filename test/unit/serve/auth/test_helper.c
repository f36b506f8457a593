/*
 * test/unit/serve/auth/test_helper.c - the process that checks passwords, its death, and its
 * successor.
 */
#include "helper_process.h"
#include "host/loop.h"
#include "serve/auth/check.h"

#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#define SHA                                                                                                  \
	"$6$saltsalt$TVLlQcbpFVof5W3Yz4DTP6gRstiNuHwwTt6GLc1E5n0U0aDehy0S5knV8wiOQSpT0Y77vwPZN.Pq.H91p5hVO1"

/* Takes a minute. */
#define SLOW                                                                                                 \
	"$6$rounds=99999999$saltsalt$"                                                                       \
	"TVLlQcbpFVof5W3Yz4DTP6gRstiNuHwwTt6GLc1E5n0U0aDehy0S5knV8wiOQSpT0Y77vwPZN.Pq.H91p5hVO1"

struct heard {
	unsigned n;
	enum auth_verdict verdict;
};

static void
on_verdict(void *arg, enum auth_verdict verdict)
{
	struct heard *h = arg;

	h->n++;
	h->verdict = verdict;
}

static enum auth_verdict
ask(struct loop *loop, struct auth_helper *h, const char *password)
{
	struct heard heard = {.n = 0};

	assert_true(auth_helper_ask(h, password, SHA, on_verdict, &heard));
	while (heard.n == 0)
		loop_turn(loop, NSEC_NEVER);
	return heard.verdict;
}

/* The only child of a process, when it has one. */
static pid_t
child_of(pid_t pid)
{
	char path[64], text[64] = "";
	FILE *f;

	snprintf(path, sizeof path, "/proc/%d/task/%d/children", pid, pid);
	while (!text[0]) {
		f = fopen(path, "r");
		assert_non_null(f);
		if (!fgets(text, sizeof text, f))
			text[0] = '\0';
		fclose(f);
	}
	return atoi(text);
}

static void
it_tells_right_from_wrong(void **state)
{
	struct loop *loop = loop_new();
	struct helper_process p;
	struct auth_helper *h = helper_process_new(&p, loop);

	assert_int_equal(ask(loop, h, "secret"), AUTH_RIGHT);
	assert_int_equal(ask(loop, h, "other"), AUTH_WRONG);
	assert_int_equal(ask(loop, h, ""), AUTH_WRONG);
	auth_helper_free(h);
	assert_int_equal(helper_process_end(&p), 0);
	loop_free(loop);
}

static void
a_check_that_dies_has_no_verdict_and_the_next_one_has(void **state)
{
	struct loop *loop = loop_new();
	struct helper_process p;
	struct auth_helper *h = helper_process_new(&p, loop);
	struct heard heard = {.n = 0};

	assert_true(auth_helper_ask(h, "secret", SLOW, on_verdict, &heard));
	kill(child_of(p.pid), SIGKILL);
	while (heard.n == 0)
		loop_turn(loop, NSEC_NEVER);
	assert_int_equal(heard.verdict, AUTH_NO_VERDICT);
	assert_int_equal(ask(loop, h, "secret"), AUTH_RIGHT);
	auth_helper_free(h);
	assert_int_equal(helper_process_end(&p), 0);
	loop_free(loop);
}

static void
die(const struct helper_process *p)
{
	kill(p->pid, SIGKILL);
	assert_int_equal(helper_process_wait(p), SIGKILL);
}

/* Whether the dead one has read it or not. */
static void
the_successor_of_a_helper_that_dies_is_asked_the_same(void **state)
{
	struct loop *loop = loop_new();
	struct helper_process p;
	struct auth_helper *h = helper_process_new(&p, loop);

	for (int unread = 0; unread < 2; unread++) {
		struct heard heard = {.n = 0};

		if (unread)
			kill(p.pid, SIGSTOP);
		assert_true(auth_helper_ask(h, "secret", unread ? SHA : SLOW, on_verdict, &heard));
		if (!unread)
			child_of(p.pid);
		die(&p);
		helper_process_begin(&p, true);
		if (!unread) { /* and the second one dies of it, too */
			loop_turn(loop, NSEC_NEVER);
			child_of(p.pid);
			die(&p);
			helper_process_begin(&p, true);
		}
		while (heard.n == 0)
			loop_turn(loop, NSEC_NEVER);
		assert_int_equal(heard.verdict, unread ? AUTH_RIGHT : AUTH_NO_VERDICT);
		assert_int_equal(ask(loop, h, "other"), AUTH_WRONG);
		assert_int_equal(heard.n, 1);
	}
	auth_helper_free(h);
	assert_int_equal(helper_process_end(&p), 0);
	loop_free(loop);
}

static void
a_helper_that_has_no_successor_has_no_verdict_and_takes_no_question(void **state)
{
	struct loop *loop = loop_new();
	struct helper_process p;
	struct auth_helper *h = helper_process_new(&p, loop);
	struct heard heard = {.n = 0};

	kill(p.pid, SIGSTOP);
	assert_true(auth_helper_ask(h, "secret", SHA, on_verdict, &heard));
	die(&p);
	close(p.fd);
	while (heard.n == 0)
		loop_turn(loop, NSEC_NEVER);
	assert_int_equal(heard.verdict, AUTH_NO_VERDICT);
	assert_false(auth_helper_ask(h, "secret", SHA, on_verdict, &heard));
	auth_helper_free(h);
	loop_free(loop);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(it_tells_right_from_wrong),
	    cmocka_unit_test(a_check_that_dies_has_no_verdict_and_the_next_one_has),
	    cmocka_unit_test(the_successor_of_a_helper_that_dies_is_asked_the_same),
	    cmocka_unit_test(a_helper_that_has_no_successor_has_no_verdict_and_takes_no_question),
	};

	if (!auth_check_built())
		return 0;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
