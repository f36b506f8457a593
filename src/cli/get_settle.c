/*
 * cli/get_settle.c - puts together what several options of `leat get` say: which URL goes to which
 * file, and what the request is.
 */
#include "cli/get_options.h"

#include "cli/common/error.h"
#include "cli/get_glob.h"

#include <stdlib.h>
#include <string.h>

enum { PARALLEL_USUAL = 50 }; /* with -Z, as in curl */

static int
no_memory(void)
{
	error_line("get", "(%d) out of memory", GET_MEMORY);
	return GET_MEMORY;
}

static int
wrong(const char *words)
{
	error_line("get", "(%d) %s", GET_FAILED_INIT, words);
	return GET_FAILED_INIT;
}

/* Says which option has a URL as its value, where there is no other one. */
static int
no_url(const struct get_options *o)
{
	const struct {
		const char *option, *value;
	} row[] = {{"-o", o->outputs.n > 0 ? o->outputs.at[o->outputs.n - 1] : NULL},
	    {"-T", o->uploads.n > 0 ? o->uploads.at[o->uploads.n - 1] : NULL}, {"-r", o->run.range},
	    {"-c", o->run.cookies.out}, {"-A", o->run.set.user_agent}, {"-X", o->run.set.method},
	    {"-e", o->run.set.referer}, {"-w", o->run.format}, {"-D", o->run.dump_header},
	    {"-u", o->run.set.credentials}, {"-x", o->proxy_url}, {"-d", o->data.at}};

	for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
		if (!row[i].value || strncmp(row[i].value, "http://", 7) != 0)
			continue;
		error_line("get", "(%d) no URL: %s needs a value, and has taken %s", GET_FAILED_INIT,
		    row[i].option, row[i].value);
		return GET_FAILED_INIT;
	}
	return wrong("no URL; usage: leat get [options] URL…");
}

static int
gather_urls(struct get_options *o, int argc, char **argv)
{
	for (int i = 0; i < argc; i++) {
		if (!get_words_add(&o->urls, argv[i]))
			return no_memory();
	}
	return o->urls.n > 0 ? 0 : no_url(o);
}

/* -G: the data becomes the query. */
static const char *
with_query(struct get_options *o, const char *url)
{
	size_t fragment = strcspn(url, "#");
	char *text;
	int n;

	if (o->data.n == 0)
		return url;
	n = asprintf(&text, "%.*s%c%.*s%s", (int)fragment, url, memchr(url, '?', fragment) ? '&' : '?',
	    (int)o->data.n, o->data.at, url + fragment);
	return n < 0 ? NULL : get_keep(o, text);
}

/* A URL that ends with "/" gets the name of the file that is sent to it. */
static const char *
with_name(struct get_options *o, const char *url, const char *file)
{
	const char *slash = strrchr(file, '/'), *scheme = strstr(url, "://");
	const char *host = scheme ? scheme + 3 : url;
	size_t len = strlen(url);
	char *text;
	int n;

	if (strcmp(file, "-") == 0 || strcmp(file, ".") == 0 || strchr(url, '?') ||
	    (strchr(host, '/') && url[len - 1] != '/'))
		return url;
	n = asprintf(&text, "%s%s%s", url, strchr(host, '/') ? "" : "/", slash ? slash + 1 : file);
	return n < 0 ? NULL : get_keep(o, text);
}

/* The file of the target: "#1" in its name is the value of the first set of the pattern. */
static bool
choose_place(struct get_options *o, unsigned url, const struct glob *g, uint64_t i, struct get_target *t)
{
	const char *output = url < o->outputs.n ? o->outputs.at[url] : NULL;

	if (url < o->outputs.n ? !output : o->name_all)
		t->place = GET_TO_URL_NAME;
	else if (output && strcmp(output, "-") != 0)
		t->place = GET_TO_FILE;
	t->name = output;
	if (t->place == GET_TO_FILE && g->sets > 0)
		t->name = get_keep(o, glob_name(g, i, output));
	return t->place != GET_TO_FILE || t->name;
}

static bool
add_target(struct get_options *o, unsigned url, const struct glob *g, uint64_t i)
{
	struct get_target *t = realloc(o->target, (o->run.targets + 1) * sizeof *t);

	if (!t)
		return false;
	o->target = t;
	t += o->run.targets++;
	*t = (struct get_target){.url = g->sets > 0 ? get_keep(o, glob_url(g, i)) : g->text};
	if (t->url && o->data_to_url)
		t->url = with_query(o, t->url);
	t->upload = url < o->uploads.n ? o->uploads.at[url] : NULL;
	t->digest = url < o->digests.n ? (const uint8_t *)o->digests.at[url] : NULL;
	if (t->url && t->upload)
		t->url = with_name(o, t->url, t->upload);
	return t->url && choose_place(o, url, g, i, t);
}

/* The targets of one URL, which may be a pattern. */
static int
add_targets(struct get_options *o, unsigned url)
{
	struct glob g = {.text = o->urls.at[url], .count = 1};
	const char *wrong = o->no_globs ? NULL : glob_read(&g, o->urls.at[url]);

	if (wrong) {
		error_line("get", "(%d) %s: %s", GET_URL, o->urls.at[url], wrong);
		return GET_URL;
	}
	for (uint64_t i = 0; i < g.count; i++) {
		if (!add_target(o, url, &g, i))
			return no_memory();
	}
	return 0;
}

static int
make_targets(struct get_options *o)
{
	int status = 0;

	for (unsigned i = 0; status == 0 && i < o->urls.n; i++)
		status = add_targets(o, i);
	o->run.target = o->target;
	o->run.cookies.file = o->jars.at;
	o->run.cookies.files = o->jars.n;
	if (status == 0 && o->digests.n > o->urls.n)
		status = wrong("more --sha256 than URLs");
	if (status == 0 && o->outputs.n > o->urls.n && !o->run.silent)
		fputs("Warning: Got more output options than URLs\n", stderr);
	return status;
}

static bool
has_field(const struct get_options *o, const char *name)
{
	for (unsigned i = 0; i < o->run.set.fields; i++) {
		if (http_span_is(o->field[i].field.name, name))
			return true;
	}
	return false;
}

static int
choose_data(struct get_options *o)
{
	struct get_data *d = &o->run.data;

	if ((o->has_data && !o->data_to_url) + (o->parts > 0) + (o->uploads.n > 0) + o->run.head_only > 1)
		return wrong("only one of -d, -F, -T and -I can be used");
	if (o->json && !has_field(o, "accept"))
		get_set_field(o, NULL, "Accept: application/json");
	if (o->parts > 0)
		*d = (struct get_data){.kind = GET_FORM, .part = o->part};
	else if (o->has_data && !o->data_to_url)
		*d = (struct get_data){.kind = GET_OCTETS,
		    .at = o->data.at,
		    .len = o->data.n,
		    .type = o->json ? "application/json" : "application/x-www-form-urlencoded"};
	return 0;
}

static int
check(const struct get_options *o)
{
	if (o->run.range && (o->run.resume || o->run.resume_from))
		return wrong("-r and -C cannot be used together");
	if (o->run.recursive &&
	    (o->outputs.n > 0 || o->name_all || o->has_data || o->parts > 0 || o->uploads.n > 0 ||
		o->run.head_only || o->digests.n > 0 || o->run.resume || o->run.range))
		return wrong("--recursive names its files itself, and asks with GET alone: -o, -O, -d, -F, "
			     "-T, -I, -C, -r and --sha256 do not go with it");
	if (o->run.set.fail && o->run.fail_with_body)
		return wrong("-f and --fail-with-body cannot be used together");
	return 0;
}

int
get_options_settle(struct get_options *o, int argc, char **argv)
{
	int status = check(o);

	if (o->no_condition && !o->run.silent)
		fprintf(
		    stderr, "Warning: -z: %s is no date and no file, so all is fetched\n", o->no_condition);
	if (o->run.recursive) {
		o->run.set.fail = true;
		o->run.set.follow = false; /* where a redirect leads is judged as a link is */
	}
	if (o->run.head_only)
		o->run.include = true;
	if (o->run.parallel == 0)
		o->run.parallel = o->parallel ? PARALLEL_USUAL : 1;
	if (o->run.set.idle_most < o->run.parallel)
		o->run.set.idle_most = o->run.parallel;
	if (o->run.set.idle_most < o->run.parts * o->run.parallel)
		o->run.set.idle_most = o->run.parts * o->run.parallel;
	if (status == 0)
		status = gather_urls(o, argc, argv);
	if (status == 0)
		status = choose_data(o);
	if (status == 0)
		status = make_targets(o);
	if (status == 0)
		status = get_settle_netrc(o);
	return status == 0 ? get_settle_proxy(o) : status;
}
