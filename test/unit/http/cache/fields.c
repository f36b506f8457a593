/*
 * Cuts text into fields.
 */
#include "fields.h"

#include <stdlib.h>

struct fields
fields_of(const char *text)
{
	struct fields f = {.n = 0};

	while (*text) {
		size_t line = strcspn(text, "\n"), name = strcspn(text, ":");

		if (name > line || f.n == FIELDS_MOST)
			abort();
		f.at[f.n].name = (struct http_span){text, name};
		f.at[f.n++].value = http_span_trim((struct http_span){text + name + 1, line - name - 1});
		text += line + (text[line] == '\n');
	}
	return f;
}
