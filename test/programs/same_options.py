"""getsockopt(2) and setsockopt(2) on streams: defaults, lengths, ranges, and what a connection inherits from its listener."""
import ctypes
import socket
import struct
from socket import AF_INET, AF_INET6, IPPROTO_IP, IPPROTO_IPV6, IPPROTO_TCP, SOL_SOCKET

from cases import HOST, case, poll_now, run, result_of, settled, system

FLAGS = {"REUSEADDR": (SOL_SOCKET, 2), "KEEPALIVE": (SOL_SOCKET, 9), "OOBINLINE": (SOL_SOCKET, 10), "REUSEPORT": (SOL_SOCKET, 15),
         "BROADCAST": (SOL_SOCKET, 6), "NO_CHECK": (SOL_SOCKET, 11), "NODELAY": (IPPROTO_TCP, 1), "CORK": (IPPROTO_TCP, 3)}
NUMBERS = {"PRIORITY": (SOL_SOCKET, 12), "RCVLOWAT": (SOL_SOCKET, 18), "SNDLOWAT": (SOL_SOCKET, 19), "INCOMING_CPU": (SOL_SOCKET, 49),
           "MAXSEG": (IPPROTO_TCP, 2), "KEEPIDLE": (IPPROTO_TCP, 4), "KEEPINTVL": (IPPROTO_TCP, 5), "KEEPCNT": (IPPROTO_TCP, 6),
           "SYNCNT": (IPPROTO_TCP, 7), "LINGER2": (IPPROTO_TCP, 8), "DEFER_ACCEPT": (IPPROTO_TCP, 9), "WINDOW_CLAMP": (IPPROTO_TCP, 10),
           "QUICKACK": (IPPROTO_TCP, 12), "USER_TIMEOUT": (IPPROTO_TCP, 18), "NOTSENT_LOWAT": (IPPROTO_TCP, 25),
           "TOS": (IPPROTO_IP, 1), "TTL": (IPPROTO_IP, 2), "MTU_DISCOVER": (IPPROTO_IP, 10), "RECVERR": (IPPROTO_IP, 11), "RECVTTL": (IPPROTO_IP, 12),
           "RECVTOS": (IPPROTO_IP, 13), "FREEBIND": (IPPROTO_IP, 15), "MULTICAST_TTL": (IPPROTO_IP, 33), "MULTICAST_LOOP": (IPPROTO_IP, 34),
           "BIND_ADDRESS_NO_PORT": (IPPROTO_IP, 24)}
NUMBERS6 = {"V6ONLY": (IPPROTO_IPV6, 26), "UNICAST_HOPS": (IPPROTO_IPV6, 16), "MULTICAST_HOPS": (IPPROTO_IPV6, 18), "MULTICAST_LOOP": (IPPROTO_IPV6, 19),
            "MTU_DISCOVER": (IPPROTO_IPV6, 23), "RECVERR": (IPPROTO_IPV6, 25), "RECVPKTINFO": (IPPROTO_IPV6, 49), "RECVHOPLIMIT": (IPPROTO_IPV6, 51),
            "MTU": (IPPROTO_IPV6, 24), "DONTFRAG": (IPPROTO_IPV6, 62), "RECVTCLASS": (IPPROTO_IPV6, 66), "TCLASS": (IPPROTO_IPV6, 67)}
NOT_THERE = {"DONTROUTE": (SOL_SOCKET, 5), "TIMESTAMP": (SOL_SOCKET, 29), "ZEROCOPY": (SOL_SOCKET, 60), "LOCK_FILTER": (SOL_SOCKET, 44), "COOKIE": (SOL_SOCKET, 57),
             "MAX_PACING_RATE": (SOL_SOCKET, 47), "FASTOPEN": (IPPROTO_TCP, 23), "AUTOFLOWLABEL": (IPPROTO_IPV6, 70), "ADDR_PREFERENCES": (IPPROTO_IPV6, 72)}
READ_ONLY = {"TYPE": (SOL_SOCKET, 3), "ERROR": (SOL_SOCKET, 4), "ACCEPTCONN": (SOL_SOCKET, 30), "PROTOCOL": (SOL_SOCKET, 38), "DOMAIN": (SOL_SOCKET, 39)}


def get(s, option, length=4):
    """Returns the result of getsockopt(2), the length that it reported, and the octets."""
    room, n = ctypes.create_string_buffer(b"\xee" * 300, 300), ctypes.c_int(length)
    rc = system("getsockopt", s.fileno(), *option, room, ctypes.byref(n))
    return rc, n.value, room.raw[:n.value].hex() if rc == 0 and 0 <= n.value <= 300 else "-"


def put(s, option, value, length=None):
    data = struct.pack("i", value) if isinstance(value, int) else value
    return system("setsockopt", s.fileno(), *option, data, len(data) if length is None else length)


def value(s, option):
    return result_of(s.getsockopt, *option)


@case
def defaults(c):
    for v, family in ("4", AF_INET), ("6", AF_INET6):
        s = c.new(family)
        for name, option in {**FLAGS, **NUMBERS, **READ_ONLY, **{f"6 {n}": o for n, o in NUMBERS6.items()}}.items():
            c.say(f"ipv{v} {name}", value(s, option))
        for name, option in ("LINGER", (SOL_SOCKET, 13)), ("RCVTIMEO", (SOL_SOCKET, 20)), ("BINDTODEVICE", (SOL_SOCKET, 25)):
            c.say(f"ipv{v} {name}", *get(s, option, 16))


@case
def lengths_of_getting(c):
    s = c.new()
    s.setsockopt(IPPROTO_TCP, 4, 0x01020304 % 32000)
    for name, option in {"KEEPALIVE": FLAGS["KEEPALIVE"], "TYPE": READ_ONLY["TYPE"], "ERROR": READ_ONLY["ERROR"], "NODELAY": FLAGS["NODELAY"],
                         "KEEPIDLE": NUMBERS["KEEPIDLE"], "TTL": NUMBERS["TTL"], "TOS": NUMBERS["TOS"], "LINGER": (SOL_SOCKET, 13),
                         "RCVTIMEO": (SOL_SOCKET, 20), "CONGESTION": (IPPROTO_TCP, 13)}.items():
        for length in (-1, 0, 1, 2, 3, 4, 5, 8, 16, 17):
            rc, n, data = get(s, option, length)
            c.say(f"{name} {length}", rc, n, "-" if name == "CONGESTION" else data)
    s = c.new(AF_INET6)
    for length in (-1, 0, 1, 3, 4, 8):
        c.say(f"UNICAST_HOPS {length}", *get(s, NUMBERS6["UNICAST_HOPS"], length))
        c.say(f"V6ONLY {length}", *get(s, NUMBERS6["V6ONLY"], length))
    n = ctypes.c_int(4)
    c.say("nowhere", system("getsockopt", s.fileno(), SOL_SOCKET, 9, None, ctypes.byref(n)), n.value)
    c.say("without length", system("getsockopt", s.fileno(), SOL_SOCKET, 9, ctypes.create_string_buffer(4), None))


@case
def lengths_of_setting(c):
    s = c.new()
    for name, option in {"KEEPALIVE": FLAGS["KEEPALIVE"], "NODELAY": FLAGS["NODELAY"], "KEEPIDLE": NUMBERS["KEEPIDLE"], "TTL": NUMBERS["TTL"], "TOS": NUMBERS["TOS"],
                         "LINGER": (SOL_SOCKET, 13), "RCVTIMEO": (SOL_SOCKET, 20), "OOBINLINE": FLAGS["OOBINLINE"]}.items():
        for length in (-1, 0, 1, 2, 3, 4, 5, 8, 16, 17):
            c.say(f"{name} {length}", put(s, option, b"\x05" + bytes(31), length), *get(s, option, 8 if name == "LINGER" else 4)[::2])
    c.say("nowhere", system("setsockopt", s.fileno(), SOL_SOCKET, 9, None, 4))
    c.say("nowhere, nothing", system("setsockopt", s.fileno(), SOL_SOCKET, 9, None, 0))
    s = c.new(AF_INET6)
    for length in (-1, 0, 1, 3, 4, 8):
        c.say(f"UNICAST_HOPS {length}", put(s, NUMBERS6["UNICAST_HOPS"], b"\x05" + bytes(31), length), value(s, NUMBERS6["UNICAST_HOPS"]))
        c.say(f"V6ONLY {length}", put(s, NUMBERS6["V6ONLY"], b"\x01" + bytes(31), length), value(s, NUMBERS6["V6ONLY"]))
    for length in (0, 1, 4, 5, 15, 16, 100):
        c.say(f"CONGESTION {length}", put(s, (IPPROTO_TCP, 13), b"reno" + bytes(100), length))
    c.say("CONGESTION unknown", put(s, (IPPROTO_TCP, 13), b"nothing"))
    c.say("CONGESTION", s.getsockopt(IPPROTO_TCP, 13, 16))


@case
def flags(c):
    s = c.new()
    for name, option in FLAGS.items():
        for v in (1, 0, 5, -1):
            c.say(f"{name} {v}", put(s, option, v), value(s, option))


@case
def ranges(c):
    for name, option in NUMBERS.items():
        s = c.new()
        for v in (-2, -1, 0, 1, 2, 3, 7, 40, 87, 88, 127, 128, 255, 256, 1000, 32767, 32768, 65535, 65536, 0x7fffffff, -0x80000000):
            if name == "RCVLOWAT" and not 0 <= v <= 65536:
                continue  # the bound depends on the size of the buffers of the machine
            c.say(f"{name} {v}", put(s, option, v), value(s, option))
    for name, option in NUMBERS6.items():
        s = c.new(AF_INET6)
        for v in (-2, -1, 0, 1, 2, 3, 7, 63, 64, 255, 256, 1279, 1280, 0x7fffffff):
            c.say(f"6 {name} {v}", put(s, option, v), value(s, option))
    for name, option in READ_ONLY.items():
        c.say(name, put(s, option, 1), value(s, option))


@case
def buffers(c):
    for name, option in ("SNDBUF", (SOL_SOCKET, 7)), ("RCVBUF", (SOL_SOCKET, 8)), ("SNDBUFFORCE", (SOL_SOCKET, 32)), ("RCVBUFFORCE", (SOL_SOCKET, 33)):
        s = c.new()
        for v in (0, 1, 1000, 2304, 5000, 50000, 100000, 212993, 300000, 5000000):
            c.say(f"{name} {v}", put(s, option, v), value(s, option) if option[1] < 32 else "-")
        if option[1] < 32:
            put(s, option, 0x7fffffff)
            most = value(s, option)
            c.say(f"{name} -1", put(s, option, -1), value(s, option) == most)


@case
def linger(c):
    s = c.new()
    for on, seconds in ((1, 5), (0, 7), (5, 0), (-1, 1), (1, 3600)):
        c.say(f"{on} {seconds}", put(s, (SOL_SOCKET, 13), struct.pack("ii", on, seconds)), get(s, (SOL_SOCKET, 13), 8)[2])


@case
def unknown(c):
    s, s6, dgram = c.new(), c.new(AF_INET6), c.new(AF_INET, socket.SOCK_DGRAM)
    for level in (-1, 2, 3, 5, 7, 16, 17, 100, 255, 256, 0x10000):
        c.say(f"level {level}", put(s, (level, 1), 1), get(s, (level, 1))[0])
        c.say(f"level {level} ipv6", put(s6, (level, 1), 1), get(s6, (level, 1))[0])
    for level in SOL_SOCKET, IPPROTO_IP, IPPROTO_TCP, IPPROTO_IPV6:
        for name in (-1, 0, 1000, 0x7fffffff):
            c.say(f"level {level} name {name}", put(s, (level, name), 1), get(s, (level, name))[0])
            c.say(f"level {level} name {name} ipv6", put(s6, (level, name), 1), get(s6, (level, name))[0])
    c.say("ipv6 level on ipv4", put(s, NUMBERS6["V6ONLY"], 1), get(s, NUMBERS6["V6ONLY"])[0])
    c.say("ip level on ipv6", put(s6, NUMBERS["TTL"], 33), value(s6, NUMBERS["TTL"]), value(s6, NUMBERS6["UNICAST_HOPS"]))
    c.say("tcp level on a datagram socket", put(dgram, FLAGS["NODELAY"], 1), get(dgram, FLAGS["NODELAY"])[0])
    for name, number in ("MARK", 36), ("BUSY_POLL", 46), ("PEERCRED", 17), ("PEERSEC", 31):
        c.say(name, put(s, (SOL_SOCKET, number), 0), *get(s, (SOL_SOCKET, number), 16))
    for name, option in NOT_THERE.items():
        c.say(name, put(s6, option, 1), *get(s6, option, 16)[:2])


@case
def inq(c):
    """TCP_INQ: recvmsg() reports how many octets are left to read; 1 at the end of the stream."""
    for v, family in ("4", AF_INET), ("6", AF_INET6):
        listener, client = c.listener(family), c.new(family)
        for value in 2, -1, 0, 1:
            c.say(f"ipv{v} set {value}", put(listener, (IPPROTO_TCP, 36), value), get(listener, (IPPROTO_TCP, 36)))
        client.connect(listener.getsockname())
        server = c.keep(listener.accept()[0])
        c.say(f"ipv{v} inherited", get(server, (IPPROTO_TCP, 36)), get(client, (IPPROTO_TCP, 36)))
        client.send(bytes(100))
        settled(lambda: server.recv(200, socket.MSG_PEEK))
        for room in 10, 50, 0:
            c.say(f"ipv{v} after {room}", result_of(server.recvmsg, room, 100))
        c.say(f"ipv{v} without room", result_of(server.recvmsg, 10, 0))
        c.say(f"ipv{v} the rest", result_of(server.recvmsg, 100, 100))
        client.send(b"last")
        client.close()
        settled(lambda: server.recv(200, socket.MSG_PEEK))
        settled(lambda: poll_now(server))
        c.say(f"ipv{v} at the end", result_of(server.recvmsg, 2, 100), result_of(server.recvmsg, 100, 100), result_of(server.recvmsg, 100, 100))


@case
def bind_without_a_port(c):
    """IP_BIND_ADDRESS_NO_PORT: connect(), sendto() or listen() chooses the port."""
    for v, family in ("4", AF_INET), ("6", AF_INET6):
        listener, peer = c.listener(family), c.bound(family, socket.SOCK_DGRAM)
        for kind, then in ((socket.SOCK_STREAM, "connect"), (socket.SOCK_STREAM, "listen"), (socket.SOCK_DGRAM, "connect"), (socket.SOCK_DGRAM, "sendto")):
            s = c.new(family, kind)
            s.setsockopt(IPPROTO_IP, 24, 1)
            name = (HOST[family], 0)
            c.say(f"ipv{v} {then}", result_of(s.bind, name), s.getsockname(), result_of(s.bind, name))
            to = (listener if kind == socket.SOCK_STREAM else peer).getsockname()
            c.say(f"ipv{v} {then} then", result_of(*{"connect": (s.connect, to), "listen": (s.listen, 5), "sendto": (s.sendto, b"x", to)}[then]),
                  s.getsockname()[1] != 0, s.getsockname()[0], result_of(s.bind, name))
        s = c.new(family)
        s.setsockopt(IPPROTO_IP, 24, 1)
        port = c.free_name(family)[1] + 1
        c.say(f"ipv{v} with a port", result_of(s.bind, (HOST[family], port)), s.getsockname()[1] == port)


INHERITED = {"KEEPALIVE": 1, "OOBINLINE": 1, "NODELAY": 1, "REUSEADDR": 1, "PRIORITY": 3, "RCVLOWAT": 3, "KEEPIDLE": 77, "KEEPINTVL": 11, "KEEPCNT": 4,
             "LINGER2": 9, "USER_TIMEOUT": 1234, "NOTSENT_LOWAT": 4321, "TOS": 16, "TTL": 33, "RECVTTL": 1, "DEFER_ACCEPT": 1, "CORK": 1,
             "SYNCNT": 3, "QUICKACK": 0}


@case
def inherited(c):
    """Which options a connection inherits from its listener, and which the connecting side keeps."""
    listener, client = c.listener(), c.new()
    for name, v in INHERITED.items():
        option = {**FLAGS, **NUMBERS}[name]
        put(listener, option, v)
        put(client, option, v)
    for s in listener, client:
        s.setsockopt(SOL_SOCKET, 13, struct.pack("ii", 1, 3))
        s.setsockopt(SOL_SOCKET, 20, struct.pack("qq", 3, 0))
        s.setsockopt(SOL_SOCKET, 7, 30000)
        s.setsockopt(SOL_SOCKET, 8, 40000)
    client.connect(listener.getsockname())
    client.send(b"x")
    child = c.keep(listener.accept()[0])
    for who, s in ("child", child), ("client", client), ("listener", listener):
        for name in INHERITED:
            if (who, name) != ("child", "QUICKACK"):  # Linux's answer depends on how long the child's data took
                c.say(f"{who} {name}", value(s, {**FLAGS, **NUMBERS}[name]))
        c.say(f"{who} LINGER", get(s, (SOL_SOCKET, 13), 8)[2])
        c.say(f"{who} RCVTIMEO", get(s, (SOL_SOCKET, 20), 16)[2])
        c.say(f"{who} buffers", value(s, (SOL_SOCKET, 7)), value(s, (SOL_SOCKET, 8)))


@case
def in_states(c):
    """Which options cannot be set, or have other values, once a socket is connected."""
    for name, option, v in (("MAXSEG", NUMBERS["MAXSEG"], 600), ("V6ONLY", NUMBERS6["V6ONLY"], 1), ("CONGESTION", (IPPROTO_TCP, 13), b"reno"),
                            ("REUSEADDR", FLAGS["REUSEADDR"], 1), ("DEFER_ACCEPT", NUMBERS["DEFER_ACCEPT"], 3), ("WINDOW_CLAMP", NUMBERS["WINDOW_CLAMP"], 0),
                            ("ULP", (IPPROTO_TCP, 31), b"none"), ("REPAIR", (IPPROTO_TCP, 19), 1)):
        family = AF_INET6 if name == "V6ONLY" else AF_INET
        for state, s in ("new", c.new(family)), ("bound", c.bound(family)), ("listening", c.listener(family)), ("connected", c.pair(family)[0]):
            c.say(f"{name} {state}", put(s, option, v))
    a, _ = c.pair()
    c.say("mtu", value(c.new(), (IPPROTO_IP, 14)), value(a, (IPPROTO_IP, 14)) != 0)
    for state, s in ("new", c.new()), ("listening", c.listener()), ("connected", a):
        info = s.getsockopt(IPPROTO_TCP, 11, 300)
        c.say(f"info {state}", info[0], info[1], struct.unpack_from("IIII", info, 8)[2] > 0, len(info) >= 192)
    a.send(b"x")
    settled(a.getsockopt, IPPROTO_TCP, 11, 1)
    info = a.getsockopt(IPPROTO_TCP, 11, 300)
    last_sent, last_ack_sent, last_recv, last_ack_recv = struct.unpack_from("IIII", info, 44)
    c.say("info times", last_ack_sent, *(t < 2000 for t in (last_sent, last_recv, last_ack_recv)))
    for length in (0, 1, 2, 8, 104):
        c.say(f"info length {length}", *get(a, (IPPROTO_TCP, 11), length)[:2])


if __name__ == "__main__":
    run()
