/*
 * serve/readme/impl.h - what the files of serve/readme share. For these only.
 */
#ifndef SERVE_README_IMPL_H
#define SERVE_README_IMPL_H

#include "serve/readme/readme.h"

/* Makes ready what all threads share. It is called before any thread renders. */
void markdown_begin(void);

/*
 * Renders Markdown. 0 with *@html, which the caller frees; -LEAT_ENOBUFS if that takes more memory
 * than allowed or becomes too long; -LEAT_ENOMEM; or -LEAT_EOPNOTSUPP if this build cannot. At most
 * one call at a time.
 */
int markdown_render(struct http_span text, struct http_span *html);

/* Makes preformatted text of a plain one. Results as above. */
int plain_render(struct http_span text, struct http_span *html);

#endif
