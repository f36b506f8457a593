/*
 * dns/question.c - compares DNS messages (RFC 1035, 4) as question.h says. It does no I/O.
 */
#include "dns/question.h"

#include "wire/dns.h"

static bool
first_question(const uint8_t *m, size_t n, struct dns_question *out)
{
	struct dns_cursor c;

	dns_cursor_init(&c, m, n);
	return dns_next_question(&c, out);
}

static bool
same(const uint8_t *a, size_t na, const uint8_t *b, size_t nb)
{
	struct dns_question x, y;

	return first_question(a, na, &x) && first_question(b, nb, &y) && x.type == y.type &&
	       x.class == y.class && dns_name_eq(&x.name, &y.name);
}

bool
dns_is_question(const uint8_t *q, size_t n)
{
	struct dns_question first;

	return dns_valid(q, n) && !(dns_flags(q) & DNS_QR) && dns_count(q, DNS_QDCOUNT) == 1 &&
	       first_question(q, n, &first);
}

bool
dns_same_question(const uint8_t *a, size_t na, const uint8_t *b, size_t nb)
{
	return dns_id(a) == dns_id(b) && same(a, na, b, nb);
}

bool
dns_answers(const uint8_t *q, size_t nq, const uint8_t *r, size_t nr)
{
	if (!dns_valid(r, nr) || !(dns_flags(r) & DNS_QR) || dns_id(r) != dns_id(q))
		return false;
	if (dns_count(r, DNS_QDCOUNT) == 0)
		return dns_rcode(r) == DNS_FORMERR || dns_declines(r);
	return same(q, nq, r, nr);
}

bool
dns_declines(const uint8_t *r)
{
	unsigned rcode = dns_rcode(r);

	return rcode == DNS_SERVFAIL || rcode == DNS_NOTIMP || rcode == DNS_REFUSED;
}
