/*
 * wire/mld.h - multicast listener discovery: version 1 (RFC 2710) and version 2 (RFC 9777). Offsets
 * count from the ICMPv6 header. Message types are in wire/icmp.h.
 */
#ifndef WIRE_MLD_H
#define WIRE_MLD_H

#include "base/bytes.h"
#include "base/ipaddr.h"
#include "wire/icmp.h"

enum { MLD_MAX_RESP = 4, MLD_GROUP = 8, MLD_LEN = 24 }; /* query, report and done of version 1 */
enum { MLD2_QUERY_FLAGS = 24, MLD2_QUERY_QQIC = 25, MLD2_QUERY_SOURCES = 26, MLD2_QUERY_LEN = 28 };
enum { MLD2_REPORT_RECORDS = 6, MLD2_REPORT_LEN = 8 };
/* Record types are those of IGMP version 3 (RFC 9777, 5.2.12). */
enum {
	MLD2_RECORD_TYPE = 0,
	MLD2_RECORD_AUX = 1,
	MLD2_RECORD_SOURCES = 2,
	MLD2_RECORD_GROUP = 4,
	MLD2_RECORD_LEN = 20
};

/*
 * Returns true if @h holds a whole version 1 message, or the part of a version 2 query that is the
 * same.
 */
static inline bool
mld_valid(const uint8_t *h, size_t n)
{
	(void)h;
	return n >= MLD_LEN;
}

/*
 * Returns true for a version 2 query (RFC 9777, 8.1): 24 octets are version 1, 28 or more are
 * version 2. Other lengths are neither.
 */
static inline bool
mld_query_is_v2(size_t n)
{
	return n >= MLD2_QUERY_LEN;
}

/*
 * Returns the Maximum Response Code. In version 1 it is in milliseconds; codes of version 2 from
 * 32768 on are floating point: see mld2_max_resp().
 */
static inline uint16_t
mld_max_resp(const uint8_t *h)
{
	return be16_get(h + MLD_MAX_RESP);
}

/* Returns the group address, "::" in a general query. */
static inline struct ipaddr
mld_group(const uint8_t *h)
{
	return ipaddr_from16(h + MLD_GROUP);
}

/*
 * Decodes a Maximum Response Code to milliseconds. Codes below 32768 are the number itself, others
 * are floating point: 1eeemmmm mmmmmmmm (RFC 9777, 5.1.3).
 */
static inline uint32_t
mld2_max_resp(uint16_t code)
{
	return code < 32768 ? code : ((code & 0xfffu) | 0x1000u) << ((code >> 12 & 7u) + 3);
}

/* Writes what follows the ICMPv6 header in a version 1 report or done. */
static inline void
mld_group_put(uint8_t *h, const struct ipaddr *group)
{
	memcpy(h + MLD_GROUP, ipaddr_octets(group), 16);
}

/* Writes the header of a version 2 record. Its @sources source addresses follow it. */
static inline void
mld2_record_put(uint8_t *r, uint8_t type, uint16_t sources, const struct ipaddr *group)
{
	r[MLD2_RECORD_TYPE] = type;
	r[MLD2_RECORD_AUX] = 0;
	be16_put(r + MLD2_RECORD_SOURCES, sources);
	memcpy(r + MLD2_RECORD_GROUP, ipaddr_octets(group), 16);
}

#endif
