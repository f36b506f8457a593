"""Which name servers the program's queries reach, over UDP and TCP: those of resolv.conf with its options, or those of --dns."""
import contextlib
import os
import socket
import struct
import subprocess
import threading

import pytest

from conftest import SLOWER
from inside import PYTHON, command, environment, inside, nothing_left, place  # noqa: F401

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="a resolv.conf of its own needs root")

LOOK_UP = "import socket; print(socket.gethostbyname('leat.example.test'))"
LOOK_UP_AGAIN = "import socket, sys\nfor i in range(2): print(socket.gethostbyname(f'n{i}.example.test'), flush=True); sys.stdin.readline()"


def answer(query, address):
    """Returns the answer to a query: @address for type A, no data for other types."""
    end = query.index(b"\0", 12) + 5
    kind = int.from_bytes(query[end - 4 : end - 2], "big")
    head = query[:2] + b"\x81\x80\0\1" + (b"\0\1" if kind == 1 else b"\0\0") + b"\0\0\0\0" + query[12:end]
    return head + (b"\xc0\x0c\0\1\0\1\0\0\0\x3c\0\4" + socket.inet_aton(address) if kind == 1 else b"")


class Server:
    """A name server on one port over UDP and TCP that always answers @address. If that is None, it is silent over UDP and refuses TCP."""

    def __init__(self, at, port, address):
        family, _, _, _, where = socket.getaddrinfo(at, port, type=socket.SOCK_DGRAM, flags=socket.AI_NUMERICHOST)[0]
        self.address, self.asked = address, 0
        self.udp = self.tcp = None
        while not self.udp or address and not self.tcp:
            self.udp = socket.socket(family, socket.SOCK_DGRAM)
            self.udp.bind(where)
            self.port = self.udp.getsockname()[1]
            with contextlib.suppress(OSError if port == 0 else ()):  # a free port of UDP may be taken in TCP
                self.tcp = socket.create_server((*where[:1], self.port, *where[2:]), family=family) if address else None
        self.threads = [threading.Thread(target=f, daemon=True) for f in (self.serve_udp, self.tcp and self.serve_tcp) if f]
        for thread in self.threads:
            thread.start()

    def serve_udp(self):
        with contextlib.suppress(OSError):
            while True:
                query, who = self.udp.recvfrom(4096)
                if not query:  # the socket was shut down
                    return
                self.asked += 1
                if self.address:
                    self.udp.sendto(answer(query, self.address), who)

    def serve_tcp(self):
        with contextlib.suppress(OSError):
            while True:
                connection, _ = self.tcp.accept()
                with connection:
                    head = connection.recv(2, socket.MSG_WAITALL)
                    if len(head) < 2:
                        continue
                    reply = answer(connection.recv(struct.unpack("!H", head)[0], socket.MSG_WAITALL), self.address)
                    connection.sendall(struct.pack("!H", len(reply)) + reply)

    def close(self):
        for s in filter(None, (self.udp, self.tcp)):
            with contextlib.suppress(OSError):
                s.shutdown(socket.SHUT_RDWR)
            s.close()
        for thread in self.threads:  # the port is free once they have ended
            thread.join(60)


@contextlib.contextmanager
def server(at, port=53, address="192.0.2.7"):
    s = Server(at, port, address)
    try:
        yield s
    finally:
        s.close()


@pytest.fixture(scope="module", autouse=True)
def outside():
    """Addresses on this namespace's lo that are not loopback addresses."""
    names = ["192.0.2.53/32", "192.0.2.88/32", "2001:db8::53/128", "fe80::53/64"]
    for name in names:
        subprocess.run(["ip", "addr", "add", name, "dev", "lo"], check=True)
    yield
    for name in names:
        subprocess.run(["ip", "addr", "del", name, "dev", "lo"], check=True)


def with_conf(scratch, text, *args, options=(), **more):
    """Returns the command that runs @args inside, in a mount namespace where /etc/resolv.conf says @text."""
    conf = scratch / "resolv.conf"
    conf.write_text(text)
    conf.chmod(0o644)
    mounted = ["unshare", "-m", "sh", "-c", 'mount --bind "$0" /etc/resolv.conf && exec "$@"', str(conf)]
    return [*mounted, *command(*args, options=["--quiet", *options])]


def ask(scratch, text, *args, options=()):
    return subprocess.run(with_conf(scratch, text, *args, options=options), capture_output=True, timeout=60 * SLOWER, env=environment(), cwd="/",
                          stdin=subprocess.DEVNULL)


def dig(*args):
    return ["dig", "+short", "+tries=1", "+time=60", *args, "leat.example.test", "A"]


@pytest.mark.parametrize("named", ["192.0.2.53", "127.0.0.53", "2001:db8::53", "::1"])
def test_the_server_of_dns_answers_for_every_server_of_resolv_conf(scratch, named):
    with server("127.0.0.1", 0) as given, server(named, 53, "192.0.2.66") as other:
        conf, options = f"nameserver {named}\n", ["--dns", f"127.0.0.1:{given.port}"]
        for args in ([PYTHON, "-c", LOOK_UP], dig(f"@{named}"), dig("+tcp", f"@{named}"), dig("@10.0.2.3"), dig("+tcp", "@10.0.2.3")):
            done = ask(scratch, conf, *args, options=options)
            assert done.stdout == b"192.0.2.7\n", (args, done)
        assert other.asked == 0


def test_a_server_that_resolv_conf_does_not_name_is_asked_itself(scratch):
    with server("127.0.0.1", 0) as given, server("192.0.2.88", 53, "192.0.2.66") as other:
        for proto in ([], ["+tcp"]):
            done = ask(scratch, "nameserver 192.0.2.53\n", *dig(*proto, "@192.0.2.88"), options=["--dns", f"127.0.0.1:{given.port}"])
            assert done.stdout == b"192.0.2.66\n", done
        assert given.asked == 0 and other.asked == 1


def test_several_servers_of_dns_are_asked_in_turn(scratch):
    with server("127.0.0.1", 0, None) as silent, server("127.0.0.1", 0) as well:
        options = ["--dns", f"127.0.0.1:{silent.port}", "--dns", f"127.0.0.1:{well.port}"]
        done = ask(scratch, "nameserver 192.0.2.53\noptions timeout:3\n", *dig("@10.0.2.3"), options=options)
        assert done.stdout == b"192.0.2.7\n" and silent.asked == 1, done


@pytest.mark.parametrize("args", [[PYTHON, "-c", LOOK_UP], dig("@10.0.2.3"), dig("+tcp", "@10.0.2.3")], ids=["program", "udp", "tcp"])
def test_all_servers_of_resolv_conf_are_asked(scratch, args):
    """The first server does not exist, and the second is silent."""
    with server("127.77.1.2", 53, None) as silent, server("127.77.1.3", 53) as well:
        done = ask(scratch, "nameserver 127.77.1.1\nnameserver 127.77.1.2\nnameserver 127.77.1.3\noptions timeout:1 attempts:5\n", *args)
        assert done.stdout == b"192.0.2.7\n", done
        assert "+tcp" in args or (silent.asked and well.asked)


def test_a_server_without_a_route_is_passed_over(scratch):
    with server("127.77.1.3", 53):
        for args in ([PYTHON, "-c", LOOK_UP], dig("@10.0.2.3")):
            done = ask(scratch, "nameserver 2001:db8:dead::1\nnameserver 127.77.1.3\noptions timeout:9\n", *args)
            assert done.stdout == b"192.0.2.7\n", done
    code = """
import socket
s = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)
s.settimeout(60)
s.connect(("2001:db8:dead::1", 53))
s.send(b"question")
s.recv(99)
"""
    done = ask(scratch, "nameserver 2001:db8:dead::1\n", PYTHON, "-c", code)
    assert b"ConnectionRefusedError" in done.stderr or b"ConnectionResetError" in done.stderr, done


def test_a_long_comment_in_resolv_conf_is_one_line(scratch):
    """The comment goes on after its 511th octet."""
    comment = "#" + " " * 510 + "nameserver 127.77.1.9\n"
    with server("127.77.1.3", 53), server("127.77.1.9", 53, "192.0.2.66"):
        done = ask(scratch, comment + "nameserver 127.77.1.3\n", *dig("@10.0.2.3"))
        assert done.stdout == b"192.0.2.7\n", done


@pytest.mark.parametrize("name", ["lo", "1"])
def test_a_link_local_server_is_asked_over_its_interface(scratch, name):
    """No link of the program leads there, and the program's interfaces have other names."""
    with server("fe80::53%lo", 53):
        for args in ([PYTHON, "-c", LOOK_UP], dig("@10.0.2.3"), dig("+tcp", "@10.0.2.3")):
            done = ask(scratch, f"nameserver fe80::53%{name}\n", *args)
            assert done.stdout == b"192.0.2.7\n", (args, done)


def test_without_a_server_in_resolv_conf_the_local_one_is_asked(scratch):
    with server("127.0.0.1", 53):
        for args in ([PYTHON, "-c", LOOK_UP], dig("@10.0.2.3")):
            done = ask(scratch, "# nothing\n", *args)
            assert done.stdout == b"192.0.2.7\n", done


def test_a_changed_resolv_conf_is_read_again(scratch):
    """The program's resolver reads the changed file, and so does Leat."""
    with server("127.77.1.3", 53), server("127.77.1.4", 53, "192.0.2.66"):
        proc = subprocess.Popen(with_conf(scratch, "nameserver 127.77.1.3\n", PYTHON, "-c", LOOK_UP_AGAIN), stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                stderr=subprocess.PIPE, env=environment(), cwd="/")
        with proc:
            assert proc.stdout.readline() == b"192.0.2.7\n"
            (scratch / "resolv.conf").write_text("nameserver 127.77.1.4\n# changed\n")
            out, err = proc.communicate(b"\n\n", timeout=60 * SLOWER)
        assert out == b"192.0.2.66\n", (out, err)


def test_each_server_on_loopback_gets_its_own_queries(scratch):
    """Its answer comes from the address that the program asked."""
    servers = {"127.77.1.3": "192.0.2.3", "127.0.0.1": "192.0.2.4", "127.77.1.5": "192.0.2.5", "::1": "192.0.2.6"}
    with contextlib.ExitStack() as stack:
        for at, answer_of in servers.items():
            stack.enter_context(server(at, 53, answer_of))
        conf = "".join(f"nameserver {at}\n" for at in servers)
        for at, answer_of in servers.items():
            for proto in ([], ["+tcp"]):
                done = ask(scratch, conf, *dig(*proto, f"@{at}"))
                assert done.stdout.decode() == answer_of + "\n", (at, done)
        code = """
import socket
for family in (socket.AF_INET, socket.AF_INET6):
    for at in %r:
        if (":" in at) != (family == socket.AF_INET6): continue
        s = socket.socket(family, socket.SOCK_DGRAM)
        s.settimeout(60)
        s.sendto(b"\\0\\1\\1\\0\\0\\1\\0\\0\\0\\0\\0\\0\\1a\\0\\0\\1\\0\\1", (at, 53))
        reply, peer = s.recvfrom(999)
        t = socket.create_connection((at, 53), 60)
        print(at, peer[0], t.getpeername()[0], t.getsockname()[0])
""" % list(servers)
        done = ask(scratch, conf, PYTHON, "-c", code)
        for line in done.stdout.decode().splitlines():
            at, udp, tcp, own = line.split()
            assert at == udp == tcp and own == at, line
        assert len(done.stdout.splitlines()) == 4, done


def test_a_loopback_server_that_resolv_conf_does_not_name_is_the_hosts(scratch):
    with server("192.0.2.53", 53, "192.0.2.66"), server("127.0.0.1", 53):
        done = ask(scratch, "nameserver 192.0.2.53\n", *dig("@127.0.0.1"))
        assert done.stdout == b"192.0.2.7\n", done
