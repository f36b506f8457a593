"""Where a program inside `leat run` gets another result than on Linux, and why. The CAVEATS of leat(1) sum this up.

Each entry gives both results: Linux's, then Leat's. Results that depend on the AF_UNIX of the kernel under the tests, such as those of urgent
octets, may be anything inside.
"""


class Any:
    """Equals any value."""
    def __eq__(self, other):
        return True

    def __hash__(self):
        return 0


UNCONNECTED = "on a stream without a connection, the proxy socket answers read(2), write(2), recv(2) and send(2), and AF_UNIX has other errors"
BROKEN = "on a broken connection, the proxy socket answers write(2) and send(2): EPIPE at once, and SO_ERROR reports the error of the connection later"
FAILED_CONNECT = "read(2) after a failed connect(2) fails with ECONNRESET"
SHUT_RD = "data that arrives after shutdown(SHUT_RD) is discarded"
LISTENER = "poll(2) of a listener after shutdown(2) reports what it reports for a stream"
CONNECTING = "poll(2) in another thread, while connect(2) waits, sees a socket that is not connected"
ENDED_CONNECT = "poll(2) after shutdown(2) ended a non-blocking connect(2) reports what it reports after a failed one"
LOWAT = "a non-blocking socket does not see octets below SO_RCVLOWAT, and poll(2) ignores SO_RCVLOWAT of a blocking socket"
URGENT = "AF_UNIX carries the urgent octet to the program: it counts as unread, and a second one does not replace the first"
LACKING = "for what Leat lacks, the result is that of a kernel without it"
DATAGRAMS = "the proxy socket answers send(2), recv(2), read(2) and write(2): a missing peer is reported by the next call, and every error is ECONNRESET"
LOOPBACK = "the MTU of Leat's loopback is 65535, and 127.255.255.255 is an ordinary address of it"
HOPS = "a hop limit of 0, with which no packet could leave, means the default"

INEXACT = {
    "same_connects": {
        UNCONNECTED: {
            "refused/ipv4 recv": ("ENOTCONN", "EINVAL"),
            "refused/ipv4 send": ("EPIPE", "ENOTCONN"),
            "refused/ipv6 recv": ("ENOTCONN", "EINVAL"),
            "refused/ipv6 send": ("EPIPE", "ENOTCONN"),
        },
        BROKEN: {
            "refused_later/send/send": ("ECONNREFUSED", "EPIPE"),
            "refused_later/send/then": ("IN|OUT|HUP|RDHUP 0 CLOSE 127.0.0.1", "IN|OUT|ERR|HUP|RDHUP ECONNREFUSED CLOSE 127.0.0.1"),
            "refused_later/send error/send": ("ECONNREFUSED", "EPIPE"),
            "refused_later/send error/error": ("0", "ECONNREFUSED"),
        },
        FAILED_CONNECT: {
            "refused_later/recv/recv": ("ECONNREFUSED", "ECONNRESET"),
            "refused_later/recv error/recv": ("ECONNREFUSED", "ECONNRESET"),
            "refused_later/recv connect/recv": ("ECONNREFUSED", "ECONNRESET"),
        },
        LISTENER: {
            "listener_ends/RD poll": ("OUT|HUP 0 True IN|OUT|ERR|HUP|RDHUP", "IN|HUP|RDHUP 0 True IN|OUT|ERR|HUP|RDHUP"),
            "listener_ends/RDWR poll": ("OUT|HUP 0 True IN|OUT|ERR|HUP|RDHUP", "IN|HUP|RDHUP 0 True IN|OUT|ERR|HUP|RDHUP"),
        },
    },
    "same_datagrams": {
        DATAGRAMS: {
            "sending_natively_unconnected v4": ("send EDESTADDRREQ", "send 1"),
            "sending_natively_unconnected v4 #2": ("afterwards 0 OUT", "afterwards EDESTADDRREQ OUT"),
            "sending_natively_unconnected v6": ("send EDESTADDRREQ", "send 1"),
            "sending_natively_unconnected v6 #2": ("afterwards 0 OUT", "afterwards EDESTADDRREQ OUT"),
            "refused_natively v4": ("recv ECONNREFUSED bits OUT", "recv ECONNRESET bits OUT"),
            "refused_natively v4 #2": ("send ECONNREFUSED", "send ECONNRESET"),
            "zero_copies v4 #9": ("natively meanwhile 5 5 [(0, b'', [(0, 11, 0, 5, 0, 1, 5, 5, b'')], 8192, None)]",
                                  "natively meanwhile ECONNRESET 5 [(0, b'', [(0, 11, 0, 5, 0, 1, 5, 5, b'')], 8192, None)]"),
            "zero_copies v6 #9": ("natively meanwhile 5 5 [(0, b'', [(41, 25, 0, 5, 0, 1, 5, 5, b'')], 8192, None)]",
                                  "natively meanwhile ECONNRESET 5 [(0, b'', [(41, 25, 0, 5, 0, 1, 5, 5, b'')], 8192, None)]"),
            "refused_natively v6": ("recv ECONNREFUSED bits OUT", "recv ECONNRESET bits OUT"),
            "refused_natively v6 #2": ("send ECONNREFUSED", "send ECONNRESET"),
        },
        LOOPBACK: {
            "error_queue_of_sizes v6 #2": (
                "queue (b'', ((41, 25, 44, 'EMSGSIZE', 1, 0, 0, 65536, 0, '::', 0)), 8192, ::1 port B) bits OUT",
                "queue (b'', ((41, 25, 44, 'EMSGSIZE', 1, 0, 0, 65535, 0, '::', 0)), 8192, ::1 port B) bits OUT"),
            "broadcast": ("without EACCES EACCES", "without 1 None"),
        },
        HOPS: {
            "control_messages_v6 #5": ("hops 0 None 0", "hops 0 None 64"),
            "control_messages_v6 #7": ("hops 256 EINVAL 0", "hops 256 EINVAL 64"),
        },
    },
    "same_options": {
        LACKING: {
            "unknown/DONTROUTE": ("0 0 4", "ENOPROTOOPT 0 4"),
            "unknown/ZEROCOPY": ("0 0 4", "ENOPROTOOPT ENOPROTOOPT 16"),
            "unknown/LOCK_FILTER": ("0 0 4", "ENOPROTOOPT ENOPROTOOPT 16"),
            "unknown/COOKIE": ("ENOPROTOOPT 0 8", "ENOPROTOOPT ENOPROTOOPT 16"),
            "unknown/MAX_PACING_RATE": ("0 0 8", "ENOPROTOOPT ENOPROTOOPT 16"),
            "unknown/FASTOPEN": ("0 0 4", "ENOPROTOOPT ENOPROTOOPT 16"),
            "unknown/AUTOFLOWLABEL": ("0 0 4", "ENOPROTOOPT ENOPROTOOPT 16"),
            "unknown/ADDR_PREFERENCES": ("0 0 4", "ENOPROTOOPT ENOPROTOOPT 16"),
        },
        HOPS: {
            "ranges/6 UNICAST_HOPS 0": ("0 0", "0 64"),
        },
    },
    "same_sockets": {
        UNCONNECTED: {
            "listener_io/send": ("EPIPE", "ENOTCONN"),
            "listener_io/send nothing": ("EPIPE", "ENOTCONN"),
            "listener_io/recv": ("ENOTCONN", "EINVAL"),
            "listener_io/read": ("ENOTCONN", "EINVAL"),
            "listener_io/write": ("EPIPE", "ENOTCONN"),
            "listener_io/recv oob": ("ENOTCONN", "EINVAL"),
            "unconnected_io/new send": ("EPIPE", "ENOTCONN"),
            "unconnected_io/new send nothing": ("EPIPE", "ENOTCONN"),
            "unconnected_io/new recv": ("ENOTCONN", "EINVAL"),
            "unconnected_io/new read": ("ENOTCONN", "EINVAL"),
            "unconnected_io/new write": ("EPIPE", "ENOTCONN"),
            "unconnected_io/new recv dontwait": ("ENOTCONN", "EINVAL"),
            "unconnected_io/new recv peek": ("ENOTCONN", "EINVAL"),
            "unconnected_io/bound send": ("EPIPE", "ENOTCONN"),
            "unconnected_io/bound send nothing": ("EPIPE", "ENOTCONN"),
            "unconnected_io/bound recv": ("ENOTCONN", "EINVAL"),
            "unconnected_io/bound read": ("ENOTCONN", "EINVAL"),
            "unconnected_io/bound write": ("EPIPE", "ENOTCONN"),
            "unconnected_io/bound recv dontwait": ("ENOTCONN", "EINVAL"),
            "unconnected_io/bound recv peek": ("ENOTCONN", "EINVAL"),
            "unspecified_peer/send": ("ECONNRESET", "ENOTCONN"),
            "unspecified_peer/recv here": ("ENOTCONN", "EINVAL"),
        },
    },
    "same_streams": {
        UNCONNECTED: {
            "broken_pipe/new send": ("EPIPE 1", "ENOTCONN 0"),
            "broken_pipe/new nosignal": ("EPIPE 0", "ENOTCONN 0"),
            "broken_pipe/new write": ("EPIPE 1", "ENOTCONN 0"),
            "broken_pipe/new writev": ("EPIPE 1", "ENOTCONN 0"),
        },
        BROKEN: {
            "closed/error": ("0 0", "EPIPE 0"),
            "was_reset/write write error/0 write": ("ECONNRESET", "EPIPE"),
            "was_reset/write write error/2 error": ("0", "ECONNRESET"),
            "was_reset/peek read write error/2 write": ("ECONNRESET", "EPIPE"),
            "was_reset/peek read write error/3 error": ("0", "ECONNRESET"),
            "was_reset/read again write/2 write": ("ECONNRESET", "EPIPE"),
            "was_reset/read again write/then": ("IN|OUT|HUP|RDHUP 0 ENOTCONN 127.0.0.1", "IN|OUT|ERR|HUP|RDHUP ECONNRESET ENOTCONN 127.0.0.1"),
            "was_reset/write read read/0 write": ("ECONNRESET", "EPIPE"),
            "was_reset/write read read/2 read": ("b''", "ECONNRESET"),
        },
        SHUT_RD: {
            "half_closed/ipv4 RD arrives": ("IN|OUT|RDHUP b'after' 5", "IN|OUT|RDHUP b'' 0"),
            "half_closed/ipv4 RD last": ("(b'after' b'')", "(b'' b'')"),
            "half_closed/ipv6 RD arrives": ("IN|OUT|RDHUP b'after' 5", "IN|OUT|RDHUP b'' 0"),
            "half_closed/ipv6 RD last": ("(b'after' b'')", "(b'' b'')"),
        },
        LOWAT: {
            "low_water/what is there": ("b'123'", "EAGAIN"),
            "low_water/then urgent": ("OUT", "IN|OUT"),
            "low_water_for_who_may_wait/fewer": ("OUT", "IN|OUT"),
        },
        URGENT: {
            "urgent/poll": ("IN|PRI|OUT 3 0", Any()),
            "urgent/at the mark": ("1 PRI|OUT", Any()),
            "urgent/then": ("1 OUT", Any()),
            "urgent/after": ("(0 b'def' 0)", Any()),
            "urgent_unread/two": ("PRI|OUT 0", Any()),
            "urgent_unread/two rest": ("EAGAIN", Any()),
        },
    },
    "same_waits": {
        CONNECTING: {f"connect_and_shutdown/{how} before": ("waits - SYN_SENT", "waits OUT|HUP SYN_SENT") for how in ("RD", "WR", "RDWR")},
        ENDED_CONNECT: {f"connect_later_and_shutdown/{how} then": ("OUT|ERR|HUP CLOSE ENOTCONN", "IN|OUT|ERR|HUP|RDHUP CLOSE ENOTCONN") for how in ("RD", "WR", "RDWR")},
    },
}
