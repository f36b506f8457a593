/*
 * get/site_links.c - the links of a page or a style sheet that a job has written to a file.
 */
#include "get/crawl/link.h"
#include "get/site_impl.h"
#include "http/semantics/media_type.h"

#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

/* A page that is larger is not looked at beyond this. */
enum { PAGE_MOST = 16 << 20 };

/* Links of a page, and what they are relative to. */
struct site_page {
	struct link_out out;
	struct site_crawl *site;
	const struct crawl_item *item;
	size_t base_len;
	char base[GET_URL_MOST];
};

static void
on_link(struct link_out *o, struct http_span reference, enum link_kind kind)
{
	struct site_page *p = container_of(o, struct site_page, out);
	struct http_span base = {p->base, p->base_len};
	char text[GET_URL_MOST];
	struct http_writer w = http_writer(text, sizeof text);
	struct http_uri b, r;

	if (kind != LINK_BASE) {
		crawl_link(&p->site->crawl, p->item, base, reference);
		return;
	}
	if (!http_uri_parse(base, &b) || !http_uri_parse(reference, &r))
		return;
	http_uri_resolve(&w, &b, &r);
	if (w.err || w.len == 0)
		return;
	memcpy(p->base, text, w.len);
	p->base_len = w.len;
}

/* A page can ask not to follow its links. */
static void
ignore_link(struct link_out *o, struct http_span reference, enum link_kind kind)
{
}

static bool
forbids_links(const struct site_crawl *s, struct http_span page)
{
	struct link_out o = {.found = ignore_link};

	if (s->process->run->ignore_robots)
		return false;
	links_of_html(page, &o);
	return o.nofollow;
}

static bool
is_type(const struct get_job *j, const char *type)
{
	struct http_span params;

	return http_span_is(http_content_type(http_span_of(j->transfer.info.type), &params), type);
}

/* Reads the file that a job has written, up to PAGE_MOST. Returns NULL if that fails. */
static char *
read_page(const char *path, size_t *len)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	char *text = fd < 0 ? NULL : malloc(PAGE_MOST);
	ssize_t n;

	for (*len = 0; text && *len < PAGE_MOST; *len += (size_t)n) {
		n = read(fd, text + *len, PAGE_MOST - *len);
		if (n <= 0)
			break;
	}
	if (fd >= 0)
		close(fd);
	return text;
}

void
site_links_take(struct site_crawl *s, const struct get_job *j)
{
	bool css = is_type(j, "text/css"),
	     html = is_type(j, "text/html") || is_type(j, "application/xhtml+xml");
	struct site_page *p = css || html ? calloc(1, sizeof *p) : NULL;
	size_t len;
	char *text = p && j->path ? read_page(j->path, &len) : NULL;

	if (text) {
		p->out.found = on_link;
		p->site = s;
		p->item = site_target_of(j)->item;
		p->base_len = p->item->len;
		memcpy(p->base, p->item->text, p->item->len);
		if (html && !forbids_links(s, (struct http_span){text, len}))
			links_of_html((struct http_span){text, len}, &p->out);
		if (css)
			links_of_css((struct http_span){text, len}, &p->out);
	}
	free(text);
	free(p);
}
