/*
 * wire/igmp.h - IGMP: version 2 (RFC 2236) and version 3 (RFC 9776).
 */
#ifndef WIRE_IGMP_H
#define WIRE_IGMP_H

#include "base/bytes.h"
#include "base/ipaddr.h"

enum { IGMP_TYPE = 0, IGMP_MAX_RESP = 1, IGMP_SUM = 2, IGMP_GROUP = 4, IGMP_LEN = 8 };
/* A version 3 query continues after the group address. A version 3 report has its records there. */
enum { IGMP3_QUERY_FLAGS = 8, IGMP3_QUERY_QQIC = 9, IGMP3_QUERY_SOURCES = 10, IGMP3_QUERY_LEN = 12 };
enum { IGMP3_REPORT_RECORDS = 6, IGMP3_REPORT_LEN = 8 };
enum {
	IGMP3_RECORD_TYPE = 0,
	IGMP3_RECORD_AUX = 1,
	IGMP3_RECORD_SOURCES = 2,
	IGMP3_RECORD_GROUP = 4,
	IGMP3_RECORD_LEN = 8
};

enum { IGMP_QUERY = 0x11, IGMP1_REPORT = 0x12, IGMP2_REPORT = 0x16, IGMP2_LEAVE = 0x17, IGMP3_REPORT = 0x22 };
/* Types of group records (RFC 9776, 4.2.13). */
enum {
	MCAST_IS_INCLUDE = 1,
	MCAST_IS_EXCLUDE = 2,
	MCAST_TO_INCLUDE = 3, /* without sources: leave */
	MCAST_TO_EXCLUDE = 4, /* without sources: join */
	MCAST_ALLOW = 5,
	MCAST_BLOCK = 6
};

/*
 * Returns true if @h holds an IGMP message up to its group address. The caller verifies the
 * checksum.
 */
static inline bool
igmp_valid(const uint8_t *h, size_t n)
{
	(void)h;
	return n >= IGMP_LEN;
}

static inline uint8_t
igmp_type(const uint8_t *h)
{
	return h[IGMP_TYPE];
}

/*
 * Returns the Max Resp Code in tenths of a second. 0 marks a version 1 query (RFC 9776, 7.1). Codes
 * of version 3 from 128 on are floating point: see igmp3_code().
 */
static inline uint8_t
igmp_max_resp(const uint8_t *h)
{
	return h[IGMP_MAX_RESP];
}

static inline struct ipaddr
igmp_group(const uint8_t *h)
{
	return ipaddr_from4(h + IGMP_GROUP);
}

/*
 * Decodes an 8-bit code to a number of up to 31744. Codes below 128 are the number itself, others
 * are floating point: 1eeemmmm (RFC 9776, 4.1.1 and 4.1.7).
 */
static inline uint32_t
igmp3_code(uint8_t code)
{
	return code < 128 ? code : ((code & 15u) | 16u) << ((code >> 4 & 7u) + 3);
}

/* Writes a version 2 message with a checksum of zero. */
static inline void
igmp_put(uint8_t *h, uint8_t type, uint8_t max_resp, const struct ipaddr *group)
{
	h[IGMP_TYPE] = type;
	h[IGMP_MAX_RESP] = max_resp;
	be16_put(h + IGMP_SUM, 0);
	memcpy(h + IGMP_GROUP, ipaddr_octets4(group), 4);
}

/* Writes the header of a version 3 report with a checksum of zero. */
static inline void
igmp3_report_put(uint8_t *h, uint16_t records)
{
	be32_put(h, (uint32_t)IGMP3_REPORT << 24);
	be16_put(h + 4, 0);
	be16_put(h + IGMP3_REPORT_RECORDS, records);
}

/* Writes the header of a record. Its @sources source addresses follow it. */
static inline void
igmp3_record_put(uint8_t *r, uint8_t type, uint16_t sources, const struct ipaddr *group)
{
	r[IGMP3_RECORD_TYPE] = type;
	r[IGMP3_RECORD_AUX] = 0;
	be16_put(r + IGMP3_RECORD_SOURCES, sources);
	memcpy(r + IGMP3_RECORD_GROUP, ipaddr_octets4(group), 4);
}

#endif
