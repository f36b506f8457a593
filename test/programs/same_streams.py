"""How connections carry data, end and fail, and what poll(2) and the errors report at each step."""
import os
import signal
import socket
import struct
from socket import AF_INET, AF_INET6, MSG_DONTWAIT, MSG_MORE, MSG_OOB, MSG_PEEK, MSG_TRUNC, MSG_WAITALL, SHUT_RD, SHUT_RDWR, SHUT_WR

from cases import PATIENCE, bits, case, count, reset, pause, run, result_of, settled, so_error, state, until

FIONREAD, SIOCOUTQ, SIOCATMARK = 0x541B, 0x5411, 0x8905
BOTH = {"4": AF_INET, "6": AF_INET6}


@case
def carries(c):
    for v, family in BOTH.items():
        a, b = c.pair(family)
        c.say(f"ipv{v} new", bits(a), bits(b), state(a), state(b))
        c.call(f"ipv{v} send", a.send, b"hello world")
        c.say(f"ipv{v} poll", bits(b), settled(count, b, FIONREAD), settled(count, a, SIOCOUTQ))
        c.call(f"ipv{v} peek", b.recv, 5, MSG_PEEK)
        c.call(f"ipv{v} peek more", b.recv, 100, MSG_PEEK)
        c.call(f"ipv{v} recv", b.recv, 5)
        c.call(f"ipv{v} recvfrom", b.recvfrom, 1)
        c.call(f"ipv{v} recvmsg", lambda b=b: b.recvmsg(2)[::2])
        c.call(f"ipv{v} left", count, b, FIONREAD)
        room = bytearray(b"--")
        c.say(f"ipv{v} trunc", b.recv_into(room, 2, MSG_TRUNC), bytes(room))
        c.call(f"ipv{v} nothing", b.recv, 0)
        c.call(f"ipv{v} dontwait", lambda b=b: (b.recv(100, MSG_DONTWAIT), result_of(b.recv, 1, MSG_DONTWAIT)))
        c.call(f"ipv{v} nothing there", b.recv, 0, MSG_DONTWAIT)
        c.call(f"ipv{v} recvmsg dontwait", b.recvmsg, 1, 0, MSG_DONTWAIT)
        c.call(f"ipv{v} recvfrom dontwait", b.recvfrom, 1, MSG_DONTWAIT)
        c.call(f"ipv{v} send nothing", a.send, b"")
        c.call(f"ipv{v} sendto", a.sendto, b"x", b.getsockname())
        c.call(f"ipv{v} sendto another address", a.sendto, b"y", c.free_name(family))
        c.call(f"ipv{v} sendmsg", a.sendmsg, [b"a", b"", b"bc"])
        c.call(f"ipv{v} sendmsg to", lambda a=a, b=b: a.sendmsg([b"d"], [], 0, b.getsockname()))
        c.call(f"ipv{v} waitall", b.recv, 6, MSG_WAITALL)
        c.call(f"ipv{v} readv", lambda a=a, b=b: (os.writev(a.fileno(), [b"12", b"345"]), settled(count, b, FIONREAD), os.readv(b.fileno(), [bytearray(3), bytearray(9)])))


@case
def waits_for_all(c):
    a, b = c.pair()
    a.send(b"abc")
    pid = os.fork()
    if not pid:
        pause()
        a.send(b"def")
        pause()
        a.send(b"gh")
        a.shutdown(SHUT_WR)
        os._exit(0)
    c.call("six", b.recv, 6, MSG_WAITALL)
    c.call("to the end", b.recv, 6, MSG_WAITALL)
    c.call("after it", b.recv, 6, MSG_WAITALL)
    os.waitpid(pid, 0)
    a, b = c.pair()
    a.send(b"abc")
    settled(count, b, FIONREAD)
    b.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, struct.pack("qq", 0, 100000))
    c.call("timeout", b.recv, 6, MSG_WAITALL)
    c.call("timeout again", b.recv, 6, MSG_WAITALL)


@case
def half_closed(c):
    for v, family in BOTH.items():
        for how, name in (SHUT_WR, "WR"), (SHUT_RD, "RD"), (SHUT_RDWR, "RDWR"):
            a, b = c.pair(family)
            a.send(b"before")
            settled(count, b, FIONREAD)
            here = f"ipv{v} {name}"
            c.call(f"{here} shutdown", a.shutdown, how)
            c.say(f"{here} poll", bits(a), bits(b), state(a), state(b))
            c.call(f"{here} again", a.shutdown, how)
            c.call(f"{here} send", a.send, b"x")
            c.call(f"{here} sendmsg", a.sendmsg, [b"x"])
            c.call(f"{here} recv", a.recv, 10, MSG_DONTWAIT)
            c.call(f"{here} peer recv", settled, b.recv, 100, MSG_PEEK)
            b.recv(100)
            c.call(f"{here} peer end", b.recv, 100, MSG_DONTWAIT)
            c.call(f"{here} peer sends", b.send, b"after")
            c.say(f"{here} arrives", bits(a), settled(a.recv, 100, MSG_PEEK | MSG_DONTWAIT), count(a, FIONREAD))
            c.call(f"{here} error", so_error, a)
            c.call(f"{here} peer shutdown", b.shutdown, SHUT_WR)
            c.say(f"{here} both", bits(a), bits(b), state(a), state(b))
            c.call(f"{here} name", lambda a=a: a.getpeername()[0])
            c.call(f"{here} peer's name", lambda b=b: b.getpeername()[0])
            c.call(f"{here} once more", a.shutdown, how)
            c.call(f"{here} last", lambda a=a: (a.recv(100, MSG_DONTWAIT), a.recv(100, MSG_DONTWAIT)))


@case
def closed(c):
    a, b = c.pair()
    a.send(b"bye")
    a.close()
    c.say("poll", bits(b), state(b), so_error(b))
    c.call("recv", b.recv, 100)
    c.call("end", b.recv, 100)
    c.call("end again", b.recv, 100)
    c.call("send", b.send, b"x")
    c.say("poll after a send", bits(b), state(b))
    c.call("second send", b.send, b"x")
    c.say("error", so_error(b), so_error(b))
    c.call("recv after", b.recv, 1)
    c.call("name", lambda: b.getpeername()[0])
    c.call("connect", b.connect, c.free_name())


@case
def closed_unread(c):
    """Data that was never read makes close(2) a reset (RFC 2525, 2.17)."""
    a, b = c.pair()
    b.send(b"never read")
    settled(count, a, FIONREAD)
    a.close()
    c.say("poll", bits(b), state(b))
    c.call("recv", b.recv, 1)
    c.call("recv again", b.recv, 1)


def after(c, what, how):
    a, b = c.pair()
    a.send(b"abc")
    settled(count, b, FIONREAD)
    reset(a)
    c.say(f"{what}/poll", bits(b), state(b))
    for i, one in enumerate(what.split()):
        c.call(f"{what}/{i} {one}", how[one], b)
    c.say(f"{what}/then", bits(b), so_error(b), result_of(b.getpeername), b.getsockname()[0])


@case
def was_reset(c):
    how = {"read": lambda b: b.recv(100), "write": lambda b: b.send(b"x"), "error": so_error, "shutdown": lambda b: b.shutdown(SHUT_RDWR),
           "connect": lambda b: b.connect(c.free_name()), "again": lambda b: b.connect(c.listener().getsockname()), "listen": lambda b: b.listen(1),
           "peek": lambda b: b.recv(100, MSG_PEEK), "readable": lambda b: count(b, FIONREAD), "unsent": lambda b: count(b, SIOCOUTQ),
           "msg": lambda b: b.recvmsg(100)[0], "sendmsg": lambda b: b.sendmsg([b"x"]), "sendto": lambda b: b.sendto(b"x", ("127.0.0.1", 9))}
    for what in ("read read read error", "write write error", "error error read write", "peek read write error", "shutdown error", "connect error connect", "again",
                 "error again read", "read again write", "listen", "readable unsent", "msg msg msg", "sendmsg sendmsg", "sendto sendto", "write read read", "read read write write"):
        after(c, what, how)


@case
def lingering(c):
    for on, seconds, unread in (1, 0, False), (1, 0, True), (0, 0, False), (1, 1, False):
        a, b = c.pair()
        a.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", on, seconds))
        a.send(b"abc")
        if unread:
            settled(count, b, FIONREAD)
        a.close()
        here = f"{on} {seconds} {unread}"
        c.say(here, bits(b), state(b))
        c.call(f"{here} recv", b.recv, 100)
        c.call(f"{here} end", b.recv, 100)
    a, b = c.pair()
    a.setblocking(False)
    sent = got = 0
    while isinstance(n := result_of(a.send, bytes(65536)), int):
        sent += n
    a.setblocking(True)
    a.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 1))
    a.close()
    pause(1.5)
    while n := len(b.recv(1 << 20)):
        got += n
    c.say("time is over", got == sent)
    a, b = c.pair()
    a.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    a.send(b"abc")
    a.shutdown(SHUT_WR)
    settled(count, b, FIONREAD)
    a.close()
    c.say("shut first", bits(b), settled(b.recv, 10, MSG_PEEK))


@case
def broken_pipe(c):
    rang = []
    signal.signal(signal.SIGPIPE, lambda *_: rang.append(1))
    for name, send in {"send": lambda a: a.send(b"x"), "nosignal": lambda a: a.send(b"x", socket.MSG_NOSIGNAL), "write": lambda a: os.write(a.fileno(), b"x"),
                       "sendmsg": lambda a: a.sendmsg([b"x"]), "sendto": lambda a: a.sendto(b"x", ("127.0.0.1", 9)), "oob": lambda a: a.send(b"x", MSG_OOB),
                       "writev": lambda a: os.writev(a.fileno(), [b"x"]), "sendmsg nosignal": lambda a: a.sendmsg([b"x"], [], socket.MSG_NOSIGNAL),
                       "sendto nosignal": lambda a: a.sendto(b"x", socket.MSG_NOSIGNAL, ("127.0.0.1", 9)), "sendmsg to": lambda a: a.sendmsg([b"x"], [], 0, ("127.0.0.1", 9))}.items():
        for state_now, s in ("shut", c.pair()[0]), ("new", c.new()):
            if state_now == "shut":
                s.shutdown(SHUT_WR)
            rang.clear()
            c.say(f"{state_now} {name}", result_of(send, s), len(rang))
    signal.signal(signal.SIGPIPE, signal.SIG_IGN)


@case
def urgent(c):
    a, b = c.pair()
    c.call("none recv", b.recv, 1, MSG_OOB)
    c.call("none mark", count, b, SIOCATMARK)
    a.send(b"abc")
    c.call("send", a.send, b"!", MSG_OOB)
    c.say("poll", bits(b), settled(count, b, FIONREAD), count(b, SIOCATMARK))
    c.call("peek", b.recv, 1, MSG_OOB | MSG_PEEK)
    c.call("recv", b.recv, 100)
    c.say("at the mark", count(b, SIOCATMARK), bits(b))
    c.call("oob", b.recv, 1, MSG_OOB)
    c.call("oob again", b.recv, 1, MSG_OOB)
    c.say("then", count(b, SIOCATMARK), bits(b))
    a.send(b"def")
    c.call("after", lambda: (settled(count, b, FIONREAD), b.recv(100), count(b, SIOCATMARK)))


@case
def urgent_unread(c):
    """An urgent octet that is not read stays in the stream until another urgent octet arrives."""
    a, b = c.pair()
    a.send(b"ab")
    a.send(b"1", MSG_OOB)
    a.send(b"cd")
    settled(count, b, FIONREAD)
    c.call("to the mark", b.recv, 100)
    c.say("mark", count(b, SIOCATMARK), bits(b))
    c.call("past it", b.recv, 100)
    c.say("mark then", count(b, SIOCATMARK), bits(b))
    c.call("oob late", b.recv, 1, MSG_OOB)
    a.send(b"2", MSG_OOB)
    settled(bits, b)
    c.call("next", b.recv, 1, MSG_OOB)
    a.send(b"3", MSG_OOB)
    pause()
    a.send(b"4", MSG_OOB)
    c.say("two", bits(b), settled(count, b, FIONREAD))
    c.call("two oob", b.recv, 1, MSG_OOB)
    c.call("two rest", b.recv, 10, MSG_DONTWAIT)


@case
def urgent_inline(c):
    a, b = c.pair()
    b.setsockopt(socket.SOL_SOCKET, socket.SO_OOBINLINE, 1)
    a.send(b"ab")
    a.send(b"!", MSG_OOB)
    a.send(b"cd")
    c.say("poll", bits(b), settled(count, b, FIONREAD))
    c.call("oob", b.recv, 1, MSG_OOB)
    c.call("first", b.recv, 100)
    c.say("mark", count(b, SIOCATMARK), bits(b))
    c.call("second", b.recv, 100)
    c.say("mark then", count(b, SIOCATMARK), bits(b))


@case
def corked(c):
    a, b = c.pair()
    a.setsockopt(socket.IPPROTO_TCP, 3, 1)
    a.send(b"held")
    c.say("corked", bits(b), count(a, SIOCOUTQ))
    a.setsockopt(socket.IPPROTO_TCP, 1, 1)
    c.say("nodelay pushes", settled(count, b, FIONREAD), a.getsockopt(socket.IPPROTO_TCP, 3))
    b.recv(100)
    a.send(b"more", socket.MSG_MORE)
    a.setsockopt(socket.IPPROTO_TCP, 1, 1)
    c.say("nodelay again", settled(count, b, FIONREAD))
    a.setsockopt(socket.IPPROTO_TCP, 3, 0)
    c.say("uncorked", settled(count, b, FIONREAD))


MORE = {"send": lambda a, octets: a.send(octets, MSG_MORE), "sendto": lambda a, octets: a.sendto(octets, MSG_MORE, ("127.0.0.1", 9)),
        "sendmsg": lambda a, octets: a.sendmsg([octets], [], MSG_MORE)}
AFTER_MORE = {"nothing": lambda a: None, "send": lambda a: a.send(b"b"), "write": lambda a: os.write(a.fileno(), b"b"), "sendmsg": lambda a: a.sendmsg([b"b"]),
              "more": lambda a: a.send(b"b", MSG_MORE), "shutdown": lambda a: a.shutdown(SHUT_WR), "close": lambda a: a.close(),
              "nodelay": lambda a: a.setsockopt(socket.IPPROTO_TCP, 1, 1), "uncork": lambda a: a.setsockopt(socket.IPPROTO_TCP, 3, 0),
              "nothing sent": lambda a: a.send(b"")}


def soon(s):
    """Returns what arrives within 50 ms. Linux holds octets back for 200 ms at most."""
    s.settimeout(0.05 * PATIENCE)
    return result_of(s.recv, 100)


@case
def more_to_come(c):
    """MSG_MORE: data that does not fill a segment waits for the next call that sends, as with TCP_CORK for one call."""
    for by, send in MORE.items():
        for name, then in AFTER_MORE.items():
            if by != "send" and name not in ("nothing", "send"):
                continue
            a, b = c.pair()
            sent = result_of(send, a, b"a")
            c.say(f"{by} {name}", sent, soon(b))
            result_of(then, a)
            b.settimeout(60)
            c.call(f"{by} {name} recv", b.recv, 100)
    for name, option in ("cork", 3), ("nodelay", 1):
        a, b = c.pair()
        a.setsockopt(socket.IPPROTO_TCP, option, 1)
        os.write(a.fileno(), b"a") if name == "cork" else a.send(b"a", MSG_MORE)
        c.call(f"with {name}", soon, b)
        a.send(b"b")
        c.call(f"with {name}, and more", soon, b)
    a, b = c.pair()
    c.call("more than fits a call", a.send, bytes(100_000), MSG_MORE)
    a.shutdown(SHUT_WR)
    b.settimeout(60)
    c.say("all of it", len(b.recv(100_000, MSG_WAITALL)))
    c.call("after shutdown", a.send, b"x", MSG_MORE)


def marked(c, mark, waits=False):
    a, b = c.pair()
    b.setblocking(waits)
    b.setsockopt(socket.SOL_SOCKET, socket.SO_RCVLOWAT, mark)
    return a, b


@case
def low_water(c):
    """SO_RCVLOWAT: poll(2) waits for that many octets, but not after the end of the stream or an error."""
    a, b = marked(c, 10)
    a.send(b"12345")
    c.say("fewer", bits(b))
    a.send(b"67890")
    c.say("as many", bits(b))
    c.call("recv", b.recv, 100)
    a.send(b"1")
    c.say("fewer again", bits(b))
    b.setsockopt(socket.SOL_SOCKET, socket.SO_RCVLOWAT, 1)
    c.say("mark lowered", bits(b), result_of(b.recv, 100))
    for end in "shutdown", "close", "reset", "urgent":
        a, b = marked(c, 10)
        a.send(b"123")
        until(lambda b=b: count(b, FIONREAD) == 3)
        {"shutdown": lambda a=a: a.shutdown(SHUT_WR), "close": a.close, "reset": lambda a=a: reset(a), "urgent": lambda a=a: a.send(b"!", MSG_OOB)}[end]()
        c.say(f"then {end}", bits(b).replace("PRI|", ""))
        c.call(f"then {end} recv", b.recv, 100)
    a, b = marked(c, 1 << 30)
    a.setblocking(False)
    sent = 0
    while isinstance(n := settled(a.send, bytes(65536)), int):
        sent += n
    c.say("more than there is room for", bits(b))
    a, b = marked(c, 10, waits=True)
    a.send(b"12345")
    c.call("who may wait asks for fewer", lambda: (settled(count, b, FIONREAD), b.recv(3)))
    a.send(b"12345678")
    c.call("who may wait asks for more", b.recv, 100)
    listener = c.listener()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVLOWAT, 10)
    a = c.new()
    a.connect(listener.getsockname())
    b = c.keep(listener.accept()[0])
    b.setblocking(False)
    c.call("inherited", b.getsockopt, socket.SOL_SOCKET, socket.SO_RCVLOWAT)
    a.send(b"123")
    c.say("inherited, fewer", bits(b))
    c.call("what is there", b.recv, 100)


@case
def low_water_for_who_may_wait(c):
    """SO_RCVLOWAT on a blocking socket."""
    a, b = marked(c, 10, waits=True)
    a.send(b"12345")
    c.say("fewer", bits(b))


@case
def shared(c):
    """dup(2) and fork(2): the connection ends with the last descriptor."""
    a, b = c.pair()
    other = a.dup()
    a.close()
    c.say("dup", bits(b), other.getpeername() == b.getsockname())
    c.call("dup sends", other.send, b"x")
    pid = os.fork()
    if not pid:
        pause(0.3)
        other.send(b"from the child")
        os._exit(0)
    other.close()
    c.call("before the child ends", lambda: b.recv(1))
    c.call("child", lambda: b.recv(100))
    c.call("end", lambda: b.recv(100))
    os.waitpid(pid, 0)
    a, b = c.pair()
    other = c.keep(a.dup())
    a.shutdown(SHUT_WR)
    c.call("shut by the other", other.send, b"x")
    other.setsockopt(socket.IPPROTO_TCP, 1, 1)
    c.call("option", a.getsockopt, socket.IPPROTO_TCP, 1)
    listener = c.listener()
    kept = c.keep(listener.dup())
    at = listener.getsockname()
    listener.close()
    c.call("listener's dup", c.new().connect, at)
    kept.close()
    c.call("closed", c.new().connect, at)


if __name__ == "__main__":
    run()
