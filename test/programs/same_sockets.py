"""What socket(2), bind(2), connect(2), listen(2), accept(2), shutdown(2) and getsockname(2) return for valid and invalid arguments."""
import ctypes
import fcntl
import os
import socket
import stat
import struct
from socket import AF_INET, AF_INET6, AF_UNSPEC, SHUT_RD, SHUT_RDWR, SHUT_WR, SOCK_CLOEXEC, SOCK_DGRAM, SOCK_NONBLOCK, SOCK_STREAM

from cases import bits, case, run, result_of, settled, so_error, system

BOTH = {"4": AF_INET, "6": AF_INET6}
POINTER = ctypes.c_void_p


def raw_socket(*args):
    got = system("socket", *args)
    if isinstance(got, int):
        os.close(got)
        return "made"
    return got


@case
def make(c):
    for v, family in BOTH.items():
        for kind in (-1, 0, SOCK_STREAM, SOCK_DGRAM, 3, 4, 7, 9, 10, 11, 15, 16, 0x100, SOCK_STREAM | 0x10, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK):
            c.say(f"ipv{v} type {kind:#x}", raw_socket(family, kind, 0))
        for kind in (SOCK_STREAM, SOCK_DGRAM, 3):
            for protocol in (-1, 2, 6, 17, 41, 255, 256, 1000, 1 << 20):
                c.say(f"ipv{v} type {kind} protocol {protocol}", raw_socket(family, kind, protocol))
    for family in (-1, 0, 46, 47, 100, 1 << 16):
        c.say(f"family {family}", raw_socket(family, SOCK_STREAM, 0))
    two = (ctypes.c_int * 2)()
    c.say("socketpair", system("socketpair", AF_INET, SOCK_STREAM, 0, two))


@case
def descriptor(c):
    for name, flags in ("plain", 0), ("nonblock", SOCK_NONBLOCK), ("cloexec", SOCK_CLOEXEC), ("both", SOCK_NONBLOCK | SOCK_CLOEXEC):
        fd = system("socket", AF_INET, SOCK_STREAM | flags, 0)
        c.say(name, oct(fcntl.fcntl(fd, fcntl.F_GETFL)), fcntl.fcntl(fd, fcntl.F_GETFD), stat.S_ISSOCK(os.fstat(fd).st_mode))
        os.close(fd)
    s = c.new()
    c.call("lseek", os.lseek, s.fileno(), 0, os.SEEK_CUR)
    c.say("link", os.readlink(f"/proc/self/fd/{s.fileno()}").split("[")[0])
    c.call("pread", os.pread, s.fileno(), 1, 0)
    c.call("ftruncate", os.ftruncate, s.fileno(), 0)
    for name in ("bind", "connect"):
        c.say(f"{name} of a closed one", system(name, 999, POINTER(0), 0))
        with open("/dev/null") as f:
            c.say(f"{name} of a file", system(name, f.fileno(), struct.pack("HH12x", AF_INET, 0), 16))
    with open("/dev/null") as f:
        c.say("listen of a file", system("listen", f.fileno(), 1))
        c.say("shutdown of a file", system("shutdown", f.fileno(), 1))
        c.say("getsockname of a file", system("getsockname", f.fileno(), POINTER(0), POINTER(0)))


@case
def names(c):
    for v, family in BOTH.items():
        for state in ("new", "bound", "listening", "connected"):
            s = {"new": c.new, "bound": c.bound, "listening": c.listener, "connected": lambda f: c.pair(f)[0]}[state](family)
            c.call(f"ipv{v} {state} getsockname", s.getsockname)
            c.call(f"ipv{v} {state} getpeername", s.getpeername)
            if state == "new":
                s.listen()
                c.say(f"ipv{v} listening unbound", s.getsockname())


@case
def name_lengths(c):
    s, _ = c.pair()
    s6, _ = c.pair(AF_INET6)
    for call in ("getsockname", "getpeername"):
        for length in (-1, 0, 1, 2, 5, 15, 16, 17, 28, 128, 1000):
            room = ctypes.create_string_buffer(b"\xee" * 1000, 1000)
            n = ctypes.c_int(length)
            rc = system(call, s.fileno(), room, ctypes.byref(n))
            c.say(f"{call} {length}", rc, n.value, room.raw[:2].hex(), room.raw[4:16].hex(), room.raw[16:20].hex())
        n = ctypes.c_int(28)
        room = ctypes.create_string_buffer(b"\xee" * 30, 30)
        c.say(f"{call} ipv6", system(call, s6.fileno(), room, ctypes.byref(n)), n.value, room.raw[:2].hex(), room.raw[4:28].hex(), room.raw[28:].hex())
        n = ctypes.c_int(16)
        c.say(f"{call} nowhere", system(call, s.fileno(), POINTER(0), ctypes.byref(n)))
        c.say(f"{call} without length", system(call, s.fileno(), room, POINTER(0)))


def address(family, port=0, host=None):
    if family == AF_INET:
        return struct.pack("=H", AF_INET) + struct.pack("!H", port) + socket.inet_aton(host or "127.0.0.1") + bytes(112)
    return struct.pack("=H", AF_INET6) + struct.pack("!H", port) + bytes(4) + socket.inet_pton(AF_INET6, host or "::1") + bytes(100)


@case
def address_lengths(c):
    for v, family in BOTH.items():
        to = c.listener(family, 100).getsockname()[1]
        for length in (-1, 0, 1, 2, 4, 8, 15, 16, 17, 23, 24, 27, 28, 29, 127, 128, 129, 1 << 20):
            s = c.new(family)
            c.say(f"ipv{v} bind {length}", system("bind", s.fileno(), address(family), length))
            s = c.new(family)
            c.say(f"ipv{v} connect {length}", system("connect", s.fileno(), address(family, to), length))
        s = c.new(family)
        c.say(f"ipv{v} bind nowhere", system("bind", s.fileno(), POINTER(0), 16 if v == "4" else 28))
        c.say(f"ipv{v} connect nowhere", system("connect", s.fileno(), POINTER(0), 16 if v == "4" else 28))


@case
def address_families(c):
    for v, family in BOTH.items():
        for wrong in (0, 1, 2, 10, 16, 65535):
            if wrong == family:
                continue
            for host in ("0.0.0.0", "127.0.0.1"):
                as_wrong = struct.pack("=H", wrong) + address(AF_INET, 0, host)[2:]
                s = c.new(family)
                c.say(f"ipv{v} bind {wrong} {host}", system("bind", s.fileno(), as_wrong, 28), s.getsockname())
                s = c.new(family)
                c.say(f"ipv{v} connect {wrong} {host}", system("connect", s.fileno(), as_wrong, 28))
        for host in ("192.0.2.1", "255.255.255.255", "224.0.0.1", "127.255.255.254", "127.9.9.9") if v == "4" else ("2001:db8::1", "ff02::1", "fe80::1", "::ffff:127.0.0.1", "::ffff:192.0.2.1"):
            s = c.new(family)
            c.call(f"ipv{v} bind {host}", s.bind, (host, 0))
            c.say(f"ipv{v} name {host}", s.getsockname())


@case
def bind_twice(c):
    s = c.bound()
    c.call("again", s.bind, ("127.0.0.1", 0))
    c.call("again with another address", s.bind, ("0.0.0.0", 0))
    other = c.new()
    c.call("taken", other.bind, s.getsockname())
    c.call("then another", other.bind, ("127.0.0.1", 0))
    other = c.new()
    c.call("every address", other.bind, ("0.0.0.0", s.getsockname()[1]))
    c.call("another address", c.new().bind, ("127.0.0.2", s.getsockname()[1]))
    c.call("another protocol", c.new(kind=SOCK_DGRAM).bind, s.getsockname())
    port = s.getsockname()[1]
    s.close()
    c.call("after close", c.new().bind, ("127.0.0.1", port))
    c.call("connected", c.pair()[0].bind, ("127.0.0.1", 0))
    c.call("connected server", c.pair()[1].bind, ("127.0.0.1", 0))
    c.call("listening", c.listener().bind, ("127.0.0.1", 0))
    failed = c.new()
    failed.connect_ex(c.free_name())
    c.call("refused", failed.bind, ("127.0.0.1", 0))
    only = c.new(AF_INET6)
    only.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
    only.bind(("::", 0))
    c.call("v6only leaves ipv4", c.new().bind, ("0.0.0.0", only.getsockname()[1]))
    c.call("v6only when bound", only.setsockopt, socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
    c.call("v6only mapped", c.new(AF_INET6).bind, ("::ffff:127.0.0.1", 0))


@case
def listen(c):
    s = c.new()
    c.call("new", s.listen, 1)
    c.call("again", s.listen, 0)
    c.call("negative", s.listen, -5)
    c.call("large", s.listen, 1 << 30)
    c.say("acceptconn", s.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN), bits(s))
    c.call("connect", s.connect, s.getsockname())
    c.call("datagram", system, "listen", c.new(kind=SOCK_DGRAM).fileno(), 1)
    a, b = c.pair()
    c.call("connected", a.listen, 1)
    c.call("accepted", b.listen, 1)
    shared = [c.new() for _ in range(2)]
    for other in shared:
        other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    shared[0].bind(("127.0.0.1", 0))
    c.call("shared bind", shared[1].bind, shared[0].getsockname())
    c.call("shared first", shared[0].listen, 1)
    c.call("shared second", shared[1].listen, 1)
    failed = c.new()
    failed.connect_ex(c.free_name())
    c.call("refused", failed.listen, 1)


@case
def listener_io(c):
    s = c.listener()
    c.call("send", s.send, b"x")
    c.call("send nothing", s.send, b"")
    c.call("sendto", s.sendto, b"x", s.getsockname())
    c.call("sendmsg", s.sendmsg, [b"x"])
    c.call("recv", s.recv, 1)
    c.call("recvfrom", s.recvfrom, 1)
    c.call("recvmsg", s.recvmsg, 1)
    c.call("read", os.read, s.fileno(), 1)
    c.call("write", os.write, s.fileno(), b"x")
    c.call("recv oob", s.recv, 1, socket.MSG_OOB)
    c.say("error", so_error(s))
    for name, request in ("FIONREAD", 0x541b), ("SIOCOUTQ", 0x5411), ("SIOCATMARK", 0x8905):
        c.call(name, lambda r=request: struct.unpack("i", fcntl.ioctl(s, r, b"\0" * 4))[0])


@case
def unconnected_io(c):
    for state in ("new", "bound"):
        s = c.new() if state == "new" else c.bound()
        c.say(f"{state} poll", bits(s))
        for name, fn in {"send": lambda: s.send(b"x"), "send nothing": lambda: s.send(b""), "sendto": lambda: s.sendto(b"x", c.free_name()),
                         "sendmsg": lambda: s.sendmsg([b"x"]), "recv": lambda: s.recv(1), "recvfrom": lambda: s.recvfrom(1), "recvmsg": lambda: s.recvmsg(1),
                         "read": lambda: os.read(s.fileno(), 1), "write": lambda: os.write(s.fileno(), b"x"), "recv nothing": lambda: s.recv(0),
                         "send oob": lambda: s.send(b"x", socket.MSG_OOB), "recv oob": lambda: s.recv(1, socket.MSG_OOB),
                         "recv dontwait": lambda: s.recv(1, socket.MSG_DONTWAIT), "recv peek": lambda: s.recv(1, socket.MSG_PEEK),
                         "accept": s.accept, "error": lambda: so_error(s)}.items():
            c.call(f"{state} {name}", fn)
        for name, request in ("FIONREAD", 0x541b), ("SIOCOUTQ", 0x5411), ("SIOCATMARK", 0x8905):
            c.call(f"{state} {name}", lambda r=request: struct.unpack("i", fcntl.ioctl(s, r, b"\0" * 4))[0])
        for how in (-1, SHUT_RD, SHUT_WR, SHUT_RDWR, 3):
            c.say(f"{state} shutdown {how}", system("shutdown", s.fileno(), how))
        c.say(f"{state} then", bits(s))


@case
def accept_arguments(c):
    s = c.listener()
    for flags in (1, 0x10, 3, SOCK_NONBLOCK | 1):
        c.say(f"flags {flags:#x}", system("accept4", s.fileno(), POINTER(0), POINTER(0), flags))
    for name, flags in ("plain", 0), ("nonblock", SOCK_NONBLOCK), ("cloexec", SOCK_CLOEXEC):
        for at in (True, False):
            c.new().connect(s.getsockname())
            room, n = ctypes.create_string_buffer(128), ctypes.c_int(128)
            fd = system("accept4", s.fileno(), room if at else POINTER(0), ctypes.byref(n) if at else POINTER(0), flags)
            c.say(f"{name} {at}", oct(fcntl.fcntl(fd, fcntl.F_GETFL)), fcntl.fcntl(fd, fcntl.F_GETFD), n.value, room.raw[:2].hex())
            os.close(fd)
    for length in (-1, 0, 3, 16):
        client = c.new()
        client.connect(s.getsockname())
        room, n = ctypes.create_string_buffer(128), ctypes.c_int(length)
        fd = system("accept", s.fileno(), room, ctypes.byref(n))
        c.say(f"length {length}", isinstance(fd, int) or fd, n.value, room.raw[4:8].hex())
        if isinstance(fd, int):
            os.close(fd)
    s.setblocking(False)
    c.call("none", s.accept)
    c.call("connected", c.pair()[0].accept)
    c.call("datagram", c.new(kind=SOCK_DGRAM).accept)
    s.setblocking(True)
    s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, struct.pack("qq", 0, 50000))
    c.call("timeout", s.accept)


@case
def unspecified(c):
    """connect(AF_UNSPEC)"""
    unspecified_address = struct.pack("=H14x", AF_UNSPEC)
    for state in ("new", "bound", "listening", "connected", "accepted", "refused", "shut"):
        s = {"new": c.new, "bound": c.bound, "listening": c.listener, "connected": lambda: c.pair()[0], "accepted": lambda: c.pair()[1],
             "refused": c.new, "shut": lambda: c.pair()[0]}[state]()
        if state == "refused":
            s.connect_ex(c.free_name())
        if state == "shut":
            s.shutdown(SHUT_WR)
        before = s.getsockname()[1]
        c.say(state, system("connect", s.fileno(), unspecified_address, 16), so_error(s))
        c.say(f"{state} length 2", system("connect", s.fileno(), unspecified_address, 2), system("connect", s.fileno(), unspecified_address, 1))
        after = s.getsockname()
        c.say(f"{state} name", after[0], after[1] == before if state in ("new", "bound", "accepted") else "-", result_of(s.getpeername))
        c.say(f"{state} poll", bits(s), s.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN))
        if state == "listening":
            c.call(f"{state} no listener there", c.new().connect, after)
        c.call(f"{state} connects", s.connect, c.listener().getsockname())
        c.call(f"{state} peer", lambda s=s: s.getpeername()[0])


@case
def unspecified_peer(c):
    """The other side of connect(AF_UNSPEC) sees a reset."""
    a, b = c.pair()
    a.send(b"abc")
    settled(b.recv, 1, socket.MSG_PEEK)
    system("connect", a.fileno(), struct.pack("=H14x", AF_UNSPEC), 16)
    c.say("poll", bits(b))
    c.call("recv", b.recv, 10)
    c.call("recv", b.recv, 10)
    c.call("send", a.send, b"x")
    c.call("recv here", a.recv, 1)


@case
def timeouts(c):
    a, _ = c.pair()
    for value in ((0, 30000), (0, -1), (0, 1000000), (0, 999999), (-1, 0), (1 << 40, 0)):
        c.call(f"set {value}", a.setsockopt, socket.SOL_SOCKET, socket.SO_RCVTIMEO, struct.pack("qq", *value))
        c.say(f"get {value}", struct.unpack("qq", a.getsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, 16)))
    a.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, struct.pack("qq", 0, 30000))
    c.call("recv", a.recv, 1)
    c.call("short", a.setsockopt, socket.SOL_SOCKET, socket.SO_RCVTIMEO, b"1234567")


if __name__ == "__main__":
    run()
