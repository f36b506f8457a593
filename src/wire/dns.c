/*
 * wire/dns.c - reads names, questions and records from an untrusted DNS message.
 */
#include "wire/dns.h"

#include <stdio.h>

enum { POINTER = 0xc0, QUESTION_TAIL = 4, RECORD_TAIL = 10 };

/*
 * Follows compression pointers (RFC 1035, 4.1.4). A pointer must point to before the run of labels
 * that it ends. So each jump goes backwards, and the loop ends; the limit of 255 octets for a name
 * bounds it further.
 */
bool
dns_name_read(const uint8_t *msg, size_t n, size_t *at, struct dns_name *name)
{
	size_t i = *at, run = *at, after = 0, len = 0;

	for (;;) {
		unsigned label;

		if (i >= n)
			return false;
		label = msg[i];
		if ((label & POINTER) == POINTER) {
			if (n - i < 2)
				return false;
			if (!after)
				after = i + 2;
			i = be16_get(msg + i) & 0x3fffu;
			if (i >= run)
				return false;
			run = i;
			continue;
		}
		/* RFC 6891, 5 deprecates the other two kinds of label. */
		if (label > DNS_LABEL_MAX || n - i <= label || len + label + 1 > DNS_NAME_MAX)
			return false;
		memcpy(name->octets + len, msg + i, label + 1);
		len += label + 1;
		i += label + 1;
		if (label == 0)
			break;
	}
	name->len = (uint8_t)len;
	*at = after ? after : i;
	return true;
}

bool
dns_name_parse(const char *text, struct dns_name *name)
{
	size_t len = 0;

	if (strcmp(text, ".") == 0)
		text++;
	while (*text) {
		size_t label = strcspn(text, ".");

		if (label == 0 || label > DNS_LABEL_MAX || len + label + 2 > DNS_NAME_MAX)
			return false;
		name->octets[len] = (uint8_t)label;
		memcpy(name->octets + len + 1, text, label);
		len += label + 1;
		text += label + (text[label] == '.');
	}
	name->octets[len] = 0;
	name->len = (uint8_t)(len + 1);
	return true;
}

char *
dns_name_text(const struct dns_name *name, char buf[static DNS_NAME_TEXT])
{
	size_t out = 0;

	if (name->len == 1)
		buf[out++] = '.';
	for (size_t i = 0; name->octets[i] != 0; i += name->octets[i] + 1u) {
		for (size_t k = i + 1; k <= i + name->octets[i]; k++) {
			uint8_t c = name->octets[k];

			if (c > ' ' && c < 0x7f && c != '.' && c != '\\')
				buf[out++] = (char)c;
			else
				out += (size_t)snprintf(buf + out, DNS_NAME_TEXT - out, "\\%03u", c);
		}
		buf[out++] = '.';
	}
	buf[out] = '\0';
	return buf;
}

static uint8_t
lower(uint8_t c)
{
	return c >= 'A' && c <= 'Z' ? (uint8_t)(c + ('a' - 'A')) : c;
}

bool
dns_name_eq(const struct dns_name *a, const struct dns_name *b)
{
	if (a->len != b->len)
		return false;
	/* The length octets of labels are below 'A', so lower() does not change them. */
	for (size_t i = 0; i < a->len; i++) {
		if (lower(a->octets[i]) != lower(b->octets[i]))
			return false;
	}
	return true;
}

void
dns_cursor_init(struct dns_cursor *c, const uint8_t *msg, size_t n)
{
	*c = (struct dns_cursor){
	    .msg = msg, .n = n, .at = DNS_HDR_LEN, .questions = dns_count(msg, DNS_QDCOUNT)};
	c->records =
	    (uint32_t)dns_count(msg, DNS_ANCOUNT) + dns_count(msg, DNS_NSCOUNT) + dns_count(msg, DNS_ARCOUNT);
}

bool
dns_next_question(struct dns_cursor *c, struct dns_question *q)
{
	size_t at = c->at;

	if (!c->questions || !dns_name_read(c->msg, c->n, &at, &q->name) || c->n - at < QUESTION_TAIL)
		return false;
	q->type = be16_get(c->msg + at);
	q->class = be16_get(c->msg + at + 2);
	c->at = at + QUESTION_TAIL;
	c->questions--;
	return true;
}

bool
dns_next_record(struct dns_cursor *c, struct dns_record *r)
{
	size_t at = c->at;

	if (c->questions || !c->records || !dns_name_read(c->msg, c->n, &at, &r->name) ||
	    c->n - at < RECORD_TAIL)
		return false;
	r->type = be16_get(c->msg + at);
	r->class = be16_get(c->msg + at + 2);
	r->ttl = be32_get(c->msg + at + 4);
	r->data_len = be16_get(c->msg + at + 8);
	r->data_at = at + RECORD_TAIL;
	if (c->n - r->data_at < r->data_len)
		return false;
	if (r->ttl >> 31 && r->type != DNS_OPT)
		r->ttl = 0;
	c->at = r->data_at + r->data_len;
	c->records--;
	return true;
}

size_t
dns_question_put(uint8_t *p, size_t room, const struct dns_name *name, uint16_t type, uint16_t class)
{
	if (room < (size_t)name->len + QUESTION_TAIL)
		return 0;
	memcpy(p, name->octets, name->len);
	be16_put(p + name->len, type);
	be16_put(p + name->len + 2, class);
	return (size_t)name->len + QUESTION_TAIL;
}

const char *
dns_type_name(uint16_t type)
{
	switch (type) {
	case DNS_A:
		return "A";
	case DNS_NS:
		return "NS";
	case DNS_CNAME:
		return "CNAME";
	case DNS_SOA:
		return "SOA";
	case DNS_PTR:
		return "PTR";
	case DNS_MX:
		return "MX";
	case DNS_TXT:
		return "TXT";
	case DNS_AAAA:
		return "AAAA";
	case DNS_SRV:
		return "SRV";
	case DNS_OPT:
		return "OPT";
	case DNS_SVCB:
		return "SVCB";
	case DNS_HTTPS:
		return "HTTPS";
	case DNS_ANY:
		return "ANY";
	}
	return NULL;
}

const char *
dns_rcode_name(unsigned rcode)
{
	static const char *const name[] = {"NOERROR", "FORMERR", "SERVFAIL", "NXDOMAIN", "NOTIMP", "REFUSED"};

	return rcode < sizeof name / sizeof name[0] ? name[rcode] : NULL;
}
