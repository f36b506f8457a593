/*
 * test/unit/get/transfer/rig.h - a transfer in virtual time, and a server that answers from a list. For the
 * tests of get.
 */
#ifndef TEST_GET_RIG_H
#define TEST_GET_RIG_H

#include "get/transfer/transfer.h"
#include "io/simworld.h"

enum { RIG_CONNS = 16, RIG_ROUTES = 4, RIG_PORT = 80 };

/* An address that does not answer. */
#define RIG_SILENT "10.0.0.66"

struct rig;

/* A connection to the server. */
struct rig_conn {
	struct rig *rig;
	struct io_stream *io;
	char head[8192];
	size_t len;
	struct http_span out; /* what is still to be written of the answer */
	bool closes;
};

struct rig {
	struct simworld *world;
	struct io_listener *listener;
	struct rig_conn conn[RIG_CONNS];
	unsigned conns;

	const char *const
	    *answer; /* one for each request, the last one for all others; "!" at the end: close */
	unsigned answers;
	char asked[8][2048]; /* the heads of the requests */
	unsigned requests;

	struct get_settings set;
	struct get_route route[RIG_ROUTES];
	struct get *get;
	struct transfer transfer;
	struct transfer_request ask;
	char got[65536];
	size_t len;
	size_t room; /* octets that body() takes */
	bool done;
	nsec_t began, took;
};

/* Both hosts, 1 ms from each other. @r->set has the usual settings, which the test may change. */
void rig_init(struct rig *r, const char *const *answer, unsigned answers);
/* Fetches @url, and passes virtual time until that is over. Returns the code. */
enum get_code rig_get(struct rig *r, const char *url);
/* Lets the host @host have the addresses @first and @second; NULL: the server's. */
void rig_name(struct rig *r, const char *host, const char *first, const char *second);
/* Ends all, and asserts that nothing is left. */
void rig_end(struct rig *r);

#endif
