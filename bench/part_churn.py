"""Connections opened and closed: in one process, over a TAP, and through a gateway."""
from lib import insides
from lib.lwip import PACKAGED, TUNED
from lib.machine import said, started, until
from lib.measure import MORE
from lib.tap import Net, leat_on_tap, veth

TITLE = "connections opened, used for a request and an answer of 100 octets, and closed"
OCTETS = 100
AT_ONCE = ((1, "one after the other"), (64, "64 at once"))


def in_one_process(b):
    for ip in (4, 6):
        words = ["--ip", ip, "--seconds", b.seconds]

        def lwip(which, window, words=words):
            return lambda: b.figure(b.lwip.program(which), "per_second", "--churn", OCTETS, "--window", window, *words)

        def leat(*more, words=words):
            return lambda: b.figure("leat_churn", "per_second", "--octets", OCTETS, *more, *words)

        b.group(f"IPv{ip}, one after the other, 1,000 in TIME-WAIT", "connections a second", MORE, {
            "leat": leat("--group", 1, "--time-wait", 1000), TUNED: lwip(TUNED, 4 << 20), PACKAGED: lwip(PACKAGED, 65535)})
        b.group(f"IPv{ip}, one after the other", "connections a second", MORE, {
            "leat": leat("--group", 1),
            "Linux, loopback": lambda w=words: b.figure("peer_churn", "per_second", "--octets", OCTETS, *w, prefix=("taskset", "-c", "0")),
        })
        b.group(f"IPv{ip}, 64 at once", "connections a second", MORE, {"leat": leat("--group", 64)})


def hammer(b, net, verb, count):
    return lambda: b.figure("hammer", "per_second", verb, net.address, count, b.seconds, prefix=net.prefix)


def over_tap(b):
    """One thread on Linux's side. On the other side, Leat, or one thread with Linux's TCP/IP in another namespace."""
    with leat_on_tap(b) as tap, veth(b, (b.program("hammer"), "serve")) as wire:
        for verb, direction in (("push", "to"), ("draw", "from")):
            for count, words in AT_ONCE:
                b.group(f"over a TAP, {direction} the subject, {words}", "connections a second", MORE,
                        {"leat": hammer(b, tap, verb, count), "Linux, veth": hammer(b, wire, verb, count)}, slow=True)


def through_gateway(b):
    """From a namespace whose only gateway is the subject. The server is on the machine."""
    with insides.all_of(b, ("slirp4netns", "pasta")) as peers, leat_on_tap(b, b.program("tap_host"), "--tap", "leat0", "gate") as tap:
        serve = (b.program("hammer"), "serve")
        with started(*tap.prefix, *serve) as proc, started(*serve) as server:
            for each in (proc, server):
                until(lambda each=each: "ready" in said(each), "hammer", each)
            nets = {"leat": tap, **{p.name: Net(p.prefix, p.host) for p in peers}}
            for count, words in AT_ONCE:
                b.group(f"gateway, from a namespace, {words}", "connections a second", MORE, {name: hammer(b, net, "push", count) for name, net in nets.items()}, slow=True)


def run(b):
    b.note("In one process: processor time of both ends together; the server closes first. lwIP has 16,384 ports, so its TIME-WAIT states are removed after 1,000 "
           "connections; in that comparison Leat keeps 1,000 too, otherwise 16,384. Linux runs on one core, from as many addresses of 127.0.0.0/8 as its ports need.")
    in_one_process(b)
    b.note("Over the TAP, over a veth pair between two namespaces, and through a gateway: elapsed time, one thread at each end. The server closes first, and a "
           "four-tuple is reused while the server still has it in TIME-WAIT, as RFC 6191 allows.")
    with b.section("connections over a TAP"):
        over_tap(b)
    with b.section("connections through a gateway"):
        through_gateway(b)
