/*
 * get/show/facts.h - what is known about a transfer after its end, for `-w`.
 *
 * Whoever made the transfer fills this in. A span that is not known is empty, a number 0.
 */
#ifndef GET_SHOW_FACTS_H
#define GET_SHOW_FACTS_H

#include "base/nsec.h"
#include "http/message/message.h"

/* When each step was done, since the transfer began; as curl's times. */
struct get_times {
	nsec_t name, connect, pretransfer, first_octet, redirect, total;
};

struct get_facts {
	struct http_span url;       /* as it was given */
	struct http_span effective; /* that was fetched last, after redirects */
	struct http_span redirect;  /* that a redirect leads to and which was not followed */
	struct http_span method, scheme, filename, referer, error;
	struct http_span local_ip, remote_ip;
	uint16_t local_port, remote_port;
	unsigned urlnum; /* of the URLs given, from 0 on */
	int exit_code;
	unsigned status, connect_status;
	bool has_version;
	uint8_t minor;                  /* of HTTP/1 */
	const struct http_field *field; /* of the last response */
	size_t fields;
	uint64_t downloaded, uploaded, head_octets, request_octets;
	unsigned connects, redirects;
	struct get_times time;
};

/* Octets per second over the whole transfer. */
static inline uint64_t
get_facts_speed(const struct get_facts *f, uint64_t octets)
{
	return f->time.total > 0 ? (uint64_t)((double)octets * (double)SEC / (double)f->time.total) : 0;
}

#endif
