/*
 * wire/dhcp.h - DHCP for IPv4 (RFC 2131, 2) and its options (RFC 2132).
 */
#ifndef WIRE_DHCP_H
#define WIRE_DHCP_H

#include "base/bytes.h"
#include "base/ipaddr.h"

enum {
	DHCP_OP = 0,
	DHCP_HTYPE = 1,
	DHCP_HLEN = 2,
	DHCP_HOPS = 3,
	DHCP_XID = 4,
	DHCP_SECS = 8,
	DHCP_FLAGS = 10,
	DHCP_CIADDR = 12,
	DHCP_YIADDR = 16,
	DHCP_SIADDR = 20,
	DHCP_GIADDR = 24,
	DHCP_CHADDR = 28,
	DHCP_SNAME = 44,
	DHCP_FILE = 108,
	DHCP_MAGIC = 236,
	DHCP_OPTIONS = 240
};
enum { DHCP_SERVER_PORT = 67, DHCP_CLIENT_PORT = 68 };
enum { DHCP_BOOTREQUEST = 1, DHCP_BOOTREPLY = 2, DHCP_FLAG_BROADCAST = 0x8000 };
#define DHCP_MAGIC_COOKIE UINT32_C(0x63825363) /* RFC 2131, 3 */

enum {
	DHCP_OPT_PAD = 0,
	DHCP_OPT_MASK = 1,
	DHCP_OPT_ROUTER = 3,
	DHCP_OPT_DNS = 6,
	DHCP_OPT_HOST_NAME = 12,
	DHCP_OPT_DOMAIN = 15,
	DHCP_OPT_MTU = 26,
	DHCP_OPT_BROADCAST = 28,
	DHCP_OPT_REQUESTED = 50,
	DHCP_OPT_LEASE = 51,
	DHCP_OPT_OVERLOAD = 52, /* more options follow in the field file (1), sname (2) or both (3) */
	DHCP_OPT_TYPE = 53,
	DHCP_OPT_SERVER = 54,
	DHCP_OPT_PARAMETERS = 55,
	DHCP_OPT_MESSAGE = 56,
	DHCP_OPT_MAX_SIZE = 57,
	DHCP_OPT_T1 = 58,
	DHCP_OPT_T2 = 59,
	DHCP_OPT_CLIENT = 61,
	DHCP_OPT_END = 255
};
enum {
	DHCP_DISCOVER = 1,
	DHCP_OFFER = 2,
	DHCP_REQUEST = 3,
	DHCP_DECLINE = 4,
	DHCP_ACK = 5,
	DHCP_NAK = 6,
	DHCP_RELEASE = 7,
	DHCP_INFORM = 8
};

static inline uint8_t
dhcp_op(const uint8_t *h)
{
	return h[DHCP_OP];
}

static inline uint32_t
dhcp_xid(const uint8_t *h)
{
	return be32_get(h + DHCP_XID);
}

static inline uint16_t
dhcp_flags(const uint8_t *h)
{
	return be16_get(h + DHCP_FLAGS);
}

/* Returns one of the addresses. @field is DHCP_CIADDR, DHCP_YIADDR, DHCP_SIADDR or DHCP_GIADDR. */
static inline struct ipaddr
dhcp_addr(const uint8_t *h, unsigned field)
{
	return ipaddr_from4(h + field);
}

/* Returns the client's link address, six octets of the sixteen in the field. */
static inline const uint8_t *
dhcp_chaddr(const uint8_t *h)
{
	return h + DHCP_CHADDR;
}

/*
 * Returns true if @h holds a DHCP message for Ethernet up to its options. Options are checked when
 * they are read.
 */
static inline bool
dhcp_valid(const uint8_t *h, size_t n)
{
	return n >= DHCP_OPTIONS && h[DHCP_HTYPE] == 1 && h[DHCP_HLEN] == 6 &&
	       be32_get(h + DHCP_MAGIC) == DHCP_MAGIC_COOKIE;
}

/*
 * Returns the data of the first option @code among the @n octets at @o, and its length in @*len.
 * Returns NULL if there is none. An option that does not fit into @n ends the search.
 */
static inline const uint8_t *
dhcp_opt_find(const uint8_t *o, size_t n, uint8_t code, uint8_t *len)
{
	for (size_t at = 0; at < n && o[at] != DHCP_OPT_END;) {
		if (o[at] == DHCP_OPT_PAD) {
			at++;
			continue;
		}
		if (n - at < 2 || n - at - 2 < o[at + 1])
			return NULL;
		if (o[at] == code) {
			*len = o[at + 1];
			return o + at + 2;
		}
		at += 2u + o[at + 1];
	}
	return NULL;
}

/*
 * Writes an option and returns the place for the next one. There must be room for 2 + @len octets.
 */
static inline uint8_t *
dhcp_opt_put(uint8_t *o, uint8_t code, const void *data, uint8_t len)
{
	o[0] = code;
	o[1] = len;
	memcpy(o + 2, data, len);
	return o + 2 + len;
}

#endif
