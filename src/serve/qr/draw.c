/*
 * serve/qr/draw.c - draws the squares of a QR code.
 */
#include "serve/qr/qr.h"

#include "serve/page/page.h"

#include <stdio.h>

/* Light squares around the code, without which cameras do not find it. */
enum { QUIET = 4 };

/* Squares outside of the code are light. */
static bool
is_dark(const struct qr_code *code, int x, int y)
{
	int n = (int)code->width;

	return x >= 0 && x < n && y >= 0 && y < n && code->dark[y * n + x];
}

/* A line for each run of dark squares in a row. */
static void
put_runs(struct http_writer *w, const struct qr_code *code)
{
	int n = (int)code->width;
	char run[64]; /* four numbers of at most 11 octets, and 10 letters */

	for (int y = 0; y < n; y++) {
		for (int x = 0, from; x < n; x++) {
			if (!is_dark(code, x, y))
				continue;
			for (from = x; is_dark(code, x, y); x++)
				;
			snprintf(
			    run, sizeof run, "M%d %dh%dv1h-%dz", from + QUIET, y + QUIET, x - from, x - from);
			http_put_text(w, run);
		}
	}
}

void
qr_put_svg(struct http_writer *w, const struct qr_code *code, struct http_span text)
{
	unsigned side = code->width + 2 * QUIET;
	double size = (side - 2) / (0.61 * (double)text.len);
	char numbers[256];

	snprintf(numbers, sizeof numbers,
	    "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %u %u\" role=\"img\">\n<title>", side,
	    side + 2);
	http_put_text(w, numbers);
	page_put_html(w, text);
	http_put_text(w, "</title>\n<path fill=\"#fff\" d=\"M0 0h");
	snprintf(numbers, sizeof numbers, "%uv%uH0z\"/>\n<path shape-rendering=\"crispEdges\" d=\"", side,
	    side + 2);
	http_put_text(w, numbers);
	put_runs(w, code);
	snprintf(numbers, sizeof numbers,
	    "\"/>\n<text x=\"%u.%u\" y=\"%u\" font-size=\"%.2f\" font-family=\"monospace\" "
	    "text-anchor=\"middle\">",
	    side / 2, side % 2 * 5, side, size < 2 ? size : 2);
	http_put_text(w, numbers);
	page_put_html(w, text);
	http_put_text(w, "</text>\n</svg>\n");
}

/* A terminal's palette may be anything; these two of 256 colours are the same everywhere. */
void
qr_put_terminal(struct http_writer *w, const struct qr_code *code)
{
	static const char *const blocks[2][2] = {{" ", "\xe2\x96\x84"}, {"\xe2\x96\x80", "\xe2\x96\x88"}};
	int n = (int)code->width;

	for (int y = -QUIET; y < n + QUIET; y += 2) {
		http_put_text(w, "  \x1b[38;5;16;48;5;231m");
		for (int x = -QUIET; x < n + QUIET; x++)
			http_put_text(w, blocks[is_dark(code, x, y)][is_dark(code, x, y + 1)]);
		http_put_text(w, "\x1b[0m\n");
	}
}
