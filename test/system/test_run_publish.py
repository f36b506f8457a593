"""How clients of published ports reach the program."""
import contextlib
import os
import re
import socket
import subprocess

import pytest

from conftest import run
from inside import PYTHON, command, environment, free_port, nothing_left, place, python, started  # noqa: F401


def test_a_normal_start_drops_nothing(leat):
    """The announcements and group reports that every stack sends at its start do not count as drops."""
    done = run(leat, "run", "--", "true")
    assert "link up" in done.stderr and "dropped" not in done.stderr, done.stderr


TCP_SERVER = """
import socket, sys
family = socket.AF_INET6 if ":" in sys.argv[1] else socket.AF_INET
with socket.create_server((sys.argv[1], 7000), family=family) as listener:
    print("ready", flush=True)
    for i in range(int(sys.argv[2])):
        s, peer = listener.accept()
        with s:
            s.sendall(repr((peer, s.getpeername(), s.getsockname(), s.recv(100))).encode())
"""

UDP_SERVER = """
import socket, sys
family = socket.AF_INET6 if ":" in sys.argv[1] else socket.AF_INET
s = socket.socket(family, socket.SOCK_DGRAM)
s.bind((sys.argv[1], 7000))
print("ready", flush=True)
for i in range(int(sys.argv[2])):
    octets, peer = s.recvfrom(2000)
    s.sendto(repr((peer, octets)).encode(), peer)
"""


def loopback_of(address):
    return "::1" if ":" in address else "127.0.0.1"


def both(port, udp=""):
    """Publishes port 7000 on both loopback addresses."""
    return ["-p", f"127.0.0.1:{port}:7000{udp}", "-p", f"[::1]:{port}:7000{udp}"]


def ask(client, port, source=None):
    """Returns what the server says to a client, and the client's own port."""
    with socket.create_connection((client, port), 10, source_address=source) as s:
        s.sendall(b"hello")
        answer = b""
        while octets := s.recv(4096):
            answer += octets
        return eval(answer), s.getsockname()[1]  # it is what TCP_SERVER says


@pytest.mark.parametrize("listener", ["127.0.0.1", "::1", "0.0.0.0", "::", "10.0.2.15"])
def test_a_published_port_reaches_every_kind_of_listener(listener):
    """A listener on loopback of either family is reached, too. It sees clients from the host's loopback as loopback; other listeners see them as the gateway."""
    port = free_port()
    with started(PYTHON, "-c", TCP_SERVER, listener, 2, options=both(port)) as proc:
        assert proc.stdout.readline() == b"ready\n", proc.stderr.read()
        for client in ("127.0.0.1", "::1"):
            (peer, peer_again, own, octets), client_port = ask(client, port)
            assert peer == peer_again and peer[1] == client_port and octets == b"hello"
            assert own[1] == 7000
            if listener in ("127.0.0.1", "::1"):
                assert (peer[0], own[0]) == (listener, listener)
            else:
                assert peer[0].removeprefix("::ffff:") in ("10.0.2.2", "fd00:2::2")
        assert proc.wait(60) == 0, proc.stderr.read()


@contextlib.contextmanager
def address(name):
    whole = f"{name}/{128 if ':' in name else 32}"
    subprocess.run(["ip", "addr", "add", whole, "dev", "lo"], check=True)
    yield name
    subprocess.run(["ip", "addr", "del", whole, "dev", "lo"], check=True)


@pytest.mark.skipif(os.geteuid() != 0, reason="an address of its own needs root")
def test_a_loopback_listener_sees_the_address_of_a_remote_client():
    """A program trusts loopback clients, so a remote client must not look like one."""
    port = free_port()
    with address("192.0.2.77") as far, started(PYTHON, "-c", TCP_SERVER, "127.0.0.1", 1, options=["-p", f"{far}:{port}:7000"]) as proc:
        proc.stdout.readline()
        (peer, _, own, _), client_port = ask(far, port, (far, 0))
        assert peer == (far, client_port) and own == ("127.0.0.1", 7000)
    udp = ["-p", f"{far}:{port}:7000/udp"]
    with address("192.0.2.77") as far, started(PYTHON, "-c", UDP_SERVER, "127.0.0.1", 1, options=udp) as proc:
        proc.stdout.readline()
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
            s.settimeout(60)
            s.bind((far, 0))
            s.sendto(b"hello", (far, port))
            assert eval(s.recv(2000)) == (s.getsockname(), b"hello")


@pytest.mark.skipif(os.geteuid() != 0, reason="an address of its own needs root")
@pytest.mark.parametrize("far,listener,shown", [("2001:db8::77", "127.0.0.1", "192.0.0.8"), ("192.0.2.77", "::1", "64:ff9b:1::c000:24d")])
def test_a_remote_client_of_the_other_family_is_never_shown_as_local(far, listener, shown):
    """A listener of the other family cannot see the address of the client as it is, so it sees a translated one."""
    port = free_port()
    with address(far), started(PYTHON, "-c", TCP_SERVER, listener, 1, options=["-p", f"[{far}]:{port}:7000" if ":" in far else f"{far}:{port}:7000"]) as proc:
        proc.stdout.readline()
        (peer, _, own, _), client_port = ask(far, port, (far, 0))
        assert peer[:2] == (shown, client_port) and own[:2] == (listener, 7000)


@pytest.mark.parametrize("listener", ["127.0.0.1", "::1", "0.0.0.0"])
def test_a_published_datagram_port_reaches_every_kind_of_socket(listener):
    port, clients = free_port(), []
    with started(PYTHON, "-c", UDP_SERVER, listener, 8, options=both(port, "/udp")) as proc, contextlib.ExitStack() as stack:
        proc.stdout.readline()
        for client in 2 * ["127.0.0.1", "::1"]:
            s = stack.enter_context(socket.socket(socket.AF_INET6 if ":" in client else socket.AF_INET, socket.SOCK_DGRAM))
            s.settimeout(60)
            s.connect((client, port))
            clients.append(s)
        for i in range(2):
            for s in clients:
                s.send(b"%d" % i)
            for s in clients:
                peer, octets = eval(s.recv(2000))
                assert octets == b"%d" % i and peer[1] == s.getsockname()[1]
                assert peer[0] == (listener if listener != "0.0.0.0" else "10.0.2.2")
        assert proc.wait(60) == 0, proc.stderr.read()


def test_an_answer_goes_to_the_last_sender_with_that_name():
    """A client inside and one outside have the same port, so the server sees both under the same name."""
    port, same = free_port(), 41000
    code = f"""
import socket
server, client = (socket.socket(socket.AF_INET, socket.SOCK_DGRAM) for i in range(2))
server.bind(("127.0.0.1", 7000))
client.bind(("127.0.0.1", {same}))
client.settimeout(60)
for i in range(2):
    print("ready", flush=True)
    octets, peer = server.recvfrom(100)
    assert (octets, peer) == (b"outside", ("127.0.0.1", {same})), (octets, peer)
    server.sendto(b"to the outside", peer)
    client.sendto(b"inside", ("127.0.0.1", 7000))
    octets, peer = server.recvfrom(100)
    assert (octets, peer) == (b"inside", ("127.0.0.1", {same})), (octets, peer)
    server.sendto(b"to the inside", peer)
    assert client.recv(100) == b"to the inside"
"""
    with started(PYTHON, "-c", code, options=["-p", f"{port}:7000/udp"]) as proc, socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
        s.settimeout(60)
        s.bind(("127.0.0.1", same))
        s.connect(("127.0.0.1", port))
        for i in range(2):
            assert proc.stdout.readline() == b"ready\n", proc.stderr.read()
            s.send(b"outside")
            assert s.recv(100) == b"to the outside"
        assert proc.wait(60) == 0, proc.stderr.read()


def test_a_listener_on_the_outer_address_is_reached_before_one_on_loopback():
    port = free_port()
    code = """
import select, socket
listeners = [socket.create_server((a, 7000)) for a in ("127.0.0.1", "10.0.2.15")]
print("ready", flush=True)
ready = select.select(listeners, [], [], 60)[0]
assert ready == listeners[1:]
ready[0].accept()[0].sendall(b"well")
"""
    with started(PYTHON, "-c", code, options=["-p", f"{port}:7000"]) as proc:
        assert proc.stdout.readline() == b"ready\n", proc.stderr.read()
        with socket.create_connection(("127.0.0.1", port), 60) as s:
            assert s.recv(100) == b"well"
        assert proc.wait(60) == 0, proc.stderr.read()


def test_the_outer_address_does_not_reach_a_loopback_listener_from_inside():
    """As on Linux, the program's own outer address does not lead to a socket that is bound to 127.0.0.1, whether its port is published or not."""
    code = """
import socket
server = socket.create_server(("127.0.0.1", 7000))
try:
    socket.create_connection(("10.0.2.15", 7000), 60)
except ConnectionRefusedError:
    print("refused")
"""
    assert python(code, options=["-p", f"{free_port()}:7000"]).stdout == b"refused\n"


def refused(port):
    with contextlib.suppress(ConnectionResetError):
        with socket.create_connection(("127.0.0.1", port), 60) as s:
            return s.recv(10) == b""
    return True


def test_a_client_without_a_listener_is_reported_once(leat):
    """The message names the published port and the port inside."""
    port = free_port()
    code = "print('ready', flush=True); input()"
    for quiet in ([], ["-q"]):
        proc = subprocess.Popen([leat, "run", *quiet, "-p", f"{port}:7000", "-p", f"{port}:7001/udp", "--", PYTHON, "-c", code], stdin=subprocess.PIPE,
                                stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        with proc:
            proc.stdout.readline()
            assert refused(port) and refused(port)
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
                for i in range(2):
                    s.sendto(b"x", ("127.0.0.1", port))
            assert refused(port)
            _, err = proc.communicate("\n", timeout=60)
        lines = re.findall(r"^leat: -p .*", err, re.M)
        expected = [f"leat: -p {port}:7000: a client came, but the program does not listen on TCP port 7000; it was refused",
                    f"leat: -p {port}:7001/udp: a client came, but the program does not listen on UDP port 7001; what it sent is lost"]
        assert lines == ([] if quiet else expected), err


def test_the_report_of_a_client_without_a_listener_names_the_ports_with_one():
    port = free_port()
    code = "import socket\nl = [socket.create_server(('127.0.0.1', p)) for p in (3000, 3001, 3002)]\nprint('ready', flush=True); input()"
    proc = subprocess.Popen(command(PYTHON, "-c", code, options=["-p", f"{port}:7000"]), stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                            stderr=subprocess.PIPE, text=True, env=environment(), cwd="/")
    with proc:
        proc.stdout.readline()
        assert refused(port)
        _, err = proc.communicate("\n", timeout=60)
    assert "does not listen on TCP port 7000 (it does on 3000, 3001 and 3002); it was refused\n" in err, err


ECHO_SERVER = """
import asyncio, sys
async def serve(reader, writer):
    while octets := await reader.read(100):
        writer.write(octets)
        await writer.drain()
    writer.close()
async def main():
    server = await asyncio.start_server(serve, sys.argv[1], 7000, backlog=1000)
    print("ready", flush=True)
    async with server:
        await server.serve_forever()
asyncio.run(main())
"""


@pytest.mark.parametrize("listener", ["127.0.0.1", "0.0.0.0", "::"])
def test_five_hundred_clients_at_once_are_all_served(listener):
    """Over IPv4 and IPv6 at once, no client is refused, and each gets its own octets back twice while all others are connected."""
    port, clients = free_port(), []
    with started(PYTHON, "-c", ECHO_SERVER, listener, options=both(port)) as proc, contextlib.ExitStack() as stack:
        assert proc.stdout.readline() == b"ready\n", proc.stderr.read()
        for i in range(500):
            clients.append(stack.enter_context(socket.create_connection(("127.0.0.1", "::1")[i % 2:][:1] + (port,), 60)))
        for turn in range(2):
            for i, s in enumerate(clients):
                s.sendall(b"%04d.%d" % (i, turn))
            for i, s in enumerate(clients):
                assert s.recv(6, socket.MSG_WAITALL) == b"%04d.%d" % (i, turn)
