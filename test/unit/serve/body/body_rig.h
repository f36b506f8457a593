/*
 * test/unit/serve/body/body_rig.h - all octets of a body, taken in rooms of one size.
 */
#ifndef TEST_BODY_RIG_H
#define TEST_BODY_RIG_H

#include "serve/body/body.h"
#include "serve/site/folder_rig.h"

/*
 * Takes all octets of @b, at most @room at a time, and ends it. Returns them with a zero after
 * them, for the caller to free. *@len is their number, or the error of the body.
 */
char *body_all(struct body *b, size_t room, ssize_t *len);

#endif
