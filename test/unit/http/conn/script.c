/*
 * test/unit/http/conn/script.c - a script of requests, and the chunks of its answers joined.
 */
#include "script.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define FIFTY "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFGHIJKLMN"

/* Requests of each kind. The content of /echo is more than its handler holds. */
const char script_of_all[] = GET("/hello")
    POST("/sum", "Transfer-Encoding: chunked") "5;x=y\r\nhello\r\n3\r\n123\r\n0\r\nDigest: abc\r\n"
					       "More: fields\r\n\r\n" POST("/echo", "Content-Length: 300")
						   FIFTY FIFTY FIFTY FIFTY FIFTY FIFTY GET("/produced")
						       POST("/x", "Content-Length: 5") "12345" GET("/big")
							   GET("/file") GET("/interim")
							       GET_WITH("/hello", "Connection: close");

const char *
script_unchunk(const char *text, char *content, size_t *len, const char *trailer)
{
	char *end;
	unsigned long n;

	*len = 0;
	while ((n = strtoul(text, &end, 16)) > 0) {
		memcpy(content + *len, end + 2, n);
		*len += n;
		text = end + 2 + n;
		assert_memory_equal(text, "\r\n", 2);
		text += 2;
	}
	assert_memory_equal(end, "\r\n", 2);
	assert_memory_equal(end + 2, trailer, strlen(trailer));
	return end + 2 + strlen(trailer);
}

void
script_join_chunks(const char *text, char *out)
{
	static const char chunked[] = "Transfer-Encoding: chunked\r\n\r\n";
	const char *coded;
	size_t len;

	for (unsigned i = 0; (coded = strstr(text, chunked)); i++) {
		const char *content = coded + sizeof chunked - 1;

		memcpy(out, text, (size_t)(content - text));
		out += content - text;
		text = script_unchunk(content, out, &len, i == 0 ? "\r\n" : "Check: yes\r\n\r\n");
		out += len;
	}
	strcpy(out, text);
}
