"""`leat serve` as a fixture: a folder with files of all kinds, and servers of it that end with the test."""
import contextlib
import http.client
import os
import pathlib
import re
import signal
import socket
import subprocess

import pytest
from conftest import unprivileged
from waiting import until

BIG = bytes(range(256)) * 8192  # 2 MiB


class Server:
    def __init__(self, leat, folder, *options, wrapper=()):
        """@wrapper: words before the command that run it."""
        self.log = folder / "access.log"
        self.site = folder / "site"
        self.proc = subprocess.Popen([*unprivileged(), *wrapper, leat, "serve", str(self.site), "--bind", "127.0.0.1", "--port", "0", "--log", str(self.log), *options],
                                     stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self.said = ""
        while "Ctrl-C" not in self.said:
            line = self.proc.stderr.readline()
            assert line, self.said
            self.said += line
        self.port = int(re.search(r"http://127\.0\.0\.1:(\d+)/", self.said)[1])
        self.url = f"http://127.0.0.1:{self.port}"

    def send(self, octets):
        """A connection on which these octets have been sent."""
        s = socket.create_connection(("127.0.0.1", self.port), 60)
        s.sendall(octets)
        return s

    def ask(self, octets):
        """All that comes back for these octets until the server closes."""
        return rest(self.send(octets))

    @contextlib.contextmanager
    def stopped(self):
        """Stops the workers as long as the block lasts: a connection that is made and used in it is accepted with what was sent on it."""
        workers = pathlib.Path(f"/proc/{self.proc.pid}/task/{self.proc.pid}/children").read_text().split()
        for pid in workers:
            os.kill(int(pid), signal.SIGSTOP)
        yield
        for pid in workers:
            os.kill(int(pid), signal.SIGCONT)

    def get(self, path, method="GET", **fields):
        c = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        c.request(method, path, headers={name.replace("_", "-"): value for name, value in fields.items()})
        r = c.getresponse()
        r.octets = r.read()
        c.close()
        return r

    def lines(self, pattern):
        return until(lambda: re.findall(pattern, self.log.read_text()), f"no line of the log is like {pattern}")

    def end(self):
        if self.proc.poll() is None:
            self.proc.terminate()
        out, err = self.proc.communicate(timeout=60)
        return self.proc.returncode, out, err


def rest(s):
    """All that still comes on a connection, which is closed then."""
    with s:
        return b"".join(iter(lambda: s.recv(1 << 20), b""))


def hold(server):
    """A connection of which the server has answered one request."""
    s = socket.create_connection(("127.0.0.1", server.port), 60)
    s.sendall(b"HEAD /file.txt HTTP/1.1\r\nHost: a\r\n\r\n")
    assert s.recv(4096)
    return s


@pytest.fixture
def folder(scratch):
    site = scratch / "site"
    (site / "sub/empty").mkdir(parents=True)
    (site / "file.txt").write_text("0123456789")
    (site / "big").write_bytes(BIG)
    (site / "empty.html").touch()
    (site / "sub/index.html").write_text("<p>index")
    (site / ".hidden").write_text("hidden")
    (site / "a&<b>: 中.txt").write_text("named")
    (site / "outside").symlink_to("/etc/hostname")
    (site / "closed").write_text("closed")
    (site / "closed").chmod(0)
    (scratch / "access.log").touch()
    for path in [scratch, *scratch.rglob("*")]:
        if not path.is_symlink() and os.geteuid() == 0:
            os.chown(path, 65534, 65534)
    return scratch


@pytest.fixture
def serve(leat, folder):
    servers = []

    def begin(*options, wrapper=()):
        servers.append(Server(leat, folder, *options, wrapper=wrapper))
        return servers[-1]
    yield begin
    for server in servers:
        server.end()


@pytest.fixture
def server(serve):
    return serve()
