"""Namespaces with Linux at one end of a TAP, whose other end is Leat, or of a veth pair."""
import contextlib
import dataclasses
import itertools
import os

from lib.machine import namespace, needs, run, started, until
from lib.measure import NotMeasured

COUNT = itertools.count()


@dataclasses.dataclass
class Net:
    prefix: list  # runs a command in Linux's namespace
    address: str  # of the other end


def in_namespace(name):
    return ["ip", "netns", "exec", name]


@contextlib.contextmanager
def tap_namespace():
    """Makes a namespace in which Linux has 10.9.0.1 and fd09::1 on the TAP leat0."""
    if not os.path.exists("/dev/net/tun"):
        raise NotMeasured("no /dev/net/tun")
    with namespace(next(COUNT)) as name:
        for line in ("ip tuntap add dev leat0 mode tap vnet_hdr", "sysctl -qw net.ipv6.conf.leat0.accept_dad=0", "ip addr add 10.9.0.1/24 dev leat0",
                     "ip addr add fd09::1/64 dev leat0", "ip link set leat0 up"):
            run(*in_namespace(name), *line.split())
        yield name


@contextlib.contextmanager
def leat_on_tap(b, *command, offload=True):
    """Runs Leat at 10.9.0.2: bench/tap.c, or another @command on the same TAP."""
    with tap_namespace() as name:
        words = command or (b.program("leat_tap"), "--tap", "leat0", "--offload", int(offload))
        prefix = in_namespace(name)
        with started(*prefix, *words) as proc:
            ping = [*prefix, "ping", "-c", "1", "-W", "1", "10.9.0.2"]
            until(lambda: "1 received" in run(*ping, ok=(0, 1, 2)), "Leat on a TAP", proc)
            yield Net(prefix, "10.9.0.2")


@contextlib.contextmanager
def veth(b, server, offload=True):
    """Makes a veth pair between two namespaces, with @server at 10.9.1.2. Both sides use Linux's TCP/IP."""
    with namespace(next(COUNT)) as near, namespace(next(COUNT)) as far:
        run("ip", "link", "add", "v0", "netns", near, "type", "veth", "peer", "name", "v1", "netns", far)
        for name, dev, address in ((near, "v0", "10.9.1.1/24"), (far, "v1", "10.9.1.2/24")):
            if not offload:
                needs("ethtool")
                run(*in_namespace(name), "ethtool", "-K", dev, "tx", "off", "tso", "off", "gso", "off", "gro", "off")
            run("ip", "-n", name, "addr", "add", address, "dev", dev)
            run("ip", "-n", name, "link", "set", dev, "up")
        with started(*in_namespace(far), *server) as proc:
            net = Net(in_namespace(near), "10.9.1.2")
            until(lambda: "1 received" in run(*net.prefix, "ping", "-c", "1", "-W", "1", net.address, ok=(0, 1, 2)), "veth", proc)
            yield net
