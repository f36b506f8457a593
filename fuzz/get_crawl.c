/*
 * fuzz/get_crawl.c - any octets as a page, a style sheet, and rules for robots. Each reference that
 * is found is offered to a crawl, and what it takes has a name within the folder.
 */
#include "get/crawl/crawl.h"
#include "get/crawl/link.h"
#include "get/crawl/local_name.h"
#include "get/crawl/robots.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct fuzzed {
	struct link_out out;
	struct crawl crawl;
	const struct crawl_item *start;
};

static void
found(struct link_out *o, struct http_span reference, enum link_kind kind)
{
	struct fuzzed *f = (struct fuzzed *)o;

	if (reference.len == 0 || reference.len > LINK_MOST)
		abort();
	crawl_link(&f->crawl, f->start, crawl_uri(f->start), reference);
}

static void
check_name(const struct crawl_item *i)
{
	char name[LOCAL_NAME_MOST];
	struct http_writer w = http_writer(name, sizeof name - 1);
	struct http_uri u;

	if (!http_uri_parse(crawl_uri(i), &u))
		abort();
	local_name_put(&w, &u, true);
	if (w.err)
		return;
	if (name[0] == '/' || strlen(name) != w.len)
		abort();
	for (char *part = strtok(name, "/"); part; part = strtok(NULL, "/")) {
		if (strcmp(part, ".") == 0 || strcmp(part, "..") == 0 || strlen(part) > LOCAL_NAME_SEGMENT)
			abort();
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct http_span text = {(const char *)data, size};
	struct crawl_settings set = {.depth = 3, .most = 100};
	struct fuzzed f = {.out = {.found = found}};
	const struct crawl_item *i;
	struct robots r;

	if (crawl_init(&f.crawl, &set) < 0 || robots_read(&r, text, "leat") < 0)
		abort();
	crawl_start(&f.crawl, http_span_of("http://h/a/"));
	f.start = crawl_next(&f.crawl);
	links_of_html(text, &f.out);
	links_of_css(text, &f.out);
	while ((i = crawl_next(&f.crawl))) {
		check_name(i);
		robots_allow(&r, (struct http_span){i->text + 8, i->len - 8});
	}
	robots_fini(&r);
	crawl_fini(&f.crawl);
	return 0;
}
