/*
 * wire/ip.h - what IPv4 and IPv6 share: protocol numbers (IANA) and the ECN field (RFC 3168, 5).
 */
#ifndef WIRE_IP_H
#define WIRE_IP_H

enum {
	IP_PROTO_HOPOPTS = 0,
	IP_PROTO_ICMP4 = 1,
	IP_PROTO_IGMP = 2,
	IP_PROTO_TCP = 6,
	IP_PROTO_UDP = 17,
	IP_PROTO_ROUTING = 43,
	IP_PROTO_FRAGMENT = 44,
	IP_PROTO_ESP = 50,
	IP_PROTO_AH = 51,
	IP_PROTO_ICMP6 = 58,
	IP_PROTO_NONE = 59,
	IP_PROTO_DSTOPTS = 60,
};

enum { IP_ECN_MASK = 3, IP_ECN_NOT_ECT = 0, IP_ECN_ECT1 = 1, IP_ECN_ECT0 = 2, IP_ECN_CE = 3 };

#endif
