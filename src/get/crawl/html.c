/*
 * get/crawl/html.c - which attributes of which elements are references.
 */
#include "get/crawl/html.h"
#include "get/crawl/link.h"

#include "http/message/octet.h"

struct link_row {
	const char *tag, *attr;
	enum link_kind kind;
};

static const struct link_row rows[] = {
    {"a", "href", LINK_PAGE},
    {"area", "href", LINK_PAGE},
    {"audio", "src", LINK_PART},
    {"base", "href", LINK_BASE},
    {"embed", "src", LINK_PART},
    {"frame", "src", LINK_PAGE},
    {"iframe", "src", LINK_PAGE},
    {"image", "href", LINK_PART},
    {"image", "xlink:href", LINK_PART},
    {"img", "src", LINK_PART},
    {"input", "src", LINK_PART},
    {"object", "data", LINK_PART},
    {"script", "src", LINK_PART},
    {"source", "src", LINK_PART},
    {"track", "src", LINK_PART},
    {"use", "href", LINK_PART},
    {"video", "poster", LINK_PART},
    {"video", "src", LINK_PART},
};

/* Elements of which the text has no tags (WHATWG HTML, 13.1.2). */
static const char *const raw[] = {
    "iframe", "noembed", "noframes", "script", "style", "textarea", "title", "xmp"};

/* Reports @value, decoded, without white space around it. */
static void
report(struct link_out *o, struct http_span value, enum link_kind kind)
{
	char text[LINK_MOST];
	size_t n = html_decode(value, text, sizeof text);
	struct http_span reference = {text, n};

	if (n > sizeof text)
		return;
	while (reference.len > 0 && http_octet_in(reference.at[reference.len - 1], " \t\r\n\f"))
		reference.len--;
	while (reference.len > 0 && http_octet_in(reference.at[0], " \t\r\n\f")) {
		reference.at++;
		reference.len--;
	}
	if (reference.len > 0)
		o->found(o, reference, kind);
}

/* "a.png 1x, b.png 2x": the first word of each element. A comma may stand within a URL. */
static void
report_set(struct link_out *o, struct http_span set)
{
	while (set.len > 0) {
		struct http_span url = set;

		url.len = 0;
		while (url.len < set.len && !http_octet_in(url.at[url.len], " \t\r\n\f"))
			url.len++;
		set = (struct http_span){set.at + url.len, set.len - url.len};
		if (url.len > 0 && url.at[url.len - 1] == ',')
			url.len--; /* no description follows */
		else
			while (set.len > 0 && set.at[0] != ',')
				set = (struct http_span){set.at + 1, set.len - 1};
		while (set.len > 0 && http_octet_in(set.at[0], ", \t\r\n\f"))
			set = (struct http_span){set.at + 1, set.len - 1};
		report(o, url, LINK_PART);
	}
}

static bool
has_word(struct http_span words, const char *word)
{
	while (words.len > 0) {
		size_t n = 0;

		while (n < words.len && !http_octet_in(words.at[n], " \t\r\n\f"))
			n++;
		if (http_span_is((struct http_span){words.at, n}, word))
			return true;
		n += n < words.len;
		words = (struct http_span){words.at + n, words.len - n};
	}
	return false;
}

/* <link>: what the page needs, or another page; not what only prepares a connection. */
static void
report_link(struct link_out *o, const struct html_tag *tag)
{
	static const char *const parts[] = {
	    "stylesheet", "icon", "preload", "modulepreload", "manifest", "apple-touch-icon"};
	static const char *const none[] = {"preconnect", "dns-prefetch", "pingback"};
	struct http_span rel = html_attr(tag, "rel");
	enum link_kind kind = LINK_PAGE;

	for (size_t i = 0; i < sizeof none / sizeof *none; i++) {
		if (has_word(rel, none[i]))
			return;
	}
	for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
		if (has_word(rel, parts[i]))
			kind = LINK_PART;
	}
	report(o, html_attr(tag, "href"), kind);
}

/* "5; url=next.html", with or without quotes. */
static void
report_refresh(struct link_out *o, struct http_span content)
{
	for (; content.len >= 4; content.at++, content.len--) {
		struct http_span url = {content.at + 4, content.len - 4};

		if (!http_span_is((struct http_span){content.at, 4}, "url="))
			continue;
		if (url.len > 0 && http_octet_in(url.at[0], "'\"")) {
			const char *end = memchr(url.at + 1, url.at[0], url.len - 1);

			url = (struct http_span){url.at + 1, end ? (size_t)(end - url.at) - 1 : url.len - 1};
		}
		report(o, url, LINK_PAGE);
		return;
	}
}

static void
look_at_meta(struct link_out *o, const struct html_tag *tag)
{
	struct http_span content = html_attr(tag, "content");

	if (http_span_is(html_attr(tag, "http-equiv"), "refresh"))
		report_refresh(o, content);
	else if (http_span_is(html_attr(tag, "name"), "robots"))
		o->nofollow |= http_list_has(content, "nofollow") || http_list_has(content, "none");
}

static void
look_at_tag(struct link_out *o, const struct html_tag *tag)
{
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		if (http_span_is(tag->name, rows[i].tag))
			report(o, html_attr(tag, rows[i].attr), rows[i].kind);
	}
	if (http_span_is(tag->name, "link"))
		report_link(o, tag);
	else if (http_span_is(tag->name, "meta"))
		look_at_meta(o, tag);
	if (http_span_is(tag->name, "img") || http_span_is(tag->name, "source"))
		report_set(o, html_attr(tag, "srcset"));
	report(o, html_attr(tag, "background"), LINK_PART);
}

/* A style in an attribute, where character references stand. */
static void
look_at_style(struct link_out *o, struct http_span style)
{
	char text[LINK_MOST];
	size_t n = html_decode(style, text, sizeof text);

	if (n <= sizeof text)
		links_of_css((struct http_span){text, n}, o);
}

static bool
is_raw(struct http_span name)
{
	for (size_t i = 0; i < sizeof raw / sizeof *raw; i++) {
		if (http_span_is(name, raw[i]))
			return true;
	}
	return false;
}

void
links_of_html(struct http_span text, struct link_out *o)
{
	struct html_tag tag;

	while (html_next(&text, &tag)) {
		look_at_tag(o, &tag);
		look_at_style(o, html_attr(&tag, "style"));
		if (!is_raw(tag.name))
			continue;
		if (http_span_is(tag.name, "style"))
			links_of_css(html_raw_text(&text, tag.name), o);
		else
			html_raw_text(&text, tag.name);
	}
}
