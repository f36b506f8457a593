"""A program prints the same inside `leat run` as on Linux's own network."""
import socket
import subprocess
import threading

import pytest
from conftest import unprivileged
from inside import PYTHON, environment, nothing_left, place, python  # noqa: F401
from servers import datagram_server

pytestmark = pytest.mark.yama


def same_as_on_linux(code, **more):
    """Runs @code on Linux and inside `leat run`, asserts that both print the same, and returns it."""
    linux = subprocess.run([*unprivileged(), PYTHON, "-c", code], capture_output=True, timeout=60, env=environment(), cwd="/")
    assert linux.returncode == 0, linux.stderr.decode()
    leat = python(code, **more)
    assert leat.returncode == 0, leat.stderr.decode()
    assert leat.stdout.decode() == linux.stdout.decode()
    return leat.stdout


PAIR = """
import socket, struct, array
from socket import *
def pair(family, kind, host):
    a, b = socket(family, kind), socket(family, kind)
    a.bind((host, 0)); b.bind((host, 0)); a.settimeout(60); b.settimeout(60)
    return a, b
def show(got):
    data, control, flags, who = got
    print(data, [(l, t, bytes(d)) for l, t, d in control], flags)
"""


@pytest.mark.parametrize("connected", [False, True])
def test_ipv4_control_messages_are_those_of_linux(connected):
    same_as_on_linux(PAIR + f"""
a, b = pair(AF_INET, SOCK_DGRAM, '127.0.0.1')
if {connected}: b.connect(a.getsockname())
b.setsockopt(IPPROTO_IP, IP_RECVTOS, 1); b.setsockopt(IPPROTO_IP, 12, 1); b.setsockopt(IPPROTO_IP, 8, 1)
to = b.getsockname()
a.sendto(b'plain', to); show(b.recvmsg(100, 200))
a.setsockopt(IPPROTO_IP, IP_TTL, 9); a.setsockopt(IPPROTO_IP, IP_TOS, 0x28)
a.sendto(b'set', to); show(b.recvmsg(100, 200))
a.sendmsg([b'asked'], [(IPPROTO_IP, IP_TTL, struct.pack('i', 77)), (IPPROTO_IP, IP_TOS, struct.pack('i', 0x10))], 0, to); show(b.recvmsg(100, 200))
a.sendto(b'short of room', to); show(b.recvmsg(4, 40))
a.sendto(b'read, not received', to); print(b.recv(100))
a.sendto(b'peeked', to); show(b.recvmsg(100, 200, MSG_PEEK)); show(b.recvmsg(100, 200))
b.setsockopt(IPPROTO_IP, 8, 0); a.sendto(b'no more', to); show(b.recvmsg(100, 200))
for bad in ((IPPROTO_IP, IP_TTL, struct.pack('i', 0)), (IPPROTO_IP, 99, b'....'), (IPPROTO_IP, IP_TTL, b'..')):
    try: a.sendmsg([b'x'], [bad], 0, to)
    except OSError as e: print(e.errno)
""")


def test_ipv6_control_messages_are_those_of_linux():
    same_as_on_linux(PAIR + """
a, b = pair(AF_INET6, SOCK_DGRAM, '::1')
for option in IPV6_RECVPKTINFO, IPV6_RECVHOPLIMIT, IPV6_RECVTCLASS: b.setsockopt(IPPROTO_IPV6, option, 1)
to = b.getsockname()
a.sendto(b'plain', to); show(b.recvmsg(100, 200))
a.sendmsg([b'asked'], [(IPPROTO_IPV6, IPV6_HOPLIMIT, struct.pack('i', 3)), (IPPROTO_IPV6, IPV6_TCLASS, struct.pack('i', 0x20))], 0, to)
show(b.recvmsg(100, 200))
""")


def test_a_control_message_chooses_the_source_address():
    same_as_on_linux(PAIR + """
a, b = socket(AF_INET, SOCK_DGRAM), socket(AF_INET, SOCK_DGRAM)
b.bind(('127.0.0.1', 0)); b.settimeout(60)
a.sendmsg([b'from'], [(IPPROTO_IP, 8, struct.pack('i4s4s', 0, inet_aton('127.0.0.7'), b'\\0' * 4))], 0, b.getsockname())
print(b.recvfrom(10)[1][0])
""")


@pytest.fixture(scope="module")
def echo():
    with datagram_server() as name:
        yield name[1]


def test_datagrams_from_a_loopback_address_reach_the_hosts_loopback(echo):
    same_as_on_linux(f"""
from socket import *
for connect in False, True:
    s = socket(AF_INET, SOCK_DGRAM); s.bind(('127.0.0.1', 0)); s.settimeout(60)
    if connect:
        s.connect(('127.0.0.1', {echo})); s.send(b'one'); print(s.recv(10), s.getpeername()[1] == {echo})
    else:
        s.sendto(b'two', ('127.0.0.1', {echo})); data, who = s.recvfrom(10); print(data, who[0], who[1] == {echo})
    print(s.getsockname()[0])
    other = socket(AF_INET, SOCK_DGRAM)
    if not connect: other.sendto(b'inside', s.getsockname()); print(s.recv(10))
""")


def test_options_stay_set_after_connect_and_after_a_refusal(ports):
    same_as_on_linux(f"""
from socket import *
import errno
s = socket(); s.bind(('127.0.0.1', 0))
def show(): print(s.getsockopt(IPPROTO_TCP, TCP_NODELAY), s.getsockopt(IPPROTO_TCP, TCP_KEEPIDLE), s.getsockopt(SOL_SOCKET, SO_KEEPALIVE), s.getsockopt(IPPROTO_IP, IP_TTL))
def set():
    s.setsockopt(IPPROTO_TCP, TCP_NODELAY, 1); s.setsockopt(IPPROTO_TCP, TCP_KEEPIDLE, 77); s.setsockopt(SOL_SOCKET, SO_KEEPALIVE, 1)
    s.setsockopt(IPPROTO_IP, IP_TTL, 33)
set(); show(); s.connect(('127.0.0.1', {ports[0]})); show()
s = socket(); set(); free = socket(); free.bind(('127.0.0.1', 0))
print(s.connect_ex(free.getsockname()) == errno.ECONNREFUSED); show(); s.connect(('127.0.0.1', {ports[0]})); show()
""")


def test_a_connection_goes_on_after_a_signal_ended_connect(ports):
    """The handler raises, so connect() ends; the connection is still being made, and poll() reports when it is there."""
    done = python(f"""
import select, signal, socket, errno
class Rang(Exception): pass
def ring(*a): raise Rang
signal.signal(signal.SIGALRM, ring)
def interrupted():  # returns a socket whose connect() was ended by the signal, and the result of poll() right after that
    s, p = socket.socket(), select.poll()
    p.register(s, select.POLLOUT)
    try:
        signal.setitimer(signal.ITIMER_REAL, 0.1)
        s.connect(('127.0.0.1', {ports[0]}))
        signal.pause()  # it was quicker than the signal
    except Rang: return s, p, p.poll(0)
for _ in range(100):  # until the signal comes, and poll() is called, before there is a connection
    s, p, soon = interrupted()
    if not soon: break
print(soon)
print(p.poll(60000) == [(s.fileno(), select.POLLOUT)], s.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR))
s.sendall(b'GET / HTTP/1.0\\r\\n\\r\\n'); print(s.makefile('rb').read()[-6:])
s = socket.socket(); s.settimeout(None)
s.setsockopt(socket.SOL_SOCKET, socket.SO_SNDTIMEO, (0).to_bytes(8, 'little') + (50000).to_bytes(8, 'little'))
p = select.poll()
print(s.connect_ex(('127.0.0.1', {ports[0]})) == errno.EINPROGRESS, p.register(s, select.POLLOUT), p.poll(60000)[-1] == (s.fileno(), select.POLLOUT))
s.sendall(b'x')
""", options=["--delay", "300ms"])
    assert done.returncode == 0, (done.stdout, done.stderr.decode())
    assert done.stdout == b"[]\nTrue 0\nb'hello\\n'\nTrue None True\n"


@pytest.fixture
def urgent():
    """A server on Linux's TCP: sends an urgent octet between others, then sends back what it received."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        def serve():
            while True:
                try:
                    conn, _ = listener.accept()
                except OSError:
                    return
                conn.sendall(b"abc")
                conn.send(b"X", socket.MSG_OOB)
                conn.sendall(b"def")
                assert conn.recv(1) == b"+"
                conn.settimeout(60)
                conn.setsockopt(socket.SOL_SOCKET, socket.SO_OOBINLINE, 1)
                got = b""
                while not got.endswith(b"!"):
                    got += conn.recv(100)
                conn.sendall(b"[" + got + b"]")
                conn.close()

        thread = threading.Thread(target=serve)
        thread.start()
        yield listener.getsockname()[1]
        listener.shutdown(socket.SHUT_RDWR)  # ends accept(2); see datagram_server() on what would happen otherwise
        thread.join()


@pytest.mark.parametrize("inline", [0, 1])
def test_urgent_data_is_that_of_linux(urgent, inline):
    same_as_on_linux(f"""
import fcntl, os, select, struct
from socket import *
s = socket(); s.setsockopt(SOL_SOCKET, SO_OOBINLINE, {inline})
s.connect(('127.0.0.1', {urgent}))
u = select.poll(); u.register(s, select.POLLPRI); u.poll(60000)  # until the urgent octet is there
p = select.poll(); p.register(s, select.POLLPRI | select.POLLIN)
print(s.getsockopt(SOL_SOCKET, SO_OOBINLINE), p.poll(60000)[0][1])
def mark(): return struct.unpack('i', fcntl.ioctl(s, 0x8905, b'    '))[0]
print(mark(), s.recv(100), mark())
try: print(s.recv(1, MSG_OOB))
except OSError as e: print(e.errno)
print(s.recv({3 + inline}, MSG_WAITALL), mark())
try: s.recv(1, MSG_OOB)
except OSError as e: print(e.errno)
s.send(b'+'); s.sendall(b'before'); print(s.send(b'U', MSG_OOB)); s.sendall(b'after!')
print(s.makefile('rb').read())
""")


def test_a_listener_that_was_just_closed_refuses_connections():
    same_as_on_linux("""
from socket import *
import errno
for i in range(5):
    listener = create_server(('127.0.0.1', 0)); at = listener.getsockname(); listener.close()
    print(socket().connect_ex(at) == errno.ECONNREFUSED)
""")
