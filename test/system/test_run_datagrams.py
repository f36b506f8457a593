"""Where datagrams go and which errors they cause, as traceroute, ping and clients of a published port see it."""
import contextlib
import re
import socket
import subprocess
import threading

import pytest
from conftest import needs_root, needs_tool
from inside import PYTHON, free_port, inside, nothing_left, place, python, started  # noqa: F401

RTT_MS = 20


def traceroute(*args):
    """Runs traceroute inside. Returns the hops as [(address, ms)], None for an asterisk."""
    out = inside("traceroute", "-n", "-q1", "-w2", "-m4", *args, options=["--rtt", f"{RTT_MS}ms"])
    assert out.returncode == 0, out.stderr.decode()
    found = [re.match(r" *\d+  (?:\*|(\S+)  ([\d.]+) ms)$", line) for line in out.stdout.decode().splitlines()[1:]]
    assert all(found), out.stdout.decode()
    return [(m[1], float(m[2])) if m[1] else None for m in found]


@pytest.fixture
def far():
    """Addresses of this machine that are not on loopback; the network namespace is ours."""
    subprocess.run(["ip", "addr", "add", "192.0.2.1/32", "dev", "lo"], check=True)
    subprocess.run(["ip", "addr", "add", "2001:db8::1/128", "dev", "lo", "nodad"], check=True)
    yield
    subprocess.run(["ip", "addr", "del", "192.0.2.1/32", "dev", "lo"], check=True)
    subprocess.run(["ip", "addr", "del", "2001:db8::1/128", "dev", "lo"], check=True)


@needs_tool("traceroute")
@needs_root("a network namespace of its own")
@pytest.mark.parametrize("to, hops", [("192.0.2.1", ["10.0.2.2", "192.0.2.1"]), ("2001:db8::1", ["fd00:2::2", "2001:db8::1"]), ("10.0.2.2", ["10.0.2.2"]),
                                      ("127.0.0.1", ["127.0.0.1"])])
def test_traceroute_shows_the_gateway_and_ends_at_the_destination(far, to, hops):
    found = traceroute(*(["-6"] if ":" in to else []), to)
    assert [hop and hop[0] for hop in found] == hops
    assert all(RTT_MS <= hop[1] < 1000 for hop in found), found


@needs_tool("traceroute")
@needs_root("a network namespace of its own")
def test_the_gateway_reports_a_ping_whose_time_to_live_ends(far):
    assert traceroute("-I", "192.0.2.1")[0][0] == "10.0.2.2"
    out = inside("ping", "-n", "-c1", "-t1", "192.0.2.1")
    assert b"From 10.0.2.2 icmp_seq=1 Time to live exceeded" in out.stdout


def test_reading_the_error_queue_takes_no_datagram():
    """recv(MSG_ERRQUEUE) without an address is not an ordinary recv()."""
    out = python("""
from socket import *
a, b = socket(AF_INET, SOCK_DGRAM), socket(AF_INET, SOCK_DGRAM)
a.bind(('127.0.0.1', 0)); b.connect(a.getsockname()); b.send(b'data'); a.setblocking(False)
import select; select.select([a], [], [], 60)
try: a.recv(10, MSG_ERRQUEUE)
except BlockingIOError: print('none', a.recv(10))
""")
    assert out.stdout == b"none b'data'\n"


WHO_IS_THERE = """
import sys
from socket import *
family, at = (AF_INET6 if ':' in sys.argv[1] else AF_INET), (sys.argv[1], int(sys.argv[2]))
connected, other = socket(family, SOCK_DGRAM), socket(family, SOCK_DGRAM)
connected.connect(at)
if sys.argv[3] == 'bound': other.bind((at[0], 0))
for s in connected, other: s.settimeout(60)
name = connected.getsockname()
def ask():
    connected.send(b'x'); other.sendto(b'x', at)
    for s in connected, other:
        if inside: inside.sendto(b'inside', inside.recvfrom(10)[1])
    for s in connected, other:
        data, who = s.recvfrom(100)
        assert who[:2] == at, who
        print(data.decode(), end=' ')
    assert connected.getsockname() == name and name[0] == at[0] and connected.getpeername()[:2] == at
for _ in range(2):
    inside = None
    ask()
    inside = socket(family, SOCK_DGRAM); inside.bind(at); inside.settimeout(60)
    ask()
    inside.close()
"""


@pytest.mark.parametrize("host", ["127.0.0.1", "::1"])
@pytest.mark.parametrize("client", ["bound", "unbound"])
def test_a_loopback_datagram_reaches_the_programs_socket_or_else_the_hosts(host, client):
    """What counts is whether the program has such a socket when the datagram is sent. The names that the client sees stay the same."""
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET, socket.SOCK_DGRAM) as s:
        s.bind((host, 0))
        s.settimeout(60)
        ended = threading.Event()

        def serve():
            with contextlib.suppress(OSError):
                while not ended.is_set():
                    s.sendto(b"outside", s.recvfrom(10)[1])

        thread = threading.Thread(target=serve)
        thread.start()
        out = inside(PYTHON, "-c", WHO_IS_THERE, host, s.getsockname()[1], client)
        ended.set()
        with socket.socket(s.family, socket.SOCK_DGRAM) as last:
            last.sendto(b"", s.getsockname())
        thread.join()
    assert (out.stdout, out.stderr) == (b"outside outside inside inside " * 2, b"")


CLOSED_PEER = """
import time
from socket import *
def refused():
    server, client = socket(AF_INET, SOCK_DGRAM), socket(AF_INET, SOCK_DGRAM)
    server.bind(('127.0.0.1', 0)); client.connect(server.getsockname())
    client.send(b'x'); server.recv(10); server.close()
    while not client.getsockopt(SOL_SOCKET, SO_ERROR): client.sendmsg([b'x']); time.sleep(0.01)
def five_take():
    began = time.monotonic()
    for _ in range(5): refused()
    return time.monotonic() - began
# Garbage collection runs twice a second: if each waited for it, five would always take two seconds or more.
while five_take() > 1.5: pass
print('at once')
"""


@pytest.mark.parametrize("disable", ["", "getfd"])
def test_a_closed_local_peer_refuses_before_the_next_garbage_collection(disable):
    out = python(CLOSED_PEER, disable=disable)
    assert (out.stdout, out.stderr) == (b"at once\n", b"")


SERVER = """
from socket import *
s = socket(AF_INET, SOCK_DGRAM); s.bind(('0.0.0.0', 5000)); s.settimeout(60); print('ready', flush=True)
for _ in range(6):
    data, who = s.recvfrom(100); s.sendto(data + b' from port %d' % who[1], who)
"""


def test_clients_with_one_port_on_two_loopback_addresses_are_distinguished():
    port, same = free_port(socket.SOCK_DGRAM), free_port(socket.SOCK_DGRAM)
    shown = {}
    with started(PYTHON, "-c", SERVER, options=["-p", f"{port}:5000/udp"]) as proc:
        assert proc.stdout.readline() == b"ready\n"
        clients = {}
        for host in "127.0.0.1", "127.0.0.2":
            clients[host] = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            clients[host].bind((host, same))
            clients[host].connect(("127.0.0.1", port))
            clients[host].settimeout(60)
        for host, s in [*clients.items()] * 2:
            s.send(host.encode())
            data, _, said = s.recv(100).partition(b" from port ")
            assert data == host.encode()
            shown.setdefault(host, set()).add(said)
        for s in clients.values():
            s.close()
    assert shown["127.0.0.1"] == {b"%d" % same}
    assert len(shown["127.0.0.2"]) == 1 and shown["127.0.0.2"] != shown["127.0.0.1"]


def test_reports_of_sent_datagrams_are_bounded_by_the_receive_buffer():
    """A report holds its datagram. As on Linux, no report is made when SO_RCVBUF has no room; a report that was read makes room."""
    code = """
from socket import *
s, peer = socket(AF_INET, SOCK_DGRAM), socket(AF_INET, SOCK_DGRAM)
peer.bind(('127.0.0.1', 0))
s.setsockopt(SOL_SOCKET, 37, 2 | 16)  # SO_TIMESTAMPING: TX_SOFTWARE, SOFTWARE
def taken():
    n = 0
    try:
        while s.recvmsg(100, 200, MSG_ERRQUEUE | MSG_DONTWAIT): n += 1
    except BlockingIOError: return n
for round in range(2):
    for i in range(50): s.sendto(bytes(50000), peer.getsockname())
    print(1 <= taken() <= 4)
for i in range(50): s.sendto(b'short', peer.getsockname())
print(taken())
"""
    done = python(code)
    assert (done.stdout, done.stderr) == (b"True\nTrue\n50\n", b"")


def test_a_datagram_right_after_an_error_is_sent_and_the_error_is_reported_once():
    code = """
import socket, struct, time
for _ in range(14):  # the gateway sends 50 ICMP errors at a time at most
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as gone:
        gone.bind(('127.0.0.1', 0))
        at = gone.getsockname()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
        s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, struct.pack('ll', 30, 0))
        s.connect(at)
        for wait in 0, 0.002, 0.002:  # before, at and after the moment when the error arrives
            time.sleep(wait)
            s.send(b'x')
            try:
                print('received', s.recv(9))
            except ConnectionError:
                pass
"""
    done = inside(PYTHON, "-c", code)
    assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")
