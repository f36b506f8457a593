/*
 * test/unit/serve/serve_rig.h - a server in virtual time, and clients that write octets by hand.
 */
#ifndef TEST_SERVE_SERVE_RIG_H
#define TEST_SERVE_SERVE_RIG_H

#include "io/simworld.h"
#include "serve/impl.h"
#include "serve/site/folder_rig.h"

enum { RIG_CLIENTS = 300 };

struct client {
	struct io_stream *s;
	char got[8192];
	size_t len;
	bool ended, reset;
};

struct serve_rig {
	struct simworld *world;
	struct serve_settings set;
	struct serve *serve;
	struct endpoint at;
	struct client client[RIG_CLIENTS];
};

/* Sets the usual settings; all else of @r is 0. A test may change them before server_begin(). */
void server_settings(struct serve_rig *r);
void server_begin(struct serve_rig *r, struct folder_rig *folder);
void server_end(struct serve_rig *r);

/* Connects client @i. */
struct client *server_join(struct serve_rig *r, unsigned i);
/* Writes @text for @c, and lets the time @then pass. */
void server_say(struct serve_rig *r, struct client *c, const char *text, nsec_t then);
/* True if what @c has got begins with @text. */
bool client_begins(const struct client *c, const char *text);

#define GET(path) "GET " path " HTTP/1.1\r\nHost: a\r\n\r\n"

#endif
