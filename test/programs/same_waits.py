"""What ends a call that waits when another thread or process acts on the socket or on the waiting thread."""
import ctypes
import os
import pathlib
import platform
import select
import signal
import socket
import struct
import threading
import time
from socket import AF_INET, AF_INET6, MSG_MORE, MSG_PEEK, SHUT_RD, SHUT_RDWR, SHUT_WR, SO_RCVTIMEO, SO_SNDTIMEO, SOCK_DGRAM, SOL_SOCKET

from cases import PATIENCE, bits, case, pause, run, result_of, settled, so_error, state, system

HOW = {"RD": SHUT_RD, "WR": SHUT_WR, "RDWR": SHUT_RDWR}


class Waiting:
    """A call of the C library in a thread of its own. Python does not restart it after a signal."""
    def __init__(self, call):
        self.answer = "waits"
        self.thread = threading.Thread(target=self.run, args=(call,), daemon=True)
        self.thread.start()

    def run(self, call):
        self.answer = call()

    def end(self, seconds):
        self.thread.join(seconds * PATIENCE)
        return self.answer


class Later:
    """A call in a thread of its own, which has begun when the constructor returns."""
    def __init__(self, fn, *args):
        self.answer = "waits"
        self.thread = threading.Thread(target=self.call, args=(fn, *args), daemon=True)
        self.thread.start()
        pause()

    def call(self, fn, *args):
        self.answer = result_of(fn, *args)

    def end(self, seconds=5):
        """Returns the result of the call; "waits" if it takes longer than @seconds."""
        self.thread.join(seconds * PATIENCE)
        return self.answer


def full_listener(c):
    """Returns a listener whose accept queue is full, so that connect() to it waits."""
    listener = c.listener(backlog=0)
    for _ in range(3):
        s = c.new()
        s.setblocking(False)
        result_of(s.connect, listener.getsockname())
    pause()
    return listener


def full_pair(c):
    """Returns the two ends of a connection whose first end cannot send more."""
    a, b = c.pair()
    a.setblocking(False)
    since = time.monotonic()
    while time.monotonic() < since + 0.25 * PATIENCE:
        if isinstance(result_of(a.send, bytes(1 << 20)), int):
            since = time.monotonic()
        time.sleep(0.01)
    a.setblocking(True)
    return a, b


def name_of_peer(s):
    return result_of(lambda: s.getpeername() and "connected")


@case
def connect_and_shutdown(c):
    for name, how in HOW.items():
        listener, s = full_listener(c), c.new()
        wait = Later(s.connect, listener.getsockname())
        c.say(f"{name} before", wait.answer, bits(s), state(s))
        c.call(f"{name} shutdown", s.shutdown, how)
        c.say(f"{name} connect", wait.end(), bits(s), so_error(s), state(s), name_of_peer(s))
        c.call(f"{name} again", s.shutdown, how)


@case
def connect_later_and_shutdown(c):
    for name, how in HOW.items():
        listener, s = full_listener(c), c.new()
        s.setblocking(False)
        c.call(f"{name} connect", s.connect, listener.getsockname())
        c.call(f"{name} shutdown", s.shutdown, how)
        c.say(f"{name} then", bits(s), state(s), name_of_peer(s))
        c.say(f"{name} error", so_error(s), so_error(s))
        s.setblocking(True)
        c.call(f"{name} connect again", s.connect, c.listener().getsockname())
        c.say(f"{name} at last", bits(s), so_error(s), state(s))


@case
def connect_and_dissolve(c):
    listener, s = full_listener(c), c.new()
    wait = Later(s.connect, listener.getsockname())
    c.call("AF_UNSPEC", system, "connect", s.fileno(), struct.pack("H14x", 0), 16)
    c.say("connect waits on", wait.end() == "waits")  # versions of Linux differ in the error, and in whether SO_ERROR has it, too
    so_error(s)
    c.say("then", bits(s), so_error(s), state(s), result_of(s.connect, c.listener().getsockname()))


@case
def accept_and_shutdown(c):
    for name, how in HOW.items():
        for what in "with an address", "without":
            s = c.listener()
            wait = Later(s.accept) if what == "with an address" else Later(system, "accept", s.fileno(), None, None)
            c.call(f"{name} {what} shutdown", s.shutdown, how)
            if how == SHUT_WR:
                c.new().connect(s.getsockname())
            c.say(f"{name} {what} accept", "a socket" if isinstance(wait.end(), (int, tuple)) else wait.answer, state(s))


@case
def receive_and_shutdown(c):
    for name, how in HOW.items():
        for what in "recv", "recvfrom", "recvmsg", "peek":
            a, b = c.pair()
            wait = Later(*{"recv": (b.recv, 9), "recvfrom": (b.recvfrom, 9), "recvmsg": (lambda b=b: b.recvmsg(9)[0],), "peek": (b.recvfrom, 9, MSG_PEEK)}[what])
            c.call(f"{name} {what} shutdown", b.shutdown, how)
            if how == SHUT_WR:
                a.send(b"data")
            c.call(f"{name} {what}", wait.end)


@case
def send_and_shutdown(c):
    for name, how in HOW.items():
        for what in "send", "sendto", "sendmsg", "more":
            a, b = full_pair(c)
            wait = Later(*{"send": (a.send, b"x"), "sendto": (a.sendto, b"x", b.getsockname()), "sendmsg": (a.sendmsg, [b"x"]), "more": (a.send, b"x", MSG_MORE)}[what])
            c.call(f"{name} {what} shutdown", a.shutdown, how)
            if how == SHUT_RD:
                c.say(f"{name} {what} waits on", wait.answer)
                b.settimeout(0.1 * PATIENCE)
                while wait.answer == "waits":
                    result_of(b.recv, 1 << 20)
            c.call(f"{name} {what}", wait.end)


@case
def datagrams_and_shutdown(c):
    for family in AF_INET, AF_INET6:
        for name, how in HOW.items():
            for what in "recvfrom", "recvmsg", "recv", "connected recvfrom":
                s = c.bound(family, SOCK_DGRAM)
                if "connected" in what:
                    s.connect(c.bound(family, SOCK_DGRAM).getsockname())
                wait = Later(*{"recv": (s.recv, 9), "recvmsg": (lambda s=s: s.recvmsg(9)[0],)}.get(what, (lambda s=s: s.recvfrom(9)[0],)))
                c.call(f"{family.name} {name} {what} shutdown", s.shutdown, how)
                if how == SHUT_WR:
                    c.say(f"{family.name} {name} {what} waits on", wait.end(0.1))
                    s.shutdown(SHUT_RD) if "connected" in what else result_of(s.shutdown, SHUT_RD)
                c.call(f"{family.name} {name} {what}", wait.end)


@case
def closed_by_another(c):
    """close(2) of a descriptor ends no call that waits: the call keeps the socket open."""
    s = c.listener()
    at = s.getsockname()
    wait = Later(s.accept)
    os.close(s.detach())
    client = c.new()
    c.call("connect", client.connect, at)
    c.say("accept", "a socket" if isinstance(wait.end(), tuple) else wait.answer)
    a, b = c.pair()
    wait = Later(b.recvfrom, 9)
    os.close(b.detach())
    c.say("recvfrom waits on", wait.end(0.2))
    a.send(b"data")
    c.call("recvfrom", wait.end)
    listener, s = full_listener(c), c.new()
    wait = Later(s.connect, listener.getsockname())
    os.close(s.detach())
    c.say("connect waits on", wait.end(0.2))


def room(n):
    return ctypes.create_string_buffer(n), ctypes.byref(ctypes.c_int(n))


def waiting_accept(c):
    s = c.listener()
    return s, lambda: system("accept", s.fileno(), *room(128))


def waiting_connect(c):
    listener, s = full_listener(c), c.new()
    name = struct.pack("=HH4s8x", AF_INET, socket.htons(listener.getsockname()[1]), socket.inet_aton("127.0.0.1"))
    return s, lambda: system("connect", s.fileno(), name, 16)


def waiting_stream(c):
    s = c.pair()[1]
    return s, lambda: system("recvfrom", s.fileno(), room(9)[0], 9, 0, *room(128))


def waiting_datagram(c):
    s = c.bound(kind=SOCK_DGRAM)
    return s, lambda: system("recvfrom", s.fileno(), room(9)[0], 9, 0, *room(128))


def waiting_many(c):
    s, messages = c.bound(kind=SOCK_DGRAM), ctypes.create_string_buffer(2 * 64)
    return s, lambda: system("recvmmsg", s.fileno(), messages, 2, 0, None)


def waiting_send(c):
    s, peer = full_pair(c)
    name = struct.pack("=HH4s8x", AF_INET, socket.htons(peer.getsockname()[1]), socket.inet_aton("127.0.0.1"))
    return s, lambda: system("sendto", s.fileno(), b"x", 1, 0, name, 16)


def waiting_native(c):
    s = c.pair()[1]
    return s, lambda: system("recv", s.fileno(), room(9)[0], 9, 0)


KINDS = {"accept": waiting_accept, "connect": waiting_connect, "recvfrom": waiting_stream, "datagram": waiting_datagram, "recvmmsg": waiting_many,
         "sendto": waiting_send, "recv": waiting_native}


# accept, connect, recvfrom, recvmmsg, sendto
NUMBERS = {"43", "42", "45", "299", "44"} if platform.machine() == "x86_64" else {"202", "203", "207", "243", "206"}


def until_they_wait(*tids):
    """Waits until each of the threads is in its call."""
    end = time.monotonic() + 60
    for tid in tids:
        while pathlib.Path(f"/proc/{tid}/syscall").read_text().split()[0] not in NUMBERS and time.monotonic() < end:
            time.sleep(0.005)


class Process:
    """A child process that runs @fn and reports its result."""
    def __init__(self, fn):
        self.answer, to_parent = os.pipe()
        self.pid = os.fork()
        if not self.pid:
            os.write(to_parent, str(fn()).encode())
            os._exit(0)
        os.close(to_parent)

    def output(self, seconds):
        return os.read(self.answer, 99).decode() if select.select([self.answer], [], [], seconds)[0] else "waits"

    def ended(self):
        os.close(self.answer)
        return os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])


def limit(s):
    for option in SO_RCVTIMEO, SO_SNDTIMEO:
        s.setsockopt(SOL_SOCKET, option, struct.pack("qq", 60, 0))


def prepare(c, what):
    """Makes the socket and the call of each kind. SIGUSR1 at most ends a wait; if @what says "ignored", it does nothing."""
    signal.signal(signal.SIGUSR1, signal.SIG_IGN if "ignored" in what else lambda *_: None)
    if "ignored" not in what:
        signal.siginterrupt(signal.SIGUSR1, "interrupt" in what)
    made = {kind: begin(c) for kind, begin in KINDS.items()}
    if "timed" in what:
        for s, _ in made.values():
            limit(s)
    return {kind: call for kind, (_, call) in made.items()}


@case
def signals_to_a_process(c):
    """A signal to a process whose only thread waits: with SA_RESTART or without, with a time limit, after stop and continue, and signals that do nothing."""
    for what in "restart", "interrupt", "timed", "timed, interrupt", "stopped", "timed, stopped", "ignored", "window":
        processes = {kind: Process(call) for kind, call in prepare(c, what).items()}
        until_they_wait(*(process.pid for process in processes.values()))
        pause()
        for number in (signal.SIGSTOP, signal.SIGCONT) if "stopped" in what else (signal.SIGWINCH if what == "window" else signal.SIGUSR1,):
            for process in processes.values():
                os.kill(process.pid, number)
            pause()
        end = time.monotonic() + 0.3 * PATIENCE
        for kind, process in processes.items():
            c.say(f"{what} {kind}", process.output(max(0, end - time.monotonic())))
        for process in processes.values():
            os.kill(process.pid, signal.SIGKILL)
            process.ended()
        c.done()


def threads_that_wait(call, directed):
    """Returns the results of three threads that wait while all others block the signal."""
    waits = [Waiting(call) for _ in range(3)]
    signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGUSR1])
    until_they_wait(*(w.thread.native_id for w in waits))
    pause()
    signal.pthread_kill(waits[1].thread.ident, signal.SIGUSR1) if directed else os.kill(os.getpid(), signal.SIGUSR1)
    pause(0.3)
    return " ".join(sorted(str(w.answer) for w in waits)) + (" pending" if signal.SIGUSR1 in signal.sigpending() else "")


@case
def signals_to_threads(c):
    """One of the waiting threads takes the signal, and the others go on waiting."""
    for directed in False, True:
        for what in "restart", "interrupt", "timed":
            processes = {kind: Process(lambda call=call: threads_that_wait(call, directed)) for kind, call in prepare(c, what).items()}
            for kind, process in processes.items():
                c.say(f"{what} {kind}{', directed' if directed else ''}", process.output(60), process.ended())
            c.done()


@case
def processes_with_threads_that_wait(c):
    """exit, execve(2) by another thread, and SIGKILL end a process at once although its threads wait."""
    def begin(call, end):
        until_they_wait(*(Waiting(call).thread.native_id for _ in range(2)))
        end()

    for what, end in {"exit": lambda: os._exit(7), "exec": lambda: os.execv("/bin/sh", ["sh", "-c", "exit 8"]), "kill": lambda: time.sleep(60)}.items():
        processes = {kind: Process(lambda call=call: begin(call, end)) for kind, call in prepare(c, what).items()}
        pause(0.2)
        for kind, process in processes.items():
            if what == "kill":
                os.kill(process.pid, signal.SIGKILL)
            c.say(f"{what} {kind}", process.ended())
        c.done()


if __name__ == "__main__":
    run()
