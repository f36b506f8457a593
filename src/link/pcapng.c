/*
 * link/pcapng.c - encodes blocks of pcapng files (draft-ietf-opsawg-pcapng) into a buffer. It opens
 * no file and reads no clock.
 */
#include "link/pcapng.h"

#include "pkt/pkt.h"

#include <assert.h>
#include <string.h>

/*
 * Block types and options (draft-ietf-opsawg-pcapng, 4 and 3.5). Numbers are in the byte order of
 * this machine, which the magic number of the section header shows.
 */
enum {
	BLOCK_SECTION = 0x0a0d0d0a,
	BLOCK_INTERFACE = 1,
	BLOCK_NAMES = 4,
	BLOCK_STATISTICS = 5,
	BLOCK_PACKET = 6
};
enum { RECORD_END = 0, RECORD_IP4 = 1, RECORD_IP6 = 2 };
enum { OPT_END = 0, OPT_COMMENT = 1 };
enum {
	SHB_USERAPPL = 4,
	IF_NAME = 2,
	IF_DESCRIPTION = 3,
	IF_TSRESOL = 9,
	EPB_FLAGS = 2,
	ISB_IFRECV = 4,
	ISB_IFDROP = 5
};
enum { TSRESOL_NANOSECONDS = 9, FLAG_INBOUND = 1, FLAG_OUTBOUND = 2 };

static void
put(struct pcapng_buf *b, const void *octets, size_t len)
{
	assert(len <= b->size - b->len);
	if (len)
		memcpy(b->at + b->len, octets, len);
	b->len += len;
}

static void
put16(struct pcapng_buf *b, uint16_t v)
{
	put(b, &v, sizeof v);
}

static void
put32(struct pcapng_buf *b, uint32_t v)
{
	put(b, &v, sizeof v);
}

/* All items are padded to 4 octets. */
static void
put_padding(struct pcapng_buf *b, size_t len)
{
	static const uint8_t zeros[4];

	put(b, zeros, -len & 3);
}

static void
put_option(struct pcapng_buf *b, uint16_t code, const void *value, size_t len)
{
	put16(b, code);
	put16(b, (uint16_t)len);
	put(b, value, len);
	put_padding(b, len);
}

/* Returns how many octets of @text to keep, at most @max, so that no UTF-8 character is cut. */
static size_t
text_cut(const char *text, size_t max)
{
	size_t len = strlen(text);

	if (len <= max)
		return len;
	while (max > 0 && ((uint8_t)text[max] & 0xc0) == 0x80)
		max--;
	return max;
}

static void
put_text(struct pcapng_buf *b, uint16_t code, const char *text)
{
	size_t len = text ? text_cut(text, PCAPNG_COMMENT_MAX) : 0;

	if (len)
		put_option(b, code, text, len);
}

/* Begins a block and returns its offset. Its length is written at both of its ends by end(). */
static size_t
begin(struct pcapng_buf *b, uint32_t type)
{
	size_t start = b->len;

	put32(b, type);
	put32(b, 0);
	return start;
}

static void
end(struct pcapng_buf *b, size_t start)
{
	uint32_t len = (uint32_t)(b->len - start) + 4;

	put32(b, len);
	memcpy(b->at + start + 4, &len, sizeof len);
}

static void
put_time(struct pcapng_buf *b, int64_t when)
{
	put32(b, (uint32_t)((uint64_t)when >> 32));
	put32(b, (uint32_t)when);
}

void
pcapng_section(struct pcapng_buf *b, const char *version)
{
	char application[64] = "leat ";
	size_t start = begin(b, BLOCK_SECTION);

	strncat(application, version, sizeof application - strlen(application) - 1);
	put32(b, 0x1a2b3c4d);
	put16(b, 1); /* version 1.0 */
	put16(b, 0);
	put32(b, UINT32_MAX); /* the length of the section is not given */
	put32(b, UINT32_MAX);
	put_text(b, SHB_USERAPPL, application);
	put_option(b, OPT_END, NULL, 0);
	end(b, start);
}

void
pcapng_interface(
    struct pcapng_buf *b, const char *name, const char *description, uint16_t link_type, uint32_t snaplen)
{
	const uint8_t resolution = TSRESOL_NANOSECONDS;
	size_t start = begin(b, BLOCK_INTERFACE);

	put16(b, link_type);
	put16(b, 0);
	put32(b, snaplen);
	put_text(b, IF_NAME, name);
	put_text(b, IF_DESCRIPTION, description);
	put_option(b, IF_TSRESOL, &resolution, 1);
	put_option(b, OPT_END, NULL, 0);
	end(b, start);
}

void
pcapng_packet(
    struct pcapng_buf *b, const struct pcapng_packet *about, const struct pkt *pkt, uint32_t snaplen)
{
	const uint32_t flags = about->sent ? FLAG_OUTBOUND : FLAG_INBOUND;
	uint32_t kept = pkt->len < snaplen ? pkt->len : snaplen;
	size_t start = begin(b, BLOCK_PACKET);

	put32(b, about->interface);
	put_time(b, about->when);
	put32(b, kept);
	put32(b, pkt->len);
	assert(kept <= b->size - b->len);
	pkt_copy_out(pkt, 0, b->at + b->len, kept);
	b->len += kept;
	put_padding(b, kept);
	put_text(b, OPT_COMMENT, about->comment);
	put_option(b, EPB_FLAGS, &flags, sizeof flags);
	put_option(b, OPT_END, NULL, 0);
	end(b, start);
}

/* Writes a record: an address and a text that ends with a zero octet. */
static void
put_name(struct pcapng_buf *b, const struct pcapng_name *n)
{
	bool v4 = ipaddr_is4(&n->addr);
	size_t addr_len = v4 ? 4 : 16, len = text_cut(n->name, PCAPNG_NAME_MAX);

	put16(b, v4 ? RECORD_IP4 : RECORD_IP6);
	put16(b, (uint16_t)(addr_len + len + 1));
	put(b, v4 ? ipaddr_octets4(&n->addr) : ipaddr_octets(&n->addr), addr_len);
	put(b, n->name, len);
	put(b, "", 1);
	put_padding(b, addr_len + len + 1);
}

void
pcapng_names(struct pcapng_buf *b, const struct pcapng_name *names, size_t n)
{
	size_t start = begin(b, BLOCK_NAMES);

	for (size_t i = 0; i < n; i++)
		put_name(b, &names[i]);
	put16(b, RECORD_END);
	put16(b, 0);
	end(b, start);
}

void
pcapng_statistics(struct pcapng_buf *b, uint32_t interface, int64_t when, uint64_t received, uint64_t dropped,
    const char *comment)
{
	size_t start = begin(b, BLOCK_STATISTICS);

	put32(b, interface);
	put_time(b, when);
	put_text(b, OPT_COMMENT, comment);
	put_option(b, ISB_IFRECV, &received, sizeof received);
	put_option(b, ISB_IFDROP, &dropped, sizeof dropped);
	put_option(b, OPT_END, NULL, 0);
	end(b, start);
}
