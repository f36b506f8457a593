/*
 * cli/get_route.c - the options of `leat get` that say how a server is reached: proxies, addresses
 * in the place of names, and other servers in the place of those in the URL.
 */
#include "cli/get_options.h"

#include "cli/common/error.h"
#include "cli/common/units.h"
#include "get/url/url.h"
#include "http/uri/percent.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { PROXY_PORT = 1080 };

/* Takes what stands before the next ":" off *@rest, brackets of an IPv6 address aside. */
static bool
take(const char **rest, char *to, size_t most)
{
	const char *at = *rest, *end = at + strcspn(at, ":");
	bool bracket = *at == '[';

	if (bracket) {
		at++;
		end = strchr(at, ']');
	}
	if (!end || (size_t)(end - at) >= most)
		return false;
	memcpy(to, at, (size_t)(end - at));
	to[end - at] = '\0';
	*rest = end + bracket;
	if (**rest != ':' && **rest != '\0')
		return false;
	*rest += **rest == ':';
	return true;
}

static bool
take_port(const char **rest, uint16_t *port)
{
	char text[8];
	uint64_t n = 0;

	if (!take(rest, text, sizeof text) || (*text && unit_count(text, 0, 65535, &n)))
		return false;
	*port = (uint16_t)n;
	return true;
}

static struct get_route *
next_route(struct get_options *o)
{
	if (o->run.set.routes == GET_ROUTES_MOST)
		return NULL;
	o->route[o->run.set.routes] = (struct get_route){.port = 0};
	return &o->route[o->run.set.routes];
}

static bool
read_addresses(struct get_route *r, const char *list)
{
	while (*list && r->n < sizeof r->at / sizeof *r->at) {
		size_t n = strcspn(list, ",");
		bool bracket = *list == '[' && n >= 2 && list[n - 1] == ']';
		char text[IPADDR_TEXT];

		if (n - 2 * bracket >= sizeof text)
			return false;
		memcpy(text, list + bracket, n - 2 * bracket);
		text[n - 2 * bracket] = '\0';
		if (ipaddr_parse(text, &r->at[r->n++].addr) < 0)
			return false;
		list += n + (list[n] == ',');
	}
	return r->n > 0;
}

const char *
get_set_resolve(void *config, const struct option *option, const char *value)
{
	struct get_options *o = config;
	struct get_route *r = next_route(o);
	const char *rest = value + (*value == '+');

	if (!r)
		return "is one too many: there may be 200";
	if (!take(&rest, r->host, sizeof r->host) || !take_port(&rest, &r->port) || !read_addresses(r, rest))
		return "is not HOST:PORT:ADDRESS, such as example.org:80:127.0.0.1";
	o->run.set.routes++;
	return NULL;
}

const char *
get_set_connect_to(void *config, const struct option *option, const char *value)
{
	struct get_options *o = config;
	struct get_route *r = next_route(o);
	const char *rest = value;

	if (!r)
		return "is one too many: there may be 200";
	if (!take(&rest, r->host, sizeof r->host) || !take_port(&rest, &r->port) ||
	    !take(&rest, r->to_host, sizeof r->to_host) || !take_port(&rest, &r->to_port) || *rest)
		return "is not HOST:PORT:OTHER-HOST:OTHER-PORT";
	o->run.set.routes++;
	return NULL;
}

static const char *
from_environment(const char *name, const char *other)
{
	const char *value = getenv(name);

	return value && *value ? value : getenv(other);
}

/* "user:password", decoded, as the proxy's URL or --proxy-user has it. */
static bool
read_credentials(struct get_options *o, const struct get_url *u)
{
	struct http_writer w = http_writer(o->proxy.credentials, sizeof o->proxy.credentials - 1);

	if (o->proxy_user)
		http_put_text(&w, o->proxy_user);
	else
		http_percent_decode(&w, u->at.userinfo);
	return w.err == 0;
}

/* Takes the scheme off *@url. Returns false if it is of no kind of proxy that can be used. */
static bool
take_kind(const char **url, enum get_proxy_kind *kind)
{
	static const struct {
		const char *scheme;
		enum get_proxy_kind kind;
	} row[] = {
	    {"http://", GET_PROXY_HTTP}, {"socks5://", GET_PROXY_SOCKS5}, {"socks5h://", GET_PROXY_SOCKS5H}};

	*kind = GET_PROXY_HTTP;
	for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
		if (strncasecmp(*url, row[i].scheme, strlen(row[i].scheme)) != 0)
			continue;
		*kind = row[i].kind;
		*url += strlen(row[i].scheme);
		return true;
	}
	return !strstr(*url, "://");
}

/* RFC 1929, 2: each has a length of one octet. */
static bool
fits_socks(const struct get_proxy *p)
{
	size_t user = strcspn(p->credentials, ":");

	return p->kind == GET_PROXY_HTTP || (user <= 255 && strlen(p->credentials + user) <= 256);
}

static int
read_proxy(struct get_options *o, const char *url)
{
	const char *rest = url;
	struct get_result why = {0};
	struct get_url u = {0};
	const char *wrong = NULL;

	if (!take_kind(&rest, &o->proxy.kind)) {
		error_line("get",
		    "(%d) Unsupported proxy scheme for '%s': this build of leat knows http, socks5 and "
		    "socks5h",
		    GET_CONNECT, url);
		return GET_CONNECT;
	}
	if (get_url_read(&u, rest, &why))
		wrong = why.words;
	else if (u.at.host.len >= sizeof o->proxy.host || !read_credentials(o, &u) || !fits_socks(&o->proxy))
		wrong = "the proxy's name or password is too long";
	if (wrong) {
		error_line("get", "(%d) Unsupported proxy syntax in '%s': %s", GET_PROXY_NAME, url, wrong);
	} else {
		memcpy(o->proxy.host, u.at.host.at, u.at.host.len);
		o->proxy.port = u.at.has_port ? u.port : PROXY_PORT;
		o->run.set.proxy = &o->proxy;
	}
	get_url_free(&u);
	return wrong ? GET_PROXY_NAME : 0;
}

/* The proxy without a scheme, as curl's options for SOCKS name it. */
const char *
get_set_socks(void *config, const struct option *option, const char *value)
{
	struct get_options *o = config;
	char *url;

	if (asprintf(&url, "%s://%s", option->tag == GET_PROXY_SOCKS5H ? "socks5h" : "socks5", value) < 0)
		return "does not fit into memory";
	o->proxy_url = get_keep(o, url);
	return o->proxy_url ? NULL : "does not fit into memory";
}

/*
 * http_proxy is read in small letters alone: a web server passes the field "Proxy:" of a request to
 * its programs as HTTP_PROXY.
 */
int
get_settle_proxy(struct get_options *o)
{
	const char *url = o->proxy_url;

	if (!url) {
		url = getenv("http_proxy");
		if (!url || !*url)
			url = from_environment("all_proxy", "ALL_PROXY");
	}
	if (!o->run.set.no_proxy)
		o->run.set.no_proxy = from_environment("no_proxy", "NO_PROXY");
	return url && *url ? read_proxy(o, url) : 0;
}
