"""How connect(2) fails, completes later and connects a socket to itself, and how listeners queue, accept and close."""
import os
import socket
from socket import AF_INET, AF_INET6, MSG_PEEK, SHUT_RD, SHUT_RDWR, SHUT_WR

from cases import PATIENCE, bits, case, count, reset, pause, run, result_of, settled, so_error, state, system, until

SIOCOUTQ = 0x5411
BOTH = {"4": AF_INET, "6": AF_INET6}


def nonblocking(c, family=AF_INET):
    s = c.new(family)
    s.setblocking(False)
    return s


@case
def refused(c):
    for v, family in BOTH.items():
        s = c.new(family)
        c.call(f"ipv{v} connect", s.connect, c.free_name(family))
        c.say(f"ipv{v} then", bits(s), so_error(s), state(s), result_of(s.getpeername))
        c.call(f"ipv{v} recv", s.recv, 1)
        c.call(f"ipv{v} send", s.send, b"x")
        c.call(f"ipv{v} again", s.connect, c.free_name(family))
        c.call(f"ipv{v} shutdown", s.shutdown, SHUT_WR)
        c.call(f"ipv{v} to a listener", s.connect, c.listener(family).getsockname())
        c.say(f"ipv{v} at last", bits(s), so_error(s), state(s))


@case
def refused_later(c):
    for order in ("error", "connect", "error connect error", "connect connect", "recv", "recv error", "send", "send error", "recv connect", "peer error"):
        s = nonblocking(c)
        c.call(f"{order}/connect", s.connect, c.free_name())
        c.say(f"{order}/poll", bits(s), state(s))
        for what in order.split():
            c.call(f"{order}/{what}", {"error": lambda: so_error(s), "connect": lambda: s.connect(c.free_name()), "recv": lambda: s.recv(1), "send": lambda: s.send(b"x"),
                                        "peer": s.getpeername}[what])
        c.say(f"{order}/then", bits(s), so_error(s), state(s), s.getsockname()[0])


@case
def connects_later(c):
    for v, family in BOTH.items():
        listener, s = c.listener(family), nonblocking(c, family)
        c.call(f"ipv{v} connect", s.connect, listener.getsockname())
        c.say(f"ipv{v} poll", bits(s), so_error(s))
        c.call(f"ipv{v} again", s.connect, listener.getsockname())
        c.call(f"ipv{v} once more", s.connect, listener.getsockname())
        c.say(f"ipv{v} names", s.getpeername() == listener.getsockname(), s.getsockname()[0])
        c.call(f"ipv{v} another", s.connect, c.free_name(family))
        c.call(f"ipv{v} recv", s.recv, 1)


@case
def to_itself(c):
    for v, family in BOTH.items():
        s = c.bound(family)
        c.call(f"ipv{v} connect", s.connect, s.getsockname())
        c.say(f"ipv{v} same", s.getsockname() == s.getpeername(), state(s), bits(s))
        c.call(f"ipv{v} send", s.send, b"to myself")
        c.call(f"ipv{v} recv", settled, s.recv, 100, MSG_PEEK)
        s.shutdown(SHUT_WR)
        c.say(f"ipv{v} poll", bits(s))
        c.call(f"ipv{v} recv all", s.recv, 100)
        c.call(f"ipv{v} end", s.recv, 100)
    s = c.new()
    s.bind(("0.0.0.0", 0))
    c.call("from any", s.connect, ("127.0.0.1", s.getsockname()[1]))
    c.say("from any names", s.getsockname() == s.getpeername())
    c.call("not listening", c.new().connect, c.bound().getsockname())
    c.call("to any", c.new().connect, ("0.0.0.0", c.listener().getsockname()[1]))
    c.call("connected port", c.new().connect, c.pair()[0].getsockname())


@case
def destinations(c):
    for host in ("224.0.0.1", "255.255.255.255"):
        c.call(host, c.new().connect, (host, 9))
    c.call("port 0", c.new().connect, ("127.0.0.1", 0))
    c.call("mapped", c.new(AF_INET6).connect, ("::ffff:127.0.0.1", c.listener().getsockname()[1]))
    only = c.new(AF_INET6)
    only.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
    c.call("mapped, v6only", only.connect, ("::ffff:127.0.0.1", 9))
    six = c.bound(AF_INET6)
    c.call("mapped from ::1", six.connect, ("::ffff:127.0.0.1", 9))
    c.call("127.0.0.9", c.new().connect, ("127.0.0.9", c.bound().getsockname()[1]))
    any6 = c.new(AF_INET6)
    any6.bind(("::", 0))
    any6.listen()
    s = c.new()
    c.call("ipv4 to a dual listener", s.connect, ("127.0.0.1", any6.getsockname()[1]))
    child, peer = any6.accept()
    c.keep(child)
    c.say("dual names", peer, child.getsockname(), child.getpeername())


@case
def reset_while_it_waits(c):
    """accept(2) of a connection that the peer has already closed or reset."""
    for what in ("reset", "closed", "data and reset", "data and closed"):
        listener, client = c.listener(), c.new()
        client.connect(listener.getsockname())
        name = client.getsockname()
        if "data" in what:
            client.send(b"abc")
            until(lambda client=client: count(client, SIOCOUTQ) == 0)  # all is acknowledged
        reset(client) if "reset" in what else client.close()
        c.say(f"{what}/poll", bits(listener))
        child, peer = listener.accept()
        c.keep(child)
        c.say(f"{what}/accept", peer == name, bits(child), result_of(child.getpeername) == name or result_of(child.getpeername), child.getsockname() == listener.getsockname())
        c.call(f"{what}/recv", child.recv, 10)
        c.call(f"{what}/recv again", child.recv, 10)
        c.call(f"{what}/send", child.send, b"x")
        pause()
        c.say(f"{what}/error", so_error(child))


@case
def accepted_without_an_address(c):
    listener, client = c.listener(), c.new()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVLOWAT, 3)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_OOBINLINE, 1)
    client.connect(listener.getsockname())
    child = c.keep(socket.socket(fileno=system("accept", listener.fileno(), None, None)))
    c.say("inherits", child.getsockopt(socket.SOL_SOCKET, socket.SO_RCVLOWAT), child.getsockopt(socket.SOL_SOCKET, socket.SO_OOBINLINE))
    c.say("name", child.getpeername() == client.getsockname())
    client = c.new()
    client.connect(listener.getsockname())
    reset(client)
    pause()
    child = system("accept", listener.fileno(), None, None)
    c.call("reset", os.read, child, 1)
    c.call("reset again", os.read, child, 1)
    os.close(child)


@case
def listener_ends(c):
    for how, name in (SHUT_RD, "RD"), (SHUT_WR, "WR"), (SHUT_RDWR, "RDWR"):
        waiting, s, other = c.new(), c.new(), c.bound()
        at = other.getsockname()
        other.close()
        s.bind(at)  # a port that the program chose stays bound for longer
        s.listen(5)
        waiting.connect(at)
        c.call(f"{name} shutdown", s.shutdown, how)
        c.say(f"{name} poll", bits(s), s.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN), s.getsockname() == at, bits(waiting))
        s.setblocking(False)
        c.call(f"{name} accept", lambda s=s: s.accept()[1][0])
        c.call(f"{name} connect", c.new().connect, at)
        c.call(f"{name} again", s.shutdown, how)
        c.call(f"{name} listen", s.listen, 1)
        c.call(f"{name} name", lambda s=s, at=at: s.getsockname() == at)
        c.call(f"{name} connect again", c.new().connect, at)
        c.call(f"{name} accept again", lambda s=s: settled(s.accept) and 1)
    s, waiting = c.listener(), c.new()
    waiting.connect(s.getsockname())
    s.close()
    c.say("close", bits(waiting))
    c.call("recv", waiting.recv, 1)


@case
def full(c):
    """An accept queue holds one connection more than the backlog of listen(2)."""
    for backlog in (0, 1, 3):
        s = c.listener(backlog=backlog)
        for i in range(backlog + 3):
            client = c.new()
            client.settimeout(0.2 * PATIENCE)
            c.call(f"{backlog}/{i}", client.connect, s.getsockname())
        s.settimeout(60)
        c.keep(s.accept()[0])
        client = c.new()
        client.settimeout(60)
        c.call(f"{backlog}/room again", client.connect, s.getsockname())


if __name__ == "__main__":
    run()
