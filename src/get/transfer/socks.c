/*
 * get/transfer/socks.c - the messages of SOCKS 5.
 */
#include "get/transfer/socks.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum { VERSION = 5, LOGIN_VERSION = 1, CONNECT = 1, NO_LOGIN = 0, USER_PASSWORD = 2, NONE = 0xff };
enum { IPV4 = 1, NAME = 3, IPV6 = 4 }; /* the type of an address */
enum { REPLY_FIRST = 5, REPLY_IPV4 = 10, REPLY_IPV6 = 22, REPLY_NAME = 7 };

static void
put(struct socks_client *s, const void *octets, size_t n)
{
	memcpy(s->out + s->out_len, octets, n);
	s->out_len += n;
}

static void
put_octet(struct socks_client *s, unsigned octet)
{
	s->out[s->out_len++] = (char)octet;
}

/* Begins a message and the wait for its answer. */
static void
ask(struct socks_client *s, int stage, unsigned version)
{
	s->stage = stage;
	s->in_len = s->out_at = s->out_len = 0;
	put_octet(s, version);
}

void
socks_begin(struct socks_client *s)
{
	ask(s, SOCKS_METHOD, VERSION);
	put_octet(s, *s->credentials ? 2 : 1);
	put_octet(s, NO_LOGIN);
	if (*s->credentials)
		put_octet(s, USER_PASSWORD);
}

/* RFC 1929, 2. A name or password has 255 octets at most; the rest is left out. */
static void
put_short(struct socks_client *s, const char *at, size_t n)
{
	n = n < 255 ? n : 255;
	put_octet(s, (unsigned)n);
	put(s, at, n);
}

static void
log_in(struct socks_client *s)
{
	size_t user = strcspn(s->credentials, ":");
	const char *password = s->credentials + user + (s->credentials[user] == ':');

	ask(s, SOCKS_LOGIN, LOGIN_VERSION);
	put_short(s, s->credentials, user);
	put_short(s, password, strlen(password));
}

/* RFC 1928, 4. */
static void
ask_for_server(struct socks_client *s)
{
	bool v4 = ipaddr_is4(&s->at.addr);

	ask(s, SOCKS_CONNECT, VERSION);
	put_octet(s, CONNECT);
	put_octet(s, 0);
	put_octet(s, *s->host ? NAME : v4 ? IPV4 : IPV6);
	if (*s->host)
		put_short(s, s->host, strlen(s->host));
	else
		put(s, v4 ? ipaddr_octets4(&s->at.addr) : ipaddr_octets(&s->at.addr), v4 ? 4 : 16);
	put_octet(s, s->at.port >> 8);
	put_octet(s, s->at.port & 0xff);
}

struct http_span
socks_output(const struct socks_client *s)
{
	return (struct http_span){s->out + s->out_at, s->out_len - s->out_at};
}

void
socks_written(struct socks_client *s, size_t n)
{
	s->out_at += n;
}

static unsigned
in(const struct socks_client *s, size_t i)
{
	return (uint8_t)s->in[i];
}

/* How long the present answer is, as far as that is known. */
static size_t
answer_len(const struct socks_client *s)
{
	if (s->stage != SOCKS_CONNECT)
		return 2;
	if (s->in_len < REPLY_FIRST)
		return REPLY_FIRST;
	return in(s, 3) == IPV4 ? REPLY_IPV4 : in(s, 3) == IPV6 ? REPLY_IPV6 : REPLY_NAME + in(s, 4);
}

size_t
socks_wants(const struct socks_client *s)
{
	return answer_len(s) - s->in_len;
}

__attribute__((format(printf, 2, 3))) static enum socks_event
fail(struct socks_client *s, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(s->words, sizeof s->words, format, args);
	va_end(args);
	return SOCKS_FAILED;
}

static enum socks_event
method_chosen(struct socks_client *s)
{
	if (in(s, 1) == USER_PASSWORD && *s->credentials) {
		log_in(s);
		return SOCKS_MORE;
	}
	if (in(s, 1) != NO_LOGIN)
		return fail(s, "No authentication method was acceptable%s",
		    in(s, 1) == NONE && !*s->credentials ? "; it may want a name and a password (-U)" : "");
	ask_for_server(s);
	return SOCKS_MORE;
}

static enum socks_event
connected(struct socks_client *s)
{
	static const char *const why[] = {"", "general failure", "not allowed by its rules",
	    "network unreachable", "host unreachable", "connection refused", "TTL expired",
	    "command not supported", "type of address not supported"};
	unsigned reply = in(s, 1);

	if (reply > 0)
		return fail(s, "Can't complete SOCKS5 connection to the server: %s (%u)",
		    reply < sizeof why / sizeof *why ? why[reply] : "unknown", reply);
	if (in(s, 3) != IPV4 && in(s, 3) != NAME && in(s, 3) != IPV6)
		return fail(s, "the SOCKS5 reply has a wrong address type");
	return s->in_len < answer_len(s) ? SOCKS_MORE : SOCKS_DONE;
}

enum socks_event
socks_arrived(struct socks_client *s, size_t n)
{
	s->in_len += n;
	if (in(s, 0) != (s->stage == SOCKS_LOGIN ? LOGIN_VERSION : VERSION))
		return fail(s, "it does not speak SOCKS5");
	if (s->stage != SOCKS_CONNECT ? s->in_len < 2 : s->in_len < REPLY_FIRST)
		return SOCKS_MORE;
	if (s->stage == SOCKS_CONNECT)
		return connected(s);
	if (s->stage == SOCKS_METHOD)
		return method_chosen(s);
	if (in(s, 1) != 0)
		return fail(s, "User was rejected by the SOCKS5 server (%u %u)", in(s, 0), in(s, 1));
	ask_for_server(s);
	return SOCKS_MORE;
}
