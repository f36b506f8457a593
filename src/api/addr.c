/*
 * api/addr.c - converts the addresses and prefixes of leat.h from and to text, and from and to the
 * types of the layers below. It also returns the texts of errors. It does not know stacks.
 */
#include "api/impl.h"
#include "base/err.h"

#include <stdio.h>
#include <string.h>

struct endpoint
api_endpoint(const struct leat_addr *a)
{
	return (struct endpoint){ipaddr_from16(a->octets), a->port, a->scope};
}

struct leat_addr
api_addr(const struct endpoint *e)
{
	struct leat_addr a = {.port = e->port, .scope = e->ifindex};

	memcpy(a.octets, ipaddr_octets(&e->addr), sizeof a.octets);
	return a;
}

bool
api_addr_unset(const struct leat_addr *a)
{
	struct ipaddr addr = ipaddr_from16(a->octets);

	return ipaddr_eq(&addr, &IPADDR_ANY6);
}

struct ipaddr
api_addr_or_any(const struct leat_addr *a, const struct ipaddr *like)
{
	if (api_addr_unset(a))
		return ipaddr_is4(like) ? IPADDR_ANY4 : IPADDR_ANY6;
	return ipaddr_from16(a->octets);
}

/* Parses a decimal number that is at most @max. Returns 0 or -LEAT_EINVAL. */
static int
parse_number(const char *text, uint32_t max, uint32_t *out)
{
	uint32_t v = 0;

	if (!*text)
		return -LEAT_EINVAL;
	for (; *text; text++) {
		if (*text < '0' || *text > '9')
			return -LEAT_EINVAL;
		v = v * 10 + (uint32_t)(*text - '0');
		if (v > max)
			return -LEAT_EINVAL;
	}
	*out = v;
	return 0;
}

/* Parses the address in the first @len octets of @text. Returns 0 or -LEAT_EINVAL. */
static int
parse_address(const char *text, size_t len, struct ipaddr *out)
{
	char copy[IPADDR_TEXT];

	if (len >= sizeof copy)
		return -LEAT_EINVAL;
	memcpy(copy, text, len);
	copy[len] = '\0';
	return ipaddr_parse(copy, out);
}

int
leat_addr_parse(const char *text, struct leat_addr *out)
{
	bool bracket = text[0] == '[';
	const char *end = strchr(text, bracket ? ']' : ':'), *rest;
	struct endpoint e = {0};
	uint32_t port = 0;

	text += bracket;
	if (bracket && !end)
		return -LEAT_EINVAL;
	/* One colon precedes a port. Two or more belong to an IPv6 address. */
	if (!bracket && (!end || strchr(end + 1, ':')))
		end = text + strlen(text);
	rest = end + bracket;
	if (parse_address(text, (size_t)(end - text), &e.addr) || (bracket && ipaddr_is4(&e.addr)))
		return -LEAT_EINVAL;
	if (*rest && (*rest != ':' || parse_number(rest + 1, UINT16_MAX, &port)))
		return -LEAT_EINVAL;
	e.port = (uint16_t)port;
	*out = api_addr(&e);
	return 0;
}

int
leat_prefix_parse(const char *text, struct leat_prefix *out)
{
	const char *slash = strchr(text, '/');
	struct ipaddr addr;
	uint32_t bits;

	if (!slash || parse_address(text, (size_t)(slash - text), &addr) ||
	    parse_number(slash + 1, ipaddr_is4(&addr) ? 32 : 128, &bits))
		return -LEAT_EINVAL;
	memcpy(out->octets, ipaddr_octets(&addr), sizeof out->octets);
	out->bits = bits;
	return 0;
}

char *
leat_addr_format(const struct leat_addr *addr, char *buf, size_t room)
{
	struct endpoint e = api_endpoint(addr);
	char text[ENDPOINT_TEXT];

	snprintf(buf, room, "%s", e.port ? endpoint_text(&e, text) : ipaddr_text(&e.addr, text));
	return buf;
}

const char *
leat_version(void)
{
	return LEAT_VERSION;
}

const char *
leat_error_name(int error)
{
	return err_name(error);
}

const char *
leat_error_words(int error)
{
	return err_text(error);
}
