/*
 * wire/dns.h - DNS messages (RFC 1035, 4): header, names without their compression, questions and
 * records.
 *
 * A cursor reads a message in its own order: questions first, then the records of the three
 * sections. Nothing is allocated. Names are copied out whole, because compression can spread them
 * over the message.
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
	DNS_QR = 0x8000, /* response */
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
 * Returns the number of entries that the header gives. @section is DNS_QDCOUNT, DNS_ANCOUNT,
 * DNS_NSCOUNT or DNS_ARCOUNT.
 */
static inline uint16_t
dns_count(const uint8_t *h, unsigned section)
{
	return be16_get(h + section);
}

/* Writes a header with @questions questions and no records. @flags includes the opcode. */
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
 * Limits of RFC 1035, 2.3.4: a name has at most 255 octets on the wire, including the root label,
 * and a label has 63. In text, each octet may become \DDD.
 */
enum { DNS_NAME_MAX = 255, DNS_LABEL_MAX = 63, DNS_NAME_TEXT = 4 * DNS_NAME_MAX };

/* A name without compression: each label after its length octet, the last label empty. */
struct dns_name {
	uint8_t len; /* octets; at least 1, for the root */
	uint8_t octets[DNS_NAME_MAX];
};

/*
 * Reads the name that begins @*at octets into the message of @n octets, and moves @*at to after it.
 * Returns false with @*at untouched if the name leaves the message, is too long, or has a pointer
 * that does not point backwards (such a pointer could loop).
 */
bool dns_name_read(const uint8_t *msg, size_t n, size_t *at, struct dns_name *name);

/*
 * Reads a name such as "www.example.org", with or without the final dot. Returns false if a label
 * is empty or too long, or the name is too long.
 */
bool dns_name_parse(const char *text, struct dns_name *name);

/*
 * Writes a name as "www.example.org.". Octets that are not printable, and dots and backslashes in
 * labels, become \DDD (RFC 1035, 5.1). Returns @buf.
 */
char *dns_name_text(const struct dns_name *name, char buf[static DNS_NAME_TEXT]);

/* Returns true if the names are equal except for the case of ASCII letters (RFC 4343, 3). */
bool dns_name_eq(const struct dns_name *a, const struct dns_name *b);

struct dns_question {
	struct dns_name name;
	uint16_t type, class;
};

struct dns_record {
	struct dns_name name;
	uint16_t type, class;
	uint32_t ttl;   /* seconds; a value with the top bit set is given as 0 (RFC 2181, 8), except in OPT */
	size_t data_at; /* offset in the message; names in the data may point to any earlier place */
	uint16_t data_len;
};

struct dns_cursor {
	const uint8_t *msg;
	size_t n, at;
	uint32_t questions, records; /* how many are left to read */
};

/* Starts to read a message that dns_valid() accepted. */
void dns_cursor_init(struct dns_cursor *c, const uint8_t *msg, size_t n);

/*
 * Reads the next question. Returns false at the end, and also if the question is malformed: then
 * c->questions is not 0.
 */
bool dns_next_question(struct dns_cursor *c, struct dns_question *q);

/*
 * Reads the next record of any section, after all questions have been read. Returns false at the
 * end, and also if the record is malformed: then c->records is not 0.
 */
bool dns_next_record(struct dns_cursor *c, struct dns_record *r);

/*
 * Writes a question at @p, which has room for @room octets. Returns its length, or 0 if it does not
 * fit.
 */
size_t dns_question_put(uint8_t *p, size_t room, const struct dns_name *name, uint16_t type, uint16_t class);

/* Returns "A", "AAAA" and so on, or NULL for a type that is not listed above. */
const char *dns_type_name(uint16_t type);

/* Returns "NXDOMAIN" and so on, or NULL for an unknown code. */
const char *dns_rcode_name(unsigned rcode);

#endif
