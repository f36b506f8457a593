/*
 * test/unit/serve/test_changes.c - uploads, deletions and logins in virtual time: what clients that
 * are slow, break off or guess passwords can do.
 */
#include "serve/serve_rig.h"

#include "serve/auth/check.h"

#include <dirent.h>
#include <stdio.h>
#include <string.h>

#define PUT(path, fields) "PUT " path " HTTP/1.1\r\nHost: a\r\n" fields "\r\n"
/* The password of ann is "secret". */
#define ANN                                                                                                  \
	"ann:$6$rounds=1000$saltsalt$LAV5VE5Y7w1d73x1mFNspYWUpazfmwv2SoepNXNKJ/"                             \
	"otop/Zok96Hr8Q13LEv0DRY/x8v0/crpIjl8NJSAqXV/"
#define SECRET "Authorization: Basic YW5uOnNlY3JldA==\r\n"
#define WRONG  "Authorization: Basic YW5uOndyb25n\r\n"

/* Entries of the served folder, hidden ones too. */
static int
entries(const struct folder_rig *f)
{
	DIR *d = opendir(f->served);
	int n = -2;

	assert_non_null(d);
	while (readdir(d))
		n++;
	closedir(d);
	return n;
}

static void
begin(struct serve_rig *r, struct folder_rig *folder)
{
	server_settings(r);
	r->set.upload = r->set.remove = true;
	server_begin(r, folder);
}

static void
an_upload_in_single_octets_is_stored_and_the_next_request_is_answered(void **state)
{
	struct folder_rig *f = *state;
	struct serve_rig r;
	struct client *c;

	begin(&r, f);
	c = server_join(&r, 0);
	for (const char *p = PUT("/a", "Content-Length: 3\r\n") "abc" GET("/a"); *p; p++)
		server_say(&r, c, (char[]){*p, '\0'}, MSEC);
	simworld_pass(r.world, SEC);
	assert_true(client_begins(c, "HTTP/1.1 201 "));
	assert_non_null(strstr(c->got, "HTTP/1.1 200 OK"));
	rig_expect(f, "/a", "abc");
	assert_int_equal(serve_counts(r.serve)->stored, 1);
	server_end(&r);
}

/* RFC 9110, 15.5.9 */
static void
an_upload_that_stops_is_cut_and_leaves_nothing(void **state)
{
	struct folder_rig *f = *state;
	struct serve_rig r;
	struct client *c;

	rig_write(f, "site/a", "old");
	begin(&r, f);
	c = server_join(&r, 0);
	server_say(&r, c, PUT("/a", "Content-Length: 100000\r\n") "some", r.set.moving_time + 2 * SEC);
	assert_true(client_begins(c, "HTTP/1.1 408 "));
	assert_int_equal(entries(f), 1);
	rig_expect(f, "/a", "old");
	server_end(&r);
}

static void
an_upload_that_trickles_in_is_cut(void **state)
{
	struct folder_rig *f = *state;
	struct serve_rig r;
	struct client *c;

	begin(&r, f);
	c = server_join(&r, 0);
	server_say(&r, c, PUT("/a", "Content-Length: 100000\r\n"), SEC);
	for (nsec_t t = 0; t < 2 * r.set.moving_time && !c->ended; t += SEC)
		server_say(&r, c, "x", SEC);
	assert_true(client_begins(c, "HTTP/1.1 408 "));
	assert_int_equal(entries(f), 0);
	server_end(&r);
}

static void
an_upload_whose_client_leaves_leaves_nothing(void **state)
{
	struct folder_rig *f = *state;
	struct serve_rig r;
	struct client *c;

	begin(&r, f);
	c = server_join(&r, 0);
	server_say(&r, c, PUT("/a", "Transfer-Encoding: chunked\r\n") "4\r\nsome\r\n", SEC);
	io_close(c->s, true);
	c->s = NULL;
	simworld_pass(r.world, SEC);
	assert_int_equal(serve_conns(r.serve), 0);
	assert_int_equal(entries(f), 0);
	server_end(&r);
}

/* RFC 9112, 7.1: the file must not look whole. */
static void
a_chunk_that_is_malformed_ends_the_upload(void **state)
{
	struct folder_rig *f = *state;
	struct serve_rig r;
	struct client *c;

	begin(&r, f);
	c = server_join(&r, 0);
	server_say(&r, c, PUT("/a", "Transfer-Encoding: chunked\r\n") "4\r\nsome\r\nx\r\n", SEC);
	assert_true(client_begins(c, "HTTP/1.1 400 "));
	assert_int_equal(entries(f), 0);
	server_end(&r);
}

static void
content_after_a_refusal_is_not_stored_and_closes(void **state)
{
	struct folder_rig *f = *state;
	struct serve_rig r;
	struct client *c;

	server_settings(&r);
	r.set.upload = true;
	r.set.upload_most = 8;
	server_begin(&r, f);
	c = server_join(&r, 0);
	server_say(&r, c, PUT("/a", "Transfer-Encoding: chunked\r\n") "6\r\n123456\r\n6\r\n123456\r\n", SEC);
	assert_true(client_begins(c, "HTTP/1.1 413 "));
	assert_non_null(strstr(c->got, "Connection: close\r\n"));
	server_say(&r, c, "6\r\n123456\r\n0\r\n\r\n", SEC);
	assert_int_equal(entries(f), 0);
	server_end(&r);
}

static void
users_of(struct serve_rig *r, struct auth_users *users)
{
	assert_int_equal(auth_users_add(users, http_span_of(ANN)), AUTH_FINE);
	server_settings(r);
	r->set.upload = true;
	r->set.users = users;
	r->set.public_read = true;
}

static void
changes_need_a_password_and_guesses_have_to_wait(void **state)
{
	struct auth_users *users = auth_users_new();
	struct folder_rig *f = *state;
	struct serve_rig r;
	struct client *c;

	rig_write(f, "site/old", "old");
	if (!auth_check_built())
		skip();
	users_of(&r, users);
	server_begin(&r, f);
	c = server_join(&r, 0);
	server_say(&r, c, GET("/old"), SEC);
	assert_true(client_begins(c, "HTTP/1.1 200 "));
	for (unsigned i = 1; i <= AUTH_WRONG_MOST + 1; i++) {
		c = server_join(&r, i);
		server_say(&r, c, PUT("/a", WRONG "Content-Length: 0\r\n"), 0);
		simworld_pass(r.world, 10 * MSEC);
		assert_true(client_begins(c, i <= AUTH_WRONG_MOST ? "HTTP/1.1 401 " : "HTTP/1.1 429 "));
	}
	simworld_pass(r.world, AUTH_WRONG_PAUSE);
	c = server_join(&r, AUTH_WRONG_MOST + 2);
	server_say(&r, c, PUT("/a", SECRET "Content-Length: 0\r\n"), SEC);
	assert_true(client_begins(c, "HTTP/1.1 201 "));
	assert_int_equal(serve_counts(r.serve)->not_users, AUTH_WRONG_MOST);
	server_end(&r);
	auth_users_free(users);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    FOLDER_TEST(an_upload_in_single_octets_is_stored_and_the_next_request_is_answered),
	    FOLDER_TEST(an_upload_that_stops_is_cut_and_leaves_nothing),
	    FOLDER_TEST(an_upload_that_trickles_in_is_cut),
	    FOLDER_TEST(an_upload_whose_client_leaves_leaves_nothing),
	    FOLDER_TEST(a_chunk_that_is_malformed_ends_the_upload),
	    FOLDER_TEST(content_after_a_refusal_is_not_stored_and_closes),
	    FOLDER_TEST(changes_need_a_password_and_guesses_have_to_wait),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
