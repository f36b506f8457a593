/*
 * cli/serve_options.c - the table of the options of `leat serve`, with functions that check and
 * store each value. It runs nothing.
 */
#include "cli/serve_options.h"

#include "cli/common/units.h"
#include "host/clock.h"
#include "http/uri/authority.h"
#include "serve/page/page.h"

#include <string.h>

enum flag {
	FLAG_CHECK,
	FLAG_HIDDEN,
	FLAG_NO_README,
	FLAG_QR,
	FLAG_SPA,
	FLAG_CORS,
	FLAG_UPLOAD,
	FLAG_REMOVE,
	FLAG_PUBLIC_READ,
	FLAG_HASH,
	FLAG_QUIET,
	FLAG_ONE_SHOT,
	FLAG_NO_COMPRESS,
	FLAG_NO_ARCHIVES
};
enum auth_source { AUTH_LINE, AUTH_FILE };
enum number { NUMBER_CONNS, NUMBER_CLIENT };
enum time_limit { TIME_HEAD, TIME_IDLE, TIME_MOVING, TIME_DRAIN };

static const char *
set_port(void *config, const struct option *option, const char *value)
{
	struct serve_options *o = config;
	uint64_t n;

	if (unit_count(value, 0, 65535, &n))
		return "is not a port from 0 to 65535";
	o->port = (uint16_t)n;
	return NULL;
}

static const char *
set_bind(void *config, const struct option *option, const char *value)
{
	struct serve_options *o = config;
	struct http_authority a;

	if (http_authority_parse(http_span_of(value), &a) && a.has_port)
		return "has a port; write the address alone, and the port for --port";
	if (o->binds == PROCESS_ADDRESSES)
		return "is one address too many";
	o->bind[o->binds++] = value;
	return NULL;
}

static const char *
set_metrics(void *config, const struct option *option, const char *value)
{
	struct serve_settings *s = &((struct serve_options *)config)->run.serve;
	struct http_authority a;

	if (!http_authority_parse(http_span_of(value), &a) || a.kind == HTTP_HOST_NAME || a.has_userinfo ||
	    a.port == 0)
		return "is not an address and a port such as 127.0.0.1:9100 or [::1]:9100";
	s->metrics = (struct endpoint){.addr = a.addr, .port = a.port};
	s->has_metrics = true;
	return NULL;
}

static const char *
set_config(void *config, const struct option *option, const char *value)
{
	((struct serve_options *)config)->config = value;
	return NULL;
}

static const char *
set_folder(void *config, const struct option *option, const char *value)
{
	((struct serve_options *)config)->folder = value;
	return NULL;
}

static const char *
set_log(void *config, const struct option *option, const char *value)
{
	((struct serve_options *)config)->run.serve.log = value;
	return NULL;
}

static const char *
set_log_form(void *config, const struct option *option, const char *value)
{
	struct serve_options *o = config;

	if (strcmp(value, "combined") != 0 && strcmp(value, "json") != 0)
		return "is neither combined nor json";
	o->run.serve.log_form = value[0] == 'j' ? ACCESS_JSON : ACCESS_COMBINED;
	return NULL;
}

static const char *
set_lang(void *config, const struct option *option, const char *value)
{
	struct serve_options *o = config;

	for (int i = 0; i < PAGE_LANGS; i++) {
		if (strcmp(value, page_lang_tags[i]) == 0) {
			o->run.serve.lang = i;
			return NULL;
		}
	}
	return "is neither en nor zh";
}

static const char *
set_index(void *config, const struct option *option, const char *value)
{
	struct serve_options *o = config;

	if (strchr(value, '/') || strlen(value) > 255)
		return "is not the name of a file: it has a slash or is too long";
	o->run.serve.site.index = *value ? value : NULL;
	return NULL;
}

static const char *
set_echo(void *config, const struct option *option, const char *value)
{
	size_t len = strlen(value);

	if (value[0] != '/' || len < 2 || value[len - 1] == '/' || strpbrk(value, "%?#") ||
	    strstr(value, "//"))
		return "is not a path such as /echo";
	((struct serve_options *)config)->run.serve.echo = value;
	return NULL;
}

static const char *
set_auth(void *config, const struct option *option, const char *value)
{
	struct serve_options *o = config;

	if (o->auths == SERVE_AUTHS)
		return "is one too many: put the users into a file, for --auth-file";
	o->auth[o->auths++] = (struct serve_auth){value, option->tag == AUTH_FILE};
	return NULL;
}

static const char *
set_upload_most(void *config, const struct option *option, const char *value)
{
	return unit_octets(value, &((struct serve_options *)config)->run.serve.upload_most);
}

static const char *
set_flag(void *config, const struct option *option, const char *value)
{
	struct serve_options *o = config;

	switch ((enum flag)option->tag) {
	case FLAG_CHECK:
		o->check = true;
		break;
	case FLAG_HIDDEN:
		o->run.serve.site.hidden = true;
		break;
	case FLAG_QR:
		o->qr = true;
		break;
	case FLAG_NO_README:
		o->run.serve.readme = false;
		break;
	case FLAG_SPA:
		o->run.serve.spa = true;
		break;
	case FLAG_CORS:
		o->run.serve.cors = true;
		break;
	case FLAG_UPLOAD:
		o->run.serve.upload = true;
		break;
	case FLAG_PUBLIC_READ:
		o->run.serve.public_read = true;
		break;
	case FLAG_HASH:
		o->hash = true;
		break;
	case FLAG_REMOVE:
		o->run.serve.remove = true;
		break;
	case FLAG_QUIET:
		o->quiet = true;
		break;
	case FLAG_NO_ARCHIVES:
		o->run.serve.no_archives = true;
		break;
	case FLAG_NO_COMPRESS:
		o->run.serve.compress_n = 0;
		break;
	case FLAG_ONE_SHOT:
		o->run.serve.requests_most = 1;
		break;
	}
	return NULL;
}

static const char *
set_host(void *config, const struct option *option, const char *value)
{
	struct serve_options *o = config;
	struct serve_settings *s = &o->run.serve;
	struct http_authority a;

	if (!http_authority_parse(http_span_of(value), &a) || a.has_userinfo || a.has_port)
		return "is not a host name such as files.example.org";
	if (s->hosts_n == SERVE_HOSTS)
		return "is one host name too many";
	o->host[s->hosts_n++] = value;
	s->hosts = o->host;
	return NULL;
}

static const char *
set_number(void *config, const struct option *option, const char *value)
{
	struct serve_options *o = config;
	uint64_t n;
	const char *wrong = unit_count(value, 1, 1000000, &n);

	if (wrong)
		return wrong;
	if (option->tag == NUMBER_CONNS)
		o->run.serve.conns_most = (unsigned)n;
	else
		o->run.serve.conns_per_client_most = (unsigned)n;
	return NULL;
}

static const char *
set_workers(void *config, const struct option *option, const char *value)
{
	uint64_t n;

	if (unit_count(value, 1, PROCESS_WORKERS, &n))
		return "is not a number from 1 to 64";
	((struct serve_options *)config)->workers = (unsigned)n;
	return NULL;
}

static const char *
set_user(void *config, const struct option *option, const char *value)
{
	((struct serve_options *)config)->user = value;
	return NULL;
}

static const char *
set_time(void *config, const struct option *option, const char *value)
{
	struct serve_settings *s = &((struct serve_options *)config)->run.serve;
	nsec_t *of[] = {[TIME_HEAD] = &s->head_time,
	    [TIME_IDLE] = &s->idle_time,
	    [TIME_MOVING] = &s->moving_time,
	    [TIME_DRAIN] = &s->drain_time};

	return unit_duration(value, of[option->tag]);
}

/* clang-format off */
const struct option serve_option_rows[] = {
	{"port", "PORT", "listen at this TCP port (default 8000); 0: any free one", set_port, 0},
	{"p", "PORT", NULL, set_port, 0},
	{"bind", "ADDRESS", "listen at this address or host name alone; may be repeated (default: all addresses)", set_bind, 0, .repeats = true},
	{"b", "ADDRESS", NULL, set_bind, 0},
	{"index", "NAME", "file that stands for a folder (default index.html); empty: always list", set_index, 0},
	{"workers", "NUMBER", "make so many worker processes (default: one for each core)", set_workers, 0},
	{"user", "NAME", "run the workers as this user, if root starts the server", set_user, 0},
	{"hidden", NULL, "serve names that begin with a dot, too", set_flag, FLAG_HIDDEN},
	{"spa", NULL, "answer with the root's index file where there is no file", set_flag, FLAG_SPA},
	{"header", "FIELD", "add a field to every response, such as 'X-Frame-Options: DENY'; may be repeated", serve_set_header, 0, .repeats = true},
	{"cors", NULL, "let scripts of other origins read the files", set_flag, FLAG_CORS},
	{"host", "NAME", "answer 421 to requests for other host names; may be repeated", set_host, 0, .repeats = true},
	{"redirect", "STATUS:FROM=TO", "send clients to another address, as in 308:/old=/new; may be repeated", serve_set_redirect, 0, .repeats = true},
	{"echo", "PATH", "answer requests for this path with what arrived: /echo shows methods, forms and fields", set_echo, 0},
	{"no-readme", NULL, "do not show the README of a folder below its list", set_flag, FLAG_NO_README},
	{"lang", "en|zh", "language of the pages (default: as the browser asks)", set_lang, 0},
	{"allow-upload", NULL, "let clients add and replace files: PUT, and forms that are sent to a folder", set_flag, FLAG_UPLOAD},
	{"allow-delete", NULL, "let clients remove files and empty folders: DELETE", set_flag, FLAG_REMOVE},
	{"auth", "USER:HASH", "ask for this name and its password; --hash makes the hash; may be repeated", set_auth, AUTH_LINE, .repeats = true},
	{"auth-file", "FILE", "the same for each line of FILE", set_auth, AUTH_FILE, .repeats = true},
	{"public-read", NULL, "with --auth: anyone may read, and only what changes the folder needs a password", set_flag, FLAG_PUBLIC_READ},
	{"hash", NULL, "ask for a password, print its hash for --auth, and serve nothing", set_flag, FLAG_HASH, .line_only = true},
	{"max-upload", "SIZE", "answer 413 to an upload of more octets, such as 100M (default: as the disk has room)", set_upload_most, 0},
	{"compress", "LIST", "codings by which text is compressed, the favourite first (default: zstd,br,gzip)", serve_set_compress, 0},
	{"no-compress", NULL, "send all content as it is", set_flag, FLAG_NO_COMPRESS},
	{"no-archives", NULL, "do not send folders as zip or tar, for which ?archive=zip asks", set_flag, FLAG_NO_ARCHIVES},
	{"error-page", "STATUS=PATH", "send this file of DIR with the status, as in 404=/404.html; may be repeated", serve_set_error_page, 0, .repeats = true},
	{"metrics", "ADDRESS:PORT", "answer there with the counters, for Prometheus", set_metrics, 0},
	{"config", "FILE", "read options from a file: see leat-serve(5)", set_config, 0, .line_only = true},
	{"check", NULL, "say whether the settings are right, and serve nothing", set_flag, FLAG_CHECK, .line_only = true},
	{"cache-control", "VALUE", "how long clients may keep files, such as max-age=3600", serve_set_cache, 0},
	{"log", "FILE", "write a line for each request; - is standard output, the default; empty: no log", set_log, 0},
	{"log-format", "combined|json", "form of these lines (default combined)", set_log_form, 0},
	{"qr", NULL, "print the address as a QR code, for the camera of a phone", set_flag, FLAG_QR},
	{"quiet", NULL, "print no addresses at the start, and no summary at the end", set_flag, FLAG_QUIET},
	{"q", NULL, NULL, set_flag, FLAG_QUIET},
	{"no-keepalive", NULL, "close each connection after one response", set_flag, FLAG_ONE_SHOT},
	{"max-connections", "NUMBER", "answer 503 beyond so many connections (default 10000)", set_number, NUMBER_CONNS},
	{"max-per-client", "NUMBER", "answer 429 beyond so many connections of one client (default 1000)", set_number, NUMBER_CLIENT},
	{"head-timeout", "TIME", "answer 408 if the head of a request takes longer (default 20s)", set_time, TIME_HEAD},
	{"idle-timeout", "TIME", "close if no request comes for so long (default 75s)", set_time, TIME_IDLE},
	{"stall-timeout", "TIME", "close if a client takes or sends less than 6000 octets in this time (default 60s)", set_time, TIME_MOVING},
	{"drain-timeout", "TIME", "after SIGTERM, break off what is still under way after so long (default 30s)", set_time, TIME_DRAIN},
	{0},
};
/* clang-format on */

const struct option serve_file_rows[] = {
    {"folder", "DIR", "the folder that is served", set_folder, 0},
    {0},
};

void
serve_options_default(void *serve_options)
{
	struct serve_options *o = serve_options;
	struct serve_run *r = &o->run;

	serve_settings_usual(&r->serve);
	r->serve.wall = clock_wall;
	r->serve.log = "-";
	o->port = 8000;
	o->at[0].addr = IPADDR_ANY4;
	o->at[1].addr = IPADDR_ANY6;
	o->addresses = 2;
	o->head = http_writer(o->head_octets, sizeof o->head_octets);
	o->cache = http_writer(o->cache_octets, sizeof o->cache_octets);
}
