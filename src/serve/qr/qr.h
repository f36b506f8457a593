/*
 * serve/qr/qr.h - a text as a QR code (ISO/IEC 18004): as SVG for a page, and for a terminal.
 */
#ifndef SERVE_QR_QR_H
#define SERVE_QR_QR_H

#include "http/message/writer.h"

/* True if this build can make any. */
bool qr_available(void);

/* Octets of the longest text: a code of it has 89 squares a side, which a camera still reads. */
enum { QR_TEXT_MOST = 700, QR_WIDTH_MOST = 177 };

/* @width squares a side; row by row, true for a dark one. */
struct qr_code {
	unsigned width;
	bool dark[QR_WIDTH_MOST * QR_WIDTH_MOST];
};

/*
 * Makes @code of @text. 0; -LEAT_ENOBUFS if the text is too long; -LEAT_ENOMEM; or
 * -LEAT_EOPNOTSUPP.
 */
int qr_make(struct http_span text, struct qr_code *code);

/*
 * A picture that is dark on light whatever is around it, with @text as its title and below it.
 * QR_SVG_MOST octets are enough.
 */
enum { QR_SVG_MOST = 128 * 1024 };
void qr_put_svg(struct http_writer *w, const struct qr_code *code, struct http_span text);

/*
 * Lines for a terminal: two rows of squares in one of half blocks, in black on white whatever its
 * colours are. QR_TERMINAL_MOST octets are enough.
 */
enum { QR_TERMINAL_MOST = 64 * 1024 };
void qr_put_terminal(struct http_writer *w, const struct qr_code *code);

#endif
