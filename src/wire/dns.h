/*
 * wire/dns.h - DNS messages (RFC 1035, 4): the header, names with their compression undone,
 * questions and records.
 *
 * A message is read with a cursor, in its own order: questions, then the records of the three
 * sections. Nothing is allocated; names are copied out whole, since compression scatters them over
 * the message.
 */
#ifndef WIRE_DNS_H
#define WIRE_DNS_H

#include "base/bytes.h"

#include <stdbool.h>
#include <stddef.h>

enum {
	DNS_ID = 0,
	DNS_FLAGS = 2,
	DNS_QDCOUNT = 4,
	DNS_ANCOUNT = 6,
	DNS_NSCOUNT = 8,
	DNS_ARCOUNT = 10,
	DNS_HDR_LEN = 12
};
enum {
	DNS_QR = 0x8000, /* a response */
	DNS_AA = 0x0400,
	DNS_TC = 0x0200, /* truncated: ask again over TCP */
	DNS_RD = 0x0100,
	DNS_RA = 0x0080,
	DNS_AD = 0x0020,
	DNS_CD = 0x0010,
	DNS_RCODE_MASK = 0x000f
};
enum { DNS_OK = 0, DNS_FORMERR = 1, DNS_SERVFAIL = 2, DNS_NXDOMAIN = 3, DNS_NOTIMP = 4, DNS_REFUSED = 5 };
enum {
	DNS_A = 1,
	DNS_NS = 2,
	DNS_CNAME = 5,
	DNS_SOA = 6,
	DNS_PTR = 12,
	DNS_MX = 15,
	DNS_TXT = 16,
	DNS_AAAA = 28,
	DNS_SRV = 33,
	DNS_OPT = 41, /* RFC 6891, 6.1 */
	DNS_SVCB = 64,
	DNS_HTTPS = 65,
	DNS_ANY = 255
};
enum { DNS_IN = 1 };

static inline bool
dns_valid(const uint8_t *h, size_t n)
{
	(void)h;
	return n >= DNS_HDR_LEN;
}

static inline uint16_t
dns_id(const uint8_t *h)
{
	return be16_get(h + DNS_ID);
}

static inline uint16_t
dns_flags(const uint8_t *h)
{
	return be16_get(h + DNS_FLAGS);
}

static inline unsigned
dns_opcode(const uint8_t *h)
{
	return dns_flags(h) >> 11 & 15u;
}

static inline unsigned
dns_rcode(const uint8_t *h)
{
	return dns_flags(h) & DNS_RCODE_MASK;
}

/*
 * How many there are, as the header says; @section is DNS_QDCOUNT, DNS_ANCOUNT, DNS_NSCOUNT or
 * DNS_ARCOUNT.
 */
static inline uint16_t
dns_count(const uint8_t *h, unsigned section)
{
	return be16_get(h + section);
}

/* A header with @questions and no records. @flags holds the opcode too. */
static inline void
dns_put(uint8_t *h, uint16_t id, uint16_t flags, uint16_t questions)
{
	be16_put(h + DNS_ID, id);
	be16_put(h + DNS_FLAGS, flags);
	be16_put(h + DNS_QDCOUNT, questions);
	be16_put(h + DNS_ANCOUNT, 0);
	be16_put(h + DNS_NSCOUNT, 0);
	be16_put(h + DNS_ARCOUNT, 0);
}

/*
 * RFC 1035, 2.3.4: a name has at most 255 octets on the wire, its root included, a label 63. As
 * text each may become \DDD.
 */
enum { DNS_NAME_MAX = 255, DNS_LABEL_MAX = 63, DNS_NAME_TEXT = 4 * DNS_NAME_MAX };

/* A name without compression: labels, each behind its length, the last one empty. */
struct dns_name {
	uint8_t len; /* octets, at least 1: the root */
	uint8_t octets[DNS_NAME_MAX];
};

/*
 * Read the name that begins @*at octets into the message of @n octets, and move @*at behind it.
 * False, with @*at untouched, when it leaves the message, is too long, or a pointer does not lead
 * backwards (so that none can loop).
 */
bool dns_name_read(const uint8_t *msg, size_t n, size_t *at, struct dns_name *name);

/*
 * From "www.example.org", with or without the last dot. False when a label is empty or too long, or
 * the whole is.
 */
bool dns_name_parse(const char *text, struct dns_name *name);

/*
 * "www.example.org." with what is not printable, dots and backslashes in labels as \DDD (RFC 1035,
 * 5.1); returns @buf.
 */
char *dns_name_text(const struct dns_name *name, char buf[static DNS_NAME_TEXT]);

/* Equal but for the case of ASCII letters (RFC 4343, 3)? */
bool dns_name_eq(const struct dns_name *a, const struct dns_name *b);

struct dns_question {
	struct dns_name name;
	uint16_t type, class;
};

struct dns_record {
	struct dns_name name;
	uint16_t type, class;
	uint32_t
	    ttl; /* seconds; with the top bit set it means 0 (RFC 2181, 8) and is given as 0, but for OPT */
	size_t data_at; /* octets into the message; names in the data may point anywhere before */
	uint16_t data_len;
};

struct dns_cursor {
	const uint8_t *msg;
	size_t n, at;
	uint32_t questions, records; /* how many are left */
};

/* Begin to read a message that dns_valid() passed. */
void dns_cursor_init(struct dns_cursor *c, const uint8_t *msg, size_t n);

/*
 * The next question; false when there is none left, or it is malformed: then c->questions is not 0.
 */
bool dns_next_question(struct dns_cursor *c, struct dns_question *q);

/*
 * The next record of any section, once all questions were read; false at the end, or when
 * malformed: then c->records is not 0.
 */
bool dns_next_record(struct dns_cursor *c, struct dns_record *r);

/* Write a question at @p, which has @room octets; returns its length, or 0 when it does not fit. */
size_t dns_question_put(uint8_t *p, size_t room, const struct dns_name *name, uint16_t type, uint16_t class);

/* "A", "AAAA", ... or NULL for a type not listed above. */
const char *dns_type_name(uint16_t type);

/* "NXDOMAIN", ... or NULL. */
const char *dns_rcode_name(unsigned rcode);

#endif
