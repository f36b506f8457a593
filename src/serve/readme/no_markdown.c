/*
 * serve/readme/no_markdown.c - in place of markdown.c in a build without libcmark-gfm.
 */
#include "serve/readme/impl.h"

#include "base/err.h"

void
markdown_begin(void)
{
}

int
markdown_render(struct http_span text, struct http_span *html)
{
	return -LEAT_EOPNOTSUPP;
}
