/*
 * net/members.h - reports to routers and switches which groups an interface wants: IGMPv3 and v2
 * (RFC 9776, RFC 2236), MLDv2 and v1 (RFC 9777, RFC 2710).
 *
 * A group that is wanted from any source is one record that excludes no source. Otherwise the
 * record includes the sources that are wanted. A change is reported with a record of that change.
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

/* What is still to be reported on one interface in one family. */
struct members {
	struct net *net;
	struct iface *iface;
	bool v6;
	bool all;              /* a query asked for all groups */
	uint8_t repeats;       /* how many more times the last change is reported (the robustness variable) */
	struct ipaddr changed; /* the group that changed last */
	uint8_t change;        /* its change: MCAST_TO_EXCLUDE and so on */
	struct ipaddr source;  /* the source, with MCAST_ALLOW and MCAST_BLOCK */
	struct ipaddr asked;   /* the one group that a query asked for; unspecified = none */
	/*
	 * until then, an older querier counts as present: IGMPv2 or MLDv1 (RFC 9776, 7.2.1; RFC
	 * 9777, 8.2.1)
	 */
	nsec_t old_until;
	nsec_t answered; /* when a query was last answered; 0 = never */
	struct timer answer_timer, repeat_timer;
};

void members_init(struct members *m, struct net *net, struct iface *iface, bool v6);
void members_stop(struct members *m);

/* Reports a change; see network_ops.group_changed. */
void members_changed(
    struct members *m, const struct ipaddr *group, uint8_t change, const struct ipaddr *source);

/*
 * Handles a query for @group, or for all groups if @group is unspecified. The answer is sent at a
 * random time within @within. @old: the querier supports only the older version.
 */
void members_query(struct members *m, const struct ipaddr *group, nsec_t within, bool old);

/* Returns true if reports must use the older version now. */
bool members_speak_old(const struct members *m);

/* The transport operations of IP protocol 2. */
extern const struct transport_ops igmp_ops;

/* A report with its records, up to the size of one message. */
enum { MEMBERS_MESSAGE = 1400 };
struct members_report {
	struct members *of;
	uint16_t records;
	uint32_t len;
	uint8_t record[MEMBERS_MESSAGE];
};
/* Send a report, or the older version's message about one group. They are in igmp.c and mld.c. */
void igmp_report(const struct members_report *r);
void mld_report(const struct members_report *r);
void igmp_report_old(struct members *m, const struct ipaddr *group, bool leave);
void mld_report_old(struct members *m, const struct ipaddr *group, bool leave);
void mld_query_input(struct net *net, struct pkt *pkt, const struct ip_rx *rx);

#endif
