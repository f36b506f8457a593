/*
 * serve/readme/markdown.c - Markdown as GitHub writes it, rendered by libcmark-gfm.
 *
 * HTML in the text is left out, and so are addresses that are scripts (the library's safe mode). A
 * picture of another host becomes a link, so that a page asks no one else for anything. A heading
 * gets a name, to which links within the text lead.
 *
 * The library has tables of characters that it changes while it works, so it must not work in two
 * threads at a time. It cannot go on without memory, so it gets an arena that it leaves when it is
 * used up.
 */
#include "serve/readme/impl.h"

#include "base/err.h"
#include "serve/readme/arena.h"

#include <cmark-gfm-core-extensions.h>
#include <cmark-gfm.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { ARENA_MOST = 32 << 20, SLUG_MOST = 100 };
enum { OPTIONS = CMARK_OPT_VALIDATE_UTF8 | CMARK_OPT_FOOTNOTES };

/* The library's calls for memory have no argument of ours. */
static _Thread_local struct arena *current;

static void *
take(size_t n, size_t size)
{
	size_t octets;

	if (__builtin_mul_overflow(n, size, &octets))
		longjmp(current->full, 1);
	return arena_take(current, octets);
}

static void *
grow(void *at, size_t octets)
{
	return arena_grow(current, at, octets);
}

static void
leave(void *at)
{
}

static cmark_mem memory = {take, grow, leave};

void
markdown_begin(void)
{
	cmark_gfm_core_extensions_ensure_registered();
}

static cmark_parser *
new_parser(void)
{
	static const char *const extensions[] = {"table", "strikethrough", "autolink", "tasklist"};
	cmark_parser *p = cmark_parser_new_with_mem(OPTIONS, &memory);

	for (size_t i = 0; i < sizeof extensions / sizeof *extensions; i++)
		cmark_parser_attach_syntax_extension(p, cmark_find_syntax_extension(extensions[i]));
	return p;
}

/* True for "scheme:" and "//host", but not for a picture that the text has in itself. */
static bool
is_elsewhere(const char *url)
{
	size_t scheme = strspn(url, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789+-.");

	if (strncmp(url, "//", 2) == 0 || strncmp(url, "\\\\", 2) == 0 || strncmp(url, "/\\", 2) == 0)
		return true;
	return scheme > 0 && url[scheme] == ':' && strncasecmp(url, "data:", 5) != 0;
}

static bool
is_in_link(cmark_node *node)
{
	while ((node = cmark_node_parent(node))) {
		if (cmark_node_get_type(node) == CMARK_NODE_LINK)
			return true;
	}
	return false;
}

/* A link with what the picture says. Within a link there can be no other: the text stands alone. */
static void
change_picture(cmark_node *picture)
{
	const char *url = cmark_node_get_url(picture);
	cmark_node *link = NULL, *child;

	if (!is_elsewhere(url))
		return;
	if (!is_in_link(picture)) {
		link = cmark_node_new_with_mem(CMARK_NODE_LINK, &memory);
		cmark_node_set_url(link, url);
		cmark_node_insert_before(picture, link);
	}
	while ((child = cmark_node_first_child(picture))) {
		if (link)
			cmark_node_append_child(link, child);
		else
			cmark_node_insert_before(picture, child);
	}
	cmark_node_unlink(picture);
}

/* Names in the text begin with "r-": they cannot be those of the page. */
static void
change_link(cmark_node *node)
{
	const char *url = cmark_node_get_url(node);
	char changed[SLUG_MOST + 8];

	if (url[0] != '#' || strlen(url) > SLUG_MOST)
		return;
	snprintf(changed, sizeof changed, "#r-%s", url + 1);
	cmark_node_set_url(node, changed);
}

static bool
is_plain(unsigned char c)
{
	return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_' || c >= 0x80;
}

static size_t
add_to_slug(char *slug, size_t len, const char *text)
{
	for (; text && *text && len < SLUG_MOST; text++) {
		char c = *text == ' ' ? '-' : *text >= 'A' && *text <= 'Z' ? (char)(*text + 32) : *text;

		if (is_plain((unsigned char)c))
			slug[len++] = c;
	}
	return len;
}

/* No part of a character of UTF-8 is left at the end. */
static size_t
whole(const char *slug, size_t len)
{
	if (len < SLUG_MOST)
		return len;
	while (len > 0 && ((unsigned char)slug[len - 1] & 0xc0) == 0x80)
		len--;
	return len > 0 && (unsigned char)slug[len - 1] >= 0xc0 ? len - 1 : len;
}

/* As GitHub makes them: small letters, "-" for a blank, no other signs. */
static size_t
slug_of(cmark_node *heading, char *slug)
{
	cmark_iter *i = cmark_iter_new(heading);
	cmark_event_type event;
	size_t len = 0;

	while ((event = cmark_iter_next(i)) != CMARK_EVENT_DONE) {
		cmark_node *node = cmark_iter_get_node(i);
		cmark_node_type type = cmark_node_get_type(node);

		if (event == CMARK_EVENT_ENTER && (type == CMARK_NODE_TEXT || type == CMARK_NODE_CODE))
			len = add_to_slug(slug, len, cmark_node_get_literal(node));
	}
	len = whole(slug, len);
	slug[len] = '\0';
	return len;
}

static void
name_heading(cmark_node *heading)
{
	char slug[SLUG_MOST + 1], open[SLUG_MOST + 32];
	cmark_node *name;

	if (slug_of(heading, slug) == 0)
		return;
	snprintf(open, sizeof open, "<a id=\"r-%s\">", slug);
	name = cmark_node_new_with_mem(CMARK_NODE_CUSTOM_INLINE, &memory);
	cmark_node_set_on_enter(name, open);
	cmark_node_set_on_exit(name, "</a>");
	cmark_node_prepend_child(heading, name);
}

/* A node may be changed when it is left. */
static void
change(cmark_node *document)
{
	cmark_iter *i = cmark_iter_new(document);
	cmark_event_type event;

	while ((event = cmark_iter_next(i)) != CMARK_EVENT_DONE) {
		cmark_node *node = cmark_iter_get_node(i);
		cmark_node_type type = cmark_node_get_type(node);

		if (event != CMARK_EVENT_EXIT)
			continue;
		if (type == CMARK_NODE_IMAGE)
			change_picture(node);
		else if (type == CMARK_NODE_LINK)
			change_link(node);
		else if (type == CMARK_NODE_HEADING)
			name_heading(node);
	}
}

/* The result lies in the arena. */
static const char *
render(struct http_span text)
{
	cmark_parser *p = new_parser();
	cmark_node *document;

	cmark_parser_feed(p, text.at, text.len);
	document = cmark_parser_finish(p);
	change(document);
	return cmark_render_html_with_mem(document, OPTIONS, cmark_parser_get_syntax_extensions(p), &memory);
}

static int
copy(const char *html, struct http_span *out)
{
	size_t len = strlen(html);
	char *at;

	if (len > README_HTML_MOST)
		return -LEAT_ENOBUFS;
	at = malloc(len + 1);
	if (!at)
		return -LEAT_ENOMEM;
	memcpy(at, html, len);
	out->at = at;
	out->len = len;
	return 0;
}

int
markdown_render(struct http_span text, struct http_span *html)
{
	struct arena arena;
	int e = arena_begin(&arena, ARENA_MOST);

	if (e < 0)
		return e;
	current = &arena;
	e = setjmp(arena.full) == 0 ? copy(render(text), html) : -LEAT_ENOBUFS;
	current = NULL;
	arena_end(&arena);
	return e;
}
