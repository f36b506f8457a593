"""Datagrams per second: in one process, and over a TAP with Linux."""
from lib.measure import MORE
from lib.tap import leat_on_tap, veth

TITLE = "datagrams"
SIZES = ((64, 1, "64 octets"), (64, 64, "64 octets, 64 with each call"), (1400, 40, "1,400 octets, 40 with each call"))


def in_one_process(b):
    for size, segments, words in SIZES:
        for ip in (4, 6):
            b.group(f"in one process, IPv{ip}, {words}", "datagrams a second", MORE, {
                "leat": lambda s=size, n=segments, ip=ip: b.figure("leat_udp", "per_second", "--size", s, "--segments", n, "--ip", ip, "--seconds", b.seconds)})


def over_tap(b):
    """One side sends as fast as it can; the other counts what arrives."""
    with leat_on_tap(b) as tap, veth(b, (b.program("blast"), "serve")) as wire:
        for verb, direction in (("send", "from Linux to"), ("draw", "to Linux from")):
            for size, segments, words in SIZES:
                def subject(net, verb=verb, size=size, segments=segments):
                    return lambda: b.figure("blast", "per_second", verb, net.address, size, segments, b.seconds, prefix=net.prefix)
                b.group(f"{direction} the subject, {words}", "datagrams a second that arrived", MORE, {"leat": subject(tap), "Linux, veth": subject(wire)}, slow=True)


def run(b):
    in_one_process(b)
    b.note("Over the TAP, and over a veth pair between two namespaces, one side sends as fast as it can and what arrived is counted.")
    with b.section("datagrams over a TAP"):
        over_tap(b)
