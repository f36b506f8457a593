"""TCP to and from Linux over a TAP: with Leat as the other end, and as the gateway of a namespace."""
from lib import insides
from lib.iperf import gbit
from lib.machine import started, until
from lib.measure import MORE
from lib.tap import Net, leat_on_tap, veth

TITLE = "TCP to and from Linux, over a TAP"
DIRECTIONS = (([], "to the subject"), (["-R"], "from the subject"))
FLOWS = ((1, "one flow"), (8, "eight flows"))


def subject(net, *words):
    return lambda: gbit(net.prefix, net.address, "-C", "cubic", *words)


def as_the_end(b, offload):
    """iperf3 on Linux's side. On the other side, Leat, or Linux in another namespace."""
    with leat_on_tap(b, offload=offload) as tap, veth(b, ("iperf3", "-s"), offload) as wire:
        for flows, words in FLOWS:
            for options, direction in DIRECTIONS:
                name = f"{words}, {direction}, {'offloads' if offload else 'no offloads'}"
                b.group(name, "Gbit/s", MORE, {"leat": subject(tap, "-P", flows, *options), "Linux, veth": subject(wire, "-P", flows, *options)}, slow=True)


def as_the_gateway(b):
    """A namespace whose only gateway is the subject. iperf3's server is on the machine."""
    with insides.all_of(b, ("slirp4netns", "pasta")) as peers, leat_on_tap(b, b.program("tap_host"), "--tap", "leat0", "gate") as tap:
        with started(*tap.prefix, "iperf3", "-s", "-B", "127.0.0.1") as proc, started("iperf3", "-s") as server:
            until(lambda: proc.poll() is None and server.poll() is None, "iperf3")
            nets = {"leat": tap, **{p.name: Net(p.prefix, p.host) for p in peers}}
            for options, direction in ((DIRECTIONS[0][0], "from the namespace outwards"), (DIRECTIONS[1][0], "from outside into the namespace")):
                b.group(f"gateway, one flow, {direction}", "Gbit/s", MORE, {name: subject(net, *options) for name, net in nets.items()}, slow=True)


def run(b):
    b.note("iperf3 for one second. Linux uses cubic, Leat uses Reno. Leat is on a TAP with virtio-net headers; Linux uses a veth pair between two "
           "namespaces. Both are measured with and without offloads.")
    for offload in (True, False):
        with b.section(f"a TAP {'with' if offload else 'without'} offloads"):
            as_the_end(b, offload)
    with b.section("a gateway"):
        as_the_gateway(b)
