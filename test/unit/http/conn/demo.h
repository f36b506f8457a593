/*
 * test/unit/http/conn/demo.h - a handler for tests, which does each thing that a handler can do, by
 * the path of the request. It knows no driver.
 */
#ifndef TEST_HTTP_DEMO_H
#define TEST_HTTP_DEMO_H

#include "http/conn/server.h"

enum { DEMO_BIG = 100000 };

struct demo {
	char log[4096]; /* a line for each request and each end */
	size_t log_len;
	char text[DEMO_BIG];        /* what /big sends */
	struct http_exchange *held; /* of /hold */
	unsigned open;              /* requests that are not done */
	unsigned refused[HTTP_REASONS];
	char refused_line[64];   /* the start line of the last one */
	uint64_t refused_octets; /* of its answer's content */
	int fd;                  /* of /file */
	size_t take;             /* octets that body() takes at most; 0 = no bound */
};

/*
 *   /hello     "hello\n" from memory
 *   /big       DEMO_BIG octets from memory
 *   /file      the 50 octets from the 10th on of a file
 *   /produced  "0 1 2 ... 999 " of a length that is not known, with a trailer field
 *   /counted   the same with its length; /short: announces 10 octets more
 *   /fails     content that fails at once, then 500; /fails-twice: both; /fails-late: after octets
 *   /echo      the content, while it arrives
 *   /sum       reads the content, then says how many octets there were, and the trailer
 *   /hold      does nothing: the test goes on with @held
 *   /empty     204;  /same  304;  /interim  103, then as /hello;  /old  426 with Upgrade
 *   /switch    reads the content, then 101 or, to CONNECT, 200
 *   others     404 with content from memory
 */
extern const struct http_handler demo_handler;

/* A service of @d with small limits. */
void demo_init(struct demo *d, struct http_service *service);
void demo_fini(struct demo *d);

/* The content of /produced. */
enum { DEMO_NUMBERS = 1000 };
size_t demo_numbers(char *text, size_t most);

#endif
