/*
 * test/unit/http/conn/script.h - requests to write down, and a script of all that the demo answers.
 */
#ifndef TEST_HTTP_SCRIPT_H
#define TEST_HTTP_SCRIPT_H

#include <stddef.h>

#define GET(path)         "GET " path " HTTP/1.1\r\nHost: h\r\n\r\n"
#define GET_WITH(path, f) "GET " path " HTTP/1.1\r\nHost: h\r\n" f "\r\n\r\n"
#define POST(path, f)     "POST " path " HTTP/1.1\r\nHost: h\r\n" f "\r\n\r\n"

/* Requests of each kind, pipelined; the last one closes. */
extern const char script_of_all[];

/*
 * Takes apart the chunks at @text, after which the trailer section @trailer must come; returns what follows. The
 * content goes to @content, its length to *@len.
 */
const char *script_unchunk(const char *text, char *content, size_t *len, const char *trailer);

/*
 * Copies the answers to script_of_all with the content of chunks in one piece: their sizes depend on when octets
 * were written, and what they hold does not.
 */
void script_join_chunks(const char *text, char *out);

#endif
