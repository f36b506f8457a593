/*
 * run/socket/missing.c - reports the options and features that the program asks for and Leat lacks,
 * each once. It does not answer the call.
 */
#include "run/socket/missing.h"

#include <netinet/in.h>
#include <stdio.h>
#include <string.h>

/* Which calls know an option on Linux, and on which sockets. */
enum { SET = 1, GET = 2, BOTH = SET | GET, STREAM = 4, DGRAM = 8, ANY = STREAM | DGRAM };

struct missing_row {
	int level, name;
	unsigned on;
	const char *text;
};

/*
 * Linux's options that Leat lacks, by number, since headers are older than kernels. Options that
 * Leat has for setsockopt(2) or getsockopt(2) alone are in sock/opt_*.c. Options that mean nothing
 * to the Internet protocols (SO_PASSCRED and others) are not listed, nor are iptables' numbers,
 * which need a privilege.
 */
static const struct missing_row rows[] = {
    {SOL_SOCKET, 5, SET | ANY, "SO_DONTROUTE"},
    {SOL_SOCKET, 26, BOTH | ANY, "SO_ATTACH_FILTER"},
    {SOL_SOCKET, 27, SET | ANY, "SO_DETACH_FILTER"},
    {SOL_SOCKET, 28, GET | ANY, "SO_PEERNAME"},
    {SOL_SOCKET, 37, BOTH | STREAM, "SO_TIMESTAMPING"},
    {SOL_SOCKET, 40, BOTH | ANY, "SO_RXQ_OVFL"},
    {SOL_SOCKET, 41, BOTH | ANY, "SO_WIFI_STATUS"},
    {SOL_SOCKET, 42, BOTH | ANY, "SO_PEEK_OFF"},
    {SOL_SOCKET, 43, BOTH | ANY, "SO_NOFCS"},
    {SOL_SOCKET, 44, BOTH | ANY, "SO_LOCK_FILTER"},
    {SOL_SOCKET, 45, BOTH | ANY, "SO_SELECT_ERR_QUEUE"},
    {SOL_SOCKET, 47, BOTH | ANY, "SO_MAX_PACING_RATE"},
    {SOL_SOCKET, 48, GET | ANY, "SO_BPF_EXTENSIONS"},
    {SOL_SOCKET, 50, SET | ANY, "SO_ATTACH_BPF"},
    {SOL_SOCKET, 51, SET | ANY, "SO_ATTACH_REUSEPORT_CBPF"},
    {SOL_SOCKET, 52, SET | ANY, "SO_ATTACH_REUSEPORT_EBPF"},
    {SOL_SOCKET, 53, SET | ANY, "SO_CNX_ADVICE"},
    {SOL_SOCKET, 55, GET | ANY, "SO_MEMINFO"},
    {SOL_SOCKET, 56, GET | ANY, "SO_INCOMING_NAPI_ID"},
    {SOL_SOCKET, 57, GET | ANY, "SO_COOKIE"},
    {SOL_SOCKET, 60, BOTH | STREAM, "SO_ZEROCOPY"},
    {SOL_SOCKET, 61, BOTH | ANY, "SO_TXTIME"},
    {SOL_SOCKET, 63, BOTH | ANY, "SO_TIMESTAMP_NEW"},
    {SOL_SOCKET, 64, BOTH | ANY, "SO_TIMESTAMPNS_NEW"},
    {SOL_SOCKET, 65, BOTH | ANY, "SO_TIMESTAMPING_NEW"},
    {SOL_SOCKET, 66, BOTH | ANY, "SO_RCVTIMEO_NEW"},
    {SOL_SOCKET, 67, BOTH | ANY, "SO_SNDTIMEO_NEW"},
    {SOL_SOCKET, 68, SET | ANY, "SO_DETACH_REUSEPORT_BPF"},
    {SOL_SOCKET, 69, BOTH | ANY, "SO_PREFER_BUSY_POLL"},
    {SOL_SOCKET, 70, SET | ANY, "SO_BUSY_POLL_BUDGET"},
    {SOL_SOCKET, 71, GET | ANY, "SO_NETNS_COOKIE"},
    {SOL_SOCKET, 72, BOTH | ANY, "SO_BUF_LOCK"},
    {SOL_SOCKET, 73, BOTH | ANY, "SO_RESERVE_MEM"},
    {SOL_SOCKET, 74, BOTH | STREAM, "SO_TXREHASH"},
    {SOL_SOCKET, 75, BOTH | ANY, "SO_RCVMARK"},
    {SOL_SOCKET, 80, SET | DGRAM, "SO_DEVMEM_DONTNEED"},
    {SOL_SOCKET, 82, BOTH | ANY, "SO_RCVPRIORITY"},
    {IPPROTO_IP, 3, GET | ANY, "IP_HDRINCL"},
    {IPPROTO_IP, 4, BOTH | ANY, "IP_OPTIONS"},
    {IPPROTO_IP, 5, BOTH | ANY, "IP_ROUTER_ALERT"},
    {IPPROTO_IP, 6, BOTH | ANY, "IP_RECVOPTS"},
    {IPPROTO_IP, 7, BOTH | ANY, "IP_RETOPTS"},
    {IPPROTO_IP, 9, GET | STREAM, "IP_PKTOPTIONS"},
    {IPPROTO_IP, 16, SET | ANY, "IP_IPSEC_POLICY"},
    {IPPROTO_IP, 17, SET | ANY, "IP_XFRM_POLICY"},
    {IPPROTO_IP, 18, BOTH | ANY, "IP_PASSSEC"},
    {IPPROTO_IP, 21, BOTH | ANY, "IP_MINTTL"},
    {IPPROTO_IP, 22, GET | ANY, "IP_NODEFRAG"},
    {IPPROTO_IP, 23, BOTH | ANY, "IP_CHECKSUM"},
    {IPPROTO_IP, 25, BOTH | ANY, "IP_RECVFRAGSIZE"},
    {IPPROTO_IP, 26, BOTH | ANY, "IP_RECVERR_RFC4884"},
    {IPPROTO_IP, 50, BOTH | ANY, "IP_UNICAST_IF"},
    {IPPROTO_IP, 51, BOTH | ANY, "IP_LOCAL_PORT_RANGE"},
    {IPPROTO_IP, 52, GET | ANY, "IP_PROTOCOL"},
    {IPPROTO_TCP, 14, SET | STREAM, "TCP_MD5SIG"},
    {IPPROTO_TCP, 16, BOTH | STREAM, "TCP_THIN_LINEAR_TIMEOUTS"},
    {IPPROTO_TCP, 17, BOTH | STREAM, "TCP_THIN_DUPACK"},
    {IPPROTO_TCP, 19, GET | STREAM, "TCP_REPAIR"},
    {IPPROTO_TCP, 20, BOTH | STREAM, "TCP_REPAIR_QUEUE"},
    {IPPROTO_TCP, 21, BOTH | STREAM, "TCP_QUEUE_SEQ"},
    {IPPROTO_TCP, 22, SET | STREAM, "TCP_REPAIR_OPTIONS"},
    {IPPROTO_TCP, 23, BOTH | STREAM, "TCP_FASTOPEN"},
    {IPPROTO_TCP, 24, BOTH | STREAM, "TCP_TIMESTAMP"},
    {IPPROTO_TCP, 27, BOTH | STREAM, "TCP_SAVE_SYN"},
    {IPPROTO_TCP, 28, GET | STREAM, "TCP_SAVED_SYN"},
    {IPPROTO_TCP, 29, BOTH | STREAM, "TCP_REPAIR_WINDOW"},
    {IPPROTO_TCP, 30, BOTH | STREAM, "TCP_FASTOPEN_CONNECT"},
    {IPPROTO_TCP, 31, GET | STREAM, "TCP_ULP"},
    {IPPROTO_TCP, 32, SET | STREAM, "TCP_MD5SIG_EXT"},
    {IPPROTO_TCP, 33, BOTH | STREAM, "TCP_FASTOPEN_KEY"},
    {IPPROTO_TCP, 34, BOTH | STREAM, "TCP_FASTOPEN_NO_COOKIE"},
    {IPPROTO_TCP, 35, GET | STREAM, "TCP_ZEROCOPY_RECEIVE"},
    {IPPROTO_TCP, 37, BOTH | STREAM, "TCP_TX_DELAY"},
    {IPPROTO_TCP, 38, SET | STREAM, "TCP_AO_ADD_KEY"},
    {IPPROTO_TCP, 39, SET | STREAM, "TCP_AO_DEL_KEY"},
    {IPPROTO_TCP, 40, BOTH | STREAM, "TCP_AO_INFO"},
    {IPPROTO_TCP, 41, GET | STREAM, "TCP_AO_GET_KEYS"},
    {IPPROTO_TCP, 42, BOTH | STREAM, "TCP_AO_REPAIR"},
    {IPPROTO_TCP, 43, GET | STREAM, "TCP_IS_MPTCP"},
    {IPPROTO_TCP, 44, BOTH | STREAM, "TCP_RTO_MAX_MS"},
    {IPPROTO_TCP, 45, BOTH | STREAM, "TCP_RTO_MIN_US"},
    {IPPROTO_TCP, 46, BOTH | STREAM, "TCP_DELACK_MAX_US"},
    {IPPROTO_UDP, 100, SET | DGRAM, "UDP_ENCAP"},
    {IPPROTO_UDP, 101, BOTH | DGRAM, "UDP_NO_CHECK6_TX"},
    {IPPROTO_UDP, 102, BOTH | DGRAM, "UDP_NO_CHECK6_RX"},
    {IPPROTO_IPV6, 1, BOTH | ANY, "IPV6_ADDRFORM"},
    {IPPROTO_IPV6, 2, BOTH | ANY, "IPV6_2292PKTINFO"},
    {IPPROTO_IPV6, 3, BOTH | ANY, "IPV6_2292HOPOPTS"},
    {IPPROTO_IPV6, 4, BOTH | ANY, "IPV6_2292DSTOPTS"},
    {IPPROTO_IPV6, 5, BOTH | ANY, "IPV6_2292RTHDR"},
    {IPPROTO_IPV6, 6, BOTH | STREAM, "IPV6_2292PKTOPTIONS"},
    {IPPROTO_IPV6, 6, SET | DGRAM, "IPV6_2292PKTOPTIONS"},
    {IPPROTO_IPV6, 8, BOTH | ANY, "IPV6_2292HOPLIMIT"},
    {IPPROTO_IPV6, 11, BOTH | ANY, "IPV6_FLOWINFO"},
    {IPPROTO_IPV6, 22, GET | ANY, "IPV6_ROUTER_ALERT"},
    {IPPROTO_IPV6, 27, SET | ANY, "IPV6_JOIN_ANYCAST"},
    {IPPROTO_IPV6, 28, SET | ANY, "IPV6_LEAVE_ANYCAST"},
    {IPPROTO_IPV6, 30, BOTH | ANY, "IPV6_ROUTER_ALERT_ISOLATE"},
    {IPPROTO_IPV6, 31, BOTH | ANY, "IPV6_RECVERR_RFC4884"},
    {IPPROTO_IPV6, 32, BOTH | ANY, "IPV6_FLOWLABEL_MGR"},
    {IPPROTO_IPV6, 33, BOTH | ANY, "IPV6_FLOWINFO_SEND"},
    {IPPROTO_IPV6, 34, SET | ANY, "IPV6_IPSEC_POLICY"},
    {IPPROTO_IPV6, 35, SET | ANY, "IPV6_XFRM_POLICY"},
    {IPPROTO_IPV6, 50, SET | ANY, "IPV6_PKTINFO"},
    {IPPROTO_IPV6, 53, BOTH | ANY, "IPV6_RECVHOPOPTS"},
    {IPPROTO_IPV6, 54, BOTH | ANY, "IPV6_HOPOPTS"},
    {IPPROTO_IPV6, 55, BOTH | ANY, "IPV6_RTHDRDSTOPTS"},
    {IPPROTO_IPV6, 56, BOTH | ANY, "IPV6_RECVRTHDR"},
    {IPPROTO_IPV6, 57, BOTH | ANY, "IPV6_RTHDR"},
    {IPPROTO_IPV6, 58, BOTH | ANY, "IPV6_RECVDSTOPTS"},
    {IPPROTO_IPV6, 59, BOTH | ANY, "IPV6_DSTOPTS"},
    {IPPROTO_IPV6, 60, BOTH | ANY, "IPV6_RECVPATHMTU"},
    {IPPROTO_IPV6, 61, GET | ANY, "IPV6_PATHMTU"},
    {IPPROTO_IPV6, 70, BOTH | ANY, "IPV6_AUTOFLOWLABEL"},
    {IPPROTO_IPV6, 72, BOTH | ANY, "IPV6_ADDR_PREFERENCES"},
    {IPPROTO_IPV6, 73, BOTH | ANY, "IPV6_MINHOPCOUNT"},
    {IPPROTO_IPV6, 74, BOTH | ANY, "IPV6_RECVORIGDSTADDR"},
    {IPPROTO_IPV6, 76, BOTH | ANY, "IPV6_UNICAST_IF"},
    {IPPROTO_IPV6, 77, BOTH | ANY, "IPV6_RECVFRAGSIZE"},
};

void
missing_report(struct sockrecs *recs, const char *name)
{
	enum { NAMES = sizeof recs->missing.names / sizeof recs->missing.names[0] };

	if (recs->config->quiet)
		return;
	for (unsigned i = 0; i < recs->missing.n; i++)
		if (strncmp(recs->missing.names[i], name, sizeof recs->missing.names[i] - 1) == 0)
			return;
	if (recs->missing.n > NAMES)
		return;
	if (recs->missing.n++ == NAMES) {
		fprintf(stderr, "leat: further features that are not supported are not reported\n");
		return;
	}
	snprintf(recs->missing.names[recs->missing.n - 1], sizeof recs->missing.names[0], "%s", name);
	fprintf(
	    stderr, "leat: %s: not supported; the program gets the error of a kernel that lacks it\n", name);
}

const char *
missing_option_name(const struct sockrec *r, int level, int name, bool set)
{
	unsigned kind = r->kind == SOCKREC_STREAM ? STREAM : DGRAM;

	if ((level == IPPROTO_IPV6 && !r->v6) || (level == IPPROTO_UDP && r->kind != SOCKREC_DGRAM))
		return NULL;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		if (rows[i].level == level && rows[i].name == name && (rows[i].on & kind) &&
		    (rows[i].on & (set ? SET : GET)))
			return rows[i].text;
	return NULL;
}

void
missing_option(const struct sockrec *r, int level, int name, bool set)
{
	const char *option = missing_option_name(r, level, name, set);
	char text[sizeof r->recs->missing.names[0]];

	if (!option)
		return;
	snprintf(text, sizeof text, "socket option %s", option);
	missing_report(r->recs, text);
}
