/*
 * serve/qr/no_code.c - in place of code.c in a build without libqrencode.
 */
#include "serve/qr/qr.h"

#include "base/err.h"

bool
qr_available(void)
{
	return false;
}

int
qr_make(struct http_span text, struct qr_code *code)
{
	return -LEAT_EOPNOTSUPP;
}
