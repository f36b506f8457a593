/*
 * The options of `leat run`: what is accepted, and what is refused before anything runs.
 */
#include "cli/commands.h"
#include "cli/run_options.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

enum { WORDS = 16 };

static struct run_options o;

/*
 * Parses the words of @line, split at blanks, as `leat run` does. Returns 0, or -1 if they are
 * refused.
 */
static int
parse(char *line)
{
	static char *argv[WORDS + 1];
	int argc = 0, at;

	argv[argc++] = "run";
	for (char *word = strtok(line, " "); word && argc < WORDS; word = strtok(NULL, " "))
		argv[argc++] = word;
	argv[argc] = NULL;
	at = command_parse(&cmd_run, &o, argc, argv);
	return at < 0 ? at : run_options_check(&o, argv + at);
}

#define PARSE(text) parse((char[]){text})

static void
rtt_is_half_of_it_in_each_direction(void **state)
{
	assert_int_equal(PARSE("--rtt 20ms -- true"), 0);
	assert_int_equal(o.config.impair[EMU_UP].delay, 10 * MSEC);
	assert_int_equal(o.config.impair[EMU_DOWN].delay, 10 * MSEC);
}

static void
up_and_down_change_one_direction(void **state)
{
	assert_int_equal(PARSE("--loss 1% --up-loss 2% --down-rate=10mbit -- true"), 0);
	assert_int_equal(o.config.impair[EMU_UP].loss, 20000000);
	assert_int_equal(o.config.impair[EMU_DOWN].loss, 10000000);
	assert_int_equal(o.config.impair[EMU_UP].rate, 0);
	assert_int_equal(o.config.impair[EMU_DOWN].rate, 10000000);
}

static void
the_program_begins_after_the_dashes_or_at_the_first_word(void **state)
{
	assert_int_equal(PARSE("--seed 7 -- ls --all"), 0);
	assert_string_equal(o.config.argv[0], "ls");
	assert_string_equal(o.config.argv[1], "--all");
	assert_int_equal(PARSE("--seed 7 ls --all"), 0);
	assert_string_equal(o.config.argv[1], "--all");
	assert_true(o.seed_given);
	assert_int_equal(o.config.seed, 7);
}

static void
without_a_program_nothing_runs(void **state)
{
	assert_int_equal(PARSE("--seed 7"), -1);
	assert_int_equal(PARSE("--seed 7 --"), -1);
}

static void
unknown_options_and_bare_numbers_are_refused(void **state)
{
	assert_int_equal(PARSE("--lose 1% -- true"), -1);
	assert_int_equal(PARSE("--rate 10 -- true"), -1);
	assert_int_equal(PARSE("--loss 1 -- true"), -1);
	assert_int_equal(PARSE("--seed"), -1);
	assert_int_equal(PARSE("--trace=yes -- true"), -1);
	assert_int_equal(PARSE("--mtu 100 -- true"), -1);
}

/* A frame cannot arrive before it was sent. */
static void
jitter_beyond_the_delay_is_refused(void **state)
{
	assert_int_equal(PARSE("--delay 5ms --jitter 6ms -- true"), -1);
	assert_int_equal(PARSE("--delay 5ms --jitter 5ms -- true"), 0);
}

static void
publications_name_address_host_port_and_program_port(void **state)
{
	assert_int_equal(
	    PARSE("-p 8080:80 -p5353:53/udp -p [::1]:9000:90 -p 7777 -p 0.0.0.0:1:2 -- true"), 0);
	assert_int_equal(o.config.npublish, 5);
	assert_true(ipaddr_is_loopback(&o.publish[0].outside.addr));
	assert_int_equal(o.publish[0].outside.port, 8080);
	assert_int_equal(o.publish[0].inside, 80);
	assert_true(o.publish[1].udp);
	assert_int_equal(o.publish[1].inside, 53);
	assert_false(ipaddr_is4(&o.publish[2].outside.addr));
	assert_int_equal(o.publish[2].outside.port, 9000);
	assert_int_equal(o.publish[3].outside.port, 7777);
	assert_int_equal(o.publish[3].inside, 7777);
	assert_true(ipaddr_is_any(&o.publish[4].outside.addr));
}

static void
publications_that_make_no_sense_are_refused(void **state)
{
	assert_int_equal(PARSE("-p 0:80 -- true"), -1);
	assert_int_equal(PARSE("-p 65536:80 -- true"), -1);
	assert_int_equal(PARSE("-p 80:x -- true"), -1);
	assert_int_equal(PARSE("-p host:80:80 -- true"), -1);
	assert_int_equal(PARSE("-p 80:80/sctp -- true"), -1);
	assert_int_equal(PARSE("-p 8080:8080:9 -- true"), -1);
	assert_int_equal(PARSE("-p : -- true"), -1);
	assert_int_equal(PARSE("-p :80 -- true"), -1);
	assert_int_equal(PARSE("-p 80: -- true"), -1);
	assert_int_equal(PARSE("-p [::1:8080:80 -- true"), -1);
	assert_int_equal(PARSE("-p []:8080:80 -- true"), -1);
	assert_int_equal(PARSE("-p [::1]:8080:80:90 -- true"), -1);
	assert_int_equal(PARSE("-p fe80::1%nonesuch:8080:80 -- true"), -1);
	assert_int_equal(PARSE("-p fe80::1:8080:80 -- true"), -1); /* the interface is missing */
	assert_int_equal(PARSE("-p 224.0.0.1:8080:80 -- true"), -1);
}

static void
one_port_of_the_machine_is_published_once(void **state)
{
	assert_int_equal(PARSE("-p 8080:80 -p 8080:81 -- true"), -1);
	assert_int_equal(PARSE("-p 8080:80 -p 127.0.0.1:8080 -- true"), -1);
	assert_int_equal(PARSE("-p 8080:80 -p 8080:80/udp -p [::1]:8080:80 -p 8081:80 -- true"), 0);
	assert_int_equal(o.config.npublish, 4);
}

/*
 * An address and one port, which is then the port on both sides. IPv6 needs no brackets if its end
 * is clear.
 */
static void
an_address_may_stand_before_one_port_or_two(void **state)
{
	assert_int_equal(PARSE("-p 127.0.0.2:8080 -p [::1]:8080 -p ::1:8081 -p ::1:8082:80/TCP "
			       "-p fe80::1%lo:8083:80/UDP -- true"),
	    0);
	assert_int_equal(o.config.npublish, 5);
	for (unsigned i = 0; i < 3; i++)
		assert_int_equal(o.publish[i].outside.port, o.publish[i].inside);
	assert_int_equal(ipaddr_v4_number(&o.publish[0].outside.addr), 0x7f000002);
	assert_true(ipaddr_eq(&o.publish[2].outside.addr, &IPADDR_LOOPBACK6));
	assert_int_equal(o.publish[3].outside.port, 8082);
	assert_int_equal(o.publish[3].inside, 80);
	assert_false(o.publish[3].udp);
	assert_true(o.publish[4].udp);
	assert_int_equal(o.publish[4].outside.ifindex, 1);
}

static void
net_moves_the_addresses_inside(void **state)
{
	char text[IPADDR_TEXT];

	assert_int_equal(PARSE("--net 10.7.0.0/24 --net fd07::/64 -- true"), 0);
	assert_string_equal(ipaddr_text(&o.config.net.host4, text), "10.7.0.15");
	assert_string_equal(ipaddr_text(&o.config.net.gate4, text), "10.7.0.2");
	assert_string_equal(ipaddr_text(&o.config.net.dns4, text), "10.7.0.3");
	assert_string_equal(ipaddr_text(&o.config.net.host6, text), "fd07::15");
	assert_int_equal(PARSE("--net 10.7.0.0/16 -- true"), -1);
	assert_int_equal(PARSE("--net 127.0.0.0/24 -- true"), -1);
	assert_int_equal(PARSE("--net tea -- true"), -1);
}

static void
a_name_server_has_an_address_and_maybe_a_port(void **state)
{
	assert_int_equal(PARSE("--dns 127.0.0.1 -- true"), 0);
	assert_int_equal(o.config.nameserver[0].port, 53);
	assert_int_equal(PARSE("--dns 127.0.0.1:5353 -- true"), 0);
	assert_int_equal(o.config.nameserver[0].port, 5353);
	assert_int_equal(PARSE("--dns ::1 -- true"), 0);
	assert_int_equal(o.config.nameserver[0].port, 53);
	assert_int_equal(PARSE("--dns [::1]:5353 -- true"), 0);
	assert_int_equal(o.config.nameserver[0].port, 5353);
	assert_int_equal(PARSE("--dns 127.0.0.1 --dns [::1]:5353 --dns 192.0.2.1 -- true"), 0);
	assert_int_equal(o.config.nameservers, 3);
	assert_int_equal(o.config.nameserver[1].port, 5353);
	assert_int_equal(PARSE("--dns 1.1.1.1 --dns 1.1.1.2 --dns 1.1.1.3 --dns 1.1.1.4 -- true"), -1);
	assert_int_equal(PARSE("--dns dns.example -- true"), -1);
	assert_int_equal(PARSE("--dns fe80::53%lo -- true"), 0);
	assert_int_equal(o.config.nameserver[0].ifindex, 1);
	assert_int_equal(PARSE("--dns fe80::53 -- true"), -1);
	assert_int_equal(PARSE("--dns ff02::fb -- true"), -1);
	assert_int_equal(PARSE("--dns 127.0.0.1:0 -- true"), -1);
	assert_int_equal(PARSE("--dns [] -- true"), -1);
	assert_int_equal(PARSE("--dns : -- true"), -1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(rtt_is_half_of_it_in_each_direction),
	    cmocka_unit_test(up_and_down_change_one_direction),
	    cmocka_unit_test(the_program_begins_after_the_dashes_or_at_the_first_word),
	    cmocka_unit_test(without_a_program_nothing_runs),
	    cmocka_unit_test(unknown_options_and_bare_numbers_are_refused),
	    cmocka_unit_test(jitter_beyond_the_delay_is_refused),
	    cmocka_unit_test(publications_name_address_host_port_and_program_port),
	    cmocka_unit_test(publications_that_make_no_sense_are_refused),
	    cmocka_unit_test(one_port_of_the_machine_is_published_once),
	    cmocka_unit_test(an_address_may_stand_before_one_port_or_two),
	    cmocka_unit_test(net_moves_the_addresses_inside),
	    cmocka_unit_test(a_name_server_has_an_address_and_maybe_a_port),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
