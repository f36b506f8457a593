"""same_datagrams.py: datagram sockets in small named cases, each of which prints `case: result`.

Ports are replaced by names, so that two systems that behave alike print the same.
"""
import array
import contextlib
import errno
import fcntl
import os
import select
import socket
import struct
import sys
import time
from socket import *

from cases import PATIENCE, selected

SIOCOUTQ, SIOCINQ = 0x5411, 0x541B
IP_PKTINFO, IP_RECVERR, IP_RECVTTL, IP_MTU_DISCOVER, IPV6_MTU_DISCOVER, IPV6_RECVERR = 8, 11, 12, 10, 23, 25
IP_MTU = 14
UDP_SEGMENT, UDP_GRO = 103, 104
V4, V6 = ("v4", AF_INET, "127.0.0.1", IPPROTO_IP, IP_RECVERR), ("v6", AF_INET6, "::1", IPPROTO_IPV6, IPV6_RECVERR)
CASES = []
BITS = [(select.POLLIN, "IN"), (select.POLLPRI, "PRI"), (select.POLLOUT, "OUT"), (select.POLLERR, "ERR"), (select.POLLHUP, "HUP"), (0x2000, "RDHUP")]
names = {}


def case(fn):
    CASES.append((fn.__name__, fn, ()))
    return fn


def both(fn):
    """Adds a case for each address family."""
    for family in V4, V6:
        CASES.append((f"{fn.__name__} {family[0]}", fn, (family,)))
    return fn


def shown(value):
    """Returns a result as text, with ports by name."""
    if isinstance(value, tuple) and len(value) in (2, 4) and isinstance(value[0], str) and isinstance(value[1], int):
        return f"{value[0]} port {names.get(value[1], 'other' if value[1] else 0)}"
    if isinstance(value, tuple):
        return "(" + ", ".join(shown(v) for v in value) + ")"
    return f"{len(value)} octets" if isinstance(value, bytes) and len(value) > 40 else repr(value)


def attempt(fn, *args):
    """Returns what a call returns, or the name of its error."""
    try:
        return shown(fn(*args))
    except TimeoutError:
        return "EAGAIN (time)"
    except OSError as e:
        return errno.errorcode[e.errno]


def made(family, name, bound=True):
    s = socket(family[1], SOCK_DGRAM)
    s.settimeout(PATIENCE)
    if bound:
        s.bind((family[2], 0))
        names[s.getsockname()[1]] = name
    return s


def pair(family, connected=False):
    a, b = made(family, "A"), made(family, "B")
    if connected:
        a.connect(b.getsockname())
        b.connect(a.getsockname())
    return a, b


def closed(family):
    """Returns an address where no socket is bound."""
    with made(family, "closed") as s:
        return s.getsockname()


def bits(mask):
    return "|".join(name for bit, name in BITS if mask & bit) or "none"


def ready(s, seconds=0.0, want=select.POLLIN | select.POLLPRI | select.POLLOUT | 0x2000):
    p = select.poll()
    p.register(s, want)
    got = p.poll(seconds * PATIENCE * 1000)
    return got[0][1] if got else 0


def wait_for(s, bit, seconds=2):
    """Waits until poll(2) reports @bit. Returns all bits that it then reports."""
    end = time.monotonic() + seconds * PATIENCE
    while not ready(s) & bit and time.monotonic() < end:
        time.sleep(0.005)
    return ready(s)


def delivered(family, *senders):
    """Waits until what the sockets have sent to others has been delivered: a later datagram of each arrives elsewhere."""
    with made(family, "elsewhere") as last:
        for s in senders:
            s.sendto(b"", last.getsockname())
            last.recv(1)


def queued(s, request=SIOCINQ):
    n = array.array("i", [0])
    fcntl.ioctl(s, request, n)
    return n[0]


def control(got):
    data, messages, flags, who = got
    return data, tuple((level, kind, bytes(d)) for level, kind, d in messages), flags, who


def say(*results):
    print(f"{say.case}:", *results, flush=True)


@both
def sending_without_a_receiver(f):
    s = made(f, "A", bound=False)
    say("sendto a closed port", attempt(s.sendto, b"x", closed(f)))
    say("bits", bits(ready(s, 0.1)), "error", s.getsockopt(SOL_SOCKET, SO_ERROR))
    say("no port", attempt(s.sendto, b"x", (f[2], 0)))
    say("sendmsg without an address", attempt(s.sendmsg, [b"x"]))
    say("getpeername", attempt(s.getpeername))
    say("unconnected recvfrom does not wait", attempt(lambda: (s.setblocking(False), s.recvfrom(10))[1]))


@both
def sending_natively_unconnected(f):
    s = made(f, "A")
    say("send", attempt(s.send, b"x"))
    wait_for(s, select.POLLERR, 0.1)  # Linux reports none
    say("afterwards", errno.errorcode.get(s.getsockopt(SOL_SOCKET, SO_ERROR), 0), bits(ready(s)))


@both
def bound_names(f):
    s = made(f, "A", bound=False)
    say("unbound", attempt(s.getsockname))
    s.bind((f[2], 0))
    names[s.getsockname()[1]] = "A"
    say("bound", attempt(s.getsockname))
    say("twice", attempt(s.bind, (f[2], 0)))
    t = made(f, "B", bound=False)
    say("taken", attempt(t.bind, s.getsockname()))
    say("not ours", attempt(t.bind, ("192.0.2.77" if f is V4 else "2001:db8::77", 0)))
    say("wildcard beside it", attempt(t.bind, ("0.0.0.0" if f is V4 else "::", s.getsockname()[1])))


@both
def sharing_names(f):
    for option in SO_REUSEADDR, SO_REUSEPORT:
        a, b, c = (made(f, name, bound=False) for name in "ABC")
        a.setsockopt(SOL_SOCKET, option, 1)
        b.setsockopt(SOL_SOCKET, option, 1)
        a.bind((f[2], 0))
        names[a.getsockname()[1]] = "A"
        say(option, "both said so", attempt(b.bind, a.getsockname()), "one did not", attempt(c.bind, a.getsockname()))
        say("shown", a.getsockopt(SOL_SOCKET, option), c.getsockopt(SOL_SOCKET, option))


@both
def sending_and_receiving(f):
    a, b = pair(f)
    say("sent", attempt(a.sendto, b"hello", b.getsockname()), "bits", bits(wait_for(b, select.POLLIN)), "waiting", queued(b))
    say("received", attempt(b.recvfrom, 100), "bits", bits(ready(b)), "waiting", queued(b))
    a.sendto(b"", b.getsockname())
    say("empty", "bits", bits(wait_for(b, select.POLLIN)), "waiting", queued(b), attempt(b.recvfrom, 100))
    a.sendto(b"", b.getsockname())
    a.sendto(b"after", b.getsockname())
    say("natively", attempt(b.recv, 100), attempt(b.recv, 100))
    say("to any", attempt(a.sendto, b"x", ("0.0.0.0" if f is V4 else "::", b.getsockname()[1])), attempt(b.recvfrom, 100))


@both
def cutting_short(f):
    a, b = pair(f)
    to = b.getsockname()
    for _ in range(6):
        a.sendto(b"0123456789", to)
    wait_for(b, select.POLLIN)
    say("recvfrom", attempt(b.recvfrom, 4))
    say("MSG_TRUNC", attempt(b.recvfrom_into, bytearray(4), 4, MSG_TRUNC))
    say("MSG_PEEK", attempt(b.recvfrom, 4, MSG_PEEK), "waiting", queued(b))
    say("MSG_PEEK|MSG_TRUNC", attempt(b.recvfrom_into, bytearray(4), 4, MSG_PEEK | MSG_TRUNC))
    say("recvmsg", attempt(lambda: control(b.recvmsg(4))))
    say("recvmsg MSG_TRUNC", attempt(lambda: control(b.recvmsg_into([bytearray(4)], 0, MSG_TRUNC))))
    say("natively", attempt(b.recv_into, bytearray(4), 4, MSG_TRUNC))
    say("no room", attempt(b.recvfrom, 0))


@both
def sizes(f):
    a, b = pair(f)
    to = b.getsockname()
    most = 65507 if f is V4 else 65527
    for n in 1472, 8000, most:
        say(n, attempt(a.sendto, bytes(n), to), attempt(lambda: len(b.recv(70000))))
    for n in most + 1, 70000, 100000:
        say(n, attempt(a.sendto, bytes(n), to))
    say("sendmsg", attempt(a.sendmsg, [bytes(40000), bytes(40000)], [], 0, to))
    a.connect(to)
    say("connected sendmsg", attempt(a.sendmsg, [bytes(40000), bytes(40000)]))


@both
def sizes_natively(f):
    a, b = pair(f)
    a.connect(b.getsockname())
    for n in 8000, 70000:
        say(n, attempt(a.send, bytes(n)))


@both
def connecting(f):
    a, b, c = *pair(f), made(f, "C")
    say("connect", attempt(a.connect, b.getsockname()), attempt(a.getpeername), attempt(a.getsockname))
    say("send", attempt(a.send, b"one"), attempt(b.recvfrom, 10))
    say("sendto another address", attempt(a.sendto, b"two", c.getsockname()), attempt(c.recvfrom, 10))
    c.sendto(b"not the peer", a.getsockname())
    b.sendto(b"the peer", a.getsockname())
    say("taken", attempt(a.recvfrom, 100))
    delivered(f, b, c)
    say("and nothing else", bits(ready(a)))
    say("connect anew", attempt(a.connect, c.getsockname()), attempt(a.getpeername))
    say("send", attempt(a.send, b"three"), attempt(c.recvfrom, 10))
    b.sendto(b"peer no more", a.getsockname())
    c.sendto(b"the new one", a.getsockname())
    say("taken", attempt(a.recvfrom, 100))
    say("the same again", attempt(a.connect, c.getsockname()), attempt(a.send, b"four"), attempt(c.recvfrom, 10))
    say("port 0", attempt(made(f, "D", False).connect, (f[2], 0)))


@both
def connecting_keeps_what_has_arrived(f):
    a, b, c = *pair(f), made(f, "C")
    b.sendto(b"early", a.getsockname())
    wait_for(a, select.POLLIN)
    a.connect(c.getsockname())
    say(attempt(a.recvfrom, 100))
    c.sendto(b"late", a.getsockname())
    wait_for(a, select.POLLIN)
    a.connect(b.getsockname())
    b.sendto(b"later", a.getsockname())
    say(attempt(a.recvfrom, 100), attempt(a.recvfrom, 100))


def dissolve(s):
    """connect() to AF_UNSPEC, for which Python has no address."""
    import ctypes
    libc = ctypes.CDLL(None, use_errno=True)
    rc = libc.connect(s.fileno(), struct.pack("=H", AF_UNSPEC) + bytes(14), 16)
    if rc:
        raise OSError(ctypes.get_errno(), "connect")
    return rc


@both
def dissolving(f):
    a, b, c = *pair(f), made(f, "C")
    a.connect(b.getsockname())
    b.sendto(b"early", a.getsockname())
    wait_for(a, select.POLLIN)
    say("dissolve", attempt(dissolve, a), attempt(a.getpeername), attempt(a.getsockname))
    say("what had arrived", attempt(a.recvfrom, 10))
    c.sendto(b"anybody", a.getsockname())
    say("taken", attempt(a.recvfrom, 100))
    say("send", attempt(a.sendmsg, [b"x"]))
    say("never connected", attempt(dissolve, b), attempt(b.getsockname))
    d = made(f, "D", bound=False)
    d.connect(b.getsockname())
    say("not bound by hand", attempt(dissolve, d), attempt(d.getsockname))
    say("again", attempt(d.connect, b.getsockname()), attempt(d.send, b"y"), attempt(lambda: b.recv(10)))


@both
def refused(f):
    """The next call reports the error of an earlier datagram, once."""
    to = closed(f)
    a = made(f, "A")
    a.connect(to)
    say("sent", attempt(a.send, b"x"), "bits", bits(wait_for(a, select.POLLERR)))
    say("recvfrom", attempt(a.recvfrom, 10), "bits", bits(ready(a)))
    a.sendmsg([b"x"])
    wait_for(a, select.POLLERR)
    say("recvmsg", attempt(a.recvmsg, 10), "bits", bits(ready(a)))
    a.sendmsg([b"x"])
    wait_for(a, select.POLLERR)
    say("sendmsg", attempt(a.sendmsg, [b"y"]), attempt(a.sendmsg, [b"z"]))
    wait_for(a, select.POLLERR)
    say("SO_ERROR", a.getsockopt(SOL_SOCKET, SO_ERROR), a.getsockopt(SOL_SOCKET, SO_ERROR), "bits", bits(ready(a)))
    a.send(b"x")
    say("waiting recvfrom", attempt(a.recvfrom, 10))
    b = made(f, "B")
    a.connect(b.getsockname())
    say("and another address", attempt(a.send, b"fine"), attempt(b.recvfrom, 10))


@both
def refused_natively(f):
    a = made(f, "A")
    a.connect(closed(f))
    a.send(b"x")
    say("recv", attempt(a.recv, 10), "bits", bits(ready(a)))
    a.send(b"x")
    wait_for(a, select.POLLERR)
    say("send", attempt(a.send, b"y"))


def bound_to(family, address, name):
    s = socket(family[1], SOCK_DGRAM)
    s.settimeout(2 * PATIENCE)
    s.bind(address)
    names[address[1]] = name
    return s


def refusal(s):
    """Returns the next error, and whether it came at once, as for a peer that was closed."""
    began = time.monotonic()
    wait_for(s, select.POLLERR)
    error = s.getsockopt(SOL_SOCKET, SO_ERROR)
    return errno.errorcode.get(error, error), time.monotonic() - began < 0.3 * PATIENCE


@both
def a_server_that_comes_and_goes(f):
    """A client that connected before the server existed reaches it, and each server that takes its place."""
    at, client = closed(f), made(f, "client", bound=False)
    client.connect(at)
    names[client.getsockname()[1]] = "client"
    say("no receiver", attempt(client.send, b"x"), refusal(client))
    for name in "first", "second":
        server = bound_to(f, at[:2], name)
        say(name, attempt(client.send, b"there?"), attempt(server.recvfrom, 10))
        say("answer", attempt(server.sendto, b"yes", client.getsockname()), attempt(client.recvfrom, 10), attempt(client.getpeername))
        server.close()
        say("gone", attempt(client.send, b"x"), refusal(client))
        say("by sendmsg", attempt(client.sendmsg, [b"x"]), refusal(client))


@both
def a_server_that_comes_and_goes_unconnected(f):
    at, client = closed(f), made(f, "client")
    client.setsockopt(f[3], f[4], 1)
    for name in "first", "second":
        say("no receiver", attempt(client.sendto, b"x", at), refusal(client), attempt(lambda: control(client.recvmsg(10, 0, MSG_ERRQUEUE))[3]))
        server = bound_to(f, at[:2], name)
        say(name, attempt(client.sendto, b"there?", at), attempt(server.recvfrom, 10))
        say("answer", attempt(server.sendto, b"yes", client.getsockname()), attempt(client.recvfrom, 10))
        server.close()


@both
def a_server_that_hears_one_client_alone(f):
    """Datagrams of other clients are refused."""
    server, client, other = made(f, "server"), made(f, "client"), made(f, "other")
    server.connect(client.getsockname())
    client.connect(server.getsockname())
    other.connect(server.getsockname())
    say("other", attempt(other.send, b"x"), refusal(other))
    say("client", attempt(client.send, b"y"), attempt(server.recvfrom, 10))


def error_queue(s):
    data, messages, flags, who = s.recvmsg(100, 500, MSG_ERRQUEUE)
    reports = []
    for level, kind, d in messages:
        err, origin, type_, code, _, info, extra = struct.unpack_from("=IBBBBII", d)
        offender = inet_ntop(AF_INET, d[20:24]) if level == IPPROTO_IP else inet_ntop(AF_INET6, d[24:40])
        reports.append((level, kind, len(d), errno.errorcode.get(err, err), origin, type_, code, info, extra, offender, struct.unpack_from("=H", d, 16)[0]))
    return data, tuple(reports), flags, who


@both
def error_queue_connected(f):
    to = closed(f)
    a = made(f, "A")
    say("before", a.getsockopt(f[3], f[4]), attempt(error_queue, a))
    a.setsockopt(f[3], f[4], 1)
    a.connect(to)
    a.send(b"one")
    say("bits", bits(wait_for(a, select.POLLERR)), "natively nothing else", bits(ready(a, 0, 0)))
    say("queue", attempt(error_queue, a))
    say("bits", bits(ready(a)), "error", a.getsockopt(SOL_SOCKET, SO_ERROR), "queue", attempt(error_queue, a))
    a.send(b"two")
    wait_for(a, select.POLLERR)
    say("error first", attempt(a.recvfrom, 10), "bits", bits(ready(a)), attempt(error_queue, a), "bits", bits(ready(a)))
    a.send(b"three")
    wait_for(a, select.POLLERR)
    say("SO_ERROR", a.getsockopt(SOL_SOCKET, SO_ERROR), "bits", bits(ready(a)), attempt(error_queue, a), "bits", bits(ready(a)))


@both
def error_queue_unconnected(f):
    to, other = closed(f), made(f, "B")
    a = made(f, "A")
    a.setsockopt(f[3], f[4], 1)
    other.sendto(b"early", a.getsockname())
    wait_for(a, select.POLLIN)
    a.sendto(b"one", to)
    say("bits", bits(wait_for(a, select.POLLERR)))
    say("sendto", attempt(a.sendto, b"two", to))
    say("sendto again", attempt(a.sendto, b"three", to))
    time.sleep(0.1 * PATIENCE)
    say("recvfrom", attempt(a.recvfrom, 10), attempt(a.recvfrom, 10))
    say(attempt(error_queue, a))
    say("bits", bits(ready(a)))
    say(attempt(error_queue, a))
    say("bits", bits(ready(a)), attempt(error_queue, a))
    other.sendto(b"late", a.getsockname())
    say("then", attempt(a.recvfrom, 10), attempt(a.sendto, b"x", other.getsockname()), attempt(other.recvfrom, 10))


@both
def error_queue_order(f):
    """When an error is read from the queue, the error after it becomes the pending one."""
    to = closed(f)
    a = made(f, "A")
    a.setsockopt(f[3], f[4], 1)
    for data in b"1", b"2", b"3":
        attempt(a.sendto, data, to)
        end = time.monotonic() + 2 * PATIENCE
        while not a.getsockopt(SOL_SOCKET, SO_ERROR) and time.monotonic() < end:
            time.sleep(0.005)
    say("first", attempt(error_queue, a), "pending", a.getsockopt(SOL_SOCKET, SO_ERROR))
    say("no room", attempt(lambda: control(a.recvmsg(0, 0, MSG_ERRQUEUE))))
    say("third peeked", attempt(lambda: control(a.recvmsg(10, 0, MSG_ERRQUEUE | MSG_PEEK))), attempt(error_queue, a))


@both
def error_queue_of_sizes(f):
    a, b = pair(f)
    a.setsockopt(f[3], f[4], 1)
    a.setsockopt(f[3], IP_MTU_DISCOVER if f is V4 else IPV6_MTU_DISCOVER, 2)
    say("too long", attempt(a.sendto, bytes(65600), b.getsockname()))
    say("queue", attempt(error_queue, a), "bits", bits(ready(a)))


@case
def an_mtu_of_ones_own():
    """IPV6_MTU bounds the size of an unfragmented datagram; reading the option returns another value."""
    a, b = pair(V6)
    a.setsockopt(IPPROTO_IPV6, IPV6_RECVERR, 1)
    for value in 1279, 1280, 9000, 0:
        say(value, attempt(a.setsockopt, IPPROTO_IPV6, 24, value), attempt(a.getsockopt, IPPROTO_IPV6, 24))
    for discover in 0, 1, 2, 3:
        a.setsockopt(IPPROTO_IPV6, 24, 1300)
        a.setsockopt(IPPROTO_IPV6, IPV6_MTU_DISCOVER, discover)
        for size in 1252, 1253, 5000:
            sent = attempt(a.sendto, bytes(size), b.getsockname())
            say(discover, size, sent, attempt(lambda: error_queue(a)) if sent == "EMSGSIZE" else "")
    for received in range(8):
        say("received", attempt(lambda: len(b.recv(9000))))


@both
def shutting(f):
    a, b = pair(f)
    say("unconnected", attempt(a.shutdown, SHUT_RDWR), "bits", bits(ready(a)))
    say("sendto", attempt(a.sendto, b"x", b.getsockname()), "recvfrom", attempt(a.recvfrom, 10))
    say("how", attempt(b.shutdown, 7))
    for how in SHUT_RD, SHUT_WR, SHUT_RDWR:
        a, b = pair(f, connected=True)
        b.send(b"early")
        wait_for(a, select.POLLIN)
        say(how, attempt(a.shutdown, how), "bits", bits(ready(a)))
        say("sendmsg", attempt(a.sendmsg, [b"x"]), "recvfrom", attempt(a.recvfrom, 10))
        if how != SHUT_WR:
            say("end", attempt(a.recvmsg, 10), "bits", bits(ready(a)))
        say("natively", attempt(lambda: a.send(b"x", MSG_NOSIGNAL)))


@both
def urgent(f):
    a, b = pair(f, connected=True)
    say("sendto", attempt(a.sendto, b"x", MSG_OOB, b.getsockname()), "sendmsg", attempt(a.sendmsg, [b"x"], [], MSG_OOB))
    say("send", attempt(a.send, b"x", MSG_OOB))
    b.send(b"data")
    wait_for(a, select.POLLIN)
    say("recvfrom", attempt(a.recvfrom, 10, MSG_OOB), "recvmsg", attempt(lambda: control(a.recvmsg(10, 0, MSG_OOB))))
    say("SO_OOBINLINE", attempt(a.setsockopt, SOL_SOCKET, SO_OOBINLINE, 1))


def mmsg(s, number, parts, flags=0, room=100):
    """sendmmsg (number given as 'send') or recvmmsg."""
    import ctypes
    libc = ctypes.CDLL(None, use_errno=True)

    class Iovec(ctypes.Structure):
        _fields_ = [("base", ctypes.c_void_p), ("len", ctypes.c_size_t)]

    class Msghdr(ctypes.Structure):
        _fields_ = [("name", ctypes.c_void_p), ("namelen", ctypes.c_uint), ("iov", ctypes.POINTER(Iovec)), ("iovlen", ctypes.c_size_t),
                    ("control", ctypes.c_void_p), ("controllen", ctypes.c_size_t), ("flags", ctypes.c_int)]

    class Mmsghdr(ctypes.Structure):
        _fields_ = [("h", Msghdr), ("len", ctypes.c_uint)]

    n = len(parts)
    buffers = [ctypes.create_string_buffer(p, max(len(p), 1)) for p in parts]
    vectors = [Iovec(ctypes.addressof(b), len(p)) for b, p in zip(buffers, parts)]
    headers = (Mmsghdr * n)(*[Mmsghdr(Msghdr(None, 0, ctypes.pointer(v), 1, None, 0, 0)) for v in vectors])
    rc = libc.sendmmsg(s.fileno(), headers, n, flags) if number == "send" else libc.recvmmsg(s.fileno(), headers, n, flags, None)
    if rc < 0:
        raise OSError(ctypes.get_errno(), number)
    return rc, tuple(h.len for h in headers[:rc]), tuple(h.h.flags for h in headers[:rc]), tuple(b.raw[:h.len] for b, h in zip(buffers[:rc], headers))


@both
def many_at_once(f):
    a, b = pair(f, connected=True)
    say("sent", attempt(lambda: mmsg(a, "send", [b"one", b"", b"three"])[:2]))
    delivered(f, a)
    say("received", attempt(mmsg, b, "recv", [bytes(10), bytes(10), bytes(2), bytes(10)], MSG_DONTWAIT))
    say("nothing", attempt(mmsg, b, "recv", [bytes(10)], MSG_DONTWAIT))
    say("one too long", attempt(lambda: mmsg(a, "send", [b"one", bytes(70000), b"three"])[:2]))
    say("only that", attempt(lambda: mmsg(a, "send", [bytes(70000)])[:2]))
    say("none", attempt(lambda: mmsg(a, "send", [])[0]))
    a.send(b"wait for one")
    say("wait for one", attempt(mmsg, b, "recv", [bytes(10), bytes(10)], 0x10000))


@case
def control_messages_v4():
    a, b = pair(V4)
    for option in IP_PKTINFO, IP_RECVTTL, IP_RECVTOS:
        b.setsockopt(IPPROTO_IP, option, 1)
        say(option, b.getsockopt(IPPROTO_IP, option))
    a.setsockopt(IPPROTO_IP, IP_TTL, 7)
    a.setsockopt(IPPROTO_IP, IP_TOS, 0x28)
    a.sendto(b"x", b.getsockname())
    wait_for(b, select.POLLIN)
    say(attempt(lambda: control(b.recvmsg(10, 200))))
    for value in 0, 256, -1, -2:
        say("TTL", value, attempt(a.setsockopt, IPPROTO_IP, IP_TTL, value), a.getsockopt(IPPROTO_IP, IP_TTL))
        say("TOS", value, attempt(a.setsockopt, IPPROTO_IP, IP_TOS, value), a.getsockopt(IPPROTO_IP, IP_TOS))


@case
def control_messages_v6():
    a, b = pair(V6)
    for option in IPV6_RECVPKTINFO, IPV6_RECVHOPLIMIT, IPV6_RECVTCLASS:
        b.setsockopt(IPPROTO_IPV6, option, 1)
        say(option, b.getsockopt(IPPROTO_IPV6, option))
    a.setsockopt(IPPROTO_IPV6, IPV6_UNICAST_HOPS, 7)
    a.setsockopt(IPPROTO_IPV6, IPV6_TCLASS, 0x28)
    a.sendto(b"x", b.getsockname())
    wait_for(b, select.POLLIN)
    say(attempt(lambda: control(b.recvmsg(10, 200))))
    for value in 0, 256, -1, -2:
        say("hops", value, attempt(a.setsockopt, IPPROTO_IPV6, IPV6_UNICAST_HOPS, value), a.getsockopt(IPPROTO_IPV6, IPV6_UNICAST_HOPS))
        say("class", value, attempt(a.setsockopt, IPPROTO_IPV6, IPV6_TCLASS, value), a.getsockopt(IPPROTO_IPV6, IPV6_TCLASS))


@both
def options_by_default(f):
    s = made(f, "A", bound=False)
    for name in ("SO_TYPE", "SO_DOMAIN", "SO_PROTOCOL", "SO_BROADCAST", "SO_REUSEADDR", "SO_REUSEPORT", "SO_RCVBUF", "SO_SNDBUF", "SO_RCVLOWAT",
                 "SO_SNDLOWAT", "SO_ERROR", "SO_ACCEPTCONN", "SO_KEEPALIVE", "SO_PRIORITY", "SO_DONTROUTE", "SO_OOBINLINE"):
        say(name, attempt(s.getsockopt, SOL_SOCKET, getattr(socket_module, name)))
    for name in range(1, 50):
        if f is V4 and name in (1, 2, 8, 10, 11, 12, 13, 14, 15, 19, 20, 32, 33, 34, 49):
            say("IP", name, attempt(s.getsockopt, IPPROTO_IP, name))
    for name in (16, 17, 18, 19, 23, 24, 25, 26, 29, 49, 51, 62, 66, 67) if f is V6 else ():
        say("IPV6", name, attempt(s.getsockopt, IPPROTO_IPV6, name))
    for name in 1, 100, UDP_SEGMENT, UDP_GRO:
        say("UDP", name, attempt(s.getsockopt, IPPROTO_UDP, name))


@both
def buffers(f):
    s = made(f, "A")
    for option in SO_SNDBUF, SO_RCVBUF:
        for value in 0, 1, 5000, 100000:
            say(option, value, attempt(s.setsockopt, SOL_SOCKET, option, value), s.getsockopt(SOL_SOCKET, option))


@both
def a_full_receive_buffer_drops(f):
    a, b = pair(f)
    b.setsockopt(SOL_SOCKET, SO_RCVBUF, 5000)
    for _ in range(200):
        a.sendto(bytes(1000), b.getsockname())
    delivered(f, a)
    got = 0
    b.setblocking(False)
    while True:
        try:
            b.recvfrom(2000)
            got += 1
        except BlockingIOError:
            break
    say("some, not all", 1 <= got < 50)


@both
def many_small_ones(f):
    a, b = pair(f)
    for i in range(100):
        a.sendto(b"%d" % i, b.getsockname())
    say([int(b.recv(10)) for _ in range(100)] == list(range(100)))


def drained(receive):
    """Returns how many datagrams a non-blocking program receives."""
    n = 0
    with contextlib.suppress(BlockingIOError):
        while True:
            receive()
            n += 1
    return n


@both
def a_drain_that_does_not_wait(f):
    """Receiving until EAGAIN gets all datagrams that have arrived, with every call, connected or not."""
    for connected in False, True:
        a, b = pair(f, connected)
        b.setblocking(False)
        for how, receive in (("recv", lambda: b.recv(10)), ("read", lambda: os.read(b.fileno(), 10)), ("recvfrom", lambda: b.recvfrom(10)),
                             ("recvmsg", lambda: b.recvmsg(10))):
            for i in range(200):
                a.sendto(b"%d" % i, b.getsockname()) if not connected else a.send(b"%d" % i)
            delivered(f, a)
            say(connected, how, bits(ready(b)), queued(b), drained(receive), bits(ready(b)))


@both
def whose_each_is(f):
    """recvfrom() returns the source of its datagram, although the kernel answers other calls in between."""
    server, clients = made(f, "server"), [made(f, f"client {i}") for i in range(3)]
    for i in range(30):
        clients[i % 3].sendto(b"%d" % i, server.getsockname())
    delivered(f, *clients)
    say([(server.recv(10), attempt(server.recvfrom, 10, MSG_PEEK), attempt(server.recvmsg, 10)) for _ in range(15)])


@both
def whose_each_is_when_the_peer_changes(f):
    server, first, second = made(f, "server"), made(f, "first"), made(f, "second")
    first.sendto(b"before", server.getsockname())
    delivered(f, first)
    server.connect(first.getsockname())
    first.sendto(b"connected", server.getsockname())
    second.sendto(b"not heard", server.getsockname())
    delivered(f, first, second)
    server.connect(second.getsockname())
    second.sendto(b"now", server.getsockname())
    delivered(f, second)
    dissolve(server)
    first.sendto(b"after", server.getsockname())
    say([attempt(server.recvfrom, 20) for _ in range(5)])


@both
def longer_than_the_receive_buffer(f):
    a, b = pair(f)
    b.setsockopt(SOL_SOCKET, SO_RCVBUF, 0)
    say(attempt(a.sendto, bytes(9000), b.getsockname()), attempt(lambda: len(b.recv(10000))))
    say(attempt(a.sendto, b"short", b.getsockname()), attempt(b.recv, 10))


@both
def queues(f):
    a, b = pair(f)
    say("out", queued(a, SIOCOUTQ))
    a.sendto(b"12345", b.getsockname())
    a.sendto(b"123", b.getsockname())
    wait_for(b, select.POLLIN)
    say("in", queued(b), attempt(b.recvfrom, 10), queued(b), attempt(b.recvfrom, 10), queued(b))
    say("out", queued(a, SIOCOUTQ))


@both
def segments(f):
    a, b = pair(f)
    say("UDP_SEGMENT", attempt(a.setsockopt, IPPROTO_UDP, UDP_SEGMENT, 4), attempt(a.getsockopt, IPPROTO_UDP, UDP_SEGMENT))
    say("sent", attempt(a.sendto, b"0123456789", b.getsockname()), [attempt(b.recv, 20) for _ in range(3)])
    say("bad", attempt(a.setsockopt, IPPROTO_UDP, UDP_SEGMENT, -1), attempt(a.setsockopt, IPPROTO_UDP, UDP_SEGMENT, 65536))
    say("short", [attempt(a.setsockopt, IPPROTO_UDP, name, bytes(n)) for name in (1, UDP_SEGMENT, UDP_GRO, 77) for n in (0, 1, 3, 4)])
    a.setsockopt(IPPROTO_UDP, UDP_SEGMENT, 0)
    say("by message", attempt(a.sendmsg, [b"abcdef"], [(IPPROTO_UDP, UDP_SEGMENT, struct.pack("H", 2))], 0, b.getsockname()), [attempt(b.recv, 20) for _ in range(3)])
    say("too many", attempt(a.sendmsg, [bytes(1000)], [(IPPROTO_UDP, UDP_SEGMENT, struct.pack("H", 1))], 0, b.getsockname()))
    say("UDP_GRO", attempt(b.setsockopt, IPPROTO_UDP, UDP_GRO, 1), attempt(b.getsockopt, IPPROTO_UDP, UDP_GRO))


@both
def segments_natively(f):
    a, b = pair(f, connected=True)
    a.setsockopt(IPPROTO_UDP, UDP_SEGMENT, 4)
    say("send", attempt(a.send, b"0123456789"), [attempt(b.recv, 20) for _ in range(3)])


@case
def broadcast():
    s = made(V4, "A", bound=False)
    say("without", attempt(s.sendto, b"x", ("127.255.255.255", 9)), attempt(s.connect, ("127.255.255.255", 9)))
    s = made(V4, "A", bound=False)
    s.setsockopt(SOL_SOCKET, SO_BROADCAST, 1)
    say("with", attempt(s.sendto, b"x", ("127.255.255.255", 9)))


@case
def groups_v4():
    a, b = made(V4, "A"), made(V4, "B", bound=False)
    lo = inet_aton("127.0.0.1")
    group = inet_aton("239.1.2.3")
    b.bind(("239.1.2.3", 0))
    names[b.getsockname()[1]] = "B"
    say("bound", attempt(b.getsockname))
    say("join", attempt(b.setsockopt, IPPROTO_IP, IP_ADD_MEMBERSHIP, group + lo), "again", attempt(b.setsockopt, IPPROTO_IP, IP_ADD_MEMBERSHIP, group + lo))
    say("no group", attempt(b.setsockopt, IPPROTO_IP, IP_ADD_MEMBERSHIP, inet_aton("10.1.2.3") + lo))
    say("no such interface", attempt(b.setsockopt, IPPROTO_IP, IP_ADD_MEMBERSHIP, group + inet_aton("192.0.2.9")))
    say("short", attempt(b.setsockopt, IPPROTO_IP, IP_ADD_MEMBERSHIP, group))
    say("interface", attempt(a.setsockopt, IPPROTO_IP, IP_MULTICAST_IF, lo), attempt(lambda: a.getsockopt(IPPROTO_IP, IP_MULTICAST_IF, 4)))
    say("sent", attempt(a.sendto, b"all", b.getsockname()), attempt(b.recvfrom, 10))
    say("TTL", a.getsockopt(IPPROTO_IP, IP_MULTICAST_TTL), attempt(a.setsockopt, IPPROTO_IP, IP_MULTICAST_TTL, 256))
    say("loop", a.getsockopt(IPPROTO_IP, IP_MULTICAST_LOOP))
    say("leave", attempt(b.setsockopt, IPPROTO_IP, IP_DROP_MEMBERSHIP, group + lo), "again", attempt(b.setsockopt, IPPROTO_IP, IP_DROP_MEMBERSHIP, group + lo))


def storage(family, address):
    """struct sockaddr_storage"""
    return struct.pack("=HHI", family, 0, 0 if family == AF_INET6 else struct.unpack("=I", inet_aton(address))[0]) + (
        inet_pton(AF_INET6, address) if family == AF_INET6 else bytes(16)) + bytes(104)


@case
def sources_v4():
    """From which sources of a group datagrams are received: IP_ADD_SOURCE_MEMBERSHIP and similar options, by address and by index."""
    sender, lo = made(V4, "A"), inet_aton("127.0.0.1")
    sender.setsockopt(IPPROTO_IP, IP_MULTICAST_IF, lo)
    here, other = lo, inet_aton("127.0.0.9")
    for name in "239.1.2.4", "10.1.2.3":
        group = inet_aton(name)
        b = made(V4, "B", bound=False)
        b.bind(("0.0.0.0", 0))
        names[b.getsockname()[1]] = "B"
        b.setsockopt(IPPROTO_IP, 49, 0)
        b.settimeout(0.1 * PATIENCE)

        def heard():
            return (attempt(sender.sendto, b"x", (name, b.getsockname()[1])), attempt(b.recv, 10)) if name[0] == "2" else "-"

        def msfilter(mode, *sources, room=None):
            return attempt(b.setsockopt, IPPROTO_IP, 41, group + lo + struct.pack("II", mode, len(sources)) + b"".join(sources)[:room])
        for option, source in ((37, here), (39, other), (39, other), (39, here), (38, here), (40, here), (40, here), (40, other), (40, other), (35, None),
                               (38, here), (38, here), (39, other), (37, other), (37, here), (39, other), (36, None), (38, here)):
            say(name, option, "here" if source == here else "other" if source else "all",
                attempt(b.setsockopt, IPPROTO_IP, option, group + lo + (source or b"")), heard())
        say("unknown", attempt(b.setsockopt, IPPROTO_IP, 39, group + inet_aton("192.0.2.9") + here), "short", attempt(b.setsockopt, IPPROTO_IP, 39, group + lo))
        say("filter", msfilter(1, here), attempt(b.setsockopt, IPPROTO_IP, 35, group + lo), msfilter(1, here), heard(), msfilter(0, here), heard(), msfilter(0), heard(),
            msfilter(2), msfilter(1, *[other] * 11), msfilter(1, *[other] * 3, room=8), msfilter(1, other, here), heard(), msfilter(1), heard(), msfilter(1))
        by_index = struct.pack("I4x", 1) + storage(AF_INET, name)
        for option, source in ((42, None), (42, None), (43, "127.0.0.1"), (44, "127.0.0.1"), (45, None), (46, "127.0.0.1"), (46, "127.0.0.9"), (47, "127.0.0.1"),
                               (47, "127.0.0.9"), (47, "127.0.0.9")):
            say(name, option, source, attempt(b.setsockopt, IPPROTO_IP, option, by_index + (storage(AF_INET, source) if source else b"")), heard())
        say("many", [attempt(b.setsockopt, IPPROTO_IP, 46, by_index + storage(AF_INET, f"127.0.1.{i}")) for i in range(12)])
        say("family", attempt(b.setsockopt, IPPROTO_IP, 46, by_index + storage(AF_INET6, "::1")), attempt(b.setsockopt, IPPROTO_IP, 42, struct.pack("I4x", 1) + storage(AF_INET6, "ff02::1")))


@case
def sources_v6():
    group = "ff05::1:77"
    b = made(V6, "B", bound=False)
    b.bind(("::", 0))
    by_index = struct.pack("I4x", 1) + storage(AF_INET6, group)
    for option, source in ((43, "::1"), (46, "::9"), (46, "::1"), (46, "::1"), (43, "::1"), (47, "::1"), (47, "::9"), (47, "::9"), (42, None), (42, None), (43, "::1"),
                           (43, "::2"), (46, "::1"), (44, "::1"), (44, "::1"), (45, None), (45, None)):
        say(option, source, attempt(b.setsockopt, IPPROTO_IPV6, option, by_index + (storage(AF_INET6, source) if source else b"")))
    say("filter", attempt(b.setsockopt, IPPROTO_IPV6, 42, by_index))
    for mode, sources in (1, ["::1"]), (0, ["::1"]), (0, []), (1, ["::2", "::3"]):
        value = by_index + struct.pack("II", mode, len(sources)) + b"".join(storage(AF_INET6, s) for s in sources)
        say(mode, sources, attempt(b.setsockopt, IPPROTO_IPV6, 48, value))
    say("stream", [attempt(socket(AF_INET6).setsockopt, IPPROTO_IPV6, o, inet_pton(AF_INET6, group) + struct.pack("I", 1)) for o in (20, 21)])


@case
def groups_v6():
    b = made(V6, "B", bound=False)
    group = inet_pton(AF_INET6, "ff02::1:77")
    index = struct.pack("I", if_nametoindex("lo"))
    say("join", attempt(b.setsockopt, IPPROTO_IPV6, IPV6_JOIN_GROUP, group + index), "again", attempt(b.setsockopt, IPPROTO_IPV6, IPV6_JOIN_GROUP, group + index))
    say("no group", attempt(b.setsockopt, IPPROTO_IPV6, IPV6_JOIN_GROUP, inet_pton(AF_INET6, "::1") + index))
    say("no interface", attempt(b.setsockopt, IPPROTO_IPV6, IPV6_JOIN_GROUP, group + struct.pack("I", 99)))
    say("leave", attempt(b.setsockopt, IPPROTO_IPV6, IPV6_LEAVE_GROUP, group + index), "again", attempt(b.setsockopt, IPPROTO_IPV6, IPV6_LEAVE_GROUP, group + index))
    say("hops", b.getsockopt(IPPROTO_IPV6, IPV6_MULTICAST_HOPS), "loop", b.getsockopt(IPPROTO_IPV6, IPV6_MULTICAST_LOOP))


@case
def two_families():
    s = made(V6, "A", bound=False)
    s.setsockopt(IPPROTO_IPV6, IPV6_V6ONLY, 0)
    s.bind(("::", 0))
    names[s.getsockname()[1]] = "A"
    a = made(V4, "B")
    say("IPv4 to it", attempt(a.sendto, b"four", ("127.0.0.1", s.getsockname()[1])), attempt(s.recvfrom, 10))
    say("and back", attempt(s.sendto, b"back", ("::ffff:127.0.0.1", a.getsockname()[1])), attempt(a.recvfrom, 10))
    say("late", attempt(s.setsockopt, IPPROTO_IPV6, IPV6_V6ONLY, 1))
    t = made(V6, "C", bound=False)
    t.setsockopt(IPPROTO_IPV6, IPV6_V6ONLY, 1)
    say("only six", attempt(t.sendto, b"x", ("::ffff:127.0.0.1", a.getsockname()[1])))


def raw_address(s, address):
    import ctypes
    libc = ctypes.CDLL(None, use_errno=True)
    rc = libc.sendto(s.fileno(), b"x", 1, 0, address, len(address))
    if rc < 0:
        raise OSError(ctypes.get_errno(), "sendto")
    return rc


@both
def bad_addresses(f):
    s, b = made(f, "A"), made(f, "B")
    port = struct.pack("!H", b.getsockname()[1])
    whole = struct.pack("=H", f[1]) + port + (inet_aton("127.0.0.1") + bytes(8) if f is V4 else bytes(4) + inet_pton(AF_INET6, "::1") + bytes(4))
    say("whole", attempt(raw_address, s, whole))
    say("short", attempt(raw_address, s, whole[:7]))
    say("other family", attempt(raw_address, s, struct.pack("=H", AF_UNIX) + whole[2:]))
    say("AF_UNSPEC", attempt(raw_address, s, struct.pack("=H", AF_UNSPEC) + whole[2:]))
    say("two octets", attempt(raw_address, s, struct.pack("=H", AF_UNSPEC)))
    s.connect(b.getsockname())
    say("AF_UNSPEC, connected", attempt(raw_address, s, struct.pack("=H", AF_UNSPEC) + whole[2:]))


@both
def streams_calls(f):
    s = made(f, "A")
    s.setblocking(True)
    say("listen", attempt(s.listen, 5), "accept", attempt(s.accept))
    say("TCP_NODELAY", attempt(s.setsockopt, IPPROTO_TCP, TCP_NODELAY, 1), attempt(s.getsockopt, IPPROTO_TCP, TCP_NODELAY))


@both
def waiting(f):
    a, b = pair(f)
    a.setblocking(True)
    a.setsockopt(SOL_SOCKET, SO_RCVTIMEO, struct.pack("ll", 0, 50000))
    say("SO_RCVTIMEO recvfrom", attempt(a.recvfrom, 10), "recv", attempt(a.recv, 10), "recvmsg", attempt(a.recvmsg, 10))
    a.setblocking(False)
    say("at once recvfrom", attempt(a.recvfrom, 10), "recv", attempt(a.recv, 10), "recvmsg", attempt(a.recvmsg, 10))
    say("queue of errors", attempt(a.recvmsg, 10, 100, MSG_ERRQUEUE))


@both
def times(f):
    a, b = pair(f)
    say("SO_TIMESTAMP", attempt(b.setsockopt, SOL_SOCKET, 29, 1), b.getsockopt(SOL_SOCKET, 29))
    a.sendto(b"x", b.getsockname())
    wait_for(b, select.POLLIN)
    data, messages, flags, who = b.recvmsg(10, 200)
    say(data, [(level, kind, len(d), abs(time.time() - struct.unpack("ll", d)[0]) < 10) for level, kind, d in messages], flags)
    b.setsockopt(SOL_SOCKET, 35, 1)
    a.sendto(b"x", b.getsockname())
    wait_for(b, select.POLLIN)
    say("SO_TIMESTAMPNS", [(level, kind, len(d)) for level, kind, d in b.recvmsg(10, 200)[1]], b.getsockopt(SOL_SOCKET, 29), b.getsockopt(SOL_SOCKET, 35))


SO_TIMESTAMPING, SO_ZEROCOPY, MSG_ZEROCOPY = 37, 60, 0x4000000
TX_SOFTWARE, RX_SOFTWARE, SOFTWARE, OPT_ID, TX_SCHED, TSONLY = 2, 8, 16, 128, 256, 2048


def reports(s, n=8):
    """Returns what the error queue reports about sent datagrams. Of a time it says only whether it is about now."""
    wait_for(s, select.POLLERR)
    s.setblocking(False)
    found = []
    for _ in range(n):
        try:
            data, messages, flags, who = s.recvmsg(200, 500, MSG_ERRQUEUE)
        except BlockingIOError:
            break
        parts = []
        for level, kind, value in messages:
            if kind == SO_TIMESTAMPING:
                first = struct.unpack("6q", value)
                parts.append(("time", abs(time.time() - first[0]) < 10, first[2:]))
            else:
                number, origin, of, code, _, info, extra = struct.unpack("IBBBBII", value[:16])
                parts.append((level, kind, errno.errorcode.get(number, number), origin, of, code, info, extra, value[16:].strip(b"\0")))
        found.append((len(data), data[-3:] if data else data, parts, flags, who))
    return found


@both
def times_of_sending(f):
    a, b = pair(f)
    say("get", attempt(a.getsockopt, SOL_SOCKET, SO_TIMESTAMPING, 8))
    for flags in 1 << 30, 1 << 16, 1 << 12, TX_SOFTWARE, TX_SOFTWARE | SOFTWARE, TX_SOFTWARE | TX_SCHED | SOFTWARE | TSONLY | OPT_ID, SOFTWARE | OPT_ID | TSONLY, 0:
        say(flags, attempt(a.setsockopt, SOL_SOCKET, SO_TIMESTAMPING, flags), attempt(a.getsockopt, SOL_SOCKET, SO_TIMESTAMPING, 8))
        a.sendto(b"one", b.getsockname())
        a.sendto(b"two", b.getsockname())
        say("sent", reports(a) if flags & TX_SOFTWARE else "", a.getsockopt(SOL_SOCKET, SO_ERROR), bits(ready(a)))
    a.setsockopt(SOL_SOCKET, SO_TIMESTAMPING, SOFTWARE | OPT_ID | TSONLY)
    for wanted in TX_SOFTWARE, TX_SCHED, SOFTWARE, 1 << 30:
        say("by message", attempt(a.sendmsg, [b"x"], [(SOL_SOCKET, SO_TIMESTAMPING, struct.pack("I", wanted))], 0, b.getsockname()),
            reports(a) if wanted in (TX_SOFTWARE, TX_SCHED) else "")


@both
def times_of_receiving(f):
    a, b = pair(f, connected=True)

    def received():
        a.send(b"x")
        wait_for(b, select.POLLIN)
        return b.recvmsg(10, 200)[1]

    for flags in RX_SOFTWARE, SOFTWARE, RX_SOFTWARE | SOFTWARE:
        b.setsockopt(SOL_SOCKET, SO_TIMESTAMPING, flags)
        messages = received()
        for _ in range(100):  # Linux begins to take timestamps a moment after the option is set
            if messages or flags != RX_SOFTWARE | SOFTWARE:
                break
            time.sleep(0.01)
            messages = received()
        if flags != SOFTWARE:  # otherwise it depends on whether another socket of the machine asks for timestamps
            say(flags, [(level, kind, len(d), abs(time.time() - struct.unpack("6q", d)[0]) < 10) for level, kind, d in messages])


@both
def zero_copies(f):
    """MSG_ZEROCOPY copies the data, and the completion says so."""
    a, b = pair(f, connected=True)
    say("off", a.getsockopt(SOL_SOCKET, SO_ZEROCOPY), attempt(a.send, b"x", MSG_ZEROCOPY))
    say("range", [attempt(a.setsockopt, SOL_SOCKET, SO_ZEROCOPY, v) for v in (2, -1, 1)], a.getsockopt(SOL_SOCKET, SO_ZEROCOPY))
    for _ in range(3):
        say(attempt(a.send, b"one", MSG_ZEROCOPY))
    say(reports(a), bits(ready(a)))
    say(attempt(a.sendmsg, [b"two"], [], MSG_ZEROCOPY), attempt(a.send, b"", MSG_ZEROCOPY), attempt(a.sendto, b"plain", 0, b.getsockname()), reports(a))
    b.setblocking(False)
    say(drained(lambda: b.recv(10)))
    a.send(b"three", MSG_ZEROCOPY)
    say("natively meanwhile", attempt(a.send, b"plain"), attempt(a.send, b"plain"), reports(a))


@both
def path_mtu(f):
    s = made(f, "A")
    level, name = (IPPROTO_IP, IP_MTU) if f is V4 else (IPPROTO_IPV6, 24)
    say("unconnected", attempt(s.getsockopt, level, name))
    discover = IP_MTU_DISCOVER if f is V4 else IPV6_MTU_DISCOVER
    for value in range(7):
        say("discover", value, attempt(s.setsockopt, level, discover, value), s.getsockopt(level, discover))


@both
def in_pieces(f):
    """MSG_MORE and UDP_CORK: several calls make one datagram."""
    def arrives():
        b.settimeout(0.3 * PATIENCE)
        return attempt(b.recv, 100)

    a, b = pair(f)
    to, other = b.getsockname(), made(f, "C")
    for what, last in {"sendto": lambda: a.sendto(b"2", to), "another address": lambda: a.sendto(b"2", other.getsockname()), "sendmsg": lambda: a.sendmsg([b"2"], [], 0, to),
                       "nothing": lambda: a.sendto(b"", to)}.items():
        say(what, attempt(a.sendto, b"1", MSG_MORE, to), arrives(), attempt(last), arrives())
    say("without an address", attempt(a.send, b"1", MSG_MORE))
    say("more sendmsg", attempt(a.sendmsg, [b"1", b"2"], [], MSG_MORE, to), attempt(a.sendmsg, [b"3"], [], MSG_MORE, to), attempt(a.sendto, b"4", to), arrives())
    say("cork", attempt(a.setsockopt, IPPROTO_UDP, 1, 1), a.getsockopt(IPPROTO_UDP, 1))
    say("corked", attempt(a.sendto, b"1", to), attempt(a.sendto, b"2", to), arrives())
    say("uncorked", attempt(a.setsockopt, IPPROTO_UDP, 1, 0), arrives(), a.getsockopt(IPPROTO_UDP, 1))
    say("too much", attempt(a.sendto, bytes(60000), MSG_MORE, to), attempt(a.sendto, bytes(9000), to), arrives(), attempt(a.sendto, b"1", to), arrives())
    a.connect(to)
    for what, last in {"write": lambda: os.write(a.fileno(), b"2"), "send": lambda: a.send(b"2"), "sendmsg": lambda: a.sendmsg([b"2"])}.items():
        say("connected", what, attempt(a.send, b"1", MSG_MORE), attempt(last), arrives())
    a.setsockopt(IPPROTO_UDP, 1, 1)
    os.write(a.fileno(), b"1")
    a.send(b"2")
    say("connected, corked", arrives(), attempt(a.setsockopt, IPPROTO_UDP, 1, 0), arrives())
    say("closed", attempt(a.send, b"1", MSG_MORE), a.close(), arrives())


socket_module = sys.modules["socket"]
for name, fn, args in selected(CASES, lambda c: c[1].__name__):
    say.case = name
    try:
        fn(*args)
    except OSError as e:
        print(f"{name}: stopped by {errno.errorcode[e.errno]}", flush=True)
