/*
 * http/semantics/media_type.c - looks endings up in the table.
 */
#include "http/semantics/media_type.h"

#include "http/message/octet.h"

#define X(ending, type, text, compress) {ending, type, text, compress},
static const struct http_media_type types[] = {
#include "http/semantics/media_types.h"
};
#undef X

static const struct http_media_type unknown = {"", "application/octet-stream", false, false};
static const struct http_media_type plain = {"", "text/plain; charset=utf-8", true, true};

/* Files without an ending that people expect to read. */
static const char *const readable[] = {"authors", "changelog", "changes", "containerfile", "copying",
    "dockerfile", "gemfile", "install", "justfile", "license", "licence", "makefile", "news", "notice",
    "procfile", "rakefile", "readme", "sha256sums", "sha512sums", "thanks", "todo", "vagrantfile", "version"};

/* The octets of @name after the last @c, or all. */
static struct http_span
after_last(struct http_span name, char c)
{
	const char *at = name.len > 0 ? memrchr(name.at, c, name.len) : NULL;
	size_t skip = at ? (size_t)(at - name.at) + 1 : 0;

	return (struct http_span){name.at + skip, name.len - skip};
}

/* Less than, equal to or greater than 0, as the order of @ending in any case and @entry. */
static int
compare(struct http_span ending, const char *entry)
{
	for (size_t i = 0; i < ending.len; i++) {
		if (entry[i] == 0)
			return 1;
		if (http_lower(ending.at[i]) != entry[i])
			return (uint8_t)http_lower(ending.at[i]) - (uint8_t)entry[i];
	}
	return entry[ending.len] == 0 ? 0 : -1;
}

static const struct http_media_type *
search(struct http_span ending)
{
	size_t from = 0, to = sizeof types / sizeof types[0];

	while (from < to) {
		size_t middle = (from + to) / 2;
		int order = compare(ending, types[middle].ending);

		if (order == 0)
			return &types[middle];
		if (order < 0)
			to = middle;
		else
			from = middle + 1;
	}
	return &unknown;
}

const struct http_media_type *
http_media_type_of(struct http_span name)
{
	struct http_span last = after_last(name, '/'), ending = after_last(last, '.');

	if (ending.len < last.len)
		return search(ending);
	for (size_t i = 0; i < sizeof readable / sizeof readable[0]; i++)
		if (http_span_is(last, readable[i]))
			return &plain;
	return &unknown;
}

static bool
is_token(struct http_span s)
{
	return s.len > 0 && http_octet_run(s.at, s.len, HTTP_TCHAR) == s.len;
}

struct http_span
http_content_type(struct http_span value, struct http_span *params)
{
	const char *semicolon = value.len > 0 ? memchr(value.at, ';', value.len) : NULL;
	size_t len = semicolon ? (size_t)(semicolon - value.at) : value.len;
	struct http_span type = http_span_trim((struct http_span){value.at, len});
	const char *slash = type.len > 0 ? memchr(type.at, '/', type.len) : NULL;
	struct http_span main = {type.at, slash ? (size_t)(slash - type.at) : 0};

	*params = semicolon ? (struct http_span){semicolon + 1, value.len - len - 1} : (struct http_span){0};
	if (!slash || !is_token(main) || !is_token((struct http_span){slash + 1, type.len - main.len - 1}))
		return (struct http_span){0};
	return type;
}
