/*
 * serve/qr/code.c - makes QR codes with libqrencode.
 */
#include "serve/qr/qr.h"

#include "base/err.h"

#include <errno.h>
#include <qrencode.h>
#include <string.h>

bool
qr_available(void)
{
	return true;
}

int
qr_make(struct http_span text, struct qr_code *code)
{
	unsigned char octets[QR_TEXT_MOST];
	QRcode *qr;

	if (text.len == 0 || text.len > sizeof octets)
		return -LEAT_ENOBUFS;
	memcpy(octets, text.at, text.len);
	qr = QRcode_encodeData((int)text.len, octets, 0, QR_ECLEVEL_L);
	if (!qr)
		return errno == ERANGE ? -LEAT_ENOBUFS : -LEAT_ENOMEM;
	code->width = (unsigned)qr->width;
	for (unsigned i = 0; i < code->width * code->width; i++)
		code->dark[i] = qr->data[i] & 1;
	QRcode_free(qr);
	return 0;
}
