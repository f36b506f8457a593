/*
 * get/transfer/socks.h - asks a proxy for a connection by SOCKS 5 (RFC 1928), with a name and a
 * password if it wants them (RFC 1929).
 *
 * It has no stream: its owner sends socks_output(), and reads no more than socks_wants(), since
 * what follows is the server's.
 */
#ifndef GET_SOCKS_H
#define GET_SOCKS_H

#include "base/ipaddr.h"
#include "http/message/field.h"

enum { SOCKS_OUT = 3 + 255 + 255, SOCKS_IN = 7 + 255, SOCKS_WORDS = 128 };

enum socks_event {
	SOCKS_MORE, /* it goes on */
	SOCKS_DONE, /* from now on the octets are the server's */
	SOCKS_FAILED
};

struct socks_client {
	char credentials[512]; /* "user:password"; empty: none */
	char host[256];        /* the server by its name; empty: by @at */
	struct endpoint at;    /* its port is used in either case */

	enum { SOCKS_METHOD, SOCKS_LOGIN, SOCKS_CONNECT } stage;
	char out[SOCKS_OUT], in[SOCKS_IN];
	size_t out_at, out_len, in_len;
	char words[SOCKS_WORDS]; /* why it has failed */
};

/* Begins, after the first three members were set. */
void socks_begin(struct socks_client *s);

struct http_span socks_output(const struct socks_client *s);
void socks_written(struct socks_client *s, size_t n);

/* How many octets are to be read next, to socks.in from in_len on. */
size_t socks_wants(const struct socks_client *s);
enum socks_event socks_arrived(struct socks_client *s, size_t n);

#endif
