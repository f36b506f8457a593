/*
 * cli/get_options.c - the table of the options of `leat get`, with functions that check and store
 * each value. Names and meanings are curl's. It runs nothing.
 */
#include "cli/get_options.h"

#include "cli/common/units.h"

#include <stdlib.h>
#include <string.h>

enum get_flag {
	FLAG_HEAD,
	FLAG_INCLUDE,
	FLAG_VERBOSE,
	FLAG_SILENT,
	FLAG_SHOW_ERROR,
	FLAG_FAIL,
	FLAG_FAIL_BODY,
	FLAG_FAIL_EARLY,
	FLAG_SERVER_NAME,
	FLAG_NAME_ALL,
	FLAG_CREATE_DIRS,
	FLAG_REMOTE_TIME,
	FLAG_DATA_TO_URL,
	FLAG_FOLLOW,
	FLAG_TRUSTED,
	FLAG_POST301,
	FLAG_POST302,
	FLAG_POST303,
	FLAG_REFUSED,
	FLAG_ALL_ERRORS,
	FLAG_ONE_SHOT,
	FLAG_NO_GLOBS,
	FLAG_PARALLEL,
	FLAG_IPV4,
	FLAG_IPV6,
	FLAG_NOTHING
};
enum get_text {
	TEXT_METHOD,
	TEXT_AGENT,
	TEXT_USER,
	TEXT_RANGE,
	TEXT_FOLDER,
	TEXT_DUMP,
	TEXT_UNIX,
	TEXT_PROXY,
	TEXT_PROXY_USER,
	TEXT_NO_PROXY
};

bool
get_words_add(struct get_words *w, const char *word)
{
	const char **more = realloc(w->at, (w->n + 1) * sizeof *more);

	if (!more)
		return false;
	w->at = more;
	more[w->n++] = word;
	return true;
}

char *
get_keep(struct get_options *o, char *text)
{
	if (text && get_words_add(&o->made, text))
		return text;
	free(text);
	return NULL;
}

static const char *
set_flag(void *config, const struct option *option, const char *value)
{
	struct get_options *o = config;
	struct get_run *r = &o->run;
	bool *const flag[] = {
	    [FLAG_HEAD] = &r->head_only,
	    [FLAG_INCLUDE] = &r->include,
	    [FLAG_VERBOSE] = &r->verbose,
	    [FLAG_SILENT] = &r->silent,
	    [FLAG_SHOW_ERROR] = &r->show_error,
	    [FLAG_FAIL] = &r->set.fail,
	    [FLAG_FAIL_BODY] = &r->fail_with_body,
	    [FLAG_FAIL_EARLY] = &r->fail_early,
	    [FLAG_SERVER_NAME] = &r->server_name,
	    [FLAG_NAME_ALL] = &o->name_all,
	    [FLAG_CREATE_DIRS] = &r->create_dirs,
	    [FLAG_REMOTE_TIME] = &r->remote_time,
	    [FLAG_DATA_TO_URL] = &o->data_to_url,
	    [FLAG_FOLLOW] = &r->set.follow,
	    [FLAG_TRUSTED] = &r->set.trusted,
	    [FLAG_POST301] = &r->set.post301,
	    [FLAG_POST302] = &r->set.post302,
	    [FLAG_POST303] = &r->set.post303,
	    [FLAG_REFUSED] = &r->retries.refused,
	    [FLAG_ALL_ERRORS] = &r->retries.all,
	    [FLAG_ONE_SHOT] = &r->set.one_shot,
	    [FLAG_NO_GLOBS] = &o->no_globs,
	    [FLAG_PARALLEL] = &o->parallel,
	};

	if (option->tag < (int)(sizeof flag / sizeof *flag))
		*flag[option->tag] = true;
	if (option->tag == FLAG_TRUSTED)
		r->set.follow = true;
	if (option->tag == FLAG_IPV4 || option->tag == FLAG_IPV6)
		r->set.family = option->tag == FLAG_IPV4 ? GET_IPV4 : GET_IPV6;
	return NULL;
}

static const char *
set_text(void *config, const struct option *option, const char *value)
{
	struct get_options *o = config;
	struct get_run *r = &o->run;
	const char **const text[] = {
	    [TEXT_METHOD] = &r->set.method,
	    [TEXT_AGENT] = &r->set.user_agent,
	    [TEXT_USER] = &r->set.credentials,
	    [TEXT_RANGE] = &r->range,
	    [TEXT_FOLDER] = &r->folder,
	    [TEXT_DUMP] = &r->dump_header,
	    [TEXT_UNIX] = &r->set.open_name,
	    [TEXT_PROXY] = &o->proxy_url,
	    [TEXT_PROXY_USER] = &o->proxy_user,
	    [TEXT_NO_PROXY] = &r->set.no_proxy,
	};

	*text[option->tag] = value;
	return NULL;
}

static const char *
set_output(void *config, const struct option *option, const char *value)
{
	struct get_options *o = config;

	if (value && strcmp(value, "-") == 0)
		o->run.stdout_named = true;
	return get_words_add(&o->outputs, value) ? NULL : "does not fit into memory";
}

static const char *
set_upload(void *config, const struct option *option, const char *value)
{
	return get_words_add(&((struct get_options *)config)->uploads, value) ? NULL
									      : "does not fit into memory";
}

static const char *
set_url(void *config, const struct option *option, const char *value)
{
	return get_words_add(&((struct get_options *)config)->urls, value) ? NULL
									   : "does not fit into memory";
}

static const char *
set_resume(void *config, const struct option *option, const char *value)
{
	struct get_options *o = config;

	o->run.resume = strcmp(value, "-") == 0;
	if (!o->run.resume && unit_count(value, 0, INT64_MAX, &o->run.resume_from))
		return "is neither a number of octets nor -";
	return NULL;
}

/* clang-format off */
const struct option get_option_rows[] = {
	{"o", "FILE", "write to this file; - is standard output, the default", set_output, 0},
	{"output", "FILE", NULL, set_output, 0},
	{"O", NULL, "write to a file with the name in the URL", set_output, 0},
	{"remote-name", NULL, NULL, set_output, 0},
	{"remote-name-all", NULL, "do so for all URLs", set_flag, FLAG_NAME_ALL},
	{"J", NULL, "with -O: take the name that the server gives (Content-Disposition)", set_flag, FLAG_SERVER_NAME},
	{"remote-header-name", NULL, NULL, set_flag, FLAG_SERVER_NAME},
	{"output-dir", "DIR", "write files in this folder", set_text, TEXT_FOLDER},
	{"create-dirs", NULL, "make the folders of the file that are missing", set_flag, FLAG_CREATE_DIRS},
	{"R", NULL, "give the file the time that the server says", set_flag, FLAG_REMOTE_TIME},
	{"remote-time", NULL, NULL, set_flag, FLAG_REMOTE_TIME},
	{"sha256", "DIGEST", "fail if the content has another SHA-256, and move the file to FILE.wrong", get_set_digest, 0},
	{"C", "OFFSET", "resume from this octet; - is the size of the file", set_resume, 0},
	{"continue-at", "OFFSET", NULL, set_resume, 0},
	{"r", "RANGE", "ask for these octets alone: 0-99, 500-, -500", set_text, TEXT_RANGE},
	{"range", "RANGE", NULL, set_text, TEXT_RANGE},
	{"z", "TIME", "fetch only what is newer than this date, or than this file; -TIME: older", get_set_condition, 0},
	{"time-cond", "TIME", NULL, get_set_condition, 0},
	{"compressed", NULL, "ask for compressed content, and write it as it was before", get_set_compressed, 0},
	{"L", NULL, "follow redirects", set_flag, FLAG_FOLLOW},
	{"location", NULL, NULL, set_flag, FLAG_FOLLOW},
	{"max-redirs", "NUMBER", "follow so many redirects at most (default 50; -1: no bound)", get_set_redirects, 0},
	{"location-trusted", NULL, "follow redirects, and send credentials to other servers as well", set_flag, FLAG_TRUSTED},
	{"post301", NULL, "do not turn a POST into a GET at a 301", set_flag, FLAG_POST301},
	{"post302", NULL, "the same at a 302", set_flag, FLAG_POST302},
	{"post303", NULL, "the same at a 303", set_flag, FLAG_POST303},
	{"I", NULL, "ask for the head alone (HEAD), and print it", set_flag, FLAG_HEAD},
	{"head", NULL, NULL, set_flag, FLAG_HEAD},
	{"i", NULL, "write the heads of responses, too", set_flag, FLAG_INCLUDE},
	{"include", NULL, NULL, set_flag, FLAG_INCLUDE},
	{"D", "FILE", "write the heads of responses to this file", set_text, TEXT_DUMP},
	{"dump-header", "FILE", NULL, set_text, TEXT_DUMP},
	{"v", NULL, "print what is sent and received, but for content", set_flag, FLAG_VERBOSE},
	{"verbose", NULL, NULL, set_flag, FLAG_VERBOSE},
	{"s", NULL, "print neither progress nor errors", set_flag, FLAG_SILENT},
	{"silent", NULL, NULL, set_flag, FLAG_SILENT},
	{"S", NULL, "with -s: print errors", set_flag, FLAG_SHOW_ERROR},
	{"show-error", NULL, NULL, set_flag, FLAG_SHOW_ERROR},
	{"no-progress-meter", NULL, "print no progress; it is seen if standard error is a terminal", get_set_progress, LIVE_NEVER},
	{"#", NULL, NULL, get_set_progress, LIVE_ON_TERMINAL},
	{"progress-bar", NULL, NULL, get_set_progress, LIVE_ON_TERMINAL},
	{"w", "FORMAT", "print this after each transfer, as %{http_code} %{time_total}\\n; @FILE: from a file", get_set_format, 0},
	{"write-out", "FORMAT", NULL, get_set_format, 0},
	{"f", NULL, "fail if the status is 400 or more, and write no content", set_flag, FLAG_FAIL},
	{"fail", NULL, NULL, set_flag, FLAG_FAIL},
	{"fail-with-body", NULL, "fail if the status is 400 or more, but write the content", set_flag, FLAG_FAIL_BODY},
	{"fail-early", NULL, "begin with no other URL after a failure", set_flag, FLAG_FAIL_EARLY},
	{"H", "FIELD", "send this field, NAME: VALUE; NAME: leaves a field out", get_set_field, 0},
	{"header", "FIELD", NULL, get_set_field, 0},
	{"A", "TEXT", "the User-Agent; empty: none", set_text, TEXT_AGENT},
	{"user-agent", "TEXT", NULL, set_text, TEXT_AGENT},
	{"e", "URL", "the Referer; ;auto at its end: the URL before a redirect from there on", get_set_referer, 0},
	{"referer", "URL", NULL, get_set_referer, 0},
	{"b", "COOKIES", "send these cookies, NAME=VALUE; NAME=VALUE; without =: those of this file", get_set_cookie, 0},
	{"cookie", "COOKIES", NULL, get_set_cookie, 0},
	{"c", "FILE", "keep cookies that servers set, and write all to this file; - is standard output", get_set_jar, 0},
	{"cookie-jar", "FILE", NULL, get_set_jar, 0},
	{"junk-session-cookies", NULL, "leave cookies of the last session out of the files of -b", get_set_junk, 0},
	{"u", "USER:PASSWORD", "log in (Basic); they go to the first server alone", set_text, TEXT_USER},
	{"user", "USER:PASSWORD", NULL, set_text, TEXT_USER},
	{"n", NULL, "log in as ~/.netrc says for the host", get_set_netrc, 0},
	{"netrc", NULL, NULL, get_set_netrc, 0},
	{"netrc-optional", NULL, NULL, get_set_netrc, 0},
	{"netrc-file", "FILE", "log in as this file says for the host", get_set_netrc, 0},
	{"X", "METHOD", "ask with this method", set_text, TEXT_METHOD},
	{"request", "METHOD", NULL, set_text, TEXT_METHOD},
	{"d", "DATA", "send these octets (POST); @FILE: those of a file without its line ends", get_set_data, DATA_TEXT},
	{"data", "DATA", NULL, get_set_data, DATA_TEXT},
	{"data-ascii", "DATA", NULL, get_set_data, DATA_TEXT},
	{"data-binary", "DATA", "the same; a file is sent as it is", get_set_data, DATA_BINARY},
	{"data-raw", "DATA", "the same; an @ has no meaning", get_set_data, DATA_RAW},
	{"data-urlencode", "DATA", "the same, percent-encoded: CONTENT, NAME=CONTENT, @FILE or NAME@FILE", get_set_data, DATA_ENCODE},
	{"json", "DATA", "send JSON, with the fields that say so", get_set_data, DATA_JSON},
	{"G", NULL, "send the data in the URL, with GET", set_flag, FLAG_DATA_TO_URL},
	{"get", NULL, NULL, set_flag, FLAG_DATA_TO_URL},
	{"F", "NAME=CONTENT", "send a part of a form; NAME=@FILE: a file; ;type= and ;filename= may follow", get_set_form, FORM_ANY},
	{"form", "NAME=CONTENT", NULL, get_set_form, FORM_ANY},
	{"form-string", "NAME=CONTENT", "the same; @, < and ; have no meaning", get_set_form, FORM_STRING},
	{"T", "FILE", "send this file (PUT); - is standard input", set_upload, 0},
	{"upload-file", "FILE", NULL, set_upload, 0},
	{"g", NULL, "take [, ], { and } in URLs as they are, not as a pattern", set_flag, FLAG_NO_GLOBS},
	{"globoff", NULL, NULL, set_flag, FLAG_NO_GLOBS},
	{"url", "URL", "a URL, as among the words", set_url, 0},
	{"m", "TIME", "the whole transfer may take this long: 30, 1.5 or 500ms", get_set_time, TIME_TOTAL},
	{"max-time", "TIME", NULL, get_set_time, TIME_TOTAL},
	{"connect-timeout", "TIME", "to connect may take this long (default 300)", get_set_time, TIME_CONNECT},
	{"expect100-timeout", "TIME", "wait this long for a 100 before content is sent (default 1)", get_set_time, TIME_CONTINUE},
	{"limit-rate", "SPEED", "receive and send so many octets per second at most: 200K, 1.5M", get_set_size, SIZE_RATE},
	{"Y", "SPEED", "fail if fewer octets per second come", get_set_size, SIZE_SLOW},
	{"speed-limit", "SPEED", NULL, get_set_size, SIZE_SLOW},
	{"y", "TIME", "for this long (default 30)", get_set_time, TIME_SLOW},
	{"speed-time", "TIME", NULL, get_set_time, TIME_SLOW},
	{"max-filesize", "SIZE", "fail if there is more content", get_set_size, SIZE_MOST},
	{"retry", "NUMBER", "try again so often after a timeout or a status 408, 429, 500, 502, 503 or 504", get_set_number, NUMBER_RETRY},
	{"retry-delay", "TIME", "wait this long before (default 1, then twice as long each time)", get_set_time, TIME_RETRY_DELAY},
	{"retry-max-time", "TIME", "begin no attempt after this time", get_set_time, TIME_RETRY_MOST},
	{"retry-connrefused", NULL, "try again if the connection is refused, too", set_flag, FLAG_REFUSED},
	{"retry-all-errors", NULL, "try again after any error", set_flag, FLAG_ALL_ERRORS},
	{"4", NULL, "use IPv4 alone", set_flag, FLAG_IPV4},
	{"ipv4", NULL, NULL, set_flag, FLAG_IPV4},
	{"6", NULL, "use IPv6 alone", set_flag, FLAG_IPV6},
	{"ipv6", NULL, NULL, set_flag, FLAG_IPV6},
	{"resolve", "HOST:PORT:ADDRESS", "use this address for a name; * is any host", get_set_resolve, 0},
	{"connect-to", "H1:P1:H2:P2", "connect to H2 and P2 in the place of H1 and P1", get_set_connect_to, 0},
	{"unix-socket", "FILE", "connect to this Unix-domain socket, whatever the URL names", set_text, TEXT_UNIX},
	{"x", "URL", "use this proxy (default http_proxy or ALL_PROXY); empty: none", set_text, TEXT_PROXY},
	{"proxy", "URL", NULL, set_text, TEXT_PROXY},
	{"socks5", "HOST:PORT", "use this SOCKS5 proxy, as -x socks5://HOST:PORT", get_set_socks, GET_PROXY_SOCKS5},
	{"socks5-hostname", "HOST:PORT", "the same, and it resolves the names: -x socks5h://HOST:PORT", get_set_socks, GET_PROXY_SOCKS5H},
	{"U", "USER:PASSWORD", "log in to the proxy", set_text, TEXT_PROXY_USER},
	{"proxy-user", "USER:PASSWORD", NULL, set_text, TEXT_PROXY_USER},
	{"noproxy", "HOSTS", "hosts without a proxy, with commas between them (default NO_PROXY)", set_text, TEXT_NO_PROXY},
	{"j", "NUMBER", "fetch so many URLs at one time (default 1)", get_set_number, NUMBER_PARALLEL},
	{"connections", "NUMBER", NULL, get_set_number, NUMBER_PARALLEL},
	{"Z", NULL, "fetch up to 50 URLs at one time, as curl does", set_flag, FLAG_PARALLEL},
	{"parallel", NULL, NULL, set_flag, FLAG_PARALLEL},
	{"parallel-max", "NUMBER", "up to this number, as -j", get_set_number, NUMBER_PARALLEL},
	{"parts", "NUMBER", "fetch a file in parts over so many connections (2 to 16)", get_set_parts, 0},
	{"recursive", NULL, "fetch a site: follow the links of pages on the same server, and keep all in folders", get_set_recursive, RECURSIVE_ON},
	{"l", "NUMBER", "with --recursive: follow so many links from a URL (default 5; 0: no bound)", get_set_recursive, RECURSIVE_DEPTH},
	{"level", "NUMBER", NULL, get_set_recursive, RECURSIVE_DEPTH},
	{"no-parent", NULL, "with --recursive: fetch nothing above the folder of a URL", get_set_recursive, RECURSIVE_NO_PARENT},
	{"ignore-robots", NULL, "with --recursive: do not ask for robots.txt", get_set_recursive, RECURSIVE_NO_ROBOTS},
	{"cache", NULL, "use the cache in ~/.cache/leat/get, or in XDG_CACHE_HOME", get_set_cache, 0},
	{"cache-dir", "DIR", "use the cache in this folder", get_set_cache, 0},
	{"no-cache", NULL, "ask for what is not from any cache (Cache-Control: no-cache)", get_set_no_cache, 0},
	{"http1.1", NULL, "use HTTP/1.1, as always", set_flag, FLAG_NOTHING},
	{"no-keepalive", NULL, "close each connection after one response", set_flag, FLAG_ONE_SHOT},
	{"N", NULL, NULL, set_flag, FLAG_NOTHING},
	{"no-buffer", NULL, NULL, set_flag, FLAG_NOTHING},
	{0},
};
/* clang-format on */

void
get_options_default(void *get_options)
{
	struct get_options *o = get_options;

	get_settings_usual(&o->run.set);
	o->run.set.slow_time = 30 * SEC;
	o->run.depth = 5;
	o->run.set.field = o->field;
	o->run.set.route = o->route;
}

void
get_options_free(void *get_options)
{
	struct get_options *o = get_options;

	for (unsigned i = 0; i < o->made.n; i++)
		free((char *)(uintptr_t)o->made.at[i]);
	free(o->made.at);
	free(o->urls.at);
	free(o->jars.at);
	free(o->digests.at);
	free(o->uploads.at);
	free(o->outputs.at);
	free(o->target);
	free(o->data.at);
	netrc_free(&o->netrc);
}
