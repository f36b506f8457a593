/*
 * net/members.h - reports to routers and switches which groups an interface wants: IGMPv3 and v2
 * (RFC 9776, RFC 2236), MLDv2 and v1 (RFC 9777, RFC 2710).
 *
 * A group that is wanted from any source is one record that excludes no source; otherwise the
 * record includes the sources that are wanted. A change is reported by a record of its kind.
 */
#ifndef NET_MEMBERS_H
#define NET_MEMBERS_H

#include "base/ipaddr.h"
#include "base/nsec.h"
#include "base/wheel.h"
#include "core/iface.h"

#include <stdbool.h>

struct net;
struct ip_rx;
struct pkt;

/* What is still to be said on one interface in one family. */
struct members {
	struct net *net;
	struct iface *iface;
	bool v6;
	bool all;        /* a query wants every group */
	uint8_t repeats; /* how often the last change is still to be repeated (the robustness variable) */
	struct ipaddr changed; /* the group whose wishes changed last, */
	uint8_t change;        /* how (MCAST_TO_EXCLUDE and its like), */
	struct ipaddr source;  /* and of which source, with MCAST_ALLOW and MCAST_BLOCK */
	struct ipaddr asked;   /* the one group a query wants; unspecified = none */
	nsec_t
	    old_until; /* a querier that speaks only IGMPv2 or MLDv1 was heard (RFC 9776, 7.2.1; RFC 9777, 8.2.1) */
	nsec_t answered; /* when a query was last answered */
	struct timer answer_timer, repeat_timer;
};

void members_init(struct members *m, struct net *net, struct iface *iface, bool v6);
void members_stop(struct members *m);

/* As network_ops.group_changed. */
void members_changed(
    struct members *m, const struct ipaddr *group, uint8_t change, const struct ipaddr *source);

/*
 * A router asks: about @group, or about all when it is unspecified; answers are to be spread over
 * @within. @old: it speaks only the older version.
 */
void members_query(struct members *m, const struct ipaddr *group, nsec_t within, bool old);

/* Must reports be of the older version now? */
bool members_speak_old(const struct members *m);

/* Protocol 2. */
extern const struct transport_ops igmp_ops;

/* A report of records, as long as one message may be. */
enum { MEMBERS_MESSAGE = 1400 };
struct members_report {
	struct members *of;
	uint16_t records;
	uint32_t len;
	uint8_t record[MEMBERS_MESSAGE];
};
/* Send it; or what the older version says of one group. igmp.c and mld.c. */
void igmp_report(const struct members_report *r);
void mld_report(const struct members_report *r);
void igmp_report_old(struct members *m, const struct ipaddr *group, bool leave);
void mld_report_old(struct members *m, const struct ipaddr *group, bool leave);
void mld_query_input(struct net *net, struct pkt *pkt, const struct ip_rx *rx);

#endif
