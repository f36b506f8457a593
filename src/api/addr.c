/*
 * api/addr.c - addresses and errors in the public form.
 */
#include "api/impl.h"
#include "base/err.h"

#include <stdio.h>
#include <stdlib.h>
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

/* ":80" and nothing behind it; an empty text is port 0. */
static int
parse_port(const char *text, uint16_t *port)
{
	char *end;
	unsigned long v;

	*port = 0;
	if (!*text)
		return 0;
	if (text[0] != ':' || text[1] < '0' || text[1] > '9')
		return -LEAT_EINVAL;
	v = strtoul(text + 1, &end, 10);
	if (*end || v > UINT16_MAX)
		return -LEAT_EINVAL;
	*port = (uint16_t)v;
	return 0;
}

int
leat_addr_parse(const char *text, struct leat_addr *out)
{
	char copy[IPADDR_TEXT];
	struct endpoint e = {0};
	const char *rest, *end;
	size_t len;

	if (text[0] == '[') {
		text++;
		end = strchr(text, ']');
		rest = end ? end + 1 : NULL;
	} else {
		/* One colon stands before a port; two or more are IPv6's own. */
		end = strchr(text, ':');
		if (!end || strchr(end + 1, ':'))
			end = text + strlen(text);
		rest = end;
	}
	if (!end || (len = (size_t)(end - text)) >= sizeof copy)
		return -LEAT_EINVAL;
	memcpy(copy, text, len);
	copy[len] = '\0';
	if (ipaddr_parse(copy, &e.addr) || parse_port(rest, &e.port))
		return -LEAT_EINVAL;
	*out = api_addr(&e);
	return 0;
}

char *
leat_addr_text(const struct leat_addr *addr, char *buf, size_t room)
{
	struct endpoint e = api_endpoint(addr);
	char text[ENDPOINT_TEXT];

	snprintf(buf, room, "%s", e.port ? endpoint_text(&e, text) : ipaddr_text(&e.addr, text));
	return buf;
}

const char *
leat_error_words(int error)
{
	return err_words(error);
}
