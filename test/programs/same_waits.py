"""Calls that wait: what ends the wait when another thread or process acts on the socket or on the waiting thread."""
import os
import signal
import socket
import struct
import threading
import time
from socket import AF_INET, AF_INET6, MSG_MORE, MSG_PEEK, SHUT_RD, SHUT_RDWR, SHUT_WR, SO_RCVTIMEO, SO_SNDTIMEO, SOCK_DGRAM, SOL_SOCKET

from cases import bits, case, rest, run, said, settled, so_error, state, system

HOW = {"RD": SHUT_RD, "WR": SHUT_WR, "RDWR": SHUT_RDWR}


class Later:
    """A call in a thread of its own."""
    def __init__(self, fn, *args):
        self.answer = "waits"
        self.thread = threading.Thread(target=self.call, args=(fn, *args), daemon=True)
        self.thread.start()
        rest()

    def call(self, fn, *args):
        self.answer = said(fn, *args)

    def end(self, seconds=5):
        """What the call answers; "waits" if that takes longer than @seconds."""
        self.thread.join(seconds)
        return self.answer


def full_listener(c):
    """A listener whose queue takes no more: who connects to it waits."""
    listener = c.listener(backlog=0)
    for _ in range(3):
        s = c.new()
        s.setblocking(False)
        said(s.connect, listener.getsockname())
    rest()
    return listener


def full_pair(c):
    """A connection whose first end cannot send more."""
    a, b = c.pair()
    a.setblocking(False)
    while isinstance(said(a.send, bytes(1 << 20)), int) or isinstance(settled(a.send, bytes(1 << 20)), int):
        pass
    a.setblocking(True)
    return a, b


def name_of_peer(s):
    return said(lambda: s.getpeername() and "connected")


@case
def connect_and_shutdown(c):
    for name, how in HOW.items():
        listener, s = full_listener(c), c.new()
        wait = Later(s.connect, listener.getsockname())
        c.say(f"{name} before", wait.answer, bits(s), state(s))
        c.told(f"{name} shutdown", s.shutdown, how)
        c.say(f"{name} connect", wait.end(), bits(s), so_error(s), state(s), name_of_peer(s))
        c.told(f"{name} again", s.shutdown, how)


@case
def connect_later_and_shutdown(c):
    for name, how in HOW.items():
        listener, s = full_listener(c), c.new()
        s.setblocking(False)
        c.told(f"{name} connect", s.connect, listener.getsockname())
        c.told(f"{name} shutdown", s.shutdown, how)
        c.say(f"{name} then", bits(s), state(s), name_of_peer(s))
        c.say(f"{name} error", so_error(s), so_error(s))
        s.setblocking(True)
        c.told(f"{name} connect again", s.connect, c.listener().getsockname())
        c.say(f"{name} at last", bits(s), so_error(s), state(s))


@case
def connect_and_dissolve(c):
    listener, s = full_listener(c), c.new()
    wait = Later(s.connect, listener.getsockname())
    c.told("AF_UNSPEC", system, "connect", s.fileno(), struct.pack("H14x", 0), 16)
    c.say("connect waits on", wait.end() == "waits")  # which error it is, and whether SO_ERROR says it too, differs between versions of Linux
    so_error(s)
    c.say("then", bits(s), so_error(s), state(s), said(s.connect, c.listener().getsockname()))


@case
def accept_and_shutdown(c):
    for name, how in HOW.items():
        for what in "with an address", "without":
            s = c.listener()
            wait = Later(s.accept) if what == "with an address" else Later(system, "accept", s.fileno(), None, None)
            c.told(f"{name} {what} shutdown", s.shutdown, how)
            if how == SHUT_WR:
                c.new().connect(s.getsockname())
            c.say(f"{name} {what} accept", "a socket" if isinstance(wait.end(), (int, tuple)) else wait.answer, state(s))


@case
def receive_and_shutdown(c):
    for name, how in HOW.items():
        for what in "recv", "recvfrom", "recvmsg", "peek":
            a, b = c.pair()
            wait = Later(*{"recv": (b.recv, 9), "recvfrom": (b.recvfrom, 9), "recvmsg": (lambda b=b: b.recvmsg(9)[0],), "peek": (b.recvfrom, 9, MSG_PEEK)}[what])
            c.told(f"{name} {what} shutdown", b.shutdown, how)
            if how == SHUT_WR:
                a.send(b"data")
            c.told(f"{name} {what}", wait.end)


@case
def send_and_shutdown(c):
    for name, how in HOW.items():
        for what in "send", "sendto", "sendmsg", "more":
            a, b = full_pair(c)
            wait = Later(*{"send": (a.send, b"x"), "sendto": (a.sendto, b"x", b.getsockname()), "sendmsg": (a.sendmsg, [b"x"]), "more": (a.send, b"x", MSG_MORE)}[what])
            c.told(f"{name} {what} shutdown", a.shutdown, how)
            if how == SHUT_RD:
                c.say(f"{name} {what} waits on", wait.answer)
                b.settimeout(0.1)
                while wait.answer == "waits":
                    said(b.recv, 1 << 20)
            c.told(f"{name} {what}", wait.end)


@case
def datagrams_and_shutdown(c):
    for family in AF_INET, AF_INET6:
        for name, how in HOW.items():
            for what in "recvfrom", "recvmsg", "recv", "connected recvfrom":
                s = c.bound(family, SOCK_DGRAM)
                if "connected" in what:
                    s.connect(c.bound(family, SOCK_DGRAM).getsockname())
                wait = Later(*{"recv": (s.recv, 9), "recvmsg": (lambda s=s: s.recvmsg(9)[0],)}.get(what, (lambda s=s: s.recvfrom(9)[0],)))
                c.told(f"{family.name} {name} {what} shutdown", s.shutdown, how)
                if how == SHUT_WR:
                    c.say(f"{family.name} {name} {what} waits on", wait.end(0.1))
                    s.shutdown(SHUT_RD) if "connected" in what else said(s.shutdown, SHUT_RD)
                c.told(f"{family.name} {name} {what}", wait.end)


@case
def closed_by_another(c):
    """close(2) of the number ends no wait: the call holds the socket."""
    s = c.listener()
    at = s.getsockname()
    wait = Later(s.accept)
    os.close(s.detach())
    client = c.new()
    c.told("connect", client.connect, at)
    c.say("accept", "a socket" if isinstance(wait.end(), tuple) else wait.answer)
    a, b = c.pair()
    wait = Later(b.recvfrom, 9)
    os.close(b.detach())
    c.say("recvfrom waits on", wait.end(0.2))
    a.send(b"data")
    c.told("recvfrom", wait.end)
    listener, s = full_listener(c), c.new()
    wait = Later(s.connect, listener.getsockname())
    os.close(s.detach())
    c.say("connect waits on", wait.end(0.2))


if __name__ == "__main__":
    run()
