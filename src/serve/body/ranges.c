/*
 * serve/body/ranges.c - the heads of the parts, with the octets of the file between them.
 */
#include "serve/body/ranges.h"

#include <stdlib.h>
#include <string.h>

/* The head of the next range, or what follows the last one. False after that. */
static bool
next_piece(struct body_ranges *b)
{
	struct http_writer w = http_writer(b->octets, sizeof b->octets);

	if (b->next > b->frame.n)
		return false;
	if (b->next == b->frame.n) {
		http_byteranges_end(&w, &b->frame);
	} else {
		http_byteranges_head(&w, &b->frame, b->next);
		body_file_part(b->file, b->range[b->next].first, http_range_len(&b->range[b->next]));
	}
	b->piece = (struct http_span){w.at, w.len};
	b->next++;
	return true;
}

static ssize_t
produce(struct body *body, char *at, size_t room)
{
	struct body_ranges *b = container_of(body, struct body_ranges, body);
	size_t len = b->piece.len < room ? b->piece.len : room;
	ssize_t n;

	if (len > 0) {
		memcpy(at, b->piece.at, len);
		b->piece.at += len;
		b->piece.len -= len;
		return (ssize_t)len;
	}
	n = body_produce(&b->file->body, at, room);
	if (n != 0 || !next_piece(b))
		return n;
	return produce(body, at, room);
}

static void
end(struct body *body)
{
	struct body_ranges *b = container_of(body, struct body_ranges, body);

	body_end(&b->file->body);
	free(b);
}

static void
write_boundary(struct body_ranges *b, const uint8_t *random)
{
	for (size_t i = 0; i < BODY_BOUNDARY; i++)
		b->boundary[i] = "0123456789abcdef"[random[i / 2] >> (i % 2 ? 4 : 0) & 15];
}

struct body_ranges *
body_ranges_new(struct body_file *file, const struct http_range *range, size_t n, const uint8_t *random)
{
	static const struct body_ops ops = {produce, end};
	struct body_ranges *b = malloc(sizeof *b);

	if (!b)
		return NULL;
	b->body.ops = &ops;
	b->file = file;
	b->next = 0;
	b->piece.len = 0;
	body_file_part(file, 0, 0);
	memcpy(b->range, range, n * sizeof *range);
	write_boundary(b, random);
	b->frame = (struct http_byteranges){.boundary = {b->boundary, sizeof b->boundary},
	    .type = http_span_of(file->file->type->type),
	    .length = (uint64_t)file->file->state.size,
	    .range = b->range,
	    .n = n};
	return b;
}
