"""A bad link between two namespaces, with a Linux host and a place for a Leat host at each end; and one measurement on it.

Linux is on a bridge at each end, Leat on a TAP in that bridge. So the link is the same whichever host sends, and both can share it.
"""
import contextlib
import dataclasses
import functools
import json
import os
import subprocess

from lib.machine import end, namespace, run, said, started, until
from lib.measure import NotMeasured
from lib.tap import COUNT, in_namespace

SEGMENT, FRAME = 1448, 1514  # octets: of data with timestamps, and of the frame around them
ENOUGH_LOSSES, SHORTEST, LONGEST = 200, 8, 20  # a run lasts for so many losses, within these seconds
TRANSFERS, TRANSFER_SIZE, AT_ONCE, TRANSFERS_LIMIT = 200, "100000B", 4, 90
ADDRESSES = {("near", "Linux"): "10.9.0.1", ("near", "leat"): "10.9.0.11", ("far", "Linux"): "10.9.0.2", ("far", "leat"): "10.9.0.12"}
RECOVERY = {"recoveries": ("TcpExt", "TCPSackRecovery"), "timeouts": ("TcpExt", "TCPTimeouts"), "probes": ("TcpExt", "TCPLossProbes"),
            "retransmitted": ("Tcp", "RetransSegs")}


@dataclasses.dataclass(frozen=True)
class Cell:
    """What a link does, and what it carries."""

    loss: float  # percent of the frames in each direction
    rtt: int  # ms
    rate: int  # Mbit/s
    burst: int = 1
    reorder: float = 0  # percent
    jitter: int = 0  # ms, in each direction
    queue: int = 1000  # frames
    flows: int = 1
    transfers: int = 0

    def __str__(self):
        words = [f"{self.loss:g}% loss" if self.loss else "no loss", f"{self.rtt} ms", f"{self.rate} mbit"]
        words += [f"bursts of {self.burst}"] * (self.burst > 1) + [f"{self.reorder:g}% reordered"] * bool(self.reorder)
        words += [f"{self.jitter} ms of jitter"] * bool(self.jitter) + [f"queue of {self.queue}"] * (self.queue != 1000)
        words += [f"{self.flows} flows"] * (self.flows > 1 and not self.transfers)
        return ", ".join(words)

    def is_plain(self):
        return self == Cell(self.loss, self.rtt, self.rate)

    def link(self, seed):
        """Returns the options of the link."""
        words = ["--rtt", f"{self.rtt}ms", "--rate", f"{self.rate}mbit", "--queue", self.queue, "--seed", seed]
        for name, value, unit in (("loss", self.loss, "%"), ("reorder", self.reorder, "%"), ("jitter", self.jitter, "ms")):
            words += [f"--{name}", f"{value:g}{unit}"] if value else []
        return words + (["--burst", self.burst] if self.burst > 1 else [])

    def expected(self):
        """Returns the Mbit/s that Reno can carry: all, or what the losses allow (Mathis and others, 1997)."""
        if not self.loss:
            return self.rate
        by_loss = self.flows * 1.22 * SEGMENT * 8 / (self.rtt * 1e3 * (self.loss / 100 / self.burst) ** 0.5)
        return min(self.rate, by_loss)

    def frames_a_second(self):
        """Returns how many frames with data are expected."""
        return self.expected() * 1e6 / 8 / FRAME

    def losses_a_second(self):
        return self.frames_a_second() * self.loss / 100

    def seconds(self):
        losses = self.losses_a_second()
        return SHORTEST if not losses else round(min(max(ENOUGH_LOSSES / losses, SHORTEST), LONGEST))

    def load(self):
        """Returns the options of the drain."""
        if self.transfers:
            return ["--transfers", self.transfers, "--octets", TRANSFER_SIZE, "--flows", AT_ONCE, "--limit", f"{TRANSFERS_LIMIT}s"]
        return ["--flows", self.flows, "--limit", f"{self.seconds()}s"]


@dataclasses.dataclass
class Link:
    near: list  # run a command at an end
    far: list
    proc: object

    def counters(self):
        """Ends the link. Returns what it has counted."""
        end(self.proc)
        return last_object(self.proc, "the link")


def last_object(proc, what):
    """Returns the JSON that a program has printed as its last line."""
    lines = said(proc).strip().splitlines() or [""]
    try:
        return json.loads(lines[-1])
    except ValueError:
        raise NotMeasured(f"{what}: {lines[-1][:200]!r}") from None


@functools.cache
def at_once():
    """Returns the words before a host or a link, so that it does not wait for other programs of the machine, where this is allowed."""
    try:
        run("chrt", "--rr", "1", "true")
    except NotMeasured:
        return []
    return ["chrt", "--rr", "1"]


def settle(name, device, address):
    """
    Puts @device and the TAP leat0 on a bridge in the namespace, and gives the bridge @address.

    A bridge carries nothing for a device that has just got its carrier, for up to a second: see forwards().
    """
    run(*in_namespace(name), "sysctl", "-qw", "net.ipv6.conf.all.disable_ipv6=1", "net.ipv6.conf.default.disable_ipv6=1", ok=(0, 1, 255))
    run("ip", "link", "set", device, "netns", name)
    for line in ("link add br0 type bridge mcast_snooping 0", "tuntap add dev leat0 mode tap vnet_hdr", f"link set {device} master br0",
                 "link set leat0 master br0", f"link set {device} up", "link set leat0 up", "link set br0 up", f"addr add {address}/24 dev br0"):
        run("ip", "-n", name, *line.split())
    forwards(in_namespace(name), device)


def forwards(prefix, device):
    """Waits until a bridge forwards what comes from @device, which a program has opened."""
    until(lambda: run(*prefix, "cat", f"/sys/class/net/{device}/brport/state").strip() == "3", f"the bridge with {device}")  # BR_STATE_FORWARDING


@contextlib.contextmanager
def bad_link(b, options):
    """Makes the link and its two ends."""
    if not os.path.exists("/dev/net/tun"):
        raise NotMeasured("no /dev/net/tun")
    number = next(COUNT)
    devices = [f"{side}{os.getpid()}-{number}"[:15] for side in ("n", "f")]
    with namespace(f"{number}n") as near, namespace(f"{number}f") as far, started(*at_once(), b.program("leat_bridge"), *options, *devices) as proc:
        until(lambda: "ready" in said(proc), "the link", proc)
        for name, device, side in ((near, devices[0], "near"), (far, devices[1], "far")):
            settle(name, device, ADDRESSES[side, "Linux"])
        yield Link(in_namespace(near), in_namespace(far), proc)


@contextlib.contextmanager
def source(b, link, host, cc):
    """Runs the sender at the near end."""
    words = ["--tap", "leat0", "--address", ADDRESSES["near", "leat"]] if host == "leat" else []
    with started(*link.near, *at_once(), b.program("leat_load"), *words, "--cc", cc, "serve") as proc:
        until(lambda: "ready" in said(proc), f"the sender, {host}", proc)
        if host == "leat":
            forwards(link.near, "leat0")
        yield proc


def drain(b, link, host, cell, targets):
    """Runs the receiver at the far end to its end. Returns its figures."""
    words = ["--tap", "leat0", "--address", ADDRESSES["far", "leat"]] if host == "leat" else []
    command = [*link.far, *at_once(), b.program("leat_load"), *words, *cell.load(), "--hold", "draw", targets]
    with started(*command, stdin=subprocess.PIPE) as proc:
        until(lambda: "ready" in said(proc), f"the receiver, {host}", proc)
        if host == "leat":
            forwards(link.far, "leat0")
        proc.stdin.close()
        with contextlib.suppress(subprocess.TimeoutExpired):
            proc.wait((TRANSFERS_LIMIT if cell.transfers else cell.seconds()) + 30)
        return last_object(proc, f"the receiver, {host}")


def counted_by_linux(prefix):
    """Returns what Linux's TCP in a namespace has counted about its losses."""
    lines = [line.split() for line in run(*prefix, "cat", "/proc/net/netstat", "/proc/net/snmp").splitlines()]
    found = {names[0][:-1]: dict(zip(names[1:], values[1:])) for names, values in zip(lines[::2], lines[1::2])}
    return {ours: int(found[group][name]) for ours, (group, name) in RECOVERY.items()}


def carry(b, cell, senders, receiver, cc, seed):
    """
    Carries the load of @cell once. @senders and @receiver are "leat" or "Linux"; with two senders, each has half of the flows.

    Returns the drain's figures, with "link" (the link's) and "sender" (of each kind of sender, what its recovery did).
    """
    kinds = dict.fromkeys(senders)
    targets = ",".join(ADDRESSES["near", host] for host in senders)
    with contextlib.ExitStack() as stack:
        link = stack.enter_context(bad_link(b, cell.link(seed)))
        procs = {host: stack.enter_context(source(b, link, host, cc)) for host in kinds}
        found = {**drain(b, link, receiver, cell, targets), "sender": {}}
        for host, proc in procs.items():
            end(proc)
            found["sender"][host] = last_object(proc, "the sender") if host == "leat" else counted_by_linux(link.near)
        found["link"] = link.counters()
        return found


def goodput(found):
    return sum(found["octets"]) * 8e-6 / found["seconds"]


def jain(found):
    """Returns Jain's index of fairness of the flows: 1 = all have the same; 1/n = one has all."""
    octets = found["octets"]
    squares = len(octets) * sum(n * n for n in octets)
    return sum(octets) ** 2 / squares if squares else 0


def times(found, wanted):
    """Returns the ms of @wanted transfers, sorted. Those that failed or did not end count as the limit."""
    return sorted(found["ms"]) + [TRANSFERS_LIMIT * 1e3] * (wanted - len(found["ms"]))
