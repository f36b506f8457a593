/*
 * test/unit/http/conn/server_rig.h - a server's connection with the demo's handler, over octets in
 * memory.
 */
#ifndef TEST_HTTP_SERVER_RIG_H
#define TEST_HTTP_SERVER_RIG_H

#include "demo.h"
#include "wire.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

struct server_rig {
	struct demo demo;
	struct http_service service;
	struct http_server s;
	struct wire wire;
};

int server_setup(void **state);
int server_teardown(void **state);
#define SERVER_TEST(f) cmocka_unit_test_setup_teardown(f, server_setup, server_teardown)

/* Says @octets; the connection then wants @wants, and has written @answer. */
void server_expect(struct server_rig *r, const char *octets, unsigned wants, const char *answer);

/* Answers of the demo. */
#define HELLO(connection) "HTTP/1.1 200 OK\r\nContent-Length: 6\r\n" connection "\r\nhello\n"
#define NOT_FOUND         "HTTP/1.1 404 Not Found\r\nContent-Length: 13\r\n\r\nno such page\n"
#define NOT_FOUND_AND_LAST                                                                                   \
	"HTTP/1.1 404 Not Found\r\nContent-Length: 13\r\nConnection: close\r\n\r\nno such page\n"

#endif
