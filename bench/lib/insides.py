"""The places where a program can run: on the machine itself, under `leat run`, behind slirp4netns or pasta, under the bare pump.

Each knows how to run a command inside, the address of the machine's own servers, and how a server inside gets a port outside.
"""
import contextlib
import itertools
import json
import os
import socket

from lib.machine import NOBODY, namespace, needs, run, started, until
from lib.measure import NotMeasured

COUNT = itertools.count(50)


class Inside:
    name = "?"
    host = "127.0.0.1"  # the machine's loopback, as seen from inside

    def __init__(self):
        self.prefix = []

    def client(self, *command):
        """Returns a command that runs inside, without privileges."""
        return [*self.prefix, *NOBODY, *command]

    def server(self, port, *command):
        """Returns such a command, whose port can be reached at the machine's 127.0.0.1."""
        return self.client(*command)


class Native(Inside):
    name = "native"


class Leat(Inside):
    name = "leat"

    def __init__(self, leat):
        super().__init__()
        self.leat = leat

    def client(self, *command):
        return [*NOBODY, self.leat, "run", "--quiet", "--", *command]

    def server(self, port, *command):
        return [*NOBODY, self.leat, "run", "--quiet", "-p", f"{port}:{port}", "--", *command]


class Pump(Inside):
    name = "bare pump"

    def __init__(self, pump):
        super().__init__()
        self.pump = pump

    def client(self, *command):
        return [*NOBODY, self.pump, *command]

    def server(self, port, *command):
        raise NotMeasured("the bare pump serves clients only")


class Slirp(Inside):
    name = "slirp4netns"
    host = "10.0.2.2"

    def __init__(self, prefix, api):
        super().__init__()
        self.prefix, self.api, self.ports = prefix, api, set()

    def server(self, port, *command):
        if port not in self.ports:
            ask = {"execute": "add_hostfwd", "arguments": {"proto": "tcp", "host_addr": "127.0.0.1", "host_port": port, "guest_port": port}}
            with socket.socket(socket.AF_UNIX) as s:
                s.settimeout(5)
                s.connect(self.api)
                s.sendall(json.dumps(ask).encode())
                s.shutdown(socket.SHUT_WR)
                said = s.recv(4096)
            if b"error" in said:
                raise NotMeasured(f"slirp4netns: {said.decode().strip()}")
            self.ports.add(port)
        return self.client(*command)


class Pasta(Inside):
    name = "pasta"
    host = "192.0.2.1"

    def __init__(self, prefix, ports):
        super().__init__()
        self.prefix, self.ports = prefix, ports

    def server(self, port, *command):
        if port not in self.ports:
            raise NotMeasured(f"pasta does not forward port {port}")
        return self.client(*command)


@contextlib.contextmanager
def slirp(b):
    needs("slirp4netns")
    api = str(b.scratch / "slirp.sock")
    with namespace(next(COUNT)) as name:
        command = ["slirp4netns", "--configure", "--mtu=65520", f"--api-socket={api}", "--netns-type=path", f"/run/netns/{name}", "tap0"]
        with started(*command) as proc:
            until(lambda: "10.0.2.100" in run("ip", "-n", name, "-br", "addr") and os.path.exists(api), "slirp4netns", proc)
            yield Slirp(["ip", "netns", "exec", name], api)
    with contextlib.suppress(OSError):
        os.unlink(api)


def make_outside_interface():
    """Makes an interface with a default route, whose addresses pasta copies. It need not be connected."""
    if "out0" in run("ip", "-br", "link"):
        return
    for line in ("ip tuntap add dev out0 mode tap", "ip addr add 192.0.2.2/24 dev out0", "ip link set out0 up", "ip route add default via 192.0.2.1"):
        run(*line.split())


@contextlib.contextmanager
def pasta(b, ports=()):
    needs("pasta")
    make_outside_interface()
    with namespace(next(COUNT)) as name:
        forward = ",".join(map(str, ports)) or "none"
        command = ["pasta", "--foreground", "--runas", "0", "--netns-only", "--config-net", "-t", forward, "-u", "none", "-T", "none", "-U", "none",
                   "--netns", f"/run/netns/{name}"]
        with started(*command) as proc:
            until(lambda: "192.0.2.2" in run("ip", "-n", name, "-br", "addr"), "pasta", proc)
            yield Pasta(["ip", "netns", "exec", name], ports)


MAKERS = {"slirp4netns": lambda b, ports: slirp(b), "pasta": pasta}


@contextlib.contextmanager
def all_of(b, names, ports=()):
    """Yields those of @names that work here. The others are reported as missing."""
    with contextlib.ExitStack() as stack:
        found = []
        for name in names:
            with b.section(name):
                found.append(stack.enter_context(MAKERS[name](b, ports)))
        yield found
