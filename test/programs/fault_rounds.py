"""Runs inside `leat run` with faults.so in Leat. Makes the n-th call of a round fail, for each n of a share, and checks what the program sees.

Arguments: the control file; which calls fail (1: descriptors, 2: memory); how many fail in a row; the first n and the step; the ports outside of the
servers A and B and of a datagram server; the published port of this program.

Prints a line for each thing that is wrong, and "done ROUNDS" at the end. The line "dial" asks the test for a client of the published port; the test
answers with a line that says what the client got.
"""
import contextlib
import errno
import itertools
import mmap
import os
import select
import socket
import struct
import sys
import threading
import time

CONTROL, KIND, MANY, FIRST, STEP, PORT_A, PORT_B, PORT_U, PUBLISHED = sys.argv[1], *map(int, sys.argv[2:])
PORTS = {"A": PORT_A, "B": PORT_B}
# The errors for missing descriptors or memory, and for a connection that had to be reset or refused because of them.
CLEAN = {errno.ENOBUFS, errno.ENFILE, errno.ENOMEM, errno.ECONNRESET, errno.EPIPE, errno.ECONNABORTED, errno.ECONNREFUSED}
PATIENCE = 60
LONGEST = 30 * float(os.environ.get("LEAT_TEST_SLOWER", "1"))  # seconds for a scene: far less than PATIENCE
CLOSED = itertools.count(10000)  # ports without a server outside; one that Leat chooses might have one

with open(CONTROL, "r+b") as f:
    control = mmap.mmap(f.fileno(), 4096)


def fail(n):
    """Makes the n-th call from now on fail, and the MANY - 1 after it; 0: none."""
    struct.pack_into("5q", control, 0, 0, n, MANY, 0, 0)
    struct.pack_into("q", control, 0, KIND if n else 0)


def seen():
    return struct.unpack_from("5q", control, 0)[3]


def check(got, want, what):
    if got != want:
        raise AssertionError(f"{what}: {got!r} instead of {want!r}")


def talk(s, name):
    s.sendall(b"hello " + name.encode())
    got = b""
    while len(got) < 9:
        part = s.recv(100)
        if not part:
            raise ConnectionResetError(errno.ECONNRESET, "ended")
        got += part
    check(got, name.encode() + b":hello " + name.encode(), "answer of server " + name)


def wait_for_a_while(s):
    """Sets time limits with which calls wait in the kernel, not in Python."""
    s.settimeout(None)
    for option in (socket.SO_SNDTIMEO, socket.SO_RCVTIMEO):
        s.setsockopt(socket.SOL_SOCKET, option, struct.pack("ll", PATIENCE, 0))


def waits(name):
    with socket.socket() as s:
        wait_for_a_while(s)
        s.connect(("127.0.0.1", PORTS[name]))
        talk(s, name)


def does_not_wait(name):
    with socket.socket() as s:
        s.settimeout(PATIENCE)
        s.connect(("127.0.0.1", PORTS[name]))
        talk(s, name)


def own_listener():
    with socket.create_server(("127.0.0.1", 0)) as listener, socket.socket() as client:
        listener.settimeout(PATIENCE)
        client.settimeout(PATIENCE)
        client.connect(listener.getsockname())
        with listener.accept()[0] as server:
            server.settimeout(PATIENCE)
            check(server.getpeername(), client.getsockname(), "the peer of an accepted connection")
            client.sendall(b"up")
            check(server.recv(10), b"up", "what the server read")
            server.sendall(b"down")
            check(client.recv(10), b"down", "what the client read")


def datagrams(connected):
    """The datagram or its answer may be lost."""
    with socket.socket(type=socket.SOCK_DGRAM) as s:
        s.settimeout(0.2)
        s.setsockopt(socket.IPPROTO_IP, socket.IP_PKTINFO if hasattr(socket, "IP_PKTINFO") else 8, 1)
        if connected:
            s.connect(("127.0.0.1", PORT_U))
            s.send(b"question")
        else:
            s.sendto(b"question", ("127.0.0.1", PORT_U))
        with contextlib.suppress(TimeoutError):
            data, control_messages, flags, source = s.recvmsg(100, 100)
            check((data, source), (b"U:question", ("127.0.0.1", PORT_U)), "a datagram")


def reset_by_peer():
    """The server closes its end with unread data of the client."""
    with socket.create_server(("127.0.0.1", 0)) as listener, socket.socket() as client:
        listener.settimeout(PATIENCE)
        client.settimeout(PATIENCE)
        client.connect(listener.getsockname())
        with socket.socket(fileno=listener._accept()[0]) as server:
            client.sendall(b"not read")
            select.select([server], [], [], PATIENCE)
        try:
            check(client.recv(10), None, "after a reset")
        except ConnectionResetError:
            pass


def refused_then_connected():
    """A socket whose connect() failed can connect again."""
    with socket.socket() as closed, socket.socket() as s:
        closed.bind(("127.0.0.1", next(CLOSED)))
        wait_for_a_while(s)
        try:
            s.connect(closed.getsockname())
            raise AssertionError(f"{s.getsockname()} connected to a closed port")
        except ConnectionRefusedError:
            pass
        s.connect(("127.0.0.1", PORT_A))
        talk(s, "A")


def datagram_refused():
    """A later call reports the error, once."""
    with socket.socket(type=socket.SOCK_DGRAM) as closed, socket.socket(type=socket.SOCK_DGRAM) as s:
        closed.bind(("127.0.0.1", 0))
        to = closed.getsockname()
        closed.close()
        s.connect(to)
        s.send(b"anyone?")
        select.select([s], [], [], 0.1)
        with contextlib.suppress(BlockingIOError, ConnectionRefusedError):
            s.recvfrom(10, socket.MSG_DONTWAIT)


def passed_on():
    """A connection that was passed (SCM_RIGHTS) is still that connection; or it is missing, and MSG_CTRUNC says so."""
    here, there = socket.socketpair()
    with here, there, socket.socket() as s:
        s.settimeout(PATIENCE)
        there.settimeout(PATIENCE)
        s.connect(("127.0.0.1", PORT_B))
        socket.send_fds(here, [b"x"], [s.fileno()])
        data, fds, flags, _ = socket.recv_fds(there, 10, 1)
        check((data, len(fds) + bool(flags & socket.MSG_CTRUNC)), (b"x", 1), "a passed descriptor")
        for fd in fds:
            with socket.socket(fileno=fd) as t:
                t.settimeout(PATIENCE)
                talk(t, "B")


def interfaces():
    if MANY > 1 and KIND == 1:  # glibc aborts if getsockname() fails on a netlink socket, which no kernel does
        return
    check([name for i, name in socket.if_nameindex()], ["lo", "eth0"], "the interfaces")


def published():
    print("dial", flush=True)
    said = sys.stdin.readline().strip()
    if said != "P:hello":
        raise ConnectionResetError(errno.ECONNRESET, said) if said == "reset" else AssertionError("a client of the published port: " + said)


SCENES = [lambda: waits("A"), lambda: does_not_wait("B"), own_listener, lambda: datagrams(False), lambda: datagrams(True), interfaces, published, reset_by_peer,
          refused_then_connected, datagram_refused, passed_on]


def serve(listener):
    def answer(conn):
        with contextlib.suppress(OSError), conn:
            conn.settimeout(PATIENCE)
            conn.sendall(b"P:" + conn.recv(100))

    while True:
        with contextlib.suppress(OSError):
            threading.Thread(target=answer, args=(listener.accept()[0],), daemon=True).start()


def play(scene, failing):
    """Plays a scene. Returns what went wrong, or None. @failing: a call of Leat fails, so an error of CLEAN is right."""
    began = time.monotonic()
    try:
        SCENES[scene]()
        error = None
    except OSError as e:
        error = None if failing and e.errno in CLEAN else f"{type(e).__name__} {e}"
    except AssertionError as e:
        error = str(e)
    took = time.monotonic() - began
    return error or (f"took {took:.1f} s" if took > LONGEST else None)


def main():
    listener = socket.create_server(("0.0.0.0", PUBLISHED), backlog=64)
    threading.Thread(target=serve, args=(listener,), daemon=True).start()
    for scene in range(len(SCENES)):
        if wrong := play(scene, False):
            print(f"scene {scene} as it is: {wrong}", flush=True)
    rounds = 0
    for scene in range(len(SCENES)):
        n = FIRST
        while n < 500:
            fail(n)
            wrong = play(scene, True)
            calls = seen()
            fail(0)
            if wrong:
                print(f"scene {scene} with call {n} failing: {wrong}", flush=True)
            for after in (scene, 0, 1, 6):
                if wrong := play(after, False):
                    print(f"scene {after} after call {n} of scene {scene} had failed: {wrong}", flush=True)
            rounds += 1
            if calls < n:
                break
            n += STEP
    print("done", rounds, flush=True)


main()
