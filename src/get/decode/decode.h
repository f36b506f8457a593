/*
 * get/decode/decode.h - undoes content codings (RFC 9110, 8.4.1) while content arrives, so that
 * Accept-Encoding can ask for them.
 *
 * The caller gives room for what comes out, so a small response that becomes large costs no memory.
 */
#ifndef GET_DECODE_DECODE_H
#define GET_DECODE_DECODE_H

#include "http/message/field.h"

#include <sys/types.h>

struct decoder;

/* The codings that this build can undo, as Accept-Encoding names them; "" if there are none. */
const char *decode_codings(void);

enum decode_begun {
	DECODE_NOTHING, /* the content has no coding */
	DECODE_YES,
	DECODE_UNKNOWN, /* a coding that this build cannot undo, or several */
	DECODE_MEMORY
};

/*
 * Begins with content whose response has the @n fields at @field. Only DECODE_YES sets *@out.
 */
enum decode_begun decoder_new(const struct http_field *field, size_t n, struct decoder **out);

/*
 * Decodes octets of the @n at @at into the @most at @to. Sets *@used to how many were used, and
 * returns how many came out. If it returns @most there may be more, even without input.
 * -LEAT_EPROTO: the content is damaged; -LEAT_EMSGSIZE: its coding takes more memory than is
 * allowed; or -LEAT_ENOMEM.
 */
ssize_t decoder_next(struct decoder *d, const char *at, size_t n, size_t *used, char *to, size_t most);

/* True if the content may end here. */
bool decoder_may_end(const struct decoder *d);

void decoder_free(struct decoder *d);

#endif
