/*
 * test/unit/serve/body/body_rig.c - plays the part of a connection that asks on and on.
 */
#include "serve/body/body_rig.h"

#include "base/err.h"

#include <stdlib.h>

char *
body_all(struct body *b, size_t room, ssize_t *len)
{
	size_t got = 0, most = room;
	char *text = malloc(most + 1);
	ssize_t n;

	assert_non_null(text);
	while ((n = body_produce(b, text + got, room)) > 0 || n == -LEAT_EAGAIN) {
		got += n > 0 ? (size_t)n : 0;
		if (most - got >= room)
			continue;
		most = 2 * most + room;
		text = realloc(text, most + 1);
		assert_non_null(text);
	}
	if (n == 0)
		assert_int_equal(body_produce(b, text + got, room), 0);
	body_end(b);
	text[got] = '\0';
	*len = n < 0 ? n : (ssize_t)got;
	return text;
}
