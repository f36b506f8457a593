/*
 * http/cookie/cookie.c - matches cookies with hosts and paths.
 */
#include "http/cookie/cookie.h"

#include "base/ipaddr.h"

static bool
is_address(struct http_span host)
{
	char text[IPADDR_TEXT];
	struct ipaddr a;

	if (host.len >= sizeof text)
		return false;
	memcpy(text, host.at, host.len);
	text[host.len] = 0;
	return ipaddr_parse(text, &a) == 0;
}

bool
http_cookie_domain_matches(struct http_span domain, struct http_span host)
{
	struct http_span end;

	if (host.len <= domain.len)
		return http_span_same(domain, host);
	end = (struct http_span){host.at + host.len - domain.len, domain.len};
	return domain.len > 0 && http_span_same(domain, end) && end.at[-1] == '.' && !is_address(host);
}

bool
http_cookie_path_matches(struct http_span of, struct http_span path)
{
	if (path.len < of.len || of.len == 0 || memcmp(path.at, of.at, of.len) != 0)
		return false;
	return path.len == of.len || of.at[of.len - 1] == '/' || path.at[of.len] == '/';
}

bool
http_cookie_matches(const struct http_cookie *c, const struct http_cookie_peer *peer)
{
	struct http_span path = peer->path.len > 0 ? peer->path : http_span_of("/");
	bool host = c->host_only ? http_span_same(c->domain, peer->host)
				 : http_cookie_domain_matches(c->domain, peer->host);

	return host && http_cookie_path_matches(c->path, path) && (peer->secure || !c->secure);
}

static const struct {
	const char *words, *source;
} reasons[HTTP_COOKIE_REASONS] = {
    {"", ""},
#define X(name, words, source) {words, source},
#include "http/cookie/cookie_reasons.h"
#undef X
};

const char *
http_cookie_words(enum http_cookie_reason r)
{
	return reasons[r].words;
}

const char *
http_cookie_source(enum http_cookie_reason r)
{
	return reasons[r].source;
}
